//! Every spelling of a way out, by every feature that opens files, over every kind of link: nothing of what lies beside
//! the folder is ever sent, listed or written.

use super::{ContentCoding, StaticFiles, Symlinks, TestAnswer, value, write_old};
use crate::files::{ArchiveFormat, Uploads};
use crate::testing::{self, TestRequest};
use http_proto::Method;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use tempfile::TempDir;

/// What stands in every file beside the folder, and what those files are called.
const SECRET: &str = "TOP-SECRET";
const TREASURE: &str = "treasure";

/// ```text
/// treasure.txt  outside/treasure.txt  outside/index.html  outside/treasure.txt.gz
/// root/ a.txt  sub/deep/b.txt
///       inside -> sub  outside -> ../outside  file -> ../treasure.txt  dangling -> nowhere  loop -> loop
///       leak.js  leak.js.gz -> ../outside/treasure.txt  indexed/index.html -> ../../outside/index.html
/// ```
fn place() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("root");
    for folder in ["root/sub/deep", "root/indexed", "outside"] {
        fs::create_dir_all(place.path().join(folder)).unwrap();
    }
    for name in ["treasure.txt", "outside/treasure.txt", "outside/index.html", "outside/treasure.txt.gz"] {
        write_old(&place.path().join(name), SECRET);
    }
    for name in ["a.txt", "sub/deep/b.txt", "leak.js", "page.html"] {
        write_old(&root.join(name), "harmless");
    }
    for (name, target) in [
        ("inside", "sub"),
        ("outside", "../outside"),
        ("file", "../treasure.txt"),
        ("dangling", "nowhere"),
        ("loop", "loop"),
        ("ping", "pong"),
        ("pong", "ping"),
        ("leak.js.gz", "../outside/treasure.txt"),
        ("indexed/index.html", "../../outside/index.html"),
    ] {
        symlink(target, root.join(name)).unwrap();
    }
    place
}

/// More than a hundred spellings of one or more levels up, or of a path from the top.
pub(super) fn spellings() -> Vec<String> {
    let ups = [
        "..",
        "%2e%2e",
        "%2E%2E",
        ".%2e",
        "%2e.",
        ".%2E",
        "%2E.",
        "..%2f",
        "..%2F",
        "%2e%2e%2f",
        "..%5c",
        "..%5C",
        "..\\",
        "%5c..",
        "%2e%2e%5c",
        "..%00",
        "%00..",
        ".%00.",
        "..%2f..",
        "..%5c..",
        "%2f..",
        "a%2f..%2f..",
        "%252e%252e",
        "%252e%252e%252f",
        "%25%32%65%25%32%65",
        "%c0%ae%c0%ae",
        "%e0%80%ae%e0%80%ae",
        "..%c0%af",
        "..%c1%9c",
        "..%ef%bc%8f",
        "%ef%bc%8e%ef%bc%8e",
        "..;",
        "..;/",
        "..%3b",
        "....",
        "....//",
        "..%20",
        "..%09",
        "..%0d%0a",
        "%20..",
        ".",
        "%2e",
        "./..",
        "//..",
        "..//",
        "/%2e%2e/",
        "..%u2216",
        "%uff0e%uff0e",
        "..%2",
        "..%",
    ];
    let mut all: Vec<String> = Vec::new();
    for up in ups {
        all.push(up.to_owned());
        all.push(format!("{up}/{up}"));
        all.push(format!("x/{up}/{up}/{up}"));
    }
    all.extend(
        ["%2fetc", "%2f%2fetc", "%5c%5chost%5cshare", "c:", "c:%5c", "file:", "~", "~root", "%7eroot"]
            .map(str::to_owned),
    );
    all
}

/// Where a spelling is put: at the top, in a folder, behind each kind of link.
const FRONTS: [&str; 8] = ["/", "//", "/sub/", "/inside/", "/outside/", "/file/", "/dangling/", "/loop/"];

/// Each feature as the requests that use it on a path.
fn features(path: &str) -> Vec<(&'static str, TestRequest)> {
    let form = format!(
        "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"{path}/planted\"\r\n\r\nplanted\r\n--x--\r\n"
    );
    let multipart = "multipart/form-data; boundary=x";
    vec![
        ("file", testing::get(&format!("{path}/treasure.txt"))),
        ("index", testing::get(&format!("{path}/"))),
        (
            "precompressed",
            testing::get(&format!("{path}/treasure.txt")).with_header("Accept-Encoding", "gzip"),
        ),
        ("tar", testing::get(&format!("{path}/?archive=tar"))),
        ("zip", testing::get(&format!("{path}/?archive=zip"))),
        ("listing", testing::get(&format!("{path}/?format=json"))),
        ("upload", testing::request(Method::PUT, &format!("{path}/planted")).with_content("planted")),
        (
            "upload in pieces",
            testing::request(Method::PUT, &format!("{path}/planted"))
                .with_content("pl")
                .with_header("Content-Range", "bytes 0-1/7"),
        ),
        ("form", testing::post(&format!("{path}/"), form).with_header("Content-Type", multipart)),
    ]
}

fn open_to_all(place: &TempDir) -> StaticFiles {
    StaticFiles::new(place.path().join("root"))
        .unwrap()
        .hidden(true)
        .archives(ArchiveFormat::ALL)
        .precompressed(ContentCoding::ALL)
        .keep_in_memory(1 << 20)
        .uploads(Uploads::new().overwrite(true))
        .fallback("file")
        .and_then(|files| files.not_found("file"))
        .unwrap()
}

/// Names and contents of all that lies beside the root.
fn beside(place: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for folder in [place.to_owned(), place.join("outside")] {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let content = if entry.path().is_file() { fs::read(entry.path()).unwrap() } else { Vec::new() };
            found.insert(entry.path().display().to_string(), content);
        }
    }
    found
}

/// What stands in the files of a zip archive, one behind the other; nothing of other answers.
#[cfg(feature = "gzip")]
fn unzipped(answer: &TestAnswer) -> String {
    use std::io::Read as _;
    let archive = answer.content();
    let mut text = String::new();
    if value(answer, "Content-Type") != "application/zip" {
        return text;
    }
    let heads = archive.windows(4).enumerate().filter(|(_, four)| *four == b"PK\x03\x04");
    for head in heads.map(|(at, _)| &archive[at..]) {
        let number = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
        if number(8) == 8 {
            let mut content = flate2::read::DeflateDecoder::new(&head[30 + number(26) + number(28)..]);
            content.read_to_string(&mut text).unwrap();
        }
    }
    text
}

/// Files in archives are as they are.
#[cfg(not(feature = "gzip"))]
fn unzipped(_: &TestAnswer) -> String {
    String::new()
}

#[track_caller]
fn check(what: &str, answer: &TestAnswer) {
    let text = answer.text() + &unzipped(answer);
    assert!(!text.contains(SECRET) && !text.contains(TREASURE), "{what}: {} {text}", answer.status());
    assert!(value(answer, "Location").is_empty() || !value(answer, "Location").starts_with("//"), "{what}");
}

#[test]
fn no_spelling_leads_out_by_any_feature_over_any_link() {
    let place = place();
    let before = beside(place.path());
    let spellings = spellings();
    assert!(spellings.len() >= 100, "{}", spellings.len());
    for links in [Symlinks::Beneath, Symlinks::Refuse] {
        let served = open_to_all(&place).symlinks(links);
        for spelling in &spellings {
            for front in FRONTS {
                for (feature, request) in features(&format!("{front}{spelling}")) {
                    check(
                        &format!("{feature} of {front}{spelling} with {links:?}"),
                        &request.send_to(&served),
                    );
                }
            }
        }
    }
    assert!(beside(place.path()) == before, "something was written beside the folder");
}

#[test]
fn no_link_leads_out_by_any_feature() {
    let place = place();
    let before = beside(place.path());
    for links in [Symlinks::Beneath, Symlinks::Refuse] {
        let served = open_to_all(&place).symlinks(links);
        for path in [
            "/outside",
            "/file",
            "/dangling",
            "/loop",
            "/ping",
            "/indexed",
            "/leak.js",
            "/outside/../outside",
            "/sub/../outside",
        ] {
            for (feature, request) in features(path) {
                check(&format!("{feature} of {path} with {links:?}"), &request.send_to(&served));
            }
            let plain = testing::get(path).with_header("Accept-Encoding", "gzip").send_to(&served);
            check(&format!("{path} with {links:?}"), &plain);
        }
        for whole in ["/?archive=tar", "/?archive=zip", "/?format=json", "/"] {
            check(whole, &testing::get(whole).send_to(&served));
        }
        let leak = testing::get("/leak.js").with_header("Accept-Encoding", "gzip").send_to(&served);
        assert_eq!((leak.status().as_u16(), leak.text().as_str()), (200, "harmless"));
    }
    assert!(beside(place.path()) == before, "something was written beside the folder");
}

#[test]
fn a_climbing_request_is_refused_and_not_answered_with_something_else() {
    let place = place();
    let served = StaticFiles::new(place.path().join("root")).unwrap();
    for spelling in spellings() {
        let answer = testing::get(&format!("/{spelling}/treasure.txt")).send_to(&served);
        assert!(matches!(answer.status().as_u16(), 400 | 404), "{spelling}: {}", answer.status());
    }
}

#[test]
fn the_links_of_this_place_do_lead_out_where_all_are_followed() {
    let place = place();
    let served = open_to_all(&place).symlinks(Symlinks::Follow);
    for path in ["/outside/treasure.txt", "/file", "/indexed/"] {
        assert_eq!(testing::get(path).send_to(&served).text(), SECRET, "{path}");
    }
    assert!(testing::get("/outside/?archive=tar").send_to(&served).text().contains(SECRET));
    let zip = testing::get("/outside/?archive=zip").send_to(&served);
    assert!((zip.text() + &unzipped(&zip)).contains(SECRET), "this test would see it");
}
