//! The PROXY protocol, version 1 and 2: the few bytes with which a load balancer says, ahead of a connection's own, who
//! is at its other end. This reads bytes and knows no sockets;
//! [`Listen::proxy_protocol`](crate::Listen::proxy_protocol) puts it to use.
//!
//! Strict: a header that says anything else than the protocol's description allows is refused, and no more bytes are
//! taken than are its own, so that TLS or HTTP may follow at once. Type-length-values of version 2 are skipped.

use std::net::SocketAddr;

mod v1;
mod v2;

/// The most bytes of a header of version 1, its line end included.
pub const V1_BYTES_MAX: usize = 107;

/// The most bytes of a header of version 2 that are taken, its values included. The protocol itself would allow 65 551.
pub const V2_BYTES_MAX: usize = 4096;

/// Whose connection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Relayed {
    /// That of somebody with this address, who had connected to that one.
    #[non_exhaustive]
    For {
        /// The client's address.
        source: SocketAddr,
        /// The address that the client connected to.
        destination: SocketAddr,
    },
    /// That of somebody on a local socket of the proxy's machine, who has no address here.
    ForLocalSocket,
    /// The proxy's own, as for checks of health (`LOCAL`), or that of somebody whom it cannot name (`UNKNOWN`): what the
    /// connection itself tells holds.
    Own,
}

/// How far a header has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing between whole and not whole")]
pub enum Read {
    /// There must be more bytes; all that are there belong to the header.
    Partial,
    /// It is whole, and took so many bytes from the beginning.
    Complete {
        /// What it says.
        relayed: Relayed,
        /// Its length.
        consumed_bytes: usize,
    },
}

/// Why bytes are no header of the PROXY protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// They begin like neither version.
    #[error("no header of the PROXY protocol")]
    Missing,
    /// The line of version 1 breaks its grammar, or is too long.
    #[error("malformed header of version 1 of the PROXY protocol")]
    MalformedLine,
    /// A field of version 2 has a value that the protocol does not know.
    #[error("malformed header of version 2 of the PROXY protocol")]
    Malformed,
    /// The header of version 2 is longer than [`V2_BYTES_MAX`].
    #[error("header of the PROXY protocol of {bytes} bytes, {V2_BYTES_MAX} are the most")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
}

/// Reads the header at the beginning of `bytes`.
///
/// ```
/// use http_server::proxy_protocol::{Read, Relayed, read};
///
/// let bytes = b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\nGET / HTTP/1.1\r\n";
/// let Ok(Read::Complete { relayed: Relayed::For { source, .. }, consumed_bytes }) = read(bytes) else { panic!() };
/// assert_eq!(source, "192.0.2.1:56324".parse().unwrap());
/// assert_eq!(&bytes[consumed_bytes..], b"GET / HTTP/1.1\r\n");
/// ```
///
/// # Errors
/// [`ProxyError`] as soon as it is certain that more bytes would not help.
pub fn read(bytes: &[u8]) -> Result<Read, ProxyError> {
    let begins = |signature: &[u8]| bytes.iter().zip(signature).all(|(byte, want)| byte == want);
    if begins(v1::SIGNATURE) {
        v1::read(bytes)
    } else if begins(v2::SIGNATURE) {
        v2::read(bytes)
    } else {
        Err(ProxyError::Missing)
    }
}

#[cfg(test)]
mod tests;
