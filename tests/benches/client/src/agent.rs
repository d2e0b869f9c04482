//! The tables of `Client`: what a call costs beside raw sockets and beside the clients that people use today.
//!
//! Each client does the same exchange in its own usual way, shared by all threads where it can be, with as many kept
//! connections as there are threads, and the content is read to its end.

mod crew;
mod elsewhere;
mod fairness;
mod go;
mod peers;
mod servers;
mod tls;

use bench_harness::server::Serve;
use bench_harness::{Bench, Table};

use crate::SMALL_BYTES;
use crate::agent::crew::Crew;
use crate::agent::elsewhere::Elsewhere;
use crate::agent::peers::{Peer, Target};

/// Servers in processes of their own.
pub(crate) const SERVERS: &[(&str, Serve)] = &[
    ("agent_small", servers::small),
    ("agent_close", servers::close),
    ("agent_mib", servers::mib),
    ("agent_256_mib", servers::mib_256),
    ("agent_gzip", servers::gzip),
];

/// Threads that share one client.
const THREADS: usize = 16;

/// Requests of each of them in one operation.
const REQUESTS_EACH: u64 = 8;

/// All tables.
pub(crate) fn run(bench: &mut Bench) {
    kept(bench);
    shared(bench);
    new_connections(bench);
    tls::new_connections(bench, false);
    tls::new_connections(bench, true);
    downloads(bench);
    gzip(bench);
    fairness::run(bench);
}

/// Adds a case for each peer that is one of this program's own libraries.
fn with_own<'b>(
    mut table: Table<'b>,
    peers: &[Peer],
    target: &'static (dyn Fn() -> Target + Sync),
) -> Table<'b> {
    for peer in peers {
        let make = peer.make;
        table = table.case(peer.name, move || {
            let target = target();
            let mut worker = make(&target)();
            move || {
                // The target owns the server.
                let _ = &target;
                worker()
            }
        });
    }
    table
}

/// Adds a case for each peer that is a program of its own.
fn with_others<'b>(
    mut table: Table<'b>,
    peers: &[fn() -> Option<Elsewhere>],
    target: &'static (dyn Fn() -> Target + Sync),
    threads: usize,
    each: u64,
) -> Table<'b> {
    for peer in peers.iter().filter_map(|peer| peer()) {
        table = table.timed_case(peer.name, move || {
            let target = target();
            let mut running = peer.start(&target, threads, each);
            move |times| {
                let _ = &target;
                running.work(times)
            }
        });
    }
    table
}

const GO: fn() -> Option<Elsewhere> = go::program;
const URLLIB3: fn() -> Option<Elsewhere> = elsewhere::urllib3;
const CURL: fn() -> Option<Elsewhere> = elsewhere::curl;

fn kept(bench: &mut Bench) {
    let target: &'static _ = &|| Target::served("agent_small", SMALL_BYTES, 1);
    let table = bench
        .table("agent-get", "Client: a GET on a kept connection: 8 fields and 128 bytes come back")
        .answer(SMALL_BYTES)
        .with_peak()
        .on_one_core();
    let table = with_own(table, peers::ALL, target);
    with_others(table, &[GO, URLLIB3], target, 1, 1).run();
}

fn shared(bench: &mut Bench) {
    let target: &'static _ = &|| Target::served("agent_small", SMALL_BYTES, THREADS);
    let mut table = bench
        .table("agent-shared", "Client: 16 threads share one client, each does 8 GETs")
        .answer(SMALL_BYTES * REQUESTS_EACH * THREADS as u64)
        .unwatched()
        .on_all_threads();
    for peer in peers::ALL {
        let make = peer.make;
        table = table.case(peer.name, move || {
            let target = target();
            let make = make(&target);
            let crew = Crew::new((0..THREADS).map(|_| make()), REQUESTS_EACH);
            move || {
                let _ = &target;
                crew.work()
            }
        });
    }
    with_others(table, &[GO, URLLIB3], target, THREADS, REQUESTS_EACH).run();
}

fn new_connections(bench: &mut Bench) {
    let target: &'static _ = &|| Target::served("agent_close", SMALL_BYTES, 1);
    let table = bench
        .table("agent-connect", "Client: a GET on a new connection: 8 fields and 128 bytes come back")
        .answer(SMALL_BYTES)
        .on_one_core();
    let table = with_own(table, peers::ALL, target);
    with_others(table, &[GO, URLLIB3], target, 1, 1).run();
}

fn downloads(bench: &mut Bench) {
    let target: &'static _ = &|| Target::served("agent_mib", servers::MIB, 1);
    let table = bench
        .table("agent-mib", "Client: 1 MiB by Content-Length on a kept connection")
        .answer(servers::MIB)
        .unwatched()
        .on_one_core();
    let table = with_own(table, peers::ALL, target);
    with_others(table, &[GO, URLLIB3], target, 1, 1).run();

    let target: &'static _ = &|| Target::served("agent_256_mib", 256 * servers::MIB, 1);
    let table = bench
        .table("agent-256-mib", "Client: 256 MiB by Content-Length on a kept connection")
        .answer(256 * servers::MIB)
        .rounds(5)
        .unwatched()
        .with_peak()
        .on_one_core();
    let table = with_own(table, peers::STREAMING, target);
    with_others(table, &[GO, URLLIB3], target, 1, 1).run();
}

fn gzip(bench: &mut Bench) {
    let target: &'static _ = &|| Target::served("agent_gzip", servers::MIB, 1);
    let table = bench
        .table("agent-gzip", "Client: 1 MiB of text that comes as gzip")
        .answer(servers::MIB)
        .unwatched()
        .on_one_core();
    let table = with_own(table, peers::DECODING, target);
    with_others(table, &[GO, URLLIB3], target, 1, 1).run();
}
