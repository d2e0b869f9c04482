//! Opening beneath a folder where there are no descriptors of folders: by path, checked before and after.
//!
//! Between the two checks and the opening, somebody who can write into the folder could swap a link; on systems with
//! `openat` the `unix` file beside this one is used instead, which leaves no such gap.

#[cfg(not(unix))]
use super::OpenFailure;
use super::{Item, ItemKind, Purpose, Symlinks};
#[cfg(not(unix))]
use std::fs::Metadata;
use std::fs::{File, ReadDir};
use std::io;
use std::path::{Path, PathBuf};

mod workplace;

pub(crate) use self::workplace::Workplace;

/// A folder as the root of look-ups.
#[derive(Debug)]
pub(super) struct Handle {
    /// Its path without links.
    place: PathBuf,
}

impl Handle {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let place = std::fs::canonicalize(path)?;
        if !std::fs::metadata(&place)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { place })
    }

    /// Whether the path still names this folder.
    pub(super) fn is_still(&self, path: &Path) -> io::Result<bool> {
        Ok(std::fs::canonicalize(path)? == self.place)
    }

    /// Opens the relative path, whose segments are plain names; empty is the folder itself.
    pub(super) fn open_beneath(&self, path: &[u8], links: Symlinks, _: Purpose) -> io::Result<File> {
        let found = self.resolve(path, links)?;
        // Asked by path first, since opening a special file may wait.
        let metadata = std::fs::metadata(&found)?;
        if !metadata.is_file() && !metadata.is_dir() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let file = open_for_reading(&found)?;
        if links != Symlinks::Follow && self.resolve(path, links)? != found {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(file)
    }

    /// Opens the folder for its entries.
    pub(super) fn read_folder(&self, path: &[u8], links: Symlinks) -> io::Result<Folder> {
        Ok(Folder { entries: std::fs::read_dir(self.resolve(path, links)?)? })
    }

    /// Opens the folder to make files in it.
    pub(super) fn workplace(&self, path: &[u8], links: Symlinks) -> io::Result<Workplace> {
        let folder = self.resolve(path, links)?;
        if std::fs::metadata(&folder)?.is_dir() {
            Ok(Workplace { folder })
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    /// The path on the system, without links except where all are followed.
    fn resolve(&self, path: &[u8], links: Symlinks) -> io::Result<PathBuf> {
        let text = std::str::from_utf8(path).map_err(|_| io::Error::from(io::ErrorKind::NotFound))?;
        let mut joined = self.place.clone();
        for name in text.split('/').filter(|name| !name.is_empty()) {
            joined.push(name);
            if links == Symlinks::Refuse && std::fs::symlink_metadata(&joined)?.is_symlink() {
                return Err(io::ErrorKind::NotFound.into());
            }
        }
        if links == Symlinks::Follow {
            return Ok(joined);
        }
        let found = std::fs::canonicalize(&joined)?;
        if found.starts_with(&self.place) { Ok(found) } else { Err(io::ErrorKind::NotFound.into()) }
    }
}

/// Opens a file or a folder.
fn open_for_reading(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(windows)]
    {
        /// `FILE_FLAG_BACKUP_SEMANTICS`: without it Windows opens no folder.
        const FOLDERS_TOO: u32 = 0x0200_0000;
        std::os::windows::fs::OpenOptionsExt::custom_flags(&mut options, FOLDERS_TOO);
    }
    options.open(path)
}

/// The entries of a folder.
#[derive(Debug)]
pub(super) struct Folder {
    entries: ReadDir,
}

impl Folder {
    /// The next entry; what vanishes meanwhile is left out.
    pub(super) fn next_item(&mut self) -> io::Result<Option<Item>> {
        for entry in self.entries.by_ref() {
            let entry = entry?;
            let (Ok(metadata), Ok(name)) = (entry.metadata(), entry.file_name().into_string()) else {
                continue;
            };
            let kind = match metadata.file_type() {
                kind if kind.is_symlink() => ItemKind::Link,
                kind if kind.is_dir() => ItemKind::Folder,
                kind if kind.is_file() => ItemKind::File,
                _ => ItemKind::Other,
            };
            return Ok(Some(Item {
                name: name.into_bytes(),
                kind,
                size_bytes: metadata.len(),
                modified: metadata.modified().ok(),
            }));
        }
        Ok(None)
    }
}

#[cfg(not(unix))]
pub(super) fn inode(_: &Metadata) -> u64 {
    0
}

/// Sorts the errors that have no kind of their own.
#[cfg(not(unix))]
pub(super) fn failure(error: io::Error) -> OpenFailure {
    match error.kind() {
        io::ErrorKind::CrossesDevices => OpenFailure::NotFound,
        _ => OpenFailure::Io(error),
    }
}
