//! Run by a service manager: listeners that it hands on, so that no connection is refused while the program starts or is
//! replaced, and what it wants to be told. The conventions are those of systemd (`sd_listen_fds(3)`, `sd_notify(3)`),
//! which others follow.
//!
//! ```no_run
//! use http_server::{Request, Response, Server, systemd};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut builder = Server::builder();
//! for inherited in systemd::inherited()? {
//!     builder = builder.listen(inherited.listen)?;
//! }
//! let server = builder.serve(|_: &mut Request<'_>| Response::text("hello"))?;
//! systemd::notify("READY=1")?;
//! server.wait();
//! # Ok(())
//! # }
//! ```

use crate::error::Error;
use crate::listen::Listen;
use listenfd::ListenFd;
use std::ffi::OsStr;
use std::io;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// A listener that came with the process.
#[derive(Debug)]
#[non_exhaustive]
pub struct Inherited {
    /// What the service manager calls it (`FileDescriptorName=`, in `LISTEN_FDNAMES`); empty where it says nothing.
    pub name: String,
    /// The listener, to which TLS and the rest can be added.
    pub listen: Listen,
}

/// Takes the listeners that `LISTEN_FDS` counts, in their order: TCP and local sockets. None are there where the process
/// was not started with any, or where `LISTEN_PID` is that of another one.
///
/// The variables are taken out of the environment, so that no child takes the listeners for its own; this is for the
/// beginning of a program, before other threads read the environment.
///
/// # Errors
/// [`Error::Listen`] for a descriptor that is no listening stream socket.
#[doc(alias = "LISTEN_FDS")]
#[doc(alias = "sd_listen_fds")]
pub fn inherited() -> Result<Vec<Inherited>, Error> {
    let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
    let mut descriptors = ListenFd::from_env();
    let mut names = names.split(':');
    (0..descriptors.len())
        .map(|index| {
            let listen = take(&mut descriptors, index)
                .map_err(|source| Error::listen(&format!("inherited descriptor {index}"), source))?;
            Ok(Inherited { name: names.next().unwrap_or_default().to_owned(), listen })
        })
        .collect()
}

fn take(descriptors: &mut ListenFd, index: usize) -> io::Result<Listen> {
    let gone = || io::Error::from(io::ErrorKind::NotFound);
    let listen = match descriptors.take_unix_listener(index) {
        Ok(listener) => {
            let listener = listener.ok_or_else(gone)?;
            check(&listener)?;
            Listen::listener_unix(listener)
        }
        Err(_) => {
            let listener = descriptors.take_tcp_listener(index)?.ok_or_else(gone)?;
            check(&listener)?;
            Listen::listener(listener)
        }
    };
    Ok(listen)
}

/// A connection, which a socket per request would be (`Accept=yes`), is no listener. Apple's systems cannot be asked: there,
/// accepting from it fails.
#[cfg_attr(target_vendor = "apple", expect(unused_variables, reason = "it cannot be asked"))]
fn check(socket: &impl std::os::fd::AsFd) -> io::Result<()> {
    #[cfg(target_vendor = "apple")]
    let listens = true;
    #[cfg(not(target_vendor = "apple"))]
    let listens = rustix::net::sockopt::socket_acceptconn(socket)?;
    if listens {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "the socket does not listen"))
}

/// Tells the service manager something, such as `READY=1`, `STOPPING=1` or `STATUS=…`; several lines at once are
/// several things. Whether there is one that wants to know (`NOTIFY_SOCKET`).
///
/// # Errors
/// Where it cannot be told.
#[doc(alias = "sd_notify")]
pub fn notify(state: &str) -> io::Result<bool> {
    match std::env::var_os("NOTIFY_SOCKET") {
        Some(place) if !place.is_empty() => notify_at(&place, state).map(|()| true),
        _ => Ok(false),
    }
}

fn notify_at(place: &OsStr, state: &str) -> io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    let sent = socket.send_to_addr(state.as_bytes(), &address(place)?)?;
    if sent == state.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
}

/// A path, or with `@` in front a name without a file, which Linux has.
fn address(place: &OsStr) -> io::Result<SocketAddr> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::ffi::OsStrExt;
        if let Some(name) = place.as_bytes().strip_prefix(b"@") {
            return SocketAddr::from_abstract_name(name);
        }
    }
    SocketAddr::from_pathname(place)
}

#[cfg(test)]
mod tests;
