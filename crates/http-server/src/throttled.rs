//! Answers that leave no faster than so many bytes a second each: a handler that owns a handler.

use crate::body::{Body, Kind};
use crate::clock;
use crate::error::HandlerError;
use crate::file_part::FilePart;
use crate::handler::Handler;
use crate::rate_bound::RateBound;
use crate::request::Request;
use crate::response::Response;
use std::io::{self, Cursor, Read};
use std::num::NonZeroU64;

/// Sends the content of each answer of the handler that it owns at a bounded rate.
///
/// The bound is for one answer, not for a client or for all of them. An answer that is held back holds a thread, as any
/// slow handler does, so this is for few readers: to leave room on a thin line, or to see a page as those on one do. What
/// a closure writes is held back piece by piece, however much it writes at a time, and no more once the server shuts down.
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
        Kind::Bytes(content) => {
            let length = content.len() as u64;
            Body::sized_reader(Paced { reader: Cursor::new(content), bound }, length)
        }
        Kind::Shared(content) => {
            let length = content.len() as u64;
            Body::sized_reader(Paced { reader: Cursor::new(content), bound }, length)
        }
        Kind::File { file, offset, length } => {
            Body::sized_reader(Paced { reader: FilePart::new(file, offset, length), bound }, length)
        }
        Kind::Reader { reader, length: Some(length) } => Body::sized_reader(Paced { reader, bound }, length),
        Kind::Reader { reader, length: None } => Body::reader(Paced { reader, bound }),
        Kind::Stream(write) => Body::stream(move |writer| writer.hold_to(bound, write)),
    }
}

/// A reader that is held back.
struct Paced<R> {
    reader: R,
    bound: RateBound,
}

impl<R: Read> Read for Paced<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = self.bound.piece_bytes().min(out.len());
        let count = self.reader.read(out.get_mut(..most).unwrap_or_default())?;
        let wait = self.bound.wait_at(count, clock::now());
        if !wait.is_zero() {
            std::thread::sleep(wait);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
