//! How long one connection may send before others have their turn.

use super::{Going, Io, TURN_TIME};
use crate::clock;
use crate::feed::Feed;
use crate::limits::Timeouts;
use crate::link::Link;
use crate::socket::{Script, Socket};
use crate::unsent::Unsent;
use http_proto::{Framing, Limits};
use std::io::{self, Read};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Takes its time for each of some bytes.
struct Slow {
    each: Duration,
    left: usize,
}

impl Read for Slow {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.left.min(1);
        if count > 0 {
            clock::advance(self.each);
        }
        self.left -= count;
        out[..count].fill(b'x');
        Ok(count)
    }
}

/// After how many turns an answer of `bytes` has gone, each of which takes its reader so long.
fn turns(bytes: usize, each: Duration) -> usize {
    let socket = Socket::Memory(Box::new(Mutex::new(Script::default())));
    let mut link = Link::new(Arc::new(socket), &Timeouts::default());
    let mut io = Io::new(Limits::default());
    let reader = Slow { each, left: bytes };
    io.unsent = Some(Unsent::of_reader(Feed::new(Box::new(reader), None, None, Framing::Chunked)));
    let mut turns = 1;
    loop {
        match io.send_on(&mut link, clock::now).unwrap() {
            Going::Gone => return turns,
            Going::Turn => turns += 1,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn others_have_their_turn_when_a_reader_has_given_for_its_time() {
    assert_eq!(turns(1000, Duration::ZERO), 1);
    // The clock goes on by itself, too, so not just below.
    assert_eq!(turns(1, TURN_TIME / 3), 1);
    assert_eq!(turns(1, TURN_TIME), 2);
    assert_eq!(turns(10, TURN_TIME), 11);
}
