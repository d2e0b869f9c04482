//! How long the steps of a call took.

use std::time::Duration;

/// How long the steps of a call took. What did not happen took no time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timings {
    /// Waiting for a connection, of the last request of the call.
    pub pool_wait: Duration,
    /// Looking the name up, and that of its proxy, of the last request.
    pub resolve: Duration,
    /// Opening the connection of the last request, with name, proxy and TLS.
    pub connect: Duration,
    /// Of that, setting up TLS with the server, and with a proxy that is spoken with over TLS.
    pub tls: Duration,
    /// Sending the last request.
    pub send: Duration,
    /// From there to the first byte of its answer, or of an interim one before it.
    pub first_byte: Duration,
    /// From the beginning of the call to the head of the answer, redirects and repetitions included.
    pub head: Duration,
}
