//! Small files kept in memory, so that a busy one costs no look at the disk; each is looked at again every second.

use crate::files::conditional::is_settled;
use crate::files::root::{Facts, OpenFailure, Opened, OpenedFile};
use std::collections::HashMap;
use std::io::Read as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

/// Larger files are not kept.
const FILE_BYTES_MAX: u64 = 16 * 1024;

/// What an entry costs beside its content and its path.
const ENTRY_BYTES: usize = 256;

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
}

/// One file as it was when it was last looked at.
#[derive(Debug)]
pub(crate) struct KeptFile {
    pub(crate) facts: Facts,
    pub(crate) content: Arc<[u8]>,
    /// The second in which the file on the disk was last seen to be this one.
    checked_second: AtomicU64,
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
        open: impl FnOnce() -> Result<Opened, OpenFailure>,
    ) -> Result<Found, OpenFailure> {
        let second = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner).files.get(path).cloned();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.checked_second.load(Ordering::Relaxed) == second)
        {
            return Ok(Found::Kept(Arc::clone(kept)));
        }
        let found = match open() {
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

    /// Reads a file that may be kept. One that changed a moment ago may not: it could change again without a trace.
    fn load(&self, path: &[u8], found: OpenedFile, second: u64, now: SystemTime) -> Found {
        let OpenedFile { mut file, facts } = found;
        let is_settled = facts.modified.is_some_and(|modified| is_settled(modified, now));
        let mut content = Vec::new();
        if facts.size_bytes <= FILE_BYTES_MAX && is_settled {
            // One byte more than there should be, to see that it is the end.
            let read = (&mut file).take(facts.size_bytes + 1).read_to_end(&mut content);
            if read.is_ok() && content.len() as u64 == facts.size_bytes {
                let checked_second = AtomicU64::new(second);
                let kept = Arc::new(KeptFile { facts, content: content.into(), checked_second });
                self.keep(path, &kept, second);
                return Found::Kept(kept);
            }
        }
        // Answers with part of a file go by offsets, not by the place where reading stopped.
        Found::File(OpenedFile { file, facts })
    }

    /// Makes room by what nobody has asked for within this second; without room the file is not kept.
    fn keep(&self, path: &[u8], file: &Arc<KeptFile>, second: u64) {
        let cost = |path: &[u8], file: &KeptFile| path.len() + file.content.len() + ENTRY_BYTES;
        let bytes = cost(path, file);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + bytes > self.bytes_max {
            kept.files.retain(|_, file| file.checked_second.load(Ordering::Relaxed) == second);
            kept.bytes = kept.files.iter().map(|(path, file)| cost(path, file)).sum();
        }
        if kept.bytes + bytes > self.bytes_max {
            return;
        }
        if let Some(old) = kept.files.insert(path.to_vec(), Arc::clone(file)) {
            kept.bytes -= cost(path, &old);
        }
        kept.bytes += bytes;
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
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = kept.files.remove(path) {
            kept.bytes -= path.len() + old.content.len() + ENTRY_BYTES;
        }
    }
}

#[cfg(test)]
mod tests;
