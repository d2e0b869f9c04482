//! What can go wrong with one connection, whose fault it is, and how far the request had come.

use crate::state::State;
use crate::timeouts::Limit;
use http_proto::{InvalidInput, ProtocolError, StatusCode};
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// Why an operation on a connection failed. One pointer wide. Calls of `Client` fail with `http_client::client::Error`
/// instead, into which `?` turns this one.
///
/// It says what happened ([`kind`](Self::kind)), during which step ([`phase`](Self::phase)), with whom
/// ([`peer`](Self::peer)) and how much of the request had left ([`sent`](Self::sent)); the cause in the system, if
/// there is one, is its [`source`](StdError::source). The text of `Display` is one line without the cause; `{:#}`
/// adds the causes behind colons.
///
/// Python: `http.client.HTTPException` and the `OSError`s that escape from it.
#[doc(alias = "HTTPException")]
#[doc(alias = "error")]
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    phase: Phase,
    peer: String,
    address: Option<SocketAddr>,
    sent: Sent,
    partial: Vec<u8>,
}

/// What happened: first what the caller did wrong, then what the system refused, then what the peer did.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    // --- the caller
    /// A host that cannot be connected to or named in a request: empty, with forbidden bytes, or with unbalanced
    /// brackets (RFC 3986 §3.2.2).
    #[error("invalid host {host:?}: {problem}")]
    #[doc(alias = "InvalidURL")]
    InvalidHost {
        /// The text that was given.
        host: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A port that is not `1*DIGIT` from 1 to 65535.
    #[error("invalid port {port:?}: a number from 1 to 65535 is needed")]
    #[doc(alias = "InvalidURL")]
    InvalidPort {
        /// The text that was given.
        port: String,
    },
    /// A method, target, field, trailer or body that no request can hold. Nothing of it was sent.
    #[error("invalid request")]
    #[doc(alias = "InvalidURL")]
    InvalidRequest(#[source] InvalidInput),
    /// Fields that contradict each other or the body about where the request ends (RFC 9112 §6).
    #[error("the request cannot be framed: {problem}")]
    InvalidFraming {
        /// What contradicts what.
        problem: &'static str,
    },
    /// A request was begun while another one is under way.
    #[error("cannot begin a request in state {state}")]
    #[doc(alias = "ImproperConnectionState")]
    CannotSendRequest {
        /// The state of the connection.
        state: State,
    },
    /// A header field or the end of the head was given outside a head, or content outside of content.
    #[error("cannot send this in state {state}: {}", what_to_do(*state))]
    #[doc(alias = "ImproperConnectionState")]
    CannotSendHeader {
        /// The state of the connection.
        state: State,
    },
    /// An answer was asked for before a request had been sent whole.
    #[error("no answer to read in state {state}")]
    #[doc(alias = "ImproperConnectionState")]
    ResponseNotReady {
        /// The state of the connection.
        state: State,
    },
    /// The connection is closed and may not or cannot be opened again by itself.
    #[error("the connection is closed and does not open by itself")]
    NotConnected,
    /// A tunnel was set up on a connection that is open already.
    #[error("cannot set up a tunnel on an open connection; close it first")]
    TunnelTooLate,
    /// A body's reader failed, or ended before its announced length.
    #[error("the body could not be read from its source")]
    BodySource(#[source] io::Error),
    /// An option that this transport, platform or build cannot honour.
    #[error("not supported here: {what}")]
    #[doc(alias = "UnimplementedFileMode")]
    Unsupported {
        /// The option, and what to do instead.
        what: &'static str,
    },
    /// A TLS configuration that cannot be used: no certificate in a PEM text, a key that does not fit.
    #[error("invalid TLS configuration: {problem}")]
    TlsConfiguration {
        /// What is wrong with it.
        problem: String,
    },
    /// More content than the caller allowed.
    #[error("the content is longer than the {bytes_max} bytes allowed")]
    ContentTooLong {
        /// The caller's bound.
        bytes_max: u64,
    },

    // --- the system
    /// The host name could not be resolved.
    #[error("cannot resolve the host name")]
    #[doc(alias = "gaierror")]
    Resolve(#[source] io::Error),
    /// No address could be connected to; the source is the last one's error.
    #[error("cannot connect")]
    Connect(#[source] io::Error),
    /// A deadline passed; which one is said.
    #[error("timed out: {0}")]
    #[doc(alias = "TimeoutError")]
    Timeout(Limit),
    /// A [`CancelToken`](crate::CancelToken) was cancelled while the connection was being opened.
    #[error("cancelled")]
    Cancelled,
    /// Writing failed, and no answer was there to explain it.
    #[error("cannot send")]
    Send(#[source] io::Error),
    /// Reading failed.
    #[error("cannot receive")]
    Receive(#[source] io::Error),

    // --- the peer
    /// The TLS handshake failed: certificate, name, version, or something that is not TLS.
    #[error("the TLS handshake failed")]
    #[doc(alias = "SSLError")]
    Tls(#[source] io::Error),
    /// The connection ended before the first byte of an answer.
    #[error("the peer closed the connection without an answer")]
    RemoteDisconnected,
    /// The answer broke a rule of HTTP: Python's `BadStatusLine`, `LineTooLong`, `UnknownProtocol`,
    /// `UnknownTransferEncoding` and "got more than 100 headers" are variants of [`ProtocolError`].
    #[error("the answer breaks the protocol")]
    #[doc(alias = "BadStatusLine")]
    #[doc(alias = "LineTooLong")]
    #[doc(alias = "UnknownProtocol")]
    #[doc(alias = "UnknownTransferEncoding")]
    Protocol(#[source] ProtocolError),
    /// The content ended too early (RFC 9112 §8). What had come has been delivered before this error;
    /// [`Error::partial`] has it where it was collected.
    #[error("the content ended after {received_bytes} bytes{}", Missing(*missing_bytes))]
    #[doc(alias = "expected")]
    IncompleteRead {
        /// Content that was received.
        received_bytes: u64,
        /// What is missing, where the framing tells.
        missing_bytes: Option<u64>,
    },
    /// More interim answers (1xx) before the final one than allowed (RFC 9110 §15.2).
    #[error("more than {count_max} interim answers")]
    TooManyInformational {
        /// The bound.
        count_max: u32,
    },
    /// The peer switched protocols (101) unasked (RFC 9110 §7.8).
    #[error("the peer switched protocols without being asked to")]
    UnaskedUpgrade,
    /// Bytes came through a tunnel before anything had been asked.
    #[error("the peer sent bytes that nobody asked for")]
    UnaskedBytes,
    /// The peer has answered before it had the whole request; sending has stopped. Take the answer.
    #[error("the peer answered before the whole request was sent; take its answer")]
    EarlyAnswer,
    /// The proxy refused the tunnel. Its answer is kept by the connection: `proxy_answer()`.
    #[error("the proxy refused the tunnel with status {status}")]
    TunnelRefused {
        /// The proxy's status.
        status: StatusCode,
    },
    /// The SOCKS proxy refused or broke its protocol.
    #[error("the SOCKS proxy failed: {problem}")]
    Socks {
        /// What it said or did.
        problem: &'static str,
    },
}

/// What comes before a field or content.
const fn what_to_do(state: State) -> &'static str {
    match state {
        State::Idle => "begin a request first",
        State::RequestStarted => "end the head first",
        State::SendingBody => "the head has ended, and content follows",
        State::RequestSent => {
            "the request is complete; content needs Content-Length or Transfer-Encoding in the head"
        }
        State::Reading => "read the answer first",
    }
}

/// `, n are missing`, where known.
struct Missing(Option<u64>);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |bytes| write!(f, ", {bytes} are missing"))
    }
}

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "this side, the other side, and what lies between")]
pub enum Blame {
    /// The program that uses this crate.
    Caller,
    /// The operating system, the network, or time.
    System,
    /// The server or a proxy.
    Peer,
}

/// The step during which something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Before anything was sent: building the request, choosing options.
    Prepare,
    /// Looking up the host name.
    Resolve,
    /// Opening the connection.
    Connect,
    /// Speaking with a proxy.
    Proxy,
    /// The TLS handshake.
    Tls,
    /// Sending the head of the request, with a small body.
    SendHead,
    /// Sending the content of the request.
    SendBody,
    /// Waiting for `100 Continue`.
    AwaitContinue,
    /// Waiting for the first byte of the answer.
    FirstByte,
    /// Reading the head of the answer.
    Head,
    /// Reading the content of the answer.
    Content,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prepare => "preparing the request",
            Self::Resolve => "looking up the host",
            Self::Connect => "connecting",
            Self::Proxy => "speaking with the proxy",
            Self::Tls => "setting up TLS",
            Self::SendHead => "sending the head",
            Self::SendBody => "sending the content",
            Self::AwaitContinue => "waiting for 100 Continue",
            Self::FirstByte => "waiting for the answer",
            Self::Head => "reading the head of the answer",
            Self::Content => "reading the content",
        })
    }
}

/// How much of a request had been handed to the system when an error happened: what decides whether it may be
/// sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "nothing, something or everything")]
pub enum Sent {
    /// Not one byte: the request can be sent again, whatever its method.
    Nothing,
    /// A part; the peer cannot have had the whole request.
    Partly {
        /// Bytes on the wire, head and framing included.
        bytes: u64,
    },
    /// The whole request.
    All {
        /// Bytes on the wire, head and framing included.
        bytes: u64,
    },
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing sent"),
            Self::Partly { bytes } => write!(f, "{bytes} bytes sent, not all"),
            Self::All { bytes } => write!(f, "all {bytes} bytes sent"),
        }
    }
}

impl Error {
    /// An error with its circumstances still to be told by [`at`](Self::at).
    pub(crate) fn new(kind: ErrorKind, phase: Phase) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                phase,
                peer: String::new(),
                address: None,
                sent: Sent::Nothing,
                partial: Vec::new(),
            }),
        }
    }

    /// The same error with the peer and what was sent.
    pub(crate) fn at(mut self, peer: String, address: Option<SocketAddr>, sent: Sent) -> Self {
        self.inner.peer = peer;
        self.inner.address = address;
        self.inner.sent = sent;
        self
    }

    /// The same error with the address that it happened with, where none is known yet.
    pub(crate) fn with_address(mut self, address: Option<SocketAddr>) -> Self {
        self.inner.address = self.inner.address.or(address);
        self
    }

    /// The same error with the content that had been collected.
    pub(crate) fn with_partial(mut self, partial: Vec<u8>) -> Self {
        self.inner.partial = partial;
        self
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.inner.kind
    }

    /// The step during which it happened.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.inner.phase
    }

    /// `host:port` or the socket path of the peer, empty where there was none yet.
    #[must_use]
    pub fn peer(&self) -> &str {
        &self.inner.peer
    }

    /// The address that was connected to, that of a proxy included, or that could not be; of several, the one that
    /// failed last. `None` before there is one, and over anything but IP.
    #[must_use]
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        self.inner.address
    }

    /// How much of the request had left.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.inner.sent
    }

    /// The content that had been received when [`Response::read_all`](crate::Response::read_all) failed.
    /// Python: `IncompleteRead.partial`.
    #[must_use]
    pub fn partial(&self) -> &[u8] {
        &self.inner.partial
    }

    /// Which deadline passed, if one did.
    #[must_use]
    pub fn timeout(&self) -> Option<Limit> {
        match self.inner.kind {
            ErrorKind::Timeout(limit) => Some(limit),
            _ => None,
        }
    }

    /// Whether the request was begun, continued or read in the wrong order. Python: `ImproperConnectionState`.
    #[must_use]
    #[doc(alias = "ImproperConnectionState")]
    pub fn is_state(&self) -> bool {
        matches!(
            self.inner.kind,
            ErrorKind::CannotSendRequest { .. }
                | ErrorKind::CannotSendHeader { .. }
                | ErrorKind::ResponseNotReady { .. }
                | ErrorKind::NotConnected
                | ErrorKind::TunnelTooLate
        )
    }

    /// Whether the connection was gone before the first byte of an answer: what a kept-alive connection does
    /// when the server has closed it meanwhile.
    #[must_use]
    #[doc(alias = "ConnectionResetError")]
    pub fn is_disconnect(&self) -> bool {
        match &self.inner.kind {
            ErrorKind::RemoteDisconnected => true,
            ErrorKind::Send(error) => is_gone(error),
            ErrorKind::Receive(error) => is_gone(error) && self.inner.phase == Phase::FirstByte,
            _ => false,
        }
    }

    /// Whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self.inner.kind {
            ErrorKind::InvalidHost { .. }
            | ErrorKind::InvalidPort { .. }
            | ErrorKind::InvalidRequest(_)
            | ErrorKind::InvalidFraming { .. }
            | ErrorKind::CannotSendRequest { .. }
            | ErrorKind::CannotSendHeader { .. }
            | ErrorKind::ResponseNotReady { .. }
            | ErrorKind::NotConnected
            | ErrorKind::TunnelTooLate
            | ErrorKind::BodySource(_)
            | ErrorKind::Unsupported { .. }
            | ErrorKind::TlsConfiguration { .. }
            | ErrorKind::Cancelled
            | ErrorKind::ContentTooLong { .. } => Blame::Caller,
            ErrorKind::Resolve(_)
            | ErrorKind::Connect(_)
            | ErrorKind::Timeout(_)
            | ErrorKind::Send(_)
            | ErrorKind::Receive(_) => Blame::System,
            _ => Blame::Peer,
        }
    }

    /// What happened, taken out.
    #[must_use]
    pub fn into_kind(self) -> ErrorKind {
        self.inner.kind
    }

    fn io_kind(&self) -> io::ErrorKind {
        match &self.inner.kind {
            ErrorKind::Timeout(_) => io::ErrorKind::TimedOut,
            ErrorKind::IncompleteRead { .. } => io::ErrorKind::UnexpectedEof,
            ErrorKind::RemoteDisconnected => io::ErrorKind::ConnectionReset,
            ErrorKind::EarlyAnswer => io::ErrorKind::BrokenPipe,
            ErrorKind::Protocol(_) => io::ErrorKind::InvalidData,
            ErrorKind::NotConnected => io::ErrorKind::NotConnected,
            ErrorKind::Cancelled => io::ErrorKind::ConnectionAborted,
            ErrorKind::Resolve(error)
            | ErrorKind::Connect(error)
            | ErrorKind::Send(error)
            | ErrorKind::Receive(error)
            | ErrorKind::Tls(error)
            | ErrorKind::BodySource(error) => error.kind(),
            _ => io::ErrorKind::InvalidInput,
        }
    }
}

/// Whether an I/O error says that the other side has closed or reset the connection.
pub(crate) fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::NotConnected
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::WriteZero
    )
}

/// Whether an I/O error says that a transport has waited too long.
pub(crate) fn is_wait(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// An error like `error`, for one that is needed twice.
pub(crate) fn copy_of(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        write!(f, "{}", inner.kind)?;
        if !inner.peer.is_empty() {
            write!(f, " ({}, {}, {})", inner.phase, inner.peer, inner.sent)?;
        }
        write_causes(self, f)
    }
}

/// The causes of an error behind colons, where `{:#}` asks for them.
pub(crate) fn write_causes(error: &dyn StdError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut source = error.source().filter(|_| f.alternate());
    while let Some(error) = source {
        write!(f, ": {error}")?;
        source = error.source();
    }
    Ok(())
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.inner.kind)
            .field("phase", &self.inner.phase)
            .field("peer", &self.inner.peer)
            .field("address", &self.inner.address)
            .field("sent", &self.inner.sent)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.kind.source()
    }
}

impl From<Error> for io::Error {
    /// Keeps the error as its inner one; [`Error::from_io`] takes it out again.
    fn from(error: Error) -> Self {
        Self::new(error.io_kind(), error)
    }
}

impl Error {
    /// Takes out what an [`io::Error`] from a [`Read`](io::Read) or [`Write`](io::Write) of this crate holds.
    ///
    /// # Errors
    /// The error as it was, where it is not one of this crate's.
    pub fn from_io(error: io::Error) -> Result<Self, io::Error> {
        error.downcast()
    }
}

#[cfg(test)]
mod tests;
