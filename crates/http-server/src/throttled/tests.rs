//! How long content is held back, and that it stays what it is.

use super::{Pace, Throttled};
use crate::clock;
use crate::request::Request;
use crate::response::{Body, Response};
use crate::testing;
use std::io::{Cursor, Write};
use std::num::NonZeroU64;
use std::time::Duration;

fn rate(bytes: u64) -> NonZeroU64 {
    NonZeroU64::new(bytes).unwrap()
}

#[test]
fn a_piece_leaves_when_those_before_it_have_had_their_time() {
    let mut pace = Pace::new(rate(1000));
    let now = clock::now();
    assert_eq!(pace.piece_bytes(), 50);
    assert_eq!(pace.wait_at(50, now), Duration::ZERO);
    assert_eq!(pace.wait_at(50, now), Duration::from_millis(50));
    // What the network has taken counts, and a pause is not made up for beyond the whole.
    assert_eq!(pace.wait_at(900, now + Duration::from_millis(70)), Duration::from_millis(30));
    assert_eq!(pace.wait_at(1, now + Duration::from_millis(900)), Duration::from_millis(100));
    assert_eq!(pace.wait_at(1, now + Duration::from_secs(9)), Duration::ZERO);
}

#[test]
fn a_rate_beyond_all_bounds_holds_nothing_back() {
    let mut pace = Pace::new(rate(u64::MAX));
    let now = clock::now();
    pace.wait_at(usize::MAX, now);
    assert!(pace.wait_at(usize::MAX, now) <= Duration::from_secs(1));
    assert_eq!(Pace::new(rate(1)).piece_bytes(), 1);
}

#[test]
fn every_kind_of_content_arrives_whole_and_keeps_its_length() {
    #[track_caller]
    fn check(make: impl Fn() -> Body + Send + Sync, length: Option<&str>) {
        let handler = |_: &mut Request<'_>| Response::text("").with_body(make());
        let answer = testing::get("/").send_to(&Throttled::new(handler, rate(10_000_000)));
        assert!(answer.is_complete());
        assert_eq!(answer.content(), b"0123456789");
        let said = answer.headers().get("Content-Length").map(http_proto::FieldValue::to_latin1);
        assert_eq!(said.as_deref(), length);
    }
    check(|| "0123456789".into(), Some("10"));
    check(|| Body::shared(b"0123456789".as_slice().into()), Some("10"));
    check(|| Body::sized_reader(Cursor::new(b"0123456789"), 10), Some("10"));
    check(|| Body::reader(Cursor::new(b"0123456789")), None);
    check(
        || {
            Body::stream(|out| {
                out.write_all(b"01234")?;
                out.flush()?;
                out.write_all(b"56789")
            })
        },
        None,
    );
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"..0123456789..").unwrap();
    let file = std::sync::Arc::new(file);
    check(move || Body::file(std::sync::Arc::clone(&file), 2, 10), Some("10"));
}

#[test]
fn content_takes_the_time_that_it_should() {
    let handler = |_: &mut Request<'_>| Response::text("x".repeat(3000));
    let began = clock::now();
    let answer = testing::get("/").send_to(&Throttled::new(handler, rate(10_000)));
    let elapsed = clock::now() - began;
    assert_eq!(answer.content().len(), 3000);
    assert!(elapsed >= Duration::from_millis(240), "{elapsed:?}");
}
