//! Tests of the runner's own logic.

use super::{pass_on, quoted};

#[test]
fn lines_are_passed_on_unchanged_and_those_that_matter_are_kept() {
    let text = b"running 1 test\ntest result: one\r\n\xff\ntest result: two";
    let mut copy = Vec::new();
    let kept = pass_on(text.as_slice(), &mut copy, |line| line.starts_with("test result: ")).unwrap();
    assert_eq!(copy, text);
    assert_eq!(kept, ["test result: one", "test result: two"]);
}

#[test]
fn a_shown_call_can_be_pasted_into_a_shell() {
    assert_eq!(quoted("--features=tls,json"), "--features=tls,json");
    assert_eq!(quoted("two words"), "'two words'");
    assert_eq!(quoted("it's"), r"'it'\''s'");
    assert_eq!(quoted(""), "''");
}
