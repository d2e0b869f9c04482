//! What becomes of content of each kind: what follows it, how long it is, what `Debug` shows of it.

use super::Body;
use crate::request::Request;
use crate::response::Response;
use crate::testing;
use std::borrow::Cow;
use std::io::{Cursor, Write as _};
use std::sync::Arc;

/// `lead` in every form that content has, and how long that is known to be.
fn each_kind() -> Vec<(Body, &'static str, Option<u64>)> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"misleading").unwrap();
    vec![
        (Body::empty(), "", Some(0)),
        ("lead".into(), "lead", Some(4)),
        (b"lead"[..].into(), "lead", Some(4)),
        (String::from("lead").into(), "lead", Some(4)),
        (Cow::Borrowed("lead").into(), "lead", Some(4)),
        (Cow::<str>::Owned("lead".to_owned()).into(), "lead", Some(4)),
        (Arc::<[u8]>::from(&b"lead"[..]).into(), "lead", Some(4)),
        (Body::file(file, 3, 4), "lead", Some(4)),
        (Body::sized_reader(Cursor::new("leader"), 4), "lead", Some(4)),
        (Body::reader(Cursor::new("lead")), "lead", None),
        (Body::stream(|out| out.write_all(b"lead")), "lead", None),
    ]
}

/// What a client gets of it.
fn sent(body: Body) -> String {
    let body = std::sync::Mutex::new(body);
    let handler = move |_: &mut Request<'_>| {
        Response::content("text/plain", std::mem::take(&mut *body.lock().unwrap()))
    };
    testing::get("/").send_to(&handler).text()
}

#[test]
fn content_of_each_kind_is_sent_and_can_be_followed_by_more() {
    for (body, text, length) in each_kind() {
        let shown = format!("{body:?}");
        assert_eq!(body.length(), length, "{shown}");
        assert_eq!(sent(body), text, "{shown}");
    }
    for (body, text, length) in each_kind() {
        let shown = format!("{body:?}");
        let body = body.followed_by(&b", and more"[..]);
        assert_eq!(body.length(), length.map(|length| length + 10), "{shown}");
        assert_eq!(sent(body), format!("{text}, and more"), "{shown}");
    }
}

#[test]
fn nothing_follows_an_upgrade() {
    let mut answer = Response::upgrade("x", drop);
    let body = answer.take_body().followed_by(&b"more"[..]);
    assert_eq!((format!("{body:?}").as_str(), body.length()), ("Upgrade { length: None }", None));
}

#[test]
fn debug_text_of_content_shows_its_kind_and_length_alone() {
    for (body, ..) in each_kind() {
        let text = format!("{body:?}");
        assert!(text.contains("length: ") && !text.contains("lead"), "{text}");
    }
}
