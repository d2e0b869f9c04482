//! Files and folders that may not be read, seen by somebody whom permissions bind.

use http_server::files::{ArchiveFormat, ContentCoding, StaticFiles, Uploads};
use http_server::testing::{self, TestAnswer};
use http_server::{FieldValue, Method};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// Set for the child that has no privileges.
const CHILD: &str = "HTTP_SERVER_TEST_UNPRIVILEGED";

/// A user that owns nothing.
const NOBODY: u32 = 65534;

/// Permissions do not bind the superuser: for that one a child without privileges looks.
#[test]
fn what_may_not_be_read_is_not_found_and_an_unreadable_index_hides_its_folder() {
    let probe = tempfile::tempdir().unwrap();
    if fs::metadata(probe.path()).unwrap().uid() != 0 {
        return look(probe.path());
    }
    assert!(std::env::var_os(CHILD).is_none(), "the child still is the superuser");
    let place = probe.path();
    // The program may lie where only the superuser may go.
    let program = place.join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let work = place.join("work");
    fs::create_dir(&work).unwrap();
    std::os::unix::fs::chown(&work, Some(NOBODY), Some(NOBODY)).unwrap();
    for path in [place, &program] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let name = "unreadable::what_may_not_be_read_is_not_found_and_an_unreadable_index_hides_its_folder";
    let mut child = Command::new(&program);
    child.args(["--exact", name, "--nocapture"]).env(CHILD, "1").env("TMPDIR", &work).current_dir(&work);
    let output = child.uid(NOBODY).gid(NOBODY).output().unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn value(answer: &TestAnswer, name: &str) -> String {
    answer.headers().get(name).map(FieldValue::to_latin1).unwrap_or_default()
}

/// ```text
/// closed.txt 000   app.js  app.js.gz 000   site/index.html 000  site/other.txt
/// entered/ 111 file.txt   shut/ 000 file.txt   still/ 555
/// ```
fn look(place: &Path) {
    let root = place.join("root");
    for folder in ["site", "entered", "shut", "still"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    for name in [
        "closed.txt",
        "app.js",
        "app.js.gz",
        "site/index.html",
        "site/other.txt",
        "entered/file.txt",
        "shut/file.txt",
    ] {
        fs::write(root.join(name), name).unwrap();
    }
    for (name, mode) in [
        ("closed.txt", 0o000),
        ("app.js.gz", 0o000),
        ("site/index.html", 0o000),
        ("entered", 0o111),
        ("shut", 0o000),
        ("still", 0o555),
    ] {
        set(&root.join(name), mode);
    }
    assert!(fs::read(root.join("closed.txt")).is_err(), "permissions bind whoever runs this");
    for kept_bytes in [0, 1 << 20] {
        let served = StaticFiles::new(&root)
            .unwrap()
            .archives(ArchiveFormat::ALL)
            .precompressed(ContentCoding::ALL)
            .keep_in_memory(kept_bytes)
            .uploads(Uploads::new());
        answers(&served);
    }
    for name in ["entered", "shut", "still"] {
        set(&root.join(name), 0o755);
    }
}

fn answers(served: &StaticFiles) {
    let status = |target: &str| testing::get(target).send_to(served).status().as_u16();
    assert_eq!(status("/closed.txt"), 404);
    assert_eq!(status("/site/index.html"), 404);
    for target in ["/site/", "/site/?format=json", "/site/?sort=size"] {
        let answer = testing::get(target).send_to(served);
        assert_eq!(answer.status(), 404, "{target}");
        assert!(!answer.text().contains("other.txt"), "{target} is listed: {}", answer.text());
    }
    assert_eq!(testing::get("/site/other.txt").send_to(served).text(), "site/other.txt");
    let plain = testing::get("/app.js").with_header("Accept-Encoding", "gzip").send_to(served);
    assert_eq!((plain.text().as_str(), value(&plain, "Content-Encoding").as_str()), ("app.js", ""));
    // A folder that may be entered and not read.
    assert_eq!(testing::get("/entered/file.txt").send_to(served).text(), "entered/file.txt");
    let listing = testing::get("/entered/").send_to(served);
    assert_eq!(listing.status(), 404);
    assert!(listing.text().contains("No permission to list directory"), "{}", listing.text());
    assert_eq!((status("/entered"), status("/entered/?archive=tar")), (301, 404));
    for target in ["/shut/file.txt", "/shut/", "/shut/?archive=tar"] {
        let answer = testing::get(target).send_to(served);
        assert!(!answer.text().contains("file.txt"), "{target}: {}", answer.text());
    }
    for format in ["tar", "zip"] {
        let archive = testing::get(&format!("/?archive={format}")).send_to(served);
        let text = archive.text();
        assert!(archive.is_complete() && text.contains("site/other.txt"), "{format}");
        for name in ["closed.txt", "site/index.html", "shut/file.txt", "entered/file.txt"] {
            assert!(!text.contains(name), "{format} has {name}");
        }
    }
    for (target, wanted) in [("/still/new.txt", 403), ("/shut/new.txt", 403), ("/closed.txt", 409)] {
        let put = testing::request(Method::PUT, target).with_content("new");
        assert_eq!(put.send_to(served).status().as_u16(), wanted, "{target}");
    }
}
