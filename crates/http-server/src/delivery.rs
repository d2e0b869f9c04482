//! What became of an answer, told once to whoever wants to know.

use http_proto::StatusCode;
use std::fmt;

/// What became of an answer's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The status that was sent: that of the answer, unless the server had to put another one in its place.
    pub status: StatusCode,
    /// Bytes of content that were handed to the connection, framing not counted.
    pub content_bytes: u64,
    /// Whether that was all of it.
    pub complete: bool,
}

/// Called once, with what became of an answer.
pub(crate) struct OnSent(Box<dyn FnOnce(Delivery) + Send>);

impl OnSent {
    pub(crate) fn new(tell: impl FnOnce(Delivery) + Send + 'static) -> Self {
        Self(Box::new(tell))
    }

    pub(crate) fn call(self, delivery: Delivery) {
        (self.0)(delivery);
    }
}

impl fmt::Debug for OnSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnSent")
    }
}
