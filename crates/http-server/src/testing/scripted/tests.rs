//! Connections step by step: deadlines without waiting, and what a handler learns of its peer.

use crate::body::Body;
use crate::error::Error;
use crate::events::EventStream;
use crate::limits::{Limits, Timeouts};
use crate::request::Request;
use crate::response::Response;
use crate::testing;
use std::io::{Read, Write};
use std::sync::atomic::Ordering;
use std::time::Duration;

mod deadlines;
mod defaults;

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

fn hello(_: &mut Request<'_>) -> Response {
    Response::text("hello")
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn an_answer_beyond_as_many_as_may_wait_without_a_thread_has_its_thread() {
    let mut connection =
        testing::connect(|_: &mut Request<'_>| Response::content("a/b", Body::reader(&b"hello"[..])));
    // There is room for whoever waits for it, and for nobody else.
    connection.script().unwrap().tempo.crowded = true;
    connection.context.counters.feeds.store(usize::MAX, Ordering::Relaxed);
    assert!(connection.send(GET).received().ends_with(b"5\r\nhello\r\n0\r\n\r\n"));
    connection.context.counters.feeds.store(0, Ordering::Relaxed);
    assert!(connection.send(GET).received().is_empty(), "it waits without one");
    assert_eq!(connection.context.counters.feeds.load(Ordering::Relaxed), 1);
}

#[test]
fn the_deadline_of_a_head_counts_from_its_first_byte() {
    let mut connection = testing::connect(hello);
    connection.advance(seconds(50)).send("G").advance(seconds(5)).send("ET / HTTP").advance(seconds(4));
    assert!(connection.received().is_empty() && !connection.is_over());
    connection.advance(seconds(1));
    assert!(connection.received().starts_with(b"HTTP/1.1 408 "));
    assert!(connection.is_over());
}

#[test]
fn an_idle_connection_ends_without_a_word_and_its_time_begins_with_each_answer() {
    let mut connection = testing::connect(hello);
    for _ in 0..3 {
        connection.advance(seconds(59)).send(GET);
        assert!(connection.received().ends_with(b"hello"));
    }
    connection.advance(seconds(59));
    assert!(!connection.is_over());
    connection.advance(seconds(1));
    assert!(connection.is_over() && connection.received().is_empty());
}

#[test]
fn content_left_unread_is_waited_for_as_long_as_a_stall_and_then_cut() {
    let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345";
    let mut connection = testing::connect(hello);
    connection.send(post).advance(seconds(29)).send("67890").send(GET);
    assert_eq!(connection.received().windows(5).filter(|window| window == b"hello").count(), 2);
    connection.send(post).advance(seconds(30));
    assert!(connection.is_over());
}

#[test]
fn after_the_last_answer_the_end_of_the_peer_is_waited_for_a_moment() {
    let mut connection = testing::connect(hello);
    connection.send("GET / HTTP/1.0\r\n\r\n");
    assert!(connection.is_over() && connection.received().ends_with(b"hello"));
    connection.advance(seconds(1)).send("more").advance(seconds(2)).send(GET);
    assert!(connection.received().is_empty());
}

#[test]
fn other_bounds_are_those_that_hold() {
    let timeouts = Timeouts::default().idle(seconds(3));
    let limits = Limits::default().requests_per_connection_max(1);
    let mut connection = testing::connect_with(hello, limits, timeouts);
    connection.advance(seconds(2)).send(GET);
    assert!(connection.is_over());
    let mut connection = testing::connect_with(hello, limits, timeouts);
    connection.advance(seconds(3));
    assert!(connection.is_over());
}

#[test]
fn a_connection_that_waits_for_its_turn_is_not_idle_and_has_no_deadline() {
    use crate::connection::{Connection, Next};
    use crate::engine::poller::News;

    #[track_caller]
    fn check(in_a_row_max: u32, sent: usize, served: usize) {
        let limits = Limits::default().requests_in_a_row_max(in_a_row_max);
        let mut script = testing::connect_with(hello, limits, Timeouts::default().idle(seconds(5)));
        let idles = |script: &super::ScriptedConnection<'_>| {
            let connection = script.connection.as_ref().unwrap();
            (connection.is_idle(), connection.deadline() > Some(script.watch.now.get()))
        };
        assert_eq!(idles(&script), (true, true));
        script.script().unwrap().input.get_mut().extend_from_slice(GET.repeat(sent).as_bytes());
        // Handlers of others have taken longer than it may idle.
        script.watch.now.set(script.watch.now.get() + seconds(6));
        let drive = |script: &mut super::ScriptedConnection<'_>| {
            let connection = script.connection.as_mut().unwrap();
            connection.note(News::Input);
            let next = connection.drive(&mut script.work, &script.context, &script.watch);
            let answers = script.received().windows(5).filter(|window| window == b"hello").count();
            (matches!(next, Next::Again), answers)
        };
        assert_eq!(drive(&mut script), (true, served));
        assert!(!idles(&script).0, "it would be closed to make room, or by a shutdown");
        assert_eq!(script.connection.as_ref().and_then(Connection::deadline), None, "it would be hung up on");
        while drive(&mut script).0 {}
        assert_eq!(idles(&script), (true, true));
    }
    check(32, 40, 32);
    check(1, 3, 1);
    // Fewer than one would be none for ever.
    check(0, 3, 1);
}

#[test]
fn a_peer_that_does_not_send_what_a_handler_reads_is_too_slow() {
    let read = |request: &mut Request<'_>| -> Result<Response, Error> {
        Ok(Response::text(request.read_to_vec(100)?))
    };
    let mut connection = testing::connect(read);
    connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab");
    assert!(connection.received().starts_with(b"HTTP/1.1 408 "));
}

#[test]
fn a_handler_learns_that_its_client_has_gone() {
    let asks = |request: &mut Request<'_>| Response::text(request.client_gone().to_string());
    let mut connection = testing::connect(asks);
    connection.send(GET);
    assert!(connection.received().ends_with(b"false"));
    let mut connection = testing::connect(|_: &mut Request<'_>| {
        Response::event_stream(|events: &mut EventStream<'_, '_>| {
            assert!(!events.client_gone());
            events.send("first")
        })
    });
    connection.send(GET);
    assert!(connection.received().ends_with(b"data: first\n\n\r\n0\r\n\r\n"));
    connection.go_away();
    assert!(connection.is_over());
}

#[test]
fn a_handler_learns_that_the_server_shuts_down_and_its_connection_ends() {
    let asks = |request: &mut Request<'_>| Response::text(request.shutting_down().to_string());
    let mut connection = testing::connect(asks);
    connection.send(GET);
    assert!(connection.received().ends_with(b"false") && !connection.is_over());
    connection.begin_shutdown().send(GET);
    let sent = String::from_utf8(connection.received()).unwrap();
    assert!(sent.ends_with("true") && sent.contains("Connection: close\r\n"), "{sent}");
    assert!(connection.is_over());
}

#[test]
fn an_upgraded_stream_reads_what_was_sent_and_writes_what_is_received() {
    let mut connection = testing::connect(|_: &mut Request<'_>| {
        Response::upgrade("echo", |mut stream| {
            let mut word = [0; 4];
            stream.read_exact(&mut word).unwrap();
            stream.write_all(&word).unwrap();
        })
    });
    connection.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nping");
    let sent = connection.received();
    assert!(sent.starts_with(b"HTTP/1.1 101 ") && sent.ends_with(b"\r\n\r\nping"));
    assert!(connection.is_over());
}

#[test]
fn a_connection_to_a_server_has_its_settings() {
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let tell = std::sync::Arc::clone(&told);
    let server = crate::server::Server::builder()
        .server_name("mine")
        .limits(Limits::default().body_bytes_max(2))
        .error_pages(|page| Some(("text/plain".to_owned(), format!("own {}", page.status.as_u16()))))
        .observer(move |event| tell.lock().unwrap().push(event.to_string()));
    let peer = "192.0.2.1:5".parse().unwrap();
    let mut connection = testing::connect_to(server, hello, peer).unwrap();
    connection.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
    let answer = String::from_utf8(connection.received()).unwrap();
    assert!(answer.contains("Server: mine\r\n") && answer.ends_with("own 413"), "{answer}");
    assert!(told.lock().unwrap()[0].starts_with("192.0.2.1:5: PUT"), "{told:?}");
    assert!(testing::connect_to(crate::server::Server::builder().server_name("\n"), hello, peer).is_err());
}
