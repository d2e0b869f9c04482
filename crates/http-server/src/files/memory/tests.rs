//! What is kept, for how long, and what is let go; the disk is a closure that counts its calls.

use super::{Content, ENTRY_BYTES, FILE_BYTES_MAX, Found, Memory, OPEN_FILES_MAX};
use crate::files::root::{Facts, OpenFailure, Opened, OpenedFile};
use std::cell::Cell;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A file on the disk, last changed at second 100, and how often it was opened.
struct Disk {
    _folder: tempfile::TempDir,
    path: PathBuf,
    opened: Cell<u32>,
}

impl Disk {
    fn new(content: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let disk = Self { _folder: folder, path, opened: Cell::new(0) };
        disk.write(content, 100);
        disk
    }

    fn write(&self, content: &[u8], second: u64) {
        std::fs::write(&self.path, content).unwrap();
        File::options().write(true).open(&self.path).unwrap().set_modified(at(second)).unwrap();
    }

    fn open(&self) -> Result<Opened, OpenFailure> {
        self.opened.set(self.opened.get() + 1);
        let file = File::open(&self.path).map_err(|_| OpenFailure::NotFound)?;
        let facts = Facts::of(&file.metadata().unwrap());
        Ok(Opened::File(OpenedFile { file, facts }))
    }
}

fn at(second: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(second)
}

/// What is found at this second: the content if it came from memory, and how often the disk was asked by then.
#[track_caller]
fn check(memory: &Memory, disk: &Disk, path: &str, second: u64, content: Option<&[u8]>, opened: u32) {
    let found = memory.find(path.as_bytes(), at(second), || disk.open());
    let kept = match &found {
        Ok(Found::Kept(kept)) => match &kept.content {
            Content::Bytes(bytes) => Some(&**bytes),
            Content::Open(_) => None,
        },
        _ => None,
    };
    assert_eq!((kept, disk.opened.get()), (content, opened), "{found:?}");
}

#[test]
fn a_file_is_asked_for_once_a_second_and_read_once() {
    let (memory, disk) = (Memory::new(1 << 20), Disk::new(b"one"));
    for (second, opened) in [(200, 1), (200, 1), (201, 2), (201, 2), (201, 2), (250, 3)] {
        check(&memory, &disk, "a", second, Some(b"one"), opened);
    }
}

#[test]
fn a_change_is_seen_in_the_next_second_and_kept_once_it_has_settled() {
    let (memory, disk) = (Memory::new(1 << 20), Disk::new(b"one"));
    check(&memory, &disk, "a", 200, Some(b"one"), 1);
    disk.write(b"two", 200);
    check(&memory, &disk, "a", 200, Some(b"one"), 1);
    check(&memory, &disk, "a", 201, None, 2);
    check(&memory, &disk, "a", 202, Some(b"two"), 3);
    check(&memory, &disk, "a", 202, Some(b"two"), 3);
}

#[test]
fn a_file_that_is_gone_is_forgotten() {
    let (memory, disk) = (Memory::new(1 << 20), Disk::new(b"one"));
    check(&memory, &disk, "a", 200, Some(b"one"), 1);
    std::fs::remove_file(&disk.path).unwrap();
    check(&memory, &disk, "a", 201, None, 2);
    assert_eq!(memory.kept.read().unwrap().bytes, 0);
}

#[test]
fn large_files_are_kept_open_and_young_ones_not_at_all() {
    let largest = usize::try_from(FILE_BYTES_MAX).unwrap();
    let memory = Memory::new(1 << 20);
    let disk = Disk::new(&vec![b'x'; largest]);
    check(&memory, &disk, "a", 200, Some(&vec![b'x'; largest]), 1);
    let disk = Disk::new(&vec![b'x'; largest + 1]);
    for opened in [1, 1, 1] {
        let found = memory.find(b"b", at(200), || disk.open());
        let Ok(Found::Kept(kept)) = found else { panic!("{found:?}") };
        assert!(matches!(kept.content, Content::Open(_)));
        assert_eq!(disk.opened.get(), opened);
    }
    assert_eq!(memory.kept.read().unwrap().open, 1);
    let disk = Disk::new(b"young");
    check(&memory, &disk, "c", 101, None, 1);
    check(&memory, &disk, "c", 101, None, 2);
}

#[test]
fn no_more_is_kept_than_allowed_and_the_idle_make_room() {
    let memory = Memory::new(2 * (ENTRY_BYTES + 1 + 3));
    let disk = Disk::new(b"one");
    check(&memory, &disk, "a", 200, Some(b"one"), 1);
    check(&memory, &disk, "b", 200, Some(b"one"), 2);
    // Both others are in use: this one is answered and not kept.
    check(&memory, &disk, "c", 200, Some(b"one"), 3);
    check(&memory, &disk, "c", 200, Some(b"one"), 4);
    check(&memory, &disk, "a", 200, Some(b"one"), 4);
    // A second later nobody has asked for the others.
    check(&memory, &disk, "c", 201, Some(b"one"), 5);
    check(&memory, &disk, "c", 201, Some(b"one"), 5);
    let kept = memory.kept.read().unwrap();
    assert_eq!((kept.files.len(), kept.bytes), (1, ENTRY_BYTES + 1 + 3));
}

#[test]
fn room_is_looked_for_once_a_second_however_many_files_find_none() {
    let memory = Memory::new(2 * (ENTRY_BYTES + 1 + 3));
    let disk = Disk::new(b"one");
    for (path, opened) in [("a", 1), ("b", 2), ("c", 3)] {
        check(&memory, &disk, path, 200, Some(b"one"), opened);
    }
    // What has been looked through is not looked through again: else this one would be let go.
    memory.kept.read().unwrap().files.get(&b"a"[..]).unwrap().checked_second.store(199, Ordering::Relaxed);
    check(&memory, &disk, "d", 200, Some(b"one"), 4);
    assert_eq!(memory.kept.read().unwrap().files.len(), 2);
    check(&memory, &disk, "d", 201, Some(b"one"), 5);
    assert_eq!(memory.kept.read().unwrap().files.len(), 1);
}

#[test]
fn folders_are_never_kept() {
    let memory = Memory::new(1 << 20);
    let found = memory.find(b"a", at(1), || Ok(Opened::Folder));
    assert!(matches!(found, Ok(Found::Folder)));
}

#[test]
fn no_more_files_are_kept_open_than_allowed() {
    let memory = Memory::new(1 << 30);
    let disk = Disk::new(&vec![b'x'; usize::try_from(FILE_BYTES_MAX).unwrap() + 1]);
    for number in 0..OPEN_FILES_MAX + 10 {
        let _ = memory.find(number.to_string().as_bytes(), at(200), || disk.open());
    }
    assert_eq!(memory.kept.read().unwrap().open, OPEN_FILES_MAX);
    let _ = memory.find(b"later", at(201), || disk.open());
    assert_eq!(memory.kept.read().unwrap().open, 1);
    memory.forget(b"later");
    assert_eq!(memory.kept.read().unwrap().open, 0);
}

#[test]
fn what_is_kept_makes_room_where_descriptors_run_out() {
    let (memory, disk) = (Memory::new(1 << 20), Disk::new(b"one"));
    check(&memory, &disk, "a", 200, Some(b"one"), 1);
    let asked = Cell::new(0);
    let found = memory.find(b"b", at(200), || {
        asked.set(asked.get() + 1);
        if memory.kept.read().unwrap().files.is_empty() { disk.open() } else { Err(OpenFailure::Exhausted) }
    });
    assert!(matches!(found, Ok(Found::Kept(_))), "{found:?}");
    assert_eq!(asked.get(), 2);
    let found = memory.find(b"c", at(200), || Err(OpenFailure::Exhausted));
    assert!(matches!(found, Err(OpenFailure::Exhausted)), "{found:?}");
}
