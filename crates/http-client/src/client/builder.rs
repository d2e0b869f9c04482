//! The options of a client.

use crate::client::Client;
use crate::client::address_filter::AddressFilter;
use crate::client::cookies::CookieStore;
use crate::client::decode::{DecodeLimits, accepted};
use crate::client::error::{Error, ErrorKind};
use crate::client::events::{Observer, Observers};
use crate::client::middleware::Middleware;
use crate::client::netrc::Netrc;
use crate::client::pool::{Pool, PoolLimits};
use crate::client::proxies::Proxies;
use crate::client::redirect::Redirects;
use crate::client::request::{invalid, invalid_field};
use crate::client::retry::Retry;
use crate::client::shared::{Config, Schemes, Shared};
use crate::client::timeouts::Timeouts;
#[cfg(feature = "tracing")]
use crate::client::tracing::Tracing;
use crate::clock::{Clock, SystemClock};
use crate::connect::Connect;
use crate::connect::resolve::Resolve;
#[cfg(feature = "tls")]
use crate::tls::TlsConfig;
use http_proto::{Headers, Limits};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Content that `bytes` and `text` collect at most.
const CONTENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Builds a [`Client`].
///
/// ```
/// use http_client::client::{Client, Retry, Timeouts};
/// use std::time::Duration;
///
/// let client = Client::builder()
///     .default_header("Accept", "application/json")
///     .timeouts(Timeouts::DEFAULT.total(Some(Duration::from_secs(30))))
///     .retry(Retry::policy(2))
///     .https_only(true)
///     .build()?;
/// # Ok::<(), http_client::client::Error>(())
/// ```
#[must_use]
pub struct ClientBuilder {
    config: Config,
    middleware: Vec<Arc<dyn Middleware>>,
    pool: PoolLimits,
    problem: Option<Error>,
}

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        let mut headers = Headers::new();
        // Both are valid: a test would notice.
        let _ = headers.append("User-Agent", concat!("httpkit/", env!("CARGO_PKG_VERSION")));
        let _ = headers.append("Accept", "*/*");
        let config = Config {
            headers,
            usual_headers: Headers::new(),
            timeouts: Timeouts::DEFAULT,
            redirects: Redirects::default(),
            retry: Retry::default(),
            proxies: Proxies::none(),
            cookies: None,
            netrc: None,
            address_filter: None,
            schemes: Schemes::ALL,
            observers: Observers::default(),
            limits: Limits::CLIENT,
            informational_max: 32,
            continue_wait: Duration::from_secs(1),
            expect_above_bytes: None,
            decodes: true,
            decode_limits: DecodeLimits::default(),
            content_bytes_max: CONTENT_BYTES_MAX,
            wire_bytes_max: u64::MAX,
            resolver: None,
            connector: None,
            unix_socket: None,
            source_address: None,
            nodelay: true,
            keepalive: None,
            socket_hook: None,
            clock: Arc::new(SystemClock),
            #[cfg(feature = "tls")]
            tls: None,
            #[cfg(feature = "tls")]
            proxy_tls: None,
        };
        Self { config, middleware: Vec::new(), pool: PoolLimits::DEFAULT, problem: None }
    }

    /// Sets a field of every request that does not set it itself, by a field, credentials or content with a type of its
    /// own. `User-Agent` and `Accept: */*` are set already. What redirects take from a request they take from these too.
    pub fn default_header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        let name = name.as_ref();
        if let Err(error) = self.config.headers.set(name, value) {
            self.problem.get_or_insert_with(|| invalid_field(name, error));
        }
        self
    }

    /// Removes a field that would be set by default.
    pub fn without_default_header(mut self, name: impl AsRef<str>) -> Self {
        self.config.headers.remove(name);
        self
    }

    /// How long each whole call may take, up to the last byte of its content; the other limits stay as they are. None by
    /// default.
    pub const fn timeout(mut self, total: Duration) -> Self {
        self.config.timeouts.total = Some(total);
        self
    }

    /// How long each step of a call may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.config.timeouts = timeouts;
        self
    }

    /// How many connections are kept and opened.
    pub const fn pool(mut self, limits: PoolLimits) -> Self {
        self.pool = limits;
        self
    }

    /// Which redirects are followed.
    pub fn redirects(mut self, redirects: Redirects) -> Self {
        self.config.redirects = redirects;
        self
    }

    /// When a request is made again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.config.retry = retry;
        self
    }

    /// Which proxy each request goes through: none by default, also where the environment names one.
    pub fn proxies(mut self, proxies: Proxies) -> Self {
        self.config.proxies = proxies;
        self
    }

    /// Keeps cookies in this store.
    pub fn cookies(mut self, store: Arc<dyn CookieStore>) -> Self {
        self.config.cookies = Some(store);
        self
    }

    /// Takes user and password for hosts from these logins, where a call has no credentials of its own.
    pub fn netrc(mut self, netrc: Netrc) -> Self {
        self.config.netrc = Some(netrc);
        self
    }

    /// Connects only to addresses that this filter allows.
    pub fn address_filter(mut self, filter: AddressFilter) -> Self {
        self.config.address_filter = Some(filter);
        self
    }

    /// Whether `http` is refused, also in redirects.
    pub const fn https_only(mut self, https_only: bool) -> Self {
        self.config.schemes = Schemes { http: !https_only, https: true };
        self
    }

    /// The schemes that may be requested, also in redirects and by hooks: `http` and `https` unless told otherwise. Another
    /// one in a URL is an [`ErrorKind::InvalidUrl`], in a redirect an [`ErrorKind::RedirectRefused`]. A scheme that this client
    /// does not speak, or none at all, is refused by [`build`](Self::build).
    ///
    /// ```
    /// use http_client::client::{Client, ErrorKind};
    ///
    /// let client = Client::builder().schemes(["https"]).build()?;
    /// assert_eq!(client.get("http://example.org/").send().unwrap_err().kind(), ErrorKind::InvalidUrl);
    /// assert!(Client::builder().schemes(["gopher"]).build().is_err());
    /// # Ok::<(), http_client::client::Error>(())
    /// ```
    pub fn schemes<S: AsRef<str>>(mut self, schemes: impl IntoIterator<Item = S>) -> Self {
        let mut allowed = Schemes { http: false, https: false };
        for scheme in schemes {
            let scheme = scheme.as_ref();
            if scheme.eq_ignore_ascii_case("http") {
                allowed.http = true;
            } else if scheme.eq_ignore_ascii_case("https") {
                allowed.https = true;
            } else {
                let text = format!("scheme {scheme:?} is not spoken: only http and https are");
                self.problem.get_or_insert_with(|| Error::new(ErrorKind::InvalidConfiguration).because(text));
            }
        }
        self.config.schemes = allowed;
        self
    }

    /// Tells `observer` what happens, after those that were added before.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.config.observers.add(Arc::new(observer));
        self
    }

    /// Writes spans and events to the `tracing` crate: see [`Tracing`].
    #[cfg(feature = "tracing")]
    pub fn tracing(self) -> Self {
        self.observer(Tracing).middleware(Tracing)
    }

    /// Wraps all calls; the first one added is the outermost.
    pub fn middleware(mut self, middleware: impl Middleware + 'static) -> Self {
        self.middleware.push(Arc::new(middleware));
        self
    }

    /// Bounds on heads and framing. [`Limits::CLIENT`] by default.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.config.limits = limits;
        self
    }

    /// Interim answers (1xx) that are taken before a final one: 32 by default.
    pub const fn informational_max(mut self, count: u32) -> Self {
        self.config.informational_max = count;
        self
    }

    /// Asks before content of more than `bytes`, or of unknown length, is sent (`Expect: 100-continue`, RFC 9110
    /// §10.1.1), and waits for the answer no longer than `wait`. Off by default. Where the answer is 417, the request is
    /// made once more without asking, if its content can be sent again.
    pub const fn expect_continue_above(mut self, bytes: u64, wait: Duration) -> Self {
        self.config.expect_above_bytes = Some(bytes);
        self.config.continue_wait = wait;
        self
    }

    /// Whether codings are asked for and taken off. True by default, for those that this build knows.
    pub const fn decode(mut self, decode: bool) -> Self {
        self.config.decodes = decode;
        self
    }

    /// How many times its size content may grow when it is decoded, counted once a MiB has come out: 1100 by
    /// default, more than gzip can reach honestly.
    pub const fn decode_ratio_max(mut self, ratio: u32) -> Self {
        self.config.decode_limits.ratio_max = ratio;
        self
    }

    /// Decoded content that [`Response::bytes`](crate::client::Response::bytes), `text` and `json` collect at most: 64 MiB by
    /// default. Reading piece by piece has no limit but [`Response::limit`](crate::client::Response::limit).
    pub const fn content_bytes_max(mut self, bytes: u64) -> Self {
        self.config.content_bytes_max = bytes;
        self
    }

    /// Content of an answer that is taken over the wire, before it is decoded: more is an [`ErrorKind::TooLarge`], exactly
    /// as much is not. No limit by default, so that large files can be read piece by piece.
    pub const fn wire_bytes_max(mut self, bytes: u64) -> Self {
        self.config.wire_bytes_max = bytes;
        self
    }

    /// Looks names up by this resolver.
    pub fn resolver(mut self, resolver: impl Resolve + 'static) -> Self {
        self.config.resolver = Some(Arc::new(resolver));
        self
    }

    /// Opens transports by a function or type of one's own, such as
    /// [`ScriptedConnector`](crate::testing) in tests. Resolver, address filter, SOCKS and socket options do not apply
    /// then.
    pub fn connector(mut self, connector: impl Connect + 'static) -> Self {
        self.config.connector = Some(Arc::new(connector));
        self
    }

    /// Connects to a Unix socket instead of any host.
    #[cfg(unix)]
    pub fn unix_socket(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.config.unix_socket = Some(path.into());
        self
    }

    /// Connects from this address; port 0 takes any.
    pub const fn source_address(mut self, address: SocketAddr) -> Self {
        self.config.source_address = Some(address);
        self
    }

    /// Whether small writes are sent at once (`TCP_NODELAY`). True by default.
    pub const fn nodelay(mut self, nodelay: bool) -> Self {
        self.config.nodelay = nodelay;
        self
    }

    /// Probes peers after so much idle time (`SO_KEEPALIVE`). Off by default.
    pub const fn keepalive(mut self, idle: Duration) -> Self {
        self.config.keepalive = Some(idle);
        self
    }

    /// Calls `hook` with each socket before it is connected, for options that have no method here.
    pub fn socket_hook(
        mut self,
        hook: impl Fn(&socket2::Socket) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.config.socket_hook = Some(Arc::new(hook));
        self
    }

    /// How TLS is spoken with servers.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.config.tls = Some(tls);
        self
    }

    /// How TLS is spoken with proxies.
    #[cfg(feature = "tls")]
    pub fn proxy_tls(mut self, tls: TlsConfig) -> Self {
        self.config.proxy_tls = Some(tls);
        self
    }

    /// Measures time by this clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.config.clock = Arc::new(clock);
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] for a default field that cannot be sent, and
    /// [`ErrorKind::InvalidConfiguration`] where options contradict each other.
    pub fn build(mut self) -> Result<Client, Error> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        if self.config.connector.is_some() && self.config.address_filter.is_some() {
            let text = "an address filter has no say over a connector of one's own: let the connector filter";
            return Err(Error::new(ErrorKind::InvalidConfiguration).because(text));
        }
        if self.config.schemes == (Schemes { http: false, https: false }) {
            let text = "no scheme is allowed, so that nothing could be requested";
            return Err(Error::new(ErrorKind::InvalidConfiguration).because(text));
        }
        let mut usual = self.config.headers.clone();
        if !usual.contains("Accept-Encoding") {
            usual.append("Accept-Encoding", accepted(self.config.decodes)).map_err(invalid)?;
        }
        self.config.usual_headers = usual;
        let pool = Arc::new(Pool::new(self.pool));
        Ok(Client::of(Shared::new(self.config, pool), self.middleware))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("headers", &self.config.headers)
            .field("timeouts", &self.config.timeouts)
            .field("pool", &self.pool)
            .field("redirects", &self.config.redirects)
            .field("retry", &self.config.retry)
            .field("proxies", &self.config.proxies)
            .finish_non_exhaustive()
    }
}
