//! What one thread waits for and another one rings. How long is for the clock to say: `clock.rs`.

use crate::transport::Interrupt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Something that a thread waits for until another one rings. A ring is kept until somebody takes it.
///
/// Waiting goes through [`Clock::wait`](crate::Clock::wait), so that time can be a test's.
#[derive(Debug, Default)]
pub struct Bell {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_rung: bool,
    nudges: u64,
}

impl Bell {
    /// A bell that has not been rung.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes whoever waits, now or later.
    pub fn ring(&self) {
        self.state().is_rung = true;
        self.changed.notify_all();
    }

    /// Takes a ring: whether there was one.
    pub fn take(&self) -> bool {
        std::mem::take(&mut self.state().is_rung)
    }

    /// Waits for a ring by the system's time, for ever without a limit: whether it came.
    pub fn wait(&self, limit: Option<Duration>) -> bool {
        let state = self.state();
        let mut state = match limit {
            Some(limit) => {
                let woken = self.changed.wait_timeout_while(state, limit, |state| !state.is_rung);
                woken.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                let woken = self.changed.wait_while(state, |state| !state.is_rung);
                woken.unwrap_or_else(PoisonError::into_inner)
            }
        };
        std::mem::take(&mut state.is_rung)
    }

    /// How often it has been nudged, to be given to [`wait_past`](Self::wait_past).
    pub(crate) fn nudges(&self) -> u64 {
        self.state().nudges
    }

    /// Lets whoever waits look at the clock again.
    pub(crate) fn nudge(&self) {
        self.state().nudges += 1;
        self.changed.notify_all();
    }

    /// Waits for a ring or for more nudges than `seen`.
    pub(crate) fn wait_past(&self, seen: u64) {
        let unchanged = |state: &mut State| !state.is_rung && state.nudges == seen;
        drop(self.changed.wait_while(self.state(), unchanged));
    }
}

impl Interrupt for Bell {
    fn interrupt(&self) {
        self.ring();
    }
}
