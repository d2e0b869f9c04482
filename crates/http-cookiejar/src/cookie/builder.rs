//! Making a cookie by hand, field by field.

use std::collections::HashMap;
use std::fmt;

use http_cookies::SameSite;

use super::{
    Cookie, DISCARD, DOMAIN_INITIAL_DOT, DOMAIN_SPECIFIED, Extra, Flags, HOST_ONLY, HTTP_ONLY,
    PATH_SPECIFIED, PORT_SPECIFIED, Parts, RFC2109, SECURE, VALUELESS,
};
use crate::error::CookieError;

/// Makes a [`Cookie`] by hand; what is not said has the value that a plain `Set-Cookie: name=value` gives.
///
/// ```
/// use http_cookiejar::Cookie;
///
/// let cookie = Cookie::builder("sid", "31d4").domain("shop.example").path("/").secure(true).build()?;
/// assert!(cookie.secure() && cookie.discard());
/// # Ok::<(), http_cookiejar::CookieError>(())
/// ```
#[must_use = "a builder does nothing until build() is called"]
#[derive(Clone)]
pub struct CookieBuilder {
    name: Box<[u8]>,
    value: Box<[u8]>,
    domain: String,
    path: String,
    flags: Flags,
    same_site: Option<SameSite>,
    expires: Option<i64>,
    discard: Option<bool>,
    created: i64,
    last_access: Option<i64>,
    extra: Extra,
}

impl fmt::Debug for CookieBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieBuilder")
            .field("name", &String::from_utf8_lossy(&self.name))
            .field("domain", &self.domain)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl CookieBuilder {
    pub(super) fn new(name: &[u8], value: &[u8]) -> Self {
        let mut flags = Flags::default();
        flags.set(HOST_ONLY, true);
        Self {
            name: name.into(),
            value: value.into(),
            domain: String::new(),
            path: "/".to_owned(),
            flags,
            same_site: None,
            expires: None,
            discard: None,
            created: 0,
            last_access: None,
            extra: Extra { version: Some(0), ..Extra::default() },
        }
    }

    /// The host that the cookie belongs to. With a leading dot, or after `host_only(false)`, subdomains see it too.
    pub fn domain(mut self, domain: &str) -> Self {
        let bare = match domain.strip_prefix('.') {
            Some(rest) => {
                self.flags.set(HOST_ONLY, false);
                self.flags.set(DOMAIN_SPECIFIED, true);
                rest
            }
            None => domain,
        };
        bare.clone_into(&mut self.domain);
        self
    }

    /// Whether subdomains are kept from seeing the cookie; true unless the domain had a leading dot.
    pub fn host_only(mut self, on: bool) -> Self {
        self.flags.set(HOST_ONLY, on);
        self.flags.set(DOMAIN_SPECIFIED, !on);
        self
    }

    /// The path; `/` if not said.
    pub fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Whether the cookie needs a secure connection.
    pub fn secure(mut self, on: bool) -> Self {
        self.flags.set(SECURE, on);
        self
    }

    /// Whether the cookie is hidden from scripts.
    pub fn http_only(mut self, on: bool) -> Self {
        self.flags.set(HTTP_ONLY, on);
        self
    }

    /// The `SameSite` attribute.
    pub fn same_site(mut self, same_site: impl Into<Option<SameSite>>) -> Self {
        self.same_site = same_site.into();
        self
    }

    /// The end of the cookie's life, in seconds since 1970; `None` makes a session cookie.
    pub fn expires(mut self, at: impl Into<Option<i64>>) -> Self {
        self.expires = at.into();
        self
    }

    /// Whether the cookie goes with the session; as a rule it does when it has no `expires`.
    pub fn discard(mut self, on: bool) -> Self {
        self.discard = Some(on);
        self
    }

    /// The top-level site of a `Partitioned` cookie.
    pub fn partition(mut self, site: Option<&str>) -> Self {
        self.extra.partition = site.map(Into::into);
        self
    }

    /// When the cookie was made, in seconds since 1970.
    pub fn created(mut self, at: i64) -> Self {
        self.created = at;
        self
    }

    /// When the cookie was last used, in seconds since 1970; the time of creation if not said.
    pub fn last_access(mut self, at: i64) -> Self {
        self.last_access = Some(at);
        self
    }

    /// Marks a cookie that is a name and nothing else, `x` and not `x=` (Python's `value=None`).
    pub fn valueless(mut self) -> Self {
        self.value = Box::default();
        self.flags.set(VALUELESS, true);
        self
    }

    /// The version: 0 for Netscape, 1 for RFC 2965.
    pub fn version(mut self, version: impl Into<Option<u32>>) -> Self {
        self.extra.version = version.into();
        self
    }

    /// The ports, as a comma-separated list, and whether the server named them.
    pub fn port(mut self, port: Option<&str>, specified: bool) -> Self {
        self.extra.port = port.map(Into::into);
        self.flags.set(PORT_SPECIFIED, specified);
        self
    }

    /// Whether the server gave a `Domain`, and whether that began with a dot.
    pub fn domain_given(mut self, specified: bool, initial_dot: bool) -> Self {
        self.flags.set(DOMAIN_SPECIFIED, specified);
        self.flags.set(DOMAIN_INITIAL_DOT, initial_dot);
        self
    }

    /// Whether the server gave a `Path`.
    pub fn path_given(mut self, specified: bool) -> Self {
        self.flags.set(PATH_SPECIFIED, specified);
        self
    }

    /// Whether the cookie came in a `Set-Cookie` field with `Version=1`.
    pub fn rfc2109(mut self, on: bool) -> Self {
        self.flags.set(RFC2109, on);
        self
    }

    /// The comment.
    pub fn comment(mut self, text: Option<&str>) -> Self {
        self.extra.comment = text.map(Into::into);
        self
    }

    /// The comment URL.
    pub fn comment_url(mut self, text: Option<&str>) -> Self {
        self.extra.comment_url = text.map(Into::into);
        self
    }

    /// Adds or replaces an attribute beyond the standard ones.
    #[doc(alias = "set_nonstandard_attr")]
    pub fn nonstandard_attr(mut self, name: &str, value: Option<&str>) -> Self {
        self.extra.rest.push((name.into(), value.map(Into::into)));
        self
    }

    pub(crate) fn unknown(mut self, key: &str, raw: &str) -> Self {
        self.extra.unknown.push((key.into(), raw.into()));
        self
    }

    /// Finishes the cookie.
    ///
    /// # Errors
    /// [`CookieError`] if the domain is missing, if a part holds a control character or a separator, if ports are said to be
    /// named and none is given, or if the text is longer than 4 GiB.
    pub fn build(self) -> Result<Cookie, CookieError> {
        if self.flags.has(PORT_SPECIFIED) && self.extra.port.is_none() {
            return Err(CookieError::NoPort);
        }
        check_texts(Parts { name: &self.name, value: &self.value, path: &self.path, domain: &self.domain })?;
        if self.extra.texts().any(|text| text.bytes().any(is_control)) {
            return Err(CookieError::BadAttribute);
        }
        self.build_unchecked()
    }

    /// As [`build`](Self::build), for text that a parser has vouched for.
    pub(crate) fn build_unchecked(mut self) -> Result<Cookie, CookieError> {
        self.flags.set(DISCARD, self.discard.unwrap_or(self.expires.is_none()));
        let parts = Parts { name: &self.name, value: &self.value, path: &self.path, domain: &self.domain };
        let mut cookie = Cookie::from_parts(parts, self.created)?;
        cookie.flags = self.flags;
        cookie.same_site = self.same_site;
        cookie.expires = self.expires;
        cookie.last_access = self.last_access.unwrap_or(self.created);
        self.extra.rest = last_of_each(self.extra.rest);
        cookie.extra = (!self.extra.is_default()).then(|| Box::new(self.extra));
        Ok(cookie)
    }
}

/// Attributes by name.
type Attributes = Vec<(Box<str>, Option<Box<str>>)>;

/// Each attribute once, in the place where it came first, with the value that it had last.
fn last_of_each(all: Attributes) -> Attributes {
    if all.len() < 2 {
        return all;
    }
    let mut places = HashMap::with_capacity(all.len());
    let mut kept: Attributes = Vec::with_capacity(all.len());
    for (name, value) in all {
        match places.get(&name).and_then(|place: &usize| kept.get_mut(*place)) {
            Some(slot) => slot.1 = value,
            None => {
                places.insert(name.clone(), kept.len());
                kept.push((name, value));
            }
        }
    }
    kept
}

/// `%x00-08 / %x0A-1F / %x7F`: what RFC 6265bis section 5.6 keeps out of cookies.
pub(crate) fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0A..=0x1F | 0x7F)
}

/// Whether the texts are fit for a cookie.
pub(crate) fn check_texts(parts: Parts<'_>) -> Result<(), CookieError> {
    let controls = |text: &[u8]| text.iter().fold(false, |any, byte| any | is_control(*byte));
    if parts.domain.is_empty() {
        return Err(CookieError::NoDomain);
    }
    if controls(parts.name) || parts.name.iter().any(|byte| matches!(byte, b';' | b'=')) {
        return Err(CookieError::BadName);
    }
    if controls(parts.value) || parts.value.contains(&b';') {
        return Err(CookieError::BadValue);
    }
    if controls(parts.domain.as_bytes()) || controls(parts.path.as_bytes()) {
        return Err(CookieError::BadScope);
    }
    Ok(())
}
