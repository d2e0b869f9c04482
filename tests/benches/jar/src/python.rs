//! CPython as a case: a script that stays alive, does its work as often as it is told, and says how long that took.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

const LOOP: &str = r#"
import sys, time
for line in sys.stdin:
    rounds = range(int(line))
    start = time.perf_counter_ns()
    for _ in rounds:
        work()
    print(time.perf_counter_ns() - start, flush=True)
"#;

/// A running CPython with one piece of work.
pub(crate) struct Script {
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Script {
    /// Starts CPython; `setup` defines `work()` and may use `text`.
    pub(crate) fn start(setup: &str, text: &str) -> Self {
        let script = format!("text = {text:?}\n{setup}\n{LOOP}");
        let mut child = Command::new("python3")
            .args(["-I", "-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 must be installed: CPython is one of the peers");
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("the output is piped"));
        Self { child, orders, answers }
    }

    /// Does the work so many times.
    pub(crate) fn work(&mut self, rounds: u64) -> Duration {
        let orders = self.orders.as_mut().expect("it takes orders until it is dropped");
        writeln!(orders, "{rounds}").expect("the script reads its orders");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the script answers");
        Duration::from_nanos(line.trim().parse().expect("the answer is a number of nanoseconds"))
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // Without orders the script ends.
        self.orders = None;
        let _ = self.child.wait();
    }
}
