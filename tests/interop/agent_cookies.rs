//! Cookie files go back and forth between us and curl.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use http_client::client::Client;
use http_cookiejar::{CookieJar, FileCookieJar, LoadOptions, MozillaCookieJar, SaveOptions, SharedJar};
use http_server::{Error, Request, Response, Server, ServerHandle};
use support::peer;
use tempfile::TempDir;

/// `/set` sets cookies of each kind, any other path tells which came.
fn serve() -> (ServerHandle, String) {
    let server = Server::bind("127.0.0.1:0").unwrap().serve(answer).unwrap();
    let base = format!("http://127.0.0.1:{}", server.addresses()[0].port());
    (server, base)
}

fn answer(request: &mut Request<'_>) -> Result<Response, Error> {
    if request.path() == "/set" {
        let response = Response::text("set\n");
        return Ok(["session=1", "kept=2; Max-Age=3600", "hidden=3; HttpOnly; Path=/deep", "spaced=a b"]
            .iter()
            .fold(response, |response, cookie| response.with_header("Set-Cookie", *cookie)));
    }
    let mut came: Vec<String> = request
        .headers()
        .get_all("Cookie")
        .flat_map(|value| {
            value.to_str().unwrap_or_default().split("; ").map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    came.sort();
    Ok(Response::text(came.join("|")))
}

fn curl(arguments: &[&str], file: &Path, url: &str) -> String {
    let mut curl = Command::new("curl");
    curl.args(["--disable", "--silent", "--show-error", "--fail", "--noproxy", "*", "--max-time", "60"]);
    peer::run(curl.args(arguments).arg(file).arg(url), b"").unwrap()
}

fn client(jar: &SharedJar) -> Client {
    Client::builder().cookies(Arc::new(jar.clone())).build().unwrap()
}

const AT_ROOT: &str = "kept=2|session=1|spaced=a b";
const DEEP: &str = "hidden=3|kept=2|session=1|spaced=a b";

#[test]
fn curl_sends_what_we_have_saved() {
    let (server, base) = serve();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("cookies.txt");
    let jar = SharedJar::new(CookieJar::new());
    client(&jar).get(format!("{base}/set")).send().unwrap().finish();
    let mut saved = MozillaCookieJar::new(&file);
    for cookie in jar.lock().iter() {
        saved.set_cookie(cookie.clone());
    }
    saved.save(None, SaveOptions::new().ignore_discard(true)).unwrap();

    assert_eq!(curl(&["--cookie"], &file, &format!("{base}/")).trim(), AT_ROOT);
    assert_eq!(curl(&["--cookie"], &file, &format!("{base}/deep/er")).trim(), DEEP);
    server.shutdown(Duration::from_secs(10));
}

#[test]
fn we_send_what_curl_has_saved() {
    let (server, base) = serve();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("cookies.txt");
    assert_eq!(curl(&["--cookie-jar"], &file, &format!("{base}/set")), "set\n");
    let jar = MozillaCookieJar::open(&file, LoadOptions::new().ignore_discard(true)).unwrap();
    let jar = SharedJar::new(FileCookieJar::into_jar(jar));
    let client = client(&jar);
    assert_eq!(client.get(format!("{base}/")).send().unwrap().text().unwrap(), AT_ROOT);
    assert_eq!(client.get(format!("{base}/deep/er")).send().unwrap().text().unwrap(), DEEP);
    server.shutdown(Duration::from_secs(10));
}
