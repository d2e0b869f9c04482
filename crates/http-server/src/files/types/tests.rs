//! Content types by name.

use super::{CORRECTIONS, Types};
use crate::error::Error;

#[track_caller]
fn check(name: &str, expected: &str) {
    assert_eq!(Types::default().of(name.as_bytes()), expected, "{name}");
}

#[test]
fn text_says_utf8_and_everything_else_is_as_registered_today() {
    check("index.html", "text/html; charset=utf-8");
    check("INDEX.HTM", "text/html; charset=utf-8");
    check("a.css", "text/css; charset=utf-8");
    check("a.js", "text/javascript; charset=utf-8");
    check("a.mjs", "text/javascript; charset=utf-8");
    check("a.txt", "text/plain; charset=utf-8");
    check("README.md", "text/markdown; charset=utf-8");
    check("a.csv", "text/csv; charset=utf-8");
    check("a.json", "application/json");
    check("app.js.map", "application/json");
    check("a.wasm", "application/wasm");
    check("a.woff2", "font/woff2");
    check("a.ttf", "font/ttf");
    check("site.webmanifest", "application/manifest+json");
    check("a.avif", "image/avif");
    check("a.svg", "image/svg+xml");
    check("a.png", "image/png");
    check("a.jpeg", "image/jpeg");
    check("a.gif", "image/gif");
    check("favicon.ico", "image/vnd.microsoft.icon");
    check("a.pdf", "application/pdf");
    check("a.mp4", "video/mp4");
    check("a.xml", "text/xml; charset=utf-8");
}

#[test]
fn compressed_files_are_what_they_are_as_in_python() {
    check("a.tar.gz", "application/gzip");
    check("drawing.svg.gz", "application/gzip");
    check("a.txt.Z", "application/octet-stream");
    check("a.txt.bz2", "application/x-bzip2");
    check("a.txt.xz", "application/x-xz");
}

#[test]
fn names_without_a_telling_extension_get_the_fallback() {
    for name in ["README", "a.", ".html", "..html", "a.b c", "a.unheard-of", "", "a.\u{130}"] {
        check(name, "application/octet-stream");
    }
    assert_eq!(Types::default().of(b"a.\xff"), "application/octet-stream");
    assert_eq!(Types::default().of(b"\xff.html"), "text/html; charset=utf-8");
    let mut types = Types::default();
    types.set_fallback("text/plain").unwrap();
    assert_eq!(types.of(b"README"), "text/plain");
    assert_eq!(types.of(b"a.png"), "image/png");
}

#[test]
fn own_types_win_are_sent_as_they_are_and_can_be_replaced() {
    let mut types = Types::default();
    types.set(".HTML", "text/html; charset=iso-8859-1").unwrap();
    types.set("x", "text/x").unwrap();
    types.set("x", "text/y").unwrap();
    assert_eq!(types.of(b"a.html"), "text/html; charset=iso-8859-1");
    assert_eq!(types.of(b"a.X"), "text/y");
}

#[test]
fn a_type_that_cannot_be_sent_is_refused() {
    let mut types = Types::default();
    assert!(types.set("zzz", "text/x\r\nSet-Cookie: a=b").is_err());
    assert!(types.set_fallback("a\nb").is_err());
    for no_type in ["", "text", "text/", "/plain", "a b/c", "text/plain x", "; charset=utf-8"] {
        assert!(matches!(types.set_fallback(no_type), Err(Error::InvalidSetting(_))), "{no_type:?}");
        assert!(types.set("zzz", no_type).is_err(), "{no_type:?}");
    }
    assert_eq!(types.of(b"a.zzz"), "application/octet-stream");
    types.set_fallback("text/plain ; charset=utf-8").unwrap();
}

#[test]
fn corrections_are_in_lower_case_and_each_extension_stands_once() {
    let mut seen = std::collections::HashSet::new();
    for (extension, essence) in CORRECTIONS {
        assert!(seen.insert(extension), "{extension} stands twice");
        assert_eq!(*extension, extension.to_ascii_lowercase());
        assert!(essence.split_once('/').is_some(), "{essence}");
    }
}

#[test]
fn the_corrections_are_in_order_so_that_they_are_found() {
    assert!(CORRECTIONS.is_sorted_by(|one, other| one.0.as_bytes() < other.0.as_bytes()));
}

#[test]
fn names_tell_what_is_compressed_already() {
    for packed in [
        "a.jpg", "a.PNG", "a.webp", "a.avif", "a.mp4", "a.webm", "a.mp3", "a.flac", "a.ogg", "a.gz",
        "a.tar.xz", "a.bz2", "a.zip", "a.zst", "a.7z", "a.rar", "a.jar", "a.apk", "a.docx", "a.odt",
        "a.epub", "a.woff2", "a.usdz",
    ] {
        assert!(super::is_packed(packed.as_bytes()), "{packed}");
    }
    for loose in [
        "README",
        "a.txt",
        "a.html",
        "a.js",
        "a.json",
        "a.svg",
        "a.bmp",
        "a.wav",
        "a.tar",
        "a.ttf",
        "a.wasm",
        "a.iso",
        "a.bin",
        "a.unknown",
        ".gz",
    ] {
        assert!(!super::is_packed(loose.as_bytes()), "{loose}");
    }
}
