//! Measures cases side by side in one run, so that their ratio means something on a noisy machine.
//!
//! A bench program is a package `tests/benches/NAME` called `bench-NAME`; `cargo xtask bench NAME` builds and runs it.
//!
//! `harness/examples/two_ways.rs` is a whole one to copy.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use bench_harness::Bench;
//!
//! fn main() -> ExitCode {
//!     let mut bench = Bench::from_arguments("example");
//!     bench
//!         .table("sum", "the sum of a thousand numbers")
//!         .answer(499_500)
//!         .case("loop", || {
//!             let numbers: Vec<u64> = (0..1000).collect();
//!             move || {
//!                 let mut sum = 0;
//!                 for number in &numbers {
//!                     sum += number;
//!                 }
//!                 sum
//!             }
//!         })
//!         .case("iterator", || {
//!             let numbers: Vec<u64> = (0..1000).collect();
//!             move || numbers.iter().sum()
//!         })
//!         .run();
//!     bench.finish()
//! }
//! ```
//!
//! # What a case is
//!
//! - [`Table::case`] takes a name and a **set-up** that returns the **operation**. The set-up runs once and only if
//!   the case is measured: start servers there and let the operation own them. The operation is called in a loop
//!   that is compiled with it, so that a call costs nothing, and returns a number that says what it got (bytes read,
//!   fields found, …): [`Table::answer`] says what that must be, each operation is checked while it is timed, and a
//!   wrong answer fails the bench. The first case is the one the others are compared with.
//! - [`Table::timed_case`] is for work that this program cannot time itself, such as a script in another process: the
//!   operation gets the number of rounds to do and returns how long they took. [`python::Script`] does that for CPython.
//! - [`Table::served_case`] is for what a server costs: the operation asks a server in [another process](process), whose
//!   CPU time and system calls are told instead of those of this program.
//! - A failing operation may panic; that fails the bench.
//!
//! # What is measured
//!
//! - **Time**: all cases take turns in each of many rounds, in changing order; the ratio is taken within each round, and
//!   the median and the quartiles over the rounds are printed. The first case runs twice a round: how much its two
//!   times differ is the noise of the run.
//! - **CPU time** of the measuring thread, as a ratio too: what a client costs, with its server in another thread
//!   left out. [`Table::on_one_core`] keeps both sides of a connection on one core, which makes times steady: without
//!   it, most of a ping-pong is the waking of a sleeping core, which hides what the two sides cost.
//! - **Allocations** and bytes for one operation, by [`CountingAllocator`](allocator::CountingAllocator), which every
//!   bench has by standing on this crate: on the measuring thread, or on all threads after
//!   [`Table::on_all_threads`]. While time is measured the allocator adds one load and one branch.
//! - **System calls** for one operation, by strace where it is installed, and **instructions** in user space, by valgrind
//!   where it is installed: the program runs itself with `--once TABLE CASE N` for two numbers `N`, and the
//!   difference is free of start and set-up. Only the measuring thread counts here, or all threads of the process after
//!   [`Table::on_all_threads`].
//!
//! - **The peak of memory** of a process that does one operation and nothing else, after [`Table::with_peak`].
//!
//! Where the kernel's congestion control sends by a timer, as BBR does, the program starts itself anew in a network of its
//! own with one that does not (`unshare` and `ip`, as root): times of large content would be those of the timer.
//!
//! A server can run in a thread of the case, as in the example, as long as only the measuring thread is counted. Where all
//! threads count, it must be a process of its own: [`Bench::with_servers`] and [`server::Server::start`] make it one.
//!
//! # What comes out
//!
//! A table on standard output, `target/bench/NAME.json`, and `target/bench/NAME-TABLE.svg` for each table. The
//! [`goals`](goals) in `tests/benches/goals.toml` are checked, and [`Bench::finish`] fails if one is missed by more than the
//! noise.
//!
//! # Arguments
//!
//! `--table KEY` (only that table), `--rounds N`, `--millis N` (of each case in each round), `--quick` (few short
//! rounds, no strace and valgrind: goals are printed, and a missed one does not fail), `--once TABLE CASE N`.

pub mod allocator;
mod arguments;
mod chart;
mod clock;
pub mod cores;
mod counts;
pub mod goals;
mod json;
mod network;
pub mod process;
pub mod python;
mod report;
pub mod server;
mod stats;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::arguments::Arguments;
use crate::goals::Goal;
use crate::server::Serve;
use crate::table::Outcome;
pub use crate::table::Table;

/// One run of a bench program.
#[derive(Debug)]
pub struct Bench {
    name: &'static str,
    arguments: Arguments,
    goals: Vec<Goal>,
    servers: Vec<&'static str>,
    outcomes: Vec<Outcome>,
    failures: Vec<String>,
    measured_otherwise: bool,
}

impl Bench {
    /// A run as the program's arguments ask for it; unknown arguments and broken goals end the program.
    #[must_use]
    pub fn from_arguments(name: &'static str) -> Self {
        Self::with_servers(name, &[])
    }

    /// A run whose cases can start these servers, each in a process of its own: see [`server`].
    #[must_use]
    pub fn with_servers(name: &'static str, servers: &[(&'static str, Serve)]) -> Self {
        network::leave_pacing();
        let given: Vec<String> = std::env::args().skip(1).collect();
        if let [option, server] = given.as_slice()
            && option == "--serve"
        {
            if let Err(message) = server::be(server, servers) {
                eprintln!("error: {message}");
                std::process::exit(2);
            }
            std::process::exit(0);
        }
        let read = Arguments::read(given)
            .and_then(|arguments| Ok((arguments, goals::load(&folder().join("goals.toml"), name)?)));
        match read {
            Ok((arguments, goals)) => {
                let servers = servers.iter().map(|(server, _)| *server).collect();
                Self {
                    name,
                    arguments,
                    goals,
                    servers,
                    outcomes: Vec::new(),
                    failures: Vec::new(),
                    measured_otherwise: false,
                }
            }
            Err(message) => {
                eprintln!("error: {message}");
                std::process::exit(2);
            }
        }
    }

    /// Begins a table: `key` is a short name in lower case for files and goals, `title` says what one operation is.
    #[must_use = "a table does nothing until it is run"]
    pub fn table<'b>(&'b mut self, key: &'static str, title: &str) -> Table<'b> {
        Table::new(self, key, title)
    }

    /// Whether figures are asked for that a program works out by itself under this key, beside its tables.
    #[must_use]
    pub fn measures(&mut self, key: &str) -> bool {
        let asked =
            self.arguments.once.is_none() && self.arguments.table.as_deref().is_none_or(|only| only == key);
        self.measured_otherwise |= asked;
        asked
    }

    /// Fails the run for this reason.
    pub fn fail(&mut self, why: String) {
        self.failures.push(why);
    }

    /// Writes the files, checks the goals, and says whether all is well.
    #[must_use]
    pub fn finish(mut self) -> ExitCode {
        if self.arguments.once.is_some() {
            return ExitCode::SUCCESS;
        }
        if self.outcomes.is_empty() && !self.measured_otherwise {
            self.failures.push("no table was measured: is the name behind --table right?".to_owned());
        }
        if let Err(error) = self.write_files() {
            self.failures.push(format!("writing the results: {error}"));
        }
        let verdicts = goals::judge(&self.goals, &self.outcomes, self.arguments.table.as_deref());
        for verdict in &verdicts {
            println!("{verdict}");
            if verdict.is_failure() && !self.arguments.quick {
                self.failures.push(verdict.to_string());
            }
        }
        for failure in &self.failures {
            eprintln!("error: {failure}");
        }
        if self.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn write_files(&self) -> std::io::Result<()> {
        let folder = output_folder();
        std::fs::create_dir_all(&folder)?;
        let json = folder.join(format!("{}.json", self.name));
        std::fs::write(&json, json::write(self.name, &self.outcomes))?;
        for outcome in &self.outcomes {
            std::fs::write(folder.join(format!("{}-{}.svg", self.name, outcome.key)), chart::draw(outcome))?;
        }
        let shown = json.canonicalize().unwrap_or(json);
        println!("written: {} and a chart for each table beside it\n", shown.display());
        Ok(())
    }
}

/// The folder `tests/benches`.
fn folder() -> PathBuf {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR"));
    harness.parent().unwrap_or(harness).to_path_buf()
}

/// `target/bench` at the root of the project.
fn output_folder() -> PathBuf {
    folder().join("../../target/bench")
}
