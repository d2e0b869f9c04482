//! Keys and slots, without connections.

use super::{KEYS_END, Table, join, split};
use crate::socket::{Script, Socket};
use std::sync::{Arc, Mutex};

fn socket() -> Arc<Socket> {
    Arc::new(Socket::Memory(Box::new(Mutex::new(Script::default()))))
}

#[test]
fn keys_hold_shard_slot_and_generation() {
    for (shard, index, generation) in [(0, 0, 0), (15, (1 << 28) - 2, u32::MAX - 2), (3, 77, 5)] {
        let key = join(shard, index, generation);
        assert_eq!(split(key), (shard, index as usize, generation));
        assert!(key < KEYS_END);
    }
}

#[test]
fn a_key_is_not_valid_for_the_next_connection_in_its_slot() {
    let table = Table::default();
    let first = table.insert(socket(), None).unwrap();
    assert_eq!(table.open(), 1);
    table.remove(first);
    table.remove(first);
    assert_eq!(table.open(), 0);
    for _ in 0..16 {
        let next = table.insert(socket(), None).unwrap();
        assert_ne!(next, first);
    }
    assert_eq!(table.open(), 16);
    assert!(table.take(first).is_none());
    table.remove(first);
    assert_eq!(table.open(), 16);
}

#[test]
fn busy_connections_can_be_found_by_their_sockets() {
    let table = Table::default();
    table.insert(socket(), None).unwrap();
    table.insert(socket(), None).unwrap();
    let mut busy = 0;
    table.each_busy(|_| busy += 1);
    assert_eq!(busy, 2);
}
