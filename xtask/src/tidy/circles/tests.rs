//! Shows the rule on circles firing.

use crate::tidy::File;

/// A crate of these files, with so many circles.
#[track_caller]
fn check(files: &[(&str, &str)], want: usize) {
    let files: Vec<File> = files
        .iter()
        .map(|(path, text)| File { path: format!("crates/a/src/{path}"), text: (*text).to_owned() })
        .collect();
    let findings = super::check(&files);
    assert_eq!(findings.len(), want, "{findings:?}");
}

#[test]
fn arrows_that_only_lead_down_are_fine() {
    check(&[("x.rs", "use crate::y::Y;"), ("y.rs", "use crate::z::Z;"), ("z.rs", "")], 0);
}

#[test]
fn two_files_that_name_each_other_are_found_however_they_say_it() {
    let back = [
        ("y.rs", "use crate::x::X;"),
        ("y.rs", "use super::x::X;"),
        ("y.rs", "fn f() -> crate::x::X {}"),
        ("y.rs", "use crate::{x::{X, Z}};"),
    ];
    for back in back {
        check(&[("x.rs", "use crate::y::Y;"), back], 1);
    }
    check(&[("x.rs", "use crate::y::Y;"), ("y.rs", "// crate::x::X")], 0);
    check(&[("x.rs", "use crate::y::Y;"), ("y/tests.rs", "use crate::x::X;"), ("y.rs", "")], 0);
}

#[test]
fn a_longer_circle_is_one_finding() {
    check(
        &[
            ("x.rs", "use crate::y::Y;"),
            ("y.rs", "use crate::z::Z;"),
            ("z.rs", "use crate::x::X;"),
            ("v.rs", "use crate::x::X;"),
        ],
        1,
    );
}

#[test]
fn a_family_may_know_itself_and_a_circle_beyond_it_is_found() {
    check(&[("x.rs", "use crate::x::inner::Y;"), ("x/inner.rs", "use super::X;")], 0);
    check(&[("x.rs", "use crate::y::Y;"), ("x/inner.rs", ""), ("y.rs", "use crate::x::inner::I;")], 0);
    check(
        &[("x.rs", "use crate::y::Y;"), ("x/inner.rs", "use super::X;"), ("y.rs", "use crate::x::inner::I;")],
        1,
    );
}
