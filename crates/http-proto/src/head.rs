//! What a head says once it is read, and before it is written: plain values for both directions.

use crate::ascii::{AUTHORITY, HOST, decimal};
use crate::error::InvalidInput;
use crate::headers::Headers;
use crate::scan::first_outside_target;
use http::{Method, StatusCode, Version};
use std::fmt;

mod convert;

/// The head of a request: method, target, version, fields (RFC 9112 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestHead {
    /// The method, in its exact case.
    pub method: Method,
    /// The target as it stands in the request line.
    pub target: RequestTarget,
    /// [`Version::HTTP_10`] or [`Version::HTTP_11`]; any higher 1.x counts as 1.1 (RFC 9112 §2.3).
    pub version: Version,
    /// The fields.
    pub headers: Headers,
}

impl Default for RequestHead {
    /// `GET / HTTP/1.1` without fields.
    fn default() -> Self {
        Self {
            method: Method::GET,
            target: RequestTarget::default(),
            version: Version::HTTP_11,
            headers: Headers::new(),
        }
    }
}

/// The head of an answer: version, status, reason, fields (RFC 9112 §4).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponseHead {
    /// [`Version::HTTP_10`] or [`Version::HTTP_11`]; any higher 1.x counts as 1.1.
    pub version: Version,
    /// The status, 100 to 999.
    pub status: StatusCode,
    /// The reason phrase as sent, possibly empty, not necessarily UTF-8 (RFC 9112 §4: to be ignored).
    pub reason: Vec<u8>,
    /// The fields.
    pub headers: Headers,
}

impl Default for ResponseHead {
    /// `HTTP/1.1 200` with an empty reason and without fields.
    fn default() -> Self {
        Self {
            version: Version::HTTP_11,
            status: StatusCode::OK,
            reason: Vec::new(),
            headers: Headers::new(),
        }
    }
}

impl fmt::Debug for ResponseHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseHead")
            .field("version", &self.version)
            .field("status", &self.status)
            .field("reason", &format_args!("\"{}\"", self.reason.escape_ascii()))
            .field("headers", &self.headers)
            .finish()
    }
}

/// The four forms of a request target (RFC 9112 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "RFC 9112 §3.2 names four")]
pub enum TargetForm {
    /// `/where?q=now`: to an origin server.
    Origin,
    /// `http://www.example.org/where`: to a proxy; every server must take it.
    Absolute,
    /// `www.example.com:80`: CONNECT only.
    Authority,
    /// `*`: OPTIONS only.
    Asterisk,
}

/// A request target: exactly the text of the request line, with its form and parts.
///
/// Nothing is decoded or normalised here.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RequestTarget {
    text: String,
    form: TargetForm,
    /// Where path and query begin; for authority and asterisk form, the length.
    path_start: usize,
}

impl Default for RequestTarget {
    /// The origin form `/`.
    fn default() -> Self {
        Self { text: String::from("/"), form: TargetForm::Origin, path_start: 0 }
    }
}

impl RequestTarget {
    /// Reads a target as a request with this method may have it.
    ///
    /// # Errors
    /// [`InvalidInput::Target`] with the offset of the first byte that cannot stand in a target, or 0 where the
    /// form does not fit the method.
    ///
    /// ```
    /// use http_proto::{Method, RequestTarget, TargetForm};
    ///
    /// let target = RequestTarget::new("http://example.org/where?q=now", &Method::GET)?;
    /// assert_eq!(target.form(), TargetForm::Absolute);
    /// assert_eq!(target.authority(), Some("example.org"));
    /// assert_eq!((target.path(), target.query()), ("/where", Some("q=now")));
    /// # Ok::<(), http_proto::InvalidInput>(())
    /// ```
    pub fn new(text: &str, method: &Method) -> Result<Self, InvalidInput> {
        let mut target = Self { text: String::with_capacity(text.len()), ..Self::default() };
        target.assign(text.as_bytes(), method)?;
        Ok(target)
    }

    /// Replaces this target and keeps its memory.
    ///
    /// # Errors
    /// As [`new`](Self::new); nothing is changed then.
    pub(crate) fn assign(&mut self, text: &[u8], method: &Method) -> Result<(), InvalidInput> {
        match first_outside_target(text) {
            Some(offset) => Err(InvalidInput::Target { offset }),
            None => self.assign_checked(text, method),
        }
    }

    /// As [`assign`](Self::assign), for bytes that are known to be allowed in a target. Where the form is wrong,
    /// nothing is changed.
    pub(crate) fn assign_checked(&mut self, text: &[u8], method: &Method) -> Result<(), InvalidInput> {
        let text = std::str::from_utf8(text)
            .map_err(|error| InvalidInput::Target { offset: error.valid_up_to() })?;
        let (form, path_start) = classify(text, method).ok_or(InvalidInput::Target { offset: 0 })?;
        self.text.clear();
        self.text.push_str(text);
        self.form = form;
        self.path_start = path_start;
        Ok(())
    }

    /// Whether this target may stand in a request with this method: then it has the form that it has there.
    ///
    /// # Errors
    /// As [`assign_checked`](Self::assign_checked).
    pub(crate) fn fit(&mut self, method: &Method) -> Result<(), InvalidInput> {
        // The form of a target that begins with a slash, whatever the method, if it is not this one.
        if self.form == TargetForm::Origin && *method != Method::CONNECT {
            return Ok(());
        }
        (self.form, self.path_start) =
            classify(&self.text, method).ok_or(InvalidInput::Target { offset: 0 })?;
        Ok(())
    }

    /// The whole target exactly as on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Which of the four forms it has.
    #[must_use]
    pub const fn form(&self) -> TargetForm {
        self.form
    }

    /// The path as on the wire, percent-encoded: `/` for an absolute form without one (RFC 9110 §4.2.3), `""`
    /// for authority form and `*`.
    #[must_use]
    pub fn path(&self) -> &str {
        let path = self.path_and_query();
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        if path.is_empty() && self.form == TargetForm::Absolute { "/" } else { path }
    }

    /// What stands behind the first `?`, if there is one.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.path_and_query().split_once('?').map(|(_, query)| query)
    }

    /// Path and query together as on the wire.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        self.text.get(self.path_start..).unwrap_or_default()
    }

    /// `host[:port]` of the absolute and the authority form. For schemes other than `http` and `https` it may begin
    /// with user information (RFC 9110 §4.2.4).
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        match self.form {
            TargetForm::Authority => Some(&self.text),
            TargetForm::Absolute => {
                let before = self.text.get(..self.path_start)?;
                before.split_once("://").map(|(_, authority)| authority)
            }
            TargetForm::Origin | TargetForm::Asterisk => None,
        }
    }

    /// The scheme of the absolute form.
    #[must_use]
    pub fn scheme(&self) -> Option<&str> {
        match self.form {
            TargetForm::Absolute => self.text.split_once("://").map(|(scheme, _)| scheme),
            _ => None,
        }
    }
}

/// The form of a target made of allowed bytes, and where its path begins.
fn classify(text: &str, method: &Method) -> Option<(TargetForm, usize)> {
    // RFC 9112 §3.2.3: authority form, and nothing else, for CONNECT; RFC 9110 §9.3.6: with a usable port.
    if *method == Method::CONNECT {
        let (host, port) = text.rsplit_once(':')?;
        let usable = decimal(port.as_bytes()).is_some_and(|port| (1..=65_535).contains(&port));
        return (usable && is_host(host.as_bytes())).then_some((TargetForm::Authority, text.len()));
    }
    if text.starts_with('/') {
        return Some((TargetForm::Origin, 0));
    }
    // RFC 9112 §3.2.4: for OPTIONS only.
    if text == "*" {
        return (*method == Method::OPTIONS).then_some((TargetForm::Asterisk, text.len()));
    }
    // RFC 9112 §3.2.2, RFC 3986 §3.1.
    let (scheme, rest) = text.split_once("://")?;
    let mut letters = scheme.bytes();
    let is_scheme = letters.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let authority = rest.get(..authority_end)?;
    let host = match authority.rsplit_once('@') {
        // RFC 9110 §4.2.4: never sent for these two, and treated as an error when received.
        Some(_) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
            return None;
        }
        Some((_, host)) => host,
        None => authority,
    };
    (is_scheme && is_host_and_port(host.as_bytes()))
        .then_some((TargetForm::Absolute, scheme.len() + 3 + authority_end))
}

/// `uri-host`, not empty (RFC 3986 §3.2.2): a name, an IPv4 address, or an IP literal in brackets.
fn is_host(host: &[u8]) -> bool {
    match host {
        [] => false,
        [b'[', inner @ .., b']'] => is_ip_literal(inner),
        name if HOST.all(name) => true,
        name => {
            name.iter().all(|&byte| !matches!(byte, b'[' | b']' | b':') && AUTHORITY.contains(byte))
                && percent_encodings_are_whole(name)
        }
    }
}

/// `IPv6address / IPvFuture` (RFC 3986 §3.2.2), without a zone.
fn is_ip_literal(text: &[u8]) -> bool {
    if let [b'v' | b'V', version_and_address @ ..] = text {
        let mut parts = version_and_address.splitn(2, |&byte| byte == b'.');
        return match (parts.next(), parts.next()) {
            (Some(version), Some(address)) => {
                !version.is_empty()
                    && version.iter().all(u8::is_ascii_hexdigit)
                    && !address.is_empty()
                    && address
                        .iter()
                        .all(|&byte| !matches!(byte, b'[' | b']' | b'%') && AUTHORITY.contains(byte))
            }
            _ => false,
        };
    }
    std::str::from_utf8(text).is_ok_and(|text| text.parse::<core::net::Ipv6Addr>().is_ok())
}

/// `pct-encoded = "%" HEXDIG HEXDIG` (RFC 3986 §2.1).
fn percent_encodings_are_whole(text: &[u8]) -> bool {
    text.iter().enumerate().filter(|(_, byte)| **byte == b'%').all(|(at, _)| {
        text.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// `uri-host [ ":" port ]` (RFC 9110 §7.2): what a Host field holds when it is not empty, and what a value
/// that stands for it, such as that of `Forwarded`, must be.
#[must_use]
pub fn is_host_and_port(text: &[u8]) -> bool {
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    match text.split_at_checked(text.len() - digits) {
        Some(([host @ .., b':'], _)) => is_host(host),
        _ => is_host(text),
    }
}

impl fmt::Debug for RequestTarget {
    /// As [`Display`](fmt::Display).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for RequestTarget {
    /// As on the wire, but without user information, for logs and messages; [`as_str`](Self::as_str) is exact.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = self.authority().and_then(|authority| authority.rsplit_once('@'));
        match (hidden, self.scheme()) {
            (Some((_, host)), Some(scheme)) => {
                write!(f, "{scheme}://[hidden]@{host}{}", self.path_and_query())
            }
            _ => f.write_str(&self.text),
        }
    }
}

impl AsRef<str> for RequestTarget {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl PartialEq<str> for RequestTarget {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl PartialEq<&str> for RequestTarget {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

#[cfg(test)]
mod tests;
