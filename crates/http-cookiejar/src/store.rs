//! The cookies by place: slots, hosts, keys, expiry. No rule of any policy is known here.

use crate::cookie::{Cookie, Key};
use crate::store::expiry::ExpiryQueue;
use crate::store::hosts::{HostId, HostPlace, HostTree};

pub(crate) mod eviction;
pub(crate) mod expiry;
pub(crate) mod hosts;

/// Where a cookie lies.
pub(crate) type SlotId = u32;

/// A place that knows how often it was used, so that an old note about it can be told from a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket {
    pub(crate) slot: SlotId,
    pub(crate) generation: u32,
}

/// A place for a key, as long as nothing is taken out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Located {
    host: Option<HostId>,
    pub(crate) slot: Option<SlotId>,
}

#[derive(Clone)]
struct Slot {
    entry: Option<Entry>,
    generation: u32,
}

/// A cookie and the jar's own notes on it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) cookie: Cookie,
    /// Place in the order of creation; an update keeps it.
    pub(crate) sequence: u64,
    /// Place of the first cookie of this domain and path, for as long as there has been one without a gap.
    pub(crate) path_sequence: u64,
    /// Place in the order of use.
    pub(crate) used: u64,
    host: HostId,
}

/// All cookies of a jar.
#[derive(Clone, Default)]
pub(crate) struct Store {
    slots: Vec<Slot>,
    free: Vec<SlotId>,
    pub(crate) hosts: HostTree,
    pub(crate) expiry: ExpiryQueue,
    len: usize,
    sequence: u64,
    used: u64,
}

impl Store {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn entry(&self, id: SlotId) -> Option<&Entry> {
        self.slots.get(id as usize).and_then(|slot| slot.entry.as_ref())
    }

    pub(crate) fn cookie(&self, id: SlotId) -> Option<&Cookie> {
        self.entry(id).map(|entry| &entry.cookie)
    }

    /// The entry of a ticket, unless the slot has been used anew since.
    pub(crate) fn entry_of(&self, ticket: Ticket) -> Option<&Entry> {
        let slot = self.slots.get(ticket.slot as usize)?;
        slot.entry.as_ref().filter(|_| slot.generation == ticket.generation)
    }

    pub(crate) fn ticket(&self, id: SlotId) -> Option<Ticket> {
        self.slots.get(id as usize).map(|slot| Ticket { slot: id, generation: slot.generation })
    }

    /// Every occupied slot, in no order that means anything.
    pub(crate) fn ids(&self) -> impl Iterator<Item = SlotId> {
        (0..).zip(&self.slots).filter(|(_, slot)| slot.entry.is_some()).map(|(id, _)| id)
    }

    /// The cookies kept under exactly this host, longest path first and then oldest first.
    pub(crate) fn at_host(&self, host: &str) -> &[SlotId] {
        self.hosts.find(host).map_or(&[], |id| self.hosts.cookies(id))
    }

    /// The cookie with this key.
    pub(crate) fn find(&self, key: Key<'_>) -> Option<SlotId> {
        self.locate(key).slot
    }

    /// Where a cookie with this key lies or would lie.
    pub(crate) fn locate(&self, key: Key<'_>) -> Located {
        let host = str::from_utf8(key.domain).ok().and_then(|domain| self.hosts.find(domain));
        let slot =
            host.and_then(|host| self.hosts.find_key(host, key, |id| self.cookie(id).map(Cookie::key)));
        Located { host, slot }
    }

    /// How many cookies are kept where this one lies or would lie.
    pub(crate) fn crowd(&self, located: Located) -> usize {
        located.host.map_or(0, |host| self.hosts.cookies(host).len())
    }

    /// Puts a cookie in; one with the same key is handed back and its place in the order taken over.
    pub(crate) fn insert(&mut self, located: Located, cookie: Cookie) -> Option<Cookie> {
        if let Some(id) = located.slot {
            return self.replace(id, cookie);
        }
        self.sequence += 1;
        let id = self.vacant_slot();
        let path_len = cookie.path_bytes().len();
        let Self { slots, hosts, .. } = self;
        let entry = |id: SlotId| slots.get(id as usize).and_then(|slot| slot.entry.as_ref());
        let host = located.host.unwrap_or_else(|| hosts.ensure(cookie.domain()));
        let path_len_of = |other: SlotId| entry(other).map_or(0, |entry| entry.cookie.path_bytes().len());
        let there = hosts.cookies(host);
        let longer = there.partition_point(|other| path_len_of(*other) > path_len);
        let path_sequence = there
            .iter()
            .skip(longer)
            .take_while(|other| path_len_of(**other) == path_len)
            .filter_map(|other| entry(*other))
            .find(|entry| same_group(&entry.cookie, &cookie))
            .map_or(self.sequence, |entry| entry.path_sequence);
        let place = HostPlace { slot: id, host_only: cookie.host_only(), secure: cookie.secure() };
        hosts.add(host, place, self.sequence, |other| path_len_of(other) >= path_len);
        hosts.index_key(host, id, cookie.key(), |id| entry(id).map(|entry| entry.cookie.key()));
        self.used += 1;
        let expires = cookie.expires();
        if let Some(slot) = self.slots.get_mut(id as usize) {
            slot.entry =
                Some(Entry { cookie, sequence: self.sequence, path_sequence, used: self.used, host });
        }
        self.len += 1;
        self.note_expiry(id, expires);
        None
    }

    fn replace(&mut self, id: SlotId, cookie: Cookie) -> Option<Cookie> {
        self.used += 1;
        let expires = cookie.expires();
        let slot = self.slots.get_mut(id as usize)?;
        let entry = slot.entry.as_mut()?;
        slot.generation = slot.generation.wrapping_add(1);
        entry.used = self.used;
        let was_secure = entry.cookie.secure();
        let is_secure = cookie.secure();
        let host = entry.host;
        let old = std::mem::replace(&mut entry.cookie, cookie);
        if was_secure != is_secure {
            self.hosts.count_secure(host, is_secure);
        }
        if old.expires().is_some() {
            self.expiry.forget_one();
        }
        self.note_expiry(id, expires);
        Some(old)
    }

    fn note_expiry(&mut self, id: SlotId, expires: Option<i64>) {
        if let (Some(at), Some(ticket)) = (expires, self.ticket(id)) {
            self.expiry.push(at, ticket);
            if self.expiry.is_mostly_stale() {
                let mut queue = std::mem::take(&mut self.expiry);
                queue.retain(|ticket| self.entry_of(ticket).is_some());
                self.expiry = queue;
            }
        }
    }

    fn vacant_slot(&mut self) -> SlotId {
        if let Some(id) = self.free.pop() {
            return id;
        }
        let id = SlotId::try_from(self.slots.len()).unwrap_or(SlotId::MAX);
        self.slots.push(Slot { entry: None, generation: 0 });
        id
    }

    /// Takes a cookie out.
    pub(crate) fn remove(&mut self, id: SlotId) -> Option<Cookie> {
        let (host, cookie) = self.detach(id)?;
        if cookie.expires().is_some() {
            self.expiry.forget_one();
        }
        self.sweep_host(host);
        Some(cookie)
    }

    /// Empties a slot; its number still stands with its host until [`Self::sweep_host`].
    fn detach(&mut self, id: SlotId) -> Option<(HostId, Cookie)> {
        let entry = self.slots.get_mut(id as usize).and_then(|slot| {
            slot.generation = slot.generation.wrapping_add(1);
            slot.entry.take()
        })?;
        self.hosts.forget_key(entry.host, id, entry.cookie.key());
        if entry.cookie.secure() {
            self.hosts.count_secure(entry.host, false);
        }
        self.hosts.leave(entry.host, entry.cookie.host_only());
        self.free.push(id);
        self.len -= 1;
        Some((entry.host, entry.cookie))
    }

    fn sweep_host(&mut self, host: HostId) {
        let Self { slots, hosts, .. } = self;
        hosts.retain(host, |id| slots.get(id as usize).is_some_and(|slot| slot.entry.is_some()));
    }

    /// Takes out everything.
    pub(crate) fn clear(&mut self) {
        *self = Self { sequence: self.sequence, used: self.used, ..Self::default() };
    }

    /// Notes that a cookie was sent.
    pub(crate) fn touch(&mut self, id: SlotId, now: i64) {
        self.used += 1;
        let used = self.used;
        if let Some(entry) = self.slots.get_mut(id as usize).and_then(|slot| slot.entry.as_mut()) {
            entry.used = used;
            entry.cookie.set_last_access(now);
        }
    }

    /// Takes out what has expired, at a cost that depends on how much that is and not on the size of the jar.
    pub(crate) fn remove_expired(&mut self, now: i64) -> usize {
        let mut removed = 0;
        let mut touched = Vec::new();
        while let Some(ticket) = self.expiry.pop_due(now) {
            let alive = self.entry_of(ticket).is_some();
            match self.detach_if(alive, ticket.slot) {
                Some(host) => {
                    removed += 1;
                    touched.push(host);
                }
                None => self.expiry.stale_was_popped(),
            }
        }
        self.sweep_hosts(touched);
        removed
    }

    /// Takes out several cookies at once.
    pub(crate) fn remove_all(&mut self, ids: &[SlotId]) {
        let mut touched = Vec::with_capacity(ids.len());
        for &id in ids {
            if let Some((host, cookie)) = self.detach(id) {
                if cookie.expires().is_some() {
                    self.expiry.forget_one();
                }
                touched.push(host);
            }
        }
        self.sweep_hosts(touched);
    }

    fn sweep_hosts(&mut self, mut touched: Vec<HostId>) {
        touched.sort_unstable();
        touched.dedup();
        for host in touched {
            self.sweep_host(host);
        }
    }

    /// The bytes that cookies and index occupy.
    pub(crate) fn memory_bytes(&self) -> usize {
        let cookies: usize =
            self.ids().filter_map(|id| self.cookie(id)).map(|c| c.memory_bytes() - size_of::<Cookie>()).sum();
        let slots = self.slots.capacity() * size_of::<Slot>() + self.free.capacity() * size_of::<SlotId>();
        cookies + slots + self.hosts.memory_bytes() + self.expiry.memory_bytes()
    }

    fn detach_if(&mut self, alive: bool, id: SlotId) -> Option<HostId> {
        if alive { self.detach(id).map(|(host, _)| host) } else { None }
    }

    /// Every cookie, grouped by domain, then by path, each in the order of first appearance: Python's order.
    pub(crate) fn ids_in_order(&self) -> Vec<SlotId> {
        let place = |id| {
            let entry = self.entry(id)?;
            Some((self.group(entry), entry.sequence, id))
        };
        let mut places: Vec<_> = self.ids().filter_map(place).collect();
        places.sort_unstable();
        places.into_iter().map(|(_, _, id)| id).collect()
    }

    /// The places of an entry's domain and path in the order of first appearance.
    pub(crate) fn group(&self, entry: &Entry) -> (u64, u64) {
        (self.hosts.sequence(entry.host, entry.cookie.host_only()), entry.path_sequence)
    }
}

fn same_group(a: &Cookie, b: &Cookie) -> bool {
    a.host_only() == b.host_only() && a.path_bytes() == b.path_bytes()
}

#[cfg(test)]
mod tests;
