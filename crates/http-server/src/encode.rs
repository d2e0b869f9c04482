//! Content encoders behind one trait: bytes in, coded bytes out, whole or as far as they have come.
//!
//! Which coding is for whom is decided elsewhere.

use crate::coding::ContentCoding;
use std::io;

/// Changes content on its way out.
pub(crate) trait Encode: Send {
    /// Takes more content; what comes out of it is put behind `out`.
    fn write(&mut self, content: &[u8], out: &mut Vec<u8>) -> io::Result<()>;

    /// Puts all out that is needed to read what has been taken so far.
    fn flush(&mut self, out: &mut Vec<u8>) -> io::Result<()>;

    /// Puts the end out.
    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()>;
}

/// The codings that this build can write, the one that makes texts smallest first, save that ours of zstd makes them
/// largest.
pub(crate) const CODINGS: &[ContentCoding] = &[
    #[cfg(feature = "br")]
    ContentCoding::Brotli,
    #[cfg(feature = "gzip")]
    ContentCoding::Gzip,
    #[cfg(feature = "zstd")]
    ContentCoding::Zstd,
];

/// An encoder; `None` for a coding that this build cannot write.
pub(crate) fn encoder(coding: ContentCoding) -> Option<Box<dyn Encode>> {
    match coding {
        #[cfg(feature = "br")]
        ContentCoding::Brotli => Some(Box::new(brotli::Brotli::new())),
        #[cfg(feature = "gzip")]
        ContentCoding::Gzip => Some(Box::new(gzip::Gzip::new())),
        #[cfg(feature = "zstd")]
        ContentCoding::Zstd => Some(Box::<zstd::Zstd>::default()),
        #[cfg(not(all(feature = "br", feature = "gzip", feature = "zstd")))]
        _ => None,
    }
}

/// All of `content` in one go.
pub(crate) fn encode(coding: ContentCoding, content: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let Some(mut encoder) = encoder(coding) else { return Ok(None) };
    let mut coded = Vec::with_capacity(content.len() / 2);
    encoder.write(content, &mut coded)?;
    encoder.finish(&mut coded)?;
    Ok(Some(coded))
}

#[cfg(feature = "gzip")]
mod gzip {
    use super::Encode;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::{self, Write};

    /// Beyond this level, more time makes hardly smaller texts.
    const LEVEL: u32 = 5;

    pub(super) struct Gzip(GzEncoder<Vec<u8>>);

    impl Gzip {
        pub(super) fn new() -> Self {
            Self(GzEncoder::new(Vec::new(), Compression::new(LEVEL)))
        }
    }

    impl Encode for Gzip {
        fn write(&mut self, content: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
            self.0.write_all(content)?;
            out.append(self.0.get_mut());
            Ok(())
        }

        fn flush(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
            self.0.flush()?;
            out.append(self.0.get_mut());
            Ok(())
        }

        fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
            self.0.try_finish()?;
            out.append(self.0.get_mut());
            Ok(())
        }
    }
}

#[cfg(feature = "br")]
mod brotli {
    use super::Encode;
    use ::brotli::CompressorWriter;
    use std::io::{self, Write};

    const BUFFER_BYTES: usize = 4 * 1024;

    /// Smaller texts than gzip's at a price that an answer can bear.
    const QUALITY: u32 = 5;

    /// The logarithm of the window, which is what an encoder holds in memory.
    const WINDOW_BITS: u32 = 18;

    pub(super) struct Brotli(Option<CompressorWriter<Vec<u8>>>);

    impl Brotli {
        pub(super) fn new() -> Self {
            Self(Some(CompressorWriter::new(Vec::new(), BUFFER_BYTES, QUALITY, WINDOW_BITS)))
        }
    }

    impl Encode for Brotli {
        fn write(&mut self, content: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
            let Some(writer) = &mut self.0 else { return Err(io::ErrorKind::BrokenPipe.into()) };
            writer.write_all(content)?;
            out.append(writer.get_mut());
            Ok(())
        }

        fn flush(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
            let Some(writer) = &mut self.0 else { return Ok(()) };
            writer.flush()?;
            out.append(writer.get_mut());
            Ok(())
        }

        fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
            if let Some(writer) = self.0.take() {
                out.append(&mut writer.into_inner());
            }
            Ok(())
        }
    }
}

#[cfg(feature = "zstd")]
mod zstd {
    use super::Encode;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    use std::io;

    /// Content that is gathered for one frame.
    const FRAME_BYTES: usize = 256 * 1024;

    /// Frames one behind the other, which is one stream (RFC 8878 §3.1): the encoder can write nothing less.
    #[derive(Default)]
    pub(super) struct Zstd {
        gathered: Vec<u8>,
        /// A stream has at least one frame.
        began: bool,
    }

    impl Zstd {
        fn frame(&mut self, content: &[u8], out: &mut Vec<u8>) {
            self.began = true;
            out.append(&mut compress_to_vec(content, CompressionLevel::Fastest));
        }
    }

    impl Encode for Zstd {
        fn write(&mut self, content: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
            let mut rest = content;
            while !rest.is_empty() {
                let room = FRAME_BYTES - self.gathered.len();
                let (now, later) = rest.split_at_checked(room).unwrap_or((rest, &[]));
                self.gathered.extend_from_slice(now);
                rest = later;
                if self.gathered.len() == FRAME_BYTES {
                    self.flush(out)?;
                }
            }
            Ok(())
        }

        fn flush(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
            if !self.gathered.is_empty() {
                let mut gathered = std::mem::take(&mut self.gathered);
                self.frame(&gathered, out);
                gathered.clear();
                self.gathered = gathered;
            }
            Ok(())
        }

        fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
            self.flush(out)?;
            if !self.began {
                self.frame(&[], out);
            }
            Ok(())
        }
    }
}

#[cfg(test)]
#[cfg(any(feature = "br", feature = "gzip", feature = "zstd"))]
pub(crate) mod tests;
