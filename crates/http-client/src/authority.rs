//! Host and port as a caller writes them, checked; and as a Host field or a CONNECT target writes them.
//! It resolves nothing.

use crate::error::ErrorKind;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// A host and a port: where to connect to, and what to call it in a request.
///
/// The text forms are `name`, `name:port`, `192.0.2.1`, `[2001:db8::1]` and `[2001:db8::1]:port`; an IPv6 address
/// without port may stand without brackets. A zone (`fe80::1%eth0`) is used for connecting and never sent.
///
/// ```
/// use http_client::Authority;
///
/// let authority = Authority::parse("[2001:db8::1]:8080", 80).map_err(|kind| kind.to_string())?;
/// assert_eq!((authority.host(), authority.port()), ("2001:db8::1", 8080));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Authority {
    /// Without brackets.
    host: String,
    port: u16,
    ipv6: bool,
    /// The host, where it is an address without a zone.
    ip: Option<IpAddr>,
}

impl Authority {
    /// Reads `host` or `host:port`; `default_port` counts where there is none, or nothing behind the colon.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidHost`] and [`ErrorKind::InvalidPort`].
    pub fn parse(text: &str, default_port: u16) -> Result<Self, ErrorKind> {
        let (authority, port) = Self::split(text)?;
        Ok(Self { port: port.unwrap_or(default_port), ..authority })
    }

    /// A host that has its port beside it. Brackets around an IPv6 address are optional here.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidHost`], also where the host has a port of its own, and [`ErrorKind::InvalidPort`] for 0.
    pub fn new(host: &str, port: u16) -> Result<Self, ErrorKind> {
        if port == 0 {
            return Err(ErrorKind::InvalidPort { port: String::from("0") });
        }
        let (authority, other) = Self::split(host)?;
        if other.is_some() {
            return Err(invalid(host, "it has a port already"));
        }
        Ok(Self { port, ..authority })
    }

    /// Host and port apart; the port is 0 in the first part.
    pub(crate) fn split(text: &str) -> Result<(Self, Option<u16>), ErrorKind> {
        if text.contains("//") {
            return Err(invalid(text, "it is a URL; give host or host:port"));
        }
        if text.contains('@') {
            return Err(invalid(text, "user information does not belong into a host"));
        }
        let (host, port, bracketed) = if let Some(rest) = text.strip_prefix('[') {
            let Some((host, rest)) = rest.split_once(']') else {
                return Err(invalid(text, "a bracket is not closed"));
            };
            match rest.strip_prefix(':') {
                Some(port) => (host, port, true),
                None if rest.is_empty() => (host, "", true),
                None => return Err(invalid(text, "text behind the bracket")),
            }
        } else if is_ipv6(text) {
            (text, "", false)
        } else {
            let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
            (host, port, false)
        };
        let ipv6 = is_ipv6(host);
        if bracketed && !ipv6 {
            return Err(invalid(text, "only an IPv6 address stands in brackets"));
        }
        if !ipv6 {
            check_name(text, host)?;
        }
        let port = if port.is_empty() { None } else { Some(read_port(port)?) };
        Ok((Self { host: host.to_owned(), port: 0, ipv6, ip: host.parse().ok() }, port))
    }

    /// The host without brackets, a zone included.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The address that the host is; `None` for a name, and for an address with a zone.
    pub(crate) const fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The host as it stands in a URL: in brackets if it is an IPv6 address, never with a zone (RFC 9110 §7.2).
    pub(crate) fn uri_host(&self) -> String {
        let host = self.host.split_once('%').map_or(self.host.as_str(), |(address, _)| address);
        if self.ipv6 { format!("[{host}]") } else { host.to_owned() }
    }

    /// The value of a Host field: without the port where it is the scheme's default.
    pub(crate) fn host_field(&self, default_port: u16) -> String {
        if self.port == default_port { self.uri_host() } else { self.with_port() }
    }

    /// `host:port`, as a CONNECT target has it (RFC 9112 §3.2.3).
    pub(crate) fn with_port(&self) -> String {
        format!("{}:{}", self.uri_host(), self.port)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with_port())
    }
}

impl fmt::Display for Authority {
    /// `host:port`, IPv6 in brackets, without zone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with_port())
    }
}

/// An IPv6 address with or without a zone (RFC 4007 §11: visible characters behind `%`).
fn is_ipv6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').unwrap_or((text, "0"));
    address.parse::<Ipv6Addr>().is_ok()
        && !zone.is_empty()
        && zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// `reg-name` of RFC 3986 §3.2.2 without percent-encoding, which no resolver takes.
fn check_name(text: &str, host: &str) -> Result<(), ErrorKind> {
    if host.is_empty() {
        return Err(invalid(text, "it is empty"));
    }
    if host.contains(':') {
        return Err(invalid(text, "an IPv6 address with a port needs brackets"));
    }
    if !host.is_ascii() {
        return Err(invalid(text, "it is not ASCII; give an international name in its xn-- form"));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte);
    if !host.bytes().all(allowed) {
        return Err(invalid(text, "it has a byte that no host name has"));
    }
    Ok(())
}

/// `port = 1*DIGIT`, from 1 to 65535: no sign, no blanks.
fn read_port(digits: &str) -> Result<u16, ErrorKind> {
    let refused = || ErrorKind::InvalidPort { port: digits.to_owned() };
    if digits.len() > 5 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused());
    }
    digits.parse().ok().filter(|&port| port != 0).ok_or_else(refused)
}

fn invalid(text: &str, problem: &'static str) -> ErrorKind {
    // A password or a query that came along is nobody's business.
    let (user, behind) = text.rsplit_once('@').map_or(("", text), |(_, behind)| ("[hidden]@", behind));
    let (before, query) =
        behind.split_once(['?', '#']).map_or((behind, ""), |(before, _)| (before, "?[hidden]"));
    let host = format!("{user}{before}{query}");
    ErrorKind::InvalidHost { host, problem }
}

#[cfg(test)]
mod tests;
