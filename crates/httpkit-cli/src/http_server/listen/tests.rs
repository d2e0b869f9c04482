//! Names and addresses, on the loopback only.

use super::{failure, listen, resolve};
use std::io;

#[test]
fn addresses_are_resolved_once_each_and_brackets_are_taken_off() {
    let found = resolve("127.0.0.1", 80).unwrap();
    assert_eq!(found, ["127.0.0.1:80".parse().unwrap()]);
    let found = resolve("[::1]", 80).unwrap();
    assert_eq!(found, ["[::1]:80".parse().unwrap()]);
    let found = resolve("localhost", 80).unwrap();
    assert!(!found.is_empty() && found.iter().all(|address| address.ip().is_loopback()));
}

#[test]
fn a_free_port_is_the_same_on_all_addresses_of_a_name() {
    let listeners = listen(&["localhost".to_owned()], 0).unwrap();
    let ports: Vec<_> = listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
    assert!(ports.iter().all(|port| *port != 0 && *port == ports[0]), "{ports:?}");
}

#[track_caller]
fn check(name: &str, kind: io::ErrorKind, text: &str) {
    assert_eq!(failure(name, 80, &kind.into()).to_string(), text);
}

#[test]
fn failures_name_the_port_and_a_way_out() {
    check(
        "",
        io::ErrorKind::AddrInUse,
        "port 80 is in use by another program; give another port, or 0 for a free one",
    );
    check(
        "localhost",
        io::ErrorKind::PermissionDenied,
        "port 80 on localhost needs more rights than this user has; give one from 1024 on, or 0 for a free one",
    );
    check(
        "192.0.2.1",
        io::ErrorKind::AddrNotAvailable,
        "cannot listen on 192.0.2.1: it is no address of this machine",
    );
}
