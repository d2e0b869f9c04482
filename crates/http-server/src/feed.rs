//! The content of an answer that a reader gives: read and framed piece by piece, as the peer has room for it.

use crate::counted::Counted;
use crate::error::Error;
use crate::rate_bound::RateBound;
use http_proto::{BodyEncoder, Framing, Headers, InvalidInput};
use std::error;
use std::fmt;
use std::io::{self, Read, Take};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Bytes of a reader that are taken at a time.
const READ_BYTES: usize = 64 * 1024;

/// What a reader of a known length gives in small pieces is gathered up to so many bytes.
const GATHERED_BYTES: usize = 16 * 1024;

/// As many readers wait for room without a thread, at most. They hold memory: that of a listing, of a coder, of their own.
const WAITING_MAX: usize = 1024;

/// Room for the beginning of a chunk of so many bytes, and for what stands behind it.
const START_BYTES: usize = 8;
const END_BYTES: usize = 8;

/// Code of the handler's panicked while its answer was sent.
#[derive(Clone, Copy, Debug)]
struct BodyPanicked;

impl fmt::Display for BodyPanicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body panicked")
    }
}

impl error::Error for BodyPanicked {}

/// Runs code of the handler's that gives a body. What it panics with has been said by the panic's hook.
pub(crate) fn caught<T>(run: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(io::Error::other(BodyPanicked)))
}

/// Whether an error is what [`caught`] makes of a panic.
pub(crate) fn is_panic(error: &io::Error) -> bool {
    matches!(error.get_ref(), Some(inner) if inner.is::<BodyPanicked>())
}

/// A reader, and what has been read and not sent.
pub(crate) struct Feed {
    /// `None` once it has given all, or has panicked.
    reader: Option<Take<Box<dyn Read + Send>>>,
    encoder: BodyEncoder,
    /// Counts it among those that wait for room without a thread.
    counted: Option<Counted>,
    /// How fast it may leave.
    bound: Option<Box<RateBound>>,
    /// When the next piece may leave.
    due: Option<Instant>,
    /// A chunk's beginning, what has been read, what stands behind it.
    piece: Vec<u8>,
    /// What of the piece is left to be sent, and what of the piece is content.
    ready: Range<usize>,
    content: Range<usize>,
}

impl Feed {
    /// Exactly `length` bytes of `reader` where it is known, else all that it gives; no faster than `bound`.
    pub(crate) fn new(
        reader: Box<dyn Read + Send>,
        length: Option<u64>,
        bound: Option<Box<RateBound>>,
        framing: Framing,
    ) -> Self {
        Self {
            reader: Some(reader.take(length.unwrap_or(u64::MAX))),
            encoder: BodyEncoder::new(framing),
            counted: None,
            bound,
            due: None,
            piece: Vec::new(),
            ready: 0..0,
            content: 0..0,
        }
    }

    /// What comes next, read if need be; empty behind the last of it.
    ///
    /// # Errors
    /// Those of the reader, its panic, and an end before its promised length.
    pub(crate) fn next(&mut self) -> io::Result<&[u8]> {
        if self.ready.is_empty() && self.reader.is_some() {
            self.fill()?;
        }
        Ok(self.piece.get(self.ready.clone()).unwrap_or_default())
    }

    /// Whether it may wait for room without a thread: if not too many do so already.
    pub(crate) fn may_wait(&mut self, waiting: &Arc<AtomicUsize>) -> bool {
        if waiting.load(Ordering::Relaxed) >= WAITING_MAX {
            return false;
        }
        self.counted = Some(Counted::new(waiting));
        true
    }

    /// Whether it may leave no faster than it is allowed to.
    pub(crate) const fn is_bounded(&self) -> bool {
        self.bound.is_some()
    }

    /// When what comes next may leave, if that is later than `now`; it is read if need be.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub(crate) fn held_until(&mut self, now: Instant) -> io::Result<Option<Instant>> {
        if self.bound.is_some() && self.ready.is_empty() {
            self.next()?;
            let count = self.content.len();
            let wait = self.bound.as_mut().filter(|_| count > 0).map(|bound| bound.wait_at(count, now));
            self.due = wait.and_then(|wait| now.checked_add(wait));
        }
        Ok(self.due.filter(|due| *due > now))
    }

    /// All of it may leave at once.
    pub(crate) fn release(&mut self) {
        self.bound = None;
        self.due = None;
    }

    /// So much of what comes next has gone. Says how much of it was content.
    pub(crate) fn advance(&mut self, count: usize) -> u64 {
        let from = self.ready.start;
        let to = from.saturating_add(count).min(self.ready.end);
        self.ready.start = to;
        to.min(self.content.end).saturating_sub(from.max(self.content.start)) as u64
    }

    /// How many bytes of content are left, as far as that is known.
    pub(crate) fn left(&self) -> u64 {
        let held = self.content.end.saturating_sub(self.ready.start.max(self.content.start)) as u64;
        held + self.encoder.remaining_bytes().unwrap_or(0)
    }

    /// Reads and frames another piece, which may be the end.
    fn fill(&mut self) -> io::Result<()> {
        let Some(mut reader) = self.reader.take() else { return Ok(()) };
        let most = self.bound.as_ref().map_or(READ_BYTES, |bound| bound.piece_bytes()).min(READ_BYTES);
        let room = usize::try_from(reader.limit()).unwrap_or(usize::MAX).min(most);
        self.piece.resize(START_BYTES + room + END_BYTES, 0);
        // What a reader without an end in sight gives slowly is not held back.
        let wanted = if self.encoder.remaining_bytes().is_some() { GATHERED_BYTES.min(room) } else { 1 };
        let into = self.piece.get_mut(START_BYTES..START_BYTES + room).unwrap_or_default();
        let (count, reader) = caught(move || {
            let count = read_some(&mut reader, into, wanted)?;
            Ok((count, (count > 0).then_some(reader)))
        })?;
        self.reader = reader;
        let is_first = self.content.end == 0;
        self.frame(count).map_err(Error::from)?;
        // As long as nothing has been sent, there can be another answer instead.
        if is_first && count < wanted {
            self.encoder.finish(&Headers::new(), &mut Vec::new()).map_err(Error::from)?;
        }
        Ok(())
    }

    /// Puts what belongs there around the content that has been read: none is the end.
    fn frame(&mut self, count: usize) -> Result<(), InvalidInput> {
        let (mut start, mut end) = (Vec::new(), Vec::new());
        if count == 0 {
            self.encoder.finish(&Headers::new(), &mut end)?;
        } else {
            self.encoder.before_data(count, &mut start)?;
            end.extend_from_slice(self.encoder.after_data());
        }
        self.content = START_BYTES..START_BYTES + count;
        self.ready = START_BYTES.saturating_sub(start.len())..self.content.end + end.len();
        for (at, mark) in [(self.ready.start, start), (self.content.end, end)] {
            if let Some(place) = self.piece.get_mut(at..at + mark.len()) {
                place.copy_from_slice(&mark);
            }
        }
        Ok(())
    }
}

/// Reads until `wanted` bytes are there, or the end.
fn read_some(reader: &mut impl Read, into: &mut [u8], wanted: usize) -> io::Result<usize> {
    let mut filled = 0;
    while filled < wanted {
        match reader.read(into.get_mut(filled..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

impl Drop for Feed {
    /// To drop the reader is code of the handler's, too.
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            let _ = catch_unwind(AssertUnwindSafe(|| drop(reader)));
        }
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("encoder", &self.encoder)
            .field("ready", &self.ready)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
