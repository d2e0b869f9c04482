//! The first lines, made from addresses without listening.

use super::{human_lines, json_line, push_json, urls, write_port};
use crate::http_server::Options;
use clap::Parser as _;
use std::net::SocketAddr;

fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[track_caller]
fn check(listening: &[&str], network: &[&str], is_tls: bool, wanted: &[&str]) {
    let network: Vec<_> = network.iter().map(|text| text.parse().unwrap()).collect();
    assert_eq!(urls(&addresses(listening), is_tls, &network), wanted);
}

#[test]
fn urls_are_such_that_a_person_can_open_them() {
    check(&["127.0.0.1:8000"], &["192.0.2.7"], false, &["http://127.0.0.1:8000/"]);
    check(&["[::1]:8000"], &[], true, &["https://[::1]:8000/"]);
    let own = ["192.0.2.7", "2001:db8::7"];
    check(
        &["[::]:80"],
        &own,
        false,
        &["http://localhost:80/", "http://192.0.2.7:80/", "http://[2001:db8::7]:80/"],
    );
    check(&["0.0.0.0:80"], &own, false, &["http://localhost:80/", "http://192.0.2.7:80/"]);
    check(
        &["127.0.0.1:1", "127.0.0.1:1", "[::1]:1"],
        &[],
        false,
        &["http://127.0.0.1:1/", "http://[::1]:1/"],
    );
}

#[test]
fn the_first_line_is_pythons_and_further_urls_follow() {
    let listening = addresses(&["[::]:8000"]);
    let found = urls(&listening, true, &["192.0.2.7".parse().unwrap()]);
    assert_eq!(
        human_lines(&listening, &found, true),
        "Serving HTTPS on :: port 8000 (https://localhost:8000/) ...\n    also https://192.0.2.7:8000/"
    );
}

#[test]
fn json_is_one_line_whatever_the_folder_is_called() {
    let options = Options::parse_from(["http-server", "-d", "/a\"b\\c\nd"]);
    let line = json_line(&options, &["http://x/".to_owned()], Some(80), false);
    assert!(line.starts_with("{\"url\":\"http://x/\",\"urls\":[\"http://x/\"],\"port\":80,"), "{line}");
    assert!(line.contains("\"directory\":\"/a\\\"b\\\\c\\u000ad\""), "{line}");
    let line = json_line(&options, &["unix:/x".to_owned()], None, false);
    assert!(line.contains("\"port\":null,"), "{line}");
    let mut text = String::new();
    push_json(&mut text, "\u{7f}é");
    assert_eq!(text, "\"\\u007fé\"");
}

#[test]
fn the_port_file_is_whole_and_replaces_an_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("port");
    std::fs::write(&path, "old").unwrap();
    write_port(&path, 8080).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "8080\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    let error = write_port(&folder.path().join("no/port"), 1).unwrap_err().to_string();
    assert!(error.contains("no/port"), "{error}");
}
