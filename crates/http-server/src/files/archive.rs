//! A folder as one download: its files and folders as an archive, made while it is read.
//!
//! It goes through the same door as everything else, so that hidden names and refused links are not in it. How an
//! archive is written is for `tar` and `zip` below.

use crate::files::path::{FilePath, NameRules, is_plain_name};
use crate::files::root::{Entry, OpenFailure, Opened, OpenedFile, Root};
use crate::files::types::is_packed;
use std::fs::File;
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

/// Bytes of a file that are read at a time.
const BUFFER_BYTES: usize = 60 * 1024;

/// As many bytes are made ready at least before they are taken.
const READY_BYTES: usize = 32 * 1024;

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

/// Everything below a folder as an archive, made while it is read.
///
/// Links to files are archived as the files that they lead to; links to folders are left out, since they can lead in
/// circles. What cannot be read is left out as well, as it is from a listing.
///
/// Reading fails where a file becomes shorter while it is archived, and for a folder with too many entries.
pub(crate) struct ArchiveReader {
    walk: Walk,
    /// `None` behind the end.
    packing: Option<Form>,
    ready: Vec<u8>,
    /// How much of what is ready has been taken.
    taken: usize,
}

/// How entries are packed in each form.
enum Form {
    Tar(Tar),
    Zip(Box<Zip>),
}

impl ArchiveReader {
    /// `name` is that of the folder in the archive.
    pub(crate) fn new(
        format: ArchiveFormat,
        root: Root,
        folder: FilePath,
        name: Vec<u8>,
        hidden: bool,
        now: SystemTime,
    ) -> Self {
        let packing = match format {
            ArchiveFormat::Tar => Form::Tar(Tar::default()),
            ArchiveFormat::Zip => Form::Zip(Box::default()),
        };
        let walk = Walk {
            root,
            hidden,
            now,
            buffer: vec![0; BUFFER_BYTES],
            entries: 0,
            folders: vec![(folder.clone(), name, None)],
            here: (folder, Vec::new()),
            files: Vec::new(),
            open: None,
        };
        Self { walk, packing: Some(packing), ready: Vec::new(), taken: 0 }
    }

    /// Makes some more of it ready; whether there is more to come.
    fn pack_on(&mut self) -> io::Result<bool> {
        let Some(packing) = &mut self.packing else { return Ok(false) };
        let goes_on = match packing {
            Form::Tar(tar) => self.walk.step(tar, &mut self.ready)?,
            Form::Zip(zip) => self.walk.step(&mut **zip, &mut self.ready)?,
        };
        if !goes_on {
            match self.packing.take() {
                Some(Form::Tar(tar)) => tar.finish(&mut self.ready)?,
                Some(Form::Zip(zip)) => zip.finish(&mut self.ready)?,
                None => {}
            }
        }
        Ok(true)
    }
}

impl Read for ArchiveReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.ready.len() {
            self.ready.clear();
            self.taken = 0;
            while self.ready.len() < READY_BYTES && !out.is_empty() && self.pack_on()? {}
        }
        let count = self.ready.get(self.taken..).unwrap_or_default().read(out)?;
        self.taken += count;
        Ok(count)
    }
}

/// How far the way through the folders has come.
struct Walk {
    root: Root,
    hidden: bool,
    now: SystemTime,
    buffer: Vec<u8>,
    entries: usize,
    /// Folders that wait to be packed, the next one last, with their paths in the archive and their times.
    folders: Vec<(FilePath, Vec<u8>, Option<SystemTime>)>,
    /// The folder whose files are packed now, and the names of those that wait, the next one last.
    here: (FilePath, Vec<u8>),
    files: Vec<Vec<u8>>,
    /// The file that is being packed, and how much of it is left.
    open: Option<(File, u64)>,
}

impl Walk {
    /// Packs a piece of a file, or begins the next entry; whether there was one.
    fn step(&mut self, packing: &mut impl Packing, out: &mut Vec<u8>) -> io::Result<bool> {
        if let Some((file, left_bytes)) = &mut self.open {
            if *left_bytes > 0 {
                *left_bytes -= pack_piece(file, *left_bytes, &mut self.buffer, packing, out)?;
            } else {
                packing.end(out)?;
                self.open = None;
            }
        } else if let Some(file) = self.files.pop() {
            self.begin_file(packing, &file, out)?;
        } else if let Some((folder, name, modified)) = self.folders.pop() {
            self.here = (folder, name);
            self.begin_folder(packing, modified, out)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Begins the folder, and has its files wait, and behind them its folders.
    fn begin_folder(
        &mut self,
        packing: &mut impl Packing,
        modified: Option<SystemTime>,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        let (folder, name) = &self.here;
        let found = match self.root.entries(folder, self.hidden, FOLDER_ENTRIES_MAX, self.now) {
            Ok(found) => found,
            Err(OpenFailure::NotFound | OpenFailure::Denied) => return Ok(()),
            Err(OpenFailure::Exhausted) => return Err(io::ErrorKind::OutOfMemory.into()),
            Err(OpenFailure::Io(error)) => return Err(error),
        };
        // The topmost folder comes without its time.
        let newest = || found.entries.iter().filter_map(|entry| entry.modified).max();
        let modified = modified.or_else(newest);
        self.entries += found.entries.len() + 1;
        if found.more || self.entries > ENTRIES_MAX {
            return Err(too_large());
        }
        packing
            .begin(&Member { path: name, is_folder: true, size_bytes: 0, modified, is_packed: false }, out)?;
        let mut entries = found.entries;
        entries.retain(|entry| is_plain_name(&entry.name, NameRules::HERE));
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        let folders = entries.iter().filter(|entry| entry.is_folder && !entry.is_link);
        let timed = |entry: &Entry| (folder.child(&entry.name), joined(name, &entry.name), entry.modified);
        self.folders.extend(folders.rev().map(timed));
        let files = entries.into_iter().filter(|entry| !entry.is_folder);
        self.files = files.rev().map(|entry| entry.name).collect();
        Ok(())
    }

    fn begin_file(&mut self, packing: &mut impl Packing, file: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let (folder, name) = &self.here;
        let (path, name) = (&folder.child(file), &joined(name, file));
        // What has vanished or may not be read is left out.
        let Ok(Opened::File(OpenedFile { file, facts })) = self.root.open(path, self.now) else {
            return Ok(());
        };
        let size_bytes = facts.size_bytes;
        let (modified, is_packed) = (facts.modified, is_packed(name));
        packing.begin(&Member { path: name, is_folder: false, size_bytes, modified, is_packed }, out)?;
        self.open = Some((file, size_bytes));
        Ok(())
    }
}

/// Packs the next piece of a file, and says how many bytes of it those are.
fn pack_piece(
    file: &mut File,
    left_bytes: u64,
    buffer: &mut [u8],
    packing: &mut impl Packing,
    out: &mut Vec<u8>,
) -> io::Result<u64> {
    let wanted = usize::try_from(left_bytes).unwrap_or(BUFFER_BYTES).min(BUFFER_BYTES);
    let count = file.read(buffer.get_mut(..wanted).unwrap_or_default())?;
    if count == 0 {
        let shorter = "a file became shorter while it was archived";
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, shorter));
    }
    packing.content(buffer.get(..count).unwrap_or_default(), out)?;
    Ok(count as u64)
}

/// The one error that a reader of the archive causes by asking for too much.
fn too_large() -> io::Error {
    io::Error::other("the folder has too many entries for an archive")
}

fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    [folder, b"/", name].concat()
}
