//! Keeps a thread on one core for a while.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The cores that the calling thread had; it has them again when this is dropped.
#[derive(Debug)]
pub(crate) struct Cores(Option<CpuSet>);

/// Keeps the calling thread, and whatever it starts, to the first of its cores. Where the system does not let it, all
/// stays as it is.
pub(crate) fn keep_to_one() -> Cores {
    let Ok(all) = sched_getaffinity(None) else { return Cores(None) };
    let mut one = CpuSet::new();
    if let Some(core) = (0..CpuSet::MAX_CPU).find(|core| all.is_set(*core)) {
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
