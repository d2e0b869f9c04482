//! Where connections come from: TCP and local sockets, made, prepared and accepted from. It starts nothing.

#[cfg(unix)]
use crate::error::Error;
use crate::limits::Timeouts;
use crate::networks::Networks;
use crate::socket::Socket;
#[cfg(feature = "tls")]
use crate::tls::{Session, TlsConfig, TlsError};
use std::io;
use std::net::{SocketAddr, TcpListener};
#[cfg(unix)]
use std::os::unix::net::UnixListener;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(feature = "tls")]
use std::sync::{Arc, PoisonError, RwLock};

/// A listening socket.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix {
        listener: UnixListener,
        /// The file to remove at the end.
        path: Option<PathBuf>,
    },
}

/// What it means that a connection could not be accepted. None of these ends a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AcceptFault {
    /// Nothing was there, or whoever was there has gone or cannot be reached: the next one is another case.
    Passing,
    /// Descriptors or memory are missing: it helps to close something.
    Shortage,
    /// Anything else: somebody should know.
    Other,
}

impl AcceptFault {
    pub(crate) fn of(error: &io::Error) -> Self {
        if matches!(
            error.kind(),
            io::ErrorKind::WouldBlock
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::Interrupted
        ) {
            return Self::Passing;
        }
        #[cfg(unix)]
        {
            use rustix::io::Errno;
            // What is wrong with one connection comes out of accept as well: accept(2), "Error handling".
            match error.raw_os_error().map(Errno::from_raw_os_error) {
                Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => Self::Shortage,
                Some(
                    Errno::PROTO
                    | Errno::NETDOWN
                    | Errno::NOPROTOOPT
                    | Errno::HOSTDOWN
                    | Errno::HOSTUNREACH
                    | Errno::OPNOTSUPP
                    | Errno::NETUNREACH
                    | Errno::PERM,
                ) => Self::Passing,
                _ => Self::Other,
            }
        }
        #[cfg(not(unix))]
        {
            let is_shortage =
                error.kind() == io::ErrorKind::OutOfMemory || error.raw_os_error() == Some(10024);
            if is_shortage { Self::Shortage } else { Self::Other }
        }
    }
}

/// A listener and what is spoken on it.
#[derive(Debug)]
pub(crate) struct Listening {
    pub(crate) listener: Listener,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Arc<RwLock<TlsConfig>>>,
    /// Who introduces every connection by the PROXY protocol; nobody else is served.
    pub(crate) introducers: Option<Networks>,
    /// Whether other sockets share the port, among which the system distributes connections.
    pub(crate) shares_port: bool,
    /// Whether the connections that now come have what the listener hands its sockets: those that came before it was
    /// prepared, and wait ahead of all others, have not.
    settled: AtomicBool,
}

impl Listening {
    pub(crate) const fn new(listener: Listener) -> Self {
        Self {
            listener,
            #[cfg(feature = "tls")]
            tls: None,
            introducers: None,
            shares_port: false,
            settled: AtomicBool::new(false),
        }
    }

    /// The next connection, ready to be served; [`io::ErrorKind::WouldBlock`] where none is waiting.
    pub(crate) fn accept(&self, timeouts: &Timeouts) -> io::Result<(Socket, Option<SocketAddr>)> {
        let (socket, peer) = self.listener.accept()?;
        if !self.settled.load(Ordering::Relaxed) {
            if has_options(&socket, timeouts)? {
                self.settled.store(true, Ordering::Relaxed);
            } else {
                set_options(&socket, timeouts)?;
            }
        }
        Ok((socket, peer))
    }

    #[cfg(feature = "tls")]
    pub(crate) fn with_tls(mut self, tls: TlsConfig) -> Self {
        self.tls = Some(Arc::new(RwLock::new(tls)));
        self
    }

    /// A TLS session for a new connection, where TLS is spoken.
    #[cfg(feature = "tls")]
    pub(crate) fn new_session(&self) -> Option<Result<Box<Session>, TlsError>> {
        let config = self.tls.as_ref()?.read().unwrap_or_else(PoisonError::into_inner).clone();
        Some(Session::new(&config).map(Box::new))
    }

    /// The TCP address, with the port that was chosen.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        match &self.listener {
            Listener::Tcp(listener) => listener.local_addr().ok(),
            #[cfg(unix)]
            Listener::Unix { .. } => None,
        }
    }
}

impl Listener {
    /// A local socket at `path`, open to those that `mode` says. A file that a dead server has left is replaced; a
    /// socket that answers is not, and nothing else is ever removed.
    #[cfg(unix)]
    pub(crate) fn unix(path: &Path, mode: u32, backlog: i32) -> Result<Self, Error> {
        use socket2::{Domain, SockAddr, SockRef, Socket, Type};
        use std::os::unix::fs::{FileTypeExt, PermissionsExt};
        use std::os::unix::net::UnixStream;

        let failed = |source| Error::listen(&path.display(), source);
        if let Ok(found) = std::fs::symlink_metadata(path) {
            let refused =
                || UnixStream::connect(path).is_err_and(|e| e.kind() == io::ErrorKind::ConnectionRefused);
            if found.file_type().is_socket() && refused() {
                std::fs::remove_file(path).map_err(failed)?;
            }
        }
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None).map_err(failed)?;
        SockAddr::unix(path).and_then(|address| socket.bind(&address)).map_err(failed)?;
        let listener = Self::Unix { listener: socket.into(), path: Some(path.to_owned()) };
        // Nobody can connect before it listens, so nobody slips in before the mode is set.
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(failed)?;
        if let Self::Unix { listener, .. } = &listener {
            SockRef::from(listener).listen(backlog).map_err(failed)?;
        }
        Ok(listener)
    }

    /// Lets no new connection begin here, while those that have begun still arrive: for a socket that shares its port,
    /// whose end would cut them off. Whether the system can do so.
    pub(crate) fn turn_away(&self) -> bool {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if let Self::Tcp(listener) = self {
            // What is dropped are segments with SYN and without ACK: load byte 13 of the TCP header, keep these two
            // flags, and take nothing of the segment if only SYN is left. The client sends it again, to another socket.
            const DROP_SYN: [socket2::SockFilter; 5] = [
                socket2::SockFilter::new(0x30, 0, 0, 13),
                socket2::SockFilter::new(0x54, 0, 0, 0x12),
                socket2::SockFilter::new(0x15, 0, 1, 0x02),
                socket2::SockFilter::new(0x06, 0, 0, 0),
                socket2::SockFilter::new(0x06, 0, 0, u32::MAX),
            ];
            return socket2::SockRef::from(listener).attach_filter(&DROP_SYN).is_ok();
        }
        false
    }

    /// Never waits in accept, and hands its sockets what they need where the system passes it on.
    pub(crate) fn prepare(&self, timeouts: &Timeouts) -> io::Result<()> {
        match self {
            Self::Tcp(listener) => {
                listener.set_nonblocking(true)?;
                #[cfg(any(target_os = "linux", target_os = "android"))]
                {
                    use rustix::net::sockopt::{Timeout, set_socket_timeout, set_tcp_nodelay};
                    set_tcp_nodelay(listener, true)?;
                    let stall = effective(timeouts.stall);
                    set_socket_timeout(listener, Timeout::Recv, stall)?;
                    set_socket_timeout(listener, Timeout::Send, stall)?;
                }
                #[cfg(not(any(target_os = "linux", target_os = "android")))]
                let _ = timeouts;
                Ok(())
            }
            #[cfg(unix)]
            Self::Unix { listener, .. } => listener.set_nonblocking(true),
        }
    }

    /// The next connection, as it comes.
    fn accept(&self) -> io::Result<(Socket, Option<SocketAddr>)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept()?;
                #[cfg(not(any(target_os = "linux", target_os = "android")))]
                stream.set_nonblocking(false)?;
                Ok((Socket::Tcp(stream), Some(peer)))
            }
            #[cfg(unix)]
            Self::Unix { listener, .. } => {
                let (stream, _) = listener.accept()?;
                stream.set_nonblocking(false)?;
                Ok((Socket::Unix(stream), None))
            }
        }
    }
}

/// Whether a connection has been handed what it needs by its listener, and so will all that come behind it.
fn has_options(socket: &Socket, timeouts: &Timeouts) -> io::Result<bool> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Socket::Tcp(stream) = socket {
        let has_timeout = stream.write_timeout()?.is_some() || effective(timeouts.stall).is_none();
        return Ok(has_timeout && stream.nodelay()?);
    }
    let _ = (socket, timeouts);
    Ok(false)
}

/// Gives a connection what it needs.
fn set_options(socket: &Socket, timeouts: &Timeouts) -> io::Result<()> {
    if let Socket::Tcp(stream) = socket {
        stream.set_nodelay(true)?;
    }
    socket.set_timeouts(effective(timeouts.stall), effective(timeouts.stall))
}

/// A timeout as the system takes it: not zero, and none where it is for ever.
pub(crate) fn effective(timeout: std::time::Duration) -> Option<std::time::Duration> {
    use std::time::Duration;
    const FOR_EVER: Duration = Duration::from_secs(60 * 60 * 24 * 365);
    (timeout < FOR_EVER).then(|| timeout.max(Duration::from_millis(1)))
}

#[cfg(unix)]
impl Drop for Listener {
    fn drop(&mut self) {
        if let Self::Unix { path: Some(path), .. } = self {
            // Someone else may have removed it.
            drop(std::fs::remove_file(path));
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
