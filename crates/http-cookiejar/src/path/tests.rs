//! What the path rules promise.

use super::{default_path, path_match, request_path};

#[test]
fn the_default_path_is_the_directory() {
    for (path, expected) in
        [("/a/b/c", "/a/b"), ("/a", "/"), ("/", "/"), ("", "/"), ("a/b", "/"), ("/a/", "/a"), ("//", "/")]
    {
        assert_eq!(default_path(path), expected, "{path}");
    }
}

#[test]
fn a_path_matches_at_a_slash_only() {
    for (request, cookie, expected) in [
        ("/foo", "/foo", true),
        ("/foo/", "/foo", true),
        ("/foo/bar", "/foo", true),
        ("/foo/bar", "/foo/", true),
        ("/foobar", "/foo", false),
        ("/fo", "/foo", false),
        ("/anything", "/", true),
        ("/foo", "/Foo", false),
        ("/foo", "", true),
    ] {
        assert_eq!(path_match(request, cookie), expected, "{request} {cookie}");
    }
}

#[test]
fn a_request_path_has_no_query() {
    for (given, expected) in [("/a?b/c", "/a"), ("", "/"), ("*", "/"), ("/a#b", "/a"), ("?x", "/")] {
        assert_eq!(request_path(given), expected, "{given}");
    }
}
