//! Names into addresses. In which order they are tried is decided in `connect/tcp.rs`.

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Looks up names: the system's resolver by default, or one's own with fixed answers, a filter or another protocol.
///
/// It is asked for names only; IP addresses are taken as they are.
pub trait Resolve: Send + Sync {
    /// The addresses of `host`, best first, each with `port`.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] after `timeout`; whatever else fails. No address at all is an error too.
    fn resolve(&self, host: &str, port: u16, timeout: Option<Duration>) -> io::Result<Vec<SocketAddr>>;
}

impl<F> Resolve for F
where
    F: Fn(&str, u16, Option<Duration>) -> io::Result<Vec<SocketAddr>> + Send + Sync,
{
    fn resolve(&self, host: &str, port: u16, timeout: Option<Duration>) -> io::Result<Vec<SocketAddr>> {
        self(host, port, timeout)
    }
}

/// The resolver of the operating system (`getaddrinfo`).
///
/// It cannot be interrupted, so that a look-up with a timeout runs on one of at most eight helper threads, which
/// all connections share and which end when they have nothing to do.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has no fields and never will")]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str, port: u16, timeout: Option<Duration>) -> io::Result<Vec<SocketAddr>> {
        let Some(timeout) = timeout else { return look_up(host, port) };
        let (sender, receiver) = sync_channel(1);
        THREADS.submit(Job { host: host.to_owned(), port, sender })?;
        receiver.recv_timeout(timeout).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => io::ErrorKind::TimedOut.into(),
                RecvTimeoutError::Disconnected => io::Error::other("the look-up ended without an answer"),
            })
        })
    }
}

fn look_up(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    (host, port).to_socket_addrs().map(Iterator::collect)
}

struct Job {
    host: String,
    port: u16,
    sender: SyncSender<io::Result<Vec<SocketAddr>>>,
}

/// Threads for look-ups: a stuck one occupies its thread, not a new one for each call.
struct Threads {
    queue: Mutex<Queue>,
    more: Condvar,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
}

const THREADS_MAX: usize = 8;

/// How long a thread waits for work before it ends.
const IDLE_MAX: Duration = Duration::from_secs(10);

static THREADS: Threads =
    Threads { queue: Mutex::new(Queue { jobs: VecDeque::new(), threads: 0, idle: 0 }), more: Condvar::new() };

impl Threads {
    fn submit(&'static self, job: Job) -> io::Result<()> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.jobs.push_back(job);
        if queue.jobs.len() > queue.idle && queue.threads < THREADS_MAX {
            queue.threads += 1;
            let spawned = std::thread::Builder::new().name("http-client-resolve".into()).spawn(|| self.run());
            if let Err(error) = spawned {
                queue.threads -= 1;
                if queue.threads == 0 {
                    queue.jobs.pop_back();
                    return Err(error);
                }
            }
        }
        drop(queue);
        self.more.notify_one();
        Ok(())
    }

    fn run(&self) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(job) = queue.jobs.pop_front() {
                drop(queue);
                // The caller may have given up.
                let _ = job.sender.send(look_up(&job.host, job.port));
                queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            queue.idle += 1;
            let (woken, wait) =
                self.more.wait_timeout(queue, IDLE_MAX).unwrap_or_else(PoisonError::into_inner);
            queue = woken;
            queue.idle -= 1;
            if wait.timed_out() && queue.jobs.is_empty() {
                queue.threads -= 1;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
