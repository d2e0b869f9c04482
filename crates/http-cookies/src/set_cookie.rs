//! Reading one `Set-Cookie` field value by RFC 6265bis §5.6: syntax only, borrowed, typed.
//!
//! Whether a cookie may be kept (hosts, prefixes, secure origins, ages) is a question for a cookie jar.

use std::fmt;

use crate::date::parse_cookie_date;
use crate::same_site::SameSite;

/// The most bytes that name and value may have together (RFC 6265bis §5.6 step 5).
pub const NAME_VALUE_BYTES_MAX: usize = 4096;

/// The most bytes of an attribute value; a longer one is read past (RFC 6265bis §5.6.1 step 6).
pub const ATTRIBUTE_VALUE_BYTES_MAX: usize = 1024;

/// One `Set-Cookie` field value, taken apart; made by [`parse_set_cookie`].
///
/// Of attributes that stand more than once the last valid one counts. `Debug` does not show the value.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetCookie<'a> {
    /// The name without blanks around it; empty for a cookie without a name.
    pub name: &'a [u8],
    /// The value without blanks around it, exactly as sent: quotes, escapes and percent signs are not undone.
    pub value: &'a [u8],
    /// `Expires` as seconds since 1970-01-01 00:00:00 UTC; `None` when it is missing or no cookie date.
    pub expires: Option<i64>,
    /// `Max-Age` in seconds, saturated; zero and less mean "at once". It wins over [`expires`](Self::expires).
    pub max_age: Option<i64>,
    /// `Domain` without one leading dot, in the case it was sent in; `Some(b"")` when it was given empty.
    pub domain: Option<&'a [u8]>,
    /// `Path` if it starts with `/`; `None` stands for the default path of the request.
    pub path: Option<&'a [u8]>,
    /// Whether `Secure` was given, with any value.
    pub secure: bool,
    /// Whether `HttpOnly` was given, with any value.
    pub http_only: bool,
    /// `SameSite`; `None` when it was not given or the last one is an unknown word.
    pub same_site: Option<SameSite>,
    /// Whether `Partitioned` was given, with any value.
    pub partitioned: bool,
    /// Everything after the first `;`, for [`attributes`](Self::attributes).
    unparsed: Option<&'a [u8]>,
}

impl<'a> SetCookie<'a> {
    /// Every attribute in the order sent, known or not, as name and value without blanks around them.
    ///
    /// Those with a value of more than [`ATTRIBUTE_VALUE_BYTES_MAX`] bytes are left out, as browsers leave them out.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes { unparsed: self.unparsed }
    }

    /// The attributes that no field of this type stands for (`Priority`, `Comment`, …), in the order sent.
    pub fn unknown_attributes(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        self.attributes().filter(|(name, _)| Known::of(name).is_none() && !name.is_empty())
    }

    fn apply(&mut self, known: Known, value: &'a [u8]) {
        match known {
            Known::Expires => self.expires = parse_cookie_date(value).or(self.expires),
            Known::MaxAge => self.max_age = parse_max_age(value).or(self.max_age),
            Known::Domain => self.domain = Some(value.strip_prefix(b".").unwrap_or(value)),
            Known::Path => self.path = value.starts_with(b"/").then_some(value),
            Known::Secure => self.secure = true,
            Known::HttpOnly => self.http_only = true,
            Known::SameSite => self.same_site = SameSite::from_bytes(value),
            Known::Partitioned => self.partitioned = true,
        }
    }
}

impl fmt::Debug for SetCookie<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetCookie")
            .field("name", &String::from_utf8_lossy(self.name))
            .field("value", &format_args!("({} bytes)", self.value.len()))
            .field("expires", &self.expires)
            .field("max_age", &self.max_age)
            .field("domain", &self.domain.map(String::from_utf8_lossy))
            .field("path", &self.path.map(String::from_utf8_lossy))
            .field("secure", &self.secure)
            .field("http_only", &self.http_only)
            .field("same_site", &self.same_site)
            .field("partitioned", &self.partitioned)
            .finish_non_exhaustive()
    }
}

/// Why a whole `Set-Cookie` field value is ignored; made by [`parse_set_cookie`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetCookieError {
    /// A control character other than a tab stands in the line, at byte `at` counted from 0.
    #[error("control character at byte {at} of the set-cookie line")]
    ControlCharacter {
        /// Where it stands, in bytes from the start.
        at: usize,
    },
    /// Name and value together have more than [`NAME_VALUE_BYTES_MAX`] bytes.
    #[error("name and value have {bytes} bytes, more than 4096")]
    TooLong {
        /// How many they have.
        bytes: usize,
    },
    /// Neither a name nor a value.
    #[error("neither name nor value in the set-cookie line")]
    Empty,
}

/// Reads one `Set-Cookie` field value by RFC 6265bis §5.6, without copying anything.
///
/// A line without `=` is a cookie without a name. Unknown attributes stay readable through
/// [`SetCookie::unknown_attributes`].
///
/// ```
/// # use http_cookies::{SameSite, SetCookieError, parse_set_cookie};
/// let cookie = parse_set_cookie(b"id=7; Path=/; Max-Age=60; samesite=lax; Priority=High")?;
/// assert_eq!((cookie.name, cookie.value), (&b"id"[..], &b"7"[..]));
/// assert_eq!(cookie.path, Some(&b"/"[..]));
/// assert_eq!(cookie.max_age, Some(60));
/// assert_eq!(cookie.same_site, Some(SameSite::Lax));
/// assert!(!cookie.secure);
/// # Ok::<(), SetCookieError>(())
/// ```
///
/// # Errors
/// [`SetCookieError`] for a line that RFC 6265bis tells a client to ignore altogether: control characters, more than 4096
/// bytes of name and value, or neither of both.
pub fn parse_set_cookie(line: &[u8]) -> Result<SetCookie<'_>, SetCookieError> {
    if line.iter().fold(false, |bad, &byte| bad | is_forbidden(byte)) {
        let at = line.iter().position(|&byte| is_forbidden(byte)).unwrap_or_default();
        return Err(SetCookieError::ControlCharacter { at });
    }
    let (pair, unparsed) = match split_once(line, b';') {
        Some((pair, rest)) => (pair, Some(rest)),
        None => (line, None),
    };
    let (name, value) = split_once(pair, b'=').unwrap_or((b"", pair));
    let (name, value) = (trim(name), trim(value));
    let bytes = name.len() + value.len();
    if bytes > NAME_VALUE_BYTES_MAX {
        return Err(SetCookieError::TooLong { bytes });
    }
    if bytes == 0 {
        return Err(SetCookieError::Empty);
    }
    let mut cookie = SetCookie {
        name,
        value,
        expires: None,
        max_age: None,
        domain: None,
        path: None,
        secure: false,
        http_only: false,
        same_site: None,
        partitioned: false,
        unparsed,
    };
    for (name, value) in cookie.attributes() {
        if let Some(known) = Known::of(name) {
            cookie.apply(known, value);
        }
    }
    Ok(cookie)
}

/// The attributes of a `Set-Cookie` field value; made by [`SetCookie::attributes`].
#[derive(Clone)]
#[must_use = "iterators do nothing unless they are asked"]
pub struct Attributes<'a> {
    unparsed: Option<&'a [u8]>,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.unparsed.take()?;
            let attribute = match split_once(rest, b';') {
                Some((attribute, rest)) => {
                    self.unparsed = Some(rest);
                    attribute
                }
                None => rest,
            };
            let (name, value) = split_once(attribute, b'=').unwrap_or((attribute, b""));
            let (name, value) = (trim(name), trim(value));
            let blank = name.is_empty() && value.is_empty();
            if !blank && value.len() <= ATTRIBUTE_VALUE_BYTES_MAX {
                return Some((name, value));
            }
        }
    }
}

impl fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.clone().map(|(name, _)| String::from_utf8_lossy(name).into_owned());
        f.debug_list().entries(names).finish()
    }
}

/// The attributes that RFC 6265bis and CHIPS give a meaning.
#[derive(Clone, Copy)]
enum Known {
    Expires,
    MaxAge,
    Domain,
    Path,
    Secure,
    HttpOnly,
    SameSite,
    Partitioned,
}

impl Known {
    fn of(name: &[u8]) -> Option<Self> {
        let is = |word: &[u8]| name.eq_ignore_ascii_case(word);
        match name.len() {
            4 if is(b"path") => Some(Self::Path),
            6 if is(b"domain") => Some(Self::Domain),
            6 if is(b"secure") => Some(Self::Secure),
            7 if is(b"expires") => Some(Self::Expires),
            7 if is(b"max-age") => Some(Self::MaxAge),
            8 if is(b"httponly") => Some(Self::HttpOnly),
            8 if is(b"samesite") => Some(Self::SameSite),
            11 if is(b"partitioned") => Some(Self::Partitioned),
            _ => None,
        }
    }
}

/// Whether a field of [`SetCookie`] stands for this attribute.
pub(crate) fn is_known_attribute(name: &[u8]) -> bool {
    Known::of(name).is_some()
}

/// RFC 6265bis §5.6.2: an optional `-` and digits; anything else, a lone `-` included, leaves the attribute out.
fn parse_max_age(value: &[u8]) -> Option<i64> {
    let (digits, negative) = match value.strip_prefix(b"-") {
        Some(digits) => (digits, true),
        None => (value, false),
    };
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_i64, |seconds, byte| match byte {
        b'0'..=b'9' => {
            let digit = i64::from(byte - b'0');
            let tenfold = seconds.saturating_mul(10);
            Some(if negative { tenfold.saturating_sub(digit) } else { tenfold.saturating_add(digit) })
        }
        _ => None,
    })
}

/// `%x00-08 / %x0A-1F / %x7F`: every control character but the tab.
const fn is_forbidden(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t') || byte == 0x7F
}

/// Both sides of the first `separator`.
fn split_once(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|&byte| byte == separator)?;
    let (before, rest) = text.split_at_checked(at)?;
    Some((before, rest.split_first()?.1))
}

/// Without blanks (`WSP = SP / HTAB`) at both ends.
fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests;
