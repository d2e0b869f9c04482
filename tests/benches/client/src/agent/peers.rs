//! The clients of this program: each makes workers, one for a thread, which share what the client lets them share.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

use bench_harness::server::Server;
use http_client::TlsConfig;
use http_client::client::{Client, PoolLimits};
use rustls::pki_types::{CertificateDer, ServerName};

use crate::agent::tls;
use crate::peers::{BLOCK, Block, drain};

/// One call, its content read to its end: how many bytes that was.
pub(crate) type Worker = Box<dyn FnMut() -> u64 + Send>;

/// Makes workers that share one client.
pub(crate) type Maker = Box<dyn Fn() -> Worker>;

/// A client, and how it is made for a target.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) make: fn(&Target) -> Maker,
}

/// What is asked for.
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) url: String,
    pub(crate) content_bytes: u64,
    pub(crate) threads: usize,
    pub(crate) trust: Option<Trust>,
    /// It ends with the target.
    _server: Option<Server>,
}

/// The certificate of the server.
#[derive(Clone)]
pub(crate) struct Trust {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) pem: String,
    pub(crate) file: PathBuf,
}

impl Target {
    /// A server in a process of its own.
    pub(crate) fn served(name: &str, content_bytes: u64, threads: usize) -> Self {
        let server = Server::start(name).expect("the program serves it");
        let address = server.address();
        let url = format!("http://{address}/");
        Self { address, url, content_bytes, threads, trust: None, _server: Some(server) }
    }

    /// A server over TLS in this process.
    pub(crate) fn tls(address: SocketAddr, trust: Trust, content_bytes: u64) -> Self {
        let url = format!("https://{address}/");
        Self { address, url, content_bytes, threads: 1, trust: Some(trust), _server: None }
    }
}

const RAW: Peer = Peer { name: "raw", make: raw };
const OURS: Peer = Peer { name: "http-client", make: ours };
const UREQ: Peer = Peer { name: "ureq", make: ureq };
const ATTOHTTPC: Peer = Peer { name: "attohttpc", make: attohttpc };
const MINREQ: Peer = Peer { name: "minreq", make: minreq };
const REQWEST: Peer = Peer { name: "reqwest", make: reqwest };
const LIBCURL: Peer = Peer { name: "libcurl", make: curl };

/// Every client of this program. attohttpc and minreq keep no connections.
pub(crate) const ALL: &[Peer] = &[RAW, OURS, UREQ, ATTOHTTPC, MINREQ, REQWEST, LIBCURL];

/// Those that need not hold all content in memory at once.
pub(crate) const STREAMING: &[Peer] = &[RAW, OURS, UREQ, ATTOHTTPC, REQWEST, LIBCURL];

/// Those that decode gzip; raw sockets are in front to compare with, and decode nothing.
pub(crate) const DECODING: &[Peer] = &[RAW, OURS, UREQ, ATTOHTTPC, REQWEST, LIBCURL];

/// Those that can be told to trust a certificate of one's own. The libcurl of this program is built without TLS: the
/// command `curl` stands for it.
pub(crate) const TRUSTING: &[Peer] =
    &[Peer { name: "rustls", make: tls::raw }, OURS, UREQ, ATTOHTTPC, REQWEST];

/// Raw sockets: one write, and reads until the last byte has come. Nothing is understood; a connection that the server
/// closes is made anew.
fn raw(target: &Target) -> Maker {
    let (address, content_bytes) = (target.address, target.content_bytes);
    Box::new(move || {
        let request =
            format!("GET / HTTP/1.1\r\nHost: {address}\r\nAccept-Encoding: gzip\r\n\r\n").into_bytes();
        let mut block = Block::new();
        let mut kept: Option<TcpStream> = None;
        // How long the whole answer is, and whether the server closes: from the first one.
        let (mut answer_bytes, mut closes) = (None, false);
        Box::new(move || {
            let mut stream = kept.take().unwrap_or_else(|| {
                let stream = TcpStream::connect(address).expect("the server listens");
                stream.set_nodelay(true).expect("a socket takes the option");
                stream
            });
            stream.write_all(&request).expect("the server takes it");
            let mut got = 0;
            while answer_bytes.is_none_or(|all| got < all) {
                let count = stream.read(block.bytes()).expect("the server answers");
                got += count;
                if answer_bytes.is_none() {
                    answer_bytes = whole_answer(&block.bytes()[..count]);
                    closes = has_close(block.bytes());
                }
            }
            if !closes {
                kept = Some(stream);
            }
            content_bytes
        })
    })
}

/// Bytes of head and content, read from the head's `Content-Length`.
fn whole_answer(start: &[u8]) -> Option<usize> {
    let head_end = start.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&start[..head_end]).ok()?;
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "))?;
    Some(head_end + length.parse::<usize>().ok()?)
}

/// Whether the answer at the start of the block says that the server closes.
fn has_close(start: &[u8]) -> bool {
    start[..512].windows(19).any(|text| text == b"Connection: close\r\n")
}

fn ours(target: &Target) -> Maker {
    let limits = PoolLimits::DEFAULT.idle_per_origin_max(target.threads);
    let mut builder = Client::builder().pool(limits);
    if let Some(trust) = &target.trust {
        let tls = TlsConfig::builder().without_mozilla_roots().roots_pem(&trust.pem);
        let tls = tls.and_then(|tls| tls.build()).expect("the certificate can be a root");
        builder = builder.tls(tls);
    }
    let client = builder.build().expect("the options go together");
    let url = target.url.clone();
    Box::new(move || {
        let (client, url, mut block) = (client.clone(), url.clone(), Block::new());
        Box::new(move || drain(&mut client.get(&url).send().expect("the server answers"), &mut block))
    })
}

fn ureq(target: &Target) -> Maker {
    let mut config = ureq::Agent::config_builder().proxy(None).max_idle_connections_per_host(target.threads);
    if let Some(trust) = &target.trust {
        let certificate = ureq::tls::Certificate::from_der(&trust.certificate).to_owned();
        let roots = ureq::tls::RootCerts::new_with_certs(&[certificate]);
        config = config.tls_config(ureq::tls::TlsConfig::builder().root_certs(roots).build());
    }
    let agent = config.build().new_agent();
    let url = target.url.clone();
    Box::new(move || {
        let (agent, url, mut block) = (agent.clone(), url.clone(), Block::new());
        Box::new(move || {
            let response = agent.get(&url).call().expect("the server answers");
            drain(&mut response.into_body().into_reader(), &mut block)
        })
    })
}

fn attohttpc(target: &Target) -> Maker {
    let (url, trust) = (target.url.clone(), target.trust.clone());
    Box::new(move || {
        let mut session = attohttpc::Session::new();
        if let Some(trust) = &trust {
            session.add_root_certificate(trust.certificate.clone());
        }
        let (url, mut block) = (url.clone(), Block::new());
        Box::new(move || drain(&mut session.get(&url).send().expect("the server answers"), &mut block))
    })
}

fn minreq(target: &Target) -> Maker {
    let url = target.url.clone();
    Box::new(move || {
        let url = url.clone();
        Box::new(move || minreq::get(&url).send().expect("the server answers").as_bytes().len() as u64)
    })
}

fn reqwest(target: &Target) -> Maker {
    let mut builder =
        reqwest::blocking::Client::builder().no_proxy().timeout(None).pool_max_idle_per_host(target.threads);
    // It asks for a configuration whether or not it needs one.
    let certificate = target.trust.as_ref().map(|trust| trust.certificate.clone());
    builder = builder.tls_backend_preconfigured(tls::config(certificate));
    let client = builder.build().expect("the options go together");
    let url = target.url.clone();
    Box::new(move || {
        let (client, url, mut block) = (client.clone(), url.clone(), Block::new());
        Box::new(move || drain(&mut client.get(&url).send().expect("the server answers"), &mut block))
    })
}

/// A handle for each thread: handles cannot be shared.
fn curl(target: &Target) -> Maker {
    let url = target.url.clone();
    Box::new(move || {
        let mut easy = curl::easy::Easy::new();
        easy.url(&url).expect("the address is good");
        easy.buffer_size(BLOCK).expect("the size is allowed");
        easy.accept_encoding("gzip").expect("it is built with zlib");
        Box::new(move || {
            let mut total = 0;
            let mut transfer = easy.transfer();
            let count = |data: &[u8]| {
                total += data.len() as u64;
                Ok(data.len())
            };
            transfer.write_function(count).expect("it takes a function");
            transfer.perform().expect("the server answers");
            drop(transfer);
            total
        })
    })
}

/// A name for TLS.
pub(crate) fn name(address: SocketAddr) -> ServerName<'static> {
    ServerName::from(address.ip())
}

/// A TLS configuration that many connections share.
pub(crate) type Shared = Arc<rustls::ClientConfig>;
