//! All open connections by key: parked ones lie here, busy ones have left their socket so that they can be cut, and are
//! told when they come back what has arrived meanwhile.
//!
//! ```text
//!              take                     note            note
//!   parked ────────────> busy ──┬──────────────> busy, news ──┐
//!      ^                  ^     │ park                │ park  │ take: passed over, the news stays
//!      └──────────────────┼─────┘                     │       v
//!                         └───────────────────────────┘
//! ```
//!
//! So no arrival is lost, and no connection is ever with two threads.

use super::lock;
use super::poller::{Key, News};
use crate::connection::Connection;
use crate::socket::Socket;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// Locks that share the connections between them.
const SHARDS: usize = 16;

/// Slots by number, in shards. A key is the slot's number, its shard and how often it has been used before.
#[derive(Debug)]
pub(crate) struct Table<C = Connection> {
    shards: [Mutex<Shard<C>>; SHARDS],
    open: AtomicUsize,
    /// Where the next connection goes.
    turn: AtomicUsize,
}

/// What can be parked.
pub(crate) trait Park {
    /// When to look at it again without an event.
    fn deadline(&self) -> Option<Instant>;
}

impl Park for Connection {
    fn deadline(&self) -> Option<Instant> {
        self.deadline()
    }
}

/// What became of a connection that was to be parked.
#[derive(Debug)]
pub(crate) enum Parked<C> {
    /// It waits; the deadlines are to look at it then, unless they will anyway.
    Waits(Option<Instant>),
    /// Something has arrived meanwhile: it is the caller's still.
    Has(News, Box<C>),
    /// It has been removed: nobody knows it any more.
    Gone,
}

#[derive(Debug)]
struct Shard<C> {
    /// What every request looks at: two of them are one line of the processor's cache.
    slots: Vec<Slot<C>>,
    /// The rest of each; `None` where the slot is free.
    rests: Vec<Option<Rest>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot<C> {
    parked: Option<Box<C>>,
    /// When the deadlines will have a look at it.
    scheduled: Option<Instant>,
    generation: u32,
    /// What has arrived while it was busy.
    news: Option<News>,
    is_free: bool,
}

/// What is seldom asked of a connection.
#[derive(Debug)]
struct Rest {
    socket: Arc<Socket>,
    /// Given back when the connection goes.
    _held: Option<crate::address_counts::Held>,
}

impl<C: Park> Slot<C> {
    /// Whether it is not free, and has been used so often before.
    const fn is_of(&self, generation: u32) -> bool {
        self.generation == generation && !self.is_free
    }

    /// When the deadlines are to look at it, unless they will early enough anyway.
    fn park(&mut self, connection: Box<C>) -> Option<Instant> {
        let is_new = |deadline: &Instant| self.scheduled.is_none_or(|at| at > *deadline);
        let look_at = connection.deadline().filter(is_new);
        self.scheduled = look_at.or(self.scheduled);
        self.parked = Some(connection);
        look_at
    }
}

/// What the deadlines find.
#[derive(Debug)]
pub(crate) enum Due<C = Connection> {
    /// The connection's time has passed: it is the caller's now.
    Expired(Box<C>),
    /// Look again then.
    Later(Instant),
    /// It is busy, or gone: it will say when to look again.
    Nothing,
}

impl<C> Default for Table<C> {
    fn default() -> Self {
        let shards = std::array::from_fn(|_| {
            Mutex::new(Shard { slots: Vec::new(), rests: Vec::new(), free: Vec::new() })
        });
        Self { shards, open: AtomicUsize::new(0), turn: AtomicUsize::new(0) }
    }
}

/// Keys from here on are not connections: generations end before all their bits are set.
pub(crate) const KEYS_END: Key = Key::MAX - 0xffff;

fn split(key: Key) -> (usize, usize, u32) {
    let low = usize::try_from(key & 0xffff_ffff).unwrap_or_default();
    (low % SHARDS, low / SHARDS, u32::try_from(key >> 32).unwrap_or_default())
}

fn join(shard: usize, index: u32, generation: u32) -> Key {
    let low = Key::from(index).wrapping_mul(SHARDS as Key).wrapping_add(shard as Key);
    Key::from(generation) << 32 | low & 0xffff_ffff
}

impl<C: Park> Table<C> {
    /// How many connections there are, busy and upgraded ones included.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// Takes note of a connection that is busy; `None` if there are 2²⁸ − 1 of them in this shard already.
    pub(crate) fn insert(
        &self,
        socket: Arc<Socket>,
        held: Option<crate::address_counts::Held>,
    ) -> Option<Key> {
        let shard_number = self.turn.fetch_add(1, Ordering::Relaxed) % SHARDS;
        let mut shard = lock(self.shards.get(shard_number)?);
        let index = match shard.free.pop() {
            Some(index) => index,
            None => {
                let index = u32::try_from(shard.slots.len()).ok().filter(|index| *index < (1 << 28) - 1)?;
                shard.slots.push(Slot {
                    parked: None,
                    scheduled: None,
                    generation: 0,
                    news: None,
                    is_free: true,
                });
                shard.rests.push(None);
                index
            }
        };
        *shard.rests.get_mut(index as usize)? = Some(Rest { socket, _held: held });
        let slot = shard.slots.get_mut(index as usize)?;
        slot.is_free = false;
        self.open.fetch_add(1, Ordering::SeqCst);
        Some(join(shard_number, index, slot.generation))
    }

    /// Takes a parked connection; `None` where it is busy, or gone.
    pub(crate) fn take(&self, key: Key) -> Option<Box<C>> {
        self.with(key, |slot| slot.parked.take()).flatten()
    }

    /// Takes a connection for which something has arrived. One that is busy is told when it comes back.
    pub(crate) fn take_for(&self, key: Key, news: News) -> Option<Box<C>> {
        self.with(key, |slot| {
            let parked = slot.parked.take();
            if parked.is_none() {
                slot.news = slot.news.max(Some(news));
            }
            parked
        })
        .flatten()
    }

    /// Parks a connection, unless something has arrived for it since it was taken.
    pub(crate) fn park(&self, key: Key, connection: Box<C>) -> Parked<C> {
        self.with(key, |slot| match slot.news.take() {
            Some(news) => Parked::Has(news, connection),
            None => Parked::Waits(slot.park(connection)),
        })
        .unwrap_or(Parked::Gone)
    }

    /// Parks a connection whatever has arrived for it, and says what has, and when the deadlines are to look at it; `None`
    /// where it has been removed.
    pub(crate) fn set_down(&self, key: Key, connection: Box<C>) -> Option<(Option<News>, Option<Instant>)> {
        self.with(key, |slot| {
            let news = slot.news.take();
            (news, slot.park(connection))
        })
    }

    /// What the deadlines should do with a key that they found due.
    pub(crate) fn due(&self, key: Key, now: Instant) -> Due<C> {
        self.with(key, |slot| {
            slot.scheduled = None;
            let Some(connection) = slot.parked.take() else { return Due::Nothing };
            match connection.deadline() {
                Some(deadline) if deadline <= now => Due::Expired(connection),
                Some(deadline) => {
                    slot.scheduled = Some(deadline);
                    slot.parked = Some(connection);
                    Due::Later(deadline)
                }
                None => {
                    slot.parked = Some(connection);
                    Due::Nothing
                }
            }
        })
        .unwrap_or(Due::Nothing)
    }

    /// Forgets a connection.
    pub(crate) fn remove(&self, key: Key) {
        let (shard_number, index, generation) = split(key);
        let Some(shard) = self.shards.get(shard_number) else { return };
        let mut shard = lock(shard);
        let Some(slot) = shard.slots.get_mut(index).filter(|slot| slot.is_of(generation)) else {
            return;
        };
        // Never the last one, which belongs to listeners.
        let generation = (slot.generation + 1) % (u32::MAX - 1);
        let fresh = Slot { parked: None, scheduled: None, generation, news: None, is_free: true };
        let before = std::mem::replace(slot, fresh);
        let rest = shard.rests.get_mut(index).and_then(Option::take);
        if let Ok(index) = u32::try_from(index) {
            shard.free.push(index);
        }
        drop(shard);
        drop((before, rest));
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    /// Takes up to `count` of the parked connections that `is_candidate`, those with the nearest deadlines first:
    /// they have waited longest.
    pub(crate) fn take_oldest(&self, count: usize, is_candidate: impl Fn(&C) -> bool) -> Vec<(Key, Box<C>)> {
        let mut found: Vec<(Option<Instant>, Key)> = Vec::new();
        for (shard_number, shard) in self.shards.iter().enumerate() {
            for (index, slot) in (0u32..).zip(&lock(shard).slots) {
                if let Some(connection) = slot.parked.as_deref().filter(|connection| is_candidate(connection))
                {
                    found.push((connection.deadline(), join(shard_number, index, slot.generation)));
                }
            }
        }
        found.sort_unstable_by_key(|(deadline, _)| (deadline.is_none(), *deadline));
        found.truncate(count);
        found.into_iter().filter_map(|(_, key)| Some((key, self.take(key)?))).collect()
    }

    /// Whether a connection is parked and what has arrived for it; `None` where there is none.
    #[cfg(test)]
    pub(crate) fn picture(&self, key: Key) -> Option<(bool, bool)> {
        self.with(key, |slot| (slot.parked.is_some(), slot.news.is_some()))
    }

    /// Calls `visit` with the sockets of all connections that are busy.
    pub(crate) fn each_busy(&self, mut visit: impl FnMut(&Socket)) {
        for shard in &self.shards {
            let shard = lock(shard);
            let busy = shard.slots.iter().zip(&shard.rests).filter(|(slot, _)| slot.parked.is_none());
            busy.filter_map(|(_, rest)| rest.as_ref()).for_each(|rest| visit(&rest.socket));
        }
    }

    fn with<T>(&self, key: Key, f: impl FnOnce(&mut Slot<C>) -> T) -> Option<T> {
        let (shard, index, generation) = split(key);
        let mut shard = lock(self.shards.get(shard)?);
        // What `f` owns must not be dropped under the lock: so it is called or left, and not moved.
        let slot = shard.slots.get_mut(index).filter(|slot| slot.is_of(generation))?;
        Some(f(slot))
    }
}

#[cfg(test)]
mod tests;
