//! The jar beside `http-client`: what a connection and its responses tell it.
//!
//! ```no_run
//! use http_client::{Headers, HttpConnection};
//! use http_cookiejar::{CookieJar, RequestInfo};
//!
//! let mut jar = CookieJar::new();
//! let mut connection = HttpConnection::new("localhost:8000")?;
//! let info = RequestInfo::on_connection(&connection, "/login");
//!
//! let mut headers = Headers::new();
//! jar.add_cookie_header(&mut info.with_headers(&mut headers));
//! connection.request("GET", "/login", (), &headers)?;
//! let response = connection.get_response()?;
//! jar.extract_cookies(&response, &info);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;

use http_client::client::{self, CookieStore, SiteContext};
use http_client::{HttpConnection, Response};
use http_proto::Headers;

use crate::jar::CookieJar;
use crate::request::{CookieRequest, CookieRequestMut, CookieResponse, RequestInfo};
use crate::shared::SharedJar;

impl CookieResponse for Response<'_> {
    fn for_each_header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        self.headers().for_each_header(name, each);
    }
}

impl RequestInfo {
    /// A request for a target on a connection. What counts is the host that answers, not a proxy on the way.
    #[must_use]
    pub fn on_connection(connection: &HttpConnection, target: &str) -> Self {
        let scheme = if connection.is_tls() { "https" } else { "http" };
        let destination = connection.destination();
        // The zone of a link-local address is no part of the host in a URL.
        let host = destination.host().split('%').next().unwrap_or_default();
        Self::new(scheme, host, Some(destination.port()), target)
    }

    /// The request together with the fields that it will be sent with, for the jar to put its own into.
    pub fn with_headers<'h>(&'h self, headers: &'h mut Headers) -> RequestWithHeaders<'h> {
        RequestWithHeaders { info: self, headers }
    }
}

/// A request and the fields it will be sent with; made by [`RequestInfo::with_headers`].
#[derive(Debug)]
#[must_use = "hand it to CookieJar::add_cookie_header"]
pub struct RequestWithHeaders<'h> {
    info: &'h RequestInfo,
    headers: &'h mut Headers,
}

impl CookieRequest for RequestWithHeaders<'_> {
    fn scheme(&self) -> &str {
        self.info.scheme()
    }

    fn host(&self) -> &str {
        self.info.host()
    }

    fn port(&self) -> Option<u16> {
        self.info.port()
    }

    fn path(&self) -> &str {
        self.info.path()
    }

    fn origin_host(&self) -> Option<&str> {
        self.info.origin_host()
    }

    fn unverifiable(&self) -> bool {
        self.info.unverifiable()
    }

    fn site_context(&self) -> SiteContext {
        self.info.site_context()
    }

    fn partition(&self) -> Option<&str> {
        self.info.partition()
    }

    fn by_script(&self) -> bool {
        self.info.by_script()
    }

    fn has_header(&self, name: &str) -> bool {
        self.headers.contains(name) || self.info.has_header(name)
    }
}

impl CookieRequestMut for RequestWithHeaders<'_> {
    fn set_header(&mut self, name: &str, value: &[u8]) -> bool {
        self.headers.set(name, value).is_ok()
    }
}

/// How `http_client::Client` sees a jar; hand it a clone of a [`SharedJar`].
///
/// Cookies are worked out anew for each step of a chain of redirects, and taken from each answer. The jar is locked for
/// that: who holds [`SharedJar::lock`] while he sends waits for himself.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use http_client::Client;
/// use http_cookiejar::{CookieJar, SharedJar};
///
/// let jar = SharedJar::new(CookieJar::new());
/// let client = Client::builder().cookies(Arc::new(jar.clone())).build()?;
/// client.get("https://example.org/").send()?;
/// println!("{} cookies", jar.lock().len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<J: AsMut<CookieJar> + Send + fmt::Debug> CookieStore for SharedJar<J> {
    fn cookies(&self, request: &client::CookieRequest<'_>) -> Option<Vec<u8>> {
        self.cookie_header(request)
    }

    fn store(&self, request: &client::CookieRequest<'_>, response: &Headers) {
        self.extract_cookies(response, request);
    }
}

/// A request of `Client`, for stores of one's own that ask a jar.
impl CookieRequest for client::CookieRequest<'_> {
    fn scheme(&self) -> &str {
        self.url.scheme()
    }

    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    fn port(&self) -> Option<u16> {
        self.url.port()
    }

    fn path(&self) -> &str {
        self.url.path()
    }

    fn site_context(&self) -> SiteContext {
        self.context
    }

    fn has_header(&self, _name: &str) -> bool {
        // The client asks for cookies only where the caller has set none.
        false
    }
}
