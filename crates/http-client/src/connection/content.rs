//! How a request leaves: head and small body in one write, large ones in blocks, with an ear for an early answer.
//! What is to be sent, and how it is framed, has been decided in `sending.rs`.

use super::HttpConnection;
use crate::error::{Error, ErrorKind, Phase, copy_of, is_gone};
use crate::observer::{Event as Observed, redacted};
use crate::state::{Event, State};
use crate::transport::Incoming;
use http_proto::{BodyStep, ChunkDecoder, Framing, Headers, InvalidInput, Version};
use std::io::{self, IoSlice, Read};
use std::time::Duration;

/// Content up to so many bytes is copied behind the head, so that both are one piece.
const SMALL_BYTES_MAX: usize = 16 * 1024;

/// Content bytes between two looks for an early answer while the peer takes everything.
const LOOK_BYTES: u64 = 256 * 1024;

/// Content that comes in pieces.
pub(super) enum Blocks<'b> {
    Reader(Box<dyn Read + 'b>, Option<u64>),
    Items(Box<dyn Iterator<Item = io::Result<Vec<u8>>> + 'b>),
}

impl HttpConnection {
    /// Sends the head and all of the content.
    pub(super) fn send_bytes(&mut self, data: &[u8]) -> Result<(), Error> {
        if data.is_empty() && !matches!(self.request.encoder.framing(), Framing::Chunked) {
            self.advance(Event::EndHeaders)?;
            self.write(&[])?;
            self.request.is_complete = true;
            return Ok(());
        }
        self.advance(Event::EndHeadersBeforeContent)?;
        self.await_leave()?;
        if self.request.encoder.framing() == Framing::Chunked && self.request.raw_chunks.is_none() {
            // One chunk and the last one, in one piece where they are small.
            self.send_content(data)?;
            return self.complete(&Headers::new());
        }
        self.send_content(data)?;
        self.complete_if_nothing_is_due()?;
        if self.state == State::SendingBody {
            // Chunks that the caller has framed without the last one.
            return Err(self.unfinished());
        }
        Ok(())
    }

    /// Sends the head with the first block, then block by block.
    pub(super) fn send_blocks(&mut self, mut blocks: Blocks<'_>) -> Result<(), Error> {
        self.advance(Event::EndHeadersBeforeContent)?;
        self.await_leave()?;
        let sent = match &mut blocks {
            Blocks::Reader(reader, length) => self.send_from(reader, *length),
            Blocks::Items(items) => items.try_for_each(|item| match item {
                Ok(data) => self.send_content(&data),
                Err(error) => Err(self.unreadable(error)),
            }),
        };
        sent?;
        if self.request.raw_chunks.is_some() {
            self.complete_if_nothing_is_due()?;
            return if self.state == State::SendingBody { Err(self.unfinished()) } else { Ok(()) };
        }
        self.complete(&Headers::new())
    }

    fn send_from(&mut self, reader: &mut dyn Read, length: Option<u64>) -> Result<(), Error> {
        let mut block = vec![0; self.options.block_bytes];
        let mut left = length.unwrap_or(u64::MAX);
        let mut unseen_bytes = 0;
        while left > 0 {
            let room = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
            let count = match reader.read(block.get_mut(..room).unwrap_or_default()) {
                Ok(0) => break,
                Ok(count) => count.min(room),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.unreadable(error)),
            };
            // Before more is sent, never behind the last byte: an answer is early only while something is missing.
            if unseen_bytes >= LOOK_BYTES {
                unseen_bytes = 0;
                self.look_for_answer()?;
            }
            self.send_content(block.get(..count).unwrap_or_default())?;
            left -= count as u64;
            unseen_bytes += count as u64;
        }
        Ok(())
    }

    /// RFC 9112 §9.5: who sends should watch for an answer that makes the rest unwanted.
    fn look_for_answer(&mut self) -> Result<(), Error> {
        match self.wire.as_mut().map(crate::wire::Wire::incoming) {
            None | Some(Incoming::Nothing) => Ok(()),
            Some(_) if self.is_answered_early()? => self.written(Ok(false), Phase::SendBody),
            Some(_) => Ok(()),
        }
    }

    /// Sends content through the framing, the head before it if it has not been sent.
    pub(super) fn send_content(&mut self, data: &[u8]) -> Result<(), Error> {
        if data.is_empty() {
            return Ok(());
        }
        self.line.clear();
        let framed = match &mut self.request.raw_chunks {
            Some(chunks) => check_chunks(chunks, data),
            None => self
                .request
                .encoder
                .before_data(data.len(), &mut self.line)
                .map_err(ErrorKind::InvalidRequest),
        };
        match framed {
            Ok(()) => self.write(data),
            Err(kind) => Err(self.refuse(kind)),
        }
    }

    /// Writes the head if it is still there, the framing before `data`, `data`, and the framing behind it.
    fn write(&mut self, data: &[u8]) -> Result<(), Error> {
        let is_head = !self.out.is_empty();
        let phase = if is_head { Phase::SendHead } else { Phase::SendBody };
        if is_head {
            if let Err(error) = self.ensure_open() {
                self.forget_request();
                return Err(error);
            }
            if self.options.observer.is_some() {
                let text = redacted(&self.out);
                self.observe(&Observed::HeadSent(&text));
            }
        }
        if self.wire.is_none() {
            return Err(self.error(ErrorKind::NotConnected, phase));
        }
        let result = self.write_out(data, is_head);
        self.out.clear();
        self.line.clear();
        self.written(result?, phase)?;
        if !data.is_empty() {
            self.observe(&Observed::ContentSent(data));
        }
        Ok(())
    }

    /// Writes what is in the buffers, `data` and its framing: whether all of it, or the answer came before.
    fn write_out(&mut self, data: &[u8], is_head: bool) -> Result<io::Result<bool>, Error> {
        let after: &[u8] = if self.request.raw_chunks.is_some() || data.is_empty() {
            &[]
        } else {
            self.request.encoder.after_data()
        };
        let is_small = data.len() <= SMALL_BYTES_MAX;
        if is_small {
            for piece in [&self.line, data, after] {
                self.out.extend_from_slice(piece);
            }
        }
        let mut written = 0;
        loop {
            let Some(wire) = &mut self.wire else { return Ok(Err(io::ErrorKind::NotConnected.into())) };
            wire.write_patience = self.options.timeouts.write;
            wire.noted_now = self.noted_now.take();
            let outcome = if is_small {
                wire.write(&mut [IoSlice::new(&self.out)], written, !is_head)
            } else {
                let pieces = [&self.out, &self.line, data, after];
                wire.write(&mut pieces.map(IoSlice::new), written, true)
            };
            match outcome {
                Ok(None) => return Ok(Ok(true)),
                // An interim answer does not make the rest needless.
                Ok(Some(_)) if self.is_answered_early()? => return Ok(Ok(false)),
                Ok(Some(left)) => {
                    let behind = if is_small { 0 } else { self.line.len() + data.len() + after.len() };
                    written = (self.out.len() + behind).saturating_sub(left);
                }
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    /// What became of a write: done, made needless by an answer, or failed.
    fn written(&mut self, result: io::Result<bool>, phase: Phase) -> Result<(), Error> {
        let error = match result {
            Ok(true) => return Ok(()),
            Ok(false) => {
                self.state = State::RequestSent;
                return Err(self.error(ErrorKind::EarlyAnswer, phase));
            }
            Err(error) => error,
        };
        if let Some(limit) = self.wire.as_mut().and_then(|wire| wire.expired.take()) {
            return Err(self.fail(ErrorKind::Timeout(limit), phase));
        }
        if is_gone(&error) {
            // The peer may have said why before it went: the answer decides.
            self.state = State::RequestSent;
            self.request.failure = Some(copy_of(&error));
            return Err(self.error(ErrorKind::Send(error), phase));
        }
        Err(self.fail(ErrorKind::Send(error), phase))
    }

    /// Where the caller's fields ask for leave to send content, waits for it.
    pub(super) fn await_leave(&mut self) -> Result<(), Error> {
        if self.request.fields.expect_continue && self.options.version == Version::HTTP_11 {
            self.send_head_and_await_continue(self.options.continue_wait)
        } else {
            Ok(())
        }
    }

    /// Sends the head if it is still here.
    pub(super) fn flush_head(&mut self) -> Result<(), Error> {
        if self.state == State::SendingBody && !self.out.is_empty() { self.write(&[]) } else { Ok(()) }
    }

    /// Content that is still to come, where it has a length.
    pub(super) fn owed_bytes(&self) -> Option<u64> {
        self.request.encoder.remaining_bytes()
    }

    /// Sends the head and waits for `100 Continue` (RFC 9110 §10.1.1).
    pub(super) fn send_head_and_await_continue(&mut self, wait: Duration) -> Result<(), Error> {
        self.write(&[])?;
        // What came behind the leave is no leave.
        if self.await_continue(wait)? && (self.buffer.is_empty() || !self.is_answered_early()?) {
            return Ok(());
        }
        self.state = State::RequestSent;
        Err(self.error(ErrorKind::EarlyAnswer, Phase::AwaitContinue))
    }

    /// Ends the content.
    pub(super) fn complete(&mut self, trailers: &Headers) -> Result<(), Error> {
        if self.request.raw_chunks.is_some() {
            if !trailers.is_empty() {
                return Err(self.refuse(ErrorKind::InvalidRequest(InvalidInput::TrailersWithoutChunks)));
            }
            self.complete_if_nothing_is_due()?;
            return if self.state == State::SendingBody { Err(self.unfinished()) } else { Ok(()) };
        }
        self.line.clear();
        if let Err(invalid) = self.request.encoder.finish(trailers, &mut self.line) {
            return Err(self.refuse(ErrorKind::InvalidRequest(invalid)));
        }
        if !self.line.is_empty() || !self.out.is_empty() {
            self.write(&[])?;
        }
        self.advance(Event::ContentDone)?;
        self.request.is_complete = true;
        Ok(())
    }

    /// Completes the request where the content tells its end by itself and has reached it.
    pub(super) fn complete_if_nothing_is_due(&mut self) -> Result<(), Error> {
        let done = match &self.request.raw_chunks {
            Some(chunks) => chunks.is_done(),
            None => self.request.encoder.remaining_bytes() == Some(0),
        };
        if done && self.state == State::SendingBody {
            self.advance(Event::ContentDone)?;
            self.request.is_complete = true;
        }
        Ok(())
    }

    /// The caller has given what cannot be sent. A request of which nothing has left is forgotten; else only closing
    /// is left (RFC 9112 §9.2).
    fn refuse(&mut self, kind: ErrorKind) -> Error {
        if self.out.is_empty() {
            self.fail(kind, Phase::SendBody)
        } else {
            let error = self.error(kind, Phase::Prepare);
            self.forget_request();
            error
        }
    }

    fn unreadable(&mut self, error: io::Error) -> Error {
        self.refuse(ErrorKind::BodySource(error))
    }

    fn unfinished(&mut self) -> Error {
        self.refuse(ErrorKind::InvalidFraming { problem: "the chunks given have no last one" })
    }
}

/// Whether what a caller has framed goes on as chunks.
fn check_chunks(chunks: &mut ChunkDecoder, mut data: &[u8]) -> Result<(), ErrorKind> {
    loop {
        let step = chunks
            .step(data)
            .map_err(|_| ErrorKind::InvalidFraming { problem: "the content given is not made of chunks" })?;
        match step {
            BodyStep::Data { framing_bytes, data_bytes_max } => {
                data = data.get(framing_bytes..).unwrap_or_default();
                let taken = usize::try_from(data_bytes_max).unwrap_or(usize::MAX).min(data.len());
                chunks.take(taken as u64);
                data = data.get(taken..).unwrap_or_default();
                if data.is_empty() {
                    return Ok(());
                }
            }
            BodyStep::Partial { .. } => return Ok(()),
            BodyStep::End { framing_bytes } if framing_bytes == data.len() => return Ok(()),
            BodyStep::End { .. } => {
                return Err(ErrorKind::InvalidFraming { problem: "content behind the last chunk" });
            }
        }
    }
}
