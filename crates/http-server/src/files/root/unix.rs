//! Opening beneath a folder on Unix: one `openat2` on Linux, else a walk that opens segment by segment.
//!
//! Neither ever hands a path to the kernel that it could resolve out of the root: `openat2` is told to refuse, and the
//! walk reads links itself. `O_NONBLOCK` keeps a FIFO or a device from holding the caller.

use super::{Item, ItemKind, OpenFailure, Purpose, Symlinks};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

mod workplace;

pub(crate) use self::workplace::Workplace;

/// Links followed in one look-up before it counts as a loop; Linux has the same number.
const LINKS_MAX: usize = 40;

/// A folder held open as the root of look-ups.
#[derive(Debug)]
pub(super) struct Handle {
    folder: OwnedFd,
    /// Its path without links, to recognise absolute links that stay inside.
    place: PathBuf,
    device: u64,
    inode: u64,
}

impl Handle {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let folder = rustix::fs::open(path, STEP, Mode::empty())?;
        let metadata = File::from(folder.try_clone()?).metadata()?;
        let place = std::fs::canonicalize(path)?;
        Ok(Self { folder, place, device: metadata.dev(), inode: metadata.ino() })
    }

    /// Whether the path still names this folder.
    pub(super) fn is_still(&self, path: &Path) -> io::Result<bool> {
        let metadata = std::fs::metadata(path)?;
        Ok(metadata.dev() == self.device && metadata.ino() == self.inode)
    }

    /// Opens the relative path, whose segments are plain names; empty is the folder itself.
    pub(super) fn open_beneath(&self, path: &[u8], links: Symlinks, purpose: Purpose) -> io::Result<File> {
        let opened = match self.open_by_kernel(path, links, purpose) {
            Some(opened) => opened,
            None => self.open_by_walk(path, links, purpose),
        };
        opened.map(File::from).map_err(io::Error::from)
    }

    /// Opens the folder for its entries.
    pub(super) fn read_folder(&self, path: &[u8], links: Symlinks) -> io::Result<Folder> {
        let descriptor = self.open_beneath(path, links, Purpose::Read)?;
        Ok(Folder { entries: Dir::read_from(&descriptor)?, descriptor })
    }

    /// Opens the folder to make files in it.
    pub(super) fn workplace(&self, path: &[u8], links: Symlinks) -> io::Result<Workplace> {
        Ok(Workplace { folder: self.open_beneath(path, links, Purpose::Enter)? })
    }

    /// `None` where the kernel cannot tell: no such call here, or a link that only the walk can judge.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn open_by_kernel(
        &self,
        path: &[u8],
        links: Symlinks,
        purpose: Purpose,
    ) -> Option<Result<OwnedFd, Errno>> {
        use rustix::fs::ResolveFlags;
        let resolve = match links {
            Symlinks::Refuse => {
                ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS
            }
            Symlinks::Beneath => ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS,
            Symlinks::Follow => ResolveFlags::NO_MAGICLINKS,
        };
        let path = if path.is_empty() { b"." } else { path };
        match rustix::fs::openat2(&self.folder, path, flags(purpose), Mode::empty(), resolve) {
            // Kernels before 5.6, and sandboxes that do not know the call.
            Err(Errno::NOSYS | Errno::PERM) => None,
            // A rename somewhere above `..` in a link: whether it stayed inside could not be told.
            Err(Errno::AGAIN) => None,
            // For the kernel every absolute link leads out; the walk knows which ones lead back in.
            Err(Errno::XDEV) if links == Symlinks::Beneath => None,
            opened => Some(opened),
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    #[expect(clippy::unused_self, reason = "the same shape as on Linux")]
    fn open_by_kernel(&self, _: &[u8], _: Symlinks, _: Purpose) -> Option<Result<OwnedFd, Errno>> {
        None
    }

    /// Opens one segment after the other, links read here and never by the kernel.
    pub(super) fn open_by_walk(
        &self,
        path: &[u8],
        links: Symlinks,
        purpose: Purpose,
    ) -> Result<OwnedFd, Errno> {
        if links == Symlinks::Follow {
            let path = if path.is_empty() { b"." } else { path };
            return rustix::fs::openat(&self.folder, path, flags(purpose), Mode::empty());
        }
        let mut walk =
            Walk { root: self.folder.as_fd(), here: None, passed: Vec::new(), pending: Vec::new() };
        walk.put_before(path);
        let mut followed = 0;
        while let Some(name) = walk.pending.pop() {
            if name == b".." {
                walk.up()?;
                continue;
            }
            let is_last = walk.pending.is_empty();
            match walk.step(&name, if is_last { flags(purpose) } else { STEP })? {
                Step::Opened(descriptor) if is_last => return Ok(descriptor),
                Step::Opened(descriptor) => {
                    walk.here = Some(descriptor);
                    walk.passed.push(name);
                }
                Step::Link(target) => {
                    followed += 1;
                    if links == Symlinks::Refuse || followed > LINKS_MAX {
                        return Err(Errno::LOOP);
                    }
                    self.turn_at_link(&mut walk, &target)?;
                }
            }
        }
        // The path was empty, or a link ended in `..`.
        rustix::fs::openat(walk.folder(), ".", flags(purpose), Mode::empty())
    }

    /// Goes on with the target of a link.
    fn turn_at_link(&self, walk: &mut Walk<'_>, target: &[u8]) -> Result<(), Errno> {
        if target.first() != Some(&b'/') {
            walk.put_before(target);
            return Ok(());
        }
        let inside =
            Path::new(OsStr::from_bytes(target)).strip_prefix(&self.place).map_err(|_| Errno::XDEV)?;
        walk.here = None;
        walk.passed.clear();
        walk.put_before(inside.as_os_str().as_bytes());
        Ok(())
    }
}

/// A look-up on its way.
struct Walk<'root> {
    root: BorrowedFd<'root>,
    /// The folder reached; `None` for the root.
    here: Option<OwnedFd>,
    /// The names that led here, none of them a link.
    passed: Vec<Vec<u8>>,
    /// The names still to go, the next one last.
    pending: Vec<Vec<u8>>,
}

enum Step {
    Opened(OwnedFd),
    Link(Vec<u8>),
}

impl Walk<'_> {
    fn folder(&self) -> BorrowedFd<'_> {
        self.here.as_ref().map_or(self.root, AsFd::as_fd)
    }

    fn put_before(&mut self, path: &[u8]) {
        let names = path.split(|&byte| byte == b'/').filter(|name| !matches!(*name, b"" | b"."));
        self.pending.extend(names.rev().map(<[u8]>::to_vec));
    }

    /// Opens a name of this folder, or reads it if it is a link.
    fn step(&self, name: &[u8], flags: OFlags) -> Result<Step, Errno> {
        // An `O_PATH` descriptor would be the link's own.
        if !is_look(flags) {
            match rustix::fs::openat(self.folder(), name, flags | OFlags::NOFOLLOW, Mode::empty()) {
                Ok(descriptor) => return Ok(Step::Opened(descriptor)),
                Err(error @ (Errno::LOOP | Errno::MLINK | Errno::NOTDIR)) => {
                    let link = rustix::fs::readlinkat(self.folder(), name, Vec::new());
                    return link.map(|target| Step::Link(target.into_bytes())).map_err(|_| error);
                }
                Err(error) => return Err(error),
            }
        }
        match rustix::fs::readlinkat(self.folder(), name, Vec::new()) {
            Ok(target) => Ok(Step::Link(target.into_bytes())),
            Err(Errno::INVAL) => {
                let opened = rustix::fs::openat(self.folder(), name, flags | OFlags::NOFOLLOW, Mode::empty());
                opened.map(Step::Opened)
            }
            Err(error) => Err(error),
        }
    }

    /// Back to the folder above: walked again from the root, since `..` of a folder that was moved leads elsewhere.
    fn up(&mut self) -> Result<(), Errno> {
        self.passed.pop().ok_or(Errno::XDEV)?;
        self.here = None;
        let mut here = None;
        for name in &self.passed {
            let folder = here.as_ref().map_or(self.root, AsFd::as_fd);
            here = Some(rustix::fs::openat(folder, name.as_slice(), STEP | OFlags::NOFOLLOW, Mode::empty())?);
        }
        self.here = here;
        Ok(())
    }
}

/// The entries of an open folder.
#[derive(Debug)]
pub(super) struct Folder {
    entries: Dir,
    descriptor: File,
}

impl Folder {
    /// The next entry; what vanishes meanwhile is left out.
    pub(super) fn next_item(&mut self) -> io::Result<Option<Item>> {
        while let Some(entry) = self.entries.read() {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let Ok(stat) = rustix::fs::statat(&self.descriptor, name, AtFlags::SYMLINK_NOFOLLOW) else {
                continue;
            };
            let kind = match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => ItemKind::File,
                FileType::Directory => ItemKind::Folder,
                FileType::Symlink => ItemKind::Link,
                _ => ItemKind::Other,
            };
            return Ok(Some(Item {
                name: name.to_bytes().to_vec(),
                kind,
                size_bytes: u64::try_from(stat.st_size).unwrap_or(0),
                modified: since_epoch(stat.st_mtime, u32::try_from(stat.st_mtime_nsec).unwrap_or(0)),
            }));
        }
        Ok(None)
    }
}

fn since_epoch(seconds: i64, nanoseconds: u32) -> Option<SystemTime> {
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let start = if seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
    start?.checked_add(Duration::from_nanos(u64::from(nanoseconds)))
}

/// To pass through a folder.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
const STEP: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
const STEP: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
const LOOK: OFlags = OFlags::PATH.union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
const LOOK: OFlags = OFlags::CLOEXEC.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

fn flags(purpose: Purpose) -> OFlags {
    match purpose {
        Purpose::Read => OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY,
        Purpose::Look => LOOK,
        Purpose::Enter => STEP,
    }
}

/// Whether a link opened with these flags and `O_NOFOLLOW` would be opened itself.
fn is_look(flags: OFlags) -> bool {
    flags == LOOK
}

pub(super) fn inode(metadata: &Metadata) -> u64 {
    metadata.ino()
}

/// Sorts the errors that have no kind of their own.
pub(super) fn failure(error: io::Error) -> OpenFailure {
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        // A loop or a refused link, a link that leads out, a socket, a device without driver, a name too long.
        Some(
            Errno::LOOP
            | Errno::MLINK
            | Errno::XDEV
            | Errno::NXIO
            | Errno::NODEV
            | Errno::NAMETOOLONG
            | Errno::OPNOTSUPP,
        ) => OpenFailure::NotFound,
        Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM) => OpenFailure::Exhausted,
        _ => OpenFailure::Io(error),
    }
}
