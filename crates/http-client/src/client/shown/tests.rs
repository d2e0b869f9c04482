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
fn fields_with_urls_are_shown_without_secrets() {
    #[track_caller]
    fn check(name: &str, value: &str, expected: &str) {
        let (mut headers, mut shown) = (Headers::new(), Headers::new());
        headers.append(name, value).unwrap();
        shown.append(name, expected).unwrap();
        assert_eq!(format!("{:?}", ShownFields(&headers)), format!("{shown:?}"));
    }
    check("location", "/next?code=1", "/next?[hidden]");
    check("Location", "https://a.test/cb#access_token=1", "https://a.test/cb?[hidden]");
    check("Location", "https://joe:pw@a.test/p@q", "https://a.test/p@q");
    check("Location", "//joe@pw@a.test", "//a.test");
    check("Referer", "https://a.test/", "https://a.test/");
    check("Refresh", "0; url=http://joe:pw@a.test/?x", "0; url=http://a.test/?[hidden]");
    check("X-Query", "a?b#c//d@e", "a?b#c//d@e");
}
