//! What is kept of an answer for the next one.

use super::Opening;
use crate::clock;
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
    check(opening.at(now, b"ours"), "Server: ours\r\n");
    let first = opening.ok().to_vec();
    assert_eq!(opening.at(now, b"ours").ok(), first);
    // Another second has the date of its own, written once.
    check(opening.at(now + Duration::from_secs(2), b"ours"), "Server: ours\r\n");
    check(Opening::default().at(now, b""), "");
}
