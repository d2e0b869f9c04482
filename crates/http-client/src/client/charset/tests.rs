//! Charsets by name, by mark, and unknown ones.

use super::*;

#[test]
fn names_are_read_from_content_type() {
    #[track_caller]
    fn check(content_type: &str, expected: Option<&str>) {
        assert_eq!(named(content_type.as_bytes()).as_deref(), expected);
    }
    check("text/html; charset=UTF-8", Some("utf-8"));
    check("text/html;Charset=\"Latin1\"; x=y", Some("latin1"));
    check("text/html", None);
    check("text/html; charset=", None);
    check("charset=utf-8", None);
}

#[test]
fn text_is_decoded() {
    #[track_caller]
    fn check(bytes: &[u8], charset: Option<&str>, expected: &str) {
        assert_eq!(decode(bytes.to_vec(), charset).as_deref(), Some(expected));
    }
    check(b"h\xc3\xa9", None, "h\u{e9}");
    check(b"h\xc3\xa9", Some("utf-8"), "h\u{e9}");
    check(b"\xef\xbb\xbfh", Some("utf-8"), "h");
    check(b"\xef\xbb\xbfh\xc3\xa9", Some("latin1"), "h\u{e9}");
    check(b"a\xffb\xe2\x82", None, "a\u{fffd}b\u{fffd}");
    check(b"h\xe9\x80", Some("iso-8859-1"), "h\u{e9}\u{20ac}");
    check(b"h\x81", Some("us-ascii"), "h\u{81}");
    check(b"h\0i\0", Some("utf-16le"), "hi");
    check(b"\xff\xfeh\0", None, "h");
    check(b"\xfe\xff\0h", Some("utf-8"), "h");
    check(b"h\0i", Some("utf-16le"), "h\u{fffd}");
    check(b"", Some("utf-8"), "");
}

#[test]
fn a_charset_that_nobody_knows_is_not_guessed() {
    assert_eq!(decode(b"x".to_vec(), Some("klingon")), None);
}

#[cfg(feature = "charset")]
#[test]
fn with_the_feature_all_labels_of_the_web_are_known_and_the_small_ones_agree() {
    assert_eq!(decode(b"\x83\x65".to_vec(), Some("shift_jis")).as_deref(), Some("\u{30c6}"));
    assert_eq!(decode(b"\xd0".to_vec(), Some("koi8-r")).as_deref(), Some("\u{43f}"));
    let all: Vec<u8> = (0..=255).collect();
    let (expected, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&all);
    assert_eq!(decode(all.clone(), Some("latin1")).as_deref(), Some(&*expected));
}

#[cfg(not(feature = "charset"))]
#[test]
fn without_the_feature_others_are_unknown() {
    assert_eq!(decode(b"x".to_vec(), Some("shift_jis")), None);
}
