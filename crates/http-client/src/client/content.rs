//! The content of an answer as it comes over the wire, with the connection that it comes over: who reads it to its
//! end gives the connection back.

use crate::cancel::{CancelToken, Watch};
use crate::client::decode::Wire;
use crate::client::error::{Error, ErrorKind, TimeoutKind};
use crate::client::events::Event;
use crate::client::held::Held;
use crate::client::pool::Slot;
use crate::client::request::ProgressHook;
use crate::client::shared::{Key, Shared};
use crate::error::Phase;
use crate::response::Response as WireResponse;
use crate::timeouts::Timeouts;
use crate::upgraded::Upgraded;
use http_proto::{CloseReason, Headers};
use std::fmt;
use std::io::{self, BufRead, Cursor, Read};
use std::sync::Arc;
use std::time::Duration;

/// Unread content up to so much is read to save the connection.
const DRAIN_BYTES_MAX: u64 = 64 * 1024;

/// And it may take so long.
const DRAIN_TIME_MAX: Duration = Duration::from_millis(250);

/// An exchange whose content is still to be read, with everything that has to be given back.
pub(crate) struct Live {
    pub(crate) response: WireResponse<'static>,
    /// The rest of what the pool holds.
    pub(crate) held: Box<Held>,
    pub(crate) slot: Slot<Key, Box<Held>>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) watch: Option<Watch>,
    pub(crate) cancel: Option<CancelToken>,
}

/// Content over the wire.
pub(crate) struct Content {
    source: Source,
    wire_bytes: u64,
    wire_bytes_max: u64,
    total_bytes: Option<u64>,
    progress: Option<Box<ProgressHook>>,
    trailers: Option<Headers>,
}

enum Source {
    Live(Live),
    /// Content that did not come over a connection.
    Given(Cursor<Vec<u8>>),
    Done,
    /// What reading failed with, for whoever reads on.
    Failed(ErrorKind, Option<TimeoutKind>),
}

impl Live {
    /// Gives the connection back, or closes it; the trailer fields.
    fn finish(self) -> Option<Headers> {
        let Self { response, mut held, slot, shared, watch, .. } = self;
        let trailers = response.trailers().cloned();
        drop(watch);
        let Some(connection) = response.into_connection() else { return trailers };
        match connection.is_reusable() {
            Ok(()) if !shared.is_shut() => {
                let now = connection.idle_since().unwrap_or_else(|| shared.now());
                held.connection = Some(connection);
                held.forget_call();
                shared.observe(|| Event::Pooled);
                slot.keep(held, now);
            }
            Ok(()) => shared.observe(|| Event::Closed { reason: CloseReason::ShuttingDown }),
            Err(reason) => {
                shared.observe(|| Event::Closed { reason });
                held.interrupt = None;
                held.connection = Some(connection);
                if ended_well(reason) && !shared.is_shut() && slot.key().has_no_proxy() {
                    held.forget_call();
                    shared.shells.put(slot.key().clone(), held);
                }
            }
        }
        trailers
    }

    /// Reads what is left if that is little and quick, so that the connection can be used again.
    pub(crate) fn drain(mut self) {
        let worth = match self.response.remaining_bytes() {
            Some(left) => left <= DRAIN_BYTES_MAX,
            None => true,
        };
        if worth && self.response.persistence().is_ok() {
            self.read_off();
        }
        self.finish();
    }

    fn read_off(&mut self) {
        let begun = self.shared.now();
        let mut left = DRAIN_BYTES_MAX;
        let mut block = [0; 4096];
        self.response.set_timeouts(Timeouts::DEFAULT.between_bytes(Some(DRAIN_TIME_MAX)));
        while left > 0 && self.shared.now().saturating_duration_since(begun) < DRAIN_TIME_MAX {
            match self.response.read(&mut block) {
                Ok(0) | Err(_) => return,
                Ok(count) => left = left.saturating_sub(count as u64),
            }
        }
    }

    fn explain(&self, error: io::Error) -> Error {
        let error = Error::of_io(error);
        if self.cancel.as_ref().is_some_and(CancelToken::is_cancelled) {
            return error.with_kind(ErrorKind::Cancelled);
        }
        if self.shared.is_shut() {
            return error.with_kind(ErrorKind::Shutdown);
        }
        error
    }
}

/// Whether a connection was closed because both sides were through with it.
const fn ended_well(reason: CloseReason) -> bool {
    matches!(
        reason,
        CloseReason::Http10 | CloseReason::PeerAsked | CloseReason::WeAsked | CloseReason::UntilClose
    )
}

impl Content {
    pub(crate) fn live(live: Live, progress: Option<Box<ProgressHook>>) -> Self {
        let total_bytes = live.response.remaining_bytes();
        let wire_bytes_max = live.shared.config.wire_bytes_max;
        let source = Source::Live(live);
        let mut content =
            Self { source, wire_bytes: 0, wire_bytes_max, total_bytes, progress, trailers: None };
        content.notice_end();
        content
    }

    pub(crate) fn given(bytes: Vec<u8>) -> Self {
        let total_bytes = Some(bytes.len() as u64);
        let source = Source::Given(Cursor::new(bytes));
        let wire_bytes_max = u64::MAX;
        Self { source, wire_bytes: 0, wire_bytes_max, total_bytes, progress: None, trailers: None }
    }

    /// Bytes in all, where the framing tells.
    pub(crate) const fn total_bytes(&self) -> Option<u64> {
        self.total_bytes
    }

    pub(crate) const fn trailers(&self) -> Option<&Headers> {
        self.trailers.as_ref()
    }

    pub(crate) fn into_upgraded(mut self) -> Option<Upgraded> {
        match std::mem::replace(&mut self.source, Source::Done) {
            Source::Live(live) => live.response.into_upgraded(),
            _ => None,
        }
    }

    pub(crate) fn drain(mut self) {
        if let Source::Live(live) = std::mem::replace(&mut self.source, Source::Done) {
            live.drain();
        }
    }

    /// Gives the connection back as soon as nothing is left.
    fn notice_end(&mut self) {
        let is_over = match &self.source {
            Source::Live(live) => live.response.is_closed(),
            _ => false,
        };
        if is_over {
            self.finish();
        }
    }

    fn finish(&mut self) {
        if let Source::Live(live) = std::mem::replace(&mut self.source, Source::Done) {
            let wire_bytes = self.wire_bytes;
            live.shared.observe(|| Event::ContentDone { wire_bytes });
            self.trailers = live.finish();
        }
    }

    fn fail(&mut self, error: io::Error) -> io::Error {
        let error = match &self.source {
            Source::Live(live) => live.explain(error),
            _ => Error::of_io(error),
        };
        let failed = Source::Failed(error.kind(), error.timeout());
        if let Source::Live(live) = std::mem::replace(&mut self.source, failed) {
            live.finish();
        }
        error.into()
    }

    /// How much more may be asked for: one byte more than allowed tells whether there is more. An announced length
    /// that is too much is told before anything is read.
    fn room(&mut self) -> io::Result<usize> {
        if self.total_bytes.is_some_and(|total| total > self.wire_bytes_max) {
            return Err(self.too_large());
        }
        let left = self.wire_bytes_max.saturating_sub(self.wire_bytes).saturating_add(1);
        Ok(usize::try_from(left).unwrap_or(usize::MAX))
    }

    fn too_large(&mut self) -> io::Error {
        let text = format!("more than {} bytes over the wire", self.wire_bytes_max);
        let error = Error::new(ErrorKind::TooLarge).in_phase(Phase::Content).because(text);
        self.fail(error.into())
    }

    fn count(&mut self, count: usize) {
        self.wire_bytes += count as u64;
        if let (Some(progress), true) = (&mut self.progress, count > 0) {
            progress(self.wire_bytes, self.total_bytes);
        }
    }

    fn again(kind: ErrorKind, timeout: Option<TimeoutKind>) -> io::Error {
        let error = Error::new(kind).in_phase(Phase::Content);
        timeout.map_or(error.into(), |timeout| Error::timed_out(timeout, Phase::Content).into())
    }
}

impl Read for Content {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let room = if matches!(self.source, Source::Live(_)) { self.room()? } else { usize::MAX };
        let room = room.min(out.len());
        let out = out.get_mut(..room).unwrap_or_default();
        let read = match &mut self.source {
            Source::Live(live) => live.response.read(out),
            Source::Given(bytes) => bytes.read(out),
            Source::Done => return Ok(0),
            Source::Failed(kind, timeout) => return Err(Self::again(*kind, *timeout)),
        };
        match read {
            Ok(count) => {
                self.count(count);
                if self.wire_bytes > self.wire_bytes_max {
                    return Err(self.too_large());
                }
                self.notice_end();
                Ok(count)
            }
            Err(error) => Err(self.fail(error)),
        }
    }
}

impl BufRead for Content {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let mut room = usize::MAX;
        if matches!(self.source, Source::Live(_)) {
            // All but the byte too many.
            room = self.room()? - 1;
        }
        if let Source::Live(live) = &mut self.source {
            match live.response.fill_buf().map(<[u8]>::is_empty) {
                Ok(is_empty) if room == 0 && !is_empty => return Err(self.too_large()),
                Ok(_) => {}
                Err(error) => return Err(self.fail(error)),
            }
            self.notice_end();
        }
        match &mut self.source {
            Source::Live(live) => {
                let there = live.response.fill_buf()?;
                Ok(there.get(..room.min(there.len())).unwrap_or_default())
            }
            Source::Given(bytes) => bytes.fill_buf(),
            Source::Done => Ok(&[]),
            Source::Failed(kind, timeout) => Err(Self::again(*kind, *timeout)),
        }
    }

    fn consume(&mut self, bytes: usize) {
        match &mut self.source {
            Source::Live(live) => live.response.consume(bytes),
            Source::Given(given) => given.consume(bytes),
            Source::Done | Source::Failed(..) => return,
        }
        self.count(bytes);
        self.notice_end();
    }
}

impl Wire for Content {
    fn wire_bytes(&self) -> u64 {
        self.wire_bytes
    }

    fn left_bytes(&self) -> Option<u64> {
        self.total_bytes.map(|total| total.saturating_sub(self.wire_bytes))
    }
}

impl Drop for Content {
    /// What is in the buffer already is passed over; more is not waited for.
    fn drop(&mut self) {
        if let Source::Live(live) = std::mem::replace(&mut self.source, Source::Done) {
            live.finish();
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("wire_bytes", &self.wire_bytes)
            .field("total_bytes", &self.total_bytes)
            .finish()
    }
}
