//! What stands inside a request target: decoded segments and query pairs; and the target of a redirect. It knows text,
//! not files: whether a segment may name a file is decided where files are opened.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode, utf8_percent_encode};
use std::borrow::Cow;

/// The segments of a path between its slashes, each decoded once: `/a%20b/` has `a b` and an empty one.
///
/// A decoded segment may hold anything, `/` and `..` included. Bytes that are no UTF-8 become U+FFFD.
pub(crate) fn segments(path: &str) -> impl DoubleEndedIterator<Item = Cow<'_, str>> {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split('/').map(|segment| percent_decode(segment.as_bytes()).decode_utf8_lossy())
}

/// The pairs of a query or form in order (`application/x-www-form-urlencoded`): `+` is a space, bytes that are no
/// UTF-8 become U+FFFD, a name without `=` has an empty value.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (form_decode(name), form_decode(value))
    })
}

fn form_decode(text: &str) -> Cow<'_, str> {
    if !text.contains('+') {
        return percent_decode(text.as_bytes()).decode_utf8_lossy();
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode(spaced.as_bytes()).decode_utf8_lossy().into_owned())
}

/// What `uric` of RFC 3986 leaves out, `%` excepted: what is encoded already stays so.
const OUTSIDE_URI: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A value for `Location` that is a URI reference and never names another host by accident.
pub(crate) fn redirect_target(target: &str) -> String {
    let path = target.trim_start_matches(['/', '\\']);
    let slashes = target.len() - path.len();
    if slashes == 0 {
        return utf8_percent_encode(target, OUTSIDE_URI).to_string();
    }
    let mut text = String::with_capacity(target.len());
    text.push('/');
    text.extend(utf8_percent_encode(path, OUTSIDE_URI));
    text
}

#[cfg(test)]
mod tests;
