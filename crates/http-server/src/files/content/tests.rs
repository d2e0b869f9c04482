//! Content of the caller's through a handler: conditional answers, ranges, parts.

use super::serve_content;
use crate::error::HandlerError;
use crate::files::conditional::EntityTag;
use crate::request::Request;
use crate::response::Response;
use crate::testing::{self, TestAnswer};
use http_proto::FieldValue;
use std::io::Cursor;
use std::time::{Duration, UNIX_EPOCH};

const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

/// Ten digits with the tag `"a"`, last changed in 1994.
fn digits(request: &mut Request<'_>) -> Result<Response, HandlerError> {
    let tag = EntityTag::strong("a")?;
    let modified = UNIX_EPOCH + Duration::from_millis(784_111_777_500);
    Ok(serve_content(request, "digits.txt", Some(modified), Some(tag), Cursor::new(b"0123456789"))?)
}

fn answer(fields: &[(&str, &str)]) -> TestAnswer {
    let request = testing::get("/");
    fields.iter().fold(request, |request, (name, value)| request.with_header(name, value)).send_to(&digits)
}

fn value(answer: &TestAnswer, name: &str) -> String {
    answer.headers().get(name).map(FieldValue::to_latin1).unwrap_or_default()
}

#[track_caller]
fn check(fields: &[(&str, &str)], status: u16, range: &str, content: &str) {
    let answer = answer(fields);
    let found = (answer.status().as_u16(), value(&answer, "Content-Range"), answer.text());
    assert_eq!(found, (status, range.to_owned(), content.to_owned()), "{fields:?}");
}

#[test]
fn the_whole_has_validators_type_length_and_offers_ranges() {
    let answer = answer(&[]);
    assert_eq!(answer.text(), "0123456789");
    for (name, wanted) in [
        ("ETag", "\"a\""),
        ("Last-Modified", DATE),
        ("Accept-Ranges", "bytes"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", "10"),
    ] {
        assert_eq!(value(&answer, name), wanted, "{name}");
    }
}

#[test]
fn ranges_are_cut_out_and_impossible_ones_name_the_size() {
    check(&[("Range", "bytes=2-4")], 206, "bytes 2-4/10", "234");
    check(&[("Range", "bytes=-3")], 206, "bytes 7-9/10", "789");
    check(&[("Range", "bytes=0-")], 206, "bytes 0-9/10", "0123456789");
    check(&[("Range", "bytes=8-99")], 206, "bytes 8-9/10", "89");
    check(&[("Range", "nonsense")], 200, "", "0123456789");
    let beyond = answer(&[("Range", "bytes=10-")]);
    assert_eq!(beyond.status(), 416);
    assert_eq!(value(&beyond, "Content-Range"), "bytes */10");
    assert!(beyond.text().contains("10 bytes"), "{}", beyond.text());
}

#[test]
fn a_range_goes_with_if_range_only_if_that_matches() {
    check(&[("Range", "bytes=2-4"), ("If-Range", "\"a\"")], 206, "bytes 2-4/10", "234");
    check(&[("Range", "bytes=2-4"), ("If-Range", DATE)], 206, "bytes 2-4/10", "234");
    check(&[("Range", "bytes=2-4"), ("If-Range", "\"b\"")], 200, "", "0123456789");
    check(&[("Range", "bytes=99-"), ("If-Range", "\"b\"")], 200, "", "0123456789");
}

#[test]
fn not_modified_has_validators_and_no_content() {
    for fields in [[("If-None-Match", "\"a\"")], [("If-Modified-Since", DATE)]] {
        let answer = answer(&fields);
        assert_eq!(answer.status(), 304);
        assert_eq!(
            (value(&answer, "ETag"), value(&answer, "Last-Modified")),
            ("\"a\"".to_owned(), DATE.to_owned())
        );
        assert_eq!(answer.content(), b"");
        assert_eq!(value(&answer, "Content-Type"), "");
    }
    let failed = answer(&[("If-Match", "\"b\"")]);
    assert_eq!(failed.status(), 412);
}

#[test]
fn several_ranges_come_as_parts_with_a_length() {
    let content: Vec<u8> = (0..1000_u32).map(|number| (number % 251) as u8).collect();
    let handler = move |request: &mut Request<'_>| {
        serve_content(request, "a.bin", None, None, Cursor::new(content.clone()))
    };
    let answer = testing::get("/").with_header("Range", "bytes=0-1,500-501,-1").send_to(&handler);
    assert_eq!(answer.status(), 206);
    let kind = value(&answer, "Content-Type");
    let boundary = kind.strip_prefix("multipart/byteranges; boundary=").unwrap();
    assert_eq!(value(&answer, "Content-Length"), answer.content().len().to_string());
    assert_eq!(value(&answer, "Content-Range"), "");
    let part = |range: &str, bytes: &[u8]| {
        let head = format!(
            "--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes {range}/1000\r\n\r\n"
        );
        let mut part = b"\r\n".to_vec();
        part.extend_from_slice(head.as_bytes());
        part.extend_from_slice(bytes);
        part
    };
    let mut wanted = part("0-1", &[0, 1]);
    wanted.extend(part("500-501", &[249, 250]));
    wanted.extend(part("999-999", &[246]));
    wanted.extend(format!("\r\n--{boundary}--\r\n").bytes());
    assert_eq!(answer.content(), wanted);
}

#[test]
fn head_is_answered_as_get_without_content_and_ignores_ranges() {
    let head =
        testing::request(http_proto::Method::HEAD, "/").with_header("Range", "bytes=0-1").send_to(&digits);
    assert_eq!(head.status(), 200);
    assert_eq!(value(&head, "Content-Length"), "10");
    assert_eq!(head.content(), b"");
}

#[test]
fn without_validators_there_are_no_conditional_answers() {
    let handler = |request: &mut Request<'_>| serve_content(request, "", None, None, Cursor::new(b"abc"));
    let answer = testing::get("/")
        .with_header("If-None-Match", "\"a\"")
        .with_header("If-Modified-Since", DATE)
        .send_to(&handler);
    assert_eq!(answer.status(), 200);
    assert_eq!((value(&answer, "ETag"), value(&answer, "Last-Modified")), (String::new(), String::new()));
    assert_eq!(value(&answer, "Content-Type"), "application/octet-stream");
}

#[test]
fn a_time_in_the_future_is_shown_as_now() {
    let handler = |request: &mut Request<'_>| {
        let future = UNIX_EPOCH + Duration::from_secs(250_000_000_000);
        serve_content(request, "", Some(future), None, Cursor::new(b"abc"))
    };
    let answer = testing::get("/").send_to(&handler);
    let shown = value(&answer, "Last-Modified");
    assert!(!shown.is_empty() && !shown.contains("9892"), "{shown}");
}

#[test]
fn empty_content_ignores_ranges() {
    let handler = |request: &mut Request<'_>| serve_content(request, "", None, None, Cursor::new(b""));
    let answer = testing::get("/").with_header("Range", "bytes=0-0").send_to(&handler);
    assert_eq!((answer.status().as_u16(), answer.content()), (200, &b""[..]));
}
