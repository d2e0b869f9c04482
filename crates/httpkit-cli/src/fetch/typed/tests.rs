//! What becomes of a URL that somebody types.

use super::{absolute, file_name};

#[test]
fn a_scheme_counts_only_where_it_begins_the_url() {
    #[track_caller]
    fn check(typed: &str, expected: Option<&str>) {
        assert_eq!(absolute(typed).ok().as_deref(), expected, "{typed}");
    }
    check("example.org", Some("http://example.org"));
    check("https://example.org/", Some("https://example.org/"));
    check("ftp://example.org/", Some("ftp://example.org/"));
    check("localhost:8000/login?next=http://x.org/", Some("http://localhost:8000/login?next=http://x.org/"));
    check("localhost/a://b", Some("http://localhost/a://b"));
    check("localhost?u=a://b", Some("http://localhost?u=a://b"));
    check("localhost#a://b", Some("http://localhost#a://b"));
    for without_host in ["/echo", "//host/echo", "?a", "#a", ""] {
        check(without_host, None);
    }
}

#[test]
fn a_download_is_called_as_the_path_ends() {
    #[track_caller]
    fn check(typed: &str, expected: Option<&str>) {
        assert_eq!(file_name(typed), expected, "{typed}");
    }
    check("https://example.org/a/b.iso?x=/c#/d", Some("b.iso"));
    check("localhost:8000/b.iso?next=http://x.org/", Some("b.iso"));
    check("localhost/a://b", Some("b"));
    for nameless in
        ["example.org", "http://example.org", "http://example.org/", "x.org/..", "x.org/a:b", "x.org/a\\b"]
    {
        check(nameless, None);
    }
}
