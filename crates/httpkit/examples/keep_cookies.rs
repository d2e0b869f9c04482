//! Fetches a URL with the cookies of a file, says what became of each cookie, and keeps them for the next time.
//!
//! `cargo run -p httpkit --example keep_cookies -- cookies.txt http://localhost:8000/`
#![expect(clippy::print_stdout, reason = "a program that talks to a person")]

use std::error::Error;
use std::sync::Arc;

use httpkit::client::Client;
use httpkit::cookiejar::{LoadOptions, MozillaCookieJar, RequestInfo, SaveOptions, SharedJar};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, url] = arguments.as_slice() else {
        return Err("usage: keep_cookies FILE URL".into());
    };
    let mut kept = MozillaCookieJar::new(file);
    if std::path::Path::new(file).exists() {
        let loaded = kept.load(None, LoadOptions::new().ignore_discard(true))?;
        for line in &loaded.bad_lines {
            println!("{file}: {line}");
        }
    }

    let jar = SharedJar::new(kept);
    let client = Client::builder().cookies(Arc::new(jar.clone())).build()?;
    let answer = client.get(url).send()?;
    println!("{} from {}", answer.status(), answer.url());
    let last = answer.url().to_string();
    answer.finish();

    let mut kept = jar.lock();
    for cookie in kept.explain(&RequestInfo::from_url(&last)?) {
        let name = String::from_utf8_lossy(cookie.cookie.name());
        let domain = cookie.cookie.domain();
        match &cookie.verdict {
            Ok(()) => println!("{name} of {domain}: would be sent there again"),
            Err(reason) => println!("{name} of {domain}: would not be sent there, {reason}"),
        }
    }
    kept.save(None, SaveOptions::new().ignore_discard(true))?;
    Ok(())
}
