//! The server on the thread that calls it.

#[cfg(target_os = "linux")]
use crate::client::now;
use crate::client::{Client, PATIENCE};
use http_server::{Error, Request, Response, Server, Timeouts};
use std::cell::Cell;
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::Duration;

fn connect(server: &http_server::SerialServer<'_>, index: usize) -> Client {
    let stream = TcpStream::connect(server.addresses()[index]).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    Client::over(stream)
}

#[test]
fn one_request_is_handled_and_no_more() {
    let mut server = Server::bind("127.0.0.1:0")
        .unwrap()
        .serial(|request: &mut Request<'_>| Response::text(request.path().to_owned()))
        .unwrap();
    let mut first = connect(&server, 0);
    first.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n").end_sending();
    let mut second = connect(&server, 0);
    second.send("GET /3 HTTP/1.1\r\nHost: x\r\n\r\n").end_sending();
    server.handle_request().unwrap();
    let answer = first.answer();
    assert!(answer.says_close() && answer.text() == "/1", "{answer:?}");
    first.expect_end();
    server.handle_request().unwrap();
    assert_eq!(second.answer().text(), "/3");
}

#[test]
fn a_connection_is_handled_to_its_end_on_the_thread_of_the_caller() {
    let caller = std::thread::current().id();
    let count = Mutex::new(0);
    let handler = |request: &mut Request<'_>| -> Result<Response, Error> {
        assert_eq!(std::thread::current().id(), caller);
        *count.lock().unwrap() += 1;
        let content = request.read_to_vec(100)?;
        Ok(Response::text(format!("{} {}", count.lock().unwrap(), content.len())))
    };
    let mut server = Server::bind("127.0.0.1:0").unwrap().serial(handler).unwrap();
    let mut client = connect(&server, 0);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    client.end_sending();
    server.handle_connection().unwrap();
    assert_eq!(
        [client.answer().text(), client.answer().text(), client.answer().text()],
        ["1 5", "2 0", "3 0"]
    );
    client.expect_end();
    drop(server);
    assert_eq!(*count.lock().unwrap(), 3);
}

#[test]
fn waiting_for_a_request_ends_in_time() {
    let called = Cell::new(0);
    let mut server = Server::bind("127.0.0.1:0")
        .unwrap()
        .bind("127.0.0.1:0")
        .unwrap()
        .serial(|_: &mut Request<'_>| Response::text("second"))
        .unwrap();
    assert!(!server.handle_request_within(Duration::from_millis(5)).unwrap());
    let mut client = connect(&server, 1);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").end_sending();
    called.set(called.get() + 1);
    assert!(server.handle_request_within(PATIENCE).unwrap(), "every listener is looked at");
    assert_eq!(client.answer().text(), "second");
}

#[test]
fn deadlines_hold_and_failures_end_one_connection_only() {
    let timeouts = Timeouts::default().head(Duration::from_millis(20)).idle(Duration::from_millis(20));
    let mut server = Server::bind("127.0.0.1:0")
        .unwrap()
        .timeouts(timeouts)
        .observer(|_| {})
        .serial(|request: &mut Request<'_>| match request.path() {
            "/panic" => panic!("on purpose"),
            _ => Response::text("fine"),
        })
        .unwrap();
    let silent = connect(&server, 0);
    let mut slow = connect(&server, 0);
    slow.send("GET / HT");
    let mut failing = connect(&server, 0);
    failing.send("GET /panic HTTP/1.1\r\nHost: x\r\n\r\n").end_sending();
    let mut broken = connect(&server, 0);
    broken.send("GET  / HTTP/1.1\r\n\r\n").end_sending();
    let mut good = connect(&server, 0);
    good.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").end_sending();
    let slow = std::thread::spawn(move || slow.answer().status);
    for _ in 0..5 {
        server.handle_request().unwrap();
    }
    drop(silent);
    assert_eq!(slow.join().unwrap(), 408);
    assert_eq!(failing.answer().status, 500);
    assert_eq!(broken.answer().status, 400);
    assert_eq!(good.answer().text(), "fine");
}

#[test]
fn serving_for_ever_is_one_call() {
    let mut server = Server::bind("127.0.0.1:0")
        .unwrap()
        .serial(|_: &mut Request<'_>| Response::text("on and on"))
        .unwrap();
    let mut clients: Vec<_> = (0..3).map(|_| connect(&server, 0)).collect();
    let _serving = std::thread::spawn(move || server.serve_forever());
    for client in &mut clients {
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").end_sending();
        assert_eq!(client.answer().text(), "on and on");
    }
}

/// Waits until all threads of a process are in this state.
#[cfg(target_os = "linux")]
#[track_caller]
fn wait_for_state(process: u32, state: char) {
    let is_so = || {
        std::fs::read_dir(format!("/proc/{process}/task")).unwrap().all(|task| {
            let stat = std::fs::read_to_string(task.unwrap().path().join("stat")).unwrap_or_default();
            stat.rsplit(") ").next().unwrap().starts_with(state)
        })
    };
    let began = now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "it is not in state {state}");
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_is_no_end_of_patience() {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpListener};
    use std::process::{Command, Stdio};

    /// Set for a child, which serves: where it tells its address.
    const CONTROL: &str = "HTTP_SERVER_TEST_SERIAL";
    if let Ok(control) = std::env::var(CONTROL) {
        let handler = |_: &mut Request<'_>| Response::text("hello");
        let mut server = Server::bind("127.0.0.1:0").unwrap().serial(handler).unwrap();
        write!(TcpStream::connect(control).unwrap(), "{}", server.addresses()[0]).unwrap();
        return server.handle_connection().unwrap();
    }
    let control = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "serial::a_signal_is_no_end_of_patience"])
        .env(CONTROL, control.local_addr().unwrap().to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut address = String::new();
    control.accept().unwrap().0.read_to_string(&mut address).unwrap();
    let stream = TcpStream::connect(address.parse::<SocketAddr>().unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut client = Client::over(stream);
    // While it idles, and inside of a head.
    for piece in ["", "GET / HTTP/1.1\r\n", "Host: x\r\n"] {
        client.send(piece);
        for _ in 0..5 {
            wait_for_state(child.id(), 'S');
            // A wait with a timeout ends when its process has been stopped and goes on.
            for (signal, state) in [("STOP", 'T'), ("CONT", 'S')] {
                let sent =
                    Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status();
                assert!(sent.unwrap().success());
                wait_for_state(child.id(), state);
            }
        }
    }
    assert_eq!(client.send("Connection: close\r\n\r\n").answer().text(), "hello");
    drop(client);
    assert!(child.wait().unwrap().success());
}
