//! The vectors of the algorithm.

use super::QuickHasher;
use std::hash::Hasher;

#[test]
fn it_is_fnv_1a() {
    // The vectors of the algorithm's authors.
    for (text, want) in
        [("", 0xcbf2_9ce4_8422_2325_u64), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
    {
        let mut hasher = QuickHasher::default();
        hasher.write(text.as_bytes());
        assert_eq!(hasher.finish(), want, "{text:?}");
    }
}
