//! A disk that is really full: a small tmpfs in a name space of its own. Needs `unshare` and the right to use it.

use std::path::Path;
use std::process::Command;

use http_cookiejar::{Cookie, JsonCookieJar, LoadOptions, SaveError, SaveOptions};
use tempfile::tempdir;

const FOLDER: &str = "HTTPKIT_TEST_SMALL_DISK";

fn cookie(number: usize, bytes: usize) -> Cookie {
    let builder = Cookie::builder(format!("c{number}"), "x".repeat(bytes)).domain("example.org");
    builder.expires(4_000_000_000).build().unwrap()
}

/// What happens on the small disk.
fn fill(folder: &Path) {
    let file = folder.join("cookies.json");
    let mut jar = JsonCookieJar::new(&file);
    jar.extend((0..10).map(|number| cookie(number, 10)));
    jar.save(None, SaveOptions::new()).unwrap();
    let before = std::fs::read(&file).unwrap();
    jar.extend((10..150).map(|number| cookie(number, 2000)));
    let error = jar.save(None, SaveOptions::new()).unwrap_err();
    let SaveError::Io { source, .. } = &error else { panic!("{error:?}") };
    assert_eq!(source.kind(), std::io::ErrorKind::StorageFull, "{error:?}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    assert!(!folder.join("cookies.json.new").exists());
    jar.retain(|cookie| cookie.value().len() < 100);
    jar.set_cookie(cookie(11, 10));
    jar.save(None, SaveOptions::new()).unwrap();
    assert_eq!(JsonCookieJar::open(&file, LoadOptions::new()).unwrap().len(), 11);
}

#[test]
fn a_full_disk_keeps_the_old_file_and_says_so() {
    if let Ok(folder) = std::env::var(FOLDER) {
        return fill(Path::new(&folder));
    }
    let folder = tempdir().unwrap();
    let script = "mount -t tmpfs -o size=64k none \"$0\" && exec \"$@\"";
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script])
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .args(["jar::disk::a_full_disk_keeps_the_old_file_and_says_so", "--exact", "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap_or_else(|error| panic!("unshare is needed here: {error}"));
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}
