//! Running out of descriptors, in a process of its own.

use crate::client::{Client, PATIENCE};
use http_server::{Request, Response, Server};
use std::fs::File;
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
    let mut idle: Vec<_> = (0..4).map(|_| Client::connect(&server)).collect();
    for client in &mut idle {
        assert_eq!(client.get("/").text(), "hello");
    }
    // All descriptors are taken but one, which the client needs: the server has none for its side.
    let mut taken = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        taken.push(file);
        assert!(taken.len() < 100, "descriptors never run out");
    }
    drop(taken.pop());
    let mut client = Client::connect(&server);
    assert_eq!(client.get("/").text(), "hello", "an idle connection makes room");
    let report = receiver.recv_timeout(PATIENCE).unwrap();
    assert!(report.contains("out of descriptors"), "{report}");
    drop(taken);
    assert_eq!(Client::connect(&server).get("/").text(), "hello");
}
