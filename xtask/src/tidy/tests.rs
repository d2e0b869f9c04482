//! Shows each rule firing, and staying quiet on what is right.

use super::{File, Finding, floors, house, imports, lines};
use crate::metadata::{Dependency, Kind, Metadata, Package};

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

fn top_level() -> Vec<File> {
    let paths = [
        "Cargo.toml",
        "Cargo.lock",
        "crates/README.md",
        "xtask/Cargo.toml",
        "tests/Cargo.toml",
        "README.md",
        "LICENSE",
        ".gitignore",
    ];
    paths.iter().map(|path| file(path, "")).collect()
}

/// Exactly these rules are broken, in this order.
#[track_caller]
fn check(findings: &[Finding], rules: &[&str]) {
    let got: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(got, rules, "findings: {findings:#?}");
}

#[track_caller]
fn check_lines(path: &str, text: &str, rules: &[&str]) {
    check(&lines::check(&[file(path, text)]), rules);
}

#[test]
fn the_top_level_is_fixed() {
    check(&house::check(&top_level()), &[]);
    let mut more = top_level();
    more.push(file("notes.txt", ""));
    check(&house::check(&more), &["top level"]);
    let mut fewer = top_level();
    fewer.retain(|file| file.path != "LICENSE");
    check(&house::check(&fewer), &["top level"]);
}

#[test]
fn files_and_folders_have_names_that_say_something() {
    for path in [
        "crates/a/src/util.rs",
        "crates/a/src/common/x.rs",
        "crates/a/src/helpers.rs",
        "crates/a/src/manager.rs",
        "crates/a/src/misc.rs",
    ] {
        let mut files = top_level();
        files.push(file(path, "//! x"));
        check(&house::check(&files), &["names"]);
    }
    let mut files = top_level();
    files.push(file("crates/a/src/head/mod.rs", "//! x"));
    check(&house::check(&files), &["no mod.rs"]);
}

#[test]
fn a_file_says_first_what_it_knows() {
    check_lines("crates/a/src/x.rs", "//! Knows x.\n", &[]);
    check_lines("crates/a/src/x.rs", "use std::fmt;\n", &["first line"]);
    check_lines("crates/a/src/x.rs", "", &["first line"]);
}

#[test]
fn a_file_has_600_lines_at_most_unless_it_is_a_test() {
    let text = |lines: usize| format!("//! x\n{}", "\n".repeat(lines - 1));
    check_lines("crates/a/src/x.rs", &text(600), &[]);
    check_lines("crates/a/src/x.rs", &text(601), &["size"]);
    check_lines("crates/a/src/x/tests.rs", &text(601), &[]);
    check_lines("crates/a/src/x/tests/big.rs", &text(601), &[]);
    check_lines("tests/it/x.rs", &text(601), &[]);
    check_lines("tests/support/src/x.rs", &text(601), &["size"]);
}

#[test]
fn nothing_is_put_off() {
    for word in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")] {
        check_lines(
            "crates/a/src/x.rs",
            &format!("//! x\nfn f() {{}} // {word}: later\n"),
            &["nothing put off"],
        );
        check_lines(
            "crates/a/src/x.rs",
            &format!("//! x\nconst A: &str = \"{word}\";\nfn my_{word}() {{}}\n"),
            &[],
        );
    }
}

#[test]
fn unwanted_code_is_found_and_the_word_alone_is_not() {
    for code in [
        "dbg!(1);",
        "todo!()",
        "unimplemented!()",
        "#[ignore]\nfn f() {}",
        "#[ignore = \"x\"]\nfn f() {}",
        "#[should_panic]\nfn f() {}",
        "unsafe {}",
    ] {
        check_lines("crates/a/src/x.rs", &format!("//! x\n{code}\n"), &["unwanted code"]);
    }
    check_lines(
        "crates/a/src/x.rs",
        "//! dbg! and unsafe\n#![forbid(unsafe_code)]\nlet ignore = \"#[ignore]\";\n",
        &[],
    );
}

#[test]
fn one_file_may_be_unsafe() {
    check_lines("tests/benches/harness/src/allocator.rs", "//! x\nunsafe {}\n", &[]);
    check_lines("tests/benches/harness/src/table.rs", "//! x\nunsafe {}\n", &["unwanted code"]);
}

#[test]
fn a_test_does_not_sleep() {
    for code in [
        "use std::thread::sleep;",
        "use std::{fmt, thread::{self, sleep}};",
        "fn f() { thread::sleep(second); }",
        "std::thread::sleep(second);",
    ] {
        check_lines("tests/it/x.rs", &format!("//! x\n{code}\n"), &["sleep"]);
        check_lines("crates/a/src/x/tests.rs", &format!("//! x\n{code}\n"), &["sleep"]);
        check_lines("crates/a/src/x.rs", &format!("//! x\n{code}\n"), &[]);
    }
}

#[test]
fn lints_are_silenced_by_expect_with_a_reason() {
    check_lines("crates/a/src/x.rs", "//! x\n#[allow(dead_code)]\nfn f() {}\n", &["exceptions"]);
    check_lines("crates/a/src/x.rs", "//! x\n#[expect(dead_code)]\nfn f() {}\n", &["exceptions"]);
    check_lines(
        "crates/a/src/x.rs",
        "//! x\n#[expect(\n    dead_code,\n    reason = \"(y)]\"\n)]\nfn f() {}\n",
        &[],
    );
}

fn member(name: &str, on: &[(&str, Kind)]) -> Package {
    let dependencies =
        on.iter().map(|(name, kind)| Dependency { name: (*name).to_owned(), kind: *kind }).collect();
    Package { name: name.to_owned(), dependencies, ..Package::default() }
}

#[test]
fn crates_stand_only_on_the_floors_below() {
    let check_edge = |from: &str, to: &str, kind: Kind, rules: &[&str]| {
        let mut members = vec![member(from, &[(to, kind)])];
        if from != to {
            members.push(member(to, &[]));
        }
        check(&floors::check_edges(&Metadata { members, ..Metadata::default() }), rules);
    };
    check_edge("http-client", "http-proto", Kind::Normal, &[]);
    check_edge("http-cookiejar", "http-client", Kind::Normal, &[]);
    check_edge("http-proto", "http-client", Kind::Normal, &["arrows"]);
    check_edge("http-client", "http-server", Kind::Dev, &["arrows"]);
    check_edge("http-server", "http-client", Kind::Build, &["arrows"]);
    check_edge("httpkit-cli", "http-server", Kind::Normal, &["arrows"]);
    check_edge("xtask", "http-proto", Kind::Normal, &["arrows"]);
    check_edge("httpkit-tests", "http-server", Kind::Normal, &[]);
    let stranger = Metadata { members: vec![member("http-extra", &[])], ..Metadata::default() };
    check(&floors::check_edges(&stranger), &["arrows"]);
}

#[test]
fn the_ground_floor_knows_no_sockets_files_and_clocks() {
    let check_code = |path: &str, code: &str, rules: &[&str]| {
        check(&floors::check_knowledge(&[file(path, &format!("//! std::net and std::fs\n{code}\n"))]), rules);
    };
    check_code("crates/http-proto/src/head.rs", "use std::fmt;", &[]);
    check_code("crates/http-proto/src/head.rs", "use std::{fmt, net::TcpStream};", &["knowledge"]);
    check_code("crates/http-proto/src/head.rs", "fn f() { std::fs::read(\"x\"); }", &["knowledge"]);
    check_code("crates/http-proto/src/head.rs", "use std::time::{Duration, Instant};", &["knowledge"]);
    check_code("crates/http-proto/src/head.rs", "use std::time::{Duration, SystemTime};", &[]);
    check_code("crates/http-proto/src/head.rs", "let now = SystemTime::now();", &["knowledge"]);
    check_code("crates/http-proto/src/head.rs", "use std::io::Read;", &["knowledge"]);
    check_code("crates/http-proto/src/stream.rs", "use std::io::Read;", &[]);
    check_code("crates/http-proto/src/head/tests.rs", "use std::io::Read;", &[]);
    check_code("crates/http-proto/examples/x.rs", "use std::io::Read;", &[]);
    check_code("crates/http-cookies/src/x.rs", "use std::fs;", &["knowledge"]);
    check_code("crates/http-server/src/x.rs", "use std::{fs, net};", &[]);
}

#[test]
fn names_are_imported_from_the_module_that_defines_them() {
    let check_use = |within: &str, code: &str, rules: &[&str]| {
        let root =
            file("crates/a/src/lib.rs", "//! a\nmod error;\npub use error::{Error, Kind as ErrorKind};\n");
        check(&imports::check(&[root, file(&format!("crates/a/src/{within}"), code)]), rules);
    };
    check_use("x.rs", "use crate::error::Error;", &[]);
    check_use("x.rs", "use crate::Error;", &["imports"]);
    check_use("x.rs", "use crate::{error, Error};", &["imports"]);
    check_use("x.rs", "fn f() -> crate::ErrorKind {}", &["imports"]);
    check_use("x.rs", "use crate::Errors;", &[]);
    check_use("x.rs", "macro_rules! m { () => { $crate::Error } }", &[]);
}
