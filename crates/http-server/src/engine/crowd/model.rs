//! All ways in which the steps of threads, peers, the keeper and a stop can follow each other, on the real table and the
//! real crowd: no arrival is lost, no connection is with two threads at once, a stop always ends.
//!
//! A step is one call on the table, the crowd or the poller, each of which is one to the others. Every state is reached
//! by doing the steps that led to it again from the start; a state that has been seen is not looked at twice.

use super::{Crowd, Desk, Plan};
use crate::clock;
use crate::engine::poller::{Key, News, Ready};
use crate::engine::table::{Park, Parked, Table};
use crate::socket::{Script, Socket};
use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A connection, as far as dispatch is concerned.
#[derive(Debug)]
struct Idle;

impl Park for Idle {
    fn deadline(&self) -> Option<Instant> {
        None
    }
}

/// What epoll is for edge-triggered sockets: an arrival is told once, to one thread.
#[derive(Debug, Default)]
struct Kernel {
    told: VecDeque<Ready>,
    /// Requests that have not been read, by connection.
    unread: Vec<u32>,
    nudged: bool,
    stopped: bool,
}

/// Where a thread stands.
#[derive(Debug)]
enum At {
    /// About to look for events that are there already.
    Begin,
    /// About to decide between waiting and resting.
    Plan,
    Waits {
        max: usize,
    },
    /// Back from waiting with these events.
    Has {
        events: Vec<Ready>,
        max: usize,
    },
    Rests,
    /// About to take the connection of this event.
    Takes(Ready),
    /// About to read.
    Reads(Key, Box<Idle>),
    /// In a handler.
    Handles(Key, Box<Idle>),
    /// About to park.
    Parks(Key, Box<Idle>),
    Gone,
}

#[derive(Debug)]
struct Thread {
    desk: Arc<Desk>,
    surplus: u32,
    at: At,
}

impl At {
    /// Where, with which connection or events.
    fn name(&self) -> (u8, Vec<Key>) {
        match self {
            Self::Begin => (0, Vec::new()),
            Self::Plan => (1, Vec::new()),
            Self::Waits { .. } => (2, Vec::new()),
            Self::Has { events, .. } => (3, events.iter().map(|ready| ready.key).collect()),
            Self::Rests => (4, Vec::new()),
            Self::Takes(ready) => (5, vec![ready.key]),
            Self::Reads(key, _) => (6, vec![*key]),
            Self::Handles(key, ..) => (7, vec![*key]),
            Self::Parks(key, _) => (8, vec![*key]),
            Self::Gone => (9, Vec::new()),
        }
    }
}

/// Who does the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Thread(usize),
    Keeper,
    /// A peer sends one more request on this connection.
    Send(usize),
    Stop,
}

#[derive(Clone, Copy, Debug)]
struct Setting {
    cores: usize,
    threads_max: usize,
    /// Requests that each peer sends.
    requests: &'static [u32],
    /// The connection whose handlers never return.
    blocks: Option<usize>,
    /// Whether handlers are known to be slow.
    slow: bool,
    stops: bool,
}

#[derive(Debug)]
struct World {
    start: Instant,
    crowd: Crowd,
    table: Table<Idle>,
    kernel: Kernel,
    threads: Vec<Thread>,
    keys: Vec<Key>,
    to_send: Vec<u32>,
    served: Vec<u32>,
    blocks: Option<usize>,
    may_stop: bool,
    stopping: bool,
    finished: bool,
}

impl World {
    fn new(setting: Setting, start: Instant) -> Self {
        let crowd = Crowd::with_cores(setting.cores, setting.threads_max, start);
        let table = Table::default();
        let mut keys = Vec::new();
        for _ in setting.requests {
            let socket = Arc::new(Socket::Memory(Box::new(Mutex::new(Script::default()))));
            let key = table.insert(socket, None).unwrap();
            assert!(matches!(table.park(key, Box::new(Idle)), Parked::Waits(None)));
            keys.push(key);
        }
        let mut world = Self {
            start,
            crowd,
            table,
            kernel: Kernel { unread: vec![0; keys.len()], ..Kernel::default() },
            threads: Vec::new(),
            to_send: setting.requests.to_vec(),
            served: vec![0; keys.len()],
            keys,
            blocks: setting.blocks,
            may_stop: setting.stops,
            stopping: false,
            finished: false,
        };
        for _ in 0..world.crowd.min {
            world.start_thread();
        }
        if setting.slow {
            for _ in 0..64 {
                world.crowd.count_handlers(1, Duration::from_millis(2));
            }
        }
        world
    }

    fn start_thread(&mut self) {
        if let Some(desk) = self.crowd.join() {
            self.threads.push(Thread { desk, surplus: Crowd::START, at: At::Begin });
        }
    }

    /// All that decides how it goes on, as a number: two states that differ have the same one hardly ever.
    fn picture(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for thread in &self.threads {
            let began = thread.desk.began.load(Ordering::SeqCst) > 0;
            let backlog: Vec<Key> = super::lock(&thread.desk.backlog).iter().map(|ready| ready.key).collect();
            (thread.surplus, thread.at.name(), began, backlog).hash(&mut hasher);
        }
        let told: Vec<Key> = self.kernel.told.iter().map(|ready| ready.key).collect();
        (told, &self.kernel.unread, self.kernel.nudged, self.kernel.stopped).hash(&mut hasher);
        let crowd = &self.crowd;
        let left: Vec<Key> = super::lock(&crowd.left).iter().map(|ready| ready.key).collect();
        let rest = super::lock(&crowd.rest);
        (crowd.someone_waits(), crowd.waiting.load(Ordering::SeqCst), crowd.resting.load(Ordering::SeqCst))
            .hash(&mut hasher);
        (rest.calls, rest.closed, crowd.has_been_asked(), crowd.alive(), left, crowd.is_slow())
            .hash(&mut hasher);
        let parked: Vec<_> = self.keys.iter().map(|key| self.table.picture(*key)).collect();
        (parked, &self.to_send, self.stopping, self.finished).hash(&mut hasher);
        hasher.finish()
    }

    fn index(&self, key: Key) -> usize {
        self.keys.iter().position(|other| *other == key).unwrap()
    }

    /// All steps that somebody could do now.
    fn steps(&self) -> Vec<Step> {
        let threads = self.threads.iter().enumerate().filter(|(_, thread)| match &thread.at {
            At::Gone => false,
            At::Waits { .. } => !self.kernel.told.is_empty() || self.kernel.nudged || self.kernel.stopped,
            At::Rests => {
                let rest = super::lock(&self.crowd.rest);
                rest.calls > 0 || rest.closed
            }
            At::Handles(key, ..) => self.blocks != Some(self.index(*key)),
            _ => true,
        });
        let mut steps: Vec<Step> = threads.map(|(number, _)| Step::Thread(number)).collect();
        if self.crowd.has_been_asked() && !self.finished {
            steps.push(Step::Keeper);
        }
        let open = |peer: &usize| self.to_send[*peer] > 0 && !self.stopping;
        steps.extend((0..self.to_send.len()).filter(open).map(Step::Send));
        if self.may_stop && !self.stopping {
            steps.push(Step::Stop);
        }
        steps
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Thread(number) => self.step_of_thread(number),
            Step::Keeper => self.keep(),
            Step::Send(peer) => {
                self.to_send[peer] -= 1;
                self.kernel.unread[peer] += 1;
                let ready = Ready { key: self.keys[peer], news: News::Input };
                if !self.kernel.told.contains(&ready) {
                    self.kernel.told.push_back(ready);
                }
            }
            Step::Stop => {
                self.stopping = true;
                for (key, connection) in self.table.take_oldest(usize::MAX, |_| true) {
                    self.end_if_idle(key, connection);
                }
                self.finish_if_empty();
            }
        }
    }

    /// One look of the keeper's, to which every handler that runs seems to block.
    fn keep(&mut self) {
        let late = self.start + Duration::from_secs(1);
        if self.crowd.is_asked(false, false) && self.crowd.take_from_blocked(late) {
            self.kernel.nudged = true;
        }
        for _ in 0..self.crowd.missing(late) {
            self.start_thread();
        }
    }

    fn step_of_thread(&mut self, number: usize) {
        let thread = &mut self.threads[number];
        let desk = Arc::clone(&thread.desk);
        let crowd = &self.crowd;
        let next = match std::mem::replace(&mut thread.at, At::Gone) {
            At::Gone => unreachable!("it has no steps"),
            At::Begin if self.finished => {
                crowd.leave(&desk);
                At::Gone
            }
            At::Begin => match crowd.next(&desk) {
                Some((ready, more)) => {
                    self.kernel.nudged |= more;
                    At::Takes(ready)
                }
                None => At::Plan,
            },
            At::Plan => match crowd.begin_wait(&mut thread.surplus) {
                Plan::Wait { max, .. } => At::Waits { max },
                Plan::Rest => {
                    crowd.lie_down();
                    At::Rests
                }
            },
            At::Waits { max } => {
                self.kernel.nudged = false;
                let count = max.min(self.kernel.told.len());
                At::Has { events: self.kernel.told.drain(..count).collect(), max }
            }
            At::Has { events, max } => {
                let last = crowd.end_wait();
                let several = events.len() > 1;
                crowd.share_out(events.len(), max);
                crowd.keep(&desk, events.into_iter());
                if last || several {
                    // Whether the keeper must be woken is its own affair: it looks whenever it has been asked.
                    crowd.ask();
                }
                At::Begin
            }
            At::Rests => {
                assert!(crowd.get_up(&mut super::lock(&crowd.rest)));
                At::Begin
            }
            At::Takes(ready) => match self.table.take_for(ready.key, ready.news) {
                Some(connection) => At::Reads(ready.key, connection),
                None => At::Begin,
            },
            At::Reads(key, connection) => self.read(&desk, key, connection),
            At::Handles(key, connection) => {
                // What it took keeps the average where it is.
                let took = if crowd.is_slow() { Duration::from_millis(1) } else { Duration::ZERO };
                desk.end_handler();
                crowd.count_handlers(1, took);
                At::Parks(key, connection)
            }
            At::Parks(key, connection) => self.park(key, connection),
        };
        self.threads[number].at = next;
        self.check_owners();
    }

    fn read(&mut self, desk: &Desk, key: Key, connection: Box<Idle>) -> At {
        let peer = self.index(key);
        let count = std::mem::take(&mut self.kernel.unread[peer]);
        self.served[peer] += count;
        if count == 0 {
            return At::Parks(key, connection);
        }
        desk.begin_handler(self.crowd.stamp(self.start));
        if self.crowd.is_slow() && !self.crowd.someone_waits() {
            self.crowd.call();
        }
        At::Handles(key, connection)
    }

    fn park(&mut self, key: Key, connection: Box<Idle>) -> At {
        match self.table.park(key, connection) {
            Parked::Has(_, connection) => return At::Reads(key, connection),
            Parked::Gone => panic!("a busy connection has been removed"),
            Parked::Waits(_) => {}
        }
        if self.stopping
            && let Some(connection) = self.table.take(key)
        {
            self.end_if_idle(key, connection);
            self.finish_if_empty();
        }
        At::Begin
    }

    /// As the engine does when it stops: a connection is closed, unless something has arrived.
    fn end_if_idle(&mut self, key: Key, connection: Box<Idle>) {
        if self.kernel.unread[self.index(key)] == 0 {
            self.table.remove(key);
        } else if let Some((Some(news), _)) = self.table.set_down(key, connection) {
            self.crowd.leave_event(Ready { key, news });
            self.kernel.nudged = true;
        }
    }

    fn finish_if_empty(&mut self) {
        if self.table.open() == 0 {
            self.finished = true;
            self.kernel.stopped = true;
            self.crowd.close();
        }
    }

    fn check_owners(&self) {
        for key in &self.keys {
            let holds = |thread: &&Thread| matches!(&thread.at, At::Reads(own, _) | At::Handles(own, ..) | At::Parks(own, _) if own == key);
            assert!(
                self.threads.iter().filter(holds).count() <= 1,
                "two threads have one connection: {:?}",
                self.threads
            );
        }
    }

    /// Nobody can do anything that changes something: then all must be well.
    fn check_end(&self, path: &[Step]) {
        for (peer, unread) in self.kernel.unread.iter().enumerate() {
            // Behind a handler that never returns, requests of the same connection wait.
            let waits = self.blocks == Some(peer);
            assert!(*unread == 0 || waits, "a request is never served: {path:?}\n{:#?}", self.threads);
        }
        if self.stopping && self.blocks.is_none() {
            assert!(
                self.threads.iter().all(|thread| matches!(thread.at, At::Gone)),
                "a stop does not end: {path:?}"
            );
            assert_eq!((self.table.open(), self.crowd.alive()), (0, 0));
        } else if self.blocks.is_none() {
            assert!(self.crowd.someone_waits(), "nobody waits for events: {path:?}");
        }
    }
}

/// Goes through all states, and says how many there are.
fn explore(setting: Setting) -> usize {
    let start = clock::now();
    let replay = |path: &[Step]| {
        let mut world = World::new(setting, start);
        path.iter().for_each(|step| world.step(*step));
        world
    };
    let mut seen = HashSet::new();
    let mut ways = vec![Vec::new()];
    seen.insert(replay(&[]).picture());
    while let Some(path) = ways.pop() {
        let before = replay(&path);
        let picture = before.picture();
        let mut stands_still = true;
        for step in before.steps() {
            let mut world = replay(&path);
            world.step(step);
            let after = world.picture();
            stands_still &= after == picture;
            if seen.insert(after) {
                ways.push([path.as_slice(), &[step]].concat());
            }
        }
        if stands_still {
            before.check_end(&path);
        }
    }
    seen.len()
}

const FAST: Setting =
    Setting { cores: 1, threads_max: 2, requests: &[1, 1], blocks: None, slow: false, stops: false };

#[track_caller]
fn check(setting: Setting) {
    let states = explore(setting);
    println!("{setting:?}: {states} states");
    assert!(states > 50, "only {states} states: the model does nothing");
}

#[test]
fn every_request_is_served_whatever_the_order_of_events() {
    check(FAST);
    check(Setting { cores: 2, ..FAST });
    check(Setting { requests: &[2], ..FAST });
    check(Setting { requests: &[2], cores: 2, ..FAST });
    check(Setting { threads_max: 1, ..FAST });
    check(Setting { slow: true, ..FAST });
}

#[test]
fn a_handler_that_never_returns_keeps_nobody_else_waiting() {
    check(Setting { blocks: Some(0), ..FAST });
    check(Setting { blocks: Some(0), cores: 2, threads_max: 3, ..FAST });
    check(Setting { blocks: Some(0), slow: true, ..FAST });
}

#[test]
fn a_stop_ends_whenever_it_comes_and_what_has_arrived_is_served() {
    check(Setting { stops: true, ..FAST });
    check(Setting { stops: true, requests: &[2], ..FAST });
    check(Setting { stops: true, slow: true, ..FAST });
}
