//! RFC 4648's examples, and one text for each sequence of bytes.

use super::*;
use proptest::prelude::*;

#[test]
fn the_examples_of_rfc_4648_hold_without_padding() {
    for (bytes, text) in [
        ("", ""),
        ("f", "Zg"),
        ("fo", "Zm8"),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg"),
        ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(encode(bytes.as_bytes()), text);
        assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes.as_bytes()));
    }
    assert_eq!(encode(&[0xFB, 0xFF]), "-_8");
}

#[test]
fn no_second_text_stands_for_the_same_bytes() {
    for text in ["Z", "Zg=", "Zg==", "Zh", "Zm9", "Zm8v+", "+/8", "Zm9vY", " Zg", "Zg\n", "éA"] {
        assert_eq!(decode(text.as_bytes()), None, "{text:?}");
    }
}

proptest! {
    #[test]
    fn bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        prop_assert_eq!(decode(encode(&bytes).as_bytes()), Some(bytes));
    }

    #[test]
    fn what_decodes_encodes_to_the_same(text in "[A-Za-z0-9_-]{0,9}") {
        if let Some(bytes) = decode(text.as_bytes()) {
            prop_assert_eq!(encode(&bytes), text);
        }
    }
}
