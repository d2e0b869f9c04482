//! Tests of the splitter and of the reading of `use` items.

use super::Source;

#[test]
fn comments_and_literals_are_no_code_and_lines_stay() {
    let text = "let a = \"std::net // no\"; // std::fs\n/* x /* y */ z */ let b = r#\"a\"b\"#;\nlet c = '\"'; let d: &'static str = \"\\\"\"; b'\\''; br\"q\";\n";
    let source = Source::read(text);
    assert_eq!(source.code.len(), text.len());
    assert_eq!(source.comments.len(), text.len());
    for gone in ["net", "fs", "x", "z */", "q\""] {
        assert!(!source.code.contains(gone), "{gone} is still in {}", source.code);
    }
    for kept in ["let a = ", "let b = ", "let c = ", "&'static str"] {
        assert!(source.code.contains(kept), "{kept} is missing in {}", source.code);
    }
    assert!(source.comments.contains("// std::fs"));
    assert!(source.comments.contains("/* x /* y */ z */"));
    assert_eq!(source.code.matches('\n').count(), 3);
}

#[test]
fn text_that_ends_within_a_literal_or_comment_is_taken() {
    for text in ["\"abc", "/* abc", "r##\"abc\"#", "'", "'\\", "// abc", "'é'", "é"] {
        assert_eq!(Source::read(text).code.len(), text.len(), "{text}");
    }
}

#[test]
fn use_items_are_multiplied_out() {
    let source =
        Source::read("use std::{io, net::{TcpStream, self as n}};\nuse crate::a::B as C;\nlet reuse = 1;");
    let paths: Vec<String> = source.uses().into_iter().map(|(_, path)| path).collect();
    assert_eq!(paths, ["std::io", "std::net::TcpStream", "std::net", "crate::a::B"]);
}

#[test]
fn a_path_is_found_in_use_items_and_in_place() {
    let source = Source::read("use std::{fmt, net};\nfn f() -> std::net::IpAddr {}\nuse my_std::network;\n");
    assert_eq!(source.lines_naming("std::net"), [1, 2]);
}

#[test]
fn names_given_away_go_by_their_new_name() {
    let source =
        Source::read("pub use error::Error;\npub use head::{parse::Parsed, Head as H};\nuse inner::Hidden;");
    assert_eq!(source.given_away(), ["Error", "Parsed", "H"]);
}
