//! Clients that are programs of their own: they stay alive, work as often as they are told, and say how long it took.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use crate::agent::peers::Target;

/// A client that can be started.
pub(crate) struct Elsewhere {
    pub(crate) name: &'static str,
    pub(crate) command: fn() -> Command,
}

/// One that runs; it ends when this is dropped.
pub(crate) struct Running {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Elsewhere {
    /// Starts it with URL, certificate file or nothing, threads, and requests of each thread in one operation.
    pub(crate) fn start(&self, target: &Target, threads: usize, each: u64) -> Running {
        let mut command = (self.command)();
        command.arg(&target.url);
        command.arg(target.trust.as_ref().map(|trust| trust.file.as_os_str()).unwrap_or_default());
        command.args([threads.to_string(), each.to_string()]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("the program was found");
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("the output is piped"));
        Running { child, orders, answers }
    }
}

impl Running {
    pub(crate) fn work(&mut self, times: u64) -> Duration {
        let orders = self.orders.as_mut().expect("it takes orders until it is dropped");
        writeln!(orders, "{times}").expect("the program reads its orders");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the program answers");
        Duration::from_nanos(line.trim().parse().expect("the answer is a number of nanoseconds"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Without orders it ends.
        self.orders = None;
        drop(self.child.wait());
    }
}

/// Whether a command ends well.
pub(crate) fn works(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Says once that a peer is not there.
pub(crate) fn left_out(name: &str, why: &str) {
    eprintln!("left out: {name}: {why}");
}

const URLLIB3_PROGRAM: &str = r#"
import sys, threading, time, urllib3
url, certificate, threads, each = sys.argv[1], sys.argv[2] or None, int(sys.argv[3]), int(sys.argv[4])
pool = urllib3.PoolManager(maxsize=threads, ca_certs=certificate, timeout=60)
headers = {'Accept-Encoding': 'gzip'}

def work(times):
    for _ in range(times):
        with pool.request('GET', url, headers=headers, preload_content=False) as answer:
            for _ in answer.stream(65536):
                pass

for line in sys.stdin:
    times = int(line) * each
    start = time.perf_counter_ns()
    if threads == 1:
        work(times)
    else:
        crew = [threading.Thread(target=work, args=(times,)) for _ in range(threads)]
        for one in crew:
            one.start()
        for one in crew:
            one.join()
    print(time.perf_counter_ns() - start, flush=True)
"#;

/// urllib3, in the environment that `cargo xtask bench client` makes for it.
pub(crate) fn urllib3() -> Option<Elsewhere> {
    const PYTHON: &str = "BENCH_URLLIB3";
    if std::env::var_os(PYTHON).is_none() {
        left_out("urllib3", "it is measured by `cargo xtask bench client`");
        return None;
    }
    let command = || {
        let mut command = Command::new(std::env::var_os(PYTHON).unwrap_or_default());
        command.args(["-I", "-c", URLLIB3_PROGRAM]);
        command
    };
    Some(Elsewhere { name: "urllib3", command })
}

const CURL_PROGRAM: &str = r#"
import subprocess, sys, time
url, certificate, each = sys.argv[1], sys.argv[2], int(sys.argv[4])

def work(times):
    start = time.perf_counter_ns()
    subprocess.run(['curl', '--disable', '--silent', '--fail', '--noproxy', '*', '--cacert', certificate,
                    '--output', '/dev/null', f'{url}?[1-{times}]'], check=True)
    return time.perf_counter_ns() - start

# What it takes to start is taken off: from enough requests that it is a small part.
begin = min(work(1) for _ in range(5))
for line in sys.stdin:
    wanted = int(line) * each
    made = max(wanted, 100)
    print(max(1, (work(made + 1) - begin) * wanted // made), flush=True)
"#;

/// The command `curl`, one process for many requests.
pub(crate) fn curl() -> Option<Elsewhere> {
    static THERE: OnceLock<bool> = OnceLock::new();
    let is_there = *THERE.get_or_init(|| {
        let works = works(Command::new("curl").arg("--version")) && works(Command::new("python3").arg("-V"));
        if !works {
            left_out("curl", "there is no command of that name, or no python3 to run it");
        }
        works
    });
    let command = || {
        let mut command = Command::new("python3");
        command.args(["-I", "-c", CURL_PROGRAM]);
        command
    };
    is_there.then_some(Elsewhere { name: "curl", command })
}
