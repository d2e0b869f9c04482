//! Which hosts are reached without a proxy: the rules of `no_proxy` as curl, Go and Python have them in common.

use http_proto::field::decimal;
use std::net::IpAddr;
use url::Host;

/// A list of hosts that are reached without a proxy.
///
/// Entries are separated by commas or blanks: `*` (all hosts), `example.com` and `.example.com` and `*.example.com`
/// (that host and all below it), `192.0.2.7`, `10.0.0.0/8`, `fd00::/8`, each possibly with a port (`example.com:8080`,
/// `[::1]:80`), which must then be the request's. Names disregard case and a final dot. An entry that makes no
/// sense is passed over, as everyone does.
///
/// ```
/// use http_client::client::NoProxy;
///
/// let rules = NoProxy::parse("localhost, .internal, 10.0.0.0/8");
/// assert!(rules.matches("db.internal", 80));
/// assert!(!rules.matches("notinternal", 80));
/// assert!(rules.matches("10.1.2.3", 8080));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
#[doc(alias = "proxy_bypass")]
pub struct NoProxy {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Hosts {
    All,
    /// Lower case, without dots at either end.
    Suffix(String),
    Network {
        address: IpAddr,
        prefix_bits: u8,
    },
}

impl NoProxy {
    /// No host: everything goes through the proxy.
    pub const fn none() -> Self {
        Self { rules: Vec::new() }
    }

    /// Reads a list as it stands in `no_proxy`.
    pub fn parse(list: &str) -> Self {
        let entries = list.split([',', ' ', '\t', '\r', '\n']).filter(|entry| !entry.is_empty());
        Self { rules: entries.filter_map(rule).collect() }
    }

    /// Whether `host` (a name, or an address with or without brackets) is reached without a proxy at this port.
    #[must_use]
    pub fn matches(&self, host: &str, port: u16) -> bool {
        if self.rules.is_empty() {
            return false;
        }
        let host = normal(host);
        let address = literal(&host);
        self.rules.iter().any(|rule| {
            rule.port.is_none_or(|wanted| wanted == port)
                && match &rule.hosts {
                    Hosts::All => true,
                    Hosts::Suffix(suffix) => is_at_or_below(&host, suffix),
                    Hosts::Network { address: network, prefix_bits } => {
                        address.is_some_and(|address| is_within(address, *network, *prefix_bits))
                    }
                }
        })
    }

    pub(crate) fn matches_host(&self, host: &Host<&str>, port: u16) -> bool {
        !self.rules.is_empty()
            && match host {
                Host::Domain(name) => self.matches(name, port),
                Host::Ipv4(address) => self.matches(&address.to_string(), port),
                Host::Ipv6(address) => self.matches(&address.to_string(), port),
            }
    }
}

fn rule(entry: &str) -> Option<Rule> {
    if entry == "*" {
        return Some(Rule { hosts: Hosts::All, port: None });
    }
    // An IPv6 address without brackets has colons of its own.
    let bare_ipv6 = entry.split('/').next().is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, digits)) if !bare_ipv6 && !digits.contains(']') => (host, Some(port(digits)?)),
        _ => (entry, None),
    };
    Some(Rule { hosts: hosts(host)?, port })
}

fn hosts(text: &str) -> Option<Hosts> {
    if text == "*" {
        return Some(Hosts::All);
    }
    let (host, prefix) = match text.split_once('/') {
        Some((host, prefix)) => (host, Some(prefix)),
        None => (text, None),
    };
    let host = normal(host);
    if let Some(address) = literal(&host) {
        let bits_max = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = match prefix {
            Some(digits) => u8::try_from(port(digits)?).ok().filter(|&bits| bits <= bits_max)?,
            None => bits_max,
        };
        return Some(Hosts::Network { address, prefix_bits });
    }
    let suffix = host.strip_prefix("*.").unwrap_or(&host).trim_start_matches('.');
    let is_name = prefix.is_none() && !suffix.is_empty() && !suffix.contains(['*', ':', '[', ']']);
    is_name.then(|| Hosts::Suffix(suffix.to_owned()))
}

fn port(digits: &str) -> Option<u16> {
    u16::try_from(decimal(digits.as_bytes())?).ok()
}

/// Lower case, without brackets, zone and final dot.
fn normal(host: &str) -> String {
    let host = host.strip_prefix('[').map_or(host, |inner| inner.strip_suffix(']').unwrap_or(inner));
    let host = host.split('%').next().unwrap_or(host);
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// An address, an IPv4 one that hides in IPv6 unmasked.
fn literal(host: &str) -> Option<IpAddr> {
    host.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

fn is_at_or_below(host: &str, suffix: &str) -> bool {
    host.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn is_within(address: IpAddr, network: IpAddr, prefix_bits: u8) -> bool {
    let (one, other, width) = match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (u128::from(one.to_bits()), u128::from(other.to_bits()), 32),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits(), other.to_bits(), 128),
        _ => return false,
    };
    let host_bits = u32::from(u8::saturating_sub(width, prefix_bits));
    (one ^ other).checked_shr(host_bits).unwrap_or_default() == 0
}

#[cfg(test)]
mod tests;
