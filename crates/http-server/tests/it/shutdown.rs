//! Stopping: nothing that was promised is broken, nothing is waited for longer than said.

use crate::client::{Client, PATIENCE, now, serve, wait_until};
use http_server::{Request, Response};
use std::io::Read;
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A handler that tells when it begins and ends when it may.
fn gated() -> (impl http_server::Handler + 'static, Receiver<()>, Sender<()>) {
    let (begun, begins) = channel();
    let (go, may_go) = channel();
    let (begun, may_go) = (Mutex::new(begun), Arc::new(Mutex::new(may_go)));
    let handler = move |request: &mut Request<'_>| {
        if request.path() == "/wait" {
            begun.lock().unwrap().send(()).unwrap();
            let _: Result<(), _> = may_go.lock().unwrap().recv_timeout(PATIENCE);
        }
        Response::text(if request.shutting_down() { "stopping" } else { "running" })
    };
    (handler, begins, go)
}

#[test]
fn idle_connections_are_closed_at_once_and_threads_end() {
    let server = serve(|_: &mut Request<'_>| Response::text("x"));
    let address = server.addresses()[0];
    let mut clients: Vec<_> = (0..20).map(|_| Client::connect(&server)).collect();
    for client in &mut clients {
        client.get("/");
    }
    let report = server.shutdown(PATIENCE);
    // An answer is there before its thread has parked the connection.
    assert_eq!((report.idle_closed + report.drained, report.cut), (20, 0));
    assert!(report.elapsed < Duration::from_secs(5), "{:?}", report.elapsed);
    for client in &mut clients {
        client.expect_end();
    }
    assert_eq!(server.stats().threads, 0);
    assert!(TcpStream::connect(address).is_err(), "it still listens");
}

#[test]
fn a_request_under_way_is_finished_and_its_answer_says_close() {
    let (handler, begins, go) = gated();
    let server = serve(handler);
    let mut client = Client::connect(&server);
    client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    begins.recv_timeout(PATIENCE).unwrap();
    std::thread::scope(|scope| {
        let stopping = scope.spawn(|| server.shutdown(PATIENCE));
        wait_until(|| server.is_stopping(), "the stop has not begun");
        go.send(()).unwrap();
        let answer = client.answer();
        assert_eq!(answer.text(), "stopping");
        assert!(answer.says_close());
        client.expect_end();
        drop(client);
        let report = stopping.join().unwrap();
        assert_eq!((report.drained, report.cut), (1, 0));
    });
}

#[test]
fn an_answer_that_was_being_sent_counts_as_finished_though_it_promised_to_keep_the_connection() {
    let (begun, begins) = channel();
    let (go, may_go) = channel::<()>();
    let (begun, may_go) = (Mutex::new(begun), Arc::new(Mutex::new(may_go)));
    let server = serve(move |_: &mut Request<'_>| {
        let (begun, may_go) = (begun.lock().unwrap().clone(), Arc::clone(&may_go));
        Response::stream("a/b", move |body| {
            begun.send(()).unwrap();
            let _: Result<(), _> = may_go.lock().unwrap().recv_timeout(PATIENCE);
            std::io::Write::write_all(body, b"whole")
        })
    });
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    begins.recv_timeout(PATIENCE).unwrap();
    std::thread::scope(|scope| {
        let stopping = scope.spawn(|| server.shutdown(PATIENCE));
        wait_until(|| server.is_stopping(), "the stop has not begun");
        go.send(()).unwrap();
        assert_eq!(client.answer().text(), "whole");
        client.expect_end();
        let report = stopping.join().unwrap();
        assert_eq!((report.idle_closed, report.drained, report.cut), (0, 1, 0));
    });
}

#[test]
fn a_head_that_has_begun_is_still_served() {
    let server = serve(|_: &mut Request<'_>| Response::text("x"));
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\n");
    wait_until(|| server.stats().connections_accepted == 1, "not accepted");
    std::thread::scope(|scope| {
        let stopping = scope.spawn(|| server.shutdown(PATIENCE));
        wait_until(|| server.is_stopping(), "the stop has not begun");
        client.send("Host: x\r\n\r\n");
        let answer = client.answer();
        assert_eq!(answer.text(), "x");
        assert!(answer.says_close());
        drop(client);
        assert_eq!(stopping.join().unwrap().cut, 0);
    });
}

#[test]
fn what_takes_longer_than_its_grace_is_cut() {
    let server = serve(|request: &mut Request<'_>| {
        // Waits for content that never comes.
        request.body().read_to_end(&mut Vec::new())?;
        Ok::<_, std::io::Error>(Response::text("x"))
    });
    let mut client = Client::connect(&server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n");
    wait_until(|| server.stats().requests == 1, "not begun");
    let began = now();
    let report = server.shutdown(Duration::from_millis(50));
    assert_eq!(report.cut, 1);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(server.stats().threads, 0, "the handler has noticed");
}

#[test]
fn connections_in_the_queue_of_the_kernel_are_not_refused() {
    // A request that was sent before the stop is answered: one round for each moment at which it may come.
    for _ in 0..20 {
        let server = serve(|_: &mut Request<'_>| Response::text("x"));
        let mut clients: Vec<_> = (0..10).map(|_| Client::connect(&server)).collect();
        for client in &mut clients {
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        std::thread::scope(|scope| {
            let stopping = scope.spawn(|| server.shutdown(PATIENCE));
            for mut client in clients {
                assert_eq!(client.answer().text(), "x");
            }
            assert_eq!(stopping.join().unwrap().cut, 0);
        });
    }
}

#[test]
fn dropping_the_handle_stops_the_server() {
    let server = serve(|_: &mut Request<'_>| Response::text("x"));
    let address = server.addresses()[0];
    let mut client = Client::connect(&server);
    client.get("/");
    drop(server);
    client.expect_end();
    wait_until(|| TcpStream::connect(address).is_err(), "it still listens");
}

#[test]
fn whoever_waits_for_the_end_is_told() {
    let server = serve(|_: &mut Request<'_>| Response::text("x"));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| server.wait());
        server.shutdown(PATIENCE);
        waiting.join().unwrap();
    });
    // A second stop has nothing to do.
    let report = server.shutdown(PATIENCE);
    assert_eq!((report.idle_closed, report.drained, report.cut), (0, 0, 0));
}

#[test]
fn a_handler_that_does_not_notice_the_end_does_not_delay_it() {
    let (over, waits) = channel::<()>();
    let waits = Mutex::new(waits);
    let server = serve(move |_: &mut Request<'_>| {
        let _ = waits.lock().unwrap().recv();
        Response::text("late")
    });
    let mut client = Client::connect(&server);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until(|| server.stats().requests == 1, "the request is not seen");
    let report = server.shutdown(Duration::from_millis(20));
    assert_eq!(report.cut, 1);
    assert!(report.elapsed < Duration::from_secs(1), "{report:?}");
    drop(over);
}
