//! The content of an answer that is written piece by piece: framed, buffered, held to its promise.

use crate::clock;
use crate::encode::Encode;
use crate::error::Error;
use crate::link::Link;
use crate::rate_bound::RateBound;
use crate::traffic::Io;
use http_proto::{BodyEncoder, Framing, Headers};
use std::fmt;
use std::io::{self, IoSlice, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Small pieces are gathered up to this many bytes before they are sent.
const PIECE_BYTES: usize = 16 * 1024;

/// Takes the content of a streamed answer. Small writes are gathered; [`flush`](Write::flush) sends what there is.
///
/// Python: `wfile`.
///
/// ```
/// use http_server::{BodyWriter, Request, Response, testing};
/// use std::io::Write;
///
/// let handler = |_: &mut Request<'_>| {
///     Response::stream("text/plain", |body: &mut BodyWriter<'_>| {
///         for line in 1..=3 {
///             writeln!(body, "line {line}")?;
///         }
///         body.trailer("X-Lines", "3")
///     })
/// };
/// let answer = testing::get("/").send_to(&handler);
/// assert_eq!(answer.text(), "line 1\nline 2\nline 3\n");
/// assert_eq!(answer.trailers().get("X-Lines").unwrap(), "3");
/// ```
#[doc(alias = "wfile")]
pub struct BodyWriter<'w> {
    link: &'w mut Link,
    /// What is queued for the socket and framed already: at first, the head.
    out: &'w mut Vec<u8>,
    /// Content that is not framed yet.
    piece: Vec<u8>,
    /// What the content goes through before it is framed, and what has come out of it.
    coder: Option<Box<dyn Encode>>,
    coded: Vec<u8>,
    /// How fast what has been coded may leave.
    bound: Option<RateBound>,
    encoder: BodyEncoder,
    trailers: Headers,
    /// Content that has been framed.
    sent_bytes: &'w mut u64,
    /// Whether the server is shutting down; `None` where nobody asks.
    stopping: Option<&'w AtomicBool>,
}

impl<'w> BodyWriter<'w> {
    pub(crate) fn new(link: &'w mut Link, io: &'w mut Io, framing: Framing) -> Self {
        Self {
            link,
            out: &mut io.out,
            piece: Vec::new(),
            coder: None,
            coded: Vec::new(),
            bound: None,
            encoder: BodyEncoder::new(framing),
            trailers: Headers::new(),
            sent_bytes: &mut io.sent_bytes,
            stopping: None,
        }
    }

    /// For a handler that may ask whether the server is shutting down.
    pub(crate) const fn with_stopping(mut self, stopping: &'w AtomicBool) -> Self {
        self.stopping = Some(stopping);
        self
    }

    /// Adds a field to the trailer section (RFC 9110 §6.5): sent behind the content where it is chunked, and left out
    /// where the peer speaks HTTP/1.0, which has none.
    ///
    /// # Errors
    /// For a name or value that no message can hold, and for fields that may not be trailers (RFC 9110 §6.5.1).
    pub fn trailer(&mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> io::Result<()> {
        if http_proto::is_forbidden_trailer(name.as_ref()) {
            return Err(Error::from(http_proto::InvalidInput::ForbiddenTrailer).into());
        }
        self.trailers.append(name, value).map_err(|error| Error::from(error).into())
    }

    /// Whether the peer has closed its side or reset the connection. Does not wait.
    #[must_use]
    pub fn client_gone(&self) -> bool {
        self.link.socket().peer_gone()
    }

    /// Whether the server is shutting down: a long answer may want to end.
    #[must_use]
    pub fn shutting_down(&self) -> bool {
        self.stopping.is_some_and(|stopping| stopping.load(Ordering::Relaxed))
    }

    /// Sends `content` as one piece, behind everything that is queued, in one call where the system allows it.
    fn send(&mut self, content: &[u8]) -> io::Result<()> {
        if !content.is_empty() {
            self.encoder.before_data(content.len(), self.out).map_err(Error::from)?;
        }
        let after = if content.is_empty() { &b""[..] } else { self.encoder.after_data() };
        let mut parts = [IoSlice::new(self.out), IoSlice::new(content), IoSlice::new(after)];
        self.link.write_all_parts(&mut parts)?;
        self.out.clear();
        *self.sent_bytes += content.len() as u64;
        Ok(())
    }

    /// Codes what is written from now on.
    pub(crate) fn begin_coding(&mut self, coder: Box<dyn Encode>) {
        self.coder = Some(coder);
    }

    /// Writes the end of what was coded.
    pub(crate) fn end_coding(&mut self) -> io::Result<()> {
        self.through_coder(|coder, out| coder.finish(out))?;
        self.coder = None;
        Ok(())
    }

    /// Writes what comes out of a step of the coder.
    fn through_coder(
        &mut self,
        step: impl FnOnce(&mut dyn Encode, &mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(coder) = &mut self.coder else { return Ok(()) };
        let mut coded = std::mem::take(&mut self.coded);
        let done = step(&mut **coder, &mut coded).and_then(|()| self.take(&coded));
        coded.clear();
        self.coded = coded;
        done
    }

    /// Lets nothing that `write` writes leave faster than `bound`, nor than what has been said before.
    pub(crate) fn hold_to(
        &mut self,
        bound: RateBound,
        write: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.bound.as_ref().is_some_and(|outer| outer.is_within(&bound)) {
            return write(self);
        }
        let outer = self.bound.replace(bound);
        // What a coder holds back of it must not leave later, faster.
        let written = write(self).and_then(|()| self.through_coder(|coder, out| coder.flush(out)));
        self.bound = outer;
        written
    }

    /// Takes content that is coded already, if it is at all, as fast as it may leave.
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(bound) = &self.bound else { return self.gather(bytes) };
        for piece in bytes.chunks(bound.piece_bytes()) {
            self.wait_for_turn(piece.len())?;
            self.gather(piece)?;
        }
        Ok(())
    }

    /// Waits until so many bytes more may leave. What is gathered leaves before, which also shows whether anybody is
    /// there to take it.
    fn wait_for_turn(&mut self, bytes: usize) -> io::Result<()> {
        let now = clock::now();
        let wait = self.bound.as_mut().map_or(Duration::ZERO, |bound| bound.wait_at(bytes, now));
        if !wait.is_zero() && !self.shutting_down() {
            self.send_gathered()?;
            std::thread::sleep(wait);
        }
        Ok(())
    }

    /// Sends what is queued and what is gathered.
    fn send_gathered(&mut self) -> io::Result<()> {
        let mut piece = std::mem::take(&mut self.piece);
        let sent = self.send(&piece);
        piece.clear();
        self.piece = piece;
        sent
    }

    /// Puts pieces together that are too small to be sent alone.
    fn gather(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.piece.len() + bytes.len() <= PIECE_BYTES {
            self.piece.extend_from_slice(bytes);
            return Ok(());
        }
        if !self.piece.is_empty() {
            self.send_gathered()?;
        }
        if bytes.len() < PIECE_BYTES {
            self.piece.extend_from_slice(bytes);
        } else {
            self.send(bytes)?;
        }
        Ok(())
    }

    /// Frames what is gathered and leaves it in the queue, with the end of the content behind it.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let piece = std::mem::take(&mut self.piece);
        if !piece.is_empty() {
            self.encoder.before_data(piece.len(), self.out).map_err(Error::from)?;
            self.out.extend_from_slice(&piece);
            self.out.extend_from_slice(self.encoder.after_data());
            *self.sent_bytes += piece.len() as u64;
        }
        if self.encoder.framing() != Framing::Chunked {
            self.trailers.clear();
        }
        self.encoder.finish(&self.trailers, self.out).map_err(|error| Error::from(error).into())
    }
}

impl Write for BodyWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.coder.is_some() {
            self.through_coder(|coder, out| coder.write(bytes, out))?;
        } else {
            self.take(bytes)?;
        }
        Ok(bytes.len())
    }

    /// Sends everything that has been written.
    fn flush(&mut self) -> io::Result<()> {
        self.through_coder(|coder, out| coder.flush(out))?;
        self.send_gathered()
    }
}

impl fmt::Debug for BodyWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyWriter").field("framing", &self.encoder.framing()).finish_non_exhaustive()
    }
}
