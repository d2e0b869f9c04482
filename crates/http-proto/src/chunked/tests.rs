//! Tests of the chunked coding: sizes, line ends, extensions, trailers, bounds, each read in every possible way.

use super::{
    ChunkDecoder, EXTENSION_BYTES_FREE, encode_chunk_start, encode_last_chunk, is_forbidden_trailer,
};
use crate::error::{
    InvalidInput,
    ProtocolError::{self, *},
};
use crate::headers::Headers;
use crate::limits::Limits;
use crate::step::BodyStep;
use crate::testing::cut_everywhere;

/// Content, trailer lines and used bytes of a chunked body, or the rule it breaks; `None` if it is not whole.
type Outcome = Option<Result<(Vec<u8>, String, usize), ProtocolError>>;

/// A reader that is given growing input, as one that keeps what has come would be.
fn reader(limits: Limits) -> impl FnMut(&[u8]) -> Outcome {
    let mut decoder = ChunkDecoder::new(limits);
    let mut used = 0;
    let mut content = Vec::new();
    move |input: &[u8]| loop {
        let rest = &input[used..];
        match decoder.step(rest) {
            Ok(BodyStep::Data { framing_bytes, data_bytes_max }) => {
                used += framing_bytes;
                let there = input.len() - used;
                let count = usize::try_from(data_bytes_max).unwrap_or(usize::MAX).min(there);
                content.extend_from_slice(&input[used..used + count]);
                used += count;
                decoder.take(count as u64);
                if count == 0 {
                    return None;
                }
            }
            Ok(BodyStep::Partial { framing_bytes }) => {
                assert_eq!(framing_bytes, rest.len(), "all of the input is framing");
                used += framing_bytes;
                return None;
            }
            Ok(BodyStep::End { framing_bytes }) => {
                used += framing_bytes;
                assert!(decoder.is_done());
                assert_eq!(decoder.announced_bytes(), content.len() as u64);
                let mut lines = Vec::new();
                decoder.trailers().unwrap().write_to(&mut lines);
                return Some(Ok((content.clone(), String::from_utf8(lines).unwrap(), used)));
            }
            Err(error) => {
                assert_eq!(decoder.step(b"0\r\n\r\n"), Err(error), "an error is for good");
                assert!(decoder.trailers().is_none());
                return Some(Err(error));
            }
        }
    }
}

#[track_caller]
fn read_within(input: &[u8], limits: Limits) -> Outcome {
    cut_everywhere(input, || reader(limits))
}

#[track_caller]
fn take(input: &str, content: &str, trailers: &str) {
    let outcome = read_within(input.as_bytes(), Limits::SERVER);
    let want = (content.as_bytes().to_vec(), trailers.to_owned(), input.len());
    assert_eq!(outcome, Some(Ok(want)), "{input:?}");
}

#[track_caller]
fn refuse(input: &str, want: ProtocolError) {
    assert_eq!(read_within(input.as_bytes(), Limits::SERVER), Some(Err(want)), "{input:?}");
}

#[test]
fn bodies_that_are_taken() {
    take("0\r\n\r\n", "", "");
    take("5\r\nhello\r\n0\r\n\r\n", "hello", "");
    take("5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n", "hello, world", "");
    take("a\r\n0123456789\r\n0\r\n\r\n", "0123456789", "");
    take("A\r\n0123456789\r\n0\r\n\r\n", "0123456789", "");
    take("0000000000000005\r\nhello\r\n0000000000000000\r\n\r\n", "hello", "");
    take("5\r\n\r\n0\r\n\r\n0\r\n\r\n", "\r\n0\r\n", "");
}

#[test]
fn extensions_and_blanks_are_passed_over() {
    take("5;a\r\nhello\r\n0;b=c\r\n\r\n", "hello", "");
    take("5;a=\"b;\\\"c\";d\r\nhello\r\n0\r\n\r\n", "hello", "");
    take("5 \t; a = b\r\nhello\r\n0\r\n\r\n", "hello", "");
    take("5  \r\nhello\r\n0\t\r\n\r\n", "hello", "");
    take("5;\r\nhello\r\n0;;;\r\n\r\n", "hello", "");
    take("1;é\r\nx\r\n0\r\n\r\n", "x", "");
}

#[test]
fn sizes_that_are_refused() {
    for (line, offset) in [
        ("", None),
        (" 5", Some(0)),
        ("+5", Some(0)),
        ("-5", Some(0)),
        ("0x5", Some(1)),
        ("x", Some(0)),
        ("5_0", Some(1)),
        ("5h", Some(1)),
        ("5,5", Some(1)),
        ("5\0", Some(1)),
        ("5.", Some(1)),
        ("\"5\"", Some(0)),
        ("5=a", Some(1)),
        ("é", Some(0)),
        (";a", Some(0)),
        ("\u{ff15}", Some(0)),
    ] {
        let offset = offset.unwrap_or(0);
        refuse(&format!("{line}\r\nhello\r\n0\r\n\r\n"), InvalidChunkSize { offset });
        refuse(&format!("1\r\nx\r\n{line}\r\nhello\r\n0\r\n\r\n"), InvalidChunkSize { offset });
    }
}

#[test]
fn line_ends_of_sizes_are_strict() {
    refuse("5\nhello\r\n0\r\n\r\n", BareLineFeed { offset: 1 });
    refuse("5;a\nhello\r\n0\r\n\r\n", BareLineFeed { offset: 3 });
    refuse("5 \nhello\r\n0\r\n\r\n", BareLineFeed { offset: 2 });
    refuse("5\rhello\r\n0\r\n\r\n", BareCarriageReturn { offset: 1 });
    refuse("5\r\rhello\r\n0\r\n\r\n", BareCarriageReturn { offset: 1 });
    refuse("1\r\nx\r\n5;a\r\r\nhello", BareCarriageReturn { offset: 3 });
    refuse("\n5\r\nhello\r\n0\r\n\r\n", InvalidChunkSize { offset: 0 });
}

#[test]
fn extensions_that_are_refused() {
    refuse("5 a\r\nhello\r\n0\r\n\r\n", InvalidChunkExtension { offset: 2 });
    refuse("5 5\r\nhello\r\n0\r\n\r\n", InvalidChunkExtension { offset: 2 });
    refuse("5;\0\r\nhello\r\n0\r\n\r\n", InvalidChunkExtension { offset: 2 });
    refuse("5;a=\"\x7f\"\r\nhello\r\n0\r\n\r\n", InvalidChunkExtension { offset: 5 });
}

#[test]
fn data_is_followed_by_a_line_end_and_nothing_else() {
    refuse("5\r\nhelloX\r\n0\r\n\r\n", MissingChunkEnd);
    refuse("5\r\nhelloXX0\r\n\r\n", MissingChunkEnd);
    refuse("5\r\nhello\n0\r\n\r\n", MissingChunkEnd);
    refuse("5\r\nhello\rX0\r\n\r\n", MissingChunkEnd);
    refuse("5\r\nhello0\r\n\r\n", MissingChunkEnd);
    refuse("5\r\nhello \r\n0\r\n\r\n", MissingChunkEnd);
}

#[test]
fn sizes_do_not_overflow() {
    let mut decoder = ChunkDecoder::new(Limits::SERVER);
    let step = decoder.step(b"ffffffffffffffff\r\nx");
    assert_eq!(step, Ok(BodyStep::Data { framing_bytes: 18, data_bytes_max: u64::MAX }));
    decoder.take(u64::MAX);
    assert_eq!(decoder.step(b"\r\n1\r\n"), Err(BodyTooLong), "the sum of all chunks");
    refuse("10000000000000000\r\n", ChunkSizeTooLong { digits_max: 16 });
    refuse("00000000000000001\r\n", ChunkSizeTooLong { digits_max: 16 });
    let wide = Limits::SERVER.chunk_size_digits_max(40);
    let read = |input: &str| read_within(input.as_bytes(), wide);
    assert_eq!(read("10000000000000000\r\n"), Some(Err(InvalidChunkSize { offset: 16 })));
    assert_eq!(read("fffffffffffffffff\r\n"), Some(Err(InvalidChunkSize { offset: 16 })));
    let zeros = format!("{}1\r\nx\r\n0\r\n\r\n", "0".repeat(39));
    assert_eq!(read(&zeros), Some(Ok((b"x".to_vec(), String::new(), zeros.len()))));
}

#[test]
fn size_digits_at_the_limit() {
    let limits = Limits::SERVER.chunk_size_digits_max(3);
    let read = |input: &str| read_within(input.as_bytes(), limits);
    assert!(matches!(read("001\r\nx\r\n000\r\n\r\n"), Some(Ok(_))));
    assert_eq!(read("0001\r\nx\r\n0\r\n\r\n"), Some(Err(ChunkSizeTooLong { digits_max: 3 })));
    assert_eq!(read("0000\r\n\r\n"), Some(Err(ChunkSizeTooLong { digits_max: 3 })));
}

#[test]
fn extension_bytes_of_a_line_at_the_limit() {
    let limits = Limits::SERVER.chunk_extension_bytes_max(6);
    let read = |input: &str| read_within(input.as_bytes(), limits);
    assert!(matches!(read("1;abcde\r\nx\r\n1 \r\nx\r\n0;abcde\r\n\r\n"), Some(Ok(_))));
    let error = ChunkExtensionsTooLong { bytes_max: 6 };
    assert_eq!(read("1;ab\r\nx\r\n1 \r\nx\r\n0;abcdef\r\n\r\n"), Some(Err(error)));
    assert_eq!(read("1;abcdef\r\n"), Some(Err(error)));
    assert_eq!(read("1       \r\n"), Some(Err(error)));
    let mut decoder = ChunkDecoder::new(limits);
    assert!(decoder.step(b"1;abcde\r\n").is_ok());
    decoder.reset();
    assert!(decoder.step(b"1;abcde\r\n").is_ok(), "each body counts for itself");
}

#[test]
fn sizes_padded_with_blanks_are_taken_however_long_the_body_is() {
    // Some servers write each size eight digits wide; one that sends each event by itself never ends.
    let mut decoder = ChunkDecoder::new(Limits::SERVER);
    let padded = format!("1{}\r\n", " ".repeat(EXTENSION_BYTES_FREE));
    for _ in 0..100_000 {
        assert!(matches!(decoder.step(padded.as_bytes()), Ok(BodyStep::Data { data_bytes_max: 1, .. })));
        decoder.take(1);
        assert!(decoder.step(b"\r\n").is_ok());
    }
}

#[test]
fn extensions_must_not_outweigh_the_data() {
    /// How many chunks of this size pass, each with so many bytes of extension.
    #[track_caller]
    fn check(data_bytes: usize, extension_bytes: usize, passes: Option<usize>) {
        let mut decoder = ChunkDecoder::new(Limits::SERVER.chunk_extension_bytes_max(1000));
        let line = format!("{data_bytes:x};{}\r\n", "a".repeat(extension_bytes - 1));
        let refused = (0..10_000).find(|_| {
            let step = decoder.step(line.as_bytes());
            decoder.take(data_bytes as u64);
            let is_refused = step == Err(ChunkExtensionsTooLong { bytes_max: 1000 });
            assert!(is_refused || decoder.step(b"\r\n").is_ok());
            is_refused
        });
        assert_eq!(refused, passes, "{extension_bytes} bytes of extension before {data_bytes} of data");
    }
    check(984, 1000, None);
    // Sixteen more bytes remain of each chunk: 1000 is exceeded in the line that follows the first.
    check(968, 1000, Some(1));
    check(84, 100, None);
    check(83, 100, Some(901));
    check(1, 16, None);
    check(1, 17, None);
    check(1, 18, Some(983));
}

#[test]
fn chunks_without_extensions_make_up_for_those_with() {
    let limits = Limits::SERVER.chunk_extension_bytes_max(100);
    let long = format!("1;{}\r\nx\r\n", "a".repeat(99));
    let read = |input: String| read_within(input.as_bytes(), limits).unwrap().map(|_| ());
    assert_eq!(read(format!("{long}{long}0\r\n\r\n")), Err(ChunkExtensionsTooLong { bytes_max: 100 }));
    let plain = format!("43\r\n{}\r\n", "y".repeat(0x43));
    assert_eq!(read(format!("{long}{plain}{long}0\r\n\r\n")), Ok(()));
    let plain = format!("42\r\n{}\r\n", "y".repeat(0x42));
    assert_eq!(read(format!("{long}{plain}{long}0\r\n\r\n")), Err(ChunkExtensionsTooLong { bytes_max: 100 }));
}

#[test]
fn trailers_are_read_and_kept_apart() {
    take("0\r\nX: 1\r\n\r\n", "", "X: 1\r\n");
    take("1\r\nx\r\n0\r\nDigest:  a \r\nx-b:\r\n\r\n", "x", "Digest:  a \r\nx-b:\r\n");
}

#[test]
fn trailers_are_as_strict_as_heads() {
    refuse("0\r\nX\r\n\r\n", MissingColon { offset: 0 });
    refuse("0\r\nA: b\r\nX : y\r\n\r\n", SpaceBeforeColon { offset: 7 });
    refuse("0\r\nX: \0\r\n\r\n", InvalidFieldValue { offset: 3 });
    refuse("0\r\nX: y\n\r\n", BareLineFeed { offset: 4 });
    refuse("0\r\n\n", BareLineFeed { offset: 0 });
    refuse("0\r\n\rX\n", BareLineFeed { offset: 2 });
    refuse("0\r\nX: a\r\n b\r\n\r\n", FoldedLine { offset: 6 });
    refuse("0\r\n X: a\r\n\r\n", FoldedLine { offset: 0 });
}

#[test]
fn forbidden_trailers_are_left_out() {
    take(
        "0\r\nA: 1\r\nAuthorization: forged\r\nCONTENT-LENGTH: 5\r\nhost: x\r\nSet-Cookie: a=b\r\nB: 2\r\n\r\n",
        "",
        "A: 1\r\nB: 2\r\n",
    );
    for name in
        ["Transfer-Encoding", "trailer", "TE", "Connection", "cookie", "Content-Range", "Proxy-Authorization"]
    {
        assert!(is_forbidden_trailer(name), "{name}");
    }
    // Conditions of a request, and what decides who may use an answer and when.
    for name in ["If-Match", "if-none-match", "If-Range", "If-Modified-Since", "If-Unmodified-Since"] {
        assert!(is_forbidden_trailer(name), "{name}");
    }
    for name in ["Age", "Date", "Expires", "Location", "Retry-After", "Vary"] {
        assert!(is_forbidden_trailer(name), "{name}");
    }
    for name in ["Digest", "Server-Timing", "X-Checksum", "Grpc-Status", "ETag", ""] {
        assert!(!is_forbidden_trailer(name), "{name}");
    }
}

#[test]
fn trailers_at_the_limits() {
    let limits = Limits::SERVER.trailer_bytes_max(20).trailer_fields_max(3).line_bytes_max(12);
    let read =
        |trailers: &str| read_within(format!("0\r\n{trailers}\r\n").as_bytes(), limits).unwrap().map(|_| ());
    assert_eq!(read(""), Ok(()));
    assert_eq!(read("A: 4567\r\nB: 4567\r\n"), Ok(()));
    assert_eq!(read("A: 4567\r\nB: 45678\r\n"), Err(TrailersTooLong { bytes_max: 20 }));
    assert_eq!(read("A:\r\nB:\r\nC:\r\n"), Ok(()));
    assert_eq!(read("A:\r\nB:\r\nC:\r\nD:\r\n"), Err(TooManyTrailers { fields_max: 3 }));
    assert_eq!(read("A: 456789012\r\n"), Ok(()));
    assert_eq!(read("A: 4567890123\r\n"), Err(LineTooLong { bytes_max: 12 }));
    assert_eq!(read(&"x".repeat(100)), Err(LineTooLong { bytes_max: 12 }));
    let none = Limits::SERVER.trailer_bytes_max(1);
    assert_eq!(read_within(b"0\r\n\r\n", none), Some(Err(TrailersTooLong { bytes_max: 1 })));
}

#[test]
fn default_trailers_are_64_fields() {
    let trailers = |count: usize| format!("0\r\n{}\r\n", "A: b\r\n".repeat(count));
    let read = |count: usize| reader(Limits::SERVER)(trailers(count).as_bytes()).unwrap().map(|_| ());
    assert_eq!(read(64), Ok(()));
    assert_eq!(read(65), Err(TooManyTrailers { fields_max: 64 }));
}

#[test]
fn endless_trailers_end_in_an_error_and_bounded_memory() {
    let mut decoder = ChunkDecoder::new(Limits::SERVER.trailer_fields_max(usize::MAX));
    assert!(decoder.step(b"0\r\n").is_ok());
    let error = std::iter::repeat_n(b"Name: value\r\n", 100_000).find_map(|line| decoder.step(line).err());
    assert_eq!(error, Some(TrailersTooLong { bytes_max: 16 * 1024 }));
    assert!(decoder.trailer_text.capacity() <= 64 * 1024);
}

#[test]
fn a_decoder_is_reused_without_traces_of_the_last_body() {
    let mut decoder = ChunkDecoder::new(Limits::SERVER);
    assert_eq!(decoder.step(b"0;x\r\nA: b\r\n\r\n"), Ok(BodyStep::End { framing_bytes: 13 }));
    assert_eq!(decoder.trailers().unwrap().len(), 1);
    decoder.reset();
    assert!(decoder.trailers().is_none() && decoder.announced_bytes() == 0);
    assert!(decoder.step(b"g").is_err());
    decoder.reset();
    assert_eq!(decoder.step(b"0\r\n\r\n"), Ok(BodyStep::End { framing_bytes: 5 }));
    assert!(decoder.trailers().unwrap().is_empty());
}

#[test]
fn debug_does_not_show_unfinished_trailers() {
    let mut decoder = ChunkDecoder::new(Limits::SERVER);
    assert!(decoder.step(b"0\r\nX-Key: 115").is_ok());
    let shown = format!("{decoder:?}");
    assert!(!shown.contains("115") && !shown.contains("49, 49, 53"), "{shown}");
}

#[test]
fn sizes_are_written_in_upper_case_and_never_as_zero() {
    for (size, want) in
        [(1, "1\r\n"), (9, "9\r\n"), (10, "A\r\n"), (255, "FF\r\n"), (4096, "1000\r\n"), (0, "")]
    {
        let mut out = Vec::new();
        encode_chunk_start(size, &mut out);
        assert_eq!(out, want.as_bytes(), "{size}");
    }
    let mut out = Vec::new();
    encode_chunk_start(usize::MAX, &mut out);
    assert_eq!(out, format!("{:X}\r\n", usize::MAX).as_bytes());
}

#[test]
fn the_last_chunk_is_written_with_its_trailers() {
    let mut out = Vec::new();
    let mut trailers = Headers::new();
    encode_last_chunk(&trailers, &mut out).unwrap();
    assert_eq!(out, b"0\r\n\r\n");
    trailers.append("Digest", "x").unwrap();
    out.clear();
    encode_last_chunk(&trailers, &mut out).unwrap();
    assert_eq!(out, b"0\r\nDigest: x\r\n\r\n");
    trailers.append("content-length", "5").unwrap();
    out.clear();
    assert_eq!(encode_last_chunk(&trailers, &mut out), Err(InvalidInput::ForbiddenTrailer));
    assert!(out.is_empty());
}
