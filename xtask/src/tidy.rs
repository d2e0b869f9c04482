//! `tidy`: the rules of the house that neither compiler nor clippy know. Each rule is a function from text or metadata
//! to findings, in a file by subject below; this file gathers what they read and prints what they find.

use std::fmt;

use crate::context::{Context, Failure, Outcome};
use crate::metadata::Metadata;
use crate::run::Call;

mod circles;
mod floors;
mod house;
mod imports;
mod lines;
mod promises;
mod readme;
mod supply;

/// One broken rule: where, which, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    place: String,
    rule: &'static str,
    what: String,
}

impl Finding {
    fn new(place: impl Into<String>, rule: &'static str, what: impl Into<String>) -> Self {
        Self { place: place.into(), rule, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {} [{}]", self.place, self.what, self.rule)
    }
}

/// One file of the checkout: its path from the root, with `/`, and its text (empty where it is not UTF-8).
#[derive(Clone, Debug)]
struct File {
    path: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The package folder under `crates/` that the file belongs to, and its path from there.
    fn in_crate(&self) -> Option<(&str, &str)> {
        self.path.strip_prefix("crates/")?.split_once('/')
    }

    /// Whether this is a test: a file or folder called `tests`, or one of the test binaries.
    fn is_test(&self) -> bool {
        let within_tests = self.path.split('/').skip(1).any(|part| part == "tests" || part == "tests.rs");
        within_tests
            || ["tests/it/", "tests/interop/", "tests/parity/"]
                .iter()
                .any(|folder| self.path.starts_with(folder))
    }
}

pub(crate) fn run(context: &Context, _arguments: &[String]) -> Outcome {
    let files = files(context)?;
    let metadata = Metadata::load(context)?;
    let mut findings = house::check(&files);
    findings.extend(lines::check(&files));
    findings.extend(floors::check_edges(&metadata));
    findings.extend(floors::check_knowledge(&files));
    findings.extend(imports::check(&files));
    findings.extend(circles::check(&files));
    findings.extend(promises::check(&files));
    findings.extend(supply::check(&metadata));
    findings.extend(readme::check(&files, &metadata));
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => {
            println!("tidy: {} files keep every rule", files.len());
            Ok(())
        }
        count => Err(Failure::new(format!("{count} findings, listed above"))),
    }
}

/// The rules on what others wrote alone.
pub(crate) fn supply_findings(metadata: &Metadata) -> Vec<Finding> {
    supply::check(metadata)
}

/// Every file that is committed or about to be: what git ignores is not looked at.
fn files(context: &Context) -> Outcome<Vec<File>> {
    let list = Call::new(context, "git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()?;
    let mut files = Vec::new();
    for path in list.split('\0').filter(|path| !path.is_empty()) {
        let full = context.root().join(path);
        if !full.is_file() {
            continue;
        }
        let bytes = std::fs::read(&full).map_err(|error| Failure::new(format!("reading {path}: {error}")))?;
        files.push(File { path: path.to_owned(), text: String::from_utf8(bytes).unwrap_or_default() });
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files.dedup_by(|one, other| one.path == other.path);
    Ok(files)
}

#[cfg(test)]
mod tests;
