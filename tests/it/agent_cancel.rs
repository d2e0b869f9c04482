//! Calls of `Client` that are stopped, by a token or by a shutdown, at every step; and that nothing is left of them.

use crate::agent_peer::{BlackHole, PATIENCE, all_names_are, now, plain, socks_proxy, wait_until};
use http_client::client::{
    CancelToken, Client, ClientBuilder, Error, ErrorKind, Event, PoolLimits, Proxies, Proxy,
};
use http_client::client::{Retry, Timeouts};
use http_client::testing::FakeClock;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::stage::{After, Stage, write_answer};

/// A peer that reads a piece, answers this, says that it has, and then does nothing until the client goes.
fn stalls_behind(answer: &'static [u8]) -> (Stage, Receiver<()>) {
    let (sender, arrived) = channel();
    let sender = Mutex::new(sender);
    let stage = Stage::raw(move |_, mut stream| {
        let mut piece = [0; 512];
        let _ = stream.read(&mut piece)?;
        stream.write_all(answer)?;
        told(&sender);
        while matches!(stream.read(&mut piece), Ok(1..)) {}
        Ok(())
    })
    .unwrap();
    (stage, arrived)
}

fn told(sender: &Mutex<Sender<()>>) {
    // Who is not listening any more has seen enough.
    let _ = sender.lock().unwrap().send(());
}

/// How a call is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Token,
    Shutdown,
}

impl Stop {
    fn stop(self, token: &CancelToken, client: &Client) {
        match self {
            Self::Token => token.cancel(),
            Self::Shutdown => client.shutdown(),
        }
    }

    /// What the call that was stopped fails with.
    fn expected(self) -> ErrorKind {
        match self {
            Self::Token => ErrorKind::Cancelled,
            Self::Shutdown => ErrorKind::Shutdown,
        }
    }
}

/// Makes a call without any timeout, stops it once `is_there` returns, and looks what is left.
#[track_caller]
fn stopped(row: &str, builder: ClientBuilder, url: &str, stop: Stop, is_there: impl FnOnce() + Send) {
    let client = builder.timeouts(Timeouts::NONE).build().unwrap();
    let token = CancelToken::new();
    let begun = now();
    let error: Error = std::thread::scope(|scope| {
        let (token, twin) = (&token, client.clone());
        scope.spawn(move || {
            is_there();
            stop.stop(token, &twin);
        });
        let answer = client.post(url).body(vec![b'x'; 32 << 20]).cancel(token).send();
        answer.and_then(http_client::client::Response::bytes).unwrap_err()
    });
    assert_eq!(error.kind(), stop.expected(), "{row}: {error:#}");
    assert!(begun.elapsed() < PATIENCE, "{row}");
    assert_eq!(client.connections(), (0, 0), "{row}");
}

#[test]
fn every_step_is_stopped_at_once() {
    for stop in [Stop::Token, Stop::Shutdown] {
        stop_while_looking_up(stop);
        stop_while_looking_up_for_a_proxy(stop);
        #[cfg(target_os = "linux")]
        stop_while_connecting(stop);
        stop_while_speaking(stop);
        stop_while_waiting_for_a_connection(stop);
    }
}

fn stop_while_looking_up(stop: Stop) {
    let (sender, arrived) = channel();
    let (hold, held) = channel::<()>();
    let (sender, held) = (Mutex::new(sender), Mutex::new(held));
    let resolver = move |_: &str, _: u16, _: Option<Duration>| -> io::Result<Vec<SocketAddr>> {
        told(&sender);
        let _ = held.lock().unwrap().recv();
        Err(io::ErrorKind::NotFound.into())
    };
    let builder = Client::builder().resolver(resolver);
    stopped("looking up", builder, "http://a.test/", stop, move || arrived.recv().unwrap());
    drop(hold);
}

/// A name that a SOCKS proxy is not asked for, but its address.
fn stop_while_looking_up_for_a_proxy(stop: Stop) {
    let (stage, _) = socks_proxy(([127, 0, 0, 1], 9).into(), None);
    let (sender, arrived) = channel();
    let (hold, held) = channel::<()>();
    let (sender, held) = (Mutex::new(sender), Mutex::new(held));
    let resolver = move |_: &str, _: u16, _: Option<Duration>| -> io::Result<Vec<SocketAddr>> {
        told(&sender);
        // Not for ever, so that a call that is not stopped fails the test.
        let _ = held.lock().unwrap().recv_timeout(2 * PATIENCE);
        Err(io::ErrorKind::NotFound.into())
    };
    let proxy = Proxy::new(&format!("socks5://{}", stage.address())).unwrap();
    let builder = Client::builder().proxies(Proxies::all(proxy)).resolver(resolver);
    stopped("looking up for SOCKS", builder, "http://a.test/", stop, move || arrived.recv().unwrap());
    drop(hold);
}

#[cfg(target_os = "linux")]
fn stop_while_connecting(stop: Stop) {
    let hole = BlackHole::v4();
    let is_connecting = || wait_until("an attempt", || hole.attempts() == 1);
    stopped("connecting", Client::builder(), &format!("http://{}/", hole.address), stop, is_connecting);
    let two = [BlackHole::v4(), BlackHole::v6_or_v4()];
    let are_connecting = || wait_until("both attempts", || two.iter().all(|hole| hole.attempts() == 1));
    let builder = Client::builder().resolver(all_names_are([two[0].address, two[1].address]));
    stopped("connecting to two", builder, "http://a.test/", stop, are_connecting);
}

fn stop_while_speaking(stop: Stop) {
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
    let rows: [(&str, &[u8], Option<&str>, &str); 9] = [
        ("a greeting by SOCKS 4", b"", Some("socks4"), "http"),
        ("a greeting by SOCKS 5", b"", Some("socks5h"), "http"),
        ("half an answer by SOCKS 5", b"\x05\x00\x05", Some("socks5h"), "http"),
        ("CONNECT", b"", Some("http"), "https"),
        ("half an answer to CONNECT", b"HTTP/1.1 200 O", Some("http"), "https"),
        ("TLS with a proxy", b"", Some("https"), "http"),
        ("TLS", b"", None, "https"),
        ("TLS within a tunnel", b"HTTP/1.1 200 OK\r\n\r\n", Some("http"), "https"),
        ("an answer's content", HEAD, None, "http"),
    ];
    for (row, answer, proxy, scheme) in rows {
        let (stage, arrived) = stalls_behind(answer);
        let proxies = proxy.map_or(Proxies::none(), |proxy| {
            Proxies::all(Proxy::new(&format!("{proxy}://{}", stage.address())).unwrap())
        });
        let builder = Client::builder().proxies(proxies);
        let url = format!("{scheme}://{}/", stage.address());
        stopped(row, builder, &url, stop, move || arrived.recv().unwrap());
    }
}

/// Makes a call that comes to wait by the clock of its client, and stops it.
#[track_caller]
fn stopped_while_waiting(client: &Client, clock: &FakeClock, url: &str, stop: Stop) {
    let token = CancelToken::new();
    let error = std::thread::scope(|scope| {
        let call = scope.spawn(|| client.get(url).cancel(&token).send().unwrap_err());
        // The clock does not move: only a ring can wake it.
        assert!(clock.advance_once_waited_for(Duration::ZERO));
        stop.stop(&token, client);
        call.join().unwrap()
    });
    assert_eq!(error.kind(), stop.expected());
}

fn stop_while_waiting_for_a_connection(stop: Stop) {
    let (stage, _arrived) = stalls_behind(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    let clock = FakeClock::new();
    let pool = PoolLimits::DEFAULT.open_per_origin_max(1);
    let client = Client::builder().pool(pool).timeouts(Timeouts::NONE).clock(clock.clone()).build().unwrap();
    let held = client.get(stage.url("/")).send().unwrap();
    stopped_while_waiting(&client, &clock, &stage.url("/"), stop);
    drop(held);
    assert_eq!(client.connections(), (0, 0));
}

#[test]
fn a_wait_before_a_repetition_is_stopped_at_once() {
    for stop in [Stop::Token, Stop::Shutdown] {
        let stage = Stage::start(|_, stream| {
            write_answer(stream, "503 Busy", "Retry-After: 60\r\n", b"")?;
            Ok(After::Keep)
        })
        .unwrap();
        let clock = FakeClock::new();
        let client = Client::builder().retry(Retry::policy(1)).clock(clock.clone()).build().unwrap();
        stopped_while_waiting(&client, &clock, &stage.url("/"), stop);
    }
}

#[test]
fn a_token_stops_every_call_that_has_it_and_no_other() {
    let (stage, arrived) = stalls_behind(b"");
    let client = Client::builder().timeouts(Timeouts::NONE).build().unwrap();
    let token = CancelToken::new();
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| client.get(stage.url("/")).cancel(&token).send().unwrap_err().kind()))
            .collect();
        let other = CancelToken::new();
        let (twin, url, own) = (client.clone(), stage.url("/"), other.clone());
        let unconcerned = scope.spawn(move || twin.get(url).cancel(&own).send().unwrap_err().kind());
        (0..4).for_each(|_| arrived.recv().unwrap());
        token.cancel();
        for call in calls {
            assert_eq!(call.join().unwrap(), ErrorKind::Cancelled);
        }
        assert!(!unconcerned.is_finished());
        other.cancel();
        assert_eq!(unconcerned.join().unwrap(), ErrorKind::Cancelled);
    });
}

#[test]
fn a_token_that_comes_too_late_changes_nothing() {
    let stage = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"done")?;
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::new();
    let token = CancelToken::new();
    assert_eq!(client.get(stage.url("/")).cancel(&token).send().unwrap().text().unwrap(), "done");
    token.cancel();
    assert_eq!(client.connections(), (1, 1), "the kept connection is not the token's any more");
    assert_eq!(client.get(stage.url("/")).send().unwrap().text().unwrap(), "done");
    assert_eq!(stage.connections(), 1);
}

/// Open descriptors and threads of this process.
#[cfg(target_os = "linux")]
fn held_by_this_process() -> (usize, usize) {
    let count = |path| std::fs::read_dir(path).unwrap().count();
    (count("/proc/self/fd"), count("/proc/self/task"))
}

#[cfg(target_os = "linux")]
#[test]
fn no_socket_and_no_thread_is_left_of_calls_that_were_stopped_dropped_or_shut_down() {
    if !crate::agent_peer::alone(
        "agent_cancel::no_socket_and_no_thread_is_left_of_calls_that_were_stopped_dropped_or_shut_down",
    ) {
        return;
    }
    let round = || {
        for stop in [Stop::Token, Stop::Shutdown] {
            stop_while_looking_up(stop);
            stop_while_looking_up_for_a_proxy(stop);
            stop_while_connecting(stop);
            stop_while_speaking(stop);
            stop_while_waiting_for_a_connection(stop);
        }
        let (stage, _arrived) = stalls_behind(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        let client = Client::new();
        for _ in 0..10 {
            drop(client.get(stage.url("/")).send().unwrap());
        }
        let left = client.get(stage.url("/")).send().unwrap();
        drop(client);
        drop(left);
    };
    // Whatever is made once for all has been made then.
    round();
    wait_until("the threads of the servers end", || held_by_this_process().1 <= 2);
    let before = held_by_this_process();
    for _ in 0..3 {
        round();
    }
    wait_until("what was there before, and no more", || {
        let (descriptors, threads) = held_by_this_process();
        descriptors <= before.0 && threads <= before.1
    });
}

#[test]
fn a_cancelled_call_tells_the_observer_why_its_connection_was_closed() {
    let (stage, arrived) = stalls_behind(b"");
    let closed = Arc::new(Mutex::new(0));
    let count = Arc::clone(&closed);
    let client = plain()
        .observer(move |event: &Event<'_>| {
            if matches!(event, Event::Closed { .. }) {
                *count.lock().unwrap() += 1;
            }
        })
        .build()
        .unwrap();
    let token = CancelToken::new();
    std::thread::scope(|scope| {
        let call = scope.spawn(|| client.get(stage.url("/")).cancel(&token).send().unwrap_err());
        arrived.recv().unwrap();
        token.cancel();
        call.join().unwrap();
    });
    assert_eq!(*closed.lock().unwrap(), 1);
}
