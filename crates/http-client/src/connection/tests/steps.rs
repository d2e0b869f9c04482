//! Tests of `connection/steps.rs`: the typed door sends the same bytes, and a dropped step leaves nothing behind.

use super::{GET, fields, scripted};
use crate::connection::steps::{BodyLength, Continue};
use crate::error::ErrorKind;
use crate::state::State;
use crate::testing::Script;
use http_proto::CloseReason;
use std::io::Write;
use std::time::Duration;

const HEAD: &str = "PUT / HTTP/1.1\r\nHost: example.org\r\nAccept-Encoding: identity\r\n";
const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

#[test]
fn a_request_without_content_is_one_line() {
    let (mut connection, recording) = scripted(Script::new().expect(GET).reply(NO_CONTENT));
    let response = connection.start("GET", "/").unwrap().send().unwrap().response().unwrap();
    assert_eq!(response.status(), 204);
    drop(response);
    assert_eq!(recording.check(), Ok(()));
}

#[test]
fn a_body_is_framed_and_sent_with_the_head() {
    let expected = format!("{HEAD}X: y\r\nContent-Length: 2\r\n\r\nhi");
    let (mut connection, recording) = scripted(Script::new().expect(expected).reply(NO_CONTENT));
    let head = connection.start("PUT", "/").unwrap().headers(&fields(&[("X", "y")])).unwrap();
    assert_eq!(head.send_body("hi").unwrap().response().unwrap().status(), 204);
    assert_eq!(recording.check(), Ok(()));
    assert_eq!(recording.writes().len(), 1);
}

#[test]
fn content_is_written_piece_by_piece_with_trailers() {
    let expected =
        format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\nX-Sum: 6\r\n\r\n");
    let (mut connection, recording) = scripted(Script::new().expect(expected).reply(NO_CONTENT));
    let mut body = connection.start("PUT", "/").unwrap().body(BodyLength::Chunked).unwrap();
    body.write_all(b"a").unwrap();
    body.write_all(b"bc").unwrap();
    let awaiting = body.finish_with_trailers(&fields(&[("X-Sum", "6")])).unwrap();
    assert_eq!(awaiting.response().unwrap().status(), 204);
    assert_eq!(recording.check(), Ok(()));
}

#[test]
fn an_exact_length_is_held() {
    let (mut connection, recording) = scripted(Script::new());
    let mut body = connection.start("PUT", "/").unwrap().body(BodyLength::Exact(3)).unwrap();
    assert_eq!(body.remaining_bytes(), Some(3));
    body.write_all(b"ab").unwrap();
    assert_eq!(body.remaining_bytes(), Some(1));
    let error = body.finish().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error:#}");
    assert_eq!(connection.is_reusable(), Err(CloseReason::UnfinishedMessage));
    assert!(recording.is_closed());
}

#[test]
fn a_step_that_is_dropped_before_anything_was_sent_leaves_the_connection_as_it_was() {
    let (mut connection, recording) = scripted(Script::new().expect(GET).reply(NO_CONTENT));
    connection.connect().unwrap();
    drop(connection.start("PUT", "/x").unwrap().header("A", "b").unwrap());
    drop(connection.start("PUT", "/x").unwrap().body(BodyLength::Exact(3)).unwrap());
    assert!(connection.start("PUT", "/x").unwrap().header("A\n", "b").is_err());
    let both = fields(&[("Content-Length", "2")]);
    assert!(
        connection.start("PUT", "/x").unwrap().headers(&both).unwrap().body(BodyLength::Chunked).is_err()
    );
    assert!(connection.start("PUT", "/x").unwrap().headers(&both).unwrap().send().is_err());
    assert_eq!((connection.state(), connection.is_reusable()), (State::Idle, Ok(())));
    assert_eq!(connection.start("GET", "/").unwrap().send().unwrap().response().unwrap().status(), 204);
    assert_eq!(recording.check(), Ok(()));
}

#[test]
fn a_step_that_is_dropped_later_closes_the_connection() {
    let (mut connection, recording) = scripted(Script::new());
    let mut body = connection.start("PUT", "/").unwrap().body(BodyLength::Exact(3)).unwrap();
    body.write_all(b"a").unwrap();
    drop(body);
    assert_eq!(connection.state(), State::Idle);
    assert!(recording.is_closed());
    let (mut connection, recording) = scripted(Script::new());
    drop(connection.start("GET", "/").unwrap().send().unwrap());
    assert!(recording.is_closed());
}

#[test]
fn interim_answers_come_one_at_a_time() {
    let answers = "HTTP/1.1 102 A\r\n\r\nHTTP/1.1 103 B\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na";
    let (mut connection, _) = scripted(Script::new().expect(GET).reply_in_pieces(answers, 7));
    let mut awaiting = connection.start("GET", "/").unwrap().send().unwrap();
    let mut seen = Vec::new();
    while let Some(head) = awaiting.informational().unwrap() {
        seen.push(head.status.as_u16());
    }
    assert!(awaiting.informational().unwrap().is_none());
    assert_eq!(seen, [102, 103]);
    assert_eq!(awaiting.response().unwrap().read_all(9).unwrap(), b"a");
}

#[test]
fn leave_to_send_is_given_or_refused() {
    let asked = format!("{HEAD}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    let wait = Duration::from_secs(1);
    let script =
        Script::new().expect(&asked).reply("HTTP/1.1 100 Continue\r\n\r\n").expect("hi").reply(NO_CONTENT);
    let (mut connection, recording) = scripted(script);
    let step = connection.start("PUT", "/").unwrap().expect_continue(BodyLength::Exact(2), wait).unwrap();
    let Continue::Send(mut body) = step else { panic!("{step:?}") };
    body.write_all(b"hi").unwrap();
    assert_eq!(body.finish().unwrap().response().unwrap().status(), 204);
    assert_eq!(recording.check(), Ok(()));

    let script = Script::new().expect(&asked).reply("HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno");
    let (mut connection, _) = scripted(script);
    let Continue::Refused(mut response) =
        connection.start("PUT", "/").unwrap().expect_continue(BodyLength::Exact(2), wait).unwrap()
    else {
        panic!("leave was given")
    };
    assert_eq!(response.status(), 401);
    assert_eq!(response.read_all(9).unwrap(), b"no");
    drop(response);
    assert_eq!(connection.is_reusable(), Err(CloseReason::UnfinishedMessage));
}

#[test]
fn writing_stops_at_an_early_answer_and_finish_leads_to_it() {
    let head = format!("{HEAD}Content-Length: 6\r\n\r\nabc");
    let script = Script::new().expect(head).reply("HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n");
    let (mut connection, _) = scripted(script);
    let mut body = connection.start("PUT", "/").unwrap().body(BodyLength::Exact(6)).unwrap();
    body.write_all(b"abc").unwrap();
    assert_eq!(body.write_all(b"def").unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
    assert_eq!(body.finish().unwrap().response().unwrap().status(), 413);
}
