//! Amounts in a table.

use super::Bytes;

#[test]
fn amounts_are_numbers_with_one_letter_at_most() {
    for (text, count) in
        [("1", 1), ("800", 800), ("500k", 512_000), ("2M", 2 << 20), ("3m", 3 << 20), ("1G", 1 << 30)]
    {
        assert_eq!(text.parse::<Bytes>().map(|bytes| bytes.count), Ok(count), "{text}");
    }
    for text in ["", "k", "0", "0k", "-1", "+1", "1.5M", "1 k", "1kb", "1T", "99999999999G", "１"] {
        assert!(text.parse::<Bytes>().is_err(), "{text:?}");
    }
}
