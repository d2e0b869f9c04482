//! The values that Python lets the attributes of a cookie have.

use std::time::{Duration, SystemTime};

use http_proto::date::format_http_date;

use crate::attr::Attr;
use crate::error::{CookieError, Part};
use crate::same_site::SameSite;
use crate::syntax::{check_controls, check_wire};

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
