//! Opening beneath a root, by each of the three ways at once: as configured, by the walk, by path.

use super::portable;
use super::{Entry, Occupant, OpenFailure, Opened, Purpose, Root, Symlinks, failure, opened, system};
use crate::files::path::{FilePath, NameRules};
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

const NOW: SystemTime = UNIX_EPOCH;

/// A folder with a root in it and a secret beside the root.
///
/// ```text
/// secret.txt
/// outside/secret.txt
/// site/ a.txt  b/c.txt  b/up -> ../a.txt  in -> b/c.txt  folder -> b  absolute -> SITE/a.txt
///       deep -> b/loop/../c.txt …
/// ```
fn place() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("site");
    fs::create_dir_all(root.join("b/d")).unwrap();
    fs::create_dir_all(place.path().join("outside")).unwrap();
    fs::write(place.path().join("secret.txt"), "secret").unwrap();
    fs::write(place.path().join("outside/secret.txt"), "secret").unwrap();
    fs::write(root.join("a.txt"), "a").unwrap();
    fs::write(root.join("b/c.txt"), "c").unwrap();
    let canonical = fs::canonicalize(&root).unwrap();
    for (name, target) in [
        ("in", "b/c.txt"),
        ("folder", "b"),
        ("b/up", "../a.txt"),
        ("b/d/up2", "../../a.txt"),
        ("chain", "folder/up"),
        ("dotted", "./b/./d/../c.txt"),
        ("through", "folder/d/../c.txt"),
        ("here", "."),
        ("back", "b/.."),
        ("out", "../secret.txt"),
        ("outdir", "../outside"),
        ("b/far", "../../secret.txt"),
        ("outandin", "../site/a.txt"),
        ("etc", "/etc"),
        ("passwd", "/etc/passwd"),
        ("dangling", "nothing"),
        ("loop", "loop"),
        ("ping", "pong"),
        ("pong", "ping"),
    ] {
        symlink(target, root.join(name)).unwrap();
    }
    symlink(canonical.join("a.txt"), root.join("absolute")).unwrap();
    symlink(canonical.join("b"), root.join("absdir")).unwrap();
    symlink(canonical.join("../secret.txt"), root.join("absout")).unwrap();
    place
}

fn path(text: &str) -> FilePath {
    FilePath::parse(text, NameRules::Unix).unwrap()
}

/// What came of a look-up: the content of a file, `/` for a folder, or nothing.
fn outcome(opened: Result<Opened, OpenFailure>) -> Option<String> {
    match opened {
        Ok(Opened::File(mut found)) => {
            let mut text = String::new();
            found.file.read_to_string(&mut text).unwrap();
            Some(text)
        }
        Ok(Opened::Folder) => Some("/".to_owned()),
        Err(OpenFailure::NotFound) => None,
        Err(other) => panic!("{other:?}"),
    }
}

/// Asks all three ways to open: as configured, by the walk, and by path.
#[track_caller]
fn check(root: &Path, links: Symlinks, text: &str, expected: Option<&str>) {
    let name = path(text);
    let usual = Root::new(root, links).unwrap();
    assert_eq!(outcome(usual.open(&name, NOW)).as_deref(), expected, "{text} with {links:?}");

    let handle = system::Handle::open(root).unwrap();
    let walked = handle.open_by_walk(name.as_bytes(), links, Purpose::Read);
    let walked = walked.map_err(|error| failure(error.into())).and_then(|fd| opened(fd.into()));
    assert_eq!(outcome(walked).as_deref(), expected, "{text} with {links:?} by the walk");

    let handle = portable::Handle::open(root).unwrap();
    let by_path = handle.open_beneath(name.as_bytes(), links, Purpose::Read);
    let by_path = by_path.map_err(failure).and_then(opened);
    assert_eq!(outcome(by_path).as_deref(), expected, "{text} with {links:?} by path");
}

#[test]
fn files_and_folders_are_opened_and_missing_ones_are_not_found() {
    let place = place();
    let root = place.path().join("site");
    for links in [Symlinks::Refuse, Symlinks::Beneath, Symlinks::Follow] {
        check(&root, links, "/", Some("/"));
        check(&root, links, "/a.txt", Some("a"));
        check(&root, links, "/b", Some("/"));
        check(&root, links, "/b/c.txt", Some("c"));
        check(&root, links, "/b/d", Some("/"));
        check(&root, links, "/nothing", None);
        check(&root, links, "/b/nothing", None);
        check(&root, links, "/a.txt/b", None);
        check(&root, links, &format!("/{}", "n".repeat(300)), None);
        check(&root, links, &format!("/{}", "n/".repeat(1500)), None);
    }
}

#[test]
fn links_beneath_are_followed_unless_all_are_refused() {
    let place = place();
    let root = place.path().join("site");
    for (name, content) in [
        ("/in", "c"),
        ("/folder", "/"),
        ("/folder/c.txt", "c"),
        ("/b/up", "a"),
        ("/b/d/up2", "a"),
        ("/chain", "a"),
        ("/dotted", "c"),
        ("/through", "c"),
        ("/here", "/"),
        ("/back", "/"),
        ("/back/a.txt", "a"),
        ("/here/here/folder/up", "a"),
        ("/absolute", "a"),
        ("/absdir", "/"),
        ("/absdir/up", "a"),
    ] {
        check(&root, Symlinks::Beneath, name, Some(content));
        check(&root, Symlinks::Follow, name, Some(content));
        check(&root, Symlinks::Refuse, name, None);
    }
}

#[test]
fn links_that_lead_out_are_followed_only_where_all_are() {
    let place = place();
    let root = place.path().join("site");
    for name in ["/out", "/outdir/secret.txt", "/b/far", "/folder/far", "/absout"] {
        check(&root, Symlinks::Beneath, name, None);
        check(&root, Symlinks::Refuse, name, None);
        check(&root, Symlinks::Follow, name, Some("secret"));
    }
    for name in ["/outdir", "/etc"] {
        check(&root, Symlinks::Beneath, name, None);
        check(&root, Symlinks::Refuse, name, None);
        check(&root, Symlinks::Follow, name, Some("/"));
    }
    for name in ["/passwd", "/etc/passwd"] {
        check(&root, Symlinks::Beneath, name, None);
    }
}

#[test]
fn a_link_out_and_in_again_leads_out_by_descriptor() {
    let place = place();
    let root = Root::new(&place.path().join("site"), Symlinks::Beneath).unwrap();
    assert_eq!(outcome(root.open(&path("/outandin"), NOW)), None);
}

#[test]
fn dangling_and_looping_links_are_not_found() {
    let place = place();
    let root = place.path().join("site");
    for links in [Symlinks::Refuse, Symlinks::Beneath] {
        for name in ["/dangling", "/loop", "/ping", "/loop/a", "/dangling/a"] {
            check(&root, links, name, None);
        }
    }
}

#[test]
fn a_root_reached_through_links_is_served_and_a_swapped_one_is_picked_up_within_a_second() {
    let place = tempfile::tempdir().unwrap();
    for release in ["one", "two"] {
        fs::create_dir(place.path().join(release)).unwrap();
        fs::write(place.path().join(release).join("a.txt"), release).unwrap();
    }
    let current = place.path().join("current");
    symlink("one", &current).unwrap();
    let root = Root::new(&current, Symlinks::Refuse).unwrap();
    let at = |seconds| outcome(root.open(&path("/a.txt"), NOW + Duration::from_secs(seconds)));
    assert_eq!(at(10).as_deref(), Some("one"));

    symlink("two", place.path().join("next")).unwrap();
    fs::rename(place.path().join("next"), &current).unwrap();
    assert_eq!(at(11).as_deref(), Some("two"));

    fs::remove_file(&current).unwrap();
    assert_eq!(at(12), None, "no root, no files");
    symlink("one", &current).unwrap();
    assert_eq!(at(12).as_deref(), Some("one"), "a root that is back is found again");
}

#[test]
fn a_fifo_and_a_socket_are_not_found_and_never_wait() {
    let place = tempfile::tempdir().unwrap();
    let fifo = place.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(place.path().join("socket")).unwrap();
    symlink("fifo", place.path().join("link")).unwrap();
    for name in ["/fifo", "/socket", "/link"] {
        check(place.path(), Symlinks::Beneath, name, None);
    }
    check(place.path(), Symlinks::Refuse, "/fifo", None);
    let root = Root::new(place.path(), Symlinks::Beneath).unwrap();
    assert_eq!(names(&root, "/", true), [""; 0]);
}

#[test]
fn devices_are_not_found() {
    let root = Root::new(Path::new("/dev"), Symlinks::Beneath).unwrap();
    assert_eq!(outcome(root.open(&path("/null"), NOW)), None);
}

#[cfg(any(target_os = "linux", target_os = "android"))]
#[test]
fn links_of_proc_are_never_followed() {
    let root = Root::new(Path::new("/proc/self"), Symlinks::Beneath).unwrap();
    for name in ["cwd", "root", "root/etc/passwd", "exe"] {
        assert_eq!(outcome(root.open(&path(&format!("/{name}")), NOW)), None, "{name}");
    }
}

fn names(root: &Root, folder: &str, hidden: bool) -> Vec<String> {
    let found = root.entries(&path(folder), hidden, 1000, NOW).unwrap();
    let mut names: Vec<String> =
        found.entries.iter().map(|entry| String::from_utf8_lossy(&entry.name).into_owned()).collect();
    names.sort();
    names
}

#[test]
fn entries_are_what_could_be_opened() {
    let place = place();
    let at = place.path().join("site");
    fs::write(at.join(".hidden"), "").unwrap();
    let root = Root::new(&at, Symlinks::Refuse).unwrap();
    assert_eq!(names(&root, "/", false), ["a.txt", "b"]);
    assert_eq!(names(&root, "/", true), [".hidden", "a.txt", "b"]);
    let root = Root::new(&at, Symlinks::Beneath).unwrap();
    let beneath =
        ["a.txt", "absdir", "absolute", "b", "back", "chain", "dotted", "folder", "here", "in", "through"];
    assert_eq!(names(&root, "/", false), beneath);
    assert_eq!(names(&root, "/b/", false), ["c.txt", "d", "up"]);
    assert_eq!(names(&root, "/absdir/", false), ["c.txt", "d", "up"]);
    let root = Root::new(&at, Symlinks::Follow).unwrap();
    let all = names(&root, "/", false);
    assert!(all.contains(&"out".to_owned()) && all.contains(&"etc".to_owned()), "{all:?}");
    assert!(!all.contains(&"loop".to_owned()) && !all.contains(&"dangling".to_owned()), "{all:?}");
}

#[test]
fn entries_tell_kind_size_and_time_of_what_a_link_leads_to() {
    let place = place();
    let root = Root::new(&place.path().join("site"), Symlinks::Beneath).unwrap();
    let found = root.entries(&path("/"), false, 1000, NOW).unwrap().entries;
    let entry =
        |name: &str| -> Entry { found.iter().find(|entry| entry.name == name.as_bytes()).cloned().unwrap() };
    let file = entry("a.txt");
    assert!(!file.is_folder && !file.is_link && file.size_bytes == 1 && file.modified.is_some());
    let link = entry("in");
    assert!(!link.is_folder && link.is_link && link.size_bytes == 1);
    let folder = entry("folder");
    assert!(folder.is_folder && folder.is_link && folder.size_bytes == 0);
    assert!(entry("b").is_folder);
}

#[test]
fn a_folder_with_more_entries_than_wanted_says_so() {
    let place = tempfile::tempdir().unwrap();
    for number in 0..5 {
        fs::write(place.path().join(number.to_string()), "").unwrap();
    }
    let root = Root::new(place.path(), Symlinks::Beneath).unwrap();
    let found = root.entries(&path("/"), false, 5, NOW).unwrap();
    assert!(found.entries.len() == 5 && !found.more);
    let found = root.entries(&path("/"), false, 4, NOW).unwrap();
    assert!(found.entries.len() == 4 && found.more);
}

#[test]
fn a_missing_root_and_a_file_as_root_are_errors() {
    let place = place();
    assert!(Root::new(&place.path().join("nothing"), Symlinks::Beneath).is_err());
    assert!(Root::new(&place.path().join("secret.txt"), Symlinks::Beneath).is_err());
}

#[test]
fn names_that_are_not_utf8_are_listed_and_opened() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join(std::ffi::OsStr::from_bytes(b"\xff\xfe")), "odd").unwrap();
    let root = Root::new(place.path(), Symlinks::Beneath).unwrap();
    assert_eq!(root.entries(&path("/"), false, 9, NOW).unwrap().entries[0].name, b"\xff\xfe");
    assert_eq!(outcome(root.open(&path("/%ff%fe"), NOW)).as_deref(), Some("odd"));
}

#[test]
fn by_path_too_entries_are_read_and_a_swapped_root_is_noticed() {
    let place = place();
    let root = place.path().join("site");
    let handle = portable::Handle::open(&root).unwrap();
    let mut folder = handle.read_folder(b"b", Symlinks::Beneath).unwrap();
    let mut found = Vec::new();
    while let Some(item) = folder.next_item().unwrap() {
        found.push((String::from_utf8(item.name).unwrap(), item.kind));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let kinds: Vec<_> = found.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    let (file, link) = (super::ItemKind::File, super::ItemKind::Link);
    assert_eq!(kinds, [("c.txt", file), ("d", super::ItemKind::Folder), ("far", link), ("up", link)]);
    assert!(handle.is_still(&root).unwrap());
    fs::rename(&root, place.path().join("moved")).unwrap();
    symlink("moved", &root).unwrap();
    assert!(!handle.is_still(&root).unwrap());
}

/// Makes files in `b` by one of the two ways to do so.
macro_rules! check_workplace {
    ($place:expr, $workplace:expr) => {{
        use std::io::Write as _;
        let (folder, workplace) = ($place.path().join("site/b"), $workplace);
        workplace.create(b"new").unwrap().write_all(b"new").unwrap();
        assert_eq!(workplace.create(b"new").unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
        for (name, is) in
            [(&b"new"[..], "file"), (b"none", "nobody"), (b"d", "other"), (b"up", "other"), (b"far", "other")]
        {
            let found = match workplace.look(name).unwrap() {
                Occupant::File(facts) => {
                    assert_eq!(facts.size_bytes, 3);
                    "file"
                }
                Occupant::Nobody => "nobody",
                Occupant::Other => "other",
            };
            assert_eq!(found, is, "{}", name.escape_ascii());
        }
        for name in [&b"up"[..], b"far", b"d"] {
            assert!(workplace.open_or_create(name).is_err(), "{}", name.escape_ascii());
        }
        drop(workplace.open_or_create(b"new").unwrap());
        assert_eq!(fs::read(folder.join("new")).unwrap(), b"new", "opening takes nothing away");
        drop(workplace.open_or_create(b"newer").unwrap());
        let taken = workplace.publish(b"newer", b"c.txt").unwrap_err();
        assert_eq!(taken.kind(), std::io::ErrorKind::AlreadyExists);
        workplace.publish(b"new", b"published").unwrap();
        workplace.replace(b"newer", b"published").unwrap();
        assert_eq!(fs::read(folder.join("published")).unwrap(), b"");
        assert_eq!(fs::read(folder.join("c.txt")).unwrap(), b"c");
        workplace.remove(b"published").unwrap();
        assert!(workplace.remove(b"published").is_err());
    }};
}

#[test]
fn files_are_made_in_their_folder_and_take_no_name_that_is_taken() {
    let place = place();
    let root = place.path().join("site");
    check_workplace!(place, system::Handle::open(&root).unwrap().workplace(b"b", Symlinks::Beneath).unwrap());
    check_workplace!(
        place,
        portable::Handle::open(&root).unwrap().workplace(b"b", Symlinks::Beneath).unwrap()
    );
    for path in [&b"outdir"[..], b"etc", b"a.txt", b"none", b"loop"] {
        assert!(system::Handle::open(&root).unwrap().workplace(path, Symlinks::Beneath).is_err());
        assert!(portable::Handle::open(&root).unwrap().workplace(path, Symlinks::Beneath).is_err());
    }
}
