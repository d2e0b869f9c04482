//! The example of a proxy for tunnels: bytes go both ways at once, and ends are passed on.

#[path = "../../examples/connect_proxy.rs"]
mod example;

use crate::client::{Client, PATIENCE};
use http_server::Method;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};

/// More than all buffers on the way hold.
const LONG: usize = 32 << 20;

#[test]
fn a_tunnel_carries_much_both_ways_at_once_and_passes_ends_on() {
    let server = example::serve(0).unwrap();
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = target.local_addr().unwrap();
    let mut client = Client::connect(&server);
    client.send(format!("CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n\r\n"));
    assert_eq!(client.answer_to(&Method::CONNECT).status, 200);
    let (other, _) = target.accept().unwrap();
    other.set_read_timeout(Some(PATIENCE)).unwrap();
    // Both sides write all before they read anything: whoever waited for one side would wait for ever.
    let write = |mut stream: &TcpStream, byte: u8| {
        stream.write_all(&vec![byte; LONG]).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
    };
    let read = |mut stream: &TcpStream, byte: u8| {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        assert!(all.len() == LONG && all.iter().all(|found| *found == byte), "{} of {byte}", all.len());
    };
    let stream = &client.stream;
    std::thread::scope(|scope| {
        scope.spawn(|| write(stream, 1));
        scope.spawn(|| read(&other, 1));
        scope.spawn(|| write(&other, 2));
        scope.spawn(|| read(stream, 2));
    });
    let _: fn() -> Result<(), Box<dyn std::error::Error>> = example::main;
    assert_eq!(server.shutdown(PATIENCE).cut, 0);
}

#[test]
fn a_target_that_does_not_answer_is_a_bad_gateway() {
    let server = example::serve(0).unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut client = Client::connect(&server);
    client.send(format!("CONNECT {gone} HTTP/1.1\r\nHost: {gone}\r\n\r\n"));
    let answer = client.answer_to(&Method::CONNECT);
    assert_eq!(answer.status, 502);
    assert!(answer.text().contains("cannot connect to"), "{}", answer.text());
    assert!(answer.says_close());
    assert_eq!(Client::connect(&server).get("/").status, 501);
}

/// A side that is silent, says a word, and is silent for ever; while it is silent for the first time, the other one is not.
struct Quiet<'t> {
    reads: usize,
    other: &'t AtomicU64,
}

impl Read for Quiet<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.reads += 1;
        match self.reads {
            1 => {
                self.other.fetch_add(1, Ordering::Relaxed);
                Err(io::ErrorKind::WouldBlock.into())
            }
            2 => b"word".as_slice().read(out),
            3.. => Err(io::ErrorKind::TimedOut.into()),
            0 => unreachable!("it was counted"),
        }
    }
}

#[test]
fn a_side_that_is_silent_while_the_other_speaks_is_not_gone() {
    let (said, other, mut out) = (AtomicU64::new(0), AtomicU64::new(0), Vec::new());
    let mut quiet = Quiet { reads: 0, other: &other };
    let error = example::copy(&mut quiet, &mut out, &said, &other).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut, "both have been silent by then");
    assert_eq!((out.as_slice(), quiet.reads, said.load(Ordering::Relaxed)), (&b"word"[..], 3, 1));
}
