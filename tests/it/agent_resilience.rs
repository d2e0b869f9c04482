//! `Client` among servers and proxies that stall, close, lie and refuse.

use http_client::client::{
    AddressFilter, CancelToken, Client, ErrorKind, NoProxy, PoolLimits, Proxies, Proxy, Retry, TimeoutKind,
    Timeouts,
};
use http_client::testing::FakeClock;
use http_client::{Sent, StatusCode};
use std::io::{self, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, OnceLock};
use std::time::Duration;
use support::stage::{After, Stage, read_request, write_answer};

const SOON: Option<Duration> = Some(Duration::from_millis(60));

/// Answers the first request of each connection and closes when the second one comes.
fn closes_when_used_again() -> Stage {
    Stage::start(|seen, stream| {
        if seen.before > 0 {
            return Ok(After::Close);
        }
        write_answer(stream, "200 OK", "", b"hello")?;
        Ok(After::Keep)
    })
    .unwrap()
}

#[test]
fn a_stale_connection_is_replaced_for_what_can_do_no_harm_twice() {
    let stage = closes_when_used_again();
    let client = Client::new();
    for _ in 0..3 {
        assert_eq!(client.get(stage.url("/")).send().unwrap().text().unwrap(), "hello");
        client.put(stage.url("/")).body("x").send().unwrap().text().unwrap();
        client.delete(stage.url("/")).send().unwrap().text().unwrap();
    }
    client.post(stage.url("/")).header("Idempotency-Key", "1").send().unwrap().text().unwrap();
}

#[test]
fn a_post_is_never_sent_twice() {
    let stage = closes_when_used_again();
    let client = Client::new();
    client.get(stage.url("/")).send().unwrap().text().unwrap();
    let error = client.post(stage.url("/")).body("x").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disconnected);
    assert!(matches!(error.sent(), Sent::All { .. }));
    assert!(!error.is_safe_to_retry());
    assert_eq!(stage.seen().iter().filter(|seen| seen.line().starts_with("POST")).count(), 1);

    client.get(stage.url("/")).send().unwrap().text().unwrap();
    let error = client.get(stage.url("/")).retry(Retry::none()).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disconnected);
    assert!(error.is_safe_to_retry());
}

#[test]
fn a_new_connection_that_closes_is_an_error_and_no_loop() {
    let stage = Stage::start(|_, _| Ok(After::Close)).unwrap();
    let error = Client::new().get(stage.url("/")).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disconnected);
    assert_eq!(stage.connections(), 1);
}

#[test]
fn no_get_fails_while_a_server_closes_idle_connections_at_random() {
    // A connection ends after a number of requests that nobody can foresee, without a word about it.
    let stage = Stage::start(|seen, stream| {
        let mut state = (seen.connection as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        state ^= state >> 29;
        let lifetime = (state % 7) as usize + 1;
        write_answer(stream, "200 OK", "", b"hello")?;
        Ok(if seen.before + 1 >= lifetime { After::Close } else { After::Keep })
    })
    .unwrap();
    let client = Client::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..12_500 {
                    assert_eq!(client.get(stage.url("/")).send().unwrap().text().unwrap(), "hello");
                }
            });
        }
    });
    assert!(stage.connections() > 100);
}

#[test]
fn forty_threads_share_four_connections_in_turn_and_none_starves() {
    const THREADS: usize = 40;
    const REQUESTS: usize = 100;
    let stage = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"hello")?;
        Ok(After::Keep)
    })
    .unwrap();
    let pool = PoolLimits::DEFAULT.open_per_origin_max(4).idle_per_origin_max(4);
    let client = Client::builder().pool(pool).build().unwrap();
    let served: Vec<AtomicUsize> = (0..THREADS).map(|_| AtomicUsize::new(0)).collect();
    let waits = AtomicUsize::new(0);
    let start = Barrier::new(THREADS);
    let served_when_the_first_was_done = OnceLock::new();
    std::thread::scope(|scope| {
        for own in &served {
            scope.spawn(|| {
                start.wait();
                for _ in 0..REQUESTS {
                    let answer = client.get(stage.url("/")).send().unwrap();
                    if answer.timings().pool_wait > Duration::ZERO {
                        waits.fetch_add(1, Ordering::SeqCst);
                    }
                    assert_eq!(answer.text().unwrap(), "hello");
                    own.fetch_add(1, Ordering::SeqCst);
                }
                served_when_the_first_was_done.get_or_init(|| {
                    served.iter().map(|other| other.load(Ordering::SeqCst)).collect::<Vec<_>>()
                });
            });
        }
    });
    assert!(stage.connections() <= 4, "{} connections", stage.connections());
    assert_eq!(stage.seen().len(), THREADS * REQUESTS);
    assert!(waits.load(Ordering::SeqCst) >= THREADS, "they do wait for each other");
    // Whoever were passed over would not have been served at all while another one was served a hundred times. How far
    // they are apart beyond that is up to the system, which puts threads aside for longer than any turn takes; that turns
    // are taken in order is for the tests of the pool's books, which have no clock.
    let served = served_when_the_first_was_done.get().unwrap();
    assert!(served.iter().all(|count| *count > 0), "{served:?}");
}

/// A server that does `what` with each connection and then holds it open until the test is over.
fn stalls(what: impl Fn(&mut TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Stage {
    Stage::raw(move |_, mut stream| {
        what(&mut stream)?;
        // The client closes; that is the end of it.
        let mut rest = [0; 1024];
        while matches!(stream.read(&mut rest), Ok(1..)) {}
        Ok(())
    })
    .unwrap()
}

#[track_caller]
fn times_out(stage: &Stage, timeouts: Timeouts, expected: TimeoutKind) {
    let client = Client::builder().timeouts(timeouts).build().unwrap();
    let error = match client.get(stage.url("/")).send() {
        Ok(answer) => answer.bytes().unwrap_err(),
        Err(error) => error,
    };
    assert_eq!((error.kind(), error.timeout()), (ErrorKind::Timeout, Some(expected)), "{error:#}");
    assert_eq!(client.connections(), (0, 0));
}

#[test]
fn a_server_that_stalls_is_given_up_by_the_limit_of_that_step() {
    let silent = stalls(|_| Ok(()));
    times_out(&silent, Timeouts::DEFAULT.first_byte(SOON), TimeoutKind::FirstByte);
    times_out(&silent, Timeouts::DEFAULT.total(SOON), TimeoutKind::Total);
    let half_head = stalls(|stream| stream.write_all(b"HTTP/1.1 200 OK\r\nX-"));
    times_out(&half_head, Timeouts::DEFAULT.between_bytes(SOON), TimeoutKind::BetweenBytes);
    times_out(&half_head, Timeouts::DEFAULT.total(SOON), TimeoutKind::Total);
    let half_body = stalls(|stream| stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"));
    times_out(&half_body, Timeouts::DEFAULT.between_bytes(SOON), TimeoutKind::BetweenBytes);
    times_out(&half_body, Timeouts::DEFAULT.total(SOON), TimeoutKind::Total);
}

#[test]
fn a_connection_that_does_not_come_about_is_given_up() {
    let client = Client::builder()
        .connector(|_: &http_client::Authority, timeout: Option<Duration>| {
            assert_eq!(timeout, Some(Duration::from_secs(7)));
            Err(io::ErrorKind::TimedOut.into())
        })
        .timeouts(Timeouts::DEFAULT.connect(Some(Duration::from_secs(7))))
        .clock(FakeClock::new())
        .build()
        .unwrap();
    let error = client.get("http://10.0.0.1/").send().unwrap_err();
    assert_eq!(error.timeout(), Some(TimeoutKind::Connect));

    let silent = stalls(|_| Ok(()));
    let client = Client::builder().timeouts(Timeouts::DEFAULT.tls(SOON)).build().unwrap();
    let error = client.post(format!("https://{}/", silent.address())).body("x").send().unwrap_err();
    assert_eq!(error.timeout(), Some(TimeoutKind::Tls));
    assert!(error.is_safe_to_retry(), "nothing was sent");
}

#[test]
fn an_upload_that_nobody_takes_is_given_up() {
    // It does not read at all, so that the buffers of both sides fill up.
    let (done, wait) = std::sync::mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let stage = Stage::raw(move |_, stream| {
        let _ = wait.lock().unwrap().recv();
        drop(stream);
        Ok(())
    })
    .unwrap();
    let client = Client::builder().timeouts(Timeouts::DEFAULT.send(SOON)).build().unwrap();
    let error = client.post(stage.url("/")).body(vec![0; 64 << 20]).send().unwrap_err();
    assert_eq!(error.timeout(), Some(TimeoutKind::Send));
    assert!(matches!(error.sent(), Sent::Partly { .. }));
    drop(done);
}

#[test]
fn a_dripping_body_ends_with_the_total() {
    let clock = FakeClock::new();
    let moved = clock.clone();
    let (ask, asked) = std::sync::mpsc::channel();
    let asked = Mutex::new(asked);
    let stage = Stage::raw(move |_, mut stream| {
        let mut reader = BufReader::new(stream.try_clone()?);
        read_request(&mut reader, 0, 0)?;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")?;
        while asked.lock().unwrap().recv() == Ok(()) {
            moved.advance(Duration::from_millis(200));
            stream.write_all(b"x")?;
        }
        Ok(())
    })
    .unwrap();
    let timeouts = Timeouts::DEFAULT.total(Some(Duration::from_secs(4)));
    let client = Client::builder().timeouts(timeouts).clock(clock).build().unwrap();
    let mut answer = client.get(stage.url("/")).send().unwrap();
    let mut one = [0];
    let mut count = 0;
    let error = loop {
        ask.send(()).unwrap();
        match answer.read(&mut one) {
            Ok(read) => count += read,
            Err(error) => break http_client::client::Error::from_io(error).unwrap(),
        }
    };
    assert_eq!(error.timeout(), Some(TimeoutKind::Total));
    assert!((1..=20).contains(&count), "{count} bytes");
    drop(ask);
}

#[test]
fn a_content_under_way_is_cancelled_too() {
    let stage = stalls(|stream| stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"));
    let client = Client::new();
    let token = CancelToken::new();
    let mut answer = client.get(stage.url("/")).cancel(&token).send().unwrap();
    let mut half = [0; 4];
    answer.read_exact(&mut half).unwrap();
    token.cancel();
    assert_eq!(answer.bytes().unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(client.connections(), (0, 0));
}

#[test]
fn a_shutdown_ends_everything() {
    let (sender, arrived) = std::sync::mpsc::channel();
    let sender = Mutex::new(sender);
    let stage = stalls(move |stream| {
        let mut head = [0; 64];
        let _ = stream.read(&mut head)?;
        let _ = sender.lock().unwrap().send(());
        Ok(())
    });
    let client = Client::new();
    let twin = client.clone();
    let thread = std::thread::spawn(move || {
        arrived.recv().unwrap();
        twin.shutdown();
    });
    assert_eq!(client.get(stage.url("/")).send().unwrap_err().kind(), ErrorKind::Shutdown);
    thread.join().unwrap();
    assert_eq!(client.get(stage.url("/")).send().unwrap_err().kind(), ErrorKind::Shutdown);
    assert_eq!(client.connections(), (0, 0));
}

#[test]
fn statuses_are_retried_by_policy_and_a_long_retry_after_is_the_answer() {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let stage = Stage::start(move |seen, stream| {
        let turn = count.fetch_add(1, Ordering::SeqCst);
        match seen.method_and_target().1 {
            "/long" => write_answer(stream, "503 Busy", "Retry-After: 3600\r\n", b"later")?,
            _ if turn % 3 == 2 => write_answer(stream, "200 OK", "", b"done")?,
            _ => write_answer(stream, "503 Busy", "Retry-After: 0\r\n", b"busy")?,
        }
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::builder().retry(Retry::policy(5)).build().unwrap();
    assert_eq!(client.get(stage.url("/")).send().unwrap().text().unwrap(), "done");
    assert_eq!((calls.load(Ordering::SeqCst), stage.connections()), (3, 1));
    assert_eq!(client.get(stage.url("/long")).send().unwrap().text().unwrap(), "later");
    assert_eq!(calls.load(Ordering::SeqCst), 4);
    let answer = client.post(stage.url("/")).body("x").send().unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "a POST is not repeated");
    let answer = Client::new().get(stage.url("/long")).send().unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[test]
fn errors_are_retried_by_policy() {
    let stage = Stage::start(|seen, stream| {
        if seen.connection < 2 {
            return Ok(After::Close);
        }
        write_answer(stream, "200 OK", "", b"done")?;
        Ok(After::Keep)
    })
    .unwrap();
    let retry = Retry::policy(2).backoff(Duration::ZERO, Duration::ZERO);
    let answer = Client::new().get(stage.url("/")).retry(retry.clone()).send().unwrap();
    assert_eq!(answer.text().unwrap(), "done");
    let refused = Client::new().post(stage.url("/")).retry(retry).body("x").send();
    assert!(refused.is_ok(), "the third connection works");
}

#[test]
fn the_address_filter_sees_literals_names_and_redirects() {
    let secret = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"secret")?;
        Ok(After::Keep)
    })
    .unwrap();
    let inside = secret.address();
    let lure = Stage::start(move |_, stream| {
        write_answer(stream, "302 Found", &format!("Location: http://{inside}/\r\n"), b"")?;
        Ok(After::Keep)
    })
    .unwrap();
    let outside = lure.address();
    let client = Client::builder()
        .address_filter(AddressFilter::new(move |address| address == outside))
        .resolver(move |_: &str, port: u16, _: Option<Duration>| -> io::Result<Vec<SocketAddr>> {
            Ok(vec![(Ipv4Addr::LOCALHOST, port).into()])
        })
        .build()
        .unwrap();
    let refused = |url: String| client.get(url).send().unwrap_err().kind();
    assert_eq!(refused(secret.url("/")), ErrorKind::AddressRefused);
    assert_eq!(refused(format!("http://innocent.test:{}/", inside.port())), ErrorKind::AddressRefused);
    assert_eq!(refused(lure.url("/")), ErrorKind::AddressRefused);
    assert_eq!(secret.connections(), 0);
    let public = Client::builder().address_filter(AddressFilter::public_only()).build().unwrap();
    assert_eq!(public.get(lure.url("/")).send().unwrap_err().kind(), ErrorKind::AddressRefused);
    assert_eq!(
        public.get("http://localhost/").send().unwrap_err().kind(),
        ErrorKind::AddressRefused,
        "a name that leads home"
    );
}

#[test]
fn a_host_with_dead_addresses_is_reached_by_the_living_one() {
    let stage = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"alive")?;
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::builder()
        .resolver(|_: &str, port: u16, _: Option<Duration>| -> io::Result<Vec<SocketAddr>> {
            Ok(vec![(std::net::Ipv6Addr::LOCALHOST, port).into(), (Ipv4Addr::LOCALHOST, port).into()])
        })
        .build()
        .unwrap();
    let answer = client.get(format!("http://two.test:{}/", stage.address().port())).send().unwrap();
    assert_eq!(answer.connection().peer_addr, Some(stage.address()));
    assert_eq!(answer.text().unwrap(), "alive");
}

#[test]
fn a_plain_proxy_gets_whole_urls_and_its_own_fields() {
    let proxy = Stage::start(|seen, stream| {
        if seen.field("Proxy-Authorization").is_none() {
            let fields = "Proxy-Authenticate: Basic realm=p\r\n";
            write_answer(stream, "407 Proxy Authentication Required", fields, b"who?")?;
        } else {
            write_answer(stream, "200 OK", "", b"by proxy")?;
        }
        Ok(After::Keep)
    })
    .unwrap();
    let at = proxy.address();
    let named = Proxy::new(&format!("http://joe:pw@{at}")).unwrap().header("X-Via", "1").unwrap();
    let rules = Proxies::all(named).except(NoProxy::parse("direct.test"));
    let client = Client::builder().proxies(rules).build().unwrap();
    let answer = client.get("http://a.test:8080/x?y#z").send().unwrap();
    assert_eq!(answer.text().unwrap(), "by proxy");
    let seen = &proxy.seen()[0];
    assert_eq!(seen.line(), "GET http://a.test:8080/x?y HTTP/1.1");
    assert_eq!(seen.field("Host"), Some("a.test:8080"));
    assert_eq!(seen.field("Proxy-Authorization"), Some("Basic am9lOnB3"));
    assert_eq!(seen.field("X-Via"), Some("1"));
    client.get("http://a.test:8080/again").send().unwrap().text().unwrap();
    assert_eq!(proxy.connections(), 1);

    let anonymous = Proxy::new(&at.to_string()).unwrap();
    let answer = client.get("http://a.test/").proxy(Some(anonymous)).send().unwrap();
    assert_eq!(answer.status(), StatusCode::PROXY_AUTHENTICATION_REQUIRED);
    assert_eq!(answer.text().unwrap(), "who?");
    assert_eq!(proxy.connections(), 2, "another proxy, another connection");
    assert_eq!(client.get("http://direct.test:1/").send().unwrap_err().kind(), ErrorKind::Resolve);
    assert!(client.get(proxy.url("/direct")).proxy(None).send().is_ok());
    assert_eq!(proxy.seen().last().unwrap().line(), "GET /direct HTTP/1.1");
}

#[test]
fn a_refused_tunnel_shows_the_proxys_answer() {
    let proxy = Stage::start(|seen, stream| {
        assert_eq!(seen.line(), "CONNECT a.test:443 HTTP/1.1");
        write_answer(stream, "407 Proxy Authentication Required", "X-Why: no\r\n", b"who are you?")?;
        Ok(After::Close)
    })
    .unwrap();
    let rules = Proxies::all(Proxy::new(&proxy.address().to_string()).unwrap());
    let client = Client::builder().proxies(rules).build().unwrap();
    let error = client.post("https://a.test/").body("x").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Proxy);
    let answer = error.proxy_answer().unwrap();
    assert_eq!(answer.status(), StatusCode::PROXY_AUTHENTICATION_REQUIRED);
    assert_eq!(answer.headers().get("x-why").unwrap(), "no");
    assert_eq!(answer.content, b"who are you?");
    assert!(error.is_safe_to_retry(), "nothing reached the server");
}
