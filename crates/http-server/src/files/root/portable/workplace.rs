//! Making files in a folder by path, where there are no descriptors of folders.

use crate::files::root::{Facts, Occupant};
use std::fs::File;
use std::io;
use std::path::PathBuf;

/// A folder in which files are made.
#[derive(Debug)]
pub(crate) struct Workplace {
    /// Without links.
    pub(super) folder: PathBuf,
}

impl Workplace {
    /// Makes a file that was not there.
    pub(crate) fn create(&self, name: &[u8]) -> io::Result<File> {
        File::options().read(true).write(true).create_new(true).open(self.place(name)?)
    }

    /// Opens a file for writing, and makes it where it is missing.
    pub(crate) fn open_or_create(&self, name: &[u8]) -> io::Result<File> {
        if let Occupant::Other = self.look(name)? {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        File::options().read(true).write(true).create(true).truncate(false).open(self.place(name)?)
    }

    /// What has this name; a link is not followed.
    pub(crate) fn look(&self, name: &[u8]) -> io::Result<Occupant> {
        match std::fs::symlink_metadata(self.place(name)?) {
            Ok(metadata) if metadata.is_file() => Ok(Occupant::File(Facts::of(&metadata))),
            Ok(_) => Ok(Occupant::Other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Occupant::Nobody),
            Err(error) => Err(error),
        }
    }

    /// Gives a file another name, in place of what has it.
    pub(crate) fn replace(&self, from: &[u8], to: &[u8]) -> io::Result<()> {
        std::fs::rename(self.place(from)?, self.place(to)?)
    }

    /// Gives a file another name, which nobody has: else the error is `AlreadyExists`.
    pub(crate) fn publish(&self, from: &[u8], to: &[u8]) -> io::Result<()> {
        std::fs::hard_link(self.place(from)?, self.place(to)?)?;
        self.remove(from)
    }

    /// Removes a file.
    pub(crate) fn remove(&self, name: &[u8]) -> io::Result<()> {
        std::fs::remove_file(self.place(name)?)
    }

    fn place(&self, name: &[u8]) -> io::Result<PathBuf> {
        let name = std::str::from_utf8(name).map_err(|_| io::Error::from(io::ErrorKind::InvalidFilename))?;
        Ok(self.folder.join(name))
    }
}
