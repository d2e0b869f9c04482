//! Rules on what others wrote: licences, duplicates, and the oldest compiler that our dependencies take.

use std::collections::BTreeMap;

use super::Finding;
use crate::metadata::{Metadata, Package};

/// Licences that may be linked into an MIT program without further duties than naming them.
const LICENCES: [&str; 11] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "Unicode-3.0",
    "CDLA-Permissive-2.0",
];

/// Crates that a build of ours may hold in two versions, and why.
const TWICE: [(&str, &str); 3] = [
    ("syn", "at compile time only; derive macros are on their way from one to the other"),
    ("synstructure", "as syn"),
    ("windows-sys", "declarations only, and only on Windows; ring asks for an older one"),
];

/// The findings of every rule in this file.
pub(super) fn check(metadata: &Metadata) -> Vec<Finding> {
    let shipped =
        metadata.members.iter().filter(|member| !matches!(member.name.as_str(), "xtask" | "httpkit-tests"));
    let reached = metadata.reached_by(shipped.map(|member| member.id.clone()));
    let foreign: Vec<&Package> =
        reached.iter().copied().filter(|package| metadata.member(&package.name).is_none()).collect();
    let mut findings =
        check_licences(metadata.packages.iter().filter(|package| metadata.member(&package.name).is_none()));
    findings.extend(check_duplicates(&foreign));
    findings.extend(check_rust_versions(&metadata.members, &foreign));
    findings
}

fn check_licences<'a>(packages: impl Iterator<Item = &'a Package>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        let licence = package.license.as_deref().unwrap_or("none");
        if !is_allowed(licence) {
            findings.push(Finding::new(
                format!("{} {}", package.name, package.version),
                "licences",
                format!("its licence {licence:?} is not on the list"),
            ));
        }
    }
    findings
}

/// Whether an SPDX expression can be met with the list: one side of an `OR`, both of an `AND`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest) == Some(true) && rest.is_empty()
}

/// `A OR B`; `None` where the expression is broken.
fn either(rest: &mut &[&str]) -> Option<bool> {
    let mut allowed = both(rest)?;
    while take(rest, "OR") {
        allowed |= both(rest)?;
    }
    Some(allowed)
}

/// `A AND B`.
fn both(rest: &mut &[&str]) -> Option<bool> {
    let mut allowed = one(rest)?;
    while take(rest, "AND") {
        allowed &= one(rest)?;
    }
    Some(allowed)
}

/// A name, a name with an exception, or an expression in parentheses.
fn one(rest: &mut &[&str]) -> Option<bool> {
    if take(rest, "(") {
        let allowed = either(rest)?;
        return take(rest, ")").then_some(allowed);
    }
    let mut name = next(rest)?.to_owned();
    if take(rest, "WITH") {
        name = format!("{name} WITH {}", next(rest)?);
    }
    Some(LICENCES.contains(&name.as_str()))
}

fn next<'a>(rest: &mut &[&'a str]) -> Option<&'a str> {
    let (first, tail) = rest.split_first()?;
    *rest = tail;
    Some(first)
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    match rest.split_first() {
        Some((first, tail)) if *first == word => {
            *rest = tail;
            true
        }
        _ => false,
    }
}

fn check_duplicates(packages: &[&Package]) -> Vec<Finding> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    let twice = versions
        .iter()
        .filter(|(name, versions)| versions.len() > 1 && !TWICE.iter().any(|(known, _)| known == *name));
    twice
        .map(|(name, versions)| {
            Finding::new(
                *name,
                "duplicates",
                format!("a build holds it in versions {}", versions.join(" and ")),
            )
        })
        .collect()
}

fn check_rust_versions(members: &[Package], foreign: &[&Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ours = members
        .iter()
        .filter_map(|member| member.rust_version.as_deref())
        .min_by_key(|version| number(version));
    for member in members.iter().filter(|member| member.rust_version.as_deref() != ours) {
        findings.push(Finding::new(
            &member.name,
            "rust-version",
            "take it from the workspace: `rust-version.workspace = true`",
        ));
    }
    let Some(ours) = ours else { return findings };
    for package in foreign {
        if let Some(theirs) = package.rust_version.as_deref().filter(|theirs| number(theirs) > number(ours)) {
            let what = format!("asks for Rust {theirs}, the workspace promises {ours}");
            findings.push(Finding::new(
                format!("{} {}", package.name, package.version),
                "rust-version",
                what,
            ));
        }
    }
    findings
}

/// `1.89` and `1.89.0` as numbers that compare.
fn number(version: &str) -> [u64; 3] {
    let mut numbers = [0; 3];
    for (slot, part) in numbers.iter_mut().zip(version.split('.')) {
        *slot = part.parse().unwrap_or(0);
    }
    numbers
}

#[cfg(test)]
mod tests;
