//! Peers that take their time: none of them holds a thread or a place for longer than it may.

use crate::client::{Client, now, serve, wait_until};
use http_server::{BodyWriter, Error, Limits, Request, Response, Server, ServerHandle, Timeouts};
use std::io::{Read, Write};
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(40);

fn impatient(handler: impl http_server::Handler + 'static) -> ServerHandle {
    let timeouts =
        Timeouts::default().head(SHORT).stall(SHORT).rate_grace(SHORT).rate_bytes_per_second_min(1_000_000);
    Server::bind("127.0.0.1:0").unwrap().timeouts(timeouts).observer(|_| {}).serve(handler).unwrap()
}

fn reads(request: &mut Request<'_>) -> Result<Response, Error> {
    let content = request.read_to_vec(1 << 30)?;
    Ok(Response::text(content.len().to_string()))
}

#[test]
fn a_head_that_is_not_finished_in_time_gets_408() {
    let server = impatient(reads);
    let mut client = Client::connect(&server);
    let answer = client.send("GET / HTTP/1.1\r\nHost: x\r\n").answer();
    assert_eq!(answer.status, 408);
    assert!(answer.says_close());
    client.expect_end();
}

#[test]
fn the_deadline_of_a_head_counts_from_its_first_byte_not_from_its_last() {
    let server = impatient(reads);
    let mut client = Client::connect(&server);
    let began = now();
    // A line now and then would keep a timeout per read from ever passing.
    client.send("GET / HTTP/1.1\r\nHost: x\r\n");
    client.stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    let mut answer = [0u8; 12];
    loop {
        assert!(began.elapsed() < crate::client::PATIENCE, "the head never expires");
        match client.stream.read(&mut answer) {
            Ok(count) => break assert_eq!(&answer[..count], b"HTTP/1.1 408"),
            Err(_) => client.stream.write_all(b"A: b\r\n").unwrap(),
        }
    }
}

#[test]
fn an_idle_connection_is_closed_without_a_word() {
    let timeouts = Timeouts::default().idle(Duration::from_millis(300));
    let server = Server::bind("127.0.0.1:0").unwrap().timeouts(timeouts).serve(reads).unwrap();
    Client::connect(&server).expect_end();
    let mut client = Client::connect(&server);
    assert_eq!(client.get("/").text(), "0");
    client.expect_end();
}

#[test]
fn a_body_that_stalls_gets_408() {
    let server = impatient(reads);
    let mut client = Client::connect(&server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
    let answer = client.answer();
    assert_eq!(answer.status, 408);
    client.expect_end();
}

#[test]
fn a_body_below_the_minimum_rate_gets_408_although_it_never_stalls() {
    let server = impatient(reads);
    let mut client = Client::connect(&server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    client.stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    let began = now();
    let mut answer = [0u8; 12];
    loop {
        assert!(began.elapsed() < crate::client::PATIENCE, "the body may trickle for ever");
        match client.stream.read(&mut answer) {
            Ok(count) => break assert_eq!(&answer[..count], b"HTTP/1.1 408"),
            Err(_) => client.stream.write_all(b"x").unwrap(),
        }
    }
}

#[test]
fn a_peer_that_does_not_read_its_answer_is_cut() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    let server = impatient(move |_: &mut Request<'_>| {
        let sender = sender.lock().unwrap().clone();
        Response::stream("a/b", move |body: &mut BodyWriter<'_>| {
            loop {
                if let Err(error) = body.write_all(&[0u8; 65536]) {
                    sender.send(error.kind()).unwrap();
                    return Err(error);
                }
            }
        })
    });
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(receiver.recv_timeout(crate::client::PATIENCE).unwrap(), std::io::ErrorKind::TimedOut);
    wait_until(|| server.stats().connections_open == 0, "the connection is still there");
}

#[test]
fn slow_clients_keep_nobody_from_being_served() {
    let server = serve(reads);
    let mut slow = Vec::new();
    for number in 0..300 {
        let mut client = Client::connect(&server);
        match number % 3 {
            0 => client.send("GET / HTTP/1.1\r\nHo"),
            1 => client.send("\r\n"),
            _ => &mut client,
        };
        slow.push(client);
    }
    let began = now();
    let mut honest = Client::connect(&server);
    for _ in 0..100 {
        assert_eq!(honest.get("/").text(), "0");
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(server.stats().threads <= 16);
}

#[test]
fn bodies_that_trickle_in_are_served_beside_others() {
    // Each holds a thread, since its handler reads; there are more threads for others until the maximum is reached.
    let server = serve(reads);
    let mut slow: Vec<_> = (0..10).map(|_| Client::connect(&server)).collect();
    for client in &mut slow {
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhel");
    }
    let mut honest = Client::connect(&server);
    assert_eq!(honest.get("/").text(), "0");
    for client in &mut slow {
        assert_eq!(client.send("lo12345").answer().text(), "10");
    }
}

#[test]
fn a_connection_that_will_not_end_is_closed_after_the_last_answer() {
    let timeouts = Timeouts::default().linger(SHORT);
    let limits = Limits::default().requests_per_connection_max(1);
    let server = Server::bind("127.0.0.1:0").unwrap().timeouts(timeouts).limits(limits).serve(reads).unwrap();
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(client.answer().text(), "0");
    // This side stays open: the server waits only so long for its end.
    wait_until(|| server.stats().connections_open == 0, "the server waits for ever");
}

#[test]
fn a_peer_that_has_said_its_last_word_is_not_waited_for() {
    let timeouts = Timeouts::default().linger(Duration::from_secs(3600));
    let server = Server::bind("127.0.0.1:0").unwrap().timeouts(timeouts).serve(reads).unwrap();
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!(client.answer().text(), "0");
    client.expect_end();
    wait_until(
        || server.stats().connections_open == 0,
        "the server waits for a peer that has nothing to say",
    );
}
