//! What all connections of one server share: the handler, the bounds, the counters.

use crate::error_page::ErrorPages;
use crate::forwarded::TrustedProxies;
use crate::handler::Handler;
use crate::limits::{Limits, Timeouts};
use crate::observe::{Event, Observer, SILENCE, is_news};
use crate::request::Surroundings;
use crate::socket::Socket;
use http_proto::Version;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Shared by all threads of one server.
pub(crate) struct Context<'h> {
    pub(crate) handler: Box<dyn Handler + 'h>,
    pub(crate) limits: Limits,
    /// Connections of one address where the limits name no number.
    pub(crate) per_address_default: usize,
    pub(crate) timeouts: Timeouts,
    pub(crate) server_name: Vec<u8>,
    /// The version of HTTP that answers are in.
    pub(crate) speaks: Version,
    pub(crate) stopping: Arc<AtomicBool>,
    pub(crate) observer: Observer,
    /// Whose word about who asks is taken.
    pub(crate) proxies: Option<TrustedProxies>,
    pub(crate) error_pages: ErrorPages,
    pub(crate) counters: Counters,
}

/// What has been counted since the start.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) accepted: AtomicU64,
    /// When it was last told that an address has as many connections as it may.
    full_told: Mutex<Option<Instant>>,
    /// Readers that wait for room without a thread.
    pub(crate) feeds: Arc<AtomicUsize>,
    /// TLS handshakes that are under way.
    #[cfg(feature = "tls")]
    pub(crate) handshakes: Arc<AtomicUsize>,
}

/// Told when handlers begin and end, by the thread that runs them. As a rule nobody acts on that.
pub(crate) trait Watch {
    /// The time, as it was after the thread's last wait or its last handler, whichever was later; some milliseconds may
    /// have passed since.
    fn now(&self) -> Instant;

    /// A request has come whose head is whole.
    fn count_request(&self) {}

    /// The time when it was last taken: before the handlers that have run since somebody asked. It costs nothing.
    fn recent(&self) -> Instant {
        self.now()
    }

    /// A handler begins now.
    fn begin(&self) -> Instant {
        self.now()
    }

    /// The handler that began then has ended.
    fn end(&self, _began: Instant) {}

    /// What the peer is owed is sent from now on: that may wait for a disk, and is no handler's time.
    fn begin_sending(&self) {}

    /// As much of it has been sent as there is room for.
    fn end_sending(&self) {}

    /// Whether answers to earlier requests may wait for that of the next one, to go out with it.
    fn answers_wait(&self) -> bool {
        true
    }

    /// Whether a connection whose peer has no room for its answer is parked meanwhile; else its thread waits.
    fn parks(&self) -> bool {
        true
    }

    /// Nobody needs to be told of input on this socket until the connection is parked; whether it will be so.
    fn mute(&self, _socket: &Socket) -> bool {
        false
    }
}

/// Nobody is told.
pub(crate) struct Unwatched;

impl Watch for Unwatched {
    fn now(&self) -> Instant {
        crate::clock::now()
    }

    fn parks(&self) -> bool {
        false
    }
}

impl Context<'_> {
    /// Tells the observer. What it does wrong is no fault of the connection's: a panic in it ends here, and the panic hook
    /// has had its say.
    pub(crate) fn observe(&self, event: &Event<'_>) {
        let _ = catch_unwind(AssertUnwindSafe(|| (self.observer)(event)));
    }

    /// How many connections this address may have; `None` where it stands for many, or is this machine.
    pub(crate) fn connections_max_of(&self, address: IpAddr) -> Option<usize> {
        let address = address.to_canonical();
        let stands_for_many = || {
            address.is_loopback() || self.proxies.as_ref().is_some_and(|proxies| proxies.contains(address))
        };
        self.limits
            .connections_per_address_max
            .or_else(|| (!stands_for_many()).then_some(self.per_address_default))
    }

    /// A connection of this address is closed, since it has so many already.
    pub(crate) fn report_full(&self, address: IpAddr, connections_max: usize, now: Instant) {
        let mut told = self.counters.full_told.lock().unwrap_or_else(PoisonError::into_inner);
        if is_news(*told, SILENCE, now) {
            *told = Some(now);
            drop(told);
            self.observe(&Event::AddressFull { address, connections_max });
        }
    }

    /// What its requests look at.
    pub(crate) fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            stopping: &self.stopping,
            proxies: self.proxies.as_ref(),
            pages: &self.error_pages,
            speaks: self.speaks,
        }
    }
}

#[cfg(test)]
mod tests;
