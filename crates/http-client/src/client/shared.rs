//! What all clones of a client have in common: settings, pool, watchers.

use crate::client::address_filter::AddressFilter;
use crate::client::cookies::CookieStore;
use crate::client::decode::DecodeLimits;
use crate::client::events::{Event, Observers};
use crate::client::held::Held;
use crate::client::netrc::Netrc;
use crate::client::pool::Pool;
use crate::client::proxies::{Proxies, Proxy};
use crate::client::redirect::Redirects;
use crate::client::retry::Retry;
use crate::client::shells::Shells;
use crate::client::timeouts::Timeouts;
use crate::clock::Clock;
use crate::connect::Connect;
use crate::connect::resolve::Resolve;
#[cfg(feature = "tls")]
use crate::tls::TlsConfig;
use crate::transport::Interrupt;
use http_proto::{Headers, Limits};
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
#[cfg(feature = "tls")]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// The settings of a client.
pub(crate) struct Config {
    pub(crate) headers: Headers,
    /// The same with `Accept-Encoding`: what goes out where the caller sets no field.
    pub(crate) usual_headers: Headers,
    pub(crate) timeouts: Timeouts,
    pub(crate) redirects: Redirects,
    pub(crate) retry: Retry,
    pub(crate) proxies: Proxies,
    pub(crate) cookies: Option<Arc<dyn CookieStore>>,
    pub(crate) netrc: Option<Netrc>,
    pub(crate) address_filter: Option<AddressFilter>,
    pub(crate) schemes: Schemes,
    pub(crate) observers: Observers,
    pub(crate) limits: Limits,
    pub(crate) informational_max: u32,
    pub(crate) continue_wait: Duration,
    pub(crate) expect_above_bytes: Option<u64>,
    pub(crate) decodes: bool,
    pub(crate) decode_limits: DecodeLimits,
    pub(crate) content_bytes_max: u64,
    pub(crate) wire_bytes_max: u64,
    /// The system's where there is none.
    pub(crate) resolver: Option<Arc<dyn Resolve>>,
    pub(crate) connector: Option<Arc<dyn Connect>>,
    pub(crate) unix_socket: Option<PathBuf>,
    pub(crate) source_address: Option<SocketAddr>,
    pub(crate) nodelay: bool,
    pub(crate) keepalive: Option<Duration>,
    pub(crate) socket_hook: Option<Arc<SocketHook>>,
    pub(crate) clock: Arc<dyn Clock>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<TlsConfig>,
    #[cfg(feature = "tls")]
    pub(crate) proxy_tls: Option<TlsConfig>,
}

impl Config {
    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Tells the observer, if there is one.
    pub(crate) fn observe<'e>(&self, event: impl FnOnce() -> Event<'e>) {
        self.observers.tell(event);
    }
}

/// The schemes that URLs may have, of those that can be spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Schemes {
    pub(crate) http: bool,
    pub(crate) https: bool,
}

impl Schemes {
    pub(crate) const ALL: Self = Self { http: true, https: true };

    pub(crate) fn allow(self, scheme: &str) -> bool {
        match scheme {
            "http" => self.http,
            "https" => self.https,
            _ => false,
        }
    }
}

/// Called with each socket before it is connected.
pub(crate) type SocketHook = dyn Fn(&socket2::Socket) -> io::Result<()> + Send + Sync;

/// A client's insides.
pub(crate) struct Shared {
    /// On its own, for connections to hold: what they hold must not hold the pool that holds them.
    pub(crate) config: Arc<Config>,
    pub(crate) pool: Arc<Pool<Key, Box<Held>>>,
    /// Connections without sockets, for new connections to the same places.
    pub(crate) shells: Shells<Key, Box<Held>>,
    /// Open connections, to be broken off by a shutdown.
    open: Mutex<Vec<Weak<dyn Interrupt>>>,
    is_shut: AtomicBool,
    #[cfg(feature = "tls")]
    default_tls: OnceLock<TlsConfig>,
}

impl Shared {
    pub(crate) fn new(config: Config, pool: Arc<Pool<Key, Box<Held>>>) -> Self {
        Self {
            config: Arc::new(config),
            pool,
            shells: Shells::new(),
            open: Mutex::new(Vec::new()),
            is_shut: AtomicBool::new(false),
            #[cfg(feature = "tls")]
            default_tls: OnceLock::new(),
        }
    }

    pub(crate) fn now(&self) -> Instant {
        self.config.now()
    }

    pub(crate) fn is_shut(&self) -> bool {
        self.is_shut.load(Ordering::Acquire)
    }

    /// Tells the observer, if there is one.
    pub(crate) fn observe<'e>(&self, event: impl FnOnce() -> Event<'e>) {
        self.config.observe(event);
    }

    /// Remembers an open connection.
    pub(crate) fn opened(&self, interrupt: &Arc<dyn Interrupt>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|other| other.strong_count() > 0);
        open.push(Arc::downgrade(interrupt));
        drop(open);
        if self.is_shut() {
            interrupt.interrupt();
        }
    }

    pub(crate) fn shut_down(&self) {
        self.is_shut.store(true, Ordering::Release);
        self.pool.shut();
        self.shells.clear();
        let open = std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner));
        for interrupt in open.iter().filter_map(Weak::upgrade) {
            interrupt.interrupt();
        }
    }

    #[cfg(feature = "tls")]
    pub(crate) fn tls(&self) -> TlsConfig {
        match &self.config.tls {
            Some(tls) => tls.clone(),
            None => self.default_tls.get_or_init(TlsConfig::default).clone(),
        }
    }

    #[cfg(feature = "tls")]
    pub(crate) fn proxy_tls(&self) -> TlsConfig {
        match &self.config.proxy_tls {
            Some(tls) => tls.clone(),
            None => self.default_tls.get_or_init(TlsConfig::default).clone(),
        }
    }
}

/// What connections must have in common to stand in for each other. Settings of the client are the same for all of its
/// connections.
#[derive(Clone, Debug)]
pub(crate) struct Key(Arc<KeyParts>);

#[derive(Debug)]
struct KeyParts {
    is_https: bool,
    host: String,
    port: u16,
    proxy: Option<Arc<Proxy>>,
    unix_socket: Option<PathBuf>,
    source_address: Option<SocketAddr>,
    #[cfg(feature = "tls")]
    tls: Option<TlsConfig>,
}

/// A key that borrows: looking one up allocates nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyRef<'a> {
    pub(crate) is_https: bool,
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) proxy: Option<&'a Arc<Proxy>>,
    pub(crate) unix_socket: Option<&'a Path>,
    /// Where a request has its own.
    pub(crate) source_address: Option<SocketAddr>,
    /// Where a request has its own.
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<&'a TlsConfig>,
}

impl KeyRef<'_> {
    pub(crate) fn to_key(self) -> Key {
        Key(Arc::new(KeyParts {
            is_https: self.is_https,
            host: self.host.to_owned(),
            port: self.port,
            proxy: self.proxy.cloned(),
            unix_socket: self.unix_socket.map(Path::to_owned),
            source_address: self.source_address,
            #[cfg(feature = "tls")]
            tls: self.tls.cloned(),
        }))
    }
}

impl Key {
    /// Whether connections go straight to their server, and remember no answer of a proxy.
    pub(crate) fn has_no_proxy(&self) -> bool {
        self.0.proxy.is_none()
    }
}

/// What both kinds of keys show.
pub(crate) trait KeyView {
    fn view(&self) -> KeyRef<'_>;
}

impl KeyView for Key {
    fn view(&self) -> KeyRef<'_> {
        let parts = &*self.0;
        KeyRef {
            is_https: parts.is_https,
            host: &parts.host,
            port: parts.port,
            proxy: parts.proxy.as_ref(),
            unix_socket: parts.unix_socket.as_deref(),
            source_address: parts.source_address,
            #[cfg(feature = "tls")]
            tls: parts.tls.as_ref(),
        }
    }
}

impl KeyView for KeyRef<'_> {
    fn view(&self) -> KeyRef<'_> {
        *self
    }
}

impl<'a> Borrow<dyn KeyView + 'a> for Key {
    fn borrow(&self) -> &(dyn KeyView + 'a) {
        self
    }
}

impl Hash for dyn KeyView + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Equal keys have equal hosts and ports; the rest rarely differs.
        let view = self.view();
        view.host.hash(state);
        view.port.hash(state);
        view.is_https.hash(state);
    }
}

impl PartialEq for dyn KeyView + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.view() == other.view()
    }
}

impl Eq for dyn KeyView + '_ {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let view: &dyn KeyView = self;
        view.hash(state);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.view() == other.view()
    }
}

impl Eq for Key {}
