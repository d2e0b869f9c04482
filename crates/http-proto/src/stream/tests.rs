//! Tests of the read buffer and of content read through it, from readers that deliver as they like.

use super::{BodyError, ReadBuffer, fill_body, read_body};
use crate::body::{BodyDecoder, BodyEncoder};
use crate::error::ProtocolError;
use crate::framing::Framing;
use crate::headers::Headers;
use crate::limits::Limits;
use proptest::prelude::*;
use std::io::{self, IoSliceMut, Read};

/// A reader that gives at most `piece` bytes a call, counts the calls, and fails in between when asked to.
struct Pieces<'a> {
    rest: &'a [u8],
    piece: usize,
    calls: usize,
    /// Kinds of errors that come before the next bytes.
    failures: Vec<io::ErrorKind>,
    vectored: bool,
}

impl<'a> Pieces<'a> {
    fn new(rest: &'a [u8], piece: usize) -> Self {
        Self { rest, piece, calls: 0, failures: Vec::new(), vectored: false }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.calls += 1;
        if let Some(kind) = self.failures.pop() {
            return Err(kind.into());
        }
        let most = self.piece.min(out.len()).min(self.rest.len());
        self.rest.read(&mut out[..most])
    }

    fn read_vectored(&mut self, outs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        if !self.vectored {
            let first = outs.iter_mut().find(|out| !out.is_empty());
            return first.map_or(Ok(0), |out| self.read(out));
        }
        self.calls += 1;
        let most = self.piece.min(self.rest.len());
        let mut given = &self.rest[..most];
        let count = given.read_vectored(outs)?;
        self.rest = &self.rest[count..];
        Ok(count)
    }
}

/// All content, read `room` bytes at a time, and what is left behind it in buffer and reader.
fn read_all(
    framing: Framing,
    reader: &mut Pieces<'_>,
    room: usize,
    capacity: usize,
) -> Result<(Vec<u8>, Vec<u8>), BodyError> {
    let mut buffer = ReadBuffer::new(capacity);
    let mut decoder = BodyDecoder::new(framing, Limits::CLIENT);
    let mut content = Vec::new();
    let mut out = vec![0; room];
    loop {
        let count = read_body(&mut buffer, reader, &mut decoder, &mut out)?;
        content.extend_from_slice(&out[..count]);
        if count == 0 {
            assert!(decoder.is_done());
            assert_eq!(read_body(&mut buffer, reader, &mut decoder, &mut out)?, 0, "the end is the end");
            let left = [buffer.filled(), reader.rest].concat();
            return Ok((content, left));
        }
    }
}

#[test]
fn content_arrives_whole_however_it_is_delivered() {
    let content: Vec<u8> = (0..5000u32).map(|number| number.to_le_bytes()[0]).collect();
    let mut chunked = Vec::new();
    for chunk in [&content[..1], &content[1..11], &content[11..3000], &content[3000..]] {
        chunked.extend_from_slice(format!("{:x};e=f\r\n", chunk.len()).as_bytes());
        chunked.extend_from_slice(chunk);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\nA: b\r\n\r\n");
    for (framing, wire) in [(Framing::Length(5000), content.clone()), (Framing::Chunked, chunked)] {
        let wire = [&wire[..], b"next"].concat();
        for piece in [1, 2, 7, 100, 1023, 1024, 1025, 4096, 100_000] {
            for room in [1, 10, 1023, 1024, 2048, 10_000] {
                for (capacity, vectored) in [(64, false), (8192, true), (8192, false), (100, true)] {
                    let mut reader = Pieces { vectored, ..Pieces::new(&wire, piece) };
                    let (read, left) = read_all(framing, &mut reader, room, capacity).unwrap();
                    assert!(read == content, "{framing:?} {piece} {room} {capacity} {vectored}");
                    assert_eq!(left, b"next", "{framing:?} {piece} {room} {capacity} {vectored}");
                }
            }
        }
    }
    let mut reader = Pieces::new(&content, 999);
    let (read, left) = read_all(Framing::UntilClose, &mut reader, 700, 512).unwrap();
    assert!(read == content && left.is_empty());
}

#[test]
fn every_cut_of_a_chunked_body_gives_the_same_content() {
    let wire = b"3\r\nabc\r\n1;x\r\nd\r\n0\r\nT: u\r\n\r\nnext";
    for cut in 0..=wire.len() {
        let mut reader = Read::chain(&wire[..cut], &wire[cut..]);
        let mut buffer = ReadBuffer::new(64);
        let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
        let mut out = [0; 16];
        let mut content = Vec::new();
        loop {
            let count = read_body(&mut buffer, &mut reader, &mut decoder, &mut out).unwrap();
            if count == 0 {
                break;
            }
            content.extend_from_slice(&out[..count]);
        }
        assert_eq!(content, b"abcd", "cut at {cut}");
        assert_eq!(decoder.trailers().unwrap().get("t").unwrap(), "u");
    }
}

#[test]
fn many_small_chunks_and_small_reads_are_few_calls() {
    let wire = "1\r\nx\r\n".repeat(1000) + "0\r\n\r\n";
    let mut reader = Pieces::new(wire.as_bytes(), usize::MAX);
    let mut buffer = ReadBuffer::new(8192);
    let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
    let mut out = [0; 4096];
    assert_eq!(read_body(&mut buffer, &mut reader, &mut decoder, &mut out).unwrap(), 1000);
    assert!(decoder.is_done(), "the end had arrived with the data");
    assert_eq!(reader.calls, 1);

    let wire = [b'x'; 1000];
    let mut reader = Pieces::new(&wire, usize::MAX);
    let mut decoder = BodyDecoder::new(Framing::Length(1000), Limits::CLIENT);
    for _ in 0..1000 {
        assert_eq!(read_body(&mut buffer, &mut reader, &mut decoder, &mut out[..1]).unwrap(), 1);
    }
    assert_eq!(reader.calls, 1);
}

#[test]
fn a_large_read_takes_several_chunks_from_one_call_and_leaves_the_next_message() {
    let mut wire = Vec::new();
    for letter in [b'a', b'b', b'c'] {
        wire.extend_from_slice(b"800\r\n");
        wire.resize(wire.len() + 0x800, letter);
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b"0\r\n\r\nHTTP/1.1 200 OK");
    // The first size line comes alone, so that the rest is read without the buffer.
    let (size, rest) = wire.split_at(5);
    let mut buffer = ReadBuffer::new(64);
    buffer.fill_from(&mut &*size).unwrap();
    let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
    let mut out = vec![0; 8192];
    let count = read_body(&mut buffer, &mut &*rest, &mut decoder, &mut out).unwrap();
    let expected = [[b'a'; 0x800], [b'b'; 0x800], [b'c'; 0x800]].concat();
    assert_eq!(out[..count], expected);
    assert!(decoder.is_done());
    assert_eq!(buffer.filled(), b"HTTP/1.1 200 OK");
}

#[test]
fn the_end_of_a_large_chunk_brings_what_follows_it() {
    let wire = [b"2000\r\n".to_vec(), vec![b'x'; 0x2000], b"\r\n2\r\nyz\r\n0\r\n\r\n".to_vec()].concat();
    let mut reader = Pieces { vectored: true, ..Pieces::new(&wire, usize::MAX) };
    let mut buffer = ReadBuffer::new(64);
    let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
    let mut out = vec![0; 64 * 1024];
    let mut total = 0;
    while !decoder.is_done() {
        total += read_body(&mut buffer, &mut reader, &mut decoder, &mut out).unwrap();
    }
    assert_eq!((total, reader.calls), (0x2002, 2));
}

#[test]
fn a_body_by_length_takes_nothing_of_the_next_message_when_it_reads_directly() {
    let wire = [vec![b'x'; 5000], b"next".to_vec()].concat();
    let mut reader = Pieces::new(&wire, usize::MAX);
    let mut buffer = ReadBuffer::new(8192);
    let mut decoder = BodyDecoder::new(Framing::Length(5000), Limits::CLIENT);
    let mut out = vec![0; 10_000];
    assert_eq!(read_body(&mut buffer, &mut reader, &mut decoder, &mut out).unwrap(), 5000);
    assert!(buffer.is_empty());
    assert_eq!((reader.rest, reader.calls), (&b"next"[..], 1));
}

#[test]
fn data_before_a_fault_is_delivered_and_then_the_fault_for_good() {
    let mut reader = &b"3\r\nabc\r\n3\r\ndefX"[..];
    let mut buffer = ReadBuffer::new(64);
    let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
    let mut out = [0; 64];
    assert_eq!(read_body(&mut buffer, &mut reader, &mut decoder, &mut out).unwrap(), 6);
    for _ in 0..2 {
        let error = read_body(&mut buffer, &mut reader, &mut decoder, &mut out);
        assert!(matches!(error, Err(BodyError::Protocol(ProtocolError::MissingChunkEnd))));
    }
}

#[test]
fn content_that_ends_too_early_is_an_error() {
    for (framing, wire, want) in [
        (Framing::Length(5), &b"abc"[..], ProtocolError::IncompleteBody { missing_bytes: 2 }),
        (Framing::Length(5), b"", ProtocolError::IncompleteBody { missing_bytes: 5 }),
        (Framing::Chunked, b"", ProtocolError::IncompleteChunkedBody),
        (Framing::Chunked, b"5\r\nabc", ProtocolError::IncompleteChunkedBody),
        (Framing::Chunked, b"3\r\nabc", ProtocolError::IncompleteChunkedBody),
        (Framing::Chunked, b"3\r\nabc\r\n", ProtocolError::IncompleteChunkedBody),
        (Framing::Chunked, b"0\r\n", ProtocolError::IncompleteChunkedBody),
        (Framing::Chunked, b"0\r\nA: b\r\n", ProtocolError::IncompleteChunkedBody),
        (Framing::Chunked, b"0\r\nA: b\r\n\r", ProtocolError::IncompleteChunkedBody),
    ] {
        for room in [1, 100, 5000] {
            let result = read_all(framing, &mut Pieces::new(wire, 2), room, 64);
            match result {
                Err(BodyError::Protocol(error)) => assert_eq!(error, want, "{framing:?} {room}"),
                other => panic!("{other:?} for {framing:?} {}", wire.escape_ascii()),
            }
        }
    }
}

#[test]
fn reading_goes_on_after_an_error_of_the_reader() {
    let wire = b"3\r\nabc\r\n0\r\n\r\n";
    for room in [2, 5000] {
        let mut reader = Pieces::new(wire, 1);
        let mut buffer = ReadBuffer::new(64);
        let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
        let mut out = vec![0; room];
        let mut content = Vec::new();
        let mut timeouts = 0;
        loop {
            if timeouts < 10 && reader.failures.is_empty() {
                reader.failures = vec![io::ErrorKind::WouldBlock, io::ErrorKind::Interrupted];
            }
            match read_body(&mut buffer, &mut reader, &mut decoder, &mut out) {
                Ok(0) => break,
                Ok(count) => content.extend_from_slice(&out[..count]),
                Err(BodyError::Io(error)) => {
                    assert_eq!(error.kind(), io::ErrorKind::WouldBlock, "interruptions are not seen");
                    timeouts += 1;
                    if timeouts >= 10 {
                        reader.failures.clear();
                    }
                }
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!((content.as_slice(), timeouts), (&b"abc"[..], 10));
    }
}

#[test]
fn content_is_read_in_place() {
    let mut reader = Pieces::new(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nnext", usize::MAX);
    let mut buffer = ReadBuffer::new(64);
    let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
    let mut content = Vec::new();
    loop {
        let count = fill_body(&mut buffer, &mut reader, &mut decoder).unwrap();
        if count == 0 {
            break;
        }
        content.extend_from_slice(&buffer.filled()[..count]);
        buffer.consume(count);
        decoder.take(count as u64);
    }
    assert_eq!((content.as_slice(), buffer.filled()), (&b"abcde"[..], &b"next"[..]));
    let mut decoder = BodyDecoder::new(Framing::Length(10), Limits::CLIENT);
    assert_eq!(fill_body(&mut buffer, &mut reader, &mut decoder).unwrap(), 4);
    decoder.take(4);
    buffer.consume(4);
    let error = fill_body(&mut buffer, &mut reader, &mut decoder);
    assert!(matches!(error, Err(BodyError::Protocol(ProtocolError::IncompleteBody { missing_bytes: 6 }))));
}

#[test]
fn empty_room_is_not_the_end() {
    let mut reader = Pieces::new(b"abc", 10);
    let mut buffer = ReadBuffer::new(64);
    let mut decoder = BodyDecoder::new(Framing::Length(3), Limits::CLIENT);
    assert_eq!(read_body(&mut buffer, &mut reader, &mut decoder, &mut []).unwrap(), 0);
    assert!(!decoder.is_done());
    assert_eq!(reader.calls, 0);
}

#[test]
fn a_reader_that_lies_is_an_error() {
    struct Liar;
    impl Read for Liar {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            Ok(out.len() + 1)
        }
        fn read_vectored(&mut self, outs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
            Ok(outs.iter().map(|out| out.len()).sum::<usize>() + 1)
        }
    }
    let mut buffer = ReadBuffer::new(64);
    assert!(buffer.fill_from(&mut Liar).is_err());
    for (framing, room) in [(Framing::Length(5000), 5000), (Framing::Length(5000), 10)] {
        let mut decoder = BodyDecoder::new(framing, Limits::CLIENT);
        let result = read_body(&mut buffer, &mut Liar, &mut decoder, &mut vec![0; room]);
        assert!(matches!(result, Err(BodyError::Io(_))), "{result:?}");
    }
    let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
    assert!(decoder.step(b"1000\r\n").is_ok());
    let result = read_body(&mut buffer, &mut Liar, &mut decoder, &mut [0; 5000]);
    assert!(matches!(result, Err(BodyError::Io(_))), "{result:?}");
}

#[test]
fn a_buffer_grows_only_when_it_is_full() {
    let mut reader = Pieces::new(&[b'x'; 1000], 40);
    let mut buffer = ReadBuffer::new(100);
    assert!(buffer.storage.is_empty(), "it allocates when it is filled");
    assert_eq!(buffer.fill_from(&mut reader).unwrap(), 40);
    assert_eq!(buffer.storage.len(), 100);
    buffer.fill_from(&mut reader).unwrap();
    assert_eq!(buffer.fill_from(&mut reader).unwrap(), 20, "what still fits");
    assert_eq!((buffer.filled().len(), buffer.storage.len()), (100, 100));
    buffer.fill_from(&mut reader).unwrap();
    assert_eq!((buffer.filled().len(), buffer.storage.len()), (140, 200));
}

#[test]
fn a_buffer_is_full_when_a_read_has_left_no_room_wherever_its_bytes_begin() {
    let mut reader = Pieces::new(&[b'x'; 300], 100);
    let mut buffer = ReadBuffer::new(256);
    let mut is_full = Vec::new();
    for used in [50, 90, 0] {
        buffer.fill_from(&mut reader).unwrap();
        is_full.push(buffer.is_full());
        buffer.consume(used);
    }
    // 100 and 200 bytes are there, then the 56 for which there is room behind 140 used ones.
    assert_eq!(is_full, [false, false, true]);
}

#[test]
fn a_full_buffer_makes_room_by_moving_before_it_grows() {
    let bytes: Vec<u8> = (0..200).collect();
    let mut reader = Pieces::new(&bytes, 100);
    let mut buffer = ReadBuffer::new(100);
    buffer.fill_from(&mut reader).unwrap();
    buffer.consume(80);
    assert_eq!(buffer.fill_from(&mut reader).unwrap(), 80);
    assert_eq!((buffer.filled(), buffer.storage.len()), (&bytes[80..180], 100));
    buffer.consume(1000);
    assert!(buffer.is_empty());
    assert_eq!(buffer.fill_from(&mut reader).unwrap(), 20);
    assert_eq!(buffer.fill_from(&mut reader).unwrap(), 0, "the end of the input");
}

#[test]
fn memory_is_given_away_only_while_nothing_is_buffered() {
    let mut reader = Pieces::new(b"abc", 100);
    let mut buffer = ReadBuffer::new(128);
    buffer.fill_from(&mut reader).unwrap();
    buffer.release();
    assert!(buffer.take_storage().is_none());
    assert_eq!(buffer.filled(), b"abc");
    assert_eq!(buffer.take_filled(), b"abc");
    assert!(buffer.is_empty());
    let storage = buffer.take_storage().unwrap();
    assert_eq!(storage.len(), 128);
    assert!(buffer.take_storage().is_none(), "there is nothing to take twice");
    buffer.adopt(storage);
    assert_eq!(buffer.storage.len(), 128);
    buffer.adopt(vec![0; 7]);
    assert_eq!(buffer.storage.len(), 128, "its own memory stays");
    buffer.release();
    assert_eq!(buffer.storage.capacity(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunks_that_are_written_are_read_back(
        chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 0..6),
        trailers in prop::collection::vec(("X-[a-z]{1,5}", "[!-~]{0,9}"), 0..4),
        piece in 1usize..5000,
        room in 1usize..5000,
        vectored in any::<bool>(),
        behind in prop::collection::vec(any::<u8>(), 0..9),
    ) {
        let mut list = Headers::new();
        for (name, value) in &trailers {
            list.append(name, value).unwrap();
        }
        let mut wire = Vec::new();
        let mut encoder = BodyEncoder::new(Framing::Chunked);
        for chunk in chunks.iter().filter(|chunk| !chunk.is_empty()) {
            encoder.before_data(chunk.len(), &mut wire).unwrap();
            wire.extend_from_slice(chunk);
            wire.extend_from_slice(encoder.after_data());
        }
        encoder.finish(&list, &mut wire).unwrap();
        wire.extend_from_slice(&behind);

        let mut reader = Pieces { vectored, ..Pieces::new(&wire, piece) };
        let mut buffer = ReadBuffer::new(1024);
        let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
        let mut content = Vec::new();
        let mut out = vec![0; room];
        loop {
            match read_body(&mut buffer, &mut reader, &mut decoder, &mut out).unwrap() {
                0 => break,
                count => content.extend_from_slice(&out[..count]),
            }
        }
        prop_assert!(content == chunks.concat());
        prop_assert_eq!(decoder.trailers(), Some(&list));
        prop_assert_eq!([buffer.filled(), reader.rest].concat(), behind);
    }

    #[test]
    fn no_bytes_panic_or_hang(wire in prop::collection::vec(prop::sample::select(b"0123aAfF;x= \t\r\n\r\n:\0".to_vec()), 0..80), room in 1usize..2000) {
        let mut reader = Pieces::new(&wire, 3);
        let mut buffer = ReadBuffer::new(64);
        let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
        let mut out = vec![0; room];
        let mut calls = 0;
        while let Ok(1..) = read_body(&mut buffer, &mut reader, &mut decoder, &mut out) {
            calls += 1;
            prop_assert!(calls <= wire.len(), "each call brings something");
        }
    }
}

#[test]
fn debug_shows_no_bytes() {
    let mut buffer = ReadBuffer::new(64);
    buffer.fill_from(&mut &b"s3cret"[..]).unwrap();
    assert_eq!(format!("{buffer:?}"), "ReadBuffer { filled_bytes: 6, storage_bytes: 64 }");
}

/// A chunked body of these sizes, and its content.
fn chunks_of(sizes: &[usize]) -> (Vec<u8>, Vec<u8>) {
    let (mut wire, mut content) = (Vec::new(), Vec::new());
    for (number, size) in sizes.iter().enumerate() {
        wire.extend_from_slice(format!("{size:x}\r\n").as_bytes());
        let data: Vec<u8> = (0..*size).map(|at| (at * 7 + number).to_le_bytes()[0]).collect();
        wire.extend_from_slice(&data);
        content.extend_from_slice(&data);
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b"0\r\nT: u\r\n\r\n");
    (wire, content)
}

#[test]
fn chunks_that_are_alike_are_read_around_their_framing_and_surprises_are_sorted_out() {
    let bodies: [&[usize]; 8] = [
        &[4096; 9],
        &[16384; 12],
        &[16384, 16384, 16384, 100, 16384, 16384, 16384],
        &[16384, 16384, 16385, 16385, 16385, 16385],
        &[16384, 16384, 16384, 70_000, 70_000, 70_000],
        &[5000, 5000, 5000, 1, 2, 3, 5000, 5000, 4096, 4096, 4096, 4096, 15],
        &[70_000, 70_000, 70_000],
        &[8192, 8192, 8192, 8192, 8192, 8192, 65_535, 8192, 8192, 8192],
    ];
    for sizes in bodies {
        let (wire, content) = chunks_of(sizes);
        let wire = [&wire[..], b"next"].concat();
        for piece in [1000, 4096, 4104, 8191, 16384, 16386, 16388, 16390, 16391, 65_536, 1_000_000] {
            for room in [4096, 8192, 16_384, 65_536, 200_000] {
                for vectored in [true, false] {
                    let mut reader = Pieces { vectored, ..Pieces::new(&wire, piece) };
                    let (read, left) = read_all(Framing::Chunked, &mut reader, room, 8192).unwrap();
                    assert!(read == content, "{sizes:?} in {piece} to {room}, vectored: {vectored}");
                    assert_eq!(left, b"next", "{sizes:?} in {piece} to {room}, vectored: {vectored}");
                }
            }
        }
    }
}

#[test]
fn chunks_that_are_alike_cost_one_call_for_each_full_buffer_and_are_not_copied() {
    let (wire, content) = chunks_of(&[16_384; 64]);
    let mut reader = Pieces { vectored: true, ..Pieces::new(&wire, usize::MAX) };
    let mut buffer = ReadBuffer::new(8192);
    let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
    let mut out = vec![0; 65_536];
    let mut read = Vec::new();
    while !decoder.is_done() {
        let count = read_body(&mut buffer, &mut reader, &mut decoder, &mut out).unwrap();
        read.extend_from_slice(&out[..count]);
    }
    assert!(read == content);
    assert!(reader.calls <= 20, "{} calls for 1 MiB", reader.calls);
}

#[test]
fn a_fault_among_chunks_that_are_alike_comes_after_all_data_before_it() {
    let (wire, content) = chunks_of(&[16_384; 6]);
    let at = wire.len() - b"0\r\nT: u\r\n\r\n".len() - 2;
    let mut broken = wire[..at].to_vec();
    broken.extend_from_slice(b"XX");
    broken.extend_from_slice(&wire[at + 2..]);
    for piece in [16_384, 65_536, usize::MAX] {
        let mut reader = Pieces { vectored: true, ..Pieces::new(&broken, piece) };
        let mut buffer = ReadBuffer::new(8192);
        let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
        let mut out = vec![0; 65_536];
        let mut read = Vec::new();
        let error = loop {
            match read_body(&mut buffer, &mut reader, &mut decoder, &mut out) {
                Ok(count) => read.extend_from_slice(&out[..count]),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, BodyError::Protocol(ProtocolError::MissingChunkEnd)), "{error}");
        assert!(read == content);
    }
}
