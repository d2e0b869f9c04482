//! Advisories on servers of this kind, each with the tests that would fail if it held here: `tests/data/advisories.toml`.

use std::collections::BTreeSet;
use std::fs;

use support::rows;
use support::sources::root;

use crate::inventory::find_test;

#[test]
fn every_advisory_has_a_test_that_exists() {
    let text = fs::read_to_string(root().join("tests/data/advisories.toml")).unwrap();
    let rows = rows::read(&text).unwrap();
    assert!(rows.len() >= 28, "rows are missing: {}", rows.len());
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for row in &rows {
        let id = row.text("id").unwrap_or_default();
        let is_whole = !id.is_empty() && row.text("what").is_some_and(|what| !what.is_empty());
        let is_new = seen.insert(id.to_owned());
        if !is_whole
            || !is_new
            || row.list("tests").is_empty()
            || row.stranger(&["id", "what"], &["tests"]).is_some()
        {
            faults.push(format!("line {}: a row has an id of its own, what happened, and tests", row.line));
        }
        for test in row.list("tests") {
            if let Err(fault) = find_test(test) {
                faults.push(format!("line {}: {test}: {fault}", row.line));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
