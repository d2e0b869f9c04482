//! How long each step of a request may take. Who measures is level 1, with what is left of the total.

use std::time::Duration;

/// How long each step of a call may take. Every default is finite except the total.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// The wait for a connection when as many are open as [`PoolLimits`](crate::client::PoolLimits) allow. 30 s.
    pub pool_wait: Option<Duration>,
    /// Looking up the name. 10 s.
    pub resolve: Option<Duration>,
    /// Connecting, over all addresses together, with SOCKS or CONNECT. 30 s.
    pub connect: Option<Duration>,
    /// The TLS handshake. 30 s.
    pub tls: Option<Duration>,
    /// Each wait for the peer to take more of the request. 30 s.
    pub send: Option<Duration>,
    /// From the last byte of the request to the first byte of an answer. 60 s.
    pub first_byte: Option<Duration>,
    /// Each wait for more of the answer. 60 s.
    pub between_bytes: Option<Duration>,
    /// The whole call. None.
    pub total: Option<Duration>,
}

impl Timeouts {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        pool_wait: Some(Duration::from_secs(30)),
        resolve: Some(Duration::from_secs(10)),
        connect: Some(Duration::from_secs(30)),
        tls: Some(Duration::from_secs(30)),
        send: Some(Duration::from_secs(30)),
        first_byte: Some(Duration::from_secs(60)),
        between_bytes: Some(Duration::from_secs(60)),
        total: None,
    };

    /// No timeout at all.
    pub const NONE: Self = Self {
        pool_wait: None,
        resolve: None,
        connect: None,
        tls: None,
        send: None,
        first_byte: None,
        between_bytes: None,
        total: None,
    };

    /// The same limit for every step but the total.
    #[must_use]
    pub const fn all(limit: Duration) -> Self {
        let limit = Some(limit);
        Self {
            pool_wait: limit,
            resolve: limit,
            connect: limit,
            tls: limit,
            send: limit,
            first_byte: limit,
            between_bytes: limit,
            total: None,
        }
    }
}

macro_rules! setters {
    ($($name:ident)*) => {
        impl Timeouts {$(
            #[doc = concat!("These timeouts with another [`", stringify!($name), "`](Self#structfield.", stringify!($name), ").")]
            #[must_use]
            pub const fn $name(mut self, $name: Option<Duration>) -> Self {
                self.$name = $name;
                self
            }
        )*}
    };
}

setters! { pool_wait resolve connect tls send first_byte between_bytes total }

impl Default for Timeouts {
    fn default() -> Self {
        Self::DEFAULT
    }
}
