//! The index of keys where two keys have one hash, which no test from outside can bring about.

use super::KeyIndex;
use crate::store::SlotId;

#[track_caller]
fn check(index: &KeyIndex, hash: u64, mut expected: Vec<SlotId>) {
    let mut slots = index.slots.get(&hash).map_or_else(Vec::new, |few| few.as_slice().to_vec());
    slots.sort_unstable();
    expected.sort_unstable();
    assert_eq!(slots, expected);
}

#[test]
fn slots_of_one_hash_come_and_go_without_each_other() {
    let mut index = KeyIndex::default();
    for slot in [7, 8, 9] {
        index.insert(1, slot);
    }
    index.insert(2, 10);
    check(&index, 1, vec![7, 8, 9]);
    index.remove(1, 8);
    index.remove(2, 9);
    check(&index, 1, vec![7, 9]);
    check(&index, 2, vec![10]);
    index.remove(1, 7);
    index.remove(1, 9);
    index.remove(2, 10);
    assert!(index.slots.is_empty(), "what has gone takes no room");
}
