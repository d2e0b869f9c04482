//! What may stand in logs and errors: URLs without their queries, which often hold tokens.

use http_proto::Headers;
use std::fmt;
use url::{Position, Url};

/// Fields whose values are URLs.
const LINKS: [&str; 4] = ["Location", "Content-Location", "Referer", "Refresh"];

/// A URL without user, password, query and fragment.
pub(crate) struct Shown<'a>(pub(crate) &'a Url);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.0;
        // A URL of a call has no user and no password; who asks for another one gets none of them either.
        write!(f, "{}://", url.scheme())?;
        f.write_str(&url[Position::BeforeHost..Position::AfterPath])?;
        if url.query().is_some() { f.write_str("?[hidden]") } else { Ok(()) }
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Fields, those with URLs without queries.
pub(crate) struct ShownFields<'a>(pub(crate) &'a Headers);

impl fmt::Debug for ShownFields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = Headers::new();
        for (name, value) in self.0 {
            let is_link = LINKS.iter().any(|link| name.eq_ignore_ascii_case(link));
            let value = if is_link { without_secrets(value.as_bytes()) } else { value.as_bytes().to_vec() };
            shown.append(name, value).map_err(|_| fmt::Error)?;
        }
        shown.fmt(f)
    }
}

/// A URL, relative or not, without what [`Shown`] leaves out too.
fn without_secrets(link: &[u8]) -> Vec<u8> {
    let end = link.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(link.len());
    let (link, rest) = link.split_at(end);
    let mut shown = link.to_vec();
    if let Some(authority) = link.windows(2).position(|pair| pair == b"//").map(|slashes| slashes + 2) {
        let host = link.get(authority..).unwrap_or_default();
        let host = host.split(|&byte| byte == b'/').next().unwrap_or_default();
        if let Some(user) = host.iter().rposition(|&byte| byte == b'@') {
            shown.drain(authority..=authority + user);
        }
    }
    if !rest.is_empty() {
        shown.extend_from_slice(b"?[hidden]");
    }
    shown
}

#[cfg(test)]
mod tests;
