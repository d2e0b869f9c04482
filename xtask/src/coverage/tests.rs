//! Tests of the reading of what cargo-llvm-cov says.

use super::variables;

#[test]
fn variables_are_read_with_and_without_quotes() {
    let text = "LLVM_PROFILE_FILE='/a b/%p.profraw'\nCARGO_LLVM_COV=1\n\nRUSTC_WRAPPER=/c\n";
    assert_eq!(
        variables(text),
        [("LLVM_PROFILE_FILE", "/a b/%p.profraw"), ("CARGO_LLVM_COV", "1"), ("RUSTC_WRAPPER", "/c")]
    );
}
