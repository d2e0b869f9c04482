//! What answers begin with, the same for a second: the Date field, what 200 in HTTP/1.1 has before it, and what a text has
//! behind it.

use crate::clock::{self, DateLine, DateText};
use http_proto::Headers;
use std::time::Instant;

/// Written once per second.
#[derive(Debug, Default)]
pub(crate) struct Opening {
    date: DateText,
    ok: Vec<u8>,
    /// The same up to the length of a content of this type.
    up_to_length: Vec<u8>,
    of_type: Option<&'static Headers>,
}

impl Opening {
    /// Makes it what it is at `now`, for a server of this name; none has an empty one.
    #[inline]
    pub(crate) fn renew(&mut self, now: Instant, server: &[u8]) {
        if self.date.is_over(now) {
            self.write(now, server);
        }
    }

    #[cold]
    fn write(&mut self, now: Instant, server: &[u8]) {
        let date = self.date.at(now, clock::wall);
        self.ok.clear();
        self.ok.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
        if !server.is_empty() {
            for part in [b"Server: ", server, b"\r\n"] {
                self.ok.extend_from_slice(part);
            }
        }
        self.ok.extend_from_slice(date);
        self.of_type = None;
    }

    /// The line with the Date field.
    pub(crate) const fn date(&self) -> &DateLine {
        self.date.line()
    }

    /// Status line, Server and Date of 200 in HTTP/1.1.
    pub(crate) fn ok(&self) -> &[u8] {
        &self.ok
    }

    /// The same with these fields and Content-Length up to its digits.
    #[inline]
    pub(crate) fn up_to_length(&mut self, fields: &'static Headers) -> &[u8] {
        if !self.of_type.is_some_and(|before| std::ptr::eq(before, fields)) {
            self.write_up_to_length(fields);
        }
        &self.up_to_length
    }

    #[cold]
    fn write_up_to_length(&mut self, fields: &'static Headers) {
        self.up_to_length.clone_from(&self.ok);
        fields.write_to(&mut self.up_to_length);
        self.up_to_length.extend_from_slice(b"Content-Length: ");
        self.of_type = Some(fields);
    }
}

#[cfg(test)]
mod tests;
