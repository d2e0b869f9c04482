//! The server of the soak, in a process of its own that may have few descriptors.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use http_server::{
    Error, Limits, Listen, Networks, Request, Response, Server, StatusCode, Timeouts, TlsConfig,
};
use support::certificate::Certificate;

use crate::vitals::Vitals;

/// Set for the child: where its certificate and key are.
const CHILD: &str = "HTTPKIT_SOAK_CHILD";

/// As many descriptors as the child may have: fewer than the load asks for.
const DESCRIPTORS: u32 = 200;

/// Content of uploads, at most.
pub(crate) const UPLOAD_BYTES_MAX: u64 = 2 << 20;

/// Content of `/large`.
pub(crate) const LARGE_BYTES: usize = 1 << 20;

/// Where it listens.
#[derive(Clone, Debug)]
pub(crate) struct Ports {
    pub(crate) plain: SocketAddr,
    pub(crate) tls: SocketAddr,
    pub(crate) introduced: SocketAddr,
    /// The certificate to trust, in PEM.
    pub(crate) certificate: String,
}

pub(crate) fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// Serves until standard input ends, then reports.
pub(crate) fn run_as_child() {
    let folder = std::env::var(CHILD).unwrap();
    let read = |name: &str| std::fs::read(format!("{folder}/{name}")).unwrap();
    let tls = TlsConfig::from_pem(&read("certificate.pem"), &read("key.pem")).unwrap();
    let timeouts = Timeouts::default()
        .handshake(Duration::from_millis(500))
        .head(Duration::from_millis(500))
        .idle(Duration::from_secs(2))
        .stall(Duration::from_secs(1))
        .linger(Duration::from_millis(500));
    let server = Server::builder()
        .bind("127.0.0.1:0")
        .unwrap()
        .bind_tls("127.0.0.1:0", tls)
        .unwrap()
        .listen(Listen::tcp("127.0.0.1:0").unwrap().proxy_protocol(Networks::loopback()))
        .unwrap()
        // More than there are descriptors, so that these run out.
        .limits(Limits::default().body_bytes_max(UPLOAD_BYTES_MAX).connections_max(10_000))
        .timeouts(timeouts)
        .threads_max(16)
        .observer(|_| {})
        .serve(answer)
        .unwrap();
    let addresses: Vec<String> = server.addresses().iter().map(ToString::to_string).collect();
    // Not in the last line that the harness has begun.
    println!("\nlistening {}", addresses.join(" "));
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
    let stats = server.stats();
    let report = server.shutdown(Duration::from_secs(10));
    println!("\nended {report:?} {stats:?}");
}

fn answer(request: &mut Request<'_>) -> Result<Response, Error> {
    Ok(match request.path() {
        "/small" => Response::text("small"),
        "/large" => Response::content("application/octet-stream", vec![b'l'; LARGE_BYTES]),
        "/length" => {
            let mut length = 0_u64;
            let mut body = request.body();
            loop {
                let piece = body.fill_buf().map_err(|_| Error::Status(StatusCode::BAD_REQUEST))?.len();
                if piece == 0 {
                    break;
                }
                length += piece as u64;
                body.consume(piece);
            }
            Response::text(length.to_string())
        }
        "/unread" => Response::text("not read"),
        "/stream" => Response::stream("text/plain", |out| {
            for number in 0..200 {
                writeln!(out, "line {number}")?;
                out.flush()?;
            }
            Ok(())
        }),
        "/slow" => {
            std::thread::park_timeout(Duration::from_millis(10));
            Response::text("slow")
        }
        "/panic" => std::panic::resume_unwind(Box::new("on purpose")),
        "/peer" => Response::text(request.peer_addr().map(|peer| peer.to_string()).unwrap_or_default()),
        "/echo" => Response::upgrade("echo", |mut stream| {
            let mut piece = [0; 256];
            while let Ok(count @ 1..) = stream.read(&mut piece) {
                if piece.get(..count).is_none_or(|piece| stream.write_all(piece).is_err()) {
                    break;
                }
            }
        }),
        _ => Response::error_page(StatusCode::NOT_FOUND),
    })
}

/// The running child.
pub(crate) struct Subject {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    ports: Ports,
    threads_at_rest: usize,
    _certificate: Certificate,
}

impl Subject {
    pub(crate) fn start() -> Self {
        let certificate = Certificate::new().unwrap();
        let folder = certificate.file().parent().unwrap().to_owned();
        let script = format!(r#"ulimit -n {DESCRIPTORS} && exec "$0" --exact "$1" --nocapture"#);
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .arg(std::env::current_exe().unwrap())
            .arg("a_server_ends_with_what_it_had_before")
            .env(CHILD, folder)
            // One heap, so that memory can be compared.
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let line = line_of(&mut output, "listening ");
        let addresses: Vec<SocketAddr> = line.split(' ').map(|address| address.parse().unwrap()).collect();
        let [plain, tls, introduced] = addresses[..] else { panic!("{line}") };
        let ports = Ports { plain, tls, introduced, certificate: certificate.certificate.clone() };
        let threads_at_rest = Vitals::of(child.id()).threads;
        Self { child, input, output, ports, threads_at_rest, _certificate: certificate }
    }

    pub(crate) const fn ports(&self) -> &Ports {
        &self.ports
    }

    pub(crate) const fn threads_at_rest(&self) -> usize {
        self.threads_at_rest
    }

    pub(crate) fn vitals(&self) -> Vitals {
        Vitals::of(self.child.id())
    }

    /// Lets it end; what it reports.
    pub(crate) fn stop(mut self) -> String {
        drop(self.input);
        let report = line_of(&mut self.output, "ended ");
        assert!(self.child.wait().unwrap().success());
        report
    }
}

/// The rest of the next line that begins so.
fn line_of(output: &mut impl BufRead, beginning: &str) -> String {
    let mut line = String::new();
    loop {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "the server has ended");
        if let Some(rest) = line.trim_end().strip_prefix(beginning) {
            return rest.to_owned();
        }
    }
}
