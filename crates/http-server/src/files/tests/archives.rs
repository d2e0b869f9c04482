//! Folders as archives: only with what is served.

use super::{TestAnswer, files, get, place, value};
use crate::files::ArchiveFormat;
use std::os::unix::fs::symlink;

/// The names and contents of the files in an archive without extended headers.
fn unpacked(archive: &[u8]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = archive;
    while rest[0] != 0 {
        let text = |from: usize, to: usize| {
            String::from_utf8_lossy(&rest[from..to]).trim_end_matches('\0').to_owned()
        };
        let size = usize::from_str_radix(&text(124, 135), 8).unwrap();
        found.push((text(0, 100), String::from_utf8_lossy(&rest[512..512 + size]).into_owned()));
        rest = &rest[512 + size.div_ceil(512) * 512..];
    }
    assert_eq!(rest, [0; 1024], "the end of the archive");
    found
}

#[test]
fn a_folder_is_downloaded_as_a_whole_where_that_is_allowed_and_only_with_what_is_served() {
    let place = place();
    symlink("sub", place.path().join("root/again")).unwrap();
    let served = files(&place).archives(ArchiveFormat::ALL);
    let answer = get(&served, "/?archive=tar");
    assert_eq!(value(&answer, "Content-Type"), "application/x-tar");
    assert_eq!(value(&answer, "Content-Disposition"), "attachment; filename*=UTF-8''files.tar");
    let found = unpacked(answer.content());
    let content = |name: &str| found.iter().find(|(own, _)| own == name).map(|(_, content)| content.as_str());
    assert_eq!(content("files/a.txt"), Some("0123456789"));
    assert_eq!(content("files/sub/deep/b.txt"), Some("b"));
    assert_eq!(content("files/in"), Some("0123456789"), "a link to a file is that file");
    assert_eq!(content("files/sub/a b:c/"), Some(""));
    for never in [
        "files/out",
        "files/outdir/",
        "files/.env",
        "files/again/",
        "files/again",
        "files/indexed/index.html",
    ] {
        assert_eq!(content(never), None, "{never}");
    }
    assert!(found.iter().all(|(_, content)| content != "secret"));
    let tar = answer.content();
    let folder = tar.chunks(512).find(|block| block.starts_with(b"files/sub/\0")).unwrap();
    assert_ne!(folder[136..147], *b"00000000000", "a folder has its time");
    assert_ne!(tar[136..147], *b"00000000000", "the topmost folder has one, too");
    let inner = unpacked(get(&served, "/sub/deep/?archive=tar").content());
    let inner: Vec<_> = inner.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
    assert_eq!(inner, [("deep/", ""), ("deep/b.txt", "b")]);
    assert!(get(&served, "/sub/").text().contains("href=\"?archive=tar\""));
    let usual = files(&place);
    assert_eq!(value(&get(&usual, "/sub/?archive=tar"), "Content-Type"), "text/html; charset=utf-8");
    assert!(!get(&usual, "/sub/").text().contains("archive=tar"));
    for target in ["/..%2f?archive=tar", "/outdir/?archive=tar", "/%2e%2e/?archive=tar", "/.git/?archive=tar"]
    {
        assert_eq!(get(&served, target).status(), 404, "{target}");
    }
}

#[test]
fn a_folder_is_downloaded_as_zip_with_what_is_in_the_tar() {
    let place = place();
    symlink("sub", place.path().join("root/again")).unwrap();
    let served = files(&place).archives(ArchiveFormat::ALL);
    let answer = get(&served, "/?archive=zip");
    assert!(answer.is_complete());
    assert_eq!(value(&answer, "Content-Type"), "application/zip");
    assert_eq!(value(&answer, "Content-Disposition"), "attachment; filename*=UTF-8''files.zip");
    let mut names = zipped(&answer);
    let mut wanted: Vec<_> =
        unpacked(get(&served, "/?archive=tar").content()).into_iter().map(|(name, _)| name).collect();
    names.sort();
    wanted.sort();
    assert_eq!(names, wanted);
    assert!(!answer.text().contains("secret"));
    assert!(get(&served, "/sub/").text().contains("href=\"?archive=zip\""));
    assert_eq!(value(&get(&files(&place), "/sub/?archive=zip"), "Content-Type"), "text/html; charset=utf-8");
    assert_eq!(value(&get(&served, "/sub/?archive=rar"), "Content-Type"), "text/html; charset=utf-8");
}

/// The names in the directory of a zip archive, by its signature.
fn zipped(answer: &TestAnswer) -> Vec<String> {
    let archive = answer.content();
    let starts = (0..archive.len()).filter(|&at| archive[at..].starts_with(b"PK\x01\x02"));
    let name = |at: usize| {
        let length = usize::from(archive[at + 28]);
        String::from_utf8_lossy(&archive[at + 46..at + 46 + length]).into_owned()
    };
    starts.map(name).collect()
}
