//! Which cookie has to go when there are too many (RFC 6265bis section 5.7, the order of eviction).

use std::cmp::Reverse;

use super::{Store, Ticket};
use crate::cookie::Cookie;

/// The cookies that were used longest ago, as of some moment; the next one to go is last.
///
/// Whatever was not on the list then has been used later than all that were, and use only ever moves a
/// cookie further away. So working the list off, leaving out what has been used since, is exact.
#[derive(Clone, Debug, Default)]
pub(crate) struct EvictionQueue {
    oldest_last: Vec<(u64, Ticket)>,
}

impl Store {
    /// Takes out the cookie of the whole jar that was used longest ago.
    pub(crate) fn evict_oldest(&mut self, queue: &mut EvictionQueue) -> Option<Cookie> {
        loop {
            match queue.oldest_last.pop() {
                Some((used, ticket)) => {
                    if self.entry_of(ticket).is_some_and(|entry| entry.used == used) {
                        return self.remove(ticket.slot);
                    }
                }
                None if self.len() == 0 => return None,
                None => queue.oldest_last = self.oldest(),
            }
        }
    }

    /// An eighth of the jar, least recently used last.
    fn oldest(&self) -> Vec<(u64, Ticket)> {
        let mut all: Vec<(u64, Ticket)> =
            self.ids().filter_map(|id| Some((self.entry(id)?.used, self.ticket(id)?))).collect();
        let keep = all.len() / 8 + 1;
        if keep < all.len() {
            all.select_nth_unstable(keep);
            all.truncate(keep);
        }
        all.sort_unstable_by_key(|(used, _)| Reverse(*used));
        all
    }

    /// Takes out one cookie of a host: one without `Secure` if there is any, the least recently used of them.
    pub(crate) fn evict_at_host(&mut self, host: &str) -> Option<Cookie> {
        let victim = self
            .at_host(host)
            .iter()
            .filter_map(|&id| self.entry(id).map(|entry| (entry.cookie.secure(), entry.used, id)))
            .min()?;
        self.remove(victim.2)
    }
}
