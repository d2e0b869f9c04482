//! What is left of connections that have ended well: all but the socket. The next connection to the same place takes it
//! over, with its memory, instead of building everything anew.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many are kept, of whichever places. Each is some KiB, and holds nothing open.
const SHELLS_MAX: usize = 16;

/// Shells by the keys of the pool.
pub(crate) struct Shells<K, C> {
    /// The one that was put in last is at the end.
    list: Mutex<Vec<(K, C)>>,
}

impl<K, C> Shells<K, C> {
    pub(crate) const fn new() -> Self {
        Self { list: Mutex::new(Vec::new()) }
    }

    fn list(&self) -> MutexGuard<'_, Vec<(K, C)>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes out the shell of a place, with the key of that.
    pub(crate) fn take(&self, is_it: impl Fn(&K) -> bool) -> Option<(K, C)> {
        let mut list = self.list();
        let index = list.iter().rposition(|(key, _)| is_it(key))?;
        Some(list.remove(index))
    }

    /// Keeps a shell; the one that has waited longest makes room.
    pub(crate) fn put(&self, key: K, shell: C) {
        let mut list = self.list();
        let oldest = (list.len() >= SHELLS_MAX).then(|| list.remove(0));
        list.push((key, shell));
        drop(list);
        drop(oldest);
    }

    /// Lets go of all.
    pub(crate) fn clear(&self) {
        let list = std::mem::take(&mut *self.list());
        drop(list);
    }
}

impl<K, C> fmt::Debug for Shells<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shells").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
