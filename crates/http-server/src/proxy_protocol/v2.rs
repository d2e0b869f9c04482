//! Version 2 of the PROXY protocol: a signature, three fields, addresses, and values of which none is needed here.

use super::{ProxyError, Read, Relayed, V2_BYTES_MAX};
use std::net::{IpAddr, SocketAddr};

pub(super) const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// Bytes before the addresses.
const FIXED_BYTES: usize = 16;

const INET_BYTES: usize = 12;
const INET6_BYTES: usize = 36;
const UNIX_BYTES: usize = 216;

pub(super) fn read(bytes: &[u8]) -> Result<Read, ProxyError> {
    let Some(behind) = bytes.get(SIGNATURE.len()..) else { return Ok(Read::Partial) };
    // What can be refused is refused as soon as it is there.
    if behind.first().is_some_and(|byte| !matches!(byte, 0x20 | 0x21)) {
        return Err(ProxyError::Malformed);
    }
    // The high half of a byte is the family, the low one the transport, of which neither has more than these.
    if behind.get(1).is_some_and(|byte| byte >> 4 > 3 || byte & 0xf > 2) {
        return Err(ProxyError::Malformed);
    }
    let [version_and_command, family_and_transport, high, low, ..] = *behind else {
        return Ok(Read::Partial);
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    let whole = FIXED_BYTES + length;
    if whole > V2_BYTES_MAX {
        return Err(ProxyError::TooLong { bytes: whole });
    }
    let is_local = version_and_command & 0xf == 0;
    let needed = match family_and_transport >> 4 {
        _ if is_local => 0,
        1 => INET_BYTES,
        2 => INET6_BYTES,
        3 => UNIX_BYTES,
        _ => 0,
    };
    if length < needed {
        return Err(ProxyError::Malformed);
    }
    let Some(rest) = bytes.get(FIXED_BYTES..whole) else { return Ok(Read::Partial) };
    let relayed = match family_and_transport >> 4 {
        // Whoever relays nothing, or cannot say for whom: addresses that are there all the same are none.
        _ if is_local || family_and_transport & 0xf == 0 => Relayed::Own,
        1 => addresses::<4>(rest).ok_or(ProxyError::Malformed)?,
        2 => addresses::<16>(rest).ok_or(ProxyError::Malformed)?,
        3 => Relayed::ForLocalSocket,
        _ => Relayed::Own,
    };
    Ok(Read::Complete { relayed, consumed_bytes: whole })
}

/// Two addresses of `N` bytes, then two ports.
fn addresses<const N: usize>(bytes: &[u8]) -> Option<Relayed>
where
    [u8; N]: Into<IpAddr>,
{
    let (source, rest) = bytes.split_first_chunk::<N>()?;
    let (destination, rest) = rest.split_first_chunk::<N>()?;
    let (source_port, rest) = rest.split_first_chunk::<2>()?;
    let (destination_port, _) = rest.split_first_chunk::<2>()?;
    Some(Relayed::For {
        source: SocketAddr::new((*source).into(), u16::from_be_bytes(*source_port)),
        destination: SocketAddr::new((*destination).into(), u16::from_be_bytes(*destination_port)),
    })
}
