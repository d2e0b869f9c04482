//! Python's quoting of cookie values: RFC 2068's quoted strings with three-digit octal escapes.

use std::borrow::Cow;

use crate::syntax::{is_legal_name, is_unescaped_byte};

/// Quotes `text` as Python does: unchanged if it is a legal name, otherwise in double quotes with `\"`, `\\` and `\ooo`.
///
/// Characters above U+00FF stay as they are, and the empty text becomes two quotes.
///
/// ```
/// use http_cookies::quote;
/// assert_eq!(quote("plain"), "plain");
/// assert_eq!(quote(r#"say "hi"; é"#), r#""say \"hi\"\073 \351""#);
/// ```
#[must_use]
#[doc(alias = "_quote")]
pub fn quote(text: &str) -> Cow<'_, str> {
    if is_legal_name(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    quote_into(text, &mut out);
    Cow::Owned(out)
}

/// Appends `text` in quotes, whether it needs them or not.
fn quote_into(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match u8::try_from(character) {
            Err(_) => out.push(character),
            Ok(b'"') => out.push_str("\\\""),
            Ok(b'\\') => out.push_str("\\\\"),
            Ok(byte) if is_unescaped_byte(byte) => out.push(character),
            Ok(byte) => {
                out.push('\\');
                for shift in [6, 3, 0] {
                    out.push(char::from(b'0' + ((byte >> shift) & 7)));
                }
            }
        }
    }
    out.push('"');
}

/// Undoes [`quote`] as Python does, in linear time; text without quotes at both ends is returned as it is.
///
/// `\` and three octal digits up to `\377` is that character, `\` before any other character but a line feed is that
/// character, and a backslash at the end stays.
///
/// ```
/// use http_cookies::unquote;
/// assert_eq!(unquote(r#""a\073b\"c""#), "a;b\"c");
/// assert_eq!(unquote("plain"), "plain");
/// ```
#[must_use]
#[doc(alias = "_unquote")]
pub fn unquote(text: &str) -> Cow<'_, str> {
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Cow::Borrowed(text);
    };
    let Some((mut clean, mut rest)) = inner.split_once('\\') else {
        return Cow::Borrowed(inner);
    };
    let mut out = String::with_capacity(inner.len());
    loop {
        out.push_str(clean);
        let (character, after) = escaped(rest);
        out.push(character);
        match after.split_once('\\') {
            Some((before, next)) => (clean, rest) = (before, next),
            None => {
                out.push_str(after);
                return Cow::Owned(out);
            }
        }
    }
}

/// The character that the text after a backslash stands for, and what follows it.
fn escaped(rest: &str) -> (char, &str) {
    if let Some([a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7']) = rest.as_bytes().first_chunk::<3>() {
        let byte = ((a - b'0') << 6) | ((b - b'0') << 3) | (c - b'0');
        return (char::from(byte), rest.get(3..).unwrap_or_default());
    }
    let mut characters = rest.chars();
    match characters.next() {
        None | Some('\n') => ('\\', rest),
        Some(character) => (character, characters.as_str()),
    }
}

#[cfg(test)]
mod tests;
