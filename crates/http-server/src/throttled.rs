//! Answers that leave no faster than so many bytes a second each: a handler that owns a handler.

use crate::body::{Body, Kind};
use crate::error::HandlerError;
use crate::file_part::FilePart;
use crate::handler::Handler;
use crate::rate_bound::RateBound;
use crate::request::Request;
use crate::response::Response;
use std::io::Cursor;
use std::num::NonZeroU64;

/// Sends the content of each answer of the handler that it owns at a bounded rate.
///
/// The bound is for one answer, not for a client or for all of them: to leave room on a thin line, or to see a page as
/// those on one do. An answer that is held back holds no thread, save what a closure writes: that is held back in its
/// thread piece by piece, however much it writes at a time. Nothing is held back any more once the server shuts down.
///
/// ```
/// use http_server::{Request, Response, Throttled, testing};
/// use std::num::NonZeroU64;
///
/// let page = |_: &mut Request<'_>| Response::text("hello");
/// let slow = Throttled::new(page, NonZeroU64::new(100_000).unwrap());
/// assert_eq!(testing::get("/").send_to(&slow).text(), "hello");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Throttled<H> {
    handler: H,
    bytes_per_second: NonZeroU64,
}

impl<H> Throttled<H> {
    /// Sends the answers of `handler` no faster than this.
    pub const fn new(handler: H, bytes_per_second: NonZeroU64) -> Self {
        Self { handler, bytes_per_second }
    }
}

impl<H: Handler> Handler for Throttled<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let mut response = self.handler.handle(request)?;
        if !response.is_tunnel() && !matches!(response.body().0, Kind::Empty) {
            let body = throttled(response.take_body(), RateBound::new(self.bytes_per_second));
            response.set_body(body);
        }
        Ok(response)
    }
}

fn throttled(body: Body, bound: RateBound) -> Body {
    match body.0 {
        Kind::Empty | Kind::Upgrade(_) => body,
        Kind::Bytes(content) => in_memory(content, bound),
        Kind::Shared(content) => in_memory(content, bound),
        Kind::File { file, offset, length } => {
            Body::of_reader(FilePart::new(file, offset, length), Some(length), Some(Box::new(bound)))
        }
        // The slower of two holds.
        Kind::Reader { reader, length, bound: Some(inner) } if inner.is_within(&bound) => {
            Body::of_reader(reader, length, Some(inner))
        }
        Kind::Reader { reader, length, .. } => Body::of_reader(reader, length, Some(Box::new(bound))),
        Kind::Stream(write) => Body::stream(move |writer| writer.hold_to(bound, write)),
    }
}

fn in_memory(content: impl AsRef<[u8]> + Send + 'static, bound: RateBound) -> Body {
    let length = content.as_ref().len() as u64;
    Body::of_reader(Cursor::new(content), Some(length), Some(Box::new(bound)))
}

#[cfg(test)]
mod tests;
