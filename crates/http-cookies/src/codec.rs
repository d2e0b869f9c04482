//! How a value is written on the wire: Python's quoting, nothing at all, or percent-encoding.

use std::borrow::Cow;
use std::str;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::error::CookieError;
use crate::quoting::{quote, unquote};

/// A way of writing values on the wire; Python's hooks `value_encode` and `value_decode`.
///
/// Whatever `encode` answers is checked again before it is stored: control characters and semicolons never get out.
///
/// ```
/// use http_cookies::{BaseCookie, Codec, CookieError};
/// use std::borrow::Cow;
///
/// /// Says everything backwards.
/// #[derive(Default)]
/// struct Mirror;
///
/// impl Codec for Mirror {
///     fn decode<'a>(&self, coded: &'a str) -> Result<Cow<'a, str>, CookieError> {
///         self.encode(coded)
///     }
///     fn encode<'a>(&self, value: &'a str) -> Result<Cow<'a, str>, CookieError> {
///         Ok(value.chars().rev().collect::<String>().into())
///     }
/// }
///
/// let mut cookies = BaseCookie::<Mirror>::new();
/// cookies.set("a", "abc")?;
/// assert_eq!(cookies.to_string(), "Set-Cookie: a=cba");
/// # Ok::<(), CookieError>(())
/// ```
#[doc(alias = "value_encode")]
#[doc(alias = "value_decode")]
pub trait Codec {
    /// The value that a coded value stands for.
    ///
    /// # Errors
    /// [`CookieError`] if the coded value stands for nothing.
    fn decode<'a>(&self, coded: &'a str) -> Result<Cow<'a, str>, CookieError>;

    /// The coded value for a value.
    ///
    /// # Errors
    /// [`CookieError`] if the codec has no way of writing the value.
    fn encode<'a>(&self, value: &'a str) -> Result<Cow<'a, str>, CookieError>;
}

/// Python's quoting, the codec of [`SimpleCookie`](crate::SimpleCookie): see [`quote`] and [`unquote`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "a codec without settings")]
pub struct Quoted;

impl Codec for Quoted {
    fn decode<'a>(&self, coded: &'a str) -> Result<Cow<'a, str>, CookieError> {
        Ok(unquote(coded))
    }

    fn encode<'a>(&self, value: &'a str) -> Result<Cow<'a, str>, CookieError> {
        Ok(quote(value))
    }
}

/// Values as they are, the codec of Python's `BaseCookie`; a value with a semicolon is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "a codec without settings")]
pub struct Raw;

impl Codec for Raw {
    fn decode<'a>(&self, coded: &'a str) -> Result<Cow<'a, str>, CookieError> {
        Ok(Cow::Borrowed(coded))
    }

    fn encode<'a>(&self, value: &'a str) -> Result<Cow<'a, str>, CookieError> {
        Ok(Cow::Borrowed(value))
    }
}

/// Percent-encoding of UTF-8: what scripts undo with `decodeURIComponent`, and what survives every server and proxy.
///
/// Encoded is everything outside RFC 6265's `cookie-octet`, and `%` itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "a codec without settings")]
pub struct Percent;

/// The complement of `cookie-octet = %x21 / %x23-2B / %x2D-3A / %x3C-5B / %x5D-7E`, and the percent sign.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\').add(b'%');

impl Codec for Percent {
    /// A `%` that two hexadecimal digits do not follow stays as it is; bytes that are not UTF-8 are an error.
    fn decode<'a>(&self, coded: &'a str) -> Result<Cow<'a, str>, CookieError> {
        percent_decode_str(coded)
            .decode_utf8()
            .map_err(|error| CookieError::Undecodable { at: coded_place(coded, error.valid_up_to()) })
    }

    fn encode<'a>(&self, value: &'a str) -> Result<Cow<'a, str>, CookieError> {
        Ok(utf8_percent_encode(value, ESCAPED).into())
    }
}

/// Where in a percent-encoded text a decoded byte comes from.
fn coded_place(coded: &str, decoded: usize) -> usize {
    let mut rest = coded.as_bytes();
    for _ in 0..decoded {
        rest = match rest {
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest,
            [_, rest @ ..] => rest,
            [] => break,
        };
    }
    coded.len() - rest.len()
}

#[cfg(test)]
mod tests;
