//! The connection against scripted peers: bytes out, answers in, and what is left of the connection.

use super::HttpConnection;
use super::sending::RequestOptions;
use crate::authority::Authority;
use crate::body::Body;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind};
use crate::state::State;
use crate::testing::{FakeClock, Recording, Script, ScriptedConnector};
use crate::timeouts::{Limit, Timeouts};
use crate::transport::Transport;
use http_proto::{CloseReason, Headers};
use std::io::{BufRead, Read};
use std::time::Duration;

mod receiving;
mod sending;
mod steps;

/// A connection to `example.org` that follows a script.
pub(super) fn scripted(script: Script) -> (HttpConnection, Recording) {
    let (transport, recording) = script.build();
    (HttpConnection::from_transport(transport, "example.org").unwrap(), recording)
}

pub(super) fn fields(pairs: &[(&str, &str)]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in pairs {
        headers.append(name, value).unwrap();
    }
    headers
}

pub(super) const GET: &str = "GET / HTTP/1.1\r\nHost: example.org\r\nAccept-Encoding: identity\r\n\r\n";

/// Sends a GET to a peer that answers with `answer` and ends: content, and what became of the connection.
#[track_caller]
pub(super) fn get(answer: &[u8]) -> (Result<Vec<u8>, ErrorKind>, Result<(), CloseReason>) {
    let (mut connection, _) = scripted(Script::new().expect(GET).reply(answer).end());
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let content = match connection.get_response() {
        Ok(mut response) => response.read_all(1 << 20),
        Err(error) => Err(error),
    };
    (content.map_err(Error::into_kind), connection.is_reusable())
}

#[test]
fn a_second_request_goes_over_the_same_transport() {
    let script = Script::new()
        .expect(GET)
        .reply("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
        .expect(GET)
        .reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n");
    let (mut connection, recording) = scripted(script);
    for content in [b"a", b"b"] {
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        assert_eq!(connection.get_response().unwrap().read_all(9).unwrap(), content);
        assert_eq!(connection.is_reusable(), Ok(()));
    }
    assert_eq!(recording.check(), Ok(()));
    assert_eq!(recording.writes().len(), 2, "one write a request");
    assert_eq!(recording.reads(), 2, "one read an answer");
}

#[test]
fn a_connection_that_was_closed_opens_again_by_itself() {
    let answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let (connector, recordings) =
        ScriptedConnector::new((0..2).map(|_| Script::new().expect(GET).reply(answer)));
    let mut connection = HttpConnection::builder("example.org").connector(connector).build().unwrap();
    for recording in &recordings {
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        assert_eq!(connection.get_response().unwrap().status(), 200);
        assert_eq!(connection.is_reusable(), Err(CloseReason::PeerAsked));
        assert_eq!(recording.check(), Ok(()));
        assert!(recording.is_closed());
    }
}

#[test]
fn without_auto_open_a_closed_connection_stays_closed() {
    let (connector, _) = ScriptedConnector::new([Script::new()]);
    let mut connection =
        HttpConnection::builder("example.org").connector(connector).auto_open(false).build().unwrap();
    let error = connection.request("GET", "/", (), &Headers::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotConnected));
    connection.connect().unwrap();
    assert!(connection.is_open());
}

#[test]
fn a_given_transport_cannot_be_opened_twice() {
    let (mut connection, _) = scripted(Script::new());
    connection.connect().unwrap();
    connection.close();
    assert!(matches!(connection.connect().unwrap_err().kind(), ErrorKind::NotConnected));
}

#[test]
fn a_transport_that_the_peer_closed_while_idle_is_not_used_again() {
    let clock = FakeClock::new();
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let (connector, recordings) = ScriptedConnector::new([
        Script::new().expect(GET).reply(answer).end(),
        Script::new().expect(GET).reply(answer),
    ]);
    let mut connection =
        HttpConnection::builder("example.org").connector(connector).clock(clock.clone()).build().unwrap();
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let _ = connection.get_response().unwrap();
    clock.advance(Duration::from_secs(2));
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    assert_eq!(connection.get_response().unwrap().status(), 200);
    assert_eq!(recordings[1].check(), Ok(()));
}

#[test]
fn a_request_that_may_not_be_sent_twice_never_goes_to_a_closed_transport() {
    #[track_caller]
    fn check(method: &str, looks: bool) {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        let (connector, recordings) = ScriptedConnector::new([
            Script::new().expect(GET).reply(answer).end(),
            Script::new().reply(answer),
        ]);
        let clock = FakeClock::new();
        let mut connection =
            HttpConnection::builder("example.org").connector(connector).clock(clock).build().unwrap();
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        let _ = connection.get_response().unwrap();
        let sent = connection.request(method, "/", (), &Headers::new());
        assert_eq!(sent.and_then(|()| connection.get_response().map(drop)).is_ok(), looks, "{method}");
        assert_eq!(recordings[1].writes().is_empty(), !looks, "{method}");
    }
    check("POST", true);
    check("PATCH", true);
    check("PUT", true);
    check("GET", false);
    check("HEAD", false);
}

#[test]
fn bytes_that_nobody_asked_for_end_the_connection() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n";
    let (content, reusable) = get(answer);
    assert_eq!(content.unwrap(), b"a");
    assert_eq!(reusable, Err(CloseReason::UnaskedBytes));
}

#[test]
fn a_failed_request_leaves_nothing_behind() {
    let (mut connection, recording) =
        scripted(Script::new().expect(GET).reply("HTTP/1.1 204 No Content\r\n\r\n"));
    connection.put_request("POST", "/secret").unwrap();
    connection.put_header("X-Bad", "a\r\nb: c").unwrap_err();
    assert_eq!(connection.state(), State::RequestStarted);
    connection.abandon().unwrap();
    connection.request("GET /", "/", (), &Headers::new()).unwrap_err();
    connection.request("GET", "/a b", (), &Headers::new()).unwrap_err();
    connection.request("GET", "/", (), &fields(&[("Content-Length", "x")])).unwrap_err();
    assert_eq!(connection.state(), State::Idle);
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    assert_eq!(connection.get_response().unwrap().status(), 204);
    assert_eq!(recording.check(), Ok(()));
}

#[test]
fn reading_line_by_line_crosses_chunks() {
    let script = Script::new().expect(GET).reply(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n2\r\ntw\r\n4\r\no\nth\r\n3\r\nree\r\n0\r\n\r\n",
    );
    let (mut connection, _) = scripted(script);
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let lines: Vec<_> = connection.get_response().unwrap().lines().map(Result::unwrap).collect();
    assert_eq!(lines, ["one", "two", "three"]);
    assert_eq!(connection.is_reusable(), Ok(()));
}

#[test]
fn each_timeout_is_named_and_closes_the_connection() {
    #[track_caller]
    fn check(timeouts: Timeouts, script: Script, limit: Limit) {
        let clock = FakeClock::new();
        let (connector, recordings) = ScriptedConnector::new([script.clock(&clock)]);
        let mut connection = HttpConnection::builder("example.org")
            .connector(connector)
            .clock(clock.clone())
            .timeouts(timeouts)
            .build()
            .unwrap();
        let outcome = connection.request("GET", "/", (), &Headers::new()).and_then(|()| {
            let mut content = Vec::new();
            connection
                .get_response()?
                .read_to_end(&mut content)
                .map_err(|error| Error::from_io(error).unwrap())
        });
        let error = outcome.unwrap_err();
        assert_eq!(error.timeout(), Some(limit), "{error:#}");
        assert_eq!(connection.state(), State::Idle);
        assert_eq!(connection.is_reusable(), Err(CloseReason::TimedOut));
        assert!(recordings[0].is_closed());
    }
    let second = Duration::from_secs(1);
    let all = Timeouts::all(second);
    let long = 10 * second;
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
    check(all, Script::new().delay(long).expect(GET), Limit::Write);
    check(all, Script::new().expect(GET).delay(long).reply(head), Limit::FirstByte);
    check(all, Script::new().expect(GET).reply("HTTP/1.1 2").delay(long), Limit::BetweenBytes);
    check(all, Script::new().expect(GET).reply(head).reply("x").delay(long), Limit::BetweenBytes);
    let mut slow = Script::new().expect(GET).reply(head);
    for _ in 0..8 {
        slow = slow.delay(second / 2).reply("x");
    }
    check(all.total(Some(3 * second)), slow, Limit::Total);
    check(Timeouts::NONE.total(Some(second)), Script::new().expect(GET).delay(long), Limit::Total);
    check(all.first_byte(Some(Duration::ZERO)), Script::new().expect(GET).reply(head), Limit::FirstByte);
    check(all.write(Some(Duration::ZERO)), Script::new().expect(GET).reply(head), Limit::Write);
    let interrupted = Script::new().expect(GET).delay(second / 2).interrupt().delay(long);
    check(all, interrupted, Limit::FirstByte);
}

#[test]
fn opening_a_connection_takes_no_longer_than_the_total() {
    let second = Duration::from_secs(1);
    let clock = FakeClock::new();
    // 600 ms for the address, and 600 ms for each word of the proxy.
    let (slow, timer) = (Duration::from_millis(600), clock.clone());
    let connector = move |_: &Authority, _| {
        timer.advance(slow);
        let script = Script::new().expect("CONNECT a.b:80 HTTP/1.1\r\nHost: a.b:80\r\n\r\n");
        let script = script.delay(slow).reply("HTTP/1.1 200 OK\r\n").delay(slow).reply("\r\n").clock(&timer);
        Ok(Box::new(script.build().0) as Box<dyn Transport>)
    };
    for limit in [Timeouts::NONE, Timeouts::DEFAULT] {
        let mut connection = HttpConnection::builder("proxy.example")
            .connector(connector.clone())
            .clock(clock.clone())
            .timeouts(limit.total(Some(second)))
            .build()
            .unwrap();
        connection.set_tunnel("a.b", &Headers::new()).unwrap();
        for with_request in [false, true] {
            let begun = clock.now();
            let opened = if with_request {
                connection.request("GET", "/", (), &Headers::new())
            } else {
                connection.connect()
            };
            let error = opened.unwrap_err();
            assert_eq!(error.timeout(), Some(Limit::Total), "{error:#}");
            assert_eq!(clock.now().saturating_duration_since(begun), second);
        }
    }
}

#[test]
fn of_two_timeouts_the_earlier_one_is_named() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
    let (short, long, longer) = (Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(60));
    let none = Timeouts::NONE;
    let write = |limit| (none.write(limit), Limit::Write);
    let first_byte = |limit| (none.first_byte(limit), Limit::FirstByte);
    let between_bytes = |limit| (none.between_bytes(limit), Limit::BetweenBytes);
    let total = |limit| (none.total(limit), Limit::Total);
    let steps: [&dyn Fn(Option<Duration>) -> (Timeouts, Limit); 4] =
        [&write, &first_byte, &between_bytes, &total];
    let stalls = |limit: Limit| match limit {
        Limit::Write => Script::new().delay(longer).expect(GET),
        Limit::FirstByte => Script::new().expect(GET).delay(longer).reply(head),
        _ => Script::new().expect(GET).reply(head).delay(longer),
    };
    for (at, one) in steps.iter().enumerate() {
        for other in steps.iter().skip(at + 1) {
            for one_is_short in [true, false] {
                let (first, first_limit) = one(Some(if one_is_short { short } else { long }));
                let (second, second_limit) = other(Some(if one_is_short { long } else { short }));
                let both = Timeouts {
                    write: first.write.or(second.write),
                    first_byte: first.first_byte.or(second.first_byte),
                    between_bytes: first.between_bytes.or(second.between_bytes),
                    total: first.total.or(second.total),
                    ..none
                };
                // Where both run, the shorter one ends it; a step's own timeout knows nothing of another step.
                for stalled in [first_limit, second_limit] {
                    let expected = match (stalled, first_limit, second_limit) {
                        (_, step, Limit::Total) if one_is_short => step,
                        (_, _, Limit::Total) => Limit::Total,
                        (stalled, ..) => stalled,
                    };
                    let stalled = if second_limit == Limit::Total { first_limit } else { stalled };
                    let clock = FakeClock::new();
                    let (connector, _) = ScriptedConnector::new([stalls(stalled).clock(&clock)]);
                    let mut connection = HttpConnection::builder("example.org")
                        .connector(connector)
                        .clock(clock.clone())
                        .timeouts(both)
                        .build()
                        .unwrap();
                    let outcome = connection
                        .request("GET", "/", (), &Headers::new())
                        .and_then(|()| connection.get_response()?.read_all(9));
                    let error = outcome.unwrap_err();
                    assert_eq!(error.timeout(), Some(expected), "{both:?} {stalled:?}: {error:#}");
                }
            }
        }
    }
}

#[test]
fn timeouts_that_do_not_change_are_set_once() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na";
    let mut script = Script::new();
    for _ in 0..4 {
        script = script.expect(GET).reply(answer);
    }
    let (connector, recordings) = ScriptedConnector::new([script]);
    let mut connection = HttpConnection::builder("example.org").connector(connector).build().unwrap();
    for _ in 0..4 {
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        let _ = connection.get_response().unwrap().read_all(9).unwrap();
    }
    assert_eq!(recordings[0].timeouts_set(), 2);
}

#[test]
fn a_huge_timeout_is_no_timeout() {
    let (connector, _) =
        ScriptedConnector::new([Script::new().expect(GET).reply("HTTP/1.1 204 No Content\r\n\r\n")]);
    let mut connection = HttpConnection::builder("example.org")
        .connector(connector)
        .timeouts(Timeouts::all(Duration::MAX).total(Some(Duration::MAX)))
        .build()
        .unwrap();
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    assert_eq!(connection.get_response().unwrap().status(), 204);
}

#[test]
fn a_connection_can_go_to_another_thread() {
    fn check<T: Send>() {}
    check::<HttpConnection>();
    check::<crate::response::Response<'_>>();
    check::<crate::upgraded::Upgraded>();
    check::<Error>();
}

#[test]
fn body_kinds_know_their_length() {
    assert_eq!(Body::from("é").len(), Some(2));
    assert_eq!(Body::from(()).len(), Some(0));
    assert_eq!(Body::from(Some(b"abc")).len(), Some(3));
    assert_eq!(Body::reader(&b"abc"[..]).len(), None);
    assert_eq!(Body::sized_reader(&b"abc"[..], 2).len(), Some(2));
    assert_eq!(
        RequestOptions::new().skip_host().skip_accept_encoding(),
        RequestOptions { skip_host: true, skip_accept_encoding: true, encode_chunked: false }
    );
}

#[cfg(feature = "client")]
#[test]
fn a_time_that_was_told_for_one_exchange_does_not_count_in_the_next() {
    let clock = FakeClock::new();
    let second = Duration::from_secs(1);
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na";
    let script = Script::new().clock(&clock).expect(GET).reply(answer).interrupt().expect(GET).reply(answer);
    let (transport, recording) = script.build();
    let mut connection = HttpConnection::builder("example.org")
        .transport(transport)
        .clock(clock.clone())
        .timeouts(Timeouts::NONE.write(Some(second)))
        .build()
        .unwrap();
    for _ in 0..2 {
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        connection.read_answer().unwrap();
        connection.note_now(clock.now());
        let mut content = [0; 2];
        assert_eq!(connection.read_content(&mut content).unwrap(), 1);
        clock.advance(10 * second);
    }
    assert_eq!(recording.check(), Ok(()));
}
