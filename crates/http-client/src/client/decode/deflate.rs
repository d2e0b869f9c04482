//! gzip with all its members (RFC 1952), and deflate as zlib (RFC 1950) or raw (RFC 1951), whichever was sent.

use super::DecodeError;
use super::guard::{Decode, Progress, Source};
use flate2::{Crc, Decompress, FlushDecompress, Status};
use std::io::{self, BufRead, Read};

/// A member begins with this: gzip, by deflate (RFC 1952 §2.3.1).
const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];

/// Flags of a member's head.
const HAS_HEAD_CRC: u8 = 2;
const HAS_EXTRA: u8 = 4;
const HAS_NAME: u8 = 8;
const HAS_COMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;

/// gzip or deflate.
pub(super) struct Inflate<W> {
    source: Source<W>,
    format: Format,
    /// Made when the first byte has been seen, and anew for each member.
    inflater: Option<Decompress>,
    /// Of what came out of the present member, or of what went into its head.
    crc: Crc,
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
    pub(super) fn gzip(source: Source<W>) -> Self {
        Self::new(source, Format::Gzip)
    }

    pub(super) fn deflate(source: Source<W>) -> Self {
        Self::new(source, Format::Deflate)
    }

    fn new(source: Source<W>, format: Format) -> Self {
        Self { source, format, inflater: None, crc: Crc::new(), state: Progress::Start }
    }

    const fn coding(&self) -> &'static str {
        match self.format {
            Format::Gzip => "gzip",
            Format::Deflate => "deflate",
        }
    }

    fn malformed(&self) -> io::Error {
        DecodeError::Malformed { coding: self.coding() }.into()
    }

    /// Sees to it that there is an inflater: not where there is no content at all.
    fn begin(&mut self) -> io::Result<()> {
        let Some(&first) = self.source.fill_buf()?.first() else {
            // No content is no error: servers send it with the fields of a HEAD.
            self.state = Progress::Done;
            return Ok(());
        };
        self.state = Progress::Running;
        let inflater = match self.format {
            Format::Gzip => {
                self.member_head()?;
                // The sum is worked out here: over what has just been written, it costs half of what it does inside.
                Decompress::new(false)
            }
            // zlib's first byte has 8 in its low half (RFC 1950 §2.2), which raw deflate has only in a stored block
            // with padding that is not zero: no encoder writes that.
            Format::Deflate => Decompress::new(first & 0x0f == 8),
        };
        self.inflater = Some(inflater);
        Ok(())
    }

    /// Reads the head of a member. What it says of names and times is passed over.
    fn member_head(&mut self) -> io::Result<()> {
        self.crc.reset();
        if self.take::<3>()? != MAGIC {
            return Err(self.malformed());
        }
        let [flags, ..] = self.take::<7>()?;
        if flags & RESERVED != 0 {
            return Err(self.malformed());
        }
        if flags & HAS_EXTRA != 0 {
            let length = u16::from_le_bytes(self.take()?);
            for _ in 0..length {
                self.take::<1>()?;
            }
        }
        for text in [HAS_NAME, HAS_COMMENT] {
            while flags & text != 0 && self.take::<1>()? != [0] {}
        }
        if flags & HAS_HEAD_CRC != 0 {
            let [low, high, ..] = self.crc.sum().to_le_bytes();
            if self.take()? != [low, high] {
                return Err(self.malformed());
            }
        }
        self.crc.reset();
        Ok(())
    }

    /// The next bytes of what surrounds deflate.
    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        let mut filled = 0;
        while let Some(room) = bytes.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.source.read(room)? {
                0 => return Err(DecodeError::Truncated { coding: self.coding() }.into()),
                count => filled += count,
            }
        }
        self.crc.update(&bytes);
        Ok(bytes)
    }

    /// One step: how much came out.
    fn step(&mut self, out: &mut Out<'_>) -> io::Result<usize> {
        let coding = self.coding();
        let Some(inflater) = &mut self.inflater else {
            self.begin()?;
            return Ok(0);
        };
        // At its end too: of what came before, there may be more than had room.
        let input = self.source.fill_buf()?;
        let is_end = input.is_empty();
        let (in_before, out_before) = (inflater.total_in(), inflater.total_out());
        let status = match out {
            Out::Slice(out) => inflater.decompress(input, out, FlushDecompress::None),
            Out::Block(block) => {
                block.clear();
                inflater.decompress_vec(input, block, FlushDecompress::None)
            }
        };
        let status = status.map_err(|_| DecodeError::Malformed { coding })?;
        let consumed = usize::try_from(inflater.total_in() - in_before).unwrap_or(usize::MAX);
        let produced = usize::try_from(inflater.total_out() - out_before).unwrap_or(usize::MAX);
        self.source.consume(consumed);
        if self.format == Format::Gzip {
            self.crc.update(out.bytes().get(..produced).unwrap_or_default());
        }
        if status == Status::StreamEnd {
            self.after_member()?;
        } else if consumed == 0 && produced == 0 {
            let error =
                if is_end { DecodeError::Truncated { coding } } else { DecodeError::Malformed { coding } };
            return Err(error.into());
        }
        Ok(produced)
    }

    /// Looks behind the end of deflate: sum and length of a member, and then another one, zeros, or the end of the
    /// content.
    fn after_member(&mut self) -> io::Result<()> {
        self.inflater = None;
        if self.format == Format::Gzip {
            let (sum, length) = (self.crc.sum(), self.crc.amount());
            if u32::from_le_bytes(self.take()?) != sum || u32::from_le_bytes(self.take()?) != length {
                return Err(self.malformed());
            }
        }
        loop {
            let there = self.source.fill_buf()?;
            let Some(&first) = there.first() else {
                self.state = Progress::Done;
                return Ok(());
            };
            let zeros = there.iter().take_while(|&&byte| byte == 0).count();
            match self.format {
                Format::Gzip if zeros > 0 => self.source.consume(zeros),
                Format::Gzip if first == MAGIC[0] => return Ok(()),
                _ => return Err(self.malformed()),
            }
        }
    }
}

impl<W> Inflate<W> {
    /// Goes on until something has come out, or all has.
    fn run(&mut self, mut out: Out<'_>) -> io::Result<usize> {
        while self.state != Progress::Done {
            let count = self.step(&mut out)?;
            if count > 0 {
                return Ok(count);
            }
        }
        Ok(0)
    }
}

/// Where it goes.
enum Out<'a> {
    Slice(&'a mut [u8]),
    /// From the beginning, into memory that need not have been cleared.
    Block(&'a mut Vec<u8>),
}

impl Out<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Slice(bytes) => bytes,
            Self::Block(bytes) => bytes,
        }
    }
}

impl<W> Read for Inflate<W> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() { Ok(0) } else { self.run(Out::Slice(out)) }
    }
}

impl<W> Decode<W> for Inflate<W> {
    fn source(&self) -> &Source<W> {
        &self.source
    }

    fn into_source(self) -> Source<W> {
        self.source
    }

    fn read_block(&mut self, block: &mut Vec<u8>) -> io::Result<usize> {
        self.run(Out::Block(block))
    }
}
