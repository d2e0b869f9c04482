//! Tests of `authority.rs`: Python's rows C-011 to C-013, with the holes closed.

use super::Authority;
use crate::error::ErrorKind;

#[test]
fn hosts_and_ports_are_told_apart() {
    #[track_caller]
    fn check(text: &str, host: &str, port: u16, host_field: &str) {
        let authority = Authority::parse(text, 80).unwrap_or_else(|kind| panic!("{text}: {kind}"));
        assert_eq!((authority.host(), authority.port()), (host, port), "{text}");
        assert_eq!(authority.host_field(80), host_field, "{text}");
    }
    check("example.com", "example.com", 80, "example.com");
    check("example.com:", "example.com", 80, "example.com");
    check("example.com:80", "example.com", 80, "example.com");
    check("example.com:8080", "example.com", 8080, "example.com:8080");
    check("EXAMPLE.com:00080", "EXAMPLE.com", 80, "EXAMPLE.com");
    check("192.0.2.1:1", "192.0.2.1", 1, "192.0.2.1:1");
    check("[::1]", "::1", 80, "[::1]");
    check("[::1]:", "::1", 80, "[::1]");
    check("[::1]:99", "::1", 99, "[::1]:99");
    check("::1", "::1", 80, "[::1]");
    check("2001:db8::1", "2001:db8::1", 80, "[2001:db8::1]");
    check("[fe80::1%eth0]:81", "fe80::1%eth0", 81, "[fe80::1]:81");
    check("fe80::1%eth0", "fe80::1%eth0", 80, "[fe80::1]");
    check("xn--bcher-kva.example", "xn--bcher-kva.example", 80, "xn--bcher-kva.example");
    check("under_score.example.", "under_score.example.", 80, "under_score.example.");
    check("a:65535", "a", 65535, "a:65535");
}

#[test]
fn what_is_no_host_or_port_is_refused() {
    for text in [
        "",
        ":",
        ":80",
        "a b",
        "a\tb",
        "a\r\nHost: b",
        "a\0",
        "\x7f",
        "[::1",
        "::1]",
        "[]",
        "[a]",
        "[::1]x",
        "[::1]x:8",
        "a:b:c",
        "user@host",
        "user:pw@host",
        "bücher.example",
        "a/b",
        "a?b",
        "a#b",
        "a\\b",
        "a%41",
        "[fe80::1%]",
        "[fe80::1%a b]",
        "1::2::3",
    ] {
        assert!(matches!(Authority::parse(text, 80), Err(ErrorKind::InvalidHost { .. })), "{text:?}");
    }
    for text in ["a:0", "a:+5", "a:-5", "a: 5", "a:5 ", "a:x", "a:65536", "a:99999999", "[::1]:x", "a:٣"] {
        assert!(matches!(Authority::parse(text, 80), Err(ErrorKind::InvalidPort { .. })), "{text:?}");
    }
}

#[test]
fn an_international_name_is_refused_with_what_to_do() {
    let refused = Authority::parse("b\u{fc}cher.example", 80).unwrap_err().to_string();
    assert!(refused.contains("give an international name in its xn-- form"), "{refused}");
    assert_eq!(Authority::parse("xn--bcher-kva.example", 80).unwrap().host(), "xn--bcher-kva.example");
}

#[test]
fn a_url_is_refused_as_one() {
    #[track_caller]
    fn check(text: &str) {
        let refused = Authority::parse(text, 80).unwrap_err().to_string();
        assert!(refused.contains("it is a URL; give host or host:port"), "{refused}");
        assert!(!refused.contains("s3cret"), "{refused}");
    }
    check("http://h/");
    check("http://h:1/");
    check("https://h:1/a?b=s3cret");
    check("http://[::1]:1/");
    check("http://user:s3cret@h:1/");
    check("//h:1/");
    check("unix:///run/x");
}

#[test]
fn a_password_in_a_host_is_not_repeated() {
    let refused = Authority::parse("user:s3cret@host", 80).unwrap_err();
    assert!(!format!("{refused} {refused:?}").contains("s3cret"), "{refused}");
}

#[test]
fn a_port_beside_the_host_is_the_only_one() {
    assert_eq!(Authority::new("::1", 8080).unwrap().to_string(), "[::1]:8080");
    assert_eq!(Authority::new("[::1]", 8080).unwrap().to_string(), "[::1]:8080");
    assert!(matches!(Authority::new("example.com:80", 8080), Err(ErrorKind::InvalidHost { .. })));
    assert!(matches!(Authority::new("example.com", 0), Err(ErrorKind::InvalidPort { .. })));
}
