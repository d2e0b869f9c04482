//! What a client asks of a store of cookies. It keeps none itself.

use crate::client::Url;
use http_proto::{Headers, Method};
use std::fmt;

/// A store of cookies, such as a jar.
///
/// It is asked at each step of a chain of redirects, and shown every answer of it. A request in which the caller has
/// set `Cookie` by hand gets no other cookies.
///
/// ```
/// use http_client::Headers;
/// use http_client::client::{CookieRequest, CookieStore};
/// use std::sync::Mutex;
///
/// /// Sends back the last cookie, to whomever it came from.
/// #[derive(Debug, Default)]
/// struct One(Mutex<Option<(String, Vec<u8>)>>);
///
/// impl CookieStore for One {
///     fn cookies(&self, request: &CookieRequest<'_>) -> Option<Vec<u8>> {
///         let kept = self.0.lock().unwrap();
///         kept.as_ref().filter(|(host, _)| Some(host.as_str()) == request.url.host_str()).map(|(_, pair)| pair.clone())
///     }
///
///     fn store(&self, request: &CookieRequest<'_>, response: &Headers) {
///         for field in response.get_all("Set-Cookie") {
///             let pair = field.as_bytes().split(|&byte| byte == b';').next().unwrap_or_default().to_vec();
///             *self.0.lock().unwrap() = request.url.host_str().map(|host| (host.to_owned(), pair));
///         }
///     }
/// }
/// ```
///
/// Both methods are called while a call is made, on its thread, and no timeout or token ends them: a lock that the caller
/// holds while he sends is waited for, for ever.
pub trait CookieStore: Send + Sync + fmt::Debug {
    /// The value of the `Cookie` field of this request; `None` for no field.
    fn cookies(&self, request: &CookieRequest<'_>) -> Option<Vec<u8>>;

    /// The answer to this request has come with these fields, `Set-Cookie` among them or not.
    fn store(&self, request: &CookieRequest<'_>, response: &Headers);
}

/// A request as a store of cookies sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CookieRequest<'a> {
    /// Its URL: of this step, not of the chain's beginning.
    pub url: &'a Url,
    /// Its method.
    pub method: &'a Method,
    /// How it stands to the site that it was made from.
    pub context: SiteContext,
}

/// How a request stands to the site that it was made from (RFC 6265bis §5.2).
///
/// A client without pages makes every request for its own user: [`SameSite`](Self::SameSite), the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SiteContext {
    /// Same-site, or started by the user: every cookie may travel.
    #[default]
    SameSite,
    /// A cross-site top-level navigation by a safe method: no `SameSite=Strict`.
    CrossSiteNavigation,
    /// A cross-site top-level navigation by another method, such as a form sent by POST: only `SameSite=None`,
    /// though the answer may set any cookie.
    CrossSiteUnsafeNavigation,
    /// Any other cross-site request: only `SameSite=None`, both ways.
    CrossSite,
}
