//! A bench to copy: a few bytes to a thread on loopback and back, in one write or in two.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;

use bench_harness::Bench;

fn main() -> ExitCode {
    let mut bench = Bench::from_arguments("two-ways");
    bench
        .table("echo", "64 bytes to another thread and back")
        .answer(64)
        .on_one_core()
        .case("one write", || ping_pong(&[64]))
        .case("two writes", || ping_pong(&[32, 32]))
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

/// A server in a thread, and the operation that asks it. The server ends when the operation is dropped.
fn ping_pong(pieces: &'static [usize]) -> impl FnMut() -> u64 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("a listener has an address");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        let mut buffer = [0; 64];
        loop {
            stream.read_exact(&mut buffer)?;
            stream.write_all(&buffer)?;
        }
        #[expect(unreachable_code, reason = "it tells the type of the errors above")]
        Ok::<(), std::io::Error>(())
    });
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
