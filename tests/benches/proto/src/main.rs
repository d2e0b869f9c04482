//! `http-proto` beside its peers: heads in and out, look-up, chunked content.
//!
//! The heads are those of a browser asking for a page and of a server that answers it. "reused" means what a
//! connection does: parser and list live on from one head to the next.

mod samples;

use bench_harness::Bench;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_proto::stream::{ReadBuffer, read_body};
use http_proto::{
    BodyDecoder, Framing, Headers, Leniency, Limits, Parsed, RequestHead, RequestParser, ResponseHead,
    ResponseParser, encode_fields, encode_status_line, request_framing,
};
use samples::{ABSENT, REQUEST, RESPONSE};
use std::hint::black_box;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut bench = Bench::from_arguments("proto");
    request_heads(&mut bench);
    response_heads(&mut bench);
    look_up(&mut bench);
    encode(&mut bench);
    chunked(&mut bench);
    bench.finish()
}

/// What every parser must have found: bytes and fields.
fn found(bytes: usize, fields: usize) -> u64 {
    (bytes * 1000 + fields) as u64
}

fn lines(head: &[u8]) -> usize {
    head.iter().filter(|&&byte| byte == b'\n').count()
}

fn request_heads(bench: &mut Bench) {
    bench
        .table("request-head", "a browser's request head, read")
        .answer(found(REQUEST.len(), lines(REQUEST) - 2))
        .case("httparse", || {
            move || {
                let mut slots = [httparse::EMPTY_HEADER; 64];
                let mut request = httparse::Request::new(&mut slots);
                match request.parse(black_box(REQUEST)) {
                    Ok(httparse::Status::Complete(bytes)) => found(bytes, request.headers.len()),
                    _ => 0,
                }
            }
        })
        .case("http-proto", || {
            let mut parser = RequestParser::new(Limits::SERVER);
            let mut head = RequestHead::default();
            move || match parser.parse(black_box(REQUEST), &mut head) {
                Ok(Parsed::Complete { consumed_bytes, .. }) => found(consumed_bytes, head.headers.len()),
                _ => 0,
            }
        })
        .case("http-proto with framing", || {
            let mut parser = RequestParser::new(Limits::SERVER);
            let mut head = RequestHead::default();
            move || match parser.parse(black_box(REQUEST), &mut head) {
                Ok(Parsed::Complete { consumed_bytes, .. }) => match request_framing(&head) {
                    Ok(verdict) if verdict.framing == Framing::None => {
                        found(consumed_bytes, head.headers.len())
                    }
                    _ => 0,
                },
                _ => 0,
            }
        })
        .case("http-proto not reused", || {
            move || match http_proto::parse_request(black_box(REQUEST), &Limits::SERVER) {
                Ok(Parsed::Complete { value, consumed_bytes }) => found(consumed_bytes, value.headers.len()),
                _ => 0,
            }
        })
        .case("httparse + HeaderMap", || {
            let mut map = HeaderMap::new();
            move || {
                let mut slots = [httparse::EMPTY_HEADER; 64];
                let mut request = httparse::Request::new(&mut slots);
                match request.parse(black_box(REQUEST)) {
                    Ok(httparse::Status::Complete(bytes)) if into_map(request.headers, &mut map) => {
                        found(bytes, map.len())
                    }
                    _ => 0,
                }
            }
        })
        .run();
}

fn response_heads(bench: &mut Bench) {
    bench
        .table("response-head", "a server's response head, read")
        .answer(found(RESPONSE.len(), lines(RESPONSE) - 2))
        .case("httparse", || {
            move || {
                let mut slots = [httparse::EMPTY_HEADER; 64];
                let mut response = httparse::Response::new(&mut slots);
                match response.parse(black_box(RESPONSE)) {
                    Ok(httparse::Status::Complete(bytes)) => found(bytes, response.headers.len()),
                    _ => 0,
                }
            }
        })
        .case("http-proto", || {
            let mut parser = ResponseParser::new(Limits::CLIENT, Leniency::Recipient);
            let mut head = ResponseHead::default();
            move || match parser.parse(black_box(RESPONSE), &mut head) {
                Ok(Parsed::Complete { consumed_bytes, .. }) => found(consumed_bytes, head.headers.len()),
                _ => 0,
            }
        })
        .case("httparse + HeaderMap", || {
            let mut map = HeaderMap::new();
            move || {
                let mut slots = [httparse::EMPTY_HEADER; 64];
                let mut response = httparse::Response::new(&mut slots);
                match response.parse(black_box(RESPONSE)) {
                    Ok(httparse::Status::Complete(bytes)) if into_map(response.headers, &mut map) => {
                        found(bytes, map.len())
                    }
                    _ => 0,
                }
            }
        })
        .run();
}

fn into_map(fields: &[httparse::Header<'_>], map: &mut HeaderMap) -> bool {
    map.clear();
    fields.iter().all(|field| {
        match (HeaderName::from_bytes(field.name.as_bytes()), HeaderValue::from_bytes(field.value)) {
            (Ok(name), Ok(value)) => {
                map.append(name, value);
                true
            }
            _ => false,
        }
    })
}

/// The list and the map of the same request.
fn both() -> (Headers, HeaderMap) {
    let mut head = RequestHead::default();
    let parsed = RequestParser::new(Limits::SERVER).parse(REQUEST, &mut head);
    assert!(matches!(parsed, Ok(Parsed::Complete { .. })), "{parsed:?}");
    let map = HeaderMap::try_from(&head.headers).expect("the map takes every field of the sample");
    (head.headers, map)
}

fn look_up(bench: &mut Bench) {
    for (key, title, name) in [
        ("get-first", "the first field, looked up", "Host"),
        ("get-last", "the last field, looked up", "Cookie"),
        ("get-absent", "a field that is not there, looked up", ABSENT),
    ] {
        let (list, map) = both();
        let want = list.get(name).map_or(0, |value| value.as_bytes().len() as u64);
        bench
            .table(key, title)
            .answer(want)
            .case("HeaderMap", move || {
                let map = map;
                move || black_box(&map).get(black_box(name)).map_or(0, |value| value.len() as u64)
            })
            .case("http-proto", move || {
                let list = list;
                move || black_box(&list).get(black_box(name)).map_or(0, |value| value.as_bytes().len() as u64)
            })
            .run();
    }
}

fn encode(bench: &mut Bench) {
    let mut head = ResponseHead::default();
    let parsed = ResponseParser::new(Limits::CLIENT, Leniency::Strict).parse(RESPONSE, &mut head);
    assert!(matches!(parsed, Ok(Parsed::Complete { .. })), "{parsed:?}");
    let fields: Vec<(String, String)> =
        head.headers.iter().map(|(name, value)| (name.to_owned(), value.to_latin1())).collect();
    let built = fields.clone();
    bench
        .table("encode-response", "a response head, written")
        .answer(RESPONSE.len() as u64)
        .case("write!", move || {
            let mut out = Vec::with_capacity(4096);
            move || {
                out.clear();
                let (status, reason) = black_box((200, "OK"));
                let mut written = write!(out, "HTTP/1.1 {status} {reason}\r\n").is_ok();
                for (name, value) in black_box(&fields) {
                    written &= write!(out, "{name}: {value}\r\n").is_ok();
                }
                written &= write!(out, "\r\n").is_ok();
                if written { out.len() as u64 } else { 0 }
            }
        })
        .case("http-proto", move || {
            let mut out = Vec::with_capacity(4096);
            move || {
                out.clear();
                let head = black_box(&head);
                let line = encode_status_line(head.version, head.status, &head.reason, &mut out);
                encode_fields(&head.headers, &mut out);
                if line.is_ok() { out.len() as u64 } else { 0 }
            }
        })
        .case("http-proto, list built", move || {
            let mut out = Vec::with_capacity(4096);
            let mut list = Headers::new();
            move || {
                out.clear();
                list.clear();
                let appended = black_box(&built).iter().all(|(name, value)| list.append(name, value).is_ok());
                let line = encode_status_line(
                    http_proto::Version::HTTP_11,
                    http_proto::StatusCode::OK,
                    b"OK",
                    &mut out,
                );
                encode_fields(&list, &mut out);
                if appended && line.is_ok() { out.len() as u64 } else { 0 }
            }
        })
        .run();
}

fn chunked(bench: &mut Bench) {
    for (key, title, chunk_bytes) in [
        ("chunked-64", "64 KiB of content in chunks of 64 bytes, read", 64),
        ("chunked-4096", "64 KiB of content in chunks of 4 KiB, read", 4096),
    ] {
        let content = vec![b'x'; 64 * 1024];
        let mut wire = Vec::new();
        for chunk in content.chunks(chunk_bytes) {
            http_proto::encode_chunk_start(chunk.len(), &mut wire);
            wire.extend_from_slice(chunk);
            wire.extend_from_slice(http_proto::CHUNK_END);
        }
        wire.extend_from_slice(b"0\r\n\r\n");
        bench
            .table(key, title)
            .answer(64 * 1024)
            .case("by length", move || reader(content, Framing::Length(64 * 1024)))
            .case("chunked", move || reader(wire, Framing::Chunked))
            .run();
    }
}

/// Reads `wire` to its end, 16 KiB at a time.
fn reader(wire: Vec<u8>, framing: Framing) -> impl FnMut() -> u64 {
    let mut decoder = BodyDecoder::new(framing, Limits::CLIENT);
    let mut buffer = ReadBuffer::new(8 * 1024);
    let mut out = vec![0; 16 * 1024];
    move || {
        let mut rest = black_box(wire.as_slice());
        decoder.begin(framing);
        let mut sum = 0;
        loop {
            match read_body(&mut buffer, &mut rest, &mut decoder, &mut out) {
                Ok(0) | Err(_) => return sum,
                Ok(count) => sum += count as u64,
            }
        }
    }
}
