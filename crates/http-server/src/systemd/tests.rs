//! What the service manager is told. Listeners that are handed on need a process of their own: `tests/it/takeover.rs`.

use super::{check, notify_at};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;

fn receive(socket: &UnixDatagram) -> String {
    let mut room = [0; 100];
    let count = socket.recv(&mut room).unwrap();
    String::from_utf8(room[..count].to_vec()).unwrap()
}

#[test]
fn the_service_manager_is_told_at_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    notify_at(path.as_os_str(), "READY=1\nSTATUS=serving").unwrap();
    assert_eq!(receive(&manager), "READY=1\nSTATUS=serving");
    drop(manager);
    assert!(notify_at(path.as_os_str(), "READY=1").is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn the_service_manager_is_told_under_its_name_without_a_file() {
    use std::os::linux::net::SocketAddrExt;

    let name = format!("http-server-test-{}", std::process::id());
    let manager =
        UnixDatagram::bind_addr(&std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    notify_at(format!("@{name}").as_ref(), "STOPPING=1").unwrap();
    assert_eq!(receive(&manager), "STOPPING=1");
}

#[test]
fn a_connection_is_no_listener() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    check(&listener).unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    assert_eq!(check(&stream).unwrap_err().to_string(), "the socket does not listen");
}
