//! Rules on the two README files and on the first page of each crate: what they state about crates, dependencies and compilers is what the manifests say,
//! and what they link to is there.

use std::collections::BTreeSet;

use super::{File, Finding};
use crate::metadata::{Kind, Metadata};

const README: &str = "README.md";
const MAP: &str = "crates/README.md";
/// The head of the section whose table lists every dependency.
const DEPENDENCIES: &str = "\n## Dependencies\n";

/// Members that no user of the project depends on.
const INNER: [&str; 2] = ["xtask", "httpkit-tests"];

/// The findings of every rule in this file.
pub(super) fn check(files: &[File], metadata: &Metadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    let text = |path: &str| files.iter().find(|file| file.path == path).map_or("", |file| file.text.as_str());
    findings.extend(check_crate_table(README, text(README), metadata));
    findings.extend(check_crate_table(MAP, text(MAP), metadata));
    findings.extend(check_rust_version(README, text(README), metadata));
    for member in metadata.members.iter().filter(|member| !INNER.contains(&member.name.as_str())) {
        let path = format!("crates/{}/src/lib.rs", member.name);
        findings.extend(check_rust_version(&path, text(&path), metadata));
    }
    findings.extend(check_dependency_table(text(MAP), metadata));
    findings.extend(check_files_of_map(text(MAP), files));
    findings.extend(
        files.iter().filter(|file| file.path.ends_with(".md")).flat_map(|file| check_links(file, files)),
    );
    findings
}

/// The names in code marks in the first cell of each table row.
fn row_names(text: &str) -> BTreeSet<&str> {
    let rows = text.lines().filter_map(|line| line.trim_start().strip_prefix('|'));
    let cells = rows.filter_map(|row| row.split('|').next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

/// Each crate that users see has a row, and a row that looks like a crate of ours names one.
fn check_crate_table(path: &str, text: &str, metadata: &Metadata) -> Vec<Finding> {
    let rows = row_names(text);
    let members = metadata.members.iter().filter(|member| !INNER.contains(&member.name.as_str()));
    let missing = members.filter(|member| !rows.contains(member.name.as_str()));
    missing
        .map(|member| {
            Finding::new(path, "crate table", format!("no table row for the crate `{}`", member.name))
        })
        .collect()
}

/// What the map calls by the name of a Rust file is one; from which folder, the words around it say.
fn check_files_of_map(map: &str, files: &[File]) -> Vec<Finding> {
    let is_there = |name: &str| {
        let tail = format!("/{name}");
        files.iter().any(|file| file.path == name || file.path.ends_with(&tail))
    };
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(map.lines()) {
        for name in line.split('`').skip(1).step_by(2).filter(|name| name.ends_with(".rs") && !is_there(name))
        {
            findings.push(Finding::new(
                format!("{MAP}:{number}"),
                "map",
                format!("there is no file `{name}`"),
            ));
        }
    }
    findings
}

/// The README and the docs of each crate name the oldest compiler in the words `Rust X.Y`, as the manifests do.
fn check_rust_version(path: &str, text: &str, metadata: &Metadata) -> Vec<Finding> {
    let Some(promised) = metadata.members.first().and_then(|member| member.rust_version.clone()) else {
        return vec![Finding::new("Cargo.toml", "rust-version", "the workspace states no rust-version")];
    };
    let mut stated: Vec<&str> = Vec::new();
    for (at, _) in text.match_indices("Rust 1.") {
        let version = text.get(at + 5..).unwrap_or_default();
        let end =
            version.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(version.len());
        stated.push(version.get(..end).unwrap_or_default().trim_end_matches('.'));
    }
    if stated.is_empty() {
        return vec![Finding::new(
            path,
            "rust-version",
            format!("say which compiler is needed: Rust {promised}"),
        )];
    }
    let wrong = stated.iter().filter(|version| **version != promised);
    wrong
        .map(|version| {
            Finding::new(path, "rust-version", format!("says Rust {version}, the manifests say {promised}"))
        })
        .collect()
}

/// Each direct dependency of a crate that users see has a row with its reason on the map, and each row a dependency.
fn check_dependency_table(text: &str, metadata: &Metadata) -> Vec<Finding> {
    let rows = row_names(text);
    let section = text.split_once(DEPENDENCIES).map_or("", |(_, behind)| behind);
    let section = row_names(section.split("\n## ").next().unwrap_or_default());
    let members = metadata.members.iter().filter(|member| !INNER.contains(&member.name.as_str()));
    let names: BTreeSet<&str> = members
        .flat_map(|member| &member.dependencies)
        .filter(|dependency| dependency.kind != Kind::Dev && metadata.member(&dependency.name).is_none())
        .map(|dependency| dependency.name.as_str())
        .collect();
    let missing = names.iter().filter(|name| !rows.contains(*name));
    let surplus = section.iter().filter(|name| !names.contains(*name));
    missing
        .map(|name| Finding::new(MAP, "dependency table", format!("no row with the reason for `{name}`")))
        .chain(surplus.map(|name| {
            Finding::new(MAP, "dependency table", format!("nothing depends on `{name}` any more"))
        }))
        .collect()
}

/// Links to files of this project lead somewhere; links to other places are not followed.
fn check_links(file: &File, files: &[File]) -> Vec<Finding> {
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut findings = Vec::new();
    for (at, _) in file.text.match_indices("](") {
        let target =
            file.text.get(at + 2..).and_then(|tail| tail.split([')', ' ', '\n']).next()).unwrap_or_default();
        let target = target.split('#').next().unwrap_or_default();
        if target.is_empty()
            || target.contains("://")
            || target.starts_with("mailto:")
            || target.contains("::")
        {
            continue;
        }
        let path = resolve(folder, target);
        let there = files.iter().any(|file| file.path == path || file.path.starts_with(&format!("{path}/")));
        if !there {
            findings.push(Finding::new(&file.path, "links", format!("{target:?} leads nowhere")));
        }
    }
    findings
}

/// A relative link as a path from the root.
fn resolve(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests;
