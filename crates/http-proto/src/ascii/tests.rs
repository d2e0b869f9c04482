//! Tests of the byte classes: their edges, and numbers that are nearly right.

use super::{AUTHORITY, FIELD_VALUE, TARGET, TOKEN, decimal, trim_ows};

#[test]
fn token_is_exactly_the_tchars() {
    for byte in 0..=255u8 {
        let want = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        assert_eq!(TOKEN.contains(byte), want, "byte {byte:#04x}");
    }
}

#[test]
fn field_values_hold_no_control_but_tab() {
    for byte in 0..=255u8 {
        let want = byte == b'\t' || (byte >= 0x20 && byte != 0x7f);
        assert_eq!(FIELD_VALUE.contains(byte), want, "byte {byte:#04x}");
    }
}

#[test]
fn targets_are_visible_ascii_without_fragments() {
    for byte in 0..=255u8 {
        let want = byte.is_ascii_graphic() && byte != b'#';
        assert_eq!(TARGET.contains(byte), want, "byte {byte:#04x}");
    }
}

#[test]
fn authorities_hold_no_path_user_or_space() {
    for byte in b"/@?# \\\"<>^`{|}" {
        assert!(!AUTHORITY.contains(*byte), "byte {byte:#04x}");
    }
    assert!(AUTHORITY.all(b"[::1]:8080"));
    assert!(AUTHORITY.all(b"xn--bcher-kva.example:80"));
}

#[track_caller]
fn check_decimal(text: &str, want: Option<u64>) {
    assert_eq!(decimal(text.as_bytes()), want, "{text:?}");
}

#[test]
fn decimals_are_digits_only_and_do_not_overflow() {
    check_decimal("0", Some(0));
    check_decimal("007", Some(7));
    check_decimal("18446744073709551615", Some(u64::MAX));
    check_decimal("18446744073709551616", None);
    for bad in ["", "+5", "-5", " 5", "5 ", "5_0", "0x5", "5,5", "５"] {
        check_decimal(bad, None);
    }
}

#[test]
fn only_outer_blanks_are_trimmed() {
    assert_eq!(trim_ows(b" \t a b\t "), b"a b");
    assert_eq!(trim_ows(b"\t "), b"");
    assert_eq!(trim_ows(b"\x0ba"), b"\x0ba");
}
