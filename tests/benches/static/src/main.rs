//! `cargo xtask bench static`: what a file costs over HTTP, beside nginx and CPython, on one core with its client.

mod client;
mod servers;

use std::process::ExitCode;

use bench_harness::Bench;

use crate::client::Client;
use crate::servers::{Folder, Nginx, Python};

const SMALL_BYTES: u64 = 1024;
const MEDIUM_BYTES: u64 = 100 * 1024;
const LARGE_BYTES: u64 = 10 * 1024 * 1024;

/// Files in the folder that is listed.
const ENTRIES: usize = 10_000;

fn main() -> ExitCode {
    let mut bench = Bench::with_servers(
        "static",
        &[
            ("ours", servers::ours),
            ("kept", servers::kept),
            ("raw", servers::raw),
            ("raw-medium", servers::raw_medium),
        ],
    );
    file(&mut bench, "small", "GET of a file of 1 KiB on a kept connection", "/small", SMALL_BYTES, "");
    file(&mut bench, "medium", "GET of a file of 100 KiB on a kept connection", "/medium", MEDIUM_BYTES, "");
    file(&mut bench, "large", "GET of a file of 10 MiB on a kept connection", "/large", LARGE_BYTES, "");
    let range = "Range: bytes=5000000-5001023\r\n";
    file(&mut bench, "range", "1 KiB out of 10 MiB", "/large", SMALL_BYTES, range);
    let unchanged = "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n";
    file(&mut bench, "not-modified", "304 for a file of 1 KiB", "/small", 0, unchanged);
    bench
        .table("folder", "the listing of a folder of 10 000 files")
        .answer(1)
        .on_one_core()
        .case("nginx", || {
            let nginx = Nginx::start("off");
            let mut client = Client::new(nginx.address(), "/many/", "");
            move || nginx.keep(u64::from(client.get() > ENTRIES as u64))
        })
        .case("http-server", || {
            let (folder, server) = Folder::serve("ours");
            let mut client = Client::new(server.address(), "/many/?format=json", "");
            move || folder.keep(&server, u64::from(client.get() > ENTRIES as u64))
        })
        .case("CPython", || {
            let python = Python::start();
            let mut client = Client::new(python.address(), "/many/", "");
            move || python.keep(u64::from(client.get() > ENTRIES as u64))
        })
        .run();
    bench.finish()
}

/// One file from each server. nginx with its cache of open files comes first: it is the one to beat.
fn file(
    bench: &mut Bench,
    key: &'static str,
    title: &str,
    path: &'static str,
    content_bytes: u64,
    fields: &'static str,
) {
    let mut table = bench
        .table(key, title)
        .answer(content_bytes)
        .on_one_core()
        .case("nginx, files kept open", move || {
            let nginx = Nginx::start("max=1000 inactive=60s");
            let mut client = Client::new(nginx.address(), path, fields);
            move || nginx.keep(client.get())
        })
        .case("nginx", move || {
            let nginx = Nginx::start("off");
            let mut client = Client::new(nginx.address(), path, fields);
            move || nginx.keep(client.get())
        })
        .case("http-server", move || {
            let (folder, server) = Folder::serve("ours");
            let mut client = Client::new(server.address(), path, fields);
            move || folder.keep(&server, client.get())
        });
    if path == "/small" {
        table = table.case("http-server, kept in memory", move || {
            let (folder, server) = Folder::serve("kept");
            let mut client = Client::new(server.address(), path, fields);
            move || folder.keep(&server, client.get())
        });
    }
    if key == "small" || key == "medium" {
        table = table.case("raw, from memory", move || {
            let name = if key == "small" { "raw" } else { "raw-medium" };
            let server = bench_harness::server::Server::start(name).expect("this program serves it");
            let mut client = Client::new(server.address(), path, fields);
            move || {
                let _kept = &server;
                client.get()
            }
        });
    }
    // It knows no ranges.
    if key != "range" {
        table = table.case("CPython", move || {
            let python = Python::start();
            let mut client = Client::new(python.address(), path, fields);
            move || python.keep(client.get())
        });
    }
    table.run();
}
