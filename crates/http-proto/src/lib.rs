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
//! # What is promised
//!
//! | promise | by | held by |
//! | --- | --- | --- |
//! | no input panics, and none is repaired in silence | a broken rule is a [`ProtocolError`] that names the rule and the place; there is no `unsafe` | `request_heads_bounded`, `response_heads_bounded`, `chunked_bodies_bounded`, `field_lines_that_are_refused_and_where` |
//! | the verdict does not depend on how input arrives, whole or in any pieces, with or without bytes behind it: the result is the same, the error and its offset too | parsers keep no more than how far they have come | `smuggled_requests_are_refused_however_they_are_cut`, `requests_and_their_content_are_read_however_they_are_cut`, `every_cut_of_a_chunked_body_gives_the_same_content` |
//! | time is linear in the length of the input, however small its pieces | what has been understood is not looked at again | `a_head_that_comes_byte_by_byte_costs_linear_time`, `a_folded_head_that_comes_byte_by_byte_costs_linear_time` |
//! | memory is bounded | [`Limits`], never a number that a peer sends | `heads_at_the_limit`, `fields_at_the_limit`, `endless_trailers_end_in_an_error_and_bounded_memory` |
//! | parsers, heads and decoders that live on from message to message allocate nothing; a new [`Headers`] costs two allocations for a head that is there whole | one text and one list of ranges | `bench proto` |
//! | nothing can be injected | no header list and no target can hold a CR, LF, NUL or another byte that would break the line it is written into; encoders refuse a reason that does | `names_that_are_no_tokens_are_refused`, `values_with_control_characters_are_refused`, `nothing_can_be_injected_through_a_target`, `nothing_can_be_injected_through_a_reason` |
//!
//! # What is done with the RFCs
//!
//! The server reads with [`Leniency::Strict`], the client with [`Leniency::Recipient`]. The last column names the tests.
//!
//! | RFC 9112 | server | client | tests |
//! | --- | --- | --- | --- |
//! | §2.2 bare LF as line end in a head | refused | taken | `parse` |
//! | §2.2 bare CR | refused | refused | `parse` |
//! | §2.2 empty lines before the start line | skipped, up to a limit | refused | `parse`, `parse/limits` |
//! | §2.2 white space before the first field | refused | refused | `parse` |
//! | §2.3 version: `HTTP/` DIGIT `.` DIGIT in this case | required | required | `parse` |
//! | §3 exactly one SP between the parts of a request line | required | – | `parse` |
//! | §3.2 target without control, non-ASCII bytes and fragment | required | – | `parse`, `head` |
//! | §3.2.1–4 origin, absolute form; authority form for CONNECT alone; `*` for OPTIONS alone | kept apart | – | `head` |
//! | §3.2 exactly one valid Host in HTTP/1.1, at most one in HTTP/1.0 | required | – | `framing` |
//! | §4 status code of three digits, 100 to 999 | – | required | `parse` |
//! | §4 SP behind the status code; empty reason | – | may be missing; taken | `parse` |
//! | §5 white space around values | dropped | dropped | `parse` |
//! | §5 line without a colon | refused | refused | `parse` |
//! | §5.1 white space before the colon | refused | refused | `parse` |
//! | §5.2 obs-fold | refused | read as spaces, never sent on | `parse` |
//! | §6.1 Transfer-Encoding in HTTP/1.0 | refused | decoded, connection closed | `framing` |
//! | §6.1 transfer codings other than one final `chunked` | refused (501 or 400) | refused | `framing` |
//! | §6.3 rule 1: HEAD, 1xx, 204, 304 have no content | – | whatever the fields say | `framing` |
//! | §6.3 rule 2: 2xx to CONNECT and 101 end HTTP | – | [`Framing::Tunnel`] | `framing` |
//! | §6.3 rule 3: Content-Length beside Transfer-Encoding | refused | chunked wins, connection closed | `framing` |
//! | §6.3 rule 5: Content-Length malformed or conflicting | refused | refused | `framing` |
//! | §6.3 rule 5: Content-Length repeated with one value | refused | taken once | `framing` |
//! | §6.3 rule 7: neither field | no content | – | `framing` |
//! | §6.3 rule 8: neither field | – | until the connection closes | `framing` |
//! | §7.1 chunk sizes `1*HEXDIG`, up to 2⁶⁴ − 1, also their sum | strict | strict | `chunked` |
//! | §7.1 CRLF behind sizes and data | strict | strict | `chunked` |
//! | §7.1.1 chunk extensions | passed over, bounded | passed over, bounded | `chunked` |
//! | §7.1.2 trailer fields | kept apart, bounded | kept apart, bounded | `chunked` |
//! | §8 input that ends too early | an error | an error | `body`, `stream` |
//! | §9.3 persistence by version and the `Connection` options of all lines | [`Verdict`] | [`Verdict`] | `framing` |
//!
//! | RFC 9110 | here | tests |
//! | --- | --- | --- |
//! | §2.5 a higher minor version | read as HTTP/1.1 | `parse` |
//! | §4.2.4 user information in `http` and `https` targets | refused; for other schemes never shown | `head` |
//! | §5.1 field names | tokens, compared without regard to case, spelling kept | `headers` |
//! | §5.3 order and repetition of fields | kept; `Set-Cookie` never joined or split | `headers` |
//! | §5.5 field values | all bytes but controls; HTAB and bytes from 0x80 on are taken | `parse`, `headers` |
//! | §5.6.1 lists | commas in quoted strings, empty elements left out | `field`, `headers` |
//! | §5.6.4, §5.6.6 quoted strings, parameters | read and written | `field` |
//! | §5.6.7 dates | three forms in, IMF-fixdate out; two-digit years up to 50 years ahead | `date` |
//! | §6.5.1 fields that a trailer section cannot hold | left out when read, refused when written | `chunked`, `body` |
//! | §7.2, RFC 3986 §3.2.2 Host | names, IPv4, IPv6 and later literals; port of digits | `head` |
//! | §8.6 Content-Length | `1*DIGIT`; on sending, exactly as much as announced | `framing`, `body` |
//! | §9.1 methods | tokens in their exact case | `parse`, `encode` |
//! | §9.3.6 CONNECT | port 1 to 65,535; any 2xx opens the tunnel | `head`, `framing` |
//! | §12.4.2 weights | at most three digits behind the point | `field` |
//! | §15 status codes | 100 to 999, all texts of Python's table | `parse`, `status` |
//!
//! # Where Python is laxer
//!
//! | Python's `http.client` and `http.server` | here |
//! | --- | --- |
//! | a bare CR ends a line; controls stay in values | refused |
//! | Content-Length as `+5`, `5_0`; of two the first counts; an unreadable one is as none | refused |
//! | one malformed line makes all lines behind it disappear | refused |
//! | folded values keep their line ends | refused by the server, spaces for the client |
//! | chunk sizes as `0x5`, `+5`; two bytes of any kind behind the data | refused |
//! | only the first Transfer-Encoding is looked at, and other codings are passed on undecoded | all are looked at; other codings are refused |
//! | Transfer-Encoding is taken in HTTP/1.0 and beside Content-Length | refused in requests; in responses the connection is closed behind it |
//! | blanks behind values are kept | dropped |
//! | `Connection` is searched for `close` as text | read as a list of options |
//! | words of start lines are separated by any white space | by one SP |
//! | status codes as `+200`, `0200` | refused |
//! | any Host, or none | exactly one valid Host |
//! | a body behind 204 or 304 is decoded if it claims to be chunked | there is none |
//! | methods and targets with blanks, fragments | refused |
//! | values with CR LF SP can be sent | refused |
//!
//! # Limits
//!
//! All bounds are fields of [`Limits`]. Each is inclusive, can be set, and is tested at exactly as much and at one more.
//!
//! | bound | [`SERVER`](Limits::SERVER) | [`CLIENT`](Limits::CLIENT) | [`PYTHON`](Limits::PYTHON) |
//! | --- | --- | --- | --- |
//! | [`line_bytes_max`](Limits::line_bytes_max) | 64 KiB | 64 KiB | 65,534 |
//! | [`head_bytes_max`](Limits::head_bytes_max) | 64 KiB | 64 KiB | 101 lines of 64 KiB |
//! | [`fields_max`](Limits::fields_max) | 128 | 256 | 100 |
//! | [`empty_lines_max`](Limits::empty_lines_max) | 4 | – | 4 |
//! | [`chunk_size_digits_max`](Limits::chunk_size_digits_max) | 16 | 16 | 16 |
//! | [`chunk_extension_bytes_max`](Limits::chunk_extension_bytes_max) | 16 KiB | 16 KiB | 16 KiB |
//! | [`trailer_bytes_max`](Limits::trailer_bytes_max) | 16 KiB | 16 KiB | 101 lines of 64 KiB |
//! | [`trailer_fields_max`](Limits::trailer_fields_max) | 64 | 64 | 100 |
//!
//! # Features
//!
//! The feature `date`, on by default, brings [`date`] and with it the crate `time`. All else is there, always.
//!
//! Rust 1.89 or later; a release that needs a newer one says so in the changelog.

mod ascii;
mod body;
mod chunked;
#[cfg(feature = "date")]
pub mod date;
#[cfg(test)]
mod effort;
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
mod step;
pub mod stream;
#[cfg(test)]
mod testing;

pub use body::{BodyDecoder, BodyEncoder};
pub use chunked::{CHUNK_END, ChunkDecoder, encode_chunk_start, encode_last_chunk, is_forbidden_trailer};
pub use encode::{
    encode_decimal, encode_fields, encode_request, encode_request_line, encode_response, encode_status_line,
};
pub use error::{InvalidInput, ProtocolError};
pub use framing::{CloseReason, Framing, Verdict, request_framing, response_framing};
pub use head::{RequestHead, RequestTarget, ResponseHead, TargetForm, is_host_and_port};
pub use headers::{FieldValue, Headers, Iter as HeadersIter};
pub use http::{Method, StatusCode, Version, header};
pub use limits::{Leniency, Limits};
pub use method::MethodExt;
pub use parse::{Parsed, RequestParser, ResponseParser, parse_request, parse_response};
pub use status::StatusExt;
pub use step::BodyStep;
