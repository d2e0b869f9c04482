//! Behind proxies: who is believed to speak for whom.

use crate::client::{Client, PATIENCE, serve, wait_until};
use http_server::{
    Limits, Listen, Networks, Request, Response, Server, ServerHandle, Timeouts, TrustedProxies,
};
use std::io::Write;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: own.example\r\n\r\n";
const LINE: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n";
const TOLD: &str = "192.0.2.1:56324 198.51.100.1:443";

/// Version 2: command, family, addresses.
fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [&b"\r\n\r\n\0\r\nQUIT\n"[..], &[0x20 | command, family], &length, rest].concat()
}

const INET: &[u8] = &[192, 0, 2, 1, 198, 51, 100, 1, 0xdc, 0x04, 0x01, 0xbb];

fn tells(request: &mut Request<'_>) -> Response {
    let ends = (request.peer_addr(), request.local_addr());
    let (Some(peer), Some(local)) = ends else { return Response::text(format!("{ends:?}")) };
    Response::text(format!("{peer} {local}"))
}

/// A server whose listener wants introductions by `proxies`, and what its observer is told.
fn introduced(proxies: Networks, timeouts: Timeouts) -> (ServerHandle, Receiver<String>) {
    let (sender, receiver) = channel();
    let sender = Mutex::new(sender);
    let server = Server::builder()
        .listen(Listen::tcp("127.0.0.1:0").unwrap().proxy_protocol(proxies))
        .unwrap()
        .timeouts(timeouts)
        .observer(move |event| drop(sender.lock().unwrap().send(event.to_string())))
        .serve(tells)
        .unwrap();
    (server, receiver)
}

#[test]
fn a_trusted_proxy_introduces_its_client_in_both_versions() {
    let (server, _) = introduced(Networks::loopback(), Timeouts::default());
    let with_values = [INET, &[0x02, 0, 3, b'a', b'.', b'b', 0x04, 0, 0]].concat();
    for header in [LINE.to_vec(), v2(1, 0x11, INET), v2(1, 0x11, &with_values)] {
        let mut client = Client::connect(&server);
        // Two requests behind it, the first at once.
        client.send([&header[..], GET].concat());
        assert_eq!(client.answer().text(), TOLD);
        assert_eq!(client.get("/").text(), TOLD);
    }
}

#[test]
fn an_introduction_may_arrive_byte_by_byte() {
    let (server, _) = introduced(Networks::loopback(), Timeouts::default());
    for header in [LINE.to_vec(), v2(1, 0x11, INET)] {
        let mut client = Client::connect(&server);
        for byte in header.iter().chain(GET) {
            client.send([*byte]);
        }
        assert_eq!(client.answer().text(), TOLD);
    }
}

#[test]
fn a_connection_of_the_proxy_itself_is_known_by_its_own_address() {
    let (server, _) = introduced(Networks::loopback(), Timeouts::default());
    for header in [&b"PROXY UNKNOWN\r\n"[..], &v2(0, 0, b""), &v2(0, 0x11, INET), &v2(1, 0x31, &[b'/'; 216])]
    {
        let mut client = Client::connect(&server);
        let own = format!("{} {}", client.stream.local_addr().unwrap(), client.stream.peer_addr().unwrap());
        client.send([header, GET].concat());
        assert_eq!(client.answer().text(), own);
    }
}

#[test]
fn whoever_is_no_proxy_of_ours_is_not_served() {
    let (server, events) = introduced(Networks::new(["192.0.2.0/24"]).unwrap(), Timeouts::default());
    for header in [LINE, b""] {
        let mut client = Client::connect(&server);
        // It may be closed already.
        drop(client.stream.write_all(&[header, GET].concat()));
        client.expect_end();
        let event = events.recv_timeout(PATIENCE).unwrap();
        assert!(event.ends_with("connection refused: not from a trusted proxy"), "{event}");
    }
    assert_eq!(server.stats().requests, 0);
}

#[test]
fn a_connection_without_a_proper_introduction_is_closed_without_a_word() {
    let (server, events) = introduced(Networks::loopback(), Timeouts::default());
    for (bytes, why) in [
        (GET, "no header of the PROXY protocol"),
        (b"PROXY TCP4 localhost 127.0.0.1 1 2\r\n", "malformed header of version 1 of the PROXY protocol"),
        (&v2(2, 0x11, INET), "malformed header of version 2 of the PROXY protocol"),
        (&v2(1, 0x11, &[0; 5000]), "header of the PROXY protocol of 5016 bytes, 4096 are the most"),
    ] {
        let mut client = Client::connect(&server);
        drop(client.stream.write_all(bytes));
        client.expect_end();
        let event = events.recv_timeout(PATIENCE).unwrap();
        assert!(event.ends_with(&format!("connection refused: {why}")), "{event}");
    }
    assert_eq!(server.stats().requests, 0);
}

#[test]
fn an_introduction_has_the_time_of_a_head() {
    let timeouts = Timeouts::default().head(Duration::from_millis(50));
    let (server, _) = introduced(Networks::loopback(), timeouts);
    for part in [&b""[..], &LINE[..20], &v2(1, 0x11, INET)[..14]] {
        let mut client = Client::connect(&server);
        client.send(part);
        client.expect_end();
    }
    assert_eq!(server.stats().requests, 0);
}

#[test]
fn without_the_protocol_its_header_is_no_request() {
    let server = serve(tells);
    for header in [LINE, &v2(1, 0x11, INET)] {
        let mut client = Client::connect(&server);
        client.send([header, GET].concat());
        assert_eq!(client.answer().status, 400);
        client.expect_end();
    }
}

#[test]
fn connections_are_counted_by_the_address_of_the_client_not_of_the_proxy() {
    let server = Server::builder()
        .listen(Listen::tcp("127.0.0.1:0").unwrap().proxy_protocol(Networks::loopback()))
        .unwrap()
        .limits(Limits::default().connections_per_address_max(Some(1)))
        .serve(tells)
        .unwrap();
    let mut first = Client::connect(&server);
    assert_eq!(first.send([LINE, GET].concat()).answer().status, 200);
    let mut second = Client::connect(&server);
    drop(second.stream.write_all(&[LINE, GET].concat()));
    second.expect_end();
    let mut other = Client::connect(&server);
    let line = b"PROXY TCP4 192.0.2.2 198.51.100.1 56324 443\r\n";
    assert_eq!(other.send([line, GET].concat()).answer().status, 200);
    drop(first);
    wait_until(|| server.stats().connections_open == 1, "the place is not given back");
    let mut again = Client::connect(&server);
    assert_eq!(again.send([LINE, GET].concat()).answer().status, 200);
}

#[test]
fn proxies_that_have_not_spoken_do_not_delay_the_end() {
    let (server, _) = introduced(Networks::loopback(), Timeouts::default());
    let mut silent = Client::connect(&server);
    wait_until(|| server.stats().connections_open == 1, "it is not accepted");
    let report = server.shutdown(PATIENCE);
    assert_eq!((report.cut, report.idle_closed + report.drained), (0, 1), "{report:?}");
    silent.expect_end();
}

#[cfg(unix)]
#[test]
fn a_proxy_introduces_its_client_over_a_local_socket() {
    use std::os::unix::net::UnixStream;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sock");
    for (proxies, is_served) in
        [(Networks::loopback(), false), (Networks::default().with_local_sockets(), true)]
    {
        let listen = Listen::unix(&path, 0o600).proxy_protocol(proxies);
        let server = Server::builder().listen(listen).unwrap().observer(|_| {}).serve(tells).unwrap();
        let mut client = Client::over(UnixStream::connect(&path).unwrap());
        if is_served {
            assert_eq!(client.send([&v2(1, 0x11, INET), GET].concat()).answer().text(), TOLD);
        } else {
            drop(client.stream.write_all(LINE));
            client.expect_end();
        }
        server.shutdown(PATIENCE);
    }
}

#[cfg(feature = "tls")]
#[test]
fn tls_begins_behind_the_introduction() {
    use crate::tls::{Authority, over_tls};

    let authority = Authority::new();
    let server = Server::builder()
        .listen(
            Listen::tcp("127.0.0.1:0")
                .unwrap()
                .proxy_protocol(Networks::loopback())
                .tls(authority.tls("localhost")),
        )
        .unwrap()
        .serve(|request: &mut Request<'_>| {
            Response::text(format!("{} {}", request.peer_addr().unwrap(), request.scheme()))
        })
        .unwrap();
    for header in [LINE.to_vec(), v2(1, 0x11, INET)] {
        let mut stream = Client::connect(&server).stream;
        stream.write_all(&header).unwrap();
        let mut client = over_tls(stream, &authority.client(None), "localhost");
        assert_eq!(client.get("/").text(), "192.0.2.1:56324 https");
    }
    // TLS without it is no introduction.
    let mut stream = Client::connect(&server);
    drop(stream.stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"));
    stream.expect_end();
}

fn asks(request: &mut Request<'_>) -> Response {
    let client = request.client_addr().unwrap();
    Response::text(format!("{client} {} {}", request.scheme(), request.host().unwrap()))
}

#[track_caller]
fn check(proxies: Option<TrustedProxies>, fields: &str, want: &str) {
    let builder = Server::bind("127.0.0.1:0").unwrap();
    let builder = match proxies {
        Some(proxies) => builder.trusted_proxies(proxies),
        None => builder,
    };
    let server = builder.serve(asks).unwrap();
    let mut client = Client::connect(&server);
    client.send(format!("GET / HTTP/1.1\r\nHost: own.example\r\n{fields}\r\n"));
    assert_eq!(client.answer().text(), want);
}

const X_FIELDS: &str =
    "X-Forwarded-For: 10.1.1.1, 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: a.example\r\n";
const FIELD: &str = "Forwarded: for=10.1.1.1, for=\"[2001:db8::1]:7\";proto=https;host=b.example\r\n";

#[test]
fn what_a_trusted_proxy_says_of_its_client_is_believed() {
    let x_forwarded = TrustedProxies::x_forwarded(Networks::loopback());
    check(Some(x_forwarded.clone()), X_FIELDS, "192.0.2.1 https own.example");
    check(Some(x_forwarded.with_x_forwarded_host()), X_FIELDS, "192.0.2.1 https a.example");
    let forwarded = TrustedProxies::forwarded(Networks::loopback());
    check(Some(forwarded), FIELD, "2001:db8::1 https b.example");
}

#[test]
fn what_anybody_else_says_of_itself_is_not_believed() {
    let fields = format!("{X_FIELDS}{FIELD}");
    check(None, &fields, "127.0.0.1 http own.example");
    let strangers = Networks::new(["192.0.2.0/24", "::1", "10.0.0.0/8"]).unwrap();
    let x_forwarded = TrustedProxies::x_forwarded(strangers.clone()).with_x_forwarded_host();
    check(Some(x_forwarded), &fields, "127.0.0.1 http own.example");
    check(Some(TrustedProxies::forwarded(strangers)), &fields, "127.0.0.1 http own.example");
    // A trusted peer, but the field of the other kind, which it only passes on.
    let forwarded = TrustedProxies::forwarded(Networks::loopback());
    check(Some(forwarded), X_FIELDS, "127.0.0.1 http own.example");
    let x_forwarded = TrustedProxies::x_forwarded(Networks::loopback()).with_x_forwarded_host();
    check(Some(x_forwarded), FIELD, "127.0.0.1 http own.example");
}

#[test]
fn fields_are_believed_of_the_peer_that_was_introduced_not_of_the_balancer() {
    // A balancer on loopback, behind it a proxy, behind that a client; and a client that lies to the balancer.
    let proxies = TrustedProxies::x_forwarded(Networks::new(["192.0.2.1"]).unwrap());
    let server = Server::builder()
        .listen(Listen::tcp("127.0.0.1:0").unwrap().proxy_protocol(Networks::loopback()))
        .unwrap()
        .trusted_proxies(proxies)
        .serve(asks)
        .unwrap();
    let request = "GET / HTTP/1.1\r\nHost: own.example\r\nX-Forwarded-For: 203.0.113.5\r\n\r\n";
    for (source, want) in [("192.0.2.1", "203.0.113.5"), ("192.0.2.66", "192.0.2.66")] {
        let mut client = Client::connect(&server);
        client.send(format!("PROXY TCP4 {source} 198.51.100.1 56324 443\r\n{request}"));
        assert_eq!(client.answer().text(), format!("{want} http own.example"));
    }
}

#[test]
fn the_observer_of_a_wrapper_and_its_handler_see_the_same_client() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    let logged =
        http_server::Logged::new(asks).to_sink(move |line| kept.lock().unwrap().push(line.to_owned()));
    let proxies = TrustedProxies::x_forwarded(Networks::loopback());
    let server = Server::bind("127.0.0.1:0").unwrap().trusted_proxies(proxies).serve(logged).unwrap();
    let mut client = Client::connect(&server);
    client.send(format!("GET / HTTP/1.1\r\nHost: own.example\r\nConnection: close\r\n{X_FIELDS}\r\n"));
    assert_eq!(client.answer().text(), "192.0.2.1 https own.example");
    client.expect_end();
    wait_until(|| !lines.lock().unwrap().is_empty(), "no line was logged");
    assert!(lines.lock().unwrap()[0].starts_with("192.0.2.1 - - ["), "{lines:?}");
}
