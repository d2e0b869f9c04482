//! `http-cookiejar` beside its peers: look-up, insertion, load and save with 10⁵ and 10⁶ cookies.
//!
//! cookie_store is the jar of the Rust clients; CPython is `http.cookiejar`. Ten cookies belong to each host; one host,
//! `www.target.example`, has 20 that match.

use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;

use bench_harness::Bench;
use bench_harness::python::Script;
use cookie_store::CookieStore;
use http_cookiejar::{
    CookieJar, DefaultCookiePolicy, JsonCookieJar, Limits, LoadOptions, MozillaCookieJar, PublicSuffixes,
    RequestInfo, SaveOptions, unix_seconds,
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
    save(&mut bench);
    load(&mut bench);
    expiry(&mut bench);
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

const PYTHON_JAR: &str = r#"
import http.cookiejar, urllib.request
class Response:
    def __init__(self, values): self.values = values
    def info(self): return self
    def get_all(self, name, default=None): return self.values if name == "Set-Cookie" else default
jar = http.cookiejar.CookieJar()
count, fields = 10000, text.split("\n")
for host in range(count):
    request = urllib.request.Request("https://www.site%d.example/x" % host)
    jar.extract_cookies(Response([
        "name%d=value-of-some-length-%d-%d; Path=/; Max-Age=3600000; Secure; HttpOnly; SameSite=Lax" % (p, host, p)
        for p in range(10)]), request)
jar.extract_cookies(Response(fields), urllib.request.Request("https://www.target.example/a/b/c"))
def work():
    request = urllib.request.Request("https://www.target.example/a/b/c")
    jar.add_cookie_header(request)
    assert request.get_header("Cookie").count("match") == 20
"#;

fn header(bench: &mut Bench) {
    bench
        .table("header", "the Cookie field for a URL with 20 matches")
        .answer(20)
        .case("http-cookiejar, 10^5", || lookup(100_000, TARGET))
        .case("http-cookiejar, 10^6", || lookup(1_000_000, TARGET))
        .case("cookie_store, 10^5", || lookup_store(100_000, TARGET))
        .timed_case("CPython, 10^5", || {
            let mut script = Script::start(PYTHON_JAR, &target_fields().join("\n"));
            move |rounds| script.work(rounds)
        })
        .run();
}

fn nothing(bench: &mut Bench) {
    let url = "https://nowhere.invalid/";
    bench
        .table("no-match", "the Cookie field for a URL without matches")
        .answer(0)
        .case("http-cookiejar, 10^5", move || lookup(100_000, url))
        .case("cookie_store, 10^5", move || lookup_store(100_000, url))
        .run();
}

const HOSTS: usize = 1000;

/// Ten fields of a response go into a jar of 10⁴ cookies that has them already, as happens with every page of a site.
fn insert(bench: &mut Bench) {
    bench
        .table("insert", "ten Set-Cookie fields of a response, parsed and stored among 10^4 cookies")
        .answer(10)
        .case("http-cookiejar", || {
            let mut jar = fill(HOSTS * 10);
            let mut responses = Vec::new();
            for host in 0..HOSTS {
                let response: Vec<_> = (0..10).map(|place| ("Set-Cookie", field(host, place))).collect();
                responses.push((response, RequestInfo::from_url(&host_url(host)).expect("a url")));
            }
            let mut turn = 0;
            move || {
                turn = (turn + 1) % HOSTS;
                let (response, request) = &responses[turn];
                jar.extract_cookies(black_box(response), request).stored as u64
            }
        })
        .case("cookie_store", || {
            let mut store = fill_store(HOSTS * 10);
            let mut responses = Vec::new();
            for host in 0..HOSTS {
                let response: Vec<_> = (0..10).map(|place| field(host, place)).collect();
                responses.push((response, Url::parse(&host_url(host)).expect("a url")));
            }
            let mut turn = 0;
            move || {
                turn = (turn + 1) % HOSTS;
                let (response, url) = &responses[turn];
                response.iter().filter(|field| store.parse(black_box(field), url).is_ok()).count() as u64
            }
        })
        .run();
    bench
        .table("fill", "10^4 new cookies on 10^3 hosts, parsed and stored in an empty jar")
        .answer(10_020)
        .case("http-cookiejar", || || fill(black_box(10_000)).len() as u64)
        .case("cookie_store", || || fill_store(black_box(10_000)).iter_unexpired().count() as u64)
        .run();
}

/// A file for one case, which is gone with the folder of temporary files.
fn file(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("bench-jar-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for files");
    folder.join(name)
}

const SAVED: usize = 10_020;

fn saving() -> SaveOptions {
    SaveOptions::new().durable(false)
}

fn json_jar(name: &str) -> JsonCookieJar {
    let mut jar = JsonCookieJar::with_policy(file(name), policy());
    jar.extend(fill(10_000).iter().cloned());
    jar
}

fn save(bench: &mut Bench) {
    bench
        .table("save", "10^4 cookies saved to a file")
        .answer(SAVED as u64)
        .case("cookie_store, JSON", || {
            let store = fill_store(10_000);
            let path = file("store.json");
            move || {
                let mut text = Vec::new();
                cookie_store::serde::json::save(&store, &mut text).expect("saved");
                std::fs::write(&path, &text).expect("written");
                SAVED as u64
            }
        })
        .case("http-cookiejar, JSON", || {
            let mut jar = json_jar("save.json");
            move || jar.save(None, saving()).expect("saved").cookies as u64
        })
        .case("http-cookiejar, cookies.txt", || {
            let mut jar = MozillaCookieJar::with_policy(file("save.txt"), policy());
            jar.extend(fill(10_000).iter().cloned());
            move || jar.save(None, saving()).expect("saved").cookies as u64
        })
        .run();
}

fn load(bench: &mut Bench) {
    bench
        .table("load", "10^4 cookies loaded from a file into an empty jar")
        .answer(SAVED as u64)
        .case("cookie_store, JSON", || {
            let mut text = Vec::new();
            cookie_store::serde::json::save(&fill_store(10_000), &mut text).expect("saved");
            let path = file("store-load.json");
            std::fs::write(&path, &text).expect("written");
            move || {
                let text = std::fs::read(&path).expect("read");
                let store = cookie_store::serde::json::load(text.as_slice()).expect("loaded");
                store.iter_unexpired().count() as u64
            }
        })
        .case("http-cookiejar, JSON", || {
            json_jar("load.json").save(None, saving()).expect("saved");
            move || {
                let mut jar = JsonCookieJar::with_policy(file("load.json"), policy());
                jar.load(None, LoadOptions::new()).expect("loaded").cookies as u64
            }
        })
        .case("http-cookiejar, cookies.txt", || {
            let mut jar = MozillaCookieJar::with_policy(file("load.txt"), policy());
            jar.extend(fill(10_000).iter().cloned());
            jar.save(None, saving()).expect("saved");
            move || {
                let mut jar = MozillaCookieJar::with_policy(file("load.txt"), policy());
                jar.load(None, LoadOptions::new()).expect("loaded").cookies as u64
            }
        })
        .run();
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
        .run();
}
