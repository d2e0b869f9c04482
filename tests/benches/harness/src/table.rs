//! A table of cases: how it is filled, and how its rounds are run.

use std::fmt;
use std::hint::black_box;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use crate::Bench;
use crate::allocator::{self, Allocations};
use crate::clock::{self, Took};
use crate::cores;
use crate::counts::{self, Counts, Watch};
use crate::process::Process;
use crate::report;
use crate::stats::{Spread, ratios};

/// A case that is set up.
enum Runner {
    /// Does the operation so many times; a wrong answer comes back.
    Own(Box<dyn FnMut(u64) -> Option<u64>>),
    /// Has the operation done elsewhere so many times, and tells how long that took.
    Elsewhere(Box<dyn FnMut(u64) -> Duration>),
    /// Has a server do it so many times, and tells how long that took; what the server's process spends is counted.
    Served(Process, Box<dyn FnMut(u64) -> Duration>),
}

impl Runner {
    fn is_own(&self) -> bool {
        matches!(self, Self::Own(_))
    }

    fn time(&mut self, times: u64) -> (Took, Option<u64>) {
        match self {
            Self::Own(run) => clock::time(|| run(times)),
            Self::Elsewhere(run) => (Took { wall: run(times), cpu: Duration::ZERO }, None),
            Self::Served(process, run) => {
                let before = process.cpu();
                let wall = run(times);
                (Took { wall, cpu: process.cpu().saturating_sub(before) }, None)
            }
        }
    }

    /// Whether there is CPU time to tell.
    fn has_cpu(&self) -> bool {
        !matches!(self, Self::Elsewhere(_))
    }

    /// Without asking the clock, which valgrind cannot follow.
    fn run(&mut self, times: u64) {
        match self {
            Self::Own(run) => drop(run(times)),
            Self::Elsewhere(run) | Self::Served(_, run) => drop(run(times)),
        }
    }
}

/// Sets a case up, given the answer that each operation must return.
type SetUp = Box<dyn FnOnce(Option<u64>) -> Runner>;

struct Case {
    name: String,
    set_up: SetUp,
}

/// A table that is being filled; [`run`](Self::run) measures it.
#[must_use = "a table does nothing until it is run"]
pub struct Table<'b> {
    bench: &'b mut Bench,
    key: &'static str,
    title: String,
    answer: Option<u64>,
    all_threads: bool,
    one_core: bool,
    watched: bool,
    rounds: usize,
    peak: bool,
    cases: Vec<Case>,
}

impl fmt::Debug for Table<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Table")
            .field("key", &self.key)
            .field("cases", &self.cases.len())
            .finish_non_exhaustive()
    }
}

/// What one case gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct CaseOutcome {
    pub(crate) name: String,
    /// Nanoseconds for one operation, by round.
    pub(crate) wall: Vec<f64>,
    /// CPU nanoseconds of the measuring thread for one operation, by round; empty where another process works.
    pub(crate) cpu: Vec<f64>,
    /// Calls and bytes for one operation.
    pub(crate) allocations: Option<(f64, f64)>,
    pub(crate) counts: Counts,
}

/// What a table gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) rounds: usize,
    /// How far the first case's two times in a round lie apart: the share that means nothing.
    pub(crate) noise: f64,
    pub(crate) cases: Vec<CaseOutcome>,
}

impl Outcome {
    pub(crate) fn case(&self, name: &str) -> Option<&CaseOutcome> {
        self.cases.iter().find(|case| case.name == name)
    }
}

impl<'b> Table<'b> {
    pub(crate) fn new(bench: &'b mut Bench, key: &'static str, title: &str) -> Self {
        Self {
            bench,
            key,
            title: title.to_owned(),
            answer: None,
            all_threads: false,
            one_core: false,
            watched: true,
            rounds: usize::MAX,
            peak: false,
            cases: Vec::new(),
        }
    }

    /// What each operation must return.
    pub fn answer(mut self, answer: u64) -> Self {
        self.answer = Some(answer);
        self
    }

    /// Counts allocations, system calls and instructions of all threads, for work that one thread hands to others. Servers
    /// must then run in [processes of their own](crate::server).
    pub fn on_all_threads(mut self) -> Self {
        self.all_threads = true;
        self
    }

    /// Adds a case: `set_up` runs once if the case is measured, and what it returns is the operation.
    pub fn case<Operation>(mut self, name: &str, set_up: impl FnOnce() -> Operation + 'static) -> Self
    where
        Operation: FnMut() -> u64 + 'static,
    {
        let set_up: SetUp = Box::new(move |answer| {
            let mut operation = set_up();
            Runner::Own(Box::new(move |times| {
                let mut wrong = None;
                for _ in 0..times {
                    let got = black_box(operation());
                    if answer.is_some_and(|answer| answer != got) {
                        wrong = Some(got);
                    }
                }
                wrong
            }))
        });
        self.cases.push(Case { name: name.to_owned(), set_up });
        self
    }

    /// Adds a case whose work is done and timed elsewhere: the operation does it so many times and returns how long
    /// all of them took. It is left out where counting is all that is asked.
    pub fn timed_case<Operation>(mut self, name: &str, set_up: impl FnOnce() -> Operation + 'static) -> Self
    where
        Operation: FnMut(u64) -> Duration + 'static,
    {
        let set_up: SetUp = Box::new(move |_| Runner::Elsewhere(Box::new(set_up())));
        self.cases.push(Case { name: name.to_owned(), set_up });
        self
    }

    /// Adds a case whose work is done by a server in a process of its own: `set_up` returns that process, and an
    /// operation that has it do the work so many times and says how long all of them took. CPU time and system calls
    /// are those of the server.
    pub fn served_case<Operation>(
        mut self,
        name: &str,
        set_up: impl FnOnce() -> (Process, Operation) + 'static,
    ) -> Self
    where
        Operation: FnMut(u64) -> Duration + 'static,
    {
        let set_up: SetUp = Box::new(move |_| {
            let (process, operation) = set_up();
            Runner::Served(process, Box::new(operation))
        });
        self.cases.push(Case { name: name.to_owned(), set_up });
        self
    }

    /// Keeps this thread, and every thread and process that a set-up starts, on one core: two sides of a connection
    /// then never wait for a core to wake up, and a round's time is the CPU time of both.
    pub fn on_one_core(mut self) -> Self {
        self.one_core = true;
        self
    }

    /// Leaves out system calls and instructions: for cases whose set-up is so large that strace and valgrind would take
    /// minutes for it, or where another table counts the same work. Allocations are counted all the same.
    pub fn unwatched(mut self) -> Self {
        self.watched = false;
        self
    }

    /// Runs no more rounds than this, for operations that are long.
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.rounds = rounds;
        self
    }

    /// Tells the peak of memory of a process that does one operation and nothing else. Servers must then run in
    /// [processes of their own](crate::server).
    pub fn with_peak(mut self) -> Self {
        self.peak = true;
        self
    }

    /// Measures and prints the table.
    pub fn run(self) {
        if let Some(once) = self.bench.arguments.once.clone() {
            if once.table == self.key {
                self.run_once(&once.case, once.times);
            }
            return;
        }
        if self.bench.arguments.table.as_deref().is_some_and(|only| only != self.key) {
            return;
        }
        self.run_all();
    }

    /// One case, so many times, and nothing else: strace or valgrind is watching.
    fn run_once(self, name: &str, times: u64) {
        let answer = self.answer;
        if let Some(case) = self.cases.into_iter().find(|case| case.name == name) {
            (case.set_up)(answer).run(times);
            counts::tell_peak();
        }
    }

    fn run_all(self) {
        let Self { bench, key, title, answer, all_threads, one_core, watched, rounds, peak, cases } = self;
        let rounds = bench.arguments.rounds.min(rounds);
        let round = Duration::from_millis(bench.arguments.millis);
        eprintln!("measuring {key}: {} cases, {rounds} rounds", cases.len());
        let cores = one_core.then(cores::keep_to_one);
        let mut outcomes = Vec::new();
        let mut runners = Vec::new();
        for case in cases {
            let mut runner = (case.set_up)(answer);
            match calibrate(&mut runner, round) {
                Ok(times) => {
                    outcomes.push(CaseOutcome { name: case.name, ..CaseOutcome::default() });
                    runners.push((runner, times));
                }
                Err(wrong) => bench.failures.push(wrong_answer(key, &case.name, wrong, answer)),
            }
        }
        let mut outcome = Outcome { key: key.to_owned(), title, rounds, cases: outcomes, noise: 0.0 };
        measure(&mut runners, &mut outcome);
        for (case, (runner, times)) in
            outcome.cases.iter_mut().zip(&mut runners).filter(|(_, (runner, _))| runner.is_own())
        {
            case.allocations = Some(count_allocations(runner, *times, all_threads));
        }
        if !bench.arguments.quick {
            for (case, (runner, times)) in outcome.cases.iter_mut().zip(&mut runners) {
                if let Runner::Served(process, run) = runner {
                    case.counts = process.count_calls((*times).clamp(1, 2000), &mut |times| {
                        let _ = run(times);
                    });
                }
            }
        }
        let own: Vec<bool> = runners.iter().map(|(runner, _)| runner.is_own()).collect();
        // The servers of the cases end here, before the program runs itself under strace and valgrind.
        drop(runners);
        drop(cores);
        if (watched || peak) && !bench.arguments.quick {
            let watch = Watch::new(key, all_threads, &bench.servers);
            let count = |case: &mut CaseOutcome| {
                if watched {
                    case.counts = watch.count(&case.name, Spread::of(&case.wall).median);
                }
                if peak {
                    case.counts.peak_kib = watch.peak(&case.name);
                }
            };
            let waiting = Mutex::new(outcome.cases.iter_mut().zip(own).filter(|(_, own)| *own));
            let next = || waiting.lock().ok().and_then(|mut waiting| waiting.next());
            // Counts do not care what else runs, as times do.
            thread::scope(|scope| {
                for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                    scope.spawn(|| {
                        while let Some((case, _)) = next() {
                            count(case);
                        }
                    });
                }
            });
        }
        print!("{}", report::text(&outcome));
        bench.outcomes.push(outcome);
    }
}

fn wrong_answer(table: &str, case: &str, got: u64, want: Option<u64>) -> String {
    format!("{table}, {case}: the answer was {got}, not {}", want.unwrap_or_default())
}

/// How many operations fill the time; warms caches and buffers on the way.
fn calibrate(runner: &mut Runner, round: Duration) -> Result<u64, u64> {
    // The first time is not like the others: whoever has just started wakes up.
    let mut times = 1_u64;
    let (_, wrong) = runner.time(times);
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    loop {
        let (took, wrong) = runner.time(times);
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
        if took.wall * 2 >= round || times >= 1 << 40 {
            let one = took.wall.as_secs_f64() / times as f64;
            return Ok(((round.as_secs_f64() / one.max(1e-12)) as u64).max(1));
        }
        times *= 2;
    }
}

/// All rounds: every case takes its turn in each, in changing order, and the first case one more turn. That one lies far
/// from its other turn, since whoever follows itself finds the caches filled, and the others do not.
fn measure(runners: &mut [(Runner, u64)], outcome: &mut Outcome) {
    let count = runners.len();
    let mut again = Vec::new();
    for round in 0..outcome.rounds {
        for turn in 0..=count {
            let index = case_of((turn + round) % (count + 1), count);
            let Some((runner, times)) = runners.get_mut(index % count.max(1)) else { return };
            let (took, _) = runner.time(*times);
            let one = |time: Duration| time.as_nanos() as f64 / *times as f64;
            match outcome.cases.get_mut(index) {
                None => again.push(one(took.wall)),
                Some(case) => {
                    case.wall.push(one(took.wall));
                    if runner.has_cpu() {
                        case.cpu.push(one(took.cpu));
                    }
                }
            }
        }
    }
    if let Some(first) = outcome.cases.first() {
        let apart = Spread::of(&ratios(&again, &first.wall));
        outcome.noise = apart.noise().max((apart.median - 1.0).abs());
    }
}

/// Whose turn it is at a place in the order of so many cases; `count` stands for the first one's other turn.
fn case_of(place: usize, count: usize) -> usize {
    let middle = count.div_ceil(2);
    match place {
        _ if place < middle => place,
        _ if place == middle => count,
        _ => place - 1,
    }
}

/// Calls and bytes for one operation, over many.
fn count_allocations(runner: &mut Runner, times: u64, all_threads: bool) -> (f64, f64) {
    let times = times.clamp(1, 1000);
    let ((), Allocations { calls, bytes }) = if all_threads {
        allocator::count_everywhere(|| runner.run(times))
    } else {
        allocator::count_here(|| runner.run(times))
    };
    (calls as f64 / times as f64, bytes as f64 / times as f64)
}

#[cfg(test)]
mod tests {
    use super::case_of;

    #[test]
    fn every_case_has_its_turn_and_none_comes_right_behind_itself() {
        for count in 3..10 {
            let order: Vec<usize> = (0..=count).map(|place| case_of(place, count)).collect();
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..=count).collect::<Vec<_>>());
            // The last place is followed by the first one of the next round.
            for (before, after) in order.iter().zip(order.iter().cycle().skip(1)) {
                assert_ne!(before % count, after % count, "{order:?}");
            }
        }
        assert_eq!(
            [0, 1, 2].map(|place| case_of(place, 2)),
            [0, 2, 1],
            "the turn that counts follows the other case"
        );
    }
}
