//! Ahead of a connection, a proxy says who is at its other end. As many bytes as are its own are taken from the socket,
//! since TLS may follow, and how many that are is known only once they are there.

use crate::address_counts::{Addresses, Held};
use crate::proxy_protocol::{ProxyError, Read, Relayed, read};
use crate::socket::Socket;
use std::io;
use std::net::{IpAddr, SocketAddr};

/// What a proxy says, or has said.
#[derive(Debug)]
pub(crate) struct Introduction {
    received: Vec<u8>,
    destination: Option<SocketAddr>,
    /// Where the client is counted, once it is known.
    addresses: Addresses,
    held: Option<Held>,
}

/// How far a proxy has come with it.
#[derive(Debug)]
pub(crate) enum Introduced {
    /// There is more to come.
    Partly,
    /// The client has this address; the proxy speaks for itself if there is none.
    As(Option<SocketAddr>),
    /// The connection is to be closed: for what is wrong with the header, or else since it has ended.
    Never(Option<ProxyError>),
    /// It is to be closed, since its client has as many as it may.
    TooMany { address: IpAddr, connections_max: usize },
}

impl Introduction {
    pub(crate) const fn new(addresses: Addresses) -> Self {
        Self { received: Vec::new(), destination: None, addresses, held: None }
    }

    /// Whether nothing of it has come.
    pub(crate) fn is_silent(&self) -> bool {
        self.received.is_empty()
    }

    /// The address that the client connected to.
    pub(crate) const fn destination(&self) -> Option<SocketAddr> {
        self.destination
    }

    /// Reads on in the proxy's header, without waiting. A client may have as many connections as `max_of` its address.
    pub(crate) fn read_on(
        &mut self,
        socket: &Socket,
        max_of: impl Fn(IpAddr) -> Option<usize>,
    ) -> Introduced {
        match self.read_header(socket) {
            Ok(Some(relayed)) => self.take(relayed, max_of),
            Ok(None) => Introduced::Partly,
            Err(error) => Introduced::Never(error),
        }
    }

    /// The header, if it is whole; the error is that of the header, or none where the connection ended.
    fn read_header(&mut self, socket: &Socket) -> Result<Option<Relayed>, Option<ProxyError>> {
        let received = &mut self.received;
        let mut piece = [0u8; 256];
        loop {
            let seen = match socket.peek_now(&mut piece) {
                Ok(0) => return Err(None),
                Ok(count) => piece.get(..count).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return Err(None),
            };
            let before = received.len();
            received.extend_from_slice(seen);
            let (own_bytes, whole) = match read(received)? {
                Read::Partial => (seen.len(), None),
                Read::Complete { relayed, consumed_bytes } => {
                    (consumed_bytes.saturating_sub(before), Some(relayed))
                }
            };
            received.truncate(before + own_bytes);
            // What has been seen is there.
            let taken = piece.get_mut(..own_bytes).map(|own| socket.read_now(own));
            if !matches!(taken, Some(Ok(count)) if count == own_bytes) {
                return Err(None);
            }
            if whole.is_some() {
                return Ok(whole);
            }
        }
    }

    /// Takes the client for the peer; not if its address has too many connections already.
    fn take(&mut self, relayed: Relayed, max_of: impl Fn(IpAddr) -> Option<usize>) -> Introduced {
        self.received = Vec::new();
        match relayed {
            Relayed::For { source, destination } => {
                self.destination = Some(destination);
                if let Some(connections_max) = max_of(source.ip()) {
                    self.held = self.addresses.hold(source.ip(), connections_max);
                    if self.held.is_none() {
                        return Introduced::TooMany { address: source.ip(), connections_max };
                    }
                }
                Introduced::As(Some(source))
            }
            // A local socket of the proxy's is none of ours, whose peers may be trusted.
            Relayed::ForLocalSocket | Relayed::Own => Introduced::As(None),
        }
    }
}
