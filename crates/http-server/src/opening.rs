//! What answers begin with, the same for a second: the Date field, and before it what 200 in HTTP/1.1 has.

use crate::clock::{self, DateLine, DateText};
use std::time::Instant;

/// Written once per second.
#[derive(Debug, Default)]
pub(crate) struct Opening {
    date: DateText,
    ok: Vec<u8>,
}

impl Opening {
    /// As it is at `now`, for a server of this name; none has an empty one.
    pub(crate) fn at(&mut self, now: Instant, server: &[u8]) -> &Self {
        if self.date.is_over(now) {
            let date = self.date.at(now, clock::wall);
            self.ok.clear();
            self.ok.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
            if !server.is_empty() {
                for part in [b"Server: ", server, b"\r\n"] {
                    self.ok.extend_from_slice(part);
                }
            }
            self.ok.extend_from_slice(date);
        }
        self
    }

    /// The line with the Date field.
    pub(crate) const fn date(&self) -> &DateLine {
        self.date.line()
    }

    /// Status line, Server and Date of 200 in HTTP/1.1.
    pub(crate) fn ok(&self) -> &[u8] {
        &self.ok
    }
}

#[cfg(test)]
mod tests;
