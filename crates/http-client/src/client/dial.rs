//! Connections for the pool: made by level 1 with the client's options, to where a URL and its proxy lead.

use crate::authority::Authority;
use crate::bell::Bell;
use crate::builder::ConnectionBuilder;
use crate::cancel::CancelToken;
use crate::client::Url;
use crate::client::address_filter::{AddressFilter, AddressRefused};
use crate::client::error::{Error, ErrorKind};
use crate::client::events::Event;
use crate::client::held::{Held, Notes};
use crate::client::proxies::{Proxy, ProxyKind};
use crate::client::request::InformationalHook;
use crate::client::shared::{Config, Shared};
use crate::clock::Clock;
use crate::connect::resolve::{Resolve, SystemResolver};
use crate::connect::socks::SocksProxy;
use crate::connection::HttpConnection;
use crate::error::Phase;
use crate::observer::Event as WireEvent;
#[cfg(feature = "tls")]
use crate::tls::TlsConfig;
use crate::transport::{Interrupt, Transport};
use http_proto::{Headers, ResponseHead};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use url::Host;

/// Where to connect to.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) url: &'a Url,
    pub(crate) proxy: Option<&'a Arc<Proxy>>,
    pub(crate) unix_socket: Option<&'a Path>,
    pub(crate) source_address: Option<SocketAddr>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<&'a TlsConfig>,
}

impl Target<'_> {
    fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// `host:port`, an IPv6 address in brackets.
    fn host_and_port(&self) -> String {
        format!("{}:{}", self.url.host_str().unwrap_or_default(), self.port())
    }
}

/// A connection to `target`, not opened yet: what is left of an earlier one, or a new one.
pub(crate) fn prepare(
    shared: &Arc<Shared>,
    target: &Target<'_>,
    resolve_timeout: Option<Duration>,
    shell: Option<Box<Held>>,
) -> Result<Box<Held>, Error> {
    check_literal(shared, target)?;
    if let Some(held) = shell {
        held.notes.begin(resolve_timeout);
        return Ok(held);
    }
    let config = &shared.config;
    let informational: Arc<Mutex<Option<Box<InformationalHook>>>> = Arc::default();
    let notes = Arc::new(Notes::new(resolve_timeout));
    let http_proxy = target.proxy.filter(|proxy| proxy.takes_whole_urls());
    let host = match http_proxy {
        Some(proxy) => bracketed(proxy.host()),
        None => target.url.host_str().unwrap_or_default().to_owned(),
    };
    let port = http_proxy.map_or_else(|| target.port(), |proxy| proxy.port());
    let mut builder = HttpConnection::builder(&host)
        .port(port)
        .auto_open(false)
        .nodelay(config.nodelay)
        .limits(config.limits)
        .informational_max(config.informational_max)
        .continue_wait(config.continue_wait)
        .clock(Arc::clone(&config.clock));
    builder = with_hooks(builder, shared, &informational, &notes);
    builder = with_wire_observer(builder, config);
    builder = with_source(builder, shared, target, &notes)?;
    builder = with_tls(builder, shared, target, http_proxy)?;
    let mut connection = builder.build().map_err(Error::of_wire)?;
    let mut relay = None;
    if let Some(proxy) = http_proxy {
        let headers = proxy_fields(proxy)?;
        if target.is_https() {
            connection.set_tunnel(&target.host_and_port(), &headers).map_err(Error::of_wire)?;
        } else {
            relay = Some(Box::new(headers));
        }
    }
    Ok(Box::new(Held {
        connection: Some(Box::new(connection)),
        info: Arc::default(),
        interrupt: None,
        informational,
        notes,
        fields: Headers::new(),
        relay,
        observers: config.observers.clone(),
    }))
}

/// What a proxy is told in a CONNECT or with a whole URL.
fn proxy_fields(proxy: &Proxy) -> Result<Headers, Error> {
    let mut headers = proxy.headers().clone();
    if let Some(basic) = proxy.basic()
        && !headers.contains("Proxy-Authorization")
    {
        let failed = |error| Error::new(ErrorKind::Auth).because(error);
        let value = basic.field_value().map_err(failed)?;
        headers.append("Proxy-Authorization", value).map_err(crate::client::request::invalid)?;
    }
    Ok(headers)
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

fn with_hooks(
    mut builder: ConnectionBuilder,
    shared: &Arc<Shared>,
    informational: &Arc<Mutex<Option<Box<InformationalHook>>>>,
    notes: &Arc<Notes>,
) -> ConnectionBuilder {
    if !shared.config.observers.is_empty() {
        let (config, notes) = (Arc::clone(&shared.config), Arc::clone(notes));
        builder = builder.on_first_byte(move || {
            config.observe(|| Event::FirstByte { took: notes.since_sent(config.now()) });
        });
    }
    let hook = Arc::clone(informational);
    let config = Arc::clone(&shared.config);
    builder.on_informational(move |head: &ResponseHead| {
        config.observe(|| Event::Informational { head });
        if let Some(hook) = hook.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            hook(head);
        }
    })
}

fn with_wire_observer(builder: ConnectionBuilder, config: &Config) -> ConnectionBuilder {
    match config.observers.of_wire() {
        None => builder,
        Some(observers) => {
            builder.observer(move |event: &WireEvent<'_>| observers.tell(|| Event::Wire { event }))
        }
    }
}

fn with_source(
    builder: ConnectionBuilder,
    shared: &Arc<Shared>,
    target: &Target<'_>,
    notes: &Arc<Notes>,
) -> Result<ConnectionBuilder, Error> {
    let config = &shared.config;
    let socks_proxy = target.proxy.filter(|proxy| !proxy.takes_whole_urls());
    if let Some(connector) = &config.connector {
        if socks_proxy.is_some() {
            let text = "a SOCKS proxy with a connector of one's own: let the connector speak SOCKS";
            return Err(Error::new(ErrorKind::InvalidConfiguration).because(text));
        }
        let connector = Arc::clone(connector);
        return Ok(builder.connector(
            move |to: &Authority, timeout: Option<Duration>| -> io::Result<Box<dyn Transport>> {
                connector.connect(to, timeout)
            },
        ));
    }
    #[cfg(unix)]
    if let Some(path) = target.unix_socket {
        return Ok(builder.unix_socket(path));
    }
    let mut builder = builder.resolver(WatchedResolver {
        config: Arc::clone(config),
        exempt: target.proxy.map(|proxy| (proxy.host().to_owned(), proxy.port())),
        notes: Arc::clone(notes),
    });
    if let Some(address) = target.source_address.or(config.source_address) {
        builder = builder.source_address(address);
    }
    if let Some(idle) = config.keepalive {
        builder = builder.keepalive(idle);
    }
    if let Some(hook) = &config.socket_hook {
        let hook = Arc::clone(hook);
        builder = builder.socket_hook(move |socket| hook(socket));
    }
    match socks_proxy {
        Some(proxy) => Ok(builder.socks(socks(proxy)?)),
        None => Ok(builder),
    }
}

fn socks(proxy: &Proxy) -> Result<SocksProxy, Error> {
    let at = format!("{}:{}", bracketed(proxy.host()), proxy.port());
    let mut socks = match proxy.kind() {
        ProxyKind::Socks4 | ProxyKind::Socks4a => SocksProxy::v4a(&at),
        _ => SocksProxy::v5(&at),
    }
    .map_err(Error::of_wire)?;
    if matches!(proxy.kind(), ProxyKind::Socks4 | ProxyKind::Socks5) {
        socks = socks.resolve_locally();
    }
    if let Some(basic) = proxy.basic() {
        socks = socks.credentials(basic.user(), basic.password()).map_err(Error::of_wire)?;
    }
    Ok(socks)
}

#[cfg(feature = "tls")]
fn with_tls(
    builder: ConnectionBuilder,
    shared: &Shared,
    target: &Target<'_>,
    http_proxy: Option<&Arc<Proxy>>,
) -> Result<ConnectionBuilder, Error> {
    let is_tls_proxy = http_proxy.is_some_and(|proxy| proxy.kind() == ProxyKind::Https);
    let tls = || target.tls.cloned().unwrap_or_else(|| shared.tls());
    Ok(match (target.is_https(), is_tls_proxy) {
        (true, true) => builder.tls(tls()).proxy_tls(shared.proxy_tls()),
        (true, false) => builder.tls(tls()),
        (false, true) => builder.tls(shared.proxy_tls()),
        (false, false) => builder,
    })
}

#[cfg(not(feature = "tls"))]
fn with_tls(
    builder: ConnectionBuilder,
    _: &Shared,
    target: &Target<'_>,
    http_proxy: Option<&Arc<Proxy>>,
) -> Result<ConnectionBuilder, Error> {
    if target.is_https() || http_proxy.is_some_and(|proxy| proxy.kind() == ProxyKind::Https) {
        let text = "https needs the feature `tls` of http-client";
        return Err(Error::new(ErrorKind::InvalidConfiguration).because(text));
    }
    Ok(builder)
}

/// An address that stands in the URL is never looked up, so that it is checked here.
fn check_literal(shared: &Shared, target: &Target<'_>) -> Result<(), Error> {
    let Some(filter) = &shared.config.address_filter else { return Ok(()) };
    if target.unix_socket.is_some() {
        return Ok(());
    }
    let ip = match target.url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        _ => return Ok(()),
    };
    if filter.allows(SocketAddr::new(ip, target.port())) {
        return Ok(());
    }
    let refused = AddressRefused { addresses: 1 };
    Err(Error::new(ErrorKind::AddressRefused).in_phase(Phase::Resolve).because(refused))
}

/// The client's resolver, measured and filtered.
struct WatchedResolver {
    config: Arc<Config>,
    /// The proxy's name and port, which the caller has given.
    exempt: Option<(String, u16)>,
    notes: Arc<Notes>,
}

impl WatchedResolver {
    /// Looks up by `ask`, within the shorter of two limits; the answer measured, told and filtered.
    fn watched(
        &self,
        (host, port): (&str, u16),
        timeout: Option<Duration>,
        ask: impl FnOnce(Option<Duration>) -> io::Result<Vec<SocketAddr>>,
    ) -> io::Result<Vec<SocketAddr>> {
        let timeout = match (timeout, self.notes.limit()) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        let begun = self.config.now();
        let found = ask(timeout);
        let took = self.config.now().saturating_duration_since(begun);
        self.notes.add_took(took);
        let addresses = found?;
        self.config.observe(|| Event::Resolved { host, addresses: &addresses, took });
        match &self.config.address_filter {
            Some(filter) if !self.is_proxy(host, port) => filtered(filter, addresses),
            _ => Ok(addresses),
        }
    }
}

impl WatchedResolver {
    fn is_proxy(&self, host: &str, port: u16) -> bool {
        self.exempt.as_ref().is_some_and(|(name, at)| name == host && *at == port)
    }
}

impl Resolve for WatchedResolver {
    fn resolve(&self, host: &str, port: u16, timeout: Option<Duration>) -> io::Result<Vec<SocketAddr>> {
        self.watched((host, port), timeout, |timeout| match &self.config.resolver {
            Some(own) => own.resolve(host, port, timeout),
            None => SystemResolver.resolve(host, port, timeout),
        })
    }

    fn resolve_unless(
        &self,
        host: &str,
        port: u16,
        timeout: Option<Duration>,
        token: &CancelToken,
    ) -> io::Result<Vec<SocketAddr>> {
        self.watched((host, port), timeout, |timeout| match &self.config.resolver {
            Some(own) => elsewhere(own, &*self.config.clock, host, port, timeout, token),
            None => SystemResolver.resolve_unless(host, port, timeout, token),
        })
    }
}

/// Asks a resolver that may know nothing of tokens, on a thread that is left alone where the token says so: it ends
/// when the resolver does.
fn elsewhere(
    resolver: &Arc<dyn Resolve>,
    clock: &dyn Clock,
    host: &str,
    port: u16,
    timeout: Option<Duration>,
    token: &CancelToken,
) -> io::Result<Vec<SocketAddr>> {
    let bell = Arc::new(Bell::new());
    let found = Arc::new(Mutex::new(None));
    let (ring, keep) = (Arc::clone(&bell), Arc::clone(&found));
    let (resolver, host, own) = (Arc::clone(resolver), host.to_owned(), token.clone());
    let ask = move || {
        let answer = resolver.resolve_unless(&host, port, timeout, &own);
        *keep.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
        ring.ring();
    };
    std::thread::Builder::new().name("http-client-resolve".into()).spawn(ask)?;
    let watch = token.watch(Arc::clone(&bell) as Arc<dyn Interrupt>);
    let is_rung = clock.wait(&bell, timeout);
    drop(watch);
    let answer = found.lock().unwrap_or_else(PoisonError::into_inner).take();
    answer.unwrap_or_else(|| {
        Err(if is_rung { io::ErrorKind::ConnectionAborted.into() } else { io::ErrorKind::TimedOut.into() })
    })
}

fn filtered(filter: &AddressFilter, addresses: Vec<SocketAddr>) -> io::Result<Vec<SocketAddr>> {
    let count = addresses.len();
    let allowed: Vec<_> = addresses.into_iter().filter(|address| filter.allows(*address)).collect();
    if allowed.is_empty() && count > 0 {
        let refused = AddressRefused { addresses: count };
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, refused));
    }
    Ok(allowed)
}
