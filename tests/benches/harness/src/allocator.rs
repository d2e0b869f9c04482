//! An allocator that counts when asked to: the system's, with a counter in front. The one place of the project with
//! `unsafe`, since `GlobalAlloc` cannot be implemented without; it hands every call on unchanged.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

#[global_allocator]
static GLOBAL: CountingAllocator = CountingAllocator;

/// How many counts are under way; while there are none, counting costs one load and one branch.
static UNDER_WAY: AtomicU32 = AtomicU32::new(0);
static CALLS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static CALLS_HERE: Cell<u64> = const { Cell::new(0) };
    static BYTES_HERE: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counting.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountingAllocator;

/// Allocations during some work: calls that took memory or made a piece larger, and the bytes they asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocations {
    /// How often memory was asked for; a piece that is made larger or smaller counts once more.
    pub calls: u64,
    /// How many bytes were asked for in all.
    pub bytes: u64,
}

/// Counts the allocations of this thread while it does some work.
pub fn count_here<T>(work: impl FnOnce() -> T) -> (T, Allocations) {
    count(|| Allocations { calls: CALLS_HERE.get(), bytes: BYTES_HERE.get() }, work)
}

/// Counts the allocations of all threads while this one does some work.
pub fn count_everywhere<T>(work: impl FnOnce() -> T) -> (T, Allocations) {
    count(|| Allocations { calls: CALLS.load(Ordering::SeqCst), bytes: BYTES.load(Ordering::SeqCst) }, work)
}

fn count<T>(read: impl Fn() -> Allocations, work: impl FnOnce() -> T) -> (T, Allocations) {
    let before = read();
    UNDER_WAY.fetch_add(1, Ordering::SeqCst);
    let value = work();
    UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
    let after = read();
    (value, Allocations { calls: after.calls - before.calls, bytes: after.bytes - before.bytes })
}

#[inline]
fn note(bytes: usize) {
    if UNDER_WAY.load(Ordering::Relaxed) > 0 {
        note_slowly(bytes as u64);
    }
}

#[cold]
fn note_slowly(bytes: u64) {
    CALLS.fetch_add(1, Ordering::Relaxed);
    BYTES.fetch_add(bytes, Ordering::Relaxed);
    CALLS_HERE.set(CALLS_HERE.get() + 1);
    BYTES_HERE.set(BYTES_HERE.get() + bytes);
}

#[expect(
    unsafe_code,
    reason = "an allocator cannot be written without; every call goes on to the system's unchanged"
)]
// SAFETY: each method passes its arguments on to `System`, whose contract is the same, and counting neither allocates
// nor unwinds (atomics, and thread-local cells without a destructor).
unsafe impl GlobalAlloc for CountingAllocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        note(bytes);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(piece, layout, bytes) }
    }

    #[inline]
    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(piece, layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Allocations, count_everywhere, count_here};

    #[test]
    fn allocations_of_this_thread_are_counted_and_those_of_others_are_not() {
        let (kept, counted) = count_here(|| {
            std::thread::scope(|scope| scope.spawn(|| vec![0_u8; 100_000]).join().map(|list| list.len()))
        });
        assert_eq!(kept.unwrap(), 100_000);
        assert!(counted.bytes < 100_000, "{counted:?}");
        let (_, counted) = count_here(|| std::hint::black_box(vec![1_u8; 1000]));
        assert_eq!(counted, Allocations { calls: 1, bytes: 1000 });
        let (_, counted) = count_everywhere(|| {
            std::thread::scope(|scope| scope.spawn(|| drop(std::hint::black_box(vec![1_u8; 100_000]))).join())
        });
        assert!(counted.bytes >= 100_000, "{counted:?}");
    }

    #[test]
    fn a_piece_that_grows_counts_again() {
        let (_, counted) = count_here(|| {
            let mut list: Vec<u8> = Vec::with_capacity(10);
            list.reserve_exact(std::hint::black_box(100));
            std::hint::black_box(list)
        });
        assert_eq!(counted, Allocations { calls: 2, bytes: 110 });
    }
}
