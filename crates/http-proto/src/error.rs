//! What a peer did wrong ([`ProtocolError`]) and what a caller may not put into a message ([`InvalidInput`]).

use http::StatusCode;

/// The peer broke a rule of HTTP/1.x: one variant for each rule. Closing the connection is the only safe answer.
///
/// Offsets count bytes from the start of the input of the head, of the trailer section, or of the chunk-size line,
/// beginning at 0; empty lines before a request line count too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    // --- line ends and limits
    /// A line ends with LF alone where only CRLF is accepted (RFC 9112 §2.2).
    #[error("line feed without carriage return at byte {offset}")]
    BareLineFeed {
        /// Where the LF stands.
        offset: u32,
    },
    /// A CR that is not followed by LF (RFC 9112 §2.2).
    #[error("carriage return without line feed at byte {offset}")]
    BareCarriageReturn {
        /// Where the CR stands.
        offset: u32,
    },
    /// The start line is longer than [`Limits::line_bytes_max`](crate::Limits::line_bytes_max).
    #[error("start line longer than {bytes_max} bytes")]
    StartLineTooLong {
        /// The limit.
        bytes_max: u32,
    },
    /// A field line is longer than [`Limits::line_bytes_max`](crate::Limits::line_bytes_max).
    #[error("field line longer than {bytes_max} bytes")]
    LineTooLong {
        /// The limit.
        bytes_max: u32,
    },
    /// The head is longer than [`Limits::head_bytes_max`](crate::Limits::head_bytes_max).
    #[error("head longer than {bytes_max} bytes")]
    HeadTooLong {
        /// The limit.
        bytes_max: u32,
    },
    /// The head has more fields than [`Limits::fields_max`](crate::Limits::fields_max).
    #[error("more than {fields_max} header fields")]
    TooManyFields {
        /// The limit.
        fields_max: u32,
    },
    /// More empty lines before a request than [`Limits::empty_lines_max`](crate::Limits::empty_lines_max).
    #[error("more than {lines_max} empty lines before a request")]
    TooManyEmptyLines {
        /// The limit.
        lines_max: u32,
    },

    // --- start lines
    /// The request line is not `method SP target SP version` (RFC 9112 §3).
    #[error("malformed request line at byte {offset}")]
    InvalidRequestLine {
        /// The byte at which it stops making sense.
        offset: u32,
    },
    /// The method is not a token (RFC 9110 §9.1).
    #[error("invalid byte in the method at byte {offset}")]
    InvalidMethod {
        /// The first byte that is no token character.
        offset: u32,
    },
    /// The request target has a byte that no target has, or a form that the method does not allow (RFC 9112 §3.2).
    #[error("invalid request target at byte {offset}")]
    InvalidTarget {
        /// The offending byte, or the first of the target.
        offset: u32,
    },
    /// The version is not `HTTP/` DIGIT `.` DIGIT (RFC 9112 §2.3).
    #[error("malformed protocol version at byte {offset}")]
    InvalidVersion {
        /// The first byte of the version.
        offset: u32,
    },
    /// A well-formed version other than 1.x (RFC 9110 §15.6.6).
    #[error("unsupported protocol version HTTP/{major}.{minor}")]
    #[doc(alias = "UnknownProtocol")]
    UnsupportedVersion {
        /// The digit before the dot.
        major: u8,
        /// The digit after the dot.
        minor: u8,
    },
    /// An answer that does not begin with `HTTP/`: HTTP/0.9, or another protocol altogether.
    #[error("the answer does not begin with HTTP/")]
    #[doc(alias = "BadStatusLine")]
    NotHttp,
    /// The status line is not `version SP 3DIGIT SP [reason]` (RFC 9112 §4).
    #[error("malformed status line at byte {offset}")]
    #[doc(alias = "BadStatusLine")]
    InvalidStatusLine {
        /// The byte at which it stops making sense.
        offset: u32,
    },

    // --- fields
    /// A field line without a colon (RFC 9112 §5).
    #[error("field line without a colon at byte {offset}")]
    MissingColon {
        /// The first byte of the line.
        offset: u32,
    },
    /// A field name that is empty or has a byte that is no token character (RFC 9110 §5.1).
    #[error("invalid byte in a field name at byte {offset}")]
    InvalidFieldName {
        /// The offending byte.
        offset: u32,
    },
    /// White space between a field name and its colon (RFC 9112 §5.1).
    #[error("white space before the colon at byte {offset}")]
    SpaceBeforeColon {
        /// The white space.
        offset: u32,
    },
    /// A control character in a field value (RFC 9110 §5.5).
    #[error("control character in a field value at byte {offset}")]
    InvalidFieldValue {
        /// The offending byte.
        offset: u32,
    },
    /// A folded field line where none is accepted (RFC 9112 §5.2), or white space before the first field (§2.2).
    #[error("folded field line at byte {offset}")]
    FoldedLine {
        /// The white space at its beginning.
        offset: u32,
    },

    // --- host
    /// An HTTP/1.1 request without a Host field (RFC 9112 §3.2).
    #[error("request without a Host field")]
    MissingHost,
    /// A request with more than one Host field (RFC 9112 §3.2).
    #[error("request with more than one Host field")]
    RepeatedHost,
    /// A Host field that is no `uri-host [":" port]` (RFC 9110 §7.2).
    #[error("invalid Host field")]
    InvalidHost,

    // --- framing
    /// A Content-Length that is not `1*DIGIT`, or beyond 2⁶⁴ − 1 (RFC 9110 §8.6).
    #[error("invalid Content-Length")]
    InvalidContentLength,
    /// Several Content-Length values that differ, or, in a request, several at all (RFC 9112 §6.3).
    #[error("conflicting Content-Length fields")]
    ConflictingContentLength,
    /// A request with both Content-Length and Transfer-Encoding (RFC 9112 §6.1).
    #[error("both Content-Length and Transfer-Encoding")]
    LengthAndTransferEncoding,
    /// A Transfer-Encoding field in an HTTP/1.0 request (RFC 9112 §6.1).
    #[error("Transfer-Encoding in an HTTP/1.0 message")]
    TransferEncodingInHttp10,
    /// A Transfer-Encoding field that is empty or malformed (RFC 9112 §6.1).
    #[error("malformed Transfer-Encoding")]
    InvalidTransferEncoding,
    /// A transfer coding other than `chunked` (RFC 9112 §6.1: 501).
    #[error("unknown transfer coding")]
    UnknownTransferCoding,
    /// `chunked` is repeated or not the last transfer coding (RFC 9112 §6.1, §7.1).
    #[error("chunked is not the one final transfer coding")]
    ChunkedNotFinal,

    // --- chunks
    /// A chunk size that is not `1*HEXDIG`, or beyond 2⁶⁴ − 1 (RFC 9112 §7.1). The offset counts in its line.
    #[error("invalid chunk size at byte {offset} of its line")]
    InvalidChunkSize {
        /// The offending byte.
        offset: u32,
    },
    /// A chunk size with more digits than [`Limits::chunk_size_digits_max`](crate::Limits::chunk_size_digits_max).
    #[error("chunk size longer than {digits_max} digits")]
    ChunkSizeTooLong {
        /// The limit.
        digits_max: u32,
    },
    /// A chunk extension that does not begin with a semicolon or has a control character (RFC 9112 §7.1.1). The
    /// offset counts in its line.
    #[error("invalid chunk extension at byte {offset} of its line")]
    InvalidChunkExtension {
        /// The offending byte.
        offset: u32,
    },
    /// More bytes of chunk extensions in a line, or in a body beyond what its data makes up for, than
    /// [`Limits::chunk_extension_bytes_max`](crate::Limits::chunk_extension_bytes_max).
    #[error("more than {bytes_max} bytes of chunk extensions")]
    ChunkExtensionsTooLong {
        /// The limit.
        bytes_max: u32,
    },
    /// Chunk data that is not followed by CRLF (RFC 9112 §7.1).
    #[error("chunk data not followed by CRLF")]
    MissingChunkEnd,
    /// The sum of all chunks is beyond 2⁶⁴ − 1.
    #[error("chunked body longer than 2^64 - 1 bytes")]
    BodyTooLong,
    /// The trailer section is longer than [`Limits::trailer_bytes_max`](crate::Limits::trailer_bytes_max).
    #[error("trailer section longer than {bytes_max} bytes")]
    TrailersTooLong {
        /// The limit.
        bytes_max: u32,
    },
    /// More trailer fields than [`Limits::trailer_fields_max`](crate::Limits::trailer_fields_max).
    #[error("more than {fields_max} trailer fields")]
    TooManyTrailers {
        /// The limit.
        fields_max: u32,
    },

    // --- the end
    /// The input ended inside a head (RFC 9112 §8).
    #[error("input ended inside a head after {received_bytes} bytes")]
    IncompleteHead {
        /// How much of the head had arrived.
        received_bytes: u32,
    },
    /// The input ended before the body was whole (RFC 9112 §8).
    #[error("body ended {missing_bytes} bytes short")]
    #[doc(alias = "IncompleteRead")]
    IncompleteBody {
        /// How much of the announced length is missing.
        missing_bytes: u64,
    },
    /// The input ended inside a chunked body (RFC 9112 §8).
    #[error("chunked body ended before its last chunk")]
    #[doc(alias = "IncompleteRead")]
    IncompleteChunkedBody,
}

impl ProtocolError {
    /// The status that a server should answer before it closes the connection.
    #[must_use]
    pub const fn status_hint(self) -> StatusCode {
        match self {
            // RFC 9112 §3: a request line beyond what is handled.
            Self::StartLineTooLong { .. } => StatusCode::URI_TOO_LONG,
            // RFC 6585 §5.
            Self::LineTooLong { .. }
            | Self::HeadTooLong { .. }
            | Self::TooManyFields { .. }
            | Self::TrailersTooLong { .. }
            | Self::TooManyTrailers { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            // RFC 9112 §6.1.
            Self::UnknownTransferCoding => StatusCode::NOT_IMPLEMENTED,
            // RFC 9110 §15.6.6.
            Self::UnsupportedVersion { .. } => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::BodyTooLong => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// Whether the message was cut off rather than malformed: the peer closed too early.
    #[must_use]
    pub const fn is_incomplete(self) -> bool {
        matches!(
            self,
            Self::IncompleteHead { .. } | Self::IncompleteBody { .. } | Self::IncompleteChunkedBody
        )
    }
}

/// A caller tried to put into a message what no message can hold. Nothing was changed or sent.
///
/// The offset, where there is one, is that of the first offending byte in the text that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidInput {
    /// A field name that is empty or not a token (RFC 9110 §5.1).
    #[error("field name is empty or has an invalid byte at {offset}")]
    FieldName {
        /// The first offending byte, or 0 for an empty name.
        offset: usize,
    },
    /// A field value with CR, LF, NUL or another control character (RFC 9110 §5.5).
    #[error("field value has a control character at byte {offset}")]
    FieldValue {
        /// The first offending byte.
        offset: usize,
    },
    /// All fields together would be beyond 2³² − 1 bytes.
    #[error("header fields longer than 4 GiB")]
    FieldsTooLong,
    /// A method that is not a token (RFC 9110 §9.1).
    #[error("method is empty or has an invalid byte at {offset}")]
    Method {
        /// The first offending byte, or 0 for an empty method.
        offset: usize,
    },
    /// A request target that is empty, has a space, a control character, a fragment or a byte beyond ASCII, or
    /// whose form does not fit the method (RFC 9112 §3.2).
    #[error("request target is empty, has an invalid byte at {offset}, or does not fit the method")]
    Target {
        /// The first offending byte, or 0 where the form is wrong.
        offset: usize,
    },
    /// A reason phrase with a control character (RFC 9112 §4).
    #[error("reason phrase has a control character at byte {offset}")]
    Reason {
        /// The first offending byte.
        offset: usize,
    },
    /// A version other than 1.0 and 1.1.
    #[error("only HTTP/1.0 and HTTP/1.1 can be written")]
    Version,
    /// More body than the Content-Length announced (RFC 9112 §6.2).
    #[error("body is longer than the announced {announced_bytes} bytes")]
    BodyTooLong {
        /// The announced length.
        announced_bytes: u64,
    },
    /// Less body than the Content-Length announced (RFC 9112 §6.2).
    #[error("body is {missing_bytes} bytes shorter than announced")]
    BodyTooShort {
        /// How much is missing.
        missing_bytes: u64,
    },
    /// A trailer field that decides framing, routing or authentication (RFC 9110 §6.5.1).
    #[error("a trailer section cannot hold this field")]
    ForbiddenTrailer,
    /// More body behind its end.
    #[error("the body has already been ended")]
    BodyFinished,
    /// Trailers for a body that is not chunked (RFC 9112 §7.1.2).
    #[error("only a chunked body can have trailers")]
    TrailersWithoutChunks,
}

#[cfg(test)]
mod tests;
