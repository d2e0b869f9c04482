//! Headers to the byte.

use super::super::Member;
use super::{BLOCK_BYTES, padding, push_record};
use std::time::{Duration, UNIX_EPOCH};

fn header(path: &[u8], is_folder: bool, size_bytes: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let modified = Some(UNIX_EPOCH + Duration::from_secs(0o1234));
    Member { path, is_folder, size_bytes, modified, is_packed: false }.write_header(&mut out);
    assert_eq!(out.len() % BLOCK_BYTES, 0);
    out
}

/// The sum that a reader would compute.
fn is_sound(block: &[u8]) -> bool {
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, &byte)| if (148..156).contains(&at) { 32 } else { u32::from(byte) })
        .sum();
    block[148..154] == *format!("{sum:06o}").as_bytes()
}

#[test]
fn a_plain_file_has_one_block() {
    let block = header(b"a/b.txt", false, 0o17);
    assert_eq!(block.len(), BLOCK_BYTES);
    assert!(block.starts_with(b"a/b.txt\0") && is_sound(&block));
    assert_eq!(&block[100..108], b"0000644\0");
    assert_eq!(&block[124..136], b"00000000017\0");
    assert_eq!(&block[136..148], b"00000001234\0");
    assert_eq!(block[156], b'0');
    assert_eq!(&block[257..265], b"ustar\x0000");
}

#[test]
fn a_folder_has_a_slash_and_its_own_kind() {
    let block = header(b"a", true, 0);
    assert!(block.starts_with(b"a/\0") && block[156] == b'5' && is_sound(&block));
}

#[test]
fn long_and_foreign_names_and_large_sizes_get_an_extended_header() {
    let long = [b'n'; 101];
    for (path, record) in [
        (&long[..], format!("111 path={}\n", "n".repeat(101)).into_bytes()),
        ("é".as_bytes(), "11 path=é\n".as_bytes().to_vec()),
        (b"\xff", b"21 hdrcharset=BINARY\n9 path=\xff\n".to_vec()),
    ] {
        let blocks = header(path, false, 1);
        assert_eq!(blocks.len(), 3 * BLOCK_BYTES);
        assert!(blocks[156] == b'x' && is_sound(&blocks[..512]) && is_sound(&blocks[1024..]));
        assert!(blocks[512..].starts_with(&record), "{}", blocks[512..].escape_ascii());
    }
    assert_eq!(header(&long[..100], false, 1).len(), BLOCK_BYTES);
    let large = header(b"a", false, 1 << 33);
    assert!(large[512..].starts_with(b"19 size=8589934592\n"));
    assert_eq!(header(b"a", false, (1 << 33) - 1).len(), BLOCK_BYTES);
}

#[test]
fn a_record_counts_its_own_digits() {
    for length in 0..200 {
        let mut out = Vec::new();
        push_record(&mut out, b"k", &vec![b'v'; length]);
        let text = String::from_utf8(out.clone()).unwrap();
        assert_eq!(text.split(' ').next().unwrap().parse::<usize>().unwrap(), out.len());
    }
}

#[test]
fn content_is_filled_up_to_a_block() {
    for (content_bytes, zeros) in [(0, 0), (1, 511), (511, 1), (512, 0), (513, 511), (u64::MAX, 1)] {
        assert_eq!(padding(content_bytes), zeros, "{content_bytes}");
    }
}
