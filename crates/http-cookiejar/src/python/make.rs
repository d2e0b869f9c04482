//! From fields to cookies as CPython does it: split, normalise, fill in what is missing.

use std::borrow::Cow;
use std::collections::HashSet;

use http_cookies::{SameSite, SetCookieError};

use super::PythonCookiePolicy;
use super::dates::http2time;
use super::hosts::{effective_host, escape_path, request_path, request_port};
use super::words::{Word, python_integer, split_header_words, strip, strip_quotes};
use crate::cookie::Cookie;
use crate::cookie::builder::{CookieBuilder, is_control};
use crate::policy::reason::Reject;
use crate::policy::{Made, Refused};
use crate::request::{CookieResponse, RequestView};

/// The attributes of one cookie once doubles and odd values are gone.
#[derive(Debug, Default)]
struct Attributes<'t> {
    version: Option<Cow<'t, [u8]>>,
    expires: Option<i64>,
    /// Whether there was a `Max-Age`, or an `Expires` with a value; only another `Max-Age` counts then.
    end_seen: bool,
    domain: Option<Vec<u8>>,
    path: Option<Cow<'t, [u8]>>,
    port: Option<Option<Cow<'t, [u8]>>>,
    comment: Option<Option<Cow<'t, [u8]>>>,
    comment_url: Option<Option<Cow<'t, [u8]>>>,
    secure: Option<bool>,
    discard: Option<bool>,
    rest: Vec<Word<'t>>,
}

impl PythonCookiePolicy {
    pub(super) fn make(
        &self,
        response: &dyn CookieResponse,
        request: &RequestView<'_>,
        now: i64,
        sink: &mut dyn FnMut(Made),
    ) {
        let mut any_netscape = false;
        response.for_each_header("Set-Cookie", &mut |_| any_netscape = true);
        let wanted = self.rfc2965 || (self.netscape && any_netscape);
        if !wanted {
            return;
        }
        let mut fields = 0_usize;
        let mut newer = HashSet::new();
        response.for_each_header("Set-Cookie2", &mut |line| {
            fields += 1;
            if fields > self.limits.fields_per_response_max {
                return sink(Err(Refused::new(b"", Reject::TooManyFields)));
            }
            if let Err(refused) = refuse_controls(line) {
                return sink(Err(refused));
            }
            for words in split_header_words(line) {
                let made = make_cookie(words, request, now);
                if let Ok(cookie) = &made {
                    newer.insert((
                        cookie.dotted_domain(),
                        cookie.path().to_owned(),
                        cookie.name().to_owned(),
                    ));
                }
                sink(made);
            }
        });
        if !self.netscape {
            return;
        }
        response.for_each_header("Set-Cookie", &mut |line| {
            fields += 1;
            if fields > self.limits.fields_per_response_max {
                return sink(Err(Refused::new(b"", Reject::TooManyFields)));
            }
            if let Err(refused) = refuse_controls(line) {
                return sink(Err(refused));
            }
            let Some(words) = split_netscape(line, now) else {
                return sink(Err(Refused::new(b"", Reject::Nameless)));
            };
            let made = make_cookie(words, request, now).map(|cookie| self.settle_rfc2109(cookie));
            let superseded = self.rfc2965
                && made.as_ref().is_ok_and(|cookie| {
                    newer.contains(&(
                        cookie.dotted_domain(),
                        cookie.path().to_owned(),
                        cookie.name().to_owned(),
                    ))
                });
            match made {
                Ok(cookie) if superseded => {
                    sink(Err(Refused::new(cookie.name(), Reject::SupersededBySetCookie2)));
                }
                made => sink(made),
            }
        });
    }

    /// A `Set-Cookie` with `Version=1` is a cookie of RFC 2109, which may count as a Netscape one.
    fn settle_rfc2109(&self, mut cookie: Cookie) -> Cookie {
        if cookie.version() == Some(1) {
            let as_netscape = self.rfc2109_as_netscape.unwrap_or(!self.rfc2965);
            cookie.mark_rfc2109(as_netscape);
        }
        cookie
    }
}

fn refuse_controls(line: &[u8]) -> Result<(), Refused> {
    match line.iter().position(|byte| is_control(*byte)) {
        Some(at) => Err(Refused::new(b"", Reject::Syntax(SetCookieError::ControlCharacter { at }))),
        None => Ok(()),
    }
}

/// Splits a Netscape field; `None` if the first part has no name. Quotes do not protect semicolons.
fn split_netscape(line: &[u8], now: i64) -> Option<Vec<Word<'_>>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut version = false;
    for (place, part) in line.split(|byte| *byte == b';').enumerate() {
        let part = strip(part);
        let (name, value) = match part.iter().position(|byte| *byte == b'=') {
            Some(at) => (part.get(..at)?, part.get(at + 1..).map(strip)),
            None => (part, None),
        };
        let name = strip(name);
        if name.is_empty() {
            if place == 0 {
                return None;
            }
            continue;
        }
        let mut value = value.map(Cow::Borrowed);
        if place > 0 && name.eq_ignore_ascii_case(b"version") {
            version = true;
            value = value.map(|text| match text {
                Cow::Borrowed(text) => Cow::Borrowed(strip_quotes(text)),
                owned => owned,
            });
        } else if place > 0 && name.eq_ignore_ascii_case(b"expires") {
            // The date becomes a number here, since a Netscape date may be quoted and an RFC 2965 one cannot occur.
            let seconds = value.as_deref().and_then(|text| http2time(strip_quotes(text), now));
            value = seconds.map(|seconds| Cow::Owned(seconds.to_string().into_bytes()));
        }
        words.push((name, value));
    }
    if !version {
        words.push((b"version", Some(Cow::Borrowed(b"0"))));
    }
    Some(words)
}

fn make_cookie(words: Vec<Word<'_>>, request: &RequestView<'_>, now: i64) -> Made {
    let mut words = words.into_iter();
    let Some((name, value)) = words.next() else { return Err(Refused::new(b"", Reject::Nameless)) };
    let refuse = |reason| Refused::new(name, reason);
    let attributes = normalise(words, now).map_err(refuse)?;
    build(name, value.as_deref(), &attributes, request, now).map_err(refuse)
}

/// How many attributes beyond the standard ones a cookie may bring along.
const OTHER_ATTRIBUTES_MAX: usize = 64;

/// Keeps the first of each attribute, but the last `Max-Age`, and refuses those that need a value and have none. Of those
/// beyond the standard ones the last of each name counts, and no more than [`OTHER_ATTRIBUTES_MAX`] names.
fn normalise<'t>(words: impl Iterator<Item = Word<'t>>, now: i64) -> Result<Attributes<'t>, Reject> {
    let mut all = Attributes::default();
    for (name, value) in words {
        let is = |word: &str| name.eq_ignore_ascii_case(word.as_bytes());
        if is("domain") {
            if all.domain.is_none() {
                all.domain = Some(value.ok_or(Reject::AttributeWithoutValue)?.to_ascii_lowercase());
            }
        } else if is("expires") {
            if let Some(value) = value
                && !all.end_seen
            {
                all.end_seen = true;
                all.expires = python_integer(&value);
            }
        } else if is("max-age") {
            let age = value.as_deref().and_then(python_integer).ok_or(Reject::BadMaxAge)?;
            all.end_seen = true;
            all.expires = Some(now.saturating_add(age));
        } else if is("secure") {
            all.secure.get_or_insert(value.is_none_or(|value| !value.is_empty()));
        } else if is("discard") {
            all.discard.get_or_insert(value.is_none_or(|value| !value.is_empty()));
        } else if is("version") {
            all.version = Some(all.version.or(value).ok_or(Reject::AttributeWithoutValue)?);
        } else if is("path") {
            all.path = Some(all.path.or(value).ok_or(Reject::AttributeWithoutValue)?);
        } else if is("port") {
            all.port.get_or_insert(value);
        } else if is("comment") {
            all.comment.get_or_insert(value);
        } else if is("commenturl") {
            all.comment_url.get_or_insert(value);
        } else {
            let has_room = all.rest.len() < OTHER_ATTRIBUTES_MAX;
            match all.rest.iter_mut().find(|(known, _)| *known == name) {
                Some(slot) => slot.1 = value,
                None if has_room => all.rest.push((name, value)),
                None => {}
            }
        }
    }
    Ok(all)
}

fn build(
    name: &[u8],
    value: Option<&[u8]>,
    attributes: &Attributes<'_>,
    request: &RequestView<'_>,
    now: i64,
) -> Result<Cookie, Reject> {
    let version = match attributes.version.as_deref().map(python_integer) {
        None => None,
        Some(None) => return Err(Reject::InvalidVersion),
        Some(Some(number)) => Some(u32::try_from(number).map_err(|_| Reject::InvalidVersion)?),
    };
    let mut builder = Cookie::builder(name, value.unwrap_or_default());
    if value.is_none() {
        builder = builder.valueless();
    }
    builder = scope(builder, attributes, version, request)?;
    builder = match &attributes.port {
        None => builder,
        Some(None) => builder.port(Some(&request_port(request)), false),
        Some(Some(list)) => builder.port(Some(&without_blanks(list)), true),
    };
    let discard = attributes.discard.unwrap_or(false) || attributes.expires.is_none();
    builder = builder.version(version).secure(attributes.secure.unwrap_or(false)).discard(discard);
    builder = builder.expires(attributes.expires).created(now);
    builder = builder.comment(text_of(attributes.comment.as_ref()).as_deref());
    builder = builder.comment_url(text_of(attributes.comment_url.as_ref()).as_deref());
    builder = nonstandard(builder, &attributes.rest);
    builder.build_unchecked().map_err(|_| Reject::TooLong)
}

/// The attributes beyond the standard ones; `HttpOnly` and `SameSite` in their usual spelling have fields of their own.
pub(crate) fn nonstandard(mut builder: CookieBuilder, rest: &[Word<'_>]) -> CookieBuilder {
    let is_alone = |word: &[u8]| rest.iter().filter(|(key, _)| key.eq_ignore_ascii_case(word)).count() == 1;
    let (http_only_alone, same_site_alone) = (is_alone(b"HttpOnly"), is_alone(b"SameSite"));
    for (key, value) in rest {
        let value = value.as_deref();
        if key.eq_ignore_ascii_case(b"httponly") {
            builder = builder.http_only(true);
            if http_only_alone && *key == b"HttpOnly" && value.is_none() {
                continue;
            }
        } else if key.eq_ignore_ascii_case(b"samesite") {
            let known = value.and_then(SameSite::from_bytes);
            builder = builder.same_site(known);
            let usual = known.is_some_and(|known| Some(known.as_str().as_bytes()) == value);
            if same_site_alone && *key == b"SameSite" && usual {
                continue;
            }
        }
        let value = value.map(String::from_utf8_lossy);
        builder = builder.nonstandard_attr(&String::from_utf8_lossy(key), value.as_deref());
    }
    builder
}

/// Path and domain, or what stands for them when they are missing.
fn scope(
    builder: CookieBuilder,
    attributes: &Attributes<'_>,
    version: Option<u32>,
    request: &RequestView<'_>,
) -> Result<CookieBuilder, Reject> {
    let builder = match attributes.path.as_deref().filter(|path| !path.is_empty()) {
        Some(path) => builder.path(&escape_path(path)).path_given(true),
        None => builder.path(&default_path(&request_path(request), version)),
    };
    let Some(domain) = attributes.domain.as_deref() else {
        return Ok(builder.domain(&effective_host(request)).domain_given(false, false));
    };
    if !domain.is_ascii() {
        return Err(Reject::BadDomain);
    }
    let domain = str::from_utf8(domain).map_err(|_| Reject::BadDomain)?;
    let bare = domain.strip_prefix('.').unwrap_or(domain);
    if bare.is_empty() {
        return Err(Reject::BadDomain);
    }
    let dotted = [".", bare].concat();
    Ok(builder.domain(&dotted).domain_given(true, bare.len() < domain.len()))
}

/// The directory of the request: without the last slash for Netscape cookies, with it for others.
fn default_path(path: &str, version: Option<u32>) -> String {
    let Some((directory, _)) = path.rsplit_once('/') else { return path.to_owned() };
    match version {
        Some(0) if !directory.is_empty() => directory.to_owned(),
        Some(0) => "/".to_owned(),
        _ => [directory, "/"].concat(),
    }
}

fn without_blanks(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().filter(|c| !c.is_whitespace()).collect()
}

fn text_of(value: Option<&Option<Cow<'_, [u8]>>>) -> Option<String> {
    value.and_then(Option::as_deref).map(|text| String::from_utf8_lossy(text).into_owned())
}
