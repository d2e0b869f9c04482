//! How long each step of a request may take. Who measures is level 1, with what is left of the total.

use crate::timeouts::timeouts;
use std::time::Duration;

timeouts! {
    /// How long each step of a call may take. Every default is finite except the total. A single connection has
    /// [`http_client::Timeouts`](crate::Timeouts).
    ///
    /// ```text
    ///  send()     slot free    addresses    connected    TLS done    last byte sent   first byte   head      last byte
    ///    │─pool_wait─│── resolve ──│── connect ──│─── tls ───│─ send (each) ─│─first_byte──│─ between_bytes (each) ─│
    ///    │            └─────────── again for each redirect, challenge and repetition ──────────────────────────────│
    ///    │───────────────────────────────────────────── total ─────────────────────────────────────────────────────│
    /// ```
    ///
    /// `None` waits for ever; zero has passed before it began. The total runs from `send` to the last byte of content,
    /// over all redirects and repetitions, also while a [`Response`](crate::client::Response) is being read. The error
    /// [names](crate::client::Error::timeout) the limit that passed.
    ///
    /// ```
    /// use http_client::client::{Client, Timeouts};
    /// use std::time::Duration;
    ///
    /// let seconds = |count| Some(Duration::from_secs(count));
    /// let client = Client::builder()
    ///     .timeouts(Timeouts::DEFAULT.connect(seconds(5)).between_bytes(seconds(10)).total(seconds(60)))
    ///     .build()?;
    /// # Ok::<(), http_client::client::Error>(())
    /// ```
    struct Timeouts;
    /// The wait for a connection when as many are open as [`PoolLimits`](crate::client::PoolLimits) allow. 30 s.
    pool_wait: 30,
    /// Looking up the name. 10 s.
    resolve: 10,
    /// Connecting, over all addresses together, with SOCKS or CONNECT. 30 s.
    connect: 30,
    /// The TLS handshake. 30 s.
    tls: 30,
    /// Each wait for the peer to take more of the request. 30 s.
    send: 30,
    /// From the last byte of the request to the first byte of an answer. 60 s.
    first_byte: 60,
    /// Each wait for more of the answer. 60 s.
    between_bytes: 60,
}
