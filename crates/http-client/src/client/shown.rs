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
            let value = value.as_bytes();
            let query = value.iter().position(|&byte| byte == b'?');
            let added = match query.filter(|_| LINKS.iter().any(|link| name.eq_ignore_ascii_case(link))) {
                Some(query) => {
                    let rest = value.get(..query).unwrap_or_default();
                    shown.append(name, [rest, b"?[hidden]"].concat())
                }
                None => shown.append(name, value),
            };
            added.map_err(|_| fmt::Error)?;
        }
        shown.fmt(f)
    }
}

#[cfg(test)]
mod tests;
