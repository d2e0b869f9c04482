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
pub(crate) fn large_bytes() -> u64 {
    // What is counted below strace and valgrind repeats within each MiB.
    let counted = std::env::args().any(|argument| argument == "--once");
    if counted && std::env::var_os("BENCH_PEAK").is_none() { 16 * MIB } else { 256 * MIB }
}

const MIB: u64 = 1024 * 1024;

/// Rounds of the large ones.
pub(crate) const LARGE_ROUNDS: usize = 9;

fn main() -> ExitCode {
    // One of the peers asks for it, whether or not it speaks TLS.
    drop(rustls::crypto::ring::default_provider().install_default());
    let mut bench = Bench::with_servers("client", agent::SERVERS);
    get(&mut bench);
    connect(&mut bench);
    download(&mut bench);
    download_chunked(&mut bench);
    upload(&mut bench);
    memory(&mut bench);
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
pub(crate) fn large() -> Serve {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", large_bytes());
    stream(head, vec![b'x'; MIB as usize], large_bytes() / MIB, "")
}

/// A large answer in chunks of 16 KiB.
fn large_chunked() -> Serve {
    chunked(large_bytes() / MIB)
}

/// So many MiB in chunks of 16 KiB.
fn chunked(times: u64) -> Serve {
    let mut mib = Vec::new();
    for _ in 0..MIB / (16 * 1024) {
        mib.extend_from_slice(b"4000\r\n");
        mib.resize(mib.len() + 16 * 1024, b'x');
        mib.extend_from_slice(b"\r\n");
    }
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
    stream(head, mib, times, "0\r\n\r\n")
}

/// An answer that is written piece by piece: a MiB that is repeated.
fn stream(head: String, mib: Vec<u8>, times: u64, tail: &'static str) -> Serve {
    Serve::Stream {
        head: head.into_bytes(),
        piece: Arc::new(mib),
        times,
        tail: tail.as_bytes(),
        close: false,
    }
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
        .case("hyper", || peers::hyper_new(serve(small(true), true)))
        .case("libcurl", || peers::curl_new(serve(small(true), true)))
        .timed_case("CPython", move || {
            let mut script = Script::start(python, &serve(small(true), true).to_string());
            move |rounds| script.work(rounds)
        })
        .run();
}

/// What a large answer is to a raw reader: where it is, and how many bytes it has.
fn raw_of(answer: Serve) -> impl FnMut() -> u64 {
    let bytes = answer.answer_bytes();
    peers::raw(server::start(answer), bytes, large_bytes())
}

fn download(bench: &mut Bench) {
    let python = "import http.client\nhost, port = text.split(':')\nconnection = http.client.HTTPConnection(host, \
                  int(port))\ndef work():\n    connection.request('GET', '/')\n    answer = connection.getresponse()\n    \
                  while answer.read(65536): pass";
    bench
        .table("download", "256 MiB by Content-Length (calls and instructions: of 16 MiB)")
        .answer(large_bytes())
        .rounds(LARGE_ROUNDS)
        .on_one_core()
        .case("raw", || raw_of(large()))
        .case("http-client", || peers::ours(server::start(large())))
        .case("attohttpc", || peers::attohttpc(server::start(large().closing())))
        .case("hyper", || peers::hyper(server::start(large())))
        .case("ureq", || peers::ureq(server::start(large())))
        .case("libcurl", || peers::curl(server::start(large())))
        .case("reqwest", || peers::reqwest(server::start(large())))
        .timed_case("CPython", move || {
            let mut script = Script::start(python, &server::start(large()).to_string());
            move |rounds| script.work(rounds)
        })
        .run();
}

fn download_chunked(bench: &mut Bench) {
    bench
        .table("download-chunked", "256 MiB in chunks of 16 KiB (calls and instructions: of 16 MiB)")
        .answer(large_bytes())
        .rounds(LARGE_ROUNDS)
        .on_one_core()
        .case("raw", || raw_of(large_chunked()))
        .case("http-client", || peers::ours(server::start(large_chunked())))
        .case("attohttpc", || peers::attohttpc(server::start(large_chunked().closing())))
        .case("hyper", || peers::hyper(server::start(large_chunked())))
        .case("ureq", || peers::ureq(server::start(large_chunked())))
        .case("libcurl", || peers::curl(server::start(large_chunked())))
        .case("reqwest", || peers::reqwest(server::start(large_chunked())))
        .run();
}

fn upload(bench: &mut Bench) {
    let server = || server::start(Serve::Swallow { content_bytes: large_bytes() });
    bench
        .table("upload", "256 MiB from a reader (calls and instructions: of 16 MiB)")
        .answer(2)
        .rounds(LARGE_ROUNDS)
        .on_one_core()
        .case("raw", move || peers::raw_upload(server(), large_bytes()))
        .case("http-client", move || peers::ours_upload(server(), large_bytes(), false))
        .case("http-client, chunked", move || peers::ours_upload(server(), large_bytes(), true))
        .case("ureq", move || peers::ureq_upload(server(), large_bytes()))
        .case("libcurl", move || peers::curl_upload(server(), large_bytes()))
        .case("reqwest", move || peers::reqwest_upload(server(), large_bytes()))
        .run();
}

/// What a process takes that does one transfer and nothing else: none may take more than a small one does. The servers are
/// threads of the same process and hold a MiB, that of chunks in pieces.
fn memory(bench: &mut Bench) {
    let server = || server::start(Serve::Swallow { content_bytes: large_bytes() });
    bench
        .table("memory", "the peak of a process that does one exchange, by its size")
        .rounds(3)
        .unwatched()
        .with_peak()
        .case("GET of 128 bytes", || {
            let keep = large();
            let mut get = peers::ours(serve(small(false), false));
            move || {
                // As much memory for the server as beside a large answer.
                let _ = &keep;
                get()
            }
        })
        .case("download of 256 MiB", || peers::ours(server::start(large())))
        .case("download of 1 MiB in chunks", || peers::ours(server::start(chunked(1))))
        .case("download of 256 MiB in chunks", || peers::ours(server::start(large_chunked())))
        .case("upload of 256 MiB", move || peers::ours_upload(server(), large_bytes(), false))
        .case("upload of 256 MiB in chunks", move || peers::ours_upload(server(), large_bytes(), true))
        .run();
}
