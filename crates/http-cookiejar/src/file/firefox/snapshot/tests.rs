//! What a copy of a database promises.

use std::fs::{self, File};

use super::{ATTEMPTS, FILE_BYTES_MAX, Snapshot, are_equal, with_suffix};
use crate::file::firefox::FirefoxError;

#[test]
fn all_files_are_copied_and_the_copy_goes_with_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("other name.db");
    for (suffix, text) in [("", "a"), ("-wal", "b"), ("-journal", "c"), ("-shm", "d")] {
        fs::write(with_suffix(&original, suffix), text).unwrap();
    }
    let snapshot = Snapshot::take(&original).unwrap();
    let copy = snapshot.database();
    assert_eq!(fs::read(&copy).unwrap(), b"a");
    assert_eq!(fs::read(with_suffix(&copy, "-wal")).unwrap(), b"b");
    assert_eq!(fs::read(with_suffix(&copy, "-journal")).unwrap(), b"c");
    assert!(!with_suffix(&copy, "-shm").exists());
    drop(snapshot);
    assert!(!copy.parent().unwrap().exists());
}

#[cfg(unix)]
#[test]
fn nobody_else_may_open_the_copy() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("cookies.sqlite");
    fs::write(&original, "a").unwrap();
    let snapshot = Snapshot::take(&original).unwrap();
    let mode = fs::metadata(&snapshot.folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
}

#[test]
fn a_log_that_went_away_leaves_no_copy_behind() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("cookies.sqlite");
    let log = with_suffix(&original, "-wal");
    fs::write(&original, "a").unwrap();
    fs::write(&log, "b").unwrap();
    let snapshot = Snapshot::take(&original).unwrap();
    fs::remove_file(&log).unwrap();
    snapshot.copy_one_moment(&original, || {}).unwrap();
    assert!(!with_suffix(&snapshot.database(), "-wal").exists());
}

#[test]
fn files_that_change_while_they_are_copied_are_copied_anew() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("cookies.sqlite");
    for changed in ["", "-wal", "-journal"] {
        let changed = with_suffix(&original, changed);
        fs::write(&original, "old").unwrap();
        let snapshot = Snapshot::take(&original).unwrap();
        let mut attempts = 0;
        let between = || {
            attempts += 1;
            if attempts < 3 {
                fs::write(&changed, format!("new{attempts}")).unwrap();
            }
        };
        snapshot.copy_one_moment(&original, between).unwrap();
        assert_eq!(attempts, 3);
        let copy = snapshot.folder.join(changed.file_name().unwrap());
        assert_eq!(fs::read(copy).unwrap(), b"new2");
    }
}

#[test]
fn files_that_never_rest_are_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("cookies.sqlite");
    fs::write(&original, "old").unwrap();
    let snapshot = Snapshot::take(&original).unwrap();
    let mut attempts = 0;
    let result = snapshot.copy_one_moment(&original, || {
        attempts += 1;
        fs::write(&original, attempts.to_string()).unwrap();
    });
    assert!(matches!(result, Err(FirefoxError::Changing(_))), "{result:?}");
    assert_eq!(attempts, ATTEMPTS);
}

#[test]
fn files_are_equal_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    assert!(are_equal(&one, &other).unwrap());
    let mut text = vec![7; 200_000];
    fs::write(&one, &text).unwrap();
    assert!(!are_equal(&one, &other).unwrap());
    fs::write(&other, &text).unwrap();
    assert!(are_equal(&one, &other).unwrap());
    text[199_999] = 8;
    fs::write(&other, &text).unwrap();
    assert!(!are_equal(&one, &other).unwrap());
    fs::write(&other, &text[..131_072]).unwrap();
    assert!(!are_equal(&one, &other).unwrap());
}

#[test]
fn a_file_without_end_and_a_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("cookies.sqlite");
    File::create(&original).unwrap().set_len(FILE_BYTES_MAX + 1).unwrap();
    let error = Snapshot::take(&original).unwrap_err();
    assert!(matches!(error, FirefoxError::Io { step: "read", .. }), "{error:?}");
    let error = Snapshot::take(folder.path()).unwrap_err();
    assert!(matches!(error, FirefoxError::Io { step: "read", .. }), "{error:?}");
}
