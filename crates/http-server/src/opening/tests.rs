//! What is kept of an answer for the next one.

use super::Opening;
use crate::clock;
use http_proto::Headers;
use std::sync::LazyLock;
use std::time::Duration;

#[track_caller]
fn check(opening: &Opening, server_line: &str) {
    let date = String::from_utf8_lossy(opening.date());
    assert!(date.starts_with("Date: ") && date.ends_with(" GMT\r\n"), "{date}");
    assert_eq!(String::from_utf8_lossy(opening.ok()), format!("HTTP/1.1 200 OK\r\n{server_line}{date}"));
}

#[test]
fn an_answer_begins_with_its_status_the_server_and_the_date_of_the_second() {
    let mut opening = Opening::default();
    let now = clock::now();
    opening.renew(now, b"ours");
    check(&opening, "Server: ours\r\n");
    let first = opening.ok().to_vec();
    opening.renew(now, b"ours");
    assert_eq!(opening.ok(), first);
    opening.renew(now + Duration::from_secs(2), b"ours");
    check(&opening, "Server: ours\r\n");
    let mut opening = Opening::default();
    opening.renew(now, b"");
    check(&opening, "");
}

#[test]
fn what_is_kept_for_one_type_is_not_used_for_another_nor_for_another_second() {
    static TYPES: LazyLock<[Headers; 2]> = LazyLock::new(|| {
        ["a/b", "c/d"].map(|value| {
            let mut fields = Headers::new();
            fields.append("Content-Type", value).unwrap();
            fields
        })
    });
    let [first, second] = &*TYPES;
    let mut opening = Opening::default();
    let mut now = clock::now();
    for server in ["one", "two"] {
        now += Duration::from_secs(2);
        opening.renew(now, server.as_bytes());
        let ok = String::from_utf8_lossy(opening.ok()).into_owned();
        assert!(ok.contains(&format!("Server: {server}\r\n")), "{ok}");
        for (fields, value) in [(first, "a/b"), (first, "a/b"), (second, "c/d"), (first, "a/b")] {
            let want = format!("{ok}Content-Type: {value}\r\nContent-Length: ");
            assert_eq!(String::from_utf8_lossy(opening.up_to_length(fields)), want);
        }
    }
}
