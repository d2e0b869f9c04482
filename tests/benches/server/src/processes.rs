//! The servers that are programs of their own.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bench_harness::process::Process;

use crate::CONTENT;

/// A program that serves until this is dropped.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Program {
    fn start(what: &str, address: SocketAddr, folder: tempfile::TempDir, command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{what} is installed: {error}"));
        // A refusal takes microseconds, so this is patience for many seconds.
        let listens = (0..1_000_000).any(|_| {
            std::thread::yield_now();
            TcpStream::connect(address).is_ok() || !matches!(child.try_wait(), Ok(None))
        });
        assert!(listens && matches!(child.try_wait(), Ok(None)), "{what} does not start");
        Self { child, address, _folder: folder }
    }

    /// nginx with one worker and no log; it answers from memory.
    pub(crate) fn nginx() -> Self {
        Self::nginx_with("", "")
    }

    /// The same over TLS.
    pub(crate) fn nginx_tls([certificate, key]: &[PathBuf; 2]) -> Self {
        let (certificate, key) = (certificate.display(), key.display());
        Self::nginx_with("ssl", &format!("ssl_certificate {certificate}; ssl_certificate_key {key};"))
    }

    fn nginx_with(option: &str, more: &str) -> Self {
        let (folder, address) = (folder(), free_address());
        let here = folder.path().display();
        let settings = format!(
            "daemon off; master_process off; pid {here}/pid; error_log stderr crit; worker_rlimit_nofile 30000;\n\
             events {{ worker_connections 20000; }}\n\
             http {{ access_log off; keepalive_requests 100000000; keepalive_timeout 600; server_tokens off;\n\
             client_body_temp_path {here}/a; proxy_temp_path {here}/b; fastcgi_temp_path {here}/c; uwsgi_temp_path {here}/d;\n\
             scgi_temp_path {here}/e; server {{ listen {address} {option} backlog=4096; {more} default_type text/plain;\n\
             location / {{ return 200 \"{CONTENT}\"; }} }} }}\n"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, settings).expect("a file can be written");
        Self::start("nginx", address, folder, Command::new("nginx").arg("-c").arg(&file))
    }

    /// Go's net/http on one core.
    pub(crate) fn go() -> Self {
        let (folder, address) = (folder(), free_address());
        let source = format!(
            "package main\nimport (\"io\"; \"log\"; \"net/http\")\nfunc main() {{\n\
             http.HandleFunc(\"/hello\", func(w http.ResponseWriter, r *http.Request) {{ io.WriteString(w, \"{CONTENT}\") }})\n\
             log.Fatal(http.ListenAndServe(\"{address}\", nil))\n}}\n"
        );
        let program = build_go(folder.path(), &source);
        Self::start("Go's server", address, folder, Command::new(program).env("GOMAXPROCS", "1"))
    }

    /// CPython's `ThreadingHTTPServer` with kept connections.
    pub(crate) fn python() -> Self {
        let (folder, address) = (folder(), free_address());
        let source = format!(
            "from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer\n\
             class Server(ThreadingHTTPServer):\n    request_queue_size = 1024\n\
             class Hello(BaseHTTPRequestHandler):\n    protocol_version = 'HTTP/1.1'\n    wbufsize = -1\n\
             \x20   def do_GET(self):\n        self.send_response(200)\n\
             \x20       self.send_header('Content-Type', 'text/plain')\n\
             \x20       self.send_header('Content-Length', '{}')\n        self.end_headers()\n\
             \x20       self.wfile.write(b'{CONTENT}')\n    def log_message(self, *arguments): pass\n\
             Server(('127.0.0.1', {}), Hello).serve_forever()\n",
            CONTENT.len(),
            address.port()
        );
        let file = folder.path().join("hello.py");
        fs::write(&file, source).expect("a file can be written");
        Self::start("CPython", address, folder, Command::new("python3").arg("-I").arg(&file))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn process(&self) -> Process {
        Process::new(self.child.id())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Builds once and keeps the program for the next table: the compiler takes longer than the measuring.
fn build_go(folder: &Path, source: &str) -> std::path::PathBuf {
    let (file, program) = (folder.join("hello.go"), folder.join("hello"));
    fs::write(&file, source).expect("a file can be written");
    let built = Command::new("go")
        .args(["build", "-o"])
        .args([&program, &file])
        .env("GO111MODULE", "off")
        .current_dir(folder)
        .status()
        .expect("Go is installed");
    assert!(built.success(), "Go's server does not compile");
    program
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder can be made")
}

/// A port that was free a moment ago.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.local_addr().expect("a listener has an address")
}
