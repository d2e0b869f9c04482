//! Making a `Set-Cookie` field value from types, and refusing every cookie that no browser would keep.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use http_proto::encode_decimal;

use crate::attr::Attr;
use crate::attr_value::AttrValue;
use crate::codec::Codec;
use crate::date::parse_cookie_date;
use crate::error::{AttributeProblem, CookieError, Part, shown};
use crate::expires::{date_bytes, unix_seconds};
use crate::latin1::text_from_bytes;
use crate::prefix::{CookiePrefix, PrefixRule};
use crate::same_site::SameSite;
use crate::set_cookie::{ATTRIBUTE_VALUE_BYTES_MAX, NAME_VALUE_BYTES_MAX, SetCookie, is_known_attribute};
use crate::syntax::{check_wire, is_legal_name};

/// A cookie on its way to the browser.
///
/// Values are bytes and go out as they are: UTF-8, Latin-1, or encoded by a [`Codec`] through [`encoded`](Self::encoded).
/// `Debug` does not show the value.
///
/// ```
/// use std::time::Duration;
/// use http_cookies::{CookieBuilder, CookieError, SameSite};
/// let cookie = CookieBuilder::new("__Host-id", "7")
///     .path("/")
///     .max_age(Duration::from_secs(3600))
///     .secure()
///     .http_only()
///     .same_site(SameSite::Lax)
///     .build()?;
/// assert_eq!(cookie.to_str(), Some("__Host-id=7; Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax"));
///
/// let refused = CookieBuilder::new("id", "7").same_site(SameSite::None).build();
/// assert_eq!(refused, Err(CookieError::NeedsSecure("SameSite=None")));
/// # Ok::<(), CookieError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct CookieBuilder<'a> {
    name: Cow<'a, [u8]>,
    value: Cow<'a, [u8]>,
    domain: Option<Cow<'a, [u8]>>,
    path: Option<Cow<'a, [u8]>>,
    /// Seconds since 1970.
    expires: Option<i64>,
    /// Seconds.
    max_age: Option<i64>,
    secure: bool,
    http_only: bool,
    same_site: Option<SameSite>,
    partitioned: bool,
    /// Attributes that no field stands for.
    others: Vec<Attribute<'a>>,
}

/// Name and value.
type Attribute<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

impl<'a> CookieBuilder<'a> {
    /// A cookie without attributes: kept until the browser ends, for the host and the folder it came from.
    pub fn new(name: &'a (impl AsRef<[u8]> + ?Sized), value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self::of(Cow::Borrowed(name.as_ref()), Cow::Borrowed(value.as_ref()))
    }

    /// A cookie whose value is written by a codec.
    ///
    /// # Errors
    /// What the codec's `encode` answers.
    pub fn encoded(
        name: &'a (impl AsRef<[u8]> + ?Sized),
        value: &'a str,
        codec: &impl Codec,
    ) -> Result<Self, CookieError> {
        let value = match codec.encode(value)? {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        Ok(Self::of(Cow::Borrowed(name.as_ref()), value))
    }

    fn of(name: Cow<'a, [u8]>, value: Cow<'a, [u8]>) -> Self {
        Self {
            name,
            value,
            domain: None,
            path: None,
            expires: None,
            max_age: None,
            secure: false,
            http_only: false,
            same_site: None,
            partitioned: false,
            others: Vec::new(),
        }
    }

    /// Sends the cookie to this host and all below it; a leading dot is allowed and means nothing.
    pub fn domain(mut self, domain: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.domain = Some(Cow::Borrowed(domain.as_ref()));
        self
    }

    /// Sends the cookie for this path and all below it; it starts with `/`.
    pub fn path(mut self, path: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.path = Some(Cow::Borrowed(path.as_ref()));
        self
    }

    /// Keeps the cookie until this time, in whole seconds and the years 1970 to 9999; [`max_age`](Self::max_age) wins over it.
    pub fn expires(mut self, time: SystemTime) -> Self {
        self.expires = Some(unix_seconds(time));
        self
    }

    /// Keeps the cookie for so long, in whole seconds; browsers cut it at 400 days.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
        self
    }

    /// Sends the cookie over secure connections only.
    pub const fn secure(mut self) -> Self {
        self.secure = true;
        self
    }

    /// Hides the cookie from scripts.
    pub const fn http_only(mut self) -> Self {
        self.http_only = true;
        self
    }

    /// Says which cross-site requests carry the cookie; [`SameSite::None`] needs [`secure`](Self::secure).
    pub const fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = Some(same_site);
        self
    }

    /// Keeps one cookie for each top-level site (CHIPS); needs [`secure`](Self::secure).
    pub const fn partitioned(mut self) -> Self {
        self.partitioned = true;
        self
    }

    /// Adds an attribute that no method stands for, such as `Priority`; with an empty value its name alone.
    pub fn attribute(
        mut self,
        name: &'a (impl AsRef<[u8]> + ?Sized),
        value: &'a (impl AsRef<[u8]> + ?Sized),
    ) -> Self {
        self.others.push((Cow::Borrowed(name.as_ref()), Cow::Borrowed(value.as_ref())));
        self
    }

    /// The cookie that makes a browser forget this one: no value, `Max-Age=0`, a date in 1970.
    ///
    /// Name, domain, path, `Partitioned` and what a prefix asks for stay, since a browser goes by them.
    pub fn removal(mut self) -> Self {
        self.value = Cow::Borrowed(b"");
        self.expires = Some(0);
        self.max_age = Some(0);
        self
    }

    /// Refuses a cookie that no browser would keep, or would keep changed; [`build`](Self::build) asks it.
    ///
    /// # Errors
    /// [`CookieError::IllegalName`], [`CookieError::ControlCharacter`], [`CookieError::Semicolon`] and
    /// [`CookieError::OuterBlanks`] in value or path, [`CookieError::NameValueTooLong`], [`CookieError::AttributeTooLong`],
    /// [`CookieError::IllegalDomain`], [`CookieError::IllegalPath`], [`CookieError::IllegalAttribute`], [`CookieError::Prefix`] and
    /// [`CookieError::NeedsSecure`].
    pub fn check(&self) -> Result<(), CookieError> {
        if !is_legal_name(&self.name) {
            return Err(CookieError::IllegalName(shown(&text_from_bytes(&self.name))));
        }
        check_wire(&self.value, Part::Value)?;
        if has_outer_blanks(&self.value) {
            return Err(CookieError::OuterBlanks(Part::Value));
        }
        let bytes = self.name.len() + self.value.len();
        if bytes > NAME_VALUE_BYTES_MAX {
            return Err(CookieError::NameValueTooLong { bytes });
        }
        self.check_attributes()?;
        self.check_prefix()?;
        match (self.secure, self.same_site, self.partitioned) {
            (false, Some(SameSite::None), _) => Err(CookieError::NeedsSecure("SameSite=None")),
            (false, _, true) => Err(CookieError::NeedsSecure("Partitioned")),
            _ => Ok(()),
        }
    }

    fn check_attributes(&self) -> Result<(), CookieError> {
        for (attr, value) in [(Attr::Domain, &self.domain), (Attr::Path, &self.path)] {
            let Some(value) = value else { continue };
            check_wire(value, Part::Attribute(attr))?;
            if value.len() > ATTRIBUTE_VALUE_BYTES_MAX {
                return Err(CookieError::AttributeTooLong { attr, bytes: value.len() });
            }
        }
        if self.domain.as_deref().is_some_and(|domain| !is_host_name(domain)) {
            return Err(CookieError::IllegalDomain);
        }
        if let Some(path) = self.path.as_deref() {
            if !path.starts_with(b"/") || !path.is_ascii() {
                return Err(CookieError::IllegalPath);
            }
            if has_outer_blanks(path) {
                return Err(CookieError::OuterBlanks(Part::Attribute(Attr::Path)));
            }
        }
        for (name, value) in &self.others {
            if let Some(problem) = problem_of_other(name, value) {
                return Err(CookieError::IllegalAttribute { name: shown(&text_from_bytes(name)), problem });
            }
        }
        Ok(())
    }

    fn check_prefix(&self) -> Result<(), CookieError> {
        let Some(prefix) = CookiePrefix::of(&self.name) else { return Ok(()) };
        let rule = if !self.secure {
            PrefixRule::Secure
        } else if prefix.needs_http_only() && !self.http_only {
            PrefixRule::HttpOnly
        } else if prefix.needs_host() && self.domain.is_some() {
            PrefixRule::NoDomain
        } else if prefix.needs_host() && self.path.as_deref() != Some(b"/") {
            PrefixRule::RootPath
        } else {
            return Ok(());
        };
        Err(CookieError::Prefix { prefix, rule })
    }

    /// The value of the `Set-Cookie` field.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn build(&self) -> Result<SetCookieValue, CookieError> {
        let mut bytes = Vec::with_capacity(self.name.len() + self.value.len() + 128);
        self.write_to(&mut bytes)?;
        Ok(SetCookieValue(bytes))
    }

    /// Appends the value of the `Set-Cookie` field to a buffer of the caller, without allocating but for its growth.
    ///
    /// # Errors
    /// As [`check`](Self::check); nothing is appended then.
    pub fn write_to(&self, out: &mut Vec<u8>) -> Result<(), CookieError> {
        self.check()?;
        out.extend_from_slice(&self.name);
        out.push(b'=');
        out.extend_from_slice(&self.value);
        if let Some(domain) = &self.domain {
            out.extend_from_slice(b"; Domain=");
            out.extend_from_slice(domain);
        }
        if let Some(path) = &self.path {
            out.extend_from_slice(b"; Path=");
            out.extend_from_slice(path);
        }
        if let Some(seconds) = self.expires {
            out.extend_from_slice(b"; Expires=");
            out.extend_from_slice(&date_bytes(seconds));
        }
        if let Some(seconds) = self.max_age {
            out.extend_from_slice(b"; Max-Age=");
            write_decimal(seconds, out);
        }
        for (set, word) in [(self.secure, &b"; Secure"[..]), (self.http_only, b"; HttpOnly")] {
            if set {
                out.extend_from_slice(word);
            }
        }
        if let Some(same_site) = self.same_site {
            out.extend_from_slice(b"; SameSite=");
            out.extend_from_slice(same_site.as_str().as_bytes());
        }
        if self.partitioned {
            out.extend_from_slice(b"; Partitioned");
        }
        for (name, value) in &self.others {
            out.extend_from_slice(b"; ");
            out.extend_from_slice(name);
            if !value.is_empty() {
                out.push(b'=');
                out.extend_from_slice(value);
            }
        }
        Ok(())
    }

    /// The cookie that a browser would see in what Python's attributes print.
    pub(crate) fn from_attributes(
        name: &'a str,
        value: &'a str,
        attributes: impl Iterator<Item = (Attr, &'a AttrValue)>,
    ) -> Self {
        let mut cookie = Self::new(name, value);
        for (attr, value) in attributes {
            let text = match value {
                AttrValue::Text(text) => Cow::Borrowed(text.as_bytes()),
                other => Cow::Owned(other.as_int().unwrap_or_default().to_string().into_bytes()),
            };
            match attr {
                Attr::Comment | Attr::Version => {}
                Attr::Domain => cookie.domain = Some(text),
                Attr::Path => cookie.path = Some(text),
                Attr::Expires => cookie.expires = parse_cookie_date(&text),
                Attr::MaxAge => cookie.max_age = value.as_int(),
                Attr::SameSite => cookie.same_site = SameSite::from_bytes(&text),
                Attr::Secure => cookie.secure = value.is_truthy(),
                Attr::HttpOnly => cookie.http_only = value.is_truthy(),
                Attr::Partitioned => cookie.partitioned = value.is_truthy(),
            }
        }
        cookie
    }
}

/// A cookie that was read, to be sent on: what a proxy needs that changes its domain or path. Attributes that browsers do not
/// know go along, but for those that [`check`](CookieBuilder::check) refuses.
impl<'a> From<SetCookie<'a>> for CookieBuilder<'a> {
    fn from(cookie: SetCookie<'a>) -> Self {
        let others =
            cookie.unknown_attributes().filter(|(name, value)| problem_of_other(name, value).is_none());
        Self {
            others: others.map(|(name, value)| (Cow::Borrowed(name), Cow::Borrowed(value))).collect(),
            domain: cookie.domain.filter(|domain| !domain.is_empty()).map(Cow::Borrowed),
            path: cookie.path.map(Cow::Borrowed),
            expires: cookie.expires,
            max_age: cookie.max_age,
            secure: cookie.secure,
            http_only: cookie.http_only,
            same_site: cookie.same_site,
            partitioned: cookie.partitioned,
            ..Self::of(Cow::Borrowed(cookie.name), Cow::Borrowed(cookie.value))
        }
    }
}

/// What keeps an attribute from being sent as it is, if anything does.
fn problem_of_other(name: &[u8], value: &[u8]) -> Option<AttributeProblem> {
    if !is_legal_name(name) {
        Some(AttributeProblem::Name)
    } else if is_known_attribute(name) {
        Some(AttributeProblem::Known)
    } else if value.len() > ATTRIBUTE_VALUE_BYTES_MAX {
        Some(AttributeProblem::TooLong)
    } else if has_outer_blanks(value) || check_wire(value, Part::CodedValue).is_err() {
        Some(AttributeProblem::Value)
    } else {
        None
    }
}

impl fmt::Debug for CookieBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieBuilder")
            .field("name", &text_from_bytes(&self.name))
            .field("value", &format_args!("({} bytes)", self.value.len()))
            .field("domain", &self.domain.as_deref().map(text_from_bytes))
            .field("path", &self.path.as_deref().map(text_from_bytes))
            .field("expires", &self.expires)
            .field("max_age", &self.max_age)
            .field("secure", &self.secure)
            .field("http_only", &self.http_only)
            .field("same_site", &self.same_site)
            .field("partitioned", &self.partitioned)
            .field("others", &self.others.len())
            .finish()
    }
}

/// The checked value of a `Set-Cookie` field; made by [`CookieBuilder::build`]. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SetCookieValue(Vec<u8>);

impl SetCookieValue {
    /// The bytes that go into the field.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes that go into the field, without copying.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The same as text, unless the value holds bytes that are not UTF-8.
    #[must_use]
    pub fn to_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl AsRef<[u8]> for SetCookieValue {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SetCookieValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SetCookieValue({} bytes)", self.0.len())
    }
}

fn has_outer_blanks(text: &[u8]) -> bool {
    matches!(text, [b' ' | b'\t', ..] | [.., b' ' | b'\t'])
}

/// Labels of letters, digits, `-` and `_`, with one optional dot in front.
fn is_host_name(domain: &[u8]) -> bool {
    domain.strip_prefix(b".").unwrap_or(domain).split(|&byte| byte == b'.').all(|label| {
        !label.is_empty()
            && label.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

fn write_decimal(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    encode_decimal(number.unsigned_abs(), out);
}

#[cfg(test)]
mod tests;
