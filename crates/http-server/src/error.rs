//! What can go wrong while serving, by blame: the peer, the caller, the system. It knows which status to answer.

use http_proto::{InvalidInput, ProtocolError, StatusCode};
use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;

/// What a handler may fail with: any error. The peer sees a status, and nothing of its text unless that is about what
/// the peer itself has sent.
///
/// The status is [`Error::status_hint`] where an [`Error`] of this crate is (or is a source of) the error, else 500. With
/// it goes what such an error says of the request: which field of its JSON is missing, how long a content may be, or the
/// text of an [`Error::StatusWith`].
pub type HandlerError = Box<dyn StdError + Send + Sync>;

/// Why a request could not be read, answered or served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // --- the peer
    /// The request breaks HTTP/1.x. Answered with [`ProtocolError::status_hint`]; the connection is closed.
    #[error("malformed request")]
    Protocol(#[from] ProtocolError),
    /// The content is longer than the caller takes, or than [`Limits::body_bytes_max`] (413).
    ///
    /// [`Limits::body_bytes_max`]: crate::limits::Limits::body_bytes_max
    #[error("request content longer than {bytes_max} bytes")]
    BodyTooLong {
        /// The limit.
        bytes_max: u64,
    },
    /// The content is not what the caller asked for, such as a form that is none (415).
    #[error("request content is not {wanted}")]
    UnexpectedContent {
        /// What was asked for.
        wanted: &'static str,
    },
    /// A form with files breaks a rule of RFC 7578 or RFC 2046 (400).
    #[error("malformed multipart form: the rule is that {rule}")]
    MalformedMultipart {
        /// The rule.
        rule: &'static str,
    },
    /// A form has more parts than the caller takes (413).
    #[error("multipart form with more than {parts_max} parts")]
    TooManyParts {
        /// The limit.
        parts_max: usize,
    },
    /// The head of a part is longer than the caller takes (413).
    #[error("multipart form with a part whose head is longer than {bytes_max} bytes")]
    PartHeadTooLong {
        /// The limit.
        bytes_max: usize,
    },
    /// The content is no JSON, or not that of the wanted type (400).
    #[cfg(feature = "json")]
    #[error("request content is not the JSON that is wanted")]
    MalformedJson(#[source] serde_json::Error),
    /// The peer was silent for too long, or slower than [`Timeouts::rate_bytes_per_second_min`] (408).
    ///
    /// [`Timeouts::rate_bytes_per_second_min`]: crate::limits::Timeouts::rate_bytes_per_second_min
    #[error("the peer is too slow")]
    TooSlow,
    /// The connection broke, or the peer closed it (400, should that arrive).
    #[error("the connection failed")]
    Connection(#[source] io::Error),

    // --- the caller
    /// A status that a handler wants as its answer instead of a response: `Err(Error::Status(…))`.
    #[error("answer with status {0}")]
    Status(StatusCode),
    /// The same, with a sentence for the peer on its error page, which is escaped there:
    /// `Err(Error::StatusWith(StatusCode::CONFLICT, "there is one with this name".to_owned()))`.
    #[error("answer with status {0}: {1}")]
    StatusWith(StatusCode, String),
    /// A response has a field or a reason that no message can hold.
    #[error("invalid response")]
    InvalidResponse(#[from] InvalidInput),
    /// A handler's answer has an interim status (1xx), behind which the peer would wait for another answer. Interim ones
    /// are sent by [`Request::send_early_hints`], [`Request::send_continue`] and [`Request::send_processing`].
    ///
    /// [`Request::send_early_hints`]: crate::Request::send_early_hints
    /// [`Request::send_continue`]: crate::Request::send_continue
    /// [`Request::send_processing`]: crate::Request::send_processing
    #[error("the status {0} is interim and cannot be that of an answer")]
    InterimAnswer(StatusCode),
    /// A value of an answer cannot be written as JSON.
    #[cfg(feature = "json")]
    #[error("cannot write an answer as JSON")]
    UnwritableJson(#[source] serde_json::Error),
    /// A setting cannot be used.
    #[error("invalid setting: {0}")]
    InvalidSetting(&'static str),
    /// A text is neither an address nor a network with the length of its prefix.
    #[error("\"{text}\" is neither an address nor a network such as 10.0.0.0/8")]
    InvalidNetwork {
        /// The text, with its control characters escaped.
        text: String,
    },

    // --- the system
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Anything else that the system refused: threads, descriptors, files.
    #[error(transparent)]
    System(io::Error),
    /// Certificates or keys cannot be used.
    #[cfg(feature = "tls")]
    #[error(transparent)]
    Tls(#[from] crate::tls::TlsError),
}

impl Error {
    /// The status that answers a request which failed with this error.
    #[must_use]
    pub fn status_hint(&self) -> StatusCode {
        match self {
            Self::Protocol(error) => error.status_hint(),
            Self::BodyTooLong { .. } | Self::TooManyParts { .. } | Self::PartHeadTooLong { .. } => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::MalformedMultipart { .. } => StatusCode::BAD_REQUEST,
            #[cfg(feature = "json")]
            Self::MalformedJson(_) => StatusCode::BAD_REQUEST,
            Self::UnexpectedContent { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            // The peer's doing, should it hear of it.
            Self::Connection(_) => StatusCode::BAD_REQUEST,
            Self::Status(status) | Self::StatusWith(status, _) => *status,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The status for whatever a handler failed with: that of the first [`Error`] among it and its sources, else 500.
    #[must_use]
    pub fn status_of(error: &(dyn StdError + 'static)) -> StatusCode {
        Self::own(error).map_or(StatusCode::INTERNAL_SERVER_ERROR, Self::status_hint)
    }

    /// What whatever a handler failed with says to the peer of its own request, if anything.
    pub(crate) fn explanation_of(error: &(dyn StdError + 'static)) -> Option<String> {
        let own = Self::own(error)?;
        match own {
            Self::StatusWith(_, text) => Some(text.clone()),
            Self::Protocol(error) => Some(error.to_string()),
            #[cfg(feature = "json")]
            Self::MalformedJson(error) => Some(format!("{own}: {error}")),
            Self::BodyTooLong { .. }
            | Self::UnexpectedContent { .. }
            | Self::MalformedMultipart { .. }
            | Self::TooManyParts { .. }
            | Self::PartHeadTooLong { .. } => Some(own.to_string()),
            _ => None,
        }
    }

    /// The first error of this crate among an error and its sources.
    fn own<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(own) = error.downcast_ref::<Self>() {
                return Some(own);
            }
            // What an I/O error holds is not its source.
            let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            next = inner.map(|inner| inner as &(dyn StdError + 'static)).or_else(|| error.source());
        }
        None
    }

    pub(crate) fn listen(address: &impl ToString, source: io::Error) -> Self {
        Self::Listen { address: address.to_string(), source }
    }

    /// From a failed read or write on a connection.
    pub(crate) fn from_connection(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Self::TooSlow,
            _ => match error.downcast::<Self>() {
                Ok(own) => own,
                Err(error) => Self::Connection(error),
            },
        }
    }
}

impl From<Error> for io::Error {
    /// Keeps the error as the inner one, so that it comes out again.
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Connection(error) | Error::System(error) | Error::Listen { source: error, .. } => {
                error.kind()
            }
            Error::TooSlow => io::ErrorKind::TimedOut,
            Error::Protocol(error) if error.is_incomplete() => io::ErrorKind::UnexpectedEof,
            Error::InvalidResponse(_) | Error::InvalidSetting(_) | Error::InvalidNetwork { .. } => {
                io::ErrorKind::InvalidInput
            }
            _ => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

/// For messages about a peer: its address, or a word where it has none.
pub(crate) fn peer_text(peer: Option<SocketAddr>) -> String {
    // A socket for both families has IPv4 addresses in the form of IPv6.
    let shown = |peer: SocketAddr| SocketAddr::new(peer.ip().to_canonical(), peer.port()).to_string();
    peer.map_or_else(|| "local socket".to_owned(), shown)
}

#[cfg(test)]
mod tests;
