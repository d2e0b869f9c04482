//! What a server is asked and how it answers, counted: by call, and as text for Prometheus. Counting takes a few additions
//! to shared numbers for each answer, and no lock.

use crate::clock;
use crate::delivery::Delivery;
use crate::error::HandlerError;
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use crate::stats::Stats;
use http_proto::{Method, StatusCode};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Upper bounds in nanoseconds; the last bucket has none.
const DURATIONS: [u64; 14] = [
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    10_000_000_000,
];

/// Upper bounds in bytes; the last bucket has none.
const SIZES: [u64; 8] = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

/// Names of methods are a peer's: all others are counted as one.
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "other"];

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The numbers of one server, or of one part of it. Clones are the same numbers.
///
/// [`Measured`] counts into them. As a handler, they answer with themselves as text for Prometheus.
///
/// ```
/// use http_server::{Measured, Metrics, Request, Response, Router, testing};
///
/// let metrics = Metrics::new();
/// let site = Router::new()
///     .get("/", |_: &mut Request<'_>| Response::text("hello"))?
///     .get("/metrics", metrics.clone())?;
/// let site = Measured::new(site, metrics.clone());
///
/// testing::get("/").send_to(&site);
/// testing::get("/nothing").send_to(&site);
/// assert_eq!(metrics.snapshot().requests, 2);
/// let text = testing::get("/metrics").send_to(&site).text();
/// assert!(text.contains("http_server_requests_total{method=\"GET\",status=\"4xx\"} 1\n"));
/// # Ok::<(), http_server::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    /// By method, then by class of status.
    requests: [[AtomicU64; CLASSES.len()]; METHODS.len()],
    in_flight: AtomicU64,
    cut: AtomicU64,
    durations: Histogram<{ DURATIONS.len() + 1 }>,
    sizes: Histogram<{ SIZES.len() + 1 }>,
}

#[derive(Debug)]
struct Histogram<const BUCKETS: usize> {
    /// Each by itself, not summed up.
    buckets: [AtomicU64; BUCKETS],
    sum: AtomicU64,
}

impl<const BUCKETS: usize> Default for Histogram<BUCKETS> {
    fn default() -> Self {
        Self { buckets: std::array::from_fn(|_| AtomicU64::new(0)), sum: AtomicU64::new(0) }
    }
}

impl<const BUCKETS: usize> Histogram<BUCKETS> {
    fn count(&self, bounds: &[u64], value: u64) {
        let bucket = bounds.partition_point(|&bound| bound < value);
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Upper bounds and how many are below or at each; the last one has no bound.
    fn read(&self, bounds: &[u64]) -> Vec<(Option<u64>, u64)> {
        let mut sum = 0;
        let bounds = bounds.iter().copied().map(Some).chain([None]);
        bounds
            .zip(&self.buckets)
            .map(|(bound, count)| {
                sum += count.load(Ordering::Relaxed);
                (bound, sum)
            })
            .collect()
    }
}

/// Numbers as they were at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetricsSnapshot {
    /// Requests that have been answered, or whose answer was cut.
    pub requests: u64,
    /// Those by the class of their status: 1xx, 2xx, 3xx, 4xx, 5xx.
    pub by_status: [u64; 5],
    /// Requests under way.
    pub in_flight: u64,
    /// Answers that did not reach their end.
    pub cut: u64,
    /// From the call of the handler until the answer was sent: an upper bound and how many took no longer. The last
    /// has no bound.
    pub durations: Vec<(Option<Duration>, u64)>,
    /// All of that time.
    pub durations_sum: Duration,
    /// Bytes of content of an answer: an upper bound and how many had no more. The last has no bound.
    pub sizes: Vec<(Option<u64>, u64)>,
    /// All of these bytes.
    pub sizes_sum: u64,
}

impl Metrics {
    /// Numbers that are all zero.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The numbers now.
    #[must_use]
    pub fn snapshot(&self) -> MetricsSnapshot {
        let numbers = &*self.0;
        let mut by_status = [0; CLASSES.len()];
        for row in &numbers.requests {
            for (sum, count) in by_status.iter_mut().zip(row) {
                *sum += count.load(Ordering::Relaxed);
            }
        }
        let durations = numbers.durations.read(&DURATIONS).into_iter();
        MetricsSnapshot {
            requests: by_status.iter().sum(),
            by_status,
            in_flight: numbers.in_flight.load(Ordering::Relaxed),
            cut: numbers.cut.load(Ordering::Relaxed),
            durations: durations.map(|(bound, count)| (bound.map(Duration::from_nanos), count)).collect(),
            durations_sum: Duration::from_nanos(numbers.durations.sum.load(Ordering::Relaxed)),
            sizes: numbers.sizes.read(&SIZES),
            sizes_sum: numbers.sizes.sum.load(Ordering::Relaxed),
        }
    }

    /// The numbers in the text format of Prometheus, version 0.0.4. Methods and statuses that never came are left out.
    #[must_use]
    pub fn to_prometheus(&self) -> String {
        let mut text = String::with_capacity(4096);
        let numbers = &*self.0;
        head(&mut text, "requests_total", "counter", "Requests by method and class of status.");
        for (method, row) in METHODS.iter().zip(&numbers.requests) {
            for (class, count) in CLASSES.iter().zip(row) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    let labels = format!("{{method=\"{method}\",status=\"{class}\"}}");
                    sample(&mut text, "requests_total", &labels, count);
                }
            }
        }
        head(&mut text, "requests_in_flight", "gauge", "Requests under way.");
        sample(&mut text, "requests_in_flight", "", numbers.in_flight.load(Ordering::Relaxed));
        head(&mut text, "answers_cut_total", "counter", "Answers that did not reach their end.");
        sample(&mut text, "answers_cut_total", "", numbers.cut.load(Ordering::Relaxed));

        let name = "request_duration_seconds";
        head(&mut text, name, "histogram", "From the call of the handler until the answer was sent.");
        let buckets = numbers.durations.read(&DURATIONS);
        let sum = seconds(numbers.durations.sum.load(Ordering::Relaxed));
        histogram(
            &mut text,
            name,
            buckets.into_iter().map(|(bound, count)| (bound.map(seconds), count)),
            &sum,
        );

        let name = "response_size_bytes";
        head(&mut text, name, "histogram", "Bytes of content of an answer.");
        let buckets = numbers.sizes.read(&SIZES);
        let sum = numbers.sizes.sum.load(Ordering::Relaxed).to_string();
        histogram(
            &mut text,
            name,
            buckets.into_iter().map(|(bound, count)| (bound.map(|bytes| bytes.to_string()), count)),
            &sum,
        );
        text
    }
}

impl Stats {
    /// These numbers in the text format of Prometheus, to be put behind those of [`Metrics::to_prometheus`].
    #[must_use]
    pub fn to_prometheus(&self) -> String {
        let mut text = String::with_capacity(512);
        for (name, kind, help, value) in [
            ("connections_open", "gauge", "Connections that are open.", self.connections_open as u64),
            (
                "connections_accepted_total",
                "counter",
                "Connections since the start.",
                self.connections_accepted,
            ),
            ("heads_total", "counter", "Requests whose head was whole.", self.requests),
            ("threads", "gauge", "Threads that serve.", self.threads as u64),
        ] {
            head(&mut text, name, kind, help);
            sample(&mut text, name, "", value);
        }
        text
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP http_server_{name} {help}\n# TYPE http_server_{name} {kind}");
}

fn sample(text: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    let _ = writeln!(text, "http_server_{name}{labels} {value}");
}

fn histogram(text: &mut String, name: &str, buckets: impl Iterator<Item = (Option<String>, u64)>, sum: &str) {
    let mut count = 0;
    for (bound, so_far) in buckets {
        let bound = bound.as_deref().unwrap_or("+Inf");
        sample(text, name, &format!("_bucket{{le=\"{bound}\"}}"), so_far);
        count = so_far;
    }
    sample(text, name, "_sum", sum);
    sample(text, name, "_count", count);
}

/// `0.0025` for 2 500 000.
fn seconds(nanoseconds: u64) -> String {
    let text = format!("{}.{:09}", nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Handler for Metrics {
    fn handle(&self, _request: &mut Request<'_>) -> Result<Response, HandlerError> {
        Ok(Response::content("text/plain; version=0.0.4; charset=utf-8", self.to_prometheus())
            .with_header("Cache-Control", "no-store"))
    }
}

/// Counts the requests and answers of the handler that it owns into [`Metrics`].
///
/// A request counts until its answer has been sent. One that is refused before it reaches a handler is not seen here.
#[derive(Clone, Debug)]
#[must_use]
pub struct Measured<H> {
    handler: H,
    metrics: Metrics,
}

impl<H> Measured<H> {
    /// Counts into these numbers.
    pub const fn new(handler: H, metrics: Metrics) -> Self {
        Self { handler, metrics }
    }
}

impl<H: Handler> Handler for Measured<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let pending = Pending::begin(&self.metrics, request.method(), clock::now());
        let response = self.handler.handle(request).unwrap_or_else(Response::failed);
        Ok(response.on_sent(move |delivery| pending.end(delivery, clock::now())))
    }
}

/// A request under way. One that is dropped, as by a panic, ends as a fault of the server's.
struct Pending {
    numbers: Arc<Numbers>,
    method: usize,
    began: Instant,
    delivery: Option<Delivery>,
}

impl Pending {
    fn begin(metrics: &Metrics, method: &Method, now: Instant) -> Self {
        let numbers = Arc::clone(&metrics.0);
        numbers.in_flight.fetch_add(1, Ordering::Relaxed);
        let other = METHODS.len() - 1;
        let method = METHODS.iter().position(|name| *name == method.as_str()).unwrap_or(other);
        Self { numbers, method, began: now, delivery: None }
    }

    fn end(mut self, delivery: Delivery, now: Instant) {
        let took = now.saturating_duration_since(self.began).as_nanos();
        self.numbers.durations.count(&DURATIONS, u64::try_from(took).unwrap_or(u64::MAX));
        self.numbers.sizes.count(&SIZES, delivery.content_bytes);
        if !delivery.complete {
            self.numbers.cut.fetch_add(1, Ordering::Relaxed);
        }
        self.delivery = Some(delivery);
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let status = self.delivery.map_or(StatusCode::INTERNAL_SERVER_ERROR, |delivery| delivery.status);
        let class = usize::from(status.as_u16() / 100).saturating_sub(1).min(CLASSES.len() - 1);
        if let Some(count) = self.numbers.requests.get(self.method).and_then(|row| row.get(class)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.numbers.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
