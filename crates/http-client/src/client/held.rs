//! A connection as the pool keeps it, with what goes along from one request to the next.

use crate::client::events::{Event, Observers};
use crate::client::request::InformationalHook;
use crate::connection::HttpConnection;
use crate::transport::{ConnectionInfo, Interrupt};
use http_proto::{CloseReason, Headers};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A connection, and what goes with it from one request to the next.
pub(crate) struct Held {
    /// Away while an answer is being read.
    pub(crate) connection: Option<Box<HttpConnection>>,
    pub(crate) info: Arc<ConnectionInfo>,
    pub(crate) interrupt: Option<Arc<dyn Interrupt>>,
    /// The hook of the present request.
    pub(crate) informational: Arc<Mutex<Option<Box<InformationalHook>>>>,
    /// What its hooks are told and tell.
    pub(crate) notes: Arc<Notes>,
    /// Memory for the fields of requests.
    pub(crate) fields: Headers,
    /// What a proxy that gets whole URLs is told with each of them.
    pub(crate) relay: Option<Box<Headers>>,
    /// Who is told when it is closed while nobody uses it.
    pub(crate) observers: Observers,
}

impl Held {
    /// Lets go of what belongs to one call.
    pub(crate) fn forget_call(&mut self) {
        // Nobody else holds the lock between calls.
        if let Ok(mut hook) = self.informational.try_lock() {
            *hook = None;
        }
    }
}

/// What a call tells the hooks of its connection, and they tell it.
#[derive(Debug)]
pub(crate) struct Notes {
    /// How long a look-up may take, in microseconds; the greatest number is for ever.
    limit_micros: AtomicU64,
    /// How long look-ups took, in microseconds.
    took_micros: AtomicU64,
    /// When the present request had been sent, where somebody wants to know.
    sent_at: Mutex<Option<Instant>>,
}

impl Notes {
    const FOR_EVER: u64 = u64::MAX;

    pub(crate) fn new(limit: Option<Duration>) -> Self {
        let notes = Self {
            limit_micros: AtomicU64::new(0),
            took_micros: AtomicU64::new(0),
            sent_at: Mutex::new(None),
        };
        notes.begin(limit);
        notes
    }

    /// Before a connection is opened.
    pub(crate) fn begin(&self, limit: Option<Duration>) {
        self.limit_micros.store(limit.map_or(Self::FOR_EVER, micros), Ordering::Relaxed);
        self.took_micros.store(0, Ordering::Relaxed);
    }

    /// How long a look-up may take.
    pub(crate) fn limit(&self) -> Option<Duration> {
        match self.limit_micros.load(Ordering::Relaxed) {
            Self::FOR_EVER => None,
            micros => Some(Duration::from_micros(micros)),
        }
    }

    /// A look-up has taken so long: that of the name, or of the proxy's.
    pub(crate) fn add_took(&self, took: Duration) {
        self.took_micros.fetch_add(micros(took), Ordering::Relaxed);
    }

    /// How long they took; no time where nothing was looked up.
    pub(crate) fn took(&self) -> Duration {
        Duration::from_micros(self.took_micros.load(Ordering::Relaxed))
    }

    /// A request begins, or has been sent.
    pub(crate) fn set_sent_at(&self, at: Option<Instant>) {
        *self.sent_at.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }

    /// How long ago the request had been sent; no time where it is still being sent.
    pub(crate) fn since_sent(&self, now: Instant) -> Duration {
        let sent_at = *self.sent_at.lock().unwrap_or_else(PoisonError::into_inner);
        sent_at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at))
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.as_ref().filter(|connection| connection.is_open()) {
            let reason = connection.is_reusable().err().unwrap_or(CloseReason::Closed);
            self.observers.tell(|| Event::Closed { reason });
        }
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("connection", &self.connection).finish_non_exhaustive()
    }
}
