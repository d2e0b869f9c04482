//! What connections are handed, and what becomes of a listener when accepting fails.

use super::{AcceptFault, Listener, Listening};
use crate::limits::Timeouts;
use crate::socket::Socket;
use rustix::io::Errno;
use std::io;
use std::net::{TcpListener, TcpStream};

#[test]
fn connections_that_came_before_the_listener_was_prepared_are_bounded_as_all_others() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let listening = Listening::new(Listener::Tcp(listener));
    let timeouts = Timeouts::default();
    let connect = || TcpStream::connect(address).unwrap();
    let early = [connect(), connect()];
    listening.listener.prepare(&timeouts).unwrap();
    let late = [connect(), connect()];
    for client in early.iter().chain(&late) {
        let (socket, peer) = listening.accept(&timeouts).unwrap();
        assert_eq!(peer, client.local_addr().ok());
        let Socket::Tcp(stream) = &socket else { panic!("{socket:?}") };
        assert!(stream.nodelay().unwrap(), "{client:?}");
        assert_eq!(stream.read_timeout().unwrap(), Some(timeouts.stall), "{client:?}");
        assert_eq!(stream.write_timeout().unwrap(), Some(timeouts.stall), "{client:?}");
    }
    assert_eq!(listening.accept(&timeouts).unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[track_caller]
fn check(errors: &[Errno], want: AcceptFault) {
    for errno in errors {
        let error = io::Error::from(*errno);
        assert_eq!(AcceptFault::of(&error), want, "{error}");
    }
}

#[test]
fn no_error_of_one_connection_is_one_of_the_listener() {
    check(
        &[
            Errno::AGAIN,
            Errno::CONNABORTED,
            Errno::CONNRESET,
            Errno::INTR,
            Errno::PROTO,
            Errno::PERM,
            Errno::NETDOWN,
            Errno::NETUNREACH,
            Errno::HOSTUNREACH,
        ],
        AcceptFault::Passing,
    );
    check(&[Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM], AcceptFault::Shortage);
    check(&[Errno::BADF, Errno::INVAL, Errno::NOTSOCK, Errno::FAULT], AcceptFault::Other);
}
