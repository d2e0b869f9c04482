//! Which addresses a client may connect to: asked with the resolved address, just before the connection is made.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// A guard against requests that are led into one's own network (SSRF): by a URL, a redirect or a name that
/// resolves to a private address.
///
/// It sees every address that the client is about to connect to, also where the URL has an address instead of
/// a name, at each hop; those it refuses are left out, and where none remains the request fails with
/// [`AddressRefused`](crate::client::ErrorKind::AddressRefused). The name is not looked up again between the check
/// and the connection. A proxy that the caller has named is not checked, and resolves names itself: it has to
/// have rules of its own.
///
/// ```
/// use http_client::client::AddressFilter;
///
/// let filter = AddressFilter::public_only();
/// assert!(!filter.allows("127.0.0.1:80".parse()?));
/// assert!(!filter.allows("[::ffff:10.0.0.1]:80".parse()?));
/// assert!(filter.allows("[2606:4700::1111]:443".parse()?));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone)]
pub struct AddressFilter {
    rule: Rule,
}

#[derive(Clone)]
enum Rule {
    Public,
    Function(Arc<dyn Fn(SocketAddr) -> bool + Send + Sync>),
}

impl AddressFilter {
    /// Public unicast addresses only: none of those that IANA's registries of special-purpose addresses list as not
    /// globally reachable, nor multicast, nor those that carry one of them inside (mapped, 6to4, Teredo, NAT64).
    #[must_use]
    pub const fn public_only() -> Self {
        Self { rule: Rule::Public }
    }

    /// Those for which `allows` is true.
    #[must_use]
    pub fn new(allows: impl Fn(SocketAddr) -> bool + Send + Sync + 'static) -> Self {
        Self { rule: Rule::Function(Arc::new(allows)) }
    }

    /// Whether this address may be connected to.
    #[must_use]
    pub fn allows(&self, address: SocketAddr) -> bool {
        match &self.rule {
            Rule::Public => match address.ip() {
                IpAddr::V4(ip) => is_public_v4(ip),
                IpAddr::V6(ip) => is_public_v6(ip),
            },
            Rule::Function(allows) => allows(address),
        }
    }
}

impl fmt::Debug for AddressFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.rule {
            Rule::Public => "AddressFilter(public only)",
            Rule::Function(_) => "AddressFilter(function)",
        })
    }
}

/// No address of a host passed the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address filter refused all {addresses} addresses")]
pub(crate) struct AddressRefused {
    /// How many there were.
    pub(crate) addresses: usize,
}

/// RFC 6890 and the registry that continues it.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let special = match ip.octets() {
        [0 | 10 | 127, ..] => true,
        // Shared address space (RFC 6598), link-local with the metadata services of clouds, private (RFC 1918).
        [100, second, ..] => second & 0xc0 == 64,
        [169, 254, ..] | [192, 168, ..] => true,
        [172, second, ..] => second & 0xf0 == 16,
        // Protocol assignments, documentation, 6to4 relays, benchmarks.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        [198, 18 | 19, ..] => true,
        // Multicast, reserved, broadcast.
        [224..=255, ..] => true,
        _ => false,
    };
    !special
}

/// 2000::/3 is all global unicast space there is; within it, what the registry takes out.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(ip) = ip.to_ipv4_mapped() {
        return is_public_v4(ip);
    }
    let embedded = |high: u16, low: u16| {
        let [first, second] = high.to_be_bytes();
        let [third, fourth] = low.to_be_bytes();
        Ipv4Addr::new(first, second, third, fourth)
    };
    match ip.segments() {
        // NAT64 (RFC 6052).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(embedded(high, low)),
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => is_public_v4(embedded(high, low)),
        // Protocol assignments with Teredo, benchmarks and ORCHID (RFC 2928), documentation (RFC 3849, RFC 9637).
        [0x2001, second, ..] => second & 0xfe00 != 0 && second != 0xdb8,
        [0x3fff, second, ..] => second & 0xf000 != 0,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests;
