//! A bench to copy: a few bytes to a thread on loopback and back, in one write or in two.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::thread;

use bench_harness::Bench;
use bench_harness::server::Server;

fn main() -> ExitCode {
    let mut bench = Bench::with_servers("two-ways", &[("echo", echo)]);
    bench
        .table("echo", "64 bytes to another thread and back")
        .answer(64)
        .on_one_core()
        .case("one write", || ping_pong(&[64]))
        .case("two writes", || ping_pong(&[32, 32]))
        .run();
    bench
        .table("echo-process", "64 bytes to another process and back, all threads counted")
        .answer(64)
        .on_one_core()
        .on_all_threads()
        .case("same thread", || {
            let server = Server::start("echo").expect("this program serves it");
            let mut ask = ask(server.address(), &[64]);
            move || {
                let _kept = &server;
                ask()
            }
        })
        .case("through a thread", || {
            let server = Server::start("echo").expect("this program serves it");
            let mut ask = ask(server.address(), &[64]);
            let (to_thread, jobs) = channel();
            let (answer, answers) = channel();
            thread::spawn(move || jobs.into_iter().try_for_each(|()| answer.send(ask())));
            move || {
                let _kept = &server;
                to_thread.send(()).expect("the thread waits");
                answers.recv().expect("the thread answers")
            }
        })
        .run();
    bench
        .table("copy", "a kilobyte into a buffer")
        .answer(1024)
        .case("reused", || {
            let mut buffer = Vec::new();
            move || {
                buffer.clear();
                buffer.extend_from_slice(&[7; 1024]);
                std::hint::black_box(&buffer).len() as u64
            }
        })
        .case("fresh", || || std::hint::black_box(vec![7_u8; 1024]).len() as u64)
        .run();
    bench.finish()
}

/// A server in a thread, and the operation that asks it. The thread ends when the operation is dropped.
fn ping_pong(pieces: &'static [usize]) -> impl FnMut() -> u64 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("a listener has an address");
    thread::spawn(move || serve_one(&listener));
    ask(address, pieces)
}

/// The operation that sends 64 bytes in these pieces and reads them back.
fn ask(address: SocketAddr, pieces: &'static [usize]) -> impl FnMut() -> u64 {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("a socket takes the option");
    let mut buffer = [0; 64];
    move || {
        for piece in pieces {
            stream.write_all(&buffer[..*piece]).expect("the server takes it");
        }
        stream.read_exact(&mut buffer).expect("the server answers");
        buffer.len() as u64
    }
}

/// The server of a process: one connection after the other.
fn echo(listener: TcpListener) {
    loop {
        // A client that is done closes, which ends its turn.
        drop(serve_one(&listener));
    }
}

fn serve_one(listener: &TcpListener) -> std::io::Result<()> {
    let (mut stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    let mut buffer = [0; 64];
    loop {
        stream.read_exact(&mut buffer)?;
        stream.write_all(&buffer)?;
    }
}
