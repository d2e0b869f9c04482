//! Accept fields in tables.

use super::{asks_for_html, is_compressible, prefers_json};
use http_proto::Headers;

#[track_caller]
fn check(accept: &str, json: bool, html: bool) {
    let mut headers = Headers::new();
    headers.append("Accept", accept).unwrap();
    assert_eq!((prefers_json(&headers), asks_for_html(&headers)), (json, html), "{accept}");
}

#[test]
fn the_most_specific_range_decides_and_a_tie_goes_to_html() {
    check("application/json", true, false);
    check("*/*", false, false);
    check("text/html", false, true);
    check("text/html, application/json", false, true);
    check("text/html;q=0.9, application/json", true, true);
    check("application/*, text/html;q=0.1", true, true);
    check("application/*;q=0.1, text/*;q=0.2", false, false);
    check("*/*, application/json;q=0", false, false);
    check("*/*, text/html;q=0", true, false);
    check("APPLICATION/JSON;charset=utf-8", true, false);
    check("nonsense", false, false);
    check("", false, false);
    let none = Headers::new();
    assert!(!prefers_json(&none) && !asks_for_html(&none));
}

#[test]
fn text_and_what_is_text_within_is_compressible() {
    for yes in [
        "text/html; charset=utf-8",
        "image/svg+xml",
        "application/json",
        "application/wasm",
        "application/ld+json",
    ] {
        assert!(is_compressible(yes), "{yes}");
    }
    for no in ["image/png", "application/gzip", "video/mp4", "application/octet-stream", "font/woff2"] {
        assert!(!is_compressible(no), "{no}");
    }
}
