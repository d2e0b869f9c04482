//! Numbers of bytes as people write them: `500k`, `2M`, `1G`.

use std::str::FromStr;

/// A number of bytes. `k`, `M` and `G` stand for 1024, 1024² and 1024³, in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bytes {
    /// How many.
    pub count: u64,
}

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (digits, factor) = match text.char_indices().last() {
            Some((at, 'k' | 'K')) => (text.get(..at), 1 << 10),
            Some((at, 'm' | 'M')) => (text.get(..at), 1 << 20),
            Some((at, 'g' | 'G')) => (text.get(..at), 1 << 30),
            _ => (Some(text), 1),
        };
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let count = digits.and_then(|digits| digits.parse::<u64>().ok()?.checked_mul(factor));
        match count {
            Some(count) if count > 0 => Ok(Self { count }),
            _ => Err("give a number of bytes above 0 such as 800, 500k, 2M or 1G".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests;
