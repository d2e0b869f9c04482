//! Who a request comes from when proxies stand between: what `Forwarded` (RFC 7239) and the `X-Forwarded-…` fields say,
//! as far as those who say it are trusted.

use crate::networks::Networks;
use http_proto::{FieldValue, Headers, field, is_host_and_port};
use std::net::{IpAddr, SocketAddr};

/// The proxies in front of a server, and which of their fields are believed.
///
/// Anybody can send these fields, so they count only as far as a chain of trusted proxies reaches: the connection's peer
/// must be trusted for the last entry to be read, the address in that entry for the entry before it, and so on. The
/// first address that is not trusted is the client; whatever stands before it may be made up. An entry that names
/// nobody (`unknown`, `_hidden`) or cannot be read ends the chain, too: then the nearest address that is known counts.
///
/// One kind of fields is believed, not both: a proxy passes on what it does not know. It must write that kind itself,
/// on every request; [`behind_a_proxy`](crate::behind_a_proxy) has configurations that do.
///
/// ```
/// use http_server::{Networks, Request, Response, Server, TrustedProxies};
///
/// # fn main() -> Result<(), http_server::Error> {
/// let proxies = TrustedProxies::x_forwarded(Networks::new(["10.0.0.0/8"])?);
/// let server = Server::bind("127.0.0.1:0")?.trusted_proxies(proxies).serve(|request: &mut Request<'_>| {
///     Response::text(format!("{:?} by {}\n", request.client_addr(), request.scheme()))
/// })?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct TrustedProxies {
    networks: Networks,
    fields: Fields,
}

/// Which fields are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fields {
    Forwarded,
    XForwarded { host: bool },
}

impl TrustedProxies {
    /// Believes `X-Forwarded-For` and `X-Forwarded-Proto` of these peers.
    pub const fn x_forwarded(networks: Networks) -> Self {
        Self { networks, fields: Fields::XForwarded { host: false } }
    }

    /// Believes `Forwarded` of these peers: its parameters `for`, `proto` and `host` (RFC 7239).
    pub const fn forwarded(networks: Networks) -> Self {
        Self { networks, fields: Fields::Forwarded }
    }

    /// Believes `X-Forwarded-Host` as well, where it was `X-Forwarded-For` that is believed. Only for proxies that set or
    /// remove it on every request: most pass on what the client has sent, and pass on Host too, which is enough.
    pub const fn with_x_forwarded_host(mut self) -> Self {
        if let Fields::XForwarded { host } = &mut self.fields {
            *host = true;
        }
        self
    }

    /// Whether a peer with this address is one of them.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.networks.contains(address)
    }

    /// The address of the client whose request has come from this peer with these fields. A handler has it from
    /// [`Request::client_addr`](crate::Request::client_addr).
    #[must_use]
    pub fn client_addr(&self, peer: Option<IpAddr>, headers: &Headers) -> Option<IpAddr> {
        self.read(peer, headers).client
    }

    /// What can be believed about a request of this peer.
    pub(crate) fn read<'h>(&self, peer: Option<IpAddr>, headers: &'h Headers) -> Origin<'h> {
        let peer = peer.map(|peer| peer.to_canonical());
        if !self.networks.contains_peer(peer) {
            return Origin { client: peer, ..Origin::default() };
        }
        match self.fields {
            Fields::Forwarded => self.read_forwarded(peer, headers),
            Fields::XForwarded { host } => self.read_x_forwarded(peer, headers, host),
        }
    }

    fn read_forwarded<'h>(&self, peer: Option<IpAddr>, headers: &'h Headers) -> Origin<'h> {
        let mut origin = Origin { client: peer, ..Origin::default() };
        // RFC 7239 §4: fields are one list in their order. A line that cannot be read ends the chain.
        let lines: Vec<FieldValue<'h>> = headers.get_all("Forwarded").collect();
        for line in lines.into_iter().rev() {
            let Some(hops) = hops(line.as_bytes()) else { return origin };
            for hop in hops.into_iter().rev() {
                // Whoever is nearest to the client knows best.
                origin.is_https = hop.proto.and_then(is_https).or(origin.is_https);
                origin.host = hop.host.and_then(host).or(origin.host);
                let Some(address) = hop.address.and_then(node) else { return origin };
                origin.client = Some(address);
                if !self.networks.contains(address) {
                    return origin;
                }
            }
        }
        origin
    }

    fn read_x_forwarded<'h>(
        &self,
        peer: Option<IpAddr>,
        headers: &'h Headers,
        with_host: bool,
    ) -> Origin<'h> {
        let mut client = peer;
        let mut depth = 0;
        for entry in entries(headers, "X-Forwarded-For").into_iter().rev() {
            depth += 1;
            let Some(address) = std::str::from_utf8(entry).ok().and_then(address) else { break };
            client = Some(address);
            if !self.networks.contains(address) {
                break;
            }
        }
        // A list has an entry of each proxy; those that set a value have left one.
        let at_depth = |name: &'static str| {
            let values = entries(headers, name);
            let from_end = depth.clamp(1, values.len().max(1));
            values.len().checked_sub(from_end).and_then(|index| values.get(index).copied())
        };
        Origin {
            client,
            is_https: at_depth("X-Forwarded-Proto").and_then(is_https),
            host: if with_host { at_depth("X-Forwarded-Host").and_then(host) } else { None },
        }
    }
}

/// What is known about where a request comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin<'h> {
    /// `None` for a local socket without a word about whom it is for.
    pub(crate) client: Option<IpAddr>,
    pub(crate) is_https: Option<bool>,
    pub(crate) host: Option<&'h str>,
}

/// The entries of all lines with this name, between their commas.
fn entries<'h>(headers: &'h Headers, name: &'static str) -> Vec<&'h [u8]> {
    headers
        .get_all(name)
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|entry| !entry.is_empty())
        .collect()
}

/// What one proxy says: `forwarded-element` (RFC 7239 §4), its values without quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Hop<'h> {
    address: Option<&'h [u8]>,
    proto: Option<&'h [u8]>,
    host: Option<&'h [u8]>,
}

/// The elements of one line, `None` where it breaks the grammar anywhere: where a quote was left open by somebody
/// further away, nothing behind it can be told from what it hides.
fn hops(line: &[u8]) -> Option<Vec<Hop<'_>>> {
    let mut hops = Vec::new();
    let mut rest = line;
    loop {
        let (hop, behind) = hop(rest)?;
        hops.extend(hop);
        match behind {
            [] => return Some(hops),
            [b',', behind @ ..] => rest = behind,
            _ => return None,
        }
    }
}

/// One element, `None` in the pair for an empty one, and what stands behind it.
fn hop(mut rest: &[u8]) -> Option<(Option<Hop<'_>>, &[u8])> {
    let mut hop = Hop::default();
    let mut pairs = 0;
    loop {
        rest = rest.trim_ascii_start();
        if !matches!(rest, [] | [b',' | b';', ..]) {
            let (name, value, behind) = pair(rest)?;
            rest = behind.trim_ascii_start();
            pairs += 1;
            for (known, place) in
                [(&b"for"[..], &mut hop.address), (b"proto", &mut hop.proto), (b"host", &mut hop.host)]
            {
                // RFC 7239 §4: each parameter once.
                if name.eq_ignore_ascii_case(known) && place.replace(value).is_some() {
                    return None;
                }
            }
        }
        match rest {
            [b';', behind @ ..] => rest = behind,
            _ => return Some(((pairs > 0).then_some(hop), rest)),
        }
    }
}

/// `forwarded-pair = token "=" ( token / quoted-string )`: name, value without quotes, what stands behind.
fn pair(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (name, text) = text.split_at_checked(text.iter().position(|byte| *byte == b'=')?)?;
    let text = text.get(1..)?;
    if name.is_empty() || !name.iter().all(|byte| field::is_token_byte(*byte)) {
        return None;
    }
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let end = text.iter().position(|byte| !field::is_token_byte(*byte)).unwrap_or(text.len());
        let (value, behind) = text.split_at_checked(end)?;
        return (!value.is_empty()).then_some((name, value, behind));
    };
    // No address, scheme or host has a character that must be escaped: the value with its backslashes is none.
    let mut escaped = false;
    let end = quoted.iter().position(|byte| match byte {
        _ if escaped => {
            escaped = false;
            false
        }
        b'\\' => {
            escaped = true;
            false
        }
        byte => *byte == b'"',
    })?;
    let (value, behind) = quoted.split_at_checked(end)?;
    Some((name, value, behind.get(1..)?))
}

/// `node = nodename [ ":" node-port ]` (RFC 7239 §6), where it names an address.
fn node(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (name, behind) = rest.split_once(']')?;
            let name: std::net::Ipv6Addr = name.parse().ok()?;
            (IpAddr::V6(name), behind.strip_prefix(':').or_else(|| behind.is_empty().then_some("0")))
        }
        None => {
            let (name, port) = text.split_once(':').unwrap_or((text, "0"));
            let name: std::net::Ipv4Addr = name.parse().ok()?;
            (IpAddr::V4(name), Some(port))
        }
    };
    let port = port?;
    let hidden = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let is_port = match port.strip_prefix('_') {
        Some(name) => hidden(name),
        None => (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()),
    };
    is_port.then_some(name.to_canonical())
}

/// An entry of `X-Forwarded-For`, which no document defines: an address, by some with a port, by some in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare =
        || text.strip_prefix('[')?.strip_suffix(']')?.parse::<std::net::Ipv6Addr>().ok().map(IpAddr::V6);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse().ok().or_else(with_port).or_else(bare).map(|address: IpAddr| address.to_canonical())
}

/// A scheme of HTTP.
fn is_https(scheme: &[u8]) -> Option<bool> {
    if scheme.eq_ignore_ascii_case(b"https") {
        Some(true)
    } else if scheme.eq_ignore_ascii_case(b"http") {
        Some(false)
    } else {
        None
    }
}

fn host(text: &[u8]) -> Option<&str> {
    if !text.is_empty() && is_host_and_port(text) { std::str::from_utf8(text).ok() } else { None }
}

#[cfg(test)]
mod tests;
