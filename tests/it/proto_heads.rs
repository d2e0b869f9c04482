//! `http-proto` through its public door only: the way of a message from bytes to verdict to content, cut everywhere.

use http_proto::stream::{ReadBuffer, read_body};
use http_proto::{
    BodyDecoder, BodyEncoder, CloseReason, Framing, Headers, Leniency, Limits, Method, Parsed, ProtocolError,
    RequestHead, RequestParser, ResponseHead, ResponseParser, encode_request, encode_response,
    request_framing, response_framing,
};
use support::cut::cut_everywhere;

/// What a server makes of the beginning of a connection: the verdict and the content, or the rule that was broken.
type Served = Option<Result<(String, Framing, Result<(), CloseReason>, Vec<u8>), ProtocolError>>;

/// One request with its content, from a growing input.
fn serve() -> impl FnMut(&[u8]) -> Served {
    let mut parser = RequestParser::new(Limits::SERVER);
    let mut head = RequestHead::default();
    move |input: &[u8]| {
        let consumed_bytes = match parser.parse(input, &mut head) {
            Ok(Parsed::Partial) => return None,
            Ok(Parsed::Complete { consumed_bytes, .. }) => consumed_bytes,
            Err(error) => return Some(Err(error)),
        };
        let verdict = match request_framing(&head) {
            Ok(verdict) => verdict,
            Err(error) => return Some(Err(error)),
        };
        let mut decoder = BodyDecoder::new(verdict.framing, Limits::SERVER);
        let mut buffer = ReadBuffer::new(64);
        let mut rest = &input[consumed_bytes..];
        let mut content = Vec::new();
        let mut out = [0; 32];
        loop {
            match read_body(&mut buffer, &mut rest, &mut decoder, &mut out) {
                Ok(0) => break,
                Ok(count) => content.extend_from_slice(&out[..count]),
                Err(http_proto::stream::BodyError::Protocol(error)) if error.is_incomplete() => {
                    // The next call begins again with the head.
                    parser.reset();
                    return None;
                }
                Err(http_proto::stream::BodyError::Protocol(error)) => return Some(Err(error)),
                Err(error) => panic!("a slice does not fail: {error}"),
            }
        }
        let line = format!("{} {}", head.method, head.target);
        Some(Ok((line, verdict.framing, verdict.persistence, content)))
    }
}

#[track_caller]
fn check(input: &str, line: &str, framing: Framing, persistence: Result<(), CloseReason>, content: &str) {
    let served = cut_everywhere(input.as_bytes(), serve);
    assert_eq!(
        served,
        Some(Ok((line.to_owned(), framing, persistence, content.as_bytes().to_vec()))),
        "{input}"
    );
}

#[track_caller]
fn refuse(input: &str, error: ProtocolError, status: u16) {
    let served = cut_everywhere(input.as_bytes(), serve);
    assert_eq!(served, Some(Err(error)), "{input}");
    assert_eq!(error.status_hint().as_u16(), status);
}

#[test]
fn requests_and_their_content_are_read_however_they_are_cut() {
    check("GET /a HTTP/1.1\r\nHost: b\r\n\r\n", "GET /a", Framing::None, Ok(()), "");
    check(
        "PUT /a HTTP/1.1\r\nHost: b\r\nContent-Length: 5\r\n\r\nhello",
        "PUT /a",
        Framing::Length(5),
        Ok(()),
        "hello",
    );
    check(
        "\r\nPOST /a HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2;x\r\nab\r\n1\r\nc\r\n0\r\nT: u\r\n\r\n",
        "POST /a",
        Framing::Chunked,
        Err(CloseReason::PeerAsked),
        "abc",
    );
    check("GET / HTTP/1.0\r\n\r\n", "GET /", Framing::None, Err(CloseReason::Http10), "");
}

#[test]
fn smuggled_requests_are_refused_however_they_are_cut() {
    let both =
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    refuse(both, ProtocolError::LengthAndTransferEncoding, 400);
    let spaced = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n";
    refuse(spaced, ProtocolError::SpaceBeforeColon { offset: 43 }, 400);
    let twice = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello";
    refuse(twice, ProtocolError::ConflictingContentLength, 400);
    let unknown = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n";
    refuse(unknown, ProtocolError::UnknownTransferCoding, 501);
    let hosts = "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n";
    refuse(hosts, ProtocolError::RepeatedHost, 400);
    let size = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\nx\r\n0\r\n\r\n";
    refuse(size, ProtocolError::InvalidChunkSize { offset: 0 }, 400);
}

#[test]
fn a_message_goes_out_and_comes_back_the_same() {
    let mut head = RequestHead::default();
    head.method = Method::POST;
    head.headers.append("Host", "example.org").unwrap();
    head.headers.append("Transfer-Encoding", "chunked").unwrap();
    let mut wire = Vec::new();
    encode_request(&head, &mut wire).unwrap();
    let mut encoder = BodyEncoder::new(Framing::Chunked);
    for piece in ["hello", ", ", "world"] {
        encoder.before_data(piece.len(), &mut wire).unwrap();
        wire.extend_from_slice(piece.as_bytes());
        wire.extend_from_slice(encoder.after_data());
    }
    encoder.finish(&Headers::new(), &mut wire).unwrap();
    check(std::str::from_utf8(&wire).unwrap(), "POST /", Framing::Chunked, Ok(()), "hello, world");
}

#[test]
fn a_client_takes_old_heads_and_writes_clean_ones() {
    let input = b"HTTP/1.0 200 Fine\nX: a\r\n  b\nContent-Length: 3\n\nabc";
    let parsed = cut_everywhere(input, || {
        let mut parser = ResponseParser::new(Limits::CLIENT, Leniency::Recipient);
        let mut head = ResponseHead::default();
        move |input: &[u8]| match parser.parse(input, &mut head) {
            Ok(Parsed::Partial) => None,
            other => Some((other, head.clone())),
        }
    });
    let Some((Ok(Parsed::Complete { consumed_bytes, .. }), head)) = parsed else {
        panic!("{parsed:?}");
    };
    assert_eq!(&input[consumed_bytes..], b"abc");
    let verdict = response_framing(&Method::GET, &head).unwrap();
    assert_eq!((verdict.framing, verdict.persistence), (Framing::Length(3), Err(CloseReason::Http10)));
    let mut wire = Vec::new();
    encode_response(&head, &mut wire).unwrap();
    assert_eq!(wire, b"HTTP/1.0 200 Fine\r\nX: a    b\r\nContent-Length: 3\r\n\r\n");
}
