//! The client over real sockets: every kind of error provoked by a peer, early answers, deadlines, ways to connect.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use http_client::{
    Body, CloseReason, ErrorKind, Event, Headers, HttpConnection, Limit, Phase, ProtocolError, Sent, State,
    Timeouts,
};

use crate::client_peer::{PATIENCE, Peer, read_head, read_to_the_end};

fn get(connection: &mut HttpConnection) -> Result<Vec<u8>, http_client::Error> {
    connection.request("GET", "/", (), &Headers::new())?;
    connection.get_response()?.read_all(1 << 20)
}

#[track_caller]
fn fails(peer: Peer, timeouts: Timeouts, phase: Phase, matches: impl FnOnce(&ErrorKind) -> bool) {
    let mut connection = HttpConnection::builder(&peer.host()).timeouts(timeouts).build().unwrap();
    let error = get(&mut connection).unwrap_err();
    assert!(matches(error.kind()), "{error:#}");
    assert_eq!(error.phase(), phase, "{error:#}");
    assert_eq!(error.peer(), peer.host());
    assert_eq!(error.peer_addr(), Some(peer.address));
    assert!(matches!(error.sent(), Sent::All { .. }));
    assert_eq!(connection.state(), State::Idle);
    assert!(!connection.is_open());
    drop(connection);
    peer.finish();
}

#[test]
fn each_fault_of_a_server_has_its_error() {
    let usual = Timeouts::all(PATIENCE);
    fails(Peer::answering(b""), usual, Phase::FirstByte, |kind| {
        matches!(kind, ErrorKind::RemoteDisconnected)
    });
    fails(Peer::answering(b"HTTP/1.1 200"), usual, Phase::Head, |kind| {
        matches!(kind, ErrorKind::Protocol(ProtocolError::IncompleteHead { .. }))
    });
    fails(Peer::answering(b"SSH-2.0-OpenSSH_9\r\n"), usual, Phase::Head, |kind| {
        matches!(kind, ErrorKind::Protocol(ProtocolError::NotHttp))
    });
    fails(
        Peer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"),
        usual,
        Phase::Content,
        |kind| matches!(kind, ErrorKind::IncompleteRead { received_bytes: 5, missing_bytes: Some(4) }),
    );
    fails(
        Peer::answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX"),
        usual,
        Phase::Content,
        |kind| matches!(kind, ErrorKind::Protocol(ProtocolError::MissingChunkEnd)),
    );
    let endless = |line: &'static str| {
        Peer::start([move |mut stream: TcpStream| {
            read_head(&mut stream);
            while stream.write_all(line.as_bytes()).is_ok() {}
        }])
    };
    fails(endless("HTTP/1.1 102 Processing\r\n\r\n"), usual, Phase::Head, |kind| {
        matches!(kind, ErrorKind::TooManyInformational { count_max: 32 })
    });
    fails(endless("HTTP/1.1 200 OK\r\nX: y"), usual, Phase::Head, |kind| {
        matches!(kind, ErrorKind::Protocol(_))
    });
    let reset = Peer::start([|mut stream: TcpStream| {
        read_head(&mut stream);
        let socket = socket2::SockRef::from(&stream);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    }]);
    fails(reset, usual, Phase::FirstByte, |kind| matches!(kind, ErrorKind::Receive(_)));
}

/// A peer that reads a head, and then says this and waits for the client to leave.
fn saying(answer: &'static [u8]) -> Peer {
    Peer::start([move |mut stream: TcpStream| {
        read_head(&mut stream);
        stream.write_all(answer).unwrap();
        read_to_the_end(&mut stream);
    }])
}

#[test]
fn what_a_caller_can_do_wrong_on_an_open_connection_has_its_error() {
    let peer = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    let mut connection = HttpConnection::new(&peer.host()).unwrap();
    connection.connect().unwrap();
    let none = Headers::new();
    let tunnel = connection.set_tunnel("a:1", &none).unwrap_err();
    assert!(matches!(tunnel.kind(), ErrorKind::TunnelTooLate));
    let early = connection.get_response().unwrap_err();
    assert!(matches!(early.kind(), ErrorKind::ResponseNotReady { .. }));
    let header = connection.put_header("A", "b").unwrap_err();
    assert!(matches!(header.kind(), ErrorKind::CannotSendHeader { .. }));
    let broken = std::io::Error::other("no disk");
    let source = connection.request("PUT", "/", Body::chunks([Err(broken)]), &none).unwrap_err();
    assert!(matches!(source.kind(), ErrorKind::BodySource(_)), "{source:#}");
    let method = connection.request("G T", "/", (), &none).unwrap_err();
    assert!(matches!(method.kind(), ErrorKind::InvalidRequest(_)));
    assert!(connection.is_open(), "nothing of all this has left");
    connection.request("GET", "/", (), &none).unwrap();
    let twice = connection.request("GET", "/", (), &none).unwrap_err();
    assert!(matches!(twice.kind(), ErrorKind::CannotSendRequest { .. }));
    let too_long = connection.get_response().unwrap().read_all(4).unwrap_err();
    assert!(matches!(too_long.kind(), ErrorKind::ContentTooLong { bytes_max: 4 }));
    assert_eq!(too_long.peer_addr(), Some(peer.address));
    drop(connection);
    peer.finish();
}

#[test]
fn an_early_answer_an_unasked_switch_and_a_peer_that_left_have_their_errors() {
    let peer = saying(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n");
    let mut connection = HttpConnection::new(&peer.host()).unwrap();
    connection.put_request("PUT", "/").unwrap();
    connection.put_header("Content-Length", "1000000000").unwrap();
    connection.end_headers().unwrap();
    let block = vec![b'x'; 1 << 20];
    let error = (0..1000).find_map(|_| connection.send(&block).err()).unwrap();
    assert!(matches!(error.kind(), ErrorKind::EarlyAnswer), "{error:#}");
    assert_eq!(connection.get_response().unwrap().status(), 413);
    peer.finish();

    let peer = saying(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
    let mut connection = HttpConnection::new(&peer.host()).unwrap();
    let error = get(&mut connection).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnaskedUpgrade), "{error:#}");
    peer.finish();

    let peer = Peer::start([|mut stream: TcpStream| {
        read_head(&mut stream);
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    }]);
    let mut connection = HttpConnection::new(&peer.host()).unwrap();
    connection
        .request("PUT", "/", Body::reader(std::io::repeat(b'x').take(1 << 30)), &Headers::new())
        .unwrap();
    let error = connection.get_response().unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Send(_) | ErrorKind::Receive(_) | ErrorKind::RemoteDisconnected),
        "{error:#}"
    );
    assert!(error.is_disconnect() && matches!(error.sent(), Sent::Partly { .. }));
    peer.finish();

    let peer = Peer::answering(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    let stream = TcpStream::connect(peer.address).unwrap();
    let transport = http_client::TcpTransport::new(stream);
    let mut connection = HttpConnection::from_transport(transport, "given.example").unwrap();
    get(&mut connection).unwrap();
    assert!(matches!(get(&mut connection).unwrap_err().kind(), ErrorKind::NotConnected));
    peer.finish();
}

#[test]
fn deadlines_are_kept_to_a_few_milliseconds_and_named() {
    let soon = Duration::from_millis(80);
    #[track_caller]
    fn check(timeouts: Timeouts, sends: &'static str, limit: Limit) {
        let peer = Peer::start([move |mut stream: TcpStream| {
            read_head(&mut stream);
            stream.write_all(sends.as_bytes()).unwrap();
            read_to_the_end(&mut stream);
        }]);
        let mut connection = HttpConnection::builder(&peer.host()).timeouts(timeouts).build().unwrap();
        let begun = now();
        let error = get(&mut connection).unwrap_err();
        let taken = now() - begun;
        assert_eq!(error.timeout(), Some(limit), "{error:#}");
        assert!(taken >= Duration::from_millis(80), "{taken:?}");
        assert!(taken < Duration::from_secs(5), "{taken:?}");
        drop(connection);
        peer.finish();
    }
    let usual = Timeouts::all(PATIENCE);
    check(usual.first_byte(Some(soon)), "", Limit::FirstByte);
    check(usual.between_bytes(Some(soon)), "HTTP/1.1 200 O", Limit::BetweenBytes);
    check(
        usual.between_bytes(Some(soon)),
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na",
        Limit::BetweenBytes,
    );
    check(usual.total(Some(soon)), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", Limit::Total);
}

#[expect(clippy::disallowed_methods, reason = "how long a real wait took is what is tested")]
fn now() -> Instant {
    Instant::now()
}

#[test]
fn a_total_deadline_ends_an_answer_that_drips() {
    let peer = Peer::start([|mut stream: TcpStream| {
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        // Each byte comes when the client has had time for the last one; the end never does.
        while stream.write_all(b"x").is_ok() {
            std::thread::yield_now();
        }
    }]);
    let timeouts = Timeouts::all(PATIENCE).total(Some(Duration::from_millis(150)));
    let mut connection = HttpConnection::builder(&peer.host()).timeouts(timeouts).build().unwrap();
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let mut response = connection.get_response().unwrap();
    let error = std::io::copy(&mut response, &mut std::io::sink()).unwrap_err();
    let error = http_client::Error::from_io(error).unwrap();
    assert_eq!(error.timeout(), Some(Limit::Total), "{error:#}");
    drop(response);
    peer.finish();
}

#[test]
fn a_peer_that_takes_nothing_ends_in_the_write_timeout() {
    let (done, wait) = channel::<()>();
    let peer = Peer::start([move |mut stream: TcpStream| {
        read_head(&mut stream);
        let _ = wait.recv_timeout(PATIENCE);
    }]);
    let timeouts = Timeouts::all(PATIENCE).write(Some(Duration::from_millis(100)));
    let mut connection = HttpConnection::builder(&peer.host()).timeouts(timeouts).build().unwrap();
    let error =
        connection.request("PUT", "/", Body::reader(std::io::repeat(b'x')), &Headers::new()).unwrap_err();
    assert_eq!(error.timeout(), Some(Limit::Write), "{error:#}");
    assert!(matches!(error.sent(), Sent::Partly { .. }));
    done.send(()).unwrap();
    peer.finish();
}

/// What a server does once it has answered an upload that it does not want.
#[derive(Clone, Copy, Debug)]
enum After {
    HalfClose,
    Close,
    Reset,
    KeepReading,
    JustWait,
}

#[test]
fn an_early_answer_to_an_upload_is_delivered() {
    for after in [After::HalfClose, After::Close, After::Reset, After::KeepReading, After::JustWait] {
        for kind in ["bytes", "sized", "chunked"] {
            let (done, wait) = channel::<()>();
            let peer = Peer::start([move |mut stream: TcpStream| {
                read_head(&mut stream);
                stream.write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nno!\n").unwrap();
                match after {
                    After::HalfClose => {
                        stream.shutdown(Shutdown::Write).unwrap();
                        let _ = wait.recv_timeout(PATIENCE);
                    }
                    After::Close => {}
                    After::Reset => {
                        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
                        // The answer has to be on its way before the reset, as with any server that lives.
                        let mut first = [0; 64 * 1024];
                        let _ = stream.read(&mut first);
                    }
                    After::KeepReading => read_to_the_end(&mut stream),
                    After::JustWait => {
                        let _ = wait.recv_timeout(PATIENCE);
                    }
                }
            }]);
            let content = vec![b'x'; 16 << 20];
            let body = match kind {
                "bytes" => Body::from(&content),
                "sized" => Body::sized_reader(content.as_slice(), content.len() as u64),
                _ => Body::reader(content.as_slice()),
            };
            let timeouts = Timeouts::all(PATIENCE);
            let mut connection = HttpConnection::builder(&peer.host()).timeouts(timeouts).build().unwrap();
            let sent = connection.request("PUT", "/", body, &Headers::new());
            sent.unwrap_or_else(|error| panic!("{after:?}, {kind}: {error:#}"));
            let answer = connection.get_response();
            let mut response = answer.unwrap_or_else(|error| panic!("{after:?}, {kind}: {error:#}"));
            assert_eq!(response.status(), 413);
            assert_eq!(response.read_all(100).unwrap(), b"no!\n", "{after:?}, {kind}");
            drop(response);
            assert!(!connection.is_open());
            drop(done);
            peer.finish();
        }
    }
}

#[test]
fn a_kept_connection_that_died_is_reported_with_what_was_sent() {
    let peer = Peer::start([|mut stream: TcpStream| {
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    }]);
    let mut connection = HttpConnection::new(&peer.host()).unwrap();
    get(&mut connection).unwrap();
    peer.finish();
    let error = get(&mut connection).unwrap_err();
    assert!(error.is_disconnect(), "{error:#}");
    assert!(matches!(error.sent(), Sent::All { .. }));
}

#[test]
fn refused_and_unresolvable_hosts_have_their_errors() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut connection = HttpConnection::new(&free.to_string()).unwrap();
    let error = connection.connect().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Connect(_)), "{error:#}");
    assert_eq!((error.phase(), error.sent()), (Phase::Connect, Sent::Nothing));
    assert_eq!((error.peer(), error.peer_addr()), (free.to_string().as_str(), Some(free)));

    let mut connection = HttpConnection::builder("nowhere.invalid")
        .resolver(|_: &str, _: u16, _: Option<Duration>| Ok(Vec::new()))
        .build()
        .unwrap();
    let error = connection.connect().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Resolve(_)), "{error:#}");
    let mut connection = HttpConnection::builder("nowhere.invalid")
        .resolver(|_: &str, _: u16, _: Option<Duration>| Err(std::io::ErrorKind::TimedOut.into()))
        .build()
        .unwrap();
    assert_eq!(connection.connect().unwrap_err().timeout(), Some(Limit::Resolve));
}

/// An address that takes no connection: its queue is full.
fn silent() -> (socket2::Socket, Vec<TcpStream>, SocketAddr) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(50)) {
        queued.push(stream);
        assert!(queued.len() < 64, "the queue has no end");
    }
    (socket, queued, address)
}

#[test]
fn the_first_address_that_answers_wins_and_is_named() {
    let (_socket, _queued, dead) = silent();
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let peer = Peer::answering(b"HTTP/1.1 204 No Content\r\n\r\n");
    let addresses = vec![dead, refused, peer.address];
    let mut connection = HttpConnection::builder("several.example")
        .resolver(move |_: &str, _: u16, _: Option<Duration>| Ok(addresses.clone()))
        .build()
        .unwrap();
    connection.connect().unwrap();
    let info = connection.info().unwrap();
    assert_eq!(info.peer_addr, Some(peer.address));
    let failed: Vec<_> = info.failed_attempts.iter().map(|attempt| attempt.addr).collect();
    assert_eq!(failed, [refused, dead]);
    get(&mut connection).unwrap();
    peer.finish();
}

#[test]
fn connecting_has_a_deadline() {
    let (_socket, _queued, dead) = silent();
    let soon = Some(Duration::from_millis(100));
    for addresses in [vec![dead], vec![dead, dead], vec![dead, SocketAddr::new(dead.ip(), dead.port())]] {
        let timeouts = Timeouts::DEFAULT.connect(soon);
        let mut connection = HttpConnection::builder("dead.example")
            .resolver(move |_: &str, _: u16, _: Option<Duration>| Ok(addresses.clone()))
            .timeouts(timeouts)
            .build()
            .unwrap();
        assert_eq!(connection.connect().unwrap_err().timeout(), Some(Limit::Connect));
        connection.set_timeouts(Timeouts::DEFAULT.total(soon));
        let error = connection.request("GET", "/", (), &Headers::new()).unwrap_err();
        assert_eq!((error.timeout(), error.sent()), (Some(Limit::Total), Sent::Nothing));
    }
}

#[test]
fn the_source_address_and_the_socket_hook_are_used() {
    let (send, receive) = channel();
    let peer = Peer::start([move |mut stream: TcpStream| {
        send.send(stream.peer_addr().unwrap()).unwrap();
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    }]);
    let (hooked, was_hooked) = channel();
    let hooked = std::sync::Mutex::new(hooked);
    let mut connection = HttpConnection::builder(&peer.host())
        .source_address(SocketAddr::from(([127, 0, 0, 2], 0)))
        .keepalive(Duration::from_secs(30))
        .socket_hook(move |socket| {
            hooked.lock().unwrap().send((socket.tcp_nodelay()?, socket.keepalive()?)).unwrap();
            Ok(())
        })
        .build()
        .unwrap();
    get(&mut connection).unwrap();
    assert_eq!(receive.recv_timeout(PATIENCE).unwrap().ip().to_string(), "127.0.0.2");
    assert_eq!(was_hooked.recv_timeout(PATIENCE).unwrap(), (true, true));
    peer.finish();
}

#[cfg(unix)]
#[test]
fn a_unix_socket_is_a_transport() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head = read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").unwrap();
        head
    });
    let mut connection = HttpConnection::builder("docker").unix_socket(&path).build().unwrap();
    connection.request("GET", "/info", (), &Headers::new()).unwrap();
    let mut response = connection.get_response().unwrap();
    assert_eq!(response.connection_info().unwrap().unix_path.as_deref(), Some(path.as_path()));
    assert_eq!(response.read_all(9).unwrap(), b"hi");
    assert_eq!(
        server.join().unwrap(),
        "GET /info HTTP/1.1\r\nHost: docker\r\nAccept-Encoding: identity\r\n\r\n"
    );
}

#[cfg(unix)]
#[test]
fn a_unix_socket_whose_queue_is_full_ends_in_the_connect_timeout() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
    socket.bind(&socket2::SockAddr::unix(&path).unwrap()).unwrap();
    socket.listen(0).unwrap();
    let mut queued = Vec::new();
    let error = loop {
        let timeouts = Timeouts::DEFAULT.connect(Some(Duration::from_millis(60)));
        let mut connection =
            HttpConnection::builder("x").unix_socket(&path).timeouts(timeouts).build().unwrap();
        match connection.connect() {
            Ok(()) => queued.push(connection),
            Err(error) => break error,
        }
        assert!(queued.len() < 64, "the queue has no end");
    };
    assert_eq!(error.timeout(), Some(Limit::Connect), "{error:#}");
    assert_eq!((error.peer(), error.peer_addr()), (path.to_str().unwrap(), None));
}

#[test]
fn an_observer_sees_everything_but_secrets() {
    let peer = Peer::answering(b"HTTP/1.1 200 OK\r\nSet-Cookie: id=s3cret\r\nContent-Length: 2\r\n\r\nhi");
    let (send, receive) = channel();
    let mut connection = HttpConnection::builder(&peer.host())
        .observer(move |event: &Event<'_>| send.send(format!("{event:?}")).unwrap())
        .build()
        .unwrap();
    let mut headers = Headers::new();
    headers.append("Authorization", "Basic s3cret").unwrap();
    headers.append("Cookie", "id=s3cret").unwrap();
    headers.append("X-Seen", "yes").unwrap();
    connection.request("POST", "/", b"body", &headers).unwrap();
    connection.get_response().unwrap().read_all(9).unwrap();
    connection.close();
    let events: Vec<String> = receive.try_iter().collect();
    let names: Vec<&str> = events.iter().map(|event| event.split('(').next().unwrap()).collect();
    assert_eq!(
        names,
        ["Connected", "HeadSent", "ContentSent", "HeadReceived", "ContentReceived", "Closed"],
        "{events:#?}"
    );
    assert!(events[1].contains("X-Seen: yes"), "{}", events[1]);
    assert!(events.iter().all(|event| !event.contains("s3cret")), "{events:#?}");
    peer.finish();
}

#[test]
fn a_length_that_is_only_promised_costs_no_memory() {
    // Four exbibytes: whoever asked for so much at once would not come back.
    let peer = Peer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 4611686018427387904\r\n\r\nhello");
    let mut connection = HttpConnection::new(&peer.host()).unwrap();
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let error = connection.get_response().unwrap().read_all(u64::MAX).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::IncompleteRead { received_bytes: 5, .. }), "{error:#}");
    assert_eq!(error.partial(), b"hello");
    peer.finish();
}

#[test]
fn a_large_answer_is_read_in_bounded_memory_and_is_whole() {
    const BYTES: u64 = 64 << 20;
    let peer = Peer::start([|mut stream: TcpStream| {
        read_head(&mut stream);
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {BYTES}\r\n\r\n").unwrap();
        std::io::copy(&mut std::io::repeat(b'x').take(BYTES), &mut stream).unwrap();
    }]);
    let mut connection = HttpConnection::new(&peer.host()).unwrap();
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let mut response = connection.get_response().unwrap();
    assert_eq!(response.copy_to(&mut std::io::sink()).unwrap(), BYTES);
    assert!(response.is_closed());
    drop(response);
    assert_eq!(connection.is_reusable(), Ok(()));
    peer.finish();
    assert_ne!(connection.is_reusable(), Err(CloseReason::UnreadContent));
}
