//! A page by its URL, with a limit, and what is known of the way it came.
//!
//! `cargo run -p http-client --example client_get -- http://localhost:8000/`

use http_client::client::{AddressFilter, Client, Timeouts};
use std::error::Error;
use std::io::{self, Write};
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    run(&arguments, &mut io::stdout().lock())
}

/// The example itself: a URL, and perhaps `--public-only`, which keeps it out of private networks.
pub(crate) fn run(arguments: &[String], out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let mut builder = Client::builder().timeouts(Timeouts::DEFAULT.total(Some(Duration::from_secs(30))));
    let url = match arguments {
        [url] => url,
        [url, option] if option == "--public-only" => {
            builder = builder.address_filter(AddressFilter::public_only());
            url
        }
        _ => return Err("usage: client_get URL [--public-only]".into()),
    };
    let answer = builder.build()?.get(url).send()?.limit(1 << 20);
    for step in answer.history() {
        writeln!(out, "{} from {}", step.status, step.url)?;
    }
    let peer = answer.connection().peer_addr.map_or_else(String::new, |peer| format!(" at {peer}"));
    writeln!(out, "{} from {}{peer}", answer.status(), answer.url())?;
    writeln!(io::stderr(), "{:?}", answer.timings())?;
    writeln!(out, "{}", answer.text()?)?;
    Ok(())
}
