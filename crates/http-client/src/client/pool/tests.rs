//! The books under every order of taking, giving back, waiting and ageing. The clock is a number.

use super::*;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;

type TestPool = Pool<&'static str, usize>;

#[expect(clippy::disallowed_methods, reason = "an arbitrary beginning")]
fn start() -> Instant {
    Instant::now()
}

fn pool(limits: PoolLimits) -> Arc<TestPool> {
    Arc::new(Pool::new(limits))
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

const NO_PATIENCE: fn(&Arc<Bell>) -> Result<(), Denied> = |_| Err(Denied::TimedOut);

/// Waits for as long as no test should take.
const PATIENCE: fn(&Arc<Bell>) -> Result<(), Denied> =
    |bell| if bell.wait(Some(seconds(60))) { Ok(()) } else { Err(Denied::TimedOut) };

#[track_caller]
fn take(pool: &Arc<TestPool>, key: &'static str, now: Instant) -> (Slot<&'static str, usize>, Option<usize>) {
    pool.acquire(key, || key, now, NO_PATIENCE).unwrap()
}

#[test]
fn the_connection_that_was_used_last_is_given_first() {
    let (pool, now) = (pool(PoolLimits::DEFAULT), start());
    let slots: Vec<_> = (0..3).map(|_| take(&pool, "a", now)).collect();
    assert!(slots.iter().all(|(_, connection)| connection.is_none()));
    for (number, (slot, _)) in slots.into_iter().enumerate() {
        slot.keep(number, now);
    }
    assert_eq!(pool.counts(), (3, 3));
    let (slot, connection) = take(&pool, "a", now);
    assert_eq!((connection, pool.counts()), (Some(2), (3, 2)));
    assert_eq!(take(&pool, "b", now).1, None);
    drop(slot);
    assert_eq!(pool.counts(), (2, 2));
}

#[test]
fn idle_connections_age() {
    let (pool, now) = (pool(PoolLimits::DEFAULT.idle_age_max(seconds(10))), start());
    let (first, second) = (take(&pool, "a", now).0, take(&pool, "a", now).0);
    first.keep(1, now);
    second.keep(2, now + seconds(5));
    let (slot, connection) = take(&pool, "a", now + seconds(15));
    assert_eq!(connection, Some(2), "exactly ten seconds are not too many");
    slot.keep(2, now + seconds(15));
    assert_eq!(pool.counts(), (1, 1), "the old one was closed when the young one came back");
    assert_eq!(take(&pool, "a", now + seconds(26)).1, None);
    assert_eq!(pool.counts(), (0, 0));
}

#[test]
fn a_connection_is_used_for_no_longer_than_its_lifetime_however_busy_it_is() {
    let (pool, now) = (pool(PoolLimits::DEFAULT.age_max(Some(seconds(10)))), start());
    let (slot, _) = take(&pool, "a", now);
    slot.since(now + seconds(2)).keep(1, now + seconds(3));
    for later in [6, 9, 12] {
        let (slot, connection) = take(&pool, "a", now + seconds(later));
        assert_eq!(connection, Some(1), "{later} s: it was opened after two");
        slot.keep(1, now + seconds(later));
    }
    assert_eq!(take(&pool, "a", now + seconds(13)).1, None, "too old to be given");
    assert_eq!(pool.counts(), (0, 0));

    let (slot, _) = take(&pool, "a", now);
    slot.keep(2, now + seconds(11));
    assert_eq!(pool.counts(), (0, 0), "too old to be kept");
}

#[test]
fn a_lifetime_counts_for_those_who_wait_too() {
    let now = start();
    let pool = pool(PoolLimits::DEFAULT.open_per_origin_max(1).age_max(Some(seconds(10))));
    let (held, _) = take(&pool, "a", now);
    let twin = Arc::clone(&pool);
    let thread = std::thread::spawn(move || {
        let (slot, connection) = twin.acquire("a", || "a", now, PATIENCE).unwrap();
        slot.keep(connection.unwrap(), now + seconds(11));
    });
    while pool.books().waiting.is_empty() {
        std::thread::yield_now();
    }
    held.keep(1, now + seconds(5));
    thread.join().unwrap();
    assert_eq!(pool.counts(), (0, 0), "it has kept its age on the way from hand to hand");
}

#[test]
fn no_more_are_kept_idle_than_allowed() {
    let now = start();
    let pool = pool(PoolLimits::DEFAULT.idle_per_origin_max(2).idle_max(3));
    let slots: Vec<_> = (0..3).map(|_| take(&pool, "a", now).0).collect();
    for (number, slot) in slots.into_iter().enumerate() {
        slot.keep(number, now + seconds(number as u64));
    }
    assert_eq!(pool.counts(), (2, 2));
    let slots: Vec<_> = (0..2).map(|_| take(&pool, "b", now).0).collect();
    for slot in slots {
        slot.keep(9, now + seconds(9));
    }
    assert_eq!(pool.counts(), (3, 3), "the oldest of all was closed");
    assert_eq!(take(&pool, "a", now + seconds(9)).1, Some(2));
    pool.close_idle();
    assert_eq!(pool.counts(), (0, 0));
}

#[test]
fn an_idle_connection_to_another_origin_makes_room() {
    let now = start();
    let pool = pool(PoolLimits::DEFAULT.open_max(2));
    let (first, second) = (take(&pool, "a", now).0, take(&pool, "b", now).0);
    first.keep(1, now);
    let third = take(&pool, "c", now);
    assert_eq!(third.1, None);
    assert_eq!(pool.counts(), (2, 0));
    assert_eq!(pool.acquire("d", || "d", now, NO_PATIENCE).unwrap_err(), Denied::TimedOut);
    drop(second);
    assert!(pool.acquire("d", || "d", now, NO_PATIENCE).is_ok());
}

#[test]
fn who_waits_longest_is_served_first() {
    let now = start();
    let pool = pool(PoolLimits::DEFAULT.open_per_origin_max(1));
    let (held, _) = take(&pool, "a", now);
    let (sender, receiver) = channel();
    let mut threads = Vec::new();
    for number in 0..5 {
        let (twin, sender) = (Arc::clone(&pool), sender.clone());
        threads.push(std::thread::spawn(move || {
            let (slot, connection) = twin.acquire("a", || "a", now, PATIENCE).unwrap();
            sender.send((number, connection)).unwrap();
            slot.keep(number, now);
        }));
        while pool.books().waiting.len() <= number {
            std::thread::yield_now();
        }
    }
    // A newcomer does not overtake them.
    assert_eq!(pool.acquire("a", || "a", now, NO_PATIENCE).unwrap_err(), Denied::TimedOut);
    held.keep(100, now);
    let order: Vec<_> = receiver.iter().take(5).collect();
    assert_eq!(order, [(0, Some(100)), (1, Some(0)), (2, Some(1)), (3, Some(2)), (4, Some(3))]);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(pool.counts(), (1, 1));
}

#[test]
fn a_connection_that_breaks_gives_its_slot_to_the_next() {
    let now = start();
    let pool = pool(PoolLimits::DEFAULT.open_per_origin_max(1));
    let (held, _) = take(&pool, "a", now);
    let twin = Arc::clone(&pool);
    let thread = std::thread::spawn(move || twin.acquire("a", || "a", now, PATIENCE).map(|(_, given)| given));
    while pool.books().waiting.is_empty() {
        std::thread::yield_now();
    }
    drop(held);
    assert_eq!(thread.join().unwrap(), Ok(None));
    assert_eq!(pool.counts(), (0, 0));
}

#[test]
fn those_who_wait_can_be_cancelled_and_are_sent_away_at_the_end() {
    let now = start();
    let pool = pool(PoolLimits::DEFAULT.open_per_origin_max(1));
    let (held, _) = take(&pool, "a", now);
    assert_eq!(pool.acquire("a", || "a", now, |_| Err(Denied::Cancelled)).unwrap_err(), Denied::Cancelled);
    let twin = Arc::clone(&pool);
    let thread = std::thread::spawn(move || twin.acquire("a", || "a", now, PATIENCE).map(|_| ()));
    while pool.books().waiting.is_empty() {
        std::thread::yield_now();
    }
    pool.shut();
    assert_eq!(thread.join().unwrap(), Err(Denied::Shut));
    assert_eq!(pool.acquire("a", || "a", now, NO_PATIENCE).unwrap_err(), Denied::Shut);
    held.keep(1, now);
    assert_eq!(pool.counts(), (0, 0), "nothing is kept after the end");
    assert!(pool.books().origins.is_empty());
}

#[test]
fn forty_threads_share_four_connections_and_none_starves() {
    let now = start();
    let pool = pool(PoolLimits::DEFAULT.open_per_origin_max(4));
    let (busy, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let counts: Vec<AtomicUsize> = (0..40).map(|_| AtomicUsize::new(0)).collect();
    let barrier = Barrier::new(40);
    std::thread::scope(|scope| {
        for (number, count) in counts.iter().enumerate() {
            let (pool, busy, most, barrier) = (&pool, &busy, &most, &barrier);
            scope.spawn(move || {
                barrier.wait();
                for turn in 0..50 {
                    let (slot, connection) = pool.acquire("a", || "a", now, PATIENCE).unwrap();
                    most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    busy.fetch_sub(1, Ordering::SeqCst);
                    count.fetch_add(1, Ordering::SeqCst);
                    // Some break.
                    if (number + turn) % 7 > 0 {
                        slot.keep(connection.unwrap_or(number), now);
                    }
                }
            });
        }
    });
    assert!(most.load(Ordering::SeqCst) <= 4);
    assert!(counts.iter().all(|count| count.load(Ordering::SeqCst) == 50));
    let (open, idle) = pool.counts();
    assert!(open == idle && open <= 4, "{open} open, {idle} idle");
    assert!(pool.books().waiting.is_empty());
}

#[test]
fn an_origin_that_nobody_uses_is_forgotten() {
    let now = start();
    let pool = pool(PoolLimits::DEFAULT);
    drop(take(&pool, "a", now));
    drop(pool.acquire("b", || "b", now, NO_PATIENCE));
    assert!(pool.books().origins.is_empty());
}
