//! Answers: heads, interim ones first, then content through its framing, then what becomes of the connection.

use super::HttpConnection;
use crate::clock::Deadline;
use crate::error::{Error, ErrorKind, Phase};
use crate::observer::Event as Observed;
use crate::response::Response;
use crate::state::{Event, State};
use crate::timeouts::{Limit, Timeouts};
use crate::transport::Incoming;
use crate::wire::Wire;
use http_proto::stream::{BodyError, fill_body, read_body};
use http_proto::{
    BodyStep, CloseReason, Framing, Parsed, ProtocolError, StatusCode, Version, response_framing,
};
use std::io;
use std::time::Duration;

/// How long the next byte of a head may take.
#[derive(Clone, Copy)]
enum Wait {
    /// By the timeouts.
    Answer,
    /// Until then; after it, an answer is not needed yet.
    Continue(Deadline),
}

impl HttpConnection {
    /// Reads the head of the answer; its content is read from the [`Response`], which borrows the connection.
    ///
    /// Interim answers (1xx) are handed to the hook of the builder and skipped, a bounded number of them.
    ///
    /// # Errors
    /// [`ErrorKind::ResponseNotReady`] before a request has been sent whole; [`ErrorKind::RemoteDisconnected`],
    /// [`ErrorKind::Protocol`], [`ErrorKind::TooManyInformational`], [`ErrorKind::UnaskedUpgrade`],
    /// [`ErrorKind::Timeout`], [`ErrorKind::Receive`], after which the connection is closed and idle;
    /// [`ErrorKind::Send`] where sending had failed and no answer explains it.
    #[doc(alias = "getresponse")]
    pub fn get_response(&mut self) -> Result<Response<'_>, Error> {
        self.read_answer()?;
        Ok(Response::borrowed(self))
    }

    /// As [`get_response`](Self::get_response), but the response owns the connection, and gives it back by
    /// [`Response::into_connection`].
    ///
    /// # Errors
    /// As [`get_response`](Self::get_response), with the connection.
    pub fn into_response(mut self: Box<Self>) -> Result<Response<'static>, (Error, Box<Self>)> {
        match self.read_answer() {
            Ok(()) => Ok(Response::owned(self)),
            Err(error) => Err((error, self)),
        }
    }

    pub(super) fn read_answer(&mut self) -> Result<(), Error> {
        self.advance(Event::GetResponse)?;
        while !self.request.is_answered {
            self.next_head()?;
        }
        self.begin_content()
    }

    /// Reads one head: whether it was an interim one, which is in `head` then. A final one sets `is_answered`.
    pub(crate) fn next_head(&mut self) -> Result<bool, Error> {
        match self.read_head(Wait::Answer) {
            Ok(_) => self.classify_head(),
            Err(kind) => Err(self.no_answer(kind)),
        }
    }

    /// Whether content may be sent: `100 Continue` came, or nothing within `wait`.
    pub(super) fn await_continue(&mut self, wait: Duration) -> Result<bool, Error> {
        let deadline = Deadline::after(&*self.options.clock, Some(wait));
        loop {
            match self.read_head(Wait::Continue(deadline)) {
                Ok(false) => return Ok(true),
                Ok(true) => {}
                Err(kind) => return Err(self.fail(kind, Phase::AwaitContinue)),
            }
            let interim = self.classify_head()?;
            if !interim {
                return Ok(false);
            }
            if self.head.status == StatusCode::CONTINUE {
                return Ok(true);
            }
        }
    }

    /// Looks, without waiting, for what has come while the request is still being sent: whether that is the answer, or the
    /// end, which only reading the answer can explain.
    ///
    /// RFC 9110 §15.2: an interim answer is none, and the content is wanted as before. The beginning of a head stays in
    /// the buffer.
    pub(super) fn is_answered_early(&mut self) -> Result<bool, Error> {
        loop {
            match self.take_head() {
                Ok(true) => {
                    if !self.classify_head()? {
                        return Ok(true);
                    }
                }
                Ok(false) => match self.wire.as_mut().map(Wire::incoming) {
                    Some(Incoming::Bytes) => {
                        if let Err(kind) = self.fill_head(Wait::Answer) {
                            return Err(self.no_answer(kind));
                        }
                    }
                    Some(Incoming::Nothing) => return Ok(false),
                    Some(Incoming::End) | None => return Ok(true),
                },
                // Reading the answer finds the same fault.
                Err(_) => return Ok(true),
            }
        }
    }

    /// Reads one head into `head`: false where the time for `100 Continue` passed before.
    fn read_head(&mut self, wait: Wait) -> Result<bool, ErrorKind> {
        while !self.take_head()? {
            if !self.fill_head(wait)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes one head out of the buffer into `head`: whether all of it was there.
    #[inline(always)]
    fn take_head(&mut self) -> Result<bool, ErrorKind> {
        if self.buffer.is_empty() {
            return Ok(false);
        }
        match self.parser.parse(self.buffer.filled(), &mut self.head) {
            Ok(Parsed::Complete { consumed_bytes, .. }) => {
                self.buffer.consume(consumed_bytes);
                Ok(true)
            }
            Ok(Parsed::Partial) => Ok(false),
            Err(ProtocolError::NotHttp) if self.options.accept_http09 => {
                self.take_for_http09();
                Ok(true)
            }
            Err(error) => Err(ErrorKind::Protocol(error)),
        }
    }

    /// Reads more of a head once: false where the time for `100 Continue` passed before.
    #[inline(always)]
    fn fill_head(&mut self, wait: Wait) -> Result<bool, ErrorKind> {
        let timeouts = self.options.timeouts;
        let patience = match wait {
            Wait::Answer if self.buffer.is_empty() => (timeouts.first_byte, Limit::FirstByte),
            Wait::Answer => (timeouts.between_bytes, Limit::BetweenBytes),
            Wait::Continue(deadline) => (deadline.left(&*self.options.clock), Limit::Continue),
        };
        let Some(wire) = &mut self.wire else { return Err(ErrorKind::NotConnected) };
        wire.read_patience = patience;
        wire.noted_now = self.noted_now.take();
        match self.buffer.fill_from(wire) {
            Ok(0) => Err(self.end_in_head()),
            Ok(_) => {
                self.note_arrival();
                Ok(true)
            }
            Err(error) => match wire.expired.take() {
                Some(Limit::Continue) => Ok(false),
                Some(limit) => Err(ErrorKind::Timeout(limit)),
                // TLS without close_notify: the end all the same.
                None if error.kind() == io::ErrorKind::UnexpectedEof => Err(self.end_in_head()),
                None => Err(ErrorKind::Receive(error)),
            },
        }
    }

    fn note_arrival(&mut self) {
        let now = self.options.clock.now();
        let first = self.request.head_times.map(|(first, _)| first);
        self.request.head_times = Some((first.unwrap_or(now), now));
        if let (None, Some(hook)) = (first, &mut self.options.on_first_byte) {
            hook();
        }
    }

    fn end_in_head(&self) -> ErrorKind {
        if self.buffer.is_empty() {
            return ErrorKind::RemoteDisconnected;
        }
        let received_bytes = u32::try_from(self.buffer.filled().len()).unwrap_or(u32::MAX);
        ErrorKind::Protocol(ProtocolError::IncompleteHead { received_bytes })
    }

    /// HTTP/0.9 has no heads: everything is content.
    fn take_for_http09(&mut self) {
        self.head.version = Version::HTTP_09;
        self.head.status = StatusCode::OK;
        self.head.reason.clear();
        self.head.headers.clear();
    }

    /// Why no answer came: sending had failed, or what reading says.
    fn no_answer(&mut self, kind: ErrorKind) -> Error {
        let phase = if self.buffer.is_empty() { Phase::FirstByte } else { Phase::Head };
        match self.request.failure.take() {
            Some(error) => self.fail(ErrorKind::Send(error), Phase::SendBody),
            None => self.fail(kind, phase),
        }
    }

    /// Counts interim heads: whether this was one. Another is the answer.
    fn classify_head(&mut self) -> Result<bool, Error> {
        if let Some(observer) = &mut self.options.observer {
            observer.event(&Observed::HeadReceived(&self.head));
        }
        let status = self.head.status;
        if !status.is_informational() {
            self.request.is_answered = true;
            return Ok(false);
        }
        if status == StatusCode::SWITCHING_PROTOCOLS {
            // RFC 9110 §7.8: only what the client has offered.
            if !self.request.fields.upgrade {
                return Err(self.fail(ErrorKind::UnaskedUpgrade, Phase::Head));
            }
            self.request.is_answered = true;
            return Ok(false);
        }
        self.request.informational += 1;
        if self.request.informational > self.options.informational_max {
            let count_max = self.options.informational_max;
            return Err(self.fail(ErrorKind::TooManyInformational { count_max }, Phase::Head));
        }
        if let Some(hook) = &mut self.options.on_informational {
            hook(&self.head);
        }
        Ok(true)
    }

    /// Decides how the content of the answer is framed.
    fn begin_content(&mut self) -> Result<(), Error> {
        self.received_bytes = 0;
        self.answer_sent = self.sent();
        if self.head.version == Version::HTTP_09 {
            (self.framing, self.persistence) = (Framing::UntilClose, Err(CloseReason::UntilClose));
        } else {
            let verdict = match response_framing(&self.request.method, &self.head) {
                Ok(verdict) => verdict,
                Err(error) => return Err(self.fail(ErrorKind::Protocol(error), Phase::Head)),
            };
            self.framing = verdict.framing;
            self.persistence = verdict.persistence;
        }
        if self.persistence.is_ok() {
            if !self.request.is_complete {
                // RFC 9112 §9.5: the rest of the request will not be sent.
                self.persistence = Err(CloseReason::UnfinishedMessage);
            } else if self.request.fields.close {
                self.persistence = Err(CloseReason::WeAsked);
            }
        }
        self.decoder.begin(self.framing);
        if self.decoder.is_done() && self.framing != Framing::Tunnel {
            self.finish_exchange();
        }
        Ok(())
    }

    /// The answer is over: the connection waits for the next request, or closes.
    fn finish_exchange(&mut self) {
        self.state = self.state.after(Event::ResponseDone).unwrap_or_default();
        self.noted_now = None;
        let keep = match self.persistence {
            Ok(()) if !self.buffer.is_empty() => Err(CloseReason::UnaskedBytes),
            other => other,
        };
        match keep {
            Ok(()) => self.idle_since = Some(self.options.clock.now()),
            Err(reason) => {
                self.persistence = Err(reason);
                self.close_because(reason);
            }
        }
    }

    /// Whether content of the answer is left, or may be.
    pub(crate) fn has_content(&self) -> bool {
        self.state == State::Reading
    }

    /// Reads content; 0 is its end.
    pub(crate) fn read_content(&mut self, out: &mut [u8]) -> Result<usize, Error> {
        if !self.has_content() || out.is_empty() || self.framing == Framing::Tunnel {
            return Ok(0);
        }
        let Some(wire) = &mut self.wire else { return Ok(0) };
        wire.read_patience = (self.options.timeouts.between_bytes, Limit::BetweenBytes);
        match read_body(&mut self.buffer, wire, &mut self.decoder, out) {
            Ok(count) => {
                self.received_bytes += count as u64;
                if let (1.., Some(observer), Some(data)) =
                    (count, &mut self.options.observer, out.get(..count))
                {
                    observer.event(&Observed::ContentReceived(data));
                }
                if self.decoder.is_done() {
                    self.finish_exchange();
                }
                Ok(count)
            }
            Err(error) => Err(self.content_failed(error)),
        }
    }

    /// Sees to it that content is in the buffer: how many bytes of it; 0 is the end.
    pub(crate) fn fill_content(&mut self) -> Result<usize, Error> {
        if !self.has_content() || self.framing == Framing::Tunnel {
            return Ok(0);
        }
        let Some(wire) = &mut self.wire else { return Ok(0) };
        wire.read_patience = (self.options.timeouts.between_bytes, Limit::BetweenBytes);
        match fill_body(&mut self.buffer, wire, &mut self.decoder) {
            Ok(0) => {
                if self.decoder.is_done() {
                    self.finish_exchange();
                }
                Ok(0)
            }
            Ok(count) => Ok(count),
            Err(error) => Err(self.content_failed(error)),
        }
    }

    /// The content that is in the buffer.
    pub(crate) fn content(&self, count: usize) -> &[u8] {
        self.buffer.filled().get(..count).unwrap_or_default()
    }

    /// Takes content out of the buffer.
    pub(crate) fn consume_content(&mut self, bytes: usize) {
        if bytes == 0 || !self.has_content() {
            return;
        }
        let bytes = bytes.min(self.buffer.filled().len());
        if self.options.observer.is_some() {
            let data = self.buffer.filled().get(..bytes).unwrap_or_default().to_vec();
            self.observe(&Observed::ContentReceived(&data));
        }
        self.buffer.consume(bytes);
        self.decoder.take(bytes as u64);
        self.received_bytes += bytes as u64;
        if self.decoder.is_done() {
            self.finish_exchange();
        }
    }

    fn content_failed(&mut self, error: BodyError) -> Error {
        let received_bytes = self.received_bytes;
        let missing_bytes = self.decoder.remaining_bytes();
        let incomplete = ErrorKind::IncompleteRead { received_bytes, missing_bytes };
        let expired = self.wire.as_mut().and_then(|wire| wire.expired.take());
        let kind = match (error, expired) {
            (_, Some(limit)) => ErrorKind::Timeout(limit),
            (BodyError::Protocol(error), _) if error.is_incomplete() => incomplete,
            (BodyError::Protocol(error), _) => ErrorKind::Protocol(error),
            // RFC 9112 §9.8: TLS ended without close_notify.
            (BodyError::Io(error), _) if error.kind() == io::ErrorKind::UnexpectedEof => incomplete,
            (BodyError::Io(error), _) => ErrorKind::Receive(error),
            (error, _) => ErrorKind::Receive(io::Error::other(error)),
        };
        self.fail(kind, Phase::Content)
    }

    /// Takes the end of the content if all of it is in the buffer already, without reading: what a caller leaves
    /// unread of a small answer costs no connection.
    fn skip_buffered_content(&mut self) {
        while self.has_content() && self.framing != Framing::Tunnel {
            match self.decoder.step(self.buffer.filled()) {
                Ok(BodyStep::Data { framing_bytes, data_bytes_max }) => {
                    self.buffer.consume(framing_bytes);
                    let there = self.buffer.filled().len();
                    let count = usize::try_from(data_bytes_max).unwrap_or(usize::MAX).min(there);
                    if count == 0 {
                        return;
                    }
                    self.buffer.consume(count);
                    self.decoder.take(count as u64);
                    if self.decoder.is_done() {
                        self.finish_exchange();
                    }
                }
                Ok(BodyStep::End { framing_bytes }) => {
                    self.buffer.consume(framing_bytes);
                    self.finish_exchange();
                }
                Ok(BodyStep::Partial { .. }) | Err(_) => return,
            }
        }
    }

    /// Nothing of this exchange may take longer than `limit` from now on.
    pub(crate) fn hurry(&mut self, limit: Duration) {
        if self.options.timeouts == Timeouts::NONE || !self.has_content() {
            // A transport that may have no timeouts is not asked for one.
            return;
        }
        if let Some(wire) = &mut self.wire {
            wire.total = Deadline::after(&*self.options.clock, Some(limit)).earlier(wire.total).0;
        }
    }

    /// The response is given up: what is left decides whether the connection can stay.
    pub(crate) fn leave_response(&mut self) {
        self.skip_buffered_content();
        if self.has_content() {
            let reason = match self.framing {
                Framing::Tunnel => CloseReason::Tunnel,
                _ => self.persistence.err().unwrap_or(CloseReason::UnreadContent),
            };
            self.persistence = Err(reason);
            self.close_because(reason);
        }
    }
}
