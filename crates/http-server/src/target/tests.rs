//! Segments, pairs and redirect targets, by tables.

use super::{pairs, redirect_target, segments};

#[test]
fn segments_are_split_before_they_are_decoded() {
    let check = |path: &str, expected: &[&str]| {
        assert_eq!(segments(path).collect::<Vec<_>>(), expected, "{path}");
    };
    check("/", &[""]);
    check("", &[""]);
    check("/a", &["a"]);
    check("/a/", &["a", ""]);
    check("//a", &["", "a"]);
    check("/a%2Fb/c", &["a/b", "c"]);
    check("/%252e", &["%2e"]);
    check("/%2e%2E/..", &["..", ".."]);
    check("/a+b", &["a+b"]);
    check("/%ff%zz%", &["\u{fffd}%zz%"]);
    check("/%C3%A9", &["é"]);
}

#[test]
fn pairs_are_decoded_as_forms_are() {
    let check = |query: &str, expected: &[(&str, &str)]| {
        let found: Vec<_> = pairs(query).collect();
        let found: Vec<_> = found.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(found, expected, "{query}");
    };
    check("", &[]);
    check("a=1&b=2&a=3", &[("a", "1"), ("b", "2"), ("a", "3")]);
    check("a&b=&=c&&", &[("a", ""), ("b", ""), ("", "c")]);
    check("a=1=2", &[("a", "1=2")]);
    check("a+b=c+d%2B%20", &[("a b", "c d+ ")]);
    check("%26=%3D", &[("&", "=")]);
}

#[test]
fn a_redirect_target_begins_with_one_slash_at_most() {
    for (target, expected) in [
        ("/a/b?c=d#e", "/a/b?c=d#e"),
        ("//a", "/a"),
        ("/\\a", "/a"),
        ("\\\\a", "/a"),
        ("/\t/a", "/%09/a"),
        ("/a b\r\n", "/a%20b%0D%0A"),
        ("/a%20b", "/a%20b"),
        ("/é", "/%C3%A9"),
        ("a\\b", "a%5Cb"),
        ("../a", "../a"),
        ("http://x/?a", "http://x/?a"),
        ("", ""),
    ] {
        assert_eq!(redirect_target(target), expected, "{target:?}");
    }
}
