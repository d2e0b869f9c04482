//! How much and how long a peer may: every bound of a server with its unit and its default, all of them on.

use std::time::Duration;

/// Bounds on sizes and counts. A bound is inclusive: exactly as much passes, one more does not.
///
/// ```
/// use http_server::limits::{Limits, Timeouts};
/// use http_server::{Request, Response, Server};
/// use std::time::Duration;
///
/// let server = Server::bind("127.0.0.1:0")?
///     .limits(Limits::default().body_bytes_max(1 << 20).connections_max(5_000))
///     .timeouts(Timeouts::default().head(Duration::from_secs(5)))
///     .serve(|_: &mut Request<'_>| Response::text("hello"))?;
/// # drop(server);
/// # Ok::<(), http_server::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bounds of heads, chunks and trailers.
    pub message: http_proto::Limits,
    /// Bytes of content in a request, 1 GiB by default. A longer declared length is answered with 413 before the
    /// handler runs; a chunked body fails with [`Error::BodyTooLong`](crate::Error::BodyTooLong) when it gets there.
    pub body_bytes_max: u64,
    /// Bytes of content that a handler left unread and that are read and thrown away so that the connection can be
    /// kept, 256 KiB by default. With more the connection is closed.
    pub drain_bytes_max: u64,
    /// Connections at a time, 10 000 by default, or what the process may have of descriptors at the time (`RLIMIT_NOFILE`)
    /// without 64 for files and the like, if that is less. A number that is set counts as it is. When full, the
    /// connections that idle longest make room; with none idle, new ones wait in the kernel's queue.
    pub connections_max: usize,
    /// Connections from one address at a time; further ones are closed, and the observer is told. An IPv6 network of 64
    /// bits, which is what one customer has, counts as one address. A number counts for every address.
    ///
    /// `None`, the default, is a quarter of the threads that there may be, and 64 at least, so that where there are more
    /// than 64 threads, no single address can have all of them with slow requests: 256 with the usual 1 024 threads, which
    /// is room for the browsers of forty people behind one address. It leaves out the loopback, local sockets, and
    /// [trusted proxies](crate::ServerBuilder::trusted_proxies), whose address stands for many. `Some(usize::MAX)` is no
    /// bound at all.
    pub connections_per_address_max: Option<usize>,
    /// TLS handshakes that are not finished, 1 000 by default. When full, the oldest is closed.
    pub handshakes_max: usize,
    /// Requests on one connection, 100 000 by default; the last one is answered with `Connection: close`.
    pub requests_per_connection_max: u32,
    /// Pipelined requests that are served in a row before others get their turn, 32 by default; at least one.
    pub requests_in_a_row_max: u32,
}

/// Connections by default, where descriptors allow it.
const CONNECTIONS: usize = 10_000;

/// Descriptors that connections leave to listeners, files, and whatever handlers open.
const RESERVE: u64 = 64;

/// How many descriptors this process may have; `None` where nothing bounds them.
fn descriptors_max() -> Option<u64> {
    #[cfg(unix)]
    return rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    None
}

/// The default for a process with so many descriptors. Where these are few, connections get half of them.
fn connections_within(descriptors_max: Option<u64>) -> usize {
    let Some(all) = descriptors_max else { return CONNECTIONS };
    let free = all.saturating_sub(RESERVE).max(all / 2).max(1);
    usize::try_from(free).unwrap_or(usize::MAX).min(CONNECTIONS)
}

/// Threads by default, where connections allow it.
const THREADS: usize = 1_024;

/// Connections from one address by default, where threads are few.
const PER_ADDRESS: usize = 64;

impl Limits {
    /// Threads by default: more than connections are of no use.
    pub(crate) fn threads(&self) -> usize {
        THREADS.min(self.connections_max).max(2)
    }
}

/// Connections of one address by default, beside so many threads.
pub(crate) fn per_address(threads_max: usize) -> usize {
    (threads_max / 4).max(PER_ADDRESS)
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: http_proto::Limits::SERVER,
            body_bytes_max: 1 << 30,
            drain_bytes_max: 256 << 10,
            connections_max: connections_within(descriptors_max()),
            connections_per_address_max: None,
            handshakes_max: 1_000,
            requests_per_connection_max: 100_000,
            requests_in_a_row_max: 32,
        }
    }
}

/// Bounds on time. All are on by default; `Duration::MAX` switches one off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// From the accepted connection to the end of the TLS handshake, 10 s by default.
    pub handshake: Duration,
    /// From the first byte of a head to its last, 10 s by default: in all, not per read. Then 408.
    pub head: Duration,
    /// Without a request, 60 s by default. Then the connection is closed without a word.
    pub idle: Duration,
    /// Without a single byte of a body that is read or written, 30 s by default.
    pub stall: Duration,
    /// Bytes per second that a peer must send or take of a body on average, 500 by default; 0 switches it off.
    /// Only time spent in waiting for the peer counts, and [`rate_grace`](Self::rate_grace) is granted beforehand.
    pub rate_bytes_per_second_min: u64,
    /// Waiting for a body that is granted on top of what the minimum rate grants, 10 s by default.
    pub rate_grace: Duration,
    /// How long a connection is read on after the last answer, so that the answer survives (RFC 9112 §9.6), 2 s by
    /// default.
    pub linger: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            stall: Duration::from_secs(30),
            rate_bytes_per_second_min: 500,
            rate_grace: Duration::from_secs(10),
            linger: Duration::from_secs(2),
        }
    }
}

macro_rules! setters {
    ($type:ty: $($name:ident $kind:ty;)*) => {
        impl $type {$(
            #[doc = concat!("These bounds with another [`", stringify!($name), "`](Self::", stringify!($name), ").")]
            #[must_use]
            pub const fn $name(mut self, $name: $kind) -> Self {
                self.$name = $name;
                self
            }
        )*}
    };
}

setters! { Limits:
    message http_proto::Limits;
    body_bytes_max u64;
    drain_bytes_max u64;
    connections_max usize;
    connections_per_address_max Option<usize>;
    handshakes_max usize;
    requests_per_connection_max u32;
    requests_in_a_row_max u32;
}

setters! { Timeouts:
    handshake Duration;
    head Duration;
    idle Duration;
    stall Duration;
    rate_bytes_per_second_min u64;
    rate_grace Duration;
    linger Duration;
}

#[cfg(test)]
mod tests;
