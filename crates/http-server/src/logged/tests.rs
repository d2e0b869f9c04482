//! Lines of the access log, byte for byte.

use super::{Asked, Entry, LogFormat, Logged};
use crate::clock;
use crate::delivery::Delivery;
use crate::error::Error;
use crate::request::Request;
use crate::response::Response;
use crate::testing;
use http_proto::StatusCode;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

fn entry(format: LogFormat) -> Entry {
    Entry {
        format,
        utc_offset_minutes: 0,
        when: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_330_830),
        peer: Some([127, 0, 0, 1].into()),
        user: None,
        asked: Asked::Whole {
            method: "GET".to_owned(),
            target: "/a\"\\.txt".to_owned(),
            version: "HTTP/1.1",
            referer: Some(b"http://x/\x1b[31m\"\xff".to_vec()),
            user_agent: None,
        },
    }
}

const SENT: Option<Delivery> = Some(Delivery { status: StatusCode::OK, content_bytes: 5, complete: true });

#[track_caller]
fn check(entry: &Entry, delivery: Option<Delivery>, expected: &str) {
    assert_eq!(entry.line(StatusCode::OK, delivery, clock::now()), expected);
}

#[test]
fn each_format_has_its_fields_and_its_escapes() {
    check(
        &entry(LogFormat::Python),
        SENT,
        r#"127.0.0.1 - - [22/Nov/2026 07:00:30] "GET /a"\\.txt HTTP/1.1" 200 5"#,
    );
    check(
        &entry(LogFormat::Common),
        None,
        r#"127.0.0.1 - - [22/Nov/2026:07:00:30 +0000] "GET /a\"\\.txt HTTP/1.1" 200 -"#,
    );
    check(
        &entry(LogFormat::Combined),
        SENT,
        r#"127.0.0.1 - - [22/Nov/2026:07:00:30 +0000] "GET /a\"\\.txt HTTP/1.1" 200 5 "http://x/\x1b[31m\"\xff" "-""#,
    );
    let json = entry(LogFormat::Json).line(StatusCode::OK, SENT, clock::now());
    assert!(
        json.starts_with(
            r#"{"time":1795330830.000,"peer":"127.0.0.1","user":null,"method":"GET","target":"/a\"\\.txt","#
        ),
        "{json}"
    );
    assert!(json.contains(r#""status":200,"bytes":5,"seconds":0."#), "{json}");
    assert!(json.contains("\"referer\":\"http://x/\\u001b[31m\\\"\u{fffd}\""), "{json}");
    assert!(json.ends_with(r#""user_agent":null}"#), "{json}");
}

#[test]
fn times_are_shown_where_they_are_wanted() {
    let mut east = entry(LogFormat::Common);
    east.utc_offset_minutes = 330;
    check(&east, SENT, r#"127.0.0.1 - - [22/Nov/2026:12:30:30 +0530] "GET /a\"\\.txt HTTP/1.1" 200 5"#);
    let mut west = entry(LogFormat::Common);
    west.utc_offset_minutes = -480;
    check(&west, SENT, r#"127.0.0.1 - - [21/Nov/2026:23:00:30 -0800] "GET /a\"\\.txt HTTP/1.1" 200 5"#);
}

/// The status and size of the line that a handler's answer gives.
#[track_caller]
fn check_logged<H: crate::handler::Handler>(handler: H, expected: &str) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    let logged = Logged::new(handler)
        .format(LogFormat::Common)
        .to_sink(move |line| kept.lock().unwrap().push(line.to_owned()));
    testing::get("/x").send_to(&logged);
    let lines = lines.lock().unwrap();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(line.ends_with(&format!("\"GET /x HTTP/1.1\" {expected}")), "{line}");
}

#[test]
fn every_answer_is_logged_once_with_what_was_sent() {
    check_logged(|_: &mut Request<'_>| Response::text("hello"), "200 5");
    check_logged(|_: &mut Request<'_>| Response::new(StatusCode::NO_CONTENT), "204 -");
    check_logged(
        |_: &mut Request<'_>| Response::stream("text/plain", |body| body.write_all(&[b'x'; 100_000])),
        "200 100000",
    );
    let page = crate::error_page::html(StatusCode::IM_A_TEAPOT, None, None).len();
    check_logged(
        |_: &mut Request<'_>| Err::<Response, _>(Error::Status(StatusCode::IM_A_TEAPOT)),
        &format!("418 {page}"),
    );
    check_logged(|_: &mut Request<'_>| -> Response { panic!("on purpose") }, "500 -");
}

#[test]
fn an_answer_whose_body_panics_is_logged_with_what_went_out() {
    check_logged(
        |_: &mut Request<'_>| {
            Response::stream("text/plain", |body| {
                body.write_all(b"abc")?;
                body.flush()?;
                panic!("on purpose")
            })
        },
        "200 3",
    );
}

#[test]
fn an_answer_that_the_server_puts_in_the_place_of_another_is_the_one_that_is_logged() {
    let page = crate::error_page::html(StatusCode::INTERNAL_SERVER_ERROR, None, None).len();
    let expected = format!("500 {page}");
    check_logged(|_: &mut Request<'_>| Response::text("x").with_header("X-A", "a\r\nX-B: 1"), &expected);
    check_logged(
        |_: &mut Request<'_>| Response::text(crate::body::Body::sized_reader(&b"abc"[..], 5)),
        &expected,
    );
    check_logged(|_: &mut Request<'_>| Response::stream("text/plain", |_| panic!("on purpose")), &expected);
    let refusal = crate::error_page::html(StatusCode::UPGRADE_REQUIRED, None, None).len();
    check_logged(|_: &mut Request<'_>| Response::upgrade("echo", drop), &format!("426 {refusal}"));
}

#[test]
fn who_was_let_in_is_named_where_a_format_has_room_for_it() {
    for (format, name, expected) in [
        (LogFormat::Common, "ada", "127.0.0.1 - ada ["),
        (LogFormat::Combined, "a b\"[", "127.0.0.1 - a\\x20b\\\"[ ["),
        (LogFormat::Json, "ada", "\"user\":\"ada\""),
        (LogFormat::Python, "ada", "127.0.0.1 - - ["),
    ] {
        let mut entry = entry(format);
        entry.user = Some(name.to_owned());
        let line = entry.line(StatusCode::OK, SENT, clock::now());
        assert!(line.contains(expected), "{line}");
    }
    let lines = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&lines);
    let locked = crate::basic_auth::BasicAuth::new(|_: &mut Request<'_>| Response::text("in"), "x").unwrap();
    let logged = Logged::new(locked.user("Aladdin", "open sesame"))
        .format(LogFormat::Common)
        .to_sink(move |line| kept.lock().unwrap().push_str(line));
    testing::get("/").with_header("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==").send_to(&logged);
    assert!(lines.lock().unwrap().starts_with("127.0.0.1 - Aladdin ["), "{lines:?}");
}

#[test]
fn an_answer_that_is_cut_is_logged_with_what_went_out() {
    let lines = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&lines);
    let cut = |_: &mut Request<'_>| {
        Response::stream("text/plain", |body| {
            body.write_all(b"abc")?;
            body.flush()?;
            Err(std::io::Error::other("on purpose"))
        })
    };
    let logged =
        Logged::new(cut).format(LogFormat::Json).to_sink(move |line| kept.lock().unwrap().push_str(line));
    let answer = testing::get("/").send_to(&logged);
    assert!(!answer.is_complete());
    let line = lines.lock().unwrap();
    assert!(line.contains(r#""bytes":3,"#) && line.contains(r#""complete":false"#), "{line}");
}
