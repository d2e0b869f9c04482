//! How it stops: by a signal, gracefully, and with a report.

use super::process::{connect, folder, serve};
use std::io::{Read as _, Write as _};

#[test]
fn interrupts_and_sigterm_end_it_with_0_and_a_report() {
    use rustix::process::Signal;
    for (signal, name) in [(Signal::INT, "Keyboard interrupt"), (Signal::TERM, "SIGTERM")] {
        let folder = folder();
        let mut server = serve(folder.path(), &[]);
        server.signal(signal);
        assert_eq!(server.end().code(), Some(0));
        let log = server.log_rest();
        assert!(log.contains(&format!("{name} received, exiting.\n")), "{log}");
        assert!(log.contains("0 idle connections closed, 0 requests finished, 0 cut"), "{log}");
    }
}

#[test]
fn connections_without_a_request_are_closed_at_once_and_counted() {
    let folder = folder();
    let mut server = serve(folder.path(), &[]);
    let mut idle = connect(server.address());
    idle.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut answer = [0; 4096];
    let mut got = 0;
    while !answer[..got].ends_with(b"hello") {
        got += idle.read(&mut answer[got..]).unwrap();
    }
    server.signal(rustix::process::Signal::TERM);
    assert_eq!(server.end().code(), Some(0));
    assert_eq!(idle.read(&mut answer).unwrap(), 0, "the connection is closed");
    let log = server.log_rest();
    // Whether the server has noticed by then that the request is over is a matter of microseconds.
    let counted = log.contains("1 idle connection closed, 0 requests")
        || log.contains("0 idle connections closed, 1 request");
    assert!(counted && log.contains(", 0 cut, "), "{log}");
}

#[test]
fn a_download_that_goes_on_is_finished_first() {
    let folder = folder();
    // Far more than the sockets of both sides can hold.
    let size_bytes = 64 << 20;
    std::fs::File::create(folder.path().join("big")).unwrap().set_len(size_bytes).unwrap();
    let mut server = serve(folder.path(), &[]);
    let mut client = connect(server.address());
    client.write_all(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut output = vec![0; 1024];
    client.read_exact(&mut output).unwrap();
    server.signal(rustix::process::Signal::INT);
    // Until it stops, the rest is not taken: else it could be over before.
    server.wait_until_deaf();
    client.read_to_end(&mut output).unwrap();
    assert!(output.len() as u64 > size_bytes, "{} bytes", output.len());
    assert_eq!(server.end().code(), Some(0));
    let log = server.log_rest();
    assert!(log.contains(", 0 cut, "), "{log}");
}

#[test]
fn whoever_waits_is_told_for_what_and_a_second_signal_cuts_it() {
    let folder = folder();
    std::fs::File::create(folder.path().join("big")).unwrap().set_len(64 << 20).unwrap();
    let mut server = serve(folder.path(), &["-q"]);
    let mut client = connect(server.address());
    client.write_all(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    client.read_exact(&mut [0; 1024]).unwrap();
    server.signal(rustix::process::Signal::INT);
    assert_eq!([server.log_line(), server.log_line()], ["", "Keyboard interrupt received, exiting."]);
    let told = server.log_line();
    assert!(told.starts_with("waiting up to 10 s for requests that are under way"), "{told}");
    server.signal(rustix::process::Signal::INT);
    assert_eq!(server.end().code(), Some(1));
    assert_eq!(server.log_rest(), "cut at once\n");
}
