//! Every timeout of `Client` by its name, on time and not before, alone and against the total. The clock is a fake.

use crate::agent_peer::{GET, PATIENCE, all_names_are, plain, scripted};
use crate::agent_tls::Secure;
use http_client::client::{
    Auth, AuthError, AuthRequest, Client, ClientBuilder, Error, ErrorKind, Event, PoolLimits, Response,
    Retry, TimeoutKind, Timeouts,
};
use http_client::testing::{FakeClock, Script, ScriptedConnector};
use http_client::{Authority, Connect, Headers, Transport};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use support::stage::{After, Stage, write_answer};

const LIMIT: Duration = Duration::from_secs(10);
/// Longer than the limit, and shorter.
const ABOVE: Duration = Duration::from_secs(11);
const BELOW: Duration = Duration::from_secs(9);
const SHORTER: Duration = Duration::from_secs(5);
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A step of a call that can take long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stall {
    Resolve,
    Connect,
    Tls,
    Send,
    FirstByte,
    Head,
    Content,
}

impl Stall {
    const ALL: [Self; 7] =
        [Self::Resolve, Self::Connect, Self::Tls, Self::Send, Self::FirstByte, Self::Head, Self::Content];

    /// The limit that is for it, and no other one.
    fn limit(self, limit: Duration) -> (Timeouts, TimeoutKind) {
        let limit = Some(limit);
        let none = Timeouts::NONE;
        match self {
            Self::Resolve => (none.resolve(limit), TimeoutKind::Resolve),
            Self::Connect => (none.connect(limit), TimeoutKind::Connect),
            Self::Tls => (none.tls(limit), TimeoutKind::Tls),
            Self::Send => (none.send(limit), TimeoutKind::Send),
            Self::FirstByte => (none.first_byte(limit), TimeoutKind::FirstByte),
            Self::Head | Self::Content => (none.between_bytes(limit), TimeoutKind::BetweenBytes),
        }
    }

    /// A call in which this step takes `time`.
    fn call(self, time: Duration, timeouts: Timeouts) -> Result<String, Error> {
        let clock = FakeClock::new();
        let script = Script::new().clock(&clock);
        let script = match self {
            Self::Resolve => return call_by_name(&clock, time, timeouts),
            Self::Tls => return call_by_tls(&clock, time, timeouts),
            Self::Connect => script.expect(GET).reply(OK),
            Self::Send => script.delay(time).expect(GET).reply(OK),
            Self::FirstByte => script.expect(GET).delay(time).reply(OK),
            Self::Head => script.expect(GET).reply(&OK[..20]).delay(time).reply(&OK[20..]),
            Self::Content => {
                let (start, end) = OK.split_at(OK.len() - 1);
                script.expect(GET).reply(start).delay(time).reply(end)
            }
        };
        let slow = SlowConnector {
            inner: ScriptedConnector::new([script]).0,
            clock: clock.clone(),
            time: if self == Self::Connect { time } else { Duration::ZERO },
        };
        let client = plain().connector(slow).clock(clock).timeouts(timeouts).build()?;
        let result = client.get("http://a.test/").send()?.text();
        if result.is_err() {
            assert_eq!(client.connections(), (0, 0), "what failed is closed");
        }
        result
    }
}

/// Takes its time, as far as it may.
#[derive(Debug)]
struct SlowConnector {
    inner: ScriptedConnector,
    clock: FakeClock,
    time: Duration,
}

impl Connect for SlowConnector {
    fn connect(&self, to: &Authority, timeout: Option<Duration>) -> io::Result<Box<dyn Transport>> {
        self.clock.advance(timeout.map_or(self.time, |timeout| timeout.min(self.time)));
        if timeout.is_some_and(|timeout| timeout <= self.time) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.inner.connect(to, timeout)
    }
}

fn hello() -> Stage {
    Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"ok")?;
        Ok(After::Keep)
    })
    .unwrap()
}

fn call_by_name(clock: &FakeClock, time: Duration, timeouts: Timeouts) -> Result<String, Error> {
    let stage = hello();
    let (address, moved) = (stage.address(), clock.clone());
    let resolver = move |_: &str, _: u16, timeout: Option<Duration>| -> io::Result<Vec<SocketAddr>> {
        moved.advance(timeout.map_or(time, |timeout| timeout.min(time)));
        if timeout.is_some_and(|timeout| timeout <= time) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(vec![address])
    };
    let client = plain().resolver(resolver).clock(clock.clone()).timeouts(timeouts).build()?;
    client.get("http://a.test/").send()?.text()
}

/// A peer that lets the time pass and then does not speak TLS; where that is in time, one that does so as well.
fn call_by_tls(clock: &FakeClock, time: Duration, timeouts: Timeouts) -> Result<String, Error> {
    let (builder, _) = scripted([Script::new().clock(clock).delay(time)]);
    let client = builder.clock(clock.clone()).timeouts(timeouts).build()?;
    let error = client.get("https://a.test/").send().unwrap_err();
    if error.kind() == ErrorKind::Timeout {
        return Err(error);
    }
    assert_eq!(error.kind(), ErrorKind::Tls);
    let moved = clock.clone();
    let secure = Secure::hello_after(move || moved.advance(time));
    let client = secure.client().clock(clock.clone()).timeouts(timeouts).build()?;
    client.get(secure.url("/")).send()?.text()
}

#[track_caller]
fn times_out(result: Result<String, Error>, expected: TimeoutKind, row: impl std::fmt::Debug) {
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.timeout()), (ErrorKind::Timeout, Some(expected)), "{row:?}: {error:#}");
}

#[test]
fn every_limit_ends_its_own_step_on_time_and_not_before() {
    for stall in Stall::ALL {
        let (timeouts, kind) = stall.limit(LIMIT);
        times_out(stall.call(ABOVE, timeouts), kind, stall);
        let text = stall.call(BELOW, timeouts).unwrap_or_else(|error| panic!("{stall:?}: {error:#}"));
        assert!(matches!(&*text, "ok" | "secure"), "{stall:?}: {text}");
    }
}

#[test]
fn a_limit_has_no_say_in_the_steps_of_the_others() {
    for stall in Stall::ALL {
        for other in Stall::ALL {
            let (timeouts, kind) = other.limit(LIMIT);
            let is_own = stall.limit(LIMIT).1 == kind
                // Looking up is a part of connecting.
                || (stall, other) == (Stall::Resolve, Stall::Connect);
            if !is_own {
                let result = stall.call(3 * LIMIT, timeouts);
                assert!(result.is_ok(), "{other:?} ended {stall:?}: {:#}", result.unwrap_err());
            }
        }
    }
}

#[test]
fn the_total_ends_every_step_and_the_shorter_of_two_is_named() {
    for stall in Stall::ALL {
        let (own, kind) = stall.limit(LIMIT);
        times_out(stall.call(ABOVE, Timeouts::NONE.total(Some(LIMIT))), TimeoutKind::Total, stall);
        times_out(stall.call(LIMIT, own.total(Some(SHORTER))), TimeoutKind::Total, stall);
        let (own, _) = stall.limit(SHORTER);
        times_out(stall.call(LIMIT, own.total(Some(LIMIT))), kind, stall);
        assert!(stall.call(BELOW, Timeouts::NONE.total(Some(LIMIT))).is_ok(), "{stall:?}");
    }
}

#[test]
fn a_limit_of_zero_has_passed_before_it_began() {
    for stall in [Stall::Resolve, Stall::Connect, Stall::Send, Stall::FirstByte, Stall::Head] {
        let (timeouts, kind) = stall.limit(Duration::ZERO);
        times_out(stall.call(Duration::from_nanos(1), timeouts), kind, stall);
    }
    times_out(
        Stall::Send.call(Duration::ZERO, Timeouts::NONE.total(Some(Duration::ZERO))),
        TimeoutKind::Total,
        0,
    );
}

#[test]
fn the_wait_for_a_connection_ends_on_time_and_not_before() {
    for (time, is_served) in [(BELOW, true), (LIMIT, false)] {
        let stage = hello();
        let clock = FakeClock::new();
        let client = Client::builder()
            .pool(PoolLimits::DEFAULT.open_per_origin_max(1))
            .timeouts(Timeouts::NONE.pool_wait(Some(LIMIT)))
            .clock(clock.clone())
            .build()
            .unwrap();
        let held = client.get(stage.url("/")).send().unwrap();
        let result = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| client.get(stage.url("/")).send()?.text());
            assert!(clock.advance_once_waited_for(time));
            if is_served {
                held.text().unwrap();
            }
            waiting.join().unwrap()
        });
        if is_served {
            assert_eq!(result.unwrap(), "ok");
        } else {
            times_out(result, TimeoutKind::PoolWait, time);
        }
    }
}

#[test]
fn the_total_counts_the_wait_for_a_connection() {
    let stage = hello();
    let clock = FakeClock::new();
    let client = Client::builder()
        .pool(PoolLimits::DEFAULT.open_per_origin_max(1))
        .clock(clock.clone())
        .build()
        .unwrap();
    let _held = client.get(stage.url("/")).send().unwrap();
    let timeouts = Timeouts::DEFAULT.total(Some(SHORTER));
    let result = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| client.get(stage.url("/")).timeouts(timeouts).send()?.text());
        assert!(clock.advance_once_waited_for(SHORTER));
        waiting.join().unwrap()
    });
    times_out(result, TimeoutKind::Total, "waiting");
}

/// A request with ten bytes of content, of which the peer takes one at a time, slowly.
fn slow_reader(clock: &FakeClock) -> Script {
    let head = "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\nAccept-Encoding: identity\r\n\r\n";
    let mut script = Script::new().clock(clock).write_bytes_max(head.len()).expect(head);
    for _ in 0..10 {
        script = script.delay(Duration::from_secs(3)).expect("x");
    }
    script.reply(OK)
}

#[test]
fn a_slow_reader_of_an_upload_is_within_send_and_ends_with_the_total() {
    let call = |timeouts: Timeouts| {
        let clock = FakeClock::new();
        let (builder, _) = scripted([slow_reader(&clock)]);
        let client = builder.clock(clock).timeouts(timeouts).build()?;
        client.post("http://a.test/").body(vec![b'x'; 10]).send()?.text()
    };
    let patient = Timeouts::NONE.send(Some(Duration::from_secs(4)));
    assert_eq!(call(patient).unwrap(), "ok");
    times_out(call(patient.total(Some(Duration::from_secs(20)))), TimeoutKind::Total, "20 s");
    times_out(call(Timeouts::NONE.send(Some(Duration::from_secs(2)))), TimeoutKind::Send, "2 s");
}

#[test]
fn an_interruption_by_a_signal_gives_no_more_time() {
    let six = Duration::from_secs(6);
    let call = |timeouts: Timeouts| {
        let clock = FakeClock::new();
        let script = Script::new().clock(&clock).expect(GET).delay(six).interrupt().delay(six).reply(OK);
        let client = scripted([script]).0.clock(clock).timeouts(timeouts).build()?;
        client.get("http://a.test/").send()?.text()
    };
    times_out(call(Timeouts::NONE.first_byte(Some(LIMIT))), TimeoutKind::FirstByte, "10 s");
    assert_eq!(call(Timeouts::NONE.first_byte(Some(Duration::from_secs(13)))).unwrap(), "ok");
}

#[test]
fn the_total_runs_over_redirects_and_while_content_is_read() {
    let clock = FakeClock::new();
    let four = Duration::from_secs(4);
    let moved = "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n";
    let hop = |script: Script| script.expect(GET).delay(four);
    let script = hop(hop(hop(Script::new().clock(&clock)).reply(moved)).reply(moved)).reply(OK);
    let (builder, _) = scripted([script]);
    let client = builder.clock(clock).timeouts(Timeouts::DEFAULT.total(Some(LIMIT))).build().unwrap();
    let error = client.get("http://a.test/").send().unwrap_err();
    assert_eq!(error.timeout(), Some(TimeoutKind::Total));
    assert!(error.timings().first_byte < LIMIT);
}

fn retrying(stage: &Stage, clock: &FakeClock, timeouts: Timeouts) -> (Client, String) {
    let builder: ClientBuilder = Client::builder().retry(Retry::policy(1)).timeouts(timeouts);
    let client = builder.resolver(all_names_are([stage.address()])).clock(clock.clone()).build().unwrap();
    (client, stage.url("/"))
}

fn busy_once() -> Stage {
    Stage::start(|seen, stream| {
        match seen.before {
            0 => write_answer(stream, "503 Busy", "Retry-After: 30\r\n", b"")?,
            _ => write_answer(stream, "200 OK", "", b"done")?,
        }
        Ok(After::Keep)
    })
    .unwrap()
}

#[test]
fn a_repetition_waits_by_the_clock() {
    let (stage, clock) = (busy_once(), FakeClock::new());
    let (client, url) = retrying(&stage, &clock, Timeouts::DEFAULT);
    std::thread::scope(|scope| {
        let call = scope.spawn(|| client.get(url).send().unwrap().text().unwrap());
        assert!(clock.advance_once_waited_for(Duration::from_secs(30)));
        assert_eq!(call.join().unwrap(), "done");
    });
}

#[test]
fn a_repetition_for_which_the_total_has_no_time_is_not_waited_for() {
    let (stage, clock) = (busy_once(), FakeClock::new());
    let (client, url) = retrying(&stage, &clock, Timeouts::DEFAULT.total(Some(Duration::from_secs(20))));
    assert_eq!(client.get(url).send().unwrap().status(), 503);
}

#[test]
fn the_defaults_are_finite_but_for_the_total() {
    let Timeouts { pool_wait, resolve, connect, tls, send, first_byte, between_bytes, total, .. } =
        Timeouts::DEFAULT;
    let finite = [pool_wait, resolve, connect, tls, send, first_byte, between_bytes];
    assert!(finite.iter().all(|limit| limit.is_some_and(|limit| limit <= PATIENCE)));
    assert_eq!(total, None);
}

#[test]
fn a_total_of_one_call_leaves_the_other_limits_to_the_client() {
    let kind = |script: Script, clock: &FakeClock| {
        let (connector, _) = ScriptedConnector::new([script]);
        let builder = plain().clock(clock.clone()).connector(connector);
        let client =
            builder.timeouts(Timeouts::NONE.first_byte(Some(LIMIT))).timeout(5 * LIMIT).build().unwrap();
        assert_eq!((client.timeouts().first_byte, client.timeouts().total), (Some(LIMIT), Some(5 * LIMIT)));
        let error = client.get("http://a.test/").timeout(3 * LIMIT).send().and_then(Response::text);
        error.unwrap_err().timeout()
    };
    let clock = FakeClock::new();
    let late = Script::new().clock(&clock).expect(GET).delay(ABOVE).reply(OK);
    assert_eq!(kind(late, &clock), Some(TimeoutKind::FirstByte));
    let slow = Script::new()
        .clock(&clock)
        .expect(GET)
        .delay(BELOW)
        .reply("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    let slow = slow.delay(BELOW).reply("a").delay(BELOW).reply("b").delay(BELOW).reply("c");
    assert_eq!(kind(slow, &clock), Some(TimeoutKind::Total));
}

/// Credentials that take their time.
#[derive(Debug)]
struct Slow(FakeClock);

impl Auth for Slow {
    fn start(&self, _: &AuthRequest<'_>, headers: &mut Headers) -> Result<(), AuthError> {
        self.0.advance(ABOVE);
        Ok(headers.set("Authorization", "Bearer token")?)
    }
}

#[test]
fn working_out_credentials_takes_no_time_from_the_steps_behind_it() {
    let stage = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"done")?;
        Ok(After::Keep)
    })
    .unwrap();
    let clock = FakeClock::new();
    let client = Client::builder()
        .clock(clock.clone())
        .timeouts(Timeouts::NONE.connect(Some(LIMIT)).send(Some(LIMIT)))
        .resolver(all_names_are([stage.address()]))
        .build()
        .unwrap();
    let url = format!("http://a.test:{}/", stage.address().port());
    let answer = client.get(url).auth(Slow(clock)).send().unwrap();
    assert_eq!((answer.timings().connect, answer.timings().head), (Duration::ZERO, ABOVE));
}

#[test]
fn whoever_watches_takes_no_time_from_the_steps_behind_it() {
    let stage = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"done")?;
        Ok(After::Keep)
    })
    .unwrap();
    let clock = FakeClock::new();
    let slow = clock.clone();
    let watch = move |event: &Event<'_>| {
        if matches!(event, Event::Connected { .. } | Event::Reused { .. }) {
            slow.advance(ABOVE);
        }
    };
    let client = Client::builder()
        .clock(clock)
        .timeouts(Timeouts::NONE.connect(Some(LIMIT)).send(Some(LIMIT)))
        .observer(watch)
        .build()
        .unwrap();
    for _ in 0..2 {
        let answer = client.get(stage.url("/")).send().unwrap();
        assert_eq!((answer.timings().connect, answer.timings().send), (Duration::ZERO, Duration::ZERO));
        answer.text().unwrap();
    }
}
