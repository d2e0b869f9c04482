//! How to listen somewhere, as one who runs a server says it. The sockets that come of it are in `listener.rs`.

use crate::error::Error;
use crate::listener::{Listener, Listening};
use crate::networks::Networks;
#[cfg(feature = "tls")]
use crate::tls::TlsConfig;
use socket2::{Domain, Protocol, Socket, Type};
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
#[cfg(unix)]
use std::path::{Path, PathBuf};

/// Connections that wait to be accepted; the system may allow fewer.
const BACKLOG: i32 = 1024;

/// One place to listen on, for [`ServerBuilder::listen`](crate::ServerBuilder::listen). What is not said has the usual
/// value.
///
/// ```
/// use http_server::{Listen, Networks, Request, Response, Server};
///
/// # fn main() -> Result<(), http_server::Error> {
/// let balancers = Networks::new(["127.0.0.1", "10.0.0.0/24"])?;
/// let server = Server::builder()
///     .listen(Listen::tcp("127.0.0.1:0")?.proxy_protocol(balancers))?
///     .serve(|request: &mut Request<'_>| Response::text(format!("{:?}\n", request.client_addr())))?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use]
pub struct Listen {
    place: Place,
    #[cfg(feature = "tls")]
    tls: Option<TlsConfig>,
    introducers: Option<Networks>,
    reuse_port: bool,
    only_v6: bool,
    backlog: i32,
}

#[derive(Debug)]
enum Place {
    Tcp {
        /// Of which the first that works is taken.
        addresses: Vec<SocketAddr>,
        /// As the caller has it.
        text: String,
    },
    #[cfg(unix)]
    Unix {
        path: PathBuf,
        mode: u32,
    },
    Open(Listener),
}

impl Listen {
    const fn new(place: Place) -> Self {
        Self {
            place,
            #[cfg(feature = "tls")]
            tls: None,
            introducers: None,
            reuse_port: false,
            only_v6: false,
            backlog: BACKLOG,
        }
    }

    /// On a TCP address, on the first that works where a name has several; port 0 takes a free one. `[::]` takes
    /// connections of IPv4 as well.
    ///
    /// # Errors
    /// [`Error::Listen`] where a name cannot be looked up.
    pub fn tcp(address: impl ToSocketAddrs + fmt::Debug) -> Result<Self, Error> {
        let text = format!("{address:?}").replace('"', "");
        let found = address.to_socket_addrs().map(Vec::from_iter).and_then(|addresses| {
            if addresses.is_empty() {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "it stands for no address"));
            }
            Ok(addresses)
        });
        let addresses = found.map_err(|source| Error::listen(&text, source))?;
        Ok(Self::new(Place::Tcp { addresses, text }))
    }

    /// On a local socket at `path`, as [`ServerBuilder::bind_unix`](crate::ServerBuilder::bind_unix) describes it.
    #[cfg(unix)]
    pub fn unix(path: impl AsRef<Path>, mode: u32) -> Self {
        Self::new(Place::Unix { path: path.as_ref().to_owned(), mode })
    }

    /// On a listener that the caller has made or inherited.
    pub const fn listener(listener: TcpListener) -> Self {
        Self::new(Place::Open(Listener::Tcp(listener)))
    }

    /// On a listening local socket that the caller has made or inherited. Its file is the caller's.
    #[cfg(unix)]
    pub const fn listener_unix(listener: std::os::unix::net::UnixListener) -> Self {
        Self::new(Place::Open(Listener::Unix { listener, path: None }))
    }

    /// Speaks TLS.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Has every connection introduced by the PROXY protocol, version 1 or 2, ahead of its own bytes, those of TLS
    /// included: the client named there is the [peer](crate::Request::peer_addr). Whoever is not among `proxies` is not
    /// served at all, nor is a connection without a header that is right and in time
    /// ([`Timeouts::head`](crate::Timeouts::head)).
    ///
    /// The two kinds of connections cannot be told apart safely, so this is for a place that only proxies use.
    pub fn proxy_protocol(mut self, proxies: Networks) -> Self {
        self.introducers = Some(proxies);
        self
    }

    /// Shares the port with other sockets of the same user that say so as well, so that one server can take over from
    /// another (`SO_REUSEPORT`). Linux and the BSDs; elsewhere [`listen`](crate::ServerBuilder::listen) fails with it.
    ///
    /// The system distributes new connections among all of them. [`ServerHandle::hand_over`] ends this side of it without
    /// a connection lost.
    ///
    /// [`ServerHandle::hand_over`]: crate::ServerHandle::hand_over
    #[doc(alias = "allow_reuse_port")]
    pub const fn reuse_port(mut self, reuse: bool) -> Self {
        self.reuse_port = reuse;
        self
    }

    /// Takes no connections of IPv4 on an address of IPv6.
    pub const fn only_v6(mut self, only: bool) -> Self {
        self.only_v6 = only;
        self
    }

    /// How many connections may wait to be accepted, 1024 by default. Python: `request_queue_size`.
    #[doc(alias = "request_queue_size")]
    pub const fn backlog(mut self, connections: u16) -> Self {
        self.backlog = connections as i32;
        self
    }

    /// Makes the socket.
    pub(crate) fn open(self) -> Result<Listening, Error> {
        let listener = match self.place {
            Place::Tcp { ref addresses, ref text } => {
                let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
                let bound = addresses.iter().find_map(|address| match self.bind(*address) {
                    Ok(listener) => Some(listener),
                    Err(error) => {
                        failure = error;
                        None
                    }
                });
                Listener::Tcp(bound.ok_or_else(|| Error::listen(text, failure))?)
            }
            #[cfg(unix)]
            Place::Unix { path, mode } => Listener::unix(&path, mode, self.backlog)?,
            Place::Open(listener) => listener,
        };
        let mut listening = Listening::new(listener);
        #[cfg(feature = "tls")]
        if let Some(tls) = self.tls {
            listening = listening.with_tls(tls);
        }
        listening.introducers = self.introducers;
        listening.shares_port = self.reuse_port;
        Ok(listening)
    }

    fn bind(&self, address: SocketAddr) -> io::Result<TcpListener> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        if address.is_ipv6() {
            socket.set_only_v6(self.only_v6)?;
        }
        // On Windows the option would let two servers share a port.
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        if self.reuse_port {
            #[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin"))))]
            socket.set_reuse_port(true)?;
            #[cfg(not(all(
                unix,
                not(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin"))
            )))]
            return Err(io::ErrorKind::Unsupported.into());
        }
        socket.bind(&address.into())?;
        socket.listen(self.backlog)?;
        Ok(socket.into())
    }
}
