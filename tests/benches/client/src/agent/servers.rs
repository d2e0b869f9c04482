//! The other side of the tables of `Client`, in processes of its own: a thread for each connection.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Bytes.
pub(crate) const MIB: u64 = 1024 * 1024;

/// A head, and a block that comes so often after it.
struct Answer {
    head: Vec<u8>,
    block: Vec<u8>,
    blocks: u64,
    close: bool,
}

/// The small answer, connections kept.
pub(crate) fn small(listener: TcpListener) {
    serve(&listener, Answer { head: crate::small(false), block: Vec::new(), blocks: 0, close: false });
}

/// The small answer, connections closed.
pub(crate) fn close(listener: TcpListener) {
    serve(&listener, Answer { head: crate::small(true), block: Vec::new(), blocks: 0, close: true });
}

/// 1 MiB.
pub(crate) fn mib(listener: TcpListener) {
    large(&listener, 1);
}

/// 256 MiB.
pub(crate) fn mib_256(listener: TcpListener) {
    large(&listener, 256);
}

fn large(listener: &TcpListener, blocks: u64) {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", blocks * MIB).into_bytes();
    serve(listener, Answer { head, block: vec![b'x'; MIB as usize], blocks, close: false });
}

/// 1 MiB of numbered lines, compressed.
pub(crate) fn gzip(listener: TcpListener) {
    let mut text = Vec::new();
    for number in 0_u32.. {
        let line =
            format!("{{\"number\": {number}, \"square\": {}}},\n", u64::from(number) * u64::from(number));
        text.extend_from_slice(line.as_bytes());
        if text.len() as u64 >= MIB {
            break;
        }
    }
    text.truncate(MIB as usize);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&text).expect("memory takes everything");
    let block = encoder.finish().expect("memory takes everything");
    let fields = "Content-Type: application/json\r\nContent-Encoding: gzip\r\n";
    let head = format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: {}\r\n\r\n", block.len()).into_bytes();
    serve(&listener, Answer { head, block, blocks: 1, close: false });
}

fn serve(listener: &TcpListener, answer: Answer) {
    let answer = Arc::new(answer);
    for stream in listener.incoming().flatten() {
        let answer = Arc::clone(&answer);
        thread::spawn(move || drop(one(stream, &answer)));
    }
}

fn one(mut stream: TcpStream, answer: &Answer) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 8192];
    let mut filled = 0;
    loop {
        while !buffer[..filled].ends_with(b"\r\n\r\n") {
            match stream.read(&mut buffer[filled..])? {
                0 => return Ok(()),
                count => filled += count,
            }
        }
        filled = 0;
        stream.write_all(&answer.head)?;
        for _ in 0..answer.blocks {
            stream.write_all(&answer.block)?;
        }
        if answer.close {
            return Ok(());
        }
    }
}
