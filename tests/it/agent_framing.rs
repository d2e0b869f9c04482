//! How `Client` announces content: the fields that frame it, and those that ask leave for it.

use crate::agent_basics::hello;
use http_client::StatusCode;
use http_client::client::{Body, Client, ErrorKind, RequestBuilder};
use std::io::{self, BufRead as _, Read as _, Write as _};
use std::time::Duration;
use support::stage::{After, Stage, write_answer};

#[test]
fn content_is_framed_as_the_caller_announces_it() {
    let stage = Stage::start(|seen, stream| {
        write_answer(stream, "200 OK", "", &seen.body)?;
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::new();
    let chunked = |request: RequestBuilder| request.header("Transfer-Encoding", "chunked").send().unwrap();
    // Content that looks like chunks is content, too.
    for content in ["abc", "hello", "3\r\nabc\r\n0\r\n\r\n", "0\r\n\r\n", ""] {
        let answer = chunked(client.post(stage.url("/")).body(content));
        assert_eq!(answer.text().unwrap(), content);
    }
    assert_eq!(chunked(client.get(stage.url("/"))).text().unwrap(), "");
    let answer = client.post(stage.url("/")).header("Content-Length", "3").body("abc").send().unwrap();
    assert_eq!(answer.text().unwrap(), "abc");
    let seen = stage.seen().len();
    for request in [
        client.get(stage.url("/")),
        client.post(stage.url("/")).body("abcd"),
        client.post(stage.url("/")).body("abcdef"),
    ] {
        let error = request.header("Content-Length", "5").send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error:?}");
    }
    assert_eq!(stage.seen().len(), seen, "nothing is sent that breaks its word");
}

/// RFC 9110 §7.8, §10.1.4: or a proxy would pass on what is not meant for whom it asks.
#[test]
fn what_is_for_the_next_server_alone_is_named_in_connection() {
    #[track_caller]
    fn check(fields: &[(&str, &str)], expected: &[&str]) {
        let stage = hello();
        let mut request = Client::new().get(stage.url("/"));
        for (name, value) in fields {
            request = request.header(name, value);
        }
        assert_eq!(request.send().unwrap().status(), StatusCode::OK);
        let seen = stage.seen();
        let head = seen[0].head.lines().filter_map(|line| line.strip_prefix("Connection: "));
        assert_eq!(head.collect::<Vec<_>>(), expected, "{fields:?}");
    }
    check(&[("Accept", "*/*")], &[]);
    check(&[("TE", "trailers")], &["TE"]);
    check(&[("te", "trailers"), ("Connection", "close, te")], &["close, te"]);
    check(&[("Upgrade", "websocket"), ("Connection", "Upgrade")], &["Upgrade"]);
    check(&[("Upgrade", "h2c"), ("TE", "trailers"), ("Connection", "close")], &["close", "TE", "Upgrade"]);
}

/// RFC 9110 §10.1.1: a request without content has nothing to ask leave for.
#[test]
fn a_request_without_content_expects_nothing() {
    let stage = hello();
    // No content is too long for not asking, and nobody is waited for where the caller asks.
    let client = Client::builder().expect_continue_above(u64::MAX, Duration::ZERO).build().unwrap();
    for request in [
        client.get(stage.url("/")),
        client.post(stage.url("/")).body(""),
        client.post(stage.url("/")).body("content"),
    ] {
        let answer = request.header("Expect", "100-continue").send().unwrap();
        assert_eq!(answer.text().unwrap(), "hello");
    }
    let expectations: Vec<_> = stage.seen().iter().map(|seen| seen.field("Expect").is_some()).collect();
    assert_eq!(expectations, [false, false, true]);
}

/// RFC 9110 §10.1.1: 417 says that somebody on the way knows no expectations.
#[test]
fn a_server_that_knows_no_expectations_gets_the_request_without_one() {
    let stage = Stage::start(|seen, stream| {
        let status = if seen.field("Expect").is_some() { "417 Expectation Failed" } else { "200 OK" };
        write_answer(stream, status, "", &seen.body)?;
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::builder().expect_continue_above(1000, Duration::ZERO).build().unwrap();
    let answer = client.post(stage.url("/a")).body(vec![7; 2000]).send().unwrap();
    assert_eq!((answer.status(), answer.bytes().unwrap()), (StatusCode::OK, vec![7; 2000]));
    // The same where the caller has asked for it by hand, and where the repetition is refused as well.
    let answer = client.put(stage.url("/b")).header("Expect", "100-continue").body("x").send().unwrap();
    assert_eq!((answer.status(), answer.text().unwrap().as_str()), (StatusCode::OK, "x"));
    let expectations: Vec<_> = stage.seen().iter().map(|seen| seen.field("Expect").is_some()).collect();
    assert_eq!(expectations, [true, false, true, false]);
    // What can be read but once is gone.
    let once = client.post(stage.url("/c")).body(Body::reader(&[7; 2000][..])).send().unwrap();
    assert_eq!(once.status(), StatusCode::EXPECTATION_FAILED);

    let never = Stage::start(|_, stream| {
        write_answer(stream, "417 Expectation Failed", "", b"")?;
        Ok(After::Keep)
    })
    .unwrap();
    let answer = client.post(never.url("/")).body(vec![7; 2000]).send().unwrap();
    assert_eq!(answer.status(), StatusCode::EXPECTATION_FAILED);
    assert_eq!(never.seen().len(), 2);
}

#[test]
fn large_contents_ask_before_they_come() {
    let stage = Stage::raw(|_, mut stream| {
        let mut reader = io::BufReader::new(stream.try_clone()?);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            reader.read_line(&mut head)?;
        }
        if head.contains("/no") {
            assert!(head.contains("Expect: 100-continue\r\n"));
            return write_answer(&mut stream, "413 Content Too Large", "Connection: close\r\n", b"no");
        }
        assert!(head.contains("Expect: 100-continue\r\n"));
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        let mut body = vec![0; 2000];
        reader.read_exact(&mut body)?;
        write_answer(&mut stream, "200 OK", "Connection: close\r\n", b"yes")
    })
    .unwrap();
    let client = Client::builder().expect_continue_above(1000, Duration::from_secs(30)).build().unwrap();
    let answer = client.post(stage.url("/yes")).body(vec![0; 2000]).send().unwrap();
    assert_eq!(answer.text().unwrap(), "yes");
    let answer = client.post(stage.url("/no")).body(vec![0; 2000]).send().unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(client.connections(), (1, 0), "the connection that was refused is not kept");
    drop(answer);

    let stage = hello();
    client.post(stage.url("/")).body(vec![0; 1000]).send().unwrap();
    assert_eq!(stage.seen()[0].field("Expect"), None);
}
