//! Text and numbers that nobody can guess beforehand, from the seeds that std takes from the system for its maps.
//! Good for boundaries, client nonces and jitter; not for keys.

use std::hash::{BuildHasher, RandomState};

/// 64 bits.
pub(crate) fn bits() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static USES: AtomicU64 = AtomicU64::new(0);
    // SipHash of a counter under a secret key.
    RandomState::new().hash_one(USES.fetch_add(1, Ordering::Relaxed))
}

/// 128 bits as 32 hexadecimal digits.
pub(crate) fn token() -> String {
    let mut text = hex(&bits().to_be_bytes());
    text.push_str(&hex(&bits().to_be_bytes()));
    text
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_have_32_digits() {
        let tokens: std::collections::HashSet<String> = (0..100).map(|_| token()).collect();
        assert_eq!(tokens.len(), 100);
        assert!(tokens.iter().all(|token| token.len() == 32));
        assert_eq!(hex(&[0, 0x1f, 0xff]), "001fff");
    }
}
