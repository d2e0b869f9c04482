//! Tests of what is written: exactly the grammar, and nothing that a caller could slip in.

use super::{encode_decimal, encode_request, encode_request_line, encode_response, encode_status_line};
use crate::error::InvalidInput;
use crate::head::{RequestHead, RequestTarget, ResponseHead};
use http::{Method, StatusCode, Version};

#[test]
fn a_request_head_is_written_as_it_is() {
    let mut head = RequestHead {
        method: Method::POST,
        target: RequestTarget::new("/a?b", &Method::POST).unwrap(),
        ..RequestHead::default()
    };
    head.headers.append("Host", "example.org").unwrap();
    head.headers.append("x-Y", "").unwrap();
    let mut out = b"before".to_vec();
    encode_request(&head, &mut out).unwrap();
    assert_eq!(out, b"beforePOST /a?b HTTP/1.1\r\nHost: example.org\r\nx-Y: \r\n\r\n");
}

#[test]
fn a_response_head_is_written_as_it_is() {
    let mut head =
        ResponseHead { version: Version::HTTP_10, status: StatusCode::NOT_FOUND, ..ResponseHead::default() };
    let mut out = Vec::new();
    encode_response(&head, &mut out).unwrap();
    assert_eq!(out, b"HTTP/1.0 404 \r\n\r\n", "the space stands before an empty reason too");
    head.reason = b"Nicht da\xdf".to_vec();
    out.clear();
    encode_response(&head, &mut out).unwrap();
    assert_eq!(out, b"HTTP/1.0 404 Nicht da\xdf\r\n\r\n");
}

#[test]
fn nothing_can_be_injected_through_a_target() {
    for target in ["", "/a b", "/ HTTP/1.1\r\nX: y", "/\n", "/\r", "/\0", "/\t", "/é", "/#", "/\u{7f}"] {
        let mut out = Vec::new();
        let refused = encode_request_line(&Method::GET, target, Version::HTTP_11, &mut out);
        assert!(matches!(refused, Err(InvalidInput::Target { .. })), "{target:?}");
        assert!(out.is_empty(), "{target:?}");
    }
}

#[test]
fn nothing_can_be_injected_through_a_reason() {
    for (reason, offset) in [(&b"a\r\nX: y"[..], 1), (b"\n", 0), (b"a\r", 1), (b"a\0", 1), (b"\x7f", 0)] {
        let mut out = Vec::new();
        let refused = encode_status_line(Version::HTTP_11, StatusCode::OK, reason, &mut out);
        assert_eq!(refused, Err(InvalidInput::Reason { offset }));
        let head = ResponseHead { reason: reason.to_vec(), ..ResponseHead::default() };
        assert_eq!(encode_response(&head, &mut out), Err(InvalidInput::Reason { offset }));
        assert!(out.is_empty());
    }
}

#[test]
fn methods_cannot_hold_what_breaks_a_line() {
    // The type is of another crate; this is what we rely on.
    for byte in 0..=255u8 {
        let method = Method::from_bytes(&[b'A', byte]);
        assert_eq!(method.is_ok(), crate::ascii::TOKEN.contains(byte), "{byte:#04x}");
    }
}

#[test]
fn only_the_versions_of_http_1_are_written() {
    for version in [Version::HTTP_09, Version::HTTP_2, Version::HTTP_3] {
        let mut out = Vec::new();
        let refused = encode_request_line(&Method::GET, "/", version, &mut out);
        assert_eq!(refused, Err(InvalidInput::Version));
        assert_eq!(encode_status_line(version, StatusCode::OK, b"", &mut out), Err(InvalidInput::Version));
        assert!(out.is_empty());
    }
}

#[test]
fn numbers_are_written_in_decimal() {
    let long = [12_345, 65_535, 65_536, u64::from(u32::MAX), u64::MAX - 1, u64::MAX];
    for number in (0..=10_001).chain(long) {
        let mut out = Vec::new();
        encode_decimal(number, &mut out);
        assert_eq!(out, number.to_string().into_bytes());
    }
}
