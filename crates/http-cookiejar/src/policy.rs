//! The seam between a jar and its rules: the trait, and the named reasons for every refusal.

use std::fmt;

use crate::cookie::Cookie;
use crate::request::{CookieResponse, RequestView};
use crate::store::Store;

pub mod default;
pub mod domains;
pub mod reason;

use crate::policy::reason::{Reject, Withhold};

/// Upper bounds of a jar, of a response and of a request. `usize::MAX` means none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Cookies with the same domain; more push out the least useful (RFC 6265 section 6.1 asks for at least 50).
    pub cookies_per_host_max: usize,
    /// Cookies in the whole jar (RFC 6265 section 6.1 asks for at least 3000).
    pub cookies_max: usize,
    /// `Set-Cookie` fields that are read of one response.
    pub fields_per_response_max: usize,
    /// Cookies in one `Cookie` field.
    pub header_cookies_max: usize,
    /// Bytes of one `Cookie` field value.
    pub header_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cookies_per_host_max: 180,
            cookies_max: 3000,
            fields_per_response_max: 180,
            header_cookies_max: 180,
            header_bytes_max: 64 * 1024,
        }
    }
}

impl Limits {
    /// No bounds at all, as in Python's jar.
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            cookies_per_host_max: usize::MAX,
            cookies_max: usize::MAX,
            fields_per_response_max: usize::MAX,
            header_cookies_max: usize::MAX,
            header_bytes_max: usize::MAX,
        }
    }

    /// The bounds, with another one for the whole jar.
    #[must_use]
    pub fn with_cookies_max(mut self, cookies: usize) -> Self {
        self.cookies_max = cookies;
        self
    }

    /// The bounds, with another one for cookies of the same domain.
    #[must_use]
    pub fn with_cookies_per_host_max(mut self, cookies: usize) -> Self {
        self.cookies_per_host_max = cookies;
        self
    }

    /// The bounds, with another one for `Set-Cookie` fields of a response.
    #[must_use]
    pub fn with_fields_per_response_max(mut self, fields: usize) -> Self {
        self.fields_per_response_max = fields;
        self
    }

    /// The bounds, with others for one `Cookie` field.
    #[must_use]
    pub fn with_header_max(mut self, cookies: usize, bytes: usize) -> Self {
        self.header_cookies_max = cookies;
        self.header_bytes_max = bytes;
        self
    }
}

/// What a response's field became: a cookie to be put to the policy, or a reason why there is none.
pub type Made = Result<Cookie, Refused>;

/// A cookie that was not stored, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// The name, as far as it could be read.
    pub name: Box<[u8]>,
    /// The reason.
    pub reason: Reject,
}

impl Refused {
    /// A refusal of the cookie with this name.
    #[must_use]
    pub fn new(name: &[u8], reason: Reject) -> Self {
        Self { name: name.into(), reason }
    }
}

/// `cookie "sid" refused: …`, for people.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cookie {:?} refused: {}", String::from_utf8_lossy(&self.name), self.reason)
    }
}

/// The stored cookies as a policy may look at them.
#[derive(Clone, Copy)]
pub struct StoreView<'a> {
    store: &'a Store,
}

impl fmt::Debug for StoreView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreView").field("len", &self.store.len()).finish()
    }
}

impl<'a> StoreView<'a> {
    pub(crate) fn new(store: &'a Store) -> Self {
        Self { store }
    }

    /// The stored cookie that this one would replace.
    #[must_use]
    pub fn existing(&self, cookie: &Cookie) -> Option<&'a Cookie> {
        self.store.find(cookie.key()).and_then(|id| self.store.cookie(id))
    }

    /// Whether a stored `Secure` cookie on the same domain, above or below it, fulfils a condition.
    pub fn any_related_secure(&self, domain: &str, mut condition: impl FnMut(&Cookie) -> bool) -> bool {
        self.store.hosts.any_related_secure(domain, |ids| {
            ids.iter()
                .filter_map(|id| self.store.cookie(*id))
                .any(|cookie| cookie.secure() && condition(cookie))
        })
    }

    /// How many cookies the jar has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.store.len()
    }

    /// Whether the jar is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.store.len() == 0
    }
}

/// In which order matching cookies go out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendOrder {
    /// Longest path first, then oldest first (RFC 6265 section 5.4).
    #[default]
    PathThenCreation,
    /// Longest path first, then by domain and path in the order in which the jar met them (Python).
    PathThenGroups,
}

/// What goes out: the `Cookie` value, and perhaps a `Cookie2` value.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outgoing {
    /// The value of `Cookie`.
    pub cookie: Vec<u8>,
    /// The value of `Cookie2` (RFC 2965 section 3.3.5).
    pub cookie2: Option<&'static str>,
}

/// Shows sizes only.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("cookie_bytes", &self.cookie.len())
            .field("cookie2", &self.cookie2)
            .finish()
    }
}

/// The rules of a jar.
///
/// [`DefaultCookiePolicy`](default::DefaultCookiePolicy) and
/// `PythonCookiePolicy` are the ready-made ones. A policy of one's own keeps one
/// of them inside, hands everything on to it, and adds to [`set_ok`](Self::set_ok) or
/// [`return_ok`](Self::return_ok):
///
/// ```
/// use http_cookiejar::{Cookie, CookieJar, CookiePolicy, CookieResponse, DefaultCookiePolicy, Limits, Made};
/// use http_cookiejar::{Outgoing, Reject, RequestView, SendOrder, StoreView, Withhold};
///
/// /// Takes no cookies whose names begin with an underscore.
/// #[derive(Debug, Default)]
/// struct NoTrackers(DefaultCookiePolicy);
///
/// impl CookiePolicy for NoTrackers {
///     fn make_cookies(&self, r: &dyn CookieResponse, q: &RequestView<'_>, now: i64, sink: &mut dyn FnMut(Made)) {
///         self.0.make_cookies(r, q, now, sink);
///     }
///     fn set_ok(&self, cookie: &Cookie, request: &RequestView<'_>, jar: StoreView<'_>) -> Result<(), Reject> {
///         if cookie.name().starts_with(b"_") {
///             return Err(Reject::Other("a name with an underscore in front"));
///         }
///         self.0.set_ok(cookie, request, jar)
///     }
///     fn return_ok(&self, cookie: &Cookie, request: &RequestView<'_>, now: i64) -> Result<(), Withhold> {
///         self.0.return_ok(cookie, request, now)
///     }
/// }
///
/// let jar = CookieJar::with_policy(NoTrackers::default());
/// # let _ = (jar, SendOrder::default(), Limits::default(), Outgoing::default());
/// ```
pub trait CookiePolicy: fmt::Debug + Send + Sync {
    /// Reads a response's fields and calls `sink` with what each became, in order. Looks at no stored cookie.
    fn make_cookies(
        &self,
        response: &dyn CookieResponse,
        request: &RequestView<'_>,
        now: i64,
        sink: &mut dyn FnMut(Made),
    );

    /// Whether a cookie may be stored, or, if its end has come, may delete the one that it names.
    ///
    /// # Errors
    /// The first rule that is broken.
    fn set_ok(&self, cookie: &Cookie, request: &RequestView<'_>, jar: StoreView<'_>) -> Result<(), Reject>;

    /// Whether a cookie goes along with a request.
    ///
    /// # Errors
    /// The first rule that keeps it back.
    #[doc(alias = "domain_return_ok")]
    #[doc(alias = "path_return_ok")]
    fn return_ok(&self, cookie: &Cookie, request: &RequestView<'_>, now: i64) -> Result<(), Withhold>;

    /// Whether any cookie may go to this request's host; asked once a request, before single cookies are looked at.
    ///
    /// # Errors
    /// The rule that keeps all back.
    fn request_ok(&self, request: &RequestView<'_>) -> Result<(), Withhold> {
        let _ = request;
        Ok(())
    }

    /// Calls `each` with every stored domain that could have cookies for the request.
    fn for_each_domain(&self, request: &RequestView<'_>, each: &mut dyn FnMut(&str)) {
        if request.host_is_address() {
            each(request.host());
        } else {
            crate::host::suffixes(request.host()).for_each(each);
        }
    }

    /// In which order matching cookies go out.
    fn send_order(&self) -> SendOrder {
        SendOrder::PathThenCreation
    }

    /// Writes one more cookie behind those in `out`.
    fn write_cookie(&self, cookie: &Cookie, out: &mut Vec<u8>) {
        write_pair(cookie, out);
    }

    /// The value of a `Cookie2` field to go with these cookies, if any.
    fn cookie2(&self, cookies: &[&Cookie]) -> Option<&'static str> {
        let _ = cookies;
        None
    }

    /// The bounds of the jar.
    fn limits(&self) -> Limits {
        Limits::default()
    }
}

/// `name=value`, or the value of a nameless cookie, or the name of a valueless one (RFC 6265bis section 5.8.3).
pub(crate) fn write_pair(cookie: &Cookie, out: &mut Vec<u8>) {
    if !out.is_empty() {
        out.extend_from_slice(b"; ");
    }
    out.extend_from_slice(cookie.name());
    if !cookie.name().is_empty() && !cookie.is_valueless() {
        out.push(b'=');
    }
    out.extend_from_slice(cookie.value());
}
