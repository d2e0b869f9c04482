//! `cargo xtask bench server`: what a request costs the server, beside a raw epoll loop, nginx and the other servers of
//! Rust, Go and Python. The server has one core, those who ask it another.

mod crowds;
mod load;
mod peers;
mod processes;
mod raw;
mod tls;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bench_harness::process::Process;
use bench_harness::server::Server;
use bench_harness::{Bench, Table, cores};

use crate::load::{Load, now};
use crate::processes::Program;

/// What is answered.
pub(crate) const CONTENT: &str = "Hello, World!";

/// The head of the raw servers' answers: as long as a real one.
pub(crate) const ANSWER: &str = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                                 Content-Type: text/plain; charset=utf-8\r\nContent-Length: 13\r\n\r\n";

/// A server, wherever it comes from; it ends when this is dropped.
enum Peer {
    Own(Server),
    Program(Program),
}

impl Peer {
    /// Starts it on the first core.
    fn start(name: &str) -> Self {
        let _first = cores::keep_to(0);
        match name {
            "nginx" => Self::Program(Program::nginx()),
            "go" => Self::Program(Program::go()),
            "cpython" => Self::Program(Program::python()),
            own => Self::Own(Server::start(own).expect("this program serves it")),
        }
    }

    /// nginx with TLS, on the first core.
    fn nginx_tls(files: &[PathBuf; 2]) -> Self {
        let _first = cores::keep_to(0);
        Self::Program(Program::nginx_tls(files))
    }

    fn address(&self) -> SocketAddr {
        match self {
            Self::Own(server) => server.address(),
            Self::Program(program) => program.address(),
        }
    }

    fn process(&self) -> Process {
        match self {
            Self::Own(server) => Process::new(server.process_id().expect("it has been started")),
            Self::Program(program) => program.process(),
        }
    }
}

/// A case by its name in the table and the name of its server.
type Row = (&'static str, &'static str);

const RAW: Row = ("raw epoll", "raw");
const OURS: Row = ("http-server", "ours");
const QUICK: [Row; 6] =
    [RAW, OURS, ("nginx", "nginx"), ("hyper", "hyper"), ("axum", "axum"), ("actix-web", "actix")];
const SLOW: [Row; 3] = [("tiny_http", "tiny_http"), ("Go net/http", "go"), ("CPython", "cpython")];

fn main() -> ExitCode {
    let mut bench = Bench::with_servers(
        "server",
        &[
            ("raw", raw::epoll),
            ("threads-waiting", threads_waiting),
            ("ours", peers::ours),
            ("ours-waiting", peers::ours_waiting),
            ("ours-crowded", peers::ours_crowded),
            ("ours-tls", peers::ours_tls),
            ("hyper", peers::hyper),
            ("axum", peers::axum),
            ("actix", peers::actix),
            ("tiny_http", peers::tiny_http),
        ],
    );
    crowds::raise_descriptors();
    // For all servers over TLS, which begin with any table that counts.
    let identity = Arc::new(tls::Identity::new());
    let _last = cores::keep_to(1);
    let all: Vec<Row> = QUICK.into_iter().chain(SLOW).collect();
    kept(bench.table("kept-64", "a short answer, 64 kept connections"), &all, 64, 1);
    kept(bench.table("kept-512", "a short answer, 512 kept connections"), &QUICK, 512, 1);
    kept(
        bench.table("pipelined-16", "a short answer, 16 kept connections, 16 requests at a time"),
        &QUICK,
        16,
        16,
    );
    short(bench.table("short", "a short answer, a new connection for each"), &QUICK);
    p99(bench.table("p99-64", "the slowest of a hundred, 64 kept connections"), &QUICK, 64);
    p99(bench.table("p99-512", "the slowest of a hundred, 512 kept connections"), &QUICK, 512);
    let waiting = [("thread for each connection", "threads-waiting"), ("http-server", "ours-waiting")];
    kept(bench.table("waiting-64", "a handler that waits for 2 ms, 64 kept connections"), &waiting, 64, 1);
    tls::handshakes(&mut bench, &identity);
    crowds::slow(&mut bench);
    crowds::idle_p99(&mut bench);
    crowds::idle_memory(&mut bench, &[("http-server", "ours-crowded"), ("nginx", "nginx")]);
    allocations(&mut bench);
    bench.finish()
}

fn threads_waiting(listener: TcpListener) {
    raw::threads(&listener, peers::PAUSE);
}

/// Kept connections that are always busy.
fn kept(mut table: Table<'_>, rows: &[Row], connections: usize, depth: usize) {
    for &(case, server) in rows {
        table = table.served_case(case, move || {
            let peer = Peer::start(server);
            let mut load = Load::new(peer.address(), connections, depth);
            (peer.process(), move |count| timed(&peer, || load.run(count)))
        });
    }
    table.run();
}

/// A connection for each request.
fn short(mut table: Table<'_>, rows: &[Row]) {
    for &(case, server) in rows {
        table = table.served_case(case, move || {
            let peer = Peer::start(server);
            let address = peer.address();
            (peer.process(), move |count| timed(&peer, || load::short(address, count, 16)))
        });
    }
    table.run();
}

/// How long the slowest hundredth of the answers takes, at least.
fn p99(mut table: Table<'_>, rows: &[Row], connections: usize) {
    for &(case, server) in rows {
        table = table.timed_case(case, move || {
            let peer = Peer::start(server);
            let mut load = Load::new(peer.address(), connections, 1);
            move |count| {
                // At least a few from each connection, or there is no slowest hundredth.
                timed(&peer, || load.run(count.max(connections as u64 * 4)));
                load.p99() * u32::try_from(count).unwrap_or(u32::MAX)
            }
        });
    }
    table.run();
}

/// Asks a server in this process over one connection, without allocating anything.
fn allocations(bench: &mut Bench) {
    let title = "a request to a server in this process: what its engine allocates";
    let table = bench.table("allocations", title).answer(200).on_all_threads().unwatched();
    let set_up = || {
        let server = peers::in_process();
        let mut stream = load::connect(server.addresses()[0]);
        let request = load::request("");
        let bytes = load::learn(&mut stream, &request);
        let mut answer = vec![0; bytes];
        move || {
            assert!(!server.is_stopping());
            stream.write_all(request.as_bytes()).expect("the server takes the request");
            stream.read_exact(&mut answer).expect("the server answers");
            u64::from(answer[9] - b'0') * 100
        }
    };
    table.case("http-server", set_up).run();
}

/// The time that some work takes, while its server is kept.
fn timed(_server: &Peer, work: impl FnOnce()) -> Duration {
    let began = now();
    work();
    began.elapsed()
}
