//! Stopping from another thread what waits for a network: a call, or the opening of a connection.

use crate::transport::Interrupt;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Stops from another thread whatever was given a clone of it: calls of a client, and the opening of connections.
///
/// What waits for a free connection, a name, a connection, a proxy, TLS, bytes, or before a repetition fails at once, and
/// its connection is closed. With a call it works until the content of the answer has been read. On systems other than
/// Unix, connecting itself goes on until [`Timeouts`](crate::Timeouts) end it.
///
/// ```
/// use http_client::CancelToken;
///
/// let token = CancelToken::new();
/// let remote = token.clone();
/// std::thread::spawn(move || remote.cancel()).join().unwrap();
/// assert!(token.is_cancelled());
/// # #[cfg(feature = "client")]
/// # {
/// let call = http_client::get("http://localhost/").cancel(&token);
/// assert_eq!(call.send().unwrap_err().kind(), http_client::client::ErrorKind::Cancelled);
/// # }
/// ```
#[derive(Clone, Default)]
pub struct CancelToken {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
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

    /// Stops them, now and in the future.
    pub fn cancel(&self) {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_cancelled = true;
        let running = std::mem::take(&mut state.running);
        drop(state);
        for (_, interrupt) in running {
            interrupt.interrupt();
        }
    }

    /// Whether [`cancel`](Self::cancel) has been called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner).is_cancelled
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

impl Interrupt for CancelToken {
    fn interrupt(&self) {
        self.cancel();
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken").field("is_cancelled", &self.is_cancelled()).finish()
    }
}

/// Something that a token can break off, until this is dropped.
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
