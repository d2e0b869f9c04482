//! One connection: what it is made of, how it is opened and closed. Requests are sent by `connection/sending.rs`,
//! answers read by `connection/receiving.rs`; the typed door to both is `connection/steps.rs`.

use crate::authority::Authority;
use crate::cancel::CancelToken;
use crate::clock::{Clock, Deadline};
use crate::connect::{Budget, Source};
use crate::error::{Error, ErrorKind, Phase, Sent};
use crate::observer::Event as Observed;
use crate::options::Options;
use crate::spare::Buffer;
use crate::state::{Event, Refusal, State};
use crate::timeouts::Timeouts;
use crate::transport::{ConnectionInfo, Incoming, Interrupt};
use crate::upgraded::Upgraded;
use crate::wire::Wire;
use http_proto::{
    BodyDecoder, BodyEncoder, ChunkDecoder, CloseReason, Framing, Headers, Method, ResponseHead,
    ResponseParser,
};
use std::fmt;
use std::time::{Duration, Instant};

mod content;
mod receiving;
mod sending;
pub(crate) mod steps;
mod tunnel;

pub use sending::RequestOptions;
pub use tunnel::ProxyAnswer;

/// Room for the head of a usual request.
const HEAD_BYTES: usize = 256;

/// A connection that was idle for longer is looked at before it is used again. One for a method that is not safe (RFC 9110
/// §9.2.1) always is: such a request may not be sent a second time where it finds the connection closed.
const IDLE_UNSEEN_MAX: Duration = Duration::from_secs(1);

/// One connection to a server, for one request at a time: Python's `HTTPConnection`.
///
/// It opens when the first request is sent, stays open as long as both sides want it to, and opens again when a
/// request is sent after it was closed. See the [crate's page](crate) for the two ways of sending a request and
/// [`State`] for the order of things.
///
/// ```no_run
/// use http_client::{Headers, HttpConnection};
///
/// let mut connection = HttpConnection::new("localhost:8000")?;
/// connection.request("GET", "/", (), &Headers::new())?;
/// let mut response = connection.get_response()?;
/// println!("{} {}", response.status(), String::from_utf8_lossy(response.reason()));
/// std::io::copy(&mut response, &mut std::io::sink())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "HTTPConnection")]
pub struct HttpConnection {
    authority: Authority,
    options: Options,
    source: Source,
    tunnel: Option<tunnel::Tunnel>,
    wire: Option<Wire>,
    state: State,
    request: Request,
    /// The head that is being written, with a small body behind it. Reused.
    out: Vec<u8>,
    /// Framing of content that is being sent. Reused.
    line: Vec<u8>,
    /// The fields that every request begins with, in wire form.
    host_line: Vec<u8>,
    buffer: Buffer,
    parser: ResponseParser,
    head: ResponseHead,
    decoder: BodyDecoder,
    framing: Framing,
    received_bytes: u64,
    /// How much of the request had left when its answer came.
    answer_sent: Sent,
    persistence: Result<(), CloseReason>,
    closed: CloseReason,
    idle_since: Option<Instant>,
    total: Deadline,
    open_times: OpenTimes,
    /// The time, where the caller has just asked the clock.
    noted_now: Option<Instant>,
}

/// How long it took to open a connection. What did not happen took no time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenTimes {
    /// Looking the name up and connecting, with SOCKS.
    pub connect: Duration,
    /// Asking a proxy for a tunnel by CONNECT.
    pub proxy: Duration,
    /// Setting up TLS, with the proxy and with the server.
    pub tls: Duration,
}

/// What must be remembered of the request under way.
#[derive(Debug)]
struct Request {
    method: Method,
    fields: sending::Fields,
    encoder: BodyEncoder,
    /// Checks chunks that the caller frames.
    raw_chunks: Option<Box<ChunkDecoder>>,
    /// All of it has been handed to the system.
    is_complete: bool,
    /// The final head of the answer has been read already.
    is_answered: bool,
    /// When the first byte of an answer came, and the last piece of its head.
    head_times: Option<(Instant, Instant)>,
    /// Sending has failed in a way that an answer may explain.
    failure: Option<std::io::Error>,
    informational: u32,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            method: Method::GET,
            fields: sending::Fields::default(),
            encoder: BodyEncoder::new(Framing::None),
            raw_chunks: None,
            is_complete: false,
            is_answered: false,
            head_times: None,
            failure: None,
            informational: 0,
        }
    }
}

impl HttpConnection {
    pub(crate) fn assemble(authority: Authority, options: Options, source: Source) -> Self {
        let parser = ResponseParser::new(options.limits, options.leniency);
        let decoder = BodyDecoder::new(Framing::None, options.limits);
        let mut connection = Self {
            authority,
            options,
            source,
            tunnel: None,
            wire: None,
            state: State::Idle,
            request: Request::default(),
            out: Vec::with_capacity(HEAD_BYTES),
            line: Vec::new(),
            host_line: Vec::new(),
            buffer: Buffer::new(),
            parser,
            head: ResponseHead::default(),
            decoder,
            framing: Framing::None,
            received_bytes: 0,
            answer_sent: Sent::Nothing,
            persistence: Ok(()),
            closed: CloseReason::Closed,
            idle_since: None,
            total: Deadline(None),
            open_times: OpenTimes::default(),
            noted_now: None,
        };
        connection.write_host_line();
        connection
    }

    /// Host and port of the server; of the proxy, where a [tunnel](Self::set_tunnel) is set up.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Host and port that requests are for: the tunnel's, where there is one.
    #[must_use]
    pub fn destination(&self) -> &Authority {
        self.tunnel.as_ref().map_or(&self.authority, tunnel::Tunnel::destination)
    }

    /// Whether requests are sent over TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.options.is_tls()
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// How long each step may take.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        self.options.timeouts
    }

    /// Changes how long each step may take, from the next step on. The total counts from the next request.
    pub fn set_timeouts(&mut self, timeouts: Timeouts) {
        self.options.timeouts = timeouts;
    }

    /// Whether a transport is open. Python: `conn.sock is not None`.
    #[must_use]
    #[doc(alias = "sock")]
    pub fn is_open(&self) -> bool {
        self.wire.is_some()
    }

    /// Whether the next request can use the open transport, or else why not.
    ///
    /// # Errors
    /// The reason for which it was closed, or will be; [`CloseReason::UnfinishedMessage`] while a request or an
    /// answer is under way.
    pub fn is_reusable(&self) -> Result<(), CloseReason> {
        match (&self.wire, self.state) {
            (None, _) => Err(self.closed),
            (Some(_), State::Idle) => Ok(()),
            (Some(_), _) => Err(CloseReason::UnfinishedMessage),
        }
    }

    /// What is known of the open transport: addresses, TLS. `None` while it is closed.
    #[must_use]
    pub fn info(&self) -> Option<ConnectionInfo> {
        self.wire.as_ref().map(|wire| wire.transport().info())
    }

    /// How long the steps of opening it took the last time.
    #[must_use]
    pub fn open_times(&self) -> OpenTimes {
        self.open_times
    }

    /// A handle by which another thread can break the open transport off; `None` while it is closed, and where the
    /// transport has no such handle.
    #[must_use]
    pub fn interrupt_handle(&self) -> Option<std::sync::Arc<dyn Interrupt>> {
        self.wire.as_ref().and_then(|wire| wire.transport().interrupt_handle())
    }

    /// Opens the connection if it is closed: name, addresses, proxy, tunnel, TLS. A request does so by itself. All of it
    /// together has the total; a request that follows has one of its own.
    ///
    /// # Errors
    /// [`ErrorKind::Resolve`], [`ErrorKind::Connect`], [`ErrorKind::Timeout`], [`ErrorKind::Tls`],
    /// [`ErrorKind::TunnelRefused`], [`ErrorKind::Socks`]; [`ErrorKind::NotConnected`] where the transport was
    /// given once and is gone. The connection is closed and idle then.
    pub fn connect(&mut self) -> Result<(), Error> {
        self.connect_by(None)
    }

    /// Opens the connection as [`connect`](Self::connect) does, and gives up as soon as `token` is cancelled: while a
    /// name is looked up, an address connected to, a proxy or TLS spoken with.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`], and those of [`connect`](Self::connect).
    pub fn connect_unless(&mut self, token: &CancelToken) -> Result<(), Error> {
        self.connect_by(Some(token))
    }

    fn connect_by(&mut self, token: Option<&CancelToken>) -> Result<(), Error> {
        if self.wire.is_some() {
            return Ok(());
        }
        if self.state == State::Idle {
            // The total of the last exchange is over with it.
            self.total = Deadline::after(&*self.options.clock, self.options.timeouts.total);
        }
        self.open(token)
    }

    /// Closes the connection and forgets whatever was under way. A request opens it again.
    pub fn close(&mut self) {
        self.close_because(CloseReason::Closed);
    }

    /// Drops the request that was begun and not sent; an open transport stays open.
    ///
    /// # Errors
    /// [`ErrorKind::CannotSendRequest`] where part of it has been sent: [`close`](Self::close) then.
    pub fn abandon(&mut self) -> Result<(), Error> {
        match self.state {
            State::Idle => Ok(()),
            State::RequestStarted => {
                self.forget_request();
                Ok(())
            }
            state => Err(self.error(ErrorKind::CannotSendRequest { state }, Phase::Prepare)),
        }
    }

    fn forget_request(&mut self) {
        self.state = self.state.after(Event::Close).unwrap_or_default();
        self.out.clear();
        self.request.raw_chunks = None;
    }

    fn close_because(&mut self, reason: CloseReason) {
        self.forget_request();
        self.request.failure = None;
        self.request.is_answered = false;
        self.parser.reset();
        let leftover = self.buffer.filled().len();
        self.buffer.consume(leftover);
        (self.idle_since, self.noted_now) = (None, None);
        if self.wire.take().is_some() {
            self.closed = reason;
            self.observe(&Observed::Closed(reason));
        }
    }

    fn observe(&mut self, event: &Observed<'_>) {
        if let Some(observer) = &mut self.options.observer {
            observer.event(event);
        }
    }

    /// Moves on, or says in Python's words why not.
    fn advance(&mut self, event: Event) -> Result<(), Error> {
        let state = self.state;
        match state.after(event) {
            Ok(next) => {
                self.state = next;
                Ok(())
            }
            Err(refusal) => Err(self.error(
                match refusal {
                    Refusal::CannotSendRequest => ErrorKind::CannotSendRequest { state },
                    Refusal::CannotSendHeader => ErrorKind::CannotSendHeader { state },
                    Refusal::ResponseNotReady => ErrorKind::ResponseNotReady { state },
                },
                Phase::Prepare,
            )),
        }
    }

    /// An error with its circumstances.
    fn error(&self, kind: ErrorKind, phase: Phase) -> Error {
        self.told(Error::new(kind, phase))
    }

    pub(crate) fn told(&self, error: Error) -> Error {
        let info = self.wire.as_ref().map(|wire| wire.transport().info());
        let address = info.as_ref().and_then(|info| info.peer_addr);
        let peer = match info.and_then(|info| info.unix_path) {
            Some(path) => path.display().to_string(),
            None => self.authority.with_port(),
        };
        error.at(peer, address, self.sent())
    }

    pub(crate) const fn answer_sent(&self) -> Sent {
        self.answer_sent
    }

    /// How much of the request under way has left.
    fn sent(&self) -> Sent {
        match self.wire.as_ref().map(|wire| wire.sent_bytes) {
            None | Some(0) => Sent::Nothing,
            Some(bytes) if self.request.is_complete => Sent::All { bytes },
            Some(bytes) => Sent::Partly { bytes },
        }
    }

    /// An error after which nothing can be trusted: the connection is closed and idle.
    fn fail(&mut self, kind: ErrorKind, phase: Phase) -> Error {
        let error = self.error(kind, phase);
        let reason = match error.kind() {
            ErrorKind::Timeout(_) => CloseReason::TimedOut,
            ErrorKind::RemoteDisconnected
            | ErrorKind::IncompleteRead { .. }
            | ErrorKind::Send(_)
            | ErrorKind::Receive(_) => CloseReason::PeerClosed,
            ErrorKind::Protocol(_) | ErrorKind::TooManyInformational { .. } | ErrorKind::UnaskedUpgrade => {
                CloseReason::ProtocolError
            }
            _ => CloseReason::UnfinishedMessage,
        };
        self.close_because(reason);
        error
    }

    /// Sees to it that a transport is open that a request can be sent on.
    fn ensure_open(&mut self) -> Result<(), Error> {
        if self.wire.is_some() {
            let stale = if self.buffer.is_empty() {
                self.stale_after_idling()
            } else {
                // RFC 9112 §9.2: what came before the request cannot be its answer.
                Some(CloseReason::UnaskedBytes)
            };
            let Some(reason) = stale else { return Ok(()) };
            let (state, request, out) =
                (self.state, std::mem::take(&mut self.request), std::mem::take(&mut self.out));
            self.close_because(reason);
            (self.state, self.request, self.out) = (state, request, out);
        }
        if !self.options.auto_open {
            return Err(self.error(ErrorKind::NotConnected, Phase::Connect));
        }
        self.open(None)
    }

    /// Whether an idle transport has been closed by the peer or has bytes that nobody asked for. It costs a system
    /// call, so that where the method is safe, only one that was idle for a while is looked at.
    fn stale_after_idling(&mut self) -> Option<CloseReason> {
        let idle_since = self.idle_since.take()?;
        let now = self.noted_now.unwrap_or_else(|| self.options.clock.now());
        let idle = now.saturating_duration_since(idle_since);
        if idle <= IDLE_UNSEEN_MAX && self.request.method.is_safe() {
            return None;
        }
        match self.wire.as_mut()?.incoming() {
            Incoming::Nothing => None,
            Incoming::Bytes => Some(CloseReason::UnaskedBytes),
            Incoming::End => Some(CloseReason::PeerClosed),
        }
    }

    fn open(&mut self, token: Option<&CancelToken>) -> Result<(), Error> {
        if !self.source.can_open() {
            return Err(self.error(ErrorKind::NotConnected, Phase::Connect));
        }
        let wire = self.open_wire(token).map_err(|error| {
            let error = match token {
                Some(token) if token.is_cancelled() => Error::new(ErrorKind::Cancelled, error.phase()),
                _ => error,
            };
            let address = error.peer_addr();
            let path = self.source.path().map(|path| path.display().to_string());
            error.at(path.unwrap_or_else(|| self.authority.with_port()), address, Sent::Nothing)
        })?;
        self.closed = CloseReason::Closed;
        if self.options.observer.is_some() {
            let info = wire.transport().info();
            self.observe(&Observed::Connected(&info));
        }
        self.wire = Some(wire);
        Ok(())
    }

    fn open_wire(&mut self, token: Option<&CancelToken>) -> Result<Wire, Error> {
        let clock = std::sync::Arc::clone(&self.options.clock);
        let timeouts = self.options.timeouts;
        let now = self.noted_now.take().unwrap_or_else(|| clock.now());
        let budget = Budget::new(now, &*clock, timeouts.connect, self.total).unless(token);
        let mut lap = Lap { clock: &*clock, last: now };
        let mut times = OpenTimes::default();
        let mut transport = self.source.open(&self.authority, budget)?;
        times.connect = lap.time();
        let _watch = budget.watch(&*transport);
        if let Some(tunnel) = &mut self.tunnel {
            #[cfg(feature = "tls")]
            if let Some(tls) = &self.options.proxy_tls {
                let host = self.authority.host();
                transport = crate::connect::start_tls(tls, host, transport, &timeouts, &clock, self.total)?;
                times.tls += lap.time();
            }
            let address = transport.peer_addr();
            let opened = tunnel.open(transport, budget, &mut self.options);
            transport = opened.map_err(|error| error.with_address(address))?;
            times.proxy = lap.time();
        }
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.options.tls {
            let host = self.tunnel.as_ref().map_or(&self.authority, tunnel::Tunnel::destination).host();
            transport = crate::connect::start_tls(tls, host, transport, &timeouts, &clock, self.total)?;
            times.tls += lap.time();
        }
        self.open_times = times;
        let mut wire = Wire::new(transport, clock);
        wire.total = self.total;
        Ok(wire)
    }

    /// Goes through a proxy: it is asked, by CONNECT and with these fields, for a tunnel to `host` (`host:port`,
    /// port 443 by default with TLS, else 80). Requests then name that host, and TLS is spoken with it.
    ///
    /// Host and fields are checked like those of any request.
    ///
    /// # Errors
    /// [`ErrorKind::TunnelTooLate`] on an open connection, [`ErrorKind::InvalidHost`], [`ErrorKind::InvalidPort`];
    /// [`ErrorKind::InvalidFraming`] for fields that announce content.
    pub fn set_tunnel(&mut self, host: &str, headers: &Headers) -> Result<(), Error> {
        if self.wire.is_some() {
            return Err(self.error(ErrorKind::TunnelTooLate, Phase::Prepare));
        }
        let tunnel = tunnel::Tunnel::new(host, self.options.default_port(), headers)
            .map_err(|kind| self.error(kind, Phase::Prepare))?;
        self.tunnel = Some(tunnel);
        self.write_host_line();
        Ok(())
    }

    /// The head of the last answer.
    pub(crate) fn head(&self) -> &ResponseHead {
        &self.head
    }

    /// When the first byte of the last answer came, an interim one's included, and the last piece of its head.
    #[cfg(feature = "client")]
    pub(crate) fn head_times(&self) -> Option<(Instant, Instant)> {
        self.request.head_times
    }

    /// Since when it has been waiting for another request.
    #[cfg(feature = "client")]
    pub(crate) fn idle_since(&self) -> Option<Instant> {
        self.idle_since
    }

    /// Tells it the time, which it takes for its next step instead of asking the clock itself.
    #[cfg(feature = "client")]
    pub(crate) fn note_now(&mut self, now: Instant) {
        self.noted_now = Some(now);
    }

    pub(crate) fn framing(&self) -> Framing {
        self.framing
    }

    pub(crate) fn persistence(&self) -> Result<(), CloseReason> {
        self.persistence
    }

    pub(crate) fn trailers(&self) -> Option<&Headers> {
        if self.framing == Framing::Chunked { self.decoder.trailers() } else { None }
    }

    pub(crate) fn remaining_bytes(&self) -> Option<u64> {
        if self.framing == Framing::Tunnel { None } else { self.decoder.remaining_bytes() }
    }

    /// The transport of an answer behind which no HTTP is spoken.
    pub(crate) fn take_upgraded(&mut self) -> Option<Upgraded> {
        if self.state != State::Reading || self.framing != Framing::Tunnel {
            return None;
        }
        let wire = self.wire.take()?;
        let buffer = std::mem::replace(&mut self.buffer, Buffer::new());
        self.closed = CloseReason::Tunnel;
        self.close_because(CloseReason::Tunnel);
        self.observe(&Observed::Closed(CloseReason::Tunnel));
        Some(Upgraded::new(wire.into_transport(), buffer))
    }

    /// What the proxy answered to CONNECT last: status, reason, fields, and the content of a refusal. `None` while
    /// there was no tunnel to open.
    #[must_use]
    #[doc(alias = "get_proxy_response_headers")]
    pub fn proxy_answer(&self) -> Option<&ProxyAnswer> {
        self.tunnel.as_ref().and_then(tunnel::Tunnel::answer)
    }

    fn write_host_line(&mut self) {
        let value = self.destination().host_field(self.options.default_port());
        self.host_line.clear();
        self.host_line.extend_from_slice(b"Host: ");
        self.host_line.extend_from_slice(value.as_bytes());
        self.host_line.extend_from_slice(b"\r\n");
    }
}

/// Measures one step after the other.
struct Lap<'a> {
    clock: &'a dyn Clock,
    last: Instant,
}

impl Lap<'_> {
    /// The time since it was asked last.
    fn time(&mut self) -> Duration {
        let now = self.clock.now();
        now.saturating_duration_since(std::mem::replace(&mut self.last, now))
    }
}

impl fmt::Debug for HttpConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpConnection")
            .field("authority", &self.authority)
            .field("tunnel", &self.tunnel)
            .field("tls", &self.is_tls())
            .field("open", &self.is_open())
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
