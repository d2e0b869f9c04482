//! Rules on who may know whom: the arrows between crates, and what a crate must never name.

use super::{File, Finding};
use crate::metadata::Metadata;
use crate::source::Source;

/// The arrows of `crates/README.md`, tests included: a crate and all the crates of ours that it may stand on.
const ARROWS: [(&str, &[&str]); 8] = [
    ("http-proto", &[]),
    ("http-client", &["http-proto"]),
    ("http-cookies", &["http-proto"]),
    ("http-server", &["http-proto"]),
    ("http-cookiejar", &["http-client", "http-cookies", "http-proto"]),
    ("httpkit", &["http-client", "http-cookiejar", "http-cookies", "http-proto", "http-server"]),
    ("httpkit-cli", &["httpkit"]),
    ("xtask", &[]),
];

/// The package of the cross-crate tests may stand on every crate.
const FREE: &str = "httpkit-tests";

/// What a crate must never name: the crate, the path, how the names of its files begin that may, and why.
const NEVER: [(&str, &str, Option<&str>, &str); 8] = [
    ("http-proto", "std::net", None, "sockets belong to client and server"),
    ("http-proto", "std::fs", None, "files belong to the server and the jar"),
    ("http-proto", "std::time::Instant", None, "the clock is an argument"),
    ("http-proto", "SystemTime::now", None, "the clock is an argument"),
    ("http-proto", "std::io", Some("src/stream"), "only the seam between bytes and readers knows readers"),
    ("http-cookies", "std::net", None, "cookies travel in heads, not on sockets"),
    ("http-cookies", "std::fs", None, "files of cookies belong to the jar"),
    ("http-client", "std::process", None, "a library starts no program"),
];

/// Arrows that are not on the map, and members that the map does not know.
pub(super) fn check_edges(metadata: &Metadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in metadata.members.iter().filter(|member| member.name != FREE) {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == member.name) else {
            findings.push(Finding::new(
                &member.name,
                "arrows",
                "a crate that the map does not know: see crates/README.md",
            ));
            continue;
        };
        for dependency in &member.dependencies {
            if metadata.member(&dependency.name).is_some() && !allowed.contains(&dependency.name.as_str()) {
                let what =
                    format!("must not stand on {}: see the floors in crates/README.md", dependency.name);
                findings.push(Finding::new(&member.name, "arrows", what));
            }
        }
    }
    findings
}

/// Names in a crate's code, tests apart, of things that it must never know.
pub(super) fn check_knowledge(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() && !file.is_test()) {
        let Some((krate, within)) = file.in_crate().filter(|(_, within)| within.starts_with("src/")) else {
            continue;
        };
        let source = Source::read(&file.text);
        for (_, path, _, why) in NEVER.iter().filter(|(name, _, except, _)| {
            *name == krate && !except.is_some_and(|except| within.starts_with(except))
        }) {
            for line in source.lines_naming(path) {
                let place = format!("{}:{line}", file.path);
                findings.push(Finding::new(
                    place,
                    "knowledge",
                    format!("{krate} must not name {path}: {why}"),
                ));
            }
        }
    }
    findings
}
