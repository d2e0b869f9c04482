//! One attempt to connect: its socket, and when the next one may begin.

use crate::connect::SocketOptions;
use socket2::{Domain, Protocol, SockAddr, Socket, TcpKeepalive, Type};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// RFC 8305 §5: the delay before the next attempt begins beside the present ones.
pub(super) const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// A socket that can be connected to `address`.
pub(super) fn socket(address: SocketAddr, options: &SocketOptions) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if let Some(source) = options.source_address {
        socket.bind(&SockAddr::from(source))?;
    }
    if options.nodelay && !options.defers_nodelay() {
        socket.set_tcp_nodelay(true)?;
    }
    if let Some(idle) = options.keepalive {
        socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(idle))?;
    }
    if let Some(hook) = &options.hook {
        hook(&socket)?;
    }
    Ok(socket)
}
