//! Range fields in tables, and what holds for every one of them.

use super::{MERGE_GAP_BYTES, PARTS_MAX, Selection, select};
use http_proto::Headers;
use proptest::prelude::*;
use std::ops::Range;

fn selected(value: &str, size_bytes: u64) -> Selection {
    let mut headers = Headers::new();
    headers.append("Range", value).unwrap();
    select(&headers, size_bytes)
}

#[track_caller]
fn check(value: &str, size_bytes: u64, parts: &[(u64, u64)]) {
    let parts: Vec<Range<u64>> = parts.iter().map(|&(start, end)| start..end).collect();
    assert_eq!(selected(value, size_bytes), Selection::Parts(parts), "{value} of {size_bytes}");
}

#[test]
fn one_range_is_clamped_to_the_content() {
    check("bytes=0-0", 10, &[(0, 1)]);
    check("bytes=0-9", 10, &[(0, 10)]);
    check("bytes=0-", 10, &[(0, 10)]);
    check("bytes=3-5", 10, &[(3, 6)]);
    check("bytes=9-", 10, &[(9, 10)]);
    check("bytes=5-10", 10, &[(5, 10)]);
    check("bytes=5-99999999999999999999999999", 10, &[(5, 10)]);
    check("bytes=5-18446744073709551615", 10, &[(5, 10)]);
    check("bytes=-1", 10, &[(9, 10)]);
    check("bytes=-10", 10, &[(0, 10)]);
    check("bytes=-11", 10, &[(0, 10)]);
    check("bytes=-99999999999999999999999999", 10, &[(0, 10)]);
    check("BYTES=1-2", 10, &[(1, 3)]);
    check("bytes= 1-2 ,", 10, &[(1, 3)]);
    check("bytes=4294967296-4294967297", 1 << 33, &[(4_294_967_296, 4_294_967_298)]);
    check("bytes=18446744073709551614-", u64::MAX, &[(u64::MAX - 1, u64::MAX)]);
}

#[test]
fn what_lies_behind_the_end_is_unsatisfiable_only_where_nothing_else_was_asked() {
    for value in ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=10-,11-", "bytes=99999999999999999999-"] {
        assert_eq!(selected(value, 10), Selection::Unsatisfiable, "{value}");
    }
    check("bytes=10-,0-0", 10, &[(0, 1)]);
    check("bytes=-0,2-2", 10, &[(2, 3)]);
}

#[test]
fn malformed_foreign_and_repeated_fields_and_empty_content_are_ignored() {
    for value in [
        "",
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes= ",
        "bytes 0-1",
        "lines=0-1",
        "bytes=a-b",
        "bytes=0",
        "bytes=-",
        "bytes=--1",
        "bytes=1-0",
        "bytes=0-1,x",
        "bytes=0-1,5-4",
        "bytes=+0-1",
        "bytes=0-+1",
        "bytes=0x0-1",
        "bytes=0 -1",
        "bytes=0- 1",
        "bytes=0-1-2",
        "bytes =0-1",
        "bytes=0-1;2-3",
        "bytes=\u{661}-",
    ] {
        assert_eq!(selected(value, 10), Selection::Whole, "{value:?}");
    }
    for value in ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=5-"] {
        assert_eq!(selected(value, 0), Selection::Whole, "{value} of nothing");
    }
    let mut headers = Headers::new();
    assert_eq!(select(&headers, 10), Selection::Whole);
    headers.append("Range", "bytes=0-1").unwrap();
    headers.append("Range", "bytes=2-3").unwrap();
    assert_eq!(select(&headers, 10), Selection::Whole);
}

#[test]
fn parts_are_sorted_and_joined_where_they_overlap_or_lie_close() {
    check("bytes=0-9,200-209", 1000, &[(0, 10), (200, 210)]);
    check("bytes=200-209,0-9", 1000, &[(0, 10), (200, 210)]);
    check("bytes=0-9,5-19", 1000, &[(0, 20)]);
    check("bytes=0-9,10-19", 1000, &[(0, 20)]);
    let next = 10 + MERGE_GAP_BYTES;
    check(&format!("bytes=0-9,{next}-{next}"), 1000, &[(0, next + 1)]);
    check(&format!("bytes=0-9,{}-{}", next + 1, next + 1), 1000, &[(0, 10), (next + 1, next + 2)]);
    check("bytes=100-299,150-160,500-", 1000, &[(100, 300), (500, 1000)]);
}

#[test]
fn greedy_sets_get_the_whole_once() {
    let many = |count: usize| {
        let specs: Vec<String> = (0..count).map(|number| format!("{0}-{0}", number * 100)).collect();
        selected(&format!("bytes={}", specs.join(",")), 1_000_000)
    };
    let Selection::Parts(parts) = many(PARTS_MAX) else { panic!("as many as allowed are sent") };
    assert_eq!(parts.len(), PARTS_MAX);
    assert_eq!(many(PARTS_MAX + 1), Selection::Whole);
    check("bytes=0-4,0-4", 10, &[(0, 5)]);
    assert_eq!(selected("bytes=0-4,0-5", 10), Selection::Whole);
    assert_eq!(selected("bytes=0-,0-,0-", 10), Selection::Whole);
}

proptest! {
    #[test]
    fn parts_rise_stay_inside_and_never_touch(
        specs in proptest::collection::vec((0_u64..3000, proptest::option::of(0_u64..3000), any::<bool>()), 1..40),
        size_bytes in 0_u64..2500,
    ) {
        let text: Vec<String> = specs.iter().map(|(first, last, suffix)| match (suffix, last) {
            (true, _) => format!("-{first}"),
            (false, None) => format!("{first}-"),
            (false, Some(last)) => format!("{first}-{last}"),
        }).collect();
        if let Selection::Parts(parts) = selected(&format!("bytes={}", text.join(", ")), size_bytes) {
            prop_assert!(!parts.is_empty() && parts.len() <= PARTS_MAX);
            prop_assert!(parts.iter().all(|part| part.start < part.end && part.end <= size_bytes));
            prop_assert!(parts.windows(2).all(|pair| pair[0].end + MERGE_GAP_BYTES < pair[1].start));
            // Every byte that a satisfiable range asked for is in a part.
            for (first, last, suffix) in specs {
                let wanted = match (suffix, last) {
                    (true, _) => size_bytes.saturating_sub(first)..size_bytes,
                    (false, None) => first..size_bytes,
                    (false, Some(last)) => first..(last + 1).min(size_bytes),
                };
                for byte in wanted {
                    prop_assert!(parts.iter().any(|part| part.contains(&byte)), "{byte} is missing");
                }
            }
        }
    }

    #[test]
    fn one_well_formed_range_selects_exactly_what_it_says(first in 0_u64..100, length in 1_u64..100, size_bytes in 1_u64..150) {
        let found = selected(&format!("bytes={first}-{}", first + length - 1), size_bytes);
        if first >= size_bytes {
            prop_assert_eq!(found, Selection::Unsatisfiable);
        } else {
            let only = first..(first + length).min(size_bytes);
            prop_assert_eq!(found, Selection::Parts([only].into()));
        }
    }

    #[test]
    fn no_text_panics(value in "[ -~\\t]{0,60}", set in "[0-9, \\t-]{0,60}", size_bytes in any::<u64>()) {
        let _ = selected(&value, size_bytes);
        let _ = selected(&format!("bytes={set}"), size_bytes);
    }
}
