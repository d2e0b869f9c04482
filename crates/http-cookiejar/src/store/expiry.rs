//! What expires when: a heap that is looked at only when something is due.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Ticket;

/// Ends of cookies, earliest first. Notes on cookies that are gone stay until they are due or outnumber the others.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExpiryQueue {
    heap: BinaryHeap<Reverse<(i64, Ticket)>>,
    stale: usize,
}

/// Below this many notes a queue is never rebuilt.
const REBUILD_MIN: usize = 64;

impl ExpiryQueue {
    pub(crate) fn push(&mut self, at: i64, ticket: Ticket) {
        self.heap.push(Reverse((at, ticket)));
    }

    /// Says that one of the notes has lost its cookie.
    pub(crate) fn forget_one(&mut self) {
        self.stale += 1;
    }

    /// Says that a popped note had lost its cookie.
    pub(crate) fn stale_was_popped(&mut self) {
        self.stale = self.stale.saturating_sub(1);
    }

    pub(crate) fn is_mostly_stale(&self) -> bool {
        self.heap.len() > REBUILD_MIN && self.stale * 2 > self.heap.len()
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.heap.capacity() * size_of::<Reverse<(i64, Ticket)>>()
    }

    pub(crate) fn retain(&mut self, alive: impl Fn(Ticket) -> bool) {
        self.heap.retain(|Reverse((_, ticket))| alive(*ticket));
        self.stale = 0;
    }

    /// The next note whose time has come.
    pub(crate) fn pop_due(&mut self, now: i64) -> Option<Ticket> {
        let Reverse((at, _)) = self.heap.peek()?;
        if *at > now {
            return None;
        }
        self.heap.pop().map(|Reverse((_, ticket))| ticket)
    }
}
