//! A client that says exactly what it is told, and reads answers by their framing. Waits are bounded.

use http_proto::{
    BodyDecoder, BodyStep, Headers, Leniency, Limits, Method, Parsed, StatusCode, parse_response,
    response_framing,
};
use http_server::{Handler, Server, ServerHandle};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Nothing in these tests takes longer; what does has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a free port.
pub(crate) fn serve(handler: impl Handler + 'static) -> ServerHandle {
    Server::bind("127.0.0.1:0").unwrap().observer(|_| {}).serve(handler).unwrap()
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Headers,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .unwrap_or_else(|| panic!("no {name} in {:?}", self.headers))
            .to_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) fn says_close(&self) -> bool {
        self.headers.has_token("connection", "close")
    }
}

/// A connection and what has been read ahead.
pub(crate) struct Client<S = TcpStream> {
    pub(crate) stream: S,
    ahead: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(server: &ServerHandle) -> Self {
        let stream = TcpStream::connect(server.addresses()[0]).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self::over(stream)
    }

    /// Nothing more will be sent.
    pub(crate) fn end_sending(&self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self { stream, ahead: Vec::new() }
    }

    #[track_caller]
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.stream.write_all(bytes.as_ref()).unwrap();
        self.stream.flush().unwrap();
        self
    }

    /// One GET, one answer.
    #[track_caller]
    pub(crate) fn get(&mut self, target: &str) -> Answer {
        self.send(format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n"));
        self.answer()
    }

    /// The next answer to a GET or the like.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> Answer {
        self.answer_to(&Method::GET)
    }

    /// The next answer, interim ones included.
    #[track_caller]
    pub(crate) fn answer_to(&mut self, method: &Method) -> Answer {
        let (head, used) = loop {
            match parse_response(&self.ahead, &Limits::CLIENT, Leniency::Strict).unwrap() {
                Parsed::Complete { value, consumed_bytes } => break (value, consumed_bytes),
                Parsed::Partial => assert!(
                    self.more(),
                    "the connection ended before the head: {:?}",
                    self.ahead.escape_ascii().to_string()
                ),
            }
        };
        self.ahead.drain(..used);
        let framing = response_framing(method, &head).unwrap().framing;
        let mut decoder = BodyDecoder::new(framing, Limits::CLIENT);
        let mut body = Vec::new();
        loop {
            match decoder.step(&self.ahead).unwrap() {
                BodyStep::End { framing_bytes } => {
                    self.ahead.drain(..framing_bytes);
                    break;
                }
                BodyStep::Partial { framing_bytes } => {
                    self.ahead.drain(..framing_bytes);
                    assert!(self.more(), "the connection ended inside a body");
                }
                BodyStep::Data { framing_bytes, data_bytes_max } => {
                    self.ahead.drain(..framing_bytes);
                    let count = self.ahead.len().min(usize::try_from(data_bytes_max).unwrap_or(usize::MAX));
                    body.extend(self.ahead.drain(..count));
                    decoder.take(count as u64);
                    if count == 0 && !self.more() {
                        decoder.end_of_input().unwrap();
                    }
                }
            }
        }
        let trailers = decoder.trailers().cloned().unwrap_or_default();
        Answer { status: head.status, headers: head.headers, body, trailers }
    }

    /// Everything up to the end of the connection.
    #[track_caller]
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        while self.more() {}
        std::mem::take(&mut self.ahead)
    }

    /// The server closes the connection, and nothing is left.
    #[track_caller]
    pub(crate) fn expect_end(&mut self) {
        let rest = self.rest();
        assert!(rest.is_empty(), "unexpected: {}", rest.escape_ascii());
    }

    fn more(&mut self) -> bool {
        let mut piece = [0u8; 16 * 1024];
        let count = match self.stream.read(&mut piece) {
            Ok(count) => count,
            // A reset ends a connection as well.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => 0,
            Err(error) => panic!("nothing came: {error}"),
        };
        self.ahead.extend_from_slice(&piece[..count]);
        count > 0
    }
}

/// What time it is, for bounds on how long something may take.
#[expect(clippy::disallowed_methods, reason = "this stands in for a clock file")]
pub(crate) fn now() -> std::time::Instant {
    std::time::Instant::now()
}

/// Waits until `done`, within [`PATIENCE`].
#[track_caller]
pub(crate) fn wait_until(done: impl Fn() -> bool, what: &str) {
    let began = now();
    while !done() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        std::thread::yield_now();
    }
}
