//! zstd (RFC 8878) as content coding: all its frames, with the window that RFC 9659 bounds to 8 MiB.

use super::DecodeError;
use super::guard::{Decode, Progress, Source};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, BufRead, Read};

/// RFC 9659 §3.
const WINDOW_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A frame begins with this (RFC 8878 §3.1.1), little-endian.
const MAGIC: u32 = 0xFD2F_B528;

/// Frames that are passed over (RFC 8878 §3.1.2).
const SKIPPABLE: std::ops::RangeInclusive<u32> = 0x184D_2A50..=0x184D_2A5F;

/// zstd: frames one behind the other.
pub(super) struct Zstd<W> {
    source: Source<W>,
    decoder: Option<FrameDecoder>,
    state: Progress,
}

impl<W> Zstd<W> {
    pub(super) const fn new(source: Source<W>) -> Self {
        Self { source, decoder: None, state: Progress::Running }
    }

    /// Begins the next frame, or sees the end.
    fn next_frame(&mut self) -> io::Result<()> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                self.state = Progress::Done;
                return Ok(());
            }
            let mut head = Vec::with_capacity(18);
            self.take(&mut head, 4)?;
            let magic = little_endian(&head);
            if SKIPPABLE.contains(&u32::try_from(magic).unwrap_or_default()) {
                let mut length = Vec::new();
                self.take(&mut length, 4)?;
                self.skip(little_endian(&length))?;
                continue;
            }
            if magic != u64::from(MAGIC) {
                return Err(DecodeError::Malformed { coding: "zstd" }.into());
            }
            self.frame_header(&mut head)?;
            let mut decoder = FrameDecoder::new();
            decoder.init(head.as_slice()).map_err(|_| DecodeError::Malformed { coding: "zstd" })?;
            self.decoder = Some(decoder);
            return Ok(());
        }
    }

    /// Reads the rest of a frame header and refuses large windows: the library allocates what the header says.
    fn frame_header(&mut self, head: &mut Vec<u8>) -> io::Result<()> {
        self.take(head, 1)?;
        let descriptor = head.last().copied().unwrap_or_default();
        let is_single_segment = descriptor & 0x20 != 0;
        let dictionary_bytes = match descriptor & 3 {
            3 => 4,
            bytes => usize::from(bytes),
        };
        let size_bytes = match descriptor >> 6 {
            0 => usize::from(is_single_segment),
            power => 1 << power,
        };
        let mut window_bytes = 0;
        if !is_single_segment {
            self.take(head, 1)?;
            let byte = head.last().copied().unwrap_or_default();
            let base = 1u64 << (10 + (byte >> 3));
            window_bytes = base + base / 8 * u64::from(byte & 7);
        }
        self.take(head, dictionary_bytes + size_bytes)?;
        if is_single_segment {
            let size = head.len().checked_sub(size_bytes).and_then(|at| head.get(at..)).unwrap_or_default();
            window_bytes = little_endian(size) + if size_bytes == 2 { 256 } else { 0 };
        }
        if window_bytes > WINDOW_BYTES_MAX { Err(DecodeError::Window.into()) } else { Ok(()) }
    }

    fn take(&mut self, into: &mut Vec<u8>, bytes: usize) -> io::Result<()> {
        let before = into.len();
        (&mut self.source).take(bytes as u64).read_to_end(into)?;
        if into.len() - before < bytes {
            return Err(DecodeError::Truncated { coding: "zstd" }.into());
        }
        Ok(())
    }

    fn skip(&mut self, mut bytes: u64) -> io::Result<()> {
        while bytes > 0 {
            let there = self.source.fill_buf()?.len();
            if there == 0 {
                return Err(DecodeError::Truncated { coding: "zstd" }.into());
            }
            let passed = usize::try_from(bytes).unwrap_or(usize::MAX).min(there);
            self.source.consume(passed);
            bytes -= passed as u64;
        }
        Ok(())
    }

    /// One block more.
    fn next_block(&mut self) -> io::Result<()> {
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        let mut watched = Watched { source: &mut self.source, failure: None };
        let outcome = decoder.decode_blocks(&mut watched, BlockDecodingStrategy::UptoBlocks(1));
        let failure = watched.failure.take();
        match (outcome, failure) {
            (Ok(_), _) => {}
            (Err(_), Some(Failure::Error(error))) => return Err(error),
            (Err(_), Some(Failure::End)) => return Err(DecodeError::Truncated { coding: "zstd" }.into()),
            (Err(_), None) => return Err(DecodeError::Malformed { coding: "zstd" }.into()),
        }
        Ok(())
    }
}

impl<W> Read for Zstd<W> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while self.state != Progress::Done {
            let Some(decoder) = &mut self.decoder else {
                self.next_frame()?;
                continue;
            };
            if decoder.can_collect() > 0 {
                return decoder.read(out);
            }
            if decoder.is_finished() {
                // The sum is over what has been collected.
                let (sent, found) = (decoder.get_checksum_from_data(), decoder.get_calculated_checksum());
                self.decoder = None;
                if sent.is_some() && sent != found {
                    return Err(DecodeError::Malformed { coding: "zstd" }.into());
                }
            } else {
                self.next_block()?;
            }
        }
        Ok(0)
    }
}

impl<W> Decode<W> for Zstd<W> {
    fn source(&self) -> &Source<W> {
        &self.source
    }

    fn into_source(self) -> Source<W> {
        self.source
    }
}

/// A source whose failures are kept: the library puts them into errors of its own.
struct Watched<'a, R> {
    source: &'a mut R,
    failure: Option<Failure>,
}

enum Failure {
    Error(io::Error),
    End,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.source.read(out) {
            Ok(0) if !out.is_empty() => {
                self.failure = Some(Failure::End);
                Ok(0)
            }
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                let kind = error.kind();
                self.failure = Some(Failure::Error(error));
                Err(kind.into())
            }
            other => other,
        }
    }
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}
