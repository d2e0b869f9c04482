//! The pace that a peer must keep, and how the end is said over TLS.

use super::Pace;
use crate::limits::Timeouts;
use std::time::Duration;

fn pace() -> Pace {
    let timeouts = Timeouts::default().rate_grace(Duration::from_secs(10)).rate_bytes_per_second_min(500);
    Pace::new(&timeouts)
}

#[test]
fn bytes_buy_time_at_the_minimum_rate() {
    let mut pace = pace();
    pace.note(0, Duration::from_secs(10)).unwrap();
    pace.note(5_000, Duration::from_secs(10)).unwrap();
    assert_eq!(pace.note(0, Duration::from_millis(1)).unwrap_err().kind(), std::io::ErrorKind::TimedOut);
}

#[test]
fn each_body_begins_anew() {
    let mut pace = pace();
    pace.note(0, Duration::from_secs(9)).unwrap();
    pace.begin();
    pace.note(0, Duration::from_secs(9)).unwrap();
}

#[test]
fn a_rate_of_zero_asks_for_nothing() {
    let mut pace = Pace::new(&Timeouts::default().rate_bytes_per_second_min(0));
    pace.note(0, Duration::from_secs(1_000_000)).unwrap();
}

#[cfg(feature = "tls")]
pub(crate) mod encrypted {
    use crate::limits::Timeouts;
    use crate::link::Link;
    use crate::socket::{Script, Socket};
    use crate::tls::{Session, Shaken, TlsConfig};
    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, ClientConnection, RootCertStore};
    use std::io::Read;
    use std::sync::{Arc, Mutex};

    /// A link over a script, with the peer of its session.
    pub(crate) fn link() -> (Link, ClientConnection) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let config = TlsConfig::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let trusting = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let mut peer = ClientConnection::new(Arc::new(trusting), name).unwrap();
        let socket = Socket::Memory(Box::new(Mutex::new(Script { open: true, ..Script::default() })));
        let session = Box::new(Session::new(&config).unwrap());
        let mut link = Link::new(Arc::new(socket), &Timeouts::default()).with_tls(session);
        loop {
            while peer.wants_write() {
                peer.write_tls(script(link.socket()).input.get_mut()).unwrap();
            }
            let shaken = link.handshake().unwrap();
            hear(&mut peer, link.socket());
            if shaken == Shaken::Done && !peer.is_handshaking() {
                return (link, peer);
            }
        }
    }

    pub(crate) fn script(socket: &Socket) -> std::sync::MutexGuard<'_, Script> {
        let Socket::Memory(script) = socket else { unreachable!("all of these are scripts") };
        script.lock().unwrap()
    }

    /// Has the peer take in what has been sent to it.
    pub(crate) fn hear(peer: &mut ClientConnection, socket: &Socket) {
        let sent = std::mem::take(&mut script(socket).output);
        let mut sent = &sent[..];
        while !sent.is_empty() {
            peer.read_tls(&mut sent).unwrap();
            peer.process_new_packets().unwrap();
        }
    }

    #[test]
    fn the_end_of_what_was_sent_waits_for_room_and_that_of_an_idle_connection_does_not() {
        #[track_caller]
        fn check(end: fn(&mut Link), is_crowded: bool, says_goodbye: bool) {
            let (mut link, mut peer) = link();
            link.write_all(b"answer").unwrap();
            script(link.socket()).tempo.crowded = is_crowded;
            end(&mut link);
            assert!(script(link.socket()).ended);
            hear(&mut peer, link.socket());
            // Whether the end is one, or content may be missing.
            peer.read_tls(&mut std::io::empty()).unwrap();
            assert_eq!(peer.process_new_packets().unwrap().peer_has_closed(), says_goodbye);
            let mut text = Vec::new();
            assert_eq!(peer.reader().read_to_end(&mut text).is_ok(), says_goodbye);
            assert_eq!(text, b"answer");
        }
        check(Link::finish, false, true);
        check(Link::finish, true, true);
        check(Link::finish_now, false, true);
        check(Link::finish_now, true, false);
    }

    #[test]
    fn what_was_cut_off_does_not_end_as_if_it_were_whole() {
        let (mut link, mut peer) = link();
        link.write_all(b"half").unwrap();
        script(link.socket()).tempo.full = true;
        link.write_all(b"of it").unwrap_err();
        script(link.socket()).tempo.full = false;
        link.finish();
        hear(&mut peer, link.socket());
        assert!(!peer.process_new_packets().unwrap().peer_has_closed());
    }
}
