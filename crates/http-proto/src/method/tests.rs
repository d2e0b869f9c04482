//! Tests of what is known of methods.

use super::MethodExt;
use http::Method;

#[test]
fn every_method_of_python_has_a_description() {
    for name in ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"] {
        let method: Method = name.parse().unwrap();
        assert!(method.description().ends_with('.'), "{name}");
    }
    assert_eq!(Method::from_bytes(b"BREW").unwrap().description(), "");
}

#[test]
fn methods_with_content_are_compared_in_their_exact_case() {
    for (name, want) in
        [("POST", true), ("PUT", true), ("PATCH", true), ("GET", false), ("DELETE", false), ("post", false)]
    {
        assert_eq!(name.parse::<Method>().unwrap().expects_content(), want, "{name}");
    }
}
