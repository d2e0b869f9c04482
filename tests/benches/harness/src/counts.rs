//! System calls and instructions of one operation: the program runs itself under strace and valgrind for two numbers of
//! operations, and the difference is what the operations took, free of start and set-up.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What was counted; `None` where the tool is missing or failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    /// System calls of the measuring thread for one operation, by name.
    pub(crate) calls: Option<BTreeMap<String, f64>>,
    /// Instructions of the measuring thread in user space for one operation.
    pub(crate) instructions: Option<f64>,
}

impl Counts {
    pub(crate) fn calls_total(&self) -> Option<f64> {
        self.calls.as_ref().map(|calls| calls.values().fold(0.0, |sum, count| sum + count))
    }
}

/// Operations before those that count: buffers have grown and caches are filled.
const WARM: u64 = 20;

/// Counts one case, which takes about so many nanoseconds.
pub(crate) fn count(table: &str, case: &str, nanoseconds: f64) -> Counts {
    let many = |budget: f64| ((budget / nanoseconds.max(1.0)) as u64).clamp(5, 1000);
    Counts { calls: calls(table, case, many(1e9)), instructions: instructions(table, case, many(5e7)) }
}

fn calls(table: &str, case: &str, times: u64) -> Option<BTreeMap<String, f64>> {
    let count = |times: u64| {
        let file = scratch("strace");
        let watched = ["-c", "-o"].map(Into::into).into_iter().chain([file.clone().into_os_string()]);
        let text = watch("strace", watched, table, case, times)
            .then(|| std::fs::read_to_string(&file).ok())
            .flatten();
        drop(std::fs::remove_file(&file));
        text.map(|text| read_summary(&text))
    };
    let (before, after) = (count(WARM)?, count(WARM + times)?);
    let more = |(name, count): (String, u64)| {
        let more = count.saturating_sub(before.get(&name).copied().unwrap_or(0)) as f64 / times as f64;
        (more >= 0.01).then_some((name, more))
    };
    Some(after.into_iter().filter_map(more).collect())
}

/// The table of `strace -c`: calls stand in the fourth column, the name in the last.
fn read_summary(text: &str) -> BTreeMap<String, u64> {
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

fn instructions(table: &str, case: &str, times: u64) -> Option<f64> {
    let count = |times: u64| {
        let file = scratch("callgrind");
        let option = format!("--callgrind-out-file={}", file.display());
        let watched = ["--tool=callgrind", "--separate-threads=yes", "--quiet", &option].map(Into::into);
        let done = watch("valgrind", watched, table, case, times);
        let found = first_thread(&file);
        remove_all(&file);
        found.filter(|_| done)
    };
    let (before, after) = (count(WARM)?, count(WARM + times)?);
    Some((after - before) as f64 / times as f64)
}

/// The sum of the first thread: with separate threads each has a file with its number behind the name.
fn first_thread(file: &Path) -> Option<i64> {
    let text = std::fs::read_to_string(format!("{}-01", file.display()))
        .or_else(|_| std::fs::read_to_string(file))
        .ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("totals:").or_else(|| line.strip_prefix("summary:")))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Runs this program for one case below a tool; whether it went well.
fn watch(
    tool: &str,
    options: impl IntoIterator<Item = std::ffi::OsString>,
    table: &str,
    case: &str,
    times: u64,
) -> bool {
    let Ok(own) = std::env::current_exe() else { return false };
    let mut command = Command::new(tool);
    command.args(options).arg(own).args(["--once", table, case, &times.to_string()]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("bench-{}-{name}", std::process::id()))
}

fn remove_all(file: &Path) {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str())) else {
        return;
    };
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|other| other.starts_with(name)) {
            drop(std::fs::remove_file(entry.path()));
        }
    }
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
