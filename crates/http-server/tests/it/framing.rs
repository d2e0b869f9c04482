//! Requests that two readers could understand in two ways, and requests that are none: one answer, then the end.

use crate::client::{Client, serve};
use http_server::{Error, Limits, Request, Response, Server, ServerHandle};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A server whose handler reads everything, and counts how often it was called.
fn counting() -> (ServerHandle, Arc<AtomicUsize>) {
    let called = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&called);
    let server = serve(move |request: &mut Request<'_>| {
        count.fetch_add(1, Ordering::SeqCst);
        let content = request.read_to_vec(1 << 20)?;
        Ok::<_, Error>(Response::text(format!("{} {}", request.path(), content.len())))
    });
    (server, called)
}

/// The request gets this status and the connection ends, whatever follows; `calls` of the handler have been made.
#[track_caller]
fn check_refused(request: impl AsRef<[u8]>, status: u16, calls: usize) {
    let (server, called) = counting();
    let request = request.as_ref();
    let mut client = Client::connect(&server);
    client.send(request).send("GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
    let answer = client.answer();
    assert_eq!(answer.status, status, "{}", request.escape_ascii());
    assert!(answer.says_close(), "{}", request.escape_ascii());
    assert!(answer.headers.contains("date"), "{}", request.escape_ascii());
    client.expect_end();
    assert_eq!(called.load(Ordering::SeqCst), calls, "{}", request.escape_ascii());
}

#[test]
fn a_message_with_two_lengths_is_refused() {
    // RUSTSEC-2021-0020 (hyper), python/cpython#150499, RFC 9112 §6.3.
    check_refused(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        0,
    );
    check_refused(
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        400,
        0,
    );
    check_refused(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        400,
        0,
    );
    check_refused(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        400,
        0,
    );
    check_refused("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 6\r\n\r\nhello!", 400, 0);
}

#[test]
fn a_length_is_digits_only() {
    // CVE class of RUSTSEC-2021-0078 (hyper): `+5`; may_minihttp: `x`; overflow.
    for length in ["+5", "-5", "5x", "x", "0x5", "5.0", "", "1e3", "5 5", "99999999999999999999", "\u{665}"] {
        check_refused(format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\nhello"), 400, 0);
    }
}

#[test]
fn only_one_final_chunked_is_a_transfer_coding() {
    // RUSTSEC-2020-0008 (hyper), RUSTSEC-2020-0031 and CVE-2026-66752 (tiny_http), RUSTSEC-2026-0034 (pingora).
    let te =
        |value: &str| format!("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {value}\r\n\r\n0\r\n\r\n");
    for (value, status) in [
        ("chunked, chunked", 400),
        ("chunked, gzip", 400),
        ("", 400),
        ("gzip, chunked", 501),
        ("gzip", 501),
        ("identity", 501),
        ("xchunked", 501),
        ("chunked;a=b", 501),
        ("\"chunked\"", 501),
        ("chunked\u{b}", 400),
    ] {
        check_refused(te(value), status, 0);
    }
    check_refused(
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        400,
        0,
    );
    check_refused("POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, 0);
    check_refused(
        "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        0,
    );
    check_refused("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400, 0);
    check_refused("POST / HTTP/1.1\r\nHost: x\r\nTransfer\u{1}-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, 0);
}

#[test]
fn chunks_are_read_strictly() {
    let chunked =
        |body: &str| format!("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
    for body in [
        "+5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "-1\r\nhello\r\n0\r\n\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhelloX\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "\r\n5\r\nhello\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        "5;\n=\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\nA : b\r\n\r\n",
        "5\r\nhello\r\n0\r\n\nA: b\r\n\r\n",
        "g\r\n",
    ] {
        check_refused(chunked(body), 400, 1);
    }
    // RUSTSEC-2021-0079 (hyper): the sum of all chunks does not wrap around.
    check_refused(chunked("1\r\nx\r\nffffffffffffffff\r\nhello"), 413, 1);
    check_refused(chunked(&format!("5;{}\r\nhello\r\n0\r\n\r\n", "a".repeat(20_000))), 400, 1);
    let trailers: String = (0..65).map(|n| format!("A{n}: b\r\n")).collect();
    check_refused(chunked(&format!("0\r\n{trailers}\r\n")), 431, 1);
}

#[test]
fn heads_are_read_strictly() {
    for request in [
        // RFC 9112 §2.2, §5: line ends, white space, folds.
        "GET / HTTP/1.1\nHost: x\n\n",
        "GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n A: b\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA\0: b\r\n\r\n",
        // §3: the request line.
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / a HTTP/1.1\r\nHost: x\r\n\r\n",
        " GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /\r\nHost: x\r\n\r\n",
        "GET / http/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.10\r\nHost: x\r\n\r\n",
        "GET / HTTP/11\r\nHost: x\r\n\r\n",
        "GET /\u{e9} HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /\u{1} HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        "G@T / HTTP/1.1\r\nHost: x\r\n\r\n",
        "CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n",
        // §3.2: Host.
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
    ] {
        check_refused(request, 400, 0);
    }
    check_refused("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505, 0);
    check_refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, 0);
    check_refused("GET / HTTP/1.1\r\nHost: x\r\nExpect: 200-maybe\r\n\r\n", 417, 0);
    check_refused("GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue, more\r\n\r\n", 417, 0);
}

#[test]
fn a_tls_greeting_on_a_plain_port_is_refused() {
    let (server, _) = counting();
    let mut client = Client::connect(&server);
    client.send(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03\n");
    assert_eq!(client.answer().status, 400);
    client.expect_end();
}

#[test]
fn heads_and_lines_beyond_their_bounds_are_refused_with_the_bound_named() {
    let line = format!("GET /{} HTTP/1.1\r\n", "a".repeat(70_000));
    check_refused(line, 414, 0);
    check_refused(format!("GET / HTTP/1.1\r\nHost: x\r\nA: {}\r\n", "a".repeat(70_000)), 431, 0);
    let fields: String = (0..128).map(|n| format!("A{n}: b\r\n")).collect();
    check_refused(format!("GET / HTTP/1.1\r\nHost: x\r\n{fields}\r\n"), 431, 0);
    let message = http_proto::Limits::SERVER.fields_max(2);
    let server =
        Server::bind("127.0.0.1:0").unwrap().limits(Limits::default().message(message)).observer(|_| {});
    let server = server.serve(|_: &mut Request<'_>| Response::text("ok")).unwrap();
    let mut client = Client::connect(&server);
    assert_eq!(client.send("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n").answer().status, 200);
    let answer = client.send("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\nC: d\r\n\r\n").answer();
    assert_eq!(answer.status, 431);
    assert!(answer.text().contains("more than 2 header fields"), "{}", answer.text());
}

#[test]
fn a_request_that_breaks_off_is_refused_not_served() {
    let (server, called) = counting();
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n");
    client.end_sending();
    assert_eq!(client.answer().status, 400);
    client.expect_end();
    assert_eq!(called.load(Ordering::SeqCst), 0);
    for body in ["Content-Length: 10\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"] {
        let mut client = Client::connect(&server);
        client.send(format!("POST / HTTP/1.1\r\nHost: x\r\n{body}"));
        client.end_sending();
        assert_eq!(client.answer().status, 400, "{body}");
        client.expect_end();
    }
}

#[test]
fn what_stands_behind_a_body_is_the_next_request() {
    let (server, called) = counting();
    let mut client = Client::connect(&server);
    client.send(concat!(
        "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        "POST /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\n\r\n",
        "POST /3 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        "POST /4 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /5 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi",
        "POST /6 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: CHUNKED\r\n\r\n0000\r\n\r\n",
    ));
    for expected in ["/1 5", "/2 13", "/3 0", "/4 0", "/5 2", "/6 0"] {
        assert_eq!(client.answer().text(), expected);
    }
    assert_eq!(called.load(Ordering::SeqCst), 6);
}

#[test]
fn an_answer_to_a_fault_reaches_a_client_that_is_still_sending() {
    // RFC 9112 §9.6: without a lingering close, the reset would destroy it.
    let (server, _) = counting();
    for _ in 0..20 {
        let mut client = Client::connect(&server);
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n");
        for _ in 0..20 {
            client.send([b'x'; 8192]);
        }
        assert_eq!(client.answer().status, 400);
    }
}

#[test]
fn a_refusal_of_head_has_no_content() {
    // RFC 9110 §9.3.2: a cache in between would take it for the next answer.
    let (server, called) = counting();
    for (request, status) in [
        ("HEAD / HTTP/1.1\r\n\r\n", "400"),
        ("HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", "400"),
        ("HEAD / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", "501"),
        ("HEAD / HTTP/1.1\r\nHost: x\r\nExpect: more\r\n\r\n", "417"),
        ("HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000000\r\n\r\n", "413"),
    ] {
        let answer = String::from_utf8(Client::connect(&server).send(request).rest()).unwrap();
        assert_eq!(answer.split(' ').nth(1), Some(status), "{request}");
        let (head, content) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("\r\nConnection: close"), "{head}");
        assert_eq!(content, "", "{request}");
    }
    assert_eq!(called.load(Ordering::SeqCst), 0);
}
