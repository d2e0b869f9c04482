//! Full TLS handshakes: each connection is a new one to the server, and nothing is resumed.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

use bench_harness::Bench;
use rustls::client::Resumption;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use crate::load::{connect, request};
use crate::{CONTENT, Peer, timed};

/// A certificate with a key on P-256 and that key, in files for all servers of one run.
pub(crate) struct Identity {
    files: [PathBuf; 2],
    der: CertificateDer<'static>,
}

/// Where a process with this number keeps certificate and key, both in PEM.
fn files(process: u32) -> [PathBuf; 2] {
    ["certificate", "key"].map(|what| std::env::temp_dir().join(format!("bench-server-{process}-{what}.pem")))
}

/// Certificate and key of the bench that has started this process.
pub(crate) fn given() -> [Vec<u8>; 2] {
    files(std::os::unix::process::parent_id()).map(|file| fs::read(file).expect("the bench has written it"))
}

impl Identity {
    pub(crate) fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("ring makes keys");
        let files = files(std::process::id());
        let texts = [made.cert.pem(), made.signing_key.serialize_pem()];
        for (file, text) in files.iter().zip(texts) {
            fs::write(file, text).expect("a file can be written");
        }
        Self { files, der: made.cert.der().clone() }
    }

    fn client(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).expect("the certificate can be a root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has cipher suites for both versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        Arc::new(config)
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        for file in &self.files {
            drop(fs::remove_file(file));
        }
    }
}

/// A connection, a handshake and a short answer for each.
pub(crate) fn handshakes(bench: &mut Bench, identity: &Arc<Identity>) {
    let title = "a TLS handshake on a new connection, and a short answer";
    let mut table = bench.table("handshakes", title);
    for (case, server) in [("nginx", "nginx-tls"), ("http-server", "ours-tls")] {
        let identity = Arc::clone(identity);
        table = table.served_case(case, move || {
            let peer = match server {
                "nginx-tls" => Peer::nginx_tls(&identity.files),
                own => Peer::start(own),
            };
            let (address, config) = (peer.address(), identity.client());
            (peer.process(), move |count| timed(&peer, || (0..count).for_each(|_| ask(address, &config))))
        });
    }
    table.run();
}

fn ask(address: SocketAddr, config: &Arc<ClientConfig>) {
    let mut socket: TcpStream = connect(address);
    let name = ServerName::try_from("localhost").expect("a name");
    let mut session = ClientConnection::new(Arc::clone(config), name).expect("the configuration is good");
    let mut stream = rustls::Stream::new(&mut session, &mut socket);
    stream.write_all(request("Connection: close\r\n").as_bytes()).expect("the server takes the request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the server answers and says that this was all");
    assert!(answer.ends_with(CONTENT.as_bytes()), "{}", answer.escape_ascii());
    assert_eq!(session.handshake_kind(), Some(rustls::HandshakeKind::Full));
    rustix::net::sockopt::set_socket_linger(&socket, Some(std::time::Duration::ZERO))
        .expect("a socket takes the option");
}
