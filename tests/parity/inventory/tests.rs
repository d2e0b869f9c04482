//! The checker of the rows, checked.

use super::{MODULES, Module, Tally, check, declares, find_test, ids};

const SMALL: Module = Module { stem: "x", python: "x", letter: 'X', groups: &[(1, 2), (5, 5)] };

const WHOLE: &str = "[[row]]\nid = \"X-001\"\nwhat = \"a\"\nverdict = \"followed\"\ntests = [\"it a\"]\n\
    [[row]]\nid = \"X-002\"\nwhat = \"b\"\nverdict = \"different\"\nwhy = \"for a reason\"\n\
    [[row]]\nid = \"X-005\"\nwhat = \"c\"\nverdict = \"followed\"\ntests = [\"it b\"]\n";

fn faults_of(text: &str) -> (Tally, Vec<String>) {
    let mut faults = Vec::new();
    let find = |test: &str| if test == "it gone" { Err("no such test".to_owned()) } else { Ok(()) };
    let tally = check(&SMALL, &[("x.toml".to_owned(), text.to_owned())], &find, &mut faults);
    (tally, faults)
}

#[track_caller]
fn refused(from: &str, to: &str, fault: &str) {
    assert!(WHOLE.contains(from));
    let (_, faults) = faults_of(&WHOLE.replacen(from, to, 1));
    assert_eq!(faults, [fault]);
}

#[test]
fn a_whole_table_is_counted() {
    let (tally, faults) = faults_of(WHOLE);
    assert_eq!(faults, [""; 0]);
    assert_eq!(tally, Tally { followed: 2, different: 1, missing: 0 });
}

#[test]
fn every_kind_of_fault_is_found() {
    refused("\"different\"", "\"missing\"", "x.toml:6: X-002: missing");
    refused("\"different\"", "\"maybe\"", "x.toml:6: X-002: unknown verdict \"maybe\"");
    refused("why = \"for a reason\"\n", "", "x.toml:6: X-002: different, and `why` does not say why");
    refused("tests = [\"it b\"]\n", "", "x.toml:11: X-005: followed, and no test shows it");
    refused("\"it b\"", "\"it gone\"", "x.toml:11: X-005: it gone: no such test");
    refused("what = \"c\"", "what = \"\"", "x.toml:11: X-005: `what` is missing");
    refused("what = \"c\"", "what = \"c\"\nnote = \"d\"", "x.toml:11: X-005: unknown key \"note\"");
    let (_, faults) = faults_of(&WHOLE.replace("X-005", "X-002"));
    assert_eq!(faults.len(), 2);
    assert!(faults[0].contains("stands twice"), "{faults:?}");
    assert_eq!(faults[1], "x: no row for X-005");
    let (_, faults) = faults_of(&WHOLE.replace("X-005", "X-003"));
    assert_eq!(faults, ["x.toml:11: X-003: there is no such row in the module", "x: no row for X-005"]);
    let mut faults = Vec::new();
    check(&SMALL, &[], &|_| Ok(()), &mut faults);
    assert_eq!(faults, ["x: there is no table"]);
}

#[test]
fn a_test_is_found_by_the_name_that_libtest_shows() {
    assert_eq!(find_test("parity inventory::tests::a_whole_table_is_counted"), Ok(()));
    assert!(find_test("http-cookies load::tests::no_such_sentence").is_err());
    assert!(find_test("parity inventory::tests::faults_of").is_err());
    assert!(!declares("fn a() {}\n#[test]\nfn b() {}", "a"));
    assert!(declares("#[test]\n#[cfg(unix)]\nfn b() {}", "b"));
}

#[test]
fn no_module_has_a_number_twice() {
    for module in &MODULES {
        let count: usize = module.groups.iter().map(|(first, last)| usize::from(last - first) + 1).sum();
        assert_eq!(ids(module).len(), count, "{}", module.python);
    }
}
