//! Tests of `testing.rs`: a script that is not followed is noticed.

use super::{FakeClock, Script};
use crate::clock::Clock;
use crate::transport::{Incoming, Transport};
use std::io::{ErrorKind, Read, Write};
use std::time::Duration;

#[test]
fn what_differs_from_the_script_is_reported() {
    let (mut transport, recording) = Script::new().expect("abc").reply("x").build();
    assert!(recording.check().unwrap_err().contains("abc"));
    transport.write_all(b"ab").unwrap();
    assert!(transport.read(&mut [0]).is_err(), "the peer still waits");
    let (mut transport, recording2) = Script::new().expect("abc").build();
    assert!(transport.write(b"abd").is_err());
    assert!(recording2.check().unwrap_err().contains("abd"));
    assert!(recording.check().unwrap_err().contains("reading"));
}

#[test]
fn delays_move_the_clock_and_mind_the_timeouts() {
    let clock = FakeClock::new();
    let begun = clock.now();
    let second = Duration::from_secs(1);
    let (mut transport, recording) = Script::new().delay(3 * second).reply("x").clock(&clock).build();
    transport.set_read_timeout(Some(2 * second)).unwrap();
    assert_eq!(transport.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(clock.now() - begun, 2 * second);
    assert_eq!(transport.incoming().unwrap(), Incoming::Nothing);
    assert_eq!(transport.read(&mut [0]).unwrap(), 1);
    assert_eq!(clock.now() - begun, 3 * second);
    assert_eq!(recording.check(), Ok(()));
    drop(transport);
    assert!(recording.is_closed());
}
