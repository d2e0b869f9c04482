//! How often one client may ask: a bucket of requests for each that fills again with time, in a table of fixed size.

use crate::clock;
use crate::error::HandlerError;
use crate::handler::Handler;
use crate::networks::client_network;
use crate::request::Request;
use crate::response::Response;
use http_proto::StatusCode;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Clients that share one lock and compete for one place.
const WAYS: usize = 8;

/// Hands on to the handler that it owns what comes no faster than allowed, and answers the rest with 429 and
/// `Retry-After` (RFC 6585 §4).
///
/// Each client has a bucket of [`burst`](Self::burst) requests that fills again at the rate. A client is an IPv4 address
/// or an IPv6 network of 64 bits, which is what one customer has, by [`Request::client_addr`]: behind a proxy, say so to
/// the server or all clients are one. Those of local sockets are not limited.
///
/// The table has a fixed size, set with [`clients_max`](Self::clients_max). When there are more clients, those make room
/// whose buckets are fullest: they lose least.
///
/// ```
/// use http_server::{RateLimit, Request, Response, testing};
/// use std::time::Duration;
///
/// let page = |_: &mut Request<'_>| Response::text("here you are");
/// let page = RateLimit::new(page, 1, Duration::from_secs(60)).burst(2);
/// assert_eq!(testing::get("/").send_to(&page).status(), 200);
/// assert_eq!(testing::get("/").send_to(&page).status(), 200);
/// let refused = testing::get("/").send_to(&page);
/// assert_eq!(refused.status(), 429);
/// assert_eq!(refused.headers().get("Retry-After").unwrap(), "60");
/// ```
#[must_use]
#[doc(alias = "throttle")]
pub struct RateLimit<H> {
    handler: H,
    /// Nanoseconds in which one request comes back into a bucket.
    refill: u64,
    /// Nanoseconds in which an empty bucket fills.
    capacity: u64,
    began: Instant,
    hasher: RandomState,
    sets: Vec<Mutex<[Slot; WAYS]>>,
}

/// The bucket of one client: full at `full_at` nanoseconds, as many requests short of it as refill until then.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// 0 where there is none.
    client: u128,
    full_at: u64,
}

impl<H> RateLimit<H> {
    /// Allows each client `requests` in this time on average, and as many at once.
    pub fn new(handler: H, requests: u32, per: Duration) -> Self {
        let per = u64::try_from(per.as_nanos()).unwrap_or(u64::MAX);
        let refill = (per / u64::from(requests.max(1))).max(1);
        let limit = Self {
            handler,
            refill,
            capacity: refill.saturating_mul(u64::from(requests.max(1))),
            began: clock::now(),
            hasher: RandomState::new(),
            sets: Vec::new(),
        };
        limit.clients_max(65_536)
    }

    /// As many requests a client may make at once after a rest, as many as in the time of the rate by default.
    pub fn burst(mut self, requests: u32) -> Self {
        self.capacity = self.refill.saturating_mul(u64::from(requests.max(1)));
        self
    }

    /// How many clients are known at a time, rounded up to a multiple of eight, 65 536 by default. Each takes 32 bytes.
    pub fn clients_max(mut self, clients: usize) -> Self {
        self.sets.clear();
        self.sets.resize_with(clients.div_ceil(WAYS).max(1), Mutex::default);
        self
    }

    /// Takes a request out of the bucket of this client. How long it must wait, if its bucket is empty.
    fn take_at(&self, client: IpAddr, now: Instant) -> Result<(), Duration> {
        let client = key(client);
        let now = u64::try_from(now.saturating_duration_since(self.began).as_nanos()).unwrap_or(u64::MAX);
        let set = self.hasher.hash_one(client) % self.sets.len().max(1) as u64;
        let Some(set) = usize::try_from(set).ok().and_then(|set| self.sets.get(set)) else { return Ok(()) };
        let mut slots = set.lock().unwrap_or_else(PoisonError::into_inner);
        let known = slots.iter().position(|slot| slot.client == client);
        let place = match known {
            Some(place) => slots.get_mut(place),
            None => slots.iter_mut().min_by_key(|slot| slot.full_at),
        };
        let Some(slot) = place else { return Ok(()) };
        if known.is_none() {
            *slot = Slot { client, full_at: now };
        }
        let full_at = slot.full_at.max(now).saturating_add(self.refill);
        let excess = full_at.saturating_sub(now).saturating_sub(self.capacity);
        if excess > 0 {
            return Err(Duration::from_nanos(excess));
        }
        slot.full_at = full_at;
        Ok(())
    }
}

/// What counts as one client; never 0.
fn key(client: IpAddr) -> u128 {
    match client_network(client) {
        // In the prefix of mapped addresses.
        IpAddr::V4(address) => u128::from(address.to_ipv6_mapped()),
        IpAddr::V6(network) => u128::from(network) | 1,
    }
}

impl<H: Handler> Handler for RateLimit<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let wait = request.client_addr().and_then(|client| self.take_at(client, clock::now()).err());
        match wait {
            None => self.handler.handle(request),
            Some(wait) => {
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                Ok(Response::error_page(StatusCode::TOO_MANY_REQUESTS)
                    .with_header("Retry-After", seconds.to_string()))
            }
        }
    }
}

impl<H: fmt::Debug> fmt::Debug for RateLimit<H> {
    /// Without the table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit")
            .field("handler", &self.handler)
            .field("refill", &Duration::from_nanos(self.refill))
            .field("burst", &(self.capacity / self.refill))
            .field("clients_max", &(self.sets.len() * WAYS))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
