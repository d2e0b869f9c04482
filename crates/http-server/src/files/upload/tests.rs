//! Uploads by PUT and by form, into a folder with links, hidden names and a place beside it.

use super::{BUFFER_BYTES, Receiver, Refusal, Saved, Target, Uploads};
use crate::files::path::{FilePath, NameRules, UNFINISHED};
use crate::files::root::Root;
use crate::files::{ArchiveFormat, FolderView, StaticFiles, Symlinks};
use crate::testing::{self, TestAnswer, TestRequest};
use http_proto::{FieldValue, Method};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// ```text
/// secret.txt  outside/
/// root/ a.txt  sub/  .hidden/  out -> ../outside  in -> sub  link.txt -> a.txt  dangling -> nothing
/// ```
pub(super) fn place() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("root");
    for folder in ["root/sub", "root/.hidden", "outside"] {
        fs::create_dir_all(place.path().join(folder)).unwrap();
    }
    fs::write(place.path().join("secret.txt"), "secret").unwrap();
    fs::write(root.join("a.txt"), "old").unwrap();
    for (name, target) in
        [("out", "../outside"), ("in", "sub"), ("link.txt", "a.txt"), ("dangling", "nothing")]
    {
        symlink(target, root.join(name)).unwrap();
    }
    place
}

pub(super) fn files(place: &TempDir, uploads: Uploads) -> StaticFiles {
    StaticFiles::new(place.path().join("root")).unwrap().uploads(uploads)
}

pub(super) fn put(target: &str, content: &[u8]) -> TestRequest {
    testing::request(Method::PUT, target).with_content(content)
}

fn form(parts: &[(&str, &str)]) -> TestRequest {
    let mut content = String::new();
    for (name, text) in parts {
        content += &format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n"
        );
    }
    content += "--x--\r\n";
    testing::post("/", content).with_header("Content-Type", "multipart/form-data; boundary=x")
}

pub(super) fn value(answer: &TestAnswer, name: &str) -> String {
    answer.headers().get(name).map(FieldValue::to_latin1).unwrap_or_default()
}

pub(super) fn text(place: &TempDir, name: &str) -> String {
    fs::read_to_string(place.path().join("root").join(name)).unwrap_or_else(|_| "nothing".to_owned())
}

/// Every name below the place, in order.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        found.push(entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            found.extend(names(&entry.path()));
        }
    }
    found.sort();
    found
}

#[test]
fn nothing_is_taken_unless_that_is_allowed() {
    let place = place();
    let served = StaticFiles::new(place.path().join("root")).unwrap();
    let before = names(place.path());
    for request in [put("/new.txt", b"x"), form(&[("new.txt", "x")])] {
        let answer = request.send_to(&served);
        assert_eq!((answer.status().as_u16(), value(&answer, "Allow").as_str()), (405, "GET, HEAD, OPTIONS"));
    }
    assert_eq!(names(place.path()), before);
    assert!(!testing::get("/sub/").send_to(&served).text().contains("type=\"file\""));
}

#[test]
fn put_makes_a_file_and_replaces_one_only_where_that_is_allowed() {
    let place = place();
    let careful = files(&place, Uploads::new());
    let answer = put("/sub/new.txt", b"new").send_to(&careful);
    assert_eq!((answer.status().as_u16(), text(&place, "sub/new.txt").as_str()), (201, "new"));
    assert_eq!(put("/a.txt", b"new").send_to(&careful).status(), 409);
    assert_eq!(text(&place, "a.txt"), "old");
    let daring = files(&place, Uploads::new().overwrite(true)).keep_in_memory(1 << 20);
    assert_eq!(put("/a.txt", b"new").send_to(&daring).status(), 204);
    assert_eq!(testing::get("/a.txt").send_to(&daring).text(), "new");
    assert_eq!(put("/empty", b"").send_to(&daring).status(), 201);
    assert_eq!(text(&place, "empty"), "");
    let allow = value(&testing::request(Method::OPTIONS, "/").send_to(&daring), "Allow");
    assert_eq!(allow, "GET, HEAD, OPTIONS, PUT, POST");
    assert_eq!(testing::request(Method::DELETE, "/a.txt").send_to(&daring).status(), 405);
}

#[test]
fn large_content_comes_whole_and_the_file_may_be_read_by_all() {
    let place = place();
    let content: Vec<u8> = (0..5 * BUFFER_BYTES + 7).map(|number| number.to_le_bytes()[0]).collect();
    assert_eq!(put("/big", &content).send_to(&files(&place, Uploads::new())).status(), 201);
    let path = place.path().join("root/big");
    assert!(fs::read(&path).unwrap() == content);
    // An ordinary file made here shows what the umask takes.
    let usual = fs::metadata(place.path().join("secret.txt")).unwrap().permissions().mode();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode(), usual & !0o022);
}

#[test]
fn preconditions_decide_before_and_whatever_may_be_replaced() {
    let place = place();
    let served = files(&place, Uploads::new().overwrite(true));
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    let path = place.path().join("root/a.txt");
    fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
    let tag = value(&testing::get("/a.txt").send_to(&served), "ETag");
    for (target, field, of, status) in [
        ("/a.txt", "If-None-Match", "*", 412),
        ("/a.txt", "If-Match", "\"other\"", 412),
        ("/a.txt", "If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT", 412),
        ("/none", "If-Match", "*", 412),
        ("/none", "If-Match", &tag, 412),
        ("/none", "If-None-Match", "*", 201),
        ("/a.txt", "If-Match", &tag, 204),
        ("/a.txt", "If-Match", &tag, 412),
        ("/a.txt", "If-Match", "*", 204),
    ] {
        let answer = put(target, b"x").with_header(field, of).send_to(&served);
        assert_eq!(answer.status().as_u16(), status, "{target} {field}: {of}");
    }
    let careful = files(&place, Uploads::new());
    assert_eq!(put("/a.txt", b"x").with_header("If-None-Match", "*").send_to(&careful).status(), 412);
    assert_eq!(put("/a.txt", b"x").with_header("If-Match", "*").send_to(&careful).status(), 409);
}

#[test]
fn a_file_has_as_many_bytes_as_allowed_and_not_one_more() {
    let place = place();
    let served = files(&place, Uploads::new().bytes_max(10));
    assert_eq!(put("/ten", b"0123456789").send_to(&served).status(), 201);
    assert_eq!(put("/eleven", b"0123456789a").send_to(&served).status(), 413);
    let chunked = |name: &str, content: &str| {
        let head = format!("PUT /{name} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        let body = content.chars().map(|piece| format!("1\r\n{piece}\r\n")).collect::<String>();
        let answer = testing::raw_exchange(head + &body + "0\r\n\r\n", &served);
        String::from_utf8_lossy(&answer[9..12]).into_owned()
    };
    assert_eq!(
        (chunked("c10", "0123456789").as_str(), chunked("c11", "0123456789a").as_str()),
        ("201", "413")
    );
    let ten = form(&[("f10", "0123456789")]).send_to(&served);
    let eleven = form(&[("f11", "0123456789a")]).send_to(&served);
    assert_eq!((ten.status().as_u16(), eleven.status().as_u16()), (201, 413));
    let left: Vec<_> =
        names(&place.path().join("root")).into_iter().filter(|name| name.contains("11")).collect();
    assert!(
        left.is_empty() && !names(place.path()).iter().any(|name| name.starts_with(UNFINISHED)),
        "{left:?}"
    );
}

#[test]
fn an_upload_that_is_cut_leaves_nothing_behind() {
    let place = place();
    let served = files(&place, Uploads::new().overwrite(true));
    let before = names(place.path());
    let whole = b"PUT /a.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nnew content, in part";
    for cut in 0..whole.len() {
        let _ = testing::raw_exchange(&whole[..cut], &served);
        assert_eq!(text(&place, "a.txt"), "old", "cut at {cut}");
    }
    assert_eq!(names(place.path()), before);
    let _ = testing::raw_exchange(&whole[..], &served);
    assert_eq!(text(&place, "a.txt"), "new content, in part");
}

#[test]
fn nothing_is_put_beside_the_folder_through_links_or_under_names_that_are_not_served() {
    let place = place();
    let served = files(&place, Uploads::new().overwrite(true));
    let before = names(place.path());
    for (target, status) in [
        ("/out/x", 404),
        ("/dangling/x", 404),
        ("/link.txt", 409),
        ("/dangling", 409),
        ("/out", 409),
        ("/sub", 409),
        ("/in", 409),
        ("/a.txt/x", 404),
        ("/none/x", 404),
        ("/.x", 404),
        ("/.hidden/x", 404),
        ("/sub/.x", 404),
        ("/..%2fx", 404),
        ("/../x", 404),
        ("/%2e%2e/x", 404),
        ("/..%5cx", 404),
        ("/x%00", 404),
        ("/%zz", 400),
        ("/.httpkit-upload-x", 404),
        ("/", 405),
        ("/sub/", 405),
    ] {
        let answer = put(target, b"new").send_to(&served);
        assert_eq!(answer.status().as_u16(), status, "{target}");
    }
    assert_eq!(names(place.path()), before);
    assert_eq!((text(&place, "a.txt").as_str(), text(&place, "../secret.txt").as_str()), ("old", "secret"));
    assert_eq!(put("/in/x", b"new").send_to(&served).status(), 201);
    assert_eq!(text(&place, "sub/x"), "new");
    let refusing = files(&place, Uploads::new()).symlinks(Symlinks::Refuse);
    assert_eq!(put("/in/y", b"new").send_to(&refusing).status(), 404);
    let following = files(&place, Uploads::new()).symlinks(Symlinks::Follow);
    assert_eq!(put("/out/y", b"new").send_to(&following).status(), 201);
    let open = files(&place, Uploads::new()).hidden(true);
    assert_eq!(put("/.hidden/x", b"new").send_to(&open).status(), 201);
    assert_eq!(put("/.httpkit-upload-x", b"new").send_to(&open).status(), 404);
    let long = format!("/{}", "n".repeat(256));
    assert_eq!(put(&long, b"new").send_to(&open).status(), 400);
}

#[test]
fn a_form_saves_each_file_and_leads_back_to_the_listing() {
    let place = place();
    let served = files(&place, Uploads::new());
    let page = testing::get("/sub/").send_to(&served).text();
    assert!(page.contains("<form class=\"upload\" method=\"post\" enctype=\"multipart/form-data\">"));
    assert!(page.contains("type=\"file\" name=\"file\" multiple"));
    let answer = form(&[("one.txt", "1"), ("C:\\\\fake\\\\two.txt", "2"), ("", "")])
        .with_header("Accept", "text/html")
        .send_to(&served);
    assert_eq!((answer.status().as_u16(), value(&answer, "Location").as_str()), (303, "./"));
    assert_eq!((text(&place, "one.txt").as_str(), text(&place, "two.txt").as_str()), ("1", "2"));
    let answer = form(&[("three.txt", "3"), ("ü 4", "4")]).send_to(&served);
    assert_eq!((answer.status().as_u16(), answer.text().as_str()), (201, "three.txt\nü 4\n"));
    assert_eq!(form(&[("five", "5"), ("one.txt", "again")]).send_to(&served).status(), 409);
    assert_eq!((text(&place, "five").as_str(), text(&place, "one.txt").as_str()), ("5", "1"));
    assert_eq!(form(&[]).send_to(&served).status(), 400);
    assert_eq!(testing::post("/", "a=b").send_to(&served).status(), 415);
    let to_file = testing::post("/a.txt", "").with_header("Content-Type", "multipart/form-data; boundary=x");
    assert_eq!(to_file.send_to(&served).status(), 405);
}

#[test]
fn a_form_cannot_name_what_is_not_served() {
    let place = place();
    let served = files(&place, Uploads::new().overwrite(true));
    let before = names(place.path());
    for name in
        ["..", ".", ".x", "a\\0b", "NUL", "x:y", "\u{1}", ".httpkit-upload-x", "a/", "link.txt", "sub"]
    {
        let name = if name == "a\\0b" { "a\0b" } else { name };
        let status = form(&[(name, "new")]).send_to(&served).status().as_u16();
        assert!(matches!(status, 400 | 409), "{name:?}: {status}");
    }
    assert_eq!(names(place.path()), before);
    assert_eq!(text(&place, "a.txt"), "old");
    assert_eq!(form(&[("../../x", "in the folder")]).send_to(&served).status(), 201);
    assert_eq!(text(&place, "x"), "in the folder");
}

#[test]
fn a_form_on_a_page_of_another_site_is_refused() {
    let place = place();
    let served = files(&place, Uploads::new());
    for (fields, allowed) in [
        (&[][..], true),
        (&[("Origin", "http://localhost")], true),
        (&[("Origin", "http://LOCALHOST")], true),
        (&[("Origin", "http://evil.example")], false),
        (&[("Origin", "http://localhost:8000")], false),
        (&[("Origin", "null")], false),
        (&[("Sec-Fetch-Site", "same-origin"), ("Origin", "http://evil.example")], true),
        (&[("Sec-Fetch-Site", "none")], true),
        (&[("Sec-Fetch-Site", "same-site")], false),
        (&[("Sec-Fetch-Site", "cross-site"), ("Origin", "http://localhost")], false),
    ] {
        let _ = fs::remove_file(place.path().join("root/new"));
        let request =
            fields.iter().fold(form(&[("new", "x")]), |request, (name, of)| request.with_header(name, of));
        let status = request.send_to(&served).status().as_u16();
        assert_eq!(status, if allowed { 201 } else { 403 }, "{fields:?}");
    }
}

#[test]
fn what_is_being_uploaded_is_neither_served_nor_listed_and_old_pieces_go() {
    let place = place();
    let root = place.path().join("root");
    let old = root.join(format!("{UNFINISHED}old"));
    let young = root.join(format!("{UNFINISHED}young"));
    for path in [&old, &young] {
        fs::write(path, "half").unwrap();
    }
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    fs::File::options().write(true).open(&old).unwrap().set_modified(long_ago).unwrap();
    let served =
        files(&place, Uploads::new()).hidden(true).archives(ArchiveFormat::ALL).folder_view(FolderView::Page);
    for target in ["/?format=json", "/?archive=tar", "/?archive=zip"] {
        let text = testing::get(target).send_to(&served).text();
        assert!(text.contains("a.txt") && !text.contains("httpkit-upload"), "{target}");
    }
    let target = format!("/{UNFINISHED}young");
    assert_eq!(testing::get(&target).send_to(&served).status(), 404);
    assert_eq!(put("/new", b"x").send_to(&served).status(), 201);
    assert!(!old.exists() && young.exists());
    let hasty = files(&place, Uploads::new().keep_unfinished(Duration::ZERO));
    assert_eq!(put("/newer", b"x").send_to(&hasty).status(), 201);
    assert!(!young.exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_told_and_not_an_error() {
    let place = place();
    let served = files(&place, Uploads::new());
    // `/proc` takes no files from anybody, root included.
    symlink("/proc/self/fdinfo", place.path().join("root/proc")).unwrap();
    let following = StaticFiles::new(place.path().join("root")).unwrap().uploads(Uploads::new());
    let following = following.symlinks(Symlinks::Follow);
    let status = put("/proc/x", b"x").send_to(&following).status().as_u16();
    assert!(matches!(status, 403 | 404), "{status}");
    assert_eq!(put("/proc/x", b"x").send_to(&served).status(), 404);
}

#[test]
fn a_file_that_another_program_makes_at_the_last_moment_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let now = SystemTime::UNIX_EPOCH;
    let root = Root::new(folder.path(), Symlinks::Beneath).unwrap();
    let top = FilePath::parse("/", NameRules::HERE).unwrap();
    let workplace = root.workplace(&top, now).unwrap();
    let receiver = Receiver::new(Uploads::new());
    let target = Target { workplace: &workplace, name: b"new" };
    let unnamed = receiver.save(&target, &mut &b"ours"[..], |_| Ok(())).unwrap().unwrap();
    let place = folder.path().join("new");
    // Nobody has the name when it is looked at, and somebody has it right behind.
    let admit = || {
        fs::write(&place, "theirs").unwrap();
        Ok(Ok(false))
    };
    assert_eq!(receiver.commit(unnamed, admit).unwrap(), Saved::Refused(Refusal::Exists));
    assert_eq!(fs::read_to_string(&place).unwrap(), "theirs");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "ours is gone");
}
