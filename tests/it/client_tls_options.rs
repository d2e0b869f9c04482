//! What each option of the client's TLS changes on the wire: versions, protocols, the name of the host, the log of keys.

use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use http_client::{ErrorKind, HttpConnection, Timeouts, TlsBuilder, TlsConfig};
use rustls::SupportedProtocolVersion;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use support::certificate::Certificate;

use crate::client_peer::{PATIENCE, Peer};

/// What a server learns from the handshake; nothing where that fails.
#[derive(Debug, PartialEq, Eq)]
struct Greeting {
    protocol: Option<Vec<u8>>,
    host: Option<String>,
}

/// A server for one handshake, in these versions, that knows `http/1.1` and `x/1`.
fn greeting(
    certificate: &Certificate,
    versions: &[&'static SupportedProtocolVersion],
) -> (Peer, Receiver<Greeting>) {
    let chain =
        CertificateDer::pem_slice_iter(certificate.certificate.as_bytes()).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = vec![b"x/1".to_vec(), b"http/1.1".to_vec()];
    let (sender, receiver) = channel();
    let peer = Peer::start([move |mut stream: TcpStream| {
        let mut session = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        while session.is_handshaking() {
            if session.complete_io(&mut stream).is_err() {
                return;
            }
        }
        let protocol = session.alpn_protocol().map(<[u8]>::to_vec);
        // The test may have what it wants already.
        let _ = sender.send(Greeting { protocol, host: session.server_name().map(str::to_owned) });
    }]);
    (peer, receiver)
}

/// Connects by name, and gives the version that was agreed upon.
fn connect(peer: &Peer, tls: TlsBuilder) -> Result<&'static str, http_client::Error> {
    let mut connection = HttpConnection::builder(&format!("localhost:{}", peer.address.port()))
        .tls(tls.build().unwrap())
        .timeouts(Timeouts::all(PATIENCE))
        .build()
        .unwrap();
    connection.connect()?;
    Ok(connection.info().and_then(|info| info.tls).unwrap().version)
}

fn trusting(certificate: &Certificate) -> TlsBuilder {
    TlsConfig::builder().without_mozilla_roots().roots_pem(&certificate.certificate).unwrap()
}

#[test]
fn tls_1_2_is_verified_by_each_way_of_trust_and_refused_where_1_3_alone_is_wanted() {
    let certificate = Certificate::new().unwrap();
    let der = CertificateDer::from_pem_slice(certificate.certificate.as_bytes()).unwrap().to_vec();
    let ways: [&dyn Fn() -> TlsBuilder; 3] = [
        &|| trusting(&certificate),
        &|| TlsConfig::builder().pinned_certificates_der([der.clone()]),
        &|| TlsConfig::builder().danger_accept_any_certificate(),
    ];
    for tls in ways {
        let (peer, _greetings) = greeting(&certificate, &[&TLS12]);
        assert_eq!(connect(&peer, tls()).unwrap(), "TLSv1.2", "{:?}", tls());
        peer.finish();
        let (peer, _greetings) = greeting(&certificate, &[&TLS12]);
        let error = connect(&peer, tls().tls13_only()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Tls(_)), "{:?}: {error:#}", tls());
        peer.finish();
        let (peer, _greetings) = greeting(&certificate, &[&TLS12, &TLS13]);
        assert_eq!(connect(&peer, tls().tls13_only()).unwrap(), "TLSv1.3", "{:?}", tls());
        peer.finish();
    }
}

#[test]
fn the_protocols_and_the_host_that_are_named_are_those_that_were_asked_for() {
    let certificate = Certificate::new().unwrap();
    let check = |tls: TlsBuilder, protocol: Option<&[u8]>, host: Option<&str>| {
        let (peer, greetings) = greeting(&certificate, &[&TLS13]);
        connect(&peer, tls).unwrap();
        let expected = Greeting { protocol: protocol.map(<[u8]>::to_vec), host: host.map(str::to_owned) };
        assert_eq!(greetings.recv_timeout(PATIENCE).unwrap(), expected);
        peer.finish();
    };
    check(trusting(&certificate), Some(b"http/1.1"), Some("localhost"));
    check(trusting(&certificate).alpn(["x/1", "http/1.1"]), Some(b"x/1"), Some("localhost"));
    check(trusting(&certificate).alpn([""; 0]), None, Some("localhost"));
    check(trusting(&certificate).without_sni(), Some(b"http/1.1"), None);
}

/// The file is named by the environment, so that a process of its own does what is looked at.
#[test]
fn keys_are_written_where_the_environment_says_and_only_if_that_was_asked_for() {
    const CHILD: &str = "HTTPKIT_TEST_KEYS";
    if let Some(wants) = std::env::var_os(CHILD) {
        let certificate = Certificate::new().unwrap();
        let (peer, _greetings) = greeting(&certificate, &[&TLS13]);
        let tls = trusting(&certificate);
        connect(&peer, if wants == "yes" { tls.key_log_file() } else { tls }).unwrap();
        return peer.finish();
    }
    let folder = tempfile::tempdir().unwrap();
    for (wants, sessions) in [("no", 0), ("yes", 1)] {
        let file = folder.path().join(wants);
        let test =
            "client_tls_options::keys_are_written_where_the_environment_says_and_only_if_that_was_asked_for";
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .env(CHILD, wants)
            .env("SSLKEYLOGFILE", &file)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(written.matches("CLIENT_TRAFFIC_SECRET_0 ").count(), sessions, "{wants}: {written}");
    }
}

#[test]
fn debug_text_of_tls_options_holds_no_keys() {
    let certificate = Certificate::new().unwrap();
    let tls =
        trusting(&certificate).client_certificate_pem(&certificate.certificate, &certificate.key).unwrap();
    let text = format!("{tls:?}");
    assert!(text.contains("client_certificate: true"), "{text}");
    let text = format!("{text} {:?}", tls.build().unwrap());
    for line in certificate.key.lines().filter(|line| !line.starts_with("---")) {
        assert!(!text.contains(line), "{text}");
    }
}
