//! What holds for all heads: written and read again they are the same, no input panics, no cut changes a verdict.

use super::*;
use crate::encode::{encode_request, encode_response};
use crate::framing::{request_framing, response_framing};
use crate::head::RequestTarget;
use http::StatusCode;
use proptest::prelude::*;

/// Pieces that heads are made of, sound and unsound.
const PIECES: [&[u8]; 48] = [
    b"GET",
    b"POST",
    b"CONNECT",
    b"OPTIONS",
    b" ",
    b" ",
    b"  ",
    b"\t",
    b"/",
    b"/a?b",
    b"*",
    b"http://a/b",
    b"a:80",
    b"#",
    b"%",
    b"HTTP/1.1",
    b"HTTP/1.0",
    b"HTTP/1.2",
    b"HTTP/2.0",
    b"HTTP/",
    b"200",
    b"204",
    b"099",
    b"OK",
    b"\r\n",
    b"\r\n",
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"\r\n ",
    b"\r\n\t",
    b":",
    b": ",
    b"Host",
    b"Host: a",
    b"Content-Length: 5",
    b"Transfer-Encoding: chunked",
    b"X",
    b"X-Y: z",
    b"v",
    b"\0",
    b"\x7f",
    b"\xe9",
    b"\xff",
    b"\"",
    b",",
    b"(",
];

/// Bytes that look more or less like a head: pieces in any order, or a sound head with a few changes.
pub(super) fn head_like(sound: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..24)
        .prop_map(|pieces| pieces.concat());
    let change = (0..sound.len(), 0usize..4, prop::sample::select(PIECES.to_vec()));
    let changed = prop::collection::vec(change, 0..4).prop_map(move |changes| {
        let mut head = sound.to_vec();
        for (at, cut, piece) in changes {
            let at = at.min(head.len());
            let end = (at + cut).min(head.len());
            head.splice(at..end, piece.iter().copied());
        }
        head
    });
    let begun = (0..sound.len(), prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..6))
        .prop_map(move |(at, pieces)| [&sound[..at], &pieces.concat()[..], &sound[at..]].concat());
    prop_oneof![1 => pieces, 3 => changed, 3 => begun]
}

pub(super) const SOUND_REQUEST: &[u8] =
    b"POST /a/b?c=d HTTP/1.1\r\nHost: example.org\r\nX-Empty:\r\nAccept:  a, b \r\nContent-Length: 5\r\n\r\n";
pub(super) const SOUND_RESPONSE: &[u8] =
    b"HTTP/1.1 200 All fine\r\nServer: x\r\nSet-Cookie: a=b; c\r\nX-Empty: \r\nContent-Length: 5\r\n\r\n";

/// Delivers `input` in the given steps (the last is the rest), to a parser that may have read other heads before.
fn in_steps<T>(input: &[u8], steps: &[usize], mut parse: impl FnMut(&[u8]) -> Option<T>) -> Option<T> {
    let mut end = 0;
    for step in steps {
        end = (end + step).min(input.len());
        if let Some(outcome) = parse(&input[..end]) {
            return Some(outcome);
        }
    }
    parse(input)
}

fn token() -> impl Strategy<Value = String> {
    "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}"
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![4 => 0x20..0x7fu8, 1 => 0x80..=0xffu8, 1 => Just(b'\t')], 0..60)
}

fn field_list() -> impl Strategy<Value = Headers> {
    prop::collection::vec((token(), value()), 0..20).prop_map(|fields| {
        let mut headers = Headers::new();
        for (name, value) in fields {
            headers.append(name, value).unwrap();
        }
        headers
    })
}

/// Lines of a head: each ends with CRLF, and no CR or LF stands anywhere else.
fn crlf_lines(wire: &[u8]) -> usize {
    let pairs = wire.windows(2).filter(|pair| pair == b"\r\n").count();
    assert_eq!(wire.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count(), 2 * pairs);
    pairs
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_request_that_is_written_is_read_back(
        method in token(),
        target in "/[!-\"$-~]{0,40}",
        old in any::<bool>(),
        headers in field_list(),
        behind in prop::collection::vec(any::<u8>(), 0..10),
    ) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        prop_assume!(method != Method::CONNECT);
        let target = RequestTarget::new(&target, &method).unwrap();
        let version = if old { Version::HTTP_10 } else { Version::HTTP_11 };
        let head = RequestHead { method, target, version, headers };
        let mut wire = Vec::new();
        encode_request(&head, &mut wire).unwrap();
        prop_assert_eq!(crlf_lines(&wire), head.headers.len() + 2);
        let head_bytes = wire.len();
        wire.extend_from_slice(&behind);
        let Ok(Parsed::Complete { value, consumed_bytes }) = parse_request(&wire, &Limits::SERVER) else {
            return Err(TestCaseError::fail("not read"));
        };
        prop_assert_eq!(consumed_bytes, head_bytes);
        prop_assert_eq!(&value, &head);
        // The spelling of names too, which equality disregards.
        prop_assert!(value.headers.iter().eq(head.headers.iter()));
        let mut again = Vec::new();
        encode_request(&value, &mut again).unwrap();
        prop_assert_eq!(&again, &wire[..head_bytes]);
    }

    #[test]
    fn a_response_that_is_written_is_read_back(
        status in 100u16..1000,
        reason in value(),
        old in any::<bool>(),
        headers in field_list(),
        strict in any::<bool>(),
    ) {
        let status = StatusCode::from_u16(status).unwrap();
        let version = if old { Version::HTTP_10 } else { Version::HTTP_11 };
        let head = ResponseHead { version, status, reason, headers };
        let mut wire = Vec::new();
        encode_response(&head, &mut wire).unwrap();
        prop_assert_eq!(crlf_lines(&wire), head.headers.len() + 2);
        let leniency = if strict { Leniency::Strict } else { Leniency::Recipient };
        let parsed = parse_response(&wire, &Limits::CLIENT, leniency);
        prop_assert_eq!(parsed, Ok(Parsed::Complete { value: head, consumed_bytes: wire.len() }));
    }

}

proptest! {
    #![proptest_config(config(8192))]

    #[test]
    fn no_cut_changes_what_becomes_of_a_request(
        input in head_like(SOUND_REQUEST),
        steps in prop::collection::vec(0usize..20, 0..12),
        small in any::<bool>(),
    ) {
        let limits = if small { Limits::SERVER.line_bytes_max(30).head_bytes_max(60).fields_max(3) } else { Limits::SERVER };
        let parser = || {
            let mut parser = RequestParser::new(limits);
            let mut head = RequestHead::default();
            move |input: &[u8]| match parser.parse(input, &mut head) {
                Ok(Parsed::Partial) => None,
                Ok(Parsed::Complete { consumed_bytes, .. }) => Some(Ok((head.clone(), consumed_bytes))),
                Err(error) => Some(Err(error)),
            }
        };
        let whole = parser()(&input);
        prop_assert_eq!(&in_steps(&input, &steps, parser()), &whole);
        if let Some(Ok((head, consumed_bytes))) = whole {
            prop_assert!(consumed_bytes <= input.len());
            let _ = request_framing(&head);
            // What was read can be written, and is read as the same then.
            let mut wire = Vec::new();
            encode_request(&head, &mut wire).unwrap();
            prop_assert_eq!(crlf_lines(&wire), head.headers.len() + 2);
            let again = parse_request(&wire, &Limits::SERVER);
            prop_assert_eq!(again, Ok(Parsed::Complete { value: head, consumed_bytes: wire.len() }));
        }
    }

    #[test]
    fn no_cut_changes_what_becomes_of_a_response(
        input in head_like(SOUND_RESPONSE),
        steps in prop::collection::vec(0usize..20, 0..12),
        strict in any::<bool>(),
    ) {
        let leniency = if strict { Leniency::Strict } else { Leniency::Recipient };
        let parser = || {
            let mut parser = ResponseParser::new(Limits::CLIENT, leniency);
            let mut head = ResponseHead::default();
            move |input: &[u8]| match parser.parse(input, &mut head) {
                Ok(Parsed::Partial) => None,
                Ok(Parsed::Complete { consumed_bytes, .. }) => Some(Ok((head.clone(), consumed_bytes))),
                Err(error) => Some(Err(error)),
            }
        };
        let whole = parser()(&input);
        prop_assert_eq!(&in_steps(&input, &steps, parser()), &whole);
        if let Some(Ok((head, _))) = whole {
            let _ = response_framing(&Method::GET, &head);
            let mut wire = Vec::new();
            encode_response(&head, &mut wire).unwrap();
            prop_assert_eq!(crlf_lines(&wire), head.headers.len() + 2);
            // Folds have become spaces, so that a strict reader takes it now.
            let again = parse_response(&wire, &Limits::CLIENT, Leniency::Strict);
            prop_assert_eq!(again, Ok(Parsed::Complete { value: head, consumed_bytes: wire.len() }));
        }
    }

    #[test]
    fn no_bytes_panic(input in prop::collection::vec(any::<u8>(), 0..100)) {
        let _ = parse_request(&input, &Limits::SERVER);
        let answer = [b"HTTP/1.1 ", &input[..]].concat();
        let _ = parse_response(&answer, &Limits::CLIENT, Leniency::Recipient);
    }
}
