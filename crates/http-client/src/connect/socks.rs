//! SOCKS 5 (RFC 1928, RFC 1929) and SOCKS 4a: asking a proxy for a connection, and nothing else.

use crate::authority::Authority;
use crate::connect::resolve::Resolve;
use crate::connect::{Budget, SocketOptions, set_both, tcp};
use crate::error::{Error, ErrorKind, Phase};
use crate::timeouts::Limit;
use crate::transport::Transport;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};

/// A SOCKS proxy through which connections are opened.
///
/// The proxy looks the name up, unless [`resolve_locally`](Self::resolve_locally) is set.
///
/// ```
/// use http_client::{HttpConnection, SocksProxy};
///
/// let proxy = SocksProxy::v5("127.0.0.1:9050")?.credentials("joe", "sesame")?;
/// let connection = HttpConnection::builder("example.org").socks(proxy).build()?; // opens with the first request
/// # Ok::<(), http_client::Error>(())
/// ```
#[derive(Clone)]
pub struct SocksProxy {
    version: Version,
    authority: Authority,
    resolve_locally: bool,
}

#[derive(Clone)]
enum Version {
    V5 { credentials: Option<(String, String)> },
    V4 { user: String },
}

impl SocksProxy {
    /// A SOCKS 5 proxy at `host` or `host:port`; the port is 1080 by default.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidHost`] and [`ErrorKind::InvalidPort`].
    pub fn v5(host: &str) -> Result<Self, Error> {
        Self::new(host, Version::V5 { credentials: None })
    }

    /// A SOCKS 4a proxy at `host` or `host:port`. It cannot reach IPv6 addresses.
    ///
    /// # Errors
    /// As [`v5`](Self::v5).
    pub fn v4a(host: &str) -> Result<Self, Error> {
        Self::new(host, Version::V4 { user: String::new() })
    }

    fn new(host: &str, version: Version) -> Result<Self, Error> {
        let authority = Authority::parse(host, 1080).map_err(|kind| Error::new(kind, Phase::Prepare))?;
        Ok(Self { version, authority, resolve_locally: false })
    }

    /// Signs in with a user name and a password (RFC 1929); SOCKS 4a has no password, and ignores none: it is an
    /// error there.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] where one of them is longer than 255 bytes or empty, has a NUL for SOCKS 4a, or
    /// a password is given for it.
    pub fn credentials(mut self, user: &str, password: &str) -> Result<Self, Error> {
        let refused = |what| Err(Error::new(ErrorKind::Unsupported { what }, Phase::Prepare));
        match &mut self.version {
            Version::V5 { credentials } => {
                if !(1..=255).contains(&user.len()) || !(1..=255).contains(&password.len()) {
                    return refused("SOCKS 5 user names and passwords have 1 to 255 bytes");
                }
                *credentials = Some((user.to_owned(), password.to_owned()));
            }
            Version::V4 { .. } if !password.is_empty() => {
                return refused("SOCKS 4a has no passwords; leave it empty or use SOCKS 5");
            }
            Version::V4 { user: to } => {
                if user.len() > 255 || user.contains('\0') {
                    return refused("SOCKS 4a user names have at most 255 bytes and no NUL");
                }
                user.clone_into(to);
            }
        }
        Ok(self)
    }

    /// Looks names up on this side and sends the proxy an address: that of IPv4 by SOCKS 4, and of several one after the
    /// other until it can reach one.
    #[must_use]
    pub fn resolve_locally(mut self) -> Self {
        self.resolve_locally = true;
        self
    }

    /// Where the proxy is.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }
}

impl fmt::Debug for SocksProxy {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = match self.version {
            Version::V5 { .. } => "5",
            Version::V4 { .. } => "4a",
        };
        f.debug_struct("SocksProxy")
            .field("version", &version)
            .field("authority", &self.authority)
            .field("resolve_locally", &self.resolve_locally)
            .finish_non_exhaustive()
    }
}

/// What the proxy is to connect to.
enum Target {
    Name(String),
    Address(IpAddr),
}

/// What a proxy says that speaks its protocol and does not refuse.
enum Reply {
    Connected,
    /// It cannot reach this address; it may reach another one.
    Unreachable(&'static str),
}

/// Opens a connection to `to` through the proxy.
pub(crate) fn open(
    proxy: &SocksProxy,
    resolver: &dyn Resolve,
    options: &SocketOptions,
    to: &Authority,
    budget: Budget<'_>,
) -> Result<Box<dyn Transport>, Error> {
    let mut problem = None;
    for target in targets(proxy, resolver, to, budget)? {
        let stream = tcp::open(resolver, options, proxy.authority(), budget)?;
        let address = stream.peer_addr();
        let _watch = budget.watch(&stream);
        let mut dialog = Dialog { transport: Box::new(stream), budget };
        let reply = match &proxy.version {
            Version::V5 { credentials } => dialog.v5(&target, to.port(), credentials.as_ref()),
            Version::V4 { user } => dialog.v4a(&target, to.port(), user),
        };
        match reply.map_err(|error| error.with_address(address))? {
            Reply::Connected => return Ok(dialog.transport),
            Reply::Unreachable(text) => problem = Some(refused(text).with_address(address)),
        }
    }
    Err(problem.unwrap_or_else(|| {
        let error = io::Error::new(io::ErrorKind::AddrNotAvailable, "the name has no address");
        Error::new(ErrorKind::Resolve(error), Phase::Resolve)
    }))
}

/// What the proxy is to be asked for, one after the other: the name, or the addresses that it has here.
fn targets(
    proxy: &SocksProxy,
    resolver: &dyn Resolve,
    to: &Authority,
    budget: Budget<'_>,
) -> Result<Vec<Target>, Error> {
    if let Ok(address) = to.host().parse::<IpAddr>() {
        return Ok(vec![Target::Address(address)]);
    }
    if !proxy.resolve_locally {
        return Ok(vec![Target::Name(to.host().to_owned())]);
    }
    let mut found = tcp::in_turn(tcp::look_up(resolver, to, budget)?);
    budget.go_on(Phase::Resolve)?;
    // SOCKS 4 has no room for others. Where there are only others, it is said so.
    if matches!(proxy.version, Version::V4 { .. }) && found.iter().any(SocketAddr::is_ipv4) {
        found.retain(SocketAddr::is_ipv4);
    }
    Ok(found.into_iter().map(|address| Target::Address(address.ip())).collect())
}

struct Dialog<'a> {
    transport: Box<dyn Transport>,
    budget: Budget<'a>,
}

fn refused(problem: &'static str) -> Error {
    Error::new(ErrorKind::Socks { problem }, Phase::Proxy)
}

impl Dialog<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        set_both(&mut *self.transport, self.budget, Limit::Connect, Phase::Proxy)?;
        self.transport
            .write_all(bytes)
            .map_err(|error| self.budget.error(error, Limit::Connect, ErrorKind::Send, Phase::Proxy))
    }

    /// Exactly `N` bytes, and not one more: what follows belongs to the connection.
    fn read<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        self.read_into(&mut bytes)?;
        Ok(bytes)
    }

    fn read_into(&mut self, mut room: &mut [u8]) -> Result<(), Error> {
        while !room.is_empty() {
            set_both(&mut *self.transport, self.budget, Limit::Connect, Phase::Proxy)?;
            match self.transport.read(room) {
                Ok(0) => return Err(refused("it closed the connection")),
                Ok(count) => room = room.get_mut(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(self.budget.error(error, Limit::Connect, ErrorKind::Receive, Phase::Proxy));
                }
            }
        }
        Ok(())
    }

    fn v5(
        &mut self,
        target: &Target,
        port: u16,
        credentials: Option<&(String, String)>,
    ) -> Result<Reply, Error> {
        // RFC 1928 §3: the methods offered, 0 for none and 2 for user name and password.
        self.write(if credentials.is_some() { &[5, 2, 0, 2] } else { &[5, 1, 0] })?;
        match (self.read::<2>()?, credentials) {
            ([5, 0], _) => {}
            ([5, 2], Some((user, password))) => {
                // RFC 1929 §2.
                let mut message = vec![1];
                push_counted(&mut message, user)?;
                push_counted(&mut message, password)?;
                self.write(&message)?;
                let [_, status] = self.read::<2>()?;
                if status != 0 {
                    return Err(refused("it refuses the user name or the password"));
                }
            }
            ([5, 0xff], None) => return Err(refused("it asks for a user name and a password")),
            ([5, _], _) => return Err(refused("it asks for a way of signing in that is not supported")),
            _ => return Err(refused("it does not speak SOCKS 5")),
        }
        // RFC 1928 §4: version, CONNECT, reserved, address.
        let mut message = vec![5, 1, 0];
        match target {
            Target::Address(IpAddr::V4(address)) => {
                message.push(1);
                message.extend_from_slice(&address.octets());
            }
            Target::Address(IpAddr::V6(address)) => {
                message.push(4);
                message.extend_from_slice(&address.octets());
            }
            Target::Name(name) => {
                message.push(3);
                push_counted(&mut message, name)?;
            }
        }
        message.extend_from_slice(&port.to_be_bytes());
        self.write(&message)?;
        // RFC 1928 §6: version, reply, reserved, the address that the proxy uses.
        let [version, reply, _, kind] = self.read::<4>()?;
        if version != 5 {
            return Err(refused("it does not speak SOCKS 5"));
        }
        match reply {
            0 => {}
            1 | 3..=6 | 8 => return Ok(Reply::Unreachable(reply_text(reply))),
            _ => return Err(refused(reply_text(reply))),
        }
        match kind {
            1 => self.read_into(&mut [0; 6])?,
            4 => self.read_into(&mut [0; 18])?,
            3 => {
                let [length] = self.read::<1>()?;
                self.read_into(&mut vec![0; usize::from(length) + 2])?;
            }
            _ => return Err(refused("it answers with an unknown kind of address")),
        }
        Ok(Reply::Connected)
    }

    fn v4a(&mut self, target: &Target, port: u16, user: &str) -> Result<Reply, Error> {
        let mut message = vec![4, 1];
        message.extend_from_slice(&port.to_be_bytes());
        let name = match target {
            Target::Address(IpAddr::V4(address)) => {
                message.extend_from_slice(&address.octets());
                None
            }
            Target::Address(IpAddr::V6(_)) => {
                return Err(refused("SOCKS 4a cannot reach IPv6 addresses; use SOCKS 5"));
            }
            Target::Name(name) => {
                // An address that cannot be stands for the name behind it.
                message.extend_from_slice(&[0, 0, 0, 1]);
                Some(name)
            }
        };
        message.extend_from_slice(user.as_bytes());
        message.push(0);
        if let Some(name) = name {
            if name.len() > 255 {
                return Err(refused("a host name for it has at most 255 bytes"));
            }
            message.extend_from_slice(name.as_bytes());
            message.push(0);
        }
        self.write(&message)?;
        let [version, reply, ..] = self.read::<8>()?;
        match (version, reply) {
            (0, 90) => Ok(Reply::Connected),
            (0, 91) => Ok(Reply::Unreachable("it rejects the connection, or cannot make it")),
            (0, 92 | 93) => Err(refused("it does not accept the user name")),
            _ => Err(refused("it does not speak SOCKS 4")),
        }
    }
}

/// A text behind its length in one byte. Longer ones are refused, never cut.
fn push_counted(message: &mut Vec<u8>, text: &str) -> Result<(), Error> {
    let length = u8::try_from(text.len()).map_err(|_| refused("a host name for it has at most 255 bytes"))?;
    message.push(length);
    message.extend_from_slice(text.as_bytes());
    Ok(())
}

/// RFC 1928 §6.
const fn reply_text(reply: u8) -> &'static str {
    match reply {
        1 => "general failure",
        2 => "its rules forbid the connection",
        3 => "the network is unreachable",
        4 => "the host is unreachable",
        5 => "the connection was refused",
        6 => "the time to live has expired",
        7 => "it cannot do CONNECT",
        8 => "it cannot reach this kind of address",
        _ => "a failure of a kind that is not known",
    }
}
