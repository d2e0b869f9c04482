//! Maps whose keys are hashes already, made with a secret key: hashing them once more would only cost.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from a keyed hash. The key of the hash is what keeps strangers from choosing where things lie.
pub(crate) type ByHash<V> = HashMap<u64, V, BuildHasherDefault<Ready>>;

/// Takes a hash as it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ready(u64);

impl Hasher for Ready {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
