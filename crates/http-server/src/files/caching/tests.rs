//! Rules, patterns, and names with a hash in them, in tables.

use super::{Caching, IMMUTABLE, glob, has_hash};
use crate::files::path::{FilePath, NameRules};

#[test]
fn a_star_stands_for_any_bytes() {
    for (pattern, text, fits) in [
        ("", "", true),
        ("", "a", false),
        ("*", "", true),
        ("*", "abc", true),
        ("a*", "a", true),
        ("a*", "ba", false),
        ("*.js", "app.js", true),
        ("*.js", "app.jsx", false),
        ("*.js", ".js", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-c-b", false),
        ("*aab", "aaab", true),
        ("assets/*", "assets/deep/a.js", true),
        ("assets/*", "assets", false),
        ("?", "a", false),
        ("[a]", "a", false),
    ] {
        assert_eq!(glob(pattern.as_bytes(), text.as_bytes()), fits, "{pattern} on {text}");
    }
}

#[test]
fn a_hostile_pattern_takes_no_more_than_pattern_times_text() {
    let (pattern, text) = ("*a".repeat(500) + "b", "a".repeat(4000));
    assert!(!glob(pattern.as_bytes(), text.as_bytes()));
}

#[test]
fn the_first_rule_that_fits_decides() {
    let mut caching = Caching::default();
    caching.add("/assets/keep.css", "one").unwrap();
    caching.add("*.css", "two").unwrap();
    caching.add("/assets/*", "three").unwrap();
    caching.add("Text/*", "four").unwrap();
    caching.add("application/json", "").unwrap();
    caching.set_usual("usual").unwrap();
    for (path, content_type, value) in [
        ("/assets/keep.css", "text/css", "one"),
        ("/other/keep.css", "text/css", "two"),
        ("/assets/a/b.js", "text/javascript", "three"),
        ("/assets", "application/octet-stream", "usual"),
        ("/a.txt", "text/plain; charset=utf-8", "four"),
        ("/a.json", "application/json", ""),
        ("/a.bin", "application/octet-stream", "usual"),
    ] {
        let path = FilePath::parse(path, NameRules::HERE).unwrap();
        assert_eq!(caching.value_for(&path, content_type), value, "{path:?}");
    }
}

#[test]
fn names_with_a_hash_are_told_from_others() {
    for name in [
        "app.3f2a9c1b.js",
        "app-3f2a9c1b.js",
        "app.3F2A9C1B.min.3f2a9c1b.css",
        "index-BfX12y_a.css",
        "index-BfX-2y_a.css",
        "chunk.0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.js",
    ] {
        assert!(has_hash(name.as_bytes()), "{name}");
    }
    for name in [
        "app.js",
        "app.min.js",
        "3f2a9c1b.js",
        "3f2a9c1b",
        "app.3f2a9c1b",
        "app.3f2a9c1.js",
        "app.deadbeef.js",
        "jquery-migrate.js",
        "my-documents.html",
        "photo-20240101x.jpg",
        "Report-FinalVersion.pdf",
        ".3f2a9c1b.js",
        "",
    ] {
        assert!(!has_hash(name.as_bytes()), "{name}");
    }
}

#[test]
fn names_with_a_hash_are_immutable_where_that_is_said_and_no_rule_fits() {
    let mut caching = Caching::default();
    let path = FilePath::parse("/app.3f2a9c1b.js", NameRules::HERE).unwrap();
    assert_eq!(caching.value_for(&path, "text/javascript"), "no-cache");
    caching.set_hashed_names(true);
    assert_eq!(caching.value_for(&path, "text/javascript"), IMMUTABLE);
    caching.add("*.js", "no-store").unwrap();
    assert_eq!(caching.value_for(&path, "text/javascript"), "no-store");
}

#[test]
fn what_no_field_can_hold_and_empty_patterns_are_refused() {
    let mut caching = Caching::default();
    assert!(caching.add("", "a").is_err());
    assert!(caching.add("*", "a\nb").is_err());
    assert!(caching.set_usual("\0").is_err());
}
