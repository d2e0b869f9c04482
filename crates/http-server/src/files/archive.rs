//! A folder as one download: its files and folders as a tar archive, made while it is sent.
//!
//! It goes through the same door as everything else, so that hidden names and refused links are not in it.

use crate::files::path::{FilePath, NameRules, is_plain_name};
use crate::files::root::{Entry, OpenFailure, Opened, OpenedFile, Root};
use crate::files::tar::{END, Member, padding};
use std::io::{self, Read, Write};
use std::time::SystemTime;

/// Most entries of one archive; a folder with more is refused in the middle rather than sent for ever.
const ENTRIES_MAX: usize = 1_000_000;

/// Most entries of one of its folders.
const FOLDER_ENTRIES_MAX: usize = 100_000;

/// Bytes that are read at a time.
const BUFFER_BYTES: usize = 64 * 1024;

/// Writes everything below the folder. `name` is that of the folder in the archive.
///
/// Links to files are archived as the files that they lead to; links to folders are left out, since they can lead in
/// circles. What cannot be read is left out as well, as it is from a listing.
///
/// # Errors
/// Those of writing, a file that becomes shorter while it is archived, and a folder with too many entries.
pub(crate) fn write_tar(
    root: &Root,
    folder: &FilePath,
    name: &[u8],
    hidden: bool,
    now: SystemTime,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut archive =
        Archive { root, hidden, now, head: Vec::new(), buffer: vec![0; BUFFER_BYTES], entries: 0 };
    let mut waiting = vec![(folder.clone(), name.to_vec())];
    while let Some((folder, name)) = waiting.pop() {
        archive.folder(&folder, &name, &mut waiting, out)?;
    }
    out.write_all(&END)
}

struct Archive<'a> {
    root: &'a Root,
    hidden: bool,
    now: SystemTime,
    head: Vec<u8>,
    buffer: Vec<u8>,
    entries: usize,
}

impl Archive<'_> {
    /// Writes the files of one folder, and puts its folders before those that wait.
    fn folder(
        &mut self,
        folder: &FilePath,
        name: &[u8],
        waiting: &mut Vec<(FilePath, Vec<u8>)>,
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
            return Err(io::Error::other("the folder has too many entries for an archive"));
        }
        self.header(Member { path: name, is_folder: true, size_bytes: 0, modified: None }, out)?;
        let mut entries = found.entries;
        entries.retain(|entry| is_plain_name(&entry.name, NameRules::HERE));
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        for entry in entries.iter().filter(|entry| !entry.is_folder) {
            self.file(&folder.child(&entry.name), &joined(name, entry), out)?;
        }
        let folders = entries.iter().filter(|entry| entry.is_folder && !entry.is_link);
        waiting.extend(folders.rev().map(|entry| (folder.child(&entry.name), joined(name, entry))));
        Ok(())
    }

    fn file(&mut self, path: &FilePath, name: &[u8], out: &mut impl Write) -> io::Result<()> {
        // What has vanished or may not be read is left out.
        let Ok(Opened::File(OpenedFile { mut file, facts })) = self.root.open(path, self.now) else {
            return Ok(());
        };
        let size_bytes = facts.size_bytes;
        self.header(Member { path: name, is_folder: false, size_bytes, modified: facts.modified }, out)?;
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
            out.write_all(self.buffer.get(..count).unwrap_or_default())?;
            left_bytes -= count as u64;
        }
        out.write_all(END.get(..padding(size_bytes)).unwrap_or_default())
    }

    fn header(&mut self, member: Member<'_>, out: &mut impl Write) -> io::Result<()> {
        self.head.clear();
        member.write_header(&mut self.head);
        out.write_all(&self.head)
    }
}

fn joined(folder: &[u8], entry: &Entry) -> Vec<u8> {
    [folder, b"/", &entry.name].concat()
}
