//! The one place that opens files: everything beneath a root, by descriptor, and nothing but regular files and folders.
//!
//! Every feature of static files (a file, an index, a listing, a variant beside a file) comes through [`Root::open`]
//! or [`Root::entries`], so that there is one policy on links and special files. What a path may look like is decided
//! in `path`; what is answered, in `answer`.

use crate::files::path::{FilePath, NameRules, is_hidden_name, is_plain_name, is_unfinished_name};
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(any(not(unix), test))]
mod portable;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
use portable as system;
#[cfg(unix)]
use unix as system;

pub(crate) use system::Workplace;

/// What happens to symbolic links below the folder that is served.
///
/// The folder itself may be reached through links under each of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Symlinks {
    /// No link is followed: what lies behind one is not found.
    Refuse,
    /// A link is followed as long as it stays inside the folder, however it is spelled.
    #[default]
    Beneath,
    /// Every link is followed, out of the folder as well. Python: what `SimpleHTTPRequestHandler` does.
    Follow,
}

/// A folder whose content is served. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    place: Arc<Place>,
    links: Symlinks,
}

#[derive(Debug)]
struct Place {
    /// As given, made absolute; looked up again when what it names may have changed.
    path: PathBuf,
    current: RwLock<Arc<system::Handle>>,
    /// The second in which `path` was last seen to name `current`.
    checked_seconds: AtomicU64,
}

/// Something that is there and may be served.
#[derive(Debug)]
pub(crate) enum Opened {
    File(OpenedFile),
    Folder,
}

/// A regular file, open for reading, and what its descriptor says about it.
#[derive(Debug)]
pub(crate) struct OpenedFile {
    pub(crate) file: File,
    pub(crate) facts: Facts,
}

/// What distinguishes one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) size_bytes: u64,
    pub(crate) modified: Option<SystemTime>,
    /// The number of the file on its file system; 0 where the system has none to show.
    pub(crate) inode: u64,
}

/// Why nothing was opened.
#[derive(Debug)]
pub(crate) enum OpenFailure {
    /// Nothing there that may be served: missing, behind a refused link, no regular file, a name too long.
    NotFound,
    /// The system denies us access.
    Denied,
    /// The system has run out of descriptors or memory.
    Exhausted,
    /// Anything else.
    Io(io::Error),
}

/// One entry of a folder that may be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The name in the bytes of the file system.
    pub(crate) name: Vec<u8>,
    pub(crate) is_folder: bool,
    pub(crate) is_link: bool,
    /// 0 for folders.
    pub(crate) size_bytes: u64,
    pub(crate) modified: Option<SystemTime>,
}

/// Who has a name in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occupant {
    Nobody,
    File(Facts),
    /// A folder, a link, a device: nothing that is ever replaced.
    Other,
}

/// The entries of a folder, in no particular order.
#[derive(Debug)]
pub(crate) struct Entries {
    pub(crate) entries: Vec<Entry>,
    /// Whether the folder has more than were asked for.
    pub(crate) more: bool,
}

impl Root {
    /// Opens the folder.
    pub(crate) fn new(path: &Path, links: Symlinks) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        let handle = system::Handle::open(&path)?;
        let current = RwLock::new(Arc::new(handle));
        let place = Place { path, current, checked_seconds: AtomicU64::new(u64::MAX) };
        Ok(Self { place: Arc::new(place), links })
    }

    /// Changes what happens to links.
    pub(crate) fn set_links(&mut self, links: Symlinks) {
        self.links = links;
    }

    /// The folder, as an absolute path.
    pub(crate) fn path(&self) -> &Path {
        &self.place.path
    }

    /// Opens what the path names. `now` decides whether the root itself is looked up again.
    pub(crate) fn open(&self, path: &FilePath, now: SystemTime) -> Result<Opened, OpenFailure> {
        let root = self.place.current(now)?;
        match root.open_beneath(path.as_bytes(), self.links, Purpose::Read) {
            Ok(file) => opened(file),
            // A folder that may be entered but not read still serves the files in it.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                let entered = root.open_beneath(path.as_bytes(), self.links, Purpose::Enter);
                if entered.is_ok() { Ok(Opened::Folder) } else { Err(OpenFailure::Denied) }
            }
            Err(error) => Err(failure(error)),
        }
    }

    /// Opens the folder that the path names to make files in it.
    pub(crate) fn workplace(&self, folder: &FilePath, now: SystemTime) -> Result<Workplace, OpenFailure> {
        self.place.current(now)?.workplace(folder.as_bytes(), self.links).map_err(failure)
    }

    /// Reads the entries of the folder that the path names, `entries_max` at most.
    ///
    /// Left out is what [`open`](Self::open) would not open: special files, links that the policy refuses or that
    /// lead nowhere, and hidden names unless asked for; and what is being uploaded.
    pub(crate) fn entries(
        &self,
        path: &FilePath,
        hidden: bool,
        entries_max: usize,
        now: SystemTime,
    ) -> Result<Entries, OpenFailure> {
        let root = self.place.current(now)?;
        let mut folder = root.read_folder(path.as_bytes(), self.links).map_err(failure)?;
        let mut found = Entries { entries: Vec::new(), more: false };
        while let Some(item) = folder.next_item().map_err(failure)? {
            if is_unfinished_name(&item.name) || !hidden && is_hidden_name(&item.name, path.is_root()) {
                continue;
            }
            let Some(entry) = self.entry(&root, path, item) else {
                continue;
            };
            if found.entries.len() >= entries_max {
                found.more = true;
                break;
            }
            found.entries.push(entry);
        }
        Ok(found)
    }

    /// The names of unfinished uploads in this folder that nobody has written to since `before`.
    pub(crate) fn abandoned(
        &self,
        folder: &FilePath,
        before: SystemTime,
        entries_max: usize,
        now: SystemTime,
    ) -> Result<Vec<Vec<u8>>, OpenFailure> {
        let root = self.place.current(now)?;
        let mut folder = root.read_folder(folder.as_bytes(), self.links).map_err(failure)?;
        let mut found = Vec::new();
        for _ in 0..entries_max {
            let Some(item) = folder.next_item().map_err(failure)? else { break };
            let is_old = item.modified.is_some_and(|modified| modified < before);
            if is_old && item.kind == ItemKind::File && is_unfinished_name(&item.name) {
                found.push(item.name);
            }
        }
        Ok(found)
    }

    fn entry(&self, root: &system::Handle, folder: &FilePath, item: Item) -> Option<Entry> {
        let Item { name, kind, size_bytes, modified } = item;
        let (is_folder, is_link, size_bytes, modified) = match kind {
            ItemKind::File => (false, false, size_bytes, modified),
            ItemKind::Folder => (true, false, 0, modified),
            ItemKind::Link if is_plain_name(&name, NameRules::HERE) => {
                let target = folder.child(&name);
                let file = root.open_beneath(target.as_bytes(), self.links, Purpose::Look).ok()?;
                let metadata = file.metadata().ok()?;
                if !metadata.is_file() && !metadata.is_dir() {
                    return None;
                }
                let size_bytes = if metadata.is_dir() { 0 } else { metadata.len() };
                (metadata.is_dir(), true, size_bytes, metadata.modified().ok())
            }
            ItemKind::Link | ItemKind::Other => return None,
        };
        Some(Entry { name, is_folder, is_link, size_bytes, modified })
    }
}

impl Place {
    /// The open root; opened again, at most once a second, when its path has come to name another folder.
    fn current(&self, now: SystemTime) -> Result<Arc<system::Handle>, OpenFailure> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        if self.checked_seconds.load(Ordering::Relaxed) == seconds {
            return Ok(current);
        }
        let current = if current.is_still(&self.path).map_err(failure)? {
            current
        } else {
            let fresh = Arc::new(system::Handle::open(&self.path).map_err(failure)?);
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
            fresh
        };
        self.checked_seconds.store(seconds, Ordering::Relaxed);
        Ok(current)
    }
}

impl Facts {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            size_bytes: metadata.len(),
            modified: metadata.modified().ok(),
            inode: system::inode(metadata),
        }
    }
}

/// What a descriptor is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// To read the content.
    Read,
    /// To learn whether it is there and what it is, without the right to read it.
    Look,
    /// As `Look`, and only if it is a folder.
    Enter,
}

/// One entry as the system gives it, a link not yet followed.
#[derive(Debug)]
struct Item {
    name: Vec<u8>,
    kind: ItemKind,
    size_bytes: u64,
    modified: Option<SystemTime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ItemKind {
    File,
    Folder,
    Link,
    Other,
}

fn opened(file: File) -> Result<Opened, OpenFailure> {
    let metadata = file.metadata().map_err(failure)?;
    if metadata.is_dir() {
        Ok(Opened::Folder)
    } else if metadata.is_file() {
        let facts = Facts::of(&metadata);
        Ok(Opened::File(OpenedFile { file, facts }))
    } else {
        Err(OpenFailure::NotFound)
    }
}

/// Sorts errors by what they mean to the one who asked for the file.
fn failure(error: io::Error) -> OpenFailure {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::NotFound
        | Kind::NotADirectory
        | Kind::InvalidFilename
        | Kind::InvalidInput
        | Kind::IsADirectory => OpenFailure::NotFound,
        Kind::PermissionDenied => OpenFailure::Denied,
        Kind::OutOfMemory => OpenFailure::Exhausted,
        _ => system::failure(error),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
