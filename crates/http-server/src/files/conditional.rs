//! Conditional requests (RFC 9110 §13): entity tags, and which answer the preconditions of a request ask for.
//!
//! Pure: it is told the fields, the validators and the time. Which bytes a range selects is decided in `range`.

use http_proto::date::parse_http_date;
use http_proto::{Headers, Method};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a file must be left alone before its time and size prove that it has not changed in between.
const SETTLED_AFTER: Duration = Duration::from_secs(2);

/// An entity tag (RFC 9110 §8.8.3): a name for one state of a resource, strong if it stands for its exact bytes.
///
/// ```
/// use http_server::files::EntityTag;
///
/// let tag = EntityTag::strong("v1")?;
/// assert_eq!(tag.to_string(), "\"v1\"");
/// assert!(tag.weak_eq(&EntityTag::weak("v1")?) && !tag.strong_eq(&EntityTag::weak("v1")?));
/// # Ok::<(), http_server::files::InvalidEntityTag>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EntityTag {
    weak: bool,
    /// Without the quotes.
    opaque: String,
}

/// A text that can't stand between the quotes of an entity tag: it may hold no quote, space or control character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "entity tag with the byte 0x{byte:02x} at offset {offset}: quotes, spaces and controls cannot stand in one"
)]
#[non_exhaustive]
pub struct InvalidEntityTag {
    /// Where the first byte stands that cannot be in a tag.
    pub offset: usize,
    /// That byte.
    pub byte: u8,
}

impl EntityTag {
    /// A strong tag: two answers with it are the same to the byte. `opaque` goes between the quotes.
    ///
    /// # Errors
    /// Where `opaque` has a byte that cannot stand in a tag.
    pub fn strong(opaque: impl Into<String>) -> Result<Self, InvalidEntityTag> {
        Self::new(opaque.into(), false)
    }

    /// A weak tag: two answers with it mean the same. `opaque` goes between the quotes.
    ///
    /// # Errors
    /// Where `opaque` has a byte that cannot stand in a tag.
    pub fn weak(opaque: impl Into<String>) -> Result<Self, InvalidEntityTag> {
        Self::new(opaque.into(), true)
    }

    fn new(opaque: String, weak: bool) -> Result<Self, InvalidEntityTag> {
        match opaque.bytes().enumerate().find(|&(_, byte)| !is_tag_byte(byte)) {
            Some((offset, byte)) => Err(InvalidEntityTag { offset, byte }),
            None => Ok(Self { weak, opaque }),
        }
    }

    /// The tag of a file in this state: strong, or weak while the file is so young that it could change again
    /// without its time showing it.
    pub(crate) fn of_file(size_bytes: u64, modified: SystemTime, inode: u64, now: SystemTime) -> Self {
        let nanoseconds = match modified.duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_nanos(),
            Err(before) => !before.duration().as_nanos(),
        };
        // FNV-1a: short, the same in every process, and shows neither inode nor time.
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in nanoseconds.to_le_bytes().into_iter().chain(inode.to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let mut opaque = String::with_capacity(2 * HEX_DIGITS + 1);
        push_hex(hash, &mut opaque);
        opaque.push('-');
        push_hex(size_bytes, &mut opaque);
        Self { weak: !is_settled(modified, now), opaque }
    }

    /// The tag of another form of the same content, such as a compressed one.
    pub(crate) fn variant(&self, name: &str) -> Self {
        Self { weak: self.weak, opaque: format!("{}-{name}", self.opaque) }
    }

    /// As in an ETag field. `Display` says the same through more machinery.
    pub(crate) fn to_field(&self) -> Vec<u8> {
        let prefix: &[u8] = if self.weak { b"W/\"" } else { b"\"" };
        [prefix, self.opaque.as_bytes(), b"\""].concat()
    }

    /// Whether the tag is a weak one.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        self.weak
    }

    /// The strong comparison: both strong and alike (RFC 9110 §8.8.3.2).
    #[must_use]
    pub fn strong_eq(&self, other: &Self) -> bool {
        self.matches(other.weak, other.opaque.as_bytes(), Comparison::Strong)
    }

    /// The weak comparison: alike, strong or not (RFC 9110 §8.8.3.2).
    #[must_use]
    pub fn weak_eq(&self, other: &Self) -> bool {
        self.matches(other.weak, other.opaque.as_bytes(), Comparison::Weak)
    }

    fn matches(&self, weak: bool, opaque: &[u8], comparison: Comparison) -> bool {
        let comparable = comparison == Comparison::Weak || !(self.weak || weak);
        comparable && self.opaque.as_bytes() == opaque
    }
}

/// Hexadecimal digits of the largest number.
const HEX_DIGITS: usize = 16;

/// Appends a number as `{:x}` has it.
fn push_hex(number: u64, out: &mut String) {
    let mut digits = 1;
    while digits < HEX_DIGITS && number >> (4 * digits) != 0 {
        digits += 1;
    }
    for place in (0..digits).rev() {
        let digit = u8::try_from(number >> (4 * place) & 0xf).unwrap_or(0);
        out.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + (digit - 10) }));
    }
}

impl fmt::Display for EntityTag {
    /// As in an ETag field: `"…"` or `W/"…"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\"{}\"", if self.weak { "W/" } else { "" }, self.opaque)
    }
}

/// What a server knows about the state of a resource.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Validators<'a> {
    pub(crate) tag: Option<&'a EntityTag>,
    pub(crate) modified: Option<SystemTime>,
}

/// What the preconditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Answer as without preconditions; a Range field counts only where `range_allowed`.
    Proceed { range_allowed: bool },
    /// 304: the client has it already.
    NotModified,
    /// 412: the resource is not in the state that the client expects.
    Failed,
}

/// Which of the fields a request has that decide about its answer: most have none, and one look at the names tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    if_match: bool,
    if_none_match: bool,
    if_modified_since: bool,
    if_unmodified_since: bool,
    if_range: bool,
    range: bool,
}

impl Asked {
    pub(crate) fn of(headers: &Headers) -> Self {
        let mut asked = Self::default();
        for (name, _) in headers.iter_bytes() {
            let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
            match name {
                [b'i' | b'I', b'f' | b'F', b'-', ..] => match name.len() {
                    8 => {
                        asked.if_match |= is(b"if-match");
                        asked.if_range |= is(b"if-range");
                    }
                    13 => asked.if_none_match |= is(b"if-none-match"),
                    17 => asked.if_modified_since |= is(b"if-modified-since"),
                    19 => asked.if_unmodified_since |= is(b"if-unmodified-since"),
                    _ => {}
                },
                [b'r' | b'R', _, _, _, _] => asked.range |= is(b"range"),
                _ => {}
            }
        }
        asked
    }

    /// Whether there is neither a precondition nor a range.
    pub(crate) fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// Evaluates the preconditions for a resource that exists, in the order of RFC 9110 §13.2.2. `asked` are those that the
/// fields have.
pub(crate) fn evaluate(
    asked: Asked,
    method: &Method,
    headers: &Headers,
    validators: Validators<'_>,
    now: SystemTime,
) -> Condition {
    let is_read = *method == Method::GET || *method == Method::HEAD;
    // Steps 1 and 2.
    if asked.if_match {
        if !any_tag_matches(headers, "If-Match", validators.tag, Comparison::Strong) {
            return Condition::Failed;
        }
    } else if asked.if_unmodified_since
        && let (Some(limit), Some(modified)) =
            (date(headers, "If-Unmodified-Since", now), validators.modified)
        && whole_seconds(modified) > whole_seconds(limit)
    {
        return Condition::Failed;
    }
    // Steps 3 and 4.
    if asked.if_none_match {
        if any_tag_matches(headers, "If-None-Match", validators.tag, Comparison::Weak) {
            return if is_read { Condition::NotModified } else { Condition::Failed };
        }
    } else if is_read
        && asked.if_modified_since
        && let (Some(limit), Some(modified)) = (date(headers, "If-Modified-Since", now), validators.modified)
        && whole_seconds(modified) <= whole_seconds(limit)
    {
        return Condition::NotModified;
    }
    // Step 5. RFC 9110 §14.2: ranges are defined for GET only.
    let fits = !asked.if_range || if_range(headers, validators, now);
    Condition::Proceed { range_allowed: *method == Method::GET && fits }
}

/// RFC 9110 §13.1.5: strong and exact, or the range is ignored.
fn if_range(headers: &Headers, validators: Validators<'_>, now: SystemTime) -> bool {
    let mut values = headers.get_all("If-Range");
    let Some(value) = values.next() else {
        return true;
    };
    if values.next().is_some() {
        return false;
    }
    let value = value.as_bytes();
    if let Some((weak, opaque, rest)) = read_tag(value) {
        return rest.is_empty()
            && validators.tag.is_some_and(|tag| tag.matches(weak, opaque, Comparison::Strong));
    }
    match (parse_http_date(value, now), validators.modified) {
        // RFC 9110 §8.8.2.2: a time in whole seconds is strong only if nothing can have changed within the second.
        (Some(date), Some(modified)) => {
            whole_seconds(date) == whole_seconds(modified) && is_settled(modified, now)
        }
        _ => false,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Strong,
    Weak,
}

/// Whether a field `*` or one of its tags matches; a malformed field matches as far as it can be read.
fn any_tag_matches(
    headers: &Headers,
    name: &'static str,
    tag: Option<&EntityTag>,
    comparison: Comparison,
) -> bool {
    headers.get_all(name).any(|value| {
        let mut rest = value.as_bytes();
        if rest == b"*" {
            return true;
        }
        loop {
            while let [b' ' | b'\t' | b',', after @ ..] = rest {
                rest = after;
            }
            let Some((weak, opaque, after)) = read_tag(rest) else {
                return false;
            };
            if tag.is_some_and(|tag| tag.matches(weak, opaque, comparison)) {
                return true;
            }
            rest = after;
        }
    })
}

/// `entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE` at the start: weakness, the text between the quotes, and what follows.
fn read_tag(value: &[u8]) -> Option<(bool, &[u8], &[u8])> {
    let (weak, value) = value.strip_prefix(b"W/").map_or((false, value), |value| (true, value));
    let value = value.strip_prefix(b"\"")?;
    let end = value.iter().position(|&byte| byte == b'"')?;
    let (opaque, rest) = value.split_at_checked(end)?;
    opaque.iter().all(|&byte| is_tag_byte(byte)).then_some((weak, opaque, rest.get(1..).unwrap_or_default()))
}

/// `etagc = %x21 / %x23-7E / obs-text`
fn is_tag_byte(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)
}

/// The one date of a field; `None` where it is missing, repeated or no date (RFC 9110 §13.1.3, §13.1.4: ignored).
fn date(headers: &Headers, name: &'static str, now: SystemTime) -> Option<SystemTime> {
    let mut values = headers.get_all(name);
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    parse_http_date(value.as_bytes(), now)
}

/// Whether a time lies so far back that the same time later means the same content.
pub(crate) fn is_settled(modified: SystemTime, now: SystemTime) -> bool {
    now.duration_since(modified).is_ok_and(|age| age >= SETTLED_AFTER)
}

/// Seconds since 1970, rounded down as in a Last-Modified field; 0 for earlier times, as these are written there.
fn whole_seconds(when: SystemTime) -> u64 {
    when.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests;
