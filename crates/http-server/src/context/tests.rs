//! How many connections an address may have.

use super::{Context, Counters};
use crate::error_page::ErrorPages;
use crate::forwarded::TrustedProxies;
use crate::limits::{Limits, Timeouts};
use crate::networks::Networks;
use crate::observe::Event;
use crate::request::Request;
use crate::response::Response;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn context(limits: Limits, proxies: Option<TrustedProxies>) -> Context<'static> {
    Context {
        handler: Box::new(|_: &mut Request<'_>| Response::text("")),
        per_address_default: 256,
        limits,
        timeouts: Timeouts::default(),
        server_name: Vec::new(),
        speaks: http_proto::Version::HTTP_11,
        stopping: Arc::new(AtomicBool::new(false)),
        observer: Box::new(|_| {}),
        proxies,
        error_pages: ErrorPages::default(),
        counters: Counters::default(),
    }
}

#[track_caller]
fn check(context: &Context<'_>, address: &str, max: Option<usize>) {
    assert_eq!(context.connections_max_of(address.parse().unwrap()), max, "{address}");
}

#[test]
fn by_default_no_address_has_all_threads_but_those_that_stand_for_many_are_not_counted() {
    let proxies = TrustedProxies::x_forwarded(Networks::new(["10.0.0.0/8"]).unwrap());
    let context = context(Limits::default(), Some(proxies));
    check(&context, "192.0.2.1", Some(256));
    check(&context, "2001:db8::1", Some(256));
    check(&context, "127.0.0.1", None);
    check(&context, "::1", None);
    check(&context, "::ffff:127.0.0.1", None);
    check(&context, "10.1.2.3", None);
    check(&context, "::ffff:10.1.2.3", None);
}

#[test]
fn a_number_that_is_set_counts_for_every_address() {
    let limits = Limits::default().connections_per_address_max(Some(3));
    let context = context(limits, Some(TrustedProxies::forwarded(Networks::loopback())));
    check(&context, "192.0.2.1", Some(3));
    check(&context, "127.0.0.1", Some(3));
}

#[test]
fn that_an_address_is_full_is_told_once_a_minute() {
    let told = Arc::new(AtomicUsize::new(0));
    let mut context = context(Limits::default(), None);
    let counter = Arc::clone(&told);
    let text = Arc::new(Mutex::new(String::new()));
    let last = Arc::clone(&text);
    context.observer = Box::new(move |event: &Event<'_>| {
        counter.fetch_add(1, Ordering::SeqCst);
        *last.lock().unwrap() = event.to_string();
    });
    let start = crate::clock::now();
    for seconds in [0, 1, 59, 60, 61, 130] {
        context.report_full("192.0.2.1".parse().unwrap(), 256, start + Duration::from_secs(seconds));
    }
    assert_eq!(told.load(Ordering::SeqCst), 3);
    assert_eq!(
        *text.lock().unwrap(),
        "192.0.2.1: connection closed: this address has 256 already: allow more if many clients share it"
    );
}
