//! The clocks: wall time, and the CPU time of the calling thread.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// What some work took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Took {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
}

/// Times some work on this thread.
#[expect(clippy::disallowed_methods, reason = "a bench asks the time")]
pub(crate) fn time<T>(work: impl FnOnce() -> T) -> (Took, T) {
    let cpu = thread_cpu();
    let wall = Instant::now();
    let value = work();
    (Took { wall: wall.elapsed(), cpu: thread_cpu().saturating_sub(cpu) }, value)
}

fn thread_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
