//! Keeps a thread on one core for a while.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The cores that the calling thread had; it has them again when this is dropped.
#[derive(Debug)]
#[must_use = "the thread has all its cores again when this is dropped"]
pub struct Cores(Option<CpuSet>);

/// Keeps the calling thread, and whatever it starts, to the first of its cores. Where the system does not let it, all
/// stays as it is.
pub(crate) fn keep_to_one() -> Cores {
    keep_to(0)
}

/// Keeps the calling thread, and whatever it starts until the answer is dropped, to one of its cores: the one with this
/// number, counted from 0, or the last. A server and those who ask it are kept apart this way.
pub fn keep_to(number: usize) -> Cores {
    let Ok(all) = sched_getaffinity(None) else { return Cores(None) };
    let mut one = CpuSet::new();
    let count = (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core)).count();
    let number = number.min(count.saturating_sub(1));
    if let Some(core) = (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core)).nth(number) {
        one.set(core);
    }
    Cores(sched_setaffinity(None, &one).is_ok().then_some(all))
}

impl Drop for Cores {
    fn drop(&mut self) {
        if let Some(all) = &self.0 {
            let _ = sched_setaffinity(None, all);
        }
    }
}
