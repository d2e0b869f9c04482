//! The content of one file as deflate has it (RFC 1951), streamed; one encoder for all files of an archive.

use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::{self, Write};

/// As for answers: beyond this level, more time makes hardly smaller texts.
const LEVEL: u32 = 5;

/// The encoder, made for the first file that needs one.
#[derive(Debug, Default)]
pub(super) struct Deflate(Option<DeflateEncoder<Vec<u8>>>);

impl Deflate {
    /// Takes a piece of content and writes what has come out so far: how many bytes that were.
    pub(super) fn content(&mut self, piece: &[u8], out: &mut impl Write) -> io::Result<u64> {
        let encoder = self.encoder();
        encoder.write_all(piece)?;
        pass_on(encoder.get_mut(), out)
    }

    /// Writes the rest, and is ready for another file.
    pub(super) fn end(&mut self, out: &mut impl Write) -> io::Result<u64> {
        let encoder = self.encoder();
        encoder.try_finish()?;
        let written = pass_on(encoder.get_mut(), out)?;
        let room = std::mem::take(encoder.get_mut());
        encoder.reset(room)?;
        Ok(written)
    }

    fn encoder(&mut self) -> &mut DeflateEncoder<Vec<u8>> {
        self.0.get_or_insert_with(|| DeflateEncoder::new(Vec::new(), Compression::new(LEVEL)))
    }
}

fn pass_on(ready: &mut Vec<u8>, out: &mut impl Write) -> io::Result<u64> {
    out.write_all(ready)?;
    let count = ready.len() as u64;
    ready.clear();
    Ok(count)
}
