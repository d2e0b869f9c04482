//! The content of requests: read, expected, left unread, too long.

use crate::client::{Client, PATIENCE, serve};
use http_server::{Error, Limits, Request, Response, Server, StatusCode};
use std::io::{BufRead, Read};

fn echo(request: &mut Request<'_>) -> Result<Response, Error> {
    let content = request.read_to_vec(8 << 20)?;
    Ok(Response::content("application/octet-stream", content))
}

#[test]
fn content_is_the_same_however_it_is_framed_and_read() {
    let content: Vec<u8> = (0..300_000u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    let mut chunked = Vec::new();
    for piece in content.chunks(7_777) {
        chunked.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        chunked.extend_from_slice(piece);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let by_read = |request: &mut Request<'_>| -> std::io::Result<Response> {
        let mut content = Vec::new();
        request.body().read_to_end(&mut content)?;
        Ok(Response::content("a/b", content))
    };
    let by_lines = |request: &mut Request<'_>| -> std::io::Result<Response> {
        let mut content = Vec::new();
        let mut body = request.body();
        while body.read_until(b'\n', &mut content)? > 0 {}
        Ok(Response::content("a/b", content))
    };
    for server in [serve(echo), serve(by_read), serve(by_lines)] {
        let mut client = Client::connect(&server);
        client
            .send(format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", content.len()))
            .send(&content);
        assert!(client.answer().body == content);
        client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n").send(&chunked);
        assert!(client.answer().body == content);
    }
}

#[test]
fn trailers_are_apart_from_the_header_and_there_only_at_the_end() {
    let server = serve(|request: &mut Request<'_>| {
        assert!(request.trailers().is_none());
        let content = request.read_to_vec(100)?;
        assert!(request.header("authorization").is_none() && request.header("x-sum").is_none());
        let trailers = request.trailers().unwrap();
        assert_eq!(trailers.get("x-sum").unwrap(), "3");
        Ok::<_, Error>(Response::text(content))
    });
    let mut client = Client::connect(&server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 3\r\nAuthorization: forged\r\n\r\n");
    assert_eq!(client.answer().text(), "abc");
}

#[test]
fn continue_is_sent_when_content_is_asked_for_and_not_before() {
    let server = serve(echo);
    let mut client = Client::connect(&server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    assert_eq!(client.answer().status, 100);
    assert_eq!(client.send("hello").answer().text(), "hello");
    // The connection is in step.
    assert_eq!(
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi").answer().text(),
        "hi"
    );
    // Content that is there already needs no word.
    client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\nhello");
    assert_eq!(client.answer().text(), "hello");
    // HTTP/1.0 does not know it (RFC 9110 §10.1.1).
    client.send("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    assert_eq!(client.send("hello").answer().text(), "hello");
}

#[test]
fn a_handler_that_refuses_sends_no_continue_and_the_content_is_not_waited_for() {
    let server = serve(|_: &mut Request<'_>| Response::error_page(StatusCode::FORBIDDEN));
    let mut client = Client::connect(&server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    let answer = client.answer();
    assert_eq!(answer.status, 403);
    assert!(answer.says_close(), "whether the content comes is not known");
    client.expect_end();
}

#[test]
fn content_left_unread_is_never_taken_for_a_request() {
    // RUSTSEC-2020-0093 (async-h1), pingora, python/cpython#150499.
    let server = serve(|request: &mut Request<'_>| Response::text(request.path().to_owned()));
    let mut client = Client::connect(&server);
    let inner = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    for method in ["GET", "POST", "DELETE", "OPTIONS"] {
        client.send(format!(
            "{method} /a HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{inner}",
            inner.len()
        ));
        assert_eq!(client.answer().text(), "/a");
        client.send(format!(
            "{method} /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{inner}\r\n0\r\n\r\n",
            inner.len()
        ));
        assert_eq!(client.answer().text(), "/b");
    }
    assert_eq!(client.get("/c").text(), "/c");
}

#[test]
fn content_left_unread_is_drained_as_it_comes_and_holds_nobody() {
    let server = serve(|_: &mut Request<'_>| Response::text("early"));
    let mut clients: Vec<_> = (0..40).map(|_| Client::connect(&server)).collect();
    for client in &mut clients {
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n");
        assert_eq!(client.answer().text(), "early");
    }
    assert!(server.stats().threads <= 16);
    for client in &mut clients {
        client.send([b'x'; 10_000]);
        assert_eq!(client.get("/").text(), "early");
    }
}

#[test]
fn content_left_unread_beyond_the_bound_ends_the_connection() {
    let server = serve(|_: &mut Request<'_>| Response::text("early"));
    let mut client = Client::connect(&server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 262145\r\n\r\n");
    assert!(client.answer().says_close());
    let mut client = Client::connect(&server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 262144\r\n\r\n");
    assert!(!client.answer().says_close());
    client.send(vec![b'x'; 262_144]);
    assert_eq!(client.get("/").text(), "early");
    // Chunks do not say how many will come: the bound is met on the way.
    let mut client = Client::connect(&server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.answer();
    let mut sent = 0;
    while sent < 64 << 20 {
        let piece = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
        if std::io::Write::write_all(&mut client.stream, piece.as_bytes()).is_err() {
            return;
        }
        sent += piece.len();
    }
    panic!("the server takes in more than it may");
}

#[test]
fn a_declared_length_beyond_the_limit_is_refused_before_the_handler() {
    let server = Server::bind("127.0.0.1:0").unwrap().limits(Limits::default().body_bytes_max(10));
    let server = server
        .serve(|request: &mut Request<'_>| {
            let mut content = String::new();
            request.body().read_to_string(&mut content)?;
            Ok::<_, std::io::Error>(Response::text(content))
        })
        .unwrap();
    let mut client = Client::connect(&server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789");
    assert_eq!(client.answer().text(), "0123456789");
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n");
    let answer = client.answer();
    assert_eq!(answer.status, 413);
    assert!(answer.says_close());
    client.expect_end();
    // Chunks are counted as they come: over-long content is refused and ends the connection, as hotaru#28 did not.
    let mut client = Client::connect(&server);
    client
        .send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n");
    assert_eq!(client.answer().text(), "0123456789");
    client.send(
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789x\r\n0\r\n\r\n",
    );
    let answer = client.answer();
    assert_eq!(answer.status, 413);
    assert!(answer.says_close());
    client.expect_end();
}

#[test]
fn a_huge_declared_length_costs_no_memory() {
    // tiny_http 0.12 allocates what the peer declares, and aborts.
    let server = Server::bind("127.0.0.1:0").unwrap().limits(Limits::default().body_bytes_max(u64::MAX));
    let server = server
        .observer(|_| {})
        .serve(|request: &mut Request<'_>| {
            if request.path() == "/unread" {
                return Ok(Response::text("unread"));
            }
            request.read_to_vec(usize::MAX).map(Response::text)
        })
        .unwrap();
    let mut client = Client::connect(&server);
    client.send("POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551615\r\n\r\n");
    assert!(client.answer().says_close());
    let mut client = Client::connect(&server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551615\r\n\r\nabc");
    client.end_sending();
    assert_eq!(client.answer().status, 400);
}

#[test]
fn helpers_refuse_what_is_too_long_or_of_another_kind() {
    let server = serve(|request: &mut Request<'_>| match request.path() {
        "/form" => {
            let form = request.read_form(100)?;
            Ok(Response::text(format!("{form:?}")))
        }
        _ => request.read_to_string(5).map(Response::text),
    });
    let post = |path: &str, content_type: &str, content: &[u8]| {
        let mut client = Client::connect(&server);
        client.send(format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
            content.len()
        ));
        client.send(content).answer()
    };
    assert_eq!(post("/", "text/plain", b"hello").text(), "hello");
    assert_eq!(post("/", "text/plain", b"hello!").status, 413);
    assert_eq!(post("/", "text/plain", b"\xff").status, 415);
    let form = "application/x-www-form-urlencoded; charset=utf-8";
    assert_eq!(post("/form", form, b"a=1&b=x+y%26&c").text(), r#"[("a", "1"), ("b", "x y&"), ("c", "")]"#);
    assert_eq!(post("/form", "multipart/form-data", b"a=1").status, 415);
    assert_eq!(post("/form", form, &[b'a'; 101]).status, 413);
}

#[test]
fn answers_to_earlier_requests_are_sent_before_content_is_waited_for() {
    let server = serve(|request: &mut Request<'_>| {
        if request.path() == "/read" {
            request.read_to_vec(100)?;
        }
        Ok::<_, Error>(Response::text(request.path().to_owned()))
    });
    let mut client = Client::connect(&server);
    client.stream.set_read_timeout(Some(PATIENCE)).unwrap();
    client.send(
        "GET /first HTTP/1.1\r\nHost: x\r\n\r\nPOST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n",
    );
    // This client sends the content only when it has the first answer.
    assert_eq!(client.answer().text(), "/first");
    assert_eq!(client.send("done").answer().text(), "/read");
}
