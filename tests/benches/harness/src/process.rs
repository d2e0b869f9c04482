//! What another process costs: its CPU time by the kernel's account, its system calls by strace.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::counts::{self, Counts};

/// A process, and those that it has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    id: u32,
}

impl Process {
    /// The process with this number.
    #[must_use]
    pub const fn new(id: u32) -> Self {
        Self { id }
    }

    /// CPU time of all threads that it has now, and of its children's, since they began.
    #[must_use]
    pub fn cpu(self) -> Duration {
        let all = self.threads().into_iter().filter_map(|thread| {
            let text = fs::read_to_string(format!("/proc/{thread}/schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(all.sum())
    }

    /// How many threads it has.
    #[must_use]
    pub fn thread_count(self) -> usize {
        threads_of(self.id).len()
    }

    /// Bytes of memory that are its own, with its share of what others use too.
    #[must_use]
    pub fn memory_bytes(self) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.id)).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
        let kib = line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse().ok());
        kib.unwrap_or(0_u64) * 1024
    }

    /// Its threads and those of its children, by number.
    fn threads(self) -> Vec<u32> {
        let mut found = threads_of(self.id);
        for thread in found.clone() {
            let children =
                fs::read_to_string(format!("/proc/{}/task/{thread}/children", self.id)).unwrap_or_default();
            let children = children.split_whitespace().filter_map(|child| child.parse().ok());
            found.extend(children.flat_map(|child| Self::new(child).threads()));
        }
        found
    }

    /// System calls for one operation, while `run` has so many of them done; nothing where strace is missing.
    pub(crate) fn count_calls(self, times: u64, run: &mut dyn FnMut(u64)) -> Counts {
        let Some(calls) = self.watch(|| run(times)) else { return Counts::default() };
        let share = |(name, count): (String, u64)| {
            let one = count as f64 / times as f64;
            (one >= 0.01).then_some((name, one))
        };
        Counts { calls: Some(calls.into_iter().filter_map(share).collect()), ..Counts::default() }
    }

    /// The system calls that it makes while something is done.
    fn watch(self, work: impl FnOnce()) -> Option<BTreeMap<String, u64>> {
        let file = counts::scratch("strace");
        let mut strace = Command::new("strace");
        strace.args(["-f", "-c", "-o"]).arg(&file);
        for process in self.processes() {
            strace.args(["-p", &process.to_string()]);
        }
        let strace = strace.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        self.wait_until_watched(&strace);
        work();
        let pid = rustix::process::Pid::from_child(&strace);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).ok()?;
        let mut strace = strace;
        strace.wait().ok()?;
        let text = fs::read_to_string(&file).ok();
        drop(fs::remove_file(&file));
        text.map(|text| counts::read_summary(&text))
    }

    /// It and its children, by number.
    fn processes(self) -> Vec<u32> {
        let mut all: Vec<u32> = self
            .threads()
            .into_iter()
            .filter_map(|thread| {
                let text = fs::read_to_string(format!("/proc/{thread}/status")).ok()?;
                text.lines().find_map(|line| line.strip_prefix("Tgid:"))?.trim().parse().ok()
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Waits until strace has all threads, or has ended.
    fn wait_until_watched(self, strace: &Child) {
        let is_watched = |thread: u32| {
            let text = fs::read_to_string(format!("/proc/{thread}/status")).unwrap_or_default();
            let tracer = text.lines().find_map(|line| line.strip_prefix("TracerPid:"));
            tracer.is_some_and(|tracer| tracer.trim() == strace.id().to_string())
        };
        for _ in 0..1_000_000 {
            let alive = fs::metadata(format!("/proc/{}", strace.id())).is_ok();
            if !alive || self.threads().into_iter().all(is_watched) {
                return;
            }
            std::thread::yield_now();
        }
    }
}

fn threads_of(process: u32) -> Vec<u32> {
    let entries = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}
