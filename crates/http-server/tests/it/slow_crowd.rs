//! Clients that hold a thread each, many at once: nobody else may wait for them.

use crate::client::{Client, serve, wait_until};
use http_server::observe::Event;
use http_server::{EventStream, Handler, Request, Response, Server, Upgraded};
use std::io::{Read, Write};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

/// Slow clients: far more than there are cores, or than a small pool of threads has.
const SLOW: usize = 40;

/// Connects clients that send `request` and do nothing more; another one is answered all the same, and at once.
#[track_caller]
fn check(request: &str, handler: impl Handler + 'static) {
    let server = serve(handler);
    let mut slow = Vec::new();
    for _ in 0..SLOW {
        let mut client = Client::connect(&server);
        client.send(request);
        slow.push(client);
    }
    wait_until(|| server.stats().requests == SLOW as u64, "a slow client was not heard");
    let mut honest = Client::connect(&server);
    assert_eq!(honest.get("/honest").text(), "hello");
    assert!(server.stats().threads > SLOW, "{} threads", server.stats().threads);
    drop(slow);
}

fn honest(request: &Request<'_>) -> Option<Response> {
    (request.path() == "/honest").then(|| Response::text("hello"))
}

const GET: &str = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";

#[test]
fn that_the_only_thread_there_may_be_is_busy_is_told() {
    let (tell, told) = channel();
    let (over, waits) = channel::<()>();
    let (tell, waits) = (Mutex::new(tell), Mutex::new(waits));
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .threads_max(1)
        .observer(move |event| tell.lock().unwrap().send(event.to_string()).unwrap())
        .serve(move |_: &mut Request<'_>| {
            let _ = waits.lock().unwrap().recv();
            Response::text("late")
        })
        .unwrap();
    let mut slow = Client::connect(&server);
    slow.send(GET);
    let text = told.recv_timeout(crate::client::PATIENCE).unwrap();
    assert!(text.starts_with("the only thread is busy, whoever comes now waits"), "{text}");
    drop(over);
    assert_eq!(slow.answer().text(), "late");
}

#[test]
fn clients_that_do_not_send_what_they_announced_keep_nobody_waiting() {
    let put = "PUT /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc";
    check(put, |request: &mut Request<'_>| match honest(request) {
        Some(response) => Ok(response),
        None => request.read_to_vec(1 << 20).map(|_| Response::text("all")),
    });
}

#[test]
fn clients_that_watch_events_keep_nobody_waiting() {
    let (over, waits) = channel::<()>();
    let waits = Arc::new(Mutex::new(waits));
    check(GET, move |request: &mut Request<'_>| {
        let waits = Arc::clone(&waits);
        honest(request).unwrap_or_else(|| {
            Response::event_stream(move |events: &mut EventStream<'_, '_>| {
                events.send("hello")?;
                // Until the other end of the channel is gone.
                let _ = waits.lock().unwrap().recv();
                Ok(())
            })
        })
    });
    drop(over);
}

#[test]
fn upgraded_connections_that_idle_keep_nobody_waiting() {
    let upgrade = "GET /slow HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    check(upgrade, |request: &mut Request<'_>| {
        honest(request).unwrap_or_else(|| {
            Response::upgrade("echo", |mut stream: Upgraded| {
                let _ = stream.write_all(b"go on").and_then(|()| stream.read_exact(&mut [0; 1]));
            })
        })
    });
}

#[test]
fn whoever_runs_a_server_is_told_when_all_its_threads_are_busy() {
    let (over, waits) = channel::<()>();
    let waits = Mutex::new(waits);
    let (tell, told) = channel();
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .threads_max(3)
        .observer(move |event| {
            if let Event::ThreadsExhausted { threads_max, .. } = event {
                assert!(event.is_own_fault());
                tell.send(*threads_max).unwrap();
            }
        })
        .serve(move |_: &mut Request<'_>| {
            let _ = waits.lock().unwrap().recv();
            Response::text("late")
        })
        .unwrap();
    let mut slow: Vec<_> = (0..3).map(|_| Client::connect(&server)).collect();
    for client in &mut slow[..2] {
        client.send(GET);
    }
    wait_until(|| server.stats().requests == 2, "a client was not heard");
    assert!(told.try_recv().is_err(), "one thread is left");
    slow[2].send(GET);
    assert_eq!(told.recv_timeout(crate::client::PATIENCE), Ok(3));
    drop(over);
    for client in &mut slow {
        assert_eq!(client.answer().text(), "late");
    }
    assert!(told.try_recv().is_err(), "once is enough");
}
