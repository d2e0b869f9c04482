//! The order of a save as the system sees it: lock, write, to the disk, in place of the old, and the folder to the disk.
//! Needs `strace`.

use std::path::Path;
use std::process::Command;

use http_cookiejar::{Cookie, JsonCookieJar, SaveOptions};
use tempfile::tempdir;

const FOLDER: &str = "HTTPKIT_TEST_WATCHED_SAVE";

/// What is watched.
fn save(folder: &Path) {
    let mut jar = JsonCookieJar::new(folder.join("cookies.json"));
    let cookie = Cookie::builder("name", "value").domain("example.org").expires(4_000_000_000);
    jar.set_cookie(cookie.build().unwrap());
    jar.save(None, SaveOptions::new()).unwrap();
}

/// The name of the call in a line of strace's, and the path in it: descriptors are shown with theirs.
fn step(line: &str) -> Option<(&str, &str)> {
    let (before, behind) = line.split_once('(')?;
    let name = before.rsplit(' ').next()?;
    let path = behind.split(['<', '"']).nth(1)?.split(['>', '"']).next()?;
    Some((name, path.rsplit('/').next()?))
}

#[test]
fn a_save_locks_and_reaches_the_disk_before_and_after_it_takes_the_place_of_the_old_file() {
    if let Ok(folder) = std::env::var(FOLDER) {
        return save(Path::new(&folder));
    }
    let folder = tempdir().unwrap();
    let record = folder.path().join("calls");
    let place = folder.path().join("kept");
    std::fs::create_dir(&place).unwrap();
    let output = Command::new("strace")
        .args(["-f", "-y", "-e", "trace=flock,write,fsync,fdatasync,rename,renameat,renameat2", "-o"])
        .arg(&record)
        .arg(std::env::current_exe().unwrap())
        .args(["jar::order", "--nocapture"])
        .env(FOLDER, &place)
        .output()
        .unwrap_or_else(|error| panic!("strace is needed here: {error}"));
    assert!(output.status.success(), "{output:?}");
    let record = std::fs::read_to_string(&record).unwrap();
    let ours = record.lines().filter(|line| line.contains("kept"));
    let steps: Vec<(&str, &str)> = ours.filter_map(step).collect();
    let rename = steps.iter().map(|(name, _)| *name).find(|name| name.starts_with("rename")).unwrap();
    assert_eq!(
        steps,
        [
            ("flock", "cookies.json.lock"),
            ("write", "cookies.json.new"),
            ("fsync", "cookies.json.new"),
            (rename, "cookies.json.new"),
            ("fsync", "kept"),
        ],
        "{record}"
    );
}
