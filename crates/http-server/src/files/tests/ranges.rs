//! Ranges of files, put together again.

use super::{StaticFiles, value, write_old};
use crate::testing::{self, TestAnswer};
use proptest::prelude::*;
use std::ops::Range;

/// Letters that tell where they stand.
fn content(length: usize) -> String {
    (0..length).map(|number| char::from(b'a' + u8::try_from(number % 23).unwrap())).collect()
}

/// The parts of an answer with their places: the one of a 206, all of a multipart one, the whole of a 200.
fn parts(answer: &TestAnswer, size: usize) -> Vec<(Range<usize>, String)> {
    let place = |text: &str| {
        let (range, total) = text.strip_prefix("bytes ").unwrap().split_once('/').unwrap();
        assert_eq!(total, size.to_string());
        let (first, last) = range.split_once('-').unwrap();
        first.parse().unwrap()..last.parse::<usize>().unwrap() + 1
    };
    let content_type = value(answer, "Content-Type");
    match (answer.status().as_u16(), content_type.split_once("boundary=")) {
        (200, _) => vec![(0..size, answer.text())],
        (206, None) => vec![(place(&value(answer, "Content-Range")), answer.text())],
        (206, Some((_, boundary))) => {
            let text = answer.text();
            let (body, end) = text.rsplit_once(&format!("\r\n--{boundary}--\r\n")).unwrap();
            assert_eq!(end, "");
            let between = format!("\r\n--{boundary}\r\n");
            let pieces = body.split(&between).skip(1);
            let part = |piece: &str| {
                let (head, content) = piece.split_once("\r\n\r\n").unwrap();
                let range = head.lines().find_map(|line| line.strip_prefix("Content-Range: ")).unwrap();
                (place(range), content.to_owned())
            };
            pieces.map(part).collect()
        }
        (416, _) => {
            assert_eq!(value(answer, "Content-Range"), format!("bytes */{size}"));
            Vec::new()
        }
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn the_parts_of_a_file_are_what_stands_there(
        specs in proptest::collection::vec((0_usize..1500, proptest::option::of(0_usize..1500), any::<bool>()), 1..6),
        size in 0_usize..1200,
        kept: bool,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let whole = content(size);
        write_old(&folder.path().join("a.txt"), &whole);
        let served = StaticFiles::new(folder.path()).unwrap().keep_in_memory(if kept { 1 << 20 } else { 0 });
        let specs: Vec<String> = specs.iter().map(|(first, last, suffix)| match (suffix, last) {
            (true, _) => format!("-{first}"),
            (false, None) => format!("{first}-"),
            (false, Some(last)) => format!("{first}-{last}"),
        }).collect();
        let range = format!("bytes={}", specs.join(","));
        let answer = testing::get("/a.txt").with_header("Range", &range).send_to(&served);
        prop_assert!(answer.is_complete());
        for (place, text) in parts(&answer, size) {
            prop_assert_eq!(&whole[place], &text);
        }
        let plain = testing::get("/a.txt").send_to(&served);
        prop_assert_eq!(plain.text(), whole);
    }
}
