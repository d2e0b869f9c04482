//! `Client` through proxies of every kind: what they are asked for, who they are told is asking, TLS inside of TLS,
//! and the limit that is named where one stalls. Forward proxies are in `agent_resilience.rs` and `agent_tls.rs`.

use crate::agent_peer::{Asked, BlackHole, all_names_are, plain, socks_proxy};
use crate::agent_tls::Secure;
use crate::client_peer::accept_tls;
use http_client::client::{
    AddressFilter, Client, ClientBuilder, ErrorKind, Proxies, Proxy, TimeoutKind, Timeouts,
};
use http_client::testing::FakeClock;
use http_client::{Phase, Sent};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;
use support::certificate::Certificate;
use support::stage::{After, Stage, write_answer};

fn hello() -> Stage {
    Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"hello")?;
        Ok(After::Keep)
    })
    .unwrap()
}

fn through(proxy: &str) -> ClientBuilder {
    let elsewhere: SocketAddr = (Ipv4Addr::new(10, 1, 2, 3), 9).into();
    plain().proxies(Proxies::all(Proxy::new(proxy).unwrap())).resolver(all_names_are([elsewhere]))
}

#[test]
fn a_socks_proxy_is_asked_in_its_own_version_for_a_name_or_an_address() {
    #[track_caller]
    fn check(scheme: &str, login: &str, wants: Option<&'static str>, url: &str, expected: (u8, &str, &str)) {
        let server = hello();
        let (proxy, asked) = socks_proxy(server.address(), wants);
        let client = through(&format!("{scheme}://{login}{}", proxy.address())).build().unwrap();
        for _ in 0..2 {
            assert_eq!(client.get(url).send().unwrap().text().unwrap(), "hello", "{scheme}");
        }
        let (version, login, target) = expected;
        let expected = Asked { version, login: login.to_owned(), target: target.to_owned() };
        assert_eq!(*asked.lock().unwrap(), [expected], "{scheme}: asked once, then kept");
        assert_eq!(server.seen()[0].line(), "GET / HTTP/1.1");
    }
    check("socks4", "", None, "http://far.test:81/", (4, "", "10.1.2.3:81"));
    check("socks4a", "", None, "http://far.test:81/", (4, "", "far.test:81"));
    check("socks4a", "joe@", None, "http://far.test/", (4, "joe", "far.test:80"));
    check("socks4", "", None, "http://192.0.2.1/", (4, "", "192.0.2.1:80"));
    check("socks5", "", None, "http://far.test:81/", (5, "", "10.1.2.3:81"));
    check("socks5h", "", None, "http://far.test:81/", (5, "", "far.test:81"));
    check("socks5h", "joe:pw@", Some("joe:pw"), "http://far.test/", (5, "joe:pw", "far.test:80"));
    check("socks5h", "j%20e:p%3Aw@", Some("j e:p:w"), "http://far.test/", (5, "j e:p:w", "far.test:80"));
    check("socks5h", "", None, "http://[2001:db8::1]/", (5, "", "[2001:db8::1]:80"));
}

#[test]
fn what_a_socks_proxy_refuses_is_an_error_before_anything_is_sent() {
    #[track_caller]
    fn check(scheme: &str, login: &str, wants: Option<&'static str>, url: &str, expected: &str) {
        let server = hello();
        let (proxy, _) = socks_proxy(server.address(), wants);
        let client = through(&format!("{scheme}://{login}{}", proxy.address())).build().unwrap();
        let error = client.post(url).body("x").send().unwrap_err();
        assert_eq!(
            (error.kind(), error.phase(), error.sent()),
            (ErrorKind::Proxy, Phase::Proxy, Sent::Nothing)
        );
        let text = format!("{error:#}");
        assert!(text.contains(expected) && !text.contains("secret"), "{text}");
        assert!(error.is_safe_to_retry());
        assert_eq!((server.connections(), client.connections()), (0, (0, 0)));
    }
    check("socks5h", "", Some("joe:pw"), "http://a.test/", "asks for a user name and a password");
    check(
        "socks5h",
        "joe:secret@",
        Some("joe:pw"),
        "http://a.test/",
        "refuses the user name or the password",
    );
    check("socks4a", "", None, "http://[2001:db8::1]/", "SOCKS 4a cannot reach IPv6 addresses");
}

#[test]
fn the_address_filter_spares_the_proxy_and_nothing_else_on_its_host() {
    let server = hello();
    let (proxy, asked) = socks_proxy(server.address(), None);
    let rules = Proxy::new(&format!("socks5://proxy.test:{}", proxy.address().port())).unwrap();
    let client = plain()
        .proxies(Proxies::all(rules))
        .resolver(|_: &str, port: u16, _: Option<Duration>| -> io::Result<Vec<SocketAddr>> {
            Ok(vec![(Ipv4Addr::LOCALHOST, port).into()])
        })
        .address_filter(AddressFilter::public_only())
        .build()
        .unwrap();
    let url = format!("http://proxy.test:{}/", server.address().port());
    assert_eq!(client.get(&url).send().unwrap_err().kind(), ErrorKind::AddressRefused);
    assert!(asked.lock().unwrap().is_empty());
    assert_eq!(server.connections(), 0);
}

#[test]
fn looking_up_a_name_and_that_of_the_proxy_counts_together() {
    let server = hello();
    let (proxy, _) = socks_proxy(server.address(), None);
    let rules = Proxy::new(&format!("socks5://proxy.test:{}", proxy.address().port())).unwrap();
    let clock = FakeClock::new();
    let passing = clock.clone();
    let resolver = move |_: &str, port: u16, _: Option<Duration>| -> io::Result<Vec<SocketAddr>> {
        passing.advance(Duration::from_secs(1));
        Ok(vec![(Ipv4Addr::LOCALHOST, port).into()])
    };
    let client = plain().proxies(Proxies::all(rules)).clock(clock).resolver(resolver).build().unwrap();
    let answer = client.get("http://a.test/").send().unwrap();
    assert_eq!(answer.timings().resolve, Duration::from_secs(2));
}

#[test]
fn a_proxy_that_speaks_before_it_is_asked_is_named_as_the_cause() {
    let proxy = Stage::raw(|_, mut stream| {
        let mut piece = [0; 512];
        let _ = stream.read(&mut piece)?;
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nunasked")?;
        while matches!(stream.read(&mut piece), Ok(1..)) {}
        Ok(())
    })
    .unwrap();
    let rules = Proxies::all(Proxy::new(&format!("http://{}", proxy.address())).unwrap());
    let error = plain().proxies(rules).build().unwrap().get("https://a.test/").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Proxy, "{error:#}");
}

#[test]
fn an_error_on_the_way_to_a_proxy_names_the_proxy_and_where_it_comes_from() {
    #[track_caller]
    fn check(proxies: Proxies, url: &str, expected: &str) {
        let error = plain().proxies(proxies).build().unwrap().get(url).send().unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains(expected) && !text.contains("pw"), "{text}");
        assert_eq!(error.kind(), ErrorKind::Connect, "{text}");
    }
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (scheme, login) in [("http", "joe:pw@"), ("socks5h", "joe:pw@"), ("socks4a", "joe@")] {
        let own = Proxies::all(Proxy::new(&format!("{scheme}://{login}{nobody}")).unwrap());
        check(own, "http://a.test/", &format!("(proxy {scheme}://{nobody})"));
    }
    let environment =
        |name: &'static str| move |asked: &str| (asked == name).then(|| format!("http://joe:pw@{nobody}"));
    for (name, url) in [
        ("http_proxy", "http://a.test/"),
        ("HTTP_PROXY", "http://a.test/"),
        ("https_proxy", "https://a.test/"),
        ("ALL_PROXY", "https://a.test/"),
    ] {
        let proxies = Proxies::from_variables(environment(name)).unwrap();
        check(proxies, url, &format!("(proxy http://{nobody}, from {name})"));
    }
}

#[test]
fn tls_runs_inside_of_socks() {
    let secure = Secure::hello();
    let (proxy, asked) = socks_proxy(secure.stage.address(), Some("joe:pw"));
    let rules = Proxies::all(Proxy::new(&format!("socks5h://joe:pw@{}", proxy.address())).unwrap());
    let client = secure.client().proxies(rules).build().unwrap();
    let answer = client.get(secure.url("/")).send().unwrap();
    assert_eq!(answer.connection().tls.as_ref().unwrap().version, "TLSv1.3");
    assert_eq!(answer.text().unwrap(), "secure");
    assert_eq!(asked.lock().unwrap()[0].target, secure.stage.address().to_string());
}

#[test]
fn a_proxy_over_tls_tunnels_tls() {
    let secure = Secure::hello();
    let far = secure.stage.address();
    let certificate = Certificate::new().unwrap();
    let trust = crate::agent_tls::trusting(&certificate);
    let proxy = Stage::raw(move |_, stream| {
        // Ends the outer session, and carries the inner one over a plain connection of its own.
        let mut outer = BufReader::new(accept_tls(stream, &certificate, &[]));
        let mut line = String::new();
        outer.read_line(&mut line)?;
        assert!(line.starts_with("CONNECT 127.0.0.1:"), "{line}");
        while line != "\r\n" {
            line.clear();
            outer.read_line(&mut line)?;
        }
        outer.get_mut().write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        let mut inner = TcpStream::connect(far)?;
        inner.set_read_timeout(Some(Duration::from_millis(5)))?;
        outer.get_mut().sock.set_read_timeout(Some(Duration::from_millis(5)))?;
        exchange(outer.get_mut(), &mut inner)
    })
    .unwrap();
    let rules = Proxies::all(Proxy::new(&format!("https://{}", proxy.address())).unwrap());
    let client = secure.client().proxies(rules).proxy_tls(trust).build().unwrap();
    assert_eq!(client.get(secure.url("/x")).send().unwrap().text().unwrap(), "secure");
    assert_eq!(secure.seen()[0].line(), "GET /x HTTP/1.1");
}

/// Carries bytes both ways on one thread, since a TLS session cannot be split.
fn exchange(one: &mut (impl Read + Write), other: &mut TcpStream) -> io::Result<()> {
    let mut piece = [0; 16 * 1024];
    let is_wait =
        |error: &io::Error| matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
    loop {
        match one.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => other.write_all(&piece[..count])?,
            Err(error) if is_wait(&error) => {}
            Err(error) => return Err(error),
        }
        match other.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => one.write_all(&piece[..count])?,
            Err(error) if is_wait(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

#[test]
fn a_proxy_that_stalls_is_given_up_by_the_limit_of_that_step() {
    const SOON: Option<Duration> = Some(Duration::from_millis(60));
    #[track_caller]
    fn check(proxy: &str, url: &str, says: &'static [u8], expected: TimeoutKind) {
        let stage = Stage::raw(move |_, mut stream| {
            stream.write_all(says)?;
            io::copy(&mut stream, &mut io::sink()).map(|_| ())
        })
        .unwrap();
        let (limits, own) = (Timeouts::NONE, SOON);
        // Only this one can end it.
        let limits = match expected {
            TimeoutKind::Connect => limits.connect(own),
            TimeoutKind::Tls => limits.tls(own),
            _ => limits.first_byte(own),
        };
        let client = through(&format!("{proxy}://{}", stage.address())).timeouts(limits).build().unwrap();
        let error = client.get(url).send().unwrap_err();
        assert_eq!(
            (error.kind(), error.timeout()),
            (ErrorKind::Timeout, Some(expected)),
            "{proxy}: {error:#}"
        );
        assert_eq!(client.connections(), (0, 0));
        let is_sent = expected == TimeoutKind::FirstByte;
        assert_eq!(error.sent() != Sent::Nothing, is_sent, "{proxy}");
    }
    let (plain, secure) = ("http://192.0.2.1/", "https://192.0.2.1/");
    check("http", plain, b"", TimeoutKind::FirstByte);
    check("http", secure, b"", TimeoutKind::Connect);
    check("http", secure, b"HTTP/1.1 200", TimeoutKind::Connect);
    check("http", secure, b"HTTP/1.1 100 Continue\r\n\r\n", TimeoutKind::Connect);
    check("http", secure, b"HTTP/1.1 200 OK\r\n\r\n", TimeoutKind::Tls);
    check("https", plain, b"", TimeoutKind::Tls);
    check("https", secure, b"", TimeoutKind::Tls);
    check("https", plain, b"\x16\x03\x03\x00", TimeoutKind::Tls);
    for socks in ["socks5", "socks5h"] {
        check(socks, plain, b"", TimeoutKind::Connect);
        check(socks, plain, b"\x05", TimeoutKind::Connect);
        check(socks, plain, b"\x05\x00", TimeoutKind::Connect);
        check(socks, plain, b"\x05\x00\x05\x00\x00", TimeoutKind::Connect);
        check(socks, plain, b"\x05\x00\x05\x00\x00\x03\x09half", TimeoutKind::Connect);
        check(socks, plain, b"\x05\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", TimeoutKind::FirstByte);
        check(socks, secure, b"\x05\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", TimeoutKind::Tls);
    }
    for socks in ["socks4", "socks4a"] {
        check(socks, plain, b"", TimeoutKind::Connect);
        check(socks, plain, b"\x00\x5a\x00", TimeoutKind::Connect);
        check(socks, plain, b"\x00\x5a\x00\x00\x00\x00\x00\x00", TimeoutKind::FirstByte);
    }
}

#[test]
fn a_proxy_that_takes_no_connection_is_given_up_by_the_limit_for_connecting() {
    for kind in ["http", "https", "socks4", "socks5h"] {
        let hole = BlackHole::v4();
        let limits = Timeouts::NONE.connect(Some(Duration::from_millis(60)));
        let client = through(&format!("{kind}://{}", hole.address)).timeouts(limits).build().unwrap();
        assert_eq!(client.get("https://a.test/").send().unwrap_err().timeout(), Some(TimeoutKind::Connect));
    }
}

#[test]
fn a_host_whose_ipv6_is_dead_is_reached_by_ipv4_after_a_quarter_of_a_second() {
    let dead = BlackHole::v6_or_v4();
    let stage = hello();
    let client = Client::builder().resolver(all_names_are([dead.address, stage.address()])).build().unwrap();
    let answer = client.get("http://two.test/").send().unwrap();
    let took = answer.timings().connect;
    // Much less than any limit, and not before its turn; the upper bound leaves room for a busy machine.
    assert!(took >= Duration::from_millis(240) && took < Duration::from_secs(5), "{took:?}");
    let info = answer.connection();
    assert_eq!(info.peer_addr, Some(stage.address()));
    let failed: Vec<_> = info.failed_attempts.iter().map(|failed| (failed.addr, failed.reason)).collect();
    assert_eq!(failed, [(dead.address, io::ErrorKind::TimedOut)]);
    answer.text().unwrap();
    let kept = client.get("http://two.test/").send().unwrap();
    assert_eq!(kept.timings().connect, Duration::ZERO, "the next request finds the connection kept");
}
