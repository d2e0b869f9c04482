//! Tests of `observer.rs`.

use super::redacted;

#[test]
fn credentials_and_cookies_are_hidden() {
    let head = b"GET /a:b HTTP/1.1\r\nHost: x\r\nAUTHORIZATION: Basic abc\r\ncookie: a=b\r\nProxy-Authorization: c\r\nX: y\r\n\r\n";
    let expected = "GET /a:b HTTP/1.1\r\nHost: x\r\nAUTHORIZATION: [hidden]\r\ncookie: [hidden]\r\nProxy-Authorization: [hidden]\r\nX: y\r\n\r\n";
    assert_eq!(redacted(head), expected);
}
