//! The scenarios that other clients were measured by, at the level of one connection: each by its name, delivered whole,
//! byte by byte and in every two pieces. Endless ones go over real sockets with a total timeout.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use http_client::testing::Script;
use http_client::{CloseReason, Error, ErrorKind, Headers, HttpConnection, Limit, ProtocolError, Timeouts};

use crate::client_peer::{PATIENCE, Peer, read_head, read_to_the_end};

/// What an answer is to us.
enum Expected {
    /// Content, and whether the connection is kept.
    Content(&'static [u8], Result<(), CloseReason>),
    /// A broken rule, by its name.
    Broken(&'static str),
    /// Content that ends too early, after so much.
    Cut(&'static [u8]),
}

use CloseReason::{Http10, TransferEncodingInHttp10, UntilClose};
use Expected::{Broken, Content, Cut};

struct Scenario {
    name: &'static str,
    method: &'static str,
    answer: Vec<u8>,
    expected: Expected,
}

fn scenario(name: &'static str, fields: &str, content: &[u8], expected: Expected) -> Scenario {
    let mut answer = format!("HTTP/1.1 200 OK\r\n{fields}\r\n").into_bytes();
    answer.extend_from_slice(content);
    Scenario { name, method: "GET", answer, expected }
}

fn whole(name: &'static str, answer: impl Into<Vec<u8>>, expected: Expected) -> Scenario {
    Scenario { name, method: "GET", answer: answer.into(), expected }
}

fn scenarios() -> Vec<Scenario> {
    let length = "Content-Length: 5\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n";
    let keep = || Content(b"hello", Ok(()));
    let long = format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(48));
    let mut rows = vec![
        // Where content ends.
        scenario("cl2diff", "Content-Length: 3\r\nContent-Length: 5\r\n", b"hello", Broken("Conflicting")),
        scenario("cl_list", "Content-Length: 5, 5\r\n", b"hello", keep()),
        scenario("cl_plus", "Content-Length: +5\r\n", b"hello", Broken("InvalidContentLength")),
        scenario("cl_neg", "Content-Length: -1\r\n", b"hello", Broken("InvalidContentLength")),
        scenario("ch_plus", chunked, b"+5\r\nhello\r\n0\r\n\r\n", Broken("InvalidChunkSize")),
        scenario("ch_0x", chunked, b"0x5\r\nhello\r\n0\r\n\r\n", Broken("InvalidChunkSize")),
        scenario("ch_us", chunked, b"0_5\r\nhello\r\n0\r\n\r\n", Broken("InvalidChunkSize")),
        scenario("ch_longext", chunked, long.as_bytes(), keep()),
        scenario("ch_lf", chunked, b"5\nhello\n0\n\n", Broken("BareLineFeed")),
        scenario("ch_badend", chunked, b"5\r\nhelloXX0\r\n\r\n", Broken("MissingChunkEnd")),
        scenario("ch_trunc0", chunked, b"5\r\nhello\r\n0\r\n", Cut(b"hello")),
        scenario("ch_trunc", chunked, b"5\r\nhello\r\n", Cut(b"hello")),
        scenario("ch_midtrunc", chunked, b"9\r\nhello", Cut(b"hello")),
        scenario("trunc", "Content-Length: 10\r\n", b"hello", Cut(b"hello")),
        scenario("ch_trailer", chunked, b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", keep()),
        scenario("te_gzipchunked", "Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n", Broken("Unknown")),
        whole(
            "h10te",
            format!("HTTP/1.0 200 OK\r\n{chunked}\r\n5\r\nhello\r\n0\r\n\r\n"),
            Content(b"hello", Err(TransferEncodingInHttp10)),
        ),
        whole("s204cl", format!("HTTP/1.1 204 No Content\r\n{length}\r\n"), Content(b"", Ok(()))),
        whole("s304cl", format!("HTTP/1.1 304 Not Modified\r\n{length}\r\n"), Content(b"", Ok(()))),
        // Heads.
        scenario("fold", "X: a\r\n b\r\nContent-Length: 5\r\n", b"hello", keep()),
        scenario("spcolon", "X-A : b\r\nContent-Length: 5\r\n", b"hello", Broken("SpaceBeforeColon")),
        scenario("nocolon", "nocolon\r\nContent-Length: 5\r\n", b"hello", Broken("MissingColon")),
        scenario("nulhdr", "X: a\0b\r\nContent-Length: 5\r\n", b"hello", Broken("InvalidFieldValue")),
        scenario("barecr", "X: a\rb\r\nContent-Length: 5\r\n", b"hello", Broken("BareCarriageReturn")),
        whole(
            "latin1",
            b"HTTP/1.1 200 caf\xe9\r\nX: \xe9\r\nContent-Length: 5\r\n\r\nhello".as_slice(),
            keep(),
        ),
        whole("h09", b"hello".as_slice(), Broken("NotHttp")),
        whole("garbage", b"\x16\x03\x01 what\r\n\r\n".as_slice(), Broken("NotHttp")),
        whole("lfonly", b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello".as_slice(), keep()),
        whole(
            "i103",
            format!("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n{length}\r\nhello"),
            keep(),
        ),
        whole(
            "i102x3",
            format!("{}HTTP/1.1 200 OK\r\n{length}\r\nhello", "HTTP/1.1 102 Processing\r\n\r\n".repeat(3)),
            keep(),
        ),
        // No level below decodes: the zeros behind the gzip stream are content like the rest.
        scenario(
            "gzjunk",
            "Content-Encoding: gzip\r\nContent-Length: 5\r\n",
            b"\x1f\x8b\0\0\0",
            Content(b"\x1f\x8b\0\0\0", Ok(())),
        ),
        // How a connection ends.
        scenario("until_close", "", b"hello", Content(b"hello", Err(UntilClose))),
        whole("http10", format!("HTTP/1.0 200 OK\r\n{length}\r\nhello"), Content(b"hello", Err(Http10))),
    ];
    let mut head = scenario("headcl", "Content-Length: 5\r\n", b"", Content(b"", Ok(())));
    head.method = "HEAD";
    rows.push(head);
    let fields = (0..150).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    rows.push(scenario("hdr150", &format!("{fields}{length}"), b"hello", keep()));
    rows
}

fn ask(method: &str, script: Script) -> (Result<Vec<u8>, Error>, Result<(), CloseReason>) {
    let (transport, _) = script.end().build();
    let mut connection = HttpConnection::from_transport(transport, "example.org").unwrap();
    connection.request(method, "/", (), &Headers::new()).unwrap();
    let content = connection.get_response().and_then(|mut response| response.read_all(1 << 20));
    (content, connection.is_reusable())
}

#[track_caller]
fn check(scenario: &Scenario, delivery: &str, script: Script) {
    let (content, reusable) = ask(scenario.method, script);
    let what = format!("{} {delivery}: {content:?}, {reusable:?}", scenario.name);
    match (&scenario.expected, content) {
        (Content(expected, kept), Ok(content)) => {
            assert_eq!((content.as_slice(), &reusable), (*expected, kept), "{what}");
        }
        (Broken(name), Err(error)) => {
            let ErrorKind::Protocol(broken) = error.kind() else { panic!("{what}") };
            assert!(format!("{broken:?}").contains(name) && reusable.is_err(), "{what}");
        }
        (Cut(before), Err(error)) => {
            assert!(matches!(error.kind(), ErrorKind::IncompleteRead { .. }), "{what}");
            assert_eq!(error.partial(), *before, "{what}");
            assert!(reusable.is_err(), "{what}");
        }
        _ => panic!("{what}"),
    }
}

#[test]
fn every_scenario_ends_as_it_should_whole_byte_by_byte_and_in_every_two_pieces() {
    for scenario in scenarios() {
        check(&scenario, "whole", Script::new().reply(&scenario.answer));
        check(&scenario, "by bytes", Script::new().reply_in_pieces(&scenario.answer, 1));
        for cut in 1..scenario.answer.len() {
            let (first, second) = scenario.answer.split_at(cut);
            check(&scenario, &format!("cut at {cut}"), Script::new().reply(first).reply(second));
        }
    }
}

/// The rows of the table of measured behaviour that say something about one connection.
const NAMES: &str = "cl2diff cl_list cl_plus cl_neg ch_plus ch_0x ch_us ch_longext ch_lf ch_badend ch_trunc0 ch_trunc \
    ch_midtrunc trunc ch_trailer te_gzipchunked h10te s204cl s304cl headcl fold spcolon nocolon nulhdr barecr latin1 \
    hdr150 hdr300k h09 garbage lfonly i103 i102x3 gzjunk slowdrip slowhead infhead infline inf1xx inftrailer infext \
    redirbody stale idle";

#[test]
fn no_scenario_is_left_out() {
    let mut known: BTreeSet<&str> = scenarios().iter().map(|scenario| scenario.name).collect();
    known.extend(ENDLESS.iter().map(|endless| endless.name));
    known.extend(["hdr300k", "redirbody", "stale", "idle"]);
    let missing: Vec<&str> = NAMES.split_whitespace().filter(|name| !known.contains(name)).collect();
    assert_eq!(missing, [""; 0]);
}

/// An answer that never ends.
struct Endless {
    name: &'static str,
    begins: &'static str,
    goes_on: &'static str,
    /// It comes as fast as it is taken, or a piece at a time.
    fast: bool,
    matches: fn(&ErrorKind) -> bool,
}

const ENDLESS: &[Endless] = &[
    Endless {
        name: "slowdrip",
        begins: "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
        goes_on: "x",
        fast: false,
        matches: |kind| matches!(kind, ErrorKind::Timeout(Limit::Total)),
    },
    Endless {
        name: "slowhead",
        begins: "HTTP/1.1 200 OK\r\nX: ",
        goes_on: "x",
        fast: false,
        matches: |kind| matches!(kind, ErrorKind::Timeout(Limit::Total)),
    },
    Endless {
        name: "infhead",
        begins: "HTTP/1.1 200 OK\r\n",
        goes_on: "X: y\r\n",
        fast: true,
        matches: |kind| matches!(kind, ErrorKind::Protocol(ProtocolError::TooManyFields { .. })),
    },
    Endless {
        name: "infline",
        begins: "HTTP/1.1 200 OK\r\nX: ",
        goes_on: "yyyyyyyyyyyyyyyy",
        fast: true,
        matches: |kind| {
            matches!(
                kind,
                ErrorKind::Protocol(ProtocolError::LineTooLong { .. } | ProtocolError::HeadTooLong { .. })
            )
        },
    },
    Endless {
        name: "inf1xx",
        begins: "",
        goes_on: "HTTP/1.1 102 Processing\r\n\r\n",
        fast: true,
        matches: |kind| matches!(kind, ErrorKind::TooManyInformational { .. }),
    },
    Endless {
        name: "inftrailer",
        begins: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        goes_on: "X: y\r\n",
        fast: true,
        matches: |kind| matches!(kind, ErrorKind::Protocol(ProtocolError::TooManyTrailers { .. })),
    },
    Endless {
        name: "infext",
        begins: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;",
        goes_on: "xxxxxxxxxxxxxxxx",
        fast: true,
        matches: |kind| matches!(kind, ErrorKind::Protocol(ProtocolError::ChunkExtensionsTooLong { .. })),
    },
];

#[test]
fn answers_without_an_end_are_ended() {
    for endless in ENDLESS {
        let &Endless { name, begins, goes_on, fast, matches } = endless;
        let peer = Peer::start([move |mut stream: TcpStream| {
            stream.set_nodelay(true).unwrap();
            read_head(&mut stream);
            stream.write_all(begins.as_bytes()).unwrap();
            let mut gone = [0];
            // A slow one waits a little for the client to leave between two pieces.
            stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
            while stream.write_all(goes_on.as_bytes()).is_ok() {
                if !fast && matches!(stream.read(&mut gone), Ok(0)) {
                    return;
                }
            }
        }]);
        let timeouts = Timeouts::all(PATIENCE).total(Some(Duration::from_millis(300)));
        let timeouts = if fast { Timeouts::all(PATIENCE) } else { timeouts };
        let mut connection = HttpConnection::builder(&peer.host()).timeouts(timeouts).build().unwrap();
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        let outcome = connection.get_response().and_then(|mut response| response.read_all(1 << 20));
        let error = outcome.unwrap_err();
        assert!(matches(error.kind()), "{name}: {error:#}");
        assert!(!connection.is_open(), "{name}");
        peer.finish();
    }
}

#[test]
fn hdr300k_one_field_of_300_kb_is_refused() {
    let answer = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "y".repeat(300_000));
    let (content, _) = ask("GET", Script::new().reply(answer));
    assert!(matches!(
        content.unwrap_err().kind(),
        ErrorKind::Protocol(ProtocolError::LineTooLong { .. } | ProtocolError::HeadTooLong { .. })
    ));
}

#[test]
fn redirbody_the_endless_content_of_a_redirect_that_is_not_read_costs_the_connection_only() {
    let peer = Peer::start([|mut stream: TcpStream| {
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n").unwrap();
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    }]);
    let mut connection = HttpConnection::new(&peer.host()).unwrap();
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let response = connection.get_response().unwrap();
    assert_eq!(response.status(), 302);
    assert!(response.finish(64 * 1024).is_err());
    assert!(!connection.is_open());
    peer.finish();
}

#[test]
fn stale_a_kept_connection_that_is_closed_when_the_next_request_comes_is_an_error_that_says_so() {
    let peer = Peer::start([|mut stream: TcpStream| {
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").unwrap();
        read_head(&mut stream);
    }]);
    let mut connection = HttpConnection::new(&peer.host()).unwrap();
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    assert_eq!(connection.get_response().unwrap().read_all(9).unwrap(), b"hello");
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let error = connection.get_response().unwrap_err();
    assert!(error.is_disconnect(), "{error:#}");
    peer.finish();
}

#[test]
fn idle_a_connection_that_was_closed_while_it_was_idle_is_replaced() {
    let (sender, closed) = std::sync::mpsc::channel();
    let scene = move |mut stream: TcpStream| {
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        sender.send(()).unwrap();
        read_to_the_end(&mut stream);
    };
    let peer = Peer::start([scene.clone(), scene]);
    let clock = http_client::testing::FakeClock::new();
    let mut connection = HttpConnection::builder(&peer.host()).clock(clock.clone()).build().unwrap();
    for _ in 0..2 {
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        assert_eq!(connection.get_response().unwrap().read_all(9).unwrap(), b"hello");
        closed.recv().unwrap();
        clock.advance(Duration::from_secs(2));
    }
    drop(connection);
    peer.finish();
}
