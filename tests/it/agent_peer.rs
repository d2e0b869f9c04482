//! What the tests of `Client` need besides a stage: scripts by a fake clock, addresses that never answer, SOCKS proxies,
//! and processes of their own.

use http_client::client::{Client, ClientBuilder};
use http_client::testing::{Recording, Script, ScriptedConnector};
use socket2::{Domain, Socket, Type};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use support::stage::{After, Stage, write_answer};

/// Longer than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The head of a GET by [`plain`] to `http://a.test/`.
pub(crate) const GET: &str = "GET / HTTP/1.1\r\nHost: a.test\r\nAccept-Encoding: identity\r\n\r\n";

/// A client whose requests have no fields but those that must be.
pub(crate) fn plain() -> ClientBuilder {
    Client::builder().without_default_header("User-Agent").without_default_header("Accept").decode(false)
}

/// The same over scripted transports.
pub(crate) fn scripted(scripts: impl IntoIterator<Item = Script>) -> (ClientBuilder, Vec<Recording>) {
    let (connector, recordings) = ScriptedConnector::new(scripts);
    (plain().connector(connector), recordings)
}

/// The system's time, where a test must see that something was quick.
#[expect(clippy::disallowed_methods, reason = "a test of real waiting")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Waits until `is_so`, which must be soon.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "never came about: {what}");
        std::thread::yield_now();
    }
}

/// A resolver for which every name has these addresses, whatever the port.
pub(crate) fn all_names_are(
    addresses: impl Into<Vec<SocketAddr>>,
) -> impl Fn(&str, u16, Option<Duration>) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static {
    let addresses = addresses.into();
    move |_: &str, _: u16, _: Option<Duration>| Ok(addresses.clone())
}

/// An address that takes no connection and refuses none: the queue of its listener is full.
pub(crate) struct BlackHole {
    pub(crate) address: SocketAddr,
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "they are there to stay open"))]
    sockets: Vec<Socket>,
}

impl BlackHole {
    pub(crate) fn v4() -> Self {
        Self::at((Ipv4Addr::LOCALHOST, 0).into()).unwrap()
    }

    /// Of IPv6, where this machine has it.
    pub(crate) fn v6_or_v4() -> Self {
        Self::at((Ipv6Addr::LOCALHOST, 0).into()).unwrap_or_else(|_| Self::v4())
    }

    fn at(address: SocketAddr) -> io::Result<Self> {
        let listener = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        listener.bind(&address.into())?;
        listener.listen(0)?;
        let address = listener.local_addr()?.as_socket().unwrap();
        let mut sockets = vec![listener];
        for _ in 0..4 {
            let filler = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
            filler.set_nonblocking(true)?;
            // Whether it is taken or left waiting: the queue is full then.
            let _ = filler.connect(&address.into());
            sockets.push(filler);
        }
        Ok(Self { address, sockets })
    }

    /// How many sockets of this machine try to connect to it, but for those that fill its queue.
    #[cfg(target_os = "linux")]
    pub(crate) fn attempts(&self) -> usize {
        let path = if self.address.is_ipv4() { "/proc/net/tcp" } else { "/proc/net/tcp6" };
        let table = std::fs::read_to_string(path).unwrap_or_default();
        let port_of = |word: Option<&str>| u16::from_str_radix(word?.rsplit(':').next()?, 16).ok();
        let own: Vec<u16> =
            self.sockets.iter().filter_map(|own| Some(own.local_addr().ok()?.as_socket()?.port())).collect();
        let is_one = |line: &&str| {
            let mut words = line.split_whitespace().skip(1);
            let (local, remote) = (port_of(words.next()), port_of(words.next()));
            remote == Some(self.address.port())
                && words.next() == Some("02")
                && !local.is_some_and(|port| own.contains(&port))
        };
        table.lines().filter(is_one).count()
    }
}

/// What a SOCKS proxy was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// 4 or 5.
    pub(crate) version: u8,
    /// The user, and with version 5 a colon and the password.
    pub(crate) login: String,
    /// Name or address, and port.
    pub(crate) target: String,
}

/// A server whose first page leads to another one of its own.
pub(crate) fn leads_on() -> Stage {
    Stage::start(|seen, stream| {
        match seen.method_and_target().1 {
            "/" => write_answer(stream, "302 Found", "Location: /next\r\n", b"")?,
            _ => write_answer(stream, "200 OK", "", b"")?,
        }
        Ok(After::Keep)
    })
    .unwrap()
}

/// A SOCKS 4, 4a and 5 proxy that leads every connection to `to`. With `login` it wants to be signed in to.
pub(crate) fn socks_proxy(to: SocketAddr, login: Option<&'static str>) -> (Stage, Arc<Mutex<Vec<Asked>>>) {
    let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
    let record = Arc::clone(&asked);
    let stage = Stage::raw(move |_, mut stream| {
        let [version] = read(&mut stream)?;
        let asked = match version {
            4 => socks4(&mut stream)?,
            _ => socks5(&mut stream, login)?,
        };
        record.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        relay(stream, TcpStream::connect(to)?)
    })
    .unwrap();
    (stage, asked)
}

fn read<const N: usize>(stream: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn counted(stream: &mut TcpStream) -> io::Result<String> {
    let [length] = read(stream)?;
    let mut bytes = vec![0; usize::from(length)];
    stream.read_exact(&mut bytes)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn to_nul(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        match read::<1>(stream)? {
            [0] => return String::from_utf8(bytes).map_err(io::Error::other),
            [byte] => bytes.push(byte),
        }
    }
}

fn socks4(stream: &mut TcpStream) -> io::Result<Asked> {
    let [command, high, low, a, b, c, d] = read(stream)?;
    assert_eq!(command, 1);
    let login = to_nul(stream)?;
    let host = match [a, b, c, d] {
        [0, 0, 0, last] if last != 0 => to_nul(stream)?,
        octets => Ipv4Addr::from(octets).to_string(),
    };
    stream.write_all(&[0, 90, 0, 0, 0, 0, 0, 0])?;
    Ok(Asked { version: 4, login, target: format!("{host}:{}", u16::from_be_bytes([high, low])) })
}

fn socks5(stream: &mut TcpStream, login: Option<&str>) -> io::Result<Asked> {
    let [count] = read(stream)?;
    let mut methods = vec![0; usize::from(count)];
    stream.read_exact(&mut methods)?;
    let method = if login.is_some() { 2 } else { 0 };
    if !methods.contains(&method) {
        stream.write_all(&[5, 0xff])?;
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    stream.write_all(&[5, method])?;
    let mut shown = String::new();
    if let Some(login) = login {
        let [_] = read(stream)?;
        shown = format!("{}:{}", counted(stream)?, counted(stream)?);
        let is_right = shown == login;
        stream.write_all(&[1, u8::from(!is_right)])?;
        if !is_right {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
    }
    let [_, command, _, kind] = read(stream)?;
    assert_eq!(command, 1);
    let host = match kind {
        1 => Ipv4Addr::from(read::<4>(stream)?).to_string(),
        4 => format!("[{}]", Ipv6Addr::from(read::<16>(stream)?)),
        _ => counted(stream)?,
    };
    let port = u16::from_be_bytes(read(stream)?);
    // An address as name, which is allowed and rare.
    stream.write_all(&[5, 0, 0, 3, 1, b'x', 0, 80])?;
    Ok(Asked { version: 5, login: shown, target: format!("{host}:{port}") })
}

/// Carries bytes both ways until both sides have ended.
pub(crate) fn relay(mut near: TcpStream, mut far: TcpStream) -> io::Result<()> {
    let (mut back, mut forth) = (far.try_clone()?, near.try_clone()?);
    std::thread::spawn(move || {
        // Whatever ends it, the other side shall see an end.
        let _ = io::copy(&mut back, &mut forth);
        let _ = forth.shutdown(std::net::Shutdown::Write);
    });
    let copied = io::copy(&mut near, &mut far);
    far.shutdown(std::net::Shutdown::Write)?;
    copied.map(|_| ())
}

/// The variable that says to a process which test it is for.
const ALONE: &str = "HTTPKIT_TEST_ALONE";

/// Whether this process is one for `test` alone. Otherwise such a process is started and must succeed: what a test
/// counts of its process is its own then.
#[track_caller]
pub(crate) fn alone(test: &str) -> bool {
    if std::env::var(ALONE).is_ok_and(|name| name == test) {
        return true;
    }
    let program = std::env::current_exe().unwrap();
    let arguments = ["--exact", test, "--test-threads=1", "--nocapture"];
    let output = Command::new(program).args(arguments).env(ALONE, test).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}
