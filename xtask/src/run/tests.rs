//! Tests of the runner's own logic.

use super::{pass_on, quoted};
use crate::tally::Tally;

#[test]
fn test_output_is_passed_on_unchanged_and_summed() {
    let text = b"running 1 test\ntest result: ok. 1 passed; 0 failed; 0 ignored\n\xff\ntest result: FAILED. 2 passed; 3 failed; 0 ignored";
    let mut copy = Vec::new();
    let sum = pass_on(text.as_slice(), &mut copy).unwrap();
    assert_eq!(copy, text);
    assert_eq!(sum, Tally { runs: 2, passed: 3, failed: 3, ignored: 0 });
}

#[test]
fn a_shown_call_can_be_pasted_into_a_shell() {
    assert_eq!(quoted("--features=tls,json"), "--features=tls,json");
    assert_eq!(quoted("two words"), "'two words'");
    assert_eq!(quoted("it's"), r"'it'\''s'");
    assert_eq!(quoted(""), "''");
}
