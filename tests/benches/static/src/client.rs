//! The client that all servers are asked by: one connection, plain sockets, nothing that could hide a server's cost.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// Bytes that are read at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// One kept connection and the request that goes over it.
#[derive(Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    stream: TcpStream,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

impl Client {
    pub(crate) fn new(address: SocketAddr, path: &str, fields: &str) -> Self {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n{fields}\r\n"
        );
        Self {
            address,
            stream: connect(address),
            request: request.into_bytes(),
            buffer: vec![0; BUFFER_BYTES],
        }
    }

    /// Asks once and says how many bytes of content came.
    pub(crate) fn get(&mut self) -> u64 {
        self.stream.write_all(&self.request).expect("the server takes the request");
        let mut filled = 0;
        let (head_bytes, framing, closes) = loop {
            let count = self.stream.read(&mut self.buffer[filled..]).expect("the server answers");
            assert_ne!(count, 0, "the server answers before it closes");
            filled += count;
            let head = &self.buffer[..filled];
            if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&head[..end]).to_ascii_lowercase();
                assert!(["200", "206", "304"].contains(&&head[9..12]), "{head}");
                break (
                    end + 4,
                    Framing::of(&head),
                    head.contains("\nconnection: close") || head.starts_with("http/1.0"),
                );
            }
        };
        let mut got = (filled - head_bytes) as u64;
        match framing {
            Framing::Length(length) => {
                while got < length {
                    got += self.read();
                }
            }
            Framing::Chunked => {
                let mut chunks = self.buffer[head_bytes..filled].to_vec();
                while !chunks.ends_with(b"0\r\n\r\n") {
                    let count = self.read() as usize;
                    chunks.extend_from_slice(&self.buffer[..count]);
                }
                got = content_bytes(&chunks);
            }
        }
        if closes {
            self.connect_anew();
        }
        got
    }

    /// Ends the connection and takes a new one.
    pub(crate) fn connect_anew(&mut self) {
        self.stream = connect(self.address);
    }

    fn read(&mut self) -> u64 {
        let count = self.stream.read(&mut self.buffer).expect("the content comes");
        assert_ne!(count, 0, "the content is whole");
        count as u64
    }
}

/// How many bytes are in these chunks, their sizes and line ends left out.
fn content_bytes(mut chunks: &[u8]) -> u64 {
    let mut sum = 0;
    loop {
        let end = chunks.iter().position(|byte| *byte == b'\r').expect("a chunk has a size");
        let digits = std::str::from_utf8(&chunks[..end]).expect("a size is text");
        let size = usize::from_str_radix(digits, 16).expect("a size is a number");
        if size == 0 {
            return sum;
        }
        sum += size as u64;
        chunks = &chunks[end + 2 + size + 2..];
    }
}

enum Framing {
    Length(u64),
    Chunked,
}

impl Framing {
    fn of(head: &str) -> Self {
        if head.starts_with("http/1.1 304") || head.starts_with("http/1.0 304") {
            return Self::Length(0);
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        length.map_or(Self::Chunked, |length| {
            Self::Length(length.trim().parse().expect("a length is a number"))
        })
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("a socket takes the option");
    stream
}
