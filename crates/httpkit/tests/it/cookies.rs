//! The example `cookies`: a server that keeps nothing itself.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use httpkit::Headers;
use httpkit::client::HttpConnection;
use httpkit::cookiejar::{CookieJar, RequestInfo};

use crate::examples::program;

/// A program that is killed when the test is over.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn the_cookie_example_counts_visits_and_notices_forgery() {
    let mut child = Running(Command::new(program("cookies")).stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let origin = line.strip_prefix("try ").and_then(|rest| rest.split_once("/?")).unwrap().0.to_owned();
    let mut connection = HttpConnection::new(origin.strip_prefix("http://").unwrap()).unwrap();
    let mut jar = CookieJar::new();
    let mut get = |jar: &mut CookieJar, target: &str| {
        let request = RequestInfo::from_url(&format!("{origin}{target}")).unwrap();
        let mut headers = Headers::new();
        if let Some(cookies) = jar.cookie_header(&request) {
            headers.append("Cookie", cookies).unwrap();
        }
        connection.request("GET", target, (), &headers).unwrap();
        let mut answer = connection.get_response().unwrap();
        let outcome = jar.extract_cookies(answer.headers(), &request);
        assert!(outcome.refused.is_empty(), "{outcome:?}");
        String::from_utf8(answer.read_all(1000).unwrap()).unwrap()
    };
    assert_eq!(get(&mut jar, "/?colour=sea%20green"), "visit 1, in sea green\n");
    assert_eq!(get(&mut jar, "/"), "visit 2, in sea green\n");
    assert_eq!(get(&mut jar, "/forget"), "forgotten\n");
    assert!(jar.is_empty());
    assert_eq!(get(&mut jar, "/"), "visit 1\n");
    let mut forged = CookieJar::new();
    let request = RequestInfo::from_url(&format!("{origin}/")).unwrap();
    forged.extract_cookies(&[("Set-Cookie", "visits=41; Path=/")], &request);
    assert_eq!(get(&mut forged, "/"), "visit 1\n");
}
