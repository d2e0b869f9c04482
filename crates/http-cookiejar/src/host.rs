//! Hosts as cookies see them: canonical form, addresses, and the domain match of RFC 6265 section 5.1.3.

use std::borrow::Cow;
use std::net::Ipv4Addr;

/// The canonical form of a request's host (RFC 6265bis section 5.1.2): lower case, A-labels, no root dot.
///
/// IPv6 addresses keep their brackets (`[::1]`), as they stand in a URL. `None` if the text is not a host; nothing is
/// percent-decoded (section 5.6), which URLs do before this.
/// ASCII hosts that are canonical already are borrowed.
#[must_use]
pub fn canonical_host(host: &str) -> Option<Cow<'_, str>> {
    let host = match host.strip_suffix('.') {
        Some(rest) if !rest.is_empty() => rest,
        _ => host,
    };
    if host.is_empty() || host.len() > HOST_BYTES_MAX || host.contains('%') {
        return None;
    }
    if host.contains(':') && !host.starts_with('[') {
        // A bare IPv6 address, as `Uri` types of other crates hand it out.
        return host.parse::<std::net::Ipv6Addr>().ok().map(|address| Cow::Owned(format!("[{address}]")));
    }
    if host.bytes().all(is_plain_host_byte) {
        return Some(Cow::Borrowed(host));
    }
    if host.bytes().all(|b| is_plain_host_byte(b.to_ascii_lowercase())) {
        return Some(Cow::Owned(host.to_ascii_lowercase()));
    }
    url::Host::parse(host).ok().map(|parsed| Cow::Owned(parsed.to_string()))
}

/// What a domain name may have at most, with room for names that are not quite by the book.
const HOST_BYTES_MAX: usize = 1024;

/// A byte that needs no conversion: lower-case letters, digits, and the marks seen in host names.
fn is_plain_host_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~')
}

/// Whether the host is an address and not a name: `[…]`, or a name whose last label is a number.
///
/// The second half is the URL standard's rule; it also covers shortened IPv4 forms.
#[must_use]
pub fn is_address(host: &str) -> bool {
    if host.starts_with('[') {
        return true;
    }
    match host.rsplit('.').next() {
        Some(last) => !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()),
        None => false,
    }
}

/// Whether a host is this machine for sure: `localhost`, names below it, 127.0.0.0/8 and `[::1]`.
///
/// Such an origin is as good as a secure one (Secure Contexts, "potentially trustworthy origin").
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// The domain match of RFC 6265 section 5.1.3: the same, or a label-wise suffix of a name that is not an address.
///
/// Both sides must be canonical; `domain` has no leading dot.
///
/// ```
/// use http_cookiejar::host::domain_match;
///
/// assert!(domain_match("www.example.com", "example.com"));
/// assert!(!domain_match("notexample.com", "example.com"));
/// assert!(!domain_match("127.0.0.1", "0.0.1"), "an address has no domains");
/// ```
#[must_use]
pub fn domain_match(host: &str, domain: &str) -> bool {
    host == domain || (is_strictly_below(host, domain) && !is_address(host))
}

/// Whether `host` ends with `.` and `domain`.
pub(crate) fn is_strictly_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|head| head.ends_with('.') && head.len() > 1)
}

/// The host and then each of its parents: `a.b.c`, `b.c`, `c`.
pub(crate) fn suffixes(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |rest| rest.split_once('.').map(|(_, parent)| parent))
        .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests;
