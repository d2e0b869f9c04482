//! `cargo xtask bench client`: what a request costs, and what a byte costs, beside raw sockets and beside the others.

mod agent;
mod peers;
mod server;
mod steady;
mod tls;

use std::process::ExitCode;
use std::sync::Arc;

use bench_harness::Bench;

use crate::server::Serve;
use bench_harness::python::Script;

/// Content of the small answer.
const SMALL_BYTES: u64 = 128;

/// Content of the large ones: enough that a request costs nothing beside it.
pub(crate) const LARGE_BYTES: u64 = 16 * 1024 * 1024;

fn main() -> ExitCode {
    let mut bench = Bench::with_servers("client", agent::SERVERS);
    get(&mut bench);
    connect(&mut bench);
    download(&mut bench);
    download_chunked(&mut bench);
    upload(&mut bench);
    tls::get(&mut bench);
    tls::download(&mut bench);
    tls::upload(&mut bench);
    steady::heads(&mut bench);
    steady::chunks(&mut bench);
    agent::run(&mut bench);
    bench.finish()
}

/// Eight fields and 128 bytes, as a small service answers.
pub(crate) fn small(close: bool) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: bench\r\nContent-Type: text/plain; \
         charset=utf-8\r\nContent-Length: {SMALL_BYTES}\r\nLast-Modified: Sat, 05 Nov 1994 08:49:37 GMT\r\nETag: \
         \"5a3e1f-80\"\r\nCache-Control: max-age=60\r\n{}\r\n",
        if close { "Connection: close\r\n" } else { "Accept-Ranges: bytes\r\n" }
    )
    .into_bytes();
    answer.resize(answer.len() + SMALL_BYTES as usize, b'x');
    answer
}

/// A large answer with its length.
pub(crate) fn large() -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {LARGE_BYTES}\r\n\r\n").into_bytes();
    answer.resize(answer.len() + LARGE_BYTES as usize, b'x');
    answer
}

/// A large answer in chunks of 16 KiB.
fn large_chunked() -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..LARGE_BYTES / (16 * 1024) {
        answer.extend_from_slice(b"4000\r\n");
        answer.resize(answer.len() + 16 * 1024, b'x');
        answer.extend_from_slice(b"\r\n");
    }
    answer.extend_from_slice(b"0\r\n\r\n");
    answer
}

fn serve(bytes: Vec<u8>, close: bool) -> std::net::SocketAddr {
    server::start(Serve::Answer { bytes: Arc::new(bytes), close })
}

fn get(bench: &mut Bench) {
    let python = "import http.client\nhost, port = text.split(':')\nconnection = http.client.HTTPConnection(host, \
                  int(port))\ndef work():\n    connection.request('GET', '/')\n    connection.getresponse().read()";
    bench
        .table("get", "a GET on a kept connection: 8 fields and 128 bytes come back")
        .answer(SMALL_BYTES)
        .on_one_core()
        .case("raw", || peers::raw(serve(small(false), false), small(false).len(), SMALL_BYTES))
        .case("http-client", || peers::ours(serve(small(false), false)))
        .case("hyper", || peers::hyper(serve(small(false), false)))
        .case("ureq", || peers::ureq(serve(small(false), false)))
        .case("libcurl", || peers::curl(serve(small(false), false)))
        .case("reqwest", || peers::reqwest(serve(small(false), false)))
        .timed_case("CPython", move || {
            let mut script = Script::start(python, &serve(small(false), false).to_string());
            move |rounds| script.work(rounds)
        })
        .run();
}

fn connect(bench: &mut Bench) {
    let python = "import http.client\nhost, port = text.split(':')\ndef work():\n    connection = \
                  http.client.HTTPConnection(host, int(port))\n    connection.request('GET', '/')\n    \
                  connection.getresponse().read()\n    connection.close()";
    bench
        .table("connect", "a GET on a new connection: 8 fields and 128 bytes come back")
        .answer(SMALL_BYTES)
        .on_one_core()
        .case("raw", || peers::raw_new(serve(small(true), true), SMALL_BYTES))
        .case("http-client", || peers::ours_new(serve(small(true), true)))
        .case("minreq", || peers::minreq(serve(small(true), true)))
        .case("attohttpc", || peers::attohttpc(serve(small(true), true)))
        .case("ureq", || peers::ureq(serve(small(true), true)))
        .case("libcurl", || peers::curl_new(serve(small(true), true)))
        .timed_case("CPython", move || {
            let mut script = Script::start(python, &serve(small(true), true).to_string());
            move |rounds| script.work(rounds)
        })
        .run();
}

fn download(bench: &mut Bench) {
    bench
        .table("download", "16 MiB by Content-Length")
        .answer(LARGE_BYTES)
        .on_one_core()
        .case("raw", || peers::raw(serve(large(), false), large().len(), LARGE_BYTES))
        .case("http-client", || peers::ours(serve(large(), false)))
        .case("attohttpc", || peers::attohttpc(serve(large(), true)))
        .case("hyper", || peers::hyper(serve(large(), false)))
        .case("ureq", || peers::ureq(serve(large(), false)))
        .case("libcurl", || peers::curl(serve(large(), false)))
        .case("reqwest", || peers::reqwest(serve(large(), false)))
        .run();
}

fn download_chunked(bench: &mut Bench) {
    bench
        .table("download-chunked", "16 MiB in chunks of 16 KiB")
        .answer(LARGE_BYTES)
        .on_one_core()
        .case("raw", || peers::raw(serve(large_chunked(), false), large_chunked().len(), LARGE_BYTES))
        .case("http-client", || peers::ours(serve(large_chunked(), false)))
        .case("attohttpc", || peers::attohttpc(serve(large_chunked(), true)))
        .case("hyper", || peers::hyper(serve(large_chunked(), false)))
        .case("ureq", || peers::ureq(serve(large_chunked(), false)))
        .case("libcurl", || peers::curl(serve(large_chunked(), false)))
        .case("reqwest", || peers::reqwest(serve(large_chunked(), false)))
        .run();
}

fn upload(bench: &mut Bench) {
    let server = || server::start(Serve::Swallow { content_bytes: LARGE_BYTES });
    bench
        .table("upload", "16 MiB from a reader")
        .answer(2)
        .on_one_core()
        .case("raw", move || peers::raw_upload(server(), LARGE_BYTES))
        .case("http-client", move || peers::ours_upload(server(), LARGE_BYTES, false))
        .case("http-client, chunked", move || peers::ours_upload(server(), LARGE_BYTES, true))
        .case("ureq", move || peers::ureq_upload(server(), LARGE_BYTES))
        .case("reqwest", move || peers::reqwest_upload(server(), LARGE_BYTES))
        .run();
}
