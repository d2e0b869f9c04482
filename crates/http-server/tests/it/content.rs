//! The content of answers: every kind of body, framed right for every kind of request.

use crate::client::{Client, serve};
use http_server::{Body, BodyWriter, Error, EventStream, Method, Request, Response, Server, StatusCode};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::sync::Arc;

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1] ^ n.to_le_bytes()[2]).collect()
}

fn file_of(content: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(content).unwrap();
    file
}

/// One answer of each kind, by path.
fn kinds(request: &mut Request<'_>) -> Response {
    let length: usize = request.query_value("n").unwrap_or_default().parse().unwrap_or(5);
    let content = pattern(length);
    match request.path() {
        "/bytes" => Response::content("a/b", content),
        "/shared" => Response::content("a/b", Arc::<[u8]>::from(content)),
        "/file" => {
            let padded = [b"xx", content.as_slice(), b"yyy"].concat();
            Response::content("a/b", Body::file(file_of(&padded), 2, length as u64))
        }
        "/reader" => Response::content("a/b", Body::reader(std::io::Cursor::new(content))),
        "/sized" => Response::content(
            "a/b",
            Body::sized_reader(std::io::Cursor::new(content).chain(&b"more"[..]), length as u64),
        ),
        "/stream" => Response::stream("a/b", move |body: &mut BodyWriter<'_>| {
            for piece in content.chunks(3_000) {
                body.write_all(piece)?;
            }
            body.trailer("X-Length", length.to_string())
        }),
        _ => Response::new(StatusCode::NO_CONTENT),
    }
}

#[test]
fn every_kind_of_body_arrives_whole_in_every_version() {
    let server = serve(kinds);
    let mut kept = Client::connect(&server);
    for kind in ["bytes", "shared", "file", "reader", "sized", "stream"] {
        for length in [0, 1, 16 * 1024, 16 * 1024 + 1, 32 * 1024, 32 * 1024 + 1, 100_000, 700_000] {
            let what = format!("{kind} {length}");
            let answer = kept.get(&format!("/{kind}?n={length}"));
            assert!(answer.body == pattern(length), "{what}");
            let chunked = answer.headers.get("transfer-encoding").is_some_and(|value| value == "chunked");
            assert_eq!(chunked, matches!(kind, "reader" | "stream"), "{what}");
            assert_ne!(chunked, answer.headers.contains("content-length"), "{what}");
            if kind == "stream" {
                assert_eq!(answer.trailers.get("x-length").unwrap(), length.to_string().as_str());
            }

            let mut old = Client::connect(&server);
            old.send(format!("GET /{kind}?n={length} HTTP/1.0\r\n\r\n"));
            let answer = old.answer();
            assert!(answer.body == pattern(length), "{what} in HTTP/1.0");
            assert!(!answer.headers.contains("transfer-encoding"), "{what} in HTTP/1.0");
            assert!(answer.says_close(), "{what} in HTTP/1.0");
            old.expect_end();
        }
    }
}

#[test]
fn old_clients_that_keep_connections_get_lengths_or_the_end() {
    let server = serve(kinds);
    let mut client = Client::connect(&server);
    for _ in 0..2 {
        client.send("GET /bytes HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        let answer = client.answer();
        assert_eq!(answer.header("connection"), "keep-alive");
        assert_eq!(answer.body, pattern(5));
    }
    client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert!(client.answer().says_close());
    client.expect_end();
}

#[test]
fn head_is_answered_as_get_without_the_content() {
    let server = serve(kinds);
    let mut client = Client::connect(&server);
    for kind in ["bytes", "shared", "file", "reader", "sized", "stream"] {
        client.send(format!("HEAD /{kind}?n=1000 HTTP/1.1\r\nHost: x\r\n\r\n"));
        let head = client.answer_to(&Method::HEAD);
        let get = client.get(&format!("/{kind}?n=1000"));
        assert_eq!(head.status, get.status);
        assert_eq!(head.headers.get("content-length"), get.headers.get("content-length"), "{kind}");
        assert_eq!(head.headers.get("content-type"), get.headers.get("content-type"), "{kind}");
    }
}

#[test]
fn answers_that_have_no_content_send_none_whatever_the_handler_says() {
    let server = serve(|request: &mut Request<'_>| {
        let status = request.path().trim_start_matches('/').parse().unwrap();
        Response::text("not to be seen").with_status(StatusCode::from_u16(status).unwrap())
    });
    let mut client = Client::connect(&server);
    // RFC 9110 §15.3.5, §15.3.6, §15.4.5.
    for (status, length) in [(204, None), (205, Some("0")), (304, Some("14"))] {
        let answer = client.get(&format!("/{status}"));
        assert_eq!(answer.status, status);
        assert!(answer.body.is_empty(), "{status}");
        assert!(!answer.headers.contains("transfer-encoding"));
        let told = answer.headers.get("content-length").map(|value| value.to_str().unwrap());
        assert_eq!(told, length, "{status}");
    }
    assert_eq!(client.get("/200").text(), "not to be seen");
}

#[test]
fn an_interim_status_is_no_answer_so_that_no_client_waits_for_another() {
    let server = serve(|request: &mut Request<'_>| {
        let status = StatusCode::from_u16(request.path()[2..].parse().unwrap()).unwrap();
        match request.path().as_bytes().get(1) {
            Some(b'a') => Ok(Response::text("not to be seen").with_status(status)),
            _ => Err(Error::Status(status)),
        }
    });
    let mut client = Client::connect(&server);
    for target in ["/a100", "/a101", "/a103", "/a199", "/e100", "/e103"] {
        // The next answer to arrive is a final one, and that to this request.
        assert_eq!(client.get(target).status, 500, "{target}");
    }
    assert_eq!(client.get("/a200").text(), "not to be seen");
}

#[test]
fn framing_fields_of_a_handler_are_replaced_by_true_ones() {
    let server = serve(|_: &mut Request<'_>| {
        Response::text("hello")
            .with_header("Content-Length", "500")
            .with_header("Transfer-Encoding", "gzip")
            .with_header("Connection", "X-Secret")
            .with_header("Keep-Alive", "timeout=5")
    });
    let mut client = Client::connect(&server);
    let answer = client.get("/");
    assert_eq!(answer.text(), "hello");
    assert_eq!(answer.header("content-length"), "5");
    assert!(!answer.headers.contains("transfer-encoding"));
    assert!(!answer.headers.contains("connection"));
    assert_eq!(client.get("/").text(), "hello");
}

#[test]
fn a_handler_may_tell_the_length_that_a_get_would_have() {
    let server =
        serve(|_: &mut Request<'_>| Response::new(StatusCode::OK).with_header("Content-Length", "12345"));
    let mut client = Client::connect(&server);
    client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(client.answer_to(&Method::HEAD).header("content-length"), "12345");
    // For a GET it would be a lie.
    assert_eq!(client.get("/").header("content-length"), "0");
}

#[test]
fn date_and_server_are_there_once_unless_the_handler_sets_them() {
    let server = serve(|request: &mut Request<'_>| match request.path() {
        "/own" => Response::text("x")
            .with_header("Server", "mine")
            .with_header("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        _ => Response::text("x"),
    });
    let mut client = Client::connect(&server);
    let answer = client.get("/");
    assert!(answer.header("server").starts_with("httpkit/"));
    let date = answer.header("date");
    assert!(
        http_proto::date::parse_http_date(date.as_bytes(), std::time::SystemTime::UNIX_EPOCH).is_some(),
        "{date}"
    );
    let answer = client.get("/own");
    assert_eq!(answer.headers.get_all("server").count(), 1);
    assert_eq!(answer.header("server"), "mine");
    assert_eq!(answer.header("date"), "Sun, 06 Nov 1994 08:49:37 GMT");
    let refused = Server::bind("127.0.0.1:0").unwrap().server_name("a\r\nb: c").serve(kinds).unwrap_err();
    assert!(matches!(refused, Error::InvalidSetting(_)), "{refused:?}");
    let server = Server::bind("127.0.0.1:0").unwrap().server_name("").serve(kinds).unwrap();
    assert!(!Client::connect(&server).get("/").headers.contains("server"));
}

#[test]
fn a_file_shared_by_many_answers_is_read_by_position() {
    let content = pattern(500_000);
    let file = Arc::new(file_of(&content));
    let mut handle = file.try_clone().unwrap();
    let server = serve(move |request: &mut Request<'_>| {
        let offset: u64 = request.query_value("o").unwrap().parse().unwrap();
        Response::content("a/b", Body::file(Arc::clone(&file), offset, 100_000))
    });
    let before = handle.stream_position().unwrap();
    let mut clients: Vec<_> = (0..4).map(|_| Client::connect(&server)).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        client.send(format!("GET /?o={} HTTP/1.1\r\nHost: x\r\n\r\n", number * 100_000));
    }
    for (number, client) in clients.iter_mut().enumerate() {
        assert!(client.answer().body == content[number * 100_000..][..100_000]);
    }
    assert_eq!(handle.stream_position().unwrap(), before, "the position has moved");
}

#[test]
fn content_that_ends_early_cuts_the_connection_so_that_the_client_notices() {
    let server = serve(|request: &mut Request<'_>| match request.path() {
        "/small" => Response::content("a/b", Body::file(file_of(b"short"), 0, 6)),
        "/large" => Response::content("a/b", Body::file(file_of(&pattern(100_000)), 0, 100_001)),
        "/larger" => {
            Response::content("a/b", Body::sized_reader(std::io::Cursor::new(pattern(100_000)), 100_001))
        }
        "/sized" => Response::content("a/b", Body::sized_reader(&b"short"[..], 6)),
        _ => Response::stream("a/b", |body: &mut BodyWriter<'_>| {
            body.write_all(b"short")?;
            body.flush()?;
            Err(std::io::Error::other("on purpose"))
        }),
    });
    // Nothing had been sent of these, so there is a better answer.
    for path in ["/small", "/sized"] {
        let mut client = Client::connect(&server);
        assert_eq!(client.get(path).status, 500, "{path}");
        client.expect_end();
    }
    for path in ["/large", "/larger"] {
        let mut client = Client::connect(&server);
        let rest = client.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).rest();
        let head_end = rest.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        let (head, content) = (String::from_utf8_lossy(&rest[..head_end]), &rest[head_end + 4..]);
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
        assert!(content.len() < length.parse().unwrap(), "{path}: {head}");
    }
    let mut client = Client::connect(&server);
    let rest = client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n").rest();
    assert!(rest.ends_with(b"5\r\nshort\r\n"), "no last chunk: {}", rest.escape_ascii());
    // Where the end of the connection is the end of the content, only a reset tells them apart.
    let mut client = Client::connect(&server);
    client.send("GET /stream HTTP/1.0\r\n\r\n");
    let error = client.stream.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn a_stream_arrives_as_it_is_flushed() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let receiver = Arc::new(std::sync::Mutex::new(receiver));
    let server = serve(move |_: &mut Request<'_>| {
        let receiver = Arc::clone(&receiver);
        Response::stream("text/plain", move |body: &mut BodyWriter<'_>| {
            body.write_all(b"first")?;
            body.flush()?;
            receiver.lock().unwrap().recv().unwrap();
            body.write_all(b"second")
        })
    });
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut seen = Vec::new();
    while !seen.ends_with(b"5\r\nfirst\r\n") {
        let mut byte = [0u8];
        client.stream.read_exact(&mut byte).unwrap();
        seen.push(byte[0]);
    }
    sender.send(()).unwrap();
    while !seen.ends_with(b"6\r\nsecond\r\n0\r\n\r\n") {
        let mut byte = [0u8];
        client.stream.read_exact(&mut byte).unwrap();
        seen.push(byte[0]);
    }
}

#[test]
fn events_are_sent_in_their_format_one_by_one() {
    let server = serve(|_: &mut Request<'_>| {
        Response::event_stream(|events: &mut EventStream<'_, '_>| {
            events.send("one\r\ntwo")?;
            events.send_with_id("7", Some("tick"), "three")?;
            events.comment("still here")?;
            events.retry_after(std::time::Duration::from_secs(2))?;
            assert!(events.send_named("a\nb", "c").is_err(), "a line end would begin another field");
            Ok(())
        })
    });
    let answer = Client::connect(&server).get("/");
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        answer.text(),
        "data: one\ndata: two\n\nid: 7\nevent: tick\ndata: three\n\n:still here\n\nretry: 2000\n\n"
            .replace("id: 7\nevent: tick", "event: tick\nid: 7")
    );
}

#[test]
fn a_redirect_never_leads_to_another_host_by_accident() {
    let server = serve(|request: &mut Request<'_>| {
        Response::redirect(StatusCode::MOVED_PERMANENTLY, &request.query_value("to").unwrap())
    });
    let mut client = Client::connect(&server);
    for (to, location) in [
        ("/a%20b", "/a%20b"),
        ("//evil.example/", "/evil.example/"),
        ("/%5Cevil.example", "/evil.example"),
        ("%5C%5Cevil.example", "/evil.example"),
        ("///evil.example", "/evil.example"),
        ("/a%0D%0ASet-Cookie:x", "/a%0D%0ASet-Cookie:x"),
        ("/%C3%A9%3Cb%3E", "/%C3%A9%3Cb%3E"),
        ("sub/", "sub/"),
        ("https://example.org/x?a=b", "https://example.org/x?a=b"),
    ] {
        let answer = client.get(&format!("/?to={to}"));
        assert_eq!(answer.status, 301);
        assert_eq!(answer.header("location"), location, "{to}");
    }
}

#[test]
fn each_kind_of_redirect_has_its_status() {
    let server = serve(|request: &mut Request<'_>| match request.path() {
        "/303" => Response::see_other("/there"),
        "/307" => Response::temporary_redirect("/there"),
        "/308" => Response::permanent_redirect("/there"),
        _ => Response::redirect(StatusCode::FOUND, "/there"),
    });
    for status in [302, 303, 307, 308] {
        let answer = Client::connect(&server).get(&format!("/{status}"));
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("location"), "/there");
    }
}

#[test]
fn a_field_that_a_message_has_once_is_replaced_and_others_are_added() {
    let server = serve(|_: &mut Request<'_>| {
        Response::text("{}")
            .with_header("content-type", "application/json")
            .with_header("ETag", "\"a\"")
            .with_header("etag", "\"b\"")
            .with_header("Set-Cookie", "a=1")
            .with_header("Set-Cookie", "b=2")
    });
    let answer = Client::connect(&server).get("/");
    let all =
        |name: &str| answer.headers.get_all(name).map(http_server::FieldValue::to_latin1).collect::<Vec<_>>();
    assert_eq!(all("content-type"), ["application/json"]);
    assert_eq!(all("etag"), ["\"b\""]);
    assert_eq!(all("set-cookie"), ["a=1", "b=2"]);
}
