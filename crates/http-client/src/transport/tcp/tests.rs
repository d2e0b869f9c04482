//! When small writes begin to be sent at once.

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
