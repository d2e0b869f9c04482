//! Threads that work at the same time, each with its own part, and wait for each other.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread::{self, JoinHandle};

use crate::agent::peers::Worker;

/// Threads that wait for work; they end when this is dropped.
pub(crate) struct Crew {
    gate: Arc<Gate>,
    threads: Vec<JoinHandle<()>>,
}

struct Gate {
    barrier: Barrier,
    is_over: AtomicBool,
    sum: AtomicU64,
}

impl Crew {
    /// A thread for each worker, which works `each` times whenever all do.
    pub(crate) fn new(workers: impl Iterator<Item = Worker>, each: u64) -> Self {
        let workers: Vec<Worker> = workers.collect();
        let barrier = Barrier::new(workers.len() + 1);
        let gate = Arc::new(Gate { barrier, is_over: AtomicBool::new(false), sum: AtomicU64::new(0) });
        let threads = workers.into_iter().map(|mut worker| {
            let gate = Arc::clone(&gate);
            thread::spawn(move || {
                loop {
                    gate.barrier.wait();
                    if gate.is_over.load(Ordering::Acquire) {
                        return;
                    }
                    let sum: u64 = (0..each).map(|_| worker()).sum();
                    gate.sum.fetch_add(sum, Ordering::AcqRel);
                    gate.barrier.wait();
                }
            })
        });
        let threads = threads.collect();
        Self { gate, threads }
    }

    /// All work; the sum of what they return.
    pub(crate) fn work(&self) -> u64 {
        self.gate.barrier.wait();
        self.gate.barrier.wait();
        self.gate.sum.swap(0, Ordering::AcqRel)
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.gate.is_over.store(true, Ordering::Release);
        self.gate.barrier.wait();
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}
