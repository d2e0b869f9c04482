//! A file that is fetched again from where an earlier run stopped, and how far it is.
//!
//! `cargo run -p http-client --example client_download -- http://localhost:8000/large.iso large.iso`

#![expect(clippy::print_stdout, reason = "an example prints")]

use http_client::Client;
use http_client::client::{Downloaded, Retry};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("a URL and a file name are needed".into());
    };
    let client = Client::builder().retry(Retry::policy(3)).build()?;
    let mut told = 0;
    let request = client.get(url).on_download(move |received, total| {
        let percent = total.map_or(0, |total| received * 100 / total.max(1));
        if percent >= told + 10 {
            told = percent;
            println!("{percent} %");
        }
    });
    match request.download(&path)? {
        Downloaded::Saved { bytes, resumed_bytes, .. } => {
            println!("{path}: {bytes} bytes, {resumed_bytes} of them from before");
        }
        Downloaded::Refused(answer) => println!("{}: {}", answer.status(), answer.text()?),
        _ => println!("nothing was saved"),
    }
    Ok(())
}
