//! Shows the rules on foreign code firing.

use super::{check_duplicates, check_licences, check_rust_versions, is_allowed, number};
use crate::metadata::Package;

fn package(name: &str, version: &str, license: Option<&str>, rust_version: Option<&str>) -> Package {
    Package {
        name: name.to_owned(),
        version: version.to_owned(),
        license: license.map(str::to_owned),
        rust_version: rust_version.map(str::to_owned),
        ..Package::default()
    }
}

#[test]
fn licence_expressions_are_weighed() {
    for good in [
        "MIT",
        "MIT OR Apache-2.0",
        "MIT/Apache-2.0",
        "GPL-3.0 OR MIT",
        "(MIT OR GPL-2.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR X",
    ] {
        assert!(is_allowed(good), "{good}");
    }
    for bad in [
        "",
        "none",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "(MIT",
        "MIT)",
        "MIT Apache-2.0",
        "MIT OR",
        "GPL-2.0 WITH MIT",
        "MIT WITH",
    ] {
        assert!(!is_allowed(bad), "{bad}");
    }
}

#[test]
fn a_licence_off_the_list_and_a_missing_one_are_found() {
    let packages = [
        package("a", "1.0.0", Some("GPL-3.0"), None),
        package("b", "1.0.0", None, None),
        package("c", "1.0.0", Some("ISC"), None),
    ];
    let places: Vec<String> =
        check_licences(packages.iter()).into_iter().map(|finding| finding.place).collect();
    assert_eq!(places, ["a 1.0.0", "b 1.0.0"]);
}

#[test]
fn two_versions_of_one_crate_are_found() {
    let (one, two, other) = (
        package("a", "1.0.0", None, None),
        package("a", "2.0.0", None, None),
        package("b", "1.0.0", None, None),
    );
    assert_eq!(check_duplicates(&[&one, &other]), []);
    let findings = check_duplicates(&[&one, &two, &other]);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].what.contains("1.0.0 and 2.0.0"));
}

#[test]
fn a_dependency_that_needs_a_newer_compiler_is_found() {
    let ours = [package("ours", "0.1.0", None, Some("1.89"))];
    for (theirs, found) in [(None, 0), (Some("1.9"), 0), (Some("1.89.0"), 0), (Some("1.90"), 1)] {
        assert_eq!(
            check_rust_versions(&ours, &[&package("a", "1.0.0", None, theirs)]).len(),
            found,
            "{theirs:?}"
        );
    }
}

#[test]
fn members_agree_on_the_compiler() {
    let members = [
        package("a", "0.1.0", None, Some("1.89")),
        package("b", "0.1.0", None, Some("1.90")),
        package("c", "0.1.0", None, None),
    ];
    let places: Vec<String> =
        check_rust_versions(&members, &[]).into_iter().map(|finding| finding.place).collect();
    assert_eq!(places, ["b", "c"]);
}

#[test]
fn versions_compare_by_number() {
    assert!(number("1.9") < number("1.89"));
    assert_eq!(number("1.89"), number("1.89.0"));
}
