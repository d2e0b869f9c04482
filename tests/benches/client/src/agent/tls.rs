//! New connections over TLS, with and without resumption: it is the server that gives tickets, or not.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bench_harness::Bench;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::SMALL_BYTES;
use crate::agent::peers::{Maker, Shared, TRUSTING, Target, Trust, name};
use crate::agent::{CURL, GO, URLLIB3, with_others, with_own};
use crate::server::{self, Serve};

/// The certificate of all servers here, and its key.
struct Identity {
    trust: Trust,
    key: Vec<u8>,
}

fn identity() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).expect("ring makes keys");
        let (certificate, pem) = (made.cert.der().clone(), made.cert.pem());
        let file = scratch("client-certificate.pem");
        std::fs::write(&file, &pem).expect("the folder can be written to");
        Identity { trust: Trust { certificate, pem, file }, key: made.signing_key.serialize_der() }
    })
}

/// A file below `target/bench`.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/bench");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let folder = folder.canonicalize().expect("it has just been made");
    folder.join(name)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A configuration that trusts this certificate and no other.
pub(crate) fn config(certificate: Option<CertificateDer<'static>>) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(certificate);
    rustls::ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for both versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// Bare rustls on a new socket each time.
pub(crate) fn raw(target: &Target) -> Maker {
    let certificate = target.trust.as_ref().map(|trust| trust.certificate.clone());
    let config: Shared = Arc::new(config(certificate));
    let (address, content_bytes) = (target.address, target.content_bytes);
    Box::new(move || {
        let config = Arc::clone(&config);
        let mut buffer = vec![0; 8192];
        Box::new(move || {
            let socket = TcpStream::connect(address).expect("the server listens");
            socket.set_nodelay(true).expect("a socket takes the option");
            let session = rustls::ClientConnection::new(Arc::clone(&config), name(address));
            let mut stream = rustls::StreamOwned::new(session.expect("the configuration is good"), socket);
            let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n\r\n";
            stream.write_all(request).expect("the server takes it");
            while stream.read(&mut buffer).expect("the server answers") < 1 {}
            content_bytes
        })
    })
}

fn serve(tickets: bool) -> Target {
    let identity = identity();
    let key = PrivateKeyDer::try_from(identity.key.clone()).expect("the key is in PKCS #8");
    let mut config = rustls::ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for both versions")
        .with_no_client_auth()
        .with_single_cert(vec![identity.trust.certificate.clone()], key)
        .expect("the key fits");
    if !tickets {
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    }
    let answer = Serve::Answer { bytes: Arc::new(crate::small(true)), close: true };
    Target::tls(server::start_tls(answer, Arc::new(config)), identity.trust.clone(), SMALL_BYTES)
}

pub(crate) fn new_connections(bench: &mut Bench, tickets: bool) {
    let (key, title, target): (_, _, &'static (dyn Fn() -> Target + Sync)) = if tickets {
        ("agent-tls-resumed", "Client: a GET on a new TLS connection, sessions resumed", &|| serve(true))
    } else {
        ("agent-tls-full", "Client: a GET on a new TLS connection, a full handshake each", &|| serve(false))
    };
    let table = bench.table(key, title).answer(SMALL_BYTES).rounds(15).unwatched().on_one_core();
    let table = with_own(table, TRUSTING, target);
    with_others(table, &[GO, URLLIB3, CURL], target, 1, 1).run();
}
