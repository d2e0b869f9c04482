//! The rule on promises: the first page of each crate has a table of them, and each row of it names the tests that hold it.

use std::collections::BTreeSet;

use super::{File, Finding};

/// The first cell of the table's head.
const HEAD: &str = "promise";

/// Every table of promises in the docs of a crate; a crate without one.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let known = known(files);
    let pages =
        files.iter().filter(|file| file.path.starts_with("crates/") && file.path.ends_with("/src/lib.rs"));
    pages.flat_map(|page| check_page(page, &known)).collect()
}

fn check_page(page: &File, known: &BTreeSet<String>) -> Vec<Finding> {
    let rows: Vec<(usize, Vec<&str>)> = page
        .text
        .lines()
        .enumerate()
        .skip_while(|(_, line)| cells(line).first() != Some(&HEAD))
        .skip(2)
        .map(|(at, line)| (at + 1, cells(line)))
        .take_while(|(_, cells)| !cells.is_empty())
        .collect();
    if rows.is_empty() {
        let what = "the crate's docs have no table `| promise | by | held by |`";
        return vec![Finding::new(&page.path, "promises", what)];
    }
    let mut findings = Vec::new();
    for (line, cells) in rows {
        let place = format!("{}:{line}", page.path);
        let tests: Vec<&str> =
            cells.last().into_iter().flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
        if cells.len() < 3 || tests.is_empty() {
            findings.push(Finding::new(&place, "promises", "the last cell names no test that holds this"));
        }
        let strange = tests.into_iter().filter(|test| !known.contains(*test));
        findings.extend(
            strange.map(|test| Finding::new(&place, "promises", format!("there is no test `{test}`"))),
        );
    }
    findings
}

/// The cells of a row of a table in doc comments; none for any other line.
fn cells(line: &str) -> Vec<&str> {
    let row = line.strip_prefix("//! |").and_then(|rest| rest.trim_end().strip_suffix('|'));
    row.map_or_else(Vec::new, |row| row.split(" | ").map(str::trim).collect())
}

/// What can hold a promise: the functions that are marked as tests, and the benches, which fail where a goal is missed.
fn known(files: &[File]) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for file in files {
        if let Some(bench) =
            file.path.strip_prefix("tests/benches/").and_then(|path| path.strip_suffix("/Cargo.toml"))
        {
            known.insert(format!("bench {bench}"));
        }
        let mut marked = false;
        for line in file.text.lines().filter(|_| file.is_rust()) {
            let line = line.trim_start();
            if line == "#[test]" {
                marked = true;
            } else if let Some(name) = line.strip_prefix("fn ").filter(|_| marked) {
                known.insert(name.split(['(', '<']).next().unwrap_or_default().to_owned());
                marked = false;
            }
        }
    }
    known
}

#[cfg(test)]
mod tests;
