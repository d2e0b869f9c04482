//! What a server says of itself: how much it has served and serves, and what became of its connections at the end.

use std::time::Duration;

/// What a server has counted since it started, and what there is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Connections that are open, busy and idle ones and upgraded ones.
    pub connections_open: usize,
    /// Connections since the start.
    pub connections_accepted: u64,
    /// Requests whose head was whole, since the start.
    pub requests: u64,
    /// Threads that serve; one more looks after them.
    pub threads: usize,
}

/// What became of the connections when a server stopped.
///
/// ```
/// use http_server::{Request, Response, Server};
/// use std::time::Duration;
///
/// let server = Server::bind("127.0.0.1:0")?.serve(|_: &mut Request<'_>| Response::text("hello"))?;
/// let report = server.shutdown(Duration::from_secs(5));
/// assert_eq!((report.idle_closed, report.drained, report.cut), (0, 0, 0)); // nobody was there
/// # Ok::<(), http_server::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// Connections without a request under way, closed at once.
    pub idle_closed: usize,
    /// Connections whose request was under way and was finished.
    pub drained: usize,
    /// Connections that were cut at the deadline.
    pub cut: usize,
    /// How long it took.
    pub elapsed: Duration,
}
