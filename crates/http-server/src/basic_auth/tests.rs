//! Who is let in, row by row.

use super::{BasicAuth, base64, same};
use crate::request::Request;
use crate::response::Response;
use crate::testing;
use http_proto::StatusCode;

fn who(request: &mut Request<'_>) -> Response {
    Response::text(BasicAuth::user_of(request).unwrap_or("nobody").to_owned())
}

fn garden() -> BasicAuth<impl crate::handler::Handler> {
    BasicAuth::new(who, "garden")
        .unwrap()
        .user("ada", "pässword:1")
        .user("bob", "")
        .check(|name, password| name == "eve" && password == "asked")
}

/// `None` for whoever is refused.
#[track_caller]
fn check(fields: &[&str], user: Option<&str>) {
    let mut request = testing::get("/");
    for field in fields {
        request = request.with_header("Authorization", field);
    }
    let answer = request.send_to(&garden());
    if let Some(user) = user {
        assert_eq!(answer.text(), user, "{fields:?}");
        return;
    }
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{fields:?}");
    let challenge = answer.headers().get("WWW-Authenticate").unwrap();
    assert_eq!(challenge, "Basic realm=\"garden\", charset=\"UTF-8\"");
}

#[test]
fn those_who_are_known_are_let_in_by_name() {
    check(&["Basic YWRhOnDDpHNzd29yZDox"], Some("ada"));
    check(&["bAsIc   YWRhOnDDpHNzd29yZDox"], Some("ada"));
    check(&["Basic Ym9iOg=="], Some("bob"));
    check(&["Basic Ym9iOg"], Some("bob"));
    check(&["Basic ZXZlOmFza2Vk"], Some("eve"));
}

#[test]
fn all_others_are_asked_for_their_name() {
    check(&[], None);
    check(&["Basic"], None);
    check(&["Basic "], None);
    check(&["Bearer YWRhOnDDpHNzd29yZDox"], None);
    check(&["BasicYWRhOnDDpHNzd29yZDox"], None);
    // Twice, so nobody knows which.
    check(&["Basic Ym9iOg==", "Basic Ym9iOg=="], None);
    // A wrong password, one that is longer or shorter, another's password, a wrong name.
    for wrong in [
        "YWRhOnDDpHNzd29yZDoy",
        "YWRhOnDDpHNzd29yZDoxMQ==",
        "YWRhOnDDpHNzd29yZDo=",
        "YWRhOg==",
        "Ym9iOnDDpHNzd29yZDox",
        "YWRiOnDDpHNzd29yZDox",
        // No colon, no base64, no UTF-8, bits behind the end.
        "YWRh",
        "YWRh!OnD",
        "/////zox",
        "Ym9iOh==",
        "Ym9iO",
    ] {
        check(&[&format!("Basic {wrong}")], None);
    }
}

#[test]
fn a_realm_is_quoted_and_cannot_break_the_field() {
    let challenge = |realm| {
        let handler = BasicAuth::new(who, realm).unwrap();
        testing::get("/").send_to(&handler).headers().get("WWW-Authenticate").unwrap().as_bytes().to_vec()
    };
    assert_eq!(challenge("a\"b\\c"), br#"Basic realm="a\"b\\c", charset="UTF-8""#);
    assert_eq!(challenge("ä"), "Basic realm=\"ä\", charset=\"UTF-8\"".as_bytes());
    assert!(BasicAuth::new(who, "a\r\nX: y").is_err());
    assert!(BasicAuth::new(who, "a\0").is_err());
}

#[test]
fn nothing_secret_is_shown() {
    let shown = format!("{:?}", BasicAuth::new((), "garden").unwrap().user("ada", "secret"));
    assert!(!shown.contains("secret") && !shown.contains("ada"), "{shown}");
}

#[test]
fn comparing_looks_at_every_byte() {
    for (sent, right, expected) in [
        ("", "", true),
        ("a", "a", true),
        ("a", "b", false),
        ("ab", "a", false),
        ("a", "ab", false),
        ("a\0", "a", false),
    ] {
        assert_eq!(same(sent, right), expected, "{sent:?} {right:?}");
    }
}

#[test]
fn base64_has_one_form_for_each_text() {
    for (text, bytes) in [
        ("", Some(&b""[..])),
        ("Zg==", Some(b"f")),
        ("Zm8=", Some(b"fo")),
        ("Zm8", Some(b"fo")),
        ("Zm9vYmFy", Some(b"foobar")),
        ("//79", Some(b"\xff\xfe\xfd")),
        ("Zh==", None),
        ("Zg=", None),
        ("Z", None),
        ("Zg==Zg==", None),
        ("Zm9=v", None),
        ("=", None),
        ("Z g=", None),
        ("_-8=", None),
    ] {
        assert_eq!(base64::decode(text.as_bytes()).as_deref(), bytes, "{text}");
    }
}
