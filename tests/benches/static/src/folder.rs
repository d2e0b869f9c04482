//! The files that every server serves.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

pub(crate) const SMALL_BYTES: u64 = 1024;
pub(crate) const MEDIUM_BYTES: u64 = 100 * 1024;
pub(crate) const LARGE_BYTES: u64 = 10 * 1024 * 1024;

/// Bytes of `text.txt.gz`, which lies beside `text.txt`.
pub(crate) const PACKED_BYTES: u64 = 2048;

/// Files in the folder that is listed.
pub(crate) const ENTRIES: usize = 10_000;

/// Where the files are: the same place for this program and for the copy of it that serves.
pub(crate) fn place() -> PathBuf {
    std::env::temp_dir().join("httpkit-bench-static-2")
}

/// The time of the files as a field value. It is long past, as that of most files is.
pub(crate) const MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

/// Makes the files unless they are there.
pub(crate) fn fill() {
    let folder = place();
    if folder.join("complete").exists() {
        return;
    }
    fs::create_dir_all(folder.join("many")).expect("a folder can be made");
    for (name, size_bytes) in [
        ("small.txt", SMALL_BYTES),
        ("medium.txt", MEDIUM_BYTES),
        ("large.bin", LARGE_BYTES),
        ("text.txt", 4 * PACKED_BYTES),
        // No server looks into it.
        ("text.txt.gz", PACKED_BYTES),
    ] {
        write_old(&folder.join(name), size_bytes);
    }
    for number in 0..ENTRIES {
        fs::write(folder.join(format!("many/file number {number}.txt")), "x").expect("a file can be written");
    }
    fs::write(folder.join("complete"), "").expect("a file can be written");
}

fn write_old(path: &Path, size_bytes: u64) {
    let content: Vec<u8> = (0..size_bytes).map(|number| b'a' + (number % 23) as u8).collect();
    fs::write(path, content).expect("a file can be written");
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    let file = fs::File::options().write(true).open(path).expect("it is there");
    file.set_modified(old).expect("its time can be set");
}
