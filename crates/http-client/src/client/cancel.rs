//! Stopping a call from another thread.

use crate::transport::Interrupt;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Stops calls from another thread: every call that was given a clone of it.
///
/// A call that waits for a connection, for bytes, or before a repetition fails at once with
/// [`Cancelled`](crate::client::ErrorKind::Cancelled), and its connection is closed. One that is looking up a name or
/// connecting fails when that step ends, which [`Timeouts`](crate::client::Timeouts) bound. It works until the content
/// of the answer has been read.
///
/// ```
/// use http_client::client::CancelToken;
///
/// let token = CancelToken::new();
/// let remote = token.clone();
/// std::thread::spawn(move || remote.cancel()).join().unwrap();
/// assert!(token.is_cancelled());
/// ```
#[derive(Clone, Default)]
pub struct CancelToken {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    is_cancelled: bool,
    /// What to break off, by a number that its call knows.
    running: Vec<(u64, Arc<dyn Interrupt>)>,
    next: u64,
}

impl CancelToken {
    /// A token that has not been used.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the calls, now and in the future.
    pub fn cancel(&self) {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_cancelled = true;
        let running = std::mem::take(&mut state.running);
        drop(state);
        self.shared.bell.notify_all();
        for (_, interrupt) in running {
            interrupt.interrupt();
        }
    }

    /// Whether [`cancel`](Self::cancel) has been called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner).is_cancelled
    }

    /// Waits, unless it is cancelled: whether the whole time has passed.
    pub(crate) fn sleep(&self, wait: Duration) -> bool {
        let state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let woken = self.shared.bell.wait_timeout_while(state, wait, |state| !state.is_cancelled);
        !woken.unwrap_or_else(PoisonError::into_inner).0.is_cancelled
    }

    /// Breaks `interrupt` off when it is cancelled, until the guard is dropped; at once if it has been.
    pub(crate) fn watch(&self, interrupt: Arc<dyn Interrupt>) -> Watch {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        let number = state.next;
        state.next += 1;
        if state.is_cancelled {
            drop(state);
            interrupt.interrupt();
        } else {
            state.running.push((number, interrupt));
        }
        Watch { token: self.clone(), number }
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken").field("is_cancelled", &self.is_cancelled()).finish()
    }
}

/// A connection that a token can break off, until this is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    token: CancelToken,
    number: u64,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut state = self.token.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.running.retain(|(number, _)| *number != self.number);
    }
}
