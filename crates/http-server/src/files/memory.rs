//! Small files kept in memory and larger ones kept open, so that a busy one costs no look at the disk; each is looked at
//! again every second.

use crate::files::conditional::is_settled;
use crate::files::content::Description;
use crate::files::root::{Facts, OpenFailure, Opened, OpenedFile};
use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

/// Larger files are kept open, and not their content.
const FILE_BYTES_MAX: u64 = 16 * 1024;

/// Most files that are kept open.
const OPEN_FILES_MAX: usize = 256;

/// What an entry costs beside its content and its path: the fields of its answers above all.
const ENTRY_BYTES: usize = 1024;

/// The files kept, by their paths below the root.
#[derive(Debug)]
pub(crate) struct Memory {
    bytes_max: usize,
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    files: HashMap<Vec<u8>, Arc<KeptFile>>,
    bytes: usize,
    /// How many of the files are open.
    open: usize,
    /// The second in which room was made last.
    swept_second: Option<u64>,
}

/// One file as it was when it was last looked at.
#[derive(Debug)]
pub(crate) struct KeptFile {
    pub(crate) facts: Facts,
    pub(crate) content: Content,
    /// What is sent with it: as the file that it is, and as a variant of another file.
    pub(crate) described: [OnceLock<Description>; 2],
    /// The second in which the file on the disk was last seen to be this one.
    checked_second: AtomicU64,
}

/// What is kept of a file.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Bytes(Arc<[u8]>),
    Open(Arc<File>),
}

/// A file to answer with.
#[derive(Debug)]
pub(crate) enum Found {
    File(OpenedFile),
    Kept(Arc<KeptFile>),
    Folder,
}

impl Memory {
    /// Keeps up to so many bytes, paths and overhead included.
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, kept: RwLock::default() }
    }

    /// The file from memory if it was looked at within this second, else by `open`.
    pub(crate) fn find(
        &self,
        path: &[u8],
        now: SystemTime,
        open: impl Fn() -> Result<Opened, OpenFailure>,
    ) -> Result<Found, OpenFailure> {
        let second = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner).files.get(path).cloned();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.checked_second.load(Ordering::Relaxed) == second)
        {
            return Ok(Found::Kept(Arc::clone(kept)));
        }
        let opened = match open() {
            // What is kept open may be what is missing.
            Err(OpenFailure::Exhausted) => {
                self.forget_all();
                open()
            }
            opened => opened,
        };
        let found = match opened {
            Ok(Opened::File(found)) => found,
            Ok(Opened::Folder) => {
                self.forget_if(path, kept.is_some());
                return Ok(Found::Folder);
            }
            Err(failure) => {
                self.forget_if(path, kept.is_some());
                return Err(failure);
            }
        };
        if let Some(kept) = kept {
            if kept.facts == found.facts {
                kept.checked_second.store(second, Ordering::Relaxed);
                return Ok(Found::Kept(kept));
            }
            self.forget(path);
        }
        Ok(self.load(path, found, second, now))
    }

    /// Reads a file that may be kept, or keeps it open. One that changed a moment ago may not: it could change again
    /// without a trace.
    fn load(&self, path: &[u8], found: OpenedFile, second: u64, now: SystemTime) -> Found {
        let OpenedFile { mut file, facts } = found;
        if !facts.modified.is_some_and(|modified| is_settled(modified, now)) {
            return Found::File(OpenedFile { file, facts });
        }
        let content = if facts.size_bytes > FILE_BYTES_MAX {
            Content::Open(Arc::new(file))
        } else {
            let mut content = Vec::new();
            // One byte more than there should be, to see that it is the end.
            let read = (&mut file).take(facts.size_bytes + 1).read_to_end(&mut content);
            if read.is_err() || content.len() as u64 != facts.size_bytes {
                // Answers go by offsets, not by the place where reading stopped.
                return Found::File(OpenedFile { file, facts });
            }
            Content::Bytes(content.into())
        };
        let checked_second = AtomicU64::new(second);
        let kept = Arc::new(KeptFile { facts, content, described: Default::default(), checked_second });
        self.keep(path, &kept, second);
        Found::Kept(kept)
    }

    /// Makes room by what nobody has asked for within this second; without room the file is not kept. What has been asked
    /// for stays so until the next second, so room is not looked for twice in one.
    fn keep(&self, path: &[u8], file: &Arc<KeptFile>, second: u64) {
        let (bytes, open) = (cost(path, file), file.open());
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let fits = |kept: &Kept| kept.bytes + bytes <= self.bytes_max && kept.open + open <= OPEN_FILES_MAX;
        if !fits(&kept) && kept.swept_second != Some(second) {
            kept.swept_second = Some(second);
            kept.files.retain(|_, file| file.checked_second.load(Ordering::Relaxed) == second);
            kept.bytes = kept.files.iter().map(|(path, file)| cost(path, file)).sum();
            kept.open = kept.files.values().map(|file| file.open()).sum();
        }
        if !fits(&kept) {
            return;
        }
        kept.remove(path);
        kept.files.insert(path.to_vec(), Arc::clone(file));
        kept.bytes += bytes;
        kept.open += open;
    }

    fn forget_if(&self, path: &[u8], was_kept: bool) {
        if was_kept {
            self.forget(path);
        }
    }

    /// Lets all files go.
    pub(crate) fn forget_all(&self) {
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }

    /// Lets a file go, so that the next look-up goes to the disk.
    pub(crate) fn forget(&self, path: &[u8]) {
        self.kept.write().unwrap_or_else(PoisonError::into_inner).remove(path);
    }
}

impl Kept {
    fn remove(&mut self, path: &[u8]) {
        if let Some(old) = self.files.remove(path) {
            self.bytes -= cost(path, &old);
            self.open -= old.open();
        }
    }
}

impl KeptFile {
    /// Descriptors that it holds.
    fn open(&self) -> usize {
        usize::from(matches!(self.content, Content::Open(_)))
    }
}

/// Bytes that a file takes of those that may be taken.
fn cost(path: &[u8], file: &KeptFile) -> usize {
    let content_bytes = match &file.content {
        Content::Bytes(bytes) => bytes.len(),
        Content::Open(_) => 0,
    };
    path.len() + content_bytes + ENTRY_BYTES
}

#[cfg(test)]
mod tests;
