//! Tests of content by its framing: what is announced is what is taken and sent, no more and no less.

use super::{BodyDecoder, BodyEncoder, BodyStep};
use crate::error::{InvalidInput, ProtocolError};
use crate::framing::Framing;
use crate::headers::Headers;
use crate::limits::Limits;

#[test]
fn a_length_is_counted_down() {
    let mut decoder = BodyDecoder::new(Framing::Length(5), Limits::CLIENT);
    assert_eq!(decoder.remaining_bytes(), Some(5));
    assert_eq!(decoder.step(b""), Ok(BodyStep::Data { framing_bytes: 0, data_bytes_max: 5 }));
    decoder.take(0);
    decoder.take(3);
    assert_eq!(decoder.step(b"lo, more"), Ok(BodyStep::Data { framing_bytes: 0, data_bytes_max: 2 }));
    assert_eq!(decoder.end_of_input(), Err(ProtocolError::IncompleteBody { missing_bytes: 2 }));
    decoder.take(2);
    assert!(decoder.is_done());
    assert_eq!((decoder.remaining_bytes(), decoder.end_of_input()), (Some(0), Ok(())));
    assert_eq!(decoder.step(b"more"), Ok(BodyStep::End { framing_bytes: 0 }));
}

#[test]
fn nothing_is_over_at_once() {
    for framing in [Framing::None, Framing::Length(0), Framing::Tunnel] {
        let mut decoder = BodyDecoder::new(framing, Limits::CLIENT);
        assert!(decoder.is_done(), "{framing:?}");
        assert_eq!(decoder.step(b"next"), Ok(BodyStep::End { framing_bytes: 0 }));
        assert_eq!(decoder.end_of_input(), Ok(()));
        assert!(decoder.trailers().is_none());
    }
}

#[test]
fn until_close_ends_with_the_input() {
    let mut decoder = BodyDecoder::new(Framing::UntilClose, Limits::CLIENT);
    for _ in 0..2 {
        assert_eq!(decoder.step(b"x"), Ok(BodyStep::Data { framing_bytes: 0, data_bytes_max: u64::MAX }));
        decoder.take(1);
        assert_eq!((decoder.remaining_bytes(), decoder.is_done()), (None, false));
    }
    assert_eq!(decoder.end_of_input(), Ok(()));
    assert!(decoder.is_done());
}

#[test]
fn chunks_end_with_the_last_one_only() {
    let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
    assert_eq!(decoder.step(b"2\r\nab"), Ok(BodyStep::Data { framing_bytes: 3, data_bytes_max: 2 }));
    assert_eq!(decoder.end_of_input(), Err(ProtocolError::IncompleteChunkedBody));
    decoder.take(2);
    assert_eq!(decoder.step(b"\r\n0\r\n"), Ok(BodyStep::Partial { framing_bytes: 5 }));
    assert_eq!(
        decoder.end_of_input(),
        Err(ProtocolError::IncompleteChunkedBody),
        "also before the empty line"
    );
    assert!(decoder.trailers().is_none());
    assert_eq!(decoder.step(b"A: b\r\n\r\nnext"), Ok(BodyStep::End { framing_bytes: 8 }));
    assert_eq!(decoder.trailers().unwrap().get("a").unwrap(), "b");
    assert_eq!(decoder.step(b"next"), Ok(BodyStep::End { framing_bytes: 0 }));
}

#[test]
fn a_decoder_begins_again() {
    let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
    assert!(decoder.step(b"0\r\nA: b\r\n\r\n").is_ok());
    assert!(decoder.trailers().is_some());
    decoder.begin(Framing::Length(1));
    assert!(decoder.trailers().is_none());
    decoder.take(1);
    assert!(decoder.is_done() && decoder.trailers().is_none());
    decoder.begin(Framing::Chunked);
    assert!(decoder.step(b"zzz").is_err());
    decoder.begin(Framing::Chunked);
    assert_eq!(decoder.step(b"0\r\n\r\n"), Ok(BodyStep::End { framing_bytes: 5 }));
}

/// What an encoder writes for `pieces`, or the first refusal.
fn send(framing: Framing, pieces: &[&str]) -> Result<String, InvalidInput> {
    let mut encoder = BodyEncoder::new(framing);
    let mut out = Vec::new();
    for piece in pieces {
        encoder.before_data(piece.len(), &mut out)?;
        out.extend_from_slice(piece.as_bytes());
        out.extend_from_slice(encoder.after_data());
    }
    encoder.finish(&Headers::new(), &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn content_is_framed_as_announced() {
    for (framing, pieces, want) in [
        (Framing::None, &[][..], Ok("")),
        (Framing::Length(0), &[], Ok("")),
        (Framing::Length(5), &["he", "llo"], Ok("hello")),
        (Framing::Chunked, &["he", "llo, world"], Ok("2\r\nhe\r\nA\r\nllo, world\r\n0\r\n\r\n")),
        (Framing::Chunked, &[], Ok("0\r\n\r\n")),
        (Framing::UntilClose, &["a", "b"], Ok("ab")),
        (Framing::Tunnel, &["raw"], Ok("raw")),
        (Framing::None, &["x"], Err(InvalidInput::BodyTooLong { announced_bytes: 0 })),
        (Framing::Length(0), &["x"], Err(InvalidInput::BodyTooLong { announced_bytes: 0 })),
        (Framing::Length(3), &["ab", "cd"], Err(InvalidInput::BodyTooLong { announced_bytes: 3 })),
        (Framing::Length(3), &["ab"], Err(InvalidInput::BodyTooShort { missing_bytes: 1 })),
        (Framing::Length(u64::MAX), &[], Err(InvalidInput::BodyTooShort { missing_bytes: u64::MAX })),
    ] {
        assert_eq!(send(framing, pieces), want.map(String::from), "{framing:?} {pieces:?}");
        assert_eq!(BodyEncoder::new(framing).framing(), framing);
    }
}

#[test]
fn a_refused_piece_does_not_count() {
    let mut encoder = BodyEncoder::new(Framing::Length(3));
    let mut out = Vec::new();
    assert!(encoder.before_data(4, &mut out).is_err());
    assert!(out.is_empty());
    assert_eq!(encoder.before_data(3, &mut out), Ok(()));
    assert_eq!(encoder.finish(&Headers::new(), &mut out), Ok(()));
}

#[test]
fn empty_pieces_do_not_end_a_chunked_body() {
    let mut encoder = BodyEncoder::new(Framing::Chunked);
    let mut out = Vec::new();
    assert_eq!(encoder.before_data(0, &mut out), Ok(()));
    assert!(out.is_empty());
}

#[test]
fn nothing_is_sent_behind_the_end() {
    for framing in [Framing::Chunked, Framing::Length(0), Framing::UntilClose] {
        let mut encoder = BodyEncoder::new(framing);
        let mut out = Vec::new();
        encoder.finish(&Headers::new(), &mut out).unwrap();
        let length = out.len();
        assert_eq!(encoder.before_data(1, &mut out), Err(InvalidInput::BodyFinished), "{framing:?}");
        assert_eq!(encoder.finish(&Headers::new(), &mut out), Ok(()));
        assert_eq!(out.len(), length, "{framing:?}");
    }
}

#[test]
fn trailers_go_with_chunks_only() {
    let mut trailers = Headers::new();
    trailers.append("Digest", "x").unwrap();
    for framing in [Framing::None, Framing::Length(0), Framing::UntilClose] {
        let mut out = Vec::new();
        let refused = BodyEncoder::new(framing).finish(&trailers, &mut out);
        assert_eq!(refused, Err(InvalidInput::TrailersWithoutChunks), "{framing:?}");
        assert!(out.is_empty());
    }
    let mut out = Vec::new();
    BodyEncoder::new(Framing::Chunked).finish(&trailers, &mut out).unwrap();
    assert_eq!(out, b"0\r\nDigest: x\r\n\r\n");
    trailers.append("Host", "x").unwrap();
    let mut encoder = BodyEncoder::new(Framing::Chunked);
    assert_eq!(encoder.finish(&trailers, &mut out), Err(InvalidInput::ForbiddenTrailer));
    trailers.remove("Host");
    assert_eq!(encoder.finish(&trailers, &mut out), Ok(()), "a refused end can be made good");
}
