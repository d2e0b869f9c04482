//! Requests and responses as the jar sees them: small traits, and an owned request for tests and other clients.

use std::borrow::Cow;

use http_client::client::SiteContext;

use crate::error::RequestError;
use crate::host::{canonical_host, is_address, is_loopback};
use crate::path::request_path;

/// What a request must tell the jar.
///
/// Implement this for the request type of any client; [`RequestInfo`] is a ready-made one.
///
/// ```
/// use http_cookiejar::{CookieJar, CookieRequest, CookieRequestMut, CookieResponse};
///
/// /// A request of some client, and its answer.
/// struct Request { secure: bool, host: String, path: String, headers: Vec<(String, Vec<u8>)> }
/// struct Response { headers: Vec<(String, Vec<u8>)> }
///
/// impl CookieRequest for Request {
///     fn scheme(&self) -> &str { if self.secure { "https" } else { "http" } }
///     fn host(&self) -> &str { &self.host }
///     fn port(&self) -> Option<u16> { None }
///     fn path(&self) -> &str { &self.path }
///     fn has_header(&self, name: &str) -> bool { self.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name)) }
/// }
///
/// impl CookieRequestMut for Request {
///     fn set_header(&mut self, name: &str, value: &[u8]) -> bool {
///         self.headers.push((name.to_owned(), value.to_vec()));
///         true
///     }
/// }
///
/// impl CookieResponse for Response {
///     fn for_each_header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
///         for (_, value) in self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)) {
///             each(value);
///         }
///     }
/// }
///
/// let mut jar = CookieJar::new();
/// let mut request = Request { secure: true, host: "x.org".into(), path: "/".into(), headers: Vec::new() };
/// let response = Response { headers: vec![("Set-Cookie".into(), b"a=1".to_vec())] };
/// jar.extract_cookies(&response, &request);
/// assert!(jar.add_cookie_header(&mut request));
/// ```
pub trait CookieRequest {
    /// The URL's scheme, in lower case.
    #[doc(alias = "type")]
    fn scheme(&self) -> &str;

    /// The URL's host: a name, an IPv4 address, or an IPv6 address with or without brackets. No user, no port.
    fn host(&self) -> &str;

    /// The URL's port if it names one.
    fn port(&self) -> Option<u16>;

    /// The URL's path as it goes over the wire; a query after it is left out by the jar.
    fn path(&self) -> &str;

    /// The host of the page or transaction that this request belongs to; `None` if it is the request's own.
    #[doc(alias = "origin_req_host")]
    fn origin_host(&self) -> Option<&str> {
        None
    }

    /// Whether the user had no choice about this request, as with images in a page (RFC 2965 section 3.3.6).
    fn unverifiable(&self) -> bool {
        false
    }

    /// How the request stands to the site it was made from.
    fn site_context(&self) -> SiteContext {
        SiteContext::SameSite
    }

    /// The top-level site, as `scheme://registrable-domain`, that partitioned cookies are kept under.
    /// `None` if the request's own site is the top.
    fn partition(&self) -> Option<&str> {
        None
    }

    /// Whether a script asks (`document.cookie`) and not HTTP: `HttpOnly` cookies are then out of reach.
    fn by_script(&self) -> bool {
        false
    }

    /// Whether the request has a field of this name already.
    fn has_header(&self, name: &str) -> bool;
}

/// A request that the jar can put a field into.
pub trait CookieRequestMut: CookieRequest {
    /// Sets a field, which must not be carried along to another place by a redirect. False if the request cannot take it.
    #[doc(alias = "add_unredirected_header")]
    fn set_header(&mut self, name: &str, value: &[u8]) -> bool;
}

/// What a response must tell the jar: the values of a field, one by one and never joined.
pub trait CookieResponse {
    /// Calls `each` with the value of every field of this name, in order.
    #[doc(alias = "get_all")]
    fn for_each_header(&self, name: &str, each: &mut dyn FnMut(&[u8]));
}

impl CookieResponse for http_proto::Headers {
    fn for_each_header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        for value in self.get_all(name) {
            each(value.as_bytes());
        }
    }
}

impl CookieResponse for http_proto::ResponseHead {
    fn for_each_header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        self.headers.for_each_header(name, each);
    }
}

/// Pairs of name and value, for clients whose responses look like that and for tests.
impl<N: AsRef<str>, V: AsRef<[u8]>> CookieResponse for [(N, V)] {
    fn for_each_header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        for (_, value) in self.iter().filter(|(key, _)| key.as_ref().eq_ignore_ascii_case(name)) {
            each(value.as_ref());
        }
    }
}

/// As for a slice of pairs.
impl<N: AsRef<str>, V: AsRef<[u8]>, const LEN: usize> CookieResponse for [(N, V); LEN] {
    fn for_each_header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        self.as_slice().for_each_header(name, each);
    }
}

/// As for a slice of pairs.
impl<N: AsRef<str>, V: AsRef<[u8]>> CookieResponse for Vec<(N, V)> {
    fn for_each_header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        self.as_slice().for_each_header(name, each);
    }
}

/// A request described by value: what the jar needs to know, without a client.
///
/// ```
/// use http_cookiejar::{CookieJar, RequestInfo};
///
/// let mut jar = CookieJar::new();
/// let login = RequestInfo::from_url("https://example.org/login")?;
/// jar.extract_cookies(&[("Set-Cookie", "sid=31d4; Path=/; Secure; HttpOnly")], &login);
///
/// let mut page = RequestInfo::from_url("https://example.org/page")?;
/// jar.add_cookie_header(&mut page);
/// assert_eq!(page.header("Cookie"), Some(&b"sid=31d4"[..]));
/// # Ok::<(), http_cookiejar::RequestError>(())
/// ```
#[derive(Clone, Default)]
pub struct RequestInfo {
    scheme: String,
    host: String,
    port: Option<u16>,
    path: String,
    origin_host: Option<String>,
    unverifiable: bool,
    site_context: SiteContext,
    partition: Option<String>,
    by_script: bool,
    headers: Vec<(String, Vec<u8>)>,
}

/// Shows names of fields, not their values.
impl std::fmt::Debug for RequestInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestInfo")
            .field("scheme", &self.scheme)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("path", &self.path)
            .field("site_context", &self.site_context)
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl RequestInfo {
    /// A request by its parts; the path may have a query, which does not count.
    #[must_use]
    pub fn new(scheme: &str, host: &str, port: Option<u16>, path: &str) -> Self {
        Self {
            scheme: scheme.to_ascii_lowercase(),
            host: host.to_owned(),
            port,
            path: path.to_owned(),
            ..Self::default()
        }
    }

    /// A request for an absolute URL, which is read as the URL standard says (IDNA, shortened addresses, dot segments).
    ///
    /// # Errors
    /// [`RequestError`] if the text is no URL or the URL has no host.
    pub fn from_url(url: &str) -> Result<Self, RequestError> {
        let parsed = url::Url::parse(url).map_err(RequestError::Url)?;
        let host = parsed.host_str().filter(|host| !host.is_empty()).ok_or(RequestError::NoHost)?;
        Ok(Self::new(parsed.scheme(), host, parsed.port(), parsed.path()))
    }

    /// The host of the page that this request belongs to (Python's `origin_req_host`).
    #[must_use]
    pub fn with_origin_host(mut self, host: &str) -> Self {
        self.origin_host = Some(host.to_owned());
        self
    }

    /// Whether the user had no choice about this request.
    #[must_use]
    pub fn with_unverifiable(mut self, on: bool) -> Self {
        self.unverifiable = on;
        self
    }

    /// How the request stands to the site it was made from.
    #[must_use]
    pub fn with_site_context(mut self, context: SiteContext) -> Self {
        self.site_context = context;
        self
    }

    /// The top-level site, as `scheme://registrable-domain`.
    #[must_use]
    pub fn with_partition(mut self, site: &str) -> Self {
        self.partition = Some(site.to_owned());
        self
    }

    /// Whether a script asks and not HTTP.
    #[must_use]
    pub fn with_script(mut self, on: bool) -> Self {
        self.by_script = on;
        self
    }

    /// A field of this name, as the caller or the jar set it.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }
}

impl CookieRequest for RequestInfo {
    fn scheme(&self) -> &str {
        &self.scheme
    }

    fn host(&self) -> &str {
        &self.host
    }

    fn port(&self) -> Option<u16> {
        self.port
    }

    fn path(&self) -> &str {
        &self.path
    }

    fn origin_host(&self) -> Option<&str> {
        self.origin_host.as_deref()
    }

    fn unverifiable(&self) -> bool {
        self.unverifiable
    }

    fn site_context(&self) -> SiteContext {
        self.site_context
    }

    fn partition(&self) -> Option<&str> {
        self.partition.as_deref()
    }

    fn by_script(&self) -> bool {
        self.by_script
    }

    fn has_header(&self, name: &str) -> bool {
        self.header(name).is_some()
    }
}

impl CookieRequestMut for RequestInfo {
    fn set_header(&mut self, name: &str, value: &[u8]) -> bool {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_vec()));
        true
    }
}

/// A request's facts in canonical form, worked out once and asked by policies many times.
#[derive(Clone, Debug)]
pub struct RequestView<'r> {
    scheme: &'r str,
    host: Cow<'r, str>,
    address: bool,
    loopback: bool,
    port: Option<u16>,
    path: &'r str,
    origin_host: Option<Cow<'r, str>>,
    unverifiable: bool,
    site_context: SiteContext,
    partition: Option<&'r str>,
    by_script: bool,
}

impl<'r> RequestView<'r> {
    /// Looks at a request; `None` if its host is no host, which no cookie can belong to.
    #[must_use]
    pub fn of<R: CookieRequest + ?Sized>(request: &'r R) -> Option<Self> {
        let host = canonical_host(request.host())?;
        Some(Self {
            scheme: request.scheme(),
            address: is_address(&host),
            loopback: is_loopback(&host),
            host,
            port: request.port(),
            path: request_path(request.path()),
            origin_host: request.origin_host().and_then(canonical_host),
            unverifiable: request.unverifiable(),
            site_context: request.site_context(),
            partition: request.partition(),
            by_script: request.by_script(),
        })
    }

    /// The scheme, in lower case.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.scheme
    }

    /// The canonical host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the host is an IP address.
    #[must_use]
    pub fn host_is_address(&self) -> bool {
        self.address
    }

    /// Whether the host is this machine.
    #[must_use]
    pub fn host_is_loopback(&self) -> bool {
        self.loopback
    }

    /// The port, if the URL names one.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The path without query; at least `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path
    }

    /// The canonical host of the page that this request belongs to; the request's own if none was told.
    #[must_use]
    pub fn origin_host(&self) -> &str {
        self.origin_host.as_deref().unwrap_or(&self.host)
    }

    /// Whether the user had no choice about this request.
    #[must_use]
    pub fn unverifiable(&self) -> bool {
        self.unverifiable
    }

    /// How the request stands to the site it was made from.
    #[must_use]
    pub fn site_context(&self) -> SiteContext {
        self.site_context
    }

    /// The top-level site that was told, if any.
    #[must_use]
    pub fn partition(&self) -> Option<&str> {
        self.partition
    }

    /// Whether a script asks.
    #[must_use]
    pub fn by_script(&self) -> bool {
        self.by_script
    }
}

#[cfg(test)]
mod tests;
