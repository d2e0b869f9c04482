//! Base64 (RFC 4648 §4), the way out only: what Basic credentials need.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Encodes with padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let octet = |at: usize| u32::from(group.get(at).copied().unwrap_or_default());
        let bits = octet(0) << 16 | octet(1) << 8 | octet(2);
        for place in 0..4 {
            let index = (bits >> (18 - 6 * place)) & 63;
            let digit = usize::try_from(index).ok().and_then(|index| ALPHABET.get(index));
            text.push(match digit {
                Some(&digit) if place <= group.len() => char::from(digit),
                _ => '=',
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_4648_hold() {
        #[track_caller]
        fn check(bytes: &[u8], expected: &str) {
            assert_eq!(encode(bytes), expected);
        }
        check(b"", "");
        check(b"f", "Zg==");
        check(b"fo", "Zm8=");
        check(b"foo", "Zm9v");
        check(b"foob", "Zm9vYg==");
        check(b"fooba", "Zm9vYmE=");
        check(b"foobar", "Zm9vYmFy");
        check(b"\xff\xfe\xfd", "//79");
        check(b"Aladdin:open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }
}
