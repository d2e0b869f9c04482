//! Running out of descriptors, in a process of its own.

use crate::client::{Client, PATIENCE, now};
use http_server::{Request, Response, Server};
use std::io::Read;
use std::net::TcpStream;
use std::process::Command;

/// Set for the child, whose descriptors are few.
const CHILD: &str = "HTTP_SERVER_TEST_FEW_DESCRIPTORS";

#[test]
fn a_server_without_descriptors_makes_room_and_goes_on() {
    if std::env::var_os(CHILD).is_some() {
        return run_out();
    }
    let name = "descriptors::a_server_without_descriptors_makes_room_and_goes_on";
    let script = r#"ulimit -n 40 && exec "$0" --exact "$1" --nocapture"#;
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env(CHILD, "1")
        .output()
        .unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

fn run_out() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .observer(move |event| drop(sender.lock().unwrap().send(event.to_string())))
        .serve(|_: &mut Request<'_>| Response::text("hello"))
        .unwrap();
    // Both ends are in this process, so each connection takes two descriptors. These leave some for what follows.
    let mut idle = Vec::new();
    while let Ok(stream) = TcpStream::connect(server.addresses()[0]) {
        idle.push(stream);
        assert!(idle.len() < 100, "descriptors never run out");
    }
    let report = receiver.recv_timeout(PATIENCE).unwrap();
    assert!(report.contains("out of descriptors"), "{report}");
    // Whoever idles longest is closed; the rest is let go here, so that the client has descriptors again.
    let first = &mut idle[0];
    first.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(first.read(&mut [0u8; 1]).unwrap(), 0);
    drop(idle);
    let began = now();
    loop {
        if let Ok(stream) = TcpStream::connect(server.addresses()[0]) {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            assert_eq!(Client::over(stream).get("/").text(), "hello");
            break;
        }
        assert!(began.elapsed() < PATIENCE, "nobody is served any more");
    }
}
