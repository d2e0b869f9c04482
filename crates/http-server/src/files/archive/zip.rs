//! The zip format (APPNOTE 6.3), written in one pass: sizes and sums stand behind the content of each file, and once
//! more in the directory at the end.
//!
//! Content is deflated with the feature `gzip`. Without it, and where it is compressed already, it is wrapped as deflate's
//! stored blocks (RFC 1951 §3.2.4): both show their own end, so that a reader which unpacks while it receives finds it.
//! Five bytes in 60 KiB is the price. Zip64 is used where a number needs it and nowhere else, so that old programs read
//! what they can.

use super::crc::Crc32;
use super::{Member, Packing, too_large};
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(feature = "gzip")]
mod deflate;

/// Most bytes of the directory, which is held until the end: some 700 000 entries with short names.
const DIRECTORY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Files from this size on are written with zip64, which leaves room for the heads of their blocks in 32 bits.
const LARGE_BYTES: u64 = 0xf000_0000;

/// Bit 3: sum and sizes come behind the content.
const SIZES_FOLLOW: u16 = 1 << 3;

/// Bit 11: the name is UTF-8.
const NAME_IS_UTF8: u16 = 1 << 11;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Version 2.0 for folders and deflate, 4.5 for zip64.
const VERSION: u16 = 20;
const VERSION_ZIP64: u16 = 45;

/// "Made by Unix", so that the permissions count.
const MADE_BY: u16 = 3 << 8 | VERSION_ZIP64;

const FILE_ATTRIBUTES: u32 = 0o100_644 << 16;
const FOLDER_ATTRIBUTES: u32 = 0o040_755 << 16 | 0x10;

/// An archive on its way.
#[derive(Debug, Default)]
pub(super) struct Zip {
    /// Bytes written so far.
    offset: u64,
    entries: u64,
    /// The central directory as far as it is known.
    directory: Vec<u8>,
    scratch: Vec<u8>,
    current: Option<Current>,
    #[cfg(feature = "gzip")]
    deflate: deflate::Deflate,
}

/// How the content of a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    AsItIs,
    #[cfg(feature = "gzip")]
    Smaller,
}

impl Form {
    #[cfg(feature = "gzip")]
    const fn of(member: &Member<'_>) -> Self {
        if member.is_packed { Self::AsItIs } else { Self::Smaller }
    }

    #[cfg(not(feature = "gzip"))]
    const fn of(_: &Member<'_>) -> Self {
        Self::AsItIs
    }
}

/// The entry that is being written.
#[derive(Debug)]
struct Current {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    time: u16,
    date: u16,
    /// Seconds since 1970, where they fit.
    modified: Option<u32>,
    begins_at: u64,
    is_large: bool,
    form: Form,
    attributes: u32,
    sum: Crc32,
    size_bytes: u64,
    packed_bytes: u64,
}

impl Packing for Zip {
    fn begin(&mut self, member: &Member<'_>, out: &mut impl Write) -> io::Result<()> {
        let mut name = member.path.to_vec();
        if member.is_folder {
            name.push(b'/');
        }
        let utf8 = if std::str::from_utf8(&name).is_ok() { NAME_IS_UTF8 } else { 0 };
        let seconds = member.modified.and_then(|when| when.duration_since(UNIX_EPOCH).ok());
        let (time, date) = dos_time(member.modified);
        let current = Current {
            name,
            flags: if member.is_folder { utf8 } else { utf8 | SIZES_FOLLOW },
            method: if member.is_folder { STORED } else { DEFLATED },
            time,
            date,
            // The field is signed for some readers.
            modified: seconds.and_then(|since| i32::try_from(since.as_secs()).ok()).map(i32::cast_unsigned),
            begins_at: self.offset,
            is_large: member.size_bytes >= LARGE_BYTES,
            form: Form::of(member),
            attributes: if member.is_folder { FOLDER_ATTRIBUTES } else { FILE_ATTRIBUTES },
            sum: Crc32::new(),
            size_bytes: 0,
            packed_bytes: 0,
        };
        self.scratch.clear();
        current.write_local_header(&mut self.scratch)?;
        self.current = Some(current);
        self.flush(out)?;
        if member.is_folder { self.list() } else { Ok(()) }
    }

    fn content(&mut self, piece: &[u8], out: &mut impl Write) -> io::Result<()> {
        let Some(current) = &mut self.current else { return Ok(()) };
        current.sum.update(piece);
        current.size_bytes += piece.len() as u64;
        let written = match current.form {
            Form::AsItIs => write_stored(piece, out)?,
            #[cfg(feature = "gzip")]
            Form::Smaller => self.deflate.content(piece, out)?,
        };
        current.packed_bytes += written;
        self.offset += written;
        Ok(())
    }

    fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        let Some(current) = &mut self.current else { return Ok(()) };
        let written = match current.form {
            Form::AsItIs => write_block(&[], true, out)?,
            #[cfg(feature = "gzip")]
            Form::Smaller => self.deflate.end(out)?,
        };
        current.packed_bytes += written;
        self.offset += written;
        self.scratch.clear();
        current.write_descriptor(&mut self.scratch);
        self.flush(out)?;
        self.list()
    }

    fn finish(mut self, out: &mut impl Write) -> io::Result<()> {
        let end = directory_end(self.entries, self.directory.len() as u64, self.offset);
        out.write_all(&self.directory)?;
        self.directory.clear();
        out.write_all(&end)
    }
}

impl Zip {
    /// Writes what stands in `scratch`.
    fn flush(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.offset += self.scratch.len() as u64;
        out.write_all(&self.scratch)
    }

    /// Puts the entry that is whole now into the directory.
    fn list(&mut self) -> io::Result<()> {
        if let Some(current) = self.current.take() {
            current.write_central_header(&mut self.directory)?;
            self.entries += 1;
        }
        if self.directory.len() > DIRECTORY_BYTES_MAX { Err(too_large()) } else { Ok(()) }
    }
}

impl Current {
    fn version(&self) -> u16 {
        if self.is_large { VERSION_ZIP64 } else { VERSION }
    }

    fn name_bytes(&self) -> io::Result<u16> {
        u16::try_from(self.name.len()).map_err(|_| io::Error::other("a path is too long for a zip archive"))
    }

    /// APPNOTE 4.3.7.
    fn write_local_header(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let mut extra = Vec::new();
        if self.is_large {
            // Only its presence counts: it tells that the numbers behind the content have eight bytes each.
            put16(&mut extra, 0x0001);
            put16(&mut extra, 16);
            extra.extend_from_slice(&[0; 16]);
        }
        self.put_modified(&mut extra);
        put32(out, 0x0403_4b50);
        put16(out, self.version());
        self.put_common(out);
        put32(out, 0);
        let size = if self.is_large { u32::MAX } else { 0 };
        put32(out, size);
        put32(out, size);
        put16(out, self.name_bytes()?);
        put16(out, length(&extra));
        out.extend_from_slice(&self.name);
        out.extend_from_slice(&extra);
        Ok(())
    }

    /// APPNOTE 4.3.9.
    fn write_descriptor(&self, out: &mut Vec<u8>) {
        put32(out, 0x0807_4b50);
        put32(out, self.sum.sum());
        if self.is_large {
            put64(out, self.packed_bytes);
            put64(out, self.size_bytes);
        } else {
            put32(out, small(self.packed_bytes));
            put32(out, small(self.size_bytes));
        }
    }

    /// APPNOTE 4.3.12.
    fn write_central_header(&self, out: &mut Vec<u8>) -> io::Result<()> {
        // APPNOTE 4.5.3: those numbers that have no room below, in this order.
        let needing = |number: u64, forced: bool| (forced || number >= u64::from(u32::MAX)).then_some(number);
        let large = [
            needing(self.size_bytes, self.is_large),
            needing(self.packed_bytes, self.is_large),
            needing(self.begins_at, false),
        ];
        let needs_zip64 = large.iter().any(Option::is_some);
        let mut extra = Vec::new();
        if needs_zip64 {
            put16(&mut extra, 0x0001);
            let mut body = Vec::new();
            large.iter().flatten().for_each(|number| put64(&mut body, *number));
            put16(&mut extra, length(&body));
            extra.extend_from_slice(&body);
        }
        self.put_modified(&mut extra);
        let or_mark =
            |number: u64, large: Option<u64>| if large.is_some() { u32::MAX } else { small(number) };
        let [size, packed, begins_at] = large;
        put32(out, 0x0201_4b50);
        put16(out, MADE_BY);
        put16(out, if needs_zip64 { VERSION_ZIP64 } else { self.version() });
        self.put_common(out);
        put32(out, self.sum.sum());
        put32(out, or_mark(self.packed_bytes, packed));
        put32(out, or_mark(self.size_bytes, size));
        put16(out, self.name_bytes()?);
        put16(out, length(&extra));
        // No comment, the first disk, no internal attributes.
        out.extend_from_slice(&[0; 6]);
        put32(out, self.attributes);
        put32(out, or_mark(self.begins_at, begins_at));
        out.extend_from_slice(&self.name);
        out.extend_from_slice(&extra);
        Ok(())
    }

    fn put_common(&self, out: &mut Vec<u8>) {
        put16(out, self.flags);
        put16(out, self.method);
        put16(out, self.time);
        put16(out, self.date);
    }

    /// The "extended timestamp" of Info-ZIP: the time in UTC and to the second.
    fn put_modified(&self, extra: &mut Vec<u8>) {
        if let Some(seconds) = self.modified {
            put16(extra, 0x5455);
            put16(extra, 5);
            extra.push(1);
            put32(extra, seconds);
        }
    }
}

/// Writes content as it is: how many bytes that took.
fn write_stored(content: &[u8], out: &mut impl Write) -> io::Result<u64> {
    content.chunks(usize::from(u16::MAX)).try_fold(0, |sum, block| Ok(sum + write_block(block, false, out)?))
}

/// RFC 1951 §3.2.4: a block that stands as it is.
fn write_block(block: &[u8], is_last: bool, out: &mut impl Write) -> io::Result<u64> {
    let length = length(block);
    let ([low, high], [not_low, not_high]) = (length.to_le_bytes(), (!length).to_le_bytes());
    let head = [u8::from(is_last), low, high, not_low, not_high];
    out.write_all(&head)?;
    out.write_all(block)?;
    Ok((head.len() + block.len()) as u64)
}

/// What ends an archive (APPNOTE 4.3.14 to 4.3.16).
fn directory_end(entries: u64, directory_bytes: u64, directory_at: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let needs_zip64 = entries >= u64::from(u16::MAX)
        || directory_bytes >= u64::from(u32::MAX)
        || directory_at >= u64::from(u32::MAX);
    if needs_zip64 {
        put32(&mut out, 0x0606_4b50);
        put64(&mut out, 44);
        put16(&mut out, MADE_BY);
        put16(&mut out, VERSION_ZIP64);
        put32(&mut out, 0);
        put32(&mut out, 0);
        for number in [entries, entries, directory_bytes, directory_at] {
            put64(&mut out, number);
        }
        put32(&mut out, 0x0706_4b50);
        put32(&mut out, 0);
        put64(&mut out, directory_at.saturating_add(directory_bytes));
        put32(&mut out, 1);
    }
    put32(&mut out, 0x0605_4b50);
    put32(&mut out, 0);
    let shown = u16::try_from(entries).unwrap_or(u16::MAX);
    put16(&mut out, shown);
    put16(&mut out, shown);
    put32(&mut out, small(directory_bytes));
    put32(&mut out, small(directory_at));
    put16(&mut out, 0);
    out
}

/// Time and date as DOS has them, in UTC; its years go from 1980 to 2107.
fn dos_time(when: Option<SystemTime>) -> (u16, u16) {
    const EARLIEST: (u16, u16) = (0, 1 << 5 | 1);
    const LATEST: (u16, u16) = (23 << 11 | 59 << 5 | 29, 127 << 9 | 12 << 5 | 31);
    let Some(since) = when.and_then(|when| when.duration_since(UNIX_EPOCH).ok()) else { return EARLIEST };
    let utc = i64::try_from(since.as_secs())
        .ok()
        .and_then(|seconds| time::UtcDateTime::from_unix_timestamp(seconds).ok());
    let Some(utc) = utc else { return LATEST };
    let (hour, minute, second) = utc.as_hms();
    let time = u16::from(hour) << 11 | u16::from(minute) << 5 | u16::from(second / 2);
    match u16::try_from(utc.year() - 1980) {
        Ok(year @ 0..=127) => {
            (time, year << 9 | u16::from(u8::from(utc.month())) << 5 | u16::from(utc.day()))
        }
        Ok(_) => LATEST,
        Err(_) => EARLIEST,
    }
}

/// The number, or the mark that it stands elsewhere.
fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The length of what is never longer than 65 535 bytes.
fn length(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX)
}

fn put16(out: &mut Vec<u8>, number: u16) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn put64(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&number.to_le_bytes());
}

#[cfg(test)]
mod tests;
