//! The ten attributes of a cookie and the values Python lets them have.

use std::fmt;
use std::time::{Duration, SystemTime};

use http_proto::date::format_http_date;

use crate::error::{CookieError, Part, shown};
use crate::same_site::SameSite;
use crate::syntax::{check_controls, check_wire};

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

    /// The attribute of this name, or the error that Python raises.
    pub(crate) fn named(name: &str) -> Result<Self, CookieError> {
        Self::from_name(name).ok_or_else(|| CookieError::UnknownAttribute(shown(name)))
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

/// The value of an attribute of a [`Morsel`](crate::Morsel), as free as in Python.
///
/// Texts, integers, booleans, [`SameSite`], a [`Duration`] (whole seconds) and a [`SystemTime`] (a date) convert into it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AttrValue {
    /// Not set, and not printed. An empty text is the same.
    #[default]
    Unset,
    /// Text, printed as it is; in `Comment` quoted like a value; in a flag it only means that the flag is set.
    Text(Box<str>),
    /// A number; in `expires` the seconds from the moment of printing.
    Int(i64),
    /// A truth value; printed by flags only as the bare word or not at all.
    Flag(bool),
}

impl AttrValue {
    /// Whether a flag with this value is printed: Python's truth.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Unset => false,
            Self::Text(text) => !text.is_empty(),
            Self::Int(number) => *number != 0,
            Self::Flag(flag) => *flag,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number; a truth value counts as 1 or 0, as in Python.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Flag(flag) => Some(i64::from(*flag)),
            _ => None,
        }
    }

    /// Refuses what must not reach the wire; `Comment` may hold a semicolon because it is quoted.
    pub(crate) fn check(&self, attr: Attr) -> Result<(), CookieError> {
        match self.as_text() {
            None => Ok(()),
            Some(text) if attr == Attr::Comment => check_controls(text.as_bytes(), Part::Attribute(attr)),
            Some(text) => check_wire(text.as_bytes(), Part::Attribute(attr)),
        }
    }
}

impl From<&str> for AttrValue {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Unset } else { Self::Text(text.into()) }
    }
}

impl From<String> for AttrValue {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Unset } else { Self::Text(text.into_boxed_str()) }
    }
}

impl From<i64> for AttrValue {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<i32> for AttrValue {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u32> for AttrValue {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<bool> for AttrValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<SameSite> for AttrValue {
    fn from(word: SameSite) -> Self {
        Self::Text(word.as_str().into())
    }
}

/// Whole seconds, saturated.
impl From<Duration> for AttrValue {
    fn from(duration: Duration) -> Self {
        Self::Int(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX))
    }
}

/// A date as in `Sun, 06 Nov 1994 08:49:37 GMT`, held within the years 1970 to 9999.
impl From<SystemTime> for AttrValue {
    fn from(time: SystemTime) -> Self {
        Self::Text(format_http_date(time).map(char::from).iter().collect())
    }
}

#[cfg(test)]
mod tests;
