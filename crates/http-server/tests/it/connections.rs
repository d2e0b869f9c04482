//! How connections are kept, shared out and closed.

use crate::client::{Client, now, serve, wait_until};
use http_server::{Limits, Method, Request, Response, Server, StatusCode, Version};
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

fn hello(_: &mut Request<'_>) -> Response {
    Response::text("hello")
}

/// Whether a connection stays open behind a request with these lines, and what the answer says.
#[track_caller]
fn check(head: &str, stays: bool, connection: Option<&str>) {
    let server = serve(hello);
    let mut client = Client::connect(&server);
    let answer = client.send(head).answer();
    assert_eq!(answer.status, 200, "{head:?}");
    assert_eq!(
        answer.headers.get("connection").map(http_server::FieldValue::to_latin1).as_deref(),
        connection,
        "{head:?}"
    );
    if stays {
        assert_eq!(client.get("/").text(), "hello", "{head:?}");
    } else {
        client.expect_end();
    }
}

#[test]
fn an_old_server_says_http_1_0_and_ends_every_connection() {
    let server = Server::bind("127.0.0.1:0").unwrap().http10().serve(hello).unwrap();
    for head in
        ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /\n"]
    {
        let answer = Client::connect(&server).send(head).rest();
        assert!(answer.starts_with(b"HTTP/1.0 "), "{head:?}: {}", answer.escape_ascii());
    }
    let mut client = Client::connect(&server);
    assert_eq!(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").answer().status, 200);
    client.expect_end();
}

#[test]
fn connections_stay_by_the_rules_of_both_versions() {
    check("GET / HTTP/1.1\r\nHost: x\r\n\r\n", true, None);
    check("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false, Some("close"));
    check("GET / HTTP/1.1\r\nHost: x\r\nConnection: Foo, CLOSE\r\n\r\n", false, Some("close"));
    check(
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
        false,
        Some("close"),
    );
    check("GET / HTTP/1.0\r\n\r\n", false, Some("close"));
    check("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, Some("keep-alive"));
    check("GET / HTTP/1.0\r\nConnection: Keep-Alive, close\r\n\r\n", false, Some("close"));
    check("GET / HTTP/1.7\r\nHost: x\r\n\r\n", true, None);
}

#[test]
fn a_handler_can_close_the_connection() {
    let server = serve(|_: &mut Request<'_>| Response::text("bye").with_header("Connection", "close"));
    let mut client = Client::connect(&server);
    let answer = client.get("/");
    assert!(answer.says_close());
    assert_eq!(answer.headers.get_all("connection").count(), 1);
    client.expect_end();
}

#[test]
fn empty_lines_before_a_request_are_skipped() {
    let server = serve(hello);
    let mut client = Client::connect(&server);
    assert_eq!(client.send("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n").answer().text(), "hello");
    assert_eq!(client.send("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n").answer().text(), "hello");
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = serve(|request: &mut Request<'_>| Response::text(request.path().to_owned()));
    let mut client = Client::connect(&server);
    let requests: String = (0..500).map(|n| format!("GET /{n} HTTP/1.1\r\nHost: x\r\n\r\n")).collect();
    client.send(requests);
    for n in 0..500 {
        assert_eq!(client.answer().text(), format!("/{n}"));
    }
}

#[test]
fn pipelined_answers_come_in_one_piece() {
    let server = serve(hello);
    let mut client = Client::connect(&server);
    // The handler is fast from here on, as the server has seen.
    client.get("/");
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(16));
    let mut piece = vec![0u8; 64 * 1024];
    let count = std::io::Read::read(&mut client.stream, &mut piece).unwrap();
    let answers = String::from_utf8_lossy(&piece[..count]).matches("HTTP/1.1 200 OK").count();
    assert_eq!(answers, 16, "they came in several pieces");
}

#[test]
fn a_pipelined_answer_does_not_wait_for_a_request_that_is_incomplete() {
    let server = serve(hello);
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTT");
    assert_eq!(client.answer().text(), "hello");
    client.send("P/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(client.answer().text(), "hello");
}

#[test]
fn a_head_may_arrive_byte_by_byte() {
    let server = serve(|request: &mut Request<'_>| Response::text(request.headers().len().to_string()));
    let mut client = Client::connect(&server);
    for byte in b"GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\n\r\n" {
        client.send([*byte]);
    }
    assert_eq!(client.answer().text(), "3");
}

#[test]
fn head_and_body_go_out_in_one_segment_and_a_kept_connection_never_waits_for_acknowledgements() {
    let server = serve(hello);
    let mut client = Client::connect(&server);
    client.get("/");
    let began = now();
    for _ in 0..50 {
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        let mut piece = [0u8; 4096];
        let count = std::io::Read::read(&mut client.stream, &mut piece).unwrap();
        assert!(piece[..count].ends_with(b"\r\n\r\nhello"), "head and body came apart");
    }
    // With a delayed acknowledgement each would take 40 ms: 2 s in all.
    assert!(began.elapsed() < Duration::from_secs(1), "{:?} for 50 requests", began.elapsed());
}

#[test]
fn the_last_request_that_a_connection_may_have_closes_it() {
    let limits = Limits::default().requests_per_connection_max(3);
    let server = Server::bind("127.0.0.1:0").unwrap().limits(limits).serve(hello).unwrap();
    let mut client = Client::connect(&server);
    assert!(!client.get("/").says_close());
    assert!(!client.get("/").says_close());
    assert!(client.get("/").says_close());
    client.expect_end();
}

#[test]
fn idle_connections_hold_no_threads() {
    let server = serve(hello);
    let mut clients: Vec<_> = (0..200).map(|_| Client::connect(&server)).collect();
    for client in &mut clients {
        assert_eq!(client.get("/").text(), "hello");
    }
    for client in clients.iter_mut().step_by(2) {
        client.send("GET / HTTP/1.1\r\nHo");
    }
    assert_eq!(server.stats().connections_open, 200);
    assert!(server.stats().threads <= 16, "{} threads", server.stats().threads);
    for (number, client) in clients.iter_mut().enumerate() {
        if number % 2 == 0 {
            assert_eq!(client.send("st: x\r\n\r\n").answer().text(), "hello");
        } else {
            assert_eq!(client.get("/").text(), "hello");
        }
    }
}

#[test]
fn handlers_that_wait_for_each_other_get_a_thread_each() {
    const TOGETHER: usize = 12;
    let barrier = Arc::new(Barrier::new(TOGETHER));
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .threads_max(TOGETHER)
        .serve(move |_: &mut Request<'_>| {
            barrier.wait();
            Response::text("met")
        })
        .unwrap();
    let mut clients: Vec<_> = (0..TOGETHER).map(|_| Client::connect(&server)).collect();
    for client in &mut clients {
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    for client in &mut clients {
        assert_eq!(client.answer().text(), "met");
    }
}

#[test]
fn when_full_an_idle_connection_makes_room() {
    let limits = Limits::default().connections_max(8);
    let server = Server::bind("127.0.0.1:0").unwrap().limits(limits).serve(hello).unwrap();
    let mut clients: Vec<_> = (0..8).map(|_| Client::connect(&server)).collect();
    for client in &mut clients {
        client.get("/");
    }
    let mut ninth = Client::connect(&server);
    assert_eq!(ninth.get("/").text(), "hello");
    let mut ended = 0;
    for client in &mut clients {
        // Those that are closed refuse it, or reset.
        let sent = client.stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let rest = client.rest();
        ended += usize::from(sent.is_err() || rest.is_empty());
    }
    assert_eq!(ended, 1, "each of the others is still served");
}

#[test]
fn when_full_of_busy_connections_new_ones_wait_their_turn() {
    let barrier = Arc::new(Barrier::new(2));
    let inside = Arc::clone(&barrier);
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .limits(Limits::default().connections_max(1))
        .serve(move |request: &mut Request<'_>| {
            if request.path() == "/wait" {
                inside.wait();
            }
            Response::text("done").with_header("Connection", "close")
        })
        .unwrap();
    let mut first = Client::connect(&server);
    first.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut second = Client::connect(&server);
    second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    barrier.wait();
    assert_eq!(first.answer().text(), "done");
    drop(first);
    assert_eq!(second.answer().text(), "done");
}

#[test]
fn one_address_has_no_more_connections_than_it_may() {
    let limits = Limits::default().connections_per_address_max(Some(2));
    let server = Server::bind("127.0.0.1:0").unwrap().limits(limits).serve(hello).unwrap();
    let mut first = Client::connect(&server);
    let mut second = Client::connect(&server);
    assert_eq!(first.get("/").text(), "hello");
    assert_eq!(second.get("/").text(), "hello");
    Client::connect(&server).expect_end();
    first.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").rest();
    drop(first);
    // The place is free once the server has seen the end.
    wait_until(|| server.stats().connections_open == 1, "the place is not given back");
    assert_eq!(Client::connect(&server).get("/").text(), "hello");
}

#[test]
fn several_listeners_serve_side_by_side() {
    let server = Server::bind("127.0.0.1:0").unwrap().bind("127.0.0.1:0").unwrap().serve(hello).unwrap();
    let [first, second] = server.addresses() else { panic!("{:?}", server.addresses()) };
    assert_ne!(first, second);
    for address in [first, second] {
        let stream = std::net::TcpStream::connect(address).unwrap();
        assert_eq!(Client::over(stream).get("/").text(), "hello");
    }
}

#[test]
fn a_listener_that_the_caller_made_is_served() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let server = Server::builder().listener(listener).serve(hello).unwrap();
    assert_eq!(Client::connect(&server).get("/").text(), "hello");
}

#[test]
fn a_taken_port_is_an_error_that_names_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = Server::bind(address).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot listen on {address}"));
}

#[cfg(unix)]
#[test]
fn local_sockets_are_served_and_their_files_looked_after() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::{UnixListener, UnixStream};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.sock");
    // What a dead server leaves behind.
    drop(UnixListener::bind(&path).unwrap());
    let server = Server::builder()
        .bind_unix(&path, 0o600)
        .unwrap()
        .serve(|request: &mut Request<'_>| Response::text(format!("{:?}", request.peer_addr())))
        .unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let mut client = Client::over(UnixStream::connect(&path).unwrap());
    assert_eq!(client.get("/").text(), "None");
    assert_eq!(client.get("/").text(), "None");
    // A living one is not replaced.
    assert!(Server::builder().bind_unix(&path, 0o600).is_err());
    let report = server.shutdown(Duration::from_secs(5));
    // An answer is there before its thread has parked the connection.
    assert!(report.idle_closed + report.drained >= 1 && report.cut == 0, "{report:?}");
    assert!(!path.exists());
    // Nor is any other file.
    std::fs::write(&path, "mine").unwrap();
    assert!(Server::builder().bind_unix(&path, 0o600).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
}

#[test]
fn a_request_tells_who_asks_and_how() {
    let server = serve(|request: &mut Request<'_>| {
        assert!(request.peer_addr().unwrap().ip().is_loopback());
        assert!(request.local_addr().unwrap().port() > 0);
        assert_eq!(request.version(), Version::HTTP_11);
        assert_eq!(*request.method(), Method::from_bytes(b"PURGE").unwrap());
        assert_eq!(request.segments().collect::<Vec<_>>(), ["a b", "c/d", ""]);
        assert_eq!(request.query_value("x").unwrap(), "1 2");
        assert_eq!(request.query_value("y").unwrap(), "&");
        assert_eq!(request.host(), Some("example.org:80"));
        Response::new(StatusCode::NO_CONTENT)
    });
    let mut client = Client::connect(&server);
    client.send(
        "PURGE http://example.org:80/a%20b/c%2Fd/?x=1+2&y=%26 HTTP/1.1\r\nHost: example.org:80\r\n\r\n",
    );
    assert_eq!(client.answer().status, 204);
}

#[test]
fn requests_and_connections_are_counted() {
    static SERVED: AtomicUsize = AtomicUsize::new(0);
    let server = serve(|_: &mut Request<'_>| {
        SERVED.fetch_add(1, Ordering::SeqCst);
        Response::new(StatusCode::NO_CONTENT)
    });
    let mut client = Client::connect(&server);
    client.get("/");
    client.get("/");
    let stats = server.stats();
    assert_eq!((stats.requests, stats.connections_accepted, stats.connections_open), (2, 1, 1));
    assert_eq!(SERVED.load(Ordering::SeqCst), 2);
}

/// Serves with one thread, lets a request of `pipelined` wait inside its handler until another connection has one too,
/// and gives back the order in which handlers ran.
fn order_of_handlers(in_a_row_max: u32, pipelined: &str) -> Vec<String> {
    let order = Arc::new(Mutex::new(Vec::new()));
    let (begun, begins) = channel();
    let (go, may_go) = channel::<()>();
    let (begun, may_go) = (Mutex::new(begun), Mutex::new(may_go));
    let noted = Arc::clone(&order);
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .threads_max(1)
        .limits(Limits::default().requests_in_a_row_max(in_a_row_max))
        .serve(move |request: &mut Request<'_>| {
            noted.lock().unwrap().push(request.path().to_owned());
            if request.path() == "/wait" {
                begun.lock().unwrap().send(()).unwrap();
                may_go.lock().unwrap().recv_timeout(crate::client::PATIENCE).unwrap();
            }
            Response::text("x")
        })
        .unwrap();
    let mut many = Client::connect(&server);
    let mut other = Client::connect(&server);
    other.get("/first");
    many.send(pipelined);
    begins.recv_timeout(crate::client::PATIENCE).unwrap();
    other.send("GET /other HTTP/1.1\r\nHost: x\r\n\r\n");
    go.send(()).unwrap();
    other.answer();
    for _ in 0..3 {
        many.answer();
    }
    order.lock().unwrap().clone()
}

#[test]
fn as_many_pipelined_requests_as_may_are_served_in_a_row_and_not_one_more() {
    let pipelined = "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n\
                     GET /second HTTP/1.1\r\nHost: x\r\n\r\n\
                     GET /third HTTP/1.1\r\nHost: x\r\n\r\n";
    for _ in 0..20 {
        assert_eq!(order_of_handlers(1, pipelined), ["/first", "/wait", "/other", "/second", "/third"]);
        assert_eq!(order_of_handlers(2, pipelined), ["/first", "/wait", "/second", "/other", "/third"]);
        assert_eq!(order_of_handlers(3, pipelined), ["/first", "/wait", "/second", "/third", "/other"]);
    }
}

#[test]
fn requests_whose_content_no_handler_reads_count_as_served_in_a_row_too() {
    let pipelined = "POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab\
                     POST /second HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab\
                     POST /third HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
    for _ in 0..20 {
        assert_eq!(order_of_handlers(1, pipelined), ["/first", "/wait", "/other", "/second", "/third"]);
        assert_eq!(order_of_handlers(2, pipelined), ["/first", "/wait", "/second", "/other", "/third"]);
    }
}
