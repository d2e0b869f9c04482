//! `Client` over real sockets: what goes out, what comes back, and what becomes of the connection.

use http_client::client::{
    Body, Client, ErrorKind, Form, Multipart, Next, Part, Request, Response, SiteContext,
};
use http_client::{Headers, Method, StatusCode};
use std::io::{self, BufRead, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::stage::{After, Seen, Stage, write_answer};

pub(crate) fn hello() -> Stage {
    Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "Content-Type: text/plain\r\n", b"hello")?;
        Ok(After::Keep)
    })
    .unwrap()
}

#[test]
fn a_get_is_these_bytes() {
    let stage = hello();
    let client = Client::builder().default_header("User-Agent", "test").build().unwrap();
    let answer = client
        .get(stage.url("/a b?x=1"))
        .query("q", "d\u{e9} &")
        .header("X-Own", "1")
        .header("x-own", "2")
        .send()
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.reason(), b"OK");
    assert_eq!(answer.header("content-TYPE").unwrap(), "text/plain");
    assert_eq!(answer.connection().peer_addr, Some(stage.address()));
    assert_eq!(answer.text().unwrap(), "hello");
    let host = stage.address();
    assert_eq!(
        stage.seen()[0].head,
        format!(
            "GET /a%20b?x=1&q=d%C3%A9+%26 HTTP/1.1\r\nHost: {host}\r\nUser-Agent: test\r\nAccept: */*\r\n\
             Accept-Encoding: gzip, deflate, br, zstd\r\nX-Own: 1\r\nx-own: 2\r\n"
        )
    );
}

#[test]
fn every_method_goes_out_with_its_own_framing() {
    #[track_caller]
    fn check(method: &str, body: Body, expected: &[&str]) {
        let stage = hello();
        let client = Client::new();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        client.request(method.clone(), stage.url("/")).body(body).send().unwrap();
        let seen = &stage.seen()[0];
        assert_eq!(seen.line(), format!("{method} / HTTP/1.1"));
        let framing: Vec<_> = seen
            .fields()
            .filter(|field| field.starts_with("Content-") || field.starts_with("Transfer-"))
            .collect();
        assert_eq!(framing, expected);
    }
    let text = "Content-Type: text/plain; charset=utf-8";
    for method in ["GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "PURGE"] {
        check(method, Body::none(), &[]);
    }
    for method in ["POST", "PUT", "PATCH"] {
        check(method, Body::none(), &["Content-Length: 0"]);
        check(method, "x".into(), &["Content-Length: 1", text]);
        check(method, Body::reader(&b"x"[..]), &["Transfer-Encoding: chunked"]);
        check(method, Body::reader_sized(&b"xy"[..], 2), &["Content-Length: 2"]);
    }
    check("GET", "x".into(), &["Content-Length: 1", text]);
}

#[test]
fn contents_arrive_whole() {
    #[track_caller]
    fn check(body: impl Into<Body>, content_type: Option<&str>, expected: &[u8]) {
        let stage = hello();
        Client::new().post(stage.url("/")).body(body).send().unwrap();
        let seen = &stage.seen()[0];
        assert!(seen.body == expected, "{} bytes", seen.body.len());
        assert_eq!(seen.field("Content-Type"), content_type);
    }
    let large: Vec<u8> = (0..300_000u32).map(|number| (number % 251).try_into().unwrap()).collect();
    check("text", Some("text/plain; charset=utf-8"), b"text");
    check(large.clone(), None, &large);
    check(Body::reader(io::Cursor::new(large.clone())), None, &large);
    check(Form::new().field("a", "b c"), Some("application/x-www-form-urlencoded"), b"a=b+c");
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&large).unwrap();
    io::Seek::rewind(&mut file).unwrap();
    check(Body::file(file).unwrap().with_content_type("a/b"), Some("a/b"), &large);

    let stage = hello();
    let form = Multipart::new().text("t", "v").part("f", Part::bytes(b"data").file_name("n"));
    let (content_type, length) = (form.content_type().to_owned(), form.len().unwrap());
    Client::new().post(stage.url("/")).multipart(form).send().unwrap();
    let seen = &stage.seen()[0];
    assert_eq!(seen.field("Content-Type"), Some(content_type.as_str()));
    assert_eq!(seen.field("Content-Length"), Some(length.to_string().as_str()));
    assert!(seen.body.ends_with(b"--\r\n"));
}

#[test]
fn json_goes_both_ways() {
    let stage = Stage::start(|seen, stream| {
        write_answer(stream, "200 OK", "Content-Type: application/json\r\n", &seen.body)?;
        Ok(After::Keep)
    })
    .unwrap();
    let sent = vec![1, 2, 3];
    let answer = Client::new().post(stage.url("/")).json(&sent).send().unwrap();
    assert_eq!(answer.json::<Vec<i32>>().unwrap(), sent);
    assert_eq!(stage.seen()[0].field("Content-Type"), Some("application/json"));
    let answer = Client::new().post(stage.url("/")).body("no json").send().unwrap();
    assert_eq!(answer.json::<Vec<i32>>().unwrap_err().kind(), ErrorKind::Json);
}

#[test]
fn a_connection_is_used_again_once_its_answer_has_been_read() {
    let stage = hello();
    let client = Client::new();
    for _ in 0..3 {
        client.get(stage.url("/")).send().unwrap().bytes().unwrap();
    }
    assert_eq!((stage.connections(), client.connections()), (1, (1, 1)));
    let held = client.get(stage.url("/")).send().unwrap();
    client.get(stage.url("/")).send().unwrap().bytes().unwrap();
    assert_eq!(stage.connections(), 2, "one that is being read is not shared");
    drop(held);
    assert_eq!(client.connections(), (2, 2), "what is in the buffer already is passed over");
    client.clone().get(stage.url("/")).send().unwrap().text().unwrap();
    assert_eq!(stage.connections(), 2, "clones share connections");
    client.close_idle();
    assert_eq!(client.connections(), (0, 0));
}

#[test]
fn a_head_answer_gives_its_connection_back_at_once() {
    let stage = Stage::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Encoding: gzip\r\n\r\n")?;
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::new();
    let answer = client.head(stage.url("/")).send().unwrap();
    assert_eq!(client.connections(), (1, 1));
    assert_eq!(answer.header("Content-Encoding").unwrap(), "gzip");
    assert_eq!(answer.bytes().unwrap(), b"");
}

#[test]
fn statuses_are_answers_and_errors_only_when_asked() {
    let stage = Stage::start(|_, stream| {
        write_answer(stream, "404 Gone Fishing", "", b"why")?;
        Ok(After::Keep)
    })
    .unwrap();
    let answer = Client::new().get(stage.url("/x")).send().unwrap();
    assert_eq!((answer.status(), answer.reason()), (StatusCode::NOT_FOUND, &b"Gone Fishing"[..]));
    let error = answer.error_for_status().unwrap_err();
    assert_eq!(error.to_string(), format!("status 404 Not Found for {}", stage.url("/x")));
    assert_eq!(error.into_response().text().unwrap(), "why");
}

#[test]
fn a_short_content_is_an_error_and_stays_one() {
    let stage = Stage::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")?;
        Ok(After::Close)
    })
    .unwrap();
    let client = Client::new();
    let mut answer = client.get(stage.url("/")).send().unwrap();
    let mut bytes = Vec::new();
    assert!(answer.read_to_end(&mut bytes).is_err());
    assert_eq!(bytes, b"hello");
    assert!(answer.read(&mut [0; 8]).is_err(), "reading on does not look like the end");
    assert!(answer.fill_buf().is_err());
    let error = client.get(stage.url("/")).send().unwrap().bytes().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    assert_eq!(error.url().unwrap().path(), "/");
    assert_eq!(client.connections(), (0, 0));
}

#[test]
fn limits_let_exactly_as_much_through() {
    let stage = hello();
    let client = Client::builder().content_bytes_max(5).build().unwrap();
    assert_eq!(client.get(stage.url("/")).send().unwrap().bytes().unwrap(), b"hello");
    assert_eq!(client.get(stage.url("/")).send().unwrap().limit(5).text().unwrap(), "hello");
    let error = client.get(stage.url("/")).send().unwrap().limit(4).bytes().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    let mut lines = client.get(stage.url("/")).send().unwrap().limit(4);
    assert_eq!(lines.fill_buf().unwrap(), b"hell");
    lines.consume(4);
    assert!(lines.fill_buf().is_err());
}

#[test]
fn trailers_are_there_behind_the_content() {
    let stage = Stage::start(|_, stream| {
        stream.write_all(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
        )?;
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::new();
    let mut answer = client.get(stage.url("/")).send().unwrap();
    assert!(answer.trailers().is_none());
    assert_eq!((answer.wire_bytes(), answer.wire_length()), (0, None));
    io::copy(&mut answer, &mut io::sink()).unwrap();
    assert_eq!(answer.wire_bytes(), 5);
    assert_eq!(answer.trailers().unwrap().get("x-sum").unwrap(), "1");
    assert_eq!(client.connections(), (1, 1));
}

#[test]
fn interim_answers_go_to_the_hook() {
    let stage = Stage::start(|_, stream| {
        stream.write_all(
            b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n",
        )?;
        write_answer(stream, "200 OK", "", b"done")?;
        Ok(After::Keep)
    })
    .unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let client = Client::new();
    let answer = client
        .get(stage.url("/"))
        .on_informational(move |head| record.lock().unwrap().push(head.status.as_u16()))
        .send()
        .unwrap();
    assert_eq!(answer.text().unwrap(), "done");
    client.get(stage.url("/")).send().unwrap().text().unwrap();
    assert_eq!(*seen.lock().unwrap(), [103, 102], "the hook belongs to one call");
}

#[test]
fn progress_is_told_both_ways() {
    let stage = Stage::start(|seen, stream| {
        write_answer(stream, "200 OK", "", &seen.body)?;
        Ok(After::Keep)
    })
    .unwrap();
    let (up, down) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
    let (up_record, down_record) = (Arc::clone(&up), Arc::clone(&down));
    let content = vec![7; 200_000];
    let answer = Client::new()
        .post(stage.url("/"))
        .body(content.clone())
        .on_upload(move |sent, total| up_record.lock().unwrap().push((sent, total)))
        .on_download(move |received, total| down_record.lock().unwrap().push((received, total)))
        .send()
        .unwrap();
    assert!(answer.bytes().unwrap() == content);
    for told in [up, down] {
        let told = told.lock().unwrap();
        assert!(told.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(told.len() > 1);
        assert_eq!(told.last(), Some(&(200_000, Some(200_000))));
    }
}

#[test]
fn an_early_answer_is_not_lost() {
    let stage = Stage::raw(|_, mut stream| {
        let mut head = [0; 512];
        let _ = stream.read(&mut head)?;
        write_answer(&mut stream, "413 Content Too Large", "Connection: close\r\n", b"too much")
    })
    .unwrap();
    let client = Client::new();
    for body in [Body::bytes(vec![0; 8 << 20]), Body::reader(io::repeat(0).take(8 << 20))] {
        let answer = client.post(stage.url("/")).body(body).send().unwrap();
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    assert_eq!(client.connections().1, 0);
}

#[test]
fn middleware_wraps_calls_and_may_answer_itself() {
    let stage = hello();
    let client = Client::builder()
        .middleware(|mut request: Request, next: Next<'_>| {
            request.headers_mut().append("X-Outer", "1").unwrap();
            next.run(request)
        })
        .middleware(|request: Request, next: Next<'_>| {
            assert!(request.headers().contains("X-Outer"));
            if request.url().path() == "/fake" {
                return Ok(Response::from(http::Response::builder().status(418).body("teapot").unwrap()));
            }
            next.run(request)
        })
        .build()
        .unwrap();
    assert_eq!(client.get(stage.url("/")).send().unwrap().text().unwrap(), "hello");
    assert_eq!(stage.seen()[0].field("X-Outer"), Some("1"));
    let fake = client.get(stage.url("/fake")).send().unwrap();
    assert_eq!((fake.status().as_u16(), fake.text().unwrap().as_str()), (418, "teapot"));
    assert_eq!(stage.seen().len(), 1);
}

#[test]
fn types_of_the_http_crate_are_taken_and_given() {
    let stage = hello();
    let request = http::Request::put(stage.url("/x")).header("X-A", "1").body("content").unwrap();
    let answer = Client::new().send(Request::try_from(request).unwrap()).unwrap();
    let seen = &stage.seen()[0];
    assert_eq!(
        (seen.line(), seen.field("X-A"), &*seen.body),
        ("PUT /x HTTP/1.1", Some("1"), &b"content"[..])
    );
    let mut answer = http::Response::try_from(answer).unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain");
    let mut text = String::new();
    answer.body_mut().read_to_string(&mut text).unwrap();
    assert_eq!(text, "hello");
}

#[test]
fn an_upgrade_is_a_stream_with_what_was_sent_already() {
    let stage = Stage::raw(|_, mut stream| {
        let mut head = [0; 1024];
        let _ = stream.read(&mut head)?;
        stream.write_all(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nfirst",
        )?;
        let mut said = [0; 4];
        stream.read_exact(&mut said)?;
        stream.write_all(&said)
    })
    .unwrap();
    let answer = Client::new()
        .get(stage.url("/"))
        .header("Connection", "Upgrade")
        .header("Upgrade", "echo")
        .send()
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SWITCHING_PROTOCOLS);
    let mut stream = answer.into_upgraded().unwrap();
    stream.write_all(b"ping").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(text, "firstping");
}

#[test]
fn credentials_of_the_url_go_to_its_host_and_nowhere_else() {
    let stage = hello();
    let url = stage.url("/").replace("http://", "http://Aladdin:open%20sesame@");
    let answer = Client::new().get(url).send().unwrap();
    assert_eq!(answer.url().as_str(), stage.url("/"));
    assert_eq!(stage.seen()[0].field("Authorization"), Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    assert!(!stage.seen()[0].head.contains('@'));
}

#[test]
fn a_challenge_of_digest_is_answered_and_its_nonce_kept() {
    let stage = Stage::start(|seen, stream| {
        match seen.field("Authorization") {
            None => write_answer(
                stream,
                "401 Unauthorized",
                "WWW-Authenticate: Basic realm=x\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n",
                b"who?",
            )?,
            Some(_) => write_answer(stream, "200 OK", "", b"you")?,
        }
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::new();
    let digest = || http_client::client::Digest::new("joe", "secret");
    let answer = client.post(stage.url("/x?y")).body("content").auth(digest()).send().unwrap();
    assert_eq!(answer.text().unwrap(), "you");
    let seen = stage.seen();
    assert_eq!(seen.iter().map(|seen| &*seen.body).collect::<Vec<_>>(), [b"content", b"content"]);
    assert!(seen[1].field("Authorization").unwrap().contains("uri=\"/x?y\""));
    assert_eq!(stage.connections(), 1, "the challenge's content was read off");
    let answer = client.post(stage.url("/")).body(Body::reader(&b"once"[..])).auth(digest()).send().unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "a stream cannot be sent again");
}

#[test]
fn netrc_is_asked_by_the_host_that_is_connected_to() {
    use http_client::client::Netrc;
    let stage = hello();
    let netrc = Netrc::parse("machine 127.0.0.1 login joe password pw").unwrap();
    let client = Client::builder().netrc(netrc).build().unwrap();
    client.get(stage.url("/")).send().unwrap();
    client.get(stage.url("/")).header("Authorization", "Own").send().unwrap();
    client.get(stage.url("/")).bearer_auth("t").send().unwrap();
    let by_name = stage.url("/").replace("127.0.0.1", "localhost");
    client.get(by_name).send().unwrap();
    let seen = stage.seen();
    let sent: Vec<_> = seen.iter().map(|seen| seen.field("Authorization")).collect();
    assert_eq!(sent, [Some("Basic am9lOnB3"), Some("Own"), Some("Bearer t"), None]);
}

#[test]
fn cookies_go_through_the_store_at_every_step() {
    use http_client::client::{CookieRequest, CookieStore};
    #[derive(Debug, Default)]
    struct Store(Mutex<Vec<String>>);
    impl CookieStore for Store {
        fn cookies(&self, request: &CookieRequest<'_>) -> Option<Vec<u8>> {
            assert_eq!(request.context, SiteContext::CrossSiteNavigation);
            let kept = self.0.lock().unwrap();
            (!kept.is_empty()).then(|| kept.join("; ").into_bytes())
        }
        fn store(&self, request: &CookieRequest<'_>, response: &Headers) {
            assert_eq!(request.method, Method::GET);
            let set = response.get_all("Set-Cookie").map(http_client::FieldValue::to_latin1);
            self.0.lock().unwrap().extend(set);
        }
    }
    let stage = Stage::start(|seen, stream| {
        match seen.method_and_target().1 {
            "/" => write_answer(stream, "302 Found", "Location: /next\r\nSet-Cookie: a=1\r\n", b"")?,
            _ => write_answer(stream, "200 OK", "Set-Cookie: b=2\r\n", b"")?,
        }
        Ok(After::Keep)
    })
    .unwrap();
    let store = Arc::new(Store::default());
    let shared: Arc<dyn CookieStore> = Arc::clone(&store) as Arc<dyn CookieStore>;
    let client = Client::builder().cookies(shared).build().unwrap();
    let call = || client.get(stage.url("/")).site_context(SiteContext::CrossSiteNavigation);
    call().send().unwrap();
    assert_eq!(*store.0.lock().unwrap(), ["a=1", "b=2"]);
    call().header("Cookie", "own=1").send().unwrap();
    let seen = stage.seen();
    let sent: Vec<_> = seen.iter().map(|seen| seen.field("Cookie")).collect();
    assert_eq!(sent, [None, Some("a=1"), Some("own=1"), Some("own=1")]);
}

#[test]
fn the_observer_sees_a_call_from_end_to_end() {
    use http_client::client::Event;
    let told = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&told);
    let client = Client::builder()
        .observer(move |event: &Event<'_>| {
            let text = format!("{event:?}");
            assert!(!text.contains("secret"));
            record.lock().unwrap().push(text.split([' ', '{']).next().unwrap_or_default().to_owned());
        })
        .build()
        .unwrap();
    let stage = hello();
    let url = stage.url("/").replace("127.0.0.1", "localhost");
    for _ in 0..2 {
        client.get(&url).basic_auth("joe", "secret").send().unwrap().text().unwrap();
    }
    assert_eq!(
        *told.lock().unwrap(),
        [
            "Started",
            "Resolved",
            "Connected",
            "Sent",
            "FirstByte",
            "Answered",
            "ContentDone",
            "Pooled",
            "Started",
            "Reused",
            "Sent",
            "FirstByte",
            "Answered",
            "ContentDone",
            "Pooled"
        ]
    );
}

#[test]
fn a_charset_is_honoured_and_an_unknown_one_said() {
    let stage = Stage::start(|seen, stream| {
        let charset = seen.method_and_target().1.trim_start_matches('/').to_owned();
        write_answer(stream, "200 OK", &format!("Content-Type: text/plain; charset={charset}\r\n"), b"\xe9")?;
        Ok(After::Keep)
    })
    .unwrap();
    let text = |charset: &str| Client::new().get(stage.url(&format!("/{charset}"))).send().unwrap().text();
    assert_eq!(text("latin1").unwrap(), "\u{e9}");
    assert_eq!(text("koi8-r").unwrap(), "\u{418}");
    assert_eq!(text("utf-8").unwrap(), "\u{fffd}");
    assert_eq!(text("klingon").unwrap_err().kind(), ErrorKind::Charset);
}

#[test]
fn codings_are_taken_off_and_stay_visible() {
    fn gz(text: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        flate2::read::GzEncoder::new(text, flate2::Compression::fast()).read_to_end(&mut bytes).unwrap();
        bytes
    }
    let stage = Stage::start(|seen, stream| {
        let (fields, body) = match seen.method_and_target().1 {
            "/one" => ("Content-Encoding: gzip\r\n", gz(b"hello")),
            "/two" => ("Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", gz(&gz(b"hello"))),
            "/empty" => ("Content-Encoding: gzip\r\n", Vec::new()),
            "/unknown" => ("Content-Encoding: magic\r\n", b"hello".to_vec()),
            "/four" => ("Content-Encoding: gzip, gzip, gzip, gzip\r\n", b"x".to_vec()),
            "/broken" => ("Content-Encoding: gzip\r\n", b"not gzip".to_vec()),
            _ => ("Content-Encoding: gzip\r\n", gz(&gz(&vec![0; 8 << 20]))),
        };
        write_answer(stream, "200 OK", fields, &body)?;
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::new();
    let get = |path: &str| client.get(stage.url(path)).send().unwrap();
    for path in ["/one", "/two", "/unknown"] {
        let answer = get(path);
        assert!(answer.header("Content-Encoding").is_some() && answer.header("Content-Length").is_some());
        assert_eq!(answer.is_decoded(), path != "/unknown");
        assert_eq!(answer.text().unwrap(), "hello", "{path}");
    }
    assert_eq!(get("/empty").bytes().unwrap(), b"");
    assert_eq!(client.connections(), (1, 1), "the end of the coding is the end of the answer");
    get("/broken").finish();
    assert_eq!(client.connections(), (1, 1), "what is not wanted is not decoded");
    assert_eq!(get("/four").bytes().unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(get("/broken").bytes().unwrap_err().kind(), ErrorKind::Decode);
    let raw = client.get(stage.url("/one")).raw().send().unwrap();
    assert_eq!(raw.bytes().unwrap(), gz(b"hello"));
    assert_eq!(stage.seen().last().unwrap().field("Accept-Encoding"), Some("identity"));
    let part = client.get(stage.url("/one")).header("Range", "bytes=0-1").send().unwrap();
    drop(part);
    assert_eq!(stage.seen().last().unwrap().field("Accept-Encoding"), Some("identity"));
}

#[cfg(unix)]
#[test]
fn a_unix_socket_stands_in_for_the_host() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let server = std::thread::spawn(move || -> io::Result<Seen> {
        let (mut stream, _) = listener.accept()?;
        let mut reader = io::BufReader::new(stream.try_clone()?);
        let seen = support::stage::read_request(&mut reader, 0, 0)?.unwrap_or_default();
        write_answer(&mut stream, "200 OK", "", b"unix")?;
        Ok(seen)
    });
    let answer = Client::new().get("http://name.test/x").unix_socket(&path).send().unwrap();
    assert_eq!(answer.connection().unix_path.as_deref(), Some(&*path));
    assert_eq!(answer.text().unwrap(), "unix");
    let seen = server.join().unwrap().unwrap();
    assert_eq!((seen.line(), seen.field("Host")), ("GET /x HTTP/1.1", Some("name.test")));
}

#[test]
fn the_last_clone_takes_the_idle_connections_with_it() {
    let (sender, ended) = std::sync::mpsc::channel();
    let sender = Mutex::new(sender);
    let stage = Stage::raw(move |_, mut stream| {
        let mut reader = io::BufReader::new(stream.try_clone()?);
        while support::stage::read_request(&mut reader, 0, 0)?.is_some() {
            write_answer(&mut stream, "200 OK", "", b"hello")?;
        }
        let told = sender.lock().unwrap().send(());
        told.map_err(io::Error::other)
    })
    .unwrap();
    let client = Client::new();
    let twin = client.clone();
    client.get(stage.url("/").replace("127.0.0.1", "localhost")).send().unwrap().text().unwrap();
    drop(client);
    assert_eq!(twin.connections(), (1, 1));
    drop(twin);
    ended.recv_timeout(Duration::from_secs(20)).unwrap();
}
