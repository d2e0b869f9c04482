//! What a save leaves on the disk.

use std::fs;
use std::path::Path;

use tempfile::tempdir;

use super::Disk;
use crate::file::error::SaveError;

fn save(path: &Path, text: &str) -> Result<(), SaveError> {
    Disk::lock(path)?.replace(text.as_bytes(), true).map(|_| ())
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_save_leaves_the_file_and_its_lock_and_nothing_else() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("c.txt");
    fs::write(folder.path().join("c.txt.new"), "left by a process that died").expect("written");
    save(&path, "one").expect("saved");
    save(&path, "two").expect("saved");
    assert_eq!(fs::read_to_string(&path).expect("read"), "two");
    assert_eq!(files(folder.path()), ["c.txt", "c.txt.lock"]);
}

#[cfg(unix)]
#[test]
fn a_file_is_private_and_stays_stricter_if_it_was() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempdir().expect("a folder");
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    for (before, after) in [(None, 0o600), (Some(0o644), 0o600), (Some(0o400), 0o400), (Some(0o200), 0o200)] {
        let path = folder.path().join(format!("{before:?}"));
        if let Some(before) = before {
            fs::write(&path, "").expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(before)).expect("set");
        }
        save(&path, "x").expect("saved");
        assert_eq!(mode(&path), after, "{before:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_stays_a_link() {
    let folder = tempdir().expect("a folder");
    fs::create_dir(folder.path().join("real")).expect("made");
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("real/c.txt", &link).expect("linked");
    save(&link, "one").expect("saved through a link to nothing");
    save(&link, "two").expect("saved");
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert_eq!(fs::read_to_string(folder.path().join("real/c.txt")).expect("read"), "two");
    let circle = folder.path().join("circle");
    std::os::unix::fs::symlink("circle", &circle).expect("linked");
    assert!(matches!(save(&circle, "x"), Err(SaveError::Io { .. })));
}

#[cfg(unix)]
#[test]
fn a_device_is_written_in_place() {
    save(Path::new("/dev/null"), "x").expect("written");
    assert!(!fs::metadata("/dev/null").expect("still there").is_file());
}

#[test]
fn a_folder_that_is_missing_is_named() {
    let error = save(Path::new("/nonexistent/c.txt"), "x").expect_err("no folder");
    assert!(error.to_string().contains("/nonexistent/c.txt.lock"), "{error}");
}

#[test]
fn a_known_file_is_not_read_again() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("c.txt");
    let mut disk = Disk::lock(&path).expect("locked");
    assert_eq!(disk.read_unless(None).expect("no file"), None);
    let stamp = disk.replace(b"one", false).expect("saved");
    assert_eq!(disk.read_unless(stamp).expect("known"), None);
    assert_eq!(disk.read_unless(None).expect("read").as_deref(), Some(&b"one"[..]));
    disk.replace(b"two", false).expect("saved");
    assert_eq!(disk.read_unless(stamp).expect("changed").as_deref(), Some(&b"two"[..]));
}
