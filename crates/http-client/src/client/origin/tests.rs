//! Tests of origins and of what is stripped.

use super::*;

#[test]
fn an_origin_is_scheme_host_and_port() {
    #[track_caller]
    fn check(one: &str, other: &str, same: bool) {
        let (one, other) = (Url::parse(one).unwrap(), Url::parse(other).unwrap());
        assert_eq!(same_origin(&one, &other), same);
        assert_eq!(same_origin(&other, &one), same);
    }
    check("http://a.test/x", "http://a.test/y?z", true);
    check("http://a.test/", "http://a.test:80/", true);
    check("https://a.test/", "https://a.test:443/", true);
    check("http://A.test/", "http://a.TEST/", true);
    check("http://u:p@a.test/", "http://a.test/", true);
    check("http://a.test/", "http://a.test:8080/", false);
    check("http://a.test/", "https://a.test/", false);
    check("http://a.test:443/", "https://a.test/", false);
    check("http://a.test/", "http://b.test/", false);
    check("http://a.test/", "http://x.a.test/", false);
    check("http://127.0.0.1/", "http://0x7f.1/", true);
    check("http://[::1]/", "http://[0:0::1]/", true);
    check("http://[::1]/", "http://127.0.0.1/", false);
}

fn list(fields: &[(&str, &str)]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.append(name, value).unwrap();
    }
    headers
}

#[test]
fn another_origin_gets_no_credentials_in_any_spelling() {
    let mut headers = list(&[
        ("AUTHORIZATION", "a"),
        ("Accept", "b"),
        ("cookie", "c"),
        ("hOst", "d"),
        ("proxy-authorization", "e"),
        ("x-api-key", "f"),
        ("X-Other", "g"),
    ]);
    strip_for_other_origin(&mut headers, &["X-Api-Key".to_owned()]);
    assert_eq!(headers, list(&[("Accept", "b"), ("X-Other", "g")]));
}

#[test]
fn without_content_no_field_describes_it() {
    let mut headers = list(&[
        ("Content-Length", "1"),
        ("content-type", "a/b"),
        ("CONTENT-MD5", "x"),
        ("Transfer-Encoding", "chunked"),
        ("Expect", "100-continue"),
        ("Trailer", "x"),
        ("Accept", "b"),
        ("Contents", "kept"),
    ]);
    strip_for_no_content(&mut headers);
    assert_eq!(headers, list(&[("Accept", "b"), ("Contents", "kept")]));
}
