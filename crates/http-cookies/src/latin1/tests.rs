//! Bytes to text and back.

use super::*;

#[test]
fn utf8_is_taken_as_utf8_and_everything_else_as_latin1() {
    assert_eq!(text_from_bytes("añ€".as_bytes()), "añ€");
    assert_eq!(text_from_bytes(b"a\xF1"), "añ");
    assert_eq!(text_from_bytes(b"\xC3(\x80"), "Ã(\u{80}");
    assert!(matches!(text_from_bytes(b"abc"), Cow::Borrowed("abc")));
}

#[test]
fn latin1_goes_out_one_byte_a_character_or_not_at_all() {
    assert_eq!(*latin1_bytes("añ\u{ff}").unwrap(), *b"a\xF1\xFF");
    assert_eq!(latin1_bytes("a€"), Err(CookieError::NotLatin1(Part::Value)));
    assert!(matches!(latin1_bytes("abc").unwrap(), Cow::Borrowed(b"abc")));
}
