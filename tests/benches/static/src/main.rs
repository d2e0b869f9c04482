//! `cargo xtask bench static`: what a file costs a server in CPU time, the kernel's part included, beside nginx, h2o,
//! lighttpd, darkhttpd, static-web-server, Go and CPython; and how many system calls it costs ours.
//!
//! CPU time of the server's process is what decides how many requests a core can answer, and unlike the time by the
//! clock it stays what it is when the machine has other work too. Large files are timed by the clock as well, with server
//! and client on one core: on loopback, what finds no room in the receiver's window goes through the kernel's network
//! code in the time of whoever reads, so the deeper a server's socket buffer is, the less CPU time of its own it seems to
//! take. So it is the clock that compares servers there.

mod client;
mod folder;
mod servers;

use std::net::TcpListener;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bench_harness::Bench;
use http_server::StaticFiles;

use crate::client::Client;
use crate::folder::{ENTRIES, LARGE_BYTES, MEDIUM_BYTES, MODIFIED, PACKED_BYTES, SMALL_BYTES};
use crate::servers::{
    CPYTHON, Candidate, DARKHTTPD, GO, H2O, KEPT, LIGHTTPD, NGINX, NGINX_OPEN, OURS, RAW, RAW_MEDIUM,
    Running, STATIC_WEB_SERVER,
};

/// What is asked for, and what must come.
#[derive(Clone, Copy)]
struct Question {
    path: &'static str,
    fields: &'static str,
    expected: Expected,
    connections: Connections,
}

/// How many of them the requests for one case go over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Connections {
    One,
    /// What the kernel makes of a connection, of its windows above all, stays with it and decides what large content
    /// costs: so it is drawn anew in each round.
    OneEachRound,
}

#[derive(Clone, Copy)]
enum Expected {
    Bytes(u64),
    /// A listing is as long as each server makes it.
    MoreThan(u64),
}

impl Expected {
    fn check(self, got: u64) {
        match self {
            Self::Bytes(bytes) => assert_eq!(got, bytes, "bytes of content"),
            Self::MoreThan(bytes) => assert!(got > bytes, "{got} bytes of content"),
        }
    }
}

/// nginx with its cache of open files comes first: it is the one to beat.
const ALL: [Candidate; 10] =
    [NGINX_OPEN, NGINX, H2O, LIGHTTPD, DARKHTTPD, STATIC_WEB_SERVER, GO, OURS, KEPT, CPYTHON];

fn main() -> ExitCode {
    use Measure::{Clock, Cpu};

    let mut bench = Bench::with_servers(
        "static",
        &[
            ("ours", |listener| servers::serve(listener, servers::ours())),
            ("kept", |listener| servers::serve(listener, servers::kept())),
            ("raw", servers::raw),
            ("raw-medium", servers::raw_medium),
        ],
    );
    let whole = |path, bytes| Question {
        path,
        fields: "",
        expected: Expected::Bytes(bytes),
        connections: Connections::One,
    };
    let with = |question: Question, fields| Question { fields, ..question };
    let small = whole("/small.txt", SMALL_BYTES);
    let with_raw = |raw| ALL.into_iter().chain([raw]).collect::<Vec<_>>();
    table(&mut bench, "small", "a file of 1 KiB", Cpu, small, &with_raw(RAW));
    table(
        &mut bench,
        "medium",
        "a file of 100 KiB",
        Cpu,
        whole("/medium.txt", MEDIUM_BYTES),
        &with_raw(RAW_MEDIUM),
    );
    let large = Question { connections: Connections::OneEachRound, ..whole("/large.bin", LARGE_BYTES) };
    table(&mut bench, "large", "a file of 10 MiB", Cpu, large, &ALL);
    table(&mut bench, "large-clock", "a file of 10 MiB", Clock, large, &ALL);
    let part = with(whole("/large.bin", SMALL_BYTES), "Range: bytes=5000000-5001023\r\n");
    // CPython knows no ranges.
    table(&mut bench, "range", "1 KiB out of 10 MiB", Cpu, part, &ALL[..9]);
    let unchanged = format!("If-Modified-Since: {MODIFIED}\r\n").leak();
    let unchanged = with(whole("/small.txt", 0), unchanged);
    table(&mut bench, "not-modified", "304 for a file of 1 KiB", Cpu, unchanged, &ALL);
    let packed = with(whole("/text.txt", PACKED_BYTES), "Accept-Encoding: gzip\r\n");
    // The others send no ready variants.
    let sending_variants = [NGINX_OPEN, NGINX, H2O, STATIC_WEB_SERVER, OURS, KEPT];
    table(&mut bench, "gzip", "the ready gzip variant of a file, 2 KiB", Cpu, packed, &sending_variants);
    let listing = Question { expected: Expected::MoreThan(ENTRIES as u64 * 20), ..whole("/many/", 0) };
    let listing_servers = [NGINX, H2O, LIGHTTPD, DARKHTTPD, STATIC_WEB_SERVER, GO, OURS, CPYTHON];
    table(&mut bench, "folder", "the listing of a folder of 10 000 files", Cpu, listing, &listing_servers);
    system_calls(&mut bench, small);
    bench.finish()
}

/// What is measured of a server.
#[derive(Clone, Copy)]
enum Measure {
    /// Its CPU time.
    Cpu,
    /// By the clock, what server and client take together.
    Clock,
}

impl Measure {
    const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU time of the server for one request",
            Self::Clock => "time of server and client on one core",
        }
    }

    fn of(self, server: &Running, work: impl FnOnce()) -> Duration {
        match self {
            Self::Cpu => {
                let before = server.cpu();
                work();
                server.cpu().saturating_sub(before)
            }
            Self::Clock => timed(work),
        }
    }
}

/// One question to each server.
fn table(
    bench: &mut Bench,
    key: &'static str,
    title: &str,
    measure: Measure,
    question: Question,
    candidates: &[Candidate],
) {
    let mut table = bench.table(key, &format!("{title}, {}", measure.name())).on_one_core();
    for candidate in candidates.iter().filter(|candidate| candidate.is_there()) {
        let start = candidate.start;
        table = table.timed_case(candidate.name, move || {
            let server = start();
            let mut client = Client::new(server.address(), question.path, question.fields);
            move |times| -> Duration {
                if question.connections == Connections::OneEachRound {
                    client.connect_anew();
                    question.expected.check(client.get());
                }
                measure.of(&server, || {
                    for _ in 0..times {
                        question.expected.check(client.get());
                    }
                })
            }
        });
    }
    table.run();
}

#[expect(clippy::disallowed_methods, reason = "a bench asks the time")]
fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

/// Ours within this process, so that its calls are counted; two of them are the client's.
fn system_calls(bench: &mut Bench, question: Question) {
    bench
        .table(
            "calls",
            "a file of 1 KiB; client and server in one process, two system calls are the client's",
        )
        .answer(SMALL_BYTES)
        .on_all_threads()
        .case("not kept", move || here(servers::ours(), question))
        .case("kept in memory", move || here(servers::kept(), question))
        .run();
}

fn here(files: StaticFiles, question: Question) -> impl FnMut() -> u64 + 'static {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("a listener has an address");
    // One thread: strace makes requests so slow that a server with more would wake another one for each.
    let server = http_server::Server::builder().listener(listener).threads_max(1);
    let server = server.serve(files).expect("it can be served");
    let mut client = Client::new(address, question.path, question.fields);
    move || {
        let _kept = &server;
        client.get()
    }
}
