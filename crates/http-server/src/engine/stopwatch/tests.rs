//! When the time is taken, by a clock that nobody waits for.

use super::{Stopwatch, stamp};
use crate::clock::{self, Tick};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(3);

#[test]
fn what_passes_is_shared_among_the_handlers_that_have_ended() {
    let watch = Stopwatch::new(clock::now(), LONG);
    let before = watch.taken();
    for count in 1..=3 {
        assert_eq!(watch.end_handler(), count);
    }
    clock::advance(LONG);
    assert_eq!(watch.taken(), before, "nobody has asked");
    let (ended, each) = watch.lap().unwrap();
    assert_eq!(ended, 3);
    assert!(each >= LONG / 3 && each < LONG, "{each:?}");
    assert!(watch.taken() >= before + LONG);
    assert_eq!(watch.stamp(), stamp(watch.start, watch.taken()));
    assert_eq!(watch.lap(), None, "all have been told of");
}

#[test]
fn what_passes_while_waiting_is_no_handlers() {
    let watch = Stopwatch::new(clock::now(), LONG);
    clock::advance(LONG);
    assert_eq!(watch.lap(), None, "none has ended");
    watch.take();
    assert_eq!(watch.end_handler(), 1, "counted from when the time was taken");
    let (ended, each) = watch.lap().unwrap();
    assert!(ended == 1 && each < LONG, "{each:?}");
}

#[test]
fn a_glance_takes_the_time_only_once_some_has_passed() {
    let watch = Stopwatch::new(clock::now(), LONG);
    watch.end_handler();
    let before = watch.taken();
    clock::advance(LONG);
    assert_eq!(watch.glance().map(|(ended, _)| ended), Some(1));
    assert!(watch.taken() >= before + LONG);
    watch.take();
    let (began, taken) = (Tick::now(), watch.taken());
    watch.end_handler();
    let seen = watch.glance();
    // Where a step has ended meanwhile, or steps are long, it may take it.
    if watch.tick.as_ref().is_some_and(|tick| tick.get() == began) && Tick::now() == began {
        assert_eq!((seen, watch.taken()), (None, taken));
    }
    clock::advance(LONG);
    assert_eq!(watch.glance().map(|(ended, _)| ended), Some(1), "none has been forgotten");
}
