//! Answers that leave no faster than so many bytes a second each: a handler that owns a handler.

use crate::clock;
use crate::encode::Encode;
use crate::error::HandlerError;
use crate::file_part::FilePart;
use crate::handler::Handler;
use crate::request::Request;
use crate::response::{Body, Kind, Response};
use std::io::{self, Cursor, Read};
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

/// How many pieces a second an answer is sent in.
const PIECES_PER_SECOND: u64 = 20;

/// Sends the content of each answer of the handler that it owns at a bounded rate.
///
/// The bound is for one answer, not for a client or for all of them. An answer that is held back holds a thread, as any
/// slow handler does, so this is for few readers: to leave room on a thin line, or to see a page as those on one do.
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
            let body = throttled(response.take_body(), Pace::new(self.bytes_per_second));
            response.set_body(body);
        }
        Ok(response)
    }
}

fn throttled(body: Body, pace: Pace) -> Body {
    match body.0 {
        Kind::Empty | Kind::Upgrade(_) => body,
        Kind::Bytes(content) => {
            let length = content.len() as u64;
            Body::sized_reader(Paced { reader: Cursor::new(content), pace }, length)
        }
        Kind::Shared(content) => {
            let length = content.len() as u64;
            Body::sized_reader(Paced { reader: Cursor::new(content), pace }, length)
        }
        Kind::File { file, offset, length } => {
            Body::sized_reader(Paced { reader: FilePart::new(file, offset, length), pace }, length)
        }
        Kind::Reader { reader, length: Some(length) } => Body::sized_reader(Paced { reader, pace }, length),
        Kind::Reader { reader, length: None } => Body::reader(Paced { reader, pace }),
        Kind::Stream(write) => Body::stream(move |writer| {
            writer.begin_coding(Box::new(pace));
            write(writer)?;
            writer.end_coding()
        }),
    }
}

/// How far along the content is, and how far it may be.
#[derive(Debug)]
struct Pace {
    bytes_per_second: u64,
    sent_bytes: u64,
    began: Option<Instant>,
}

impl Pace {
    const fn new(bytes_per_second: NonZeroU64) -> Self {
        Self { bytes_per_second: bytes_per_second.get(), sent_bytes: 0, began: None }
    }

    /// The most that is sent in one piece.
    fn piece_bytes(&self) -> usize {
        usize::try_from(self.bytes_per_second / PIECES_PER_SECOND).unwrap_or(usize::MAX).max(1)
    }

    /// Counts a piece, and says how long to wait before it may leave. The first leaves at once.
    fn wait_at(&mut self, bytes: usize, now: Instant) -> Duration {
        let began = *self.began.get_or_insert(now);
        let nanoseconds = u128::from(self.sent_bytes) * 1_000_000_000 / u128::from(self.bytes_per_second);
        self.sent_bytes = self.sent_bytes.saturating_add(bytes as u64);
        let due = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
        due.saturating_sub(now.saturating_duration_since(began))
    }

    fn wait(&mut self, bytes: usize) {
        let time = self.wait_at(bytes, clock::now());
        if !time.is_zero() {
            std::thread::sleep(time);
        }
    }
}

/// A reader that is held back.
struct Paced<R> {
    reader: R,
    pace: Pace,
}

impl<R: Read> Read for Paced<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = self.pace.piece_bytes().min(out.len());
        let count = self.reader.read(out.get_mut(..most).unwrap_or_default())?;
        self.pace.wait(count);
        Ok(count)
    }
}

/// What a closure writes passes unchanged, late.
impl Encode for Pace {
    fn write(&mut self, content: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        self.wait(content.len());
        out.extend_from_slice(content);
        Ok(())
    }

    fn flush(&mut self, _out: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, _out: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
