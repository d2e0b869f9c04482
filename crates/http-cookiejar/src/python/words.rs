//! The header words of RFC 2965 (`name="value"; attribute, next`), split and joined as CPython does it.

use std::borrow::Cow;

/// A name and, if there was a `=`, a value.
pub type Word<'t> = (&'t [u8], Option<Cow<'t, [u8]>>);

/// Blanks, as CPython's patterns and `strip()` see them in ASCII.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | 0x1C..=0x1F | b' ')
}

/// Without blanks at both ends.
pub(crate) fn strip(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_blank(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_blank(*last)
    {
        text = rest;
    }
    text
}

/// Without one quote at each end.
pub(crate) fn strip_quotes(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"\"").unwrap_or(text);
    text.strip_suffix(b"\"").unwrap_or(text)
}

/// Whether CPython's `int()` reads the text: digits with single underscores between them, a sign, blanks around.
pub(crate) fn is_python_integer(text: &[u8]) -> bool {
    let text = strip(text);
    let digits = match text {
        [b'+' | b'-', rest @ ..] => rest,
        all => all,
    };
    let well_spaced = digits.split(|byte| *byte == b'_').all(|group| !group.is_empty());
    // CPython reads no more than 4300 digits.
    let count = digits.iter().filter(|byte| byte.is_ascii_digit()).count();
    well_spaced && count <= 4300 && digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'_')
}

/// Reads what [`is_python_integer`] lets through, saturating.
pub(crate) fn python_integer(text: &[u8]) -> Option<i64> {
    if !is_python_integer(text) {
        return None;
    }
    let text = strip(text);
    let digits = text.iter().filter(|byte| byte.is_ascii_digit());
    let number =
        digits.fold(0_i64, |sum, digit| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    Some(if text.first() == Some(&b'-') { -number } else { number })
}

/// Splits one field value into cookies, each a list of words.
///
/// `foo="bar"; port="80,81", bar=baz` gives two lists. A backslash in quotes stands for the character behind it.
#[must_use]
pub fn split_header_words(text: &[u8]) -> Vec<Vec<Word<'_>>> {
    let mut lists = Vec::new();
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        rest = skip(rest, is_blank);
        match rest {
            [b',', behind @ ..] => {
                rest = behind;
                if !words.is_empty() {
                    lists.push(std::mem::take(&mut words));
                }
            }
            [b'=' | b';', ..] => rest = skip(rest, |byte| is_blank(byte) || matches!(byte, b'=' | b';')),
            [] => {}
            _ => {
                let (name, behind) =
                    take(rest, |byte| !is_blank(byte) && !matches!(byte, b'=' | b';' | b','));
                let (value, behind) = read_value(behind);
                words.push((name, value));
                rest = behind;
            }
        }
    }
    if !words.is_empty() {
        lists.push(words);
    }
    lists
}

fn skip(text: &[u8], what: impl Fn(u8) -> bool) -> &[u8] {
    take(text, what).1
}

fn take(text: &[u8], what: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !what(*byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, b""))
}

/// The value behind a name: quoted, plain, or none if no `=` follows.
fn read_value(text: &[u8]) -> (Option<Cow<'_, [u8]>>, &[u8]) {
    let Some(behind) = skip(text, is_blank).strip_prefix(b"=") else { return (None, text) };
    let behind = skip(behind, is_blank);
    if let Some((value, rest)) = read_quoted(behind) {
        return (Some(value), rest);
    }
    let (value, rest) = take(behind, |byte| !is_blank(byte) && !matches!(byte, b';' | b','));
    (Some(Cow::Borrowed(value)), rest)
}

/// A text in quotes that are closed.
fn read_quoted(text: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let inner = text.strip_prefix(b"\"")?;
    let mut value = Vec::new();
    let mut bytes = inner.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return Some((Cow::Owned(value), inner.get(at + 1..)?)),
            b'\\' => value.push(*bytes.next()?.1),
            other => value.push(*other),
        }
    }
    None
}

/// Joins words into one field value; values that are not one plain word are put in quotes.
#[must_use]
pub fn join_header_words<'w>(words: impl IntoIterator<Item = (&'w str, Option<&'w str>)>) -> String {
    let mut out = String::new();
    for (name, value) in words {
        push_word(&mut out, name, value);
    }
    out
}

/// Puts one more word behind others.
pub(crate) fn push_word(out: &mut String, name: &str, value: Option<&str>) {
    if !out.is_empty() {
        out.push_str("; ");
    }
    out.push_str(name);
    let Some(value) = value else { return };
    out.push('=');
    let plain = |c: char| c == '_' || c.is_alphanumeric();
    if !value.is_empty() && value.chars().all(plain) {
        out.push_str(value);
        return;
    }
    out.push('"');
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}

#[cfg(test)]
mod tests;
