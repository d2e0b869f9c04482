//! One process takes over from another while clients go on asking: not a single request may fail.

use crate::client::{Client, PATIENCE, now};
use http_server::{Listen, Request, Response, Server};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Set for a child: its name, and where it is told to leave.
const NAME: &str = "HTTP_SERVER_TEST_NAME";
const CONTROL: &str = "HTTP_SERVER_TEST_CONTROL";
/// The address that is shared; where it is missing, the listeners are inherited.
const SHARED: &str = "HTTP_SERVER_TEST_SHARED";

/// What a child does: it serves until it is told to hand over.
fn serve_as_child(name: String) {
    let builder = match std::env::var(SHARED) {
        Ok(address) => {
            Server::builder().listen(Listen::tcp(address.as_str()).unwrap().reuse_port(true)).unwrap()
        }
        Err(_) => inherit(),
    };
    let mut control = TcpStream::connect(std::env::var(CONTROL).unwrap()).unwrap();
    let server = builder.serve(move |_: &mut Request<'_>| Response::text(name.clone())).unwrap();
    control.write_all(b"ready\n").unwrap();
    let mut word = [0];
    control.read_exact(&mut word).unwrap();
    let report = server.hand_over(PATIENCE);
    writeln!(control, "{} cut, {} idle", report.cut, report.idle_closed).unwrap();
}

#[cfg(feature = "systemd")]
fn inherit() -> http_server::ServerBuilder {
    let mut inherited = http_server::systemd::inherited().unwrap();
    let [one] = &inherited[..] else { panic!("{inherited:?}") };
    assert_eq!(one.name, "web");
    Server::builder().listen(inherited.remove(0).listen).unwrap()
}

#[cfg(not(feature = "systemd"))]
fn inherit() -> http_server::ServerBuilder {
    panic!("only with the feature `systemd`")
}

/// A child that serves.
struct Serving {
    child: Child,
    control: BufReader<TcpStream>,
}

impl Serving {
    /// Starts this test again as a child. With a listener, it is handed on as a service manager does it.
    fn start(test: &str, name: &str, shared: Option<SocketAddr>, listener: Option<&TcpListener>) -> Self {
        let meeting = TcpListener::bind("127.0.0.1:0").unwrap();
        let script = match listener {
            Some(_) => r#"exec 3<&0 0</dev/null; LISTEN_PID=$$ exec "$0" --exact "$1" --nocapture"#,
            None => r#"exec "$0" --exact "$1" --nocapture"#,
        };
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(std::env::current_exe().unwrap()).arg(format!("takeover::{test}"));
        command.env(NAME, name).env(CONTROL, meeting.local_addr().unwrap().to_string());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        if let Some(address) = shared {
            command.env(SHARED, address.to_string());
        }
        if let Some(listener) = listener {
            let descriptor = std::os::fd::OwnedFd::from(listener.try_clone().unwrap());
            command.stdin(Stdio::from(descriptor)).env("LISTEN_FDS", "1").env("LISTEN_FDNAMES", "web");
        }
        let child = command.spawn().unwrap();
        let (control, _) = meeting.accept().unwrap();
        control.set_read_timeout(Some(PATIENCE * 2)).unwrap();
        let mut serving = Self { child, control: BufReader::new(control) };
        assert_eq!(serving.line(), "ready\n");
        serving
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.control.read_line(&mut line).unwrap();
        line
    }

    /// Lets it hand over; what it reports.
    fn leave(mut self) -> String {
        self.control.get_mut().write_all(b"!").unwrap();
        let report = self.line();
        assert!(self.child.wait().unwrap().success());
        report
    }
}

/// Clients that never stop asking: some on a new connection for each request, some on one for as long as it is kept.
struct Load {
    over: Arc<AtomicBool>,
    answers: Arc<Mutex<Vec<(String, usize)>>>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Load {
    fn start(address: SocketAddr) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let answers = Arc::new(Mutex::new(Vec::new()));
        let threads = (0..6)
            .map(|number| {
                let (over, answers) = (Arc::clone(&over), Arc::clone(&answers));
                std::thread::spawn(move || {
                    let keeps = number % 2 == 0;
                    let mut kept: Option<Client> = None;
                    while !over.load(Ordering::SeqCst) {
                        let mut client = kept.take().unwrap_or_else(|| {
                            let stream = TcpStream::connect(address).unwrap();
                            stream.set_read_timeout(Some(PATIENCE)).unwrap();
                            Client::over(stream)
                        });
                        let connection = if keeps { "keep-alive" } else { "close" };
                        client.send(format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: {connection}\r\n\r\n"));
                        // A connection that ends without an answer fails here.
                        let answer = client.answer();
                        assert_eq!(answer.status, 200);
                        count(&answers, answer.text());
                        kept = (keeps && !answer.says_close()).then_some(client);
                    }
                })
            })
            .collect();
        Self { over, answers, threads }
    }

    fn answered_by(&self, name: &str) -> usize {
        let answers = self.answers.lock().unwrap();
        answers.iter().find(|(who, _)| who == name).map_or(0, |(_, count)| *count)
    }

    /// Waits until this server has given so many more answers.
    #[track_caller]
    fn wait_for(&self, name: &str, more: usize) {
        let (began, before) = (now(), self.answered_by(name));
        while self.answered_by(name) < before + more {
            assert!(began.elapsed() < PATIENCE, "{name} does not answer");
            assert!(self.threads.iter().all(|thread| !thread.is_finished()), "a request failed");
            std::thread::park_timeout(Duration::from_millis(2));
        }
    }

    /// Every thread has ended because it was told to, not because a request failed.
    fn stop(self) {
        self.over.store(true, Ordering::SeqCst);
        for thread in self.threads {
            thread.join().expect("a request failed");
        }
    }
}

fn count(answers: &Mutex<Vec<(String, usize)>>, name: String) {
    let mut answers = answers.lock().unwrap();
    match answers.iter_mut().find(|(who, _)| *who == name) {
        Some((_, count)) => *count += 1,
        None => answers.push((name, 1)),
    }
}

/// The second starts under load, the first leaves, and then a third takes over from the second.
fn take_over(address: SocketAddr, start: impl Fn(&str) -> Serving) {
    let first = start("first");
    let load = Load::start(address);
    load.wait_for("first", 100);
    let second = start("second");
    assert_eq!(first.leave(), "0 cut, 0 idle\n");
    load.wait_for("second", 100);
    let third = start("third");
    assert_eq!(second.leave(), "0 cut, 0 idle\n");
    load.wait_for("third", 100);
    load.stop();
    third.leave();
}

#[test]
fn no_request_fails_when_another_process_takes_over_a_shared_port() {
    if let Ok(name) = std::env::var(NAME) {
        return serve_as_child(name);
    }
    // Someone who shares the port holds it for all, and takes no connection since it does not listen.
    let holder = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    holder.set_reuse_port(true).unwrap();
    holder.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = holder.local_addr().unwrap().as_socket().unwrap();
    let test = "no_request_fails_when_another_process_takes_over_a_shared_port";
    take_over(address, |name| Serving::start(test, name, Some(address), None));
}

#[cfg(feature = "systemd")]
#[test]
fn no_request_fails_when_another_process_takes_over_inherited_listeners() {
    if let Ok(name) = std::env::var(NAME) {
        return serve_as_child(name);
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let test = "no_request_fails_when_another_process_takes_over_inherited_listeners";
    take_over(listener.local_addr().unwrap(), |name| Serving::start(test, name, None, Some(&listener)));
}

#[test]
fn a_connection_that_idles_is_kept_for_one_more_request_while_another_takes_over() {
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .serve(|_: &mut Request<'_>| Response::text("still here"))
        .unwrap();
    let mut clients: Vec<_> = (0..4).map(|_| Client::connect(&server)).collect();
    for client in &mut clients {
        assert!(!client.get("/").says_close());
    }
    let mut late = Client::connect(&server);
    let report = std::thread::scope(|scope| {
        let leaving = scope.spawn(|| server.hand_over(PATIENCE));
        crate::client::wait_until(|| server.is_stopping(), "it does not stop");
        for client in clients.iter_mut().chain([&mut late]) {
            let answer = client.get("/");
            assert!(answer.says_close() && answer.text() == "still here", "{answer:?}");
            client.expect_end();
        }
        drop((clients, late));
        leaving.join().unwrap()
    });
    assert_eq!((report.cut, report.idle_closed, report.drained), (0, 0, 5), "{report:?}");
    assert!(report.elapsed < PATIENCE);
}

#[test]
fn whoever_asks_nothing_more_is_closed_at_the_end_of_the_grace() {
    let server =
        Server::bind("127.0.0.1:0").unwrap().serve(|_: &mut Request<'_>| Response::text("once")).unwrap();
    let mut client = Client::connect(&server);
    client.get("/");
    let report = server.hand_over(Duration::from_millis(20));
    assert_eq!((report.cut, report.idle_closed + report.drained), (0, 1), "{report:?}");
    client.expect_end();
}
