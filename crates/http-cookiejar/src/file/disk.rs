//! Files on disk: reading with a stamp, locking, and replacing in one step that survives any death.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::file::error::SaveError;

/// The largest file that is read: 1 GiB, some ten million cookies.
pub(crate) const FILE_BYTES_MAX: u64 = 1 << 30;

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    inode: u64,
}

impl Stamp {
    fn of(file: &File) -> io::Result<Self> {
        let facts = file.metadata()?;
        Ok(Self { modified: facts.modified().ok(), bytes: facts.len(), inode: inode(&facts) })
    }
}

#[cfg(unix)]
fn inode(facts: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(facts)
}

#[cfg(not(unix))]
fn inode(_facts: &fs::Metadata) -> u64 {
    0
}

/// Reads a file that may be large but not endless.
pub(crate) fn read(path: &Path) -> io::Result<(Vec<u8>, Stamp)> {
    let mut file = File::open(path)?;
    let stamp = Stamp::of(&file)?;
    if stamp.bytes > FILE_BYTES_MAX {
        return Err(too_large());
    }
    let mut text = Vec::with_capacity(usize::try_from(stamp.bytes).unwrap_or_default());
    (&mut file).take(FILE_BYTES_MAX + 1).read_to_end(&mut text)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(too_large());
    }
    Ok((text, stamp))
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "cookie files may have at most 1 GiB")
}

/// A file that is being saved: the place that links lead to, and the lock that keeps others away.
#[derive(Debug)]
pub(crate) struct Disk {
    target: PathBuf,
    /// `None` for what is no regular file, which is written in place.
    lock: Option<File>,
    /// The file of the lock while it is to go again: this save made it, and has not replaced anything yet.
    litter: Option<PathBuf>,
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Some(name) = &self.litter {
            // The lock is still held here. What cannot be removed does no harm.
            let _ = fs::remove_file(name);
        }
    }
}

impl Disk {
    /// Finds the file that a path leads to and waits for its lock, which the system takes back when a holder dies.
    pub(crate) fn lock(path: &Path) -> Result<Self, SaveError> {
        let target = follow(path).map_err(SaveError::io("follow the link", path))?;
        let special = fs::metadata(&target).is_ok_and(|facts| !facts.is_file());
        if special {
            return Ok(Self { target, lock: None, litter: None });
        }
        let name = beside(&target, ".lock");
        loop {
            let (lock, is_new) = open_lock(&name).map_err(SaveError::io("open the lock file", &name))?;
            lock.lock().map_err(SaveError::io("lock", &name))?;
            // Whoever made the file may have removed it while we waited; others then have a lock on a new one.
            if is_still_there(&lock, &name) {
                return Ok(Self { target, lock: Some(lock), litter: (cfg!(unix) && is_new).then_some(name) });
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.target
    }

    /// The file's text; `None` if there is none, if it is no regular file, or if its stamp is the known one.
    pub(crate) fn read_unless(&self, known: Option<Stamp>) -> Result<Option<Vec<u8>>, SaveError> {
        if self.lock.is_none() {
            return Ok(None);
        }
        if known.is_some() && self.stamp() == known {
            return Ok(None);
        }
        match read(&self.target) {
            Ok((text, _)) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SaveError::io("read", &self.target)(error)),
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        File::open(&self.target).and_then(|file| Stamp::of(&file)).ok()
    }

    /// Puts a new text in the place of the old: whole or not at all.
    pub(crate) fn replace(&mut self, text: &[u8], durable: bool) -> Result<Option<Stamp>, SaveError> {
        if self.lock.is_none() {
            let mut file = OpenOptions::new()
                .write(true)
                .open(&self.target)
                .map_err(SaveError::io("open for writing", &self.target))?;
            file.write_all(text).map_err(SaveError::io("write to", &self.target))?;
            return Ok(None);
        }
        // Under the lock nobody else of us writes, so a temporary file that is there was left by a process that died.
        let temporary = beside(&self.target, ".new");
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(SaveError::io("remove the left-over file", &temporary)(error));
            }
            _ => {}
        }
        let result = self.write_and_rename(&temporary, text, durable);
        if result.is_err() {
            // What counts is the first error; a left-over file is removed by the next save too.
            let _ = fs::remove_file(&temporary);
        } else {
            self.litter = None;
        }
        result.map(Some)
    }

    fn write_and_rename(&self, temporary: &Path, text: &[u8], durable: bool) -> Result<Stamp, SaveError> {
        let mut file = private(OpenOptions::new().write(true).create_new(true))
            .open(temporary)
            .map_err(SaveError::io("create", temporary))?;
        keep_stricter_mode(&self.target, &file).map_err(SaveError::io("set the mode of", temporary))?;
        file.write_all(text).map_err(SaveError::io("write to", temporary))?;
        if durable {
            file.sync_all().map_err(SaveError::io("sync", temporary))?;
        }
        let stamp = Stamp::of(&file).map_err(SaveError::io("look at", temporary))?;
        fs::rename(temporary, &self.target).map_err(SaveError::io("replace", &self.target))?;
        if durable {
            let folder = folder_of(&self.target);
            sync_folder(folder).map_err(SaveError::io("sync the folder", folder))?;
        }
        Ok(stamp)
    }
}

/// The lock file, and whether it is a new one.
fn open_lock(name: &Path) -> io::Result<(File, bool)> {
    match private(OpenOptions::new().write(true).create_new(true)).open(name) {
        Ok(lock) => Ok((lock, true)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let lock = private(OpenOptions::new().write(true).create(true).truncate(false)).open(name)?;
            Ok((lock, false))
        }
        Err(error) => Err(error),
    }
}

/// Whether the name still leads to the open file.
#[cfg(unix)]
fn is_still_there(lock: &File, name: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let place = |facts: fs::Metadata| (facts.dev(), facts.ino());
    let (ours, there) = (lock.metadata().map(place), fs::metadata(name).map(place));
    ours.is_ok_and(|ours| there.is_ok_and(|there| ours == there))
}

/// Elsewhere no lock file is ever removed.
#[cfg(not(unix))]
fn is_still_there(_lock: &File, _name: &Path) -> bool {
    true
}

/// The file at the end of a chain of links; it need not exist. Downloads of http-client have this and [`beside`] for
/// themselves: no crate below both knows files.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..LINKS_MAX {
        match fs::symlink_metadata(&target) {
            Ok(facts) if facts.is_symlink() => {
                let next = fs::read_link(&target)?;
                target = folder_of(&target).join(next);
            }
            _ => return Ok(target),
        }
    }
    Err(io::Error::other("too many links"))
}

/// As many links as Linux follows.
const LINKS_MAX: usize = 40;

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The name with something behind it, in the same folder.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(suffix);
    path.with_file_name(name)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Takes from the new file what the old one's owner did not have either.
#[cfg(unix)]
fn keep_stricter_mode(old: &Path, new: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match fs::metadata(old) {
        Ok(facts) => new.set_permissions(fs::Permissions::from_mode(facts.permissions().mode() & 0o600)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn keep_stricter_mode(_old: &Path, _new: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Other systems cannot open folders; there the rename itself is what they offer.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
