//! Tests of the errors: what a server answers, how messages read, how small the types are.

use super::{InvalidInput, ProtocolError};

/// Every variant with the status that it is answered by.
const ALL: [(ProtocolError, u16); 40] = [
    (ProtocolError::BareLineFeed { offset: 7 }, 400),
    (ProtocolError::BareCarriageReturn { offset: 7 }, 400),
    (ProtocolError::StartLineTooLong { bytes_max: 7 }, 414),
    (ProtocolError::LineTooLong { bytes_max: 7 }, 431),
    (ProtocolError::HeadTooLong { bytes_max: 7 }, 431),
    (ProtocolError::TooManyFields { fields_max: 7 }, 431),
    (ProtocolError::TooManyEmptyLines { lines_max: 7 }, 400),
    (ProtocolError::InvalidRequestLine { offset: 7 }, 400),
    (ProtocolError::InvalidMethod { offset: 7 }, 400),
    (ProtocolError::InvalidTarget { offset: 7 }, 400),
    (ProtocolError::InvalidVersion { offset: 7 }, 400),
    (ProtocolError::UnsupportedVersion { major: 2, minor: 0 }, 505),
    (ProtocolError::NotHttp, 400),
    (ProtocolError::InvalidStatusLine { offset: 7 }, 400),
    (ProtocolError::MissingColon { offset: 7 }, 400),
    (ProtocolError::InvalidFieldName { offset: 7 }, 400),
    (ProtocolError::SpaceBeforeColon { offset: 7 }, 400),
    (ProtocolError::InvalidFieldValue { offset: 7 }, 400),
    (ProtocolError::FoldedLine { offset: 7 }, 400),
    (ProtocolError::MissingHost, 400),
    (ProtocolError::RepeatedHost, 400),
    (ProtocolError::InvalidHost, 400),
    (ProtocolError::InvalidContentLength, 400),
    (ProtocolError::ConflictingContentLength, 400),
    (ProtocolError::LengthAndTransferEncoding, 400),
    (ProtocolError::TransferEncodingInHttp10, 400),
    (ProtocolError::InvalidTransferEncoding, 400),
    (ProtocolError::UnknownTransferCoding, 501),
    (ProtocolError::ChunkedNotFinal, 400),
    (ProtocolError::InvalidChunkSize { offset: 7 }, 400),
    (ProtocolError::ChunkSizeTooLong { digits_max: 7 }, 400),
    (ProtocolError::InvalidChunkExtension { offset: 7 }, 400),
    (ProtocolError::ChunkExtensionsTooLong { bytes_max: 7 }, 400),
    (ProtocolError::MissingChunkEnd, 400),
    (ProtocolError::BodyTooLong, 413),
    (ProtocolError::TrailersTooLong { bytes_max: 7 }, 431),
    (ProtocolError::TooManyTrailers { fields_max: 7 }, 431),
    (ProtocolError::IncompleteHead { received_bytes: 7 }, 400),
    (ProtocolError::IncompleteBody { missing_bytes: 7 }, 400),
    (ProtocolError::IncompleteChunkedBody, 400),
];

#[test]
fn every_broken_rule_has_an_answer() {
    for (error, status) in ALL {
        assert_eq!(error.status_hint().as_u16(), status, "{error:?}");
        assert_eq!(error.is_incomplete(), format!("{error:?}").starts_with("Incomplete"), "{error:?}");
    }
}

#[test]
fn messages_are_phrases_that_name_place_or_limit() {
    for (error, _) in ALL {
        let text = error.to_string();
        assert!(!text.ends_with('.') && !text.contains('\n') && text.len() < 100, "{text}");
        let with_number = format!("{error:?}").contains(": 7");
        assert_eq!(text.contains('7'), with_number, "{error:?}: {text}");
    }
}

#[test]
fn errors_are_small_and_can_cross_threads() {
    fn crosses_threads<E: std::error::Error + Send + Sync + 'static>() {}
    crosses_threads::<ProtocolError>();
    crosses_threads::<InvalidInput>();
    assert!(size_of::<ProtocolError>() <= 16);
    assert!(size_of::<InvalidInput>() <= 16);
}
