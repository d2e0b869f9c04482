//! The typed door: each step is a type that borrows the connection, so that a wrong order does not compile. The
//! work is done by the same functions as behind Python's door.

use super::HttpConnection;
use super::sending::RequestOptions;
use crate::body::Body;
use crate::error::{Error, ErrorKind, Phase};
use crate::response::Response;
use crate::state::{Event, State};
use http_proto::{Framing, Headers, ResponseHead};
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

/// How much content a request will have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the length is known or it is not")]
pub enum BodyLength {
    /// Exactly so many bytes, by Content-Length.
    Exact(u64),
    /// Nobody knows: in chunks.
    Chunked,
}

impl HttpConnection {
    /// Begins a request: the typed door. Dropping a step before the request is sent whole leaves nothing behind.
    ///
    /// ```no_run
    /// use http_client::{BodyLength, HttpConnection};
    /// use std::io::Write;
    ///
    /// let mut connection = HttpConnection::new("localhost:8000")?;
    /// let mut body = connection
    ///     .start("PUT", "/notes/1")?
    ///     .header("Content-Type", "text/plain")?
    ///     .body(BodyLength::Chunked)?;
    /// body.write_all(b"one piece, ")?;
    /// body.write_all(b"and another")?;
    /// let response = body.finish()?.response()?;
    /// println!("{}", response.status());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`put_request`](HttpConnection::put_request).
    pub fn start(
        &mut self,
        method: impl AsRef<str>,
        target: impl AsRef<str>,
    ) -> Result<HeadWriter<'_>, Error> {
        self.start_with(method, target, RequestOptions::new())
    }

    /// As [`start`](Self::start), with options.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_with(
        &mut self,
        method: impl AsRef<str>,
        target: impl AsRef<str>,
        options: RequestOptions,
    ) -> Result<HeadWriter<'_>, Error> {
        self.put_request_with(method, target, options)?;
        Ok(HeadWriter { connection: Some(self) })
    }
}

/// Takes the connection out of a step that is over.
fn take<'c>(slot: &mut Option<&'c mut HttpConnection>) -> Result<&'c mut HttpConnection, Error> {
    slot.take().ok_or_else(|| Error::new(ErrorKind::NotConnected, Phase::Prepare))
}

/// A request whose head is open.
#[must_use]
pub struct HeadWriter<'c> {
    /// Empty only while a method that consumes the step runs.
    connection: Option<&'c mut HttpConnection>,
}

impl<'c> HeadWriter<'c> {
    /// Adds a field.
    ///
    /// # Errors
    /// As [`put_header`](HttpConnection::put_header); the request is dropped then.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Result<Self, Error> {
        if let Some(connection) = &mut self.connection {
            connection.put_header(name, value)?;
        }
        Ok(self)
    }

    /// Adds all fields of a list.
    ///
    /// # Errors
    /// As [`header`](Self::header).
    pub fn headers(mut self, headers: &Headers) -> Result<Self, Error> {
        if let Some(connection) = &mut self.connection {
            connection.put_headers(headers)?;
        }
        Ok(self)
    }

    /// Sends the request without content. Methods that usually have some say so by `Content-Length: 0`.
    ///
    /// # Errors
    /// What connecting and sending fail with; [`ErrorKind::InvalidRequest`] where the fields announce content.
    pub fn send(self) -> Result<Awaiting<'c>, Error> {
        self.send_body(Body::empty())
    }

    /// Sends the request with this body; Content-Length or Transfer-Encoding are added unless they are there.
    ///
    /// # Errors
    /// As [`request`](HttpConnection::request).
    pub fn send_body<'b>(mut self, body: impl Into<Body<'b>>) -> Result<Awaiting<'c>, Error> {
        let body = body.into();
        let connection = take(&mut self.connection)?;
        match connection.end_framed(body) {
            Err(error) if connection.state != State::RequestSent => {
                connection.give_up_request();
                Err(error)
            }
            // Sending has stopped, and the answer says why.
            _ => Ok(Awaiting { connection: Some(connection) }),
        }
    }

    /// Ends the head; the content follows through the writer. Nothing is sent before its first bytes.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidFraming`] where the fields say something else.
    pub fn body(mut self, length: BodyLength) -> Result<BodyWriter<'c>, Error> {
        let connection = take(&mut self.connection)?;
        match connection.end_before_content(length) {
            Ok(()) => Ok(BodyWriter { connection: Some(connection) }),
            Err(error) => {
                connection.give_up_request();
                Err(error)
            }
        }
    }

    /// Sends the head with `Expect: 100-continue` and waits so long for leave to send the content (RFC 9110
    /// §10.1.1). Silence is leave.
    ///
    /// # Errors
    /// As [`body`](Self::body); what connecting, sending and reading fail with.
    pub fn expect_continue(mut self, length: BodyLength, wait: Duration) -> Result<Continue<'c>, Error> {
        let connection = take(&mut self.connection)?;
        match connection.ask_leave(length, wait) {
            Ok(true) => Ok(Continue::Send(BodyWriter { connection: Some(connection) })),
            Ok(false) => connection.get_response().map(Continue::Refused),
            Err(error) if connection.state == State::RequestSent && error.is_disconnect() => {
                connection.get_response().map(Continue::Refused)
            }
            Err(error) => {
                connection.give_up_request();
                Err(error)
            }
        }
    }
}

impl Drop for HeadWriter<'_> {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.give_up_request();
        }
    }
}

/// What the peer says to `Expect: 100-continue`.
#[derive(Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "leave is given or not")]
pub enum Continue<'c> {
    /// The content may be sent.
    Send(BodyWriter<'c>),
    /// A final answer came instead: the content is not wanted.
    Refused(Response<'c>),
}

impl HttpConnection {
    /// Ends the head with a field that frames `body`, unless there is one, and sends both.
    fn end_framed(&mut self, body: Body<'_>) -> Result<(), Error> {
        let framed = self.frame(&body);
        framed.map_err(|kind| self.error(kind, Phase::Prepare))?;
        self.end_headers_with(body, true)?;
        if self.state == State::SendingBody {
            return Err(self.error(
                ErrorKind::InvalidFraming { problem: "the fields announce content, but there is none" },
                Phase::Prepare,
            ));
        }
        Ok(())
    }

    fn end_before_content(&mut self, length: BodyLength) -> Result<(), Error> {
        let framing = self.announce(length)?;
        self.end_head(framing, true);
        self.advance(Event::EndHeadersBeforeContent)
    }

    /// Sees to it that the fields announce content of this length, and no other.
    fn announce(&mut self, length: BodyLength) -> Result<Framing, Error> {
        let body = match length {
            BodyLength::Exact(length) => Body::sized_reader(io::empty(), length),
            BodyLength::Chunked => Body::reader(io::empty()),
        };
        self.frame(&body).map_err(|kind| self.error(kind, Phase::Prepare))?;
        let framing = self.request.fields.framing();
        self.check_framing(framing, &body)?;
        if length == BodyLength::Chunked && framing != Framing::Chunked {
            let problem = "content in chunks under Content-Length; give the exact length instead";
            return Err(self.error(ErrorKind::InvalidFraming { problem }, Phase::Prepare));
        }
        Ok(framing)
    }

    /// Sends the head: whether the content may follow.
    fn ask_leave(&mut self, length: BodyLength, wait: Duration) -> Result<bool, Error> {
        if !self.request.fields.expect_continue {
            self.put_header("Expect", "100-continue")?;
        }
        self.end_before_content(length)?;
        match self.send_head_and_await_continue(wait) {
            Ok(()) => Ok(true),
            Err(error) if matches!(error.kind(), ErrorKind::EarlyAnswer) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A step was dropped: nothing of the request may stay.
    fn give_up_request(&mut self) {
        match self.state {
            State::Idle => {}
            // The head has not left, so the transport is as good as before.
            State::RequestStarted => self.forget_request(),
            State::SendingBody if !self.out.is_empty() => self.forget_request(),
            _ => self.close_because(http_proto::CloseReason::UnfinishedMessage),
        }
    }
}

/// A request whose content is being written: an [`io::Write`].
///
/// Writing more than announced is an error, and so is finishing with less (RFC 9112 §6.2). Each write is one chunk
/// where the content goes in chunks; wrap it into a [`BufWriter`](io::BufWriter) for small pieces.
#[must_use]
pub struct BodyWriter<'c> {
    connection: Option<&'c mut HttpConnection>,
}

impl<'c> BodyWriter<'c> {
    /// Ends the content.
    ///
    /// If writing has failed because the peer answered early or went away, this is the way to the answer.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] where less was written than announced: the connection is closed then. What
    /// sending fails with.
    pub fn finish(self) -> Result<Awaiting<'c>, Error> {
        self.finish_with_trailers(&Headers::new())
    }

    /// Ends the content in chunks with trailer fields (RFC 9112 §7.1.2). Announce them by a `Trailer` field.
    ///
    /// # Errors
    /// As [`finish`](Self::finish); [`ErrorKind::InvalidRequest`] for trailers behind content with a length, and for
    /// fields that cannot be trailers (RFC 9110 §6.5.1).
    pub fn finish_with_trailers(mut self, trailers: &Headers) -> Result<Awaiting<'c>, Error> {
        let connection = take(&mut self.connection)?;
        if connection.state == State::SendingBody {
            match connection.complete(trailers) {
                Err(error) if connection.state != State::RequestSent => {
                    connection.give_up_request();
                    return Err(error);
                }
                _ => {}
            }
        }
        if connection.state == State::Idle {
            // Writing has failed for good.
            return Err(connection.error(ErrorKind::NotConnected, Phase::SendBody));
        }
        Ok(Awaiting { connection: Some(connection) })
    }

    /// Bytes that are still owed, where the content has a length.
    #[must_use]
    pub fn remaining_bytes(&self) -> Option<u64> {
        self.connection.as_ref().and_then(|connection| connection.owed_bytes())
    }
}

impl Write for BodyWriter<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let Some(connection) = &mut self.connection else { return Ok(0) };
        if connection.state == State::RequestSent {
            return Err(connection.error(ErrorKind::EarlyAnswer, Phase::SendBody).into());
        }
        connection.advance(Event::Send)?;
        connection.send_content(buf)?;
        Ok(buf.len())
    }

    /// Sends the head if no content has been written yet.
    fn flush(&mut self) -> io::Result<()> {
        match &mut self.connection {
            Some(connection) => connection.flush_head().map_err(io::Error::from),
            None => Ok(()),
        }
    }
}

impl Drop for BodyWriter<'_> {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.give_up_request();
        }
    }
}

/// A request that has been sent, and whose answer has not been read.
#[must_use]
pub struct Awaiting<'c> {
    connection: Option<&'c mut HttpConnection>,
}

impl<'c> Awaiting<'c> {
    /// Waits for the next head: an interim answer (1xx), or `None` once the final one is there for
    /// [`response`](Self::response).
    ///
    /// # Errors
    /// As [`get_response`](HttpConnection::get_response).
    pub fn informational(&mut self) -> Result<Option<&ResponseHead>, Error> {
        let Some(connection) = &mut self.connection else { return Ok(None) };
        if connection.state != State::RequestSent
            || connection.request.is_answered
            || !connection.next_head()?
        {
            return Ok(None);
        }
        Ok(Some(&connection.head))
    }

    /// The answer. Interim ones that have not been asked for are skipped.
    ///
    /// # Errors
    /// As [`get_response`](HttpConnection::get_response).
    pub fn response(mut self) -> Result<Response<'c>, Error> {
        take(&mut self.connection)?.get_response()
    }
}

impl Drop for Awaiting<'_> {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.give_up_request();
        }
    }
}

macro_rules! debug {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("connection", &self.connection).finish()
            }
        }
    )*};
}

debug! { HeadWriter BodyWriter Awaiting }
