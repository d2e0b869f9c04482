//! Tests of `connection/sending.rs` and `connection/content.rs`: requests byte for byte, Python's rows C-030 to C-059.

use super::{fields, scripted};
use crate::body::Body;
use crate::builder::ConnectionBuilder;
use crate::connection::HttpConnection;
use crate::connection::sending::RequestOptions;
use crate::error::{Error, ErrorKind, Sent};
use crate::state::State;
use crate::testing::{FakeClock, Script, ScriptedConnector};
use crate::timeouts::Timeouts;
use http_proto::{CloseReason, Headers, InvalidInput, Version};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

/// What a request sends, to `host`.
#[track_caller]
fn sends(
    builder: ConnectionBuilder,
    send: impl FnOnce(&mut HttpConnection) -> Result<(), Error>,
    expected: &str,
) {
    let (connector, recordings) = ScriptedConnector::new([Script::new().expect(expected).reply(NO_CONTENT)]);
    let mut connection = builder.connector(connector).build().unwrap();
    send(&mut connection).unwrap_or_else(|error| panic!("{error:#}"));
    let _ = connection.get_response().unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(recordings[0].check(), Ok(()));
}

#[test]
fn the_head_is_what_python_sends() {
    #[track_caller]
    fn check(host: &str, method: &str, target: &str, given: &[(&str, &str)], expected: &str) {
        let headers = fields(given);
        sends(
            HttpConnection::builder(host),
            |connection| connection.request(method, target, (), &headers),
            &format!("{expected}\r\n"),
        );
    }
    let identity = "Accept-Encoding: identity\r\n";
    check("a.b", "GET", "", &[], &format!("GET / HTTP/1.1\r\nHost: a.b\r\n{identity}"));
    check("a.b:80", "GET", "/x?y", &[], &format!("GET /x?y HTTP/1.1\r\nHost: a.b\r\n{identity}"));
    check("a.b:81", "GET", "/", &[], &format!("GET / HTTP/1.1\r\nHost: a.b:81\r\n{identity}"));
    check("[::1]:8080", "GET", "/", &[], &format!("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n{identity}"));
    check(
        "[fe80::1%eth0]:81",
        "GET",
        "/",
        &[],
        &format!("GET / HTTP/1.1\r\nHost: [fe80::1]:81\r\n{identity}"),
    );
    check("a.b", "OPTIONS", "*", &[], &format!("OPTIONS * HTTP/1.1\r\nHost: a.b\r\n{identity}"));
    let absolute = "http://user:pw@c.d:8/x";
    check("a.b", "GET", absolute, &[], &format!("GET http://c.d:8/x HTTP/1.1\r\nHost: c.d:8\r\n{identity}"));
    check("a.b", "get", "/", &[], &format!("get / HTTP/1.1\r\nHost: a.b\r\n{identity}"));
    let own = [("host", "x"), ("X-A", "1"), ("x-a", "2")];
    check("a.b", "GET", "/", &own, &format!("GET / HTTP/1.1\r\n{identity}host: x\r\nX-A: 1\r\nx-a: 2\r\n"));
    let encoding = [("ACCEPT-encoding", "br")];
    check("a.b", "GET", "/", &encoding, "GET / HTTP/1.1\r\nHost: a.b\r\nACCEPT-encoding: br\r\n");
    for method in ["POST", "PUT", "PATCH"] {
        let expected = format!("{method} / HTTP/1.1\r\nHost: a.b\r\n{identity}Content-Length: 0\r\n");
        check("a.b", method, "/", &[], &expected);
    }
    for method in ["GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "BREW"] {
        check("a.b", method, "/", &[], &format!("{method} / HTTP/1.1\r\nHost: a.b\r\n{identity}"));
    }
    let connect = "CONNECT x.y:443 HTTP/1.1\r\nHost: x.y:443\r\n";
    check("a.b", "CONNECT", "x.y:443", &[], &format!("{connect}{identity}"));
}

#[test]
fn automatic_fields_can_be_left_out() {
    let options = RequestOptions::new().skip_host().skip_accept_encoding();
    sends(
        HttpConnection::builder("a.b").version(Version::HTTP_10),
        |connection| connection.request_with("GET", "/", (), &Headers::new(), options),
        "GET / HTTP/1.0\r\n\r\n",
    );
    sends(
        HttpConnection::builder("a.b"),
        |connection| {
            connection.put_request_with("GET", "/", options)?;
            connection.put_header("hOST", "c.d")?;
            connection.end_headers()
        },
        "GET / HTTP/1.1\r\nhOST: c.d\r\n\r\n",
    );
}

#[test]
fn bodies_are_framed_by_what_is_known_of_them() {
    const HEAD: &str = "PUT / HTTP/1.1\r\nHost: a.b\r\nAccept-Encoding: identity\r\n";
    #[track_caller]
    fn check(body: Body<'_>, given: &[(&str, &str)], options: RequestOptions, expected: &str) {
        let headers = fields(given);
        sends(
            HttpConnection::builder("a.b").block_bytes(512),
            |connection| connection.request_with("PUT", "/", body, &headers, options),
            &format!("{HEAD}{expected}"),
        );
    }
    let usual = RequestOptions::new();
    let length = "Content-Length: 5\r\n\r\nhello";
    check(b"hello".into(), &[], usual, length);
    check("hello".into(), &[], usual, length);
    check(String::from("hello").into(), &[], usual, length);
    check(vec![b'h', b'i'].into(), &[], usual, "Content-Length: 2\r\n\r\nhi");
    check(Body::sized_reader(&b"hello world"[..], 5), &[], usual, length);
    check(b"hello".into(), &[("content-length", "5")], usual, "content-length: 5\r\n\r\nhello");
    check(Body::reader(&b"hello"[..]), &[("Content-Length", "5")], usual, length);
    let chunked = "Transfer-Encoding: chunked\r\n\r\n";
    check(Body::reader(&b"hello"[..]), &[], usual, &format!("{chunked}5\r\nhello\r\n0\r\n\r\n"));
    check(Body::reader(io::empty()), &[], usual, &format!("{chunked}0\r\n\r\n"));
    let pieces = ["one", "", "three"].map(|piece| Ok(piece.as_bytes().to_vec()));
    check(Body::chunks(pieces), &[], usual, &format!("{chunked}3\r\none\r\n5\r\nthree\r\n0\r\n\r\n"));
    let long = vec![b'x'; 600];
    let text = String::from_utf8(long.clone()).unwrap();
    let expected = format!("{chunked}200\r\n{}\r\n58\r\n{}\r\n0\r\n\r\n", &text[..512], &text[512..]);
    check(Body::reader(long.as_slice()), &[], usual, &expected);
    let own = [("Transfer-Encoding", "chunked")];
    check(b"hi".into(), &own, usual.encode_chunked(), &format!("{chunked}2\r\nhi\r\n0\r\n\r\n"));
    check(b"2\r\nhi\r\n0\r\n\r\n".into(), &own, usual, &format!("{chunked}2\r\nhi\r\n0\r\n\r\n"));
    let coded = [("Transfer-Encoding", "gzip, chunked")];
    let expected = "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    check(b"hi".into(), &coded, usual.encode_chunked(), expected);
}

#[test]
fn a_file_is_sent_by_its_length_from_its_position() {
    use std::io::{Seek, SeekFrom, Write};
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"0123456789").unwrap();
    file.seek(SeekFrom::Start(4)).unwrap();
    sends(
        HttpConnection::builder("a.b"),
        |connection| connection.request("PUT", "/", Body::file(file).unwrap(), &Headers::new()),
        "PUT / HTTP/1.1\r\nHost: a.b\r\nAccept-Encoding: identity\r\nContent-Length: 6\r\n\r\n456789",
    );
}

#[test]
fn step_by_step_sends_the_same() {
    sends(
        HttpConnection::builder("a.b"),
        |connection| {
            connection.put_request("POST", "/form")?;
            connection.put_header("Content-Length", "11")?;
            connection.put_header_values("X-Many", ["1", "2"])?;
            connection.end_headers()?;
            connection.send("hello ")?;
            connection.send(b"world")
        },
        "POST /form HTTP/1.1\r\nHost: a.b\r\nAccept-Encoding: identity\r\nContent-Length: 11\r\nX-Many: 1\r\n\
         X-Many: 2\r\n\r\nhello world",
    );
    sends(
        HttpConnection::builder("a.b"),
        |connection| {
            connection.put_request("POST", "/")?;
            connection.put_header("Transfer-Encoding", "chunked")?;
            connection.end_headers()?;
            connection.send("3\r\nab")?;
            connection.send("c\r\n0\r\n\r\n")
        },
        "POST / HTTP/1.1\r\nHost: a.b\r\nAccept-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n\
         0\r\n\r\n",
    );
    sends(
        HttpConnection::builder("a.b"),
        |connection| {
            connection.put_request("POST", "/")?;
            connection.put_header("Transfer-Encoding", "chunked")?;
            connection.end_headers_with((), true)?;
            connection.send("abc")?;
            connection.end_body(&fields(&[("X-Sum", "6")]))
        },
        "POST / HTTP/1.1\r\nHost: a.b\r\nAccept-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n\
         0\r\nX-Sum: 6\r\n\r\n",
    );
}

#[test]
fn what_no_request_can_hold_is_refused_before_anything_is_sent() {
    #[track_caller]
    fn check(method: &str, target: &str, given: &[(&str, &str)], body: Body<'_>) {
        let (mut connection, recording) = scripted(Script::new());
        let error = connection.request(method, target, body, &fields(given)).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::InvalidRequest(_) | ErrorKind::InvalidFraming { .. }),
            "{error:#}"
        );
        assert_eq!(error.sent(), Sent::Nothing);
        assert_eq!(connection.state(), State::Idle);
        assert_eq!(recording.sent(), b"");
    }
    for method in ["", "GE T", "GET\r\n", "G\0T", "GÉT", "GET/", "G\x7fT"] {
        check(method, "/", &[], Body::empty());
    }
    for target in [" ", "/a b", "/a\r\nX: y", "/\0", "/é", "/#top", "x", "*", "/\x7f", "http://"] {
        check("GET", target, &[], Body::empty());
    }
    check("CONNECT", "/", &[], Body::empty());
    check("TRACE", "/", &[], b"x".into());
    for (name, value) in [
        ("Content-Length", "+5"),
        ("Content-Length", "5, 5"),
        ("Content-Length", "99999999999999999999"),
        ("Content-Length", "4"),
        ("Content-Length", "6"),
        ("Transfer-Encoding", "gzip"),
        ("Transfer-Encoding", "chunked, gzip"),
        ("Transfer-Encoding", "chunked"),
    ] {
        check("PUT", "/", &[(name, value)], b"hello".into());
    }
    check("PUT", "/", &[("Content-Length", "5"), ("Content-Length", "5")], b"hello".into());
    check("PUT", "/", &[("Content-Length", "5"), ("Transfer-Encoding", "chunked")], b"hello".into());
    check("GET", "/", &[("Host", "a"), ("host", "b")], Body::empty());
}

#[test]
fn field_names_and_values_are_checked_when_they_are_given() {
    let (mut connection, recording) = scripted(Script::new());
    connection.put_request("GET", "/").unwrap();
    for (name, value) in [
        ("", "x"),
        ("A b", "x"),
        ("A:", "x"),
        ("A\r\nB", "x"),
        ("Ä", "x"),
        ("X", "a\r\nY: b"),
        ("X", "a\n b"),
        ("X", "a\rb"),
        ("X", "a\0b"),
        ("X", "a\x1bb"),
    ] {
        let error = connection.put_header(name, value).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{name:?} {value:?}: {error:#}");
    }
    let twice = connection.put_header("Host", "x").unwrap_err();
    assert!(matches!(twice.kind(), ErrorKind::InvalidFraming { .. }));
    connection.put_header("X", b"\xe9\xff".as_slice()).unwrap();
    assert_eq!(recording.sent(), b"");
}

#[test]
fn an_http11_request_without_host_is_refused() {
    let (mut connection, _) = scripted(Script::new());
    connection.put_request_with("GET", "/", RequestOptions::new().skip_host()).unwrap();
    assert!(matches!(connection.end_headers().unwrap_err().kind(), ErrorKind::InvalidFraming { .. }));
}

#[test]
fn http10_sends_no_chunks() {
    let (connector, _) = ScriptedConnector::new([Script::new()]);
    let mut connection =
        HttpConnection::builder("a.b").version(Version::HTTP_10).connector(connector).build().unwrap();
    let error = connection.request("PUT", "/", Body::reader(io::empty()), &Headers::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidFraming { .. }));
}

#[test]
fn steps_in_the_wrong_order_have_pythons_names() {
    let (mut connection, _) = scripted(Script::new().expect(super::GET));
    let state_of = |error: Error| match error.into_kind() {
        ErrorKind::CannotSendRequest { state } => ("CannotSendRequest", state),
        ErrorKind::CannotSendHeader { state } => ("CannotSendHeader", state),
        ErrorKind::ResponseNotReady { state } => ("ResponseNotReady", state),
        other => panic!("{other}"),
    };
    assert_eq!(state_of(connection.put_header("A", "b").unwrap_err()), ("CannotSendHeader", State::Idle));
    assert_eq!(state_of(connection.end_headers().unwrap_err()), ("CannotSendHeader", State::Idle));
    assert_eq!(state_of(connection.send("x").unwrap_err()), ("CannotSendHeader", State::Idle));
    assert_eq!(state_of(connection.get_response().unwrap_err()), ("ResponseNotReady", State::Idle));
    connection.put_request("GET", "/").unwrap();
    let started = State::RequestStarted;
    assert_eq!(state_of(connection.put_request("GET", "/").unwrap_err()), ("CannotSendRequest", started));
    let again = connection.request("GET", "/", (), &Headers::new()).unwrap_err();
    assert!(again.is_state());
    assert_eq!(state_of(again), ("CannotSendRequest", started));
    assert_eq!(state_of(connection.get_response().unwrap_err()), ("ResponseNotReady", started));
    connection.end_headers().unwrap();
    let sent = State::RequestSent;
    assert_eq!(state_of(connection.put_header("A", "b").unwrap_err()), ("CannotSendHeader", sent));
    assert_eq!(state_of(connection.put_request("GET", "/").unwrap_err()), ("CannotSendRequest", sent));
    connection.close();
    assert_eq!(connection.state(), State::Idle);
}

#[test]
fn content_that_no_field_announces_is_refused_with_what_to_do() {
    let (mut connection, _) = scripted(Script::new().expect("POST / HTTP/1.1"));
    connection.put_request("POST", "/").unwrap();
    connection.end_headers().unwrap();
    let refused = connection.send("x").unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::CannotSendHeader { state: State::RequestSent }), "{refused}");
    assert!(refused.is_state());
    let text = refused.to_string();
    assert!(text.contains("Content-Length or Transfer-Encoding"), "{text}");
    // The request itself is whole, and its answer can be asked for.
    assert_eq!(connection.state(), State::RequestSent);
}

#[test]
fn wrong_lengths_are_caught() {
    let (mut connection, recording) = scripted(Script::new());
    connection.put_request("PUT", "/").unwrap();
    connection.put_header("Content-Length", "3").unwrap();
    connection.end_headers().unwrap();
    let error = connection.send("four").unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::InvalidRequest(InvalidInput::BodyTooLong { announced_bytes: 3 })
    ));
    assert_eq!(recording.sent(), b"");

    let error =
        connection.request("PUT", "/", Body::sized_reader(&b"abc"[..], 5), &Headers::new()).unwrap_err();
    let missing = InvalidInput::BodyTooShort { missing_bytes: 2 };
    assert!(matches!(error.kind(), ErrorKind::InvalidRequest(invalid) if *invalid == missing), "{error:#}");
    assert!(matches!(error.sent(), Sent::Partly { .. }));
    assert_eq!(connection.is_reusable(), Err(CloseReason::UnfinishedMessage));
    assert!(recording.is_closed());
}

#[test]
fn chunks_of_the_caller_must_be_chunks() {
    #[track_caller]
    fn check(pieces: &[&str]) {
        let (mut connection, _) = scripted(Script::new());
        connection.put_request("PUT", "/").unwrap();
        connection.put_header("Transfer-Encoding", "chunked").unwrap();
        connection.end_headers().unwrap();
        let sent = pieces.iter().try_for_each(|piece| connection.send(piece));
        let error = sent.and_then(|()| connection.end_body(&Headers::new())).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidFraming { .. }), "{error:#}");
    }
    check(&["hello"]);
    check(&["3\r\nabc"]);
    check(&["3\r\nabcd\r\n"]);
    check(&["0\r\n\r\nmore"]);
}

#[test]
fn a_body_that_cannot_be_read_is_the_callers_fault() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("no disk"))
        }
    }
    let (mut connection, recording) = scripted(Script::new());
    let error = connection.request("PUT", "/", Body::reader(Broken), &Headers::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::BodySource(_)));
    assert_eq!(recording.sent(), b"", "the head waits for the first block");
    assert_eq!(connection.state(), State::Idle);
}

#[test]
fn a_small_body_goes_out_with_the_head() {
    let (mut connection, recording) = scripted(Script::new());
    connection.request("PUT", "/", vec![b'x'; 16 * 1024], &Headers::new()).unwrap();
    assert_eq!(recording.writes().len(), 1);
}

#[test]
fn writes_that_take_a_part_are_continued() {
    let body = "x".repeat(40_000);
    let expected = format!(
        "PUT / HTTP/1.1\r\nHost: a.b\r\nAccept-Encoding: identity\r\nContent-Length: 40000\r\n\r\n{body}"
    );
    let script = Script::new().write_bytes_max(999).interrupt().expect(&expected).reply(NO_CONTENT);
    let (connector, recordings) = ScriptedConnector::new([script]);
    let mut connection = HttpConnection::builder("a.b").connector(connector).build().unwrap();
    connection.request("PUT", "/", &body, &Headers::new()).unwrap();
    assert_eq!(connection.get_response().unwrap().status(), 204);
    assert_eq!(recordings[0].check(), Ok(()));
}

#[test]
fn an_answer_that_is_there_with_the_last_byte_is_not_early() {
    for blocks in 1..=9 {
        let content = vec![b'x'; blocks * 64 * 1024];
        let text = String::from_utf8(content.clone()).unwrap();
        let head = "PUT / HTTP/1.1\r\nHost: example.org\r\nAccept-Encoding: identity\r\n";
        let sized = format!("{head}Content-Length: {}\r\n\r\n{text}", content.len());
        let (mut connection, recording) = scripted(Script::new().expect(sized).reply(NO_CONTENT));
        let body = Body::sized_reader(content.as_slice(), content.len() as u64);
        connection.request("PUT", "/", body, &Headers::new()).unwrap();
        assert_eq!(connection.get_response().unwrap().status(), 204);
        assert_eq!(connection.is_reusable(), Ok(()), "{blocks} blocks");
        let chunk = format!("10000\r\n{}\r\n", &text[..64 * 1024]);
        let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n", chunk.repeat(blocks));
        let (mut connection, recording2) = scripted(Script::new().expect(chunked).reply(NO_CONTENT));
        connection.request("PUT", "/", Body::reader(content.as_slice()), &Headers::new()).unwrap();
        assert_eq!(connection.get_response().unwrap().status(), 204);
        assert_eq!(connection.is_reusable(), Ok(()), "{blocks} blocks");
        assert_eq!((recording.check(), recording2.check()), (Ok(()), Ok(())));
    }
}

#[test]
fn an_early_answer_is_returned_instead_of_a_broken_pipe() {
    const REFUSED: &str = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno!";
    #[track_caller]
    fn check(body: Body<'_>, script: Script) {
        let (mut connection, recording) = scripted(script);
        connection.request("PUT", "/", body, &Headers::new()).unwrap_or_else(|error| panic!("{error:#}"));
        let mut response = connection.get_response().unwrap_or_else(|error| panic!("{error:#}"));
        assert_eq!(response.status(), 413);
        assert_eq!(response.read_all(100).unwrap(), b"no!");
        drop(response);
        assert_eq!(connection.is_reusable(), Err(CloseReason::UnfinishedMessage));
        assert!(recording.is_closed());
    }
    let head = "PUT / HTTP/1.1\r\nHost: example.org\r\nAccept-Encoding: identity\r\n";
    let length = format!("{head}Content-Length: 1000000\r\n\r\n");
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n");
    let large = || vec![b'x'; 1_000_000];
    // Before the content, in the middle of it, and after the peer has closed its reading side.
    for content_bytes in [0, 70_000] {
        let content = "x".repeat(content_bytes);
        let script = || Script::new().expect(format!("{length}{content}"));
        check(large().into(), script().reply(REFUSED));
        check(large().into(), script().refuse_writes().reply(REFUSED).end());
        check(Body::sized_reader(large().as_slice(), 1_000_000), script().reply(REFUSED));
    }
    let script = || Script::new().expect(format!("{chunked}10000\r\n{}", "x".repeat(65_536)));
    check(Body::reader(large().as_slice()), script().reply(REFUSED));
    check(Body::reader(large().as_slice()), script().refuse_writes().reply(REFUSED).end());
    let pieces = || std::iter::repeat_with(|| Ok(vec![b'x'; 70_000])).take(20);
    let script = Script::new().expect(format!("{chunked}11170\r\n{}\r\n", "x".repeat(70_000)));
    check(Body::chunks(pieces()), script.reply(REFUSED));
}

/// A head with these fields, and the beginning of its content.
fn upload_until(fields: &str, content: &str) -> String {
    format!("PUT / HTTP/1.1\r\nHost: a.b\r\nAccept-Encoding: identity\r\n{fields}\r\n\r\n{content}")
}

/// Sends `body`: the status, how many interim answers were seen, and whether the connection can stay.
#[track_caller]
fn upload(body: Body<'_>, script: Script) -> (u16, usize, Result<(), CloseReason>) {
    let seen = Arc::new(AtomicUsize::new(0));
    let hook = Arc::clone(&seen);
    let (connector, recordings) = ScriptedConnector::new([script]);
    let mut connection = HttpConnection::builder("a.b")
        .connector(connector)
        .on_informational(move |_| {
            hook.fetch_add(1, Ordering::Relaxed);
        })
        .build()
        .unwrap();
    connection.request("PUT", "/", body, &Headers::new()).unwrap_or_else(|error| panic!("{error:#}"));
    let status = connection.get_response().unwrap_or_else(|error| panic!("{error:#}")).status();
    assert_eq!(recordings[0].check(), Ok(()));
    (status.as_u16(), seen.load(Ordering::Relaxed), connection.is_reusable())
}

#[test]
fn interim_answers_in_the_middle_of_an_upload_do_not_stop_it() {
    const HINTS: &str = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n";
    const LATE: &str = "HTTP/1.1 100 Continue\r\n\r\n";
    let content = "x".repeat(1_000_000);
    let bytes = content.as_bytes();
    for sent_bytes in [0, 1, 70_000, 999_999] {
        let (before, rest) = content.split_at(sent_bytes);
        let first = upload_until("Content-Length: 1000000", before);
        let whole = || Script::new().expect(&first).reply(HINTS).expect(rest).reply(NO_CONTENT);
        assert_eq!(upload(bytes.into(), whole()), (204, 1, Ok(())));
        assert_eq!(upload(Body::sized_reader(bytes, 1_000_000), whole()), (204, 1, Ok(())));
        let several = Script::new().expect(&first).reply_in_pieces([LATE, HINTS, LATE].concat(), 7);
        assert_eq!(upload(bytes.into(), several.expect(rest).reply(NO_CONTENT)), (204, 3, Ok(())));
        // The rest of a head that has begun comes only when the content is there.
        let begun = Script::new().expect(&first).reply(&HINTS[..11]).expect(rest).reply(&HINTS[11..]);
        assert_eq!(upload(bytes.into(), begun.reply(NO_CONTENT)), (204, 1, Ok(())));
    }
    let chunk = format!("10000\r\n{}\r\n", &content[..65_536]);
    let all = chunk.repeat(4) + "0\r\n\r\n";
    for sent_bytes in [0, 3, 70_000, 4 * chunk.len() - 1] {
        let (before, rest) = all.split_at(sent_bytes);
        let first = upload_until("Transfer-Encoding: chunked", before);
        let script = || Script::new().expect(&first).reply(HINTS).expect(rest).reply(NO_CONTENT);
        let blocks = &bytes[..4 * 65_536];
        assert_eq!(upload(Body::reader(blocks), script()), (204, 1, Ok(())));
        let items = blocks.chunks(65_536).map(|block| Ok(block.to_vec()));
        assert_eq!(upload(Body::chunks(items), script()), (204, 1, Ok(())));
    }
}

#[test]
fn a_final_answer_behind_interim_ones_stops_an_upload() {
    const HINTS: &str = "HTTP/1.1 103 Early Hints\r\n\r\n";
    const REFUSED: &str = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n";
    let content = vec![b'x'; 1_000_000];
    let first = upload_until("Content-Length: 1000000", &"x".repeat(70_000));
    let unfinished = Err(CloseReason::UnfinishedMessage);
    let together = Script::new().expect(&first).reply([HINTS, REFUSED].concat());
    assert_eq!(upload(content.as_slice().into(), together), (413, 1, unfinished));
    let apart = Script::new().expect(&first).reply(HINTS).expect("x".repeat(9)).reply(REFUSED);
    assert_eq!(upload(content.as_slice().into(), apart), (413, 1, unfinished));
}

#[test]
fn too_many_interim_answers_end_an_upload() {
    let first = upload_until("Content-Length: 1000000", "");
    let flood = "HTTP/1.1 102 Processing\r\n\r\n".repeat(33);
    let (connector, _) = ScriptedConnector::new([Script::new().expect(first).reply(flood)]);
    let mut connection = HttpConnection::builder("a.b").connector(connector).build().unwrap();
    let error = connection.request("PUT", "/", vec![b'x'; 1_000_000], &Headers::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooManyInformational { count_max: 32 }), "{error:#}");
    assert_eq!(connection.is_reusable(), Err(CloseReason::ProtocolError));
}

#[test]
fn a_failed_write_without_an_answer_is_reported_as_such() {
    let (mut connection, _) = scripted(Script::new().expect("PUT / ").refuse_writes().end());
    connection.request("PUT", "/", b"x", &Headers::new()).unwrap();
    let error = connection.get_response().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Send(_)), "{error:#}");
    assert_eq!(error.sent(), Sent::Partly { bytes: 6 });
    assert!(error.is_disconnect());
}

#[test]
fn sending_step_by_step_says_when_the_answer_is_early() {
    let head =
        "PUT / HTTP/1.1\r\nHost: example.org\r\nAccept-Encoding: identity\r\nContent-Length: 9\r\n\r\nabc";
    let script = Script::new().expect(head).reply("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    let (mut connection, _) = scripted(script);
    connection.put_request("PUT", "/").unwrap();
    connection.put_header("Content-Length", "9").unwrap();
    connection.end_headers().unwrap();
    connection.send("abc").unwrap();
    let error = connection.send("def").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::EarlyAnswer));
    assert_eq!(connection.get_response().unwrap().status(), 401);
}

#[test]
fn expect_100_continue_is_waited_for() {
    let asked = "PUT / HTTP/1.1\r\nHost: a.b\r\nAccept-Encoding: identity\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    #[track_caller]
    fn check(script: Script, status: u16) {
        let clock = FakeClock::new();
        let (connector, recordings) = ScriptedConnector::new([script.clock(&clock)]);
        let mut connection = HttpConnection::builder("a.b")
            .connector(connector)
            .clock(clock)
            .timeouts(Timeouts::DEFAULT)
            .build()
            .unwrap();
        connection.request("PUT", "/", b"hi", &fields(&[("Expect", "100-continue")])).unwrap();
        assert_eq!(connection.get_response().unwrap().status(), status);
        assert_eq!(recordings[0].check(), Ok(()));
        assert_eq!(recordings[0].sent().ends_with(b"hi"), status == 204, "content without leave");
    }
    let go_on = "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n";
    let refused = "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n";
    check(Script::new().expect(asked).reply(go_on).expect("hi").reply(NO_CONTENT), 204);
    let hints = "HTTP/1.1 103 Early Hints\r\n\r\n";
    check(Script::new().expect(asked).reply(hints).reply(go_on).expect("hi").reply(NO_CONTENT), 204);
    check(Script::new().expect(asked).reply(refused), 417);
    // RFC 9110 §10.1.1: a client must not wait for ever.
    let silence = Duration::from_secs(2);
    check(Script::new().expect(asked).delay(silence).expect("hi").reply(go_on).reply(NO_CONTENT), 204);
    let half = Script::new().expect(asked).reply("HTTP/1.1 100 Con").delay(silence).expect("hi");
    check(half.reply("tinue\r\n\r\n").reply(NO_CONTENT), 204);
    // Whoever takes the leave back at once does not read the content.
    check(Script::new().expect(asked).reply([go_on, refused].concat()), 417);
}

#[test]
fn leave_that_comes_late_does_not_stop_the_content() {
    let clock = FakeClock::new();
    let asked = upload_until("Content-Length: 100000\r\nExpect: 100-continue", "");
    let script = Script::new().expect(asked).delay(Duration::from_secs(2)).expect("x".repeat(10_000));
    let script = script.reply("HTTP/1.1 100 Continue\r\n\r\n").expect("x".repeat(90_000)).reply(NO_CONTENT);
    let (connector, recordings) = ScriptedConnector::new([script.clock(&clock)]);
    let mut connection =
        HttpConnection::builder("a.b").connector(connector).clock(clock.clone()).build().unwrap();
    let fields = fields(&[("Expect", "100-continue")]);
    connection.request("PUT", "/", vec![b'x'; 100_000], &fields).unwrap();
    assert_eq!(connection.get_response().unwrap().status(), 204);
    assert_eq!((recordings[0].check(), connection.is_reusable()), (Ok(()), Ok(())));
}

#[test]
fn an_answer_knows_how_much_of_its_request_had_left_also_when_it_closes_the_connection() {
    #[track_caller]
    fn check(reply: &str) -> Sent {
        let (mut connection, _) = scripted(Script::new().reply(reply));
        connection.request("POST", "/", "content", &Headers::new()).unwrap();
        let mut answer = connection.get_response().unwrap();
        answer.read_all(9).unwrap();
        answer.sent()
    }
    for reply in [
        "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
        "HTTP/1.1 204 No Content\r\n\r\n",
    ] {
        let sent = check(reply);
        assert!(matches!(sent, Sent::All { bytes } if bytes > 7), "{reply}: {sent:?}");
    }
}
