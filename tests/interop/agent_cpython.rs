//! `Client` with CPython's `http.server`, in both versions of the protocol, plain and over TLS.

use http_client::client::{Client, Event, Redirected};
use http_client::{StatusCode, TlsConfig};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use support::certificate::Certificate;
use support::python::FileServer;
use tempfile::TempDir;

fn large() -> Vec<u8> {
    (0..3_000_000_u32).map(|number| number.to_le_bytes()[1]).collect()
}

#[test]
fn files_listings_redirects_and_forms_come_and_go() {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    std::fs::write(folder.path().join("large.bin"), large()).unwrap();
    let certificate = Certificate::new().unwrap();
    for (tls, http10) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut options = FileServer::default();
        options.http10 = http10;
        options.certificate = tls.then_some(&certificate);
        let (_server, port) = options.start(folder.path()).unwrap();
        let base = format!("{}://127.0.0.1:{port}", if tls { "https" } else { "http" });
        exchange(&base, &certificate, !http10);
    }
}

#[track_caller]
fn exchange(base: &str, certificate: &Certificate, keeps: bool) {
    let opened = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&opened);
    let observer = move |event: &Event<'_>| {
        counted.fetch_add(u32::from(matches!(event, Event::Connected { .. })), Ordering::Relaxed);
    };
    let tls = TlsConfig::builder().without_mozilla_roots().roots_pem(&certificate.certificate);
    let tls = tls.and_then(http_client::TlsBuilder::build).unwrap();
    let client = Client::builder().tls(tls).observer(observer).build().unwrap();

    let folder = TempDir::new().unwrap();
    let target = folder.path().join("large.bin");
    let saved = client.get(format!("{base}/large.bin")).send().unwrap().save_to(&target).unwrap();
    assert_eq!(saved, 3_000_000);
    assert!(std::fs::read(&target).unwrap() == large(), "the file differs");

    let listing = client.get(format!("{base}/sub")).send().unwrap();
    let [Redirected { status, .. }] = listing.history() else { panic!("{:?}", listing.history()) };
    assert_eq!((*status, listing.url().path()), (StatusCode::MOVED_PERMANENTLY, "/sub/"));
    assert!(listing.text().unwrap().contains("Directory listing"));

    let echoed = client.post(format!("{base}/form")).form([("a", "1 2"), ("b", "ü")]).send().unwrap();
    assert_eq!(echoed.text().unwrap(), "a=1+2&b=%C3%BC");
    if keeps {
        let chunked = client.get(format!("{base}/chunked")).send().unwrap();
        assert_eq!(chunked.text().unwrap(), "one, two, three");
        assert_eq!(opened.load(Ordering::Relaxed), 1, "connections were opened");
    }
}
