//! What happens to a client, as spans and events of the `tracing` crate. What may be secret is left out.

use crate::client::error::Error;
use crate::client::events::{Event, Observer};
use crate::client::middleware::{Middleware, Next};
use crate::client::request::Request;
use crate::client::response::Response;
use crate::client::shown::Shown;
use std::time::Duration;
use tracing::field::{Empty, display};
use tracing::{debug, debug_span};

/// Writes to the `tracing` crate, under the target `http_client` and at level `debug`: as middleware a span `call` around
/// each call, with `method`, `url`, and in the end `status` or `error`; as observer an event for each [`Event`].
/// [`ClientBuilder::tracing`](crate::client::ClientBuilder::tracing) adds it as both.
///
/// Credentials, cookies, other fields' values, contents and the queries of URLs are not written.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has no fields and never will")]
pub struct Tracing;

impl Middleware for Tracing {
    fn call(&self, request: Request, next: Next<'_>) -> Result<Response, Error> {
        let (method, url) = (display(request.method()), display(Shown(request.url())));
        let span = debug_span!(target: "http_client", "call", %method, %url, status = Empty, error = Empty);
        let _entered = span.enter();
        let outcome = next.run(request);
        match &outcome {
            Ok(answer) => span.record("status", answer.status().as_u16()),
            // Not its text: that has the whole URL.
            Err(error) => span.record("error", display(error.kind())),
        };
        outcome
    }
}

impl Observer for Tracing {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Started { method, url } => {
                debug!(target: "http_client", %method, url = %Shown(url), "started");
            }
            Event::Resolved { host, addresses, took } => {
                debug!(target: "http_client", host, ?addresses, took = micros(*took), "resolved");
            }
            Event::Connected { info, took } => {
                let (peer, local) = (info.peer_addr, info.local_addr());
                debug!(target: "http_client", ?peer, ?local, took = micros(*took), "connected");
            }
            #[cfg(feature = "tls")]
            Event::Secured { tls, took } => {
                let (version, cipher) = (tls.version, tls.cipher_suite);
                debug!(target: "http_client", version, cipher, took = micros(*took), "secured");
            }
            Event::Reused { info } => debug!(target: "http_client", peer = ?info.peer_addr, "reused"),
            Event::Sent { headers } => debug!(target: "http_client", fields = headers.len(), "sent"),
            Event::FirstByte { took } => {
                debug!(target: "http_client", took = micros(*took), "first byte");
            }
            Event::Informational { head } => {
                debug!(target: "http_client", status = head.status.as_u16(), "informational");
            }
            Event::Answered { status, headers, took } => {
                let (status, fields) = (status.as_u16(), headers.len());
                debug!(target: "http_client", status, fields, took = micros(*took), "answered");
            }
            Event::Redirected { status, to } => {
                debug!(target: "http_client", status = status.as_u16(), to = %Shown(to), "redirected");
            }
            Event::Repeated { wait, why } => {
                debug!(target: "http_client", wait = micros(*wait), why, "repeated");
            }
            Event::ContentDone { wire_bytes } => debug!(target: "http_client", wire_bytes, "content done"),
            Event::Pooled => debug!(target: "http_client", "pooled"),
            // It does not want to see the wire.
            Event::Wire { .. } => {}
            Event::Closed { reason } => debug!(target: "http_client", %reason, "closed"),
        }
    }
}

/// Microseconds.
fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}
