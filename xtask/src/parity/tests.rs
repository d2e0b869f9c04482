//! Tests of the reading of arguments and the search for the suites.

use std::path::{Path, PathBuf};

use super::{find_suites, read_arguments};

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_path_of_the_suites_is_told_from_filters() {
    let check = |text: &str, suites: Option<&str>, filter: &[&str]| {
        let (got_suites, got_filter) = read_arguments(&words(text)).unwrap();
        assert_eq!(got_suites, suites.map(PathBuf::from), "{text}");
        assert_eq!(got_filter, filter, "{text}");
    };
    check("", None, &[]);
    check("jar --suites there", Some("there"), &["jar"]);
    check("--suites=there jar", Some("there"), &["jar"]);
}

#[test]
fn a_missing_path_and_an_unknown_option_are_errors() {
    assert!(read_arguments(&words("--suites")).is_err());
    assert!(read_arguments(&words("--quick")).unwrap_err().to_string().contains("--quick"));
}

#[test]
fn a_named_folder_that_is_missing_is_an_error_and_an_unnamed_one_is_not() {
    let nowhere = Path::new("/nowhere/at/all");
    assert!(find_suites(nowhere, Some(nowhere)).is_err());
    assert!(find_suites(nowhere, Some(&Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))).is_err());
    assert_eq!(find_suites(nowhere, None).unwrap(), None);
}
