//! Hosts, ports and paths as CPython's jar sees them: RFC 2965 section 1, with CPython's liberties.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::request::RequestView;

/// The host, with `.local` behind it if it has no dot.
pub(super) fn effective_host<'r>(request: &'r RequestView<'_>) -> Cow<'r, str> {
    let host = request.host();
    if host.contains('.') { Cow::Borrowed(host) } else { Cow::Owned([host, ".local"].concat()) }
}

/// Whether a text ends with a dot and digits.
fn looks_like_ipv4(text: &str) -> bool {
    text.rsplit_once('.')
        .is_some_and(|(_, last)| !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether CPython takes the host for an address, whose dots are no borders of labels.
pub(super) fn is_ipv4(text: &str) -> bool {
    looks_like_ipv4(text)
}

/// Whether a text is a host domain name, by CPython's lights.
fn is_host_domain_name(text: &str) -> bool {
    !looks_like_ipv4(text) && !text.is_empty() && !text.starts_with('.') && !text.ends_with('.')
}

/// The domain match of RFC 2965 section 1; `domain` has its leading dot.
pub(super) fn domain_match(host: &str, domain: &str) -> bool {
    if host == domain {
        return true;
    }
    let Some(bare) = domain.strip_prefix('.') else { return false };
    let prefix = host.strip_suffix(domain);
    is_host_domain_name(host) && prefix.is_some_and(|prefix| !prefix.is_empty()) && is_host_domain_name(bare)
}

/// The reach of a host: RFC 2965 section 1.
fn reach(host: &str) -> Cow<'_, str> {
    if let Some((_, parent)) = host.split_once('.')
        && is_host_domain_name(host)
        && (parent.contains('.') || parent == "local")
    {
        return Cow::Owned([".", parent].concat());
    }
    Cow::Borrowed(host)
}

/// Whether the request is for another party than the one it was made for (RFC 2965 section 3.3.6).
pub(super) fn is_third_party(request: &RequestView<'_>) -> bool {
    !domain_match(request.host(), &reach(request.origin_host()))
}

/// The request's port, in digits as it is compared.
pub(super) fn request_port(request: &RequestView<'_>) -> String {
    let default = if matches!(request.scheme(), "https" | "wss") { 443 } else { 80 };
    request.port().unwrap_or(default).to_string()
}

/// What CPython escapes in a path: escapes that are there stay.
const NO_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'%')
    .remove(b'/')
    .remove(b';')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b',')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'_')
    .remove(b'.')
    .remove(b'-');

/// The request's path in CPython's spelling.
pub(super) fn request_path<'r>(request: &'r RequestView<'_>) -> Cow<'r, str> {
    escape(request.path())
}

/// A path from a cookie, whose bytes stand for the characters of Latin-1.
pub(super) fn escape_path(path: &[u8]) -> String {
    escape(&path.iter().map(|byte| char::from(*byte)).collect::<String>()).into_owned()
}

/// Escapes what may not stand in a path, as UTF-8, and puts escapes that are there into upper case.
fn escape(path: &str) -> Cow<'_, str> {
    let escaped: Cow<'_, str> = utf8_percent_encode(path, NO_PATH).into();
    if escaped.contains('%') { Cow::Owned(upper_escapes(&escaped)) } else { escaped }
}

fn upper_escapes(path: &str) -> String {
    let mut parts = path.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push('%');
        match part.get(..2) {
            Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                out.push_str(&hex.to_ascii_uppercase());
                out.push_str(part.get(2..).unwrap_or_default());
            }
            _ => out.push_str(part),
        }
    }
    out
}
