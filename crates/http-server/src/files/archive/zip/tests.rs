//! Archives to the byte, and numbers at their bounds. Whether other programs read them is for the interop cases.

use super::{Current, DEFLATED, FILE_ATTRIBUTES, Form, SIZES_FOLLOW, Zip, directory_end, dos_time};
use crate::files::archive::crc::Crc32;
use crate::files::archive::{Member, Packing};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn at(seconds: u64) -> Option<SystemTime> {
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

fn file<'a>(path: &'a [u8], content: &[u8]) -> Member<'a> {
    let is_packed = path.ends_with(b".gz");
    Member { path, is_folder: false, size_bytes: content.len() as u64, modified: at(784_111_777), is_packed }
}

fn archive(files: &[(&[u8], &[u8])]) -> Vec<u8> {
    let (mut zip, mut out) = (Zip::default(), Vec::new());
    let top = Member { path: b"top", is_folder: true, size_bytes: 0, modified: None, is_packed: false };
    zip.begin(&top, &mut out).unwrap();
    for (path, content) in files {
        zip.begin(&file(path, content), &mut out).unwrap();
        for piece in content.chunks(70_000) {
            zip.content(piece, &mut out).unwrap();
        }
        zip.end(&mut out).unwrap();
    }
    zip.finish(&mut out).unwrap();
    out
}

fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    bytes[at..at + length].iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte))
}

/// A reader of our own: from the end to the directory, and from there to each file. Name, flags and content.
fn read(archive: &[u8]) -> Vec<(Vec<u8>, usize, Vec<u8>)> {
    let end = archive.len() - 22;
    assert_eq!(number(archive, end, 4), 0x0605_4b50);
    let (entries, mut at) = (number(archive, end + 10, 2), number(archive, end + 16, 4));
    let mut found = Vec::new();
    for _ in 0..entries {
        assert_eq!(number(archive, at, 4), 0x0201_4b50);
        let (name_bytes, extra_bytes) = (number(archive, at + 28, 2), number(archive, at + 30, 2));
        let name = archive[at + 46..at + 46 + name_bytes].to_vec();
        let local = number(archive, at + 42, 4);
        assert_eq!(number(archive, local, 4), 0x0403_4b50);
        let begin = local + 30 + number(archive, local + 26, 2) + number(archive, local + 28, 2);
        assert_eq!(archive[local + 30..local + 30 + name_bytes], name);
        let packed = &archive[begin..begin + number(archive, at + 20, 4)];
        let is_wrapped = !cfg!(feature = "gzip") || name.ends_with(b".gz");
        let content = match number(archive, at + 10, 2) {
            8 if is_wrapped => unwrapped(packed),
            8 => inflated(packed),
            _ => packed.to_vec(),
        };
        assert_eq!(content.len(), number(archive, at + 24, 4));
        let mut sum = Crc32::new();
        sum.update(&content);
        let told = if name.ends_with(b"/") { 0 } else { sum.sum() as usize };
        assert_eq!(number(archive, at + 16, 4), told);
        found.push((name, number(archive, at + 8, 2), content));
        at += 46 + name_bytes + extra_bytes;
    }
    assert_eq!(at, end, "the directory ends where the end begins");
    found
}

#[cfg(feature = "gzip")]
fn inflated(packed: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    let (mut decoder, mut content) = (flate2::read::DeflateDecoder::new(packed), Vec::new());
    decoder.read_to_end(&mut content).unwrap();
    assert_eq!(decoder.total_in(), packed.len() as u64, "the stream ends where it is said to end");
    content
}

#[cfg(not(feature = "gzip"))]
fn inflated(packed: &[u8]) -> Vec<u8> {
    unwrapped(packed)
}

/// The content of stored blocks.
fn unwrapped(mut packed: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        let length = number(packed, 1, 2);
        assert_eq!(length ^ 0xffff, number(packed, 3, 2));
        content.extend_from_slice(&packed[5..5 + length]);
        let is_last = packed[0] == 1;
        packed = &packed[5 + length..];
        if is_last {
            assert!(packed.is_empty());
            return content;
        }
    }
}

#[test]
fn what_is_put_in_comes_out() {
    let large: Vec<u8> = (0..200_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let archive = archive(&[
        (b"top/a.txt", b"a"),
        (b"top/empty", b""),
        ("top/ü".as_bytes(), &large),
        (b"top/packed.gz", &large),
        (b"top/nothing.gz", b""),
        (b"top/\xff", b"b"),
    ]);
    let found = read(&archive);
    let names: Vec<_> = found.iter().map(|(name, flags, _)| (name.as_slice(), *flags)).collect();
    assert_eq!(
        names,
        [
            (&b"top/"[..], 1 << 11),
            (b"top/a.txt", 1 << 11 | 1 << 3),
            (b"top/empty", 1 << 11 | 1 << 3),
            ("top/ü".as_bytes(), 1 << 11 | 1 << 3),
            (b"top/packed.gz", 1 << 11 | 1 << 3),
            (b"top/nothing.gz", 1 << 11 | 1 << 3),
            (b"top/\xff", 1 << 3),
        ]
    );
    let contents: Vec<_> = found.iter().map(|(_, _, content)| content.as_slice()).collect();
    assert_eq!(contents, [&b""[..], b"a", b"", &large, &large, b"", b"b"]);
}

#[cfg(feature = "gzip")]
#[test]
fn text_gets_smaller_and_what_is_compressed_already_stays_as_it_is() {
    let text = "all the same ".repeat(100_000);
    let (loose, packed) = (archive(&[(b"a.txt", text.as_bytes())]), archive(&[(b"a.gz", text.as_bytes())]));
    assert!(loose.len() < text.len() / 50, "{} of {}", loose.len(), text.len());
    assert!(packed.len() > text.len(), "{} of {}", packed.len(), text.len());
}

#[cfg(feature = "gzip")]
#[test]
fn a_long_file_comes_out_while_it_goes_in() {
    let (mut zip, mut out) = (Zip::default(), Vec::new());
    zip.begin(&file(b"long", &[]), &mut out).unwrap();
    let mut state = 1_u32;
    let mut noise = || -> Vec<u8> {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        (0..60_000).map(|_| next()).collect()
    };
    for piece in 1..50 {
        zip.content(&noise(), &mut out).unwrap();
        assert!(out.len() + 300_000 > piece * 60_000, "no more than a window is held back");
    }
}

#[test]
fn times_are_those_of_dos_and_end_where_its_years_do() {
    for (when, expected) in [
        (None, (0, 0x21)),
        (at(0), (0, 0x21)),
        (at(315_532_799), (0, 0x21)),
        (at(315_532_800), (0, 0x21)),
        // 1994-11-06 08:49:37
        (at(784_111_777), (8 << 11 | 49 << 5 | 18, 14 << 9 | 11 << 5 | 6)),
        (at(1 << 40), (0xbf7d, 0xff9f)),
        (at(u64::MAX >> 2), (0xbf7d, 0xff9f)),
    ] {
        assert_eq!(dos_time(when), expected, "{when:?}");
    }
}

/// The header of the directory for a file of this size that begins at this offset: its three numbers, and what
/// follows the name.
fn central(size_bytes: u64, begins_at: u64, is_large: bool) -> ([u32; 3], Vec<u8>) {
    let current = Current {
        name: b"n".to_vec(),
        flags: SIZES_FOLLOW,
        method: DEFLATED,
        time: 0,
        date: 0,
        modified: None,
        begins_at,
        is_large,
        form: Form::AsItIs,
        attributes: FILE_ATTRIBUTES,
        sum: Crc32::new(),
        size_bytes,
        packed_bytes: size_bytes + 5,
    };
    let mut out = Vec::new();
    current.write_central_header(&mut out).unwrap();
    let number = |at| u32::try_from(number(&out, at, 4)).unwrap();
    ([number(20), number(24), number(42)], out[47..].to_vec())
}

#[test]
fn numbers_beyond_32_bits_stand_in_the_zip64_field_and_only_those() {
    const MARK: u32 = u32::MAX;
    assert_eq!(central(7, 9, false), ([12, 7, 9], Vec::new()));
    assert_eq!(central(7, u64::from(MARK) - 1, false), ([12, 7, MARK - 1], Vec::new()));
    let extra = |numbers: &[u64]| {
        let bytes = u8::try_from(8 * numbers.len()).unwrap();
        [&[1, 0, bytes, 0][..], &numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>()]
            .concat()
    };
    assert_eq!(central(7, u64::from(MARK), false), ([12, 7, MARK], extra(&[u64::from(MARK)])));
    assert_eq!(central(1 << 33, 9, true), ([MARK, MARK, 9], extra(&[1 << 33, (1 << 33) + 5])));
    assert_eq!(
        central(1 << 33, 1 << 34, true),
        ([MARK, MARK, MARK], extra(&[1 << 33, (1 << 33) + 5, 1 << 34]))
    );
}

#[test]
fn the_end_tells_more_than_65_534_entries_and_4_gib_by_zip64() {
    assert_eq!(directory_end(65_534, 100, 1000).len(), 22);
    for (entries, bytes, at) in [(65_535, 100, 1000), (1, 100, u64::from(u32::MAX)), (1, 1 << 33, 1000)] {
        let end = directory_end(entries, bytes, at);
        assert_eq!(end.len(), 56 + 20 + 22);
        assert_eq!((number(&end, 0, 4), number(&end, 56, 4)), (0x0606_4b50, 0x0706_4b50));
        assert_eq!(number(&end, 32, 8) as u64, entries);
        assert_eq!(number(&end, 40, 8) as u64, bytes);
        assert_eq!(number(&end, 48, 8) as u64, at);
        assert_eq!(number(&end, 64, 8) as u64, at + bytes, "where the larger end begins");
    }
}

#[test]
fn a_large_file_has_eight_bytes_for_each_size_behind_it() {
    let (mut zip, mut out) = (Zip::default(), Vec::new());
    let member =
        Member { path: b"n", is_folder: false, size_bytes: 5 << 30, modified: None, is_packed: true };
    zip.begin(&member, &mut out).unwrap();
    let head = out.len();
    // The whole content need not come for this: what is told is what came.
    zip.content(b"x", &mut out).unwrap();
    zip.end(&mut out).unwrap();
    assert_eq!(number(&out, 4, 2), 45, "the version that it takes");
    assert_eq!(out[18..26], [0xff; 8]);
    assert_eq!(out[31..35], [1, 0, 16, 0]);
    let descriptor = &out[head + 6 + 5..];
    assert_eq!((descriptor.len(), number(descriptor, 8, 8), number(descriptor, 16, 8)), (24, 11, 1));
}
