//! Keys and slots, without connections.

use super::{KEYS_END, Parked, Table, join, split};
use crate::clock;
use crate::connection::Connection;
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
    let table = Table::<Connection>::default();
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
    let table = Table::<Connection>::default();
    table.insert(socket(), None).unwrap();
    table.insert(socket(), None).unwrap();
    let mut busy = 0;
    table.each_busy(|_| busy += 1);
    assert_eq!(busy, 2);
}

#[test]
fn a_parked_connection_costs_less_than_half_a_kilobyte() {
    use std::mem::size_of;
    use std::time::Instant;

    // The connection in its box, its socket in its Arc, its slot, its entry among the deadlines; 16 bytes beside each
    // of the two allocations.
    let bytes = size_of::<Connection>()
        + size_of::<Socket>()
        + 2 * size_of::<usize>()
        + size_of::<super::Slot<Connection>>()
        + size_of::<(Instant, super::Key)>()
        + 2 * 16;
    assert!(bytes <= 512, "{bytes} bytes");
}

#[test]
fn those_that_wait_longest_are_taken_first() {
    use crate::context::{Context, Counters};
    use crate::limits::{Limits, Timeouts};
    use crate::link::Link;
    use crate::peer::Peer;
    use crate::request::Request;
    use crate::response::Response;
    use std::sync::atomic::AtomicBool;

    let context = Context {
        handler: Box::new(|_: &mut Request<'_>| Response::text("")),
        per_address_default: usize::MAX,
        limits: Limits::default(),
        timeouts: Timeouts::default(),
        server_name: Vec::new(),
        speaks: http_proto::Version::HTTP_11,
        stopping: Arc::new(AtomicBool::new(false)),
        observer: Box::new(|_| {}),
        proxies: None,
        error_pages: crate::error_page::ErrorPages::default(),
        counters: Counters::default(),
    };
    let table = Table::<Connection>::default();
    let mut keys = Vec::new();
    let mut connections = Vec::new();
    for _ in 0..40 {
        let socket = socket();
        keys.push(table.insert(Arc::clone(&socket), None).unwrap());
        let link = Link::new(socket, &context.timeouts);
        connections.push(Box::new(Connection::new(link, Peer::default(), &context, clock::now())));
    }
    // They are parked in another order than that in which they were made.
    for (key, connection) in keys.iter().zip(connections).rev() {
        assert!(matches!(table.park(*key, connection), Parked::Waits(Some(_))));
    }
    let taken = table.take_oldest(10, Connection::is_idle);
    assert_eq!(taken.iter().map(|(key, _)| *key).collect::<Vec<_>>(), keys[..10]);
    assert!(table.take(keys[0]).is_none());
    assert!(table.take(keys[10]).is_some());
    assert!(table.take_oldest(usize::MAX, |_| false).is_empty());
    assert_eq!(table.take_oldest(usize::MAX, |_| true).len(), 29);
}

#[test]
fn what_every_request_looks_at_is_half_a_line_of_the_processors_cache() {
    assert_eq!(size_of::<super::Slot<Connection>>(), 32);
}
