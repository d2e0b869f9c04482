//! The rule on imports: within a crate a name is imported from the module that defines it, not through the crate root,
//! so that the arrows between files can be read off their `use` items.

use std::collections::BTreeMap;

use super::{File, Finding};
use crate::source::Source;

/// Names that a crate root gives away and that another file of the same crate takes from there.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let mut given_away: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        if let Some(root) = file.path.strip_suffix("src/lib.rs") {
            given_away.insert(root.to_owned(), Source::read(&file.text).given_away());
        }
    }
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let Some((root, within)) = file.path.split_once("src/") else { continue };
        let Some(names) = given_away.get(root).filter(|_| within != "lib.rs") else { continue };
        findings.extend(check_file(file, names));
    }
    findings
}

fn check_file(file: &File, names: &[String]) -> Vec<Finding> {
    let source = Source::read(&file.text);
    let mut findings = Vec::new();
    for name in names {
        for line in source.lines_naming(&format!("crate::{name}")) {
            let place = format!("{}:{line}", file.path);
            findings.push(Finding::new(
                place,
                "imports",
                format!("import {name} from the module that defines it"),
            ));
        }
    }
    findings
}
