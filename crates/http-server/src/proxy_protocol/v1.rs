//! Version 1 of the PROXY protocol: one line of text.

use super::{ProxyError, Read, Relayed, V1_BYTES_MAX};
use http_proto::field::decimal;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

pub(super) const SIGNATURE: &[u8] = b"PROXY ";

pub(super) fn read(bytes: &[u8]) -> Result<Read, ProxyError> {
    let window = bytes.get(..V1_BYTES_MAX).unwrap_or(bytes);
    let Some(end) = window.iter().position(|byte| *byte == b'\n') else {
        // A carriage return stands before the end only.
        let inner = window.strip_suffix(b"\r").unwrap_or(window);
        let may_go_on = window.len() < V1_BYTES_MAX && !inner.contains(&b'\r');
        return if may_go_on { Ok(Read::Partial) } else { Err(ProxyError::MalformedLine) };
    };
    let line = window.get(SIGNATURE.len()..end).and_then(|line| line.strip_suffix(b"\r"));
    let line = line.filter(|line| !line.contains(&b'\r')).and_then(|line| std::str::from_utf8(line).ok());
    let relayed = line.and_then(relayed).ok_or(ProxyError::MalformedLine)?;
    Ok(Read::Complete { relayed, consumed_bytes: end + 1 })
}

/// `("TCP4" | "TCP6") SP source SP destination SP source-port SP destination-port`, or `UNKNOWN` and anything.
fn relayed(line: &str) -> Option<Relayed> {
    let (protocol, rest) = line.split_once(' ').unwrap_or((line, ""));
    match protocol {
        "UNKNOWN" => Some(Relayed::Own),
        "TCP4" => addresses::<Ipv4Addr>(rest),
        "TCP6" => addresses::<Ipv6Addr>(rest),
        _ => None,
    }
}

fn addresses<A: FromStr + Into<IpAddr>>(text: &str) -> Option<Relayed> {
    let mut words = text.split(' ');
    let mut address = || words.next()?.parse::<A>().ok().map(Into::into);
    let (source, destination) = (address()?, address()?);
    let (source_port, destination_port) = (port(words.next()?)?, port(words.next()?)?);
    words.next().is_none().then(|| Relayed::For {
        source: SocketAddr::new(source, source_port),
        destination: SocketAddr::new(destination, destination_port),
    })
}

/// Digits without a zero in front.
fn port(digits: &str) -> Option<u16> {
    let is_plain = digits == "0" || !digits.starts_with('0');
    let number = decimal(digits.as_bytes()).filter(|_| is_plain)?;
    u16::try_from(number).ok()
}
