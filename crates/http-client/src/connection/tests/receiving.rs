//! Tests of `connection/receiving.rs`: answers as peers send them, Python's rows C-060 to C-113.

use super::{GET, fields, get, scripted};
use crate::clock::Clock;
use crate::connection::HttpConnection;
use crate::error::{Blame, Error, ErrorKind, Phase, Sent};
use crate::state::State;
use crate::testing::{FakeClock, Script, ScriptedConnector};
use crate::timeouts::Timeouts;
use http_proto::{CloseReason, FieldValue, Framing, Headers, Limits, ProtocolError, Version};
use std::io::{BufRead, Read};
use std::time::Duration;

/// An answer that is delivered, and what becomes of the connection.
#[track_caller]
fn delivers(answer: &[u8], content: &[u8], reusable: Result<(), CloseReason>) {
    let (got, then) = get(answer);
    let got = got.unwrap_or_else(|kind| panic!("{}: {kind}", answer.escape_ascii()));
    assert_eq!(got.escape_ascii().to_string(), content.escape_ascii().to_string());
    assert_eq!(then, reusable, "{}", answer.escape_ascii());
}

/// An answer that is an error.
#[track_caller]
fn fails(answer: &[u8], matches: impl FnOnce(&ErrorKind) -> bool) {
    match get(answer) {
        (Err(kind), Err(_)) => assert!(matches(&kind), "{}: {kind:?}", answer.escape_ascii()),
        (got, reusable) => panic!("{}: {got:?}, {reusable:?}", answer.escape_ascii()),
    }
}

fn chunked(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}").into_bytes()
}

fn with(field: &str, content: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{field}\r\n\r\n{content}").into_bytes()
}

#[test]
fn content_ends_where_the_rfc_says() {
    use CloseReason::{AmbiguousFraming, Http10, PeerAsked, TransferEncodingInHttp10, UntilClose};
    let keep = Ok(());
    delivers(&with("Content-Length: 5", "hello"), b"hello", keep);
    delivers(&with("Content-Length: 5, 5", "hello"), b"hello", keep);
    delivers(&with("Content-Length: 5\r\ncontent-length: 5", "hello"), b"hello", keep);
    delivers(&with("X: y", "hello"), b"hello", Err(UntilClose));
    delivers(&with("Connection: x, CLOSE\r\nContent-Length: 1", "a"), b"a", Err(PeerAsked));
    delivers(&with("Connection: not-closed\r\nContent-Length: 1", "a"), b"a", keep);
    delivers(&chunked("5\r\nhello\r\n0\r\n\r\n"), b"hello", keep);
    delivers(&chunked("5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n"), b"hello", keep);
    delivers(&chunked("0005\r\nhello\r\n000\r\n\r\n"), b"hello", keep);
    delivers(&chunked("a\r\n0123456789\r\nB\r\n0123456789x\r\n0\r\n\r\n"), b"01234567890123456789x", keep);
    delivers(
        &with("Transfer-Encoding: chunked\r\nContent-Length: 3", "1\r\na\r\n0\r\n\r\n"),
        b"a",
        Err(AmbiguousFraming),
    );
    delivers(&with("Transfer-Encoding: Chunked ", "1\r\na\r\n0\r\n\r\n"), b"a", keep);
    let old = b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na";
    delivers(old, b"a", Err(Http10));
    let kept = b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na";
    delivers(kept, b"a", keep);
    let te10 = b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
    delivers(te10, b"a", Err(TransferEncodingInHttp10));
    for status in [204, 304] {
        let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 9\r\n\r\n");
        delivers(answer.as_bytes(), b"", keep);
        let answer = format!("HTTP/1.1 {status} X\r\nTransfer-Encoding: chunked\r\n\r\n");
        delivers(answer.as_bytes(), b"", keep);
    }
    delivers(b"HTTP/1.1 205 X\r\nContent-Length: 1\r\n\r\na", b"a", keep);
}

#[test]
fn heads_are_taken_as_widely_as_the_rfc_allows() {
    let keep = Ok(());
    delivers(b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", b"", keep);
    delivers(b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", b"", keep);
    delivers(b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n", b"", keep);
    delivers(b"HTTP/1.7 200 OK\r\nContent-Length: 0\r\n\r\n", b"", keep);
    delivers(b"HTTP/1.1 200 OK\nContent-Length: 1\n\na", b"a", keep);
    delivers(&with("X: a\r\n b\r\n\tc\r\nContent-Length: 1", "a"), b"a", keep);
    delivers(b"HTTP/1.1 200 caf\xe9\r\nX: \xe9\xff\r\nContent-Length: 0\r\n\r\n", b"", keep);
    let many = (0..150).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    delivers(&with(&format!("{many}Content-Length: 0"), ""), b"", keep);
}

#[test]
fn what_breaks_the_protocol_is_an_error() {
    use ProtocolError as P;
    #[track_caller]
    fn refuses(answer: &[u8], matches: impl FnOnce(&ProtocolError) -> bool) {
        fails(answer, |kind| match kind {
            ErrorKind::Protocol(error) => matches(error),
            _ => false,
        });
    }
    for length in ["+5", "-1", "0x5", "5_0", "", "5 5", "18446744073709551616", "5,", "a"] {
        refuses(&with(&format!("Content-Length: {length}"), "hello"), |error| {
            matches!(error, P::InvalidContentLength)
        });
    }
    refuses(&with("Content-Length: 5\r\nContent-Length: 6", "hello"), |error| {
        matches!(error, P::ConflictingContentLength)
    });
    refuses(&with("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), |e| {
        matches!(e, P::UnknownTransferCoding | P::ChunkedNotFinal)
    });
    refuses(&with("Transfer-Encoding: chunked, chunked", "0\r\n\r\n"), |e| matches!(e, P::ChunkedNotFinal));
    for size in ["+5", "0x5", "0_5", "-5", "", " 5", "g"] {
        refuses(&chunked(&format!("{size}\r\nhello\r\n0\r\n\r\n")), |e| {
            matches!(e, P::InvalidChunkSize { .. })
        });
    }
    refuses(&chunked("10000000000000000\r\n"), |e| {
        matches!(e, P::InvalidChunkSize { .. } | P::ChunkSizeTooLong { .. })
    });
    refuses(&chunked("5\r\nhelloXX0\r\n\r\n"), |error| matches!(error, P::MissingChunkEnd));
    refuses(&chunked("5\nhello\r\n0\r\n\r\n"), |_| true);
    refuses(&chunked(&format!("5;{}\r\n", "x".repeat(20_000))), |e| {
        matches!(e, P::ChunkExtensionsTooLong { .. })
    });
    refuses(&with("X-A : b", ""), |error| matches!(error, P::SpaceBeforeColon { .. }));
    refuses(&with("nocolon", ""), |error| matches!(error, P::MissingColon { .. }));
    refuses(&with(": x", ""), |error| matches!(error, P::InvalidFieldName { .. }));
    refuses(&with("X: a\0b", ""), |error| matches!(error, P::InvalidFieldValue { .. }));
    refuses(&with("X: a\rb", ""), |error| matches!(error, P::BareCarriageReturn { .. }));
    refuses(&with(&format!("X: {}", "y".repeat(70_000)), ""), |e| {
        matches!(e, P::LineTooLong { .. } | P::HeadTooLong { .. })
    });
    refuses(b"HTTP/1.1 +200 OK\r\n\r\n", |error| matches!(error, P::InvalidStatusLine { .. }));
    refuses(b"HTTP/1.1 0200 OK\r\n\r\n", |error| matches!(error, P::InvalidStatusLine { .. }));
    refuses(b"HTTP/1.1 20 OK\r\n\r\n", |error| matches!(error, P::InvalidStatusLine { .. }));
    refuses(b"HTTP/1.1\t200 OK\r\n\r\n", |_| true);
    refuses(b"HTTP/2.0 200 OK\r\n\r\n", |error| matches!(error, P::UnsupportedVersion { major: 2, .. }));
    refuses(b"http/1.1 200 OK\r\n\r\n", |error| matches!(error, P::NotHttp));
    refuses(b"\r\nHTTP/1.1 200 OK\r\n\r\n", |error| matches!(error, P::NotHttp));
    refuses(b"hello\r\n", |error| matches!(error, P::NotHttp));
    refuses(b"HTTP/1.1 200 OK\r\nX: y\r\n", |error| matches!(error, P::IncompleteHead { .. }));
    let many = (0..257).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    refuses(&with(many.trim_end(), ""), |error| matches!(error, P::TooManyFields { .. }));
    let trailers = (0..1000).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    refuses(&chunked(&format!("0\r\n{trailers}")), |e| {
        matches!(e, P::TooManyTrailers { .. } | P::TrailersTooLong { .. })
    });
    fails(b"", |kind| matches!(kind, ErrorKind::RemoteDisconnected));
}

#[test]
fn content_that_ends_too_early_is_an_error_with_what_came() {
    #[track_caller]
    fn check(answer: &[u8], partial: &[u8], missing: Option<u64>) {
        let (mut connection, _) = scripted(Script::new().expect(GET).reply(answer).end());
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        let error = connection.get_response().unwrap().read_all(100).unwrap_err();
        let ErrorKind::IncompleteRead { received_bytes, missing_bytes } = *error.kind() else {
            panic!("{error:#}")
        };
        assert_eq!((received_bytes, missing_bytes), (partial.len() as u64, missing));
        assert_eq!(error.partial(), partial);
        assert_eq!((error.phase(), error.blame()), (Phase::Content, Blame::Peer));
        assert_eq!(connection.is_reusable(), Err(CloseReason::PeerClosed));
    }
    check(&with("Content-Length: 10", "hello"), b"hello", Some(5));
    check(&with("Content-Length: 10", ""), b"", Some(10));
    check(&chunked("5\r\nhello\r\n"), b"hello", None);
    check(&chunked("5\r\nhel"), b"hel", None);
    check(&chunked("5\r\nhello\r\n0\r\n"), b"hello", None);
    check(&chunked("5\r\nhello\r\n0\r\nX: y\r\n"), b"hello", None);
    // Every way of reading says so, not only the one that reads all.
    let (mut connection, _) =
        scripted(Script::new().expect(GET).reply(with("Content-Length: 9", "a\nb")).end());
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let lines: Vec<_> = connection.get_response().unwrap().lines().collect();
    let error = Error::from_io(lines.into_iter().find_map(Result::err).unwrap()).unwrap();
    assert!(matches!(error.kind(), ErrorKind::IncompleteRead { received_bytes: 2 | 3, .. }), "{error}");
}

#[test]
fn every_two_piece_split_gives_the_same_answer() {
    let answers: [&[u8]; 4] = [
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: a\r\n b\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nX-Sum: 1\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nhello",
        b"HTTP/1.1 204 No Content\r\nX: hello\r\n\r\n",
    ];
    for answer in answers {
        let ask = |script: Script| {
            let (mut connection, recording) = scripted(script.end());
            connection.request("GET", "/", (), &Headers::new()).unwrap();
            let mut response = connection.get_response().unwrap();
            let mut content = Vec::new();
            response.read_to_end(&mut content).unwrap();
            let outcome =
                (response.head().clone(), content, response.trailers().cloned(), response.persistence());
            drop(response);
            assert_eq!(recording.check(), Ok(()));
            outcome
        };
        let whole = ask(Script::new().expect(GET).reply(answer));
        for cut in 1..answer.len() {
            let (first, second) = answer.split_at(cut);
            let split = ask(Script::new().expect(GET).reply(first).reply(second));
            assert_eq!(split, whole, "cut at {cut} of {}", answer.escape_ascii());
        }
        assert_eq!(ask(Script::new().expect(GET).reply_in_pieces(answer, 1)), whole);
    }
}

#[test]
fn interim_answers_go_to_the_hook_and_are_counted() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let told = std::sync::Arc::clone(&seen);
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    let script = Script::new()
        .expect(GET)
        .reply(format!("HTTP/1.1 102 Processing\r\n\r\n{hints}"))
        .reply("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let (connector, _) = ScriptedConnector::new([script]);
    let mut connection = HttpConnection::builder("example.org")
        .connector(connector)
        .on_informational(move |head| told.lock().unwrap().push((head.status.as_u16(), head.headers.len())))
        .build()
        .unwrap();
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    assert_eq!(connection.get_response().unwrap().status(), 200);
    assert_eq!(*seen.lock().unwrap(), [(102, 0), (103, 1), (100, 0)]);

    let endless = "HTTP/1.1 102 Processing\r\n\r\n".repeat(33);
    fails(endless.as_bytes(), |kind| matches!(kind, ErrorKind::TooManyInformational { count_max: 32 }));
    let bounded = format!("{}HTTP/1.1 204 No\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n".repeat(32));
    delivers(bounded.as_bytes(), b"", Ok(()));
}

#[test]
fn as_many_interim_answers_are_taken_as_the_builder_says() {
    for (interim, passes) in [(0, true), (1, true), (2, false)] {
        let answer = format!("{}HTTP/1.1 204 No\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n".repeat(interim));
        let (connector, _) = ScriptedConnector::new([Script::new().expect(GET).reply(answer)]);
        let builder = HttpConnection::builder("example.org").connector(connector).informational_max(1);
        let mut connection = builder.build().unwrap();
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        match connection.get_response() {
            Ok(response) => assert!(passes && response.status() == 204, "{interim}"),
            Err(error) => {
                let kind = error.into_kind();
                let named = matches!(kind, ErrorKind::TooManyInformational { count_max: 1 });
                assert!(!passes && named, "{interim}: {kind:?}");
            }
        }
    }
}

#[test]
fn head_has_no_content_whatever_its_fields_say() {
    let head = GET.replace("GET", "HEAD");
    for field in ["Content-Length: 5", "Transfer-Encoding: chunked", "X: y"] {
        let (mut connection, _) = scripted(Script::new().expect(&head).reply(with(field, "")));
        connection.request("HEAD", "/", (), &Headers::new()).unwrap();
        let mut response = connection.get_response().unwrap();
        assert!(response.is_closed());
        assert_eq!(response.read_all(9).unwrap(), b"");
        assert_eq!(response.header("x").is_some(), field == "X: y");
        drop(response);
        assert_eq!(connection.is_reusable(), Ok(()));
    }
}

#[test]
fn the_head_of_an_answer_is_all_there() {
    let answer = "HTTP/1.0 404 Nicht da\r\nX-One: 1\r\nSet-Cookie: a=1, x\r\nx-ONE: 2\r\nSet-Cookie: b\r\nContent-Length: 3\r\n\r\nabc";
    let (mut connection, _) = scripted(Script::new().expect(GET).reply(answer));
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let mut response = connection.get_response().unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(response.reason(), b"Nicht da");
    assert_eq!(response.version(), Version::HTTP_10);
    assert_eq!(response.header("x-one").unwrap(), "1");
    assert_eq!(response.header_or("X-One", ""), b"1, 2");
    assert_eq!(response.header_or("Set-Cookie", ""), b"a=1, x");
    assert_eq!(response.header_or("Nope", "default"), b"default");
    assert_eq!(response.header_all("set-cookie").count(), 2);
    let names: Vec<_> = response.headers().iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["X-One", "Set-Cookie", "x-ONE", "Set-Cookie", "Content-Length"]);
    assert_eq!(response.framing(), Framing::Length(3));
    assert_eq!(response.remaining_bytes(), Some(3));
    assert_eq!(response.read(&mut [0; 2]).unwrap(), 2);
    assert_eq!((response.remaining_bytes(), response.is_closed()), (Some(1), false));
    assert_eq!(response.read(&mut [0; 0]).unwrap(), 0);
    assert_eq!(response.read(&mut [0; 2]).unwrap(), 1);
    assert!(response.is_closed(), "closed with the last byte, without another read");
    assert_eq!(response.read(&mut [0; 2]).unwrap(), 0);
    assert_eq!(response.persistence(), Err(CloseReason::Http10));
}

#[test]
fn peeking_takes_nothing() {
    let (mut connection, _) =
        scripted(Script::new().expect(GET).reply(with("Content-Length: 5", "helloJUNK")));
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let mut response = connection.get_response().unwrap();
    assert_eq!(response.fill_buf().unwrap(), b"hello");
    response.consume(2);
    assert_eq!(response.fill_buf().unwrap(), b"llo");
    response.consume(100);
    assert!(response.is_closed() || response.fill_buf().unwrap().is_empty());
}

#[test]
fn trailers_come_after_the_content_and_apart_from_the_head() {
    let answer = chunked("1\r\na\r\n0\r\nX-Sum: 7\r\nx-sum: 8\r\n\r\n");
    let (mut connection, _) = scripted(Script::new().expect(GET).reply_in_pieces(&answer, 70));
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let mut response = connection.get_response().unwrap();
    assert_eq!(response.trailers(), None);
    assert_eq!(response.read_all(9).unwrap(), b"a");
    let trailers: Vec<_> = response.trailers().unwrap().get_all("X-Sum").map(FieldValue::to_latin1).collect();
    assert_eq!(trailers, ["7", "8"]);
    assert!(response.header("X-Sum").is_none());
}

#[test]
fn unread_content_is_drained_within_a_bound_or_the_connection_closes() {
    #[track_caller]
    fn check(answer: &[u8], bytes_max: u64, outcome: Result<(), CloseReason>) {
        let (head, content) = answer.split_at(60);
        let (mut connection, recording) =
            scripted(Script::new().expect(GET).reply(head).reply_in_pieces(content, 50));
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        assert_eq!(connection.get_response().unwrap().finish(bytes_max), outcome);
        assert_eq!(connection.state(), State::Idle);
        assert_eq!(recording.is_closed(), outcome.is_err());
    }
    let long = "x".repeat(1000);
    let known = with("Content-Length: 1000", &long);
    check(&known, 1000, Ok(()));
    check(&known, 64 * 1024, Ok(()));
    check(&known, 900, Err(CloseReason::UnreadContent));
    check(&known, 0, Err(CloseReason::UnreadContent));
    let in_chunks = chunked(&format!("3e8\r\n{long}\r\n0\r\n\r\n"));
    check(&in_chunks, 2000, Ok(()));
    check(&in_chunks, 500, Err(CloseReason::UnreadContent));
}

#[test]
fn draining_takes_a_second_at_most() {
    let clock = FakeClock::new();
    let mut script = Script::new().expect(GET).reply(with("Content-Length: 1000", ""));
    for _ in 0..100 {
        script = script.delay(Duration::from_millis(300)).reply("x");
    }
    let (connector, _) = ScriptedConnector::new([script.clock(&clock)]);
    let mut connection =
        HttpConnection::builder("example.org").connector(connector).clock(clock.clone()).build().unwrap();
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let begun = clock.now();
    assert_eq!(connection.get_response().unwrap().finish(1000), Err(CloseReason::TimedOut));
    assert_eq!(clock.now() - begun, Duration::from_secs(1));
}

#[test]
fn a_total_is_over_with_its_exchange() {
    let clock = FakeClock::new();
    let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    let (connector, _) = ScriptedConnector::new([Script::new().expect(GET).reply(answer), Script::new()]);
    let mut connection = HttpConnection::builder("example.org")
        .connector(connector)
        .clock(clock.clone())
        .timeouts(Timeouts::DEFAULT.total(Some(Duration::from_secs(1))))
        .build()
        .unwrap();
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    assert_eq!(connection.get_response().unwrap().status(), 204);
    clock.advance(Duration::from_secs(5));
    connection.connect().unwrap();
}

#[test]
fn a_dropped_response_never_reaches_the_next_one() {
    let first = with("Content-Length: 1000", &"x".repeat(10));
    let (connector, recordings) = ScriptedConnector::new([
        Script::new().expect(GET).reply(first),
        Script::new().expect(GET).reply(with("Content-Length: 1", "b")),
    ]);
    let mut connection = HttpConnection::builder("example.org").connector(connector).build().unwrap();
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    drop(connection.get_response().unwrap());
    assert_eq!(connection.is_reusable(), Err(CloseReason::UnreadContent));
    assert!(recordings[0].is_closed());
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    assert_eq!(connection.get_response().unwrap().read_all(9).unwrap(), b"b");
}

#[test]
fn what_is_buffered_already_costs_no_connection_when_it_is_dropped() {
    for answer in [with("Content-Length: 5", "hello"), chunked("5\r\nhello\r\n0\r\nX: y\r\n\r\n")] {
        let (mut connection, recording) = scripted(Script::new().expect(GET).reply(answer));
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        drop(connection.get_response().unwrap());
        assert_eq!(connection.is_reusable(), Ok(()));
        assert!(!recording.is_closed());
    }
}

#[test]
fn a_response_that_was_forgotten_blocks_the_next_request() {
    let (mut connection, _) = scripted(Script::new().expect(GET).reply(with("Content-Length: 9", "")));
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    std::mem::forget(connection.get_response().unwrap());
    let error = connection.request("GET", "/", (), &Headers::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::CannotSendRequest { state: State::Reading }));
    connection.close();
    assert_eq!(connection.state(), State::Idle);
}

#[test]
fn a_response_can_own_its_connection() {
    let script = Script::new().expect(GET).reply(with("Content-Length: 5", "hello"));
    let (mut connection, _) = scripted(script.expect(GET).reply(with("Content-Length: 1", "a")));
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let mut response = Box::new(connection).into_response().unwrap();
    assert_eq!(response.read_all(9).unwrap(), b"hello");
    let mut connection = response.into_connection().unwrap();
    assert_eq!(connection.is_reusable(), Ok(()));
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let mut again = connection.into_response().unwrap();
    assert_eq!(again.read_all(9).unwrap(), b"a");
}

#[test]
fn an_upgraded_stream_begins_with_what_was_read_already() {
    let asked = "GET / HTTP/1.1\r\nHost: example.org\r\nAccept-Encoding: identity\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    let script = Script::new()
        .expect(asked)
        .reply("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\nfirst")
        .expect("ping")
        .reply("pong")
        .end();
    let (mut connection, recording) = scripted(script);
    let headers = fields(&[("Connection", "upgrade"), ("Upgrade", "echo")]);
    connection.request("GET", "/", (), &headers).unwrap();
    let response = connection.get_response().unwrap();
    assert_eq!(response.framing(), Framing::Tunnel);
    let mut stream = response.into_upgraded().unwrap();
    assert_eq!(connection.is_reusable(), Err(CloseReason::Tunnel));
    let mut first = [0; 5];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"first");
    std::io::Write::write_all(&mut stream, b"ping").unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "pong");
    assert_eq!(recording.check(), Ok(()));
}

#[test]
fn an_answer_to_connect_is_a_stream_and_a_refusal_is_an_answer() {
    let asked = "CONNECT a.b:9 HTTP/1.1\r\nHost: a.b:9\r\nAccept-Encoding: identity\r\n\r\n";
    for (answer, upgraded) in [
        ("HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\n", true),
        ("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno", false),
    ] {
        let (mut connection, _) = scripted(Script::new().expect(asked).reply(answer));
        connection.request("CONNECT", "a.b:9", (), &Headers::new()).unwrap();
        assert_eq!(connection.get_response().unwrap().into_upgraded().is_some(), upgraded);
    }
}

#[test]
fn nobody_switches_protocols_unasked() {
    fails(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", |kind| matches!(kind, ErrorKind::UnaskedUpgrade));
}

#[test]
fn http09_is_taken_only_when_asked_for() {
    let (connector, _) =
        ScriptedConnector::new([Script::new().expect(GET).reply("<html>").reply("hi").end()]);
    let mut connection =
        HttpConnection::builder("example.org").connector(connector).accept_http09(true).build().unwrap();
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let mut response = connection.get_response().unwrap();
    assert_eq!(response.version(), Version::HTTP_09);
    assert_eq!(response.read_all(100).unwrap(), b"<html>hi");
}

#[test]
fn limits_can_be_changed() {
    let limits = Limits::CLIENT.fields_max(2);
    for (count, allowed) in [(2, true), (3, false)] {
        let answer = with("X: y\r\n".repeat(count).trim_end(), "");
        let (connector, _) = ScriptedConnector::new([Script::new().expect(GET).reply(answer).end()]);
        let mut connection =
            HttpConnection::builder("example.org").connector(connector).limits(limits).build().unwrap();
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        assert_eq!(connection.get_response().is_ok(), allowed, "{count} fields");
    }
}

#[test]
fn more_content_than_the_caller_allows_is_an_error_and_exactly_as_much_is_not() {
    for (bytes_max, allowed) in [(4, false), (5, true), (6, true)] {
        for answer in
            [with("Content-Length: 5", "hello"), chunked("5\r\nhello\r\n0\r\n\r\n"), with("X: y", "hello")]
        {
            let (mut connection, _) = scripted(Script::new().expect(GET).reply(answer).end());
            connection.request("GET", "/", (), &Headers::new()).unwrap();
            let content = connection.get_response().unwrap().read_all(bytes_max);
            assert_eq!(content.is_ok(), allowed);
            if let Err(error) = content {
                assert!(matches!(error.kind(), ErrorKind::ContentTooLong { bytes_max: 4 }));
                assert_eq!(error.partial(), b"hell");
            }
        }
    }
}

#[test]
fn errors_say_phase_peer_and_what_was_sent() {
    let (mut connection, _) = scripted(Script::new().expect(GET).reset());
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let error = connection.get_response().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Receive(_)));
    assert_eq!(error.phase(), Phase::FirstByte);
    assert_eq!(error.peer(), "example.org:80");
    assert_eq!(error.sent(), Sent::All { bytes: GET.len() as u64 });
    assert!(error.is_disconnect());
    assert_eq!(
        format!("{error:#}"),
        "cannot receive (waiting for the answer, example.org:80, all 64 bytes sent): connection reset"
    );
    assert!(std::error::Error::source(&error).is_some());
    let outside = std::io::Error::from(error);
    assert_eq!(outside.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(Error::from_io(outside).is_ok());
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}
