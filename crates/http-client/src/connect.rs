//! How a connection is opened: name, addresses, socket, proxy, TLS. What is said over it is not known here.

use crate::authority::Authority;
use crate::cancel::{CancelToken, Watch};
use crate::clock::{Clock, Deadline};
use crate::error::{Error, ErrorKind, Phase};
use crate::timeouts::Limit;
use crate::transport::Transport;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

pub(crate) mod resolve;
pub(crate) mod socks;
pub(crate) mod tcp;

/// Opens transports in a way of one's own: see [`ConnectionBuilder::connector`](crate::ConnectionBuilder::connector).
///
/// Tunnels and TLS are laid over what it gives.
pub trait Connect: Send + Sync {
    /// Opens a transport to `to` within `timeout`.
    ///
    /// # Errors
    /// Whatever keeps it from doing so. [`io::ErrorKind::TimedOut`] is reported as a timeout of the connect phase.
    fn connect(&self, to: &Authority, timeout: Option<Duration>) -> io::Result<Box<dyn Transport>>;
}

impl<F> Connect for F
where
    F: Fn(&Authority, Option<Duration>) -> io::Result<Box<dyn Transport>> + Send + Sync,
{
    fn connect(&self, to: &Authority, timeout: Option<Duration>) -> io::Result<Box<dyn Transport>> {
        self(to, timeout)
    }
}

/// Options of the socket itself.
pub(crate) struct SocketOptions {
    pub(crate) source_address: Option<SocketAddr>,
    pub(crate) nodelay: bool,
    pub(crate) keepalive: Option<Duration>,
    pub(crate) hook: Option<SocketHook>,
}

impl SocketOptions {
    /// Whether `TCP_NODELAY` is left to the first write that could need it. A hook sees it set, and may take it back.
    pub(crate) const fn defers_nodelay(&self) -> bool {
        self.nodelay && self.hook.is_none()
    }

    /// Whether an address is of the family of the source address.
    pub(crate) fn reaches(&self, address: SocketAddr) -> bool {
        self.source_address.is_none_or(|source| source.is_ipv4() == address.is_ipv4())
    }
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self { source_address: None, nodelay: true, keepalive: None, hook: None }
    }
}

/// Called with each socket before it is connected.
pub(crate) type SocketHook = Box<dyn Fn(&socket2::Socket) -> io::Result<()> + Send + Sync>;

impl fmt::Debug for SocketOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SocketOptions")
            .field("source_address", &self.source_address)
            .field("nodelay", &self.nodelay)
            .field("keepalive", &self.keepalive)
            .field("hook", &self.hook.is_some())
            .finish()
    }
}

/// Where transports come from.
pub(crate) enum Source {
    /// TCP by name or address.
    Tcp { resolver: Box<dyn resolve::Resolve>, options: SocketOptions, socks: Option<socks::SocksProxy> },
    /// A Unix socket.
    #[cfg(unix)]
    Unix(std::path::PathBuf),
    /// The caller's way.
    Custom(Box<dyn Connect>),
    /// A transport that was given once and cannot be had again.
    Once(Option<Box<dyn Transport>>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { options, socks, .. } => {
                f.debug_struct("Tcp").field("options", options).field("socks", socks).finish_non_exhaustive()
            }
            #[cfg(unix)]
            Self::Unix(path) => f.debug_tuple("Unix").field(path).finish(),
            Self::Custom(_) => f.write_str("Custom"),
            Self::Once(transport) => f.debug_tuple("Once").field(&transport.is_some()).finish(),
        }
    }
}

/// What limits the opening of a connection.
#[derive(Clone, Copy)]
pub(crate) struct Budget<'a> {
    pub(crate) clock: &'a dyn Clock,
    pub(crate) deadline: Deadline,
    /// Whether the deadline is that of the whole exchange.
    pub(crate) by_total: bool,
    /// The timeout that the deadline was made of.
    #[cfg(target_os = "linux")]
    timeout: Option<Duration>,
    /// The time that there was in the beginning.
    whole: Option<Duration>,
    /// Who may break it off.
    pub(crate) token: Option<&'a CancelToken>,
}

impl<'a> Budget<'a> {
    /// From `now` on.
    pub(crate) fn new(now: Instant, clock: &'a dyn Clock, limit: Option<Duration>, total: Deadline) -> Self {
        let (deadline, by_total) = Deadline::since(now, limit).earlier(total);
        Self {
            clock,
            deadline,
            by_total,
            #[cfg(target_os = "linux")]
            timeout: limit,
            whole: deadline.left_at(now),
            token: None,
        }
    }

    /// The same, to be broken off by `token`.
    pub(crate) fn unless(self, token: Option<&'a CancelToken>) -> Self {
        Self { token, ..self }
    }

    /// Lets the token break `transport` off until the guard is dropped.
    pub(crate) fn watch(self, transport: &dyn Transport) -> Option<Watch> {
        let token = self.token?;
        Some(token.watch(transport.interrupt_handle()?))
    }

    /// # Errors
    /// [`ErrorKind::Cancelled`] where the token says so.
    pub(crate) fn go_on(self, phase: Phase) -> Result<(), Error> {
        match self.token {
            Some(token) if token.is_cancelled() => Err(Error::new(ErrorKind::Cancelled, phase)),
            _ => Ok(()),
        }
    }

    /// As [`left`](Self::left), without a look at the clock, for who begins at once.
    pub(crate) fn whole(self, limit: Limit, phase: Phase) -> Result<Option<Duration>, Error> {
        self.checked(self.whole, limit, phase)
    }

    /// The time that is left, or the whole timeout while next to nothing of it has passed: an equal timeout for
    /// writing need not be set again then.
    #[cfg(target_os = "linux")]
    pub(crate) fn rounded(self, left: Duration) -> Duration {
        const NEXT_TO_NOTHING: Duration = Duration::from_millis(5);
        match self.timeout {
            Some(whole) if !self.by_total && whole.saturating_sub(left) < NEXT_TO_NOTHING => whole,
            _ => left,
        }
    }

    pub(crate) fn limit(self, limit: Limit) -> Limit {
        if self.by_total { Limit::Total } else { limit }
    }

    /// Time that is left.
    ///
    /// # Errors
    /// [`ErrorKind::Timeout`] where none is.
    pub(crate) fn left(self, limit: Limit, phase: Phase) -> Result<Option<Duration>, Error> {
        self.checked(self.deadline.left(self.clock), limit, phase)
    }

    fn checked(self, left: Option<Duration>, limit: Limit, phase: Phase) -> Result<Option<Duration>, Error> {
        match left {
            Some(Duration::ZERO) => Err(Error::new(ErrorKind::Timeout(self.limit(limit)), phase)),
            left => Ok(left),
        }
    }

    /// An error of the system, as a timeout where it is one.
    pub(crate) fn error(
        self,
        error: io::Error,
        limit: Limit,
        kind: fn(io::Error) -> ErrorKind,
        phase: Phase,
    ) -> Error {
        if crate::error::is_wait(&error) {
            // A resolver may have a shorter limit of its own.
            let is_own = limit == Limit::Resolve && self.deadline.left(self.clock) != Some(Duration::ZERO);
            Error::new(ErrorKind::Timeout(if is_own { limit } else { self.limit(limit) }), phase)
        } else {
            Error::new(kind(error), phase)
        }
    }
}

impl Source {
    /// Whether a closed connection can be opened again.
    pub(crate) fn can_open(&self) -> bool {
        !matches!(self, Self::Once(None))
    }

    /// What the other side is called where it is no host.
    pub(crate) fn path(&self) -> Option<&std::path::Path> {
        match self {
            #[cfg(unix)]
            Self::Unix(path) => Some(path),
            _ => None,
        }
    }

    /// Opens a transport to `to`.
    pub(crate) fn open(&mut self, to: &Authority, budget: Budget<'_>) -> Result<Box<dyn Transport>, Error> {
        match self {
            Self::Tcp { resolver, options, socks: None } => {
                let stream = tcp::open(&**resolver, options, to, budget)?;
                Ok(Box::new(stream) as Box<dyn Transport>)
            }
            Self::Tcp { resolver, options, socks: Some(proxy) } => {
                socks::open(proxy, &**resolver, options, to, budget)
            }
            #[cfg(unix)]
            Self::Unix(path) => {
                let left = budget.left(Limit::Connect, Phase::Connect)?;
                let stream = connect_unix(path, left).map_err(|error| {
                    budget.error(error, Limit::Connect, ErrorKind::Connect, Phase::Connect)
                })?;
                Ok(Box::new(crate::transport::unix::UnixTransport::new(stream)))
            }
            Self::Custom(connector) => {
                let timeout = budget.left(Limit::Connect, Phase::Connect)?;
                connector
                    .connect(to, timeout)
                    .map_err(|error| budget.error(error, Limit::Connect, ErrorKind::Connect, Phase::Connect))
            }
            Self::Once(transport) => {
                transport.take().ok_or_else(|| Error::new(ErrorKind::NotConnected, Phase::Connect))
            }
        }
    }
}

/// Connects to a Unix socket. It waits only while the queue of the server is full, and minds `SO_SNDTIMEO` then.
#[cfg(unix)]
fn connect_unix(
    path: &std::path::Path,
    timeout: Option<Duration>,
) -> io::Result<std::os::unix::net::UnixStream> {
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None)?;
    socket.set_write_timeout(timeout.map(|timeout| timeout.max(Duration::from_millis(1))))?;
    let address = socket2::SockAddr::unix(path)?;
    loop {
        match socket.connect(&address) {
            Ok(()) => return Ok(std::os::fd::OwnedFd::from(socket).into()),
            // Nothing has begun, unlike with TCP.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Lays TLS over a transport.
#[cfg(feature = "tls")]
pub(crate) fn start_tls(
    tls: &crate::tls::TlsConfig,
    host: &str,
    inner: Box<dyn Transport>,
    timeouts: &crate::timeouts::Timeouts,
    clock: &std::sync::Arc<dyn Clock>,
    total: Deadline,
) -> Result<Box<dyn Transport>, Error> {
    let address = inner.peer_addr();
    let told = |error: Error| error.with_address(address);
    let budget = Budget::new(clock.now(), &**clock, timeouts.tls, total);
    let session = tls.session(host).map_err(told)?;
    let mut transport =
        crate::transport::tls::TlsTransport::new(session, inner, std::sync::Arc::clone(clock));
    loop {
        set_both(&mut transport, budget, Limit::Tls, Phase::Tls).map_err(told)?;
        match transport.handshake_step() {
            Ok(true) => return Ok(Box::new(transport)),
            Ok(false) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(told(budget.error(error, Limit::Tls, ErrorKind::Tls, Phase::Tls))),
        }
    }
}

/// Gives reads and writes the time that is left.
pub(crate) fn set_both(
    transport: &mut dyn Transport,
    budget: Budget<'_>,
    limit: Limit,
    phase: Phase,
) -> Result<(), Error> {
    let left = budget.left(limit, phase)?.map(|left| left.max(Duration::from_millis(1)));
    transport
        .set_read_timeout(left)
        .and_then(|()| transport.set_write_timeout(left))
        .map_err(|error| Error::new(ErrorKind::Connect(error), phase))
}
