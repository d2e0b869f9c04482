//! Calls a handler without a socket: the request goes through the same parser, framing and sending as on a network.
//!
//! ```
//! use http_server::{Request, Response, testing};
//!
//! let hello = |request: &mut Request<'_>| {
//!     Response::text(format!("Hello, {}!", request.query_value("name").unwrap_or_default()))
//! };
//! let answer = testing::get("/?name=Ada").with_header("Accept", "text/plain").send_to(&hello);
//! assert_eq!(answer.status(), 200);
//! assert_eq!(answer.text(), "Hello, Ada!");
//! ```

use crate::error::{Error, HandlerError};
use crate::handler::Handler;
use crate::limits::{Limits, Timeouts};
use crate::request::Request;
use crate::response::Response;
use crate::server::ServerBuilder;
use http_proto::{
    BodyDecoder, BodyStep, Framing, Headers, Leniency, Method, Parsed, ResponseHead, StatusCode,
    parse_response, response_framing,
};
use std::net::SocketAddr;

mod scripted;

pub use scripted::ScriptedConnection;

/// A GET request for `target`.
pub fn get(target: &str) -> TestRequest {
    request(Method::GET, target)
}

/// A POST request for `target` with this content.
pub fn post(target: &str, content: impl Into<Vec<u8>>) -> TestRequest {
    request(Method::POST, target).with_content(content)
}

/// A request for `target`, with `Host: localhost` and nothing else.
pub fn request(method: Method, target: &str) -> TestRequest {
    TestRequest {
        method,
        target: target.to_owned(),
        headers: Vec::new(),
        content: None,
        peer: Some(SocketAddr::from(([127, 0, 0, 1], 49152))),
    }
}

/// A request that is handed to a handler.
#[must_use]
#[derive(Clone, Debug)]
pub struct TestRequest {
    method: Method,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    content: Option<Vec<u8>>,
    peer: Option<SocketAddr>,
}

impl TestRequest {
    /// One more field. `Host: localhost` is there unless one is given here.
    pub fn with_header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.as_ref().to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Content, announced by its length.
    pub fn with_content(mut self, content: impl Into<Vec<u8>>) -> Self {
        self.content = Some(content.into());
        self
    }

    /// Another address of the peer than `127.0.0.1:49152`.
    pub fn from_peer(mut self, peer: SocketAddr) -> Self {
        self.peer = Some(peer);
        self
    }

    /// Lets `handler` answer.
    ///
    /// A request that is not valid HTTP/1.1 is refused before it gets there, as on a network. An upgrade is answered
    /// with its 101 and the stream's end.
    ///
    /// # Panics
    /// If what came out is no response: that would be a fault of this crate.
    pub fn send_to(&self, handler: &(impl Handler + ?Sized)) -> TestAnswer {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            text.extend_from_slice(b"Host: localhost\r\n");
        }
        for (name, value) in &self.headers {
            text.extend_from_slice(name.as_bytes());
            text.extend_from_slice(b": ");
            text.extend_from_slice(value);
            text.extend_from_slice(b"\r\n");
        }
        if let Some(content) = &self.content {
            text.extend_from_slice(format!("Content-Length: {}\r\n", content.len()).as_bytes());
        }
        text.extend_from_slice(b"\r\n");
        text.extend_from_slice(self.content.as_deref().unwrap_or_default());
        let output = exchange(text, handler, self.peer);
        TestAnswer::read(&output, &self.method)
    }
}

/// Runs a connection whose peer sends `input` and then closes its side, and gives back all that the peer receives.
///
/// For raw bytes: several requests, or such as no client would send.
#[must_use]
pub fn raw_exchange(input: impl Into<Vec<u8>>, handler: &(impl Handler + ?Sized)) -> Vec<u8> {
    exchange(input.into(), handler, Some(SocketAddr::from(([127, 0, 0, 1], 49152))))
}

/// A connection to `handler` whose peer the test is: see [`ScriptedConnection`].
pub fn connect<'h>(handler: impl Handler + 'h) -> ScriptedConnection<'h> {
    connect_with(handler, Limits::default(), Timeouts::default())
}

/// A connection to `handler` under other bounds than the usual ones.
pub fn connect_with<'h>(
    handler: impl Handler + 'h,
    limits: Limits,
    timeouts: Timeouts,
) -> ScriptedConnection<'h> {
    let peer = Some(SocketAddr::from(([127, 0, 0, 1], 49152)));
    ScriptedConnection::new(handler, peer, limits, timeouts)
}

/// A connection to a server like this one from `peer`, whose settings, trusted proxies, observer and error pages count;
/// its listeners do not, and no TLS is spoken.
///
/// ```
/// use http_server::{Networks, Request, Response, Server, TrustedProxies, testing};
///
/// let server = Server::builder().trusted_proxies(TrustedProxies::x_forwarded(Networks::loopback()));
/// let handler = |request: &mut Request<'_>| Response::text(format!("{:?}", request.client_addr()));
/// let mut connection = testing::connect_to(server, handler, "127.0.0.1:1".parse().unwrap())?;
/// connection.send("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n");
/// assert!(connection.received().ends_with(b"Some(192.0.2.7)"));
/// # Ok::<(), http_server::Error>(())
/// ```
///
/// # Errors
/// As [`ServerBuilder::serve`], but for addresses, of which it needs none.
pub fn connect_to<'h>(
    server: ServerBuilder,
    handler: impl Handler + 'h,
    peer: SocketAddr,
) -> Result<ScriptedConnection<'h>, Error> {
    let (context, _) = server.into_context(handler)?;
    Ok(ScriptedConnection::within(context, Some(peer)))
}

/// A borrowed handler.
struct ByRef<'h, H: ?Sized>(&'h H);

impl<H: Handler + ?Sized> Handler for ByRef<'_, H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        self.0.handle(request)
    }
}

fn exchange(input: Vec<u8>, handler: &(impl Handler + ?Sized), peer: Option<SocketAddr>) -> Vec<u8> {
    let mut connection =
        ScriptedConnection::new(ByRef(handler), peer, Limits::default(), Timeouts::default());
    connection.send(input).end_sending().wait_for_held();
    connection.received()
}

/// What a handler answered, read back from its wire form.
#[derive(Clone, Debug)]
pub struct TestAnswer {
    head: ResponseHead,
    content: Vec<u8>,
    trailers: Headers,
    complete: bool,
}

impl TestAnswer {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The header fields, the server's own among them.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.head.headers
    }

    /// The content, decoded; after an upgrade, what the handler wrote to the raw stream.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The content as text; bytes that are no UTF-8 become U+FFFD.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.content).into_owned()
    }

    /// The trailer fields of a chunked answer.
    #[must_use]
    pub fn trailers(&self) -> &Headers {
        &self.trailers
    }

    /// Whether the answer is whole; it is not where the body failed on its way.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    #[expect(clippy::panic, reason = "documented: the caller is a test, and the fault would be this crate's")]
    fn read(output: &[u8], method: &Method) -> Self {
        let limits = http_proto::Limits::SERVER;
        let mut rest = output;
        let head = loop {
            match parse_response(rest, &limits, Leniency::Strict) {
                Ok(Parsed::Complete { value, consumed_bytes }) => {
                    rest = rest.get(consumed_bytes..).unwrap_or_default();
                    let interim =
                        value.status.is_informational() && value.status != StatusCode::SWITCHING_PROTOCOLS;
                    if !interim {
                        break value;
                    }
                }
                other => panic!("no response came out: {other:?}"),
            }
        };
        let framing = match response_framing(method, &head) {
            Ok(verdict) => verdict.framing,
            Err(error) => panic!("the response cannot be framed: {error}"),
        };
        let mut answer = Self { head, content: Vec::new(), trailers: Headers::new(), complete: false };
        if framing == Framing::Tunnel {
            answer.content = rest.to_vec();
            answer.complete = true;
            return answer;
        }
        let mut decoder = BodyDecoder::new(framing, limits);
        while let Ok(step) = decoder.step(rest) {
            match step {
                BodyStep::Data { framing_bytes, data_bytes_max } => {
                    rest = rest.get(framing_bytes..).unwrap_or_default();
                    let wanted = usize::try_from(data_bytes_max).unwrap_or(usize::MAX);
                    let data = rest.get(..wanted).unwrap_or(rest);
                    answer.content.extend_from_slice(data);
                    decoder.take(data.len() as u64);
                    rest = rest.get(data.len()..).unwrap_or_default();
                    if data.is_empty() {
                        answer.complete = decoder.end_of_input().is_ok();
                        break;
                    }
                }
                BodyStep::Partial { .. } => break,
                BodyStep::End { .. } => {
                    answer.complete = true;
                    if let Some(trailers) = decoder.trailers() {
                        answer.trailers = trailers.clone();
                    }
                    break;
                }
            }
        }
        answer
    }
}
