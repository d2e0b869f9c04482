//! Where a server listens: families, shared ports, local sockets.

use crate::client::{Client, PATIENCE};
use http_server::{Listen, Request, Response, Server, ServerHandle};
use std::net::{Ipv6Addr, SocketAddr, TcpStream};

fn serve(listen: Listen) -> Result<ServerHandle, http_server::Error> {
    Server::builder()
        .listen(listen)?
        .serve(|request: &mut Request<'_>| Response::text(format!("{:?}", request.client_addr())))
}

fn get(address: SocketAddr) -> std::io::Result<String> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(Client::over(stream).get("/").text())
}

/// Machines without IPv6 have nothing to test here.
fn has_ipv6() -> bool {
    std::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

#[test]
fn one_socket_of_ipv6_takes_clients_of_both_families() {
    if !has_ipv6() {
        return;
    }
    let server = serve(Listen::tcp("[::]:0").unwrap()).unwrap();
    let port = server.addresses()[0].port();
    assert_eq!(get(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).unwrap(), "Some(::1)");
    // It is shown as what it is.
    assert_eq!(get(SocketAddr::from(([127, 0, 0, 1], port))).unwrap(), "Some(127.0.0.1)");
}

#[test]
fn a_socket_for_ipv6_alone_refuses_clients_of_ipv4() {
    if !has_ipv6() {
        return;
    }
    let server = serve(Listen::tcp("[::]:0").unwrap().only_v6(true)).unwrap();
    let port = server.addresses()[0].port();
    assert_eq!(get(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).unwrap(), "Some(::1)");
    assert!(get(SocketAddr::from(([127, 0, 0, 1], port))).is_err());
    // So both families can have sockets of their own on one port.
    let both = Listen::tcp(("127.0.0.1", port)).unwrap();
    assert_eq!(serve(both).unwrap().addresses()[0].port(), port);
}

#[test]
fn a_name_without_an_address_is_an_error_that_says_so() {
    let none: &[SocketAddr] = &[];
    let error = Listen::tcp(none).unwrap_err();
    assert_eq!(error.to_string(), "cannot listen on []");
    assert!(Listen::tcp("no port").is_err());
}

#[test]
fn the_first_address_that_works_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addresses = [taken.local_addr().unwrap(), SocketAddr::from(([127, 0, 0, 1], 0))];
    let server = serve(Listen::tcp(&addresses[..]).unwrap()).unwrap();
    assert_ne!(server.addresses()[0], addresses[0]);
    get(server.addresses()[0]).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn servers_that_share_a_port_each_get_some_of_its_connections() {
    let first = serve(Listen::tcp("127.0.0.1:0").unwrap().reuse_port(true)).unwrap();
    let address = first.addresses()[0];
    let second = serve(Listen::tcp(address).unwrap().reuse_port(true)).unwrap();
    // Each connection falls to one of them by chance.
    let mut count = 0;
    while first.stats().requests == 0 || second.stats().requests == 0 {
        get(address).unwrap();
        count += 1;
        assert!(count < 1000, "{:?} {:?}", first.stats(), second.stats());
    }
    // A third that does not want to share finds it taken.
    assert!(Server::bind(address).is_err());
}

#[cfg(unix)]
mod local {
    use crate::client::Client;
    use http_server::{Listen, Request, Response, Server};
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    use std::os::unix::net::{UnixListener, UnixStream};

    fn hello(_: &mut Request<'_>) -> Response {
        Response::text("hello")
    }

    #[test]
    fn a_local_socket_has_the_mode_that_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o600, 0o660, 0o666, 0o000] {
            let path = folder.path().join(format!("{mode:o}"));
            let server = Server::builder().listen(Listen::unix(&path, mode)).unwrap().serve(hello).unwrap();
            let found = std::fs::metadata(&path).unwrap();
            assert!(found.file_type().is_socket());
            assert_eq!(found.permissions().mode() & 0o777, mode);
            drop(server);
        }
    }

    #[test]
    fn a_listener_that_was_handed_in_keeps_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sock");
        let listener = UnixListener::bind(&path).unwrap();
        let server = Server::builder().listen(Listen::listener_unix(listener)).unwrap().serve(hello).unwrap();
        assert_eq!(Client::over(UnixStream::connect(&path).unwrap()).get("/").text(), "hello");
        drop(server);
        assert!(path.exists(), "it is not ours");
    }

    #[test]
    fn links_and_folders_in_the_place_of_a_socket_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        drop(UnixListener::bind(&target).unwrap());
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        for path in [folder.path(), &link] {
            let error = Server::builder().bind_unix(path, 0o600).unwrap_err();
            assert_eq!(error.to_string(), format!("cannot listen on {}", path.display()));
            assert!(path.exists() && target.exists());
        }
    }
}
