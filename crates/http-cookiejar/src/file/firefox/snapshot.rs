//! A private copy of a database that its owner may be writing to: the file, its log and its journal, all of one moment.

use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::FirefoxError;

/// The copy; it goes when this is dropped.
#[derive(Debug)]
pub(super) struct Snapshot {
    folder: PathBuf,
}

/// What stands behind the name of the database in the names of its files. The main file comes first, so that a checkpoint
/// between two copies changes what was copied already, which the comparison finds.
const SUFFIXES: [&str; 3] = ["", "-wal", "-journal"];

/// How often a copy is begun anew because the files changed meanwhile.
const ATTEMPTS: usize = 16;

/// The largest file that is copied: 256 MiB. Firefox keeps a few thousand cookies, which are a few MiB.
const FILE_BYTES_MAX: u64 = 256 << 20;

const NAME: &str = "cookies.sqlite";

impl Snapshot {
    /// Copies the files of a database; the originals are opened for reading only.
    pub(super) fn take(path: &Path) -> Result<Self, FirefoxError> {
        // The log stands beside the file that links lead to.
        let original = fs::canonicalize(path).map_err(FirefoxError::io("find", path))?;
        let facts = fs::metadata(&original).map_err(FirefoxError::io("look at", path))?;
        if !facts.is_file() {
            return Err(FirefoxError::io("read", path)(io::Error::other("it is not a regular file")));
        }
        let snapshot = Self { folder: make_folder()? };
        snapshot.copy_one_moment(&original, || {})?;
        Ok(snapshot)
    }

    /// The copied database.
    pub(super) fn database(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    /// Copies until the copies are equal to the originals after the last one was made, and so are of one moment.
    /// `between` is called before each comparison, for tests that write then.
    fn copy_one_moment(&self, original: &Path, mut between: impl FnMut()) -> Result<(), FirefoxError> {
        for _ in 0..ATTEMPTS {
            self.copy_all(original)?;
            between();
            if self.is_equal_to(original)? {
                return Ok(());
            }
        }
        Err(FirefoxError::Changing(original.to_owned()))
    }

    fn copy_all(&self, original: &Path) -> Result<(), FirefoxError> {
        for suffix in SUFFIXES {
            let (from, to) = (with_suffix(original, suffix), with_suffix(&self.database(), suffix));
            match File::open(&from) {
                Ok(file) => copy(file, &from, &to)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound && !suffix.is_empty() => {
                    remove(&to).map_err(FirefoxError::io("remove", &to))?;
                }
                Err(error) => return Err(FirefoxError::io("open", &from)(error)),
            }
        }
        Ok(())
    }

    fn is_equal_to(&self, original: &Path) -> Result<bool, FirefoxError> {
        for suffix in SUFFIXES.iter().rev() {
            let (from, to) = (with_suffix(original, suffix), with_suffix(&self.database(), suffix));
            if !are_equal(&from, &to).map_err(FirefoxError::io("read", &from))? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        // There is nobody to tell; the folder is readable by this user only.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

fn copy(original: File, from: &Path, to: &Path) -> Result<(), FirefoxError> {
    let too_large = || {
        let source =
            io::Error::new(io::ErrorKind::FileTooLarge, "firefox databases may have at most 256 MiB");
        FirefoxError::io("read", from)(source)
    };
    if original.metadata().map_err(FirefoxError::io("look at", from))?.len() > FILE_BYTES_MAX {
        return Err(too_large());
    }
    let mut file = File::create(to).map_err(FirefoxError::io("create", to))?;
    let mut limited = original.take(FILE_BYTES_MAX + 1);
    let copied = io::copy(&mut limited, &mut file).map_err(FirefoxError::io("copy", from))?;
    if copied > FILE_BYTES_MAX {
        return Err(too_large());
    }
    file.flush().map_err(FirefoxError::io("write to", to))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether both files hold the same, or neither is there.
fn are_equal(one: &Path, other: &Path) -> io::Result<bool> {
    let (mut one, mut other) = match (open(one)?, open(other)?) {
        (Some(one), Some(other)) => (one, other),
        (None, None) => return Ok(true),
        _ => return Ok(false),
    };
    let (mut left, mut right) = (Vec::new(), Vec::new());
    loop {
        left.clear();
        right.clear();
        (&mut one).take(CHUNK_BYTES).read_to_end(&mut left)?;
        (&mut other).take(CHUNK_BYTES).read_to_end(&mut right)?;
        if left != right {
            return Ok(false);
        }
        if left.is_empty() {
            return Ok(true);
        }
    }
}

const CHUNK_BYTES: u64 = 64 << 10;

fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A new folder that only this user may open. Making one fails where something has the name, so a name that somebody
/// guessed does no harm.
fn make_folder() -> Result<PathBuf, FirefoxError> {
    let parent = std::env::temp_dir();
    loop {
        let folder = parent.join(format!("cookies-{:016x}", RandomState::new().hash_one(std::process::id())));
        match private_folder().create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(FirefoxError::io("make the folder", &folder)(error)),
        }
    }
}

#[cfg(unix)]
fn private_folder() -> fs::DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Elsewhere the folder for temporary files is the user's own.
#[cfg(not(unix))]
fn private_folder() -> fs::DirBuilder {
    fs::DirBuilder::new()
}

#[cfg(test)]
mod tests;
