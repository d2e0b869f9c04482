//! Hosts and the cookies of each: a look-up by host, and a tree to find the hosts below a domain.
//!
//! Cookies of a host stand sorted, longest path first and then oldest first, which is the order of sending.
//! The tree has no levels beyond [`DEPTH_MAX`] labels, so that hostile names cost no more than others.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use super::SlotId;
use crate::cookie::Key;
use crate::hashed::ByHash;
use crate::host::{is_address, suffixes};

/// Where a host lies.
pub(crate) type HostId = u32;

/// How many labels deep the tree is kept; deeper hosts hang on their ancestor of this depth.
const DEPTH_MAX: usize = 5;

/// Above this many cookies a host gets an index of their keys.
const SCAN_MAX: usize = 16;

/// Cookies of a host that are alike in whether subdomains see them: Python's notion of one domain.
#[derive(Clone, Copy, Default)]
struct Group {
    cookies: u32,
    /// Place of the first of them, for as long as there has been one without a gap.
    sequence: u64,
}

/// A slot and what its host needs to know of the cookie in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostPlace {
    pub(crate) slot: SlotId,
    pub(crate) host_only: bool,
    pub(crate) secure: bool,
}

#[derive(Clone, Default)]
struct Host {
    name: Box<str>,
    parent: Option<HostId>,
    /// This host's place among its parent's children.
    place: u32,
    children: Vec<HostId>,
    cookies: Vec<SlotId>,
    by_key: Option<Box<KeyIndex>>,
    /// Secure cookies here and below.
    secure: u32,
    /// The cookies that subdomains see, and those they do not.
    groups: [Group; 2],
}

impl Host {
    fn group_mut(&mut self, host_only: bool) -> &mut Group {
        let [shared, own] = &mut self.groups;
        if host_only { own } else { shared }
    }
}

/// From the hash of a key to the slots with such keys. Boxed as most hosts have none.
#[derive(Clone, Default)]
struct KeyIndex {
    slots: ByHash<Few>,
}

impl KeyIndex {
    fn insert(&mut self, hash: u64, slot: SlotId) {
        self.slots.entry(hash).and_modify(|few| few.push(slot)).or_insert(Few::One(slot));
    }

    fn remove(&mut self, hash: u64, slot: SlotId) {
        if self.slots.get_mut(&hash).is_some_and(|few| few.take(slot)) {
            self.slots.remove(&hash);
        }
    }
}

/// One slot as a rule, several if hashes collide.
#[derive(Clone)]
enum Few {
    One(SlotId),
    Many(Vec<SlotId>),
}

impl Few {
    fn as_slice(&self) -> &[SlotId] {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Many(ids) => ids,
        }
    }

    fn push(&mut self, id: SlotId) {
        match self {
            Self::One(first) => *self = Self::Many(vec![*first, id]),
            Self::Many(ids) => ids.push(id),
        }
    }

    /// Takes one out; true if nothing is left.
    fn take(&mut self, id: SlotId) -> bool {
        match self {
            Self::One(only) => *only == id,
            Self::Many(ids) => {
                ids.retain(|other| *other != id);
                ids.is_empty()
            }
        }
    }
}

/// All hosts.
#[derive(Clone, Default)]
pub(crate) struct HostTree {
    hosts: Vec<Host>,
    free: Vec<HostId>,
    by_name: HashMap<Box<str>, HostId>,
    hasher: RandomState,
}

impl HostTree {
    pub(crate) fn find(&self, name: &str) -> Option<HostId> {
        self.by_name.get(name).copied()
    }

    fn host(&self, id: HostId) -> Option<&Host> {
        self.hosts.get(id as usize)
    }

    fn host_mut(&mut self, id: HostId) -> Option<&mut Host> {
        self.hosts.get_mut(id as usize)
    }

    pub(crate) fn cookies(&self, id: HostId) -> &[SlotId] {
        self.host(id).map_or(&[], |host| &host.cookies)
    }

    /// The host of this name; made, with its ancestors, if it is not there.
    pub(crate) fn ensure(&mut self, name: &str) -> HostId {
        if let Some(id) = self.find(name) {
            return id;
        }
        let parent = if is_address(name) { None } else { self.ensure_ancestors(name) };
        self.create(name, parent)
    }

    /// Makes the ancestors of a host, from the top down, and gives the nearest.
    fn ensure_ancestors(&mut self, name: &str) -> Option<HostId> {
        let labels = name.bytes().filter(|b| *b == b'.').count() + 1;
        let mut missing = Vec::new();
        let mut parent = None;
        for ancestor in suffixes(name).skip(labels.saturating_sub(DEPTH_MAX).max(1)) {
            parent = self.find(ancestor);
            if parent.is_some() {
                break;
            }
            missing.push(ancestor);
        }
        for ancestor in missing.into_iter().rev() {
            parent = Some(self.create(ancestor, parent));
        }
        parent
    }

    fn create(&mut self, name: &str, parent: Option<HostId>) -> HostId {
        let host = Host { name: name.into(), parent, ..Host::default() };
        let id = match self.free.pop() {
            Some(id) => {
                if let Some(slot) = self.host_mut(id) {
                    *slot = host;
                }
                id
            }
            None => {
                self.hosts.push(host);
                HostId::try_from(self.hosts.len() - 1).unwrap_or(HostId::MAX)
            }
        };
        self.by_name.insert(name.into(), id);
        let place = parent.and_then(|parent| self.host_mut(parent)).map(|parent| {
            parent.children.push(id);
            u32::try_from(parent.children.len() - 1).unwrap_or(u32::MAX)
        });
        if let (Some(place), Some(host)) = (place, self.host_mut(id)) {
            host.place = place;
        }
        id
    }

    /// Finds a key among a host's cookies.
    pub(crate) fn find_key<'a>(
        &'a self,
        id: HostId,
        key: Key<'_>,
        key_of: impl Fn(SlotId) -> Option<Key<'a>>,
    ) -> Option<SlotId> {
        let host = self.host(id)?;
        let candidates = match &host.by_key {
            None => host.cookies.as_slice(),
            Some(index) => index.slots.get(&self.hasher.hash_one(key))?.as_slice(),
        };
        candidates.iter().copied().find(|id| key_of(*id) == Some(key))
    }

    /// Puts a slot in its place; `before` says of another slot whether it stays in front.
    pub(crate) fn add(
        &mut self,
        id: HostId,
        place: HostPlace,
        sequence: u64,
        before: impl Fn(SlotId) -> bool,
    ) {
        if let Some(host) = self.host_mut(id) {
            let at = host.cookies.partition_point(|other| before(*other));
            host.cookies.insert(at, place.slot);
            let group = host.group_mut(place.host_only);
            if group.cookies == 0 {
                group.sequence = sequence;
            }
            group.cookies = group.cookies.saturating_add(1);
        }
        if place.secure {
            self.count_secure(id, true);
        }
    }

    /// Notes that a cookie has gone.
    pub(crate) fn leave(&mut self, id: HostId, host_only: bool) {
        if let Some(host) = self.host_mut(id) {
            let group = host.group_mut(host_only);
            group.cookies = group.cookies.saturating_sub(1);
        }
    }

    /// The place of a host's cookies in the order of first appearance.
    pub(crate) fn sequence(&self, id: HostId, host_only: bool) -> u64 {
        let Some(host) = self.host(id) else { return 0 };
        let [shared, own] = host.groups;
        if host_only { own.sequence } else { shared.sequence }
    }

    /// Brings the index of keys up to date after a slot was added, and makes it once it pays.
    pub(crate) fn index_key<'a>(
        &mut self,
        id: HostId,
        slot: SlotId,
        key: Key<'_>,
        key_of: impl Fn(SlotId) -> Option<Key<'a>>,
    ) {
        let Self { hosts, hasher, .. } = self;
        let Some(host) = hosts.get_mut(id as usize) else { return };
        if let Some(index) = &mut host.by_key {
            index.insert(hasher.hash_one(key), slot);
        } else if host.cookies.len() > SCAN_MAX {
            let mut index = KeyIndex::default();
            for &other in &host.cookies {
                let hash = if other == slot {
                    Some(hasher.hash_one(key))
                } else {
                    key_of(other).map(|k| hasher.hash_one(k))
                };
                if let Some(hash) = hash {
                    index.insert(hash, other);
                }
            }
            host.by_key = Some(Box::new(index));
        }
    }

    /// Takes a slot out of the index of keys.
    pub(crate) fn forget_key(&mut self, id: HostId, slot: SlotId, key: Key<'_>) {
        let Self { hosts, hasher, .. } = self;
        let Some(index) = hosts.get_mut(id as usize).and_then(|host| host.by_key.as_mut()) else { return };
        index.remove(hasher.hash_one(key), slot);
    }

    /// Keeps only the slots that are alive, and drops the host if none is.
    pub(crate) fn retain(&mut self, id: HostId, alive: impl Fn(SlotId) -> bool) {
        if let Some(host) = self.host_mut(id) {
            host.cookies.retain(|slot| alive(*slot));
        }
        self.prune(id);
    }

    /// Adds one to the count of secure cookies here and above, or takes one away.
    pub(crate) fn count_secure(&mut self, id: HostId, more: bool) {
        let mut next = Some(id);
        while let Some(host) = next.and_then(|id| self.host_mut(id)) {
            host.secure = if more { host.secure.saturating_add(1) } else { host.secure.saturating_sub(1) };
            next = host.parent;
        }
    }

    /// Drops a host without cookies and children, and then its parent likewise.
    fn prune(&mut self, id: HostId) {
        let mut next = Some(id);
        while let Some(id) = next {
            let Some(host) = self.host(id).filter(|host| host.cookies.is_empty() && host.children.is_empty())
            else {
                return;
            };
            let (parent, place) = (host.parent, host.place as usize);
            let name = self.host_mut(id).map(std::mem::take).unwrap_or_default().name;
            self.by_name.remove(&name);
            self.free.push(id);
            let moved = parent.and_then(|parent| self.host_mut(parent)).and_then(|parent| {
                if place < parent.children.len() {
                    parent.children.swap_remove(place);
                }
                parent.children.get(place).copied()
            });
            if let Some(moved) = moved.and_then(|moved| self.host_mut(moved)) {
                moved.place = u32::try_from(place).unwrap_or(u32::MAX);
            }
            next = parent;
        }
    }

    /// The bytes that hosts and indexes occupy, names counted once a copy.
    pub(crate) fn memory_bytes(&self) -> usize {
        let of_host = |host: &Host| {
            let index = host
                .by_key
                .as_ref()
                .map_or(0, |index| index.slots.capacity() * (size_of::<(u64, Few)>() + 1));
            host.name.len() * 2 + host.children.capacity() * 4 + host.cookies.capacity() * 4 + index
        };
        self.hosts.capacity() * size_of::<Host>()
            + self.by_name.capacity() * (size_of::<(Box<str>, HostId)>() + 1)
            + self.hosts.iter().map(of_host).sum::<usize>()
    }

    /// Calls `each` with the slots of every host at, above or below `domain` that may have secure cookies,
    /// until it answers true. Domain matching in either direction, as "leave secure cookies alone" wants it.
    pub(crate) fn any_related_secure(&self, domain: &str, mut each: impl FnMut(&[SlotId]) -> bool) -> bool {
        let own_and_above =
            suffixes(domain).filter_map(|name| self.find(name)).filter_map(|id| self.host(id));
        for host in own_and_above {
            if host.secure > 0 && each(&host.cookies) {
                return true;
            }
        }
        if is_address(domain) {
            return false;
        }
        let labels = domain.bytes().filter(|b| *b == b'.').count() + 1;
        let top = suffixes(domain).nth(labels.saturating_sub(DEPTH_MAX)).and_then(|name| self.find(name));
        let mut open: Vec<HostId> = top.into_iter().collect();
        while let Some(id) = open.pop() {
            let Some(host) = self.host(id).filter(|host| host.secure > 0) else { continue };
            let below = crate::host::is_strictly_below(&host.name, domain);
            if below && each(&host.cookies) {
                return true;
            }
            open.extend_from_slice(&host.children);
        }
        false
    }
}

#[cfg(test)]
mod tests;
