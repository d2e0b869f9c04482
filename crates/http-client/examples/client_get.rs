//! A page by its URL, with a limit, and what is known of the way it came.
//!
//! `cargo run -p http-client --example client_get -- http://localhost:8000/`

#![expect(clippy::print_stdout, reason = "an example prints")]

use http_client::client::{AddressFilter, Client, Timeouts};
use std::time::Duration;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("the URL of a page is needed")?;
    let mut builder = Client::builder().timeouts(Timeouts::DEFAULT.total(Some(Duration::from_secs(30))));
    if arguments.next().as_deref() == Some("--public-only") {
        builder = builder.address_filter(AddressFilter::public_only());
    }
    let answer = builder.build()?.get(url).send()?.limit(1 << 20);
    for step in answer.history() {
        println!("{} from {}", step.status, step.url);
    }
    println!("{} from {} at {:?}", answer.status(), answer.url(), answer.connection().peer_addr);
    println!("{:?}", answer.timings());
    println!("{}", answer.text()?);
    Ok(())
}
