//! Errors on their way through other errors.

use super::Error;
use http_proto::{ProtocolError, StatusCode};
use std::io;

#[track_caller]
fn check(error: &(dyn std::error::Error + 'static), status: StatusCode) {
    assert_eq!(Error::status_of(error), status, "{error:?}");
}

#[test]
fn the_status_is_found_wherever_the_error_hides() {
    check(&Error::TooSlow, StatusCode::REQUEST_TIMEOUT);
    check(&Error::BodyTooLong { bytes_max: 1 }, StatusCode::PAYLOAD_TOO_LARGE);
    check(&Error::UnexpectedContent { wanted: "a form" }, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    check(&Error::Protocol(ProtocolError::MissingChunkEnd), StatusCode::BAD_REQUEST);
    check(&io::Error::from(Error::TooSlow), StatusCode::REQUEST_TIMEOUT);
    check(&io::Error::other(io::Error::from(Error::TooSlow)), StatusCode::REQUEST_TIMEOUT);
    check(&Error::System(Error::TooSlow.into()), StatusCode::INTERNAL_SERVER_ERROR);
    check(&io::Error::from(io::ErrorKind::NotFound), StatusCode::INTERNAL_SERVER_ERROR);
}

#[test]
fn an_error_comes_back_out_of_an_io_error() {
    let error = Error::from_connection(Error::BodyTooLong { bytes_max: 7 }.into());
    assert!(matches!(error, Error::BodyTooLong { bytes_max: 7 }), "{error:?}");
    assert!(matches!(Error::from_connection(io::ErrorKind::WouldBlock.into()), Error::TooSlow));
    assert!(matches!(Error::from_connection(io::ErrorKind::BrokenPipe.into()), Error::Connection(_)));
}

#[test]
fn what_the_system_says_is_said_once() {
    let error = Error::System(io::Error::other("the disk is gone"));
    assert_eq!(error.to_string(), "the disk is gone");
    assert!(std::error::Error::source(&error).is_none_or(|source| source.to_string() != error.to_string()));
}

#[cfg(feature = "tls")]
#[test]
fn what_is_wrong_with_a_certificate_is_said_once() {
    let error = Error::from(crate::tls::TlsConfig::builder().certificate(b"no PEM", b"").unwrap_err());
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(std::error::Error::source(&error).is_none_or(|source| source.to_string() != error.to_string()));
}

#[test]
fn a_peer_is_named_by_the_address_that_it_has_itself() {
    for (address, shown) in [
        ("[::ffff:192.0.2.7]:80", "192.0.2.7:80"),
        ("[2001:db8::1]:80", "[2001:db8::1]:80"),
        ("192.0.2.7:80", "192.0.2.7:80"),
    ] {
        assert_eq!(super::peer_text(address.parse().ok()), shown);
    }
}
