//! How files are loaded and saved.

use crate::clock;
use crate::cookie::Cookie;

/// Which cookies take part, and the time to judge that by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Choice {
    session: bool,
    expired: bool,
    now: Option<i64>,
}

impl Choice {
    fn now(self) -> i64 {
        self.now.unwrap_or_else(clock::now)
    }

    fn takes(self, cookie: &Cookie, now: i64) -> bool {
        (self.session || !cookie.discard()) && (self.expired || !cookie.is_expired_at(now))
    }
}

/// How a file is loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct LoadOptions {
    choice: Choice,
    strict: bool,
}

impl LoadOptions {
    /// Without session cookies and expired ones; bad lines are reported and passed over.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether session cookies are loaded too.
    pub fn ignore_discard(mut self, on: bool) -> Self {
        self.choice.session = on;
        self
    }

    /// Whether expired cookies are loaded too.
    pub fn ignore_expires(mut self, on: bool) -> Self {
        self.choice.expired = on;
        self
    }

    /// Whether a missing header or one bad line fails the whole load, as in CPython.
    pub fn strict(mut self, on: bool) -> Self {
        self.strict = on;
        self
    }

    /// The time to judge expiry by, in seconds since 1970; the system's clock if not said.
    pub fn now(mut self, now: i64) -> Self {
        self.choice.now = Some(now);
        self
    }

    pub(super) fn is_strict(self) -> bool {
        self.strict
    }

    pub(super) fn now_or_clock(self) -> i64 {
        self.choice.now()
    }

    pub(super) fn takes(self, cookie: &Cookie, now: i64) -> bool {
        self.choice.takes(cookie, now)
    }
}

/// How a file is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct SaveOptions {
    choice: Choice,
    merge: bool,
    durable: bool,
}

impl Default for SaveOptions {
    fn default() -> Self {
        Self { choice: Choice::default(), merge: true, durable: true }
    }
}

impl SaveOptions {
    /// Without session cookies and expired ones, merged with what others wrote, and durable.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether session cookies are saved too.
    pub fn ignore_discard(mut self, on: bool) -> Self {
        self.choice.session = on;
        self
    }

    /// Whether expired cookies are saved too.
    pub fn ignore_expires(mut self, on: bool) -> Self {
        self.choice.expired = on;
        self
    }

    /// Whether changes that others made to the file since it was loaded are taken in first; true if not said.
    /// Without it the file is replaced by what the jar holds, as in CPython.
    pub fn merge(mut self, on: bool) -> Self {
        self.merge = on;
        self
    }

    /// Whether to wait until the disk has it; true if not said. Without it the file is still replaced in one step,
    /// but a power cut may bring the old one back or leave an empty one.
    pub fn durable(mut self, on: bool) -> Self {
        self.durable = on;
        self
    }

    /// The time to judge expiry by, in seconds since 1970; the system's clock if not said.
    pub fn now(mut self, now: i64) -> Self {
        self.choice.now = Some(now);
        self
    }

    pub(super) fn merges(self) -> bool {
        self.merge
    }

    pub(super) fn is_durable(self) -> bool {
        self.durable
    }

    pub(super) fn now_or_clock(self) -> i64 {
        self.choice.now()
    }

    pub(super) fn takes(self, cookie: &Cookie, now: i64) -> bool {
        self.choice.takes(cookie, now)
    }
}
