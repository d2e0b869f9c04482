//! Tests of the word-wise search: it agrees with the byte classes wherever the odd byte stands.

use super::{first_control, first_outside_target};
use crate::ascii::{ByteSet, FIELD_VALUE, TARGET};

/// Every byte at every place of texts of every length up to 40, among bytes at the edges of the classes.
#[track_caller]
fn check(search: fn(&[u8]) -> Option<usize>, class: &ByteSet, filler: u8) {
    for length in 0..40 {
        for place in 0..length {
            for byte in 0..=255 {
                let mut text = vec![filler; length];
                text[place] = byte;
                assert_eq!(search(&text), class.first_outside(&text), "{byte:#04x} at {place} of {length}");
            }
        }
    }
}

#[test]
fn controls_are_found_at_every_place() {
    for filler in [b' ', b'~', 0x80, 0xff, b'\t'] {
        check(first_control, &FIELD_VALUE, filler);
    }
}

#[test]
fn bytes_outside_targets_are_found_at_every_place() {
    for filler in [b'!', b'~', b'$', b'"'] {
        check(first_outside_target, &TARGET, filler);
    }
}

#[test]
fn the_first_of_two_odd_bytes_is_found() {
    for first in 0..24 {
        for second in first..24 {
            for (one, two) in
                [(0u8, 0u8), (0x1f, 0x7f), (0x7f, 0), (b'\r', b'\n'), (b'\t', 0), (b'\t', b'\t')]
            {
                let mut text = [b'a'; 24];
                text[second] = two;
                text[first] = one;
                assert_eq!(first_control(&text), FIELD_VALUE.first_outside(&text), "{text:?}");
                assert_eq!(first_outside_target(&text), TARGET.first_outside(&text), "{text:?}");
            }
        }
    }
}
