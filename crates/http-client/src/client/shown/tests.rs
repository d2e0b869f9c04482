//! What is left of a URL.

use super::*;

#[test]
fn a_url_is_shown_without_its_query_and_its_user() {
    #[track_caller]
    fn check(url: &str, expected: &str) {
        assert_eq!(Shown(&Url::parse(url).unwrap()).to_string(), expected);
    }
    check("http://a.test/", "http://a.test/");
    check("https://joe:pw@a.test:8443/p/q?token=1#f", "https://a.test:8443/p/q?[hidden]");
    check("http://[::1]:81/?", "http://[::1]:81/?[hidden]");
}

#[test]
fn fields_with_urls_are_shown_without_queries() {
    let mut headers = Headers::new();
    headers.append("location", "/next?code=1").unwrap();
    headers.append("X-Query", "a?b").unwrap();
    let mut expected = Headers::new();
    expected.append("location", "/next?[hidden]").unwrap();
    expected.append("X-Query", "a?b").unwrap();
    assert_eq!(format!("{:?}", ShownFields(&headers)), format!("{expected:?}"));
}
