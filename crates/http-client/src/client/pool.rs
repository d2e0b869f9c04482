//! Who holds which connection: limits, waiting in order, idle ages. It keeps books over connections of any type, under
//! any key; whether one still works is for its user to see.

use crate::bell::Bell;
use crate::client::quick_hash::QuickHash;
use std::borrow::Borrow;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many connections a client keeps and opens.
///
/// "Per origin" counts connections with the same scheme, host, port, proxy, TLS configuration, Unix socket and source
/// address.
///
/// ```
/// use http_client::client::{Client, PoolLimits};
/// use std::time::Duration;
///
/// let limits = PoolLimits::DEFAULT.open_per_origin_max(4).idle_age_max(Duration::from_secs(10));
/// let client = Client::builder().pool(limits).build()?;
/// # Ok::<(), http_client::client::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolLimits {
    /// Idle connections kept for one origin. 8.
    pub idle_per_origin_max: usize,
    /// Idle connections kept in all. 64.
    pub idle_max: usize,
    /// Connections open to one origin, idle and busy. 32. Whoever wants one more waits, in order.
    pub open_per_origin_max: usize,
    /// Connections open in all. 256. An idle one to another origin is closed rather than waited for.
    pub open_max: usize,
    /// How long a connection may be idle and still be used again. 30 s.
    pub idle_age_max: Duration,
    /// How long after it was opened a connection is still used for another request: a name may mean another address by
    /// then, and a balancer may have got more servers to choose from. 10 minutes; `None` sets no bound.
    pub age_max: Option<Duration>,
}

impl PoolLimits {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        idle_per_origin_max: 8,
        idle_max: 64,
        open_per_origin_max: 32,
        open_max: 256,
        idle_age_max: Duration::from_secs(30),
        age_max: Some(Duration::from_secs(600)),
    };

    /// These limits with another number of idle connections for one origin; 0 keeps none.
    #[must_use]
    pub const fn idle_per_origin_max(mut self, connections: usize) -> Self {
        self.idle_per_origin_max = connections;
        self
    }

    /// These limits with another number of idle connections in all.
    #[must_use]
    pub const fn idle_max(mut self, connections: usize) -> Self {
        self.idle_max = connections;
        self
    }

    /// These limits with another number of open connections to one origin, at least 1.
    #[must_use]
    pub const fn open_per_origin_max(mut self, connections: usize) -> Self {
        self.open_per_origin_max = if connections == 0 { 1 } else { connections };
        self
    }

    /// These limits with another number of open connections in all, at least 1.
    #[must_use]
    pub const fn open_max(mut self, connections: usize) -> Self {
        self.open_max = if connections == 0 { 1 } else { connections };
        self
    }

    /// These limits with another idle age.
    #[must_use]
    pub const fn idle_age_max(mut self, age: Duration) -> Self {
        self.idle_age_max = age;
        self
    }

    /// These limits with another age. A request under way goes on; its connection is closed behind it.
    #[must_use]
    #[doc(alias = "max_lifetime")]
    pub const fn age_max(mut self, age: Option<Duration>) -> Self {
        self.age_max = age;
        self
    }

    /// Whether a connection that was opened then may have another request.
    fn allow_age(&self, opened_at: Instant, now: Instant) -> bool {
        self.age_max.is_none_or(|age_max| now.saturating_duration_since(opened_at) <= age_max)
    }
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The books.
pub(crate) struct Pool<K, C> {
    limits: PoolLimits,
    books: Mutex<Books<K, C>>,
}

struct Books<K, C> {
    /// No more than there may be connections and threads that wait.
    origins: HashMap<K, Origin<K, C>, QuickHash>,
    open: usize,
    idle: usize,
    waiting: VecDeque<Arc<Waiter<K, C>>>,
    is_shut: bool,
}

struct Origin<K, C> {
    /// Once more, for whoever finds it by a view of its key.
    key: Option<K>,
    /// The one used last is at the end.
    idle: Vec<Idle<C>>,
    /// Idle and busy.
    open: usize,
    /// How many of the waiting want this one.
    waiting: usize,
}

impl<K, C> Default for Origin<K, C> {
    fn default() -> Self {
        Self { key: None, idle: Vec::new(), open: 0, waiting: 0 }
    }
}

struct Idle<C> {
    connection: C,
    opened_at: Instant,
    since: Instant,
}

impl<C> Idle<C> {
    /// Whether it may be used again.
    fn is_fresh(&self, limits: &PoolLimits, now: Instant) -> bool {
        now.saturating_duration_since(self.since) <= limits.idle_age_max
            && limits.allow_age(self.opened_at, now)
    }
}

/// One that waits, and where it finds what it gets.
struct Waiter<K, C> {
    key: K,
    given: Mutex<Option<Given<C>>>,
    bell: Arc<Bell>,
}

enum Given<C> {
    /// One that was opened then.
    Connection(C, Instant),
    Slot,
    Shut,
}

/// Why nothing was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    TimedOut,
    Shut,
    Cancelled,
}

/// The right to hold one open connection, given back by being dropped.
pub(crate) struct Slot<K: Hash + Eq + Clone, C> {
    pool: Arc<Pool<K, C>>,
    key: K,
    opened_at: Instant,
    is_armed: bool,
}

/// One that waited, and what it gets.
type Served<K, C> = (Arc<Waiter<K, C>>, Given<C>);

/// Connections to be closed, outside of the lock: closing can take its time.
type Closing<C> = Vec<C>;

impl<K: Hash + Eq + Clone, C> Pool<K, C> {
    pub(crate) fn new(limits: PoolLimits) -> Self {
        let books =
            Books { origins: HashMap::default(), open: 0, idle: 0, waiting: VecDeque::new(), is_shut: false };
        Self { limits, books: Mutex::new(books) }
    }

    fn books(&self) -> MutexGuard<'_, Books<K, C>> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A slot, with an idle connection if there is one. Where the limits forbid, it waits its turn: `patience` waits for
    /// a bell that is rung when there is something, or ends the waiting with an error. It may come back early.
    pub(crate) fn acquire<Q>(
        self: &Arc<Self>,
        view: &Q,
        make_key: impl FnOnce() -> K,
        now: Instant,
        patience: impl FnMut(&Arc<Bell>) -> Result<(), Denied>,
    ) -> Result<(Slot<K, C>, Option<C>), Denied>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut closing = Closing::new();
        let mut books = self.books();
        if books.is_shut {
            return Err(Denied::Shut);
        }
        // The usual case, with one look-up and no allocation.
        if let Some((key, Idle { connection, opened_at, .. })) = books.take_fresh(view, &self.limits, now) {
            let slot = Slot { pool: Arc::clone(self), key, opened_at, is_armed: true };
            return Ok((slot, Some(connection)));
        }
        let key = &books.origins.get_key_value(view).map_or_else(make_key, |(key, _)| key.clone());
        let given =
            if books.is_first(key) { books.assign(key, &self.limits, now, &mut closing) } else { None };
        let waiter = match given {
            Some(_) => None,
            None => Some(books.enqueue(key)),
        };
        drop(books);
        drop(closing);
        let given = match (given, waiter) {
            (Some(given), _) => given,
            (None, Some(waiter)) => self.wait(&waiter, patience)?,
            (None, None) => return Err(Denied::Shut),
        };
        let slot = Slot { pool: Arc::clone(self), key: key.clone(), opened_at: now, is_armed: true };
        match given {
            Given::Connection(connection, opened_at) => Ok((slot.since(opened_at), Some(connection))),
            Given::Slot => Ok((slot, None)),
            Given::Shut => {
                slot.disarm();
                Err(Denied::Shut)
            }
        }
    }

    fn wait(
        &self,
        waiter: &Arc<Waiter<K, C>>,
        mut patience: impl FnMut(&Arc<Bell>) -> Result<(), Denied>,
    ) -> Result<Given<C>, Denied> {
        loop {
            if let Some(given) = waiter.take() {
                return Ok(given);
            }
            if let Err(denied) = patience(&waiter.bell) {
                return self.leave(waiter, denied);
            }
        }
    }

    /// Stops waiting; what was given in the last moment is taken after all.
    fn leave(&self, waiter: &Arc<Waiter<K, C>>, denied: Denied) -> Result<Given<C>, Denied> {
        let mut books = self.books();
        let before = books.waiting.len();
        books.waiting.retain(|other| !Arc::ptr_eq(other, waiter));
        if books.waiting.len() < before {
            books.forget_waiter(&waiter.key);
            return Err(denied);
        }
        drop(books);
        // Whoever has taken it off the list gives it something, if not yet then soon.
        loop {
            if let Some(given) = waiter.take() {
                return Ok(given);
            }
            waiter.bell.wait(None);
        }
    }

    /// Closes what is idle and gives nothing any more; those who wait are sent away.
    pub(crate) fn shut(&self) {
        let mut books = self.books();
        books.is_shut = true;
        let waiting = std::mem::take(&mut books.waiting);
        for waiter in waiting {
            books.forget_waiter(&waiter.key);
            waiter.give(Given::Shut);
        }
        let closing = books.take_idle();
        drop(books);
        drop(closing);
    }

    /// Closes what is idle.
    pub(crate) fn close_idle(&self) {
        let mut books = self.books();
        let mut closing = books.take_idle();
        // Room has become free.
        let given = books.serve(&self.limits, None, &mut closing);
        drop(books);
        drop(closing);
        given.into_iter().for_each(|(waiter, given)| waiter.give(given));
    }

    /// Open and idle connections in all.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let books = self.books();
        (books.open, books.idle)
    }

    /// Takes a slot back, with its connection if that may be used again.
    fn give_back(&self, key: &K, idle: Option<Idle<C>>) {
        let mut closing = Closing::new();
        let now = idle.as_ref().map(|idle| idle.since);
        let mut books = self.books();
        match idle {
            Some(idle) if !books.is_shut && self.limits.allow_age(idle.opened_at, idle.since) => {
                books.put(key, idle, &self.limits, &mut closing);
            }
            idle => {
                closing.extend(idle.map(|idle| idle.connection));
                books.release(key);
            }
        }
        let given = books.serve(&self.limits, now, &mut closing);
        drop(books);
        drop(closing);
        for (waiter, given) in given {
            waiter.give(given);
        }
    }
}

impl<K: Hash + Eq + Clone, C> Books<K, C> {
    /// The connection used last, where it is fresh and nobody waits for one.
    fn take_fresh<Q>(&mut self, view: &Q, limits: &PoolLimits, now: Instant) -> Option<(K, Idle<C>)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let origin = self.origins.get_mut(view).filter(|origin| origin.waiting == 0)?;
        let key = origin.key.clone()?;
        let idle = origin.idle.pop_if(|idle| idle.is_fresh(limits, now))?;
        self.idle -= 1;
        Some((key, idle))
    }

    /// What can be given for this key now.
    fn assign(
        &mut self,
        key: &K,
        limits: &PoolLimits,
        now: Instant,
        closing: &mut Closing<C>,
    ) -> Option<Given<C>> {
        if let Some(origin) = self.origins.get_mut(key) {
            while let Some(idle) = origin.idle.pop() {
                self.idle -= 1;
                if idle.is_fresh(limits, now) {
                    return Some(Given::Connection(idle.connection, idle.opened_at));
                }
                closing.push(idle.connection);
                origin.open -= 1;
                self.open -= 1;
            }
        }
        self.assign_slot(key, limits, closing)
    }

    /// Takes the connection out that has been idle longest.
    fn evict_oldest(&mut self) -> Option<C> {
        let oldest = |(_, origin): &(&K, &mut Origin<K, C>)| origin.idle.first().map(|idle| idle.since);
        let (key, origin) = self
            .origins
            .iter_mut()
            .filter(|(_, origin)| !origin.idle.is_empty())
            .min_by_key(|entry| oldest(entry))?;
        let idle = origin.idle.remove(0);
        origin.open -= 1;
        self.open -= 1;
        self.idle -= 1;
        if origin.is_unused() {
            let key = key.clone();
            self.origins.remove(&key);
        }
        Some(idle.connection)
    }

    /// Keeps a connection, and closes those that are too old or too many.
    fn put(&mut self, key: &K, idle: Idle<C>, limits: &PoolLimits, closing: &mut Closing<C>) {
        let Some(origin) = self.origins.get_mut(key) else { return closing.push(idle.connection) };
        let now = idle.since;
        origin.key.get_or_insert_with(|| key.clone());
        origin.idle.push(idle);
        self.idle += 1;
        let old = origin
            .idle
            .iter()
            .take_while(|idle| now.saturating_duration_since(idle.since) > limits.idle_age_max)
            .count();
        let surplus = origin.idle.len().saturating_sub(limits.idle_per_origin_max.max(origin.waiting));
        let dropped = old.max(surplus);
        closing.extend(origin.idle.drain(..dropped).map(|idle| idle.connection));
        origin.open -= dropped;
        self.open -= dropped;
        self.idle -= dropped;
        if origin.is_unused() {
            self.origins.remove(key);
        }
        while self.idle > limits.idle_max {
            closing.extend(self.evict_oldest());
        }
    }

    /// A busy connection is no more.
    fn release(&mut self, key: &K) {
        let Some(origin) = self.origins.get_mut(key) else { return };
        origin.open -= 1;
        self.open -= 1;
        if origin.is_unused() {
            self.origins.remove(key);
        }
    }

    /// Gives to those who wait, first come first served, as far as there is something for them.
    fn serve(
        &mut self,
        limits: &PoolLimits,
        now: Option<Instant>,
        closing: &mut Closing<C>,
    ) -> Vec<Served<K, C>> {
        let mut served = Vec::new();
        let mut index = 0;
        while let Some(waiter) = self.waiting.get(index).map(Arc::clone) {
            // Without the time, ages do not count: a connection is as old as when it was put.
            let now = now.or_else(|| self.origins.get(&waiter.key)?.idle.last().map(|idle| idle.since));
            let given = match now {
                Some(now) => self.assign(&waiter.key, limits, now, closing),
                None => self.assign_slot(&waiter.key, limits, closing),
            };
            match given {
                Some(given) => {
                    self.waiting.remove(index);
                    self.forget_waiter(&waiter.key);
                    served.push((waiter, given));
                }
                None => index += 1,
            }
        }
        served
    }

    /// As [`assign`](Self::assign) where nothing is idle for this key.
    fn assign_slot(&mut self, key: &K, limits: &PoolLimits, closing: &mut Closing<C>) -> Option<Given<C>> {
        if self.origins.get(key).is_some_and(|origin| origin.open >= limits.open_per_origin_max) {
            return None;
        }
        if self.open >= limits.open_max {
            let evicted = self.evict_oldest()?;
            closing.push(evicted);
        }
        self.origins.entry(key.clone()).or_default().open += 1;
        self.open += 1;
        Some(Given::Slot)
    }

    /// Whether nobody waits for this key.
    fn is_first(&self, key: &K) -> bool {
        self.origins.get(key).is_none_or(|origin| origin.waiting == 0)
    }

    fn enqueue(&mut self, key: &K) -> Arc<Waiter<K, C>> {
        let waiter = Arc::new(Waiter { key: key.clone(), given: Mutex::new(None), bell: Arc::default() });
        self.origins.entry(key.clone()).or_default().waiting += 1;
        self.waiting.push_back(Arc::clone(&waiter));
        waiter
    }

    fn forget_waiter(&mut self, key: &K) {
        if let Some(origin) = self.origins.get_mut(key) {
            origin.waiting = origin.waiting.saturating_sub(1);
            if origin.is_unused() {
                self.origins.remove(key);
            }
        }
    }

    fn take_idle(&mut self) -> Closing<C> {
        let mut closing = Closing::new();
        for origin in self.origins.values_mut() {
            let count = origin.idle.len();
            closing.extend(origin.idle.drain(..).map(|idle| idle.connection));
            origin.open -= count;
            self.open -= count;
            self.idle -= count;
        }
        self.origins.retain(|_, origin| !origin.is_unused());
        closing
    }
}

impl<K, C> Origin<K, C> {
    const fn is_unused(&self) -> bool {
        self.open == 0 && self.waiting == 0
    }
}

impl<K, C> Waiter<K, C> {
    fn give(&self, given: Given<C>) {
        *self.given.lock().unwrap_or_else(PoisonError::into_inner) = Some(given);
        self.bell.ring();
    }

    fn take(&self) -> Option<Given<C>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<K: Hash + Eq + Clone, C> Slot<K, C> {
    /// Gives the slot back together with its connection, for the next one to use.
    pub(crate) fn keep(mut self, connection: C, now: Instant) {
        self.is_armed = false;
        let idle = Idle { connection, opened_at: self.opened_at, since: now };
        self.pool.give_back(&self.key, Some(idle));
    }

    /// The same for a connection that was opened then.
    pub(crate) const fn since(mut self, opened_at: Instant) -> Self {
        self.opened_at = opened_at;
        self
    }

    pub(crate) const fn key(&self) -> &K {
        &self.key
    }

    fn disarm(mut self) {
        self.is_armed = false;
    }
}

impl<K: Hash + Eq + Clone, C> Drop for Slot<K, C> {
    fn drop(&mut self) {
        if self.is_armed {
            self.pool.give_back(&self.key, None);
        }
    }
}

impl<K, C> fmt::Debug for Pool<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl<K: Hash + Eq + Clone, C> fmt::Debug for Slot<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
