//! Wrappers and what a handler learns of its client, over real sockets: what reaches the peer, and when.

use crate::client::{Client, PATIENCE, serve, wait_until};
use http_server::{
    EventStream, LogFormat, Logged, Measured, Method, Metrics, Request, Response, Server, StatusCode,
    Timeout, Timeouts,
};
use std::io::{Read, Write};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[test]
fn a_handler_sees_that_its_client_has_gone() {
    let (sender, receiver) = channel();
    let sender = Mutex::new(sender);
    let server = serve(move |request: &mut Request<'_>| {
        let before = request.client_gone();
        sender.lock().unwrap().send(before).unwrap();
        let request = &*request;
        wait_until(|| request.client_gone(), "the client is still there");
        sender.lock().unwrap().send(true).unwrap();
        Response::text("nobody reads this")
    });
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(!receiver.recv_timeout(PATIENCE).unwrap());
    drop(client);
    assert!(receiver.recv_timeout(PATIENCE).unwrap());
}

#[test]
fn a_stream_of_events_sees_that_its_client_has_gone() {
    let (sender, receiver) = channel();
    let sender = Mutex::new(sender);
    let server = serve(move |_: &mut Request<'_>| {
        let sender = sender.lock().unwrap().clone();
        Response::event_stream(move |events: &mut EventStream<'_, '_>| {
            events.send("begun")?;
            wait_until(|| events.client_gone(), "the client is still there");
            sender.send(()).unwrap();
            Ok(())
        })
    });
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut seen = Vec::new();
    while !seen.ends_with(b"data: begun\n\n") {
        let mut byte = [0];
        client.stream.read_exact(&mut byte).unwrap();
        seen.push(byte[0]);
    }
    drop(client);
    receiver.recv_timeout(PATIENCE).unwrap();
}

#[test]
fn a_stream_of_events_that_looks_ends_when_the_server_shuts_down() {
    let server = serve(|_: &mut Request<'_>| {
        Response::event_stream(|events: &mut EventStream<'_, '_>| {
            wait_until(|| events.shutting_down(), "the server goes on");
            events.send("goodbye")
        })
    });
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut head = [0; 15];
    client.stream.read_exact(&mut head).unwrap();
    assert_eq!(server.shutdown(PATIENCE).cut, 0);
    assert!(client.rest().ends_with(b"data: goodbye\n\n\r\n0\r\n\r\n"));
}

#[test]
fn a_program_writes_the_pages_of_all_refusals_its_own_and_those_of_the_server() {
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .observer(|_| {})
        .timeouts(Timeouts::default().head(Duration::from_millis(30)))
        .error_pages(|page| {
            (!page.wants_json).then(|| ("text/plain".to_owned(), format!("own {}", page.status.as_u16())))
        })
        .serve(|request: &mut Request<'_>| match request.path() {
            "/panic" => panic!("on purpose"),
            _ => Response::error_page(StatusCode::NOT_FOUND),
        })
        .unwrap();
    let ask = |request: &str| Client::connect(&server).send(request).answer_to(&Method::GET).text();
    assert_eq!(ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "own 404");
    assert_eq!(ask("GET /panic HTTP/1.1\r\nHost: x\r\n\r\n"), "own 500");
    assert_eq!(ask("GET / HTTP/1.1\r\n\r\n"), "own 400");
    assert_eq!(ask("nonsense\r\n\r\n"), "own 400");
    assert_eq!(ask("GET / HTTP/1.1\r\n"), "own 408");
    assert_eq!(ask("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"), "own 413");
    let connect = "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nAccept: application/json\r\n\r\n";
    assert!(ask(connect).starts_with("{\"status\":404,"));
}

#[test]
fn a_time_for_requests_ends_what_a_slow_client_sends_and_takes() {
    let handler = |request: &mut Request<'_>| -> Result<Response, http_server::Error> {
        match *request.method() {
            Method::POST => Ok(Response::text(request.read_to_vec(100)?)),
            _ => Ok(Response::stream("a/b", |body| {
                loop {
                    body.write_all(&[0; 65536])?;
                }
            })),
        }
    };
    let server = serve(Timeout::new(handler, Duration::from_millis(100)));
    let mut client = Client::connect(&server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab");
    assert_eq!(client.answer().status, 408);
    // Nobody reads: the writes wait, and not for the thirty seconds of a stall.
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until(|| server.stats().connections_open <= 1, "the answer is still being written");
}

/// The first call that copies a file into a socket is held to the time, too. A local socket has little room.
#[cfg(unix)]
#[test]
fn a_time_for_requests_ends_a_file_of_which_a_client_takes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.sock");
    let file = tempfile::tempfile().unwrap();
    file.set_len(1 << 20).unwrap();
    let file = Arc::new(file);
    let handler = move |_: &mut Request<'_>| {
        Response::text("").with_body(http_server::Body::file(Arc::clone(&file), 0, 1 << 20))
    };
    let server = Server::builder()
        .bind_unix(&path, 0o600)
        .unwrap()
        .observer(|_| {})
        .serve(Timeout::new(handler, Duration::from_millis(100)))
        .unwrap();
    let mut client = Client::over(std::os::unix::net::UnixStream::connect(&path).unwrap());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until(|| server.stats().requests == 1, "nothing is asked");
    wait_until(|| server.stats().connections_open == 0, "the file is still being written");
}

#[cfg(feature = "gzip")]
#[test]
fn compressed_events_arrive_one_by_one() {
    use http_server::Compressed;
    let (sender, receiver) = channel();
    let receiver = Arc::new(Mutex::new(receiver));
    let server = serve(Compressed::new(move |_: &mut Request<'_>| {
        let receiver = Arc::clone(&receiver);
        Response::event_stream(move |events: &mut EventStream<'_, '_>| {
            for data in receiver.lock().unwrap().iter() {
                events.send(data)?;
            }
            Ok(())
        })
    }));
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.contains("Content-Encoding: gzip\r\n"), "{head}");
    let mut events = flate2::read::GzDecoder::new(client.stream);
    for data in ["first", "second"] {
        sender.send(data).unwrap();
        let mut event = vec![0; data.len() + 8];
        events.read_exact(&mut event).unwrap();
        assert_eq!(event, format!("data: {data}\n\n").as_bytes());
    }
    drop(sender);
    assert_eq!(events.read(&mut [0]).unwrap(), 0);
}

#[test]
fn wrappers_go_around_each_other_and_each_sees_what_is_sent() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    let metrics = Metrics::new();
    let hello = |_: &mut Request<'_>| Response::text("hello");
    let handler = Logged::new(Measured::new(hello, metrics.clone()))
        .format(LogFormat::Combined)
        .to_sink(move |line| kept.lock().unwrap().push(line.to_owned()));
    let server = serve(handler);
    let mut client = Client::connect(&server);
    client.send("GET /a%0Ab?\"c HTTP/1.1\r\nHost: x\r\nUser-Agent: a\tb\\\"\u{9b}\r\n\r\n");
    assert_eq!(client.answer().text(), "hello");
    wait_until(
        || metrics.snapshot().requests == 1 && !lines.lock().unwrap().is_empty(),
        "nothing was counted",
    );
    assert_eq!(metrics.snapshot().sizes_sum, 5);
    let lines = lines.lock().unwrap();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(line.ends_with(r#""GET /a%0Ab?\"c HTTP/1.1" 200 5 "-" "a\x09b\\\"\xc2\x9b""#), "{line}");
    assert!(server.stats().to_prometheus().contains("http_server_connections_accepted_total 1\n"));
}

#[test]
fn a_shared_handler_a_text_and_a_status_answer_too() {
    struct Counting(std::sync::atomic::AtomicUsize);
    impl http_server::Handler for Counting {
        fn handle(&self, _: &mut Request<'_>) -> Result<Response, http_server::HandlerError> {
            let count = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
            Ok(Response::text(count.to_string()))
        }
    }
    let counting = Arc::new(Counting(0.into()));
    let server = serve(Arc::clone(&counting));
    assert_eq!(Client::connect(&server).get("/").text(), "1");
    assert_eq!(counting.0.load(std::sync::atomic::Ordering::SeqCst), 1);
    let test = |handler: &dyn http_server::Handler| http_server::testing::get("/x").send_to(handler);
    assert_eq!(test(&http_server::handler_fn(|_| "text")).text(), "text");
    assert_eq!(test(&http_server::handler_fn(|request| request.path().to_owned())).text(), "/x");
    assert_eq!(test(&http_server::handler_fn(|_| StatusCode::NO_CONTENT)).status(), 204);
    let refused = test(&http_server::handler_fn(|_| StatusCode::NOT_FOUND));
    assert_eq!(refused.status(), 404);
    assert!(refused.text().contains("Nothing matches"), "{}", refused.text());
}
