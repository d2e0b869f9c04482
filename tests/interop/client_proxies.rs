//! Our client through real proxies to CPython's `http.server`: tinyproxy by CONNECT, microsocks by SOCKS 5.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http_client::{ErrorKind, Headers, HttpConnection, SocksProxy};
use support::peer::{PATIENCE, Peer};
use support::python::FileServer;
use tempfile::TempDir;

/// A foreign proxy on a port of loopback, ended by its id.
pub(crate) struct Proxy {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Proxy {
    /// Starts what `command` makes of a free port and a folder, and waits until it takes connections.
    pub(crate) fn start(command: impl Fn(u16, &std::path::Path) -> Command) -> Self {
        // Between finding a free port and using it, somebody else may take it: then another one is found.
        for _ in 0..10 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let folder = TempDir::new().unwrap();
            let mut command = command(port, folder.path());
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
            let mut proxy = Self { child, port, _folder: folder };
            if proxy.listens() {
                return proxy;
            }
        }
        panic!("no port on which the proxy listens");
    }

    fn listens(&mut self) -> bool {
        let step = Duration::from_millis(20);
        for _ in 0..PATIENCE.as_millis() / step.as_millis() {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return true;
            }
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            // It has no other way to say that it is ready.
            std::thread::park_timeout(step);
        }
        false
    }

    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn tinyproxy(sign_in: &'static str) -> Proxy {
    Proxy::start(move |port, folder| {
        let configuration = folder.join("tinyproxy.conf");
        let text = format!(
            "Port {port}\nListen 127.0.0.1\nTimeout 60\nAllow 127.0.0.1\nLogLevel Error\n{sign_in}\n"
        );
        std::fs::write(&configuration, text).unwrap();
        let mut command = Command::new("tinyproxy");
        command.arg("-d").arg("-c").arg(configuration);
        command
    })
}

pub(crate) fn microsocks(arguments: &'static [&'static str]) -> Proxy {
    Proxy::start(move |port, _| {
        let mut command = Command::new("microsocks");
        command.args(["-i", "127.0.0.1", "-p", &port.to_string()]).args(arguments);
        command
    })
}

fn python() -> (Peer, u16, TempDir) {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("hello.txt"), "hello").unwrap();
    let (peer, port) = FileServer::default().start(folder.path()).unwrap();
    (peer, port, folder)
}

#[track_caller]
fn get_twice(connection: &mut HttpConnection) {
    for _ in 0..2 {
        connection.request("GET", "/hello.txt", (), &Headers::new()).unwrap();
        let mut response = connection.get_response().unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.read_all(100).unwrap(), b"hello");
        drop(response);
        assert_eq!(connection.is_reusable(), Ok(()));
    }
}

#[test]
fn requests_go_through_a_tunnel_of_tinyproxy() {
    let (_python, port, _folder) = python();
    let proxy = tinyproxy("");
    let mut connection = HttpConnection::new(&proxy.host()).unwrap();
    connection.set_tunnel(&format!("127.0.0.1:{port}"), &Headers::new()).unwrap();
    get_twice(&mut connection);
    assert_eq!(connection.proxy_answer().unwrap().status(), 200);
}

#[test]
fn tinyproxy_refuses_without_credentials_and_says_so() {
    let (_python, port, _folder) = python();
    let proxy = tinyproxy("BasicAuth me secret");
    let mut connection = HttpConnection::new(&proxy.host()).unwrap();
    let destination = format!("127.0.0.1:{port}");
    connection.set_tunnel(&destination, &Headers::new()).unwrap();
    let error = connection.connect().unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::TunnelRefused { status } if status.as_u16() == 407),
        "{error:#}"
    );
    assert!(!connection.proxy_answer().unwrap().content.is_empty());
    let mut credentials = Headers::new();
    credentials.append("Proxy-Authorization", "Basic bWU6c2VjcmV0").unwrap();
    connection.set_tunnel(&destination, &credentials).unwrap();
    get_twice(&mut connection);
}

#[test]
fn requests_go_through_socks_5_with_and_without_credentials() {
    let (_python, port, _folder) = python();
    let host = format!("localhost:{port}");
    let proxy = microsocks(&[]);
    let open = SocksProxy::v5(&proxy.host()).unwrap();
    get_twice(&mut HttpConnection::builder(&host).socks(open.resolve_locally()).build().unwrap());
    let by_address = format!("127.0.0.1:{port}");
    let open = SocksProxy::v5(&proxy.host()).unwrap();
    get_twice(&mut HttpConnection::builder(&by_address).socks(open).build().unwrap());

    let proxy = microsocks(&["-u", "me", "-P", "secret"]);
    let right = SocksProxy::v5(&proxy.host()).unwrap().credentials("me", "secret").unwrap();
    get_twice(&mut HttpConnection::builder(&by_address).socks(right).build().unwrap());
    let wrong = SocksProxy::v5(&proxy.host()).unwrap().credentials("me", "wrong").unwrap();
    for proxy in [wrong, SocksProxy::v5(&proxy.host()).unwrap()] {
        let mut connection = HttpConnection::builder(&by_address).socks(proxy).build().unwrap();
        let error = connection.connect().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Socks { .. }), "{error:#}");
    }
}
