//! What becomes of a listener when accepting fails.

use super::AcceptFault;
use rustix::io::Errno;
use std::io;

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
