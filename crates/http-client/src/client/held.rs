//! A connection as the pool keeps it, with what goes along from one request to the next.

use crate::client::events::{Event, Observers};
use crate::client::proxies::Proxy;
use crate::client::request::InformationalHook;
use crate::connection::HttpConnection;
use crate::transport::{ConnectionInfo, Interrupt};
use http_proto::{CloseReason, Headers};
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

/// A connection, and what goes with it from one request to the next.
pub(crate) struct Held {
    /// Away while an answer is being read.
    pub(crate) connection: Option<Box<HttpConnection>>,
    pub(crate) info: Arc<ConnectionInfo>,
    pub(crate) interrupt: Option<Arc<dyn Interrupt>>,
    /// The hook of the present request.
    pub(crate) informational: Arc<Mutex<Option<Box<InformationalHook>>>>,
    /// How long the last look-up took, in microseconds.
    pub(crate) resolve_micros: Arc<AtomicU64>,
    /// Memory for the fields of requests.
    pub(crate) fields: Headers,
    /// The proxy that whole URLs are sent to.
    pub(crate) relay: Option<Arc<Proxy>>,
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
