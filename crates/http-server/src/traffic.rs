//! The bytes of one connection on their way in and out: what has been read and not used, what is queued, and how far a
//! body has come on either side. It knows no phases and no handlers.

use crate::clock;
use crate::delivery::{Delivery, OnSent};
use crate::error::Error;
use crate::link::Link;
use crate::opening::Opening;
use crate::unsent::Unsent;
use http_proto::stream::{BodyError, ReadBuffer};
use http_proto::{BodyDecoder, Framing, Limits as MessageLimits, StatusCode};
use std::io::{self, IoSlice};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Bytes that are read at first; heads that need more make the buffer grow.
pub(crate) const INPUT_BYTES: usize = 4 * 1024;

/// Bytes that one connection may send at a time before others get their turn.
const TURN_BYTES: usize = 2 << 20;

/// How long a reader may give before others get their turn.
const TURN_TIME: Duration = Duration::from_millis(5);

/// How far an answer has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Going {
    /// All has been handed to the connection.
    Gone,
    /// The peer has no room for more, and may take until then to make some.
    NoRoom { until: Option<Instant> },
    /// What comes next is held back until then.
    Held { until: Instant },
    /// There may be room, but others have their turn first.
    Turn,
}

/// The bytes of one connection on their way in and out.
#[derive(Debug)]
pub(crate) struct Io {
    pub(crate) input: ReadBuffer,
    pub(crate) decoder: BodyDecoder,
    pub(crate) out: Vec<u8>,
    /// What answers begin with.
    pub(crate) opening: Opening,
    /// `100 Continue` is owed before the content is read.
    pub(crate) expects_continue: bool,
    /// The content cannot be read on, and where it ends is not known.
    pub(crate) body_broken: bool,
    /// Content that has been read.
    pub(crate) body_bytes: u64,
    pub(crate) body_bytes_max: u64,
    /// What is left of the answer, behind `out`.
    pub(crate) unsent: Option<Unsent>,
    /// Since when the peer has had no room for what is left.
    stuck_since: Option<Instant>,
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
            unsent: None,
            stuck_since: None,
            opening: Opening::default(),
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

    /// The same where nobody else catches a panic of whoever is told: it ends here, and its hook has had its say. Whether
    /// there was none.
    pub(crate) fn tell_caught(&mut self, complete: bool) -> bool {
        self.on_sent.is_none() || catch_unwind(AssertUnwindSafe(|| self.tell(complete))).is_ok()
    }

    /// Whether something is left to be sent, or to be told of it.
    pub(crate) fn has_unsent(&self) -> bool {
        !self.out.is_empty() || self.unsent.is_some() || self.on_sent.is_some()
    }

    /// Nothing of it will be sent.
    pub(crate) fn forget_unsent(&mut self) {
        self.tell_caught(false);
        self.out.clear();
        self.unsent = None;
        self.stuck_since = None;
    }

    /// Sends what is queued and what is left of the answer as far as there is room for it, without waiting. The peer is
    /// held to its pace, for which the time counts during which it had no room.
    ///
    /// # Errors
    /// Where the peer is gone or too slow, a file has become shorter, or a reader fails.
    pub(crate) fn send_on(&mut self, link: &mut Link, now: impl Fn() -> Instant) -> io::Result<Going> {
        if link.until().is_some_and(|until| until <= now()) {
            return Err(link.give_up().into());
        }
        let mut turn_bytes = 0;
        let turn_ends =
            self.unsent.as_ref().filter(|unsent| unsent.is_code()).map(|_| clock::now() + TURN_TIME);
        let going = loop {
            let held = self.held_until(&now)?;
            if let Some(until) = held
                && self.out.is_empty()
                && link.flush_now()?
            {
                break Going::Held { until };
            }
            let count = if held.is_some() { self.send_out(link)? } else { self.send_some(link)? };
            turn_bytes += count;
            if self.out.is_empty() && self.unsent.is_none() && link.flush_now()? {
                break Going::Gone;
            }
            if count == 0 {
                break Going::NoRoom { until: None };
            }
            if turn_bytes >= TURN_BYTES || turn_ends.is_some_and(|end| end <= clock::now()) {
                break Going::Turn;
            }
        };
        let moved = link.take_moved();
        if let Some(since) = self.stuck_since.take_if(|_| moved > 0) {
            link.note_waited(moved, now().saturating_duration_since(since))?;
        }
        if going != (Going::NoRoom { until: None }) {
            return Ok(going);
        }
        let now = now();
        let until = link.patience(*self.stuck_since.get_or_insert(now));
        if until.is_some_and(|until| until <= now) {
            return Err(link.give_up().into());
        }
        Ok(Going::NoRoom { until })
    }

    /// When what is left of the answer may go on, if that is later.
    fn held_until(&mut self, now: impl FnOnce() -> Instant) -> io::Result<Option<Instant>> {
        self.unsent.as_mut().map_or(Ok(None), |unsent| unsent.held_until(now))
    }

    /// Sends some of what is queued without waiting; 0 where there is no room.
    fn send_out(&mut self, link: &mut Link) -> io::Result<usize> {
        let count = link.write_now(&self.out, &[])?;
        self.out.drain(..count);
        Ok(count)
    }

    /// Sends some of what is next without waiting; 0 where there is no room or nothing is left.
    fn send_some(&mut self, link: &mut Link) -> io::Result<usize> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if let Some(part) = self.unsent.as_mut().and_then(Unsent::file)
            && part.left() > 0
            && link.takes_files()
        {
            if !self.out.is_empty() {
                // It waits in the socket for the first bytes of the file, so that both go out together.
                let count = link.write_more_now(&self.out)?;
                self.out.drain(..count);
                return Ok(count);
            }
            if let Some(count) = link.send_file_now(part)? {
                self.sent_bytes += count as u64;
                return Ok(count);
            }
        }
        let Some(unsent) = &mut self.unsent else { return self.send_out(link) };
        let next = unsent.next()?;
        if next.is_empty() {
            self.unsent = None;
            return self.send_some(link);
        }
        let count = link.write_now(&self.out, next)?;
        let of_out = count.min(self.out.len());
        self.sent_bytes += unsent.advance(count - of_out);
        self.out.drain(..of_out);
        Ok(count)
    }

    /// Sends what is queued and what is left of the answer, and waits for room.
    ///
    /// # Errors
    /// As [`send_on`](Self::send_on).
    pub(crate) fn send_all(&mut self, link: &mut Link, stopping: &AtomicBool) -> io::Result<()> {
        loop {
            if stopping.load(Ordering::Relaxed) {
                self.release();
            }
            if let Some(until) = self.held_until(clock::now)? {
                self.flush(link)?;
                std::thread::sleep(until.saturating_duration_since(clock::now()));
            }
            let Some(unsent) = &mut self.unsent else { break };
            let next = unsent.next()?;
            let count = next.len();
            link.write_all_parts(&mut [IoSlice::new(&self.out), IoSlice::new(next)])?;
            self.out.clear();
            self.sent_bytes += unsent.advance(count);
            if count == 0 {
                self.unsent = None;
            }
        }
        self.flush(link)
    }

    /// What is left of the answer is not held back any more.
    pub(crate) fn release(&mut self) {
        if let Some(unsent) = &mut self.unsent {
            unsent.release();
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

impl Drop for Io {
    /// Whoever wants to know what has become of an answer is told that it has been cut.
    fn drop(&mut self) {
        self.tell_caught(false);
    }
}

#[cfg(test)]
mod tests;
