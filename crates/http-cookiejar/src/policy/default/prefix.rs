//! Name prefixes that bind a cookie to how it was set (RFC 6265bis section 4.1.3 and the layered draft).

use http_cookies::CookiePrefix;

use crate::cookie::Cookie;
use crate::policy::reason::Reject;
use crate::request::RequestView;

/// Whether the value of a nameless cookie would be read as a prefixed name by a server.
pub(super) fn imitates_prefix(value: &[u8]) -> bool {
    CookiePrefix::of(value).is_some()
}

/// The prefix rules; case does not count, since servers may not tell cases apart.
pub(super) fn check(cookie: &Cookie, request: &RequestView<'_>) -> Result<(), Reject> {
    let Some(prefix) = CookiePrefix::of(cookie.name()) else { return Ok(()) };
    if prefix == CookiePrefix::Secure && !cookie.secure() {
        return Err(Reject::SecurePrefix);
    }
    let rooted = cookie.path_specified() && cookie.path() == "/";
    if prefix.needs_host() && !(cookie.secure() && cookie.host_only() && rooted) {
        return Err(Reject::HostPrefix);
    }
    if prefix.needs_http_only() && !(cookie.secure() && cookie.http_only() && !request.by_script()) {
        return Err(Reject::HttpPrefix);
    }
    Ok(())
}
