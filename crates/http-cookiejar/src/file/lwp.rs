//! The format of libwww-perl, which Python's `LWPCookieJar` reads and writes: `Set-Cookie3` lines.

use super::{BadLine, BadLineReason, FileCookieJar, FileFormat, Unwritable, lines};
use crate::cookie::Cookie;
use crate::cookie::builder::is_control;
use crate::file::error::NotThisFormat;
use crate::host::canonical_host;
use crate::jar::CookieJar;
use crate::python::dates::{iso2time, time2isoz};
use crate::python::nonstandard;
use crate::python::words::{Word, push_word, python_integer, split_header_words, strip};

/// A jar in the format of libwww-perl.
#[doc(alias = "LWPCookieJar")]
pub type LwpCookieJar = FileCookieJar<LwpFormat>;

/// `Set-Cookie3: name=value; path="/"; domain="example.org"; …`, byte for byte as CPython writes it.
///
/// It holds everything that Python's cookies have, and `HttpOnly` and `SameSite` as attributes. Partitioned cookies, nameless
/// ones, and names with blanks, commas or quotes in them are not written. As CPython does, an attribute beyond the
/// standard ones that came without a value is written with the value `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a format without choices; its name is its constructor")]
pub struct LwpFormat;

const HEADER: &[u8] = b"#LWP-Cookies-2.0\n";
const LINE: &[u8] = b"Set-Cookie3:";

impl FileFormat for LwpFormat {
    fn name(&self) -> &'static str {
        "libwww-perl"
    }

    /// `#LWP-Cookies-` and a version.
    fn has_header(&self, text: &[u8]) -> bool {
        let Some(version) = text.strip_prefix(b"#LWP-Cookies-") else { return false };
        let mut parts = version.split(|byte| *byte == b'.');
        let major = parts.next().unwrap_or_default();
        let digit = |text: &[u8]| text.first().is_some_and(u8::is_ascii_digit);
        !major.is_empty() && major.iter().all(u8::is_ascii_digit) && parts.next().is_some_and(digit)
    }

    fn read(
        &self,
        text: &[u8],
        now: i64,
        each: &mut dyn FnMut(Result<Cookie, BadLine>) -> bool,
    ) -> Result<(), NotThisFormat> {
        if !self.has_header(text) {
            return if text.is_empty() { Ok(()) } else { Err(NotThisFormat) };
        }
        for (number, line) in (1..).zip(lines(text)) {
            let Some(line) = line.strip_prefix(LINE) else { continue };
            for words in split_header_words(strip(line)) {
                let item = read_words(words, now).map_err(|reason| BadLine::new(number, reason));
                if !each(item) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn write_header(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(HEADER);
    }

    fn write_cookie(&self, cookie: &Cookie, out: &mut Vec<u8>) -> Result<(), Unwritable> {
        let line = line_of(cookie)?;
        out.extend_from_slice(LINE);
        out.push(b' ');
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
        Ok(())
    }
}

/// The cookies of a jar as the lines of an LWP file, without its header (Python's `as_lwp_str`).
///
/// Session cookies and expired ones are left out unless said otherwise; so are cookies that the format cannot hold.
#[must_use]
pub fn as_lwp_str(jar: &CookieJar, ignore_discard: bool, ignore_expires: bool, now: i64) -> String {
    let wanted = |cookie: &&Cookie| {
        (ignore_discard || !cookie.discard()) && (ignore_expires || !cookie.is_expired_at(now))
    };
    let mut text = String::new();
    for line in jar.iter().filter(wanted).filter_map(|cookie| line_of(cookie).ok()) {
        text.push_str("Set-Cookie3: ");
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn line_of(cookie: &Cookie) -> Result<String, Unwritable> {
    if cookie.partition().is_some() {
        return Err(Unwritable::Partitioned);
    }
    let name = cookie.name_str().ok_or(Unwritable::NotText)?;
    let value = cookie.value_str().ok_or(Unwritable::NotText)?;
    if !is_token(name) {
        return Err(Unwritable::Name);
    }
    let mut line = String::with_capacity(160);
    push_word(&mut line, name, (!cookie.is_valueless()).then_some(value));
    push_word(&mut line, "path", Some(cookie.path()));
    push_word(&mut line, "domain", Some(&cookie.dotted_domain()));
    if let Some(port) = cookie.port() {
        push_word(&mut line, "port", Some(port));
    }
    let flags = [
        ("path_spec", cookie.path_specified()),
        ("port_spec", cookie.port_specified()),
        ("domain_dot", cookie.domain_initial_dot()),
        ("secure", cookie.secure()),
    ];
    for (flag, _) in flags.iter().filter(|(_, on)| *on) {
        push_word(&mut line, flag, None);
    }
    if let Some(end) = cookie.expires() {
        push_word(&mut line, "expires", Some(&time2isoz(end.clamp(TIME_MIN, TIME_MAX))));
    }
    if cookie.discard() {
        push_word(&mut line, "discard", None);
    }
    for (attribute, text) in [("comment", cookie.comment()), ("commenturl", cookie.comment_url())] {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            push_word(&mut line, attribute, Some(text));
        }
    }
    let mut rest: Vec<_> = cookie.rest().collect();
    rest.sort_unstable();
    for (attribute, value) in rest {
        if !is_token(attribute) {
            return Err(Unwritable::Name);
        }
        push_word(&mut line, attribute, Some(value.unwrap_or("None")));
    }
    let version = cookie.version().map_or_else(|| "None".to_owned(), |version| version.to_string());
    push_word(&mut line, "version", Some(&version));
    Ok(line)
}

/// The first second: CPython passes over an end of zero, and dates before 1970 are not read.
const TIME_MIN: i64 = 1;

/// 9999-12-31 23:59:59: four digits of year are all there is room for.
const TIME_MAX: i64 = 253_402_300_799;

/// Whether a name is read back whole.
fn is_token(name: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '=' | ';' | ',');
    !name.is_empty() && !name.contains(odd)
}

fn read_words(words: Vec<Word<'_>>, now: i64) -> Result<Cookie, BadLineReason> {
    let mut words = words.into_iter();
    let (name, value) = words.next().ok_or(BadLineReason::Syntax)?;
    let mut builder = Cookie::builder(name, value.as_deref().unwrap_or_default()).created(now);
    if value.is_none() {
        builder = builder.valueless();
    }
    let (mut domain, mut path, mut expires, mut discard) = (None, String::new(), None, false);
    let (mut domain_dot, mut port, mut port_spec, mut version) = (false, None, false, None);
    let mut rest: Vec<Word<'_>> = Vec::new();
    for (key, raw) in words {
        let value = raw.as_deref().map(|value| String::from_utf8_lossy(value).into_owned());
        let on = value.as_deref() != Some("");
        match key.to_ascii_lowercase().as_slice() {
            b"domain" => domain = value,
            b"path" => path = value.unwrap_or_default(),
            b"port" => port = value,
            b"version" => version = value,
            b"expires" => expires = value.map(|text| iso2time(text.as_bytes()).ok_or(BadLineReason::Expiry)),
            b"comment" => builder = builder.comment(value.as_deref()),
            b"commenturl" => builder = builder.comment_url(value.as_deref()),
            b"port_spec" => port_spec = on,
            b"path_spec" => builder = builder.path_given(on),
            b"domain_dot" => domain_dot = on,
            b"secure" => builder = builder.secure(on),
            b"discard" => discard = on,
            // A flag without a value is written as the word None.
            b"httponly" => rest.push((key, raw.filter(|value| **value != *b"None"))),
            _ => rest.push((key, raw)),
        }
    }
    builder = nonstandard(builder, &rest);
    let expires = expires.transpose()?;
    let domain = domain.ok_or(BadLineReason::Domain)?;
    let dotted = domain.starts_with('.');
    let bare = canonical_host(domain.strip_prefix('.').unwrap_or(&domain)).ok_or(BadLineReason::Domain)?;
    let version = version.as_deref().and_then(|text| python_integer(text.as_bytes()));
    builder = builder.domain(&bare).host_only(!dotted).domain_given(dotted, domain_dot);
    builder = builder.path(if path.is_empty() { "/" } else { &path }).port(port.as_deref(), port_spec);
    builder = builder.expires(expires).discard(discard || expires.is_none());
    builder = builder.version(version.and_then(|version| u32::try_from(version).ok()));
    let well = !name.iter().copied().any(is_control);
    builder.build().ok().filter(|_| well).ok_or(BadLineReason::Text)
}

#[cfg(test)]
mod tests;
