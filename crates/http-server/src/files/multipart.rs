//! Several ranges in one answer: `multipart/byteranges` (RFC 9110 §14.6), read part by part and never held as a whole.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// Parts of a content with the lines around them, as one reader whose length is known beforehand.
#[derive(Debug)]
pub(crate) struct MultipartReader<R> {
    content: R,
    boundary: String,
    /// The lines before each part, and the part.
    parts: std::vec::IntoIter<(Vec<u8>, Range<u64>)>,
    state: State,
    length_bytes: u64,
}

#[derive(Debug)]
enum State {
    /// These bytes, from the offset on, then the part.
    Lines { lines: Vec<u8>, written: usize, part: Option<Range<u64>> },
    /// Bytes of the part still to come.
    Part { left_bytes: u64 },
}

impl<R: Read + Seek> MultipartReader<R> {
    /// Reads these parts of content that has `size_bytes` bytes in all.
    pub(crate) fn new(content: R, parts: Vec<Range<u64>>, content_type: &str, size_bytes: u64) -> Self {
        // As good as never in the content: two hashes with random keys.
        let random = RandomState::new();
        let boundary = format!("{:016x}{:016x}", random.hash_one(0), random.hash_one(1));
        let parts: Vec<_> = parts
            .into_iter()
            .map(|part| {
                let lines = format!(
                    "\r\n--{boundary}\r\nContent-Type: {content_type}\r\nContent-Range: bytes {}-{}/{size_bytes}\r\n\r\n",
                    part.start,
                    part.end.saturating_sub(1),
                );
                (lines.into_bytes(), part)
            })
            .collect();
        let closing = closing_line(&boundary).len() as u64;
        let length_bytes =
            parts.iter().map(|(lines, part)| lines.len() as u64 + (part.end - part.start)).sum::<u64>()
                + closing;
        let state = State::Lines { lines: Vec::new(), written: 0, part: None };
        Self { content, boundary, parts: parts.into_iter(), state, length_bytes }
    }

    /// The Content-Type of the whole.
    pub(crate) fn content_type(&self) -> String {
        format!("multipart/byteranges; boundary={}", self.boundary)
    }

    /// Bytes that the reader gives.
    pub(crate) fn length_bytes(&self) -> u64 {
        self.length_bytes
    }
}

fn closing_line(boundary: &str) -> Vec<u8> {
    format!("\r\n--{boundary}--\r\n").into_bytes()
}

impl<R: Read + Seek> Read for MultipartReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match &mut self.state {
                State::Lines { lines, written, part } => {
                    let mut rest = lines.get(*written..).unwrap_or_default();
                    let count = rest.read(buffer)?;
                    *written += count;
                    if count > 0 {
                        return Ok(count);
                    }
                    if let Some(part) = part.take() {
                        self.content.seek(SeekFrom::Start(part.start))?;
                        self.state = State::Part { left_bytes: part.end - part.start };
                        continue;
                    }
                    // All is said once the closing line has been.
                    let (lines, part) = match self.parts.next() {
                        Some((lines, part)) => (lines, Some(part)),
                        None if self.boundary.is_empty() => return Ok(0),
                        None => (closing_line(&std::mem::take(&mut self.boundary)), None),
                    };
                    self.state = State::Lines { lines, written: 0, part };
                }
                State::Part { left_bytes: 0 } => {
                    self.state = State::Lines { lines: Vec::new(), written: 0, part: None };
                }
                State::Part { left_bytes } => {
                    let count = (&mut self.content).take(*left_bytes).read(buffer)?;
                    if count == 0 {
                        return Err(io::Error::new(
                            io::ErrorKind::UnexpectedEof,
                            "the content became shorter than its range",
                        ));
                    }
                    *left_bytes -= count as u64;
                    return Ok(count);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
