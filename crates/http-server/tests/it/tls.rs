//! TLS: certificates by name, client certificates, handshakes that hold nobody, and new certificates while serving.

use crate::client::{Client, PATIENCE, now, wait_until};
use http_server::{
    ClientCertificates, Limits, Request, Response, SecurityHeaders, Server, ServerHandle, Timeouts, TlsConfig,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate and its key for a name, in PEM.
    fn issue(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    pub(crate) fn tls(&self, name: &str) -> TlsConfig {
        let (certificate, key) = self.issue(name);
        TlsConfig::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap()
    }

    pub(crate) fn client(&self, identity: Option<&(String, String)>) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.pem().as_bytes()).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        Arc::new(match identity {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => builder
                .with_client_auth_cert(
                    vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
                    PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
                )
                .unwrap(),
        })
    }
}

pub(crate) type TlsStream = StreamOwned<ClientConnection, TcpStream>;

pub(crate) fn connect(server: &ServerHandle, config: &Arc<ClientConfig>, name: &str) -> Client<TlsStream> {
    over_tls(TcpStream::connect(server.addresses()[0]).unwrap(), config, name)
}

pub(crate) fn over_tls(stream: TcpStream, config: &Arc<ClientConfig>, name: &str) -> Client<TlsStream> {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    Client::over(StreamOwned::new(ClientConnection::new(Arc::clone(config), name).unwrap(), stream))
}

fn serve(tls: TlsConfig, handler: impl http_server::Handler + 'static) -> ServerHandle {
    Server::builder().bind_tls("127.0.0.1:0", tls).unwrap().observer(|_| {}).serve(handler).unwrap()
}

fn hello(request: &mut Request<'_>) -> Response {
    assert!(request.is_tls());
    Response::text("hello")
}

#[test]
fn requests_and_answers_of_all_sizes_go_through_tls() {
    let authority = Authority::new();
    let server = serve(authority.tls("localhost"), |request: &mut Request<'_>| {
        let content = request.read_to_vec(4 << 20)?;
        Ok::<_, http_server::Error>(Response::content("a/b", content))
    });
    let mut client = connect(&server, &authority.client(None), "localhost");
    for length in [0, 1, 16 * 1024 - 1, 16 * 1024, 100_000, 1_000_000] {
        let content: Vec<u8> = (0..length).map(|n: usize| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
        client.send(format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n")).send(&content);
        assert!(client.answer().body == content, "{length}");
    }
    // Several requests in one record, which the socket knows nothing of.
    client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP");
    client.answer();
    client.answer();
    client.send("/1.1\r\nHost: x\r\n\r\n").answer();
}

#[test]
fn strict_transport_is_said_over_tls() {
    let authority = Authority::new();
    let handler = SecurityHeaders::new(hello).strict_transport_security(Duration::from_secs(300), true);
    let server = serve(authority.tls("localhost"), handler);
    let answer = connect(&server, &authority.client(None), "localhost").get("/");
    assert_eq!(answer.header("strict-transport-security"), "max-age=300; includeSubDomains");
}

#[test]
fn files_go_through_tls() {
    use http_server::Body;
    let authority = Authority::new();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&[b'x'; 200_000]).unwrap();
    let file = Arc::new(file);
    let server = serve(authority.tls("localhost"), move |_: &mut Request<'_>| {
        Response::content("a/b", Body::file(Arc::clone(&file), 1, 199_999))
    });
    let mut client = connect(&server, &authority.client(None), "localhost");
    assert!(client.get("/").body == [b'x'; 199_999]);
    assert!(client.get("/").body == [b'x'; 199_999]);
}

#[test]
fn the_end_of_a_tls_connection_is_announced() {
    let authority = Authority::new();
    let server = serve(authority.tls("localhost"), hello);
    let mut client = connect(&server, &authority.client(None), "localhost");
    client.send("GET / HTTP/1.0\r\n\r\n");
    let mut answer = String::new();
    // Without close_notify, rustls reports an unexpected end.
    client.stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("hello"));
}

#[test]
fn certificates_are_chosen_by_name() {
    let authority = Authority::new();
    let (default, default_key) = authority.issue("default.example");
    let (other, other_key) = authority.issue("other.example");
    let tls = TlsConfig::builder()
        .certificate(default.as_bytes(), default_key.as_bytes())
        .unwrap()
        .certificate_for("Other.example", other.as_bytes(), other_key.as_bytes())
        .unwrap()
        .build()
        .unwrap();
    let server = serve(tls, |request: &mut Request<'_>| {
        let tls = request.tls().unwrap();
        assert_eq!(tls.protocol(), "TLSv1.3");
        assert!(tls.cipher_suite().starts_with("TLS13_"), "{}", tls.cipher_suite());
        assert_eq!(tls.peer_certificates().count(), 0);
        Response::text(tls.server_name().unwrap_or_default().to_owned())
    });
    let config = authority.client(None);
    for name in ["default.example", "other.example"] {
        assert_eq!(connect(&server, &config, name).get("/").text(), name);
    }
    // The default certificate is not valid for any other name, which is the client's to notice.
    let mut unknown = connect(&server, &config, "unknown.example");
    assert!(unknown.stream.write_all(b"GET / HTTP/1.1\r\n\r\n").is_err());
}

#[test]
fn client_certificates_are_demanded_checked_and_shown() {
    let authority = Authority::new();
    let (certificate, key) = authority.issue("localhost");
    let identity = authority.issue("client.example");
    let stranger = Authority::new().issue("client.example");
    let start = |demand| {
        let tls = TlsConfig::builder()
            .certificate(certificate.as_bytes(), key.as_bytes())
            .unwrap()
            .client_authorities(authority.pem().as_bytes(), demand)
            .unwrap()
            .build()
            .unwrap();
        serve(tls, |request: &mut Request<'_>| {
            let count = request
                .tls()
                .unwrap()
                .peer_certificates()
                .map(<[u8]>::len)
                .filter(|bytes| *bytes > 0)
                .count();
            Response::text(count.to_string())
        })
    };
    let server = start(ClientCertificates::Required);
    assert_eq!(connect(&server, &authority.client(Some(&identity)), "localhost").get("/").text(), "1");
    for refused in [None, Some(&stranger)] {
        let mut client = connect(&server, &authority.client(refused), "localhost");
        // The client learns of it at its first read.
        let written = client.stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(written.is_err() || client.stream.read(&mut [0u8; 1]).is_err());
    }
    let server = start(ClientCertificates::Optional);
    assert_eq!(connect(&server, &authority.client(Some(&identity)), "localhost").get("/").text(), "1");
    assert_eq!(connect(&server, &authority.client(None), "localhost").get("/").text(), "0");
}

#[test]
fn handshakes_that_are_not_finished_hold_nobody() {
    // Python's HTTPSServer and others shake hands where they accept: one silent client stops them.
    let authority = Authority::new();
    let server = serve(authority.tls("localhost"), hello);
    let mut silent: Vec<_> = (0..100).map(|_| TcpStream::connect(server.addresses()[0]).unwrap()).collect();
    for stream in silent.iter_mut().step_by(2) {
        stream.write_all(b"\x16\x03\x01\x02\x00\x01").unwrap();
    }
    let began = now();
    assert_eq!(connect(&server, &authority.client(None), "localhost").get("/").text(), "hello");
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(server.stats().threads <= 16);
}

#[test]
fn a_handshake_has_a_deadline_and_a_bound_on_their_number() {
    let authority = Authority::new();
    let server = Server::builder()
        .bind_tls("127.0.0.1:0", authority.tls("localhost"))
        .unwrap()
        .timeouts(Timeouts::default().handshake(Duration::from_millis(30)))
        .serve(hello)
        .unwrap();
    let mut silent = TcpStream::connect(server.addresses()[0]).unwrap();
    silent.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(silent.read(&mut [0u8; 1]).unwrap(), 0);

    let server = Server::builder()
        .bind_tls("127.0.0.1:0", authority.tls("localhost"))
        .unwrap()
        .limits(Limits::default().handshakes_max(3))
        .serve(hello)
        .unwrap();
    let mut silent: Vec<_> = (0..4).map(|_| TcpStream::connect(server.addresses()[0]).unwrap()).collect();
    wait_until(|| server.stats().connections_accepted == 4, "not accepted");
    silent[0].set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(silent[0].read(&mut [0u8; 1]).unwrap(), 0, "the oldest makes room");
    // Finished ones do not count.
    let config = authority.client(None);
    let mut clients = Vec::new();
    for _ in 0..8 {
        let mut client = connect(&server, &config, "localhost");
        assert_eq!(client.get("/").text(), "hello");
        clients.push(client);
    }
    for client in &mut clients {
        assert_eq!(client.get("/").text(), "hello");
    }
}

#[test]
fn whoever_speaks_plain_http_to_a_tls_port_is_told_so_and_sees_nothing_else() {
    let authority = Authority::new();
    let server = serve(authority.tls("localhost"), hello);
    for request in [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "P",
        "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
    ] {
        let mut client = Client::connect(&server);
        let answer = client.send(request).answer();
        assert_eq!(answer.status, 400, "{request}");
        assert!(answer.says_close() && answer.text().contains("This port speaks HTTPS"), "{}", answer.text());
        client.end_sending();
        client.expect_end();
    }
    // What is neither gets an alert, and no page.
    for noise in [&b"\r\n\r\n"[..], b"get / http", b"\x16\x03\x01\x00\x02GET / HTTP/1.1"] {
        let rest = Client::connect(&server).send(noise).rest();
        assert!(!rest.starts_with(b"HTTP/"), "{}", rest.escape_ascii());
    }
    assert_eq!(connect(&server, &authority.client(None), "localhost").get("/").text(), "hello");
}

#[test]
fn new_certificates_are_used_for_new_connections_and_old_ones_stay() {
    let (first, second) = (Authority::new(), Authority::new());
    let server = serve(first.tls("localhost"), hello);
    let mut old = connect(&server, &first.client(None), "localhost");
    assert_eq!(old.get("/").text(), "hello");
    assert_eq!(server.reload_tls(&second.tls("localhost")), 1);
    assert_eq!(connect(&server, &second.client(None), "localhost").get("/").text(), "hello");
    assert_eq!(old.get("/").text(), "hello");
    let mut distrustful = connect(&server, &first.client(None), "localhost");
    assert!(distrustful.stream.write_all(b"GET / HTTP/1.1\r\n\r\n").is_err());
    let plain =
        Server::bind("127.0.0.1:0").unwrap().serve(|_: &mut Request<'_>| Response::text("x")).unwrap();
    assert_eq!(plain.reload_tls(&first.tls("localhost")), 0, "nothing is ignored in silence");
}

#[test]
fn plain_and_tls_listeners_serve_side_by_side() {
    let authority = Authority::new();
    let server = Server::builder()
        .bind_tls("127.0.0.1:0", authority.tls("localhost"))
        .unwrap()
        .bind("127.0.0.1:0")
        .unwrap()
        .serve(|request: &mut Request<'_>| Response::text(request.is_tls().to_string()))
        .unwrap();
    assert_eq!(connect(&server, &authority.client(None), "localhost").get("/").text(), "true");
    let plain = TcpStream::connect(server.addresses()[1]).unwrap();
    assert_eq!(Client::over(plain).get("/").text(), "false");
}

#[test]
fn broken_certificates_are_errors_that_say_what_is_wrong() {
    let authority = Authority::new();
    let (certificate, key) = authority.issue("localhost");
    let (_, other_key) = authority.issue("localhost");
    let from_pem = |certificate: &str, key: &str| TlsConfig::from_pem(certificate.as_bytes(), key.as_bytes());
    assert_eq!(from_pem("", &key).unwrap_err().to_string(), "no certificate in the PEM text");
    assert_eq!(from_pem(&certificate, "").unwrap_err().to_string(), "no usable private key in the PEM text");
    assert_eq!(
        from_pem(&certificate, &other_key).unwrap_err().to_string(),
        "certificate and key cannot be used"
    );
    assert!(TlsConfig::builder().build().is_err());
}

#[test]
fn a_greeting_in_pieces_is_put_together() {
    // RUSTSEC-2024-0399.
    let authority = Authority::new();
    let server = serve(authority.tls("localhost"), hello);
    let name = ServerName::try_from("localhost").unwrap();
    let mut session = ClientConnection::new(authority.client(None), name).unwrap();
    let mut greeting = Vec::new();
    while session.wants_write() {
        session.write_tls(&mut greeting).unwrap();
    }
    let mut stream = TcpStream::connect(server.addresses()[0]).unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in greeting.chunks(7) {
        stream.write_all(piece).unwrap();
    }
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut client = Client::over(StreamOwned::new(session, stream));
    assert_eq!(client.get("/").text(), "hello");
}

#[test]
fn a_goodbye_or_an_end_inside_a_handshake_ends_the_connection_and_nothing_spins() {
    // RUSTSEC-2024-0336.
    let authority = Authority::new();
    let server = serve(authority.tls("localhost"), hello);
    let name = ServerName::try_from("localhost").unwrap();
    let mut session = ClientConnection::new(authority.client(None), name).unwrap();
    let mut greeting = Vec::new();
    session.write_tls(&mut greeting).unwrap();
    let goodbye: &[u8] = b"\x15\x03\x03\x00\x02\x01\x00";
    for bytes in [goodbye.to_vec(), [&greeting[..], goodbye].concat(), greeting[..100].to_vec(), Vec::new()] {
        let mut stream = TcpStream::connect(server.addresses()[0]).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(&bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        Client::over(stream).rest();
    }
    wait_until(|| server.stats().connections_open == 0, "a connection is still there");
    let mut client = connect(&server, &authority.client(None), "localhost");
    assert_eq!(client.get("/").text(), "hello");
}

#[test]
fn the_halves_of_an_upgraded_stream_work_at_once_over_tls() {
    const LONG: usize = 8 << 20;
    let authority = Authority::new();
    // It sends all before it has read anything, while its other half reads.
    let server = serve(authority.tls("localhost"), |_: &mut Request<'_>| {
        Response::upgrade("both", |stream| {
            let (mut reading, mut writing) = stream.split();
            std::thread::scope(|scope| {
                scope.spawn(move || writing.write_all(&vec![2; LONG]).unwrap());
                let mut all = Vec::new();
                reading.read_to_end(&mut all).unwrap();
                assert!(all.len() == LONG && all.iter().all(|byte| *byte == 1), "{}", all.len());
            });
        })
    });
    let mut client = connect(&server, &authority.client(None), "localhost");
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: both\r\n\r\n");
    assert_eq!(client.answer().status, 101);
    // Not so much that it could not be sent before anything is read, which the other side does meanwhile.
    client.send(vec![1; LONG]);
    client.stream.conn.send_close_notify();
    client.stream.flush().unwrap();
    let rest = client.rest();
    assert!(rest.len() == LONG && rest.iter().all(|byte| *byte == 2), "{}", rest.len());
}
