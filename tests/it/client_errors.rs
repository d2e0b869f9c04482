//! Each variant of `ErrorKind`, and each rule of the protocol that an answer can break, provoked over a real socket. The
//! lists are held against the enums: a variant without a row fails the run.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use http_client::{
    Body, Error, ErrorKind, Headers, HttpConnection, HttpsConnection, Limits, Phase, Sent, SocksProxy,
    TcpTransport, Timeouts, TlsConfig,
};

use crate::client_peer::{PATIENCE, Peer, read_head, read_to_the_end};

/// How an error comes about, the variant that it is, and the step during which it happens.
struct Row {
    variant: &'static str,
    phase: Phase,
    provoke: fn() -> (Error, Option<SocketAddr>),
}

const fn row(variant: &'static str, phase: Phase, provoke: fn() -> (Error, Option<SocketAddr>)) -> Row {
    Row { variant, phase, provoke }
}

const ROWS: &[Row] = &[
    row("InvalidHost", Phase::Tls, a_name_that_no_certificate_has),
    row("InvalidPort", Phase::Prepare, a_tunnel_to_port_zero),
    row("InvalidRequest", Phase::Prepare, a_target_with_a_blank),
    row("InvalidFraming", Phase::Prepare, two_lengths),
    row("CannotSendRequest", Phase::Prepare, a_second_request),
    row("CannotSendHeader", Phase::Prepare, a_field_without_a_request),
    row("ResponseNotReady", Phase::Prepare, an_answer_to_nothing),
    row("NotConnected", Phase::Connect, a_given_socket_used_again),
    row("TunnelTooLate", Phase::Prepare, a_tunnel_when_connected),
    row("BodySource", Phase::SendBody, a_reader_that_breaks),
    row("Unsupported", Phase::Prepare, a_given_socket_through_socks),
    row("TlsConfiguration", Phase::Prepare, roots_without_a_certificate),
    row("ContentTooLong", Phase::Content, more_content_than_allowed),
    row("Resolve", Phase::Resolve, a_name_without_an_address),
    row("Connect", Phase::Connect, a_port_nobody_listens_on),
    row("Timeout", Phase::FirstByte, a_server_that_says_nothing),
    row("Cancelled", Phase::Resolve, a_token_cancelled_before_connecting),
    row("Send", Phase::SendBody, a_server_that_has_reset),
    row("Receive", Phase::FirstByte, a_server_that_resets_instead_of_answering),
    row("Tls", Phase::Tls, a_server_without_tls),
    row("RemoteDisconnected", Phase::FirstByte, a_server_that_closes),
    row("Protocol", Phase::Head, a_server_that_speaks_ssh),
    row("IncompleteRead", Phase::Content, content_that_is_cut),
    row("TooManyInformational", Phase::Head, interim_answers_without_end),
    row("UnaskedUpgrade", Phase::Head, a_switch_of_protocols),
    row("UnaskedBytes", Phase::Proxy, a_proxy_that_goes_on_talking),
    row("EarlyAnswer", Phase::SendBody, an_answer_before_the_content),
    row("TunnelRefused", Phase::Proxy, a_proxy_that_forbids),
    row("Socks", Phase::Proxy, a_socks_proxy_that_fails),
];

#[test]
fn each_variant_of_error_kind_is_provoked_and_says_phase_peer_and_what_was_sent() {
    for Row { variant, phase, provoke } in ROWS {
        let (error, address) = provoke();
        let kind = format!("{:?}", error.kind());
        assert_eq!(kind.split([' ', '(']).next(), Some(*variant), "{error:#}");
        assert_eq!(error.phase(), *phase, "{variant}: {error:#}");
        if let Some(address) = address {
            assert_eq!(error.peer_addr(), Some(address), "{variant}: {error:#}");
            assert!(!error.peer().is_empty(), "{variant}: {error:#}");
        }
        let before_the_request = matches!(
            error.phase(),
            Phase::Prepare | Phase::Resolve | Phase::Connect | Phase::Proxy | Phase::Tls
        );
        let under_way = matches!(*variant, "CannotSendRequest");
        assert_eq!(
            error.sent() == Sent::Nothing,
            before_the_request && !under_way || *variant == "Send",
            "{variant}: {error:#}"
        );
        let has_a_cause = std::error::Error::source(&error).is_some();
        let wraps = matches!(
            *variant,
            "InvalidRequest" | "BodySource" | "Resolve" | "Connect" | "Send" | "Receive" | "Tls" | "Protocol"
        );
        assert_eq!(has_a_cause, wraps, "{variant}: {error:#}");
    }
}

#[test]
fn no_variant_of_error_kind_is_without_a_row() {
    let listed: Vec<&str> = ROWS.iter().map(|row| row.variant).collect();
    assert_eq!(listed, variants(include_str!("../../crates/http-client/src/error.rs"), "ErrorKind"));
}

/// The names of the variants of an enum, in order.
fn variants<'t>(source: &'t str, name: &str) -> Vec<&'t str> {
    let (_, behind) = source.split_once(&format!("pub enum {name} {{\n")).unwrap();
    let (body, _) = behind.split_once("\n}\n").unwrap();
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    lines
        .filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()))
        .map(|line| line.split([' ', '(', ',']).next().unwrap())
        .collect()
}

fn usual(peer: &Peer) -> HttpConnection {
    HttpConnection::builder(&peer.host()).timeouts(Timeouts::all(PATIENCE)).build().unwrap()
}

fn get(connection: &mut HttpConnection) -> Result<Vec<u8>, Error> {
    connection.request("GET", "/", (), &Headers::new())?;
    connection.get_response()?.read_all(1 << 20)
}

/// A peer that reads a head, says this, and waits for the client to leave.
fn saying(answer: &'static [u8]) -> Peer {
    Peer::start([move |mut stream: TcpStream| {
        read_head(&mut stream);
        stream.write_all(answer).unwrap();
        read_to_the_end(&mut stream);
    }])
}

/// A peer that says nothing at all until the client leaves.
fn silent() -> Peer {
    Peer::start([|mut stream: TcpStream| read_to_the_end(&mut stream)])
}

/// What a GET ends in.
fn failing(peer: Peer) -> (Error, Option<SocketAddr>) {
    let mut connection = usual(&peer);
    let error = get(&mut connection).unwrap_err();
    drop(connection);
    let address = peer.address;
    peer.finish();
    (error, Some(address))
}

/// What goes wrong on a connection that is open.
fn on_open(peer: Peer, work: impl FnOnce(&mut HttpConnection) -> Error) -> (Error, Option<SocketAddr>) {
    let mut connection = usual(&peer);
    connection.connect().unwrap();
    let error = work(&mut connection);
    drop(connection);
    let address = peer.address;
    peer.finish();
    (error, Some(address))
}

fn a_name_that_no_certificate_has() -> (Error, Option<SocketAddr>) {
    let peer = silent();
    let address = peer.address;
    let mut connection = HttpConnection::builder("a..b")
        .port(address.port())
        .tls(TlsConfig::default())
        .resolver(move |_: &str, _: u16, _: Option<Duration>| Ok(vec![address]))
        .build()
        .unwrap();
    let error = connection.connect().unwrap_err();
    peer.finish();
    (error, Some(address))
}

fn a_tunnel_to_port_zero() -> (Error, Option<SocketAddr>) {
    let peer = Peer::answering(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    let mut connection = usual(&peer);
    get(&mut connection).unwrap();
    peer.finish();
    (connection.set_tunnel("a:0", &Headers::new()).unwrap_err(), None)
}

fn a_target_with_a_blank() -> (Error, Option<SocketAddr>) {
    on_open(silent(), |connection| connection.request("GET", "/a b", (), &Headers::new()).unwrap_err())
}

fn two_lengths() -> (Error, Option<SocketAddr>) {
    on_open(silent(), |connection| {
        connection.put_request("PUT", "/").unwrap();
        connection.put_header("Content-Length", "1").unwrap();
        connection.put_header("Content-Length", "2").unwrap_err()
    })
}

fn a_second_request() -> (Error, Option<SocketAddr>) {
    on_open(silent(), |connection| {
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        connection.request("GET", "/", (), &Headers::new()).unwrap_err()
    })
}

fn a_field_without_a_request() -> (Error, Option<SocketAddr>) {
    on_open(silent(), |connection| connection.put_header("A", "b").unwrap_err())
}

fn an_answer_to_nothing() -> (Error, Option<SocketAddr>) {
    on_open(silent(), |connection| connection.get_response().unwrap_err())
}

fn a_given_socket_used_again() -> (Error, Option<SocketAddr>) {
    let peer = Peer::answering(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    let transport = TcpTransport::new(TcpStream::connect(peer.address).unwrap());
    let mut connection = HttpConnection::from_transport(transport, "given.example").unwrap();
    get(&mut connection).unwrap();
    peer.finish();
    (get(&mut connection).unwrap_err(), None)
}

fn a_tunnel_when_connected() -> (Error, Option<SocketAddr>) {
    on_open(silent(), |connection| connection.set_tunnel("a:1", &Headers::new()).unwrap_err())
}

fn a_reader_that_breaks() -> (Error, Option<SocketAddr>) {
    let peer = Peer::start([|mut stream: TcpStream| read_to_the_end(&mut stream)]);
    on_open(peer, |connection| {
        let items = [Ok(b"first".to_vec()), Err(io::Error::other("no disk"))];
        connection.request("PUT", "/", Body::chunks(items), &Headers::new()).unwrap_err()
    })
}

fn a_given_socket_through_socks() -> (Error, Option<SocketAddr>) {
    let peer = silent();
    let transport = TcpTransport::new(TcpStream::connect(peer.address).unwrap());
    let proxy = SocksProxy::v5("proxy.example").unwrap();
    let error = HttpConnection::builder("a.b").transport(transport).socks(proxy).build().unwrap_err();
    peer.finish();
    (error, None)
}

fn roots_without_a_certificate() -> (Error, Option<SocketAddr>) {
    (TlsConfig::builder().roots_pem("").unwrap_err(), None)
}

fn more_content_than_allowed() -> (Error, Option<SocketAddr>) {
    on_open(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), |connection| {
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        connection.get_response().unwrap().read_all(4).unwrap_err()
    })
}

fn a_name_without_an_address() -> (Error, Option<SocketAddr>) {
    let nowhere = |_: &str, _: u16, _: Option<Duration>| Err(io::Error::other("no such name"));
    let mut connection = HttpConnection::builder("nowhere.invalid").resolver(nowhere).build().unwrap();
    (connection.connect().unwrap_err(), None)
}

fn a_port_nobody_listens_on() -> (Error, Option<SocketAddr>) {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    (HttpConnection::new(&free.to_string()).unwrap().connect().unwrap_err(), Some(free))
}

fn a_token_cancelled_before_connecting() -> (Error, Option<SocketAddr>) {
    let token = http_client::CancelToken::new();
    token.cancel();
    let mut connection = HttpConnection::new("127.0.0.1:9").unwrap();
    (connection.connect_unless(&token).unwrap_err(), None)
}

fn a_server_that_says_nothing() -> (Error, Option<SocketAddr>) {
    let peer = silent();
    let timeouts = Timeouts::all(PATIENCE).first_byte(Some(Duration::from_millis(30)));
    let mut connection = HttpConnection::builder(&peer.host()).timeouts(timeouts).build().unwrap();
    let error = get(&mut connection).unwrap_err();
    let address = peer.address;
    peer.finish();
    (error, Some(address))
}

fn a_server_that_has_reset() -> (Error, Option<SocketAddr>) {
    let peer = Peer::start([|stream: TcpStream| {
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    }]);
    let address = peer.address;
    let mut connection = usual(&peer);
    connection.connect().unwrap();
    peer.finish();
    // The first write meets the reset; what explains it is looked for where the answer is asked for.
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    (connection.get_response().unwrap_err(), Some(address))
}

fn a_server_that_resets_instead_of_answering() -> (Error, Option<SocketAddr>) {
    failing(Peer::start([|mut stream: TcpStream| {
        read_head(&mut stream);
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    }]))
}

fn a_server_without_tls() -> (Error, Option<SocketAddr>) {
    let peer = Peer::start([|mut stream: TcpStream| {
        stream.write_all(b"220 mail.example ESMTP\r\n").unwrap();
        read_to_the_end(&mut stream);
    }]);
    let mut connection = HttpsConnection::new(&peer.host()).unwrap();
    let error = connection.connect().unwrap_err();
    let address = peer.address;
    peer.finish();
    (error, Some(address))
}

fn a_server_that_closes() -> (Error, Option<SocketAddr>) {
    failing(Peer::answering(b""))
}

fn a_server_that_speaks_ssh() -> (Error, Option<SocketAddr>) {
    failing(Peer::answering(b"SSH-2.0-OpenSSH_9\r\n"))
}

fn content_that_is_cut() -> (Error, Option<SocketAddr>) {
    failing(Peer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"))
}

fn interim_answers_without_end() -> (Error, Option<SocketAddr>) {
    failing(Peer::start([|mut stream: TcpStream| {
        read_head(&mut stream);
        while stream.write_all(b"HTTP/1.1 102 Processing\r\n\r\n").is_ok() {}
    }]))
}

fn a_switch_of_protocols() -> (Error, Option<SocketAddr>) {
    failing(saying(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"))
}

fn through(proxy: Peer) -> (Error, Option<SocketAddr>) {
    let mut connection = usual(&proxy);
    connection.set_tunnel("a.b:443", &Headers::new()).unwrap();
    let error = connection.connect().unwrap_err();
    let address = proxy.address;
    proxy.finish();
    (error, Some(address))
}

fn a_proxy_that_goes_on_talking() -> (Error, Option<SocketAddr>) {
    through(saying(b"HTTP/1.1 200 OK\r\n\r\nunasked"))
}

fn a_proxy_that_forbids() -> (Error, Option<SocketAddr>) {
    through(saying(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"))
}

fn an_answer_before_the_content() -> (Error, Option<SocketAddr>) {
    on_open(saying(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n"), |connection| {
        connection.put_request("PUT", "/").unwrap();
        connection.put_header("Content-Length", "1000000000").unwrap();
        connection.end_headers().unwrap();
        let block = vec![b'x'; 1 << 20];
        (0..1000).find_map(|_| connection.send(&block).err()).unwrap()
    })
}

fn a_socks_proxy_that_fails() -> (Error, Option<SocketAddr>) {
    let peer = Peer::start([|stream: TcpStream| stream.shutdown(Shutdown::Write).unwrap()]);
    let proxy = SocksProxy::v5(&peer.host()).unwrap();
    let mut connection = HttpConnection::builder("a.b").socks(proxy).build().unwrap();
    let error = connection.connect().unwrap_err();
    let address = peer.address;
    peer.finish();
    (error, Some(address))
}

/// An answer that breaks a rule; `@` stands for a great many bytes.
const BROKEN: &[(&str, &str)] = &[
    ("BareLineFeed", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n"),
    ("BareCarriageReturn", "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n"),
    ("StartLineTooLong", "HTTP/1.1 200 @\r\n\r\n"),
    ("LineTooLong", "HTTP/1.1 200 OK\r\nX: @\r\n\r\n"),
    ("HeadTooLong", "HTTP/1.1 200 OK\r\nX: %\r\nX: %\r\nX: %\r\nX: %\r\nX: %\r\n\r\n"),
    ("TooManyFields", "HTTP/1.1 200 OK\r\n#\r\n"),
    ("UnsupportedVersion", "HTTP/2.0 200 OK\r\n\r\n"),
    ("InvalidVersion", "HTTP/x.1 200 OK\r\n\r\n"),
    ("NotHttp", "ICY 200 OK\r\n\r\n"),
    ("InvalidStatusLine", "HTTP/1.1 2OO OK\r\n\r\n"),
    ("MissingColon", "HTTP/1.1 200 OK\r\nnocolon\r\n\r\n"),
    ("InvalidFieldName", "HTTP/1.1 200 OK\r\n(a): b\r\n\r\n"),
    ("SpaceBeforeColon", "HTTP/1.1 200 OK\r\nX : b\r\n\r\n"),
    ("InvalidFieldValue", "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n"),
    ("FoldedLine", "HTTP/1.1 200 OK\r\n folded: b\r\n\r\n"),
    ("InvalidContentLength", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello"),
    ("ConflictingContentLength", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    ("InvalidTransferEncoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: \r\n\r\n"),
    ("UnknownTransferCoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    ("ChunkedNotFinal", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
    ("InvalidChunkSize", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n"),
    (
        "ChunkSizeTooLong",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n00000000000000000005\r\nhello",
    ),
    ("InvalidChunkExtension", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\x01\r\nhello"),
    ("ChunkExtensionsTooLong", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;@\r\nhello"),
    ("MissingChunkEnd", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n"),
    (
        "BodyTooLong",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nffffffffffffffff\r\nhello",
    ),
    ("TrailersTooLong", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: %\r\nX: %\r\n\r\n"),
    ("TooManyTrailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n#\r\n"),
    ("IncompleteHead", "HTTP/1.1 200 OK\r\nX: y\r\n"),
];

/// Rules that only requests can break, and ends that a client reports as `IncompleteRead`.
const NOT_IN_ANSWERS: &[&str] = &[
    "TooManyEmptyLines",
    "InvalidRequestLine",
    "InvalidMethod",
    "InvalidTarget",
    "MissingHost",
    "RepeatedHost",
    "InvalidHost",
    "LengthAndTransferEncoding",
    "TransferEncodingInHttp10",
    "IncompleteBody",
    "IncompleteChunkedBody",
];

#[test]
fn each_rule_that_an_answer_can_break_is_broken_over_a_socket() {
    for (variant, answer) in BROKEN {
        let answer = answer
            .replace('@', &"y".repeat(70_000))
            .replace('%', &"y".repeat(60_000))
            .replace('#', &(0..300).map(|n| format!("X-{n}: y\r\n")).collect::<String>());
        let peer = Peer::start([move |mut stream: TcpStream| {
            read_head(&mut stream);
            // The client may leave before it has all of it.
            let _ = stream.write_all(answer.as_bytes());
        }]);
        let limits = Limits::CLIENT.head_bytes_max(256 * 1024);
        let mut connection = HttpConnection::builder(&peer.host()).limits(limits).build().unwrap();
        let error = get(&mut connection).unwrap_err();
        let ErrorKind::Protocol(broken) = error.kind() else { panic!("{variant}: {error:#}") };
        let named = format!("{broken:?}");
        assert_eq!(named.split(' ').next(), Some(*variant), "{error:#}");
        assert_eq!(error.peer_addr(), Some(peer.address));
        assert!(matches!(error.sent(), Sent::All { .. }), "{error:#}");
        assert!(!connection.is_open());
        peer.finish();
    }
}

#[test]
fn no_rule_is_without_a_row() {
    let mut listed: Vec<&str> = BROKEN.iter().map(|(variant, _)| *variant).collect();
    listed.extend(NOT_IN_ANSWERS);
    listed.sort_unstable();
    let mut known = variants(include_str!("../../crates/http-proto/src/error.rs"), "ProtocolError");
    known.sort_unstable();
    assert_eq!(listed, known);
}
