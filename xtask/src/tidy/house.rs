//! Rules on where things stand: the top level, names of files and modules.

use std::collections::BTreeSet;

use super::{File, Finding};

/// The top level of the design, dot-files apart.
const TOP_LEVEL: [&str; 7] = ["Cargo.toml", "Cargo.lock", "crates", "xtask", "tests", "README.md", "LICENSE"];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 7] = ["util", "utils", "common", "misc", "helper", "helpers", "manager"];

/// The findings of every rule in this file.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let mut findings = check_top_level(files);
    for file in files {
        findings.extend(check_name(file));
    }
    findings
}

fn check_top_level(files: &[File]) -> Vec<Finding> {
    let present: BTreeSet<&str> = files.iter().filter_map(|file| file.path.split('/').next()).collect();
    let extra = present.iter().filter(|name| !name.starts_with('.') && !TOP_LEVEL.contains(name));
    let missing = TOP_LEVEL.iter().filter(|name| !present.contains(*name));
    let mut findings: Vec<Finding> = extra
        .map(|name| {
            Finding::new(*name, "top level", "does not belong at the top level: see crates/README.md")
        })
        .collect();
    findings.extend(missing.map(|name| Finding::new(*name, "top level", "is missing at the top level")));
    findings
}

fn check_name(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !file.is_rust() {
        return findings;
    }
    if file.path.ends_with("/mod.rs") {
        findings.push(Finding::new(&file.path, "no mod.rs", "name the file after its module"));
    }
    for part in file.path.trim_end_matches(".rs").split('/') {
        if EMPTY_NAMES.contains(&part) {
            findings.push(Finding::new(
                &file.path,
                "names",
                format!("{part:?} says nothing: name the idea that is inside"),
            ));
        }
    }
    findings
}
