//! When small writes begin to be sent at once, and what is known of a connection's own address.

use super::*;
use std::net::TcpListener;

fn transport() -> (TcpTransport, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let peer = listener.accept().unwrap().0;
    (TcpTransport::connected(stream, None, Vec::new(), None).nodelay_when_needed(), peer)
}

#[test]
fn no_write_but_one_small_first_one_goes_out_without_nodelay() {
    #[track_caller]
    fn check(writes: &[usize], expected: bool) {
        let (mut transport, _peer) = transport();
        for &bytes in writes {
            transport.write_all(&vec![0; bytes]).unwrap();
        }
        assert_eq!(transport.stream().nodelay().unwrap(), expected, "{writes:?}");
    }
    check(&[], false);
    check(&[100], false);
    check(&[SEGMENT_BYTES_MIN], false);
    check(&[SEGMENT_BYTES_MIN + 1], true);
    check(&[1, 1], true);
    check(&[100, 100_000], true);
}

#[test]
fn every_way_of_writing_counts_and_a_clone_has_it_from_the_start() {
    let (mut first, _peer) = transport();
    let pieces = [IoSlice::new(&[0; 300]), IoSlice::new(&[0; 300])];
    assert_eq!(first.write_vectored(&pieces).unwrap(), 600);
    assert!(first.stream().nodelay().unwrap());

    let (mut second, _peer) = transport();
    second.write_unless_incoming(&pieces[..1]).unwrap();
    assert!(!second.stream().nodelay().unwrap());
    second.write_unless_incoming(&pieces[..1]).unwrap();
    assert!(second.stream().nodelay().unwrap());

    let (third, _peer) = transport();
    let clone = third.try_clone().unwrap();
    assert!(third.stream().nodelay().unwrap());
    drop(clone);

    let (own, _peer) = transport();
    let mut settled = TcpTransport { nodelay: Nodelay::Settled, ..own };
    settled.write_all(&[0; 1000]).unwrap();
    assert!(!settled.stream().nodelay().unwrap(), "whoever brings a stream decides");
}

#[test]
fn the_own_address_is_asked_for_once_and_outlives_the_connection_only_where_it_was() {
    let (transport, _peer) = transport();
    let own = transport.stream().local_addr().unwrap();
    let (asked, unasked) = (transport.info(), transport.info());
    assert_eq!(asked.local_addr(), Some(own));
    let later = asked.clone();
    drop(transport);
    assert_eq!((asked.local_addr(), later.local_addr()), (Some(own), Some(own)));
    assert_eq!(unasked.local_addr(), None);
    assert_eq!(ConnectionInfo::default().with_local_addr(own).local_addr(), Some(own));
}

#[test]
fn what_is_known_of_a_connection_does_not_keep_it_open() {
    let (transport, mut peer) = transport();
    let info = transport.info();
    drop(transport);
    assert_eq!(peer.read(&mut [0]).unwrap(), 0, "the end");
    drop(info);
}
