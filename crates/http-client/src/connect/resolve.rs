//! Names into addresses. In which order they are tried is decided in `connect/tcp.rs`.

use crate::bell::Bell;
use crate::cancel::CancelToken;
use crate::transport::Interrupt;
use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Looks up names: the system's resolver by default, or one's own with fixed answers, a filter or another protocol.
///
/// It is asked for names only; IP addresses are taken as they are.
///
/// ```
/// use http_client::{HttpConnection, Resolve};
/// use std::net::SocketAddr;
/// use std::time::Duration;
///
/// let fixed = |_host: &str, port: u16, _timeout: Option<Duration>| Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))]);
/// assert_eq!(fixed.resolve("anything.test", 8080, None)?[0].port(), 8080);
/// # Ok::<(), std::io::Error>(())
/// ```
pub trait Resolve: Send + Sync {
    /// The addresses of `host`, best first, each with `port`.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] after `timeout`; whatever else fails. No address at all is an error too.
    fn resolve(&self, host: &str, port: u16, timeout: Option<Duration>) -> io::Result<Vec<SocketAddr>>;

    /// The same, given up with [`io::ErrorKind::ConnectionAborted`] as soon as `token` is cancelled. By default it is not
    /// given up, and ends by itself.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    fn resolve_unless(
        &self,
        host: &str,
        port: u16,
        timeout: Option<Duration>,
        token: &CancelToken,
    ) -> io::Result<Vec<SocketAddr>> {
        let _ = token;
        self.resolve(host, port, timeout)
    }
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
/// all connections share and which end when they have nothing to do. One that waits for a thread is forgotten as soon as
/// its caller gives up.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has no fields and never will")]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str, port: u16, timeout: Option<Duration>) -> io::Result<Vec<SocketAddr>> {
        match timeout {
            None => look_up(host, port),
            Some(_) => Errand::begin(&THREADS, host, port)?.wait(timeout),
        }
    }

    fn resolve_unless(
        &self,
        host: &str,
        port: u16,
        timeout: Option<Duration>,
        token: &CancelToken,
    ) -> io::Result<Vec<SocketAddr>> {
        let errand = Errand::begin(&THREADS, host, port)?;
        let watch = token.watch(Arc::clone(&errand.bell) as Arc<dyn Interrupt>);
        let found = errand.wait(timeout);
        drop(watch);
        found
    }
}

fn look_up(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    (host, port).to_socket_addrs().map(Iterator::collect)
}

/// A look-up that another thread is sent on.
struct Errand {
    found: Arc<Mutex<Option<io::Result<Vec<SocketAddr>>>>>,
    bell: Arc<Bell>,
}

impl Errand {
    fn begin(threads: &'static Threads, host: &str, port: u16) -> io::Result<Self> {
        let errand = Self { found: Arc::default(), bell: Arc::default() };
        let (found, bell) = (Arc::clone(&errand.found), Arc::clone(&errand.bell));
        threads.submit(Job { host: host.to_owned(), port, found, bell })?;
        Ok(errand)
    }

    /// What was found; nothing where it took too long, or where somebody else rang.
    fn wait(&self, timeout: Option<Duration>) -> io::Result<Vec<SocketAddr>> {
        let is_rung = self.bell.wait(timeout);
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner).take();
        found.unwrap_or_else(|| {
            Err(if is_rung {
                io::ErrorKind::ConnectionAborted.into()
            } else {
                io::ErrorKind::TimedOut.into()
            })
        })
    }
}

struct Job {
    host: String,
    port: u16,
    found: Arc<Mutex<Option<io::Result<Vec<SocketAddr>>>>>,
    bell: Arc<Bell>,
}

impl Job {
    /// Whether somebody still waits for what is found.
    fn is_awaited(&self) -> bool {
        Arc::strong_count(&self.found) > 1
    }
}

/// Threads for look-ups: a stuck one occupies its thread, not a new one for each call.
struct Threads {
    look_up: fn(&str, u16) -> io::Result<Vec<SocketAddr>>,
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

static THREADS: Threads = Threads::new(look_up);

impl Threads {
    const fn new(look_up: fn(&str, u16) -> io::Result<Vec<SocketAddr>>) -> Self {
        let queue = Queue { jobs: VecDeque::new(), threads: 0, idle: 0 };
        Self { look_up, queue: Mutex::new(queue), more: Condvar::new() }
    }

    fn submit(&'static self, job: Job) -> io::Result<()> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        // While all threads are stuck, the queue is no longer than there are threads that wait.
        queue.jobs.retain(Job::is_awaited);
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
                if !job.is_awaited() {
                    continue;
                }
                drop(queue);
                let found = (self.look_up)(&job.host, job.port);
                *job.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
                job.bell.ring();
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
