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
    run_as_child("descriptors::a_server_without_descriptors_makes_room_and_goes_on");
}

#[test]
fn a_server_whose_descriptors_are_all_busy_turns_some_away_and_goes_on() {
    if std::env::var_os(CHILD).is_some() {
        return run_out_while_busy();
    }
    run_as_child("descriptors::a_server_whose_descriptors_are_all_busy_turns_some_away_and_goes_on");
}

#[test]
fn a_process_with_few_descriptors_has_few_connections_by_default() {
    if std::env::var_os(CHILD).is_some() {
        assert_eq!(http_server::Limits::default().connections_max, 20);
        return;
    }
    run_as_child("descriptors::a_process_with_few_descriptors_has_few_connections_by_default");
}

#[track_caller]
fn run_as_child(name: &str) {
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

fn run_out_while_busy() {
    use std::sync::{Arc, Barrier};

    let (inside, barrier) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (in_handler, in_test) = ((Arc::clone(&inside), Arc::clone(&barrier)), (inside, barrier));
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .observer(|_| {})
        .serve(move |request: &mut Request<'_>| {
            if request.path() == "/wait" {
                in_handler.0.wait();
                in_handler.1.wait();
            }
            Response::text("hello")
        })
        .unwrap();
    let mut busy = Client::connect(&server);
    busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    in_test.0.wait();
    let mut taken = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        taken.push(file);
        assert!(taken.len() < 100, "descriptors never run out");
    }
    drop(taken.pop());
    // There is nothing to close, and the queue moves all the same: it is turned away by the descriptor in reserve.
    let mut turned_away = Client::connect(&server);
    turned_away.expect_end();
    drop(turned_away);
    drop(taken);
    // The listener has paused for a moment, and goes on by itself.
    assert_eq!(Client::connect(&server).get("/").text(), "hello");
    in_test.1.wait();
    assert_eq!(busy.answer().text(), "hello");
}
