//! The same deadlines over TLS, where one record is many calls.

use super::{CONTENT_BYTES, GET, POST, expires, hello, reads, seconds, slow, takes, waited, writes};
use crate::connection::Connection;
use crate::engine::poller::Interest;
use crate::handler::Handler;
use crate::limits::{Limits, Timeouts};
use crate::link::Link;
use crate::observe::Event;
use crate::peer::Peer;
use crate::testing::{self, ScriptedConnection};
use crate::timeout::Timeout;
use crate::tls::{Session, TlsConfig};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn server() -> (TlsConfig, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = made.signing_key.serialize_pem();
    (TlsConfig::from_pem(made.cert.pem().as_bytes(), key.as_bytes()).unwrap(), made.cert.der().clone())
}

/// Lets the connection begin anew, with TLS.
fn begin_tls(script: &mut ScriptedConnection<'_>, tls: &TlsConfig, timeouts: &Timeouts) {
    let link = Link::new(Arc::clone(&script.socket), timeouts).with_tls(Box::new(Session::new(tls).unwrap()));
    let now = script.watch.now.get();
    script.connection = Some(Connection::new(link, Peer::default(), &script.context, now));
}

fn client(root: CertificateDer<'static>) -> ClientConnection {
    let mut roots = RootCertStore::empty();
    roots.add(root).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap()
}

/// What the client has to say, as records.
fn records(client: &mut ClientConnection, content: &[u8]) -> Vec<u8> {
    client.set_buffer_limit(None);
    client.writer().write_all(content).unwrap();
    let mut records = Vec::new();
    while client.wants_write() {
        client.write_tls(&mut records).unwrap();
    }
    records
}

/// What the client understands of what it has received.
fn understood(client: &mut ClientConnection, mut received: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    while !received.is_empty() {
        client.read_tls(&mut received).unwrap();
        client.process_new_packets().unwrap();
        let mut piece = [0; 1 << 15];
        while let Ok(count @ 1..) = client.reader().read(&mut piece) {
            content.extend_from_slice(&piece[..count]);
        }
    }
    content
}

/// A connection over TLS whose handshake has been at full speed, and its client. Then the peer sends and takes so many
/// bytes at a time, each time in a second.
fn slow_tls<'h>(
    handler: impl Handler + 'h,
    timeouts: Timeouts,
    piece: usize,
) -> (ScriptedConnection<'h>, ClientConnection) {
    let (tls, root) = server();
    let mut client = client(root);
    let mut script = slow(handler, timeouts, None);
    begin_tls(&mut script, &tls, &timeouts);
    while client.is_handshaking() {
        let said = records(&mut client, b"");
        let answer = script.send(said).received();
        understood(&mut client, &answer);
    }
    let said = records(&mut client, b"");
    let tickets = script.send(said).received();
    understood(&mut client, &tickets);
    script.script().unwrap().tempo.piece = Some((piece, seconds(1)));
    (script, client)
}

#[test]
fn a_body_in_one_record_below_the_minimum_rate_gets_408_and_one_above_it_may_take_its_time() {
    let content = "x".repeat(CONTENT_BYTES);
    for (piece, took, says) in [
        (1000, 60..70, "HTTP/1.1 200 "),
        (600, 100..120, "HTTP/1.1 200 "),
        (100, 13..40, "HTTP/1.1 408 "),
        // Such a peer does not get the page in time either.
        (1, 11..30, ""),
    ] {
        let (mut connection, mut client) = slow_tls(reads, Timeouts::default(), piece);
        let said = records(&mut client, POST.as_bytes());
        connection.script().unwrap().input.get_mut().extend_from_slice(&said);
        let said = records(&mut client, content.as_bytes());
        // The answer is taken at that tempo too.
        let waited = takes(&mut connection, &said, piece);
        let received = connection.received();
        let answer = String::from_utf8(understood(&mut client, &received)).unwrap();
        assert!(answer.starts_with(says) && answer.is_empty() == says.is_empty(), "{piece}: {answer}");
        assert!(took.contains(&waited), "{piece}: {waited}");
    }
}

#[test]
fn a_record_that_never_ends_is_not_read_behind_the_deadline_of_a_request() {
    let timeouts = Timeouts::default().rate_bytes_per_second_min(0);
    let (mut connection, mut client) = slow_tls(Timeout::new(reads, seconds(20)), timeouts, 10);
    let said = records(&mut client, POST.as_bytes());
    connection.script().unwrap().input.get_mut().extend_from_slice(&said);
    let said = records(&mut client, &[b'x'; CONTENT_BYTES]);
    let waited = waited(|| {
        connection.send(said);
    });
    // The page that says so takes its time at that tempo, too.
    assert!((20..120).contains(&waited), "{waited}");
}

#[test]
fn an_answer_that_is_taken_below_the_minimum_rate_is_cut_and_one_above_it_is_whole() {
    for (piece, took, is_whole) in [(1000, 60..80, true), (100, 12..20, false), (10, 10..14, false)] {
        let (mut connection, mut client) = slow_tls(writes, Timeouts::default(), piece);
        let said = records(&mut client, GET.as_bytes());
        let waited = takes(&mut connection, &said, piece);
        let received = connection.received();
        let content = understood(&mut client, &received);
        assert_eq!(content.len() > CONTENT_BYTES, is_whole, "{piece}");
        assert!(took.contains(&waited), "{piece}: {waited}");
    }
}

#[test]
fn a_peer_that_takes_nothing_of_its_answer_is_the_one_to_blame() {
    let (mut connection, mut client) = slow_tls(writes, Timeouts::default(), 1000);
    let told = Arc::new(Mutex::new(Vec::new()));
    let tells = Arc::clone(&told);
    connection.context.observer = Box::new(move |event: &Event<'_>| {
        tells.lock().unwrap().push((event.to_string(), event.is_own_fault()));
    });
    let said = records(&mut client, GET.as_bytes());
    connection.script().unwrap().tempo.full = true;
    connection.send(said);
    expires(&mut connection, seconds(10), "");
    let told = told.lock().unwrap();
    let [(said, own)] = &told[..] else { panic!("{told:?}") };
    assert!(said.contains("the peer is too slow") && !own, "{said}");
}

#[test]
fn a_handshake_that_finds_no_room_holds_nobody_and_goes_on_when_there_is_some() {
    let (tls, root) = server();
    let mut client = client(root);
    let mut connection = slow(hello, Timeouts::default(), None);
    begin_tls(&mut connection, &tls, &Timeouts::default());
    connection.script().unwrap().tempo.full = true;
    let said = records(&mut client, b"");
    connection.send(said);
    let interest = |script: &ScriptedConnection<'_>| script.connection.as_ref().map(Connection::interest);
    assert_eq!(interest(&connection), Some(Interest::Write));
    connection.script().unwrap().tempo.full = false;
    let answer = connection.send("").received();
    assert_eq!(interest(&connection), Some(Interest::Read));
    understood(&mut client, &answer);
    let said = records(&mut client, GET.as_bytes());
    let answer = connection.send(said).received();
    assert!(understood(&mut client, &answer).ends_with(b"hello"));
}

#[test]
fn a_handshake_that_is_not_finished_in_time_ends_without_a_word() {
    let (tls, _) = server();
    for handshake in [seconds(10), seconds(3)] {
        let timeouts = Timeouts::default().handshake(handshake);
        let mut connection = testing::connect_with(hello, Limits::default(), timeouts);
        begin_tls(&mut connection, &tls, &timeouts);
        // The beginning of a record with a ClientHello, which drips.
        for byte in [&[22_u8][..], &[3, 1], &[2]] {
            connection.send(byte).advance(handshake / 4);
        }
        connection.advance(handshake / 4 - Duration::from_millis(1));
        assert!(connection.connection.is_some(), "it is over before {handshake:?}");
        connection.advance(handshake);
        assert!(connection.connection.is_none() && connection.received().is_empty());
    }
}
