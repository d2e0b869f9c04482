//! When a request is made again: what may be, how long to wait before, how often in all. It decides and counts;
//! waiting is left to the loop in `call.rs`.

use http_proto::date::parse_http_date;
use http_proto::{Headers, Method, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

/// When a client makes a request again by itself.
///
/// The default is [`safe_resend`](Self::safe_resend). A [`policy`](Self::policy) goes further, and still repeats
/// only requests that can do no harm: content that can be sent again, and a method that is idempotent (RFC 9110
/// §9.2.2), a request with an `Idempotency-Key`, or an error before the first byte was sent.
///
/// ```
/// use http_client::client::Retry;
/// use std::time::Duration;
///
/// let retry = Retry::policy(3)
///     .statuses([429, 502, 503, 504])
///     .backoff(Duration::from_millis(200), Duration::from_secs(10))
///     .retry_after_max(Duration::from_secs(30));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Retry {
    resend: bool,
    retries_max: u32,
    statuses: Vec<StatusCode>,
    backoff_base: Duration,
    backoff_max: Duration,
    retry_after_max: Duration,
    budget: Option<Arc<Budget>>,
}

impl Retry {
    /// One more try on a new connection where a kept one turns out to be closed: no byte of an answer has come, and
    /// the request is idempotent and can be sent again. A POST is never sent twice.
    pub const fn safe_resend() -> Self {
        Self {
            resend: true,
            retries_max: 0,
            statuses: Vec::new(),
            backoff_base: Duration::from_millis(250),
            backoff_max: Duration::from_secs(20),
            retry_after_max: Duration::from_secs(60),
            budget: None,
        }
    }

    /// Never anything twice, on no kind of connection.
    pub const fn none() -> Self {
        let mut retry = Self::safe_resend();
        retry.resend = false;
        retry
    }

    /// Up to `retries_max` repetitions after errors of the network, and after the statuses 429, 502, 503 and 504.
    pub fn policy(retries_max: u32) -> Self {
        let mut retry = Self::safe_resend();
        retry.retries_max = retries_max;
        retry.statuses([429, 502, 503, 504])
    }

    /// The statuses that are worth another try, instead of those of [`policy`](Self::policy). Numbers that are no
    /// status match nothing.
    pub fn statuses(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.statuses = statuses.into_iter().filter_map(|status| StatusCode::from_u16(status).ok()).collect();
        self
    }

    /// Waits a random time between nothing and `base`, doubled with each repetition, at most `max`: "full jitter".
    /// 250 ms and 20 s by default.
    pub const fn backoff(mut self, base: Duration, max: Duration) -> Self {
        self.backoff_base = base;
        self.backoff_max = max;
        self
    }

    /// The longest `Retry-After` that is waited for, 60 s by default. Where a server asks for more, its answer is
    /// returned at once.
    pub const fn retry_after_max(mut self, max: Duration) -> Self {
        self.retry_after_max = max;
        self
    }

    /// Bounds repetitions over all requests of a client: each request adds `percent` hundredths of one to a budget that
    /// begins with, and never falls short of gathering again, `reserve` of them. A server in trouble does not get
    /// a multiple of its load then.
    pub fn budget(mut self, percent: u32, reserve: u32) -> Self {
        let full = reserve.saturating_mul(100);
        self.budget = Some(Arc::new(Budget { hundredths: AtomicU32::new(full), percent, full }));
        self
    }

    pub(crate) const fn resends(&self) -> bool {
        self.resend
    }

    /// Counts a request that is no repetition.
    pub(crate) fn count_request(&self) {
        if let Some(budget) = &self.budget {
            budget.deposit();
        }
    }

    /// How long to wait before repeating after an error; `None` where it should stand.
    pub(crate) fn after_error(&self, retries: u32, random_bits: u64) -> Option<Duration> {
        self.take(retries).then(|| self.jitter(retries, random_bits))
    }

    /// Whether an answer of this status may lead to another try.
    pub(crate) fn repeats(&self, retries: u32, status: StatusCode) -> bool {
        retries < self.retries_max && self.statuses.contains(&status)
    }

    /// How long to wait before repeating after an answer; `None` where it should be returned.
    pub(crate) fn after_answer(
        &self,
        retries: u32,
        status: StatusCode,
        headers: &Headers,
        now: SystemTime,
        random_bits: u64,
    ) -> Option<Duration> {
        if !self.repeats(retries, status) {
            return None;
        }
        let wait = match retry_after(headers, now) {
            Some(asked) if asked > self.retry_after_max => return None,
            Some(asked) => asked,
            None => self.jitter(retries, random_bits),
        };
        self.take(retries).then_some(wait)
    }

    fn take(&self, retries: u32) -> bool {
        retries < self.retries_max && self.budget.as_ref().is_none_or(|budget| budget.withdraw())
    }

    fn jitter(&self, retries: u32, random_bits: u64) -> Duration {
        let doubled = self.backoff_base.saturating_mul(2u32.saturating_pow(retries));
        let ceiling_micros = u64::try_from(doubled.min(self.backoff_max).as_micros()).unwrap_or(u64::MAX);
        // The high half of the product is uniform up to the ceiling.
        let micros = (u128::from(random_bits) * (u128::from(ceiling_micros) + 1)) >> 64;
        Duration::from_micros(u64::try_from(micros).unwrap_or(ceiling_micros))
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::safe_resend()
    }
}

/// Repetitions that may still be made, in hundredths.
#[derive(Debug)]
struct Budget {
    hundredths: AtomicU32,
    percent: u32,
    full: u32,
}

impl Budget {
    fn deposit(&self) {
        let add = |held: u32| Some(held.saturating_add(self.percent).min(self.full.max(self.percent)));
        // `add` never declines.
        let _ = self.hundredths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    fn withdraw(&self) -> bool {
        let take = |held: u32| held.checked_sub(100);
        self.hundredths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }
}

/// Whether a request may be made twice without harm (RFC 9110 §9.2.2).
pub(crate) fn is_idempotent(method: &Method, headers: &Headers) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE | Method::PUT | Method::DELETE
    ) || headers.contains("Idempotency-Key")
}

/// `Retry-After = HTTP-date / delay-seconds` (RFC 9110 §10.2.3); a date in the past is no wait.
pub(crate) fn retry_after(headers: &Headers, now: SystemTime) -> Option<Duration> {
    let value = headers.get("Retry-After")?.as_bytes();
    if value.iter().all(u8::is_ascii_digit) && !value.is_empty() {
        let seconds = value.iter().fold(0u64, |sum, digit| {
            sum.saturating_mul(10).saturating_add(u64::from(digit.saturating_sub(b'0')))
        });
        return Some(Duration::from_secs(seconds));
    }
    let date = parse_http_date(value, now)?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests;
