//! Watching a client: what happens to its calls and connections, in order.

use crate::client::Url;
use crate::client::shown::{Shown, ShownFields};
use crate::observer::Event as WireEvent;
use crate::transport::ConnectionInfo;
#[cfg(feature = "tls")]
use crate::transport::TlsInfo;
use http_proto::{CloseReason, Headers, Method, ResponseHead, StatusCode};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Is told what happens to a client's calls, on the thread of the call. A closure that takes an [`Event`] is one. A
/// single connection tells a [`http_client::Observer`](crate::Observer).
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

    /// Whether [`Event::Wire`] is wanted, which costs a copy of each head: no, unless this is overridden. It is asked
    /// when a connection is made.
    fn wants_wire(&self) -> bool {
        false
    }
}

impl<F: Fn(&Event<'_>) + Send + Sync> Observer for F {
    fn event(&self, event: &Event<'_>) {
        self(event);
    }
}

/// Whoever watches a client. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Observers {
    list: Arc<Vec<Arc<dyn Observer>>>,
}

impl Observers {
    pub(crate) fn add(&mut self, observer: Arc<dyn Observer>) {
        Arc::make_mut(&mut self.list).push(observer);
    }

    /// Those of them who want to see the wire, if there are any.
    pub(crate) fn of_wire(&self) -> Option<Self> {
        let list: Vec<_> = self.list.iter().filter(|observer| observer.wants_wire()).cloned().collect();
        if list.is_empty() { None } else { Some(Self { list: Arc::new(list) }) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Tells them, if there are any.
    pub(crate) fn tell<'e>(&self, event: impl FnOnce() -> Event<'e>) {
        if let [first, others @ ..] = self.list.as_slice() {
            let event = event();
            first.event(&event);
            others.iter().for_each(|observer| observer.event(&event));
        }
    }
}

/// What happens to a call. Its `Debug` hides what may be secret: field values of credentials and cookies, and the queries
/// of URLs. URLs have no user and no password.
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
    /// A connection has been opened, and a proxy spoken with where there is one.
    Connected {
        /// What is known of it.
        info: &'a ConnectionInfo,
        /// How long it took, without looking the name up and without TLS.
        took: Duration,
    },
    /// TLS has been set up on it.
    #[cfg(feature = "tls")]
    Secured {
        /// What was agreed upon.
        tls: &'a TlsInfo,
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
    /// What goes over the wire, proxies included: to those alone who [want it](Observer::wants_wire). Targets are
    /// whole, queries included.
    Wire {
        /// What level 1 tells, secrets hidden.
        event: &'a WireEvent<'a>,
    },
    /// The first byte of an answer has come, of an interim one where there is one.
    FirstByte {
        /// How long it took from the request's last byte; no time where it came before.
        took: Duration,
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

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(self.name());
        match self {
            Self::Started { method, url } => shown.field("method", method).field("url", &Shown(url)),
            Self::Resolved { host, addresses, took } => {
                shown.field("host", host).field("addresses", addresses).field("took", took)
            }
            Self::Connected { info, took } => shown.field("info", info).field("took", took),
            #[cfg(feature = "tls")]
            Self::Secured { tls, took } => shown.field("tls", tls).field("took", took),
            Self::Reused { info } => shown.field("info", info),
            Self::Sent { headers } => shown.field("headers", &ShownFields(headers)),
            Self::Wire { event } => shown.field("event", event),
            Self::FirstByte { took } => shown.field("took", took),
            Self::Informational { head } => shown.field("head", head),
            Self::Answered { status, headers, took } => {
                shown.field("status", status).field("headers", &ShownFields(headers)).field("took", took)
            }
            Self::Redirected { status, to } => shown.field("status", status).field("to", &Shown(to)),
            Self::Repeated { wait, why } => shown.field("wait", wait).field("why", why),
            Self::ContentDone { wire_bytes } => shown.field("wire_bytes", wire_bytes),
            Self::Pooled => &mut shown,
            Self::Closed { reason } => shown.field("reason", reason),
        }
        .finish()
    }
}

impl Event<'_> {
    /// What it is called.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "Started",
            Self::Resolved { .. } => "Resolved",
            Self::Connected { .. } => "Connected",
            #[cfg(feature = "tls")]
            Self::Secured { .. } => "Secured",
            Self::Reused { .. } => "Reused",
            Self::Sent { .. } => "Sent",
            Self::Wire { .. } => "Wire",
            Self::FirstByte { .. } => "FirstByte",
            Self::Informational { .. } => "Informational",
            Self::Answered { .. } => "Answered",
            Self::Redirected { .. } => "Redirected",
            Self::Repeated { .. } => "Repeated",
            Self::ContentDone { .. } => "ContentDone",
            Self::Pooled => "Pooled",
            Self::Closed { .. } => "Closed",
        }
    }
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

#[cfg(test)]
mod tests;
