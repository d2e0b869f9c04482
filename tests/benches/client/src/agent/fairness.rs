//! Forty threads that share four connections: whether each gets its turn.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use bench_harness::Bench;
use http_client::client::{Client, PoolLimits};

use crate::SMALL_BYTES;
use crate::agent::peers::Target;
use crate::peers::{Block, drain};

const KEY: &str = "agent-fairness";
const THREADS: usize = 40;
const CONNECTIONS: usize = 4;
const TIME: Duration = Duration::from_secs(2);

/// What one thread has seen.
struct Seen {
    requests: u64,
    waited: Duration,
    longest: Duration,
}

/// Prints the figures, and fails where a thread starved: where one got less than half of its share, or waited twenty
/// times as long as all do on average.
pub(crate) fn run(bench: &mut Bench) {
    if !bench.measures(KEY) {
        return;
    }
    let target = Target::served("agent_small", SMALL_BYTES, CONNECTIONS);
    let limits = PoolLimits::DEFAULT.open_per_origin_max(CONNECTIONS).idle_per_origin_max(CONNECTIONS);
    let client = Client::builder().pool(limits).build().expect("the options go together");
    let (is_over, seen) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let one = ask(&client, &target.url, &is_over);
                seen.lock().expect("nobody panics with the lock").push(one);
            });
        }
        thread::sleep(TIME);
        is_over.store(true, Ordering::Release);
    });
    let seen = seen.into_inner().expect("nobody panicked with the lock");
    let all: u64 = seen.iter().map(|one| one.requests).sum();
    let waited: Duration = seen.iter().map(|one| one.waited).sum();
    let mean_us = waited.as_secs_f64() * 1e6 / all.max(1) as f64;
    let longest_us = seen.iter().map(|one| one.longest).max().unwrap_or_default().as_secs_f64() * 1e6;
    let share = all / THREADS as u64;
    let (least, most) = seen
        .iter()
        .fold((u64::MAX, 0), |(least, most), one| (least.min(one.requests), most.max(one.requests)));
    println!(
        "\n{KEY}: {THREADS} threads over {CONNECTIONS} connections for {} s\n  {all} requests; a thread made {share} \
         on average, {least} at least, {most} at most\n  waiting for a connection took {mean_us:.0} µs on average, \
         {longest_us:.0} µs at most",
        TIME.as_secs()
    );
    if least * 2 < share {
        bench.fail(format!("{KEY}: one thread made {least} requests where {share} were its share"));
    }
    if longest_us > mean_us * 20.0 + 50_000.0 {
        bench.fail(format!("{KEY}: one thread waited {longest_us:.0} µs where {mean_us:.0} are usual"));
    }
}

fn ask(client: &Client, url: &str, is_over: &AtomicBool) -> Seen {
    let mut block = Block::new();
    let mut seen = Seen { requests: 0, waited: Duration::ZERO, longest: Duration::ZERO };
    while !is_over.load(Ordering::Acquire) {
        let mut answer = client.get(url).send().expect("the server answers");
        let waited = answer.timings().pool_wait;
        drain(&mut answer, &mut block);
        seen.requests += 1;
        seen.waited += waited;
        seen.longest = seen.longest.max(waited);
    }
    seen
}
