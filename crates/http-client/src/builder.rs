//! The options of a connection, checked before anything is opened.

use crate::authority::Authority;
use crate::clock::Clock;
use crate::connect::resolve::{Resolve, SystemResolver};
use crate::connect::socks::SocksProxy;
use crate::connect::{Connect, SocketOptions, Source};
use crate::connection::HttpConnection;
use crate::error::{Error, ErrorKind, Phase};
use crate::observer::Observer;
use crate::options::Options;
use crate::timeouts::Timeouts;
#[cfg(feature = "tls")]
use crate::tls::TlsConfig;
use crate::transport::Transport;
use http_proto::{Leniency, Limits, ResponseHead, Version};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Builds an [`HttpConnection`]. Nothing is opened by building.
///
/// ```
/// use http_client::{HttpConnection, Timeouts};
/// use std::time::Duration;
///
/// let connection = HttpConnection::builder("[::1]:8080")
///     .timeouts(Timeouts::all(Duration::from_secs(5)))
///     .build()?;
/// assert_eq!(connection.authority().port(), 8080);
/// # Ok::<(), http_client::Error>(())
/// ```
#[must_use]
pub struct ConnectionBuilder {
    host: String,
    port: Option<u16>,
    options: Options,
    socket: SocketOptions,
    resolver: Option<Box<dyn Resolve>>,
    socks: Option<SocksProxy>,
    source: Option<Source>,
}

impl HttpConnection {
    /// A connection to `host`, `host:port`, `[IPv6]` or `[IPv6]:port`, port 80 by default. Nothing is opened yet.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidHost`] and [`ErrorKind::InvalidPort`].
    pub fn new(host: &str) -> Result<Self, Error> {
        ConnectionBuilder::new(host).build()
    }

    /// A connection with options.
    pub fn builder(host: &str) -> ConnectionBuilder {
        ConnectionBuilder::new(host)
    }

    /// A connection over a transport that is open already, without timeouts. `host` is what requests call it.
    /// Once closed it stays closed.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidHost`] and [`ErrorKind::InvalidPort`].
    pub fn from_transport(transport: impl Transport + 'static, host: &str) -> Result<Self, Error> {
        ConnectionBuilder::new(host).transport(transport).timeouts(Timeouts::NONE).build()
    }
}

impl ConnectionBuilder {
    pub(crate) fn new(host: &str) -> Self {
        Self {
            host: host.to_owned(),
            port: None,
            options: Options::default(),
            socket: SocketOptions::default(),
            resolver: None,
            socks: None,
            source: None,
        }
    }

    /// The port, where the host has none. By default 80, with TLS 443.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// How long each step may take.
    #[doc(alias = "timeout")]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.options.timeouts = timeouts;
        self
    }

    /// Speaks TLS.
    #[cfg(feature = "tls")]
    #[doc(alias = "context")]
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.options.tls = Some(tls);
        self
    }

    /// Speaks TLS with the proxy of a [tunnel](HttpConnection::set_tunnel), below whatever is spoken inside.
    #[cfg(feature = "tls")]
    pub fn proxy_tls(mut self, tls: TlsConfig) -> Self {
        self.options.proxy_tls = Some(tls);
        self
    }

    /// Connects from this address; port 0 takes any.
    pub fn source_address(mut self, address: SocketAddr) -> Self {
        self.socket.source_address = Some(address);
        self
    }

    /// Connects to a Unix socket; the host is only named in requests.
    #[cfg(unix)]
    pub fn unix_socket(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.source = Some(Source::Unix(path.into()));
        self
    }

    /// Opens transports by a function or type of one's own.
    pub fn connector(mut self, connector: impl Connect + 'static) -> Self {
        self.source = Some(Source::Custom(Box::new(connector)));
        self
    }

    /// Uses this transport, which is open already, and cannot open another one.
    ///
    /// Set [`timeouts`](Self::timeouts) to [`Timeouts::NONE`] behind this if the transport has none.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.source = Some(Source::Once(Some(Box::new(transport))));
        self
    }

    /// Connects through a SOCKS proxy.
    pub fn socks(mut self, proxy: SocksProxy) -> Self {
        self.socks = Some(proxy);
        self
    }

    /// Looks names up by this resolver.
    pub fn resolver(mut self, resolver: impl Resolve + 'static) -> Self {
        self.resolver = Some(Box::new(resolver));
        self
    }

    /// Whether small writes are sent at once (`TCP_NODELAY`). True by default, as in Python. The option is set before the
    /// first write that could be held back without it, with a [hook](Self::socket_hook) before that.
    pub fn nodelay(mut self, nodelay: bool) -> Self {
        self.socket.nodelay = nodelay;
        self
    }

    /// Probes the peer after so much idle time (`SO_KEEPALIVE`, `TCP_KEEPIDLE`). Off by default.
    pub fn keepalive(mut self, idle: Duration) -> Self {
        self.socket.keepalive = Some(idle);
        self
    }

    /// Calls `hook` with each socket before it is connected, for options that have no method here.
    pub fn socket_hook(
        mut self,
        hook: impl Fn(&socket2::Socket) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.socket.hook = Some(Box::new(hook));
        self
    }

    /// Bounds on answers. [`Limits::CLIENT`] by default. Python: `max_response_headers`.
    #[doc(alias = "max_response_headers")]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.options.limits = limits;
        self
    }

    /// How strictly heads are read. [`Leniency::Recipient`] by default.
    pub fn leniency(mut self, leniency: Leniency) -> Self {
        self.options.leniency = leniency;
        self
    }

    /// Bytes that are read at once from the reader of a body, and the size of its chunks: 64 KiB by default, at
    /// least 512.
    #[doc(alias = "blocksize")]
    pub fn block_bytes(mut self, bytes: usize) -> Self {
        self.options.block_bytes = bytes.max(512);
        self
    }

    /// Whether a request on a closed connection opens it. True by default, as in Python.
    pub fn auto_open(mut self, auto_open: bool) -> Self {
        self.options.auto_open = auto_open;
        self
    }

    /// The version of requests: 1.1, or 1.0, in which nothing is sent in chunks.
    #[doc(alias = "_http_vsn")]
    pub fn version(mut self, version: Version) -> Self {
        self.options.version = version;
        self
    }

    /// Takes an answer that does not begin with `HTTP/` for the content of an HTTP/0.9 answer. Off by default.
    pub fn accept_http09(mut self, accept: bool) -> Self {
        self.options.accept_http09 = accept;
        self
    }

    /// Interim answers (1xx) that are taken before a final one: 32 by default.
    pub fn informational_max(mut self, count: u32) -> Self {
        self.options.informational_max = count;
        self
    }

    /// Calls `hook` with each interim answer: 100, 102, 103 Early Hints (RFC 9110 §15.2, RFC 8297).
    pub fn on_informational(mut self, hook: impl FnMut(&ResponseHead) + Send + 'static) -> Self {
        self.options.on_informational = Some(Box::new(hook));
        self
    }

    /// Calls `hook` when the first byte of an answer has come, whatever it is the first byte of.
    #[cfg(feature = "client")]
    pub(crate) fn on_first_byte(mut self, hook: impl FnMut() + Send + 'static) -> Self {
        self.options.on_first_byte = Some(Box::new(hook));
        self
    }

    /// How long content waits for `100 Continue` when a request has `Expect: 100-continue`: 1 s by default
    /// (RFC 9110 §10.1.1).
    pub fn continue_wait(mut self, wait: Duration) -> Self {
        self.options.continue_wait = wait;
        self
    }

    /// Tells `observer` what happens. Python: `set_debuglevel`.
    #[doc(alias = "set_debuglevel")]
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.options.observer = Some(Box::new(observer));
        self
    }

    /// Measures time by this clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.options.clock = Arc::new(clock);
        self
    }

    /// The connection, not opened yet.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidHost`], [`ErrorKind::InvalidPort`], and [`ErrorKind::Unsupported`] where options
    /// contradict each other.
    pub fn build(self) -> Result<HttpConnection, Error> {
        let refused = |kind| Error::new(kind, Phase::Prepare);
        let authority = match self.port {
            Some(port) => Authority::new(&self.host, port),
            None => Authority::parse(&self.host, self.options.default_port()),
        }
        .map_err(refused)?;
        if !matches!(self.options.version, Version::HTTP_10 | Version::HTTP_11) {
            return Err(refused(ErrorKind::Unsupported { what: "only HTTP/1.0 and HTTP/1.1 are spoken" }));
        }
        let source = match self.source {
            Some(_) if self.socks.is_some() => {
                let what = "a SOCKS proxy with a transport of one's own; let the connector speak SOCKS";
                return Err(refused(ErrorKind::Unsupported { what }));
            }
            Some(_) if self.resolver.is_some() => {
                let what = "a resolver with a transport of one's own; let the connector resolve";
                return Err(refused(ErrorKind::Unsupported { what }));
            }
            Some(source) => source,
            None => Source::Tcp {
                resolver: self.resolver.unwrap_or_else(|| Box::new(SystemResolver)),
                options: self.socket,
                socks: self.socks,
            },
        };
        Ok(HttpConnection::assemble(authority, self.options, source))
    }
}

impl fmt::Debug for ConnectionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionBuilder")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("timeouts", &self.options.timeouts)
            .field("tls", &self.options.is_tls())
            .field("socks", &self.socks)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
