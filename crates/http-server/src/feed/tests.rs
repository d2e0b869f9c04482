//! What stands on the wire, what counts as content, and what becomes of readers that break their word.

use super::{Feed, WAITING_MAX, is_panic};
use crate::clock;
use crate::rate_bound::RateBound;
use http_proto::Framing;
use std::io::{self, Cursor, Read};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A reader that gives so many bytes at a time.
struct Drip(Cursor<&'static [u8]>, usize);

impl Read for Drip {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = self.1.min(out.len());
        self.0.read(&mut out[..most])
    }
}

fn drip(content: &'static str, step: usize) -> Box<dyn Read + Send> {
    Box::new(Drip(Cursor::new(content.as_bytes()), step))
}

/// All that goes out, taken `step` bytes at a time, and how much of it was content.
fn sent(feed: &mut Feed, step: usize) -> io::Result<(String, u64)> {
    let (mut wire, mut content) = (Vec::new(), 0);
    loop {
        let next = feed.next()?;
        let count = next.len().min(step);
        if count == 0 {
            return Ok((String::from_utf8(wire).unwrap(), content));
        }
        wire.extend_from_slice(&next[..count]);
        content += feed.advance(count);
    }
}

#[test]
fn content_is_framed_as_it_comes_and_its_bytes_are_counted_without_their_frame() {
    #[track_caller]
    fn check(give: usize, length: Option<u64>, framing: Framing, expected: &str) {
        for take in [1, 2, 3, 7, 1000] {
            let mut feed = Feed::new(drip("0123456789ab", give), length, None, framing);
            assert_eq!(sent(&mut feed, take).unwrap(), (expected.to_owned(), 12), "{take} bytes at a time");
            assert_eq!(feed.left(), 0);
        }
    }
    check(100, None, Framing::Chunked, "C\r\n0123456789ab\r\n0\r\n\r\n");
    check(8, None, Framing::Chunked, "8\r\n01234567\r\n4\r\n89ab\r\n0\r\n\r\n");
    check(5, None, Framing::UntilClose, "0123456789ab");
    check(5, Some(12), Framing::Length(12), "0123456789ab");
}

#[test]
fn no_more_than_the_promised_length_is_taken() {
    let mut feed = Feed::new(drip("0123456789ab", 5), Some(7), None, Framing::Length(7));
    assert_eq!(feed.left(), 7);
    assert_eq!(feed.next().unwrap(), b"0123456");
    feed.advance(3);
    assert_eq!(feed.left(), 4);
    assert_eq!(sent(&mut feed, 100).unwrap(), ("3456".to_owned(), 4));
}

#[test]
fn a_long_piece_has_room_for_the_size_of_its_chunk() {
    let mut feed = Feed::new(Box::new(io::repeat(b'x').take(200_000)), None, None, Framing::Chunked);
    let (wire, content) = sent(&mut feed, usize::MAX).unwrap();
    assert_eq!(content, 200_000);
    assert!(wire.starts_with("10000\r\nxxx") && wire.ends_with("xxx\r\n0\r\n\r\n"));
}

#[test]
fn a_reader_with_less_than_it_promised_fails_before_anything_is_sent_or_behind_what_it_had() {
    let mut feed = Feed::new(drip("0123456789", 100), Some(12), None, Framing::Length(12));
    assert!(feed.next().is_err());
    let long = Box::new(io::repeat(b'x').take(70_000));
    let mut feed = Feed::new(long, Some(70_001), None, Framing::Length(70_001));
    let first = feed.next().unwrap().len();
    feed.advance(first);
    let rest = feed.next().unwrap().len();
    assert_eq!(first + rest, 70_000);
    feed.advance(rest);
    assert!(feed.next().is_err());
}

/// Panics when it is read, and when it is dropped.
struct Panics(Arc<AtomicUsize>);

impl Read for Panics {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.fetch_add(1, Ordering::Relaxed);
        panic!("expected: a reader panics");
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        if !std::thread::panicking() {
            panic!("expected: a reader panics at its end");
        }
    }
}

#[test]
fn panics_of_a_reader_are_errors_and_it_is_not_asked_again() {
    let calls = Arc::new(AtomicUsize::new(0));
    let mut feed = Feed::new(Box::new(Panics(Arc::clone(&calls))), None, None, Framing::Chunked);
    assert!(is_panic(&feed.next().unwrap_err()));
    assert_eq!(calls.load(Ordering::Relaxed), 2, "read, dropped");
    drop(Feed::new(Box::new(Panics(Arc::clone(&calls))), None, None, Framing::Chunked));
    assert_eq!(calls.load(Ordering::Relaxed), 3, "dropped");
    assert!(!is_panic(&io::Error::other("the body panicked")));
}

#[test]
fn only_so_many_readers_wait_without_a_thread() {
    let waiting = Arc::new(AtomicUsize::new(WAITING_MAX - 1));
    let feed = || Feed::new(drip("x", 1), None, None, Framing::Chunked);
    let (mut last, mut more) = (feed(), feed());
    assert!(last.may_wait(&waiting));
    assert!(!more.may_wait(&waiting));
    drop(last);
    assert!(more.may_wait(&waiting));
}

#[test]
fn a_bounded_reader_is_held_until_its_next_piece_is_due() {
    let bound = Box::new(RateBound::new(NonZeroU64::new(100).unwrap()));
    let mut feed = Feed::new(drip("0123456789ab", 100), Some(12), Some(bound), Framing::Length(12));
    let now = clock::now();
    assert_eq!(feed.held_until(now).unwrap(), None, "the first leaves at once");
    assert_eq!(feed.next().unwrap(), b"01234");
    feed.advance(2);
    assert_eq!(feed.held_until(now).unwrap(), None, "the rest of it as well");
    feed.advance(3);
    let due = now + Duration::from_millis(50);
    assert_eq!(feed.held_until(now).unwrap(), Some(due));
    assert_eq!(feed.held_until(now).unwrap(), Some(due), "it counts once");
    assert_eq!(feed.held_until(due).unwrap(), None);
    feed.advance(5);
    assert!(feed.held_until(due).unwrap().is_some());
    feed.release();
    assert_eq!(feed.held_until(due).unwrap(), None);
    assert_eq!(sent(&mut feed, 100).unwrap(), ("ab".to_owned(), 2));
}
