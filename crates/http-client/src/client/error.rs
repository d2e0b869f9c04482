//! What can go wrong with a call of a client: what happened, where, how far the request had come.

use crate::client::Url;
use crate::client::address_filter::AddressRefused;
use crate::client::decode::DecodeError;
use crate::client::proxies::Proxy;
use crate::client::shown::Shown;
use crate::client::timings::Timings;
use crate::connection::ProxyAnswer;
use crate::error::{Error as WireError, ErrorKind as WireErrorKind, Phase, Sent, write_causes};
use crate::timeouts::Limit;
use http_proto::{InvalidInput, StatusCode};
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

/// Why a call of a [`Client`](crate::client::Client) failed. One pointer wide. What fails on a single connection is a
/// [`http_client::Error`](crate::Error), which `?` turns into this one.
///
/// `Display` is one line with the URL (without user, password and query) and without causes; `{:#}` adds the causes behind
/// colons; [`source`](StdError::source) is the first of them.
///
/// ```
/// use http_client::client::{Client, ErrorKind};
/// use std::net::TcpListener;
///
/// let nobody = TcpListener::bind("127.0.0.1:0")?.local_addr()?; // closed again
/// let error = Client::new().get(format!("http://joe:sesame@{nobody}/")).send().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Connect);
/// assert!(error.is_safe_to_retry()); // nothing had been sent
/// assert!(!format!("{error:#}").contains("sesame"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    phase: Phase,
    sent: Sent,
    url: Option<Url>,
    peer_addr: Option<SocketAddr>,
    past: Past,
    timeout: Option<TimeoutKind>,
    status: Option<StatusCode>,
    timings: Timings,
    proxy: Option<Arc<Proxy>>,
    proxy_answer: Option<ProxyAnswer>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What the requests of a call so far mean for another try.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Past {
    /// Whether each of them can be made twice without harm (RFC 9110 §9.2.2).
    pub(crate) is_harmless: bool,
    /// Whether one of them was answered, with whatever status.
    pub(crate) is_answered: bool,
}

/// What happened: the caller's mistakes, what came before the request, what came during it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A method, field or content that no request can hold.
    InvalidRequest,
    /// What was given is no URL of `http` or `https`, or of a scheme that the client does not allow.
    InvalidUrl,
    /// Options that contradict each other, or that this build or platform does not have.
    InvalidConfiguration,
    /// The client has been shut down.
    Shutdown,
    /// The content could not be read from its source.
    Body,
    /// The host name could not be resolved.
    Resolve,
    /// Every address was refused by the [`AddressFilter`](crate::client::AddressFilter).
    AddressRefused,
    /// No connection came about.
    Connect,
    /// The proxy refused, or did not follow its protocol.
    Proxy,
    /// The TLS handshake failed.
    Tls,
    /// The request could not be authenticated.
    Auth,
    /// A limit of [`Timeouts`](crate::client::Timeouts) passed: [`Error::timeout`] says which.
    Timeout,
    /// The call was cancelled.
    Cancelled,
    /// Sending failed, and no answer explains it.
    Send,
    /// The connection was closed or broke before there was an answer.
    Disconnected,
    /// The answer breaks the rules of HTTP.
    Protocol,
    /// The content of the answer ended too early.
    Incomplete,
    /// The content of the answer could not be decoded.
    Decode,
    /// The content of the answer is longer than the caller allowed.
    TooLarge,
    /// More redirects than allowed.
    TooManyRedirects,
    /// A redirect from `https` to `http`, to a scheme that is not allowed, or that the hook refused.
    RedirectRefused,
    /// The text is in a charset that this build does not know.
    Charset,
    /// The content is no JSON of the wanted shape, or the value cannot be written as JSON.
    Json,
    /// What was received could not be written where it should go.
    Save,
    /// A status of 400 or more, where [`error_for_status`](crate::client::Response::error_for_status) asked:
    /// [`Error::status`] says which.
    Status,
    /// What a middleware says.
    Other,
}

/// Which limit of [`Timeouts`](crate::client::Timeouts) passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutKind {
    /// `pool_wait`.
    PoolWait,
    /// `resolve`.
    Resolve,
    /// `connect`.
    Connect,
    /// `tls`.
    Tls,
    /// `send`.
    Send,
    /// `first_byte`.
    FirstByte,
    /// `between_bytes`.
    BetweenBytes,
    /// `total`.
    Total,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                phase: Phase::Prepare,
                sent: Sent::Nothing,
                url: None,
                peer_addr: None,
                past: Past::default(),
                timeout: None,
                status: None,
                timings: Timings::default(),
                proxy: None,
                proxy_answer: None,
                source: None,
            }),
        }
    }

    /// An error of one's own, for a middleware to return.
    pub fn other(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Other).because(source)
    }

    pub(crate) fn timed_out(kind: TimeoutKind, phase: Phase) -> Self {
        let mut error = Self::new(ErrorKind::Timeout);
        error.inner.timeout = Some(kind);
        error.inner.phase = phase;
        error
    }

    /// An error of level 1.
    pub(crate) fn of_wire(error: WireError) -> Self {
        let mut own = Self::new(kind_of(&error));
        own.inner.phase = error.phase();
        own.inner.sent = error.sent();
        own.inner.peer_addr = error.peer_addr();
        own.inner.timeout = error.timeout().map(timeout_of);
        own.because(error)
    }

    /// An error out of a reader of content.
    pub(crate) fn of_io(error: io::Error) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(own) => return own,
            Err(error) => error,
        };
        let error = match WireError::from_io(error) {
            Ok(wire) => return Self::of_wire(wire),
            Err(error) => error,
        };
        let kind = if error.get_ref().and_then(|inner| inner.downcast_ref::<DecodeError>()).is_some() {
            ErrorKind::Decode
        } else {
            ErrorKind::Disconnected
        };
        let mut own = Self::new(kind);
        own.inner.phase = Phase::Content;
        match error.downcast::<DecodeError>() {
            Ok(source) => own.because(source),
            Err(source) => own.because(source),
        }
    }

    pub(crate) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    pub(crate) fn in_phase(mut self, phase: Phase) -> Self {
        self.inner.phase = phase;
        self
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.inner.kind = kind;
        self
    }

    pub(crate) fn with_timeout(mut self, kind: TimeoutKind) -> Self {
        self.inner.timeout = Some(kind);
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.inner.status = Some(status);
        self
    }

    pub(crate) fn take_source(&mut self) -> Option<Box<dyn StdError + Send + Sync>> {
        self.inner.source.take()
    }

    pub(crate) fn with_proxy_answer(mut self, answer: Option<ProxyAnswer>) -> Self {
        self.inner.proxy_answer = answer;
        self
    }

    pub(crate) fn with_sent(mut self, sent: Sent) -> Self {
        self.inner.sent = sent;
        self
    }

    /// The circumstances, where they are not known yet.
    pub(crate) fn of_call(mut self, url: &Url, past: Past, timings: Timings) -> Self {
        self.inner.url.get_or_insert_with(|| url.clone());
        self.inner.past = past;
        self.inner.timings = timings;
        self
    }

    /// The proxy that the request went through, where one can have to do with the error.
    pub(crate) fn through(mut self, proxy: Option<Arc<Proxy>>) -> Self {
        let is_on_the_way = matches!(
            self.inner.kind,
            ErrorKind::Resolve
                | ErrorKind::Connect
                | ErrorKind::Proxy
                | ErrorKind::Tls
                | ErrorKind::Send
                | ErrorKind::Disconnected
                | ErrorKind::Protocol
        );
        if is_on_the_way || (self.inner.kind == ErrorKind::Timeout && self.inner.phase != Phase::Prepare) {
            self.inner.proxy = proxy;
        }
        self
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The step during which it happened.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.inner.phase
    }

    /// How much of the last request had left.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.inner.sent
    }

    /// Whether the same call can be made again without the danger that a server does its work twice: nothing of it was
    /// sent and no request of it answered, or each method was idempotent (RFC 9110 §9.2.2).
    ///
    /// It says nothing on whether another try has a better chance.
    #[must_use]
    pub fn is_safe_to_retry(&self) -> bool {
        let past = self.inner.past;
        past.is_harmless || (self.inner.sent == Sent::Nothing && !past.is_answered)
    }

    /// The status that is the error, where [`error_for_status`](crate::client::Response::error_for_status) asked.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.status
    }

    /// Which limit passed, where one did.
    #[must_use]
    pub fn timeout(&self) -> Option<TimeoutKind> {
        self.inner.timeout
    }

    /// The URL of the request that failed, the last one of a chain. It has no user and no password.
    #[must_use]
    pub fn url(&self) -> Option<&Url> {
        self.inner.url.as_ref()
    }

    /// The same error without the URL, whose path and query may be secret.
    #[must_use]
    pub fn without_url(mut self) -> Self {
        self.inner.url = None;
        self
    }

    /// The address that was connected to, where there was a connection.
    #[must_use]
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        self.inner.peer_addr
    }

    /// The proxy through which the request went or was to go, where the error is one of the way there. The message names it
    /// too, without its credentials, and says which environment variable it comes from.
    #[must_use]
    pub fn proxy(&self) -> Option<&Proxy> {
        self.inner.proxy.as_deref()
    }

    /// What a proxy answered that did not let the request through: status, fields and content of its 407 or 403.
    #[must_use]
    pub fn proxy_answer(&self) -> Option<&ProxyAnswer> {
        self.inner.proxy_answer.as_ref()
    }

    /// How long each step took until it failed.
    #[must_use]
    pub fn timings(&self) -> &Timings {
        &self.inner.timings
    }

    fn io_kind(&self) -> io::ErrorKind {
        match self.inner.kind {
            ErrorKind::Timeout => io::ErrorKind::TimedOut,
            ErrorKind::Cancelled => io::ErrorKind::ConnectionAborted,
            ErrorKind::Incomplete => io::ErrorKind::UnexpectedEof,
            ErrorKind::Protocol | ErrorKind::Decode => io::ErrorKind::InvalidData,
            ErrorKind::Disconnected | ErrorKind::Send => io::ErrorKind::ConnectionReset,
            ErrorKind::TooLarge => io::ErrorKind::FileTooLarge,
            ErrorKind::InvalidRequest | ErrorKind::InvalidUrl => io::ErrorKind::InvalidInput,
            _ => io::ErrorKind::Other,
        }
    }
}

fn kind_of(error: &WireError) -> ErrorKind {
    match error.kind() {
        WireErrorKind::InvalidHost { .. } | WireErrorKind::InvalidPort { .. } => ErrorKind::InvalidUrl,
        WireErrorKind::InvalidRequest(_) | WireErrorKind::InvalidFraming { .. } => ErrorKind::InvalidRequest,
        WireErrorKind::BodySource(_) => ErrorKind::Body,
        WireErrorKind::Unsupported { .. } | WireErrorKind::TlsConfiguration { .. } => {
            ErrorKind::InvalidConfiguration
        }
        WireErrorKind::ContentTooLong { .. } => ErrorKind::TooLarge,
        WireErrorKind::Resolve(source) if is_refusal(source) => ErrorKind::AddressRefused,
        WireErrorKind::Resolve(_) => ErrorKind::Resolve,
        WireErrorKind::Connect(source) if is_refusal(source) => ErrorKind::AddressRefused,
        WireErrorKind::Connect(_) | WireErrorKind::NotConnected => ErrorKind::Connect,
        WireErrorKind::Cancelled => ErrorKind::Cancelled,
        WireErrorKind::Timeout(_) => ErrorKind::Timeout,
        WireErrorKind::Send(_) => ErrorKind::Send,
        WireErrorKind::Receive(_) | WireErrorKind::RemoteDisconnected => ErrorKind::Disconnected,
        WireErrorKind::Tls(_) => ErrorKind::Tls,
        WireErrorKind::IncompleteRead { .. } => ErrorKind::Incomplete,
        WireErrorKind::TunnelRefused { .. } | WireErrorKind::Socks { .. } | WireErrorKind::UnaskedBytes => {
            ErrorKind::Proxy
        }
        WireErrorKind::Protocol(_)
        | WireErrorKind::TooManyInformational { .. }
        | WireErrorKind::UnaskedUpgrade => ErrorKind::Protocol,
        _ => ErrorKind::Other,
    }
}

fn is_refusal(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<AddressRefused>()).is_some()
}

const fn timeout_of(limit: Limit) -> TimeoutKind {
    match limit {
        Limit::Resolve => TimeoutKind::Resolve,
        Limit::Connect => TimeoutKind::Connect,
        Limit::Tls => TimeoutKind::Tls,
        Limit::Write => TimeoutKind::Send,
        Limit::Continue | Limit::FirstByte => TimeoutKind::FirstByte,
        Limit::BetweenBytes => TimeoutKind::BetweenBytes,
        Limit::Total => TimeoutKind::Total,
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidRequest => "the request cannot be sent as it is",
            Self::InvalidUrl => "not a URL that this client can request",
            Self::InvalidConfiguration => "the client's options cannot be used",
            Self::Shutdown => "the client has been shut down",
            Self::Body => "the content could not be read from its source",
            Self::Resolve => "the host name could not be looked up",
            Self::AddressRefused => "the address filter refuses every address of the host",
            Self::Connect => "no connection could be made",
            Self::Proxy => "the proxy did not let the request through",
            Self::Tls => "the TLS handshake failed",
            Self::Auth => "the request could not be authenticated",
            Self::Timeout => "timed out",
            Self::Cancelled => "cancelled",
            Self::Send => "the request could not be sent",
            Self::Disconnected => "the connection was lost",
            Self::Protocol => "the answer breaks the protocol",
            Self::Incomplete => "the content ended too early",
            Self::Decode => "the content could not be decoded",
            Self::TooLarge => "the content is longer than allowed",
            Self::TooManyRedirects => "too many redirects",
            Self::RedirectRefused => "a redirect was refused",
            Self::Charset => "the charset of the text is unknown",
            Self::Json => "not the expected JSON",
            Self::Save => "what was received could not be saved",
            Self::Status => "the server answered with an error",
            Self::Other => "the call failed",
        })
    }
}

impl fmt::Display for TimeoutKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PoolWait => "pool_wait",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Send => "send",
            Self::FirstByte => "first_byte",
            Self::BetweenBytes => "between_bytes",
            Self::Total => "total",
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status() {
            Some(status) => write!(f, "status {status}")?,
            None => write!(f, "{}", self.inner.kind)?,
        }
        if let Some(limit) = self.inner.timeout {
            write!(f, " ({limit})")?;
        }
        if let Some(url) = &self.inner.url {
            write!(f, " for {}", Shown(url))?;
        }
        if let Some(proxy) = &self.inner.proxy {
            match proxy.variable() {
                Some(name) => write!(f, " (proxy {proxy}, from {name})")?,
                None => write!(f, " (proxy {proxy})")?,
            }
        }
        // A status has been told already.
        if self.inner.kind == ErrorKind::Status { Ok(()) } else { write_causes(self, f) }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.inner.kind)
            .field("phase", &self.inner.phase)
            .field("sent", &self.inner.sent)
            .field("timeout", &self.inner.timeout)
            .field("url", &self.inner.url.as_ref().map(Shown))
            .field("peer_addr", &self.inner.peer_addr)
            .field("source", &self.inner.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<WireError> for Error {
    /// An error of one connection, for programs that use both levels: its kind is the one that a client gives it.
    fn from(error: WireError) -> Self {
        Self::of_wire(error)
    }
}

impl From<InvalidInput> for Error {
    /// What no request can hold is an [`ErrorKind::InvalidRequest`].
    fn from(error: InvalidInput) -> Self {
        Self::new(ErrorKind::InvalidRequest).because(error)
    }
}

impl From<Error> for io::Error {
    /// Keeps the error as its inner one; [`Error::from_io`] takes it out again.
    fn from(error: Error) -> Self {
        Self::new(error.io_kind(), error)
    }
}

impl Error {
    /// Takes out what an [`io::Error`] from reading a [`Response`](crate::client::Response) holds.
    ///
    /// # Errors
    /// The error as it was, where it is not one of a client's.
    pub fn from_io(error: io::Error) -> Result<Self, io::Error> {
        error.downcast()
    }
}
