//! Costs that must not grow: heads and chunks that come byte by byte, eight times as long for eight times the time.
//! No sockets: the transport gives one byte a read.

use std::io::{self, Read, Write};

use bench_harness::Bench;
use http_client::{Headers, HttpConnection, Transport};

/// Gives an answer again and again, one byte a read.
struct Dripping {
    answer: Vec<u8>,
    at: usize,
}

impl Read for Dripping {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let byte = self.answer[self.at % self.answer.len()];
        self.at += 1;
        buf[0] = byte;
        Ok(1)
    }
}

impl Write for Dripping {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Transport for Dripping {}

fn ask(answer: Vec<u8>, times: usize) -> impl FnMut() -> u64 {
    let mut connection =
        HttpConnection::from_transport(Dripping { answer, at: 0 }, "localhost").expect("a name");
    let headers = Headers::new();
    let mut buffer = [0; 1024];
    move || {
        for _ in 0..times {
            connection.request("GET", "/", (), &headers).expect("it takes everything");
            let mut response = connection.get_response().expect("it answers");
            while response.read(&mut buffer).expect("it ends") > 0 {}
        }
        1
    }
}

fn head(bytes: usize) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n".to_vec();
    while answer.len() < bytes {
        answer.extend_from_slice(b"X-Field-With-A-Name: and a value of which there is not much, but enough, as one sees, and a bit\r\n");
    }
    answer.extend_from_slice(b"\r\n");
    answer
}

pub(crate) fn heads(bench: &mut Bench) {
    bench
        .table("dripping-head", "heads of 20 KiB in all, byte by byte")
        .answer(1)
        .case("8 of 2.5 KiB", || ask(head(2_500), 8))
        .case("1 of 20 KiB", || ask(head(20_000), 1))
        .run();
}

fn chunked(chunks: usize) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..chunks {
        answer.extend_from_slice(b"1\r\nx\r\n");
    }
    answer.extend_from_slice(b"0\r\n\r\n");
    answer
}

pub(crate) fn chunks(bench: &mut Bench) {
    bench
        .table("dripping-chunks", "8000 chunks of one byte, byte by byte")
        .answer(1)
        .case("8 bodies of 1000", || ask(chunked(1_000), 8))
        .case("1 body of 8000", || ask(chunked(8_000), 1))
        .run();
}
