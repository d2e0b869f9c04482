//! Name prefixes that bind a cookie to how it was set (RFC 6265bis section 4.1.3 and the layered draft).

use crate::cookie::Cookie;
use crate::policy::reason::Reject;
use crate::request::RequestView;

fn starts_with(name: &[u8], prefix: &[u8]) -> bool {
    name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// Whether the value of a nameless cookie would be read as a prefixed name by a server.
pub(super) fn imitates_prefix(value: &[u8]) -> bool {
    [&b"__Secure-"[..], b"__Host-", b"__Http-", b"__Host-Http-"]
        .iter()
        .any(|prefix| starts_with(value, prefix))
}

/// The prefix rules; case does not count, since servers may not tell cases apart.
pub(super) fn check(cookie: &Cookie, request: &RequestView<'_>) -> Result<(), Reject> {
    let name = cookie.name();
    if !name.starts_with(b"__") {
        return Ok(());
    }
    if starts_with(name, b"__Secure-") && !cookie.secure() {
        return Err(Reject::SecurePrefix);
    }
    if starts_with(name, b"__Host-") {
        let rooted = cookie.path_specified() && cookie.path() == "/";
        if !(cookie.secure() && cookie.host_only() && rooted) {
            return Err(Reject::HostPrefix);
        }
    }
    let http = starts_with(name, b"__Http-") || starts_with(name, b"__Host-Http-");
    if http && !(cookie.secure() && cookie.http_only() && !request.by_script()) {
        return Err(Reject::HttpPrefix);
    }
    Ok(())
}
