//! Credentials in tables.

use super::{Credentials, WithAuth, base64, same};
use httpkit::server::{Request, Response, testing};

#[test]
fn base64_is_that_of_the_rfc() {
    for (text, encoded) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(base64(text.as_bytes()), encoded, "{text}");
    }
}

#[test]
fn equal_is_only_what_is_equal() {
    for (sent, wanted, equal) in [
        ("", "", true),
        ("a", "a", true),
        ("a", "b", false),
        ("a", "ab", false),
        ("ab", "a", false),
        ("", "a", false),
    ] {
        assert_eq!(same(sent.as_bytes(), wanted.as_bytes()), equal, "{sent} {wanted}");
    }
}

fn credentials(text: &str) -> Option<Credentials> {
    Credentials::parse(&text.into())
}

#[test]
fn a_user_may_not_be_empty_and_a_password_may_hold_colons() {
    assert!(credentials("user").is_none());
    assert!(credentials(":x").is_none());
    assert!(credentials("user:").is_some());
    let credentials = credentials("Aladdin:open:sesame").unwrap();
    assert!(credentials.are_in(format!("Basic {}", base64(b"Aladdin:open:sesame")).as_bytes()));
    assert_eq!(format!("{credentials:?}"), "Credentials([hidden])");
}

#[test]
fn only_the_right_credentials_reach_the_handler() {
    let handler = |_: &mut Request<'_>| Response::text("inside");
    let locked = WithAuth::new(handler, credentials("Aladdin:open sesame").unwrap());
    let status = |value: &str| {
        testing::get("/").with_header("Authorization", value).send_to(&locked).status().as_u16()
    };
    assert_eq!(status("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), 200);
    assert_eq!(status("basic  QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), 200);
    for wrong in [
        "",
        "Basic",
        "Basic ",
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=",
        "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    ] {
        assert_eq!(status(wrong), 401, "{wrong:?}");
    }
    let answer = testing::get("/").send_to(&locked);
    assert!(answer.headers().contains("WWW-Authenticate") && !answer.text().contains("inside"));
}
