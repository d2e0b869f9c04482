//! HTTP/1.x without input or output: the words, heads, framing and chunks that both sides of a connection share.
//!
//! **In scope:** [`Headers`], request and response heads in and out, the decision where a message ends, the chunked
//! coding, dates, and readers for what stands inside field values. **Out of scope:** sockets, files, clocks, TLS,
//! HTTP/2 and HTTP/3, caching, content codings.
//!
//! # The way of a message
//!
//! ```
//! use http_proto::{Framing, Limits, Parsed, parse_request, request_framing};
//!
//! let input = b"POST /form HTTP/1.1\r\nHost: example.org\r\nContent-Length: 5\r\n\r\nhello";
//! let Parsed::Complete { value: head, consumed_bytes } = parse_request(input, &Limits::SERVER)? else {
//!     unreachable!("the head is whole");
//! };
//! let verdict = request_framing(&head)?;
//! assert_eq!(verdict.framing, Framing::Length(5));
//! assert_eq!(verdict.persistence, Ok(()));
//! assert_eq!(&input[consumed_bytes..], b"hello");
//! # Ok::<(), http_proto::ProtocolError>(())
//! ```
//!
//! 1. [`RequestParser`] or [`ResponseParser`] turns bytes into a head: complete, partial or an error.
//! 2. [`request_framing`] or [`response_framing`] decides, once, where the content ends and whether the connection
//!    can be kept.
//! 3. [`BodyDecoder`] executes that decision; [`stream`] reads content through it.
//! 4. [`encode_request`], [`encode_response`] and [`BodyEncoder`] are the way out.
//!
//! # What is done with RFC 9112
//!
//! | rule | server ([`Leniency::Strict`]) | client ([`Leniency::Recipient`]) |
//! | --- | --- | --- |
//! | §2.2 bare LF as line end in a head | refused | taken |
//! | §2.2 bare CR, §5.5 of RFC 9110 control characters | refused | refused |
//! | §2.2 empty lines before the start line | skipped, up to a limit | refused |
//! | §3 one SP between the parts of a request line | required | – |
//! | §3.2 exactly one valid Host in HTTP/1.1 | required | – |
//! | §4 SP behind the status code | – | may be missing |
//! | §5.1 white space before the colon | refused | refused |
//! | §5.2 obs-fold | refused | read as spaces |
//! | §6.1 Transfer-Encoding in HTTP/1.0 | refused | decoded, connection closed |
//! | §6.3 Content-Length beside Transfer-Encoding | refused | chunked wins, connection closed |
//! | §6.3 Content-Length repeated with one value | refused | taken once |
//! | §6.3 Content-Length malformed or conflicting | refused | refused |
//! | §7 transfer codings other than one final `chunked` | refused | refused |
//! | §7.1 chunk sizes, extensions, line ends | strict, bounded | strict, bounded |

mod ascii;
mod body;
mod chunked;
pub mod date;
mod encode;
mod error;
pub mod field;
mod fields;
mod framing;
mod head;
mod headers;
mod limits;
mod method;
mod parse;
mod scan;
mod start_line;
mod status;
pub mod stream;
#[cfg(test)]
mod testing;

pub use body::{BodyDecoder, BodyEncoder, BodyStep};
pub use chunked::{CHUNK_END, ChunkDecoder, encode_chunk_start, encode_last_chunk, is_forbidden_trailer};
pub use encode::{
    encode_decimal, encode_fields, encode_request, encode_request_line, encode_response, encode_status_line,
};
pub use error::{InvalidInput, ProtocolError};
pub use framing::{CloseReason, Framing, Verdict, request_framing, response_framing};
pub use head::{RequestHead, RequestTarget, ResponseHead, TargetForm};
pub use headers::{FieldValue, Headers, Iter as HeadersIter};
pub use http::{Method, StatusCode, Version, header};
pub use limits::{Leniency, Limits};
pub use method::MethodExt;
pub use parse::{Parsed, RequestParser, ResponseParser, parse_request, parse_response};
pub use status::StatusExt;
