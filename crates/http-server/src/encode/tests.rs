//! What encoders write comes back whole, and after a flush as far as it has come.

use super::{CODINGS, encode, encoder};
use crate::coding::ContentCoding;
use std::io::Read;

/// Decodes as far as the bytes go; whether the end was there.
pub(crate) fn decode(coding: ContentCoding, coded: &[u8]) -> (Vec<u8>, bool) {
    let mut content = Vec::new();
    let whole = match coding {
        #[cfg(feature = "br")]
        ContentCoding::Brotli => brotli::Decompressor::new(coded, 4096).read_to_end(&mut content),
        #[cfg(feature = "gzip")]
        ContentCoding::Gzip => flate2::read::GzDecoder::new(coded).read_to_end(&mut content),
        #[cfg(feature = "zstd")]
        ContentCoding::Zstd => frames(coded, &mut content),
        #[cfg(not(all(feature = "br", feature = "gzip", feature = "zstd")))]
        _ => panic!("no decoder"),
    };
    (content, whole.is_ok())
}

#[cfg(feature = "zstd")]
fn frames(mut coded: &[u8], content: &mut Vec<u8>) -> std::io::Result<usize> {
    assert!(!coded.is_empty());
    while !coded.is_empty() {
        let mut decoder =
            ruzstd::decoding::StreamingDecoder::new(&mut coded).map_err(std::io::Error::other)?;
        decoder.read_to_end(content)?;
    }
    Ok(content.len())
}

/// Text that gets smaller, and bytes that do not.
fn samples() -> Vec<Vec<u8>> {
    let text = b"All human beings are born free and equal. ".repeat(20_000);
    let mut seed = 1u32;
    let noise = (0..300_000).map(|_| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()[0]
    });
    vec![Vec::new(), b"x".to_vec(), text, noise.collect()]
}

#[test]
fn every_coding_gives_back_what_it_took() {
    assert!(!CODINGS.is_empty());
    for &coding in CODINGS {
        for sample in samples() {
            let coded = encode(coding, &sample).unwrap().unwrap();
            let (content, whole) = decode(coding, &coded);
            assert!(whole && content == sample, "{coding:?}, {} bytes", sample.len());
            assert!(coded.len() < sample.len() + sample.len() / 50 + 64, "{coding:?}: {}", coded.len());
        }
        let text = &samples()[2];
        assert!(encode(coding, text).unwrap().unwrap().len() * 4 < text.len(), "{coding:?}");
    }
}

#[test]
fn what_is_flushed_can_be_read_before_the_end() {
    for &coding in CODINGS {
        let mut encoder = encoder(coding).unwrap();
        let mut coded = Vec::new();
        let mut sent = Vec::new();
        for number in 0..50 {
            let piece = format!("piece number {number}\n");
            encoder.write(piece.as_bytes(), &mut coded).unwrap();
            encoder.flush(&mut coded).unwrap();
            sent.extend_from_slice(piece.as_bytes());
            assert_eq!(decode(coding, &coded).0, sent, "{coding:?}");
        }
        encoder.finish(&mut coded).unwrap();
        assert_eq!(decode(coding, &coded), (sent, true), "{coding:?}");
    }
}
