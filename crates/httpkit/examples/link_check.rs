//! Checks all links of a page, several at a time, without being led into one's own network.
//!
//! `cargo run -p httpkit --example link_check -- https://example.org/ [--private]`
#![expect(clippy::print_stdout, reason = "a program that talks to a person")]

use std::collections::BTreeSet;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use httpkit::client::Client;
use httpkit::client::client::{AddressFilter, PoolLimits, Retry, Timeouts, Url};

const AT_A_TIME: usize = 8;
const PAGE_BYTES_MAX: u64 = 5 << 20;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (options, urls): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let ([page], true) = (urls.as_slice(), options.iter().all(|option| option == "--private")) else {
        return Err("usage: link_check URL [--private]".into());
    };
    let mut builder = Client::builder()
        .timeouts(Timeouts::DEFAULT.total(Some(Duration::from_secs(20))))
        .pool(PoolLimits::DEFAULT.open_per_origin_max(4))
        .retry(Retry::policy(1));
    if options.is_empty() {
        builder = builder.address_filter(AddressFilter::public_only());
    }
    let client = builder.build()?;

    let answer = client.get(page).send()?.error_for_status()?.limit(PAGE_BYTES_MAX);
    let base = answer.url().clone();
    let links = links(&base, &answer.text()?);
    let open = Mutex::new(links.iter());
    let broken = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(link) = open.lock().ok().and_then(|mut open| open.next()) {
                    if let Err(reason) = check(&client, link) {
                        println!("{link}: {reason}");
                        broken.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let broken = broken.into_inner();
    println!("{} links, {broken} broken", links.len());
    Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Nobody needs the content to know that it is there; but some servers do not answer HEAD.
fn check(client: &Client, link: &Url) -> Result<(), Box<dyn Error>> {
    let status = client.head(link.clone()).send()?.status();
    if status.is_client_error() || status.is_server_error() {
        client.get(link.clone()).send()?.error_for_status()?;
    }
    Ok(())
}

/// What stands in `href="…"`, without fragments and schemes that are not HTTP.
fn links(base: &Url, page: &str) -> BTreeSet<Url> {
    let values = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    values
        .filter_map(|value| base.join(&value.replace("&amp;", "&")).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .map(|mut url| {
            url.set_fragment(None);
            url
        })
        .collect()
}
