//! The three codecs, and what they promise each other.

use super::*;
use proptest::prelude::*;

#[test]
fn percent_encodes_everything_outside_cookie_octet() {
    assert_eq!(Percent.encode("a b;c,d\"e\\f%").unwrap(), "a%20b%3Bc%2Cd%22e%5Cf%25");
    assert_eq!(Percent.encode("é").unwrap(), "%C3%A9");
    assert_eq!(Percent.encode("{\"x\":[1]}").unwrap(), "{%22x%22:[1]}");
}

#[test]
fn percent_leaves_stray_signs_and_refuses_what_is_no_utf8() {
    assert_eq!(Percent.decode("100%").unwrap(), "100%");
    assert_eq!(Percent.decode("%zz%4").unwrap(), "%zz%4");
    for (coded, at) in [("ab%FFc", 2), ("%41b%FFc", 4), ("%4%41%C3%A9%C3", 11), ("é%FF", 2)] {
        assert_eq!(Percent.decode(coded), Err(CookieError::Undecodable { at }), "{coded}");
    }
}

#[test]
fn raw_changes_nothing() {
    assert_eq!(Raw.encode("\"a\\073\"").unwrap(), "\"a\\073\"");
    assert_eq!(Raw.decode("\"a\\073\"").unwrap(), "\"a\\073\"");
}

proptest! {
    #[test]
    fn every_codec_gives_back_what_it_was_given(text in any::<String>()) {
        let coded = Quoted.encode(&text).unwrap();
        prop_assert_eq!(Quoted.decode(&coded).unwrap(), &*text);
        let coded = Raw.encode(&text).unwrap();
        prop_assert_eq!(Raw.decode(&coded).unwrap(), &*text);
        let coded = Percent.encode(&text).unwrap();
        prop_assert_eq!(Percent.decode(&coded).unwrap(), &*text);
        prop_assert!(coded.bytes().all(|byte| byte.is_ascii_graphic() && !b";,\"\\".contains(&byte)));
    }
}
