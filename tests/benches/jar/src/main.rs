//! `http-cookiejar` beside its peers: look-up, insertion, load and save with 10⁵ and 10⁶ cookies.
//!
//! cookie_store is the jar of the Rust clients; CPython is `http.cookiejar`. Ten cookies belong to each host; one host,
//! `www.target.example`, has 20 that match.

use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bench_harness::Bench;
use bench_harness::python::Script;
use cookie_store::CookieStore;
use http_cookiejar::{
    CookieJar, DefaultCookiePolicy, FileCookieJar, FileFormat, JsonFormat, Limits, LoadOptions,
    MozillaFormat, PublicSuffixes, RequestInfo, SaveOptions, unix_seconds,
};
use url::Url;

const TARGET: &str = "https://www.target.example/a/b/c";

fn main() -> ExitCode {
    let mut bench = Bench::from_arguments("jar");
    if std::env::args().len() == 1 {
        memory();
    }
    header(&mut bench);
    nothing(&mut bench);
    insert(&mut bench);
    fill_anew(&mut bench);
    save(&mut bench);
    load(&mut bench);
    expiry(&mut bench);
    // There is none where no table with files was asked for.
    drop(std::fs::remove_dir_all(folder()));
    bench.finish()
}

#[expect(clippy::disallowed_methods, reason = "a bench asks the time")]
fn now() -> i64 {
    unix_seconds(std::time::SystemTime::now())
}

fn policy() -> DefaultCookiePolicy {
    let limits = Limits::default().with_cookies_max(usize::MAX);
    DefaultCookiePolicy::new().with_suffixes(PublicSuffixes::TldOnly).with_limits(limits)
}

/// A `Set-Cookie` value as sites send it.
fn field(host: usize, place: usize) -> String {
    format!(
        "name{place}=value-of-some-length-{host}-{place}; Path=/; Max-Age=3600000; Secure; HttpOnly; SameSite=Lax"
    )
}

fn host_url(host: usize) -> String {
    format!("https://www.site{host}.example/x")
}

/// The twenty that match: half on the host, half on its domain, some on deeper paths.
fn target_fields() -> Vec<String> {
    (0..20)
        .map(|place| {
            let path = ["/", "/a", "/a/b"][place % 3];
            let domain = if place % 2 == 0 { "; Domain=target.example" } else { "" };
            format!("match{place}=0123456789abcdef; Path={path}; Max-Age=3600000; Secure{domain}")
        })
        .collect()
}

fn fill(cookies: usize) -> CookieJar {
    let mut jar = CookieJar::with_policy(policy());
    for host in 0..cookies / 10 {
        let request = RequestInfo::from_url(&host_url(host)).expect("a url");
        let response: Vec<_> = (0..10).map(|place| ("Set-Cookie", field(host, place))).collect();
        jar.extract_cookies(&response, &request);
    }
    let response: Vec<_> = target_fields().into_iter().map(|value| ("Set-Cookie", value)).collect();
    jar.extract_cookies(&response, &RequestInfo::from_url(TARGET).expect("a url"));
    assert_eq!(jar.len(), cookies + 20);
    jar
}

fn fill_store(cookies: usize) -> CookieStore {
    let mut store = CookieStore::default();
    for host in 0..cookies / 10 {
        let url = Url::parse(&host_url(host)).expect("a url");
        for place in 0..10 {
            store.parse(&field(host, place), &url).expect("a cookie");
        }
    }
    let url = Url::parse(TARGET).expect("a url");
    for field in target_fields() {
        store.parse(&field, &url).expect("a cookie");
    }
    store
}

fn memory() {
    for cookies in [100_000, 1_000_000] {
        let jar = fill(cookies);
        println!("memory: {} bytes a cookie at {cookies} cookies", jar.memory_bytes() / jar.len());
    }
    println!();
}

fn lookup(cookies: usize, url: &'static str) -> impl FnMut() -> u64 {
    let mut jar = fill(cookies);
    let request = RequestInfo::from_url(url).expect("a url");
    let mut out = Vec::new();
    let now = now();
    move || jar.write_cookie_header_at(black_box(&request), now, &mut out) as u64
}

fn lookup_store(cookies: usize, url: &'static str) -> impl FnMut() -> u64 {
    let store = fill_store(cookies);
    let url = Url::parse(url).expect("a url");
    move || {
        let mut out = String::new();
        let mut count = 0;
        for (name, value) in store.get_request_values(black_box(&url)) {
            if !out.is_empty() {
                out.push_str("; ");
            }
            out.push_str(name);
            out.push('=');
            out.push_str(value);
            count += 1;
        }
        black_box(out);
        count
    }
}

/// What the scripts of CPython have in common: `text` is the number of hosts, and below it the fields of the target.
const PYTHON_JAR: &str = r#"
import http.cookiejar, tempfile, urllib.request
folder = tempfile.TemporaryDirectory()
class Response:
    def __init__(self, values): self.values = values
    def info(self): return self
    def get_all(self, name, default=None): return self.values if name == "Set-Cookie" else default
count, *fields = text.split("\n")
def target(): return urllib.request.Request("https://www.target.example/a/b/c")
def visit(jar, host):
    jar.extract_cookies(Response([
        "name%d=value-of-some-length-%d-%d; Path=/; Max-Age=3600000; Secure; HttpOnly; SameSite=Lax" % (p, host, p)
        for p in range(10)]), urllib.request.Request("https://www.site%d.example/x" % host))
def fill(jar):
    for host in range(int(count)): visit(jar, host)
    jar.extract_cookies(Response(fields), target())
    assert len(jar) == int(count) * 10 + 20
    return jar
"#;

/// A case of CPython: a jar for so many cookies, and what is done with it.
fn cpython(cookies: usize, work: &'static str) -> impl FnOnce() -> Box<dyn FnMut(u64) -> Duration> {
    move || {
        let text = [&[(cookies / 10).to_string()], &target_fields()[..]].concat().join("\n");
        let mut script = Script::start(&format!("{PYTHON_JAR}{work}"), &text);
        Box::new(move |rounds| script.work(rounds))
    }
}

fn header(bench: &mut Bench) {
    bench
        .table("header", "the Cookie field for a URL with 20 matches")
        .answer(20)
        .case("http-cookiejar, 10^5", || lookup(100_000, TARGET))
        .case("http-cookiejar, 10^6", || lookup(1_000_000, TARGET))
        .case("cookie_store, 10^5", || lookup_store(100_000, TARGET))
        .timed_case(
            "CPython, 10^5",
            cpython(
                100_000,
                "jar = fill(http.cookiejar.CookieJar())\ndef work():\n    request = target()\n    \
                 jar.add_cookie_header(request)\n    assert request.get_header('Cookie').count('match') == 20",
            ),
        )
        .unwatched()
        .run();
}

fn nothing(bench: &mut Bench) {
    let url = "https://nowhere.invalid/";
    bench
        .table("no-match", "the Cookie field for a URL without matches")
        .answer(0)
        .case("http-cookiejar, 10^5", move || lookup(100_000, url))
        .case("cookie_store, 10^5", move || lookup_store(100_000, url))
        .unwatched()
        .run();
}

/// Pages of so many hosts take turns.
const HOSTS: usize = 1000;

fn visit(cookies: usize) -> impl FnMut() -> u64 {
    let mut jar = fill(cookies);
    let page = |host| {
        let response: Vec<_> = (0..10).map(|place| ("Set-Cookie", field(host, place))).collect();
        (response, RequestInfo::from_url(&host_url(host)).expect("a url"))
    };
    let pages: Vec<_> = (0..HOSTS).map(page).collect();
    let mut turn = 0;
    move || {
        turn = (turn + 1) % HOSTS;
        let (response, request) = &pages[turn];
        jar.extract_cookies(black_box(response), request).stored as u64
    }
}

fn visit_store(cookies: usize) -> impl FnMut() -> u64 {
    let mut store = fill_store(cookies);
    let page = |host| {
        let response: Vec<_> = (0..10).map(|place| field(host, place)).collect();
        (response, Url::parse(&host_url(host)).expect("a url"))
    };
    let pages: Vec<_> = (0..HOSTS).map(page).collect();
    let mut turn = 0;
    move || {
        turn = (turn + 1) % HOSTS;
        let (response, url) = &pages[turn];
        response.iter().filter(|field| store.parse(black_box(field), url).is_ok()).count() as u64
    }
}

/// Ten fields of a response go into a jar that has such cookies already, as happens with every page of a site.
fn insert(bench: &mut Bench) {
    bench
        .table("insert", "ten Set-Cookie fields of a response, parsed and stored")
        .answer(10)
        .case("http-cookiejar, 10^5", || visit(100_000))
        .case("http-cookiejar, 10^6", || visit(1_000_000))
        .case("cookie_store, 10^5", || visit_store(100_000))
        .timed_case(
            "CPython, 10^5",
            cpython(
                100_000,
                "jar = fill(http.cookiejar.CookieJar())\nturn = 0\ndef work():\n    global turn\n    \
                 turn = (turn + 1) % 1000\n    visit(jar, turn)",
            ),
        )
        .unwatched()
        .run();
}

fn fill_anew(bench: &mut Bench) {
    bench
        .table("fill", "10^4 new cookies on 10^3 hosts, parsed and stored in an empty jar")
        .answer(10_020)
        .case("http-cookiejar", || || fill(black_box(10_000)).len() as u64)
        .case("cookie_store", || || fill_store(black_box(10_000)).iter_unexpired().count() as u64)
        .timed_case("CPython", cpython(10_000, "def work():\n    fill(http.cookiejar.CookieJar())"))
        .unwatched()
        .run();
}

/// The folder for the files of this run.
fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("bench-jar-{}", std::process::id()))
}

fn file(name: &str) -> PathBuf {
    std::fs::create_dir_all(folder()).expect("a folder for files");
    folder().join(name)
}

fn saving() -> SaveOptions {
    SaveOptions::new().durable(false)
}

fn filled<F: FileFormat + Default>(name: &str, cookies: usize) -> FileCookieJar<F> {
    let mut jar = FileCookieJar::with_policy(file(name), policy());
    jar.extend(fill(cookies).iter().cloned());
    jar
}

fn saved<F: FileFormat + Default + 'static>(
    name: &'static str,
    cookies: usize,
) -> impl FnOnce() -> Box<dyn FnMut() -> u64> {
    move || {
        let mut jar = filled::<F>(name, cookies);
        Box::new(move || jar.save(None, saving()).expect("saved").cookies as u64)
    }
}

fn loaded<F: FileFormat + Default + 'static>(
    name: &'static str,
    cookies: usize,
) -> impl FnOnce() -> Box<dyn FnMut() -> u64> {
    move || {
        filled::<F>(name, cookies).save(None, saving()).expect("saved");
        let path = file(name);
        Box::new(move || {
            let mut jar = FileCookieJar::<F>::with_policy(path.clone(), policy());
            jar.load(None, LoadOptions::new()).expect("loaded").cookies as u64
        })
    }
}

fn store_text(store: &CookieStore) -> Vec<u8> {
    let mut text = Vec::new();
    cookie_store::serde::json::save(store, &mut text).expect("saved");
    text
}

/// How many cookies the files have, the keys of the tables, and whether strace and valgrind watch.
const SIZES: [(usize, [&str; 2], bool); 2] =
    [(1000, ["save-few", "load-few"], true), (100_000, ["save", "load"], false)];

fn save(bench: &mut Bench) {
    for (cookies, [key, _], watched) in SIZES {
        let table = bench
            .table(key, &format!("{cookies} cookies saved to a file"))
            .answer(cookies as u64 + 20)
            .case("cookie_store, JSON", move || {
                let store = fill_store(cookies);
                let path = file("store.json");
                move || {
                    std::fs::write(&path, store_text(&store)).expect("written");
                    cookies as u64 + 20
                }
            })
            .case("http-cookiejar, JSON", saved::<JsonFormat>("save.json", cookies))
            .case("http-cookiejar, cookies.txt", saved::<MozillaFormat>("save.txt", cookies))
            .timed_case(
                "CPython, cookies.txt",
                cpython(
                    cookies,
                    "path = folder.name + '/cookies.txt'\n\
                     jar = fill(http.cookiejar.MozillaCookieJar(path))\ndef work():\n    jar.save()",
                ),
            );
        if watched { table.run() } else { table.unwatched().run() }
    }
}

fn load(bench: &mut Bench) {
    for (cookies, [_, key], watched) in SIZES {
        let table = bench
            .table(key, &format!("{cookies} cookies loaded from a file into an empty jar"))
            .answer(cookies as u64 + 20)
            .case("cookie_store, JSON", move || {
                let path = file("store-load.json");
                std::fs::write(&path, store_text(&fill_store(cookies))).expect("written");
                move || {
                    let text = std::fs::read(&path).expect("read");
                    let store = cookie_store::serde::json::load(text.as_slice()).expect("loaded");
                    store.iter_unexpired().count() as u64
                }
            })
            .case("http-cookiejar, JSON", loaded::<JsonFormat>("load.json", cookies))
            .case("http-cookiejar, cookies.txt", loaded::<MozillaFormat>("load.txt", cookies))
            .timed_case(
                "CPython, cookies.txt",
                cpython(
                    cookies,
                    "path = folder.name + '/cookies.txt'\n\
                     fill(http.cookiejar.MozillaCookieJar(path)).save()\n\
                     def work():\n    http.cookiejar.MozillaCookieJar(path).load()",
                ),
            );
        if watched { table.run() } else { table.unwatched().run() }
    }
}

/// Nothing is due in the first case; in the second a thousand cookies are, and each operation makes and removes them.
fn expiry(bench: &mut Bench) {
    bench
        .table("expiry", "a look-up among 10^5 cookies: nothing due, and a thousand made, due and removed")
        .case("nothing due", || {
            let mut jar = fill(100_000);
            let now = now();
            move || jar.clear_expired_cookies_at(black_box(now)) as u64
        })
        .case("a thousand due", || {
            let mut jar = fill(100_000);
            let doomed: Vec<_> = (0..1000)
                .map(|number| {
                    let builder = http_cookiejar::Cookie::builder(format!("d{number}"), "x");
                    let host = format!("h{}.doomed.example", number % 100);
                    builder.domain(&host).expires(1000).build().expect("a cookie")
                })
                .collect();
            move || {
                jar.extend(doomed.iter().cloned());
                jar.clear_expired_cookies_at(black_box(2000)) as u64
            }
        })
        .unwatched()
        .run();
}
