//! What a path of a request may name, in tables.

use super::{FilePath, NameRules, PATH_BYTES_MAX, PathRefusal, is_plain_name};
use std::fmt::Write as _;

#[track_caller]
fn check(path: &str, expected: Result<(&[u8], bool), PathRefusal>) {
    let found = FilePath::parse(path, NameRules::Unix);
    let found = found.as_ref().map(|path| (path.as_bytes(), path.names_folder())).map_err(|&refusal| refusal);
    assert_eq!(found, expected, "{path:?}");
}

const NOWHERE: Result<(&[u8], bool), PathRefusal> = Err(PathRefusal::Unservable);
const WRONG: Result<(&[u8], bool), PathRefusal> = Err(PathRefusal::Malformed);

#[test]
fn plain_names_are_decoded_once_and_slashes_collapse() {
    check("/", Ok((b"", true)));
    check("//", Ok((b"", true)));
    check("/a", Ok((b"a", false)));
    check("/a/", Ok((b"a", true)));
    check("/a/b.txt", Ok((b"a/b.txt", false)));
    check("//a///b//", Ok((b"a/b", true)));
    check("//example.org/a", Ok((b"example.org/a", false)));
    check("/a%20b", Ok((b"a b", false)));
    check("/%41", Ok((b"A", false)));
    check("/a+b", Ok((b"a+b", false)));
    check("/%C3%A9", Ok(("é".as_bytes(), false)));
    check("/%c3%a9", Ok(("é".as_bytes(), false)));
    check("/%ff%fe", Ok((b"\xff\xfe", false)));
    check("/%0a", Ok((b"\n", false)));
    check("/%3f%23%25", Ok((b"?#%", false)));
    check("/...", Ok((b"...", false)));
    check("/..a", Ok((b"..a", false)));
    check("/a..", Ok((b"a..", false)));
    check("/.git", Ok((b".git", false)));
    check("/a:b", Ok((b"a:b", false)));
    check("/~root", Ok((b"~root", false)));
}

#[test]
fn decoding_twice_never_happens() {
    check("/%252e%252e/a", Ok((b"%2e%2e/a", false)));
    check("/%252f", Ok((b"%2f", false)));
    check("/%2500", Ok((b"%00", false)));
    check("/%255c", Ok((b"%5c", false)));
    check("/%25%32%65", Ok((b"%2e", false)));
}

#[test]
fn percent_signs_without_two_digits_are_malformed() {
    for path in
        ["/%", "/%2", "/a%", "/%zz", "/%2g", "/%g2", "/% 2", "/%+2", "/%-1", "/%2/e", "/%u002e", "/%%32%65"]
    {
        check(path, WRONG);
    }
    for path in ["", "a", "*", "a/b", "\\", "%2f"] {
        check(path, WRONG);
    }
}

/// Every spelling of "one level up", put where a path could take it.
fn climbing_paths() -> Vec<String> {
    let dots = [
        "..",
        "%2e%2e",
        "%2E%2E",
        ".%2e",
        "%2e.",
        "%2E.",
        ".%2E", // one segment
        ".",
        "%2e",
        "%2E",
        "..%2f",
        "..%2F",
        "%2e%2e%2f",
        "%2e%2e/",
        "..%5c",
        "..%5C",
        "%2e%2e%5c",
        "..\\",
        "\\..",
        "%5c..",
        "..%00",
        "%00..",
        "..%2f..",
        "..%5c..",
        "%2f..",
        "%2f%2e%2e",
        "a%2f..",
        "a%2f..%2f..",
        "a\\..\\..",
        "a%5c..%5c..",
        "..%2f..%2fetc%2fpasswd",
        "%2fetc%2fpasswd",
        "c:%5cwindows",
        "c:\\windows",
        "%5c%5chost%5cshare",
    ];
    let mut paths = Vec::new();
    for dots in dots {
        paths.extend([
            format!("/{dots}"),
            format!("/{dots}/"),
            format!("/{dots}/secret"),
            format!("/a/{dots}/{dots}/secret"),
            format!("//{dots}//{dots}/secret"),
        ]);
    }
    paths
}

#[test]
fn no_spelling_of_the_parent_folder_or_of_a_separator_is_servable() {
    let paths = climbing_paths();
    assert!(paths.len() >= 100, "the corpus has {}", paths.len());
    for path in &paths {
        check(path, NOWHERE);
    }
}

#[test]
fn nul_is_unservable_wherever_it_stands() {
    for path in ["/%00", "/a%00", "/%00a", "/a%00.txt", "/a/%00/b", "/a.txt%00.html"] {
        check(path, NOWHERE);
    }
}

#[test]
fn overlong_utf8_stays_bytes_and_never_becomes_a_dot_or_slash() {
    check("/%c0%ae%c0%ae/a", Ok((b"\xc0\xae\xc0\xae/a", false)));
    check("/%c0%af", Ok((b"\xc0\xaf", false)));
    check("/%e0%80%ae", Ok((b"\xe0\x80\xae", false)));
    check("/%ef%bc%8e%ef%bc%8e", Ok(("．．".as_bytes(), false)));
    check("/%ef%bc%8f", Ok(("／".as_bytes(), false)));
    check("/%e2%88%95", Ok(("∕".as_bytes(), false)));
}

#[test]
fn the_longest_path_is_taken_and_one_byte_more_is_not() {
    let longest = "a".repeat(PATH_BYTES_MAX);
    check(&format!("/{longest}"), Ok((longest.as_bytes(), false)));
    check(&format!("/{longest}a"), NOWHERE);
    let encoded = longest.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "%{byte:02x}");
        text
    });
    check(&format!("/{encoded}"), Ok((longest.as_bytes(), false)));
}

#[test]
fn names_special_on_windows_are_refused_there() {
    let special = [
        "CON",
        "con",
        "Con",
        "PRN",
        "AUX",
        "NUL",
        "nul.txt",
        "NUL.tar.gz",
        "NUL .txt",
        "COM1",
        "com9.log",
        "LPT0",
        "lpt3",
        "COM¹",
        "COM²",
        "LPT³",
        "CONIN$",
        "conout$",
        "c:",
        "c:a",
        "a:b",
        "a.txt:stream",
        "a.txt::$DATA",
        "a.",
        "a ",
        "a...",
        ". .",
        "...",
        "a. ",
        "GIT~1",
        "PROGRA~2",
        "a~1.txt",
        "a<b",
        "a>b",
        "a\"b",
        "a|b",
        "a?b",
        "a*b",
        "a\u{1f}b",
    ];
    for name in special {
        assert!(!is_plain_name(name.as_bytes(), NameRules::Windows), "{name:?} is special on Windows");
    }
    assert!(!is_plain_name(b"\xff", NameRules::Windows), "no name of Windows");
    for name in [
        "CONSOLE",
        "a",
        "COM",
        "COM10",
        "LPTX",
        "nullable",
        ".git",
        "a~b",
        "~1x".trim_start_matches("~1"),
        "é",
    ] {
        assert!(is_plain_name(name.as_bytes(), NameRules::Windows), "{name:?} is an ordinary name");
    }
}

#[test]
fn hidden_means_a_leading_dot_and_well_known_is_open_at_the_top_only() {
    for (path, hidden) in [
        ("/", false),
        ("/a", false),
        ("/.git", true),
        ("/.git/config", true),
        ("/a/.env", true),
        ("/%2egit", true),
        ("/.well-known", false),
        ("/.well-known/acme", false),
        ("/a/.well-known", true),
        ("/.well-known/.x", true),
        ("/...", true),
    ] {
        let found = FilePath::parse(path, NameRules::Unix).unwrap();
        assert_eq!(found.is_hidden(), hidden, "{path}");
    }
}

#[test]
fn children_siblings_and_names_are_built_from_decoded_segments() {
    let path = FilePath::parse("/a/b%20c", NameRules::Unix).unwrap();
    assert_eq!(path.name(), Some(&b"b c"[..]));
    assert_eq!(path.child(b"d").as_bytes(), b"a/b c/d");
    assert_eq!(path.sibling(".gz").as_bytes(), b"a/b c.gz");
    let root = FilePath::parse("/", NameRules::Unix).unwrap();
    assert!(root.is_root());
    assert_eq!(root.name(), None);
    assert_eq!(root.child(b"d").as_bytes(), b"d");
    assert_eq!(format!("{path:?}"), "\"a/b c\"");
}
