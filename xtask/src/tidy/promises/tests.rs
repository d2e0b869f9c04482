//! Shows the rule on promises firing.

use crate::tidy::File;

/// The docs of a crate with this table, beside a test and a bench, give so many findings.
#[track_caller]
fn check(table: &str, want: usize) {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let files = [
        file("crates/a/src/lib.rs", &format!("//! A crate.\n//!\n{table}\n//!\n//! More.\n")),
        file(
            "crates/a/src/x/tests.rs",
            "#[test]\nfn it_holds() {}\n\n#[test]\n#[cfg(unix)]\nfn on_unix_too() {}\n\nfn helper() {}\n",
        ),
        file("tests/benches/proto/Cargo.toml", ""),
    ];
    let findings = super::check(&files);
    assert_eq!(findings.len(), want, "{findings:?}");
}

fn table(rows: &[&str]) -> String {
    let head = "//! | promise | by | held by |\n//! | --- | --- | --- |\n";
    head.to_owned() + &rows.join("\n")
}

#[test]
fn a_promise_names_tests_or_benches_that_are_there() {
    check(&table(&["//! | it is so | a rule | `it_holds`, `on_unix_too` |"]), 0);
    check(&table(&["//! | it is fast | care | `bench proto` |"]), 0);
    check(&table(&["//! | it is so | a rule | `it_held` |"]), 1);
    check(&table(&["//! | it is so | a rule | `helper` |"]), 1);
    check(&table(&["//! | it is fast | care | `bench server` |"]), 1);
}

#[test]
fn a_promise_that_nothing_holds_is_found() {
    check(&table(&["//! | it is so | a rule | trust us |", "//! | it is too | a rule | `it_holds` |"]), 1);
    check(&table(&["//! | it is so | `it_holds` |"]), 1);
}

#[test]
fn a_crate_without_a_table_is_found() {
    check("//! It does much.", 1);
    check("//! | feature | brings |\n//! | --- | --- |\n//! | `a` | b |", 1);
}
