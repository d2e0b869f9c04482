//! The push parser for heads: it is given all bytes since the head's first one, again and again, and never looks
//! at a line twice that it has understood. It does not ask for input and does not decide where a body ends.

use crate::error::ProtocolError;
use crate::fields::{FieldSection, Scan};
use crate::head::{RequestHead, ResponseHead};
use crate::limits::{Leniency, Limits};
use http::{Method, StatusCode, Version};

/// What a parser found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "a parser has finished or it has not")]
pub enum Parsed<T> {
    /// The message part is whole.
    Complete {
        /// What was read.
        value: T,
        /// How many bytes of the input belong to it.
        consumed_bytes: usize,
    },
    /// More input is needed. Nothing of it is consumed: the next call gets the same bytes and more behind them.
    Partial,
}

/// Reads one request head (RFC 9112 §3, §5). Strict, always.
///
/// # Errors
/// [`ProtocolError`] with the rule that was broken and where.
///
/// ```
/// use http_proto::{Limits, Parsed, parse_request};
///
/// let input = b"GET /hello HTTP/1.1\r\nHost: example.org\r\n\r\n";
/// let Parsed::Complete { value: head, consumed_bytes } = parse_request(input, &Limits::SERVER)? else {
///     panic!("the head is whole");
/// };
/// assert_eq!(head.target.path(), "/hello");
/// assert_eq!(consumed_bytes, input.len());
/// # Ok::<(), http_proto::ProtocolError>(())
/// ```
pub fn parse_request(input: &[u8], limits: &Limits) -> Result<Parsed<RequestHead>, ProtocolError> {
    let mut head = RequestHead::default();
    Ok(match RequestParser::new(*limits).parse(input, &mut head)? {
        Parsed::Complete { consumed_bytes, .. } => Parsed::Complete { value: head, consumed_bytes },
        Parsed::Partial => Parsed::Partial,
    })
}

/// Reads one response head (RFC 9112 §4, §5).
///
/// # Errors
/// [`ProtocolError`] with the rule that was broken and where.
#[doc(alias = "parse_headers")]
pub fn parse_response(
    input: &[u8],
    limits: &Limits,
    leniency: Leniency,
) -> Result<Parsed<ResponseHead>, ProtocolError> {
    let mut head = ResponseHead::default();
    Ok(match ResponseParser::new(*limits, leniency).parse(input, &mut head)? {
        Parsed::Complete { consumed_bytes, .. } => Parsed::Complete { value: head, consumed_bytes },
        Parsed::Partial => Parsed::Partial,
    })
}

/// Where a parser stands in its head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Before or inside the start line.
    #[default]
    StartLine,
    /// Behind it.
    Fields,
}

/// Reads request heads, one after the other, reusing memory. A head that arrives byte by byte costs linear time.
///
/// Call [`parse`](Self::parse) with all bytes since the head's first one each time more have come. After
/// `Complete` or an error the parser is ready for the next head.
#[derive(Clone, Debug)]
pub struct RequestParser {
    limits: Limits,
    stage: Stage,
    lines: Lines,
    empty_lines: usize,
    fields: FieldSection,
}

impl RequestParser {
    /// A parser with these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            stage: Stage::StartLine,
            lines: Lines::default(),
            empty_lines: 0,
            fields: FieldSection::default(),
        }
    }

    /// Whether nothing of a head has been seen since the last one was complete, so that the peer is idle.
    ///
    /// Empty lines before a request line count as nothing (RFC 9112 §2.2).
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.stage == Stage::StartLine && self.lines.scanned == self.lines.start
    }

    /// Reads on. `input` begins with the first byte of the head and has at least the bytes of the last call;
    /// `head` is filled as lines become whole and is valid after `Complete` only.
    ///
    /// # Errors
    /// The first rule that the input breaks.
    pub fn parse(&mut self, input: &[u8], head: &mut RequestHead) -> Result<Parsed<()>, ProtocolError> {
        let result = self.advance(input, head);
        if !matches!(result, Ok(Parsed::Partial)) {
            self.reset();
        }
        result
    }

    /// Forgets a head that was begun.
    pub fn reset(&mut self) {
        self.stage = Stage::StartLine;
        self.lines = Lines::default();
        self.empty_lines = 0;
        self.fields.reset();
    }

    fn advance(&mut self, input: &[u8], head: &mut RequestHead) -> Result<Parsed<()>, ProtocolError> {
        while self.stage == Stage::StartLine {
            let Some((line, next)) = self.lines.next(input, Leniency::Strict, &self.limits)? else {
                return Ok(Parsed::Partial);
            };
            let offset = self.lines.start;
            self.lines.advance_to(next);
            if line.is_empty() {
                // RFC 9112 §2.2: a server should ignore at least one empty line before the request line.
                self.empty_lines += 1;
                if self.empty_lines > self.limits.empty_lines_max {
                    let lines_max = clamp(self.limits.empty_lines_max);
                    return Err(ProtocolError::TooManyEmptyLines { lines_max });
                }
                continue;
            }
            request_line(line, offset, head)?;
            self.fields.begin(offset, next);
            self.stage = Stage::Fields;
        }
        finish(&mut self.fields, input, Leniency::Strict, &self.limits, &mut head.headers)
    }
}

/// Reads response heads, one after the other, reusing memory.
///
/// Used as [`RequestParser`].
#[derive(Clone, Debug)]
pub struct ResponseParser {
    limits: Limits,
    leniency: Leniency,
    stage: Stage,
    lines: Lines,
    fields: FieldSection,
}

impl ResponseParser {
    /// A parser with these limits.
    #[must_use]
    pub fn new(limits: Limits, leniency: Leniency) -> Self {
        Self {
            limits,
            leniency,
            stage: Stage::StartLine,
            lines: Lines::default(),
            fields: FieldSection::default(),
        }
    }

    /// Reads on. `input` begins with the first byte of the head and has at least the bytes of the last call;
    /// `head` is filled as lines become whole and is valid after `Complete` only.
    ///
    /// # Errors
    /// The first rule that the input breaks; [`ProtocolError::NotHttp`] as soon as the first bytes are not
    /// those of `HTTP/`.
    pub fn parse(&mut self, input: &[u8], head: &mut ResponseHead) -> Result<Parsed<()>, ProtocolError> {
        let result = self.advance(input, head);
        if !matches!(result, Ok(Parsed::Partial)) {
            self.reset();
        }
        result
    }

    /// Forgets a head that was begun.
    pub fn reset(&mut self) {
        self.stage = Stage::StartLine;
        self.lines = Lines::default();
        self.fields.reset();
    }

    fn advance(&mut self, input: &[u8], head: &mut ResponseHead) -> Result<Parsed<()>, ProtocolError> {
        if self.stage == Stage::StartLine {
            if !input.iter().zip(b"HTTP/").all(|(byte, want)| byte == want) {
                return Err(ProtocolError::NotHttp);
            }
            let Some((line, next)) = self.lines.next(input, self.leniency, &self.limits)? else {
                return Ok(Parsed::Partial);
            };
            status_line(line, head)?;
            self.fields.begin(0, next);
            self.stage = Stage::Fields;
        }
        finish(&mut self.fields, input, self.leniency, &self.limits, &mut head.headers)
    }
}

/// The common second half: fields up to the empty line, then into the list.
fn finish(
    fields: &mut FieldSection,
    input: &[u8],
    leniency: Leniency,
    limits: &Limits,
    headers: &mut crate::headers::Headers,
) -> Result<Parsed<()>, ProtocolError> {
    match fields.scan(input, leniency, &limits.into())? {
        Scan::Partial => Ok(Parsed::Partial),
        Scan::Complete { end } => {
            fields.finish_into(input, headers);
            Ok(Parsed::Complete { value: (), consumed_bytes: end })
        }
    }
}

/// Finds the start line, from where the last search stopped.
#[derive(Clone, Copy, Debug, Default)]
struct Lines {
    /// Where the line begins.
    start: usize,
    /// Up to where no LF was found.
    scanned: usize,
}

impl Lines {
    /// The line without its end, and where the next one begins.
    fn next<'a>(
        &mut self,
        input: &'a [u8],
        leniency: Leniency,
        limits: &Limits,
    ) -> Result<Option<(&'a [u8], usize)>, ProtocolError> {
        let too_long = ProtocolError::StartLineTooLong { bytes_max: clamp(limits.line_bytes_max) };
        let Some(found) = memchr::memchr(b'\n', input.get(self.scanned..).unwrap_or_default()) else {
            self.scanned = input.len();
            // One more for the CR that may be the last byte so far.
            return if input.len() - self.start > limits.line_bytes_max + 1 {
                Err(too_long)
            } else {
                Ok(None)
            };
        };
        let end = self.scanned + found;
        let line = match input.get(self.start..end).unwrap_or_default() {
            [line @ .., b'\r'] => line,
            line if leniency == Leniency::Recipient => line,
            _ => return Err(ProtocolError::BareLineFeed { offset: clamp(end) }),
        };
        if line.len() > limits.line_bytes_max {
            return Err(too_long);
        }
        if let Some(at) = memchr::memchr(b'\r', line) {
            return Err(ProtocolError::BareCarriageReturn { offset: clamp(self.start + at) });
        }
        Ok(Some((line, end + 1)))
    }

    fn advance_to(&mut self, next: usize) {
        self.start = next;
        self.scanned = next;
    }
}

/// `request-line = method SP request-target SP HTTP-version` (RFC 9112 §3), with exactly one SP between.
fn request_line(line: &[u8], start: usize, head: &mut RequestHead) -> Result<(), ProtocolError> {
    let malformed = |at: usize| ProtocolError::InvalidRequestLine { offset: clamp(start + at) };
    let method_end = memchr::memchr(b' ', line).ok_or_else(|| malformed(line.len()))?;
    let (method, rest) = line.split_at_checked(method_end).ok_or_else(|| malformed(0))?;
    let rest = rest.get(1..).unwrap_or_default();
    let target_end = memchr::memchr(b' ', rest).ok_or_else(|| malformed(line.len()))?;
    let (target, version) = rest.split_at_checked(target_end).ok_or_else(|| malformed(0))?;
    let version = version.get(1..).unwrap_or_default();
    let version_start = method_end + target_end + 2;

    if method != head.method.as_str().as_bytes() {
        head.method = read_method(method, start)?;
    }
    head.version = read_version(version, start + version_start)?;
    head.target.assign(target, &head.method).map_err(|invalid| match invalid {
        crate::error::InvalidInput::Target { offset } => {
            ProtocolError::InvalidTarget { offset: clamp(start + method_end + 1 + offset) }
        }
        _ => malformed(method_end + 1),
    })
}

fn read_method(method: &[u8], start: usize) -> Result<Method, ProtocolError> {
    if let Some(at) = crate::ascii::TOKEN.first_outside(method) {
        return Err(ProtocolError::InvalidMethod { offset: clamp(start + at) });
    }
    Method::from_bytes(method).map_err(|_| ProtocolError::InvalidMethod { offset: clamp(start) })
}

/// `HTTP-version = "HTTP" "/" DIGIT "." DIGIT` (RFC 9112 §2.3).
fn read_version(version: &[u8], start: usize) -> Result<Version, ProtocolError> {
    match version {
        b"HTTP/1.1" => Ok(Version::HTTP_11),
        b"HTTP/1.0" => Ok(Version::HTTP_10),
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            // RFC 9110 §2.5: a higher minor version is read as the highest that one knows.
            if *major == b'1' {
                return Ok(Version::HTTP_11);
            }
            Err(ProtocolError::UnsupportedVersion { major: major - b'0', minor: minor - b'0' })
        }
        _ => Err(ProtocolError::InvalidVersion { offset: clamp(start) }),
    }
}

/// `status-line = HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112 §4).
///
/// The second SP is required by the grammar, and left out by so many servers that its absence is read as an
/// empty reason.
fn status_line(line: &[u8], head: &mut ResponseHead) -> Result<(), ProtocolError> {
    let malformed = |at: usize| ProtocolError::InvalidStatusLine { offset: clamp(at) };
    let (version, rest) = line.split_at_checked(8).ok_or_else(|| malformed(line.len()))?;
    head.version = read_version(version, 0)?;
    let (digits, reason) = match rest {
        [b' ', a, b, c, b' ', reason @ ..] => ([*a, *b, *c], reason),
        [b' ', a, b, c] => ([*a, *b, *c], &[][..]),
        _ => return Err(malformed(8)),
    };
    let mut code = 0u16;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return Err(malformed(9));
        }
        code = code * 10 + u16::from(digit - b'0');
    }
    head.status = StatusCode::from_u16(code).map_err(|_| malformed(9))?;
    if let Some(at) = crate::ascii::FIELD_VALUE.first_outside(reason) {
        return Err(malformed(13 + at));
    }
    head.reason.clear();
    head.reason.extend_from_slice(reason);
    Ok(())
}

/// `at` for an error, whose room is 32 bits.
pub(crate) fn clamp(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
