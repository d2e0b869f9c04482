//! The example of a WebSocket server with tungstenite at the other end as well.

#[path = "../../examples/websocket.rs"]
mod example;

use crate::client::{Client, PATIENCE};
use std::net::TcpStream;
use tungstenite::{Bytes, Message};

#[test]
fn a_websocket_crate_works_on_an_upgraded_stream() {
    let server = example::serve().unwrap();
    let address = server.addresses()[0];
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let (mut socket, answer) = tungstenite::client(format!("ws://{address}/"), stream).unwrap();
    assert_eq!(answer.status(), 101);
    for text in ["hello", "", &"long ".repeat(50_000)] {
        socket.send(Message::text(text)).unwrap();
        assert_eq!(socket.read().unwrap(), Message::text(text));
    }
    socket.send(Message::Ping(Bytes::from_static(b"there?"))).unwrap();
    assert_eq!(socket.read().unwrap(), Message::Pong(Bytes::from_static(b"there?")));
    socket.close(None).unwrap();
    while socket.read().is_ok() {}
    // The example's own way to begin, which never ends.
    let _: fn() -> Result<(), Box<dyn std::error::Error>> = example::main;
    let report = server.shutdown(PATIENCE);
    assert_eq!(report.cut, 0);
}

#[test]
fn what_does_not_ask_for_a_websocket_gets_none() {
    let server = example::serve().unwrap();
    let mut client = Client::connect(&server);
    assert_eq!(client.get("/").status, 200);
    let head = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n";
    client.send(format!("{head}Sec-WebSocket-Key: x\r\n\r\n"));
    let answer = client.answer();
    assert_eq!(answer.status, 426);
    assert_eq!(answer.header("sec-websocket-version"), "13");
    client.send(format!(
        "{head}Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\nOrigin: https://evil.example\r\n\r\n"
    ));
    assert_eq!(client.answer().status, 403);
}
