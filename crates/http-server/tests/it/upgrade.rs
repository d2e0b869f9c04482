//! Connections that stop speaking HTTP: the raw stream comes after the head, never before, and never unasked.

use crate::client::{Client, PATIENCE, serve, wait_until};
use http_server::{Method, Request, Response, StatusCode, Upgraded};
use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn echo(_: &mut Request<'_>) -> Response {
    Response::upgrade("echo", |mut stream: Upgraded| {
        let mut piece = [0u8; 1024];
        while let Ok(count @ 1..) = stream.read(&mut piece) {
            if stream.write_all(&piece[..count]).is_err() {
                return;
            }
        }
    })
}

#[test]
fn an_upgrade_hands_over_the_stream_with_the_bytes_that_came_early() {
    // RUSTSEC-2026-0033 (pingora): what stands behind the request is seen by the new protocol only.
    let server = serve(echo);
    let mut client = Client::connect(&server);
    client.send(
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: echo\r\n\r\nGET /early",
    );
    let answer = client.answer();
    assert_eq!(answer.status, 101);
    assert_eq!(answer.header("upgrade"), "echo");
    assert_eq!(answer.header("connection"), "Upgrade");
    assert!(!answer.headers.contains("content-length"));
    client.send(" and more");
    client.end_sending();
    assert_eq!(client.rest(), b"GET /early and more");
    wait_until(|| server.stats().connections_open == 0, "the connection is still there");
}

#[test]
fn a_request_that_did_not_ask_is_not_upgraded() {
    let server = serve(echo);
    let mut client = Client::connect(&server);
    let other = "Connection: upgrade\r\nUpgrade: foo, echo/2\r\n";
    for fields in ["", "Upgrade: echo\r\n", "Connection: upgrade\r\n", other] {
        let answer = client.send(format!("GET / HTTP/1.1\r\nHost: x\r\n{fields}\r\n")).answer();
        assert_eq!(answer.status, 426, "{fields}");
        assert_eq!(answer.header("upgrade"), "echo", "RFC 9110 §15.5.22");
        assert_eq!(answer.header("connection"), "upgrade", "RFC 9110 §7.8");
    }
    client.send("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
    assert_eq!(client.answer().status, 426);
    // RFC 9110 §7.8: one of several offers, in whatever case.
    let mut client = Client::connect(&server);
    client.send(
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: foo\r\nUpgrade: bar, ECHO\r\n\r\n",
    );
    assert_eq!(client.answer().status, 101);
    // With content, the switch would come in its middle.
    let mut client = Client::connect(&server);
    client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\nContent-Length: 2\r\n\r\nhi",
    );
    assert_eq!(client.answer().status, 426);
}

#[test]
fn an_answer_that_offers_an_upgrade_says_so_in_connection() {
    #[track_caller]
    fn check(own: &'static str, request: &str, connection: &str) {
        let server = serve(move |_: &mut Request<'_>| {
            let response = Response::text("hello").with_header("Upgrade", "echo");
            if own.is_empty() { response } else { response.with_header("Connection", own) }
        });
        let answer = Client::connect(&server).send(request).answer();
        assert_eq!(answer.header("upgrade"), "echo");
        assert_eq!(answer.header("connection"), connection);
    }
    let (new, last) =
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    check("", new, "upgrade");
    check("Upgrade", new, "upgrade");
    check("close", new, "close, upgrade");
    check("", last, "close, upgrade");
    check("", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive, upgrade");
}

#[test]
fn connect_opens_a_tunnel_only_if_the_handler_means_it() {
    let server = serve(|request: &mut Request<'_>| match request.target().as_str() {
        "tunnel.example:1" => Response::tunnel(|mut stream: Upgraded| {
            let mut word = [0u8; 4];
            stream.read_exact(&mut word).unwrap();
            word.reverse();
            stream.write_all(&word).unwrap();
        }),
        _ => Response::text("not a tunnel"),
    });
    let mut client = Client::connect(&server);
    client.send("CONNECT tunnel.example:1 HTTP/1.1\r\nHost: tunnel.example:1\r\n\r\nabcd");
    let answer = client.answer_to(&Method::CONNECT);
    assert_eq!(answer.status, 200);
    assert!(!answer.headers.contains("content-length") && !answer.headers.contains("transfer-encoding"));
    assert_eq!(client.rest(), b"dcba");
    // A 2xx would be taken for a tunnel, its content for what comes through it.
    let mut client = Client::connect(&server);
    client.send("CONNECT other.example:1 HTTP/1.1\r\nHost: other.example:1\r\n\r\n");
    assert_eq!(client.answer_to(&Method::CONNECT).status, 501);
}

#[test]
fn what_stands_behind_a_connect_that_is_refused_is_no_request() {
    // RFC 9931: a client may have sent on what it was given for the tunnel.
    let calls = Arc::new(AtomicUsize::new(0));
    let called = Arc::clone(&calls);
    let server = serve(move |_: &mut Request<'_>| {
        called.fetch_add(1, Ordering::SeqCst);
        Response::error_page(StatusCode::PROXY_AUTHENTICATION_REQUIRED)
    });
    let mut client = Client::connect(&server);
    client.send("CONNECT a.example:1 HTTP/1.1\r\nHost: a.example:1\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    let answer = client.answer_to(&Method::CONNECT);
    assert_eq!(answer.status, 407);
    assert!(answer.says_close());
    client.expect_end();
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[test]
fn an_upgraded_stream_is_told_of_the_end_and_cut_in_time() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    let server = serve(move |_: &mut Request<'_>| {
        let sender = sender.lock().unwrap().clone();
        Response::upgrade("wait", move |mut stream: Upgraded| {
            sender.send(false).unwrap();
            // Waits until the stream is cut.
            assert_eq!(stream.read(&mut [0u8; 1]).unwrap(), 0);
            sender.send(stream.shutting_down()).unwrap();
        })
    });
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: wait\r\n\r\n");
    assert_eq!(client.answer().status, 101);
    assert!(!receiver.recv_timeout(PATIENCE).unwrap());
    let report = server.shutdown(std::time::Duration::from_millis(20));
    assert_eq!(report.cut, 1);
    assert!(receiver.recv_timeout(PATIENCE).unwrap());
    client.expect_end();
}

#[test]
fn another_thread_can_end_an_upgraded_stream() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    let server = serve(move |_: &mut Request<'_>| {
        let sender = sender.lock().unwrap().clone();
        Response::upgrade("wait", move |mut stream: Upgraded| {
            sender.send(stream.stopper()).unwrap();
            assert_eq!(stream.read(&mut [0u8; 1]).unwrap(), 0);
        })
    });
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: wait\r\n\r\n");
    assert_eq!(client.answer().status, 101);
    receiver.recv_timeout(PATIENCE).unwrap().stop();
    client.expect_end();
}
