//! A folder as one download: its files and folders as an archive, made while it is sent.
//!
//! It goes through the same door as everything else, so that hidden names and refused links are not in it. How an
//! archive is written is for `tar` and `zip` below.

use crate::files::path::{FilePath, NameRules, is_plain_name};
use crate::files::root::{Entry, OpenFailure, Opened, OpenedFile, Root};
use crate::files::types::is_packed;
use std::io::{self, Read, Write};
use std::time::SystemTime;

use self::tar::Tar;
use self::zip::Zip;

mod crc;
mod tar;
mod zip;

/// Most entries of one archive; a folder with more is refused in the middle rather than sent for ever.
const ENTRIES_MAX: usize = 1_000_000;

/// Most entries of one of its folders.
const FOLDER_ENTRIES_MAX: usize = 100_000;

/// Bytes that are read at a time.
const BUFFER_BYTES: usize = 60 * 1024;

/// The form of an archive: what [`StaticFiles::archives`](crate::files::StaticFiles::archives) offers of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArchiveFormat {
    /// A tape archive (POSIX pax): files as they are.
    Tar,
    /// A zip archive: with the feature `gzip`, files are deflated.
    Zip,
}

impl ArchiveFormat {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Tar, Self::Zip];

    /// What it is asked for by in `?archive=`, and what stands behind the dot of the file's name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Tar => "tar",
            Self::Zip => "zip",
        }
    }

    /// Its Content-Type.
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Tar => "application/x-tar",
            Self::Zip => "application/zip",
        }
    }
}

/// One entry of an archive.
#[derive(Clone, Copy, Debug)]
struct Member<'a> {
    /// The path in the archive, `/` between names, without one in front or at the end.
    path: &'a [u8],
    is_folder: bool,
    /// 0 for folders.
    size_bytes: u64,
    modified: Option<SystemTime>,
    /// Whether its content is compressed already, as its name tells: to compress it again would be time lost.
    #[cfg_attr(not(feature = "gzip"), expect(dead_code, reason = "nothing is compressed then"))]
    is_packed: bool,
}

/// How entries become bytes: for each entry `begin`, for a file its content in pieces and `end`; at last `finish`.
trait Packing {
    fn begin(&mut self, member: &Member<'_>, out: &mut impl Write) -> io::Result<()>;
    fn content(&mut self, piece: &[u8], out: &mut impl Write) -> io::Result<()>;
    fn end(&mut self, out: &mut impl Write) -> io::Result<()>;
    fn finish(self, out: &mut impl Write) -> io::Result<()>;
}

/// Writes everything below the folder. `name` is that of the folder in the archive.
///
/// Links to files are archived as the files that they lead to; links to folders are left out, since they can lead in
/// circles. What cannot be read is left out as well, as it is from a listing.
///
/// # Errors
/// Those of writing, a file that becomes shorter while it is archived, and a folder with too many entries.
pub(crate) fn write_archive(
    format: ArchiveFormat,
    root: &Root,
    folder: &FilePath,
    name: &[u8],
    hidden: bool,
    now: SystemTime,
    out: &mut impl Write,
) -> io::Result<()> {
    let walk = Walk { root, hidden, now, buffer: vec![0; BUFFER_BYTES], entries: 0 };
    match format {
        ArchiveFormat::Tar => walk.write(Tar::default(), folder, name, out),
        ArchiveFormat::Zip => walk.write(Zip::default(), folder, name, out),
    }
}

struct Walk<'a> {
    root: &'a Root,
    hidden: bool,
    now: SystemTime,
    buffer: Vec<u8>,
    entries: usize,
}

/// A folder that waits to be written, and its path in the archive.
type Waiting = Vec<(FilePath, Vec<u8>)>;

impl Walk<'_> {
    fn write<P: Packing>(
        mut self,
        mut packing: P,
        folder: &FilePath,
        name: &[u8],
        out: &mut impl Write,
    ) -> io::Result<()> {
        let mut waiting = vec![(folder.clone(), name.to_vec())];
        while let Some((folder, name)) = waiting.pop() {
            self.folder(&mut packing, &folder, &name, &mut waiting, out)?;
        }
        packing.finish(out)
    }

    /// Writes the files of one folder, and puts its folders before those that wait.
    fn folder<P: Packing>(
        &mut self,
        packing: &mut P,
        folder: &FilePath,
        name: &[u8],
        waiting: &mut Waiting,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let found = match self.root.entries(folder, self.hidden, FOLDER_ENTRIES_MAX, self.now) {
            Ok(found) => found,
            Err(OpenFailure::NotFound | OpenFailure::Denied) => return Ok(()),
            Err(OpenFailure::Exhausted) => return Err(io::ErrorKind::OutOfMemory.into()),
            Err(OpenFailure::Io(error)) => return Err(error),
        };
        self.entries += found.entries.len() + 1;
        if found.more || self.entries > ENTRIES_MAX {
            return Err(too_large());
        }
        packing.begin(
            &Member { path: name, is_folder: true, size_bytes: 0, modified: None, is_packed: false },
            out,
        )?;
        let mut entries = found.entries;
        entries.retain(|entry| is_plain_name(&entry.name, NameRules::HERE));
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        for entry in entries.iter().filter(|entry| !entry.is_folder) {
            self.file(packing, &folder.child(&entry.name), &joined(name, entry), out)?;
        }
        let folders = entries.iter().filter(|entry| entry.is_folder && !entry.is_link);
        waiting.extend(folders.rev().map(|entry| (folder.child(&entry.name), joined(name, entry))));
        Ok(())
    }

    fn file<P: Packing>(
        &mut self,
        packing: &mut P,
        path: &FilePath,
        name: &[u8],
        out: &mut impl Write,
    ) -> io::Result<()> {
        // What has vanished or may not be read is left out.
        let Ok(Opened::File(OpenedFile { mut file, facts })) = self.root.open(path, self.now) else {
            return Ok(());
        };
        let size_bytes = facts.size_bytes;
        let (modified, is_packed) = (facts.modified, is_packed(name));
        packing.begin(&Member { path: name, is_folder: false, size_bytes, modified, is_packed }, out)?;
        let mut left_bytes = size_bytes;
        while left_bytes > 0 {
            let wanted = usize::try_from(left_bytes).unwrap_or(BUFFER_BYTES).min(BUFFER_BYTES);
            let count = file.read(self.buffer.get_mut(..wanted).unwrap_or_default())?;
            if count == 0 {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "a file became shorter while it was archived",
                ));
            }
            packing.content(self.buffer.get(..count).unwrap_or_default(), out)?;
            left_bytes -= count as u64;
        }
        packing.end(out)
    }
}

/// The one error that a reader of the archive causes by asking for too much.
fn too_large() -> io::Error {
    io::Error::other("the folder has too many entries for an archive")
}

fn joined(folder: &[u8], entry: &Entry) -> Vec<u8> {
    [folder, b"/", &entry.name].concat()
}
