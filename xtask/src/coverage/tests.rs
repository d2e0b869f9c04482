//! Tests of the reading of what cargo-llvm-cov says, and of what is added to it.

use super::{keep_counts, variables};

fn pairs(of: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    of.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

#[test]
fn variables_are_read_with_and_without_quotes() {
    let text = "LLVM_PROFILE_FILE='/a b/%p.profraw'\nCARGO_LLVM_COV=1\n\nRUSTC_WRAPPER=/c\n";
    assert_eq!(
        variables(text),
        pairs(&[("LLVM_PROFILE_FILE", "/a b/%p.profraw"), ("CARGO_LLVM_COV", "1"), ("RUSTC_WRAPPER", "/c")])
    );
}

#[test]
fn what_a_killed_process_has_counted_is_kept() {
    #[track_caller]
    fn check(given: &[(&'static str, &str)], flags: Option<&str>, expected: &[(&'static str, &str)]) {
        let mut variables = pairs(given);
        keep_counts(&mut variables, flags.map(str::to_owned));
        assert_eq!(variables, pairs(expected));
    }
    let flag = "-Cllvm-args=-runtime-counter-relocation";
    check(
        &[("LLVM_PROFILE_FILE", "/a/%p-%2m.profraw"), ("CARGO_LLVM_COV", "1")],
        None,
        &[("LLVM_PROFILE_FILE", "/a/%p-%2m%c.profraw"), ("CARGO_LLVM_COV", "1"), ("RUSTFLAGS", flag)],
    );
    check(&[], Some("-Dwarnings"), &[("RUSTFLAGS", &format!("-Dwarnings {flag}"))]);
    let own = "-C instrument-coverage";
    check(&[("RUSTFLAGS", own)], Some("-Dwarnings"), &[("RUSTFLAGS", &format!("{own} {flag}"))]);
}
