//! What can be done with a stream behind a switch of protocols, over a socket.

use super::Upgraded;
use crate::connection::HttpConnection;
use http_proto::Headers;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// A stream, and its peer, which sent `ahead` with its answer.
fn upgraded(ahead: &str) -> (Upgraded, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut connection = HttpConnection::new(&listener.local_addr().unwrap().to_string()).unwrap();
    connection.connect().unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    let answer =
        format!("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n{ahead}");
    peer.write_all(answer.as_bytes()).unwrap();
    let mut headers = Headers::new();
    headers.append("Connection", "upgrade").unwrap();
    headers.append("Upgrade", "echo").unwrap();
    connection.request("GET", "/", (), &headers).unwrap();
    let stream = connection.get_response().unwrap().into_upgraded().unwrap();
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        peer.read_exact(&mut byte).unwrap();
        asked.extend(byte);
    }
    (stream, peer)
}

#[test]
fn the_bytes_that_were_read_ahead_come_apart_from_the_transport() {
    let (stream, mut peer) = upgraded("ahead");
    let (mut transport, ahead) = stream.into_parts();
    assert_eq!(ahead, b"ahead");
    peer.write_all(b"behind").unwrap();
    let mut behind = [0; 6];
    transport.read_exact(&mut behind).unwrap();
    assert_eq!(&behind, b"behind");
}

#[test]
fn a_second_handle_writes_until_the_writing_side_is_closed_and_reading_goes_on() {
    let (mut stream, mut peer) = upgraded("");
    let mut writer = stream.try_clone_writer().unwrap();
    writer.write_all(b"from the second").unwrap();
    stream.write_all(b", from the first").unwrap();
    stream.flush().unwrap();
    stream.close_write().unwrap();
    let mut told = String::new();
    peer.read_to_string(&mut told).unwrap();
    assert_eq!(told, "from the second, from the first");
    peer.write_all(b"still here").unwrap();
    drop(peer);
    let mut heard = String::new();
    stream.read_to_string(&mut heard).unwrap();
    assert_eq!(heard, "still here");
}

#[test]
fn timeouts_are_off_until_they_are_set_and_zero_is_the_shortest() {
    let (mut stream, mut peer) = upgraded("");
    for timeout in [Duration::from_millis(5), Duration::ZERO] {
        stream.set_read_timeout(Some(timeout)).unwrap();
        let kind = stream.read(&mut [0; 1]).unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{kind:?}");
    }
    stream.set_read_timeout(None).unwrap();
    peer.write_all(b"x").unwrap();
    assert_eq!(stream.read(&mut [0; 9]).unwrap(), 1);
    stream.set_write_timeout(Some(Duration::ZERO)).unwrap();
    let block = vec![b'x'; 1 << 20];
    // Nobody reads: the buffers between the two fill up, and then the time is over.
    let kind = (0..64).find_map(|_| stream.write_all(&block).err()).map(|error| error.kind());
    assert!(matches!(kind, Some(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{kind:?}");
}

#[test]
fn it_says_whom_it_speaks_to_and_shows_no_bytes() {
    let (stream, peer) = upgraded("secret");
    assert_eq!(stream.info().peer_addr, Some(peer.local_addr().unwrap()));
    let shown = format!("{stream:?}");
    assert!(shown.contains("ahead_bytes: 6") && !shown.contains("secret"), "{shown}");
}
