//! A peer of the client tests: a thread on a free port of loopback that does to each connection what the test says.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use support::certificate::Certificate;

/// How long a peer waits for bytes before the test has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A thread that serves connections one after the other, and ends with the last of its scenes.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl Peer {
    /// Serves as many connections as there are scenes.
    pub(crate) fn start<F>(scenes: impl IntoIterator<Item = F>) -> Self
    where
        F: FnOnce(TcpStream) + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let scenes: Vec<F> = scenes.into_iter().collect();
        let thread = thread::spawn(move || {
            for scene in scenes {
                let (stream, _) = listener.accept().unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                stream.set_write_timeout(Some(PATIENCE)).unwrap();
                scene(stream);
            }
        });
        Self { address, thread: Some(thread) }
    }

    /// One connection: reads a head, sends these bytes, and closes.
    pub(crate) fn answering(answer: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self::start([move |mut stream: TcpStream| {
            read_head(&mut stream);
            stream.write_all(answer.as_ref()).unwrap();
        }])
    }

    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// Waits for the last scene, and fails where one has.
    pub(crate) fn finish(mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// Reads up to the empty line, and not one byte more.
pub(crate) fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            other => panic!("{other:?} after {}", head.escape_ascii()),
        }
    }
    String::from_utf8(head).unwrap()
}

/// Reads to the end or to a reset, whichever the client leaves.
pub(crate) fn read_to_the_end(stream: &mut impl Read) {
    let _ = io::copy(stream, &mut io::sink());
}

/// A session of a server with this certificate over a connection.
pub(crate) fn accept_tls(
    stream: TcpStream,
    certificate: &Certificate,
    alpn: &[&[u8]],
) -> rustls::StreamOwned<rustls::ServerConnection, TcpStream> {
    let chain =
        CertificateDer::pem_slice_iter(certificate.certificate.as_bytes()).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    rustls::StreamOwned::new(rustls::ServerConnection::new(Arc::new(config)).unwrap(), stream)
}
