//! Against `httparse`: over generated heads both say the same, but for a list of intended differences.

use super::properties::{SOUND_REQUEST, SOUND_RESPONSE, head_like};
use super::*;
use proptest::prelude::*;

/// What one of the two parsers made of an input: start line, fields and length; partial; or refused.
#[derive(Debug, PartialEq)]
enum Verdict<E> {
    Whole(Vec<Vec<u8>>, Vec<(String, Vec<u8>)>, usize),
    Partial,
    Refused(E),
}

fn pairs(headers: &Headers) -> Vec<(String, Vec<u8>)> {
    headers.iter().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect()
}

fn their_pairs(headers: &[httparse::Header<'_>]) -> Vec<(String, Vec<u8>)> {
    let trimmed = |value: &[u8]| value.trim_ascii().to_vec();
    headers.iter().map(|header| (header.name.to_owned(), trimmed(header.value))).collect()
}

fn our_request(input: &[u8]) -> Verdict<ProtocolError> {
    match parse_request(input, &Limits::SERVER) {
        Ok(Parsed::Complete { value: head, consumed_bytes }) => {
            let line = vec![
                head.method.as_str().into(),
                head.target.as_str().into(),
                format!("{:?}", head.version).into(),
            ];
            Verdict::Whole(line, pairs(&head.headers), consumed_bytes)
        }
        Ok(Parsed::Partial) => Verdict::Partial,
        Err(error) => Verdict::Refused(error),
    }
}

fn their_request(input: &[u8]) -> Verdict<httparse::Error> {
    let mut slots = [httparse::EMPTY_HEADER; 200];
    let mut request = httparse::Request::new(&mut slots);
    match request.parse(input) {
        Ok(httparse::Status::Complete(bytes)) => {
            let version = format!("HTTP/1.{}", request.version.unwrap());
            let line = vec![request.method.unwrap().into(), request.path.unwrap().into(), version.into()];
            Verdict::Whole(line, their_pairs(request.headers), bytes)
        }
        Ok(httparse::Status::Partial) => Verdict::Partial,
        Err(error) => Verdict::Refused(error),
    }
}

fn our_response(input: &[u8]) -> Verdict<ProtocolError> {
    match parse_response(input, &Limits::CLIENT, Leniency::Recipient) {
        Ok(Parsed::Complete { value: head, consumed_bytes }) => {
            let line = vec![format!("{:?}", head.version).into(), head.status.as_str().into(), head.reason];
            Verdict::Whole(line, pairs(&head.headers), consumed_bytes)
        }
        Ok(Parsed::Partial) => Verdict::Partial,
        Err(error) => Verdict::Refused(error),
    }
}

fn their_response(input: &[u8]) -> Verdict<httparse::Error> {
    let mut slots = [httparse::EMPTY_HEADER; 200];
    let mut response = httparse::Response::new(&mut slots);
    let mut config = httparse::ParserConfig::default();
    config.allow_obsolete_multiline_headers_in_responses(true);
    match config.parse_response(&mut response, input) {
        Ok(httparse::Status::Complete(bytes)) => {
            let version = format!("HTTP/1.{}", response.version.unwrap());
            let code = response.code.unwrap().to_string();
            let line = vec![version.into(), code.into(), response.reason.unwrap().into()];
            Verdict::Whole(line, their_pairs(response.headers), bytes)
        }
        Ok(httparse::Status::Partial) => Verdict::Partial,
        Err(error) => Verdict::Refused(error),
    }
}

/// Where we refuse a request that `httparse` takes or waits on.
fn stricter_request(error: ProtocolError) -> bool {
    matches!(
        error,
        // A server takes CRLF only.
        BareLineFeed { .. }
            // `httparse` leaves the form of the target, and most of its bytes, to the caller.
            | InvalidTarget { .. }
            // Endless empty lines.
            | TooManyEmptyLines { .. }
    )
}

/// Where we refuse a response that `httparse` takes or waits on.
fn stricter_response(error: ProtocolError, input: &[u8]) -> bool {
    match error {
        // Empty lines before a status line.
        NotHttp => input.starts_with(b"\r") || input.starts_with(b"\n"),
        // Codes below 100.
        InvalidStatusLine { offset: 9 } => true,
        _ => false,
    }
}

/// Where we take what `httparse` refuses.
fn laxer(input: &[u8]) -> bool {
    // HTTP/1.2 to 1.9 are read as HTTP/1.1 (RFC 9110 §2.5).
    input.windows(8).any(|window| window == b"HTTP/1.2")
}

/// Tells whether an input that was refused by `httparse` before its line was whole is refused by us once it is.
fn refused_when_whole(input: &[u8], ours: fn(&[u8]) -> Verdict<ProtocolError>) -> bool {
    [&b"\r\n\r\n"[..], b"\n\n", b"x\r\n\r\n"]
        .iter()
        .any(|end| matches!(ours(&[input, end].concat()), Verdict::Refused(_)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn requests_are_read_as_httparse_reads_them(input in head_like(SOUND_REQUEST)) {
        match (our_request(&input), their_request(&input)) {
            (Verdict::Whole(line, fields, bytes), Verdict::Whole(their_line, their_fields, their_bytes)) => {
                prop_assert_eq!((line, fields, bytes), (their_line, their_fields, their_bytes));
            }
            (Verdict::Partial, Verdict::Partial) | (Verdict::Refused(_), Verdict::Refused(_)) => {}
            (Verdict::Whole(..), Verdict::Refused(httparse::Error::Version)) if laxer(&input) => {}
            (Verdict::Refused(error), _) if stricter_request(error) => {}
            (Verdict::Partial, Verdict::Refused(_)) if laxer(&input) || refused_when_whole(&input, our_request) => {}
            (ours, theirs) => prop_assert!(false, "{ours:?} and {theirs:?} of {}", input.escape_ascii()),
        }
    }

    #[test]
    fn responses_are_read_as_httparse_reads_them(input in head_like(SOUND_RESPONSE)) {
        match (our_response(&input), their_response(&input)) {
            (Verdict::Whole(line, fields, bytes), Verdict::Whole(their_line, their_fields, their_bytes)) => {
                // `httparse` says nothing about a reason that is not ASCII, and keeps the ends of folded lines.
                let reason_is_ascii = line.last().is_some_and(|reason| reason.is_ascii());
                let parts = if reason_is_ascii { 3 } else { 2 };
                prop_assert_eq!(&line[..parts], &their_line[..parts]);
                let unfolded = |bytes: &[u8]| bytes.iter().map(|&byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { byte }).collect::<Vec<u8>>();
                let their_fields: Vec<(String, Vec<u8>)> =
                    their_fields.into_iter().map(|(name, value)| (name, unfolded(&value).trim_ascii().to_vec())).collect();
                prop_assert_eq!((fields, bytes), (their_fields, their_bytes));
            }
            (Verdict::Partial, Verdict::Partial) | (Verdict::Refused(_), Verdict::Refused(_)) => {}
            (Verdict::Whole(..), Verdict::Refused(httparse::Error::Version)) if laxer(&input) => {}
            (Verdict::Refused(error), _) if stricter_response(error, &input) => {}
            (Verdict::Partial, Verdict::Refused(_)) if laxer(&input) || refused_when_whole(&input, our_response) => {}
            (ours, theirs) => prop_assert!(false, "{ours:?} and {theirs:?} of {}", input.escape_ascii()),
        }
    }
}
