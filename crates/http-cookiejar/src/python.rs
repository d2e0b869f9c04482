//! CPython's rules, for programs that come from Python: Netscape and RFC 2965 cookies, with every argument of CPython's
//! `DefaultCookiePolicy`.
//!
//! Decisions, their order, and the format of the `Cookie` field are CPython's. These differ, on purpose:
//!
//! - A cookie whose end has come deletes its namesake only if the policy would let it be stored, and in its turn: the fields of a
//!   response are worked off one by one, and one that cannot be read does not touch the others.
//! - RFC 2965's domain match looks at the end of the host.
//! - Control characters make a cookie refused, as no field could carry it; so do a `Domain` without text and a
//!   negative `Version`.
//! - The host is that of the URL, without user and password, and an `https` URL without a port has port 443.
//! - A domain, path or expired cookie that has gone joins again at the end of the order of sending.
//! - `HttpOnly` is kept in `cookies.txt`.
//! - Bytes stay bytes, and only blanks of ASCII are cut off.
//! - Of attributes beyond the standard ones a cookie keeps the first 64.
//! - The jar has bounds, which [`PythonCookiePolicy::with_limits`] lifts.

use crate::cookie::Cookie;
use crate::policy::domains::{DomainList, domain_list_methods};
use crate::policy::reason::{Reject, Withhold};
use crate::policy::{CookiePolicy, Limits, Made, SendOrder, StoreView};
use crate::python::hosts::effective_host;
use crate::request::{CookieResponse, RequestView};

pub mod dates;
pub mod words;

mod decide;
mod hosts;
mod make;
mod send;

pub(crate) use self::make::nonstandard;

/// How strictly the domains of Netscape cookies are judged; CPython's bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NetscapeDomains {
    /// The part of the host in front of the domain must not have a dot (`DomainStrictNoDots`, 1).
    #[doc(alias = "DomainStrictNoDots")]
    pub strict_no_dots: bool,
    /// Cookies without `Domain` go back only to the host that set them (`DomainStrictNonDomain`, 2).
    #[doc(alias = "DomainStrictNonDomain")]
    pub strict_non_domain: bool,
    /// Domains must match as RFC 2965 says (`DomainRFC2965Match`, 4).
    #[doc(alias = "DomainRFC2965Match")]
    pub rfc2965_match: bool,
}

impl NetscapeDomains {
    /// No checks (`DomainLiberal`, 0): CPython's default.
    #[doc(alias = "DomainLiberal")]
    pub const LIBERAL: Self = Self { strict_no_dots: false, strict_non_domain: false, rfc2965_match: false };

    /// Bits 1 and 2 (`DomainStrict`, 3): what to use if nothing speaks against it.
    #[doc(alias = "DomainStrict")]
    pub const STRICT: Self = Self { strict_no_dots: true, strict_non_domain: true, rfc2965_match: false };

    /// The bits of CPython's `strict_ns_domain`.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self { strict_no_dots: bits & 1 != 0, strict_non_domain: bits & 2 != 0, rfc2965_match: bits & 4 != 0 }
    }
}

/// CPython's `DefaultCookiePolicy`: its arguments, its defaults, its decisions.
///
/// It is laxer than [`DefaultCookiePolicy`](crate::DefaultCookiePolicy) in much: cookies without `Domain` reach subdomains unless
/// [`with_strict_ns_domain`](Self::with_strict_ns_domain) says otherwise, `Secure` cookies may come over plain
/// HTTP, and `SameSite` and prefixes mean nothing. What differs from CPython is listed
/// [here](crate::python).
///
/// ```
/// use http_cookiejar::{CookieJar, NetscapeDomains, PythonCookiePolicy};
///
/// let policy = PythonCookiePolicy::new().with_rfc2965(true).with_strict_ns_domain(NetscapeDomains::STRICT);
/// let jar = CookieJar::with_policy(policy);
/// # let _ = jar;
/// ```
#[doc(alias = "http.cookiejar.DefaultCookiePolicy")]
#[derive(Clone, Debug)]
#[must_use]
pub struct PythonCookiePolicy {
    blocked_domains: DomainList,
    allowed_domains: Option<DomainList>,
    netscape: bool,
    rfc2965: bool,
    rfc2109_as_netscape: Option<bool>,
    hide_cookie2: bool,
    strict_domain: bool,
    strict_rfc2965_unverifiable: bool,
    strict_ns_unverifiable: bool,
    strict_ns_domain: NetscapeDomains,
    strict_ns_set_initial_dollar: bool,
    strict_ns_set_path: bool,
    secure_protocols: Vec<Box<str>>,
    limits: Limits,
}

impl Default for PythonCookiePolicy {
    fn default() -> Self {
        Self {
            blocked_domains: DomainList::default(),
            allowed_domains: None,
            netscape: true,
            rfc2965: false,
            rfc2109_as_netscape: None,
            hide_cookie2: false,
            strict_domain: false,
            strict_rfc2965_unverifiable: true,
            strict_ns_unverifiable: false,
            strict_ns_domain: NetscapeDomains::LIBERAL,
            strict_ns_set_initial_dollar: false,
            strict_ns_set_path: false,
            secure_protocols: vec!["https".into(), "wss".into()],
            limits: Limits::default(),
        }
    }
}

impl PythonCookiePolicy {
    /// The policy with CPython's defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether Netscape cookies are taken and sent; on by default (`netscape`).
    #[doc(alias = "netscape")]
    pub fn with_netscape(mut self, on: bool) -> Self {
        self.netscape = on;
        self
    }

    /// Whether RFC 2965 cookies are taken and sent; off by default (`rfc2965`).
    #[doc(alias = "rfc2965")]
    pub fn with_rfc2965(mut self, on: bool) -> Self {
        self.rfc2965 = on;
        self
    }

    /// Whether RFC 2109 cookies become Netscape ones; `None`, the default, does so when RFC 2965 is off
    /// (`rfc2109_as_netscape`).
    #[doc(alias = "rfc2109_as_netscape")]
    pub fn with_rfc2109_as_netscape(mut self, on: Option<bool>) -> Self {
        self.rfc2109_as_netscape = on;
        self
    }

    /// Whether `Cookie2` is never sent; off by default (`hide_cookie2`).
    #[doc(alias = "hide_cookie2")]
    pub fn with_hidden_cookie2(mut self, on: bool) -> Self {
        self.hide_cookie2 = on;
        self
    }

    /// Whether two-label country domains such as `.co.uk` are refused; off by default (`strict_domain`).
    #[doc(alias = "strict_domain")]
    pub fn with_strict_domain(mut self, on: bool) -> Self {
        self.strict_domain = on;
        self
    }

    /// Whether unverifiable third-party requests go without RFC 2965 cookies; on by default
    /// (`strict_rfc2965_unverifiable`).
    #[doc(alias = "strict_rfc2965_unverifiable")]
    pub fn with_strict_rfc2965_unverifiable(mut self, on: bool) -> Self {
        self.strict_rfc2965_unverifiable = on;
        self
    }

    /// Whether unverifiable third-party requests go without Netscape cookies; off by default
    /// (`strict_ns_unverifiable`).
    #[doc(alias = "strict_ns_unverifiable")]
    pub fn with_strict_ns_unverifiable(mut self, on: bool) -> Self {
        self.strict_ns_unverifiable = on;
        self
    }

    /// How strictly the domains of Netscape cookies are judged (`strict_ns_domain`).
    #[doc(alias = "strict_ns_domain")]
    pub fn with_strict_ns_domain(mut self, strictness: NetscapeDomains) -> Self {
        self.strict_ns_domain = strictness;
        self
    }

    /// Whether Netscape names that begin with `$` are refused; off by default (`strict_ns_set_initial_dollar`).
    #[doc(alias = "strict_ns_set_initial_dollar")]
    pub fn with_strict_ns_set_initial_dollar(mut self, on: bool) -> Self {
        self.strict_ns_set_initial_dollar = on;
        self
    }

    /// Whether the path of a Netscape cookie must cover the request that sets it; off by default
    /// (`strict_ns_set_path`).
    #[doc(alias = "strict_ns_set_path")]
    pub fn with_strict_ns_set_path(mut self, on: bool) -> Self {
        self.strict_ns_set_path = on;
        self
    }

    /// The schemes that `Secure` cookies may go to; `https` and `wss` by default (`secure_protocols`).
    #[doc(alias = "secure_protocols")]
    pub fn with_secure_protocols(mut self, schemes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.secure_protocols = schemes.into_iter().map(|s| s.as_ref().to_ascii_lowercase().into()).collect();
        self
    }

    /// Sets other bounds; CPython's jar has none ([`Limits::unlimited`]).
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    domain_list_methods!();
}

impl CookiePolicy for PythonCookiePolicy {
    fn make_cookies(
        &self,
        response: &dyn CookieResponse,
        request: &RequestView<'_>,
        now: i64,
        sink: &mut dyn FnMut(Made),
    ) {
        self.make(response, request, now, sink);
    }

    fn set_ok(&self, cookie: &Cookie, request: &RequestView<'_>, _jar: StoreView<'_>) -> Result<(), Reject> {
        self.may_store(cookie, request)
    }

    fn return_ok(&self, cookie: &Cookie, request: &RequestView<'_>, now: i64) -> Result<(), Withhold> {
        self.may_send(cookie, request, now)
    }

    fn for_each_domain(&self, request: &RequestView<'_>, each: &mut dyn FnMut(&str)) {
        crate::host::suffixes(request.host()).for_each(&mut *each);
        let effective = effective_host(request);
        if *effective != *request.host() {
            crate::host::suffixes(&effective).for_each(each);
        }
    }

    fn send_order(&self) -> SendOrder {
        SendOrder::PathThenGroups
    }

    fn write_cookie(&self, cookie: &Cookie, out: &mut Vec<u8>) {
        send::write_cookie(cookie, out);
    }

    fn cookie2(&self, cookies: &[&Cookie]) -> Option<&'static str> {
        let wanted = self.rfc2965 && !self.hide_cookie2;
        (wanted && cookies.iter().any(|cookie| cookie.version() != Some(1))).then_some("$Version=\"1\"")
    }

    fn limits(&self) -> Limits {
        self.limits
    }
}

#[cfg(test)]
mod tests;
