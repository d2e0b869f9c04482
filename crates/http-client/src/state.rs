//! The states of one connection and the only function that moves between them.

use std::fmt;

/// Where a connection stands in its exchange of one request for one answer.
///
/// ```text
///                 put_request            end_headers, no content left
///        Idle ──────────────> RequestStarted ───────────────────────> RequestSent
///         ^  <──── abandon ──── │  ^   │                              ^   │
///         │                     └──┘   │ end_headers, content follows │   │ get_response
///         │                 put_header v                              │   v
///         │                         SendingBody ──────────────────────┘  Reading
///         │                            │  ^       content done            │
///         │                            └──┘ send                          │
///         └──────────────── content read, drained, dropped, or closed ────┘
/// ```
///
/// `close` leads from everywhere to `Idle`. Whether a transport is open is another question: a request that is
/// sent on a closed connection opens it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the drawing above is complete")]
pub enum State {
    /// No request is under way. Python: `Idle`.
    #[default]
    Idle,
    /// The request line is there, the head is open. Python: `Request-started`.
    RequestStarted,
    /// The head is done, content is being sent.
    SendingBody,
    /// The request is complete, the answer has not been asked for. Python: `Request-sent`.
    RequestSent,
    /// The head of the answer has been read, its content not.
    Reading,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "Idle",
            Self::RequestStarted => "Request-started",
            Self::SendingBody => "Sending-body",
            Self::RequestSent => "Request-sent",
            Self::Reading => "Reading-response",
        })
    }
}

/// What a caller asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    PutRequest,
    PutHeader,
    /// The head ends, and nothing is to follow.
    EndHeaders,
    /// The head ends, and content follows.
    EndHeadersBeforeContent,
    Send,
    ContentDone,
    GetResponse,
    ResponseDone,
    Close,
}

/// Why an event is not allowed: Python's three exceptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    CannotSendRequest,
    CannotSendHeader,
    ResponseNotReady,
}

impl State {
    /// The state after `event`.
    pub(crate) const fn after(self, event: Event) -> Result<Self, Refusal> {
        match (self, event) {
            (_, Event::Close) => Ok(Self::Idle),
            (Self::Idle, Event::PutRequest) => Ok(Self::RequestStarted),
            (_, Event::PutRequest) => Err(Refusal::CannotSendRequest),
            (Self::RequestStarted, Event::PutHeader) => Ok(Self::RequestStarted),
            (Self::RequestStarted, Event::EndHeaders) => Ok(Self::RequestSent),
            (Self::RequestStarted, Event::EndHeadersBeforeContent) => Ok(Self::SendingBody),
            (Self::SendingBody, Event::Send) => Ok(Self::SendingBody),
            (Self::SendingBody, Event::ContentDone) => Ok(Self::RequestSent),
            (
                _,
                Event::PutHeader
                | Event::EndHeaders
                | Event::EndHeadersBeforeContent
                | Event::Send
                | Event::ContentDone,
            ) => Err(Refusal::CannotSendHeader),
            (Self::RequestSent, Event::GetResponse) => Ok(Self::Reading),
            (_, Event::GetResponse) => Err(Refusal::ResponseNotReady),
            (Self::Reading, Event::ResponseDone) => Ok(Self::Idle),
            (_, Event::ResponseDone) => Err(Refusal::ResponseNotReady),
        }
    }
}

#[cfg(test)]
mod tests;
