//! What a connection runs over: anything that reads and writes. It knows bytes and waiting, not HTTP.

use std::fmt;
use std::io::{self, IoSlice, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

/// Reading, writing and breaking off, for a transport whose `stream` is a shared socket.
macro_rules! over_a_socket {
    ($transport:ident, $socket:ident) => {
        impl Read for $transport {
            fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
                (&*self.stream).read(buf)
            }

            fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
                (&*self.stream).read_vectored(bufs)
            }
        }

        impl Write for $transport {
            fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
                self.before_write(buf.len())?;
                (&*self.stream).write(buf)
            }

            fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
                self.before_write(bufs.iter().map(|slice| slice.len()).sum())?;
                (&*self.stream).write_vectored(bufs)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        impl Interrupt for $socket {
            fn interrupt(&self) {
                // A stream that is closed already needs no more.
                let _ = self.shutdown(Shutdown::Both);
            }
        }
    };
}
use over_a_socket;

pub(crate) mod tcp;
#[cfg(feature = "tls")]
pub(crate) mod tls;
#[cfg(unix)]
pub(crate) mod unix;

/// A two-way byte stream that a connection can run over.
///
/// Every method but reading and writing has a default, so that `impl Transport for MyStream {}` is enough where no
/// timeouts are wanted:
///
/// ```
/// use http_client::{HttpConnection, Transport};
/// use std::io::{Cursor, Read, Write, empty};
///
/// struct Canned(Cursor<&'static [u8]>);
/// impl Read for Canned {
///     fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> { self.0.read(buf) }
/// }
/// impl Write for Canned {
///     fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> { Ok(buf.len()) }
///     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
/// }
/// impl Transport for Canned {}
///
/// let canned = Canned(Cursor::new(b"HTTP/1.1 204 No Content\r\n\r\n"));
/// let mut connection = HttpConnection::from_transport(canned, "example.org")?;
/// connection.request("GET", "/", (), &Default::default())?;
/// assert_eq!(connection.get_response()?.status(), 204);
/// # Ok::<(), http_client::Error>(())
/// ```
pub trait Transport: Read + Write + Send {
    /// How long one read may wait in all from now on, however often it asks a transport below: afterwards it fails with
    /// [`io::ErrorKind::WouldBlock`] or [`io::ErrorKind::TimedOut`]. `None` waits for ever. Never called with zero.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] by default, unless it is `None`.
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        without_timeouts(timeout)
    }

    /// How long each write may wait from now on, as [`set_read_timeout`](Self::set_read_timeout) says it of reads. Over
    /// a transport below, it is each write to that one which has this time.
    ///
    /// # Errors
    /// As [`set_read_timeout`](Self::set_read_timeout).
    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        without_timeouts(timeout)
    }

    /// Looks, without waiting, whether there is something to read. It decides whether an idle connection is still
    /// good, and whether the peer answers while a request is still being sent. By default it sees nothing.
    ///
    /// # Errors
    /// Those of the system; they count as [`Incoming::End`].
    fn incoming(&mut self) -> io::Result<Incoming> {
        Ok(Incoming::Nothing)
    }

    /// Writes some of `data` as [`Write::write_vectored`] does, but answers `None` where it would have to wait
    /// and something to read has come.
    ///
    /// # Errors
    /// Those of writing.
    fn write_unless_incoming(&mut self, data: &[IoSlice<'_>]) -> io::Result<Option<usize>> {
        if self.incoming()? == Incoming::Nothing { self.write_vectored(data).map(Some) } else { Ok(None) }
    }

    /// Whether it still has some of what it has taken, as TLS has ciphertext that a transport below did not take at once.
    /// Then [`flush_unless_incoming`](Self::flush_unless_incoming) is called until it has not. By default everything
    /// that was taken is on its way.
    fn holds_unsent(&self) -> bool {
        false
    }

    /// Sends some of what it still has, with one wait at most, but answers false where it would have to wait and something
    /// to read has come.
    ///
    /// # Errors
    /// Those of writing.
    fn flush_unless_incoming(&mut self) -> io::Result<bool> {
        if self.incoming()? == Incoming::Nothing { self.flush().map(|()| true) } else { Ok(false) }
    }

    /// Says that no more will be written: TCP's half-close, TLS's close_notify. Called before a connection that
    /// speaks HTTP no longer is dropped; failures are of no interest.
    ///
    /// # Errors
    /// Those of the system.
    fn close_write(&mut self) -> io::Result<()> {
        self.flush()
    }

    /// A second handle on the same stream, so that one thread can read while another writes.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] by default; TLS cannot.
    fn try_clone(&self) -> io::Result<Box<dyn Transport>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this transport cannot be cloned"))
    }

    /// A handle by which another thread can break the stream off while this one waits on it. By default there is none.
    fn interrupt_handle(&self) -> Option<Arc<dyn Interrupt>> {
        None
    }

    /// The address of the other side; part of [`info`](Self::info), and cheaper.
    fn peer_addr(&self) -> Option<SocketAddr> {
        self.info().peer_addr
    }

    /// What is known of the connection.
    fn info(&self) -> ConnectionInfo {
        ConnectionInfo::default()
    }
}

/// Breaks a stream off from another thread: see [`Transport::interrupt_handle`].
pub trait Interrupt: Send + Sync {
    /// Ends both directions; reads and writes under way fail or see the end.
    fn interrupt(&self);
}

fn without_timeouts(timeout: Option<Duration>) -> io::Result<()> {
    match timeout {
        None => Ok(()),
        Some(_) => Err(io::Error::new(io::ErrorKind::Unsupported, "this transport has no timeouts")),
    }
}

impl Transport for Box<dyn Transport> {
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        (**self).set_read_timeout(timeout)
    }

    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        (**self).set_write_timeout(timeout)
    }

    fn incoming(&mut self) -> io::Result<Incoming> {
        (**self).incoming()
    }

    fn write_unless_incoming(&mut self, data: &[IoSlice<'_>]) -> io::Result<Option<usize>> {
        (**self).write_unless_incoming(data)
    }

    fn holds_unsent(&self) -> bool {
        (**self).holds_unsent()
    }

    fn flush_unless_incoming(&mut self) -> io::Result<bool> {
        (**self).flush_unless_incoming()
    }

    fn close_write(&mut self) -> io::Result<()> {
        (**self).close_write()
    }

    fn try_clone(&self) -> io::Result<Box<dyn Transport>> {
        (**self).try_clone()
    }

    fn interrupt_handle(&self) -> Option<Arc<dyn Interrupt>> {
        (**self).interrupt_handle()
    }

    fn peer_addr(&self) -> Option<SocketAddr> {
        (**self).peer_addr()
    }

    fn info(&self) -> ConnectionInfo {
        (**self).info()
    }
}

/// What [`Transport::incoming`] sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "nothing, bytes or the end")]
pub enum Incoming {
    /// Nothing yet.
    Nothing,
    /// At least one byte.
    Bytes,
    /// The end of the stream, or its failure.
    End,
}

/// What is known of an open connection.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ConnectionInfo {
    /// The address that was connected to: of several, the one that won. That of the proxy, where there is one.
    pub peer_addr: Option<SocketAddr>,
    /// Addresses that were tried before or beside the winner, with what became of them (RFC 8305).
    pub failed_attempts: Vec<FailedAttempt>,
    /// The path of a Unix socket.
    pub unix_path: Option<std::path::PathBuf>,
    /// What TLS has negotiated.
    pub tls: Option<TlsInfo>,
    local: LocalAddr,
}

impl ConnectionInfo {
    /// Information on a connection to `peer_addr`.
    #[must_use]
    pub fn to_addr(peer_addr: SocketAddr) -> Self {
        Self { peer_addr: Some(peer_addr), ..Self::default() }
    }

    /// The same with the address of this side.
    #[must_use]
    pub fn with_local_addr(self, local_addr: SocketAddr) -> Self {
        Self { local: LocalAddr { known: OnceLock::from(local_addr), ..LocalAddr::default() }, ..self }
    }

    /// The address of this side. A socket is asked for it when somebody wants to know, and the answer is kept: `None`
    /// where that was never done while the connection was open.
    #[must_use]
    #[doc(alias = "getsockname")]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.local.get()
    }
}

/// The address of this side of a connection, of which few want to know: it costs a system call.
#[derive(Clone, Default)]
struct LocalAddr {
    /// Whoever knows of a connection does not keep it open.
    socket: Weak<TcpStream>,
    known: OnceLock<SocketAddr>,
}

impl LocalAddr {
    fn of(socket: &Arc<TcpStream>) -> Self {
        Self { socket: Arc::downgrade(socket), known: OnceLock::new() }
    }

    fn get(&self) -> Option<SocketAddr> {
        self.known.get().copied().or_else(|| {
            let found = self.socket.upgrade()?.local_addr().ok()?;
            Some(*self.known.get_or_init(|| found))
        })
    }
}

impl fmt::Debug for LocalAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// An address to which no connection came about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedAttempt {
    /// The address.
    pub addr: SocketAddr,
    /// The system's reason; [`io::ErrorKind::TimedOut`] where another address was faster.
    pub reason: io::ErrorKind,
}

/// What a TLS session has negotiated.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct TlsInfo {
    /// `TLSv1.3` or `TLSv1.2`.
    pub version: &'static str,
    /// The cipher suite by its registered name, as `TLS13_AES_256_GCM_SHA384`.
    pub cipher_suite: &'static str,
    /// The protocol chosen by ALPN.
    pub alpn: Option<Vec<u8>>,
    /// The peer's certificates in DER, its own first.
    pub certificates_der: Vec<Vec<u8>>,
}

impl fmt::Debug for TlsInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsInfo")
            .field("version", &self.version)
            .field("cipher_suite", &self.cipher_suite)
            .field("alpn", &self.alpn.as_ref().map(|alpn| alpn.escape_ascii().to_string()))
            .field("certificates", &self.certificates_der.len())
            .finish()
    }
}
