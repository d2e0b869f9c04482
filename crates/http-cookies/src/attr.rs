//! The ten attributes of a cookie: their names and their order.

use std::fmt;

/// An attribute of a cookie; the order is that of Python's output, alphabetical by lower-case name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Attr {
    /// `Comment`, of RFC 2109; read by nobody.
    Comment,
    /// `Domain`: which hosts get the cookie.
    Domain,
    /// `expires`: a date, or as an integer the seconds from now.
    Expires,
    /// `HttpOnly`: hidden from scripts.
    HttpOnly,
    /// `Max-Age` in seconds.
    MaxAge,
    /// `Partitioned`: one jar for each top-level site.
    Partitioned,
    /// `Path`: which paths get the cookie.
    Path,
    /// `SameSite`.
    SameSite,
    /// `Secure`: sent over secure connections only.
    Secure,
    /// `Version`, of RFC 2109; read by nobody.
    Version,
}

impl Attr {
    /// All attributes, in the order of Python's output.
    pub const ALL: [Self; 10] = [
        Self::Comment,
        Self::Domain,
        Self::Expires,
        Self::HttpOnly,
        Self::MaxAge,
        Self::Partitioned,
        Self::Path,
        Self::SameSite,
        Self::Secure,
        Self::Version,
    ];

    /// The name as Python writes it, `expires` in lower case included.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comment => "Comment",
            Self::Domain => "Domain",
            Self::Expires => "expires",
            Self::HttpOnly => "HttpOnly",
            Self::MaxAge => "Max-Age",
            Self::Partitioned => "Partitioned",
            Self::Path => "Path",
            Self::SameSite => "SameSite",
            Self::Secure => "Secure",
            Self::Version => "Version",
        }
    }

    /// The attribute of this name, in any case; `None` if there is none.
    #[must_use]
    #[doc(alias = "isReservedKey")]
    pub fn from_name(name: &str) -> Option<Self> {
        let candidate = match name.len() {
            4 => Self::Path,
            6 if name.starts_with(['d', 'D']) => Self::Domain,
            6 => Self::Secure,
            7 => match name.as_bytes().first() {
                Some(b'c' | b'C') => Self::Comment,
                Some(b'e' | b'E') => Self::Expires,
                Some(b'm' | b'M') => Self::MaxAge,
                _ => Self::Version,
            },
            8 if name.starts_with(['h', 'H']) => Self::HttpOnly,
            8 => Self::SameSite,
            11 => Self::Partitioned,
            _ => return None,
        };
        candidate.as_str().eq_ignore_ascii_case(name).then_some(candidate)
    }

    /// Whether the attribute is printed as a bare word: `Secure`, `HttpOnly` and `Partitioned`.
    #[must_use]
    pub const fn is_flag(self) -> bool {
        matches!(self, Self::HttpOnly | Self::Partitioned | Self::Secure)
    }
}

impl fmt::Display for Attr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;
