//! The jar's own format: one JSON object a line, so that files can be compared, appended to and read in part.

use std::borrow::Cow;

use http_cookies::SameSite;

use super::{BadLine, BadLineReason, FileCookieJar, FileFormat, Unwritable, lines};
use crate::cookie::builder::{CookieBuilder, check_texts};
use crate::cookie::{Cookie, Parts, Plain};
use crate::file::error::NotThisFormat;
use crate::file::json_text::{Item, Malformed, Reader, push_string};
use crate::file::mozilla::push_number;
use crate::host::canonical_host;

mod as_written;

/// A jar in the JSON format.
pub type JsonCookieJar = FileCookieJar<JsonFormat>;

/// One JSON object a line; the first line says which format and version this is.
///
/// It holds everything a cookie has, but for the time of its last use. Keys that this version does not know are kept and written
/// back. Names and values that are not UTF-8 stand as `name_hex` and `value_hex`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a format without choices; its name is its constructor")]
pub struct JsonFormat;

const HEADER: &[u8] = b"{\"format\":\"http-cookiejar\",\"version\":1}";

impl FileFormat for JsonFormat {
    fn name(&self) -> &'static str {
        "JSON"
    }

    fn has_header(&self, text: &[u8]) -> bool {
        let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let Ok(line) = str::from_utf8(first) else { return false };
        let (mut ours, mut known) = (false, false);
        let read = Reader::new(line).object(|key, item, _| {
            match (key, item) {
                ("format", Item::Text(name)) => ours = name == "http-cookiejar",
                ("version", Item::Number(version)) => known = version == "1",
                _ => {}
            }
            Ok(())
        });
        read.is_ok() && ours && known
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
        for (number, line) in (1..).zip(lines(text)).skip(1) {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let item = read_line(line, now).map_err(|reason| BadLine::new(number, reason));
            if !each(item) {
                break;
            }
        }
        Ok(())
    }

    fn is_lossless(&self) -> bool {
        true
    }

    fn write_header(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(HEADER);
        out.push(b'\n');
    }

    fn write_cookie(&self, cookie: &Cookie, out: &mut Vec<u8>) -> Result<(), Unwritable> {
        out.push(b'{');
        push_bytes((keys::NAME, keys::NAME_HEX), cookie.name(), out);
        if !cookie.is_valueless() {
            push_bytes((keys::VALUE, keys::VALUE_HEX), cookie.value(), out);
        }
        push_text(keys::DOMAIN, Some(cookie.domain_bytes()), out);
        push_text(keys::PATH, Some(cookie.path_bytes()), out);
        push_flag(keys::HOST_ONLY, cookie.host_only(), out);
        push_flag(keys::SECURE, cookie.secure(), out);
        push_flag(keys::HTTP_ONLY, cookie.http_only(), out);
        push_text(keys::SAME_SITE, cookie.same_site().map(SameSite::as_str), out);
        push_text(",\"partition\":", cookie.partition(), out);
        push_integer(keys::EXPIRES, cookie.expires(), out);
        push_integer(keys::CREATED, Some(cookie.created()), out);
        write_python_fields(cookie, out);
        for (key, raw) in cookie.unknown() {
            out.push(b',');
            push_string(key.as_bytes(), out);
            out.push(b':');
            out.extend_from_slice(raw.as_bytes());
        }
        out.extend_from_slice(b"}\n");
        Ok(())
    }
}

/// The keys of the fields that most cookies have, as they stand in a line: each with the comma before it and the colon behind.
mod keys {
    pub(super) const NAME: &str = "\"name\":";
    pub(super) const NAME_HEX: &str = "\"name_hex\":";
    pub(super) const VALUE: &str = ",\"value\":";
    pub(super) const VALUE_HEX: &str = ",\"value_hex\":";
    pub(super) const DOMAIN: &str = ",\"domain\":";
    pub(super) const PATH: &str = ",\"path\":";
    pub(super) const HOST_ONLY: &str = ",\"host_only\":";
    pub(super) const SECURE: &str = ",\"secure\":";
    pub(super) const HTTP_ONLY: &str = ",\"http_only\":";
    pub(super) const SAME_SITE: &str = ",\"same_site\":";
    pub(super) const EXPIRES: &str = ",\"expires\":";
    pub(super) const CREATED: &str = ",\"created\":";
    pub(super) const PATH_SPECIFIED: &str = ",\"path_specified\":";
}

/// What only cookies under Python's rules have, or what differs from what follows from the rest.
fn write_python_fields(cookie: &Cookie, out: &mut Vec<u8>) {
    push_flag(keys::PATH_SPECIFIED, cookie.path_specified(), out);
    if cookie.discard() != cookie.expires().is_none() {
        push_bool(",\"discard\":", cookie.discard(), out);
    }
    if cookie.domain_specified() == cookie.host_only() {
        push_bool(",\"domain_specified\":", cookie.domain_specified(), out);
    }
    push_flag(",\"domain_initial_dot\":", cookie.domain_initial_dot(), out);
    match cookie.version() {
        Some(0) => {}
        Some(version) => push_integer(",\"version\":", Some(i64::from(version)), out),
        None => out.extend_from_slice(b",\"version\":null"),
    }
    push_text(",\"port\":", cookie.port(), out);
    push_flag(",\"port_specified\":", cookie.port_specified(), out);
    push_flag(",\"rfc2109\":", cookie.rfc2109(), out);
    push_text(",\"comment\":", cookie.comment(), out);
    push_text(",\"comment_url\":", cookie.comment_url(), out);
    let mut before = &b",\"rest\":{"[..];
    for (name, value) in cookie.stored_rest() {
        out.extend_from_slice(before);
        push_string(name.as_bytes(), out);
        out.push(b':');
        match value {
            Some(value) => push_string(value.as_bytes(), out),
            None => out.extend_from_slice(b"null"),
        }
        before = b",";
    }
    if !cookie.stored_rest().is_empty() {
        out.push(b'}');
    }
}

fn push_text<T: AsRef<[u8]>>(key: &str, text: Option<T>, out: &mut Vec<u8>) {
    if let Some(text) = text {
        out.extend_from_slice(key.as_bytes());
        push_string(text.as_ref(), out);
    }
}

/// Writes bytes under the first key if they are UTF-8, and as hexadecimal digits under the second if not.
fn push_bytes((key, hex_key): (&str, &str), bytes: &[u8], out: &mut Vec<u8>) {
    if str::from_utf8(bytes).is_ok() {
        return push_text(key, Some(bytes), out);
    }
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
    out.extend_from_slice(hex_key.as_bytes());
    out.push(b'"');
    out.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
    out.push(b'"');
}

fn push_bool(key: &str, on: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(if on { b"true" } else { b"false" });
}

/// Writes what is false unless it is said.
fn push_flag(key: &str, on: bool, out: &mut Vec<u8>) {
    if on {
        push_bool(key, on, out);
    }
}

fn push_integer(key: &str, number: Option<i64>, out: &mut Vec<u8>) {
    if let Some(number) = number {
        out.extend_from_slice(key.as_bytes());
        push_number(number, out);
    }
}

/// The common fields of a line, borrowed.
#[derive(Default)]
struct Fields<'t> {
    name: Option<Cow<'t, [u8]>>,
    value: Option<Cow<'t, [u8]>>,
    domain: Option<Cow<'t, str>>,
    path: Option<Cow<'t, str>>,
    partition: Option<Cow<'t, str>>,
    plain: Plain,
    /// All other fields, for the slow way.
    others: Vec<(String, Item<'t>, &'t str)>,
}

fn read_line(line: &[u8], now: i64) -> Result<Cookie, BadLineReason> {
    let line = str::from_utf8(line).map_err(|_| BadLineReason::Text)?;
    match as_written::read(line, now) {
        Some(cookie) => Ok(cookie),
        None => read_generally(line, now),
    }
}

/// Reads a line with any fields in any order.
fn read_generally(line: &str, now: i64) -> Result<Cookie, BadLineReason> {
    let mut fields = Fields { plain: Plain { now, ..Plain::default() }, ..Fields::default() };
    let mut reader = Reader::new(line);
    let read = reader.object(|key, item, raw| fields.take(key, item, raw));
    if read.is_err() || !reader.is_done() {
        return Err(BadLineReason::Syntax);
    }
    fields.finish()
}

impl<'t> Fields<'t> {
    fn take(&mut self, key: &str, item: Item<'t>, raw: &'t str) -> Result<(), Malformed> {
        match (key, item) {
            ("name", Item::Text(text)) => self.name = Some(into_bytes(text)),
            ("value", Item::Text(text)) => self.value = Some(into_bytes(text)),
            ("name_hex", Item::Text(text)) => self.name = Some(Cow::Owned(from_hex(&text)?)),
            ("value_hex", Item::Text(text)) => self.value = Some(Cow::Owned(from_hex(&text)?)),
            ("domain", Item::Text(text)) => self.domain = Some(text),
            ("path", Item::Text(text)) => self.path = Some(text),
            ("partition", Item::Text(text)) => self.partition = Some(text),
            ("host_only", Item::Bool(on)) => self.plain.host_only = on,
            ("secure", Item::Bool(on)) => self.plain.secure = on,
            ("http_only", Item::Bool(on)) => self.plain.http_only = on,
            ("path_specified", Item::Bool(on)) => self.plain.path_specified = on,
            ("same_site", Item::Text(text)) => {
                self.plain.same_site = Some(SameSite::from_bytes(text.as_bytes()).ok_or(Malformed)?);
            }
            ("expires", Item::Number(number)) => self.plain.expires = Some(integer(number)?),
            ("created", Item::Number(number)) => self.plain.now = integer(number)?,
            (
                "name" | "value" | "name_hex" | "value_hex" | "domain" | "path" | "host_only" | "secure"
                | "http_only" | "path_specified" | "same_site" | "expires" | "created" | "partition",
                _,
            ) => return Err(Malformed),
            (_, item) => self.others.push((key.to_owned(), item, raw)),
        }
        Ok(())
    }

    fn finish(self) -> Result<Cookie, BadLineReason> {
        let domain = self.domain.as_deref().and_then(canonical_host).ok_or(BadLineReason::Domain)?;
        let name = self.name.as_deref().ok_or(BadLineReason::Syntax)?;
        let value = self.value.as_deref().unwrap_or_default();
        let path = self.path.as_deref().unwrap_or("/");
        let simple = self.value.is_some() && self.others.is_empty() && self.partition.is_none();
        if simple {
            let parts = Parts { name, value, path, domain: &domain };
            check_texts(parts).map_err(|_| BadLineReason::Text)?;
            return Cookie::plain(parts, self.plain, None).map_err(|_| BadLineReason::Text);
        }
        let mut builder =
            Cookie::builder(name, value).domain(&domain).host_only(self.plain.host_only).path(path);
        if self.value.is_none() {
            builder = builder.valueless();
        }
        let plain = self.plain;
        builder = builder.secure(plain.secure).http_only(plain.http_only).same_site(plain.same_site);
        builder = builder.path_given(plain.path_specified).expires(plain.expires).created(plain.now);
        builder = builder.partition(self.partition.as_deref());
        let mut given = (!plain.host_only, false);
        let mut port = (None, false);
        for (key, item, raw) in self.others {
            match (key.as_str(), item) {
                ("domain_specified", Item::Bool(on)) => given.0 = on,
                ("domain_initial_dot", Item::Bool(on)) => given.1 = on,
                ("port", Item::Text(text)) => port.0 = Some(text),
                ("port_specified", Item::Bool(on)) => port.1 = on,
                (_, item) => builder = read_other(builder, &key, item, raw)?,
            }
        }
        builder = builder.domain_given(given.0, given.1).port(port.0.as_deref(), port.1);
        builder.build().map_err(|_| BadLineReason::Text)
    }
}

/// The fields that few cookies have, and those that nobody knows.
fn read_other(
    builder: CookieBuilder,
    key: &str,
    item: Item<'_>,
    raw: &str,
) -> Result<CookieBuilder, BadLineReason> {
    Ok(match (key, item) {
        ("discard", Item::Bool(on)) => builder.discard(on),
        ("rfc2109", Item::Bool(on)) => builder.rfc2109(on),
        ("version", Item::Null) => builder.version(None),
        ("version", Item::Number(number)) => {
            builder.version(number.parse::<u32>().map_err(|_| BadLineReason::Syntax)?)
        }
        ("comment", Item::Text(text)) => builder.comment(Some(&text)),
        ("comment_url", Item::Text(text)) => builder.comment_url(Some(&text)),
        ("rest", Item::Object) => {
            let mut builder = Some(builder);
            let read = Reader::new(raw).object(|name, item, _| {
                let value = match item {
                    Item::Text(text) => Some(text),
                    Item::Null => None,
                    _ => return Err(Malformed),
                };
                builder = builder.take().map(|builder| builder.nonstandard_attr(name, value.as_deref()));
                Ok(())
            });
            read.map_err(|Malformed| BadLineReason::Syntax)?;
            builder.ok_or(BadLineReason::Syntax)?
        }
        _ => builder.unknown(key, raw),
    })
}

fn into_bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

fn from_hex(text: &str) -> Result<Vec<u8>, Malformed> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Ok(digit(high).ok_or(Malformed)? << 4 | digit(low).ok_or(Malformed)?),
            _ => Err(Malformed),
        })
        .collect()
}

/// A whole number; a fraction is cut off.
pub(crate) fn integer(number: &str) -> Result<i64, Malformed> {
    if let Ok(number) = number.parse() {
        return Ok(number);
    }
    match number.parse::<f64>() {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast from float saturates, which is what is wanted"
        )]
        Ok(number) => Ok(number as i64),
        Err(_) => Err(Malformed),
    }
}

#[cfg(test)]
mod tests;
