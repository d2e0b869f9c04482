//! Tests of what the audit reads and prints.

use std::path::Path;

use super::{read_arguments, table};
use crate::metadata::{Kind, Metadata, Package};

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn arguments_are_a_folder_of_advisories_or_none() {
    assert_eq!(read_arguments(&[]).unwrap(), None);
    assert_eq!(read_arguments(&words("--advisories db")).unwrap(), Some(Path::new("db")));
    for wrong in ["--advisories", "db", "--fix now", "--advisories a b"] {
        assert!(read_arguments(&words(wrong)).is_err(), "{wrong}");
    }
}

fn package(name: &str, license: &str) -> Package {
    Package {
        id: name.to_owned(),
        name: name.to_owned(),
        license: Some(license.to_owned()),
        ..Package::default()
    }
}

#[test]
fn a_row_counts_what_a_crate_brings_and_names_rare_licences() {
    let arrow = |to: &str, kind| (to.to_owned(), kind);
    let metadata = Metadata {
        members: vec![package("ours", "MIT"), package("xtask", "MIT")],
        packages: vec![
            package("ours", "MIT"),
            package("near", "MIT OR Apache-2.0"),
            package("far", "ISC"),
            package("tests", "0BSD"),
        ],
        edges: [
            ("ours".to_owned(), vec![arrow("near", Kind::Normal), arrow("tests", Kind::Dev)]),
            ("near".to_owned(), vec![arrow("far", Kind::Normal)]),
        ]
        .into(),
        ..Metadata::default()
    };
    let text = table(&metadata);
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|row| row.split_whitespace().collect()).collect();
    assert_eq!(rows, [["ours", "2", "ISC"]]);
}
