//! The servers, each in a process of its own, over the same files, and what CPU time they have taken.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bench_harness::server::Server;
use http_server::StaticFiles;
use http_server::files::ContentCoding;

use crate::folder::{MEDIUM_BYTES, SMALL_BYTES, fill, place};

/// One server that runs, until it is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    process: Process,
    address: SocketAddr,
    _settings: Option<tempfile::TempDir>,
}

#[derive(Debug)]
enum Process {
    Foreign(Child),
    /// A copy of this program.
    Own(Server),
}

impl Running {
    /// A server of this program.
    fn own(name: &str) -> Self {
        fill();
        let server = Server::start(name).expect("this program serves it");
        Self { address: server.address(), process: Process::Own(server), _settings: None }
    }

    /// A program that is told its address by the settings, in which `ADDRESS`, `PORT`, `ROOT` and `HERE` stand for
    /// what they are.
    fn with_settings(program: &str, arguments: &[&str], settings: &str) -> Self {
        fill();
        let address = free_address();
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("settings");
        let text = settings
            .replace("ADDRESS", &address.to_string())
            .replace("PORT", &address.port().to_string())
            .replace("ROOT", &place().display().to_string())
            .replace("HERE", &folder.path().display().to_string());
        fs::write(&file, text).expect("a file can be written");
        let mut command = Command::new(program);
        command.args(arguments).arg(&file);
        Self::silent(command, address, Some(folder))
    }

    /// A program that is told its address by its arguments, in which `PORT` and `ROOT` stand for what they are.
    fn with_arguments(program: &str, arguments: &str) -> Self {
        fill();
        let address = free_address();
        let (port, root) = (address.port().to_string(), place().display().to_string());
        let words = arguments.split(' ').map(|word| match word {
            "PORT" => &port,
            "ROOT" => &root,
            word => word,
        });
        let mut command = Command::new(find(program).expect("it was looked for"));
        command.args(words);
        Self::silent(command, address, None)
    }

    /// A program that serves here and does not say so.
    fn silent(mut command: Command, address: SocketAddr, settings: Option<tempfile::TempDir>) -> Self {
        let child = command.stdout(Stdio::null()).spawn().expect("it is installed");
        wait_for(address);
        Self { process: Process::Foreign(child), address, _settings: settings }
    }

    /// A program that says on its first line where it serves.
    fn talking(mut command: Command, address_of: impl Fn(&str) -> Option<SocketAddr>) -> Self {
        fill();
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it is installed");
        let mut line = String::new();
        let output = child.stdout.take().expect("it was asked for");
        BufReader::new(output).read_line(&mut line).expect("it says where it serves");
        let address = address_of(line.trim()).expect("the line has an address");
        Self { process: Process::Foreign(child), address, _settings: None }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// CPU time of all its threads so far, the kernel's part included.
    pub(crate) fn cpu(&self) -> Duration {
        let process = match &self.process {
            Process::Foreign(child) => child.id(),
            Process::Own(server) => server.process_id().expect("this program has started it"),
        };
        let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("it is running");
        let nanoseconds = tasks.flatten().filter_map(|task| {
            let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(nanoseconds.sum())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Process::Foreign(child) = &mut self.process {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// A server that is measured: its name in the tables, how it is started, and the program that must be there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) name: &'static str,
    pub(crate) start: fn() -> Running,
    program: Option<&'static str>,
}

impl Candidate {
    /// Whether it can be started here; says so where not.
    pub(crate) fn is_there(&self) -> bool {
        let Some(program) = self.program else { return true };
        let found = find(program).is_some();
        if !found {
            eprintln!("left out: {}, since {program} is not installed", self.name);
        }
        found
    }
}

/// Where a program stands: among those that `cargo xtask bench` has built for this bench, or on the search path.
fn find(program: &str) -> Option<PathBuf> {
    let folders = ["BENCH_PEERS", "PATH"].map(|name| std::env::var_os(name).unwrap_or_default());
    let found = folders.iter().flat_map(std::env::split_paths).map(|folder| folder.join(program));
    found.into_iter().find(|file| file.is_file())
}

pub(crate) const NGINX_OPEN: Candidate = Candidate {
    name: "nginx, files kept open",
    start: || nginx("max=1000 inactive=60s"),
    program: Some("nginx"),
};
pub(crate) const NGINX: Candidate =
    Candidate { name: "nginx", start: || nginx("off"), program: Some("nginx") };
pub(crate) const H2O: Candidate = Candidate { name: "h2o", start: h2o, program: Some("h2o") };
pub(crate) const LIGHTTPD: Candidate =
    Candidate { name: "lighttpd", start: lighttpd, program: Some("lighttpd") };
pub(crate) const DARKHTTPD: Candidate =
    Candidate { name: "darkhttpd", start: darkhttpd, program: Some("darkhttpd") };
pub(crate) const STATIC_WEB_SERVER: Candidate =
    Candidate { name: "static-web-server", start: static_web_server, program: Some("static-web-server") };
pub(crate) const GO: Candidate = Candidate { name: "Go", start: go, program: Some("go") };
pub(crate) const CPYTHON: Candidate = Candidate { name: "CPython", start: cpython, program: Some("python3") };
pub(crate) const OURS: Candidate =
    Candidate { name: "http-server", start: || Running::own("ours"), program: None };
pub(crate) const KEPT: Candidate =
    Candidate { name: "http-server, kept in memory", start: || Running::own("kept"), program: None };
pub(crate) const RAW: Candidate =
    Candidate { name: "raw, from memory", start: || Running::own("raw"), program: None };
pub(crate) const RAW_MEDIUM: Candidate =
    Candidate { name: "raw, from memory", start: || Running::own("raw-medium"), program: None };

/// nginx with one worker; `kept_open` is the value of `open_file_cache`.
fn nginx(kept_open: &str) -> Running {
    let settings = "daemon off; master_process off; pid HERE/pid; error_log stderr crit;\n\
         events { worker_connections 512; }\n\
         http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; keepalive_timeout 1h;\n\
         open_file_cache KEPT_OPEN; gzip_static on; types { text/plain txt; }\n\
         client_body_temp_path HERE/a; proxy_temp_path HERE/b; fastcgi_temp_path HERE/c; uwsgi_temp_path HERE/d;\n\
         scgi_temp_path HERE/e; server { listen ADDRESS; root ROOT; autoindex on; } }\n";
    Running::with_settings("nginx", &["-c"], &settings.replace("KEPT_OPEN", kept_open))
}

/// h2o with one thread. It keeps descriptors of files open by itself.
fn h2o() -> Running {
    let settings = "user: root\nnum-threads: 1\nerror-log: /dev/null\npid-file: HERE/pid\nhttp1-request-timeout: 3600\n\
         listen:\n  host: 127.0.0.1\n  port: PORT\nhosts:\n  default:\n    paths:\n      /:\n        file.dir: ROOT\n\
         \x20       file.dirlisting: ON\n        file.send-compressed: ON\n";
    Running::with_settings("h2o", &["-m", "worker", "-c"], settings)
}

fn lighttpd() -> Running {
    let settings = "server.document-root = \"ROOT\"\nserver.bind = \"127.0.0.1\"\nserver.port = PORT\n\
         server.errorlog = \"/dev/null\"\nserver.pid-file = \"HERE/pid\"\nserver.max-keep-alive-requests = 1000000000\n\
         server.max-keep-alive-idle = 3600\nserver.network-backend = \"sendfile\"\ndir-listing.activate = \"enable\"\n\
         server.modules = ( \"mod_dirlisting\", \"mod_staticfile\" )\nmimetype.assign = ( \".txt\" => \"text/plain\" )\n";
    Running::with_settings("lighttpd", &["-D", "-f"], settings)
}

/// Debian has no package of it: it is measured where somebody has put it on the search path.
fn darkhttpd() -> Running {
    Running::with_arguments("darkhttpd", "ROOT --addr 127.0.0.1 --port PORT --timeout 0 --maxconn 512")
}

/// Without TLS and with few features, but those that are measured: a listing, and ready variants.
fn static_web_server() -> Running {
    Running::with_arguments(
        "static-web-server",
        "--host 127.0.0.1 --port PORT --root ROOT --threads-multiplier 1 --log-level error --compression false \
         --compression-static true --directory-listing true --directory-listing-format html",
    )
}

/// Go's `http.FileServer`, compiled once for all tables.
fn go() -> Running {
    let program = std::env::temp_dir().join("httpkit-bench-static-go");
    if !program.is_file() {
        let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peers/file_server.go");
        let mut build = Command::new("go");
        build.args(["build", "-o"]).arg(&program).arg(source);
        assert!(build.status().is_ok_and(|status| status.success()), "Go compiles its server");
    }
    let mut command = Command::new(program);
    command.arg(place());
    Running::talking(command, |line| line.parse().ok())
}

/// CPython's `http.server` with kept connections.
fn cpython() -> Running {
    let mut command = Command::new("python3");
    command.args(["-I", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--protocol", "HTTP/1.1"]);
    command.arg("--directory").arg(place());
    Running::talking(command, |line| {
        let port = line.split("port ").nth(1)?.split(' ').next()?.parse().ok()?;
        Some(SocketAddr::from(([127, 0, 0, 1], port)))
    })
}

/// `StaticFiles` as everybody gets it, and with what lies beside `text.txt`.
pub(crate) fn ours() -> StaticFiles {
    fill();
    StaticFiles::new(place()).expect("the files are there").precompressed([ContentCoding::Gzip])
}

/// `StaticFiles` with small files in memory and large ones open.
pub(crate) fn kept() -> StaticFiles {
    ours().keep_in_memory(1 << 20)
}

pub(crate) fn serve(listener: TcpListener, files: StaticFiles) {
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
    assert!(listens, "the server does not start");
}
