//! What jars with files promise, in the Netscape format.

use std::path::Path;

use tempfile::tempdir;

use super::FileCookieJar;
use crate::cookie::Cookie;
use crate::file::error::{LoadError, SaveError};
use crate::file::mozilla::{MozillaCookieJar, MozillaFormat};
use crate::file::options::{LoadOptions, SaveOptions};

const NOW: i64 = 1_786_000_000;

fn cookie(name: &str, value: &str) -> Cookie {
    let builder = Cookie::builder(name, value).domain("example.org").path("/");
    builder.expires(NOW + 1000).created(NOW).build().expect("a cookie")
}

fn options() -> LoadOptions {
    LoadOptions::new().now(NOW)
}

fn saving() -> SaveOptions {
    SaveOptions::new().now(NOW).durable(false)
}

fn open(path: &Path) -> MozillaCookieJar {
    FileCookieJar::open(path, options()).expect("a jar")
}

fn names(jar: &MozillaCookieJar) -> Vec<String> {
    let mut names: Vec<String> = jar.iter().map(|c| c.name_str().expect("text").to_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_is_saved_is_loaded_again() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("cookies.txt");
    let mut jar = open(&path);
    jar.set_cookie(cookie("a", "1"));
    let all = Cookie::builder("b", "2").domain(".example.org").path("/x").secure(true).http_only(true);
    jar.set_cookie(all.expires(NOW + 5).created(NOW).build().expect("a cookie"));
    let saved = jar.save(None, SaveOptions::new().now(NOW)).expect("saved");
    assert_eq!(saved.cookies, 2);
    assert_eq!(*open(&path), *jar);
}

#[test]
fn session_cookies_and_expired_ones_are_saved_and_loaded_on_demand_only() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("cookies.txt");
    let mut jar = MozillaCookieJar::new(&path);
    jar.set_cookie(cookie("lasting", "1"));
    jar.set_cookie(Cookie::builder("session", "1").domain("example.org").build().expect("a cookie"));
    jar.set_cookie(Cookie::builder("old", "1").domain("example.org").expires(5).build().expect("a cookie"));
    assert_eq!(jar.save(None, saving()).expect("saved").cookies, 1);
    assert_eq!(jar.save(None, saving().ignore_discard(true).ignore_expires(true)).expect("saved").cookies, 3);
    assert_eq!(names(&open(&path)), ["lasting"]);
    let loaded = MozillaCookieJar::new(&path).load(None, options()).expect("loaded");
    assert_eq!((loaded.cookies, loaded.left_out), (1, 2));
    let mut all = MozillaCookieJar::new(&path);
    all.load(None, options().ignore_discard(true).ignore_expires(true)).expect("loaded");
    assert_eq!(names(&all), ["lasting", "old", "session"]);
}

#[test]
fn loading_keeps_other_cookies_and_reverting_does_not() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("cookies.txt");
    let mut jar = MozillaCookieJar::new(&path);
    jar.set_cookie(cookie("saved", "1"));
    jar.save(None, saving()).expect("saved");
    jar.set_cookie(cookie("other", "1"));
    jar.load(None, options()).expect("loaded");
    assert_eq!(names(&jar), ["other", "saved"]);
    jar.revert(None, options()).expect("reverted");
    assert_eq!(names(&jar), ["saved"]);
}

#[test]
fn a_failed_revert_leaves_the_jar_as_it_was() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("cookies.txt");
    let mut jar = MozillaCookieJar::new(&path);
    jar.set_cookie(cookie("a", "1"));
    assert!(jar.revert(None, options()).expect_err("no file").is_not_found());
    std::fs::write(&path, "nonsense\n").expect("written");
    assert!(matches!(jar.revert(None, options()), Err(LoadError::NotThisFormat { .. })));
    assert_eq!(names(&jar), ["a"]);
}

#[test]
fn a_jar_without_file_name_says_so() {
    let mut jar = MozillaCookieJar::default();
    assert!(matches!(jar.load(None, options()), Err(LoadError::NoFileName)));
    assert!(matches!(jar.save(None, saving()), Err(SaveError::NoFileName)));
}

#[test]
fn bad_lines_are_numbered_and_do_not_lose_the_file() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("cookies.txt");
    let text = "# Netscape HTTP Cookie File\nexample.org\tFALSE\t/\tFALSE\t0\ta\t1\nbroken\n";
    std::fs::write(&path, text).expect("written");
    let mut jar = MozillaCookieJar::new(&path);
    let loaded = jar.load(None, options().ignore_discard(true)).expect("loaded");
    assert_eq!((loaded.cookies, loaded.bad_lines.len()), (1, 1));
    assert_eq!(loaded.bad_lines[0].to_string(), "line 3: wrong number of fields");
    assert_eq!(jar.bad_lines(), loaded.bad_lines);
    assert_eq!(open(&path).bad_lines(), loaded.bad_lines, "what opens a file tells of them too");
    let error = jar.load(None, options().strict(true)).expect_err("strict");
    assert!(matches!(error, LoadError::BadLine { bad, .. } if bad.line == 3), "{error}");
}

#[test]
fn changes_of_two_jars_are_merged() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("cookies.txt");
    let mut one = MozillaCookieJar::new(&path);
    for name in ["both", "mine", "theirs", "gone here", "gone there"] {
        one.set_cookie(cookie(name, "0"));
    }
    one.save(None, saving()).expect("saved");
    let mut two = open(&path);
    one.set_cookie(cookie("both", "1"));
    one.set_cookie(cookie("mine", "1"));
    one.set_cookie(cookie("new one", "1"));
    one.retain(|c| c.name() != b"gone here");
    two.set_cookie(cookie("both", "2"));
    two.set_cookie(cookie("theirs", "2"));
    two.set_cookie(cookie("new two", "2"));
    two.retain(|c| c.name() != b"gone there");
    two.save(None, saving()).expect("saved");
    let saved = one.save(None, saving()).expect("saved");
    assert_eq!(saved.merged, 3);
    let value = |jar: &MozillaCookieJar, name: &str| {
        jar.get("example.org", "/", name).and_then(|c| c.value_str().map(str::to_owned))
    };
    for jar in [&one, &open(&path)] {
        assert_eq!(names(jar), ["both", "mine", "new one", "new two", "theirs"]);
        assert_eq!(value(jar, "both").as_deref(), Some("1"));
        assert_eq!(value(jar, "mine").as_deref(), Some("1"));
        assert_eq!(value(jar, "theirs").as_deref(), Some("2"));
    }
}

#[test]
fn session_cookies_that_another_program_saved_stay_in_the_file() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("cookies.txt");
    let mut keeper = MozillaCookieJar::new(&path);
    keeper.set_cookie(Cookie::builder("session", "1").domain("example.org").build().expect("a cookie"));
    keeper.save(None, saving().ignore_discard(true)).expect("saved");
    let mut other = open(&path);
    other.set_cookie(cookie("lasting", "1"));
    other.set_filename(None);
    other.save(Some(&path), saving()).expect("saved");
    assert_eq!(names(&other), ["lasting"]);
    let mut all = MozillaCookieJar::new(&path);
    all.load(None, options().ignore_discard(true)).expect("loaded");
    assert_eq!(names(&all), ["lasting", "session"]);
}

/// A file with a session cookie that its keeper saved on purpose.
fn kept_session(path: &Path) -> MozillaCookieJar {
    let mut keeper = MozillaCookieJar::new(path);
    keeper.set_cookie(Cookie::builder("session", "1").domain("example.org").build().expect("a cookie"));
    keeper.save(None, saving().ignore_discard(true)).expect("saved");
    keeper
}

#[track_caller]
fn assert_in_file(path: &Path, expected: &[&str]) {
    let mut all = MozillaCookieJar::new(path);
    all.load(None, options().ignore_discard(true)).expect("loaded");
    assert_eq!(names(&all), expected);
}

#[test]
fn a_session_cookie_that_the_load_left_out_stays_though_nobody_touched_the_file() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("cookies.txt");
    kept_session(&path);
    let mut other = open(&path);
    other.set_cookie(cookie("lasting", "1"));
    for _ in 0..3 {
        other.save(None, saving()).expect("saved");
        assert_in_file(&path, &["lasting", "session"]);
    }
}

#[test]
fn a_session_cookie_that_a_save_kept_stays_at_the_next_save() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("cookies.txt");
    let mut other = open(&path);
    other.set_cookie(cookie("lasting", "1"));
    other.save(None, saving()).expect("saved");
    kept_session(&path);
    for _ in 0..3 {
        other.save(None, saving()).expect("saved");
        assert_in_file(&path, &["lasting", "session"]);
    }
    assert_eq!(names(&other), ["lasting"]);
}

#[test]
fn without_merging_the_file_becomes_what_the_jar_holds() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("cookies.txt");
    std::fs::write(&path, "this is no cookie file").expect("written");
    let mut jar = MozillaCookieJar::new(&path);
    jar.set_cookie(cookie("a", "1"));
    assert!(matches!(jar.save(None, saving()), Err(SaveError::NotCookies(_))));
    assert_eq!(std::fs::read_to_string(&path).expect("read"), "this is no cookie file");
    jar.save(None, saving().merge(false)).expect("saved");
    assert_eq!(names(&open(&path)), ["a"]);
}

#[test]
fn a_save_that_is_refused_leaves_nothing_beside_the_file() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "this is no cookie file").expect("written");
    let mut jar = MozillaCookieJar::new(&path);
    jar.set_cookie(cookie("a", "1"));
    assert!(jar.save(None, saving()).is_err());
    let count = || std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(count(), 1);
    jar.save(None, saving().merge(false)).expect("saved");
    std::fs::write(&path, "this is no cookie file").expect("written");
    assert!(jar.save(None, saving()).is_err());
    assert_eq!(count(), 2, "a lock that was there before stays: others may wait for it");
}

#[test]
fn what_the_format_cannot_hold_is_reported_and_left_out() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("cookies.txt");
    let mut jar = MozillaCookieJar::new(&path);
    jar.set_cookie(cookie("tab", "a\tb"));
    jar.set_cookie(cookie("fine", "1"));
    let saved = jar.save(None, saving()).expect("saved");
    assert_eq!((saved.cookies, saved.unwritable.len()), (1, 1));
    assert_eq!(names(&open(&path)), ["fine"]);
}

#[test]
fn a_jar_knows_its_format_and_delayload() {
    let mut jar = FileCookieJar::with_format(MozillaFormat::python());
    jar.set_delayload(true);
    assert!(jar.delayload() && *jar.format() == MozillaFormat::python());
    assert!(jar.filename().is_none() && jar.into_jar().is_empty());
}
