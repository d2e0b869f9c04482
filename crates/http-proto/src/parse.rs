//! The push parser for heads: it is given all bytes since the head's first one, again and again, and never looks
//! at a line twice that it has understood. It does not ask for input and does not decide where a body ends.

use crate::ascii::TOKEN;
use crate::error::ProtocolError;
use crate::fields::{FieldSection, Scan};
use crate::head::{RequestHead, ResponseHead, TargetForm};
use crate::headers::Headers;
use crate::limits::{Leniency, Limits, clamp, start_line_bytes_max};
use crate::start_line::{plain_request_line, plain_status_line, request_line, status_line};
use http::{Method, Version};

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
///
/// ```
/// use http_proto::{Leniency, Limits, Parsed, parse_response};
///
/// let input = b"HTTP/1.1 404 Not Found\nServer: x\n\n";
/// let Parsed::Complete { value: head, .. } = parse_response(input, &Limits::CLIENT, Leniency::Recipient)? else {
///     panic!("the head is whole");
/// };
/// assert_eq!(head.status.as_u16(), 404);
/// assert_eq!(head.reason, b"Not Found");
/// # Ok::<(), http_proto::ProtocolError>(())
/// ```
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
///
/// ```
/// use http_proto::{Limits, Parsed, RequestHead, RequestParser};
///
/// let mut parser = RequestParser::new(Limits::SERVER);
/// let mut head = RequestHead::default();
/// let input = b"GET /hello HTTP/1.1\r\nHost: example.org\r\n\r\n";
/// assert_eq!(parser.parse(&input[..10], &mut head)?, Parsed::Partial);
/// let parsed = parser.parse(input, &mut head)?;
/// assert_eq!(parsed, Parsed::Complete { value: (), consumed_bytes: input.len() });
/// assert_eq!(head.target, "/hello");
/// # Ok::<(), http_proto::ProtocolError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RequestParser {
    limits: Limits,
    stage: Stage,
    lines: Lines,
    empty_lines: usize,
    fields: FieldSection,
    repeats_fields: bool,
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
            repeats_fields: false,
        }
    }

    /// Whether the last head that was whole has the very fields that its `head` held before: what has been concluded
    /// from them alone still holds.
    #[must_use]
    pub const fn repeats_fields(&self) -> bool {
        self.repeats_fields
    }

    /// Whether nothing of a head has been seen since the last one was complete, so that the peer is idle.
    ///
    /// Empty lines before a request line count as nothing (RFC 9112 §2.2).
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.stage == Stage::StartLine && self.lines.scanned <= self.lines.start
    }

    /// Reads on. `input` begins with the first byte of the head and has at least the bytes of the last call;
    /// `head` is filled as lines become whole and is valid after `Complete` only.
    ///
    /// Field lines that are byte for byte those which `head` holds already, as in pipelined requests, are compared and
    /// not read again. Clear the fields of a head before one of another peer, lest the time that this takes tells
    /// anything about them.
    ///
    /// # Errors
    /// The first rule that the input breaks.
    pub fn parse(&mut self, input: &[u8], head: &mut RequestHead) -> Result<Parsed<()>, ProtocolError> {
        if let Some(consumed_bytes) = self.repetition(input, head) {
            head.version = Version::HTTP_11;
            self.repeats_fields = true;
            return Ok(Parsed::Complete { value: (), consumed_bytes });
        }
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

    /// How long the head is that `input` begins with, if it is the very one that `head` holds, of the kind that most are:
    /// GET in HTTP/1.1 with fields, so short that no limit needs a closer look.
    fn repetition(&self, input: &[u8], head: &RequestHead) -> Option<usize> {
        let fields = head.headers.plain_text()?;
        // A target that begins with a slash may stand behind any method but CONNECT.
        if self.stage != Stage::StartLine
            || !self.lines.is_untouched()
            || head.method != Method::GET
            || head.target.form() != TargetForm::Origin
        {
            return None;
        }
        let behind = input.strip_prefix(b"GET ")?.strip_prefix(head.target.as_str().as_bytes())?;
        let behind = behind.strip_prefix(b" HTTP/1.1\r\n")?.strip_prefix(fields)?.strip_prefix(b"\r\n")?;
        let bytes = input.len() - behind.len();
        let is_within = bytes <= start_line_bytes_max(&self.limits)
            && head.headers.len() <= self.limits.fields_max
            && u32::try_from(bytes).is_ok();
        #[cfg(test)]
        if is_within {
            crate::effort::count_bytes(bytes);
        }
        is_within.then_some(bytes)
    }

    fn advance(&mut self, input: &[u8], head: &mut RequestHead) -> Result<Parsed<()>, ProtocolError> {
        if self.stage == Stage::StartLine {
            let start = self.lines.start;
            let rest = input.get(start..).unwrap_or_default();
            let plain =
                if self.lines.is_fresh() { plain_request_line(rest, &self.limits, head) } else { None };
            let next = match plain {
                Some(line_bytes) => start + line_bytes,
                None => match self.start_line(input, head)? {
                    Some(next) => next,
                    None => return Ok(Parsed::Partial),
                },
            };
            self.fields.begin(self.lines.start, next);
            self.stage = Stage::Fields;
            let same = self.fields.same_as(input, &(&self.limits).into(), &head.headers);
            self.repeats_fields = same.is_some();
            if let Some(end) = same {
                return Ok(Parsed::Complete { value: (), consumed_bytes: end });
            }
        }
        finish(&mut self.fields, input, Leniency::Strict, &self.limits, &mut head.headers)
    }

    /// Reads the request line and the empty lines before it, and says where the next one begins.
    fn start_line(&mut self, input: &[u8], head: &mut RequestHead) -> Result<Option<usize>, ProtocolError> {
        loop {
            let start = self.lines.start;
            // RFC 9112 §3: what does not begin with a token (a TLS handshake, say) is refused at once.
            if input.get(start).is_some_and(|&byte| !TOKEN.contains(byte) && !matches!(byte, b'\r' | b'\n')) {
                return Err(ProtocolError::InvalidMethod { offset: clamp(start) });
            }
            let Some((line, next)) = self.lines.next(input, Leniency::Strict, &self.limits)? else {
                return Ok(None);
            };
            if !line.is_empty() {
                request_line(line, start, head)?;
                return Ok(Some(next));
            }
            // RFC 9112 §2.2: a server should ignore at least one empty line before the request line.
            self.empty_lines += 1;
            if self.empty_lines > self.limits.empty_lines_max {
                let lines_max = clamp(self.limits.empty_lines_max);
                return Err(ProtocolError::TooManyEmptyLines { lines_max });
            }
            self.lines.advance_to(next);
        }
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
            let plain =
                if self.lines.is_fresh() { plain_status_line(input, &self.limits, head) } else { None };
            let next = match plain {
                Some(next) => next,
                None => {
                    let Some((line, next)) = self.lines.next(input, self.leniency, &self.limits)? else {
                        return Ok(Parsed::Partial);
                    };
                    status_line(line, head)?;
                    next
                }
            };
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
    headers: &mut Headers,
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
    /// Whether the line begins with the head, and nothing of it has been searched.
    fn is_untouched(&self) -> bool {
        self.scanned == 0
    }

    /// Whether nothing of the line has been searched yet.
    fn is_fresh(&self) -> bool {
        self.scanned == self.start
    }

    /// The line without its end, and where the next one begins.
    fn next<'a>(
        &mut self,
        input: &'a [u8],
        leniency: Leniency,
        limits: &Limits,
    ) -> Result<Option<(&'a [u8], usize)>, ProtocolError> {
        let bytes_max = start_line_bytes_max(limits);
        let too_long = ProtocolError::StartLineTooLong { bytes_max: clamp(bytes_max) };
        // One more for the CR.
        let bound = self.start.saturating_add(bytes_max).saturating_add(1);
        let searched = input.get(self.scanned..).unwrap_or_default();
        let found = memchr::memchr(b'\n', searched);
        #[cfg(test)]
        crate::effort::count_bytes(found.map_or(searched.len(), |at| at + 1));
        let Some(found) = found else {
            self.scanned = input.len();
            return if input.len() > bound { Err(too_long) } else { Ok(None) };
        };
        let end = self.scanned + found;
        if end > bound {
            return Err(too_long);
        }
        let line = match input.get(self.start..end).unwrap_or_default() {
            [line @ .., b'\r'] => line,
            line if leniency == Leniency::Recipient => line,
            _ => return Err(ProtocolError::BareLineFeed { offset: clamp(end) }),
        };
        if line.len() > bytes_max {
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

#[cfg(test)]
mod tests;
