//! Bodies for `http-proto`: heads, chunked content, framing, dates, lists, header lists.
//!
//! Where two ways to one result are compared, the first byte of the input chooses the pieces it is delivered in.

use http_proto::date::{format_http_date, parse_http_date};
use http_proto::stream::{BodyError, ReadBuffer, read_body};
use http_proto::{
    BodyDecoder, FieldValue, Framing, Headers, Leniency, Limits, Method, Parsed, ProtocolError, RequestHead,
    RequestParser, ResponseHead, ResponseParser, encode_request, encode_response, field, header,
    parse_request, parse_response, request_framing, response_framing,
};
use std::time::{Duration, UNIX_EPOCH};

use super::Slow;

/// The first byte of an input chooses between variants; the rest is the input proper.
fn choice(data: &[u8]) -> (u8, &[u8]) {
    data.split_first().map_or((0, data), |(&first, rest)| (first, rest))
}

/// Lines of `wire`, which has CR and LF in pairs only.
fn lines(wire: &[u8]) -> usize {
    let pairs = wire.windows(2).filter(|pair| pair == b"\r\n").count();
    let ends = wire.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count();
    assert_eq!(ends, 2 * pairs, "a line end that is none: {}", wire.escape_ascii());
    pairs
}

/// A request head: any pieces give the same verdict; what was read can be written and read again.
pub fn request_head(data: &[u8]) {
    let (step, input) = choice(data);
    let whole = parse_request(input, &Limits::SERVER);
    let mut parser = RequestParser::new(Limits::SERVER);
    let mut head = RequestHead::default();
    let pieces = in_pieces(input, step, |input| match parser.parse(input, &mut head) {
        Ok(Parsed::Partial) => None,
        other => Some(other),
    });
    match (whole, pieces) {
        (Ok(Parsed::Partial), None) => {}
        (Err(one), Some(Err(other))) => assert_eq!(one, other),
        (
            Ok(Parsed::Complete { value, consumed_bytes }),
            Some(Ok(Parsed::Complete { consumed_bytes: other, .. })),
        ) => {
            assert_eq!((&value, consumed_bytes), (&head, other));
            assert!(consumed_bytes <= input.len());
            let mut wire = Vec::new();
            assert_eq!(encode_request(&value, &mut wire), Ok(()));
            assert_eq!(lines(&wire), value.headers.len() + 2);
            let again = parse_request(&wire, &Limits::SERVER);
            assert_eq!(again, Ok(Parsed::Complete { value, consumed_bytes: wire.len() }));
            let _ = http::Request::<()>::try_from(&head);
            check_target(&head);
        }
        (whole, pieces) => differ(&whole, &pieces),
    }
}

fn check_target(head: &RequestHead) {
    let target = &head.target;
    let parts = [target.path(), target.query().unwrap_or_default(), target.path_and_query()];
    assert!(parts.iter().all(|part| *part == "/" || target.as_str().contains(part)));
    assert!(target.authority().is_none_or(|authority| !authority.is_empty()));
    assert!(!target.to_string().contains('\r'));
}

/// A response head, strict or lenient: as for requests, and what a lenient reader took is strict once it is written.
pub fn response_head(data: &[u8]) {
    let (step, input) = choice(data);
    let leniency = if step & 1 == 0 { Leniency::Strict } else { Leniency::Recipient };
    let whole = parse_response(input, &Limits::CLIENT, leniency);
    let mut parser = ResponseParser::new(Limits::CLIENT, leniency);
    let mut head = ResponseHead::default();
    let pieces = in_pieces(input, step / 2, |input| match parser.parse(input, &mut head) {
        Ok(Parsed::Partial) => None,
        other => Some(other),
    });
    match (whole, pieces) {
        (Ok(Parsed::Partial), None) => {}
        (Err(one), Some(Err(other))) => assert_eq!(one, other),
        (
            Ok(Parsed::Complete { value, consumed_bytes }),
            Some(Ok(Parsed::Complete { consumed_bytes: other, .. })),
        ) => {
            assert_eq!((&value, consumed_bytes), (&head, other));
            let mut wire = Vec::new();
            assert_eq!(encode_response(&value, &mut wire), Ok(()));
            assert_eq!(lines(&wire), value.headers.len() + 2);
            let again = parse_response(&wire, &Limits::CLIENT, Leniency::Strict);
            assert_eq!(again, Ok(Parsed::Complete { value, consumed_bytes: wire.len() }));
            let _ = http::Response::<()>::try_from(&head);
        }
        (whole, pieces) => differ(&whole, &pieces),
    }
}

/// Two deliveries had two outcomes.
#[expect(clippy::panic, reason = "a fuzz body reports by panicking")]
fn differ(one: &dyn std::fmt::Debug, other: &dyn std::fmt::Debug) -> ! {
    panic!("{one:?} as a whole and {other:?} in pieces");
}

/// Hands a growing input to `parse`, `step` + 1 bytes more each time.
fn in_pieces<T>(input: &[u8], step: u8, mut parse: impl FnMut(&[u8]) -> Option<T>) -> Option<T> {
    let step = usize::from(step) + 1;
    let mut end = 0;
    loop {
        end = (end + step).min(input.len());
        let outcome = parse(input.get(..end)?);
        if outcome.is_some() || end == input.len() {
            return outcome;
        }
    }
}

/// A chunked body: content, error and what is left do not depend on how it is read.
pub fn chunked(data: &[u8]) {
    let (sizes, wire) = choice(data);
    let small = read_chunked(wire, usize::from(sizes & 15) + 1, usize::from(sizes >> 4) + 1);
    let large = read_chunked(wire, usize::MAX, 4096);
    assert_eq!(small, large, "{}", wire.escape_ascii());
}

/// Content, how it ended, trailers, and what is left.
type Outcome = (Vec<u8>, Result<(), ProtocolError>, Option<Headers>, Vec<u8>);

fn read_chunked(wire: &[u8], bytes: usize, room: usize) -> Outcome {
    let mut reader = Slow { rest: wire, bytes };
    let mut buffer = ReadBuffer::new(64);
    let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
    let mut content = Vec::new();
    let mut out = vec![0; room];
    loop {
        match read_body(&mut buffer, &mut reader, &mut decoder, &mut out) {
            Ok(0) => {
                assert!(decoder.is_done());
                let left = [buffer.filled(), reader.rest].concat();
                return (content, Ok(()), decoder.trailers().cloned(), left);
            }
            Ok(count) => content.extend_from_slice(out.get(..count).unwrap_or_default()),
            Err(BodyError::Protocol(error)) => return (content, Err(error), None, Vec::new()),
            Err(error) => differ(&wire, &error),
        }
        assert!(content.len() <= wire.len());
    }
}

/// Framing fields with any values: a verdict is only given where all readers must agree on it.
pub fn framing(data: &[u8]) {
    const NAMES: [&str; 6] =
        ["Content-Length", "Transfer-Encoding", "Connection", "Host", "content-length", "transfer-encoding"];
    let (kind, rest) = choice(data);
    let mut request = RequestHead::default();
    let mut response = ResponseHead::default();
    if kind & 1 != 0 {
        request.version = http_proto::Version::HTTP_10;
        response.version = http_proto::Version::HTTP_10;
    }
    for line in rest.split(|&byte| byte == b'\n') {
        let (name, value) = choice(line);
        if let Some(name) = NAMES.get(usize::from(name) % NAMES.len()) {
            // Refused values are not there.
            let _ = request.headers.append(name, value);
            let _ = response.headers.append(name, value);
        }
    }
    let lengths = request.headers.get_all(header::CONTENT_LENGTH).count();
    let codings = request.headers.get_all(header::TRANSFER_ENCODING).count();
    let hosts = request.headers.get_all(header::HOST).count();
    if let Ok(verdict) = request_framing(&request) {
        match verdict.framing {
            Framing::None => assert_eq!((lengths, codings), (0, 0)),
            Framing::Length(length) => {
                assert_eq!((lengths, codings), (1, 0));
                let value = request.headers.get(header::CONTENT_LENGTH).map(FieldValue::to_latin1);
                let digits = value.as_deref().map(|value| value.trim_start_matches('0'));
                let written = if length == 0 { String::new() } else { length.to_string() };
                assert_eq!(digits, Some(written.as_str()));
            }
            Framing::Chunked => {
                assert_eq!(lengths, 0);
                assert!(codings > 0 && request.headers.has_token(header::TRANSFER_ENCODING, "chunked"));
                assert_eq!(request.version, http_proto::Version::HTTP_11);
            }
            other => assert_eq!(other, Framing::None, "a request has no such framing"),
        }
        assert!(hosts == 1 || hosts == 0 && request.version == http_proto::Version::HTTP_10);
        if request.headers.has_token(header::CONNECTION, "close") {
            assert!(verdict.persistence.is_err());
        }
    }
    if let Ok(verdict) = response_framing(&Method::GET, &response) {
        match verdict.framing {
            Framing::UntilClose => assert!(codings == 0 && lengths == 0 && verdict.persistence.is_err()),
            Framing::Chunked => assert!(codings > 0 && (lengths == 0 || verdict.persistence.is_err())),
            other => assert!(matches!(other, Framing::Length(_)) && lengths > 0 && codings == 0),
        }
    }
    let head = response_framing(&Method::HEAD, &response);
    assert_eq!(head.map(|verdict| verdict.framing), Ok(Framing::None));
}

/// A date: whatever is read as one is written and read as the same.
pub fn dates(data: &[u8]) {
    let now = UNIX_EPOCH + Duration::from_secs(1_795_348_800);
    if let Some(when) = parse_http_date(data, now).filter(|when| *when >= UNIX_EPOCH) {
        let written = format_http_date(when);
        assert_eq!(parse_http_date(&written, UNIX_EPOCH), Some(when));
    }
}

/// Lists, parameters, quoted strings: elements are trimmed parts of the value, in order; quoting is undone by unquoting.
pub fn lists(data: &[u8]) {
    for elements in [field::elements(data), field::parts(data)] {
        let mut found = 0;
        for element in elements {
            assert!(!element.is_empty() && !matches!(element.first(), Some(b' ' | b'\t')));
            assert!(!matches!(element.last(), Some(b' ' | b'\t')));
            found += element.len() + 1;
            assert!(field::weight(element).is_none_or(|weight| weight <= 1000));
        }
        assert!(found <= data.len() + 1);
    }
    for parameter in field::parameters(data) {
        assert!(!parameter.name.is_empty() && parameter.value.len() <= data.len());
    }
    let _ = (field::unquote(data), field::before_parameters(data));
    if let Ok(text) = std::str::from_utf8(data) {
        assert_eq!(field::unquote(field::quote(text).as_bytes()), text.as_bytes());
    }
}

/// Changes to a header list: the list agrees with a vector of pairs, and nothing that breaks a line gets in.
pub fn headers(data: &[u8]) {
    let mut list = Headers::new();
    let mut model: Vec<(String, Vec<u8>)> = Vec::new();
    for change in data.split(|&byte| byte == b';') {
        let (kind, text) = choice(change);
        let mut parts = text.splitn(2, |&byte| byte == b'=');
        let name = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
        let value = parts.next().unwrap_or_default();
        let trimmed = || value.trim_ascii().to_vec();
        match kind % 4 {
            0 | 1 => {
                if list.append(&name, value).is_ok() {
                    model.push((name, trimmed()));
                }
            }
            2 => {
                if list.set(&name, value).is_ok() {
                    let first = model.iter().position(|(other, _)| other.eq_ignore_ascii_case(&name));
                    let spelling = first.and_then(|first| model.get(first)).map(|(name, _)| name.clone());
                    let place = first.unwrap_or(model.len());
                    model.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
                    model.insert(place, (spelling.unwrap_or(name), trimmed()));
                }
            }
            _ => {
                let before = model.len();
                model.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
                assert_eq!(list.remove(&name), before - model.len());
            }
        }
    }
    let now: Vec<(String, Vec<u8>)> =
        list.iter().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect();
    assert_eq!(now, model);
    let mut wire = Vec::new();
    list.write_to(&mut wire);
    assert_eq!(lines(&wire), model.len());
}

/// A request head beside `httparse`: what we take it takes too and reads as we do, but for HTTP/1.2 and later.
pub fn httparse_request(data: &[u8]) {
    let Ok(Parsed::Complete { value: head, consumed_bytes }) = parse_request(data, &Limits::SERVER) else {
        return;
    };
    let mut slots = [httparse::EMPTY_HEADER; 200];
    let mut theirs = httparse::Request::new(&mut slots);
    match theirs.parse(data) {
        Err(httparse::Error::Version) => return,
        outcome => assert_eq!(outcome, Ok(httparse::Status::Complete(consumed_bytes))),
    }
    assert_eq!((Some(head.method.as_str()), Some(head.target.as_str())), (theirs.method, theirs.path));
    let ours = head.headers.iter().map(|(name, value)| (name, value.as_bytes()));
    let theirs = theirs.headers.iter().map(|field| (field.name, field.value.trim_ascii()));
    assert!(ours.eq(theirs), "other fields: {}", data.escape_ascii());
}
