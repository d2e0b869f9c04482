//! How fast content may leave: so many bytes a second, in small pieces. It is told the time and waits for nobody.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

/// How many pieces a second content leaves in.
const PIECES_PER_SECOND: u64 = 20;

/// How far along the content is, and how far it may be.
#[derive(Clone, Debug)]
pub(crate) struct RateBound {
    bytes_per_second: u64,
    sent_bytes: u64,
    began: Option<Instant>,
}

impl RateBound {
    pub(crate) const fn new(bytes_per_second: NonZeroU64) -> Self {
        Self { bytes_per_second: bytes_per_second.get(), sent_bytes: 0, began: None }
    }

    /// Whether it leaves no more through than another one.
    pub(crate) const fn is_within(&self, other: &Self) -> bool {
        self.bytes_per_second <= other.bytes_per_second
    }

    /// The most that leaves in one piece.
    pub(crate) fn piece_bytes(&self) -> usize {
        usize::try_from(self.bytes_per_second / PIECES_PER_SECOND).unwrap_or(usize::MAX).max(1)
    }

    /// Counts a piece, and says how long to wait before it may leave. The first leaves at once.
    pub(crate) fn wait_at(&mut self, bytes: usize, now: Instant) -> Duration {
        let began = *self.began.get_or_insert(now);
        let nanoseconds = u128::from(self.sent_bytes) * 1_000_000_000 / u128::from(self.bytes_per_second);
        self.sent_bytes = self.sent_bytes.saturating_add(bytes as u64);
        let due = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
        due.saturating_sub(now.saturating_duration_since(began))
    }
}

#[cfg(test)]
mod tests;
