//! Codings: members, both deflates, stacks, cuts, bombs. Compressed texts are made here where the build can, and
//! stand as bytes where it cannot.

#![cfg_attr(
    not(any(feature = "gzip", feature = "brotli", feature = "zstd")),
    expect(dead_code, reason = "this build has nothing to decode")
)]

use super::*;
use std::io::Cursor;

/// Content that arrives in pieces of a given size.
struct Pieces {
    content: Cursor<Vec<u8>>,
    piece_bytes: usize,
    taken_bytes: u64,
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.len().min(out.len());
        let count = (&self.content.get_ref()[usize::try_from(self.content.position()).unwrap()..][..count])
            .read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Pieces {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let piece_bytes = self.piece_bytes;
        let there = self.content.fill_buf()?;
        Ok(&there[..there.len().min(piece_bytes)])
    }

    fn consume(&mut self, bytes: usize) {
        self.taken_bytes += bytes as u64;
        self.content.consume(bytes);
    }
}

impl Wire for Pieces {
    fn wire_bytes(&self) -> u64 {
        self.taken_bytes
    }

    fn left_bytes(&self) -> Option<u64> {
        None
    }
}

fn encoded(names: &str) -> Headers {
    let mut headers = Headers::new();
    headers.append("Content-Encoding", names).unwrap();
    headers
}

fn decode(names: &str, content: &[u8], piece_bytes: usize) -> io::Result<Vec<u8>> {
    let codings = codings(&encoded(names))?.expect("all known");
    let wire = Pieces { content: Cursor::new(content.to_vec()), piece_bytes, taken_bytes: 0 };
    let mut pile = decoders(wire, &codings, DecodeLimits::default());
    let mut decoded = Vec::new();
    pile.read_to_end(&mut decoded)?;
    assert_eq!(pile.wire().taken_bytes, content.len() as u64, "the wire was not read to its end");
    Ok(decoded)
}

#[track_caller]
fn check(names: &str, content: &[u8], expected: &[u8]) {
    for piece_bytes in [1, 2, 3, 7, usize::MAX] {
        assert_eq!(decode(names, content, piece_bytes).unwrap(), expected, "pieces of {piece_bytes}");
    }
}

#[track_caller]
fn refuse(names: &str, content: &[u8], expected: DecodeError) {
    for piece_bytes in [1, usize::MAX] {
        let error = decode(names, content, piece_bytes).unwrap_err();
        assert_eq!(error.downcast::<DecodeError>().unwrap(), expected, "pieces of {piece_bytes}");
    }
}

#[test]
fn unknown_codings_leave_the_content_alone() {
    assert_eq!(codings(&Headers::new()).unwrap(), Some(vec![]));
    assert_eq!(codings(&encoded("identity, Identity")).unwrap(), Some(vec![]));
    assert_eq!(codings(&encoded("compress")).unwrap(), None);
}

#[cfg(feature = "gzip")]
mod gzip {
    use super::*;
    use flate2::Compression;
    use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};

    fn read(mut reader: impl Read) -> Vec<u8> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        bytes
    }

    pub(super) fn gz(text: &[u8]) -> Vec<u8> {
        read(GzEncoder::new(text, Compression::default()))
    }

    #[test]
    fn members_are_read_one_behind_the_other() {
        let mut two = gz(b"hello ");
        two.extend(gz(b""));
        two.extend(gz(b"world"));
        check("gzip", &two, b"hello world");
        check("X-GZip", &two, b"hello world");
        two.extend([0; 700]);
        check("gzip", &two, b"hello world");
        two.extend(b"junk");
        refuse("gzip", &two, DecodeError::Malformed { coding: "gzip" });
    }

    #[test]
    fn deflate_is_zlib_or_raw() {
        let text = "a longer text, longer text, text ".repeat(100);
        for level in 0..=9 {
            let level = Compression::new(level);
            check("deflate", &read(ZlibEncoder::new(text.as_bytes(), level)), text.as_bytes());
            check("deflate", &read(DeflateEncoder::new(text.as_bytes(), level)), text.as_bytes());
        }
        check("deflate", &read(ZlibEncoder::new(&b""[..], Compression::fast())), b"");
        check("deflate", &read(DeflateEncoder::new(&b""[..], Compression::fast())), b"");
    }

    /// What comes out into rooms of a given size, and how it ends.
    fn through_rooms(is_gzip: bool, content: &[u8], room_bytes: usize) -> io::Result<Vec<u8>> {
        let wire = Pieces { content: Cursor::new(content.to_vec()), piece_bytes: usize::MAX, taken_bytes: 0 };
        let source = Box::new(Bottom::new(wire));
        let mut inflate =
            if is_gzip { deflate::Inflate::gzip(source) } else { deflate::Inflate::deflate(source) };
        let (mut decoded, mut room) = (Vec::new(), vec![0; room_bytes]);
        loop {
            match inflate.read(&mut room)? {
                0 => return Ok(decoded),
                count => decoded.extend(&room[..count]),
            }
        }
    }

    #[test]
    fn a_room_that_is_full_within_the_last_match_loses_none_of_it() {
        let texts =
            [vec![0; 600], "a longer text, longer text, text ".repeat(20).into_bytes(), b"x".to_vec()];
        for (text, level) in texts.iter().flat_map(|text| (0..=9).map(move |level| (text, level))) {
            let level = Compression::new(level);
            let raw = read(DeflateEncoder::new(&text[..], level));
            let zlib = read(ZlibEncoder::new(&text[..], level));
            let gzip = read(GzEncoder::new(&text[..], level));
            for room_bytes in (1..40).chain([255, 256, 257, 258, 259, 599, 600, 601]) {
                for (is_gzip, content) in [(false, &raw), (false, &zlib), (true, &gzip)] {
                    let decoded = through_rooms(is_gzip, content, room_bytes);
                    assert!(
                        decoded.is_ok_and(|decoded| decoded == *text),
                        "{level:?}, rooms of {room_bytes}"
                    );
                }
            }
        }
        // Through the buffers of a whole pile.
        for more in 1..=258 {
            let text = vec![0; 16 * 1024 + more];
            let raw = read(DeflateEncoder::new(&text[..], Compression::default()));
            assert!(decode("deflate", &raw, usize::MAX).is_ok_and(|decoded| decoded == text), "{more} more");
        }
    }

    /// Tells how much there is.
    struct Announced(Cursor<Vec<u8>>);

    impl Read for Announced {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.0.read(out)
        }
    }

    impl Wire for Announced {
        fn wire_bytes(&self) -> u64 {
            self.0.position()
        }

        fn left_bytes(&self) -> Option<u64> {
            Some(self.0.get_ref().len() as u64 - self.0.position())
        }
    }

    #[test]
    fn content_is_the_same_however_much_of_it_is_asked_for_at_a_time() {
        const KIB: usize = 1024;
        #[track_caller]
        fn check<W: Wire + 'static>(wire: impl Fn() -> W, text: &[u8]) {
            for room_bytes in [1000, 16 * KIB, 64 * KIB + 1, 256 * KIB] {
                let mut pile = decoders(wire(), &[Coding::Gzip], DecodeLimits::default());
                let (mut decoded, mut room) = (Vec::<u8>::new(), vec![0; room_bytes]);
                loop {
                    // Some of it as a reader, some of it out of the block.
                    let count = pile.read(&mut room).unwrap();
                    decoded.extend(&room[..count]);
                    let there = pile.fill_buf().unwrap();
                    let some = &there[..there.len().min(777)];
                    if count + some.len() == 0 {
                        break;
                    }
                    decoded.extend(some);
                    let taken = some.len();
                    pile.consume(taken);
                }
                assert!(decoded == text, "{} bytes, rooms of {room_bytes}", text.len());
            }
        }
        let line = |number: u32| format!("{number}, {}\n", number.wrapping_mul(number)).into_bytes();
        let long: Vec<u8> = (0..25_000).flat_map(line).collect();
        for text_bytes in [0, 1, 16 * KIB - 1, 16 * KIB, 48 * KIB, long.len()] {
            let text = &long[..text_bytes];
            let content = gz(text);
            check(|| Announced(Cursor::new(content.clone())), text);
            for piece_bytes in [1000, usize::MAX] {
                let content = || Cursor::new(content.clone());
                check(|| Pieces { content: content(), piece_bytes, taken_bytes: 0 }, text);
            }
        }
    }

    #[test]
    fn a_cut_is_seen_however_small_the_rooms_are() {
        let text = [0; 600];
        let raw = read(DeflateEncoder::new(&text[..], Compression::default()));
        let zlib = read(ZlibEncoder::new(&text[..], Compression::default()));
        let gzip = gz(&text);
        for (is_gzip, content) in [(false, &raw), (false, &zlib), (true, &gzip)] {
            let coding = if is_gzip { "gzip" } else { "deflate" };
            for (end, room_bytes) in
                (1..content.len()).flat_map(|end| [1, 2, 7, 258, 1000].map(|room_bytes| (end, room_bytes)))
            {
                let error = through_rooms(is_gzip, &content[..end], room_bytes).unwrap_err();
                let error = error.downcast::<DecodeError>().unwrap();
                assert_eq!(error, DecodeError::Truncated { coding }, "cut at {end}, rooms of {room_bytes}");
            }
        }
    }

    #[test]
    fn codings_lie_over_each_other_up_to_three() {
        check("gzip, gzip", &gz(&gz(b"x")), b"x");
        check("gzip, identity, gzip, gzip", &gz(&gz(&gz(b"x"))), b"x");
        check("deflate, gzip", &gz(&read(ZlibEncoder::new(&b"x"[..], Compression::fast()))), b"x");
        assert_eq!(codings(&encoded("gzip, gzip, gzip, gzip")), Err(DecodeError::TooManyCodings));
        assert_eq!(codings(&encoded("gzip, compress")).unwrap(), None);
    }

    #[test]
    fn no_content_is_no_error() {
        check("gzip", b"", b"");
        check("deflate", b"", b"");
        check("gzip, gzip", b"", b"");
    }

    #[test]
    fn what_is_cut_or_broken_is_an_error() {
        let whole = gz(b"hello world");
        for end in 1..whole.len() {
            let error = decode("gzip", &whole[..end], usize::MAX).unwrap_err();
            let error = error.downcast::<DecodeError>().unwrap();
            assert_eq!(error, DecodeError::Truncated { coding: "gzip" }, "cut at {end}");
        }
        let zlib = read(ZlibEncoder::new(&b"hello world"[..], Compression::fast()));
        for end in 1..zlib.len() {
            let error = decode("deflate", &zlib[..end], usize::MAX).unwrap_err();
            assert!(error.get_ref().unwrap().is::<DecodeError>(), "cut at {end}: {error:?}");
        }
        let mut wrong_sum = whole.clone();
        let at = wrong_sum.len() - 6;
        wrong_sum[at] ^= 1;
        refuse("gzip", &wrong_sum, DecodeError::Malformed { coding: "gzip" });
        refuse("gzip", b"hello world, not compressed", DecodeError::Malformed { coding: "gzip" });
        let mut longer = zlib;
        longer.push(b'x');
        refuse("deflate", &longer, DecodeError::Malformed { coding: "deflate" });
    }

    #[test]
    fn bombs_are_cut_at_every_layer() {
        // Three megabytes of zeros twice over: the outer one grows within bounds, both together do not.
        let zeros = vec![0; 3 << 20];
        let bomb = gz(&gz(&zeros));
        assert!(bomb.len() < 1000);
        refuse("gzip, gzip", &bomb, DecodeError::Ratio { coding: "gzip", ratio_max: 1100 });
        assert!(decode("gzip", &gz(&zeros), usize::MAX).unwrap() == zeros);
    }

    #[test]
    fn a_source_that_fails_is_not_taken_for_bad_content() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::TimedOut.into())
            }
        }
        impl Wire for Failing {
            fn wire_bytes(&self) -> u64 {
                0
            }
            fn left_bytes(&self) -> Option<u64> {
                None
            }
        }
        let codings = codings(&encoded("gzip")).unwrap().unwrap();
        let error = decoders(Failing, &codings, DecodeLimits::default()).read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}

#[cfg(feature = "gzip")]
mod limits {
    use super::*;

    /// What comes out with these limits, or the error.
    fn decode_with(content: &[u8], limits: DecodeLimits) -> Result<usize, DecodeError> {
        let codings = codings(&encoded("gzip")).unwrap().unwrap();
        let wire = Pieces { content: Cursor::new(content.to_vec()), piece_bytes: usize::MAX, taken_bytes: 0 };
        let mut decoded = Vec::new();
        match decoders(wire, &codings, limits).read_to_end(&mut decoded) {
            Ok(count) => Ok(count),
            Err(error) => Err(error.downcast().unwrap()),
        }
    }

    #[test]
    fn as_much_as_is_free_of_the_ratio_comes_out_and_not_one_byte_more() {
        let content = gzip::gz(&[7; 1000]);
        let limits = |ratio_free_bytes| DecodeLimits { ratio_max: 0, ratio_free_bytes };
        assert_eq!(decode_with(&content, limits(1000)), Ok(1000));
        let refused = Err(DecodeError::Ratio { coding: "gzip", ratio_max: 0 });
        assert_eq!(decode_with(&content, limits(999)), refused);
    }

    #[test]
    fn the_ratio_is_met_exactly_or_missed_by_one() {
        // 1000 bytes come out at once, when this many have gone in.
        let content = gzip::gz(&[7; 1000]);
        let taken = u32::try_from(content.len()).unwrap();
        let exact = 1000_u32.div_ceil(taken);
        let limits = |ratio_max| DecodeLimits { ratio_max, ratio_free_bytes: 0 };
        assert_eq!(decode_with(&content, limits(exact)), Ok(1000));
        let refused = Err(DecodeError::Ratio { coding: "gzip", ratio_max: exact - 1 });
        assert_eq!(decode_with(&content, limits(exact - 1)), refused);
    }
}

#[cfg(feature = "brotli")]
mod brotli {
    use super::*;

    /// 64 MiB of zeros: one with the greatest window of RFC 7932.
    fn bomb() -> Vec<u8> {
        b"\xcf\xff\xff\x7f\xf8\x27\x00\xe2\xb1\x40\x20\xf7\xfe\x9f\xff\xff\xff\xf0\x4f\x00\xc4\x61\x01\x80\
          \xee\xfd\x3f\xff\xff\xff\xe1\x9f\x00\x88\xc3\x22\x00\xdd\xfb\x7f\xfe\xff\xff\xc3\x3f\x01\x10\x87\x05\
          \x00\xba\xf7\xff\x03"
            .to_vec()
    }

    /// `printf hello | brotli`: one compressed meta-block.
    const HELLO: &[u8] = b"\x0b\x02\x80\x68\x65\x6c\x6c\x6f\x03";

    #[test]
    fn br_is_decoded() {
        check("br", HELLO, b"hello");
        check("BR", b"", b"");
        check("br", b"\x06", b"");
    }

    #[test]
    fn what_is_cut_or_broken_is_an_error() {
        for end in 1..HELLO.len() {
            refuse("br", &HELLO[..end], DecodeError::Truncated { coding: "br" });
        }
        refuse("br", b"\xff\xff\xff\xff\xff\xff", DecodeError::Malformed { coding: "br" });
        let mut longer = HELLO.to_vec();
        longer.push(0);
        refuse("br", &longer, DecodeError::Malformed { coding: "br" });
    }

    #[test]
    fn bombs_are_cut() {
        refuse("br", &bomb(), DecodeError::Ratio { coding: "br", ratio_max: 1100 });
    }

    #[test]
    fn a_window_beyond_the_rfcs_is_refused() {
        // The extension for large windows (0x11 and then 30 bits), which RFC 7932 §9.1 does not know.
        refuse("br", b"\x11\x1e\x03", DecodeError::Malformed { coding: "br" });
    }
}

#[cfg(feature = "zstd")]
mod zstd {
    use super::*;

    /// A frame with one raw block, single segment, no check sum.
    fn frame(text: &[u8]) -> Vec<u8> {
        let mut frame = b"\x28\xb5\x2f\xfd\x20".to_vec();
        frame.push(text.len().try_into().unwrap());
        let block = u32::try_from(text.len()).unwrap() << 3 | 1;
        frame.extend(&block.to_le_bytes()[..3]);
        frame.extend(text);
        frame
    }

    #[test]
    fn frames_are_read_one_behind_the_other() {
        let mut content = frame(b"hello ");
        content.extend(b"\x53\x2a\x4d\x18\x03\x00\x00\x00xyz");
        content.extend(frame(b"world"));
        check("zstd", &content, b"hello world");
        check("zstd", b"", b"");
    }

    #[test]
    fn what_is_compressed_by_the_library_comes_back() {
        let text = "a longer text, longer text, text ".repeat(1000);
        let content =
            ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
        assert!(content.len() < text.len());
        check("zstd", &content, text.as_bytes());
        let mut wrong_sum = content.clone();
        *wrong_sum.last_mut().unwrap() ^= 1;
        refuse("zstd", &wrong_sum, DecodeError::Malformed { coding: "zstd" });
    }

    #[test]
    fn what_is_cut_or_broken_is_an_error() {
        let whole = frame(b"hello");
        for end in 1..whole.len() {
            refuse("zstd", &whole[..end], DecodeError::Truncated { coding: "zstd" });
        }
        refuse("zstd", b"not compressed at all", DecodeError::Malformed { coding: "zstd" });
    }

    #[test]
    fn a_window_beyond_8_mib_is_refused_before_it_is_allocated() {
        // Window descriptor 0xf8: 2 TiB.
        refuse("zstd", b"\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00", DecodeError::Window);
        // Single segment of 2^40 bytes.
        refuse(
            "zstd",
            b"\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x00\x01\x00\x00\x01\x00\x00",
            DecodeError::Window,
        );
    }

    #[test]
    fn bombs_are_cut() {
        // Blocks of 128 KiB made from one repeated byte: 4 bytes each.
        let mut bomb = b"\x28\xb5\x2f\xfd\x00\x58".to_vec();
        for _ in 0..1000 {
            bomb.extend([0x02, 0x00, 0x10, 0x00]);
        }
        refuse("zstd", &bomb, DecodeError::Ratio { coding: "zstd", ratio_max: 1100 });
    }
}

#[cfg(feature = "gzip")]
#[test]
fn coded_content_is_read_in_large_blocks_and_the_ratio_minds_only_what_was_taken() {
    /// Gives whatever is asked for, and counts how often.
    struct Counted {
        content: Cursor<Vec<u8>>,
        is_announced: bool,
        reads: usize,
    }
    impl Read for Counted {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.reads += 1;
            self.content.read(out)
        }
    }
    impl Wire for Counted {
        fn wire_bytes(&self) -> u64 {
            self.content.position()
        }
        fn left_bytes(&self) -> Option<u64> {
            let left = self.content.get_ref().len() as u64 - self.content.position();
            self.is_announced.then_some(left)
        }
    }
    // Stored blocks, which do not shrink.
    let text: Vec<u8> =
        (0..512 * 1024_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    io::Write::write_all(&mut encoder, &text).unwrap();
    let content = encoder.finish().unwrap();
    for (is_announced, reads_max) in [(true, 10), (false, 15)] {
        let wire = Counted { content: Cursor::new(content.clone()), is_announced, reads: 0 };
        let codings = codings(&encoded("gzip")).unwrap().unwrap();
        let mut pile = decoders(wire, &codings, DecodeLimits::default());
        let mut first = [0; 100];
        pile.read_exact(&mut first).unwrap();
        assert!(pile.taken_bytes() <= pile.wire().wire_bytes());
        let mut rest = Vec::new();
        pile.read_to_end(&mut rest).unwrap();
        assert_eq!([&first[..], &rest].concat(), text);
        assert!(pile.wire().reads <= reads_max, "{} reads", pile.wire().reads);
        assert_eq!(pile.taken_bytes(), content.len() as u64);
    }
}

#[cfg(feature = "gzip")]
#[test]
fn every_part_of_a_members_head_and_end_is_read_and_checked() {
    use flate2::{Compression, GzBuilder};
    let text = b"hello, hello, hello";
    let build = || GzBuilder::new().extra(vec![0; 300]).filename("name").comment("a comment");
    let mut encoder = build().write(Vec::new(), Compression::default());
    io::Write::write_all(&mut encoder, text).unwrap();
    let good = encoder.finish().unwrap();
    for piece_bytes in [1, 7, usize::MAX] {
        assert_eq!(decode("gzip", &good, piece_bytes).unwrap(), text);
    }
    // The same with a sum over the head, right and wrong.
    let head_bytes = 10 + 2 + 300 + 5 + 10;
    let mut summed = good[..head_bytes].to_vec();
    summed[3] |= 2;
    let mut crc = flate2::Crc::new();
    crc.update(&summed);
    summed.extend_from_slice(&crc.sum().to_le_bytes()[..2]);
    summed.extend_from_slice(&good[head_bytes..]);
    assert_eq!(decode("gzip", &summed, 1).unwrap(), text);

    #[track_caller]
    fn refused(content: &[u8], expected: DecodeError) {
        let error = decode("gzip", content, usize::MAX).unwrap_err();
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<DecodeError>());
        assert_eq!(inner, Some(&expected));
    }
    let malformed = DecodeError::Malformed { coding: "gzip" };
    let changed = |content: &[u8], at: usize| {
        let mut content = content.to_vec();
        content[at] ^= 0x80;
        content
    };
    // Magic, method, a reserved flag, the head's sum, the content's sum, its length.
    for at in [0, 1, 2, 3, head_bytes, summed.len() - 8, summed.len() - 1] {
        refused(&changed(&summed, at), malformed);
    }
    for cut in 1..summed.len() {
        refused(&summed[..cut], DecodeError::Truncated { coding: "gzip" });
    }
}
