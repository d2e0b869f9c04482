//! Watching a client: what happens to its calls and connections, in order.

use crate::client::Url;
use crate::transport::ConnectionInfo;
use http_proto::{CloseReason, Headers, Method, ResponseHead, StatusCode};
use std::net::SocketAddr;
use std::time::Duration;

/// Is told what happens to a client's calls, on the thread of the call. A closure that takes an [`Event`] is one.
///
/// ```
/// use http_client::Client;
/// use http_client::client::Event;
///
/// let client = Client::builder().observer(|event: &Event<'_>| eprintln!("{event:?}")).build()?;
/// # Ok::<(), http_client::client::Error>(())
/// ```
pub trait Observer: Send + Sync {
    /// Something has happened.
    fn event(&self, event: &Event<'_>);
}

impl<F: Fn(&Event<'_>) + Send + Sync> Observer for F {
    fn event(&self, event: &Event<'_>) {
        self(event);
    }
}

/// What happens to a call. Field values of credentials and cookies are hidden in its `Debug`, and URLs have no user and
/// no password.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A request is about to be made: the first, or one more of its chain.
    Started {
        /// Its method.
        method: &'a Method,
        /// Its URL.
        url: &'a Url,
    },
    /// A name has been looked up.
    Resolved {
        /// The name.
        host: &'a str,
        /// What was found, before the address filter.
        addresses: &'a [SocketAddr],
        /// How long it took.
        took: Duration,
    },
    /// A connection has been opened, proxy and TLS included: what it found is in `info.tls`.
    Connected {
        /// What is known of it.
        info: &'a ConnectionInfo,
        /// How long it took.
        took: Duration,
    },
    /// A kept connection is used again.
    Reused {
        /// What is known of it.
        info: &'a ConnectionInfo,
    },
    /// The request has been sent, or an answer came before its end.
    Sent {
        /// The caller's and the client's fields.
        headers: &'a Headers,
    },
    /// An interim answer (1xx) has come.
    Informational {
        /// Its head.
        head: &'a ResponseHead,
    },
    /// The head of an answer has come.
    Answered {
        /// Its status.
        status: StatusCode,
        /// Its fields.
        headers: &'a Headers,
        /// How long it took from the request's last byte.
        took: Duration,
    },
    /// A redirect is going to be followed.
    Redirected {
        /// Its status.
        status: StatusCode,
        /// Where to.
        to: &'a Url,
    },
    /// The request is going to be made again.
    Repeated {
        /// After so long.
        wait: Duration,
        /// Because of this.
        why: &'a str,
    },
    /// The content of an answer has been read to its end.
    ContentDone {
        /// Bytes of content over the wire, before decoding.
        wire_bytes: u64,
    },
    /// A connection is kept for another request.
    Pooled,
    /// A connection has been closed.
    Closed {
        /// Why.
        reason: CloseReason,
    },
}

/// Writes each [`Event`] to the `log` crate, at level `debug`, under the target `http_client`.
#[cfg(feature = "log")]
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has no fields and never will")]
pub struct LogObserver;

#[cfg(feature = "log")]
impl Observer for LogObserver {
    fn event(&self, event: &Event<'_>) {
        log::debug!(target: "http_client", "{event:?}");
    }
}
