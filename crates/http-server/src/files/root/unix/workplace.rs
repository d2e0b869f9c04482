//! Making files in a folder on Unix: every name is one segment relative to the folder's descriptor, so that nothing is
//! made anywhere else, whatever happens to the path of the folder meanwhile.

use super::since_epoch;
use crate::files::root::{Facts, Occupant};
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io;

/// A folder in which files are made.
#[derive(Debug)]
pub(crate) struct Workplace {
    pub(super) folder: File,
}

/// Readable for all and writable for the owner, less what the umask takes.
const MODE: Mode = Mode::RUSR.union(Mode::WUSR).union(Mode::RGRP).union(Mode::ROTH);

/// Without `O_NOFOLLOW` a link could lead the writing elsewhere; without `O_NONBLOCK` a FIFO could hold it.
const WRITE: OFlags = OFlags::RDWR
    .union(OFlags::CREATE)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

impl Workplace {
    /// Makes a file that was not there.
    pub(crate) fn create(&self, name: &[u8]) -> io::Result<File> {
        Ok(rustix::fs::openat(&self.folder, name, WRITE | OFlags::EXCL, MODE)?.into())
    }

    /// Opens a file for writing, and makes it where it is missing.
    pub(crate) fn open_or_create(&self, name: &[u8]) -> io::Result<File> {
        let file = File::from(rustix::fs::openat(&self.folder, name, WRITE, MODE)?);
        if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::AlreadyExists.into()) }
    }

    /// What has this name; a link is not followed.
    pub(crate) fn look(&self, name: &[u8]) -> io::Result<Occupant> {
        let stat = match rustix::fs::statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(Errno::NOENT) => return Ok(Occupant::Nobody),
            Err(error) => return Err(error.into()),
        };
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(Occupant::Other);
        }
        Ok(Occupant::File(Facts {
            size_bytes: u64::try_from(stat.st_size).unwrap_or(0),
            modified: since_epoch(stat.st_mtime, u32::try_from(stat.st_mtime_nsec).unwrap_or(0)),
            inode: stat.st_ino,
        }))
    }

    /// Gives a file another name, in place of what has it.
    pub(crate) fn replace(&self, from: &[u8], to: &[u8]) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.folder, from, &self.folder, to)?)
    }

    /// Gives a file another name, which nobody has: else the error is `AlreadyExists`.
    pub(crate) fn publish(&self, from: &[u8], to: &[u8]) -> io::Result<()> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        {
            use rustix::fs::{RenameFlags, renameat_with};
            match renameat_with(&self.folder, from, &self.folder, to, RenameFlags::NOREPLACE) {
                // Some file systems, and old kernels.
                Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
                renamed => return Ok(renamed?),
            }
        }
        rustix::fs::linkat(&self.folder, from, &self.folder, to, AtFlags::empty())?;
        self.remove(from)
    }

    /// Removes a file.
    pub(crate) fn remove(&self, name: &[u8]) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.folder, name, AtFlags::empty())?)
    }
}
