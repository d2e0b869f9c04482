//! Tests of `error.rs`: blame, texts and the way through `std::io`.

use super::{Blame, Error, ErrorKind, Phase, Sent};
use crate::state::State;
use crate::timeouts::Limit;
use http_proto::{InvalidInput, ProtocolError, StatusCode};
use std::io;

fn error(kind: ErrorKind) -> Error {
    Error::new(kind, Phase::Head).at(String::from("a.b:80"), None, Sent::Partly { bytes: 7 })
}

#[test]
fn everything_is_somebodys_fault() {
    let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
    let state = State::Idle;
    for (kind, blame) in [
        (ErrorKind::InvalidRequest(InvalidInput::Version), Blame::Caller),
        (ErrorKind::CannotSendRequest { state }, Blame::Caller),
        (ErrorKind::NotConnected, Blame::Caller),
        (ErrorKind::BodySource(broken()), Blame::Caller),
        (ErrorKind::ContentTooLong { bytes_max: 1 }, Blame::Caller),
        (ErrorKind::Resolve(broken()), Blame::System),
        (ErrorKind::Connect(broken()), Blame::System),
        (ErrorKind::Timeout(Limit::Total), Blame::System),
        (ErrorKind::Send(broken()), Blame::System),
        (ErrorKind::RemoteDisconnected, Blame::Peer),
        (ErrorKind::Protocol(ProtocolError::NotHttp), Blame::Peer),
        (ErrorKind::Tls(broken()), Blame::Peer),
        (ErrorKind::TunnelRefused { status: StatusCode::FORBIDDEN }, Blame::Peer),
        (ErrorKind::Socks { problem: "general failure" }, Blame::Peer),
    ] {
        let text = format!("{kind:?}");
        assert_eq!(error(kind).blame(), blame, "{text}");
    }
}

#[test]
fn a_text_says_what_and_where_once() {
    let incomplete = error(ErrorKind::IncompleteRead { received_bytes: 5, missing_bytes: Some(5) });
    let expected = "the content ended after 5 bytes, 5 are missing (reading the head of the answer, a.b:80, 7 bytes sent, not all)";
    assert_eq!(incomplete.to_string(), expected);
    let unknown = ErrorKind::IncompleteRead { received_bytes: 5, missing_bytes: None };
    assert_eq!(unknown.to_string(), "the content ended after 5 bytes");
    let protocol = error(ErrorKind::Protocol(ProtocolError::NotHttp));
    assert!(!protocol.to_string().contains("HTTP/"), "the source is not repeated: {protocol}");
    assert!(format!("{protocol:#}").ends_with(": the answer does not begin with HTTP/"));
    let prepared = Error::new(ErrorKind::NotConnected, Phase::Prepare).to_string();
    assert_eq!(prepared, "the connection is closed and does not open by itself");
    assert_eq!(
        Error::new(ErrorKind::CannotSendRequest { state: State::RequestSent }, Phase::Prepare).to_string(),
        "cannot begin a request in state Request-sent"
    );
}

#[test]
fn an_error_goes_through_io_and_comes_back() {
    for (kind, io_kind) in [
        (ErrorKind::Timeout(Limit::FirstByte), io::ErrorKind::TimedOut),
        (ErrorKind::RemoteDisconnected, io::ErrorKind::ConnectionReset),
        (ErrorKind::EarlyAnswer, io::ErrorKind::BrokenPipe),
        (ErrorKind::Protocol(ProtocolError::NotHttp), io::ErrorKind::InvalidData),
        (ErrorKind::IncompleteRead { received_bytes: 0, missing_bytes: None }, io::ErrorKind::UnexpectedEof),
        (ErrorKind::Connect(io::ErrorKind::ConnectionRefused.into()), io::ErrorKind::ConnectionRefused),
    ] {
        let outside = io::Error::from(error(kind));
        assert_eq!(outside.kind(), io_kind);
        assert_eq!(Error::from_io(outside).unwrap().sent(), Sent::Partly { bytes: 7 });
    }
    assert!(Error::from_io(io::Error::other("foreign")).is_err());
}
