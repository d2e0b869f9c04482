//! The bytes of one connection on their way in and out: what has been read and not used, what is queued, and how far a
//! body has come on either side. It knows no phases and no handlers.

use crate::delivery::{Delivery, OnSent};
use crate::error::Error;
use crate::link::Link;
use http_proto::stream::{BodyError, ReadBuffer};
use http_proto::{BodyDecoder, Framing, Limits as MessageLimits, StatusCode};
use std::io;

/// Bytes that are read at first; heads that need more make the buffer grow.
pub(crate) const INPUT_BYTES: usize = 4 * 1024;

/// The bytes of one connection on their way in and out.
#[derive(Debug)]
pub(crate) struct Io {
    pub(crate) input: ReadBuffer,
    pub(crate) decoder: BodyDecoder,
    pub(crate) out: Vec<u8>,
    /// `100 Continue` is owed before the content is read.
    pub(crate) expects_continue: bool,
    /// The content cannot be read on, and where it ends is not known.
    pub(crate) body_broken: bool,
    /// Content that has been read.
    pub(crate) body_bytes: u64,
    pub(crate) body_bytes_max: u64,
    /// Content of the answer that has been handed to the connection.
    pub(crate) sent_bytes: u64,
    /// Whether a broken answer could be taken for a whole one unless the connection is reset.
    pub(crate) ends_with_connection: bool,
    /// The status of the answer that is sent.
    pub(crate) sent_status: StatusCode,
    /// Who wants to know what has become of it.
    pub(crate) on_sent: Option<OnSent>,
}

impl Io {
    pub(crate) fn new(limits: MessageLimits) -> Self {
        Self {
            input: ReadBuffer::new(INPUT_BYTES),
            decoder: BodyDecoder::new(Framing::None, limits),
            out: Vec::new(),
            expects_continue: false,
            body_broken: false,
            body_bytes: 0,
            body_bytes_max: u64::MAX,
            sent_bytes: 0,
            ends_with_connection: false,
            sent_status: StatusCode::OK,
            on_sent: None,
        }
    }

    pub(crate) fn begin_body(&mut self, framing: Framing, expects_continue: bool, body_bytes_max: u64) {
        self.decoder.begin(framing);
        self.expects_continue = expects_continue && !self.decoder.is_done();
        self.body_broken = false;
        self.body_bytes = 0;
        self.body_bytes_max = body_bytes_max;
    }

    /// Tells what has become of the answer, once.
    pub(crate) fn tell(&mut self, complete: bool) {
        if let Some(on_sent) = self.on_sent.take() {
            let (status, content_bytes) = (self.sent_status, self.sent_bytes);
            on_sent.call(Delivery { status, content_bytes, complete });
        }
    }

    /// Sends what is queued.
    pub(crate) fn flush(&mut self, link: &mut Link) -> io::Result<()> {
        if !self.out.is_empty() {
            let sent = link.write_all(&self.out);
            self.out.clear();
            sent?;
        }
        Ok(())
    }

    /// Notes that the content is lost.
    pub(crate) fn body_failed(&mut self, error: BodyError) -> Error {
        self.body_broken = true;
        match error {
            BodyError::Protocol(error) => error.into(),
            BodyError::Io(error) => Error::from_connection(error),
            _ => Error::Connection(io::ErrorKind::InvalidData.into()),
        }
    }

    /// How many of the next `count` bytes of content the limit lets pass; an error where it is none of some.
    pub(crate) fn within_limit(&mut self, count: usize) -> Result<usize, Error> {
        let room = self.body_bytes_max.saturating_sub(self.body_bytes);
        let allowed = usize::try_from(room).unwrap_or(usize::MAX).min(count);
        if allowed == 0 && count > 0 {
            self.body_broken = true;
            return Err(Error::BodyTooLong { bytes_max: self.body_bytes_max });
        }
        Ok(allowed)
    }

    /// Counts content that has been read.
    pub(crate) fn count_body(&mut self, count: usize) -> Result<(), Error> {
        self.body_bytes = self.body_bytes.saturating_add(count as u64);
        if self.body_bytes > self.body_bytes_max {
            self.body_broken = true;
            return Err(Error::BodyTooLong { bytes_max: self.body_bytes_max });
        }
        Ok(())
    }
}
