//! Uploads in pieces: where they go on, and what is refused.

use super::super::tests::{files, names, place, put, text, value};
use super::super::{BUFFER_BYTES, Uploads};
use super::{Piece, own_name, piece};
use crate::files::StaticFiles;
use crate::files::path::UNFINISHED;
use crate::testing::{self, TestAnswer};
use http_proto::Headers;
use std::fs;

fn send(served: &StaticFiles, content: &[u8], range: &str) -> TestAnswer {
    put("/big", content).with_header("Content-Range", range).send_to(served)
}

#[track_caller]
fn check(answer: &TestAnswer, status: u16, offset: &str) {
    assert_eq!((answer.status().as_u16(), value(answer, "Upload-Offset").as_str()), (status, offset));
}

#[test]
fn a_content_range_is_read_to_the_letter() {
    for (text, expected) in [
        ("bytes 0-9/10", Some(Piece::Bytes { first: 0, length_bytes: 10, size_bytes: 10 })),
        ("BYTES 5-5/10", Some(Piece::Bytes { first: 5, length_bytes: 1, size_bytes: 10 })),
        ("bytes */10", Some(Piece::Question { size_bytes: 10 })),
        ("bytes */0", Some(Piece::Question { size_bytes: 0 })),
        ("bytes 0-10/10", None),
        ("bytes 6-5/10", None),
        ("bytes 0-9/*", None),
        ("bytes */*", None),
        ("bytes=0-9/10", None),
        ("bytes 0-9", None),
        ("bytes +0-9/10", None),
        ("bytes -9/10", None),
        ("bytes 0-/10", None),
        ("lines 0-9/10", None),
        ("bytes 0-99999999999999999999/99999999999999999999", None),
        ("bytes  0-9/10", None),
        ("", None),
    ] {
        let mut headers = Headers::new();
        headers.append("Content-Range", text).unwrap();
        assert_eq!(piece(&headers), expected, "{text}");
        headers.append("Content-Range", text).unwrap();
        assert_eq!(piece(&headers), None, "twice {text}");
    }
}

#[test]
fn pieces_one_behind_the_other_become_the_file() {
    let place = place();
    let served = files(&place, Uploads::new());
    check(&send(&served, b"", "bytes */10"), 202, "0");
    check(&send(&served, b"0123", "bytes 0-3/10"), 202, "4");
    assert_eq!(text(&place, "big"), "nothing");
    check(&send(&served, b"", "bytes */10"), 202, "4");
    check(&send(&served, b"x", "bytes 6-6/10"), 409, "4");
    check(&send(&served, b"3456", "bytes 3-6/10"), 202, "7");
    check(&send(&served, b"789", "bytes 7-9/10"), 201, "");
    assert_eq!(text(&place, "big"), "0123456789");
    assert!(!names(place.path()).iter().any(|name| name.starts_with(UNFINISHED)));
    check(&send(&served, b"0", "bytes 0-0/10"), 409, "");
    let daring = files(&place, Uploads::new().overwrite(true));
    check(&send(&daring, b"abc", "bytes 0-2/3"), 204, "");
    assert_eq!(text(&place, "big"), "abc");
}

#[test]
fn what_came_of_a_piece_that_was_cut_is_kept() {
    let place = place();
    let served = files(&place, Uploads::new());
    let content: Vec<u8> = (0..3 * BUFFER_BYTES).map(|number| number.to_le_bytes()[0]).collect();
    let size = content.len();
    let head = format!(
        "PUT /big HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\nContent-Range: bytes 0-{}/{size}\r\n\r\n",
        size - 1
    );
    let cut = size / 2;
    let _ = testing::raw_exchange([head.as_bytes(), &content[..cut]].concat(), &served);
    assert_eq!(text(&place, "big"), "nothing");
    let answer = send(&served, b"", &format!("bytes */{size}"));
    check(&answer, 202, &cut.to_string());
    check(&send(&served, &content[cut..], &format!("bytes {cut}-{}/{size}", size - 1)), 201, "");
    assert!(fs::read(place.path().join("root/big")).unwrap() == content);
}

#[test]
fn pieces_of_another_size_or_name_are_another_upload() {
    let place = place();
    let served = files(&place, Uploads::new());
    check(&send(&served, b"0123", "bytes 0-3/10"), 202, "4");
    check(&send(&served, b"", "bytes */11"), 202, "0");
    let other = put("/other", b"").with_header("Content-Range", "bytes */10").send_to(&served);
    check(&other, 202, "0");
}

#[test]
fn lengths_that_contradict_each_other_and_too_large_files_are_refused() {
    let place = place();
    let served = files(&place, Uploads::new().bytes_max(10));
    check(&send(&served, b"012", "bytes 0-3/10"), 400, "");
    check(&send(&served, b"01234", "bytes 0-3/10"), 400, "");
    check(&send(&served, b"0", "bytes 0-0/11"), 413, "");
    check(&send(&served, b"0", "bytes 0-0/10"), 202, "1");
    check(&send(&served, b"x", "bytes 0-0/*"), 400, "");
    for (content, status) in [("3\r\nabc\r\n", "400"), ("5\r\nabcde\r\n", "400"), ("4\r\nabcd\r\n", "202")] {
        let head = "PUT /big HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Range: bytes 1-4/10\r\n\r\n";
        let answer = testing::raw_exchange(format!("{head}{content}0\r\n\r\n"), &served);
        assert_eq!(String::from_utf8_lossy(&answer[9..12]), status, "{content}");
    }
    check(&send(&served, b"", "bytes */10"), 202, "5");
    check(&send(&served, b"56789", "bytes 5-9/10"), 201, "");
    assert_eq!(text(&place, "big"), "0abcd56789");
}

#[test]
fn two_requests_never_write_one_upload_at_once() {
    let place = place();
    let served = files(&place, Uploads::new());
    check(&send(&served, b"0", "bytes 0-0/10"), 202, "1");
    let own = String::from_utf8(own_name(b"big", 10)).unwrap();
    let held = fs::File::open(place.path().join("root").join(own)).unwrap();
    held.lock().unwrap();
    check(&send(&served, b"1", "bytes 1-1/10"), 409, "");
    drop(held);
    check(&send(&served, b"1", "bytes 1-1/10"), 202, "2");
}
