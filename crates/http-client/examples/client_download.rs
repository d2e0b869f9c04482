//! A file that is fetched again from where an earlier run stopped, and how far it is on standard error.
//!
//! `cargo run -p http-client --example client_download -- http://localhost:8000/large.iso large.iso`

use http_client::Client;
use http_client::client::{Downloaded, Retry};
use std::error::Error;
use std::io::{self, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    run(&arguments, &mut io::stdout().lock())
}

/// The example itself: a URL and the name of a file.
pub(crate) fn run(arguments: &[String], out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let [url, path] = arguments else {
        return Err("usage: client_download URL FILE".into());
    };
    let client = Client::builder().retry(Retry::policy(3)).build()?;
    let mut told = 0;
    let request = client.get(url).on_download(move |received, total| {
        let percent = total.map_or(0, |total| received * 100 / total.max(1));
        if percent >= told + 10 {
            told = percent;
            // Where nobody can be told, the download goes on.
            let _ = writeln!(io::stderr(), "{percent} %");
        }
    });
    match request.download(path)? {
        Downloaded::Saved { bytes, resumed_bytes, .. } => {
            writeln!(out, "{path}: {bytes} bytes, {resumed_bytes} of them from before")?;
        }
        Downloaded::Refused(answer) => writeln!(out, "{}: {}", answer.status(), answer.text()?)?,
        _ => writeln!(out, "nothing was saved")?,
    }
    Ok(())
}
