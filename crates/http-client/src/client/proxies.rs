//! Through which proxy a request goes: given ones, or those of the environment. Who speaks with it is level 1.

use crate::client::auth::Basic;
use crate::client::no_proxy::NoProxy;
use http_proto::{Headers, InvalidInput};
use std::fmt;
use std::sync::Arc;
use url::{Host, Url};

/// A proxy: where it is, how it is spoken with, and as whom.
#[derive(Clone)]
pub struct Proxy {
    kind: ProxyKind,
    /// Without brackets.
    host: String,
    port: u16,
    credentials: Option<Basic>,
    headers: Headers,
    /// The environment variable that names it.
    variable: Option<&'static str>,
}

/// Where it comes from makes no difference.
impl PartialEq for Proxy {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.port == other.port
            && self.host == other.host
            && self.credentials == other.credentials
            && self.headers == other.headers
    }
}

impl Eq for Proxy {}

/// `scheme://host:port`, without credentials.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.kind {
            ProxyKind::Http => "http",
            ProxyKind::Https => "https",
            ProxyKind::Socks4 => "socks4",
            ProxyKind::Socks4a => "socks4a",
            ProxyKind::Socks5 => "socks5",
            ProxyKind::Socks5h => "socks5h",
        };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

/// How a proxy is spoken with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProxyKind {
    /// HTTP: whole URLs in requests for `http`, CONNECT for `https`.
    Http,
    /// The same over TLS with the proxy.
    Https,
    /// SOCKS4: this side looks names up.
    Socks4,
    /// SOCKS4a: the proxy looks names up.
    Socks4a,
    /// SOCKS5: this side looks names up.
    Socks5,
    /// SOCKS5 as `socks5h`: the proxy looks names up.
    Socks5h,
}

/// Why a proxy's URL cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// It is no URL.
    #[error("proxy is no URL")]
    Url(#[from] url::ParseError),
    /// Its scheme is not one that is spoken.
    #[error("proxy scheme {scheme:?} is not one of http, https, socks4, socks4a, socks5, socks5h")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// It has no host.
    #[error("proxy URL has no host")]
    NoHost,
    /// A field for the proxy cannot be sent.
    #[error("header field for the proxy cannot be sent")]
    Header(#[from] InvalidInput),
    /// An environment variable names a proxy that cannot be used. Its text may hold a password and is not shown.
    #[error("environment variable {name} names no proxy")]
    Variable {
        /// The variable.
        name: &'static str,
        /// Why it cannot be used.
        source: Box<Self>,
    },
}

impl Proxy {
    /// Reads `[scheme://][user:password@]host[:port]`: `http` where there is no scheme, ports 80, 443 and 1080 by
    /// default.
    ///
    /// # Errors
    /// [`ProxyError`].
    pub fn new(text: &str) -> Result<Self, ProxyError> {
        let text = text.trim();
        let with_scheme;
        let text = if text.contains("://") {
            text
        } else {
            with_scheme = format!("http://{text}");
            &with_scheme
        };
        let url = Url::parse(text)?;
        let (kind, default_port) = match url.scheme() {
            "http" => (ProxyKind::Http, 80),
            "https" => (ProxyKind::Https, 443),
            "socks4" => (ProxyKind::Socks4, 1080),
            "socks4a" => (ProxyKind::Socks4a, 1080),
            "socks5" | "socks" => (ProxyKind::Socks5, 1080),
            "socks5h" => (ProxyKind::Socks5h, 1080),
            scheme => return Err(ProxyError::Scheme { scheme: scheme.to_owned() }),
        };
        let host = match url.host() {
            Some(Host::Ipv6(ip)) => ip.to_string(),
            Some(host) => host.to_string(),
            None => return Err(ProxyError::NoHost),
        };
        if host.is_empty() {
            return Err(ProxyError::NoHost);
        }
        let credentials = Basic::of_url(&url);
        let port = url.port().unwrap_or(default_port);
        Ok(Self { kind, host, port, credentials, headers: Headers::new(), variable: None })
    }

    /// The same proxy with these credentials: Basic for HTTP, user and password for SOCKS5.
    #[must_use]
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.credentials = Some(Basic::new(user, password));
        self
    }

    /// The same proxy with a field that goes to it, and no further, with each CONNECT or request.
    ///
    /// # Errors
    /// [`ProxyError::Header`].
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Result<Self, ProxyError> {
        self.headers.append(name, value)?;
        Ok(self)
    }

    /// How it is spoken with.
    #[must_use]
    pub const fn kind(&self) -> ProxyKind {
        self.kind
    }

    /// Its host, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The environment variable that named it to [`Proxies::from_env`].
    #[must_use]
    pub const fn variable(&self) -> Option<&'static str> {
        self.variable
    }

    pub(crate) const fn basic(&self) -> Option<&Basic> {
        self.credentials.as_ref()
    }

    pub(crate) const fn headers(&self) -> &Headers {
        &self.headers
    }

    /// Whether requests for `http` are sent to it as whole URLs.
    pub(crate) const fn takes_whole_urls(&self) -> bool {
        matches!(self.kind, ProxyKind::Http | ProxyKind::Https)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("kind", &self.kind)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("credentials", &self.credentials)
            .field("headers", &self.headers)
            .finish()
    }
}

/// Which proxy each request goes through.
///
/// A client has [`none`](Self::none) unless it is told: [`from_env`](Self::from_env) reads the environment as curl
/// does. Python: `ProxyHandler`, `getproxies`.
///
/// ```
/// use http_client::client::{Client, Proxies, Proxy};
///
/// let proxies = Proxies::all(Proxy::new("http://proxy.test:3128")?);
/// let client = Client::builder().proxies(proxies).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
#[doc(alias = "getproxies")]
pub struct Proxies {
    http: Option<Arc<Proxy>>,
    https: Option<Arc<Proxy>>,
    except: NoProxy,
}

impl Proxies {
    /// None: every request goes straight to its server.
    pub const fn none() -> Self {
        Self { http: None, https: None, except: NoProxy::none() }
    }

    /// This one for everything.
    pub fn all(proxy: Proxy) -> Self {
        let proxy = Some(Arc::new(proxy));
        Self { http: proxy.clone(), https: proxy, except: NoProxy::none() }
    }

    /// The same, with this proxy for `http`.
    pub fn http(mut self, proxy: Proxy) -> Self {
        self.http = Some(Arc::new(proxy));
        self
    }

    /// The same, with this proxy for `https`.
    pub fn https(mut self, proxy: Proxy) -> Self {
        self.https = Some(Arc::new(proxy));
        self
    }

    /// The same, with hosts that are reached without a proxy.
    pub fn except(mut self, hosts: NoProxy) -> Self {
        self.except = hosts;
        self
    }

    /// What `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` say, in lower case or, where that is not set, in
    /// upper case. A variable for one scheme counts more than `all_proxy`; an empty one means no proxy.
    ///
    /// `HTTP_PROXY` is not read where `REQUEST_METHOD` is set: in a CGI program it is a header field of whoever
    /// sent the request.
    ///
    /// # Errors
    /// [`ProxyError::Variable`] for one that names no proxy.
    pub fn from_env() -> Result<Self, ProxyError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// The same with variables from elsewhere.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ProxyError> {
        let is_cgi = variable("REQUEST_METHOD").is_some();
        let named = |name: &'static str| variable(name).map(|text| (name, text));
        let either = |lower, upper| {
            named(lower).or_else(|| if is_cgi && upper == "HTTP_PROXY" { None } else { named(upper) })
        };
        let all = either("all_proxy", "ALL_PROXY");
        let proxy = |own: Option<(&'static str, String)>| match own.or_else(|| all.clone()) {
            Some((name, text)) if !text.trim().is_empty() => {
                let own = |proxy| Some(Arc::new(Proxy { variable: Some(name), ..proxy }));
                Proxy::new(&text)
                    .map(own)
                    .map_err(|error| ProxyError::Variable { name, source: Box::new(error) })
            }
            _ => Ok(None),
        };
        Ok(Self {
            http: proxy(either("http_proxy", "HTTP_PROXY"))?,
            https: proxy(either("https_proxy", "HTTPS_PROXY"))?,
            except: either("no_proxy", "NO_PROXY").map(|(_, list)| NoProxy::parse(&list)).unwrap_or_default(),
        })
    }

    /// The proxy for a URL.
    #[must_use]
    pub fn for_url(&self, url: &Url) -> Option<&Proxy> {
        self.shared_for_url(url).map(|proxy| &**proxy)
    }

    pub(crate) fn shared_for_url(&self, url: &Url) -> Option<&Arc<Proxy>> {
        let proxy = if url.scheme() == "https" { self.https.as_ref() } else { self.http.as_ref() }?;
        let host = url.host()?;
        let port = url.port_or_known_default().unwrap_or_default();
        (!self.except.matches_host(&host, port)).then_some(proxy)
    }
}

#[cfg(test)]
mod tests;
