//! A jar in several threads.

use super::SharedJar;
use crate::file::mozilla::MozillaCookieJar;
use crate::file::options::{LoadOptions, SaveOptions};
use crate::jar::CookieJar;
use crate::request::RequestInfo;

#[test]
fn clones_in_other_threads_share_one_jar() {
    fn travels<T: Send + Sync + Clone + 'static>(_: &T) {}
    let jar = SharedJar::new(CookieJar::new());
    travels(&jar);
    let request = RequestInfo::from_url("https://example.org/").expect("a url");
    std::thread::scope(|scope| {
        for number in 0..8 {
            let (jar, request) = (jar.clone(), &request);
            scope.spawn(move || jar.extract_cookies(&[("Set-Cookie", format!("c{number}=1"))], request));
        }
    });
    assert_eq!(jar.lock().len(), 8);
    assert_eq!(jar.cookie_header(&request).map(|value| value.len()), Some(8 * 4 + 7 * 2));
    assert!(jar.add_cookie_header(&mut request.clone()));
}

#[test]
fn a_jar_with_a_file_is_shared_as_it_is() {
    fn is_store(_: &(impl http_client::client::CookieStore + Clone + 'static)) {}
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cookies.txt");
    let jar = SharedJar::new(MozillaCookieJar::new(&path));
    is_store(&jar);
    let request = RequestInfo::from_url("https://example.org/").expect("a url");
    jar.clone().extract_cookies(&[("Set-Cookie", "a=1; Max-Age=60")], &request);
    assert_eq!(jar.cookie_header(&request).as_deref(), Some(&b"a=1"[..]));
    jar.lock().save(None, SaveOptions::new()).expect("a save");
    assert_eq!(MozillaCookieJar::open(&path, LoadOptions::new()).expect("the file").len(), 1);
}

#[test]
fn a_panic_in_one_thread_does_not_close_the_jar() {
    let jar = SharedJar::from(CookieJar::new());
    let other = jar.clone();
    let panicked = std::thread::spawn(move || {
        let _guard = other.lock();
        panic!("on purpose");
    });
    assert!(panicked.join().is_err());
    assert!(jar.lock().is_empty());
}
