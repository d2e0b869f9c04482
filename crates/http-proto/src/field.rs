//! Readers for what stands inside field values: lists, quoted strings, parameters, weights (RFC 9110 §5.6, §12.4.2).
//!
//! They borrow, never allocate unless an escape must be taken out, and never fail: what is malformed is left out
//! or ends the iteration, as each one says.

use crate::ascii::{self, TOKEN, trim_ows};
use std::borrow::Cow;

/// Whether a byte may stand in a token: `tchar` (RFC 9110 §5.6.2), of which methods and field names are made.
#[must_use]
pub const fn is_token_byte(byte: u8) -> bool {
    TOKEN.contains(byte)
}

/// Reads `1*DIGIT` whole, or nothing: no sign, no blanks, no overflow (RFC 9110 §8.6). What `str::parse` takes beyond
/// that would let two recipients see different lengths.
#[must_use]
pub fn decimal(digits: &[u8]) -> Option<u64> {
    ascii::decimal(digits)
}

/// The elements of a comma-separated list (RFC 9110 §5.6.1): trimmed, empty ones left out, commas inside quoted
/// strings not taken for separators.
///
/// A quoted string that does not end runs to the end of the value.
///
/// ```
/// use http_proto::field::{elements, weight};
///
/// let accept = b"text/html, text/plain;q=0.5, , a/b;c=\"d, e\"";
/// let weights: Vec<_> = elements(accept).map(weight).collect();
/// assert_eq!(weights, [Some(1000), Some(500), Some(1000)]);
/// ```
#[must_use]
pub fn elements(value: &[u8]) -> Elements<'_> {
    Elements { rest: value, separator: b',', whole: false }
}

/// The parts of a value that semicolons separate, by the same rules as [`elements`]: `text/html; charset=utf-8`.
#[must_use]
pub fn parts(value: &[u8]) -> Elements<'_> {
    Elements { rest: value, separator: b';', whole: false }
}

/// Iterator of [`elements`] and [`parts`].
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    rest: &'a [u8],
    separator: u8,
    whole: bool,
}

impl<'a> Elements<'a> {
    /// The value as its one element.
    pub(crate) fn whole(value: &'a [u8]) -> Self {
        Self { rest: value, separator: b',', whole: true }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while !self.rest.is_empty() {
            let end = if self.whole { self.rest.len() } else { separator_at(self.rest, self.separator) };
            let (element, rest) = self.rest.split_at_checked(end)?;
            self.rest = rest.get(1..).unwrap_or_default();
            let element = trim_ows(element);
            if !element.is_empty() {
                return Some(element);
            }
        }
        None
    }
}

/// Where the first `separator` outside quoted strings stands, or the length.
fn separator_at(value: &[u8], separator: u8) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    for (index, &byte) in value.iter().enumerate() {
        if escaped {
            escaped = false;
        } else if quoted {
            match byte {
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
        } else if byte == b'"' {
            quoted = true;
        } else if byte == separator {
            return index;
        }
    }
    value.len()
}

/// One parameter, `name "=" ( token / quoted-string )` (RFC 9110 §5.6.6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter<'a> {
    /// The name in the spelling of the wire; compare it without regard to case.
    pub name: &'a [u8],
    /// The value, a quoted string without its quotes and escapes; empty where there is none.
    pub value: Cow<'a, [u8]>,
}

/// The parameters behind the first part of a value: of `text/html; charset="utf-8"; q=0.5`, `charset` and `q`.
///
/// Parts whose name is no token are left out.
pub fn parameters(value: &[u8]) -> impl Iterator<Item = Parameter<'_>> {
    let behind = separator_at(value, b';');
    parts(value.get(behind..).unwrap_or_default()).filter_map(parameter)
}

/// Reads one part as a parameter; `None` where its name is no token.
#[must_use]
pub fn parameter(part: &[u8]) -> Option<Parameter<'_>> {
    let equals = part.iter().position(|&byte| byte == b'=').unwrap_or(part.len());
    let (name, value) = part.split_at_checked(equals)?;
    let name = trim_ows(name);
    if name.is_empty() || !TOKEN.all(name) {
        return None;
    }
    let value = unquote(trim_ows(value.get(1..).unwrap_or_default()));
    Some(Parameter { name, value })
}

/// The text of a quoted string without quotes and escapes (RFC 9110 §5.6.4); anything else as it is.
#[must_use]
pub fn unquote(value: &[u8]) -> Cow<'_, [u8]> {
    let [b'"', inner @ .., b'"'] = value else { return Cow::Borrowed(value) };
    if !inner.contains(&b'\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\\' => text.extend(bytes.next()),
            _ => text.push(byte),
        }
    }
    Cow::Owned(text)
}

/// `text` as a token if it is one, else as a quoted string (RFC 9110 §5.6.4).
///
/// Control characters cannot be quoted away: a header list refuses the value then.
#[must_use]
pub fn quote(text: &str) -> Cow<'_, str> {
    if !text.is_empty() && TOKEN.all(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    Cow::Owned(quoted)
}

/// The weight of a list element in thousandths: 1000 without a `q` parameter, `None` for a malformed one
/// (`qvalue`, RFC 9110 §12.4.2).
#[must_use]
pub fn weight(element: &[u8]) -> Option<u16> {
    parameters(element)
        .find(|parameter| parameter.name.eq_ignore_ascii_case(b"q"))
        .map_or(Some(1000), |parameter| thousandths(&parameter.value))
}

/// `qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )`.
fn thousandths(value: &[u8]) -> Option<u16> {
    let (whole, fraction) = match value {
        [whole, b'.', fraction @ ..] if fraction.len() <= 3 => (*whole, fraction),
        [whole] => (*whole, &[][..]),
        _ => return None,
    };
    let mut sum = match whole {
        b'0' => 0,
        b'1' => 1000,
        _ => return None,
    };
    let mut place = 100;
    for &digit in fraction {
        if !digit.is_ascii_digit() {
            return None;
        }
        sum += u16::from(digit - b'0') * place;
        place /= 10;
    }
    (sum <= 1000).then_some(sum)
}

/// The value before its parameters: of `text/html; charset=utf-8`, `text/html`.
#[must_use]
pub fn before_parameters(value: &[u8]) -> &[u8] {
    trim_ows(value.get(..separator_at(value, b';')).unwrap_or_default())
}

#[cfg(test)]
mod tests;
