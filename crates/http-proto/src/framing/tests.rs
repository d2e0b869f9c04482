//! Tests of the verdicts on whole heads: where content ends, whether the connection stays, what is refused.

use super::{CloseReason, Framing, Verdict, request_framing, response_framing};
use crate::error::ProtocolError::{self, *};
use crate::limits::{Leniency, Limits};
use crate::parse::{Parsed, parse_request, parse_response};
use http::Method;

/// The verdict on a request with this line and these fields.
fn request(line: &str, fields: &str) -> Result<Verdict, ProtocolError> {
    let input = format!("{line}\r\n{}\r\n", fields.replace('|', "\r\n"));
    match parse_request(input.as_bytes(), &Limits::SERVER) {
        Ok(Parsed::Complete { value, .. }) => request_framing(&value),
        other => panic!("{other:?} of {input:?}"),
    }
}

/// The verdict on a response to `method` with this line and these fields.
fn response(method: &Method, line: &str, fields: &str) -> Result<Verdict, ProtocolError> {
    let input = format!("{line}\r\n{}\r\n", fields.replace('|', "\r\n"));
    match parse_response(input.as_bytes(), &Limits::CLIENT, Leniency::Recipient) {
        Ok(Parsed::Complete { value, .. }) => response_framing(method, &value),
        other => panic!("{other:?} of {input:?}"),
    }
}

#[track_caller]
fn check_request(fields: &str, want: Result<Framing, ProtocolError>) {
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"] {
        let verdict = request(&format!("{method} / HTTP/1.1"), &format!("Host: a|{fields}"));
        assert_eq!(verdict.map(|verdict| verdict.framing), want, "{method} {fields}");
    }
}

#[test]
fn requests_with_content() {
    for (fields, framing) in [
        ("", Framing::None),
        ("X: y|", Framing::None),
        ("Content-Length: 0|", Framing::Length(0)),
        ("Content-Length: 10|", Framing::Length(10)),
        ("content-length:\t10 \t|", Framing::Length(10)),
        ("CONTENT-LENGTH: 0010|", Framing::Length(10)),
        ("Content-Length: 18446744073709551615|", Framing::Length(u64::MAX)),
        ("Transfer-Encoding: chunked|", Framing::Chunked),
        ("transfer-encoding: \tCHUNKED \t|", Framing::Chunked),
        ("Transfer-Encoding: , chunked,|", Framing::Chunked),
        ("Transfer-Encoding:|Transfer-Encoding: chunked|", Framing::Chunked),
        ("X-Content-Length: 5|Content-Length-X: 6|", Framing::None),
        ("Content-Lengths: 5|Transfer-Encodings: chunked|", Framing::None),
    ] {
        check_request(fields, Ok(framing));
    }
}

#[test]
fn requests_that_two_readers_could_understand_in_two_ways() {
    for (fields, error) in [
        // Not 1*DIGIT, or too much.
        ("Content-Length:|", InvalidContentLength),
        ("Content-Length: +5|", InvalidContentLength),
        ("Content-Length: -5|", InvalidContentLength),
        ("Content-Length: 5 5|", InvalidContentLength),
        ("Content-Length: 5_0|", InvalidContentLength),
        ("Content-Length: 0x5|", InvalidContentLength),
        ("Content-Length: 5.0|", InvalidContentLength),
        ("Content-Length: 5;|", InvalidContentLength),
        ("Content-Length: \"5\"|", InvalidContentLength),
        ("Content-Length: 1e1|", InvalidContentLength),
        ("Content-Length: five|", InvalidContentLength),
        ("Content-Length: \u{665}|", InvalidContentLength),
        ("Content-Length: ,|", InvalidContentLength),
        ("Content-Length: 5,|", InvalidContentLength),
        ("Content-Length: ,5|", InvalidContentLength),
        ("Content-Length: 18446744073709551616|", InvalidContentLength),
        ("Content-Length: 99999999999999999999999999|", InvalidContentLength),
        ("Content-Length: 5|Content-Length: x|", InvalidContentLength),
        ("Content-Length: x|Content-Length: 5|", InvalidContentLength),
        // More than one.
        ("Content-Length: 5|Content-Length: 6|", ConflictingContentLength),
        ("Content-Length: 5|Content-Length: 5|", ConflictingContentLength),
        ("Content-Length: 5, 5|", ConflictingContentLength),
        ("Content-Length: 5, 6|", ConflictingContentLength),
        ("Content-Length: 5|X: y|content-length: 05|", ConflictingContentLength),
        // Beside a transfer coding, in any order and state.
        ("Content-Length: 5|Transfer-Encoding: chunked|", LengthAndTransferEncoding),
        ("Transfer-Encoding: chunked|Content-Length: 5|", LengthAndTransferEncoding),
        ("Transfer-Encoding: chunked|Content-Length: x|", LengthAndTransferEncoding),
        ("Transfer-Encoding: gzip|Content-Length: 5|", LengthAndTransferEncoding),
        ("Transfer-Encoding:|Content-Length: 5|", LengthAndTransferEncoding),
        ("Transfer-Encoding: identity|Content-Length: 5|", LengthAndTransferEncoding),
        // Transfer codings other than one final chunked.
        ("Transfer-Encoding:|", InvalidTransferEncoding),
        ("Transfer-Encoding: ,|", InvalidTransferEncoding),
        ("Transfer-Encoding: gzip|", UnknownTransferCoding),
        ("Transfer-Encoding: identity|", UnknownTransferCoding),
        ("Transfer-Encoding: xchunked|", UnknownTransferCoding),
        ("Transfer-Encoding: chunkedx|", UnknownTransferCoding),
        ("Transfer-Encoding: chun ked|", UnknownTransferCoding),
        ("Transfer-Encoding: \"chunked\"|", UnknownTransferCoding),
        ("Transfer-Encoding: chunked;q=1|", UnknownTransferCoding),
        ("Transfer-Encoding: gzip, chunked|", UnknownTransferCoding),
        ("Transfer-Encoding: gzip|Transfer-Encoding: chunked|", UnknownTransferCoding),
        ("Transfer-Encoding: \u{a0}chunked|", UnknownTransferCoding),
        ("Transfer-Encoding: chunked, gzip|", ChunkedNotFinal),
        ("Transfer-Encoding: chunked, chunked|", ChunkedNotFinal),
        ("Transfer-Encoding: chunked|Transfer-Encoding: chunked|", ChunkedNotFinal),
        ("Transfer-Encoding: chunked|Transfer-Encoding: identity|", ChunkedNotFinal),
    ] {
        check_request(fields, Err(error));
    }
}

#[test]
fn old_requests_have_no_transfer_codings() {
    for fields in [
        "Transfer-Encoding: chunked|",
        "Transfer-Encoding: chunked|Content-Length: 5|",
        "Transfer-Encoding: x|",
    ] {
        assert_eq!(request("POST / HTTP/1.0", fields), Err(TransferEncodingInHttp10), "{fields}");
    }
    let verdict = request("POST / HTTP/1.0", "Content-Length: 5|").unwrap();
    assert_eq!(verdict.framing, Framing::Length(5));
    // A request never runs until the connection closes.
    assert_eq!(request("POST / HTTP/1.0", "").unwrap().framing, Framing::None);
}

#[test]
fn exactly_one_valid_host() {
    for (line, fields, want) in [
        ("GET / HTTP/1.1", "", Err(MissingHost)),
        ("GET / HTTP/1.1", "Hosts: a|", Err(MissingHost)),
        ("GET http://a/ HTTP/1.1", "", Err(MissingHost)),
        ("GET / HTTP/1.0", "", Ok(())),
        ("GET / HTTP/1.9", "", Err(MissingHost)),
        ("GET / HTTP/1.1", "Host: a|Host: a|", Err(RepeatedHost)),
        ("GET / HTTP/1.1", "Host: a|host: b|", Err(RepeatedHost)),
        ("GET / HTTP/1.0", "Host: a|Host: a|", Err(RepeatedHost)),
        ("GET / HTTP/1.1", "Host:|Host: a|", Err(RepeatedHost)),
        ("GET / HTTP/1.1", "Host: a|", Ok(())),
        ("GET / HTTP/1.1", "HOST: [::1]:8080|", Ok(())),
        ("GET / HTTP/1.1", "Host: a b|", Err(InvalidHost)),
        ("GET / HTTP/1.1", "Host: a/b|", Err(InvalidHost)),
        ("GET / HTTP/1.1", "Host: u@a|", Err(InvalidHost)),
        ("GET / HTTP/1.1", "Host: a:b|", Err(InvalidHost)),
        ("GET / HTTP/1.1", "Host: \u{e9}|", Err(InvalidHost)),
        ("GET / HTTP/1.0", "Host: a b|", Err(InvalidHost)),
        ("GET / HTTP/1.1", "Host:|", Ok(())),
        ("OPTIONS * HTTP/1.1", "Host:|", Ok(())),
        ("GET http://a/ HTTP/1.1", "Host:|", Err(InvalidHost)),
        ("GET http://a/ HTTP/1.1", "Host: other|", Ok(())),
        ("CONNECT a:443 HTTP/1.1", "Host: a:443|", Ok(())),
        ("CONNECT a:443 HTTP/1.1", "Host:|", Err(InvalidHost)),
    ] {
        assert_eq!(request(line, fields).map(|_| ()), want, "{line} {fields}");
    }
}

#[test]
fn whether_a_request_leaves_its_connection_open() {
    for (version, fields, want) in [
        ("1.1", "", Ok(())),
        ("1.1", "Connection: keep-alive|", Ok(())),
        ("1.1", "Connection: upgrade|", Ok(())),
        ("1.1", "Connection: close|", Err(CloseReason::PeerAsked)),
        ("1.1", "connection: CLOSE|", Err(CloseReason::PeerAsked)),
        ("1.1", "Connection: x, close ,y|", Err(CloseReason::PeerAsked)),
        ("1.1", "Connection: x|Connection: close|", Err(CloseReason::PeerAsked)),
        ("1.1", "Connection: keep-alive, close|", Err(CloseReason::PeerAsked)),
        ("1.1", "Connection: closed|", Ok(())),
        ("1.1", "Connection: not-close|", Ok(())),
        ("1.1", "Connection: \"close\"|", Ok(())),
        ("1.1", "Proxy-Connection: close|", Ok(())),
        ("1.0", "", Err(CloseReason::Http10)),
        ("1.0", "Connection: keep-alive|", Ok(())),
        ("1.0", "Connection: x, KEEP-ALIVE|", Ok(())),
        ("1.0", "Connection: close, keep-alive|", Err(CloseReason::PeerAsked)),
        ("1.0", "Keep-Alive: timeout=5|", Err(CloseReason::Http10)),
        ("1.9", "", Ok(())),
    ] {
        let verdict = request(&format!("GET / HTTP/{version}"), &format!("Host: a|{fields}")).unwrap();
        assert_eq!(verdict.persistence, want, "HTTP/{version} {fields}");
    }
}

/// The verdict on a response to GET.
#[track_caller]
fn check_response(line: &str, fields: &str, framing: Framing, persistence: Result<(), CloseReason>) {
    let verdict = response(&Method::GET, line, fields).unwrap();
    assert_eq!((verdict.framing, verdict.persistence), (framing, persistence), "{line} {fields}");
}

#[test]
fn responses_with_content() {
    let ok = "HTTP/1.1 200 OK";
    check_response(ok, "Content-Length: 0|", Framing::Length(0), Ok(()));
    check_response(ok, "Content-Length: 5|", Framing::Length(5), Ok(()));
    check_response(ok, "Content-Length: 5, 5|", Framing::Length(5), Ok(()));
    check_response(ok, "Content-Length: 5|Content-Length: 05|", Framing::Length(5), Ok(()));
    check_response(
        ok,
        "Content-Length: 5|Connection: close|",
        Framing::Length(5),
        Err(CloseReason::PeerAsked),
    );
    check_response(ok, "Transfer-Encoding: chunked|", Framing::Chunked, Ok(()));
    check_response(ok, "Transfer-Encoding: chunked \t|", Framing::Chunked, Ok(()));
    check_response(ok, "", Framing::UntilClose, Err(CloseReason::UntilClose));
    check_response(ok, "Connection: keep-alive|", Framing::UntilClose, Err(CloseReason::UntilClose));
    check_response("HTTP/1.1 205 Reset", "Content-Length: 0|", Framing::Length(0), Ok(()));
    check_response("HTTP/1.1 500 Oops", "Content-Length: 5|", Framing::Length(5), Ok(()));
    check_response("HTTP/1.1 999 ?", "Content-Length: 5|", Framing::Length(5), Ok(()));
    let old = "HTTP/1.0 200 OK";
    check_response(old, "Content-Length: 5|", Framing::Length(5), Err(CloseReason::Http10));
    check_response(old, "Content-Length: 5|Connection: Keep-Alive|", Framing::Length(5), Ok(()));
    check_response(old, "", Framing::UntilClose, Err(CloseReason::UntilClose));
}

#[test]
fn a_transfer_coding_overrides_the_length_and_ends_the_connection() {
    for length in ["5", "5, 6", "x", ""] {
        let fields = format!("Content-Length: {length}|Transfer-Encoding: chunked|");
        check_response("HTTP/1.1 200 OK", &fields, Framing::Chunked, Err(CloseReason::AmbiguousFraming));
    }
    check_response(
        "HTTP/1.0 200 OK",
        "Transfer-Encoding: chunked|Connection: keep-alive|",
        Framing::Chunked,
        Err(CloseReason::TransferEncodingInHttp10),
    );
}

#[test]
fn responses_that_cannot_be_framed() {
    for (fields, error) in [
        ("Content-Length: 5|Content-Length: 6|", ConflictingContentLength),
        ("Content-Length: 5, 6|", ConflictingContentLength),
        ("Content-Length: -1|", InvalidContentLength),
        ("Content-Length: +5|", InvalidContentLength),
        ("Content-Length:|", InvalidContentLength),
        ("Content-Length: 18446744073709551616|", InvalidContentLength),
        ("Transfer-Encoding: gzip|", UnknownTransferCoding),
        ("Transfer-Encoding: gzip, chunked|", UnknownTransferCoding),
        ("Transfer-Encoding: gzip|Content-Length: 5|", UnknownTransferCoding),
        ("Transfer-Encoding: identity|", UnknownTransferCoding),
        ("Transfer-Encoding: chunked, chunked|", ChunkedNotFinal),
        ("Transfer-Encoding: chunked, gzip|", ChunkedNotFinal),
        ("Transfer-Encoding:|", InvalidTransferEncoding),
    ] {
        for line in ["HTTP/1.1 200 OK", "HTTP/1.0 200 OK", "HTTP/1.1 404 Not Found"] {
            assert_eq!(response(&Method::GET, line, fields), Err(error), "{line} {fields}");
        }
    }
}

#[test]
fn responses_without_content_whatever_the_fields_say() {
    let liars = [
        "",
        "Content-Length: 5|",
        "Transfer-Encoding: chunked|",
        "Content-Length: 5|Content-Length: 6|",
        "Content-Length: x|",
        "Transfer-Encoding: gzip|",
        "Transfer-Encoding: chunked|Content-Length: 5|",
    ];
    for fields in liars {
        for line in ["HTTP/1.1 204 No Content", "HTTP/1.1 304 Not Modified"] {
            check_response(line, fields, Framing::None, Ok(()));
        }
        for line in
            ["HTTP/1.1 100 Continue", "HTTP/1.1 102 Processing", "HTTP/1.1 103 Early Hints", "HTTP/1.0 199 x"]
        {
            check_response(line, fields, Framing::None, Ok(()));
        }
        let verdict = response(&Method::HEAD, "HTTP/1.1 200 OK", fields).unwrap();
        assert_eq!((verdict.framing, verdict.persistence), (Framing::None, Ok(())), "HEAD {fields}");
    }
    check_response("HTTP/1.1 204 x", "Connection: close|", Framing::None, Err(CloseReason::PeerAsked));
    check_response("HTTP/1.0 304 x", "", Framing::None, Err(CloseReason::Http10));
    // Methods are compared in their exact case.
    let odd = Method::from_bytes(b"Head").unwrap();
    assert_eq!(response(&odd, "HTTP/1.1 200 OK", "Content-Length: 5|").unwrap().framing, Framing::Length(5));
}

#[test]
fn connections_that_stop_speaking_http() {
    let tunnel = (Framing::Tunnel, Err(CloseReason::Tunnel));
    for (method, line, want) in [
        (Method::GET, "HTTP/1.1 101 Switching Protocols", tunnel),
        (Method::CONNECT, "HTTP/1.1 200 OK", tunnel),
        (Method::CONNECT, "HTTP/1.1 204 x", tunnel),
        (Method::CONNECT, "HTTP/1.1 299 x", tunnel),
        (Method::CONNECT, "HTTP/1.1 407 x", (Framing::Length(5), Ok(()))),
        (Method::CONNECT, "HTTP/1.1 302 x", (Framing::Length(5), Ok(()))),
        (Method::CONNECT, "HTTP/1.1 100 x", (Framing::None, Ok(()))),
    ] {
        let verdict = response(&method, line, "Content-Length: 5|").unwrap();
        assert_eq!((verdict.framing, verdict.persistence), want, "{method} {line}");
    }
}

#[test]
fn every_close_reason_says_why() {
    for reason in [
        CloseReason::Http10,
        CloseReason::PeerAsked,
        CloseReason::WeAsked,
        CloseReason::UntilClose,
        CloseReason::AmbiguousFraming,
        CloseReason::TransferEncodingInHttp10,
        CloseReason::Tunnel,
        CloseReason::UnreadContent,
        CloseReason::UnfinishedMessage,
        CloseReason::UnaskedBytes,
        CloseReason::PeerClosed,
        CloseReason::ProtocolError,
        CloseReason::TimedOut,
        CloseReason::RequestLimit,
        CloseReason::ShuttingDown,
        CloseReason::Closed,
    ] {
        let text = reason.to_string();
        assert!(text.len() > 10 && !text.ends_with('.'), "{reason:?}: {text}");
    }
}
