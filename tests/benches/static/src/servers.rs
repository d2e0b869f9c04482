//! The servers, each in a process of its own, over the same files.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use bench_harness::server::Server;
use http_server::StaticFiles;

use crate::{ENTRIES, LARGE_BYTES, MEDIUM_BYTES, SMALL_BYTES};

/// Where the files are: the same place for this program and for the copy of it that serves.
fn place() -> PathBuf {
    std::env::temp_dir().join("httpkit-bench-static")
}

/// Makes the files unless they are there. Their times are long past, as those of most files are.
fn fill(folder: &Path) {
    if folder.join("complete").exists() {
        return;
    }
    fs::create_dir_all(folder.join("many")).expect("a folder can be made");
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    for (name, size_bytes) in [("small", SMALL_BYTES), ("medium", MEDIUM_BYTES), ("large", LARGE_BYTES)] {
        let content: Vec<u8> = (0..size_bytes).map(|number| number.to_le_bytes()[0]).collect();
        fs::write(folder.join(name), content).expect("a file can be written");
        let file = fs::File::options().write(true).open(folder.join(name)).expect("it is there");
        file.set_modified(old).expect("its time can be set");
    }
    for number in 0..ENTRIES {
        fs::write(folder.join(format!("many/file number {number}.txt")), "x").expect("a file can be written");
    }
    fs::write(folder.join("complete"), "").expect("a file can be written");
}

/// The files of our server.
#[derive(Debug)]
pub(crate) struct Folder;

impl Folder {
    pub(crate) fn serve(name: &str) -> (Self, Server) {
        fill(&place());
        (Self, Server::start(name).expect("this program serves it"))
    }

    /// Keeps the server for as long as the operation.
    #[expect(clippy::unused_self, reason = "holds it")]
    pub(crate) fn keep(&self, _: &Server, got: u64) -> u64 {
        got
    }
}

/// `StaticFiles` as everybody gets it.
pub(crate) fn ours(listener: TcpListener) {
    serve(listener, StaticFiles::new(place()).expect("the files are there"));
}

/// `StaticFiles` with small files in memory.
pub(crate) fn kept(listener: TcpListener) {
    serve(listener, StaticFiles::new(place()).expect("the files are there").keep_in_memory(1 << 20));
}

fn serve(listener: TcpListener, files: StaticFiles) {
    let server = http_server::Server::builder().listener(listener).serve(files).expect("it can be served");
    server.wait();
}

/// Plain sockets and one answer in memory: what no server of files can beat.
pub(crate) fn raw(listener: TcpListener) {
    answer(&listener, SMALL_BYTES);
}

pub(crate) fn raw_medium(listener: TcpListener) {
    answer(&listener, MEDIUM_BYTES);
}

fn answer(listener: &TcpListener, content_bytes: u64) {
    let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {content_bytes}\r\n\r\n").into_bytes();
    answer.resize(answer.len() + usize::try_from(content_bytes).expect("it is small"), b'x');
    while let Ok((mut stream, _)) = listener.accept() {
        drop(serve_one(&mut stream, &answer));
    }
}

fn serve_one(stream: &mut TcpStream, answer: &[u8]) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer)? > 0 {
        stream.write_all(answer)?;
    }
    Ok(())
}

/// nginx with one worker.
#[derive(Debug)]
pub(crate) struct Nginx {
    child: Child,
    address: SocketAddr,
    _settings: tempfile::TempDir,
}

impl Nginx {
    /// `kept_open` is the value of `open_file_cache`.
    pub(crate) fn start(kept_open: &str) -> Self {
        fill(&place());
        let address = free_address();
        let settings = tempfile::tempdir().expect("a folder can be made");
        let file = settings.path().join("nginx.conf");
        let text = format!(
            "daemon off; master_process off; pid {0}/pid; error_log stderr crit;\nevents {{ worker_connections 512; }}\n\
             http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; if_modified_since before; open_file_cache {kept_open};\n\
             client_body_temp_path {0}/a; proxy_temp_path {0}/b; fastcgi_temp_path {0}/c; uwsgi_temp_path {0}/d; scgi_temp_path {0}/e;\n\
             server {{ listen {address}; root {1}; autoindex on; }} }}\n",
            settings.path().display(),
            place().display()
        );
        fs::write(&file, text).expect("a file can be written");
        let child = Command::new("nginx").arg("-c").arg(&file).spawn().expect("nginx is installed");
        wait_for(address);
        Self { child, address, _settings: settings }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn keep(&self, got: u64) -> u64 {
        got
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// CPython's `http.server` with kept connections.
#[derive(Debug)]
pub(crate) struct Python {
    child: Child,
    address: SocketAddr,
}

impl Python {
    pub(crate) fn start() -> Self {
        fill(&place());
        let mut child = Command::new("python3")
            .args([
                "-I",
                "-u",
                "-m",
                "http.server",
                "0",
                "--bind",
                "127.0.0.1",
                "--protocol",
                "HTTP/1.1",
                "--directory",
            ])
            .arg(place())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("CPython is installed");
        let mut line = String::new();
        let output = child.stdout.take().expect("it was asked for");
        BufReader::new(output).read_line(&mut line).expect("it says where it serves");
        let port =
            line.split("port ").nth(1).and_then(|rest| rest.split(' ').next()).expect("it names the port");
        let address = SocketAddr::from(([127, 0, 0, 1], port.parse().expect("a port is a number")));
        Self { child, address }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn keep(&self, got: u64) -> u64 {
        got
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A port that was free a moment ago.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.local_addr().expect("a listener has an address")
}

/// Waits until somebody listens: a refusal takes microseconds, so this is patience for many seconds.
fn wait_for(address: SocketAddr) {
    let listens = (0..1_000_000).any(|_| {
        std::thread::yield_now();
        TcpStream::connect(address).is_ok()
    });
    assert!(listens, "nginx does not start");
}
