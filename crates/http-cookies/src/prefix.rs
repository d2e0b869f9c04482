//! The name prefixes that promise how a cookie was set (RFC 6265bis §4.1.3, and `__Http-` of its successor).

use std::fmt;

/// A prefix of a cookie's name that browsers hold the cookie to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CookiePrefix {
    /// `__Secure-`: has `Secure`.
    Secure,
    /// `__Host-`: has `Secure`, `Path=/` and no `Domain`.
    Host,
    /// `__Http-`: has `Secure` and `HttpOnly`.
    Http,
    /// `__Host-Http-`: what `__Host-` and `__Http-` ask for.
    HostHttp,
}

impl CookiePrefix {
    /// The prefix of this name, in any case, as browsers compare.
    #[must_use]
    pub fn of(name: &[u8]) -> Option<Self> {
        [Self::HostHttp, Self::Host, Self::Http, Self::Secure].into_iter().find(|prefix| {
            let word = prefix.as_str().as_bytes();
            name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        })
    }

    /// The prefix in its usual case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secure => "__Secure-",
            Self::Host => "__Host-",
            Self::Http => "__Http-",
            Self::HostHttp => "__Host-Http-",
        }
    }

    /// Whether the cookie must be bound to its host: `Path=/` and no `Domain`.
    #[must_use]
    pub const fn needs_host(self) -> bool {
        matches!(self, Self::Host | Self::HostHttp)
    }

    /// Whether the cookie must be `HttpOnly`.
    #[must_use]
    pub const fn needs_http_only(self) -> bool {
        matches!(self, Self::Http | Self::HostHttp)
    }
}

impl fmt::Display for CookiePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a prefix demands of a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PrefixRule {
    /// `Secure` is set.
    Secure,
    /// `HttpOnly` is set.
    HttpOnly,
    /// `Domain` is not set.
    NoDomain,
    /// `Path` is set, to `/`.
    RootPath,
}

impl fmt::Display for PrefixRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secure => "be Secure",
            Self::HttpOnly => "be HttpOnly",
            Self::NoDomain => "have no Domain",
            Self::RootPath => "have Path=/",
        })
    }
}

#[cfg(test)]
mod tests;
