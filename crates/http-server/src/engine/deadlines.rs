//! When to look at which connection again. One entry for each: a deadline that moves away is noticed when the old one
//! is due, so that a request costs nothing here.

use super::poller::Key;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// Keys by the time when they are due.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    heap: BinaryHeap<Reverse<(Instant, Key)>>,
}

impl Deadlines {
    /// Adds an entry; whether it is the first one that is due now.
    pub(crate) fn add(&mut self, at: Instant, key: Key) -> bool {
        let first = self.next().is_none_or(|next| at < next);
        self.heap.push(Reverse((at, key)));
        first
    }

    /// When the first entry is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes out an entry that is due at `now`.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<Key> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((_, key))| key)
    }
}

#[cfg(test)]
mod tests;
