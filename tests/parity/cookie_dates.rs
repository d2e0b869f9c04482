//! The cookie dates of the http-state suite.

use http_cookies::parse_cookie_date;
use support::suites;

#[test]
fn suites_every_cookie_date_is_read_as_the_suite_says() {
    let file = suites::read("http-state-dates.json").unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 70);
    for case in cases {
        let text = suites::bytes(&case["text"]).unwrap();
        assert_eq!(parse_cookie_date(&text), case["expected"].as_i64(), "{}", case["text"]);
    }
}
