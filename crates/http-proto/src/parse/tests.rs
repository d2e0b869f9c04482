//! Tests of whole heads, each read in every possible way: start lines, field lines, folds, line ends, limits.

use super::{Parsed, RequestParser, ResponseParser, parse_request, parse_response};
use crate::effort::counted_bytes;
use crate::error::ProtocolError::{self, *};
use crate::head::{RequestHead, ResponseHead};
use crate::headers::Headers;
use crate::limits::{Leniency, Limits};
use crate::testing::{request, response};
use http::{Method, Version};

mod differential;
mod limits;
mod properties;
mod repetition;

/// The rule that a request head breaks.
#[track_caller]
fn refuse(input: &[u8], want: ProtocolError) {
    let outcome = request(input, Limits::SERVER);
    assert_eq!(outcome, Some(Err(want)), "{}", input.escape_ascii());
}

/// The request head that `input` is, all of it.
#[track_caller]
fn take(input: &[u8]) -> RequestHead {
    match request(input, Limits::SERVER) {
        Some(Ok((head, consumed_bytes))) if consumed_bytes == input.len() => head,
        other => panic!("{other:?} of {}", input.escape_ascii()),
    }
}

/// The rule that a response head breaks, for a strict reader and for a lenient one.
#[track_caller]
fn refuse_response(input: &[u8], want: ProtocolError) {
    for leniency in [Leniency::Strict, Leniency::Recipient] {
        let outcome = response(input, Limits::CLIENT, leniency);
        assert_eq!(outcome, Some(Err(want)), "{leniency:?} {}", input.escape_ascii());
    }
}

#[track_caller]
fn take_response(input: &[u8], leniency: Leniency) -> ResponseHead {
    match response(input, Limits::CLIENT, leniency) {
        Some(Ok((head, consumed_bytes))) if consumed_bytes == input.len() => head,
        other => panic!("{other:?} of {}", input.escape_ascii()),
    }
}

fn fields(headers: &Headers) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name, value.as_bytes())).collect()
}

#[test]
fn a_request_head_is_read_as_it_stands() {
    let head =
        take(b"PoST /a%20b?c=d HTTP/1.1\r\nHost: example.org\r\nx-B:\t1 \r\nX-b:\r\nEmpty: \t \r\n\r\n");
    assert_eq!(head.method.as_str(), "PoST");
    assert_eq!(head.target, "/a%20b?c=d");
    assert_eq!(head.version, Version::HTTP_11);
    let want: [(&str, &[u8]); 4] = [("Host", b"example.org"), ("x-B", b"1"), ("X-b", b""), ("Empty", b"")];
    assert_eq!(fields(&head.headers), want);
}

#[test]
fn a_head_without_fields_is_whole() {
    assert!(take(b"GET / HTTP/1.0\r\n\r\n").headers.is_empty());
    assert!(take_response(b"HTTP/1.1 200 OK\r\n\r\n", Leniency::Strict).headers.is_empty());
}

#[test]
fn request_lines_that_are_taken() {
    for (line, method, target, version) in [
        ("GET / HTTP/1.1", "GET", "/", Version::HTTP_11),
        ("GET / HTTP/1.0", "GET", "/", Version::HTTP_10),
        ("GET / HTTP/1.2", "GET", "/", Version::HTTP_11),
        ("GET / HTTP/1.9", "GET", "/", Version::HTTP_11),
        ("get / HTTP/1.1", "get", "/", Version::HTTP_11),
        ("!#$%&'*+-.^_`|~09azAZ / HTTP/1.1", "!#$%&'*+-.^_`|~09azAZ", "/", Version::HTTP_11),
        ("OPTIONS * HTTP/1.1", "OPTIONS", "*", Version::HTTP_11),
        ("CONNECT [::1]:443 HTTP/1.1", "CONNECT", "[::1]:443", Version::HTTP_11),
        ("GET http://example.org HTTP/1.1", "GET", "http://example.org", Version::HTTP_11),
        ("GET //a//b/../?\"<>[]\\^`{|} HTTP/1.1", "GET", "//a//b/../?\"<>[]\\^`{|}", Version::HTTP_11),
        ("GET /%zz% HTTP/1.1", "GET", "/%zz%", Version::HTTP_11),
    ] {
        let head = take(format!("{line}\r\nHost: a\r\n\r\n").as_bytes());
        assert_eq!((head.method.as_str(), head.target.as_str(), head.version), (method, target, version));
    }
}

#[test]
fn request_lines_that_are_refused_and_where() {
    for (line, want) in [
        ("GET", InvalidRequestLine { offset: 3 }),
        ("GET ", InvalidRequestLine { offset: 4 }),
        ("GET /", InvalidRequestLine { offset: 5 }),
        ("GET  / HTTP/1.1", InvalidRequestLine { offset: 4 }),
        ("GET /  HTTP/1.1", InvalidRequestLine { offset: 6 }),
        ("GET /a b HTTP/1.1", InvalidRequestLine { offset: 8 }),
        ("GET / HTTP/1.1 ", InvalidRequestLine { offset: 14 }),
        ("GET  HTTP/1.1", InvalidRequestLine { offset: 4 }),
        ("GET / ", InvalidVersion { offset: 6 }),
        ("GET\t/\tHTTP/1.1", InvalidRequestLine { offset: 14 }),
        ("GET\t/ / HTTP/1.1", InvalidMethod { offset: 3 }),
        (" GET / HTTP/1.1", InvalidMethod { offset: 0 }),
        ("\tGET / HTTP/1.1", InvalidMethod { offset: 0 }),
        ("G(T / HTTP/1.1", InvalidMethod { offset: 1 }),
        ("GET\0 / HTTP/1.1", InvalidMethod { offset: 3 }),
        ("GET: / HTTP/1.1", InvalidMethod { offset: 3 }),
        ("\u{e9}ET / HTTP/1.1", InvalidMethod { offset: 0 }),
        ("\x16\x03\x01", InvalidMethod { offset: 0 }),
        ("{\"json\": 1}", InvalidMethod { offset: 0 }),
        ("GET /\0 HTTP/1.1", InvalidTarget { offset: 5 }),
        ("GET /a#b HTTP/1.1", InvalidTarget { offset: 6 }),
        ("GET /\u{e9} HTTP/1.1", InvalidTarget { offset: 5 }),
        ("GET /\x7f HTTP/1.1", InvalidTarget { offset: 5 }),
        ("GET /a\tb HTTP/1.1", InvalidTarget { offset: 6 }),
        ("GET hello HTTP/1.1", InvalidTarget { offset: 4 }),
        ("GET * HTTP/1.1", InvalidTarget { offset: 4 }),
        ("CONNECT / HTTP/1.1", InvalidTarget { offset: 8 }),
        ("GET / http/1.1", InvalidVersion { offset: 6 }),
        ("GET / HTTP/1", InvalidVersion { offset: 6 }),
        ("GET / HTTP/1.", InvalidVersion { offset: 6 }),
        ("GET / HTTP/1.10", InvalidVersion { offset: 6 }),
        ("GET / HTTP/01.1", InvalidVersion { offset: 6 }),
        ("GET / HTTP/1,1", InvalidVersion { offset: 6 }),
        ("GET / HTTP/+.1", InvalidVersion { offset: 6 }),
        ("GET / HTTPS/1.1", InvalidVersion { offset: 6 }),
        ("GET / HTTP/\u{b2}.1", InvalidVersion { offset: 6 }),
        ("GET / ICY/1.1", InvalidVersion { offset: 6 }),
        ("GET / HTTP/0.9", UnsupportedVersion { major: 0, minor: 9 }),
        ("GET / HTTP/2.0", UnsupportedVersion { major: 2, minor: 0 }),
        ("GET / HTTP/9.9", UnsupportedVersion { major: 9, minor: 9 }),
        ("PRI * HTTP/2.0", UnsupportedVersion { major: 2, minor: 0 }),
    ] {
        refuse(format!("{line}\r\nHost: a\r\n\r\n").as_bytes(), want);
    }
}

#[test]
fn what_cannot_begin_a_method_is_refused_at_its_first_byte() {
    for first in [b"\x16".as_slice(), b" ", b"\0", b"\xff", b"\r\n\x16"] {
        let mut parser = RequestParser::new(Limits::SERVER);
        let result = parser.parse(first, &mut RequestHead::default());
        let offset = u32::try_from(first.len() - 1).unwrap();
        assert_eq!(result, Err(InvalidMethod { offset }), "{}", first.escape_ascii());
    }
}

#[test]
fn field_lines_that_are_refused_and_where() {
    // The line stands at byte 16.
    for (line, want) in [
        ("X", MissingColon { offset: 16 }),
        ("X Y", MissingColon { offset: 16 }),
        ("X(Y", MissingColon { offset: 16 }),
        (": v", InvalidFieldName { offset: 16 }),
        ("X(: v", InvalidFieldName { offset: 17 }),
        ("X\0Y: v", InvalidFieldName { offset: 17 }),
        ("N\u{e9}: v", InvalidFieldName { offset: 17 }),
        ("X\x7f: v", InvalidFieldName { offset: 17 }),
        ("X : v", SpaceBeforeColon { offset: 17 }),
        ("X\t: v", SpaceBeforeColon { offset: 17 }),
        ("X Y: v", SpaceBeforeColon { offset: 17 }),
        ("X: a\0b", InvalidFieldValue { offset: 20 }),
        ("X: a\x0bb", InvalidFieldValue { offset: 20 }),
        ("X: a\x1fb", InvalidFieldValue { offset: 20 }),
        ("X: a\x7fb", InvalidFieldValue { offset: 20 }),
        ("X:\x0c", InvalidFieldValue { offset: 18 }),
        ("X: a\rb", BareCarriageReturn { offset: 20 }),
        ("X: \r", BareCarriageReturn { offset: 19 }),
        ("X\r: b", BareCarriageReturn { offset: 17 }),
        ("\r", BareCarriageReturn { offset: 16 }),
        (" X: b", FoldedLine { offset: 16 }),
        ("\tX: b", FoldedLine { offset: 16 }),
        (" ", FoldedLine { offset: 16 }),
    ] {
        refuse(format!("GET / HTTP/1.1\r\n{line}\r\nHost: a\r\n\r\n").as_bytes(), want);
    }
}

#[test]
fn field_values_are_trimmed_and_kept_byte_for_byte() {
    for (raw, want) in [
        (&b"a"[..], &b"a"[..]),
        (b"  a  ", b"a"),
        (b"\t a\t b \t", b"a\t b"),
        (b"a:b:c", b"a:b:c"),
        (b"\x80\xff\xc3\xa9", b"\x80\xff\xc3\xa9"),
        (b"\"a, b\"; c=d", b"\"a, b\"; c=d"),
        (b"!~", b"!~"),
        (b"\t", b""),
    ] {
        let head = take(&[b"GET / HTTP/1.1\r\nX:", raw, b"\r\nHost: a\r\n\r\n"].concat());
        assert_eq!(head.headers.get("x").unwrap().as_bytes(), want);
    }
}

#[test]
fn a_server_takes_no_bare_line_feed() {
    refuse(b"GET / HTTP/1.1\nHost: a\r\n\r\n", BareLineFeed { offset: 14 });
    refuse(b"GET / HTTP/1.1\r\nHost: a\n\r\n", BareLineFeed { offset: 23 });
    refuse(b"GET / HTTP/1.1\r\nHost: a\r\n\n", BareLineFeed { offset: 25 });
    refuse(b"\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", BareLineFeed { offset: 0 });
    refuse(b"GET / HTTP/1.1\r\nHost: a\n b\r\n\r\n", BareLineFeed { offset: 23 });
}

#[test]
fn a_bare_carriage_return_starts_nothing() {
    refuse(b"GET / HTTP/1.1\rHost: a\r\n\r\n", BareCarriageReturn { offset: 14 });
    refuse(b"GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", BareCarriageReturn { offset: 5 });
    refuse(b"GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", BareCarriageReturn { offset: 14 });
    refuse(b"\rGET / HTTP/1.1\r\n\r\n", BareCarriageReturn { offset: 0 });
    refuse(b"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", BareCarriageReturn { offset: 23 });
    refuse_response(b"HTTP/1.1 200 O\rK\r\n\r\n", BareCarriageReturn { offset: 14 });
    refuse_response(b"HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n", BareCarriageReturn { offset: 21 });
}

#[test]
fn a_server_refuses_folded_lines() {
    refuse(b"GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n", FoldedLine { offset: 22 });
    refuse(b"GET / HTTP/1.1\r\nX: a\r\n\t\r\n\r\n", FoldedLine { offset: 22 });
}

#[test]
fn empty_lines_before_a_request_are_skipped_and_counted_in_offsets() {
    let input = b"\r\n\r\nGET / HTTP/1.1\r\nA: b\r\nC: d\r\n\r\n";
    let head = take(input);
    assert_eq!(fields(&head.headers), [("A", &b"b"[..]), ("C", b"d")]);
    let mut out = Vec::new();
    head.headers.write_to(&mut out);
    assert_eq!(out, b"A: b\r\nC: d\r\n");
    refuse(b"\r\n\r\nGET / HTTP/1.1\r\nA b\r\n\r\n", MissingColon { offset: 20 });
    refuse(b"\r\n\r\nG(T / HTTP/1.1\r\n\r\n", InvalidMethod { offset: 5 });
    refuse(b"\r\nGET / HTTP/1.1\r\nA: \0\r\n\r\n", InvalidFieldValue { offset: 21 });
}

#[test]
fn a_parser_is_idle_between_heads_only() {
    let mut parser = RequestParser::new(Limits::SERVER);
    let mut head = RequestHead::default();
    assert!(parser.is_idle());
    for (input, idle) in [(&b""[..], true), (b"\r\n", true), (b"\r\nG", false)] {
        assert_eq!(parser.parse(input, &mut head), Ok(Parsed::Partial));
        assert_eq!(parser.is_idle(), idle, "after {}", input.escape_ascii());
    }
    assert!(matches!(parser.parse(b"\r\nGET / HTTP/1.1\r\n\r\n", &mut head), Ok(Parsed::Complete { .. })));
    assert!(parser.is_idle());
    assert_eq!(parser.parse(b"GET / HTTP/1.1\r\n", &mut head), Ok(Parsed::Partial));
    assert!(!parser.is_idle());
    parser.reset();
    assert!(parser.is_idle());
}

#[test]
fn one_parser_reads_pipelined_heads_and_goes_on_after_an_error() {
    let input: &[u8] = b"GET /1 HTTP/1.1\r\nA: 1\r\n\r\nG@T\r\n\r\nPUT /2 HTTP/1.0\r\nBB: 22\r\nC: 3\r\n\r\n";
    let mut parser = RequestParser::new(Limits::SERVER);
    let mut head = RequestHead::default();
    let first = parser.parse(input, &mut head);
    assert_eq!(first, Ok(Parsed::Complete { value: (), consumed_bytes: 25 }));
    assert_eq!((head.target.as_str(), fields(&head.headers)), ("/1", vec![("A", &b"1"[..])]));
    assert!(parser.parse(&input[25..], &mut head).is_err());
    let third = parser.parse(&input[32..], &mut head);
    assert_eq!(third, Ok(Parsed::Complete { value: (), consumed_bytes: input.len() - 32 }));
    assert_eq!(head.method, Method::PUT);
    assert_eq!(fields(&head.headers), [("BB", &b"22"[..]), ("C", b"3")]);
}

#[test]
fn status_lines_that_are_taken() {
    for (line, status, reason, version) in [
        ("HTTP/1.1 200 OK", 200, "OK", Version::HTTP_11),
        ("HTTP/1.0 404 Not Found", 404, "Not Found", Version::HTTP_10),
        ("HTTP/1.1 200 ", 200, "", Version::HTTP_11),
        ("HTTP/1.1 200", 200, "", Version::HTTP_11),
        ("HTTP/1.1 200  two  blanks ", 200, " two  blanks ", Version::HTTP_11),
        ("HTTP/1.1 100 Continue", 100, "Continue", Version::HTTP_11),
        ("HTTP/1.1 999 ?", 999, "?", Version::HTTP_11),
        ("HTTP/1.7 200 \u{e9}\t!", 200, "\u{e9}\t!", Version::HTTP_11),
    ] {
        for leniency in [Leniency::Strict, Leniency::Recipient] {
            let head = take_response(format!("{line}\r\nA: b\r\n\r\n").as_bytes(), leniency);
            assert_eq!((head.status.as_u16(), head.version), (status, version), "{line}");
            assert_eq!(head.reason, reason.as_bytes(), "{line}");
            assert_eq!(fields(&head.headers), [("A", &b"b"[..])]);
        }
    }
    let head = take_response(b"HTTP/1.1 200 \xff\xe9\r\n\r\n", Leniency::Strict);
    assert_eq!(head.reason, b"\xff\xe9");
}

#[test]
fn status_lines_that_are_refused_and_where() {
    for (line, want) in [
        ("HTTP/1.1", InvalidStatusLine { offset: 8 }),
        ("HTTP/1.1 ", InvalidStatusLine { offset: 9 }),
        ("HTTP/1.1 20", InvalidStatusLine { offset: 11 }),
        ("HTTP/1.1 2000 OK", InvalidStatusLine { offset: 12 }),
        ("HTTP/1.1 0200 OK", InvalidStatusLine { offset: 12 }),
        ("HTTP/1.1 +20 OK", InvalidStatusLine { offset: 9 }),
        ("HTTP/1.1 2_0 OK", InvalidStatusLine { offset: 10 }),
        ("HTTP/1.1 2 0 OK", InvalidStatusLine { offset: 10 }),
        ("HTTP/1.1  200 OK", InvalidStatusLine { offset: 9 }),
        ("HTTP/1.1 200\tOK", InvalidStatusLine { offset: 12 }),
        ("HTTP/1.1 099 low", InvalidStatusLine { offset: 9 }),
        ("HTTP/1.1 000 low", InvalidStatusLine { offset: 9 }),
        ("HTTP/1.1 200 a\0b", InvalidStatusLine { offset: 14 }),
        ("HTTP/1.1 200 a\x7f", InvalidStatusLine { offset: 14 }),
        ("HTTP/1.1\t200 OK", InvalidVersion { offset: 0 }),
        ("HTTP/1.1200 OK", InvalidVersion { offset: 0 }),
        ("HTTP/1. 200 OK", InvalidVersion { offset: 0 }),
        ("HTTP/11 200 OK", InvalidVersion { offset: 0 }),
        ("HTTP/ 200 OK", InvalidVersion { offset: 0 }),
        ("HTTP/2.0 200 OK", UnsupportedVersion { major: 2, minor: 0 }),
        ("HTTP/0.9 200 OK", UnsupportedVersion { major: 0, minor: 9 }),
        ("HTTPS/1.1 200 OK", NotHttp),
        ("http/1.1 200 OK", NotHttp),
        ("ICY 200 OK", NotHttp),
        ("<html>", NotHttp),
        ("", NotHttp),
        (" HTTP/1.1 200 OK", NotHttp),
    ] {
        refuse_response(format!("{line}\r\nA: b\r\n\r\n").as_bytes(), want);
    }
}

#[test]
fn a_recipient_takes_bare_line_feeds() {
    for input in [
        &b"HTTP/1.1 200 OK\nA: b\nC:d\n\n"[..],
        b"HTTP/1.1 200 OK\r\nA: b\nC:d\r\n\n",
        b"HTTP/1.1 200 OK\nA: b\r\nC:d\n\r\n",
    ] {
        let head = take_response(input, Leniency::Recipient);
        assert_eq!(fields(&head.headers), [("A", &b"b"[..]), ("C", b"d")]);
        let mut out = Vec::new();
        head.headers.write_to(&mut out);
        assert_eq!(out, b"A: b\r\nC: d\r\n", "it never goes out that way");
        assert!(matches!(response(input, Limits::CLIENT, Leniency::Strict), Some(Err(BareLineFeed { .. }))));
    }
}

#[test]
fn a_recipient_reads_folds_as_spaces_and_never_sends_them_on() {
    for (lines, value) in [
        ("X: a\r\n b", &b"a   b"[..]),
        ("X: a\r\n\tb\r\n  c", b"a  \tb    c"),
        ("X: a \t\r\n b ", b"a \t   b"),
        ("X:\r\n b", b"b"),
        ("X: \r\n \r\n\t\r\n b", b"b"),
        ("X: a\r\n ", b"a"),
        ("X: a\r\n \r\n b", b"a      b"),
        ("X: a\n b", b"a  b"),
        ("X: a\r\n b: c", b"a   b: c"),
    ] {
        let input = format!("HTTP/1.1 200 OK\r\nW: v\r\n{lines}\r\nY: z\r\n\r\n");
        let mut head = take_response(input.as_bytes(), Leniency::Recipient);
        assert_eq!(fields(&head.headers), [("W", &b"v"[..]), ("X", value), ("Y", b"z")], "{lines:?}");
        head.headers.append("New", "1").unwrap();
        let mut out = Vec::new();
        head.headers.write_to(&mut out);
        let want = [b"W: v\r\nX: ", value, b"\r\nY: z\r\nNew: 1\r\n"].concat();
        assert_eq!(out, want, "{lines:?}");
    }
}

#[test]
fn folds_are_checked_as_values_are() {
    let check = |lines: &str, want| {
        let input = format!("HTTP/1.1 200 OK\r\n{lines}\r\n\r\n");
        assert_eq!(
            response(input.as_bytes(), Limits::CLIENT, Leniency::Recipient),
            Some(Err(want)),
            "{lines:?}"
        );
    };
    check(" X: a", FoldedLine { offset: 17 });
    check("X: a\r\n b\0", InvalidFieldValue { offset: 25 });
    check("X: a\r\n b\rc", BareCarriageReturn { offset: 25 });
    check("X: a\r\n \x7f", InvalidFieldValue { offset: 24 });
}

#[test]
fn wire_form_survives_parsing_and_appending() {
    let mut head = take(b"GET / HTTP/1.1\r\nA:b\r\nC:  d \r\n\r\n");
    head.headers.append("E", "f").unwrap();
    let mut out = Vec::new();
    head.headers.write_to(&mut out);
    assert_eq!(out, b"A:b\r\nC:  d \r\nE: f\r\n");
    head.headers.remove("C");
    head.headers.set("a", "longer").unwrap();
    out.clear();
    head.headers.write_to(&mut out);
    assert_eq!(out, b"A:longer\r\nE: f\r\n");
}

#[test]
fn one_call_functions_agree_with_the_parsers() {
    let input = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nmore";
    assert!(matches!(parse_request(input, &Limits::SERVER), Ok(Parsed::Complete { consumed_bytes: 27, .. })));
    assert_eq!(parse_request(&input[..26], &Limits::SERVER), Ok(Parsed::Partial));
    let input = b"HTTP/1.1 204 No Content\r\n\r\nmore";
    let parsed = parse_response(input, &Limits::CLIENT, Leniency::Recipient);
    assert!(matches!(parsed, Ok(Parsed::Complete { consumed_bytes: 27, .. })));
}

#[test]
fn heads_are_reused_without_traces_of_the_last_one() {
    let mut parser = ResponseParser::new(Limits::CLIENT, Leniency::Recipient);
    let mut head = ResponseHead::default();
    let long = b"HTTP/1.0 404 Not Found at all\r\nA: 1\r\n folded\r\nB: 2\n\r\n";
    assert!(matches!(parser.parse(long, &mut head), Ok(Parsed::Complete { .. })));
    let short = b"HTTP/1.1 200 \r\nC: 3\r\n\r\n";
    assert!(matches!(parser.parse(short, &mut head), Ok(Parsed::Complete { .. })));
    let fresh = take_response(short, Leniency::Strict);
    assert_eq!(head, fresh);
    let mut out = Vec::new();
    head.headers.write_to(&mut out);
    assert_eq!(out, b"C: 3\r\n");
}

#[test]
fn a_shorter_input_than_before_does_not_panic() {
    let mut parser = RequestParser::new(Limits::SERVER);
    let mut head = RequestHead::default();
    for input in [&b"GET / HTTP/1.1\r\nHost: a"[..], b"GET", b"", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let _ = parser.parse(input, &mut head);
    }
    parser.reset();
    for input in [&b"GET / HT"[..], b"G", b"", b"GET / HTTP/1.1\r\n"] {
        let _ = parser.parse(input, &mut head);
    }
}

/// How many bytes are walked over to read `input` byte by byte.
fn cost_byte_by_byte(input: &[u8]) -> usize {
    let mut parser = RequestParser::new(
        Limits::SERVER.fields_max(100_000).head_bytes_max(1 << 24).line_bytes_max(1 << 24),
    );
    let mut head = RequestHead::default();
    counted_bytes();
    for end in 0..=input.len() {
        match parser.parse(&input[..end], &mut head).unwrap() {
            Parsed::Partial => assert!(end < input.len(), "the head is whole"),
            Parsed::Complete { .. } => assert_eq!(end, input.len()),
        }
    }
    counted_bytes()
}

#[test]
fn a_folded_head_that_comes_byte_by_byte_costs_linear_time() {
    let limits = Limits::CLIENT.head_bytes_max(1 << 24).line_bytes_max(1 << 24);
    let input = format!("HTTP/1.1 200 OK\nA: b\n{}B: c\n\n", " folded\n".repeat(3_000));
    let mut parser = ResponseParser::new(limits, Leniency::Recipient);
    let mut head = ResponseHead::default();
    counted_bytes();
    for end in 0..input.len() {
        assert_eq!(parser.parse(&input.as_bytes()[..end], &mut head), Ok(Parsed::Partial));
    }
    assert!(matches!(parser.parse(input.as_bytes(), &mut head), Ok(Parsed::Complete { .. })));
    let cost = counted_bytes();
    assert!(cost <= 4 * input.len(), "{cost} for {} bytes", input.len());
    assert_eq!(head.headers.len(), 2);
}

#[test]
fn a_head_that_comes_byte_by_byte_costs_linear_time() {
    let short_fields = "Name: value\r\n".repeat(2_000);
    let long_field = format!("Name: {}\r\n", "v".repeat(30_000));
    let long_target = format!("/{}", "t".repeat(30_000));
    for input in [
        format!("GET / HTTP/1.1\r\n{short_fields}\r\n"),
        format!("GET / HTTP/1.1\r\n{long_field}\r\n"),
        // Each line takes the longer way here.
        format!("\r\n\r\nGET / HTTP/1.9\r\n{}\r\n", "A:\tb\t\r\n".repeat(2_000)),
        format!("GET {long_target} HTTP/1.1\r\n\r\n"),
    ] {
        let cost = cost_byte_by_byte(input.as_bytes());
        assert!(cost <= 4 * input.len(), "{cost} for {} bytes", input.len());
    }
}
