//! The chunked transfer coding (RFC 9112 §7.1) in both directions. The decoder reads framing only and says where
//! data lies, so that data can go straight from a socket to where it is wanted.

use crate::ascii::FIELD_VALUE;
use crate::error::{InvalidInput, ProtocolError};
use crate::fields::{FieldSection, Scan, SectionLimits};
use crate::headers::Headers;
use crate::limits::{Leniency, Limits, clamp};
use crate::step::BodyStep;
use std::fmt;

/// Where a decoder stands.
///
/// ```text
///           digits     SP, HTAB, ";"                CRLF, size > 0
///   Size ───────────> Size ─────> Extension ───────────────────────> Data
///    ^                  │ CRLF        │                               │ all taken
///    │                  └─────────────┴── CRLF, size = 0 ──> Trailers │
///    └──────────────────────────── CRLF ─── DataEnd <─────────────────┘
///                                             Trailers ── empty line ──> Done
///   anything else anywhere: Failed, for good
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In the digits of a chunk size.
    Size { digits: usize, size: u64 },
    /// Behind the size, in white space before an extension or the line's end.
    Blank { size: u64 },
    /// In extensions.
    Extension { size: u64 },
    /// Behind the CR of a size line.
    SizeLineFeed { size: u64 },
    /// In chunk data.
    Data { remaining_bytes: u64 },
    /// Behind chunk data.
    DataEnd,
    /// Behind the CR that follows chunk data.
    DataLineFeed,
    /// Behind the last chunk.
    Trailers,
    /// Behind the end.
    Done,
    /// A rule was broken.
    Failed(ProtocolError),
}

/// Chunks that are expected because there were two like them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ahead {
    /// Framing before the data of the next chunk that has not begun.
    pub(crate) first_framing_bytes: usize,
    /// Framing between the data of two chunks.
    pub(crate) framing_bytes: usize,
    /// Data of each chunk.
    pub(crate) data_bytes: usize,
}

/// Decodes one chunked body: [`step`](Self::step) reads framing and says how much data follows.
///
/// Strict in everything, since all of it decides where the message ends: hexadecimal digits only, CRLF only,
/// nothing between data and CRLF, bounded extensions and trailers.
///
/// ```
/// use http_proto::{BodyStep, ChunkDecoder, Limits};
///
/// let mut decoder = ChunkDecoder::new(Limits::SERVER);
/// let input = b"5\r\nhello\r\n0\r\n\r\n";
/// assert_eq!(decoder.step(input)?, BodyStep::Data { framing_bytes: 3, data_bytes_max: 5 });
/// decoder.take(5);
/// assert_eq!(decoder.step(&input[3 + 5..])?, BodyStep::End { framing_bytes: 7 });
/// # Ok::<(), http_proto::ProtocolError>(())
/// ```
#[derive(Clone)]
pub struct ChunkDecoder {
    limits: Limits,
    state: State,
    /// Bytes of the size line so far, for offsets.
    line_bytes: usize,
    /// Bytes of extensions that no data has made up for yet.
    extension_bytes: usize,
    total_bytes: u64,
    /// Size and size line of the last chunk, and whether the one before was the same.
    last_size: u64,
    last_line_bytes: usize,
    is_steady: bool,
    /// The trailer section so far: it may come in pieces.
    trailer_text: Vec<u8>,
    trailer_fields: FieldSection,
    trailers: Headers,
}

impl ChunkDecoder {
    /// A decoder at the beginning of a body.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: State::Size { digits: 0, size: 0 },
            line_bytes: 0,
            extension_bytes: 0,
            total_bytes: 0,
            last_size: 0,
            last_line_bytes: 0,
            is_steady: false,
            trailer_text: Vec::new(),
            trailer_fields: FieldSection::default(),
            trailers: Headers::new(),
        }
    }

    /// Back to the beginning of another body; memory is kept.
    pub fn reset(&mut self) {
        self.state = State::Size { digits: 0, size: 0 };
        self.line_bytes = 0;
        self.extension_bytes = 0;
        self.total_bytes = 0;
        self.last_size = 0;
        self.last_line_bytes = 0;
        self.is_steady = false;
        self.trailer_text.clear();
        self.trailer_fields.reset();
        self.trailers.clear();
    }

    /// Reads the framing at the beginning of `input` and says what follows it. `input` begins behind what the last
    /// step and [`take`](Self::take) have used.
    ///
    /// # Errors
    /// The rule that the input breaks. The body cannot be continued then: each further call gives the same error.
    pub fn step(&mut self, input: &[u8]) -> Result<BodyStep, ProtocolError> {
        let result = self.advance(input);
        if let Err(error) = result {
            self.state = State::Failed(error);
        }
        result
    }

    /// Says that `bytes` of the data that [`step`](Self::step) announced have been taken.
    pub fn take(&mut self, bytes: u64) {
        if let State::Data { remaining_bytes } = self.state {
            self.state = match remaining_bytes.saturating_sub(bytes) {
                0 => State::DataEnd,
                remaining_bytes => State::Data { remaining_bytes },
            };
        }
    }

    /// Whether the last chunk and the trailer section have been read.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// The chunks that will probably follow: like the last two, if those were alike. `None` too in the middle of a
    /// size line.
    pub(crate) fn ahead(&self) -> Option<Ahead> {
        let framing_bytes = self.last_line_bytes + CHUNK_END.len();
        let first_framing_bytes = match self.state {
            State::Data { .. } | State::DataEnd => framing_bytes,
            State::DataLineFeed => framing_bytes - 1,
            State::Size { digits: 0, .. } => self.last_line_bytes,
            _ => return None,
        };
        let data_bytes = usize::try_from(self.last_size).ok()?;
        self.is_steady.then_some(Ahead { first_framing_bytes, framing_bytes, data_bytes })
    }

    /// Bytes of data announced so far, this chunk's included.
    #[must_use]
    pub const fn announced_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// The trailer fields, once the body is done, kept apart from the header fields (RFC 9110 §6.5.1).
    ///
    /// Fields that [have no place there](is_forbidden_trailer) are left out, so that nobody mistakes a forged
    /// `Authorization` or `Content-Length` for a real one.
    #[must_use]
    pub fn trailers(&self) -> Option<&Headers> {
        self.is_done().then_some(&self.trailers)
    }

    fn advance(&mut self, input: &[u8]) -> Result<BodyStep, ProtocolError> {
        let mut used = self.usual_framing(input).unwrap_or(0);
        loop {
            match self.state {
                State::Data { remaining_bytes } => {
                    return Ok(BodyStep::Data { framing_bytes: used, data_bytes_max: remaining_bytes });
                }
                State::Done => return Ok(BodyStep::End { framing_bytes: used }),
                State::Failed(error) => return Err(error),
                State::Trailers => {
                    let rest = input.get(used..).unwrap_or_default();
                    used += self.trailer_bytes(rest)?;
                    if self.state != State::Done {
                        return Ok(BodyStep::Partial { framing_bytes: used });
                    }
                }
                state => {
                    let Some(&byte) = input.get(used) else {
                        return Ok(BodyStep::Partial { framing_bytes: used });
                    };
                    self.state = self.framing_byte(state, byte)?;
                    used += 1;
                }
            }
        }
    }

    /// The framing between two chunks that nearly every peer sends, and whole: how many bytes. Everything else is left to
    /// [`framing_byte`](Self::framing_byte), which gives the same result.
    fn usual_framing(&mut self, input: &[u8]) -> Option<usize> {
        let line = match self.state {
            State::DataEnd => input.strip_prefix(CHUNK_END)?,
            State::Size { digits: 0, .. } if self.line_bytes == 0 => input,
            _ => return None,
        };
        // Fifteen digits cannot overflow.
        let digits_max = self.limits.chunk_size_digits_max.min(15);
        let digits = line.iter().take(digits_max).take_while(|byte| byte.is_ascii_hexdigit());
        let (count, size) = digits
            .fold((0, 0_u64), |(count, size), &byte| (count + 1, size << 4 | u64::from(hex_digit(byte))));
        if size == 0 || !line.get(count..)?.starts_with(CHUNK_END) {
            return None;
        }
        self.total_bytes = self.total_bytes.checked_add(size)?;
        self.line_bytes = count + CHUNK_END.len();
        self.state = self.data(size);
        Some(input.len() - line.len() + self.line_bytes)
    }

    /// `chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF`, one byte of what is not data.
    fn framing_byte(&mut self, state: State, byte: u8) -> Result<State, ProtocolError> {
        let offset = clamp(self.line_bytes);
        self.line_bytes += 1;
        match (state, byte) {
            (State::Size { digits, size }, _) if byte.is_ascii_hexdigit() => {
                if digits >= self.limits.chunk_size_digits_max {
                    let digits_max = clamp(self.limits.chunk_size_digits_max);
                    return Err(ProtocolError::ChunkSizeTooLong { digits_max });
                }
                let invalid = ProtocolError::InvalidChunkSize { offset };
                let size = size.checked_mul(16).ok_or(invalid)? | u64::from(hex_digit(byte));
                Ok(State::Size { digits: digits + 1, size })
            }
            (State::Size { digits: 0, .. }, _) => Err(ProtocolError::InvalidChunkSize { offset }),
            (State::Size { size, .. } | State::Blank { size } | State::Extension { size }, b'\r') => {
                Ok(State::SizeLineFeed { size })
            }
            (State::Size { .. } | State::Blank { .. } | State::Extension { .. }, b'\n') => {
                Err(ProtocolError::BareLineFeed { offset })
            }
            // RFC 9112 §7.1.1: *( BWS ";" BWS chunk-ext-name ... ). Blanks alone are sent by enough peers.
            (State::Size { size, .. } | State::Blank { size }, b' ' | b'\t') => {
                self.count_extension_byte()?;
                Ok(State::Blank { size })
            }
            (State::Size { size, .. } | State::Blank { size }, b';') => {
                self.count_extension_byte()?;
                Ok(State::Extension { size })
            }
            (State::Size { .. }, _) => Err(ProtocolError::InvalidChunkSize { offset }),
            (State::Extension { size }, _) if FIELD_VALUE.contains(byte) => {
                self.count_extension_byte()?;
                Ok(State::Extension { size })
            }
            (State::Blank { .. } | State::Extension { .. }, _) => {
                Err(ProtocolError::InvalidChunkExtension { offset })
            }
            (State::SizeLineFeed { size: 0 }, b'\n') => {
                self.trailer_fields.begin(0, 0);
                Ok(State::Trailers)
            }
            (State::SizeLineFeed { size }, b'\n') => {
                self.total_bytes = self.total_bytes.checked_add(size).ok_or(ProtocolError::BodyTooLong)?;
                Ok(self.data(size))
            }
            (State::SizeLineFeed { .. }, _) => {
                Err(ProtocolError::BareCarriageReturn { offset: offset.saturating_sub(1) })
            }
            (State::DataEnd, b'\r') => Ok(State::DataLineFeed),
            (State::DataLineFeed, b'\n') => {
                self.line_bytes = 0;
                Ok(State::Size { digits: 0, size: 0 })
            }
            (State::DataEnd | State::DataLineFeed, _) => Err(ProtocolError::MissingChunkEnd),
            (State::Data { .. } | State::Trailers | State::Done | State::Failed(_), _) => Ok(state),
        }
    }

    /// The size line is over, and so much data follows.
    fn data(&mut self, size: u64) -> State {
        self.is_steady = (size, self.line_bytes) == (self.last_size, self.last_line_bytes);
        (self.last_size, self.last_line_bytes) = (size, self.line_bytes);
        let made_up = usize::try_from(size).unwrap_or(usize::MAX).saturating_add(EXTENSION_BYTES_FREE);
        self.extension_bytes = self.extension_bytes.saturating_sub(made_up);
        State::Data { remaining_bytes: size }
    }

    fn count_extension_byte(&mut self) -> Result<(), ProtocolError> {
        self.extension_bytes += 1;
        if self.extension_bytes > self.limits.chunk_extension_bytes_max {
            let bytes_max = clamp(self.limits.chunk_extension_bytes_max);
            return Err(ProtocolError::ChunkExtensionsTooLong { bytes_max });
        }
        Ok(())
    }

    /// `trailer-section = *( field-line CRLF )` and the empty line (RFC 9112 §7.1.2): how many bytes belong to it.
    fn trailer_bytes(&mut self, input: &[u8]) -> Result<usize, ProtocolError> {
        let limits = SectionLimits::trailers(&self.limits);
        // Nearly always there are no trailers, and nothing is to be kept.
        if self.trailer_text.is_empty() && input.starts_with(b"\r\n") && limits.allows(2) {
            self.state = State::Done;
            return Ok(2);
        }
        let before = self.trailer_text.len();
        // One byte more than the limit is enough to notice that it is exceeded.
        let room = self.limits.trailer_bytes_max.saturating_add(1).saturating_sub(before);
        let taken = input.get(..room).unwrap_or(input);
        self.trailer_text.extend_from_slice(taken);
        match self.trailer_fields.scan(&self.trailer_text, Leniency::Strict, &limits)? {
            Scan::Partial => Ok(taken.len()),
            Scan::Complete { end } => {
                self.trailer_fields.finish_into(&self.trailer_text, &mut self.trailers);
                self.trailers.retain(|name, _| !is_forbidden_trailer(name));
                self.state = State::Done;
                Ok(end - before)
            }
        }
    }
}

impl fmt::Debug for ChunkDecoder {
    /// Without the text of an unfinished trailer section, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkDecoder")
            .field("state", &self.state)
            .field("announced_bytes", &self.total_bytes)
            .field("trailers", &self.trailers)
            .finish_non_exhaustive()
    }
}

/// Bytes of extensions, blanks included, that each chunk may have at no cost.
const EXTENSION_BYTES_FREE: usize = 16;

/// The value of a hexadecimal digit.
const fn hex_digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        _ => (byte | 0x20) - b'a' + 10,
    }
}

/// Appends the line that begins a chunk of `data_bytes` bytes, upper-case as Python writes it. A size of 0 is
/// left out: it would end the body.
pub fn encode_chunk_start(data_bytes: usize, out: &mut Vec<u8>) {
    if data_bytes == 0 {
        return;
    }
    let mut digits = [0u8; 16];
    let mut used = 0;
    let mut rest = data_bytes as u64;
    for place in digits.iter_mut().rev() {
        let [digit, ..] = (rest & 15).to_le_bytes();
        *place = if digit < 10 { b'0' + digit } else { b'A' + digit - 10 };
        used += 1;
        rest >>= 4;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
    out.extend_from_slice(b"\r\n");
}

/// What stands behind the data of a chunk.
pub const CHUNK_END: &[u8] = b"\r\n";

/// Appends the last chunk and the trailer section.
///
/// # Errors
/// [`InvalidInput::ForbiddenTrailer`] for a field that decides framing, routing, authentication or caching
/// (RFC 9110 §6.5.1). Nothing is appended then.
pub fn encode_last_chunk(trailers: &Headers, out: &mut Vec<u8>) -> Result<(), InvalidInput> {
    if trailers.iter().any(|(name, _)| is_forbidden_trailer(name)) {
        return Err(InvalidInput::ForbiddenTrailer);
    }
    out.extend_from_slice(b"0\r\n");
    trailers.write_to(out);
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Fields that a recipient needs before the content, or that decide where it ends (RFC 9110 §6.5.1): those of framing,
/// routing, authentication and the format of content, and those that modify a request or control what an answer is for.
#[must_use]
pub fn is_forbidden_trailer(name: &str) -> bool {
    const FORBIDDEN: [&str; 33] = [
        "age",
        "authorization",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-range",
        "content-type",
        "cookie",
        "date",
        "expect",
        "expires",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "keep-alive",
        "location",
        "max-forwards",
        "pragma",
        "proxy-authenticate",
        "proxy-authorization",
        "range",
        "retry-after",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "vary",
        "www-authenticate",
    ];
    FORBIDDEN.iter().any(|forbidden| name.eq_ignore_ascii_case(forbidden))
}

#[cfg(test)]
mod tests;
