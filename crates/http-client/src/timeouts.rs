//! How long each step may take, as values. Who measures is `wire.rs`, who tells the time `clock.rs`.

use std::fmt;
use std::time::Duration;

/// Makes `Timeouts` out of steps, each with its default in seconds; both levels of the client have the same ways to set
/// them. The total is one of them always, and the only one without a default.
macro_rules! timeouts {
    (
        $(#[$about:meta])*
        struct Timeouts;
        $($(#[$says:meta])* $step:ident: $seconds:literal,)*
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Timeouts {
            $($(#[$says])* pub $step: Option<Duration>,)*
            /// All of it, from its beginning to the last byte of content. None.
            pub total: Option<Duration>,
        }

        impl Timeouts {
            /// The defaults.
            pub const DEFAULT: Self = Self { $($step: Some(Duration::from_secs($seconds)),)* total: None };

            /// No timeout at all: what Python does by default.
            pub const NONE: Self = Self { $($step: None,)* total: None };

            /// The same limit for every step but the total: what Python's `timeout` argument does.
            #[must_use]
            #[doc(alias = "timeout")]
            pub const fn all(limit: Duration) -> Self {
                Self { $($step: Some(limit),)* total: None }
            }
        }

        $crate::timeouts::setters! { $($step)* total }

        impl Default for Timeouts {
            fn default() -> Self {
                Self::DEFAULT
            }
        }
    };
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

pub(crate) use setters;
#[cfg(feature = "client")]
pub(crate) use timeouts;

timeouts! {
    /// How long each step of an exchange may take. Every default is finite except the total. `Client` has more steps and a
    /// type of its own, `http_client::client::Timeouts`.
    ///
    /// ```text
    ///  put_request      connected   TLS done   last byte sent     first byte    head       content
    ///      │──── connect ───│─── tls ──│── write (each) ──│── first_byte ──│─── between_bytes (each) ───│
    ///      │────────────────────────────────────── total ───────────────────────────────────────────────│
    /// ```
    ///
    /// `None` waits for ever. A duration of zero has passed before it began. Python has one `timeout` for all of them:
    /// [`Timeouts::all`].
    struct Timeouts;
    /// Resolving the name and connecting, over all addresses together, with SOCKS or CONNECT. 30 s.
    connect: 30,
    /// The TLS handshake. 30 s.
    tls: 30,
    /// Each wait for the peer to take more of the request. 30 s.
    write: 30,
    /// From the last byte of the request to the first byte of an answer. 60 s.
    first_byte: 60,
    /// Each wait for more of the answer; over TLS for a whole record of it, of at most 16 KiB. 60 s.
    between_bytes: 60,
}

/// Which of the [`Timeouts`] passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// [`Timeouts::connect`], while resolving the name.
    Resolve,
    /// [`Timeouts::connect`].
    Connect,
    /// [`Timeouts::tls`].
    Tls,
    /// [`Timeouts::write`].
    Write,
    /// The wait for `100 Continue`. It is no error: the content is sent then.
    Continue,
    /// [`Timeouts::first_byte`].
    FirstByte,
    /// [`Timeouts::between_bytes`].
    BetweenBytes,
    /// [`Timeouts::total`].
    Total,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "no address within the connect timeout",
            Self::Connect => "no connection within the connect timeout",
            Self::Tls => "no TLS session within the tls timeout",
            Self::Write => "the peer took nothing within the write timeout",
            Self::Continue => "no 100 Continue in time",
            Self::FirstByte => "no answer within the first_byte timeout",
            Self::BetweenBytes => "nothing came within the between_bytes timeout",
            Self::Total => "the exchange took longer than the total timeout",
        })
    }
}
