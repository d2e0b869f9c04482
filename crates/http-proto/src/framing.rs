//! Where a message ends and whether its connection may be used again: one function for requests and one for
//! responses, asked once after the head is whole (RFC 9112 §6.3, §9.3). Request smuggling is decided on this page.

use crate::ascii::decimal;
use crate::error::ProtocolError;
use crate::field::elements;
use crate::head::{RequestHead, ResponseHead, TargetForm, is_host_and_port};
use http::{Method, StatusCode, Version};
use std::fmt;

/// How the content of a message is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "RFC 9112 §6.3 names these and no others")]
pub enum Framing {
    /// No content, whatever the fields say.
    None,
    /// Exactly so many bytes; 0 is possible.
    Length(u64),
    /// The chunked transfer coding.
    Chunked,
    /// All bytes up to the end of the connection. Responses only.
    UntilClose,
    /// The connection no longer speaks HTTP behind this head: 101, or a 2xx to CONNECT. Responses only.
    Tunnel,
}

/// Why a connection cannot be used for another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// The message is HTTP/1.0 and does not ask to keep the connection (RFC 9112 §9.3).
    Http10,
    /// The peer sent `Connection: close`.
    PeerAsked,
    /// We sent `Connection: close`.
    WeAsked,
    /// The content runs until the connection closes.
    UntilClose,
    /// Content-Length stands beside Transfer-Encoding (RFC 9112 §6.3 rule 3).
    AmbiguousFraming,
    /// Transfer-Encoding in an HTTP/1.0 message (RFC 9112 §6.1).
    TransferEncodingInHttp10,
    /// The connection became a tunnel or speaks another protocol.
    Tunnel,
    /// Content was left unread, more than one cares to drain.
    UnreadContent,
    /// A message of ours was left unfinished.
    UnfinishedMessage,
    /// The peer sent bytes that no request of ours had asked for.
    UnaskedBytes,
    /// The peer closed the connection, or it broke.
    PeerClosed,
    /// The peer broke the protocol.
    ProtocolError,
    /// A deadline passed.
    TimedOut,
    /// The limit of requests on one connection was reached.
    RequestLimit,
    /// This side is shutting down.
    ShuttingDown,
    /// This side closed it.
    Closed,
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http10 => "the peer speaks HTTP/1.0 without keep-alive",
            Self::PeerAsked => "the peer asked to close",
            Self::WeAsked => "this side asked to close",
            Self::UntilClose => "the content ends with the connection",
            Self::AmbiguousFraming => "Content-Length stands beside Transfer-Encoding",
            Self::TransferEncodingInHttp10 => "Transfer-Encoding in an HTTP/1.0 message",
            Self::Tunnel => "the connection no longer speaks HTTP",
            Self::UnreadContent => "content was left unread",
            Self::UnfinishedMessage => "a message was left unfinished",
            Self::UnaskedBytes => "the peer sent bytes that were not asked for",
            Self::PeerClosed => "the peer closed the connection",
            Self::ProtocolError => "the peer broke the protocol",
            Self::TimedOut => "a deadline passed",
            Self::RequestLimit => "the limit of requests on one connection was reached",
            Self::ShuttingDown => "this side is shutting down",
            Self::Closed => "this side closed it",
        })
    }
}

/// What the framing fields of a head say, collected in one pass.
#[derive(Debug, Default)]
struct Fields<'a> {
    lengths: Length,
    transfer_encoding: Coding,
    hosts: usize,
    host: &'a [u8],
    close: bool,
    keep_alive: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Length {
    #[default]
    Absent,
    One(u64),
    /// Several times the same.
    Repeated(u64),
    Conflicting,
    Invalid,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Coding {
    #[default]
    Absent,
    Chunked,
    Empty,
    Unknown,
    /// `chunked` twice, or not at the end.
    ChunkedNotFinal,
}

impl Length {
    /// Takes one field in: `1*DIGIT`, or a list of them that an intermediary has joined (RFC 9110 §8.6).
    fn add(self, value: &[u8]) -> Self {
        let mut state = self;
        let mut any = false;
        for part in value.split(|&byte| byte == b',') {
            any = true;
            let Some(number) = decimal(crate::ascii::trim_ows(part)) else { return Self::Invalid };
            state = match state {
                Self::Absent => Self::One(number),
                Self::One(seen) | Self::Repeated(seen) if seen == number => Self::Repeated(seen),
                Self::One(_) | Self::Repeated(_) => Self::Conflicting,
                Self::Conflicting | Self::Invalid => state,
            };
        }
        if any { state } else { Self::Invalid }
    }
}

impl Coding {
    /// Takes one field in: `#transfer-coding`, of which only `chunked` without parameters is known.
    fn add(self, value: &[u8]) -> Self {
        let mut state = if self == Self::Absent { Self::Empty } else { self };
        for element in elements(value) {
            let chunked = element.eq_ignore_ascii_case(b"chunked");
            state = match state {
                Self::Absent | Self::Empty if chunked => Self::Chunked,
                Self::Chunked => Self::ChunkedNotFinal,
                Self::ChunkedNotFinal => state,
                _ => Self::Unknown,
            };
        }
        state
    }
}

impl<'a> Fields<'a> {
    fn collect(headers: &'a crate::headers::Headers) -> Self {
        let mut fields = Self::default();
        for (name, value) in headers.raw_where(|length| matches!(length, 4 | 10 | 14 | 17)) {
            // Most are told apart by their first letter.
            let [first, ..] = name else { continue };
            if !matches!((name.len(), first.to_ascii_lowercase()), (4, b'h') | (10 | 14, b'c') | (17, b't')) {
                continue;
            }
            match name.len() {
                4 if name.eq_ignore_ascii_case(b"host") => {
                    fields.hosts += 1;
                    fields.host = value;
                }
                // The usual value, which is no list.
                10 if name.eq_ignore_ascii_case(b"connection") && value.eq_ignore_ascii_case(b"close") => {
                    fields.close = true;
                }
                10 if name.eq_ignore_ascii_case(b"connection") => {
                    for option in elements(value) {
                        fields.close |= option.eq_ignore_ascii_case(b"close");
                        fields.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
                    }
                }
                14 if name.eq_ignore_ascii_case(b"content-length") => {
                    fields.lengths = fields.lengths.add(value);
                }
                17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
                    fields.transfer_encoding = fields.transfer_encoding.add(value);
                }
                _ => {}
            }
        }
        fields
    }

    /// RFC 9112 §9.3.
    fn persistence(&self, version: Version) -> Result<(), CloseReason> {
        if self.close {
            Err(CloseReason::PeerAsked)
        } else if version == Version::HTTP_10 && !self.keep_alive {
            Err(CloseReason::Http10)
        } else {
            Ok(())
        }
    }
}

/// The verdict on a head: how its content is framed, and what that means for the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// How the content is delimited.
    pub framing: Framing,
    /// Whether the connection may be used again once the content has been read, else why not.
    pub persistence: Result<(), CloseReason>,
}

/// Where the content of a request ends, and whether the connection may be kept (RFC 9112 §3.2, §6.3, §9.3).
///
/// # Errors
/// Everything that two readers could understand in two ways is refused: Content-Length that is malformed, repeated
/// or beside Transfer-Encoding; Transfer-Encoding that is not exactly `chunked`, or in HTTP/1.0; no or several
/// Host fields in HTTP/1.1, or a malformed one. Answer with [`ProtocolError::status_hint`] and close.
pub fn request_framing(head: &RequestHead) -> Result<Verdict, ProtocolError> {
    let fields = Fields::collect(&head.headers);
    check_host(&fields, head)?;
    let framing = match fields.transfer_encoding {
        // RFC 9112 §6.3 rules 6 and 7; a request may not repeat its length here even where the values agree.
        Coding::Absent => match fields.lengths {
            Length::Absent => Framing::None,
            Length::One(bytes) => Framing::Length(bytes),
            Length::Repeated(_) | Length::Conflicting => return Err(ProtocolError::ConflictingContentLength),
            Length::Invalid => return Err(ProtocolError::InvalidContentLength),
        },
        // RFC 9112 §6.1: faulty in HTTP/1.0, even with a Content-Length.
        _ if head.version == Version::HTTP_10 => return Err(ProtocolError::TransferEncodingInHttp10),
        // RFC 9112 §6.3 rule 3: ought to be handled as an error.
        _ if fields.lengths != Length::Absent => return Err(ProtocolError::LengthAndTransferEncoding),
        Coding::Chunked => Framing::Chunked,
        Coding::Empty => return Err(ProtocolError::InvalidTransferEncoding),
        Coding::Unknown => return Err(ProtocolError::UnknownTransferCoding),
        // RFC 9112 §6.3 rule 4.
        Coding::ChunkedNotFinal => return Err(ProtocolError::ChunkedNotFinal),
    };
    Ok(Verdict { framing, persistence: fields.persistence(head.version) })
}

/// RFC 9112 §3.2: exactly one Host in HTTP/1.1, at most one in HTTP/1.0; empty where the target has no authority.
fn check_host(fields: &Fields<'_>, head: &RequestHead) -> Result<(), ProtocolError> {
    match fields.hosts {
        0 if head.version == Version::HTTP_10 => Ok(()),
        0 => Err(ProtocolError::MissingHost),
        1 if fields.host.is_empty() => match head.target.form() {
            TargetForm::Origin | TargetForm::Asterisk => Ok(()),
            TargetForm::Absolute | TargetForm::Authority => Err(ProtocolError::InvalidHost),
        },
        1 if is_host_and_port(fields.host) => Ok(()),
        1 => Err(ProtocolError::InvalidHost),
        _ => Err(ProtocolError::RepeatedHost),
    }
}

/// Where the content of a response ends, and whether the connection may be kept (RFC 9112 §6.3, §9.3).
///
/// `method` is that of the request which is answered. A 1xx other than 101 has no content and leaves the
/// connection as it is: the final response follows.
///
/// # Errors
/// Content-Length that is malformed or contradicts itself (RFC 9112 §6.3 rule 5), and a transfer coding other
/// than `chunked` or one that is not applied once and last: its content could not be decoded.
///
/// ```
/// use http_proto::{Framing, Leniency, Limits, Method, Parsed, parse_response, response_framing};
///
/// let input = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
/// let Parsed::Complete { value: head, .. } = parse_response(input, &Limits::CLIENT, Leniency::Recipient)? else {
///     panic!("the head is whole");
/// };
/// assert_eq!(response_framing(&Method::GET, &head)?.framing, Framing::Length(5));
/// assert_eq!(response_framing(&Method::HEAD, &head)?.framing, Framing::None);
/// # Ok::<(), http_proto::ProtocolError>(())
/// ```
pub fn response_framing(method: &Method, head: &ResponseHead) -> Result<Verdict, ProtocolError> {
    let fields = Fields::collect(&head.headers);
    let persistence = fields.persistence(head.version);
    let without_content = |framing| Ok(Verdict { framing, persistence });
    // Rule 1.
    match head.status {
        StatusCode::SWITCHING_PROTOCOLS => {
            return Ok(Verdict { framing: Framing::Tunnel, persistence: Err(CloseReason::Tunnel) });
        }
        status if status.is_informational() => {
            return Ok(Verdict { framing: Framing::None, persistence: Ok(()) });
        }
        // Rule 2; RFC 9110 §9.3.6: any 2xx, also 204.
        status if *method == Method::CONNECT && status.is_success() => {
            return Ok(Verdict { framing: Framing::Tunnel, persistence: Err(CloseReason::Tunnel) });
        }
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED => return without_content(Framing::None),
        _ if *method == Method::HEAD => return without_content(Framing::None),
        _ => {}
    }
    match fields.transfer_encoding {
        Coding::Absent => {}
        Coding::Empty => return Err(ProtocolError::InvalidTransferEncoding),
        Coding::Unknown => return Err(ProtocolError::UnknownTransferCoding),
        Coding::ChunkedNotFinal => return Err(ProtocolError::ChunkedNotFinal),
        // Rules 3 and 4: the coding overrides the length, and the connection is not trusted further.
        Coding::Chunked => {
            let persistence = if fields.lengths != Length::Absent {
                Err(CloseReason::AmbiguousFraming)
            } else if head.version == Version::HTTP_10 {
                Err(CloseReason::TransferEncodingInHttp10)
            } else {
                persistence
            };
            return Ok(Verdict { framing: Framing::Chunked, persistence });
        }
    }
    match fields.lengths {
        // Rules 5 and 6.
        Length::One(bytes) | Length::Repeated(bytes) => {
            Ok(Verdict { framing: Framing::Length(bytes), persistence })
        }
        Length::Conflicting => Err(ProtocolError::ConflictingContentLength),
        Length::Invalid => Err(ProtocolError::InvalidContentLength),
        // Rule 8.
        Length::Absent => {
            Ok(Verdict { framing: Framing::UntilClose, persistence: Err(CloseReason::UntilClose) })
        }
    }
}

#[cfg(test)]
mod tests;
