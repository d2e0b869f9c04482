//! `Client` with nginx: connections kept, gzip, ranges, credentials.

use std::io::Read;

use http_client::StatusCode;
use http_client::client::{Basic, Client, Downloaded, Error, Event};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use support::nginx::Nginx;
use tempfile::TempDir;

/// Lines that compress well.
fn text() -> String {
    (0..20_000).map(|number| format!("line {number} of a text that compresses well\n")).collect()
}

/// nginx over a folder with a text, part of it behind a password.
struct Site {
    nginx: Nginx,
    folder: TempDir,
}

impl Site {
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("root");
        std::fs::create_dir_all(root.join("closed")).unwrap();
        std::fs::write(root.join("text.txt"), text()).unwrap();
        std::fs::write(root.join("closed/secret.txt"), "secret").unwrap();
        let passwords = folder.path().join("passwords");
        std::fs::write(&passwords, "me:{PLAIN}pass word\n").unwrap();
        let directives = format!(
            "root {}; gzip on; gzip_types text/plain; gzip_min_length 100; default_type text/plain; etag on;\n\
             location /closed/ {{ auth_basic \"closed\"; auth_basic_user_file {}; }}\n\
             location /again {{ return 302 /text.txt; }}",
            root.display(),
            passwords.display()
        );
        let nginx = Nginx::start(&directives).unwrap();
        Self { nginx, folder }
    }

    /// A client, and how many connections it has opened.
    fn client(&self) -> (Client, Arc<AtomicU32>) {
        let opened = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&opened);
        let observer = move |event: &Event<'_>| {
            if matches!(event, Event::Connected { .. }) {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        };
        let client = Client::builder().unix_socket(self.nginx.socket()).observer(observer).build().unwrap();
        (client, opened)
    }
}

#[test]
fn one_connection_carries_texts_as_gzip_redirects_and_refusals() {
    let site = Site::start();
    let (client, opened) = site.client();
    for path in ["/text.txt", "/again", "/text.txt"] {
        let answer = client.get(format!("http://localhost{path}")).send().unwrap();
        assert_eq!(answer.header("Content-Encoding").unwrap(), "gzip");
        assert!(answer.is_decoded());
        assert_eq!(answer.url().path(), "/text.txt");
        assert_eq!(answer.text().unwrap(), text());
    }
    let missing = client.get("http://localhost/missing").send().unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert!(missing.error_for_status().unwrap_err().into_response().text().unwrap().contains("nginx"));
    assert_eq!(client.head("http://localhost/text.txt").send().unwrap().bytes().unwrap(), b"");
    assert_eq!(opened.load(Ordering::Relaxed), 1, "connections were opened");
}

#[test]
fn raw_content_stays_as_it_came() {
    let site = Site::start();
    let (client, _) = site.client();
    let url = "http://localhost/text.txt";
    assert_eq!(client.get(url).raw().send().unwrap().bytes().unwrap(), text().into_bytes());
    let coded = client.get(url).header("Accept-Encoding", "gzip").raw().send().unwrap();
    let mut decoded = String::new();
    flate2::read::GzDecoder::new(coded).read_to_string(&mut decoded).unwrap();
    assert_eq!(decoded, text());
}

#[test]
fn a_download_goes_on_where_it_stopped() {
    let site = Site::start();
    let (client, _) = site.client();
    let url = "http://localhost/text.txt";
    let there = client.head(url).send().unwrap();
    let target = site.folder.path().join("saved.txt");
    let beside = |suffix: &str| site.folder.path().join(format!("saved.txt{suffix}"));
    std::fs::write(beside(".part"), &text()[..1000]).unwrap();
    // nginx weakens the tag of what it compresses; here it does not.
    std::fs::write(beside(".part.validator"), there.header("Last-Modified").unwrap().as_bytes()).unwrap();
    let saved = client.get(url).download(&target).unwrap();
    assert!(matches!(saved, Downloaded::Saved { resumed_bytes: 1000, .. }), "{saved:?}");
    assert_eq!(std::fs::read_to_string(&target).unwrap(), text());

    // Another file by now: it is fetched from its beginning.
    std::fs::write(beside(".part"), "something else").unwrap();
    std::fs::write(beside(".part.validator"), "Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
    let saved = client.get(url).download(&target).unwrap();
    assert!(matches!(saved, Downloaded::Saved { resumed_bytes: 0, .. }), "{saved:?}");
    assert_eq!(std::fs::read_to_string(&target).unwrap(), text());
}

#[test]
fn a_range_that_is_asked_for_is_what_comes() {
    let site = Site::start();
    let (client, _) = site.client();
    let part = client.get("http://localhost/text.txt").header("Range", "bytes=5-9").send().unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.text().unwrap(), &text()[5..10]);
}

#[test]
fn basic_credentials_open_what_is_closed() -> Result<(), Error> {
    let site = Site::start();
    let (client, _) = site.client();
    let url = "http://localhost/closed/secret.txt";
    let refused = client.get(url).send()?;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(refused.header("WWW-Authenticate").unwrap(), "Basic realm=\"closed\"");
    assert_eq!(client.get(url).basic_auth("me", "wrong").send()?.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(client.get(url).auth(Basic::new("me", "pass word")).send()?.text()?, "secret");
    assert_eq!(client.get("http://me:pass%20word@localhost/closed/secret.txt").send()?.text()?, "secret");
    Ok(())
}
