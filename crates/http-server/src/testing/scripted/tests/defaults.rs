//! What holds on a server whose bounds nobody has set: each of them is on.

use super::{GET, hello, seconds};
use crate::clock;
use crate::handler::Handler;
use crate::limits::{self, Limits, Timeouts};
use crate::listener::effective;
use crate::request::Request;
use crate::response::Response;
use crate::server::Server;
use crate::testing::{self, ScriptedConnection};

const POST: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n";

/// A connection to a server as everybody gets it, from another machine.
fn connect<'h>(handler: impl Handler + 'h) -> ScriptedConnection<'h> {
    let connection = testing::connect_to(Server::builder(), handler, "192.0.2.1:5".parse().unwrap()).unwrap();
    let stall = effective(connection.context.timeouts.stall);
    connection.socket.set_timeouts(stall, stall).unwrap();
    connection
}

/// What is received in answer to `input`.
fn answer_to(input: &str) -> String {
    let mut connection = connect(hello);
    connection.send(input);
    String::from_utf8(connection.received()).unwrap()
}

/// The connection ends within this time and no sooner, with an answer that begins so.
#[track_caller]
fn ends(mut connection: ScriptedConnection<'_>, seconds_max: u64, says: &str) {
    drop(connection.received());
    connection.advance(seconds(seconds_max - 1));
    assert!(!connection.is_over(), "it has ended before {seconds_max} s");
    connection.advance(seconds(1));
    assert!(connection.is_over(), "it goes on after {seconds_max} s");
    let received = String::from_utf8(connection.received()).unwrap();
    assert!(received.starts_with(says) && received.is_empty() == says.is_empty(), "{received}");
}

#[test]
fn every_deadline_and_every_limit_of_a_server_is_on_by_default() {
    let (context, _) = Server::builder().into_context(hello).unwrap();
    // A bound that is added has to be named here, too.
    let Timeouts { handshake, head, idle, stall, rate_bytes_per_second_min, rate_grace, linger } =
        context.timeouts;
    assert_eq!((handshake, head, idle), (seconds(10), seconds(10), seconds(60)));
    // Of bodies and of answers alike.
    assert_eq!((stall, rate_bytes_per_second_min, rate_grace), (seconds(30), 500, seconds(10)));
    assert_eq!(linger, seconds(2));
    let Limits {
        message,
        body_bytes_max,
        drain_bytes_max,
        connections_max,
        connections_per_address_max,
        handshakes_max,
        requests_per_connection_max,
        requests_in_a_row_max,
    } = context.limits;
    assert_eq!((message.head_bytes_max, message.line_bytes_max), (64 << 10, 64 << 10));
    assert_eq!((message.fields_max, message.empty_lines_max), (128, 4));
    assert_eq!((message.trailer_bytes_max, message.trailer_fields_max), (16 << 10, 64));
    assert_eq!((message.chunk_size_digits_max, message.chunk_extension_bytes_max), (16, 16 << 10));
    assert_eq!((body_bytes_max, drain_bytes_max), (1 << 30, 256 << 10));
    // Fewer where the process may not have so many descriptors.
    assert!((1..=10_000).contains(&connections_max), "{connections_max}");
    assert_eq!(connections_per_address_max, None, "a share of the threads");
    let per_address = context.connections_max_of([192, 0, 2, 1].into()).unwrap();
    assert_eq!(per_address, limits::per_address(context.limits.threads()));
    assert!((64..=256).contains(&per_address), "{per_address}");
    assert_eq!(handshakes_max, 1_000);
    assert_eq!((requests_per_connection_max, requests_in_a_row_max), (100_000, 32));
}

#[test]
fn deadlines_that_nobody_has_set_hold() {
    let mut begun = connect(hello);
    begun.send(&GET[..10]);
    ends(begun, 10, "HTTP/1.1 408 ");
    let mut idle = connect(hello);
    idle.send(GET);
    ends(idle, 60, "");
    let mut last = connect(|_: &mut Request<'_>| Response::text("bye").with_header("Connection", "close"));
    last.send(GET).advance(seconds(1));
    assert!(last.connection.is_some(), "its end is not waited for");
    last.advance(seconds(1));
    assert!(last.connection.is_none(), "its end is waited for for ever");
}

#[test]
fn stalls_and_minimum_rates_that_nobody_has_set_hold_for_bodies_and_for_answers() {
    let reads = |request: &mut Request<'_>| {
        request.read_to_vec(1 << 20).map(|content| Response::text(content.len().to_string()))
    };
    // Bytes that come each second, and after how many seconds it is over: in a stall of thirty, or below 500 bytes a second
    // once the ten seconds are used up that are granted.
    for (bytes, over) in [(0, 30), (100, 12)] {
        let mut connection = connect(reads);
        connection.script().unwrap().tempo.piece = (bytes > 0).then_some((bytes, seconds(1)));
        let content = "x".repeat(600 * bytes);
        let before = clock::ahead();
        connection.send(format!("{POST}{content}"));
        let waited = (clock::ahead() - before).as_secs();
        // The refusal is taken at that tempo, too.
        assert!((over..over + 10).contains(&waited), "{bytes} bytes a second: over after {waited} s");
        let received = String::from_utf8(connection.received()).unwrap();
        assert!(received.starts_with("HTTP/1.1 408 "), "{received}");
    }
    // An answer of which nothing is taken is below that rate.
    let mut connection = connect(|_: &mut Request<'_>| Response::content("a/b", vec![b'x'; 60_000]));
    connection.script().unwrap().tempo.full = true;
    connection.send(GET);
    ends(connection, 10, "");
}

#[test]
fn limits_on_requests_that_nobody_has_set_hold() {
    let head = |more: &str| format!("GET / HTTP/1.1\r\nHost: a\r\n{more}\r\n");
    let field_of = |bytes: usize| head(&format!("A: {}\r\n", "b".repeat(bytes)));
    let least = field_of(0).len();
    for (input, status) in [
        (head(&"A: b\r\n".repeat(127)), 200),
        (head(&"A: b\r\n".repeat(128)), 431),
        (field_of((64 << 10) - least), 200),
        (field_of((64 << 10) - least + 1), 431),
        (head(&format!("Content-Length: {}\r\n", (1 << 30) + 1)), 413),
    ] {
        let answer = answer_to(&input);
        let line = answer.split("\r\n").next().unwrap();
        assert!(line.starts_with(&format!("HTTP/1.1 {status} ")), "{line}");
    }
    // A body that no handler reads, and that is too long to be read away.
    for (bytes, is_kept) in [(256 << 10, true), ((256 << 10) + 1, false)] {
        let answer = answer_to(&head(&format!("Content-Length: {bytes}\r\n")));
        assert_eq!(!answer.contains("Connection: close\r\n"), is_kept, "{bytes}: {answer}");
    }
}
