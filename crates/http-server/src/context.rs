//! What all connections of one server share: the handler, the bounds, the counters.

use crate::handler::Handler;
use crate::limits::{Limits, Timeouts};
use crate::observe::{Event, Observer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

/// Shared by all threads of one server.
pub(crate) struct Context<'h> {
    pub(crate) handler: Box<dyn Handler + 'h>,
    pub(crate) limits: Limits,
    pub(crate) timeouts: Timeouts,
    pub(crate) server_name: Vec<u8>,
    pub(crate) stopping: Arc<AtomicBool>,
    pub(crate) observer: Observer,
    pub(crate) counters: Counters,
}

/// What has been counted since the start.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) accepted: AtomicU64,
    pub(crate) requests: AtomicU64,
}

impl Context<'_> {
    pub(crate) fn observe(&self, event: &Event<'_>) {
        (self.observer)(event);
    }
}
