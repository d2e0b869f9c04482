//! Where a request goes, and which headers may go along when that changes. It knows URLs and names, no sockets.

use http_proto::Headers;
use url::Url;

/// Whether both URLs have the same scheme, host and port: the only places that may see each other's credentials
/// (RFC 6454 §5).
pub(crate) fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
}

/// Fields that hold credentials for one origin and for no other, and the name of that origin.
pub(crate) const BOUND_TO_ORIGIN: [&str; 5] =
    ["Authorization", "Cookie", "Cookie2", "Host", "Proxy-Authorization"];

/// Removes what is bound to the previous origin, and the caller's own list.
pub(crate) fn strip_for_other_origin(headers: &mut Headers, strip: &[String]) {
    headers.retain(|name, _| {
        !BOUND_TO_ORIGIN.iter().any(|bound| name.eq_ignore_ascii_case(bound))
            && !strip.iter().any(|secret| name.eq_ignore_ascii_case(secret))
    });
}

/// Removes what describes content that is no longer sent (RFC 9110 §15.4).
pub(crate) fn strip_for_no_content(headers: &mut Headers) {
    const DESCRIBING: [&str; 6] =
        ["Transfer-Encoding", "Trailer", "Expect", "Digest", "Repr-Digest", "Last-Modified"];
    headers.retain(|name, _| {
        !DESCRIBING.iter().any(|field| name.eq_ignore_ascii_case(field))
            && !name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("content-"))
    });
}

#[cfg(test)]
mod tests;
