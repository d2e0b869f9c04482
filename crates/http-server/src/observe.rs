//! What goes wrong while serving, told to whoever runs the server. The peer never sees more than a status.

use crate::error::peer_text;
use crate::proxy_protocol::ProxyError;
use http_proto::{ProtocolError, RequestHead, StatusCode};
use std::error::Error as StdError;
use std::fmt;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// Something that the one who runs a server may want to know. `Display` is one line without control characters.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'e> {
    /// A handler returned an error that was answered with a 5xx.
    #[non_exhaustive]
    HandlerFailed {
        /// Who had asked.
        peer: Option<SocketAddr>,
        /// What was asked.
        head: &'e RequestHead,
        /// The error.
        error: &'e (dyn StdError + Send + Sync + 'static),
    },
    /// A handler returned an error that was answered with another status than a 5xx, such as 400 for content that is not
    /// what was asked for.
    #[non_exhaustive]
    HandlerRefused {
        /// Who had asked.
        peer: Option<SocketAddr>,
        /// What was asked.
        head: &'e RequestHead,
        /// What was answered.
        status: StatusCode,
        /// The error.
        error: &'e (dyn StdError + Send + Sync + 'static),
    },
    /// A handler panicked. The peer got a 500, the connection is closed.
    #[non_exhaustive]
    HandlerPanicked {
        /// Who had asked.
        peer: Option<SocketAddr>,
        /// What was asked.
        head: &'e RequestHead,
    },
    /// The handler of an upgraded connection panicked.
    #[non_exhaustive]
    UpgradePanicked {
        /// Who was connected.
        peer: Option<SocketAddr>,
    },
    /// An answer ended before it was whole: the peer went away or was too slow, or the body failed.
    #[non_exhaustive]
    AnswerCut {
        /// Who was to get it.
        peer: Option<SocketAddr>,
        /// Why.
        error: &'e io::Error,
    },
    /// A request broke a rule of HTTP/1.x and was refused.
    #[non_exhaustive]
    BadRequest {
        /// Who sent it.
        peer: Option<SocketAddr>,
        /// The rule.
        error: ProtocolError,
    },
    /// A request was answered before a handler saw it: it broke a rule, asked for what no server has, announced too much,
    /// or did not come in time. A [`BadRequest`](Self::BadRequest) that says which rule comes before it.
    #[non_exhaustive]
    Refused {
        /// The peer of the connection.
        peer: Option<SocketAddr>,
        /// Who asked, as [`Request::client_addr`](crate::Request::client_addr) tells it where there is a head.
        client: Option<IpAddr>,
        /// What was asked; `None` where the head is not whole, or broken.
        head: Option<&'e RequestHead>,
        /// The request line as it came, or as much of it as did: at most 1024 bytes of anything. Empty with a head.
        line: &'e [u8],
        /// What was answered.
        status: StatusCode,
        /// Bytes of content in the answer.
        content_bytes: u64,
    },
    /// Plain HTTP came to a listener that speaks TLS: it was answered with 400 in plain HTTP, which tells of HTTPS.
    #[non_exhaustive]
    NotTls {
        /// Who sent it.
        peer: Option<SocketAddr>,
    },
    /// A connection that a proxy should have introduced was closed: its peer is no proxy of ours, or did not do so by
    /// the rules.
    #[non_exhaustive]
    IntroductionRefused {
        /// The peer of the connection itself.
        peer: Option<SocketAddr>,
        /// What is wrong with its header; `None` where it had no right to send one.
        error: Option<ProxyError>,
    },
    /// A connection could not be accepted. The server goes on.
    #[non_exhaustive]
    AcceptFailed {
        /// What the system says.
        error: &'e io::Error,
    },
    /// A thread could not be started. The server goes on with those that it has.
    #[non_exhaustive]
    ThreadFailed {
        /// What the system says.
        error: &'e io::Error,
    },
    /// All threads that there may be have a request in hand, and whoever comes now waits for one of them to end: told
    /// once a minute at most. Clients that send slowly hold a thread each, as do event streams and upgraded connections.
    #[non_exhaustive]
    ThreadsExhausted {
        /// How many there may be: [`ServerBuilder::threads_max`](crate::ServerBuilder::threads_max).
        threads_max: usize,
    },
    /// A connection was closed at once, since its address (or IPv6 network of 64 bits) has as many as it may already: told once a minute at most,
    /// whatever the address.
    #[non_exhaustive]
    AddressFull {
        /// The address.
        address: IpAddr,
        /// How many it may have:
        /// [`Limits::connections_per_address_max`](crate::Limits::connections_per_address_max).
        connections_max: usize,
    },
}

impl Event<'_> {
    /// Whether it is the server's or the system's fault rather than the peer's: a bound of the server's that is reached is
    /// the server's, since whoever runs it can set another.
    #[must_use]
    pub fn is_own_fault(&self) -> bool {
        match self {
            Self::HandlerFailed { .. }
            | Self::HandlerPanicked { .. }
            | Self::UpgradePanicked { .. }
            | Self::AcceptFailed { .. }
            | Self::ThreadFailed { .. }
            | Self::ThreadsExhausted { .. }
            | Self::AddressFull { .. } => true,
            // A body that fails has kinds of its own.
            Self::AnswerCut { error, .. } => !matches!(
                error.kind(),
                io::ErrorKind::BrokenPipe
                    | io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::NotConnected
                    | io::ErrorKind::TimedOut
                    | io::ErrorKind::WriteZero
            ),
            Self::HandlerRefused { .. }
            | Self::BadRequest { .. }
            | Self::Refused { .. }
            | Self::NotTls { .. }
            | Self::IntroductionRefused { .. } => false,
        }
    }
}

/// An error and all that caused it.
fn chain(f: &mut fmt::Formatter<'_>, error: &(dyn StdError + 'static)) -> fmt::Result {
    let mut next = Some(error);
    while let Some(error) = next {
        for character in error.to_string().chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        next = error.source();
        if next.is_some() {
            f.write_str(": ")?;
        }
    }
    Ok(())
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HandlerFailed { peer, head, error } => {
                write!(f, "{}: {} {:?}: handler failed: ", peer_text(*peer), head.method, head.target)?;
                chain(f, *error)
            }
            Self::HandlerRefused { peer, head, status, error } => {
                let (peer, status) = (peer_text(*peer), status.as_u16());
                write!(f, "{peer}: {} {:?}: handler refused with {status}: ", head.method, head.target)?;
                chain(f, *error)
            }
            Self::HandlerPanicked { peer, head } => {
                write!(f, "{}: {} {:?}: handler panicked", peer_text(*peer), head.method, head.target)
            }
            Self::UpgradePanicked { peer } => {
                write!(f, "{}: handler of an upgraded connection panicked", peer_text(*peer))
            }
            Self::AnswerCut { peer, error } => {
                write!(f, "{}: answer cut: ", peer_text(*peer))?;
                chain(f, *error)
            }
            Self::BadRequest { peer, error } => {
                write!(f, "{}: bad request: ", peer_text(*peer))?;
                chain(f, error)
            }
            Self::Refused { peer, head: Some(head), status, .. } => {
                write!(f, "{}: {} {:?}: refused with {status}", peer_text(*peer), head.method, head.target)
            }
            Self::Refused { peer, line, status, .. } => {
                write!(f, "{}: \"{}\": refused with {status}", peer_text(*peer), line.escape_ascii())
            }
            Self::NotTls { peer } => write!(f, "{}: plain HTTP where TLS is spoken", peer_text(*peer)),
            Self::IntroductionRefused { peer, error: Some(error) } => {
                write!(f, "{}: connection refused: {error}", peer_text(*peer))
            }
            Self::IntroductionRefused { peer, error: None } => {
                write!(f, "{}: connection refused: not from a trusted proxy", peer_text(*peer))
            }
            Self::AcceptFailed { error } => {
                f.write_str("cannot accept a connection: ")?;
                chain(f, *error)
            }
            Self::ThreadFailed { error } => {
                f.write_str("cannot start a thread: ")?;
                chain(f, *error)
            }
            Self::ThreadsExhausted { threads_max } => {
                match threads_max {
                    1 => f.write_str("the only thread is busy")?,
                    more => write!(f, "all {more} threads are busy")?,
                }
                f.write_str(", whoever comes now waits: allow more, or find out who is slow")
            }
            Self::AddressFull { address, connections_max } => {
                let who =
                    if address.to_canonical().is_ipv4() { "this address" } else { "its network of 64 bits" };
                write!(
                    f,
                    "{}: connection closed: {who} has {connections_max} already: ",
                    address.to_canonical()
                )?;
                f.write_str("allow more if many clients share it")
            }
        }
    }
}

/// Between two words on the same trouble, where it lasts.
pub(crate) const SILENCE: Duration = Duration::from_secs(60);

/// Whether it is time for another word on what was last told of at `told`, with so much silence in between.
pub(crate) fn is_news(told: Option<Instant>, silence: Duration, now: Instant) -> bool {
    told.is_none_or(|at| now.saturating_duration_since(at) >= silence)
}

/// What is called with every event, from the thread where it happened.
pub(crate) type Observer = Box<dyn Fn(&Event<'_>) + Send + Sync>;

/// Writes the server's own faults to standard error, a line each, as Python's server does with its tracebacks.
pub(crate) fn to_standard_error(event: &Event<'_>) {
    if event.is_own_fault() {
        let line = format!("{event}\n");
        // There is nowhere to report that standard error is closed.
        drop(io::stderr().lock().write_all(line.as_bytes()));
    }
}
