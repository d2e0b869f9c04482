//! Who is served beside many others: connections that say nothing, and such as say a byte now and then.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use bench_harness::Bench;
use rustix::process::{Resource, getrlimit, setrlimit};

use crate::load::{Load, connect, learn, request};
use crate::{Peer, Row, timed};

/// Connections that idle.
const IDLE: usize = 10_000;

/// Connections whose heads drip.
const SLOW: usize = 1_000;

/// Between two bytes of all slow clients together: each sends one in a second.
const DRIP: Duration = Duration::from_millis(1);

/// Connections that are busy beside those that idle.
const BUSY: usize = 32;

/// What the slowest hundredth is taken of, at least.
const SAMPLES: u64 = 3_200;

/// What the server may cost beside so many idle connections.
const THREADS_MAX: usize = 8;
const IDLE_BYTES_MAX: f64 = 512.0;

/// Lets this process have as many descriptors as the system allows it; that is many more than most begin with.
pub(crate) fn raise_descriptors() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("a process may have what it is allowed");
}

/// Opens connections, each of which has had one answer.
fn open_idle(address: SocketAddr) -> Vec<TcpStream> {
    let request = request("");
    let open = |_| {
        let mut stream = connect(address);
        learn(&mut stream, &request);
        stream
    };
    (0..IDLE).map(open).collect()
}

/// What so many idle connections cost: memory for each, and threads.
pub(crate) fn idle_memory(bench: &mut Bench, rows: &[Row]) {
    const KEY: &str = "idle-memory";
    if !bench.measures(KEY) {
        return;
    }
    println!("\n{KEY}: {IDLE} idle connections");
    for &(case, server) in rows {
        let peer = Peer::start(server);
        // Whatever grows with use has grown.
        Load::new(peer.address(), BUSY, 1).run(SAMPLES);
        let before = peer.process().memory_bytes();
        let idle = open_idle(peer.address());
        let after = peer.process().memory_bytes();
        let threads = peer.process().thread_count();
        let each = after.saturating_sub(before) as f64 / idle.len() as f64;
        println!("  {case:<12} {each:>8.0} bytes each, {threads} threads");
        if server.starts_with("ours") {
            if each > IDLE_BYTES_MAX {
                bench.fail(format!("{KEY}: {case}: {each:.0} bytes each, not {IDLE_BYTES_MAX} at most"));
            }
            if threads > THREADS_MAX {
                bench.fail(format!("{KEY}: {case}: {threads} threads, not {THREADS_MAX} at most"));
            }
        }
    }
}

/// How long the slowest hundredth waits, alone and beside connections that idle.
pub(crate) fn idle_p99(bench: &mut Bench) {
    let title = "the slowest of a hundred, 32 kept connections beside 10 000 that idle";
    let mut table = bench.table("p99-idle", title);
    for (case, is_crowded) in [("alone", false), ("beside idle ones", true)] {
        table = table.timed_case(case, move || {
            let peer = Peer::start("ours-crowded");
            let idle = if is_crowded { open_idle(peer.address()) } else { Vec::new() };
            let mut load = Load::new(peer.address(), BUSY, 1);
            move |count| {
                assert_eq!(idle.len(), if is_crowded { IDLE } else { 0 });
                timed(&peer, || load.run(count.max(SAMPLES)));
                load.p99() * u32::try_from(count).unwrap_or(u32::MAX)
            }
        });
    }
    table.run();
}

/// What honest clients get, alone and beside slow ones.
pub(crate) fn slow(bench: &mut Bench) {
    let title = "a short answer, 64 kept connections beside 1000 whose heads drip";
    let mut table = bench.table("slow-1000", title);
    for (case, is_crowded) in [("alone", false), ("beside slow ones", true)] {
        table = table.served_case(case, move || {
            let peer = Peer::start("ours-crowded");
            let slow = is_crowded.then(|| Slow::start(peer.address()));
            let mut load = Load::new(peer.address(), 64, 1);
            // All have been let in before the first round.
            load.run(SAMPLES);
            (peer.process(), move |count| {
                let drips = slow.as_ref().map(Slow::drip);
                let took = timed(&peer, || load.run(count));
                drop(drips);
                took
            })
        });
    }
    table.run();
}

/// Clients that send heads byte by byte, on a thread of their own, until this is dropped.
struct Slow {
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    /// Whether they send: not while another case has its turn.
    drips: AtomicBool,
    is_over: AtomicBool,
}

/// They send for as long as this lives.
struct Drips<'s>(&'s State);

impl Drop for Drips<'_> {
    fn drop(&mut self) {
        self.0.drips.store(false, Ordering::Relaxed);
    }
}

impl Slow {
    fn start(address: SocketAddr) -> Self {
        let state = Arc::new(State::default());
        let mut streams: Vec<TcpStream> = (0..SLOW).map(|_| begin(address)).collect();
        let thread = std::thread::spawn({
            let state = Arc::clone(&state);
            move || {
                while !state.is_over.load(Ordering::Relaxed) {
                    for stream in &mut streams {
                        if state.drips.load(Ordering::Relaxed) && stream.write_all(b"a").is_err() {
                            // Its time was up: the next one comes in its place.
                            *stream = begin(address);
                        }
                        if state.is_over.load(Ordering::Relaxed) {
                            break;
                        }
                        std::thread::sleep(DRIP);
                    }
                }
            }
        });
        Self { state, thread: Some(thread) }
    }

    fn drip(&self) -> Drips<'_> {
        self.state.drips.store(true, Ordering::Relaxed);
        Drips(&self.state)
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// A connection on which a head has begun.
fn begin(address: SocketAddr) -> TcpStream {
    let mut stream = connect(address);
    stream.write_all(b"GET /hello HTTP/1.1\r\nX-Slow: ").expect("the server takes the beginning");
    stream
}
