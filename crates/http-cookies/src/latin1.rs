//! Field values are bytes, Python's cookies are text: the way between the two.

use std::borrow::Cow;

use crate::error::{CookieError, Part};

/// The text of a field value: borrowed if it is UTF-8, otherwise read as Latin-1, one character a byte. It never fails.
///
/// ```
/// use http_cookies::text_from_bytes;
/// assert_eq!(text_from_bytes("é".as_bytes()), "é");
/// assert_eq!(text_from_bytes(b"\xE9"), "é");
/// ```
#[must_use]
pub fn text_from_bytes(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}

/// The text as Latin-1, one byte a character: what Python's server modules put on the wire.
///
/// # Errors
/// [`CookieError::NotLatin1`] for a character above U+00FF.
pub fn latin1_bytes(text: &str) -> Result<Cow<'_, [u8]>, CookieError> {
    if text.is_ascii() {
        return Ok(Cow::Borrowed(text.as_bytes()));
    }
    let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    bytes.map(Cow::Owned).map_err(|_| CookieError::NotLatin1(Part::Value))
}

#[cfg(test)]
mod tests;
