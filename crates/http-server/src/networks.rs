//! Sets of addresses: single ones, networks, and the peers of local sockets. It decides nothing but membership.

use crate::error::Error;
use http_proto::field::decimal;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// Addresses that belong together, such as those of one's own proxies.
///
/// ```
/// use http_server::Networks;
///
/// let own = Networks::new(["127.0.0.1", "10.0.0.0/8", "fd00::/8"]).unwrap();
/// assert!(own.contains("10.20.30.40".parse().unwrap()));
/// assert!(own.contains("::ffff:10.20.30.40".parse().unwrap()), "the same address, seen by a socket for both families");
/// assert!(!own.contains("192.0.2.1".parse().unwrap()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Networks {
    networks: Vec<Network>,
    local_sockets: bool,
}

impl Networks {
    /// Reads addresses (`192.0.2.1`, `2001:db8::1`) and networks with the length of their prefix (`10.0.0.0/8`).
    ///
    /// # Errors
    /// [`Error::InvalidNetwork`] for what is neither, and for a network whose address has bits behind its prefix.
    pub fn new<T: AsRef<str>>(networks: impl IntoIterator<Item = T>) -> Result<Self, Error> {
        let read = |text: T| {
            let text = text.as_ref();
            text.parse().map_err(|()| Error::InvalidNetwork { text: text.escape_debug().to_string() })
        };
        let networks = networks.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { networks, local_sockets: false })
    }

    /// This machine by its own addresses: `127.0.0.0/8` and `::1`.
    pub fn loopback() -> Self {
        let networks = vec![
            Network { address: IpAddr::from([127, 0, 0, 0]), prefix_bits: 8 },
            Network { address: IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1_u16]), prefix_bits: 128 },
        ];
        Self { networks, local_sockets: false }
    }

    /// These, and whoever may connect to a local socket of the server.
    pub const fn with_local_sockets(mut self) -> Self {
        self.local_sockets = true;
        self
    }

    /// Whether `address` is one of these. An IPv4 address written as an IPv6 one is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(address))
    }

    /// Whether the peer of a connection is one of these; `None` is that of a local socket.
    pub(crate) fn contains_peer(&self, peer: Option<IpAddr>) -> bool {
        peer.map_or(self.local_sockets, |peer| self.contains(peer))
    }
}

/// What counts as one client: an IPv4 address, or the first of an IPv6 network of 64 bits, which is what one customer has.
pub(crate) fn client_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

/// An address and how many of its first bits count.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                first_bits(own.to_bits().into(), 32, self.prefix_bits)
                    == first_bits(other.to_bits().into(), 32, self.prefix_bits)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                first_bits(own.to_bits(), 128, self.prefix_bits)
                    == first_bits(other.to_bits(), 128, self.prefix_bits)
            }
            _ => false,
        }
    }
}

/// The first `count` of the `width` low bits of a number.
fn first_bits(number: u128, width: u32, count: u8) -> u128 {
    let behind = width.saturating_sub(count.into());
    number.checked_shr(behind).unwrap_or_default()
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let (number, width) = match address {
            IpAddr::V4(address) => (address.to_bits().into(), 32),
            IpAddr::V6(address) => (address.to_bits(), 128),
        };
        let prefix_bits = match prefix {
            None => width,
            Some(digits) => {
                let bits = decimal(digits.as_bytes()).and_then(|bits| u8::try_from(bits).ok());
                bits.filter(|bits| *bits <= width).ok_or(())?
            }
        };
        let behind = u32::from(width - prefix_bits);
        let rest = number & 1_u128.checked_shl(behind).map_or(u128::MAX, |end| end - 1);
        if rest != 0 {
            return Err(());
        }
        // The IPv4 addresses among those of IPv6 are the IPv4 ones.
        match address.to_canonical() {
            canonical @ IpAddr::V4(_) if address.is_ipv6() && prefix_bits >= 96 => {
                Ok(Self { address: canonical, prefix_bits: prefix_bits - 96 })
            }
            _ => Ok(Self { address, prefix_bits }),
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix_bits)
    }
}

#[cfg(test)]
mod tests;
