//! A quick hash for maps that are never large: FNV-1a. Who chooses its keys can make them meet, which costs no more
//! than a walk over as many entries as the map may have.

use std::hash::{BuildHasherDefault, Hasher};

/// Builds [`QuickHasher`]s.
pub(crate) type QuickHash = BuildHasherDefault<QuickHasher>;

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// FNV-1a with 64 bits.
#[derive(Debug)]
pub(crate) struct QuickHasher(u64);

impl Default for QuickHasher {
    fn default() -> Self {
        Self(OFFSET)
    }
}

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(PRIME);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests;
