//! What is said once the server listens: the first line has the URL, for people and for scripts.

use super::qr::picture;
use super::{Failure, Options};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};

/// Prints the first line and those for further URLs, and writes the port file.
///
/// `plain` are the addresses that only send people on to the others.
pub(crate) fn announce(
    options: &Options,
    addresses: &[SocketAddr],
    paths: &[String],
    is_tls: bool,
    plain: &[SocketAddr],
) -> Result<(), Failure> {
    let port = addresses.first().map(SocketAddr::port);
    if let Some(path) = &options.port_file {
        let none = || Failure::new("--port-file: only local sockets are served, which have no port");
        write_port(path, port.ok_or_else(none)?)?;
    }
    let network = network_addresses();
    let mut urls = urls(addresses, is_tls, &network);
    urls.extend(paths.iter().map(|path| format!("unix:{path}")));
    let mut text = if options.json {
        json_line(options, &urls, port, is_tls)
    } else {
        let mut text = human_lines(addresses, &urls, is_tls);
        for address in plain {
            let _ = write!(text, "\n    redirecting from {} port {}", address.ip(), address.port());
        }
        text
    };
    let web: Vec<&String> = urls.iter().filter(|url| url.starts_with("http")).collect();
    let none = |option| Failure::new(format!("{option}: only local sockets are served, which have no URL"));
    if options.qr {
        // What others can reach, if there is such a one.
        let is_far =
            |url: &&&String| network.iter().any(|own| url.contains(&format!("//{}:", host_text(*own))));
        let url = web.iter().find(is_far).or_else(|| web.first()).ok_or_else(|| none("--qr"))?;
        let _ = write!(text, "\n{}", picture(url)?.trim_end_matches('\n'));
    }
    print_line(&text)?;
    if options.open {
        open_browser(web.first().ok_or_else(|| none("--open"))?)?;
    }
    Ok(())
}

/// Has the system open the URL in whatever browser it prefers; does not wait for it.
fn open_browser(url: &str) -> Result<(), Failure> {
    let (program, before): (&str, &[&str]) = if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else if cfg!(target_os = "macos") {
        ("open", &[])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(before).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| {
        Failure::new(format!("cannot open a browser: {program}: {error}; leave out --open"))
    })?;
    // Waited for elsewhere, so that it does not stay behind as a dead process.
    let reaper = std::thread::Builder::new().name("browser".to_owned()).spawn(move || drop(child.wait()));
    reaper.map(drop).map_err(|error| Failure::new(format!("cannot start a thread: {error}")))
}

/// One or more lines on standard output, out at once.
pub(crate) fn print_line(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| Failure::new(format!("cannot write to standard output: {error}")))
}

/// Python's line with the first URL, then the others.
fn human_lines(addresses: &[SocketAddr], urls: &[String], is_tls: bool) -> String {
    let scheme = if is_tls { "HTTPS" } else { "HTTP" };
    let mut text = String::new();
    match (addresses.first(), urls.first()) {
        (Some(address), Some(url)) => {
            let _ = write!(text, "Serving {scheme} on {} port {} ({url}) ...", address.ip(), address.port());
        }
        (None, Some(url)) => {
            let _ = write!(text, "Serving {scheme} on {url} ...");
        }
        // A listener that was handed on and has no name.
        (_, None) => {
            let _ = write!(text, "Serving {scheme} on an inherited socket ...");
        }
    }
    for url in urls.iter().skip(1) {
        let _ = write!(text, "\n    also {url}");
    }
    text
}

fn json_line(options: &Options, urls: &[String], port: Option<u16>, is_tls: bool) -> String {
    let directory = std::path::absolute(&options.directory).unwrap_or_else(|_| options.directory.clone());
    let mut text = String::from("{\"url\":");
    push_json(&mut text, urls.first().map_or("", String::as_str));
    text.push_str(",\"urls\":[");
    for (index, url) in urls.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        push_json(&mut text, url);
    }
    let port = port.map_or_else(|| "null".to_owned(), |port| port.to_string());
    let _ = write!(text, "],\"port\":{port},\"directory\":");
    push_json(&mut text, &directory.to_string_lossy());
    let _ = write!(text, ",\"tls\":{is_tls},\"pid\":{}}}", std::process::id());
    text
}

fn push_json(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// The URLs under which these addresses can be reached: an address for all interfaces is reached as `localhost` and by
/// those of the machine.
fn urls(addresses: &[SocketAddr], is_tls: bool, network: &[IpAddr]) -> Vec<String> {
    let scheme = if is_tls { "https" } else { "http" };
    let mut urls: Vec<String> = Vec::new();
    let mut add = |host: &str, port: u16| {
        let url = format!("{scheme}://{host}:{port}/");
        if !urls.contains(&url) {
            urls.push(url);
        }
    };
    for address in addresses {
        if !address.ip().is_unspecified() {
            add(&host_text(address.ip()), address.port());
            continue;
        }
        add("localhost", address.port());
        for own in network {
            if address.is_ipv6() || own.is_ipv4() {
                add(&host_text(*own), address.port());
            }
        }
    }
    urls
}

fn host_text(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// The addresses by which other machines would reach this one, as far as the system's routes tell. Nothing is sent: a
/// datagram socket that is connected only chooses its own address.
fn network_addresses() -> Vec<IpAddr> {
    // Addresses for documentation (RFC 5737, RFC 3849), which routes treat as any other.
    let elsewhere: [(IpAddr, IpAddr); 2] = [
        (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
        (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
    ];
    let own = |(own, other): (IpAddr, IpAddr)| -> io::Result<IpAddr> {
        let socket = UdpSocket::bind((own, 0))?;
        socket.connect((other, 9))?;
        Ok(socket.local_addr()?.ip())
    };
    let found = elsewhere.into_iter().filter_map(|pair| own(pair).ok());
    found.filter(|address| !address.is_unspecified() && !address.is_loopback()).collect()
}

/// Says what can be seen to be wrong with the port file before there is a port.
pub(crate) fn judge(options: &Options) -> Result<(), Failure> {
    let Some(path) = &options.port_file else { return Ok(()) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let what = match (path.is_dir(), folder.is_dir()) {
        (true, _) => "it is a folder; give the name of a file".to_owned(),
        (false, false) => format!("there is no folder {}", folder.display()),
        (false, true) => return Ok(()),
    };
    Err(Failure::new(format!("cannot write the port file {}: {what}", path.display())))
}

/// Whole or not at all: a script that waits for the file never reads half a number.
fn write_port(path: &Path, port: u16) -> Result<(), Failure> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let fresh = path.with_file_name(name);
    let written = std::fs::write(&fresh, format!("{port}\n")).and_then(|()| std::fs::rename(&fresh, path));
    written.map_err(|error| Failure::new(format!("cannot write the port file {}: {error}", path.display())))
}

#[cfg(test)]
mod tests;
