//! Import of Playwright's `storageState` files: cookies that a driven browser had.

use thiserror::Error;

use http_cookies::SameSite;

use crate::cookie::Cookie;
use crate::file::json::integer;
use crate::file::json_text::{Item, Malformed, Reader};
use crate::host::canonical_host;

/// The text is no `storageState` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the text is no storageState file: it needs an object with an array called cookies")]
#[non_exhaustive]
pub struct NotStorageState;

/// What an import found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The cookies, session cookies and expired ones included; put them into a jar with `extend`.
    pub cookies: Vec<Cookie>,
    /// Which elements of the array are no cookies, counted from 0.
    pub bad: Vec<usize>,
}

/// Reads the cookies of a `storageState` file; `now` (seconds since 1970) becomes their time of creation.
///
/// An end of -1 means a session cookie. The local storage that may be in the file is passed over.
///
/// ```
/// use http_cookiejar::{CookieJar, read_storage_state};
///
/// let text = r#"{"cookies":[{"name":"sid","value":"1","domain":".example.org","path":"/","expires":-1,
///     "httpOnly":true,"secure":true,"sameSite":"Lax"}],"origins":[]}"#;
/// let mut jar = CookieJar::new();
/// jar.extend(read_storage_state(text, 1_700_000_000)?.cookies);
/// assert_eq!(jar.len(), 1);
/// # Ok::<(), http_cookiejar::NotStorageState>(())
/// ```
///
/// # Errors
/// [`NotStorageState`] if the text is something else. A single bad cookie is reported and passed over.
pub fn read_storage_state(text: &str, now: i64) -> Result<Imported, NotStorageState> {
    let mut imported = Imported::default();
    let mut found = false;
    let mut reader = Reader::new(text);
    let read = reader.object(|key, item, raw| {
        if key != "cookies" {
            return Ok(());
        }
        if item != Item::Array {
            return Err(Malformed);
        }
        found = true;
        let mut place = 0;
        Reader::new(raw).array(|element| {
            match read_cookie(element, now) {
                Ok(cookie) => imported.cookies.push(cookie),
                Err(Malformed) => imported.bad.push(place),
            }
            place += 1;
            Ok(())
        })
    });
    if read.is_ok() && found && reader.is_done() { Ok(imported) } else { Err(NotStorageState) }
}

fn read_cookie(text: &str, now: i64) -> Result<Cookie, Malformed> {
    let (mut name, mut value, mut domain, mut path) = (None, None, None, None);
    let (mut expires, mut secure, mut http_only, mut same_site) = (None, false, false, None);
    let mut partition = None;
    Reader::new(text).object(|key, item, _| {
        match (key, item) {
            ("name", Item::Text(text)) => name = Some(text),
            ("value", Item::Text(text)) => value = Some(text),
            ("domain", Item::Text(text)) => domain = Some(text),
            ("path", Item::Text(text)) => path = Some(text),
            ("expires", Item::Number(number)) => expires = Some(integer(number)?).filter(|at| *at >= 0),
            ("secure", Item::Bool(on)) => secure = on,
            ("httpOnly", Item::Bool(on)) => http_only = on,
            ("sameSite", Item::Text(text)) => same_site = SameSite::from_bytes(text.as_bytes()),
            ("partitionKey", Item::Text(text)) => partition = Some(text),
            _ => {}
        }
        Ok(())
    })?;
    let domain = domain.ok_or(Malformed)?;
    let bare = canonical_host(domain.strip_prefix('.').unwrap_or(&domain)).ok_or(Malformed)?;
    let builder = Cookie::builder(name.ok_or(Malformed)?.as_ref(), value.ok_or(Malformed)?.as_ref());
    let builder =
        builder.domain(&bare).host_only(!domain.starts_with('.')).secure(secure).http_only(http_only);
    let builder = builder.path(path.as_deref().unwrap_or("/")).expires(expires).same_site(same_site);
    builder.partition(partition.as_deref()).created(now).build().map_err(|_| Malformed)
}

#[cfg(test)]
mod tests;
