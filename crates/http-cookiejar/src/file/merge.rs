//! Three-way merge of a jar, the file it came from, and what others made of that file since.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use crate::cookie::Cookie;
use crate::file::FileFormat;
use crate::hashed::ByHash;
use crate::jar::CookieJar;

/// Which cookies were in a file and what their lines were, as hashes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    hasher: RandomState,
    /// From the hash of a key to that of what stands beside the key.
    lines: ByHash<u64>,
}

impl Snapshot {
    fn keyed(hasher: RandomState, cookies: usize) -> Self {
        Self { hasher, lines: ByHash::with_capacity_and_hasher(cookies, BuildHasherDefault::default()) }
    }

    pub(crate) fn with_capacity(cookies: usize) -> Self {
        Self::keyed(RandomState::new(), cookies)
    }

    /// Notes a cookie with the line that it has in the file.
    pub(crate) fn note_line<F: FileFormat>(&mut self, format: &F, cookie: &Cookie, line: &[u8]) {
        let content = if format.is_lossless() { self.content(cookie) } else { self.hasher.hash_one(line) };
        self.lines.insert(self.hasher.hash_one(cookie.key()), content);
    }

    /// Notes a cookie with the line that it would have; `line` is room to write in.
    pub(crate) fn note<F: FileFormat>(&mut self, format: &F, cookie: &Cookie, line: &mut Vec<u8>) {
        if let Some(content) = self.content_in(format, cookie, line) {
            self.lines.insert(self.hasher.hash_one(cookie.key()), content);
        }
    }

    /// What of a cookie the format holds, as a hash; `None` if it cannot hold the cookie at all.
    fn content_in<F: FileFormat>(&self, format: &F, cookie: &Cookie, line: &mut Vec<u8>) -> Option<u64> {
        if format.is_lossless() {
            return Some(self.content(cookie));
        }
        line.clear();
        format.write_cookie(cookie, line).ok()?;
        Some(self.hasher.hash_one(line.as_slice()))
    }

    fn content(&self, cookie: &Cookie) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        cookie.hash_beside_key(&mut hasher);
        hasher.finish()
    }

    fn state<F: FileFormat>(&self, format: &F, cookie: &Cookie, line: &mut Vec<u8>) -> State {
        let Some(known) = self.lines.get(&self.hasher.hash_one(cookie.key())) else { return State::Unknown };
        if self.content_in(format, cookie, line) == Some(*known) { State::Same } else { State::Changed }
    }
}

/// How a cookie stands to the snapshot.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Unknown,
    Same,
    Changed,
}

/// What a merge did.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// How many changes of others the jar took over.
    pub(crate) taken: usize,
    /// Session cookies of others that the jar does not want and the file keeps.
    pub(crate) kept: Vec<Cookie>,
}

/// Brings the jar up to date with `theirs`, the file as it is now.
///
/// What only they changed is taken, what only we changed stays, and where both did ours counts, except that
/// a cookie which we deleted and they renewed comes back.
pub(crate) fn merge<F: FileFormat>(
    jar: &mut CookieJar,
    base: &Snapshot,
    format: &F,
    theirs: Vec<Cookie>,
    takes: impl Fn(&Cookie) -> bool,
    now: i64,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut line = Vec::new();
    let mut present = Snapshot::keyed(base.hasher.clone(), theirs.len());
    for cookie in theirs {
        present.lines.insert(base.hasher.hash_one(cookie.key()), 0);
        let change = base.state(format, &cookie, &mut line);
        match jar.find_same(&cookie) {
            Some(ours) => {
                let untouched = base.state(format, ours, &mut line) == State::Same;
                if untouched && change == State::Changed {
                    jar.set_cookie(cookie);
                    outcome.taken += 1;
                }
            }
            None if change == State::Same => {}
            None if takes(&cookie) => {
                jar.set_cookie(cookie);
                outcome.taken += 1;
            }
            None if cookie.discard() && !cookie.is_expired_at(now) => outcome.kept.push(cookie),
            None => {}
        }
    }
    outcome.taken += jar.retain(|ours| {
        let gone = !present.lines.contains_key(&base.hasher.hash_one(ours.key()));
        !(gone && base.state(format, ours, &mut line) == State::Same)
    });
    outcome
}
