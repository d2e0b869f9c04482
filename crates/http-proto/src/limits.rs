//! How much of everything a peer may send, by name and unit, and how strictly heads are read.

/// Bounds on what a peer may send. Every parser takes them; exceeding one is a [`ProtocolError`] that names it.
///
/// A bound is inclusive: exactly as much passes, one more does not. Lines are counted without their CRLF.
///
/// [`ProtocolError`]: crate::ProtocolError
///
/// ```
/// use http_proto::{Limits, ProtocolError, parse_request};
///
/// let limits = Limits::SERVER.fields_max(1);
/// let head = b"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
/// assert!(matches!(parse_request(head, &limits), Err(ProtocolError::TooManyFields { .. })));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes in one line of a head or trailer section, and in a start line.
    pub line_bytes_max: usize,
    /// Bytes in a whole head, from the start line to the empty line, line ends included.
    pub head_bytes_max: usize,
    /// Field lines in a head (a folded line counts with the line that it continues).
    pub fields_max: usize,
    /// Empty lines that are skipped before a request line (RFC 9112 §2.2).
    pub empty_lines_max: usize,
    /// Hexadecimal digits in a chunk size, leading zeros included.
    pub chunk_size_digits_max: usize,
    /// Bytes of chunk extensions, blanks included, in one line; and in a whole body beyond one for each byte of data
    /// and sixteen a chunk, so that sizes padded with blanks are no matter and extensions never outweigh the data.
    pub chunk_extension_bytes_max: usize,
    /// Bytes of a trailer section, line ends included.
    pub trailer_bytes_max: usize,
    /// Field lines in a trailer section.
    pub trailer_fields_max: usize,
}

impl Limits {
    /// What a server takes by default: 64 KiB of head, 128 fields.
    pub const SERVER: Self = Self {
        line_bytes_max: 64 * 1024,
        head_bytes_max: 64 * 1024,
        fields_max: 128,
        empty_lines_max: 4,
        chunk_size_digits_max: 16,
        chunk_extension_bytes_max: 16 * 1024,
        trailer_bytes_max: 16 * 1024,
        trailer_fields_max: 64,
    };

    /// What a client takes by default: as a server, but 256 fields.
    pub const CLIENT: Self = Self { fields_max: 256, ..Self::SERVER };

    /// CPython's bounds: lines of 65,536 bytes with their CRLF, 100 fields, no bound on the head but these.
    pub const PYTHON: Self = Self {
        line_bytes_max: 65_534,
        head_bytes_max: 65_536 * 101,
        fields_max: 100,
        trailer_bytes_max: 65_536 * 101,
        trailer_fields_max: 100,
        ..Self::SERVER
    };
}

macro_rules! setters {
    ($($name:ident)*) => {
        impl Limits {$(
            #[doc = concat!("These limits with another [`", stringify!($name), "`](Self::", stringify!($name), ").")]
            #[must_use]
            pub const fn $name(mut self, $name: usize) -> Self {
                self.$name = $name;
                self
            }
        )*}
    };
}

setters! {
    line_bytes_max head_bytes_max fields_max empty_lines_max chunk_size_digits_max
    chunk_extension_bytes_max trailer_bytes_max trailer_fields_max
}

impl Default for Limits {
    /// The server's limits, which are the smaller ones.
    fn default() -> Self {
        Self::SERVER
    }
}

/// How a head is read where RFC 9112 leaves the recipient a choice.
///
/// Nothing that decides where a message ends depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the RFC gives these two choices: refuse or accept what it lets pass"
)]
pub enum Leniency {
    /// CRLF ends a line and nothing else; folded lines are refused. What a server does, always.
    #[default]
    Strict,
    /// What RFC 9112 lets a recipient take: a bare LF as line end (§2.2), obs-fold read as spaces (§5.2).
    Recipient,
}

/// A start line may be as long as any line, and not longer than the whole head.
pub(crate) fn start_line_bytes_max(limits: &Limits) -> usize {
    limits.line_bytes_max.min(limits.head_bytes_max)
}

/// `at` for an error, whose room is 32 bits.
pub(crate) fn clamp(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
