//! A time for each request as a whole: a handler that owns a handler.

use crate::clock;
use crate::error::HandlerError;
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use http_proto::StatusCode;
use std::time::Duration;

/// Gives each request so much time, from the call of the handler until its answer is sent.
///
/// What it can do, and what it cannot:
///
/// - Content of the request is not waited for any longer. Reading fails with [`Error::TooSlow`](crate::Error::TooSlow),
///   and the client gets 408 if the handler returns that.
/// - An answer is not written any longer: the connection is cut, so that the client sees that it is not whole.
/// - A handler that comes too late has its answer replaced by 503. Whatever it has done is done.
/// - A handler that computes, or waits for something else than its client, **goes on**: no thread can be stopped safely. It
///   can look at [`Request::deadline`] and give up, and set timeouts on what it waits for.
///
/// Not for event streams and other answers without an end: they are cut. An upgraded stream has no deadline any more.
///
/// ```
/// use http_server::{Request, Response, Timeout, testing};
/// use std::time::Duration;
///
/// let quick = Timeout::new(|_: &mut Request<'_>| Response::text("here"), Duration::from_secs(10));
/// assert_eq!(testing::get("/").send_to(&quick).text(), "here");
/// let late = Timeout::new(|_: &mut Request<'_>| Response::text("here"), Duration::ZERO);
/// assert_eq!(testing::get("/").send_to(&late).status(), 503);
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Timeout<H> {
    handler: H,
    time: Duration,
}

impl<H> Timeout<H> {
    /// Gives each request of `handler` so much time.
    pub const fn new(handler: H, time: Duration) -> Self {
        Self { handler, time }
    }
}

impl<H: Handler> Handler for Timeout<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let Some(until) = clock::now().checked_add(self.time) else { return self.handler.handle(request) };
        request.set_deadline(until);
        let result = self.handler.handle(request);
        if clock::now() < until {
            return result;
        }
        // The page that says so must be sent itself.
        request.forget_deadline();
        result.map(|_| Response::error_page(StatusCode::SERVICE_UNAVAILABLE))
    }
}

#[cfg(test)]
mod tests;
