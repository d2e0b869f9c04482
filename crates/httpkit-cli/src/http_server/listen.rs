//! Where the command listens: names to addresses to sockets, and what to say when a port is taken.

use super::{Failure, Options};
use crate::causes::with_causes;
use httpkit::server::Listen;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs};
#[cfg(unix)]
use std::path::Path;

/// Connections that wait to be accepted; the system may allow fewer.
const BACKLOG: i32 = 1024;

/// One place where people come in.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) listen: Listen,
    /// The path of a local socket.
    pub(crate) path: Option<String>,
}

impl Door {
    const fn tcp(listener: TcpListener) -> Self {
        Self { listen: Listen::listener(listener), path: None }
    }
}

/// Refuses what needs a port where only local sockets are named.
pub(crate) fn judge(options: &Options) -> Result<(), Failure> {
    if options.bind.is_empty() || !options.bind.iter().all(|name| is_local(name)) {
        return Ok(());
    }
    let needing = [
        (options.port.map(|port| format!("port {port}"))),
        (options.redirect_http.map(|_| "--redirect-http".to_owned())),
        (options.port_file.as_ref().map(|_| "--port-file".to_owned())),
        (options.qr.then(|| "--qr".to_owned())),
        (options.open.then(|| "--open".to_owned())),
    ];
    match needing.into_iter().flatten().next() {
        None => Ok(()),
        Some(what) => Err(Failure::new(format!(
            "{what} needs an address, and --bind names local sockets only; add one, such as --bind 127.0.0.1"
        ))),
    }
}

fn is_local(name: &str) -> bool {
    name.starts_with(LOCAL)
}

/// Those of the names that are no local sockets.
pub(crate) fn hosts(options: &Options) -> Vec<String> {
    options.bind.iter().filter(|name| !is_local(name)).cloned().collect()
}

/// All places that the options name.
pub(crate) fn doors(options: &Options) -> Result<Vec<Door>, Failure> {
    if options.systemd {
        return inherited();
    }
    let names = hosts(options);
    let mut doors = Vec::new();
    if options.bind.is_empty() || !names.is_empty() {
        doors.extend(listen(&names, options.port())?.into_iter().map(Door::tcp));
    }
    for name in options.bind.iter().filter(|name| is_local(name)) {
        doors.push(local_door(name.strip_prefix(LOCAL).unwrap_or(name))?);
    }
    Ok(doors)
}

/// How the name of a local socket begins.
const LOCAL: &str = "unix:";

/// For its owner and group: a proxy in front needs to be in one of them.
#[cfg(unix)]
const LOCAL_MODE: u32 = 0o660;

#[cfg(unix)]
fn local_door(path: &str) -> Result<Door, Failure> {
    if path.is_empty() {
        return Err(Failure::new("--bind unix: needs a path, as in unix:/run/files.sock"));
    }
    judge_local(Path::new(path))?;
    Ok(Door { listen: Listen::unix(path, LOCAL_MODE), path: Some(path.to_owned()) })
}

/// Says what can be seen to be wrong with the path of a local socket without making one.
#[cfg(unix)]
fn judge_local(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::FileTypeExt as _;
    let failed =
        |what: String| Err(Failure::new(format!("cannot listen on unix:{}: {what}", path.display())));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return failed(format!("there is no folder {}", folder.display()));
    }
    match std::fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => {
            failed("it is a file, not a socket, and stays; give another path, or move it away".to_owned())
        }
        Ok(_) if std::os::unix::net::UnixStream::connect(path).is_ok() => {
            failed("another program listens there; give another path".to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn local_door(path: &str) -> Result<Door, Failure> {
    Err(Failure::new(format!("--bind unix:{path}: this system has no local sockets that are served")))
}

#[cfg(unix)]
fn inherited() -> Result<Vec<Door>, Failure> {
    let inherited =
        httpkit::server::systemd::inherited().map_err(|error| Failure::new(with_causes(&error)))?;
    if inherited.is_empty() {
        return Err(Failure::new(
            "--systemd: no listener was handed on (LISTEN_FDS, LISTEN_PID); start it by a socket unit",
        ));
    }
    Ok(inherited.into_iter().map(|inherited| Door { listen: inherited.listen, path: None }).collect())
}

#[cfg(not(unix))]
fn inherited() -> Result<Vec<Door>, Failure> {
    Err(Failure::new("--systemd: this system has no service manager of that kind"))
}

/// Listens on every one of these names; without one on all interfaces, IPv6 and IPv4 by one socket.
pub(crate) fn listen(names: &[String], port: u16) -> Result<Vec<TcpListener>, Failure> {
    if names.is_empty() {
        let everywhere = everywhere(port).map_err(|error| failure("", port, &error))?;
        return Ok(vec![everywhere]);
    }
    let mut listeners: Vec<TcpListener> = Vec::new();
    let mut port = port;
    for name in names {
        for address in resolve(name, port)? {
            let listener = bind(address, false).map_err(|error| failure(name, port, &error))?;
            // A free port is chosen once and is the same on all addresses.
            port = listener.local_addr().map_err(|error| failure(name, port, &error))?.port();
            listeners.push(listener);
        }
    }
    Ok(listeners)
}

/// The addresses of a name, each once.
fn resolve(name: &str, port: u16) -> Result<Vec<SocketAddr>, Failure> {
    if let Some((host, other)) = host_and_port(name) {
        return Err(Failure::new(format!(
            "--bind {name}: the port stands apart from the address: http-server {other} --bind {host}"
        )));
    }
    if name.is_empty() {
        return Err(Failure::new(
            "--bind needs an address, a name of this machine or unix:PATH; leave it out for all interfaces",
        ));
    }
    let host = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    let found = (host, port).to_socket_addrs().map_err(|error| {
        Failure::new(format!(
            "cannot listen on {name:?}: {error}; give an address or a name of this machine to --bind"
        ))
    })?;
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in found {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

/// An address with a port behind it, which was not asked for: `127.0.0.1:9000`, `[::1]:9000`, `localhost:9000`.
fn host_and_port(name: &str) -> Option<(&str, &str)> {
    let (host, port) = name.rsplit_once(':')?;
    let is_address = host.starts_with('[') && host.ends_with(']') || !host.is_empty() && !host.contains(':');
    (is_address && port.parse::<u16>().is_ok()).then_some((host, port))
}

/// One socket for both families where the system has IPv6, else for IPv4.
fn everywhere(port: u16) -> io::Result<TcpListener> {
    match bind(SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), port), true) {
        Err(error)
            if error.kind() != io::ErrorKind::AddrInUse
                && error.kind() != io::ErrorKind::PermissionDenied =>
        {
            bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port), false)
        }
        bound => bound,
    }
}

fn bind(address: SocketAddr, both_families: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(!both_families)?;
    }
    // On Windows the option would let two servers share a port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn failure(name: &str, port: u16, error: &io::Error) -> Failure {
    let place = if name.is_empty() { String::new() } else { format!(" on {name}") };
    let text = match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("port {port}{place} is in use by another program; give another port, or 0 for a free one")
        }
        io::ErrorKind::PermissionDenied => {
            format!(
                "port {port}{place} needs more rights than this user has; give one from 1024 on, or 0 for a free one"
            )
        }
        io::ErrorKind::AddrNotAvailable => {
            format!("cannot listen on {name}: it is no address of this machine")
        }
        _ => format!("cannot listen on port {port}{place}: {error}"),
    };
    Failure::new(text)
}

#[cfg(test)]
mod tests;
