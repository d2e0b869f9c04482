//! System calls and instructions of one operation: the program runs itself under strace and valgrind for two numbers of
//! operations, and the difference is what the operations took, free of start and set-up.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::server::{self, Server};

/// What was counted; `None` where the tool is missing or failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    /// System calls of the measuring thread for one operation, by name.
    pub(crate) calls: Option<BTreeMap<String, f64>>,
    /// Instructions of the measuring thread in user space for one operation.
    pub(crate) instructions: Option<f64>,
    /// The most memory that a process had which did nothing but this once: KiB, by `VmHWM`.
    pub(crate) peak_kib: Option<f64>,
}

impl Counts {
    pub(crate) fn calls_total(&self) -> Option<f64> {
        self.calls.as_ref().map(|calls| calls.values().fold(0.0, |sum, count| sum + count))
    }
}

/// The variable that names the file which is to hold the peak of memory.
const PEAK: &str = "BENCH_PEAK";

/// Writes this process's peak of memory to the file that was asked for, if one was.
pub(crate) fn tell_peak() {
    let Some(file) = std::env::var_os(PEAK) else { return };
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).unwrap_or_default();
    // Whoever asked takes a missing file for a missing figure.
    drop(std::fs::write(file, kib));
}

/// Operations before those that count, fewer where they are long: buffers have grown and caches are filled.
const WARM: u64 = 20;

/// Counts the cases of one table.
#[derive(Debug)]
pub(crate) struct Watch<'t> {
    table: &'t str,
    all_threads: bool,
    /// Servers outside of what is watched, by the variable that tells where they are.
    servers: Vec<(String, Server)>,
}

impl<'t> Watch<'t> {
    /// Starts the servers; one that does not start is missed by the case that asks for it.
    pub(crate) fn new(table: &'t str, all_threads: bool, servers: &[&str]) -> Self {
        let started =
            servers.iter().filter_map(|name| Some((server::variable(name), Server::start(name).ok()?)));
        Self { table, all_threads, servers: started.collect() }
    }

    /// Counts one case, which takes about so many nanoseconds.
    pub(crate) fn count(&self, case: &str, nanoseconds: f64) -> Counts {
        // Long operations are counted a few times only: what they take is repeated within them.
        let many = |budget: f64| ((budget / nanoseconds.max(1.0)) as u64).clamp(2, 1000);
        let warm = many(2e8).min(WARM);
        Counts {
            calls: self.calls(case, warm, many(1e9)),
            instructions: self.instructions(case, warm, many(5e7)),
            ..Counts::default()
        }
    }

    /// The peak of memory of a process that does one operation.
    pub(crate) fn peak(&self, case: &str) -> Option<f64> {
        let file = scratch("peak");
        let option = OsString::from(format!("{PEAK}={}", file.display()));
        // Under no tool, but by `env`, which names the file.
        let done = self.run("env", [option], case, 1);
        let text = done.then(|| std::fs::read_to_string(&file).ok()).flatten();
        drop(std::fs::remove_file(&file));
        text?.trim().parse().ok()
    }

    fn calls(&self, case: &str, warm: u64, times: u64) -> Option<BTreeMap<String, f64>> {
        let count = |times: u64| {
            let file = scratch("strace");
            let threads = if self.all_threads { &["-f"][..] } else { &[] };
            let options = threads.iter().copied().chain(["-c", "-o"]).map(OsString::from);
            let done = self.run("strace", options.chain([file.clone().into_os_string()]), case, times);
            let text = done.then(|| std::fs::read_to_string(&file).ok()).flatten();
            drop(std::fs::remove_file(&file));
            text.map(|text| read_summary(&text))
        };
        let (before, after) = (count(warm)?, count(warm + times)?);
        let more = |(name, count): (String, u64)| {
            let more = count.saturating_sub(before.get(&name).copied().unwrap_or(0)) as f64 / times as f64;
            (more >= 0.01).then_some((name, more))
        };
        Some(after.into_iter().filter_map(more).collect())
    }

    fn instructions(&self, case: &str, warm: u64, times: u64) -> Option<f64> {
        let count = |times: u64| {
            let file = scratch("callgrind");
            let option = format!("--callgrind-out-file={}", file.display());
            let options =
                ["--tool=callgrind", "--separate-threads=yes", "--quiet", &option].map(OsString::from);
            let done = self.run("valgrind", options, case, times);
            let found = if self.all_threads { sum_of_threads(&file) } else { first_thread(&file) };
            remove_all(&file);
            found.filter(|_| done)
        };
        let (before, after) = (count(warm)?, count(warm + times)?);
        Some((after - before) as f64 / times as f64)
    }

    /// Runs this program for one case below a tool; whether it went well.
    fn run(&self, tool: &str, options: impl IntoIterator<Item = OsString>, case: &str, times: u64) -> bool {
        let Ok(own) = std::env::current_exe() else { return false };
        let mut command = Command::new(tool);
        command.args(options).arg(own).args(["--once", self.table, case, &times.to_string()]);
        command.envs(self.servers.iter().map(|(variable, server)| (variable, server.address().to_string())));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

/// The table of `strace -c`: calls stand in the fourth column, the name in the last.
pub(crate) fn read_summary(text: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for line in text.lines() {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (Some(Ok(calls)), Some(name)) =
            (columns.get(3).map(|calls| calls.parse::<u64>()), columns.last())
        else {
            continue;
        };
        if *name != "total" {
            counts.insert((*name).to_owned(), calls);
        }
    }
    counts
}

/// The sum of the first thread: with separate threads each has a file with its number behind the name.
fn first_thread(file: &Path) -> Option<i64> {
    read_total(Path::new(&format!("{}-01", file.display()))).or_else(|| read_total(file))
}

/// The sum of all threads.
fn sum_of_threads(file: &Path) -> Option<i64> {
    let totals: Vec<i64> = all_of(file).iter().filter_map(|file| read_total(file)).collect();
    (!totals.is_empty()).then(|| totals.iter().sum())
}

fn read_total(file: &Path) -> Option<i64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("totals:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The files whose name begins like that of `file`.
fn all_of(file: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str())) else {
        return Vec::new();
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let ours =
        entries.filter(|entry| entry.file_name().to_str().is_some_and(|other| other.starts_with(name)));
    ours.map(|entry| entry.path()).collect()
}

fn remove_all(file: &Path) {
    for file in all_of(file) {
        drop(std::fs::remove_file(file));
    }
}

pub(crate) fn scratch(name: &str) -> PathBuf {
    // Several cases are counted at a time.
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("bench-{}-{number}-{name}", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::read_summary;

    #[test]
    fn the_summary_of_strace_is_read() {
        let text = "% time     seconds  usecs/call     calls    errors syscall\n\
                    ------ ----------- ----------- --------- --------- ----------------\n\
                     50.00    0.000010           1        10           sendto\n\
                     50.00    0.000010           1        12         2 recvfrom\n\
                    ------ ----------- ----------- --------- --------- ----------------\n\
                    100.00    0.000020           0        22         2 total\n";
        let counts = read_summary(text);
        assert_eq!(counts.len(), 2);
        assert_eq!((counts["sendto"], counts["recvfrom"]), (10, 12));
    }
}
