//! Tests of `transport/tcp/portable.rs`, on whatever system runs them.

use super::{incoming, write_unless_incoming};
use crate::transport::Incoming;
use std::io::{IoSlice, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (far, _) = listener.accept().unwrap();
    for stream in [&near, &far] {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    }
    (near, far)
}

#[test]
fn a_look_sees_nothing_bytes_or_the_end_and_takes_nothing() {
    let (mut near, mut far) = pair();
    assert_eq!(incoming(&near).unwrap(), Incoming::Nothing);
    far.write_all(b"a").unwrap();
    while incoming(&near).unwrap() == Incoming::Nothing {
        std::thread::yield_now();
    }
    assert_eq!(incoming(&near).unwrap(), Incoming::Bytes);
    let mut byte = [0];
    near.read_exact(&mut byte).unwrap();
    assert_eq!(&byte, b"a");
    drop(far);
    while incoming(&near).unwrap() == Incoming::Nothing {
        std::thread::yield_now();
    }
    assert_eq!(incoming(&near).unwrap(), Incoming::End);
}

#[test]
fn a_write_that_would_wait_ends_with_an_answer_or_the_timeout() {
    let (near, mut far) = pair();
    let block = vec![b'x'; 256 * 1024];
    let timeout = Duration::from_millis(20);
    let ended = (0..1000)
        .find_map(|_| write_unless_incoming(&near, &[IoSlice::new(&block)], Some(timeout)).err())
        .unwrap();
    assert_eq!(ended.kind(), std::io::ErrorKind::WouldBlock);
    far.write_all(b"HTTP/1.1 413 No\r\n\r\n").unwrap();
    // The system may have room for some more still.
    let stopped =
        (0..1000).any(|_| write_unless_incoming(&near, &[IoSlice::new(&block)], None).unwrap().is_none());
    assert!(stopped);
    let mut start = [0; 4];
    (&near).read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP", "the socket waits again as before");
}
