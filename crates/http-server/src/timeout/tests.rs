//! What a time for a request does, and what it leaves to others.

use super::Timeout;
use crate::clock;
use crate::error::Error;
use crate::request::Request;
use crate::response::Response;
use crate::testing;
use std::io::Write;
use std::time::Duration;

fn late<A>(
    handler: impl Fn(&mut Request<'_>) -> A + Send + Sync,
) -> Timeout<impl Fn(&mut Request<'_>) -> A + Send + Sync> {
    Timeout::new(handler, Duration::ZERO)
}

#[test]
fn an_answer_in_time_is_sent_and_one_that_comes_too_late_becomes_503() {
    let hello = |_: &mut Request<'_>| Response::text("hello");
    let answer = testing::get("/").send_to(&Timeout::new(hello, Duration::from_secs(60)));
    assert_eq!(answer.text(), "hello");
    let answer = testing::get("/").send_to(&Timeout::new(hello, Duration::MAX));
    assert_eq!(answer.text(), "hello");
    let answer = testing::get("/").send_to(&late(hello));
    assert_eq!(answer.status(), 503);
    assert!(answer.is_complete());
}

#[test]
fn content_is_not_read_behind_the_deadline() {
    let read = |request: &mut Request<'_>| -> Result<Response, Error> {
        Ok(Response::text(request.read_to_vec(100_000)?))
    };
    // What is in the buffer already has arrived in time.
    let answer = testing::post("/", "x".repeat(100_000)).send_to(&late(read));
    assert_eq!(answer.status(), 408);
    assert!(answer.is_complete());
}

#[test]
fn a_stream_is_cut_at_the_deadline() {
    let stream = |request: &mut Request<'_>| {
        let until = request.deadline().unwrap();
        Response::stream("text/plain", move |body| {
            body.write_all(b"begun")?;
            body.flush()?;
            while clock::now() < until {
                std::hint::spin_loop();
            }
            body.write_all(b"never")?;
            body.flush()
        })
    };
    let answer = testing::get("/").send_to(&Timeout::new(stream, Duration::from_millis(300)));
    assert_eq!(answer.text(), "begun");
    assert!(!answer.is_complete());
}

#[test]
fn a_handler_can_look_at_its_deadline_and_the_earlier_of_two_holds() {
    let looks = |request: &mut Request<'_>| {
        let left = request.deadline().map(|until| until.saturating_duration_since(clock::now()));
        Response::text(format!("{:?}", left.map(|left| left.as_secs() / 10)))
    };
    assert_eq!(testing::get("/").send_to(&looks).text(), "None");
    let short = Timeout::new(Timeout::new(looks, Duration::from_secs(900)), Duration::from_secs(95));
    assert_eq!(testing::get("/").send_to(&short).text(), "Some(9)");
    let short = Timeout::new(Timeout::new(looks, Duration::from_secs(95)), Duration::from_secs(900));
    assert_eq!(testing::get("/").send_to(&short).text(), "Some(9)");
}

#[test]
fn the_next_request_of_the_connection_has_its_own_time() {
    let handler = |request: &mut Request<'_>| Response::text(request.deadline().is_some().to_string());
    let timed = Timeout::new(handler, Duration::from_secs(60));
    let both = move |request: &mut Request<'_>| match request.path() {
        "/timed" => crate::handler::Handler::handle(&timed, request),
        _ => Ok(handler(request)),
    };
    let mut connection = testing::connect(both);
    connection.send("GET /timed HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(connection.received().ends_with(b"true"));
    connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(connection.received().ends_with(b"false"));
}
