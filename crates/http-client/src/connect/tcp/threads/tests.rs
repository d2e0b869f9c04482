//! Tests of `connect/tcp/threads.rs`, on whatever system runs them.

use super::race;
use crate::clock::{Clock, Deadline, SystemClock};
use crate::connect::{Budget, SocketOptions};
use crate::error::ErrorKind;
use crate::timeouts::Limit;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// An address that refuses.
fn refusing() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// An address that takes no connection: its queue is full.
fn silent() -> (socket2::Socket, Vec<TcpStream>, SocketAddr) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(50)) {
        queued.push(stream);
        assert!(queued.len() < 64, "the queue has no end");
    }
    (socket, queued, address)
}

#[test]
fn the_first_address_that_answers_wins_and_the_others_are_named() {
    let (_socket, _queued, dead) = silent();
    let refused = refusing();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let alive = listener.local_addr().unwrap();
    let budget = Budget::new(SystemClock.now(), &SystemClock, Some(Duration::from_secs(20)), Deadline(None));
    let mut failed = Vec::new();
    let addresses = [dead, refused, alive];
    let (socket, winner) = race(&addresses, &SocketOptions::default(), budget, &mut failed).unwrap();
    assert_eq!((winner, socket.peer_addr().unwrap().as_socket()), (alive, Some(alive)));
    let failed: Vec<_> = failed.iter().map(|attempt| (attempt.addr, attempt.reason)).collect();
    assert_eq!(failed, [(refused, io::ErrorKind::ConnectionRefused), (dead, io::ErrorKind::TimedOut)]);
}

#[test]
fn where_all_fail_the_last_is_named_and_where_none_answers_the_time_ends() {
    let addresses = [refusing(), refusing()];
    let budget = Budget::new(SystemClock.now(), &SystemClock, None, Deadline(None));
    let mut failed = Vec::new();
    let error = race(&addresses, &SocketOptions::default(), budget, &mut failed).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Connect(_)), "{error:#}");
    assert_eq!((error.peer_addr(), failed.len()), (Some(addresses[1]), 2));

    let (_socket, _queued, dead) = silent();
    let budget =
        Budget::new(SystemClock.now(), &SystemClock, Some(Duration::from_millis(80)), Deadline(None));
    let error = race(&[dead, dead], &SocketOptions::default(), budget, &mut Vec::new()).unwrap_err();
    assert_eq!((error.timeout(), error.peer_addr()), (Some(Limit::Connect), Some(dead)), "{error:#}");
}
