//! A file that is not whole yet, beside the one whose place it takes in one step. Nobody else writes it meanwhile.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// How many links are followed to where a file stands, as Linux does.
const LINKS_MAX: u8 = 40;

/// An open file that is not whole yet.
#[derive(Debug)]
pub(crate) struct Partial {
    file: File,
    at: PathBuf,
}

impl Partial {
    /// One that was not there before. Nobody may read it who may not read `target`.
    pub(crate) fn create(at: PathBuf, target: &Path) -> io::Result<Self> {
        let file = as_private_as(target).create_new(true).open(&at)?;
        Ok(Self { file, at })
    }

    /// One that may be there, with what it holds. It is locked until it is dropped.
    pub(crate) fn open(at: PathBuf, target: &Path) -> io::Result<Self> {
        loop {
            match fs::symlink_metadata(&at) {
                Ok(facts) if !facts.is_file() => {
                    let text = format!("{} is no regular file: move it away", at.display());
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let file = as_private_as(target).create(true).truncate(false).open(&at)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => {
                    let text = format!("another download is writing {}", at.display());
                    return Err(io::Error::new(io::ErrorKind::ResourceBusy, text));
                }
                // A file system without locks leaves it to its users.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            // It may have got its name while it was opened.
            if is_at(&file, &at)? {
                return Ok(Self { file, at });
            }
        }
    }

    pub(crate) const fn file(&mut self) -> &mut File {
        &mut self.file
    }

    pub(crate) fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    pub(crate) fn clear(&self) -> io::Result<()> {
        self.file.set_len(0)
    }

    /// Makes what was written durable and puts it in the place of `target`, whose permissions it takes over.
    pub(crate) fn replace(self, target: &Path) -> io::Result<()> {
        match fs::metadata(target) {
            Ok(facts) => self.file.set_permissions(facts.permissions())?,
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) => {}
        }
        self.file.sync_all()?;
        if !is_at(&self.file, &self.at)? {
            let text = format!("somebody has removed or replaced {}", self.at.display());
            return Err(io::Error::other(text));
        }
        fs::rename(&self.at, target)
    }

    /// Removes it.
    pub(crate) fn discard(self) -> io::Result<()> {
        fs::remove_file(&self.at)
    }
}

/// How a file is opened that becomes `target`: with its permissions from the beginning.
fn as_private_as(target: &Path) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    if let Ok(facts) = fs::metadata(target) {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        // Whoever downloads has to write it.
        options.mode(facts.permissions().mode() & 0o777 | 0o600);
    }
    #[cfg(not(unix))]
    let _ = target;
    options
}

/// Whether the name still stands for the open file.
#[cfg(unix)]
fn is_at(file: &File, at: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (open, named) = (file.metadata()?, fs::symlink_metadata(at));
    match named {
        Ok(named) => Ok((open.dev(), open.ino()) == (named.dev(), named.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether the name still stands for a file: another cannot have taken the place of one that is open.
#[cfg(not(unix))]
fn is_at(_file: &File, at: &Path) -> io::Result<bool> {
    fs::exists(at)
}

/// Where a file stands, at the end of a chain of links. It need not exist. The files of the jar have this and
/// [`beside`] for themselves: no crate below both knows files, and neither is part of what this one offers.
pub(crate) fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or_else(|| Path::new("")).join(target),
            // It is no link, or it is not there; whatever else is wrong shows when it is opened.
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{} is a link without an end", path.display())))
}

/// The name with `suffix` behind it.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// Whether something stands there that a file must not take the place of.
pub(crate) fn is_no_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}
