//! Tests of `spare.rs`.

use super::Buffer;

#[test]
fn the_memory_of_a_buffer_that_is_gone_is_taken_by_the_next_and_its_bytes_are_not() {
    let mut first = Buffer::new();
    first.fill_from(&mut &b"secret"[..]).unwrap();
    let place = first.filled().as_ptr();
    drop(first);
    let mut second = Buffer::new();
    assert!(second.is_empty());
    second.fill_from(&mut &b"x"[..]).unwrap();
    assert_eq!((second.filled(), second.filled().as_ptr()), (b"x".as_slice(), place));
    let mut beside = Buffer::new();
    beside.fill_from(&mut &b"y"[..]).unwrap();
    assert_ne!(beside.filled().as_ptr(), place, "two at once have a buffer each");
}

#[test]
fn a_buffer_that_has_grown_is_not_kept() {
    let mut grown = Buffer::new();
    for _ in 0..3 {
        grown.fill_from(&mut [b'x'; 8192].as_slice()).unwrap();
    }
    assert!(grown.filled().len() > 8192);
    drop(grown);
    assert!(Buffer::new().take_storage().is_none());
}
