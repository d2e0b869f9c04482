//! What counts as a change, and what is put into which answers.

use super::{Live, State, WithLive, fingerprint};
use httpkit::server::StaticFiles;
use httpkit::server::testing;
use httpkit::{FieldValue, Method, StatusCode};
use std::fs;
use std::sync::{Arc, Condvar, Mutex};

fn live(number: u64) -> Arc<Live> {
    Arc::new(Live { state: Mutex::new(State { number, ended: false }), changed: Condvar::new() })
}

#[test]
fn new_names_new_sizes_and_names_that_are_gone_are_changes_and_hidden_ones_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("sub")).unwrap();
    let mut last = fingerprint(folder.path(), false, 100);
    let mut check = |what: &str, is_change: bool| {
        let now = fingerprint(folder.path(), false, 100);
        assert_eq!(now != last, is_change, "{what}");
        last = now;
    };
    check("nothing", false);
    fs::write(path("sub/a"), "1").unwrap();
    check("a new file below", true);
    fs::write(path("sub/a"), "22").unwrap();
    check("another size", true);
    fs::rename(path("sub/a"), path("sub/b")).unwrap();
    check("another name", true);
    fs::write(path(".hidden"), "").unwrap();
    check("a hidden file", false);
    fs::remove_file(path("sub/b")).unwrap();
    check("a file less", true);
}

#[test]
fn so_many_entries_are_looked_at_and_no_more_and_that_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("sub")).unwrap();
    fs::write(path("sub/a"), "1").unwrap();
    fs::write(path("sub/b"), "1").unwrap();
    let look = |entries_max| fingerprint(folder.path(), false, entries_max);
    let (none, one, all) = (look(0), look(1), look(3));
    assert_eq!((none.is_whole, one.is_whole, look(2).is_whole, all.is_whole), (false, false, false, true));
    fs::write(path("sub/a"), "22").unwrap();
    fs::write(path("sub/b"), "22").unwrap();
    assert_eq!((look(0), look(1)), (none, one), "what lies beyond is not looked at");
    assert_ne!(look(2).sum, none.sum);
    assert_ne!(look(3).sum, all.sum);
}

#[test]
fn pages_carry_the_number_of_their_state_and_other_files_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.html"), "<p>page").unwrap();
    fs::write(folder.path().join("a.txt"), "text").unwrap();
    let site = WithLive::new(StaticFiles::new(folder.path()).unwrap(), live(7));
    let page = testing::get("/a.html").with_header("Range", "bytes=0-1").send_to(&site);
    assert_eq!(page.status(), StatusCode::OK, "a part of a page has no script");
    assert!(
        page.text().starts_with("<p>page\n<script>new EventSource(\"/.http-server/live?7\")"),
        "{}",
        page.text()
    );
    assert_eq!(page.headers().get("Cache-Control").unwrap(), "no-store");
    let head = testing::request(Method::HEAD, "/a.html").send_to(&site);
    for name in ["Content-Length", "Cache-Control", "ETag"] {
        let of = |answer: &testing::TestAnswer| answer.headers().get(name).map(FieldValue::to_latin1);
        assert_eq!(of(&head), of(&page), "HEAD is as GET: {name}");
    }
    assert!(!page.headers().contains("ETag"));
    let text = testing::get("/a.txt").send_to(&site);
    assert_eq!(text.text(), "text");
    let tag = text.headers().get("ETag").unwrap().to_str().unwrap().to_owned();
    let again = testing::get("/a.txt").with_header("If-None-Match", tag).send_to(&site);
    assert_eq!(again.status(), StatusCode::OK);
    let listing = testing::get("/").send_to(&site);
    assert!(listing.text().contains("EventSource") && !listing.headers().contains("Content-Security-Policy"));
    let part = testing::get("/a.txt").with_header("Range", "bytes=0-1").send_to(&site);
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
}

#[test]
fn a_page_of_another_state_is_told_at_once_and_all_are_let_go_at_the_end() {
    let live = live(7);
    let site = WithLive::new(
        |_: &mut httpkit::server::Request<'_>| httpkit::server::Response::text(""),
        Arc::clone(&live),
    );
    assert_eq!(testing::get("/.http-server/live?6").send_to(&site).text(), "data: reload\n\n");
    live.end();
    assert_eq!(testing::get("/.http-server/live?7").send_to(&site).text(), "");
}
