//! Tests of `connect/resolve.rs`.

use super::{Errand, Resolve, SystemResolver, THREADS_MAX, Threads};
use std::net::SocketAddr;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

#[test]
fn localhost_is_found_with_and_without_a_timeout() {
    for timeout in [None, Some(Duration::from_secs(20))] {
        let found = SystemResolver.resolve("localhost", 7, timeout).unwrap();
        assert!(!found.is_empty() && found.iter().all(|addr| addr.ip().is_loopback() && addr.port() == 7));
    }
}

#[test]
fn many_lookups_at_once_share_the_threads_and_all_are_answered() {
    let askers: Vec<_> = (0..32)
        .map(|_| {
            std::thread::spawn(|| {
                SystemResolver.resolve("localhost", 1, Some(Duration::from_secs(20))).is_ok()
            })
        })
        .collect();
    assert!(askers.into_iter().all(|asker| asker.join().unwrap()));
}

/// Whether names that begin with `stuck` are found by now.
static IS_OPEN: Mutex<bool> = Mutex::new(false);
static OPENED: Condvar = Condvar::new();
static BEGUN: Mutex<Vec<String>> = Mutex::new(Vec::new());
static GATED: Threads = Threads::new(behind_the_gate);

fn behind_the_gate(host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
    BEGUN.lock().unwrap().push(host.to_owned());
    if host == "stuck" {
        drop(OPENED.wait_while(IS_OPEN.lock().unwrap(), |is_open| !*is_open).unwrap());
    }
    Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))])
}

#[test]
fn lookups_that_nobody_waits_for_any_more_keep_no_place_in_the_queue() {
    let stuck: Vec<_> = (0..THREADS_MAX).map(|_| Errand::begin(&GATED, "stuck", 1).unwrap()).collect();
    for _ in 0..100 {
        let given_up = Errand::begin(&GATED, "forgotten", 2).unwrap().wait(Some(Duration::ZERO));
        assert_eq!(given_up.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
    }
    let wanted = Errand::begin(&GATED, "wanted", 3).unwrap();
    let waiting = GATED.queue.lock().unwrap().jobs.iter().filter(|job| job.host == "forgotten").count();
    assert_eq!(waiting, 0);
    // The last one is given up behind the wanted one, so that no submission clears it away.
    drop(Errand::begin(&GATED, "forgotten", 2).unwrap());
    *IS_OPEN.lock().unwrap() = true;
    OPENED.notify_all();
    assert_eq!(wanted.wait(Some(Duration::from_secs(20))).unwrap()[0].port(), 3);
    for errand in stuck {
        errand.wait(Some(Duration::from_secs(20))).unwrap();
    }
    Errand::begin(&GATED, "last", 4).unwrap().wait(Some(Duration::from_secs(20))).unwrap();
    let begun = BEGUN.lock().unwrap();
    assert!(!begun.iter().any(|host| host == "forgotten"), "{begun:?}");
}
