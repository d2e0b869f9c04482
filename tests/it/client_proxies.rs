//! The client through proxies: CONNECT and its answers, TLS inside and outside, SOCKS 5 and 4a byte by byte.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use http_client::{ErrorKind, Headers, HttpConnection, Limit, Phase, Sent, SocksProxy, Timeouts, TlsConfig};
use support::certificate::Certificate;

use crate::client_peer::{PATIENCE, Peer, accept_tls, read_head, read_to_the_end};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// A proxy that answers CONNECT so, and then is the server itself; the heads that it reads come through the channel.
fn proxy(answer: &'static [u8]) -> (Peer, Receiver<String>) {
    let (send, receive) = channel();
    let peer = Peer::start([move |mut stream: TcpStream| {
        send.send(read_head(&mut stream)).unwrap();
        stream.write_all(answer).unwrap();
        if answer.starts_with(b"HTTP/1.1 2") || answer.starts_with(b"HTTP/1.1 1") {
            send.send(read_head(&mut stream)).unwrap();
            stream.write_all(ANSWER).unwrap();
        }
    }]);
    (peer, receive)
}

fn fields(pairs: &[(&str, &str)]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in pairs {
        headers.append(name, value).unwrap();
    }
    headers
}

#[test]
fn a_tunnel_is_asked_for_and_requests_name_its_end() {
    #[track_caller]
    fn check(host: &str, given: &[(&str, &str)], answer: &'static [u8], connect: &str, request_host: &str) {
        let (peer, heads) = proxy(answer);
        let mut connection = HttpConnection::new(&peer.host()).unwrap();
        connection.set_tunnel(host, &fields(given)).unwrap();
        connection.request("GET", "/x", (), &Headers::new()).unwrap();
        assert_eq!(connection.get_response().unwrap().read_all(9).unwrap(), b"hello");
        assert_eq!(heads.recv_timeout(PATIENCE).unwrap(), connect);
        let request = format!("GET /x HTTP/1.1\r\nHost: {request_host}\r\nAccept-Encoding: identity\r\n\r\n");
        assert_eq!(heads.recv_timeout(PATIENCE).unwrap(), request);
        assert!(connection.proxy_answer().unwrap().status().is_success());
        peer.finish();
    }
    let ok = b"HTTP/1.1 200 Connection established\r\nX-Proxy: p\r\n\r\n";
    check("a.b:443", &[], ok, "CONNECT a.b:443 HTTP/1.1\r\nHost: a.b:443\r\n\r\n", "a.b:443");
    check("a.b", &[], ok, "CONNECT a.b:80 HTTP/1.1\r\nHost: a.b:80\r\n\r\n", "a.b");
    check("[::1]:444", &[], ok, "CONNECT [::1]:444 HTTP/1.1\r\nHost: [::1]:444\r\n\r\n", "[::1]:444");
    let own = [("host", "x"), ("Proxy-Authorization", "Basic Zm9v")];
    let connect = "CONNECT a.b:1 HTTP/1.1\r\nhost: x\r\nProxy-Authorization: Basic Zm9v\r\n\r\n";
    check("a.b:1", &own, ok, connect, "a.b:1");
    let created = b"HTTP/1.1 201 Created\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n";
    check("a.b:1", &[], created, "CONNECT a.b:1 HTTP/1.1\r\nHost: a.b:1\r\n\r\n", "a.b:1");
    let interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nA: b\r\n\r\nHTTP/1.0 200 OK\r\n\r\n";
    check("a.b:1", &[], interim, "CONNECT a.b:1 HTTP/1.1\r\nHost: a.b:1\r\n\r\n", "a.b:1");
}

#[test]
fn the_answer_of_a_proxy_that_refuses_is_there_whole() {
    let refusal =
        b"HTTP/1.1 407 Auth Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 7\r\n\r\nsign in";
    let (peer, _heads) = proxy(refusal);
    let mut connection = HttpConnection::new(&peer.host()).unwrap();
    connection.set_tunnel("a.b:443", &Headers::new()).unwrap();
    assert!(connection.proxy_answer().is_none());
    let error = connection.request("GET", "/", (), &Headers::new()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::TunnelRefused { status } if status.as_u16() == 407),
        "{error:#}"
    );
    assert_eq!((error.phase(), error.sent()), (Phase::Proxy, Sent::Nothing));
    let answer = connection.proxy_answer().unwrap();
    assert_eq!(answer.head.reason, b"Auth Required");
    assert_eq!(answer.headers().get("proxy-authenticate").unwrap(), "Basic");
    assert_eq!(answer.content, b"sign in");
    assert!(!connection.is_open());
    peer.finish();
}

#[test]
fn an_observer_is_told_what_a_proxy_says() {
    let (peer, _heads) = proxy(b"HTTP/1.1 200 OK\r\nX-Proxy: p\r\nSet-Cookie: id=s3cret\r\n\r\n");
    let (send, receive) = channel();
    let mut connection = HttpConnection::builder(&peer.host())
        .observer(move |event: &http_client::Event<'_>| send.send(format!("{event:?}")).unwrap())
        .build()
        .unwrap();
    connection.set_tunnel("a.b:443", &fields(&[("Proxy-Authorization", "Basic s3cret")])).unwrap();
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    assert_eq!(connection.get_response().unwrap().read_all(9).unwrap(), b"hello");
    let events: Vec<String> = receive.try_iter().collect();
    assert!(events[0].contains("CONNECT a.b:443") && events[1].contains("X-Proxy"), "{events:#?}");
    assert!(events.iter().all(|event| !event.contains("s3cret")), "{events:#?}");
    peer.finish();
}

#[test]
fn what_a_proxy_can_do_wrong_is_an_error() {
    #[track_caller]
    fn check(answer: &'static [u8], matches: impl FnOnce(&ErrorKind) -> bool) {
        let peer = Peer::answering(answer);
        let mut connection = HttpConnection::new(&peer.host()).unwrap();
        connection.set_tunnel("a.b:443", &Headers::new()).unwrap();
        let error = connection.connect().unwrap_err();
        assert!(matches(error.kind()), "{error:#}");
        assert_eq!(error.phase(), Phase::Proxy);
        assert_eq!((error.peer(), error.peer_addr()), (peer.host().as_str(), Some(peer.address)));
        assert_eq!(error.sent(), Sent::Nothing);
        peer.finish();
    }
    check(b"", |kind| matches!(kind, ErrorKind::RemoteDisconnected));
    check(b"HTTP/1.1 200", |kind| matches!(kind, ErrorKind::Protocol(_)));
    check(b"SSH-2.0\r\n", |kind| matches!(kind, ErrorKind::Protocol(_)));
    check(b"HTTP/1.1 200 OK\r\n\r\nunasked", |kind| matches!(kind, ErrorKind::UnaskedBytes));
    check(b"HTTP/1.1 101 Switching\r\n\r\n", |kind| matches!(kind, ErrorKind::UnaskedUpgrade));
}

#[test]
fn nothing_can_be_injected_into_a_tunnel_request() {
    let mut connection = HttpConnection::new("proxy.example").unwrap();
    for host in ["a b", "a\r\nX: y", "a\nb:1", "", "a:0", "a:x", "[::1", "a@b", "a/b", "ä"] {
        let error = connection.set_tunnel(host, &Headers::new()).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::InvalidHost { .. } | ErrorKind::InvalidPort { .. }),
            "{host:?}"
        );
    }
    for (name, value) in [("Content-Length", "5"), ("Transfer-Encoding", "chunked")] {
        let error = connection.set_tunnel("a:1", &fields(&[(name, value)])).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidFraming { .. }));
    }
}

#[test]
fn a_tunnel_is_set_up_before_connecting() {
    let peer = Peer::start([|mut stream: TcpStream| read_to_the_end(&mut stream)]);
    let mut connection = HttpConnection::new(&peer.host()).unwrap();
    connection.connect().unwrap();
    let error = connection.set_tunnel("a:1", &Headers::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TunnelTooLate) && error.is_state());
    drop(connection);
    peer.finish();
}

#[test]
fn tls_is_spoken_inside_the_tunnel_and_with_the_proxy_itself() {
    for proxy_speaks_tls in [false, true] {
        let certificate = Certificate::new().unwrap();
        let tls = TlsConfig::builder().without_mozilla_roots().roots_pem(&certificate.certificate).unwrap();
        let tls = tls.build().unwrap();
        let peer = Peer::start([move |mut stream: TcpStream| {
            if proxy_speaks_tls {
                // Only the outer session is real here: inside it, what a client says first must be TLS.
                let mut outer = accept_tls(stream, &certificate, &[]);
                assert!(read_head(&mut outer).starts_with("CONNECT localhost:443 "));
                outer.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
                outer.flush().unwrap();
                let mut record = [0; 3];
                outer.read_exact(&mut record).unwrap();
                assert_eq!(record[..2], [22, 3], "a handshake record");
                return;
            }
            assert!(read_head(&mut stream).starts_with("CONNECT localhost:443 "));
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            let mut inner = accept_tls(stream, &certificate, &[]);
            assert!(read_head(&mut inner).contains("\r\nHost: localhost\r\n"));
            inner.write_all(ANSWER).unwrap();
            inner.flush().unwrap();
        }]);
        let mut builder = HttpConnection::builder(&peer.host()).tls(tls.clone());
        if proxy_speaks_tls {
            builder = builder.proxy_tls(tls);
        }
        let mut connection = builder.build().unwrap();
        connection.set_tunnel("localhost", &Headers::new()).unwrap();
        let sent = connection.request("GET", "/", (), &Headers::new());
        if proxy_speaks_tls {
            assert!(matches!(sent.unwrap_err().kind(), ErrorKind::Tls(_)));
        } else {
            sent.unwrap();
            let mut response = connection.get_response().unwrap();
            assert_eq!(response.tls().unwrap().version, "TLSv1.3");
            assert_eq!(response.read_all(9).unwrap(), b"hello");
        }
        peer.finish();
    }
}

/// A SOCKS proxy that says its lines in turn: it reads exactly what is expected, and answers.
fn socks(dialog: Vec<(&'static [u8], &'static [u8])>) -> Peer {
    Peer::start([move |mut stream: TcpStream| {
        for (expected, answer) in dialog {
            let mut got = vec![0; expected.len()];
            if let Err(error) = stream.read_exact(&mut got) {
                panic!("waiting for {}: {error}", expected.escape_ascii());
            }
            assert_eq!(got.escape_ascii().to_string(), expected.escape_ascii().to_string());
            stream.write_all(answer).unwrap();
        }
    }])
}

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a.b:8\r\nAccept-Encoding: identity\r\n\r\n";

#[test]
fn socks_proxies_are_spoken_with_byte_by_byte() {
    #[track_caller]
    fn check(
        configure: impl FnOnce(&str) -> SocksProxy,
        host: &str,
        mut dialog: Vec<(&'static [u8], &'static [u8])>,
    ) {
        if host == "a.b:8" {
            dialog.push((GET, ANSWER));
        }
        let peer = socks(dialog);
        let mut connection = HttpConnection::builder(host)
            .socks(configure(&peer.host()))
            .resolver(|_: &str, port: u16, _: Option<Duration>| Ok(vec![([192, 0, 2, 7], port).into()]))
            .build()
            .unwrap();
        if host == "a.b:8" {
            connection.request("GET", "/", (), &Headers::new()).unwrap();
            assert_eq!(connection.get_response().unwrap().read_all(9).unwrap(), b"hello");
        } else {
            connection.connect().unwrap();
        }
        peer.finish();
    }
    let v5 = |host: &str| SocksProxy::v5(host).unwrap();
    let v4 = |host: &str| SocksProxy::v4a(host).unwrap();
    let done: &[u8] = b"\x05\0\0\x01\x7f\0\0\x01\x1f\x90";
    let none: (&[u8], &[u8]) = (b"\x05\x01\0", b"\x05\0");
    check(v5, "a.b:8", vec![none, (b"\x05\x01\0\x03\x03a.b\0\x08", done)]);
    let named: &[u8] = b"\x05\0\0\x03\x04host\x1f\x90";
    check(v5, "a.b:8", vec![none, (b"\x05\x01\0\x03\x03a.b\0\x08", named)]);
    check(
        |host| v5(host).credentials("me", "pw").unwrap(),
        "a.b:8",
        vec![
            (b"\x05\x02\0\x02", b"\x05\x02"),
            (b"\x01\x02me\x02pw", b"\x01\0"),
            (b"\x05\x01\0\x03\x03a.b\0\x08", done),
        ],
    );
    check(
        |host| v5(host).resolve_locally(),
        "a.b:8",
        vec![none, (b"\x05\x01\0\x01\xc0\0\x02\x07\0\x08", done)],
    );
    check(v5, "192.0.2.1:8", vec![none, (b"\x05\x01\0\x01\xc0\0\x02\x01\0\x08", done)]);
    check(
        v5,
        "[2001:db8::1]:8",
        vec![none, (b"\x05\x01\0\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\x08", done)],
    );
    let granted: &[u8] = b"\0\x5a\0\0\0\0\0\0";
    check(v4, "a.b:8", vec![(b"\x04\x01\0\x08\0\0\0\x01\0a.b\0", granted)]);
    check(v4, "192.0.2.1:8", vec![(b"\x04\x01\0\x08\xc0\0\x02\x01\0", granted)]);
    check(
        |host| v4(host).credentials("me", "").unwrap(),
        "192.0.2.1:8",
        vec![(b"\x04\x01\0\x08\xc0\0\x02\x01me\0", granted)],
    );
}

/// Says one dialog a connection, as [`socks`] does.
fn socks_in_turn(dialogs: Vec<Vec<(&'static [u8], &'static [u8])>>) -> Peer {
    Peer::start(dialogs.into_iter().map(|dialog| {
        move |mut stream: TcpStream| {
            for (expected, answer) in dialog {
                let mut got = vec![0; expected.len()];
                stream.read_exact(&mut got).unwrap();
                assert_eq!(got.escape_ascii().to_string(), expected.escape_ascii().to_string());
                stream.write_all(answer).unwrap();
            }
        }
    }))
}

const NO_METHOD: (&[u8], &[u8]) = (b"\x05\x01\0", b"\x05\0");
const DONE: &[u8] = b"\x05\0\0\x01\x7f\0\0\x01\x1f\x90";
const ASKED_V6: &[u8] = b"\x05\x01\0\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\x08";
const ASKED_V4: &[u8] = b"\x05\x01\0\x01\xc0\0\x02\x07\0\x08";

#[test]
fn of_the_addresses_that_are_looked_up_here_a_socks_proxy_gets_one_that_it_can_reach() {
    #[track_caller]
    fn check(
        proxy: fn(&str) -> SocksProxy,
        found: &[&str],
        dialogs: Vec<Vec<(&'static [u8], &'static [u8])>>,
        problem: Option<&str>,
    ) {
        let peer = socks_in_turn(dialogs);
        let found: Vec<std::net::SocketAddr> = found.iter().map(|address| address.parse().unwrap()).collect();
        let mut connection = HttpConnection::builder("a.b:8")
            .socks(proxy(&peer.host()).resolve_locally())
            .resolver(move |_: &str, _: u16, _: Option<Duration>| Ok(found.clone()))
            .build()
            .unwrap();
        let outcome = connection.connect().map_err(|error| error.to_string());
        match problem {
            None => assert_eq!(outcome, Ok(())),
            Some(problem) => assert!(outcome.as_ref().unwrap_err().contains(problem), "{outcome:?}"),
        }
        drop(connection);
        peer.finish();
    }
    let v5: fn(&str) -> SocksProxy = |host| SocksProxy::v5(host).unwrap();
    let v4: fn(&str) -> SocksProxy = |host| SocksProxy::v4a(host).unwrap();
    let both = ["[2001:db8::1]:8", "192.0.2.7:8"];
    let v4_asked: &[u8] = b"\x04\x01\0\x08\xc0\0\x02\x07\0";
    check(v4, &both, vec![vec![(v4_asked, b"\0\x5a\0\0\0\0\0\0")]], None);
    check(v4, &both[..1], vec![vec![]], Some("IPv6"));
    for unreachable in [b"\x05\x01\0\x01", b"\x05\x03\0\x01", b"\x05\x04\0\x01", b"\x05\x05\0\x01"] {
        let first = vec![NO_METHOD, (ASKED_V6, &unreachable[..])];
        check(v5, &both, vec![first, vec![NO_METHOD, (ASKED_V4, DONE)]], None);
    }
    // Where none of them can be reached, it is the last answer that counts; and what is forbidden is not tried elsewhere.
    let host = vec![NO_METHOD, (ASKED_V6, &b"\x05\x04\0\x01"[..])];
    let refused = vec![NO_METHOD, (ASKED_V4, &b"\x05\x05\0\x01"[..])];
    check(v5, &both, vec![host, refused], Some("the connection was refused"));
    check(v5, &both, vec![vec![NO_METHOD, (ASKED_V6, b"\x05\x02\0\x01")]], Some("forbid"));
}

#[test]
fn a_socks_proxy_that_fails_is_an_error() {
    #[track_caller]
    fn check(
        proxy: impl FnOnce(&str) -> SocksProxy,
        host: &str,
        dialog: Vec<(&'static [u8], &'static [u8])>,
    ) {
        let peer = socks(dialog);
        let mut connection = HttpConnection::builder(host).socks(proxy(&peer.host())).build().unwrap();
        let error = connection.connect().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Socks { .. }), "{error:#}");
        assert_eq!((error.phase(), error.sent()), (Phase::Proxy, Sent::Nothing));
        assert_eq!(error.peer_addr(), Some(peer.address), "{error:#}");
        drop(connection);
        peer.finish();
    }
    let v5 = |host: &str| SocksProxy::v5(host).unwrap();
    let v4 = |host: &str| SocksProxy::v4a(host).unwrap();
    let none: (&[u8], &[u8]) = (b"\x05\x01\0", b"\x05\0");
    check(v5, "a.b", vec![(b"\x05\x01\0", b"")]);
    check(v5, "a.b", vec![(b"\x05\x01\0", b"\x05\xff")]);
    check(v5, "a.b", vec![(b"\x05\x01\0", b"HT")]);
    for reply in
        [b"\x05\x01\0\x01", b"\x05\x05\0\x01", b"\x05\xee\0\x01", b"\x04\x00\0\x01", b"\x05\x00\0\x09"]
    {
        check(v5, "a.b", vec![none, (b"\x05\x01\0\x03\x03a.b\0\x50", reply)]);
    }
    let refused = |host: &str| v5(host).credentials("me", "pw").unwrap();
    check(refused, "a.b", vec![(b"\x05\x02\0\x02", b"\x05\x02"), (b"\x01\x02me\x02pw", b"\x01\x01")]);
    check(v4, "a.b", vec![(b"\x04\x01\0\x50\0\0\0\x01\0a.b\0", b"\0\x5b\0\0\0\0\0\0")]);
    check(v4, "[::1]", vec![]);
    // A name that is too long is never cut, and never looked up here instead.
    let long = format!("{}.example", "x".repeat(300));
    check(v5, &long, vec![none]);
    check(v4, &long, vec![]);
}

#[test]
fn a_proxy_that_stalls_at_any_step_ends_in_the_connect_timeout() {
    let v5: fn(&str) -> SocksProxy = |host| SocksProxy::v5(host).unwrap();
    let none: (&'static [u8], &'static [u8]) = (b"\x05\x01\0", b"\x05\0");
    for dialog in
        [vec![], vec![none], vec![none, (&b"\x05\x01\0\x03\x03a.b\0\x50"[..], &b"\x05\0\0\x01\x7f"[..])]]
    {
        let (done, wait) = channel::<()>();
        let peer = Peer::start([move |mut stream: TcpStream| {
            for (expected, answer) in dialog {
                stream.read_exact(&mut vec![0; expected.len()]).unwrap();
                stream.write_all(answer).unwrap();
            }
            let _ = wait.recv_timeout(PATIENCE);
        }]);
        let timeouts = Timeouts::all(PATIENCE).connect(Some(Duration::from_millis(100)));
        let mut connection =
            HttpConnection::builder("a.b").socks(v5(&peer.host())).timeouts(timeouts).build().unwrap();
        let error = connection.connect().unwrap_err();
        assert_eq!((error.timeout(), error.phase()), (Some(Limit::Connect), Phase::Proxy), "{error:#}");
        drop(done);
        peer.finish();
    }
    let (done, wait) = channel::<()>();
    let peer = Peer::start([move |mut stream: TcpStream| {
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 200").unwrap();
        let _ = wait.recv_timeout(PATIENCE);
    }]);
    let timeouts = Timeouts::all(PATIENCE).connect(Some(Duration::from_millis(100)));
    let mut connection = HttpConnection::builder(&peer.host()).timeouts(timeouts).build().unwrap();
    connection.set_tunnel("a.b:443", &Headers::new()).unwrap();
    let error = connection.connect().unwrap_err();
    assert_eq!((error.timeout(), error.phase()), (Some(Limit::Connect), Phase::Proxy), "{error:#}");
    drop(done);
    peer.finish();
}

#[test]
fn impossible_socks_credentials_are_refused() {
    let long = "x".repeat(256);
    for (user, password) in [("", "x"), ("x", ""), (long.as_str(), "x"), ("x", long.as_str())] {
        assert!(SocksProxy::v5("p").unwrap().credentials(user, password).is_err());
    }
    assert!(SocksProxy::v4a("p").unwrap().credentials("me", "pw").is_err());
    assert!(SocksProxy::v4a("p").unwrap().credentials("m\0e", "").is_err());
    let shown = format!("{:?}", SocksProxy::v5("p").unwrap().credentials("me", "s3cret").unwrap());
    assert!(!shown.contains("s3cret"), "{shown}");
}
