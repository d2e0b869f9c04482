//! Server-sent events: the text format of the HTML standard, section 9.2, on top of a streamed answer.

use crate::error::Error;
use crate::writer::BodyWriter;
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

/// Sends events, each one at once.
///
/// ```
/// use http_server::{EventStream, Response, testing, Request};
///
/// let handler = |_: &mut Request<'_>| {
///     Response::event_stream(|events: &mut EventStream<'_, '_>| events.send_named("tick", "1\n2"))
/// };
/// assert_eq!(testing::get("/").send_to(&handler).text(), "event: tick\ndata: 1\ndata: 2\n\n");
/// ```
pub struct EventStream<'s, 'w> {
    writer: &'s mut BodyWriter<'w>,
    text: String,
}

impl<'s, 'w> EventStream<'s, 'w> {
    pub(crate) fn new(writer: &'s mut BodyWriter<'w>) -> Self {
        Self { writer, text: String::new() }
    }

    /// Sends one event; each line of `data` becomes a data line.
    ///
    /// # Errors
    /// Where the peer is gone or too slow.
    pub fn send(&mut self, data: &str) -> io::Result<()> {
        self.event(None, None, data)
    }

    /// Sends an event of a named type.
    ///
    /// # Errors
    /// As [`send`](Self::send), and for a name with a line end.
    pub fn send_named(&mut self, name: &str, data: &str) -> io::Result<()> {
        self.event(Some(name), None, data)
    }

    /// Sends an event with an id, from which a peer goes on when it connects again (`Last-Event-ID`).
    ///
    /// # Errors
    /// As [`send`](Self::send), and for a name or id with a line end or NUL.
    pub fn send_with_id(&mut self, id: &str, name: Option<&str>, data: &str) -> io::Result<()> {
        self.event(name, Some(id), data)
    }

    /// Sends a comment, which keeps intermediaries from closing a silent connection.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn comment(&mut self, text: &str) -> io::Result<()> {
        self.text.clear();
        lines(&mut self.text, ":", text);
        self.text.push('\n');
        self.flush()
    }

    /// Tells the peer how long to wait before it connects again.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn retry_after(&mut self, pause: Duration) -> io::Result<()> {
        self.text.clear();
        self.text.push_str("retry: ");
        self.text.push_str(&pause.as_millis().to_string());
        self.text.push_str("\n\n");
        self.flush()
    }

    /// Whether the peer has closed the connection. Does not wait.
    #[must_use]
    pub fn client_gone(&self) -> bool {
        self.writer.client_gone()
    }

    /// Whether the server is shutting down: the stream has its grace to end.
    #[must_use]
    pub fn shutting_down(&self) -> bool {
        self.writer.shutting_down()
    }

    fn event(&mut self, name: Option<&str>, id: Option<&str>, data: &str) -> io::Result<()> {
        self.text.clear();
        for (field, value) in [("event: ", name), ("id: ", id)] {
            let Some(value) = value else { continue };
            if value.contains(['\r', '\n', '\0']) {
                return Err(Error::InvalidSetting(
                    "the name and the id of an event are one line without NUL",
                )
                .into());
            }
            self.text.push_str(field);
            self.text.push_str(value);
            self.text.push('\n');
        }
        lines(&mut self.text, "data: ", data);
        self.text.push('\n');
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.write_all(self.text.as_bytes())?;
        self.writer.flush()
    }
}

/// Each line of `text` (ended by CRLF, CR or LF) behind `field`.
fn lines(out: &mut String, field: &str, text: &str) {
    for line in text.split("\r\n").flat_map(|part| part.split(['\r', '\n'])) {
        out.push_str(field);
        out.push_str(line);
        out.push('\n');
    }
}

impl fmt::Debug for EventStream<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").finish_non_exhaustive()
    }
}
