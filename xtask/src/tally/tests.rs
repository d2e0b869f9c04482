//! Tests of the reader of closing lines.

use super::{Tally, read_line};

#[track_caller]
fn check(line: &str, want: Option<Tally>) {
    assert_eq!(read_line(line), want, "line: {line:?}");
}

#[test]
fn closing_lines_of_the_harness_are_counted_and_others_are_not() {
    check(
        "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.00s",
        Some(Tally { runs: 1, passed: 12, failed: 0, ignored: 1 }),
    );
    check(
        "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.25s",
        Some(Tally { runs: 1, passed: 4, failed: 2, ignored: 0 }),
    );
    check("test result_is_kept ... ok", None);
    check("running 3 tests", None);
    check("", None);
}

#[test]
fn runs_add_up() {
    let one = Tally { runs: 1, passed: 2, failed: 1, ignored: 3 };
    assert_eq!(one + one, Tally { runs: 2, passed: 4, failed: 2, ignored: 6 });
}
