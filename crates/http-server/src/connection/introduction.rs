//! Ahead of a connection, a proxy says who is at its other end. As many bytes as are its own are taken from the socket,
//! since TLS may follow, and how many that are is known only once they are there.

use super::{Connection, Next};
use crate::address_counts::{Addresses, Held};
use crate::context::{Context, Watch};
use crate::observe::Event;
use crate::proxy_protocol::{ProxyError, Read, Relayed, read};
use std::io;
use std::net::SocketAddr;

/// What a proxy says, or has said.
#[derive(Debug)]
pub(crate) struct Introduction {
    received: Vec<u8>,
    destination: Option<SocketAddr>,
    /// Where the client is counted, once it is known.
    addresses: Addresses,
    held: Option<Held>,
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
}

impl Connection {
    /// Reads on in the proxy's header; `None` once it is whole.
    pub(super) fn introduction(&mut self, context: &Context<'_>, watch: &dyn Watch) -> Option<Next> {
        match self.read_introduction() {
            Ok(Some(relayed)) => {
                if !self.take_introduction(relayed, context) {
                    return Some(Next::Close);
                }
                self.begin(context, watch.now());
                None
            }
            Ok(None) => Some(Next::Wait),
            Err(error) => {
                if let Some(error) = error {
                    context.observe(&Event::IntroductionRefused { peer: self.peer.addr, error: Some(error) });
                }
                Some(Next::Close)
            }
        }
    }

    /// The header, if it is whole; the error is that of the header, or none where the connection ended.
    fn read_introduction(&mut self) -> Result<Option<Relayed>, Option<ProxyError>> {
        let socket = self.link.socket();
        let Some(introduction) = &mut self.peer.introduction else { return Ok(Some(Relayed::Own)) };
        let received = &mut introduction.received;
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
    fn take_introduction(&mut self, relayed: Relayed, context: &Context<'_>) -> bool {
        let Some(introduction) = &mut self.peer.introduction else { return true };
        introduction.received = Vec::new();
        match relayed {
            Relayed::For { source, destination } => {
                self.peer.addr = Some(source);
                introduction.destination = Some(destination);
                if let Some(max) = context.limits.connections_per_address_max {
                    introduction.held = introduction.addresses.hold(source.ip(), max);
                    return introduction.held.is_some();
                }
            }
            // A local socket of the proxy's is none of ours, whose peers may be trusted.
            Relayed::ForLocalSocket | Relayed::Own => {}
        }
        true
    }
}
