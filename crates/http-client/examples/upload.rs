//! A file as the content of a PUT, its progress on standard error, and an end as soon as the server refuses it.
//!
//! `cargo run -p http-client --example upload -- localhost:8000 /place file`

use http_client::{Body, HttpConnection};
use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Write};

/// Counts what is read through it, and says so at every hundredth part.
struct Progress<R> {
    inner: R,
    done_bytes: u64,
    total_bytes: u64,
}

impl<R: Read> Read for Progress<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        let percent = |bytes: u64| bytes.saturating_mul(100) / self.total_bytes.max(1);
        let before = percent(self.done_bytes);
        self.done_bytes += count as u64;
        if percent(self.done_bytes) > before {
            write!(io::stderr(), "\r{} %", percent(self.done_bytes))?;
        }
        Ok(count)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    run(&arguments, &mut io::stdout().lock())
}

/// The example itself: host, target and file are its arguments.
pub(crate) fn run(arguments: &[String], out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let [host, target, path] = arguments else {
        return Err("usage: upload HOST[:PORT] TARGET FILE".into());
    };
    let file = File::open(path)?;
    let total_bytes = file.metadata()?.len();
    let body = Body::sized_reader(Progress { inner: file, done_bytes: 0, total_bytes }, total_bytes);

    let mut connection = HttpConnection::new(host)?;
    let mut headers = http_client::Headers::new();
    headers.append("Content-Type", "application/octet-stream")?;
    // A server that does not want the file can say so before it is sent.
    headers.append("Expect", "100-continue")?;
    connection.request("PUT", target, body, &headers)?;

    let mut response = connection.get_response()?;
    writeln!(io::stderr())?;
    writeln!(out, "{}", response.status())?;
    response.copy_to(out)?;
    Ok(())
}
