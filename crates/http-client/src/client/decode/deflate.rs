//! gzip with all its members (RFC 1952), and deflate as zlib (RFC 1950) or raw (RFC 1951), whichever was sent.

use super::DecodeError;
use super::guard::{Decode, Progress, Source};
use flate2::{Decompress, FlushDecompress, Status};
use std::io::{self, BufRead, Read};

/// The greatest window of deflate, as a power of two.
const WINDOW_BITS: u8 = 15;

/// gzip or deflate.
pub(super) struct Inflate<W> {
    source: Source<W>,
    format: Format,
    /// Made when the first byte has been seen.
    inflater: Option<Decompress>,
    state: Progress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Members one behind the other, zeros behind the last as tapes have them.
    Gzip,
    /// The RFC says zlib, some servers send it raw.
    Deflate,
}

impl<W> Inflate<W> {
    pub(super) const fn gzip(source: Source<W>) -> Self {
        Self { source, format: Format::Gzip, inflater: None, state: Progress::Start }
    }

    pub(super) const fn deflate(source: Source<W>) -> Self {
        Self { source, format: Format::Deflate, inflater: None, state: Progress::Start }
    }

    const fn coding(&self) -> &'static str {
        match self.format {
            Format::Gzip => "gzip",
            Format::Deflate => "deflate",
        }
    }

    /// One step: how much came out.
    fn step(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let coding = self.coding();
        let input = self.source.fill_buf()?;
        let Some(&first) = input.first() else {
            return match self.state {
                // No content is no error: servers send it with the fields of a HEAD.
                Progress::Start => {
                    self.state = Progress::Done;
                    Ok(0)
                }
                _ => Err(DecodeError::Truncated { coding }.into()),
            };
        };
        self.state = Progress::Running;
        let inflater = self.inflater.get_or_insert_with(|| match self.format {
            Format::Gzip => Decompress::new_gzip(WINDOW_BITS),
            // zlib's first byte has 8 in its low half (RFC 1950 §2.2), which raw deflate has only in a stored block
            // with padding that is not zero: no encoder writes that.
            Format::Deflate => Decompress::new(first & 0x0f == 8),
        });
        let (in_before, out_before) = (inflater.total_in(), inflater.total_out());
        let status = inflater
            .decompress(input, out, FlushDecompress::None)
            .map_err(|_| DecodeError::Malformed { coding })?;
        let consumed = usize::try_from(inflater.total_in() - in_before).unwrap_or(usize::MAX);
        let produced = usize::try_from(inflater.total_out() - out_before).unwrap_or(usize::MAX);
        self.source.consume(consumed);
        if status == Status::StreamEnd {
            self.after_member()?;
        } else if consumed == 0 && produced == 0 {
            return Err(DecodeError::Malformed { coding }.into());
        }
        Ok(produced)
    }

    /// Looks behind the end of the format: another member, zeros, or the end of the content.
    fn after_member(&mut self) -> io::Result<()> {
        self.inflater = None;
        loop {
            let there = self.source.fill_buf()?;
            let Some(&first) = there.first() else {
                self.state = Progress::Done;
                return Ok(());
            };
            let zeros = there.iter().take_while(|&&byte| byte == 0).count();
            match self.format {
                Format::Gzip if zeros > 0 => self.source.consume(zeros),
                Format::Gzip if first == 0x1f => return Ok(()),
                _ => return Err(DecodeError::Malformed { coding: self.coding() }.into()),
            }
        }
    }
}

impl<W> Read for Inflate<W> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.state != Progress::Done && !out.is_empty() {
            let count = self.step(out)?;
            if count > 0 {
                return Ok(count);
            }
        }
        Ok(0)
    }
}

impl<W> Decode<W> for Inflate<W> {
    fn source(&self) -> &Source<W> {
        &self.source
    }

    fn into_source(self) -> Source<W> {
        self.source
    }
}
