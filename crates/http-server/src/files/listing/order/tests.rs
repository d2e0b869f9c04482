//! The order by one number and one buffer against the plain comparison of keys.

use super::{by_name, push_natural_key};
use crate::files::root::Entry;
use proptest::prelude::*;

fn entry(name: &[u8]) -> Entry {
    Entry { name: name.to_vec(), is_folder: false, is_link: false, size_bytes: 0, modified: None }
}

fn plain_key(name: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut key = Vec::new();
    push_natural_key(name, &mut key);
    (key, name.to_vec())
}

#[track_caller]
fn check(names: &[&[u8]]) {
    let mut entries: Vec<Entry> = names.iter().rev().map(|name| entry(name)).collect();
    by_name(&mut entries);
    let found: Vec<&[u8]> = entries.iter().map(|entry| entry.name.as_slice()).collect();
    assert_eq!(found, names);
}

#[test]
fn names_that_begin_alike_are_ordered_by_what_follows() {
    check(&[]);
    check(&[b"one"]);
    check(&[b"a", b"ab", b"abc"]);
    check(&[b"same long beginning 2", b"same long beginning 010", b"same long beginning 10"]);
    check(&[b"01", b"1", b"1a", b"2", b"a"]);
    check(&[b"Name", b"name", b"nAME 2", b"name 10"]);
    check(&["é".as_bytes(), b"\xfe", b"\xff"]);
}

proptest! {
    #[test]
    fn any_names_come_in_the_order_of_their_keys(
        names in proptest::collection::hash_set("(long beginning |x)?[aA0-9é.]{0,12}", 0..40),
    ) {
        let mut entries: Vec<Entry> = names.iter().map(|name| entry(name.as_bytes())).collect();
        let mut wanted: Vec<Vec<u8>> = entries.iter().map(|entry| entry.name.clone()).collect();
        wanted.sort_by_key(|name| plain_key(name));
        by_name(&mut entries);
        let found: Vec<Vec<u8>> = entries.into_iter().map(|entry| entry.name).collect();
        prop_assert_eq!(found, wanted);
    }
}
