//! The example of a proxy for tunnels: bytes go both ways at once, and ends are passed on.

#[path = "../../examples/connect_proxy.rs"]
mod example;

use crate::client::{Client, PATIENCE};
use http_server::Method;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

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
    assert_eq!(client.get("/").status, 501);
}
