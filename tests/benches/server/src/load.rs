//! Who asks: one thread that keeps many connections busy, and looks at every answer.

use std::io::{Read, Write};
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};

use crate::CONTENT;

const EVENTS: usize = 64;

/// The request of a browser that hides nothing but its cookies.
pub(crate) fn request(fields: &str) -> String {
    format!("GET /hello HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n{fields}\r\n")
}

/// Kept connections to one server.
pub(crate) struct Load {
    poller: OwnedFd,
    connections: Vec<Connection>,
    /// What is sent at a time: one request or several.
    batch: Vec<u8>,
    depth: usize,
    /// Bytes of one answer, head and content.
    answer_bytes: usize,
    buffer: Vec<u8>,
    /// How long answers took, in the order in which they came.
    pub(crate) latencies: Vec<Duration>,
}

struct Connection {
    stream: TcpStream,
    got: Vec<u8>,
    sent: Instant,
}

impl Load {
    /// Opens so many connections; each will send `depth` requests at a time.
    pub(crate) fn new(address: SocketAddr, connections: usize, depth: usize) -> Self {
        let request = request("");
        let poller = epoll::create(CreateFlags::CLOEXEC).expect("there is epoll");
        let mut answer_bytes = 0;
        // One after the other has its first answer: a pool of threads that grows while connections come in crowds can
        // leave some of them without a thread.
        let mut streams = Vec::new();
        streams.resize_with(connections, || {
            let mut stream = connect(address);
            answer_bytes = learn(&mut stream, &request);
            stream
        });
        let connections = streams
            .into_iter()
            .zip(0..)
            .map(|(stream, key)| {
                stream.set_nonblocking(true).expect("a socket takes the option");
                epoll::add(&poller, &stream, EventData::new_u64(key), EventFlags::IN)
                    .expect("epoll takes the socket");
                Connection { stream, got: Vec::with_capacity(depth * answer_bytes), sent: now() }
            })
            .collect();
        Self {
            poller,
            connections,
            batch: request.repeat(depth).into_bytes(),
            depth,
            answer_bytes,
            buffer: vec![0; 64 * 1024],
            latencies: Vec::new(),
        }
    }

    /// Has `count` requests answered, or a few more where they go out several at a time.
    pub(crate) fn run(&mut self, count: u64) {
        self.latencies.clear();
        let mut left = usize::try_from(count).unwrap_or(usize::MAX).div_ceil(self.depth);
        let mut open = 0;
        for connection in self.connections.iter_mut().take(left) {
            connection.ask(&self.batch);
            open += 1;
        }
        left -= open;
        let mut room = [MaybeUninit::<Event>::uninit(); EVENTS];
        while open > 0 {
            let Ok((events, _)) = epoll::wait(&self.poller, &mut room, None) else { continue };
            for event in events {
                let index = usize::try_from(event.data.u64()).expect("the key was an index");
                let connection = &mut self.connections[index];
                if !connection.read(&mut self.buffer, self.depth, self.answer_bytes) {
                    continue;
                }
                self.latencies.push(connection.sent.elapsed());
                if left > 0 {
                    connection.ask(&self.batch);
                    left -= 1;
                } else {
                    open -= 1;
                }
            }
        }
    }

    /// The time within which all but one in a hundred answers came.
    pub(crate) fn p99(&mut self) -> Duration {
        self.latencies.sort_unstable();
        let place = self.latencies.len().saturating_sub(1) * 99 / 100;
        self.latencies.get(place).copied().unwrap_or_default()
    }
}

impl Connection {
    fn ask(&mut self, batch: &[u8]) {
        self.got.clear();
        self.sent = now();
        let sent = self.stream.write(batch).expect("the server takes the request");
        assert_eq!(sent, batch.len(), "there is room for a batch of requests");
    }

    /// Reads once; whether all answers are there.
    fn read(&mut self, buffer: &mut [u8], depth: usize, answer_bytes: usize) -> bool {
        match self.stream.read(buffer) {
            Ok(0) => panic!("the server closes a connection that was to be kept"),
            Ok(count) => self.got.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return false,
            Err(error) => panic!("the answer does not come: {error}"),
        }
        if self.got.len() < depth * answer_bytes {
            return false;
        }
        assert_eq!(self.got.len(), depth * answer_bytes, "all answers are alike");
        self.got.chunks_exact(answer_bytes).for_each(check);
        true
    }
}

/// An answer is whole and right.
fn check(answer: &[u8]) {
    assert!(
        answer.starts_with(b"HTTP/1.1 200 ") && answer.ends_with(CONTENT.as_bytes()),
        "{}",
        answer.escape_ascii()
    );
}

/// Asks once and says how many bytes an answer has.
pub(crate) fn learn(stream: &mut TcpStream, request: &str) -> usize {
    stream.write_all(request.as_bytes()).expect("the server takes the request");
    let mut got = Vec::new();
    let mut buffer = [0; 4096];
    while !got.ends_with(CONTENT.as_bytes()) {
        let count = stream.read(&mut buffer).expect("the server answers");
        assert_ne!(count, 0, "the server closes the connection: {}", got.escape_ascii());
        got.extend_from_slice(&buffer[..count]);
    }
    check(&got);
    got.len()
}

/// Opens a connection for each request, `together` at a time.
pub(crate) fn short(address: SocketAddr, count: u64, together: usize) {
    let request = request("Connection: close\r\n");
    let mut left = count;
    let mut answer = Vec::new();
    let mut streams = Vec::new();
    while left > 0 {
        for _ in 0..together.min(usize::try_from(left).unwrap_or(usize::MAX)) {
            let mut stream = connect(address);
            stream.write_all(request.as_bytes()).expect("the server takes the request");
            streams.push(stream);
        }
        left -= streams.len() as u64;
        for mut stream in streams.drain(..) {
            answer.clear();
            stream.read_to_end(&mut answer).expect("the server answers and closes");
            check(&answer);
            // Both have had their say. The reset keeps thousands of ports from being held for a minute.
            rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO))
                .expect("a socket takes the option");
        }
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("a socket takes the option");
    stream
}

#[expect(clippy::disallowed_methods, reason = "a bench asks the time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
