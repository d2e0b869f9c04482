//! What can go wrong for the caller: cookies made by hand, and clearing what is not there.

use thiserror::Error;

/// A cookie that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CookieError {
    /// No domain was given; every stored cookie belongs to one.
    #[error("a cookie needs a domain: call domain() before build()")]
    NoDomain,
    /// Ports are said to be named, but no port list was given.
    #[error("port_specified needs a port list")]
    NoPort,
    /// The name holds a control character, `;` or `=`.
    #[error("a cookie name must not hold control characters, ';' or '='")]
    BadName,
    /// The value holds a control character or `;`.
    #[error("a cookie value must not hold control characters or ';'")]
    BadValue,
    /// Domain or path holds a control character.
    #[error("a cookie's domain and path must not hold control characters")]
    BadScope,
    /// Port list, comment, comment URL, partition or another attribute holds a control character.
    #[error("a cookie's ports, comments, partition and other attributes must not hold control characters")]
    BadAttribute,
    /// The texts together are longer than an offset can say.
    #[error("a cookie's texts must be shorter than 4 GiB")]
    TooLong,
}

/// [`CookieJar::clear`](crate::CookieJar::clear) found nothing of that domain, path or name (Python's `KeyError`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no such cookie in the jar")]
#[non_exhaustive]
pub struct NotFound;

/// A request that cannot be told apart into the parts that cookies need.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The text is no absolute URL.
    #[error("not an absolute url")]
    Url(#[source] url::ParseError),
    /// The URL has no host, as in `file:` and `data:`.
    #[error("the url has no host")]
    NoHost,
}
