//! Properties of what the client sends: whatever it accepts is read back as what was meant, and nothing more.

use http_client::testing::Script;
use http_client::{Headers, HttpConnection};
use http_proto::stream::{ReadBuffer, read_body};
use http_proto::{BodyDecoder, Limits, Parsed, parse_request, request_framing};
use proptest::prelude::*;

/// Text that a hostile or careless caller might give.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z!#/%?=&.-]{0,12}",
        "(\\PC|[\r\n\t \0:]|\r\nX: y|HTTP/1.1|Content-Length){0,8}",
        Just(String::from("/")),
        Just(String::from("GET")),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["X-[a-z]{1,8}", text(), Just(String::from("Host")), Just(String::from("Connection"))]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_accepted_is_one_request_and_reads_back(
        method in text(),
        target in text(),
        given in prop::collection::vec((name(), text()), 0..5),
        content in prop::option::of(prop::collection::vec(any::<u8>(), 0..40)),
        in_chunks in any::<bool>(),
    ) {
        let (transport, recording) = Script::new().build();
        let mut connection = HttpConnection::from_transport(transport, "example.org").unwrap();
        let mut headers = Headers::new();
        let mut accepted = Vec::new();
        for (name, value) in &given {
            if headers.append(name, value).is_ok() {
                accepted.push((name.clone(), value.trim_matches([' ', '\t']).as_bytes().to_vec()));
            }
        }
        let body = match &content {
            Some(content) if in_chunks => http_client::Body::reader(content.as_slice()),
            Some(content) => http_client::Body::from(content),
            None => http_client::Body::empty(),
        };
        if connection.request(&method, &target, body, &headers).is_err() {
            prop_assert_eq!(recording.sent(), b"");
            return Ok(());
        }
        let sent = recording.sent();
        let Parsed::Complete { value: head, consumed_bytes } = parse_request(&sent, &Limits::SERVER).unwrap() else {
            panic!("not a whole head: {}", sent.escape_ascii());
        };
        prop_assert_eq!(head.method.as_str(), &method);
        let meant = if target.is_empty() { "/" } else { &target };
        prop_assert!(head.target.as_str() == meant || target.contains('@'), "{} for {}", head.target, target);
        let automatic = head.headers.len() - accepted.len();
        let got: Vec<_> = head.headers.iter().skip(automatic).map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect();
        prop_assert_eq!(got, accepted);
        let line_ends = sent[..consumed_bytes].windows(2).filter(|two| two == b"\r\n").count();
        prop_assert_eq!(line_ends, head.headers.len() + 2);
        // And the content is exactly what was given, with nothing behind it.
        if let Ok(verdict) = request_framing(&head) {
            let mut rest = &sent[consumed_bytes..];
            let (mut buffer, mut got) = (ReadBuffer::new(64), Vec::new());
            let mut decoder = BodyDecoder::new(verdict.framing, Limits::SERVER);
            let mut out = [0; 64];
            loop {
                match read_body(&mut buffer, &mut rest, &mut decoder, &mut out).unwrap() {
                    0 => break,
                    count => got.extend_from_slice(&out[..count]),
                }
            }
            prop_assert_eq!(got, content.unwrap_or_default());
            prop_assert!(rest.is_empty() && buffer.is_empty());
        }
    }

    #[test]
    fn no_answer_panics_or_hangs(answer in prop::collection::vec(prop::sample::select(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0123aF;x=:\0\xff".to_vec()), 0..120),
        whole in any::<bool>(),
    ) {
        let mut wire = if whole { b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec() } else { Vec::new() };
        wire.extend_from_slice(&answer);
        let (transport, _) = Script::new().reply_in_pieces(&wire, 7).end().build();
        let mut connection = HttpConnection::from_transport(transport, "example.org").unwrap();
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        if let Ok(mut response) = connection.get_response() {
            let _ = response.read_all(1 << 16);
        }
        prop_assert_eq!(connection.state(), http_client::State::Idle);
    }
}
