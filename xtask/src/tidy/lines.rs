//! Rules on the text of one file: its first line, its size, words that must not stay, how lints are silenced.

use std::collections::BTreeSet;

use super::{File, Finding};
use crate::source::{Source, stands_alone};

/// The longest a file of a library or tool may be; tests stand in files of their own.
const LINES_MAX: usize = 600;

/// Words of a comment that put work off. Put together here so that this file does not trip over itself.
const PUT_OFF: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Code that must not stay, and what to do instead.
const UNWANTED: [(&str, &str); 6] = [
    ("dbg!", "take it out"),
    ("todo!", "finish it or leave it out"),
    ("unimplemented!", "finish it or leave it out"),
    ("#[ignore", "a test that does not run is no test"),
    ("#[should_panic", "assert on the result or the message instead"),
    ("unsafe", "every crate here forbids it"),
];

/// The one file with `unsafe`: an allocator that counts cannot be written without.
const UNSAFE_ALLOWED: &str = "tests/benches/harness/src/allocator.rs";

/// The findings of every rule in this file.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    files.iter().filter(|file| file.is_rust()).flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !file.text.starts_with("//!") {
        findings.push(Finding::new(
            &file.path,
            "first line",
            "begin with `//!`: what the file knows and what it leaves to others",
        ));
    }
    let lines = file.text.lines().count();
    if lines > LINES_MAX && !file.is_test() {
        findings.push(Finding::new(
            &file.path,
            "size",
            format!("{lines} lines, more than {LINES_MAX}: find the second idea in it"),
        ));
    }
    let source = Source::read(&file.text);
    findings.extend(check_comments(file, &source));
    findings.extend(check_code(file, &source));
    if file.is_test() {
        findings.extend(check_sleep(file, &source));
    }
    findings
}

fn check_sleep(file: &File, source: &Source) -> Vec<Finding> {
    let lines =
        source.lines_naming("thread::sleep").into_iter().chain(source.lines_naming("std::thread::sleep"));
    let lines: BTreeSet<usize> = lines.collect();
    let finding = |line| {
        Finding::new(format!("{}:{line}", file.path), "sleep", "a test waits for something, with a deadline")
    };
    lines.into_iter().map(finding).collect()
}

fn check_comments(file: &File, source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for word in PUT_OFF {
        for (at, _) in source
            .comments
            .match_indices(word)
            .filter(|(at, _)| stands_alone(&source.comments, *at, word.len()))
        {
            let place = format!("{}:{}", file.path, source.line_of(at));
            findings.push(Finding::new(
                place,
                "nothing put off",
                format!("{word} in a comment: do it, or say so where issues are kept"),
            ));
        }
    }
    findings
}

fn check_code(file: &File, source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (word, advice) in UNWANTED {
        if word == "unsafe" && file.path == UNSAFE_ALLOWED {
            continue;
        }
        let word_length = word.trim_start_matches("#[").trim_end_matches('!').len();
        for (at, _) in source.code.match_indices(word) {
            let name = at + word.len() - word.trim_start_matches("#[").len();
            if stands_alone(&source.code, name, word_length) {
                let place = format!("{}:{}", file.path, source.line_of(at));
                findings.push(Finding::new(place, "unwanted code", format!("`{word}`: {advice}")));
            }
        }
    }
    for silencer in ["#[allow(", "#![allow("] {
        for (at, _) in source.code.match_indices(silencer) {
            let place = format!("{}:{}", file.path, source.line_of(at));
            findings.push(Finding::new(place, "exceptions", "use `expect` with a reason instead of `allow`"));
        }
    }
    for silencer in ["#[expect(", "#![expect("] {
        for (at, _) in source.code.match_indices(silencer) {
            let attribute =
                source.code.get(at..).and_then(|tail| tail.split(")]").next()).unwrap_or_default();
            if !attribute.contains("reason") {
                let place = format!("{}:{}", file.path, source.line_of(at));
                findings.push(Finding::new(place, "exceptions", "an `expect` needs its reason"));
            }
        }
    }
    findings
}
