//! The server under everything that clients do to it, for as long as `HTTPKIT_SOAK_SECONDS` says: it ends with the
//! descriptors, threads and memory that it had before, and every honest answer was right. `cargo xtask soak` runs it.

#![cfg(all(test, target_os = "linux"))]

mod load;
mod server;
mod vitals;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use load::{Outcomes, WORKERS, Worker};
use server::Subject;
use vitals::Vitals;

/// Rounds of load, each with a pause behind it: the first one fills caches and pools, the others must add nothing.
const ROUNDS: u32 = 3;

/// How much more memory the last round may leave than the first one: what an allocator keeps varies.
const MEMORY_KIB_MORE: u64 = 8 * 1024;

#[expect(clippy::disallowed_methods, reason = "a soak lasts for a time")]
fn now() -> Instant {
    Instant::now()
}

#[test]
fn a_server_ends_with_what_it_had_before() {
    if server::is_child() {
        return server::run_as_child();
    }
    let seconds = std::env::var("HTTPKIT_SOAK_SECONDS").map_or(15, |text| text.parse().unwrap());
    let subject = Subject::start();
    let fresh = settle(&subject);
    println!("fresh            {fresh}");
    let mut ends: Vec<Vitals> = Vec::new();
    let mut sum = Outcomes::default();
    for round in 1..=ROUNDS {
        let (outcomes, peak) = load(&subject, Duration::from_secs(seconds) / ROUNDS);
        sum = sum + outcomes;
        println!("round {round}, busiest {peak}");
        let end = settle(&subject);
        println!("round {round}, after   {end}");
        ends.push(end);
        // Whoever comes now finds a server that is well.
        load::check_everything(subject.ports());
    }
    let end = settle(&subject);
    println!("\n{sum}");
    let report = subject.stop();
    println!("{report}");
    assert_eq!(sum.wrong(), 0, "answers were wrong: see above");
    for worker in WORKERS {
        assert!(sum.of(worker.name).right > 0, "{}: nothing went right", worker.name);
    }
    assert_eq!(end.descriptors, fresh.descriptors, "descriptors are left over");
    assert!(end.threads <= fresh.threads, "threads are left over: {end}");
    let (first, last) = (ends[0].memory_kib, end.memory_kib);
    assert!(
        last <= first + MEMORY_KIB_MORE,
        "memory grows from round to round: {first} KiB, then {last} KiB"
    );
    assert!(report.contains("cut: 0"), "{report}");
}

/// All workers at once for so long; what came of it, and the most that the server needed.
fn load(subject: &Subject, duration: Duration) -> (Outcomes, Vitals) {
    let over = Arc::new(AtomicBool::new(false));
    let began = now();
    let threads: Vec<_> = WORKERS
        .iter()
        .flat_map(|worker| std::iter::repeat_n(worker, worker.threads))
        .enumerate()
        .map(|(number, worker)| {
            let (over, ports) = (Arc::clone(&over), subject.ports().clone());
            thread::spawn(move || work(worker, number, &ports, &over))
        })
        .collect();
    let mut peak = subject.vitals();
    while began.elapsed() < duration {
        thread::park_timeout(Duration::from_millis(50));
        peak = peak.or_more(subject.vitals());
    }
    over.store(true, Ordering::SeqCst);
    let outcomes = threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .fold(Outcomes::default(), |sum, one| sum + one);
    (outcomes, peak)
}

fn work(worker: &Worker, number: usize, ports: &server::Ports, over: &AtomicBool) -> Outcomes {
    let mut outcomes = Outcomes::default();
    let mut turn = number;
    while !over.load(Ordering::SeqCst) {
        outcomes.count(worker.name, (worker.run)(ports, turn));
        turn += 1;
    }
    outcomes
}

/// Waits until nothing changes any more: connections time out, threads that were needed for a while end.
fn settle(subject: &Subject) -> Vitals {
    const QUIET: u32 = 30;
    let mut last = subject.vitals();
    let mut quiet = 0;
    let began = now();
    while quiet < QUIET {
        thread::park_timeout(Duration::from_millis(100));
        let current = subject.vitals();
        let is_same = (current.descriptors, current.threads) == (last.descriptors, last.threads);
        quiet = if is_same && current.threads <= subject.threads_at_rest() { quiet + 1 } else { 0 };
        last = current;
        assert!(began.elapsed() < Duration::from_secs(60), "the server does not come to rest: {last}");
    }
    last
}
