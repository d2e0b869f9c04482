//! Heads that follow others into the same memory, as pipelined ones do.

use super::{Parsed, RequestParser, parse_request};
use crate::head::RequestHead;
use crate::limits::Limits;
use http::Method;

const FIRST: &str = "GET /a?b HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n\r\n";

/// What stands behind the request line.
fn fields(head: &str) -> &str {
    head.trim_start().split_once("\r\n").unwrap().1
}

/// Reads `next` cut everywhere, into the memory that holds `first`.
#[track_caller]
fn check(limits: Limits, first: &str, next: &str) {
    let want = parse_request(next.as_bytes(), &limits);
    for cut in 0..=next.len() {
        let mut parser = RequestParser::new(Limits::SERVER);
        let mut head = RequestHead::default();
        assert!(matches!(parser.parse(first.as_bytes(), &mut head), Ok(Parsed::Complete { .. })));
        let mut parser = RequestParser::new(limits);
        let begun = parser.parse(&next.as_bytes()[..cut], &mut head);
        let parsed = match begun {
            Ok(Parsed::Partial) => parser.parse(next.as_bytes(), &mut head),
            over => over,
        };
        match &want {
            Ok(Parsed::Complete { value, consumed_bytes }) => {
                assert_eq!(
                    parsed,
                    Ok(Parsed::Complete { value: (), consumed_bytes: *consumed_bytes }),
                    "{cut}"
                );
                assert_eq!(head, *value, "{next:?} cut at {cut} behind {first:?}");
                let same_fields = fields(first) == fields(next);
                // Where they came in pieces, they have been read again.
                assert!(same_fields || !parser.repeats_fields(), "{next:?} behind {first:?}");
                assert!(
                    !same_fields || cut < next.len() || parser.repeats_fields(),
                    "{next:?} behind {first:?}"
                );
            }
            Ok(Parsed::Partial) => assert_eq!(parsed, Ok(Parsed::Partial)),
            Err(error) => assert_eq!(parsed, Err(*error), "{next:?} cut at {cut} behind {first:?}"),
        }
    }
}

#[test]
fn a_head_is_read_as_if_it_came_alone_whatever_came_before_it() {
    let nexts = [
        FIRST.to_owned(),
        FIRST.replace("GET", "HEAD"),
        FIRST.replace("GET", "get"),
        FIRST.replace("GET", "CONNECT"),
        FIRST.replace("1.1", "1.0"),
        FIRST.replace("1.1", "1.2"),
        FIRST.replace("1.1", "2.0"),
        FIRST.replace("/a?b", "/a"),
        FIRST.replace("/a?b", "/a?b#c"),
        FIRST.replace("/a?b", "*"),
        FIRST.replace("*/*", "*/*;"),
        FIRST.replace("*/*", "*/"),
        FIRST.replace("*/*", "*\r/*"),
        FIRST.replace("Accept: */*\r\n", ""),
        FIRST.replace("\r\n\r\n", "\r\nA: b\r\n\r\n"),
        FIRST.replace("\r\n\r\n", "\r\n\n"),
        FIRST.replace("\r\n", "\n"),
        format!("\r\n{FIRST}"),
        format!(" {FIRST}"),
    ];
    let asterisk = FIRST.replace("GET /a?b", "OPTIONS *");
    let absolute = FIRST.replace("/a?b", "http://example.org/a?b");
    for first in [FIRST, &FIRST.replace("GET", "POST"), &asterisk, &absolute, "GET / HTTP/1.0\r\n\r\n"] {
        for next in nexts.iter().chain([&asterisk, &absolute]) {
            check(Limits::SERVER, first, next);
        }
    }
}

#[test]
fn a_head_that_repeats_another_keeps_to_the_limits_of_its_own_parser() {
    let bytes = FIRST.len();
    for bytes_max in [1, 16, 17, bytes - 1, bytes, bytes + 1] {
        check(Limits::SERVER.head_bytes_max(bytes_max), FIRST, FIRST);
        check(Limits::SERVER.line_bytes_max(bytes_max), FIRST, FIRST);
    }
    for fields_max in [0, 1, 2, 3] {
        check(Limits::SERVER.fields_max(fields_max), FIRST, FIRST);
    }
}

#[test]
fn a_target_that_another_method_had_is_no_target_of_this_one() {
    let mut parser = RequestParser::new(Limits::SERVER);
    let mut head = RequestHead::default();
    let options = "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n";
    assert!(matches!(parser.parse(options.as_bytes(), &mut head), Ok(Parsed::Complete { .. })));
    head.method = Method::GET;
    assert!(parser.parse(options.replace("OPTIONS", "GET").as_bytes(), &mut head).is_err());
}
