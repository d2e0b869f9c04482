//! The scenarios that other clients were measured by, at the level of `Client`: each by its name, whole, byte by byte and in
//! two pieces. What redirects do to a request is in `agent_redirects.rs`, the level below in `client_scenarios.rs`.

use crate::agent_peer::{GET, PATIENCE, scripted};
use http_client::client::{Client, ErrorKind, TimeoutKind, Timeouts};
use http_client::testing::{FakeClock, Script};
use std::collections::BTreeSet;
use std::io::{self, BufReader, Read, Write};
use std::time::Duration;
use support::stage::{Stage, read_request};

/// What a caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// This content, and the connection is kept or not.
    Kept(&'static str),
    Closed(&'static str),
    Fails(ErrorKind),
}

use ErrorKind::{Decode, Incomplete, Protocol};
use Outcome::{Closed, Fails, Kept};

/// Names, fields behind the status line, content, outcome.
type Row = (&'static str, &'static str, &'static [u8], Outcome);

const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";
const FIVE: &str = "Content-Length: 5\r\n";

const ROWS: &[Row] = &[
    ("cl2diff", "Content-Length: 3\r\nContent-Length: 5\r\n", b"hello", Fails(Protocol)),
    ("cl_list", "Content-Length: 5, 5\r\n", b"hello", Kept("hello")),
    ("cl_plus", "Content-Length: +5\r\n", b"hello", Fails(Protocol)),
    ("cl_neg", "Content-Length: -1\r\n", b"hello", Fails(Protocol)),
    ("ch_plus", CHUNKED, b"+5\r\nhello\r\n0\r\n\r\n", Fails(Protocol)),
    ("ch_0x", CHUNKED, b"0x5\r\nhello\r\n0\r\n\r\n", Fails(Protocol)),
    ("ch_us", CHUNKED, b"0_5\r\nhello\r\n0\r\n\r\n", Fails(Protocol)),
    ("ch_overflow", CHUNKED, b"10000000000000005\r\nhello\r\n0\r\n\r\n", Fails(Protocol)),
    ("ch_most", CHUNKED, b"ffffffffffffffff\r\nhello", Fails(Incomplete)),
    (
        "ch_longext",
        CHUNKED,
        b"5;xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\nhello\r\n0\r\n\r\n",
        Kept("hello"),
    ),
    ("ch_lf", CHUNKED, b"5\nhello\n0\n\n", Fails(Protocol)),
    ("ch_badend", CHUNKED, b"5\r\nhelloXX0\r\n\r\n", Fails(Protocol)),
    ("ch_trunc0", CHUNKED, b"5\r\nhello\r\n0\r\n", Fails(Incomplete)),
    ("ch_trunc", CHUNKED, b"5\r\nhello\r\n", Fails(Incomplete)),
    ("ch_midtrunc", CHUNKED, b"9\r\nhello", Fails(Incomplete)),
    ("trunc", "Content-Length: 10\r\n", b"hello", Fails(Incomplete)),
    ("ch_trailer", CHUNKED, b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", Kept("hello")),
    ("te_gzipchunked", "Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n", Fails(Protocol)),
    ("te_chunkedgzip", "Transfer-Encoding: chunked, gzip\r\n", b"0\r\n\r\n", Fails(Protocol)),
    ("fold", "X: a\r\n b\r\nContent-Length: 5\r\n", b"hello", Kept("hello")),
    ("spcolon", "X-A : b\r\nContent-Length: 5\r\n", b"hello", Fails(Protocol)),
    ("nocolon", "nocolon\r\nContent-Length: 5\r\n", b"hello", Fails(Protocol)),
    ("nulhdr", "X: a\0b\r\nContent-Length: 5\r\n", b"hello", Fails(Protocol)),
    ("barecr", "X: a\rb\r\nContent-Length: 5\r\n", b"hello", Fails(Protocol)),
    ("until_close", "", b"hello", Closed("hello")),
    (
        "gzjunk",
        "Content-Encoding: gzip\r\n",
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0\0\0\0\0\0\0\0",
        Closed("hello"),
    ),
    (
        "gzmore",
        "Content-Encoding: gzip\r\n",
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0\0junk",
        Fails(Decode),
    ),
    ("gzcut", "Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd", Fails(Decode)),
    ("gzempty", "Content-Encoding: gzip\r\nContent-Length: 0\r\n", b"", Kept("")),
];

/// Every row as a whole answer; and those whose status line is a part of it.
fn scenarios() -> Vec<(&'static str, Vec<u8>, Outcome)> {
    let mut all: Vec<_> = ROWS
        .iter()
        .map(|&(name, fields, content, outcome)| {
            (name, [format!("HTTP/1.1 200 OK\r\n{fields}\r\n").as_bytes(), content].concat(), outcome)
        })
        .collect();
    let ok = format!("HTTP/1.1 200 OK\r\n{FIVE}\r\nhello");
    let mut add = |name, answer: Vec<u8>, outcome| all.push((name, answer, outcome));
    let text = String::into_bytes;
    add("h10te", text(format!("HTTP/1.0 200 OK\r\n{CHUNKED}\r\n5\r\nhello\r\n0\r\n\r\n")), Closed("hello"));
    add("s204cl", text(format!("HTTP/1.1 204 No Content\r\n{FIVE}\r\n")), Kept(""));
    add("s304cl", text(format!("HTTP/1.1 304 Not Modified\r\n{FIVE}\r\n")), Kept(""));
    add(
        "latin1",
        b"HTTP/1.1 200 caf\xe9\r\nX: \xe9\r\nContent-Length: 5\r\n\r\nhello".to_vec(),
        Kept("hello"),
    );
    add("h09", b"hello".to_vec(), Fails(Protocol));
    add("garbage", b"\x16\x03\x01 what\r\n\r\n".to_vec(), Fails(Protocol));
    add("lfonly", b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello".to_vec(), Kept("hello"));
    add("i103", text(format!("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n{ok}")), Kept("hello"));
    add("i102x3", text("HTTP/1.1 102 Processing\r\n\r\n".repeat(3) + &ok), Kept("hello"));
    add("i100fields", text(format!("HTTP/1.1 100 Continue\r\nX: y\r\n\r\n{ok}")), Kept("hello"));
    add("leftover", text(ok.clone() + "HTTP/1.1 200 OK\r\n"), Closed("hello"));
    let fields = |count: usize| (0..count).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    add("hdr150", text(format!("HTTP/1.1 200 OK\r\n{}{FIVE}\r\nhello", fields(150))), Kept("hello"));
    all
}

#[track_caller]
fn check(name: &str, delivery: &str, outcome: Outcome, script: Script) {
    let (builder, _) = scripted([script.end()]);
    let client = builder.decode(true).build().unwrap();
    // Asking for a coding does not change what is checked: the fields are the caller's.
    let call = client.get("http://a.test/").header("Accept-Encoding", "identity");
    let result = call.send().and_then(http_client::client::Response::bytes);
    let kept = client.connections() == (1, 1);
    let what = format!("{name} {delivery}: {result:?}, kept: {kept}");
    match (outcome, result) {
        (Kept(expected), Ok(content)) => assert!(content == expected.as_bytes() && kept, "{what}"),
        (Closed(expected), Ok(content)) => assert!(content == expected.as_bytes(), "{what}"),
        (Fails(expected), Err(error)) => {
            assert_eq!((error.kind(), client.connections()), (expected, (0, 0)), "{what}");
        }
        _ => panic!("{what}"),
    }
}

#[test]
fn every_scenario_ends_as_it_should_whole_byte_by_byte_and_in_two_pieces() {
    for (name, answer, outcome) in scenarios() {
        check(name, "whole", outcome, Script::new().reply(&answer));
        check(name, "by bytes", outcome, Script::new().reply_in_pieces(&answer, 1));
        // Every cut where that is cheap.
        let step = if answer.len() > 400 { 97 } else { 1 };
        for cut in (1..answer.len()).step_by(step) {
            let (first, second) = answer.split_at(cut);
            check(name, &format!("cut at {cut}"), outcome, Script::new().reply(first).reply(second));
        }
    }
}

#[test]
fn headcl_a_head_answer_has_a_length_and_no_content() {
    let head = GET.replace("GET", "HEAD");
    let answer = format!("HTTP/1.1 200 OK\r\n{FIVE}\r\n");
    let (builder, _) = scripted([Script::new().expect(&head).reply(&answer).expect(head).reply(&answer)]);
    let client = builder.build().unwrap();
    for _ in 0..2 {
        let answer = client.head("http://a.test/").send().unwrap();
        assert_eq!(answer.header("Content-Length").unwrap(), "5");
        assert_eq!(answer.bytes().unwrap(), b"");
    }
}

#[test]
fn latin1_bytes_reach_the_caller() {
    let answer = b"HTTP/1.1 200 caf\xe9\r\nX: \xe9\r\nContent-Length: 0\r\n\r\n";
    let client = scripted([Script::new().expect(GET).reply(answer)]).0.build().unwrap();
    let answer = client.get("http://a.test/").send().unwrap();
    assert_eq!((answer.reason(), answer.header("X").unwrap().as_bytes()), (&b"caf\xe9"[..], &b"\xe9"[..]));
}

/// Names, how an answer begins and goes on for ever, and how that ends.
const ENDLESS: &[(&str, &str, &str, ErrorKind)] = &[
    ("infhead", "HTTP/1.1 200 OK\r\n", "X: y\r\n", Protocol),
    ("infline", "HTTP/1.1 200 OK\r\nX: ", "yyyyyyyyyyyyyyyy", Protocol),
    ("hdr300k", "HTTP/1.1 200 OK\r\nX: ", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", Protocol),
    ("inf1xx", "", "HTTP/1.1 102 Processing\r\n\r\n", Protocol),
    ("inftrailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n", Protocol),
    ("infext", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", "xxxxxxxxxxxxxxxx", Protocol),
    ("infbody", "HTTP/1.1 200 OK\r\n\r\n", "xxxxxxxxxxxxxxxx", ErrorKind::TooLarge),
    ("infchunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", ErrorKind::TooLarge),
];

#[test]
fn answers_without_an_end_are_ended_and_the_client_can_be_dropped() {
    for &(name, begins, goes_on, expected) in ENDLESS {
        let stage = Stage::raw(move |_, mut stream| {
            read_request(&mut BufReader::new(stream.try_clone()?), 0, 0)?;
            stream.write_all(begins.as_bytes())?;
            let block = goes_on.repeat(1024);
            loop {
                stream.write_all(block.as_bytes())?;
            }
        })
        .unwrap();
        let client = Client::builder().content_bytes_max(1 << 20).build().unwrap();
        let result = client.get(stage.url("/")).send().and_then(http_client::client::Response::bytes);
        let error = result.unwrap_err();
        assert_eq!((error.kind(), client.connections()), (expected, (0, 0)), "{name}: {error:#}");
    }
}

#[test]
fn slowhead_and_slowdrip_end_with_the_total() {
    let slow = Duration::from_millis(200);
    for (name, begins) in [
        ("slowhead", "HTTP/1.1 200 OK\r\nX: "),
        ("slowdrip", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
    ] {
        let clock = FakeClock::new();
        let mut script = Script::new().clock(&clock).expect(GET).reply(begins);
        for _ in 0..100 {
            script = script.delay(slow).reply("x");
        }
        let limits = Timeouts::DEFAULT.total(Some(Duration::from_secs(4)));
        let client = scripted([script]).0.clock(clock).timeouts(limits).build().unwrap();
        let error = client.get("http://a.test/").send().and_then(http_client::client::Response::bytes);
        assert_eq!(error.unwrap_err().timeout(), Some(TimeoutKind::Total), "{name}");
    }
}

/// A name, a Location, and the target and host of the next request; `None` where the 3xx is the answer.
type Step = (&'static str, &'static str, Option<(&'static str, &'static str)>);

const LOCATIONS: &[Step] = &[
    ("raw space", "/a b", Some(("/a%20b", "a.test"))),
    ("raw UTF-8", "/caf\u{e9}", Some(("/caf%C3%A9", "a.test"))),
    ("up", "../x", Some(("/x", "a.test"))),
    ("query only", "?q=1", Some(("/dir/page?q=1", "a.test"))),
    ("another host", "//b.test/x", Some(("/x", "b.test"))),
    ("backslashes", "\\\\b.test\\x", Some(("/x", "b.test"))),
    ("user", "http://joe:pw@a.test/x", Some(("/x", "a.test"))),
    ("fragment", "/x#f", Some(("/x", "a.test"))),
    ("quotes", "/\"<>", Some(("/%22%3C%3E", "a.test"))),
    ("file", "file:///etc/passwd", None),
    ("script", "javascript:alert(1)", None),
    ("port beyond 65535", "http://a.test:99999/", None),
    ("zone", "http://[fe80::1%25eth0]/", None),
    ("no host", "http://", None),
];

#[test]
fn locations_are_repaired_as_browsers_do_or_the_answer_is_the_callers() {
    for &(name, location, expected) in LOCATIONS {
        let begin = GET.replace(" / ", " /dir/page ");
        let moved = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 4\r\n\r\nhere");
        let first = Script::new().expect(begin).reply(moved);
        let next = |script: Script| match expected {
            Some((target, host)) => script
                .expect(GET.replace(" / ", &format!(" {target} ")).replace("a.test", host))
                .reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthere"),
            None => script,
        };
        let scripts = match expected {
            Some((_, "a.test")) => vec![next(first)],
            _ => vec![first, next(Script::new())],
        };
        let client = scripted(scripts).0.build().unwrap();
        let answer =
            client.get("http://a.test/dir/page").send().unwrap_or_else(|error| panic!("{name}: {error:#}"));
        let content = if expected.is_some() { "there" } else { "here" };
        assert_eq!(answer.text().unwrap(), content, "{name}");
    }
}

/// How a server says no to an upload that it does not want to read.
#[derive(Clone, Copy, Debug)]
enum Early {
    /// Before any content; then it half-closes and waits.
    HalfClosed,
    /// Before any content; then it resets.
    Reset,
    /// After some content, then it resets.
    MidContent,
    /// Before any content; then it goes on reading for nothing.
    Reading,
}

#[test]
fn early_413_to_an_upload_is_the_answer_however_the_server_leaves() {
    const ANSWER: &[u8] =
        b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig";
    for early in [Early::HalfClosed, Early::Reset, Early::MidContent, Early::Reading] {
        for is_chunked in [false, true] {
            let stage = Stage::raw(move |_, mut stream| {
                let mut piece = vec![0; 64 * 1024];
                let _ = stream.read(&mut piece)?;
                if matches!(early, Early::MidContent) {
                    stream.read_exact(&mut piece)?;
                }
                stream.write_all(ANSWER)?;
                match early {
                    Early::HalfClosed => {
                        stream.shutdown(std::net::Shutdown::Write)?;
                        let mut gone = stream;
                        // Reads on slowly, until the client has gone.
                        io::copy(&mut gone, &mut io::sink()).map(drop)
                    }
                    Early::Reading => io::copy(&mut stream, &mut io::sink()).map(drop),
                    // Closing with unread content in the queue resets.
                    Early::Reset | Early::MidContent => Ok(()),
                }
            })
            .unwrap();
            let content = io::repeat(b'x').take(8 << 20);
            let client = Client::builder().timeouts(Timeouts::all(PATIENCE)).build().unwrap();
            let call = client.post(stage.url("/"));
            let call = if is_chunked {
                call.body(http_client::client::Body::reader(content))
            } else {
                call.body(http_client::client::Body::reader_sized(content, 8 << 20))
            };
            match call.send() {
                Ok(answer) => assert_eq!(answer.status(), 413),
                // A reset may overtake the answer in the kernel; nothing can bring it back, and the error says so.
                Err(error) => {
                    assert!(matches!(early, Early::Reset | Early::MidContent), "{early:?}: {error:#}");
                    assert!(matches!(error.kind(), ErrorKind::Disconnected | ErrorKind::Send), "{error:#}");
                }
            }
            assert_eq!(client.connections(), (0, 0), "{early:?}: out of step");
        }
    }
}

/// The rows of the tables of measured behaviour, and where each of them is tested if not here.
const NAMES: &[(&str, &str)] = &[
    ("cl2diff cl_list cl_plus cl_neg ch_plus ch_0x ch_us ch_longext ch_lf ch_badend ch_trunc0 ch_trunc", ""),
    (
        "ch_midtrunc trunc ch_trailer te_gzipchunked h10te s204cl s304cl fold spcolon nocolon nulhdr barecr latin1",
        "",
    ),
    ("hdr150 h09 garbage lfonly i103 i102x3 gzjunk", ""),
    ("infhead infline hdr300k inf1xx inftrailer infext", ""),
    ("headcl", "headcl_a_head_answer_has_a_length_and_no_content"),
    ("slowdrip slowhead", "slowhead_and_slowdrip_end_with_the_total"),
    ("redirbody", "agent_redirects::an_endless_redirect_body_is_not_read"),
    ("stale", "agent_resilience::a_stale_connection_is_replaced_for_what_can_do_no_harm_twice"),
    ("idle", "agent_resilience::no_get_fails_while_a_server_closes_idle_connections_at_random"),
    (
        "post301 post302 post303 put301 post307 post308 delete307 head302",
        "agent_redirects::every_status_by_method",
    ),
    ("crosshost crossport callerhost contenttype303", "agent_redirects::every_status_by_method"),
    ("locspace locutf8 locup loctwoslashes locfile", "locations_are_repaired_as_browsers_do"),
    ("noloc", "agent_redirects::locations_that_lead_nowhere_are_the_answer"),
];

#[test]
fn no_scenario_is_left_out() {
    let mut known: BTreeSet<&str> = scenarios().into_iter().map(|(name, ..)| name).collect();
    known.extend(ENDLESS.iter().map(|(name, ..)| name));
    let here: Vec<&str> =
        NAMES.iter().filter(|(_, place)| place.is_empty()).flat_map(|(names, _)| names.split(' ')).collect();
    assert!(here.iter().all(|name| known.contains(name)), "{here:?}");
}
