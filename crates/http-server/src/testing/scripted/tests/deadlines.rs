//! A test for each deadline, by a clock that nobody waits for.

use super::{GET, hello, seconds};
use crate::clock;
use crate::connection::Connection;
use crate::error::{Error, HandlerError};
use crate::handler::Handler;
use crate::limits::{Limits, Timeouts};
use crate::listener::effective;
use crate::request::Request;
use crate::response::Response;
use crate::testing::{self, ScriptedConnection};
use std::io::Write;
use std::time::Duration;

#[cfg(feature = "tls")]
mod over_tls;

const POST: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n";
const CONTENT_BYTES: usize = 60_000;

/// A connection whose peer sends and takes so many bytes at a time, each time in a second.
fn slow<'h>(handler: impl Handler + 'h, timeouts: Timeouts, piece: Option<usize>) -> ScriptedConnection<'h> {
    let connection = testing::connect_with(handler, Limits::default(), timeouts);
    let stall = effective(timeouts.stall);
    connection.socket.set_timeouts(stall, stall).unwrap();
    connection.script().unwrap().tempo.piece = piece.map(|piece| (piece, seconds(1)));
    connection
}

/// How long `work` takes by the clock of this thread, to the second.
fn waited(work: impl FnOnce()) -> u64 {
    let before = clock::ahead();
    work();
    (clock::ahead() - before).as_secs()
}

/// The peer says this and takes so many bytes of the answer in each second, up to its end or that of the connection. How
/// many seconds that lasts, those included that the server waits for what the peer has said.
fn takes(connection: &mut ScriptedConnection<'_>, bytes: &[u8], piece: usize) -> u64 {
    connection.script().unwrap().tempo.room = Some(piece);
    let mut took = waited(|| {
        connection.send(bytes);
    });
    while connection.connection.as_ref().is_some_and(Connection::is_sending) {
        took += 1;
        connection.advance(seconds(1));
        connection.script().unwrap().tempo.room = Some(piece);
        connection.drive();
    }
    took
}

fn reads(request: &mut Request<'_>) -> Result<Response, Error> {
    Ok(Response::text(request.read_to_vec(1 << 20)?.len().to_string()))
}

fn writes(_: &mut Request<'_>) -> Result<Response, HandlerError> {
    Ok(Response::content("a/b", vec![b'x'; CONTENT_BYTES]))
}

/// The connection ends after this time, not a moment before, and the last that it says begins with this.
#[track_caller]
fn expires(connection: &mut ScriptedConnection<'_>, after: Duration, says: &str) {
    let moment = Duration::from_millis(1);
    connection.advance(after - moment);
    assert!(!connection.is_over() && connection.received().is_empty(), "it is over before {after:?}");
    connection.advance(moment);
    assert!(connection.is_over(), "it goes on after {after:?}");
    let received = String::from_utf8(connection.received()).unwrap();
    assert!(received.starts_with(says) && received.is_empty() == says.is_empty(), "{received}");
}

#[test]
fn a_head_that_has_begun_gets_408_when_its_time_is_up_however_steadily_it_drips() {
    for head in [seconds(10), seconds(3)] {
        let timeouts = Timeouts::default().head(head);
        let mut connection = testing::connect_with(hello, Limits::default(), timeouts);
        connection.send("G");
        for byte in ["E", "T", " "] {
            connection.advance(head / 4).send(byte);
        }
        expires(&mut connection, head - head / 4 * 3, "HTTP/1.1 408 ");
    }
}

#[test]
fn silence_is_answered_with_silence_when_the_idle_time_is_up() {
    for idle in [seconds(60), seconds(5)] {
        let timeouts = Timeouts::default().idle(idle);
        let mut connection = testing::connect_with(hello, Limits::default(), timeouts);
        expires(&mut connection, idle, "");
        let mut connection = testing::connect_with(hello, Limits::default(), timeouts);
        connection.send(GET);
        assert!(connection.received().ends_with(b"hello"));
        expires(&mut connection, idle, "");
    }
}

#[test]
fn a_body_that_stalls_gets_408_after_the_time_of_a_stall() {
    for stall in [seconds(30), seconds(4)] {
        let timeouts = Timeouts::default().stall(stall);
        let took = waited(|| {
            let mut connection = slow(reads, timeouts, None);
            connection.send(POST);
            assert!(connection.received().starts_with(b"HTTP/1.1 408 "));
            assert!(connection.is_over());
        });
        assert_eq!(took, stall.as_secs());
    }
}

#[test]
fn a_body_below_the_minimum_rate_gets_408_and_one_above_it_may_take_its_time() {
    let content = "x".repeat(CONTENT_BYTES);
    // 500 bytes a second and ten seconds more are granted: 100 a second use that up after 13.
    for (piece, took, says) in [(1000, 59, "200"), (500, 119, "200"), (100, 12, "408"), (50, 11, "408")] {
        let mut connection = slow(reads, Timeouts::default(), Some(piece));
        let waited = waited(|| {
            connection.send(format!("{POST}{content}"));
        });
        let answer = String::from_utf8(connection.received()).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {says} ")), "{piece}: {answer}");
        assert!(waited >= took, "{piece}: {waited}");
        connection.advance(seconds(2));
        assert_eq!(connection.is_over(), says == "408");
    }
    let mut connection = slow(reads, Timeouts::default().rate_bytes_per_second_min(0), Some(100));
    connection.send(format!("{POST}{content}"));
    assert!(connection.received().ends_with(b"60000"));
}

#[test]
fn a_peer_that_takes_nothing_of_its_answer_is_cut_after_the_time_of_a_stall() {
    for stall in [seconds(30), seconds(4)] {
        let mut connection = slow(writes, Timeouts::default().stall(stall), None);
        connection.script().unwrap().tempo.full = true;
        connection.send(GET);
        expires(&mut connection, stall.min(seconds(10)), "");
        let timeouts = Timeouts::default().stall(stall).rate_bytes_per_second_min(0);
        let mut connection = slow(writes, timeouts, None);
        connection.script().unwrap().tempo.full = true;
        connection.send(GET);
        expires(&mut connection, stall, "");
    }
}

#[test]
fn a_peer_that_takes_its_answer_below_the_minimum_rate_is_cut_and_one_above_it_gets_all() {
    let mut connection = slow(writes, Timeouts::default(), None);
    assert_eq!(takes(&mut connection, GET.as_bytes(), 1000), 60);
    assert!(connection.received().len() > CONTENT_BYTES && !connection.is_over());
    for (piece, took) in [(100, 12), (10, 10)] {
        let mut connection = slow(writes, Timeouts::default(), None);
        let seconds = takes(&mut connection, GET.as_bytes(), piece);
        assert!((took..took + 3).contains(&seconds), "{seconds}");
        let received = connection.received();
        assert!(received.starts_with(b"HTTP/1.1 200 ") && received.len() < 2000, "{}", received.len());
        assert!(connection.is_over());
    }
}

#[test]
fn an_answer_that_is_taken_piece_by_piece_below_the_minimum_rate_is_cut_though_each_is_taken_whole() {
    let streams = |_: &mut Request<'_>| {
        Response::stream("a/b", |out| {
            for _ in 0..100 {
                out.write_all(&[b'x'; 8 * 1024])?;
                out.flush()?;
            }
            Ok(())
        })
    };
    // 500 bytes a second are asked for, and ten seconds more are granted.
    for (time, is_whole) in [(seconds(15), true), (seconds(25), false)] {
        let mut connection = slow(streams, Timeouts::default(), Some(1 << 20));
        connection.script().unwrap().tempo.piece = Some((1 << 20, time));
        let waited = waited(|| {
            connection.send(GET);
        });
        assert_eq!(connection.received().ends_with(b"0\r\n\r\n"), is_whole, "{time:?}");
        assert!(is_whole || waited <= 100, "{waited}");
    }
}

#[test]
fn after_the_last_answer_the_peer_is_waited_for_as_long_as_it_may_linger() {
    for linger in [seconds(2), seconds(9)] {
        let mut connection =
            testing::connect_with(hello, Limits::default(), Timeouts::default().linger(linger));
        connection.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assert!(connection.received().ends_with(b"hello"));
        let is_held = |connection: &ScriptedConnection<'_>| connection.connection.is_some();
        connection.advance(linger - Duration::from_millis(1)).send("more");
        assert!(is_held(&connection), "its end is not waited for");
        connection.advance(Duration::from_millis(1));
        assert!(!is_held(&connection) && connection.received().is_empty());
    }
}
