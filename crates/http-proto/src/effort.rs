//! Counts the bytes that the parsers walk over, so that tests can hold them to linear time.

use std::cell::Cell;

thread_local! {
    static COUNTED_BYTES: Cell<usize> = const { Cell::new(0) };
}

/// Called by the parsers wherever they walk over input.
pub(crate) fn count_bytes(bytes: usize) {
    COUNTED_BYTES.with(|counted| counted.set(counted.get() + bytes));
}

/// How many bytes the parsers of this thread have walked over since the last call.
pub(crate) fn counted_bytes() -> usize {
    COUNTED_BYTES.with(|counted| counted.replace(0))
}
