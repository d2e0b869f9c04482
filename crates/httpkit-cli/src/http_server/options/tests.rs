//! Command lines, read without a system.

use super::{Archive, Options, Protocol, command};
use clap::Parser as _;
use std::path::Path;

fn parse(line: &str) -> Result<Options, clap::Error> {
    Options::try_parse_from(std::iter::once("http-server").chain(line.split_whitespace()))
}

#[test]
fn the_definition_is_consistent() {
    command().debug_assert();
}

#[test]
fn pythons_command_lines_are_understood() {
    let options = parse("").unwrap();
    assert_eq!((options.port(), options.bind.len(), options.directory.as_path()), (8000, 0, Path::new(".")));
    let options = parse("9000 --bind ::1 --directory /tmp --protocol HTTP/1.0").unwrap();
    assert_eq!((options.port(), options.bind.as_slice()), (9000, &["::1".to_owned()][..]));
    assert_eq!((options.directory.as_path(), options.protocol), (Path::new("/tmp"), Protocol::Http10));
    let options = parse("-b 127.0.0.1 -d x -p http/1.1 0").unwrap();
    assert_eq!((options.port(), options.protocol), (0, Protocol::Http11));
    let options = parse("--tls-cert c.pem --tls-key k.pem -H A 1 -H B -2 --content-type text/plain").unwrap();
    assert_eq!(options.header_pairs().collect::<Vec<_>>(), [("A", "1"), ("B", "-2")]);
    assert_eq!(options.content_type.as_deref(), Some("text/plain"));
}

#[test]
fn options_with_an_optional_value_do_not_eat_the_port() {
    let options = parse("--spa --cors 8080").unwrap();
    assert_eq!(
        (options.port(), options.spa.as_deref(), options.cors.as_deref()),
        (8080, Some("index.html"), Some("*"))
    );
    let options = parse("--spa=app.html --cors=https://a.example").unwrap();
    assert_eq!(
        (options.spa.as_deref(), options.cors.as_deref()),
        (Some("app.html"), Some("https://a.example"))
    );
}

#[test]
fn archives_are_all_of_them_or_those_that_are_named() {
    for (line, wanted) in [
        ("", &[][..]),
        ("--archive 8080", &[Archive::Tar, Archive::Zip]),
        ("--archive=zip", &[Archive::Zip]),
        ("--archive=tar,zip", &[Archive::Tar, Archive::Zip]),
    ] {
        assert_eq!(parse(line).unwrap().archive, wanted, "{line}");
    }
}

#[test]
fn contradictions_are_refused() {
    for line in [
        "--tls-key k.pem",
        "--self-signed --tls-cert c.pem",
        "--no-listing --plain-listing",
        "--header A",
        "--max-connections 0",
        "--timeout 0",
        "--no-cache --cache 5",
        "--no-cache --immutable",
        "--archive=rar",
        "--protocol HTTP/3",
        "65536",
        "-1",
        "8000 8001",
    ] {
        assert!(parse(line).is_err(), "{line}");
    }
}

#[test]
fn no_password_is_shown_in_debug_text() {
    let options = parse("--auth me:hunter2").unwrap();
    assert!(options.auth.is_some());
    let text = format!("{options:?}");
    assert!(text.contains("auth: Some([hidden])") && !text.contains("hunter2"), "{text}");
}

#[test]
fn help_says_who_opens_the_log_again_where_the_user_is_another_by_then() {
    let help = command().render_long_help().to_string();
    let user = help.split("--user").nth(1).unwrap().split("--log").next().unwrap();
    assert!(user.contains("SIGHUP") && user.contains("log file"), "{user}");
}
