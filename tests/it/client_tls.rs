//! The client over TLS: what it trusts, what it tells, and an end that is no end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::channel;
use std::time::Duration;

use http_client::{
    ErrorKind, Headers, HttpConnection, HttpsConnection, Limit, Phase, Sent, Timeouts, TlsBuilder, TlsConfig,
};
use support::certificate::Certificate;

use crate::client_peer::{PATIENCE, Peer, accept_tls, read_head};

/// A server that answers once over TLS, says close_notify or not, and closes.
fn answering(answer: &'static [u8], says_goodbye: bool) -> (Peer, Certificate) {
    let (for_peer, for_test) = certificates();
    let peer = Peer::start([move |stream: TcpStream| {
        let mut stream = accept_tls(stream, &for_peer, &[b"http/1.1"]);
        if stream.conn.complete_io(&mut stream.sock).is_err() {
            return;
        }
        read_head(&mut stream);
        stream.write_all(answer).unwrap();
        if says_goodbye {
            stream.conn.send_close_notify();
        }
        stream.flush().unwrap();
    }]);
    (peer, for_test)
}

/// A server that shows the certificate of an authority as its own, as `openssl req -x509` makes them.
fn answering_as_an_authority() -> (Peer, Certificate) {
    let certificate = Certificate::of_an_authority().unwrap();
    let mut copy = Certificate::new().unwrap();
    copy.certificate.clone_from(&certificate.certificate);
    let certificate = std::sync::Arc::new(certificate);
    let peer = Peer::start([false, true].map(|is_trusted| {
        let certificate = std::sync::Arc::clone(&certificate);
        move |stream: TcpStream| {
            let mut stream = accept_tls(stream, &certificate, &[b"http/1.1"]);
            assert_eq!(stream.conn.complete_io(&mut stream.sock).is_ok(), is_trusted);
        }
    }));
    (peer, copy)
}

/// The same certificate twice: the peer's thread takes one.
fn certificates() -> (Certificate, Certificate) {
    let certificate = Certificate::new().unwrap();
    let mut copy = Certificate::new().unwrap();
    copy.certificate.clone_from(&certificate.certificate);
    copy.key.clone_from(&certificate.key);
    (certificate, copy)
}

fn trusting(certificate: &Certificate) -> TlsBuilder {
    TlsConfig::builder().without_mozilla_roots().roots_pem(&certificate.certificate).unwrap()
}

fn connection(peer: &Peer, tls: TlsBuilder) -> HttpConnection {
    let host = peer.host();
    HttpConnection::builder(&host)
        .tls(tls.build().unwrap())
        .timeouts(Timeouts::all(PATIENCE))
        .build()
        .unwrap()
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

#[test]
fn a_trusted_server_is_spoken_with_and_described() {
    let (peer, certificate) = answering(ANSWER, true);
    let mut connection = connection(&peer, trusting(&certificate));
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    let mut response = connection.get_response().unwrap();
    let tls = response.tls().unwrap();
    assert_eq!(tls.version, "TLSv1.3");
    assert!(tls.cipher_suite.starts_with("TLS13_"), "{}", tls.cipher_suite);
    assert_eq!(tls.alpn.as_deref(), Some(&b"http/1.1"[..]));
    assert_eq!(tls.certificates_der.len(), 1);
    assert_eq!(response.read_all(9).unwrap(), b"hello");
    drop(response);
    peer.finish();
}

#[test]
fn an_unknown_certificate_and_a_wrong_name_are_refused() {
    let (peer, _) = answering(ANSWER, true);
    let mut stranger = HttpsConnection::new(&peer.host()).unwrap();
    let error = stranger.connect().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Tls(_)), "{error:#}");
    assert_eq!(error.phase(), Phase::Tls);
    assert_eq!((error.peer(), error.peer_addr()), (peer.host().as_str(), Some(peer.address)));
    peer.finish();

    let (peer, certificate) = answering(ANSWER, true);
    let mut connection = connection(&peer, trusting(&certificate).server_name("other.example"));
    let error = connection.connect().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Tls(_)), "{error:#}");
    assert_eq!((error.peer_addr(), error.sent()), (Some(peer.address), Sent::Nothing));
    peer.finish();
}

#[test]
fn pinning_and_danger_accept_what_they_say() {
    let der = |certificate: &Certificate| {
        use rustls::pki_types::pem::PemObject;
        rustls::pki_types::CertificateDer::from_pem_slice(certificate.certificate.as_bytes())
            .unwrap()
            .to_vec()
    };
    let (peer, certificate) = answering(ANSWER, true);
    let pinned = TlsConfig::builder().pinned_certificates_der([der(&certificate)]).server_name("any.example");
    let mut pinned = connection(&peer, pinned);
    pinned.request("GET", "/", (), &Headers::new()).unwrap();
    assert_eq!(pinned.get_response().unwrap().read_all(9).unwrap(), b"hello");
    peer.finish();

    let (peer, _) = answering(ANSWER, true);
    let other = TlsConfig::builder().pinned_certificates_der([der(&Certificate::new().unwrap())]);
    assert!(matches!(connection(&peer, other).connect().unwrap_err().kind(), ErrorKind::Tls(_)));
    peer.finish();

    let (peer, _) = answering(ANSWER, true);
    let mut reckless = connection(&peer, TlsConfig::builder().danger_accept_any_certificate().without_sni());
    reckless.request("GET", "/", (), &Headers::new()).unwrap();
    assert_eq!(reckless.get_response().unwrap().status(), 200);
    peer.finish();
}

#[test]
fn an_end_without_close_notify_is_no_end_of_content() {
    let until_close = b"HTTP/1.1 200 OK\r\n\r\nhello";
    for says_goodbye in [true, false] {
        let (peer, certificate) = answering(until_close, says_goodbye);
        let mut connection = connection(&peer, trusting(&certificate));
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        let content = connection.get_response().unwrap().read_all(100);
        match content {
            Ok(content) => assert!(says_goodbye && content == b"hello"),
            Err(error) => {
                assert!(!says_goodbye, "{error:#}");
                let incomplete = ErrorKind::IncompleteRead { received_bytes: 5, missing_bytes: None };
                assert_eq!(format!("{:?}", error.kind()), format!("{incomplete:?}"));
                assert_eq!(error.partial(), b"hello");
            }
        }
        peer.finish();
    }
    // A length says where the content ends, so that nothing is missing.
    let (peer, certificate) = answering(ANSWER, false);
    let mut connection = connection(&peer, trusting(&certificate));
    connection.request("GET", "/", (), &Headers::new()).unwrap();
    assert_eq!(connection.get_response().unwrap().read_all(9).unwrap(), b"hello");
    peer.finish();
}

#[test]
fn the_handshake_has_a_deadline_of_its_own() {
    let (done, wait) = channel::<()>();
    let peer = Peer::start([move |_stream: TcpStream| {
        let _ = wait.recv_timeout(PATIENCE);
    }]);
    let timeouts = Timeouts::all(PATIENCE).tls(Some(Duration::from_millis(100)));
    let mut connection =
        HttpConnection::builder(&peer.host()).tls(TlsConfig::default()).timeouts(timeouts).build().unwrap();
    let error = connection.connect().unwrap_err();
    assert_eq!((error.timeout(), error.phase()), (Some(Limit::Tls), Phase::Tls), "{error:#}");
    done.send(()).unwrap();
    peer.finish();
}

#[test]
fn a_server_without_tls_is_told_apart() {
    let peer = Peer::start([|mut stream: TcpStream| {
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    }]);
    let mut connection = HttpsConnection::new(&peer.host()).unwrap();
    let error = connection.connect().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Tls(_)), "{error:#}");
    peer.finish();
}

#[test]
fn late_session_tickets_do_not_spoil_an_idle_connection() {
    let (for_peer, certificate) = certificates();
    let peer = Peer::start([move |stream: TcpStream| {
        let mut stream = accept_tls(stream, &for_peer, &[]);
        for _ in 0..2 {
            read_head(&mut stream);
            stream.write_all(ANSWER).unwrap();
            stream.flush().unwrap();
        }
    }]);
    let clock = http_client::testing::FakeClock::new();
    let mut connection = HttpConnection::builder(&peer.host())
        .tls(trusting(&certificate).build().unwrap())
        .clock(clock.clone())
        .build()
        .unwrap();
    for _ in 0..2 {
        connection.request("GET", "/", (), &Headers::new()).unwrap();
        assert_eq!(connection.get_response().unwrap().read_all(9).unwrap(), b"hello");
        clock.advance(Duration::from_secs(5));
    }
    peer.finish();
}

#[test]
fn an_early_answer_comes_through_over_tls() {
    let (for_peer, certificate) = certificates();
    let peer = Peer::start([move |stream: TcpStream| {
        let mut stream = accept_tls(stream, &for_peer, &[]);
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nno!").unwrap();
        stream.flush().unwrap();
        // It takes no more, and waits for the client to leave.
        let mut rest = [0; 1024];
        while matches!(stream.sock.peek(&mut rest), Ok(1..))
            && stream.sock.take_error().is_ok_and(|e| e.is_none())
        {
            if stream.sock.read(&mut rest).is_err() {
                break;
            }
        }
    }]);
    let mut connection = connection(&peer, trusting(&certificate));
    connection.request("PUT", "/", vec![b'x'; 32 << 20], &Headers::new()).unwrap();
    let mut response = connection.get_response().unwrap();
    assert_eq!(response.status(), 413);
    assert_eq!(response.read_all(9).unwrap(), b"no!");
    drop(response);
    drop(connection);
    peer.finish();
}

#[test]
fn a_certificate_of_an_authority_that_a_server_shows_as_its_own_is_explained() {
    let (peer, certificate) = answering_as_an_authority();
    let other = Certificate::of_an_authority().unwrap();
    let error = connection(&peer, trusting(&other)).connect().unwrap_err();
    let text = format!("{error:#}");
    assert!(matches!(error.kind(), ErrorKind::Tls(_)), "{text}");
    assert!(text.contains("is that of a certificate authority"), "{text}");
    assert!(text.contains("roots_pem") && text.contains("pinned_certificates_der"), "{text}");
    connection(&peer, trusting(&certificate)).connect().unwrap();
    peer.finish();
}

#[test]
fn pem_texts_without_a_certificate_or_key_are_refused() {
    let problem = |result: Result<TlsBuilder, http_client::Error>| match result {
        Err(error) => matches!(error.kind(), ErrorKind::TlsConfiguration { .. }),
        Ok(_) => false,
    };
    let certificate = Certificate::new().unwrap();
    assert!(problem(TlsConfig::builder().roots_pem("")));
    assert!(problem(
        TlsConfig::builder().roots_pem("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")
    ));
    assert!(problem(TlsConfig::builder().client_certificate_pem(&certificate.certificate, "")));
    let encrypted = certificate.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let refused =
        TlsConfig::builder().client_certificate_pem(&certificate.certificate, encrypted).unwrap_err();
    assert!(refused.to_string().contains("an encrypted one must be decrypted first"), "{refused}");
    let other = Certificate::new().unwrap();
    let mixed = TlsConfig::builder().client_certificate_pem(&certificate.certificate, &other.key).unwrap();
    assert!(mixed.build().is_err());
}
