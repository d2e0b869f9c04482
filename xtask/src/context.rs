//! What every task is handed: where the workspace is, how tests have gone so far, and how a task fails.

use std::cell::Cell;
use std::fmt;
use std::path::PathBuf;

use crate::tally::Tally;

/// Why a task stopped: one sentence that says what, where and what to do.
#[derive(Debug)]
pub(crate) struct Failure(String);

/// What a task answers.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure with its sentence.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// Puts the place in front of the sentence.
    pub(crate) fn within(self, place: &str) -> Self {
        Self(format!("{place}: {}", self.0))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The workspace a task works on, and the sum of the tests that ran.
#[derive(Debug)]
pub(crate) struct Context {
    root: PathBuf,
    tally: Cell<Tally>,
}

impl Context {
    /// The workspace whose `xtask` this is: cargo names its folder, wherever the program was built.
    pub(crate) fn from_environment() -> Self {
        let own = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = own.parent().map_or_else(|| own.clone(), PathBuf::from);
        Self { root, tally: Cell::new(Tally::default()) }
    }

    /// The folder with the virtual manifest.
    pub(crate) const fn root(&self) -> &PathBuf {
        &self.root
    }

    /// Where cargo builds, and tasks write what can be made again.
    pub(crate) fn build_folder(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| self.root.join("target"), |folder| self.root.join(folder))
    }

    /// Adds a run of the test harness to the sum.
    pub(crate) fn count(&self, tally: Tally) {
        self.tally.set(self.tally.get() + tally);
    }

    /// The tests so far.
    pub(crate) fn tally(&self) -> Tally {
        self.tally.get()
    }

    /// The last line of a task that ran tests: `N passed, N failed`.
    pub(crate) fn closing_line(&self) -> Option<String> {
        let tally = self.tally.get();
        (tally.runs > 0).then(|| format!("{} passed, {} failed", tally.passed, tally.failed))
    }
}
