//! A dictionary as Python has it: names to morsels in the order of first insertion.

use std::collections::HashMap;
use std::sync::Arc;

use crate::morsel::Morsel;

/// Up to this many slots a name is looked for by comparing, beyond it through a keyed hash table: names come from the peer.
const SCANNED_MAX: usize = 32;

/// Names to morsels in the order of first insertion; a name can be another one than its morsel's own.
#[derive(Clone, Default)]
pub(crate) struct Ordered {
    /// `None` where an entry was removed; compacted when half of the slots are.
    slots: Vec<Option<(Arc<str>, Morsel)>>,
    live: usize,
    /// Where each name is in `slots`; empty while there are few.
    index: HashMap<Arc<str>, usize>,
}

/// Names and morsels in their order.
pub(crate) type OrderedIter<'a> = std::iter::Flatten<std::slice::Iter<'a, Option<(Arc<str>, Morsel)>>>;

impl Ordered {
    pub(crate) const fn len(&self) -> usize {
        self.live
    }

    /// Makes room for so many more.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.slots.reserve(more);
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Morsel> {
        self.slots.get(self.find(name)?)?.as_ref().map(|(_, morsel)| morsel)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Morsel> {
        let at = self.find(name)?;
        self.slots.get_mut(at)?.as_mut().map(|(_, morsel)| morsel)
    }

    /// Changes the morsel of a name, or puts a new one, which must have that name, last.
    pub(crate) fn update(
        &mut self,
        name: &str,
        change: impl FnOnce(&mut Morsel),
        create: impl FnOnce() -> Morsel,
    ) -> &mut Morsel {
        let at = match self.find(name) {
            Some(at) => {
                if let Some((_, morsel)) = self.slots.get_mut(at).and_then(Option::as_mut) {
                    change(morsel);
                }
                at
            }
            None => {
                let morsel = create();
                self.push(morsel.shared_key(), morsel);
                self.slots.len() - 1
            }
        };
        let slot = self.slots.get_mut(at).and_then(Option::as_mut);
        &mut slot.expect("the place was found or filled just now").1
    }

    /// Puts a morsel under a name; a name that is there keeps its place, and its old morsel is answered.
    pub(crate) fn insert(&mut self, name: Arc<str>, morsel: Morsel) -> Option<Morsel> {
        if let Some(old) = self.get_mut(&name) {
            return Some(std::mem::replace(old, morsel));
        }
        self.push(name, morsel);
        None
    }

    /// Puts a morsel under a name that is not there yet, last.
    fn push(&mut self, name: Arc<str>, morsel: Morsel) {
        if self.index.is_empty() && self.live >= SCANNED_MAX {
            self.rebuild();
        }
        if !self.index.is_empty() {
            self.index.insert(Arc::clone(&name), self.slots.len());
        }
        self.slots.push(Some((name, morsel)));
        self.live += 1;
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<Morsel> {
        let at = self.find(name)?;
        let (name, morsel) = self.slots.get_mut(at)?.take()?;
        self.index.remove(&name);
        self.live -= 1;
        if self.live * 2 < self.slots.len() {
            self.rebuild();
        }
        Some(morsel)
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn iter(&self) -> OrderedIter<'_> {
        self.slots.iter().flatten()
    }

    /// The place that the next new name gets; places stay as they are until something is removed.
    pub(crate) const fn end(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&str, &mut Morsel)> {
        self.slots.iter_mut().flatten().map(|(name, morsel)| (&**name, morsel))
    }

    /// The place of a name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        if self.index.is_empty() {
            return self.slots.iter().position(|slot| slot.as_ref().is_some_and(|(key, _)| &**key == name));
        }
        self.index.get(name).copied()
    }

    /// Closes the gaps and makes the index anew if there are many entries.
    fn rebuild(&mut self) {
        self.slots.retain(Option::is_some);
        self.index.clear();
        if self.slots.len() >= SCANNED_MAX {
            let places = self.slots.iter().flatten().enumerate();
            self.index.extend(places.map(|(at, (name, _))| (Arc::clone(name), at)));
        }
    }
}

#[cfg(test)]
mod tests;
