//! One cookie: Python's fields and those of RFC 6265bis in one compact value.

use std::fmt;
use std::hash::{Hash, Hasher};

use http_cookies::SameSite;

use crate::cookie::builder::CookieBuilder;
use crate::error::CookieError;

/// A stored cookie.
///
/// Names and values are bytes, as they came; [`name_str`](Self::name_str) and
/// [`value_str`](Self::value_str) are the text views. `Debug` does not show the value.
///
/// The domain has no leading dot: whether subdomains see the cookie is [`host_only`](Self::host_only).
/// [`dotted_domain`](Self::dotted_domain) is the form that Python and the file formats use.
///
/// ```
/// use http_cookiejar::{Cookie, CookieJar, RequestInfo};
///
/// let mut jar = CookieJar::new();
/// jar.set_cookie(Cookie::builder("sid", "31d4").domain("shop.example").path("/").secure(true).build()?);
/// let cookie = jar.get("shop.example", "/", "sid").expect("it was just set");
/// assert_eq!((cookie.value_str(), cookie.expires()), (Some("31d4"), None)); // no time: until the session ends
/// assert_eq!(jar.cookie_header(&RequestInfo::from_url("http://shop.example/")?), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "http.cookiejar.Cookie")]
#[derive(Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Name, value, path and domain, one after the other: one allocation a cookie.
    text: Box<[u8]>,
    name_end: u32,
    value_end: u32,
    path_end: u32,
    flags: Flags,
    same_site: Option<SameSite>,
    expires: Option<i64>,
    created: i64,
    last_access: i64,
    extra: Option<Box<Extra>>,
}

/// Yes-or-no facts, a bit each.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Flags(u16);

const SECURE: u16 = 1;
const HTTP_ONLY: u16 = 1 << 1;
const HOST_ONLY: u16 = 1 << 2;
const DISCARD: u16 = 1 << 3;
const VALUELESS: u16 = 1 << 4;
const DOMAIN_SPECIFIED: u16 = 1 << 5;
const DOMAIN_INITIAL_DOT: u16 = 1 << 6;
const PATH_SPECIFIED: u16 = 1 << 7;
const PORT_SPECIFIED: u16 = 1 << 8;
const RFC2109: u16 = 1 << 9;

impl Flags {
    fn has(self, bit: u16) -> bool {
        self.0 & bit != 0
    }

    fn set(&mut self, bit: u16, on: bool) {
        if on {
            self.0 |= bit;
        } else {
            self.0 &= !bit;
        }
    }
}

/// What few cookies have.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Extra {
    pub(crate) version: Option<u32>,
    pub(crate) port: Option<Box<str>>,
    pub(crate) comment: Option<Box<str>>,
    pub(crate) comment_url: Option<Box<str>>,
    pub(crate) rest: Vec<(Box<str>, Option<Box<str>>)>,
    pub(crate) partition: Option<Box<str>>,
    /// Keys of a JSON jar that this version does not know, with their raw values.
    pub(crate) unknown: Vec<(Box<str>, Box<str>)>,
}

impl Extra {
    fn is_default(&self) -> bool {
        *self == Self { version: Some(0), ..Self::default() }
    }

    /// All that is text and stands in fields or files as it is.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let single = [&self.port, &self.comment, &self.comment_url, &self.partition];
        let single = single.into_iter().filter_map(Option::as_deref);
        let rest = self.rest.iter().flat_map(|(name, value)| [Some(name.as_ref()), value.as_deref()]);
        single.chain(rest.flatten())
    }
}

impl Cookie {
    /// Starts a cookie with this name and value.
    pub fn builder(name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> CookieBuilder {
        CookieBuilder::new(name.as_ref(), value.as_ref())
    }

    /// The name; empty for a nameless cookie.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        self.part(0, self.name_end)
    }

    /// The value as it came, quotes included; empty for a cookie without one.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        self.part(self.name_end, self.value_end)
    }

    /// The name as text, if it is UTF-8.
    #[must_use]
    pub fn name_str(&self) -> Option<&str> {
        str::from_utf8(self.name()).ok()
    }

    /// The value as text, if it is UTF-8.
    #[must_use]
    pub fn value_str(&self) -> Option<&str> {
        str::from_utf8(self.value()).ok()
    }

    /// Whether the cookie came as `name` without `=` under Python's rules (Python's `value is None`).
    #[must_use]
    pub fn is_valueless(&self) -> bool {
        self.flags.has(VALUELESS)
    }

    /// The path, percent-encoding as it came.
    #[must_use]
    pub fn path(&self) -> &str {
        str::from_utf8(self.path_bytes()).unwrap_or_default()
    }

    pub(crate) fn path_bytes(&self) -> &[u8] {
        self.part(self.value_end, self.path_end)
    }

    /// The domain in canonical form, without a leading dot.
    #[must_use]
    pub fn domain(&self) -> &str {
        str::from_utf8(self.domain_bytes()).unwrap_or_default()
    }

    pub(crate) fn domain_bytes(&self) -> &[u8] {
        self.text.get(self.path_end as usize..).unwrap_or_default()
    }

    fn part(&self, start: u32, end: u32) -> &[u8] {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The domain with a leading dot if subdomains see the cookie: Python's `domain` field.
    #[must_use]
    pub fn dotted_domain(&self) -> String {
        let dot = if self.host_only() { "" } else { "." };
        [dot, self.domain()].concat()
    }

    /// Whether only the very host that set the cookie gets it back (RFC 6265 section 5.3 step 6).
    #[must_use]
    pub fn host_only(&self) -> bool {
        self.flags.has(HOST_ONLY)
    }

    /// Whether the cookie travels over secure connections only.
    #[must_use]
    pub fn secure(&self) -> bool {
        self.flags.has(SECURE)
    }

    /// Whether the cookie is hidden from scripts.
    #[must_use]
    pub fn http_only(&self) -> bool {
        self.flags.has(HTTP_ONLY)
    }

    /// The `SameSite` attribute; `None` if it was missing or unknown, which is treated as `Lax`.
    #[must_use]
    pub fn same_site(&self) -> Option<SameSite> {
        self.same_site
    }

    /// The top-level site that a `Partitioned` cookie belongs to (CHIPS).
    #[must_use]
    pub fn partition(&self) -> Option<&str> {
        self.extra.as_ref().and_then(|extra| extra.partition.as_deref())
    }

    /// When the cookie ends, in seconds since 1970; `None` for a session cookie.
    #[must_use]
    pub fn expires(&self) -> Option<i64> {
        self.expires
    }

    /// Whether the cookie's end has come at `now` (seconds since 1970).
    #[must_use]
    pub fn is_expired_at(&self, now: i64) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }

    /// Whether the cookie's end has come by the system's clock.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.is_expired_at(crate::clock::now())
    }

    /// Whether the cookie goes when the session ends.
    #[must_use]
    pub fn discard(&self) -> bool {
        self.flags.has(DISCARD)
    }

    /// When the cookie was made, in seconds since 1970. An update keeps it.
    #[must_use]
    pub fn created(&self) -> i64 {
        self.created
    }

    /// When the cookie was last stored or sent, in seconds since 1970.
    #[must_use]
    pub fn last_access(&self) -> i64 {
        self.last_access
    }

    /// 0 for a Netscape cookie, 1 for one of RFC 2109 or 2965, `None` if the version could not be read.
    #[must_use]
    pub fn version(&self) -> Option<u32> {
        self.extra.as_ref().map_or(Some(0), |extra| extra.version)
    }

    /// The port list of an RFC 2965 cookie, as text.
    #[must_use]
    pub fn port(&self) -> Option<&str> {
        self.extra.as_ref().and_then(|extra| extra.port.as_deref())
    }

    /// Whether the server named ports.
    #[must_use]
    pub fn port_specified(&self) -> bool {
        self.flags.has(PORT_SPECIFIED)
    }

    /// Whether the server gave a `Domain`.
    #[must_use]
    pub fn domain_specified(&self) -> bool {
        self.flags.has(DOMAIN_SPECIFIED)
    }

    /// Whether the server's `Domain` began with a dot.
    #[must_use]
    pub fn domain_initial_dot(&self) -> bool {
        self.flags.has(DOMAIN_INITIAL_DOT)
    }

    /// Whether the server gave a `Path`.
    #[must_use]
    pub fn path_specified(&self) -> bool {
        self.flags.has(PATH_SPECIFIED)
    }

    /// Whether the cookie came in a `Set-Cookie` field with `Version=1`.
    #[must_use]
    pub fn rfc2109(&self) -> bool {
        self.flags.has(RFC2109)
    }

    /// The comment of an RFC 2965 cookie.
    #[must_use]
    pub fn comment(&self) -> Option<&str> {
        self.extra.as_ref().and_then(|extra| extra.comment.as_deref())
    }

    /// The comment URL of an RFC 2965 cookie.
    #[must_use]
    pub fn comment_url(&self) -> Option<&str> {
        self.extra.as_ref().and_then(|extra| extra.comment_url.as_deref())
    }

    /// Whether an attribute beyond the standard ones was there; the case of the name counts.
    #[must_use]
    pub fn has_nonstandard_attr(&self, name: &str) -> bool {
        self.rest().any(|(key, _)| key == name)
    }

    /// The value of an attribute beyond the standard ones: `Some(None)` if it came without one.
    #[doc(alias = "get_nonstandard_attr")]
    #[must_use]
    pub fn nonstandard_attr(&self, name: &str) -> Option<Option<&str>> {
        self.rest().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The attributes beyond those of RFC 2965, in the order they came, then `HttpOnly` and `SameSite` in their usual
    /// spelling if they came so (Python's `_rest`).
    pub fn rest(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let stored = self.stored_rest();
        let has = |word: &str| stored.iter().any(|(name, _)| name.eq_ignore_ascii_case(word));
        let http_only = (self.http_only() && !has("HttpOnly")).then_some(("HttpOnly", None));
        let same_site = self.same_site.filter(|_| !has("SameSite"));
        let same_site = same_site.map(|same_site| ("SameSite", Some(same_site.as_str())));
        let stored = stored.iter().map(|(name, value)| (name.as_ref(), value.as_deref()));
        stored.chain(http_only).chain(same_site)
    }

    /// Attributes that no field of the cookie stands for.
    pub(crate) fn stored_rest(&self) -> &[(Box<str>, Option<Box<str>>)] {
        self.extra.as_ref().map_or(&[], |extra| extra.rest.as_slice())
    }

    pub(crate) fn unknown(&self) -> &[(Box<str>, Box<str>)] {
        self.extra.as_ref().map_or(&[], |extra| extra.unknown.as_slice())
    }

    /// Marks a cookie that came with `Version=1` in a `Set-Cookie` field, and makes it a Netscape cookie if asked.
    pub(crate) fn mark_rfc2109(&mut self, as_netscape: bool) {
        self.flags.set(RFC2109, true);
        if as_netscape && let Some(extra) = &mut self.extra {
            extra.version = Some(0);
            if extra.is_default() {
                self.extra = None;
            }
        }
    }

    pub(crate) fn set_created(&mut self, at: i64) {
        self.created = at;
    }

    pub(crate) fn set_last_access(&mut self, at: i64) {
        self.last_access = at;
    }

    /// Whether two cookies would replace each other: name, domain, host-only flag, path and partition.
    #[must_use]
    pub fn same_key(&self, other: &Self) -> bool {
        self.key() == other.key()
    }

    pub(crate) fn key(&self) -> Key<'_> {
        Key {
            name: self.name(),
            path: self.path_bytes(),
            host_only: self.host_only(),
            partition: self.partition(),
            domain: self.domain_bytes(),
        }
    }

    /// Hashes what [`Self::same_content`] compares beyond the key, in few pieces.
    pub(crate) fn hash_beside_key(&self, hasher: &mut impl Hasher) {
        hasher.write(self.value());
        let same_site = self.same_site.map_or(0, |same_site| same_site as u64 + 1);
        hasher.write_u64(u64::from(self.value_end) << 32 | u64::from(self.flags.0) << 8 | same_site);
        hasher.write_i64(self.expires.unwrap_or(i64::MAX));
        if let Some(extra) = &self.extra {
            extra.hash(hasher);
        }
    }

    /// Whether everything but the times of creation and access is the same.
    pub(crate) fn same_content(&self, other: &Self) -> bool {
        self.text == other.text
            && (self.name_end, self.value_end, self.path_end)
                == (other.name_end, other.value_end, other.path_end)
            && self.flags == other.flags
            && self.same_site == other.same_site
            && self.expires == other.expires
            && self.extra == other.extra
    }

    /// The bytes that this cookie occupies, by size and allocations asked for.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.text.len() + self.extra.as_ref().map_or(0, |_| size_of::<Extra>())
    }
}

/// What makes two cookies the same one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Key<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) path: &'a [u8],
    pub(crate) host_only: bool,
    pub(crate) partition: Option<&'a str>,
    pub(crate) domain: &'a [u8],
}

/// In few pieces: the lengths at the end keep parts from flowing into each other.
impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write(self.name);
        hasher.write(self.path);
        hasher.write(self.domain);
        hasher.write_usize(self.name.len() << 1 | usize::from(self.host_only));
        hasher.write_usize(self.path.len());
        if let Some(partition) = self.partition {
            hasher.write(partition.as_bytes());
        }
    }
}

impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cookie")
            .field("name", &String::from_utf8_lossy(self.name()))
            .field("value", &format_args!("({} bytes)", self.value().len()))
            .field("domain", &self.domain())
            .field("host_only", &self.host_only())
            .field("path", &self.path())
            .field("secure", &self.secure())
            .field("http_only", &self.http_only())
            .field("same_site", &self.same_site)
            .field("partition", &self.partition())
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// `name for .acme.com:80/path`: Python's form of `str(cookie)`, without the value.
impl fmt::Display for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.port().map_or(String::new(), |port| format!(":{port}"));
        let name = String::from_utf8_lossy(self.name());
        write!(f, "{name} for {}{port}{}", self.dotted_domain(), self.path())
    }
}

/// The texts of a cookie, borrowed from where they were found.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) value: &'a [u8],
    pub(crate) path: &'a str,
    pub(crate) domain: &'a str,
}

/// The attributes of a plain cookie, for parsers on the fast way: no builder, one allocation.
#[derive(Clone, Copy, Default)]
pub(crate) struct Plain {
    pub(crate) secure: bool,
    pub(crate) http_only: bool,
    pub(crate) host_only: bool,
    pub(crate) path_specified: bool,
    pub(crate) same_site: Option<SameSite>,
    pub(crate) expires: Option<i64>,
    pub(crate) now: i64,
}

impl Cookie {
    fn from_parts(parts: Parts<'_>, created: i64) -> Result<Self, CookieError> {
        let name_end = parts.name.len();
        let value_end = name_end + parts.value.len();
        let path_end = value_end + parts.path.len();
        let end = |offset: usize| u32::try_from(offset).map_err(|_| CookieError::TooLong);
        let mut text = Vec::with_capacity(path_end + parts.domain.len());
        text.extend_from_slice(parts.name);
        text.extend_from_slice(parts.value);
        text.extend_from_slice(parts.path.as_bytes());
        text.extend_from_slice(parts.domain.as_bytes());
        Ok(Self {
            text: text.into_boxed_slice(),
            name_end: end(name_end)?,
            value_end: end(value_end)?,
            path_end: end(path_end)?,
            flags: Flags::default(),
            same_site: None,
            expires: None,
            created,
            last_access: created,
            extra: None,
        })
    }

    pub(crate) fn plain(
        parts: Parts<'_>,
        plain: Plain,
        partition: Option<&str>,
    ) -> Result<Self, CookieError> {
        let mut cookie = Self::from_parts(parts, plain.now)?;
        cookie.flags.set(SECURE, plain.secure);
        cookie.flags.set(HTTP_ONLY, plain.http_only);
        cookie.flags.set(HOST_ONLY, plain.host_only);
        cookie.flags.set(DOMAIN_SPECIFIED, !plain.host_only);
        cookie.flags.set(PATH_SPECIFIED, plain.path_specified);
        cookie.flags.set(DISCARD, plain.expires.is_none());
        cookie.same_site = plain.same_site;
        cookie.expires = plain.expires;
        cookie.extra = partition.map(|site| {
            Box::new(Extra { version: Some(0), partition: Some(site.into()), ..Extra::default() })
        });
        Ok(cookie)
    }
}

pub mod builder;

#[cfg(test)]
mod tests;
