//! The same over TLS: beside bare rustls, since the cryptography is its and everybody's.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use bench_harness::Bench;
use http_client::{HttpConnection, TlsConfig};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};

use crate::server::{self, Serve};
use crate::{LARGE_ROUNDS, SMALL_BYTES, large, large_bytes, peers, small};

/// A server with a certificate of its own, and that certificate.
fn serve(serve: Serve) -> (SocketAddr, CertificateDer<'static>, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("ring makes keys");
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("the key is in PKCS #8");
    let config = rustls::ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for both versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("the key fits");
    (server::start_tls(serve, Arc::new(config)), certificate, made.cert.pem())
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn answering(answer: Vec<u8>) -> Serve {
    Serve::Answer { bytes: Arc::new(answer), close: false }
}

/// A bare rustls stream to a server.
fn connect(
    address: SocketAddr,
    certificate: CertificateDer<'static>,
) -> rustls::StreamOwned<rustls::ClientConnection, TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).expect("the certificate can be a root");
    let config = rustls::ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for both versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let session = rustls::ClientConnection::new(Arc::new(config), name).expect("the configuration is good");
    let socket = TcpStream::connect(address).expect("the server listens");
    socket.set_nodelay(true).expect("a socket takes the option");
    rustls::StreamOwned::new(session, socket)
}

/// Bare rustls: a request, and reads until all has come.
fn raw(answer: Serve, content_bytes: u64) -> impl FnMut() -> u64 {
    let answer_bytes = answer.answer_bytes();
    let (address, certificate, _) = serve(answer);
    let mut stream = connect(address, certificate);
    let mut block = vec![0; 64 * 1024];
    move || {
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n\r\n")
            .expect("the server takes it");
        let mut left = answer_bytes;
        while left > 0 {
            left -= stream.read(&mut block).expect("the server answers");
        }
        content_bytes
    }
}

/// Bare rustls: a head, and the content through a buffer.
fn raw_upload() -> impl FnMut() -> u64 {
    let (address, certificate, _) = serve(Serve::Swallow { content_bytes: large_bytes() });
    let mut stream = connect(address, certificate);
    let head = format!("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", large_bytes());
    let mut block = vec![0; 64 * 1024];
    move || {
        stream.write_all(head.as_bytes()).expect("the server takes it");
        let mut source = io::repeat(b'x').take(large_bytes());
        loop {
            match source.read(&mut block).expect("there is no end of x") {
                0 => break,
                count => stream.write_all(&block[..count]).expect("the server takes it"),
            }
        }
        let mut answer = [0; 1024];
        stream.read(&mut answer).expect("the server answers").min(2) as u64
    }
}

/// Ours to such a server.
fn our_connection(to: Serve) -> HttpConnection {
    let (address, _, pem) = serve(to);
    let tls = TlsConfig::builder().without_mozilla_roots().roots_pem(pem).and_then(|tls| tls.build());
    HttpConnection::builder("localhost")
        .port(address.port())
        .tls(tls.expect("the certificate can be a root"))
        .resolver(move |_: &str, _: u16, _: Option<std::time::Duration>| Ok(vec![address]))
        .build()
        .expect("a name")
}

fn ours(answer: Serve) -> impl FnMut() -> u64 {
    peers::ours_on(our_connection(answer))
}

pub(crate) fn get(bench: &mut Bench) {
    bench
        .table("tls-get", "a GET on a kept connection over TLS 1.3: 8 fields and 128 bytes come back")
        .answer(SMALL_BYTES)
        .on_one_core()
        .case("rustls", || raw(answering(small(false)), SMALL_BYTES))
        .case("http-client", || ours(answering(small(false))))
        .run();
}

pub(crate) fn download(bench: &mut Bench) {
    bench
        .table("tls-download", "256 MiB by Content-Length over TLS 1.3")
        .answer(large_bytes())
        .rounds(LARGE_ROUNDS)
        .unwatched()
        .on_one_core()
        .case("rustls", || raw(large(), large_bytes()))
        .case("http-client", || ours(large()))
        .run();
}

pub(crate) fn upload(bench: &mut Bench) {
    bench
        .table("tls-upload", "256 MiB from a reader over TLS 1.3")
        .answer(2)
        .rounds(LARGE_ROUNDS)
        .unwatched()
        .on_one_core()
        .case("rustls", raw_upload)
        .case("http-client", || {
            peers::ours_upload_on(
                our_connection(Serve::Swallow { content_bytes: large_bytes() }),
                large_bytes(),
                false,
            )
        })
        .run();
}
