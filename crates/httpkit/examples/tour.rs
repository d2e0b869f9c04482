//! The main job, end to end: a server over a folder, downloads from it, a sign-in with cookies, the same over TLS,
//! and the cookies in a file. `cargo run --release -p httpkit --example tour -- --help` says what it takes.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that talks to a person")]

use httpkit::client::tls::TlsConfig;
use httpkit::client::{HttpConnection, HttpsConnection, Response as Answer};
use httpkit::cookiejar::{CookieJar, LoadOptions, MozillaCookieJar, RequestInfo, SaveOptions};
use httpkit::cookies::{Attr, SimpleCookie};
use httpkit::server::files::StaticFiles;
use httpkit::server::{Body, HandlerError, Request, Response, Server, ServerHandle};
use httpkit::{Headers, Method, StatusCode, header};
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const USAGE: &str = "\
usage: tour [FOLDER]
       tour --url URL

Serves FOLDER (default: this repository) on a free port of the loopback interface, and is its own client:
it lists the folder, downloads its files and a large one, signs in, keeps cookies, and does it again over TLS.
With --url it fetches that http:// or https:// URL instead, and says what came.";

/// What `/large` has.
const LARGE_BYTES: u64 = 64 << 20;

/// A file of the folder that is longer than this is not downloaded by the tour.
const FILE_BYTES_MAX: u64 = 256 << 20;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        [] => tour(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))),
        ["-h" | "--help"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        ["--url", url] => fetch(url),
        [folder] if !folder.starts_with('-') => tour(Path::new(folder)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tour: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// All steps, over plain TCP and then over TLS.
fn tour(folder: &Path) -> Outcome {
    let mut steps = Steps::default();

    let site = Site::new(folder)?;
    let server = Server::bind("127.0.0.1:0")?.serve(site.handler()?)?;
    let address = first_address(&server)?;
    steps.done("server", &format!("http://{address}/ serves {}", site.folder.display()));
    let mut connection = HttpConnection::new(&address)?;
    let mut jar = CookieJar::new();
    visit(&mut steps, &mut connection, &mut jar, &format!("http://{address}"))?;

    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let certificate = made.cert.pem();
    let tls = httpkit::server::TlsConfig::from_pem(
        certificate.as_bytes(),
        made.signing_key.serialize_pem().as_bytes(),
    )?;
    let secure_server = Server::builder().bind_tls("127.0.0.1:0", tls)?.serve(site.handler()?)?;
    let port = secure_server.addresses().first().ok_or("the TLS server has no address")?.port();
    steps.done("certificate", "made on the spot for localhost, and trusted by this client alone");
    let tls = TlsConfig::builder().without_mozilla_roots().roots_pem(&certificate)?.build()?;
    let mut connection = HttpsConnection::with_tls(&format!("localhost:{port}"), tls)?;
    visit(&mut steps, &mut connection, &mut jar, &format!("https://localhost:{port}"))?;
    if let Some(tls) = connection.info().and_then(|info| info.tls) {
        steps.done("TLS", &format!("{} with {}", tls.version, tls.cipher_suite));
    }

    keep(&mut steps, &jar)?;
    drop(connection);
    for (name, server) in [("plain", server), ("TLS", secure_server)] {
        let report = server.shutdown(Duration::from_secs(5));
        steps.done("shutdown", &format!("{name} server, {} exchanges cut", report.cut));
    }
    println!("\nAll of it took {}.", Seconds(steps.begun.elapsed()));
    Ok(())
}

/// Everything that is done over one connection.
fn visit(steps: &mut Steps, connection: &mut HttpConnection, jar: &mut CookieJar, origin: &str) -> Outcome {
    let names = list(connection)?;
    steps.done("list", &format!("/ has {} files", names.len()));

    let mut bytes = 0;
    for name in &names {
        bytes += download(connection, name)?;
    }
    steps.done("download", &format!("{} files of the folder, {} in all", names.len(), Size(bytes)));

    let count = download_large(connection)?;
    steps.done("large file", &format!("{} arrived, every byte checked", Size(count)));

    sign_in(connection, jar, origin)?;
    steps.done("sign in", &format!("POST /sign-in, the jar keeps {} cookies", jar.len()));

    let greeting = greet(connection, jar, origin)?;
    steps.done("cookies", &format!("the server knows who that is: {:?}", greeting.trim_end()));
    Ok(())
}

/// The names of the files in the folder, as the server lists them for programs.
fn list(connection: &mut HttpConnection) -> Outcome<Vec<String>> {
    connection.request("GET", "/?format=json", (), &Headers::new())?;
    let mut answer = expect_ok(connection.get_response()?)?;
    let listing: serde_json::Value = serde_json::from_slice(&answer.read_all(16 << 20)?)?;
    let entries =
        listing.get("entries").and_then(|entries| entries.as_array()).ok_or("the listing has no entries")?;
    let text =
        |entry: &serde_json::Value, key: &str| entry.get(key).and_then(|it| it.as_str()).map(str::to_owned);
    Ok(entries
        .iter()
        .filter(|entry| text(entry, "type").as_deref() == Some("file"))
        .filter(|entry| entry.get("size").and_then(serde_json::Value::as_u64) <= Some(FILE_BYTES_MAX))
        .filter_map(|entry| text(entry, "href"))
        .collect())
}

fn download(connection: &mut HttpConnection, href: &str) -> Outcome<u64> {
    let target = format!("/{}", href.trim_start_matches("./").trim_start_matches('/'));
    connection.request("GET", &target, (), &Headers::new())?;
    let mut answer = expect_ok(connection.get_response()?)?;
    Ok(answer.copy_to(&mut io::sink())?)
}

/// Downloads `/large` with a progress bar (on a terminal only) and looks at every byte.
fn download_large(connection: &mut HttpConnection) -> Outcome<u64> {
    connection.request("GET", "/large", (), &Headers::new())?;
    let mut answer = expect_ok(connection.get_response()?)?;
    let bar = progress_bar(answer.remaining_bytes());
    let mut expected = Pattern::default();
    let (mut block, mut want) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    let mut total = 0;
    loop {
        let count = answer.read(&mut block)?;
        let (got, want) = (block.get(..count).unwrap_or_default(), want.get_mut(..count).unwrap_or_default());
        if count == 0 {
            break;
        }
        expected.fill(want);
        if got != want {
            return Err(format!("a wrong byte near byte {total} of /large").into());
        }
        total += count as u64;
        bar.set_position(total);
    }
    bar.finish_and_clear();
    if total == LARGE_BYTES {
        Ok(total)
    } else {
        Err(format!("/large has {total} bytes, not {LARGE_BYTES}").into())
    }
}

/// Posts the form; what the server sets goes into the jar.
fn sign_in(connection: &mut HttpConnection, jar: &mut CookieJar, origin: &str) -> Outcome {
    let mut headers = Headers::new();
    headers.append(header::CONTENT_TYPE, "application/x-www-form-urlencoded")?;
    connection.request("POST", "/sign-in", "name=Ada+Lovelace", &headers)?;
    let answer = connection.get_response()?;
    if answer.status() != StatusCode::SEE_OTHER {
        return Err(format!("sign-in was answered with {}", answer.status()).into());
    }
    let request = RequestInfo::from_url(&format!("{origin}/sign-in"))?;
    let got = jar.extract_cookies(answer.headers(), &request);
    if let Some(refused) = got.refused.first() {
        return Err(format!("a cookie was refused: {refused:?}").into());
    }
    answer.finish(1 << 20).map_err(|reason| reason.to_string())?;
    Ok(())
}

/// Asks for a page that only those who have signed in may see.
fn greet(connection: &mut HttpConnection, jar: &mut CookieJar, origin: &str) -> Outcome<String> {
    let request = RequestInfo::from_url(&format!("{origin}/hello"))?;
    let mut headers = Headers::new();
    let cookies = jar.cookie_header(&request).ok_or("the jar has no cookie for this page")?;
    headers.append(header::COOKIE, cookies)?;
    connection.request("GET", "/hello", (), &headers)?;
    let mut answer = expect_ok(connection.get_response()?)?;
    Ok(String::from_utf8(answer.read_all(1 << 20)?)?)
}

/// Saves the jar as `cookies.txt` and loads it into another one.
fn keep(steps: &mut Steps, jar: &CookieJar) -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("cookies.txt");
    let count = jar.len();
    let mut file = MozillaCookieJar::new(&path);
    for cookie in jar {
        file.set_cookie(cookie.clone());
    }
    file.save(None, SaveOptions::new().ignore_discard(true))?;
    let size = std::fs::metadata(&path)?.len();
    steps.done("save", &format!("{count} cookies in cookies.txt, {size} bytes"));
    let again = MozillaCookieJar::open(&path, LoadOptions::new().ignore_discard(true))?;
    if again.len() != count {
        return Err(format!("{count} cookies were saved and {} loaded", again.len()).into());
    }
    steps.done("load", &format!("the same {count} cookies"));
    Ok(())
}

/// `--url`: one GET, with what there is to say about it.
fn fetch(url: &str) -> Outcome {
    let mut steps = Steps::default();
    let (scheme, rest) = url.split_once("://").ok_or_else(|| format!("{url:?} is no URL: it has no ://"))?;
    let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
    let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
    let mut connection = match scheme.to_ascii_lowercase().as_str() {
        "http" => HttpConnection::new(authority)?,
        "https" => HttpsConnection::new(authority)?.into_inner(),
        other => return Err(format!("the scheme {other:?} is not spoken here; use http or https").into()),
    };
    connection.connect()?;
    let info = connection.info();
    let peer = info.as_ref().and_then(|info| info.peer_addr).map_or(String::new(), |peer| peer.to_string());
    steps.done("connect", &peer);
    if let Some(tls) = info.and_then(|info| info.tls) {
        steps.done("TLS", &format!("{} with {}", tls.version, tls.cipher_suite));
    }
    connection.request("GET", &target, (), &Headers::new())?;
    let mut answer = connection.get_response()?;
    let reason = String::from_utf8_lossy(answer.reason()).into_owned();
    steps.done("answer", &format!("{} {reason}", answer.status().as_u16()));
    for (name, value) in answer.headers() {
        println!("    {name}: {}", value.to_latin1());
    }
    let bar = progress_bar(answer.remaining_bytes());
    let count = io::copy(&mut bar.wrap_read(&mut answer), &mut io::sink())?;
    bar.finish_and_clear();
    steps.done("content", &Size(count).to_string());
    Ok(())
}

fn expect_ok(answer: Answer<'_>) -> Outcome<Answer<'_>> {
    match answer.status() {
        StatusCode::OK => Ok(answer),
        status => Err(format!("answered with {status}").into()),
    }
}

/// A bar on standard error if that is a terminal, else nothing.
fn progress_bar(bytes: Option<u64>) -> ProgressBar {
    let style = ProgressStyle::with_template("    {bar:40} {bytes}/{total_bytes} {bytes_per_sec}");
    let bar = bytes.map_or_else(ProgressBar::no_length, ProgressBar::new);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn first_address(server: &ServerHandle) -> Outcome<String> {
    Ok(server.addresses().first().ok_or("the server has no address")?.to_string())
}

/// What both servers serve.
struct Site {
    folder: PathBuf,
}

impl Site {
    fn new(folder: &Path) -> Outcome<Self> {
        let folder = folder.canonicalize().map_err(|error| format!("{}: {error}", folder.display()))?;
        if !folder.is_dir() {
            return Err(format!("{} is no folder", folder.display()).into());
        }
        Ok(Self { folder })
    }

    /// The folder's files, and three pages of its own.
    fn handler(
        &self,
    ) -> Outcome<impl Fn(&mut Request<'_>) -> Result<Response, HandlerError> + Send + Sync + use<>> {
        // The listing is what the tour reads, also of a folder that has a page of its own.
        let files = StaticFiles::new(&self.folder)?.index(Vec::<&str>::new());
        Ok(move |request: &mut Request<'_>| match (request.method(), request.path()) {
            (&Method::POST, "/sign-in") => welcome(request),
            (&Method::GET, "/hello") => hello(request),
            (&Method::GET, "/large") => {
                let content = Body::sized_reader(Pattern::default().take(LARGE_BYTES), LARGE_BYTES);
                Ok(Response::content("application/octet-stream", content))
            }
            _ => httpkit::server::Handler::handle(&files, request),
        })
    }
}

/// Takes the name from the form and sets two cookies.
fn welcome(request: &mut Request<'_>) -> Result<Response, HandlerError> {
    let form = request.read_form(4096)?;
    let Some((_, name)) = form.into_iter().find(|(key, _)| key == "name") else {
        return Ok(Response::error_page(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let mut cookies = SimpleCookie::new();
    cookies.set("name", &name)?.set_attr(Attr::Path, "/")?.set_attr(Attr::MaxAge, 3600)?;
    cookies.set("visits", 1)?.set_attr(Attr::Path, "/")?.set_attr(Attr::HttpOnly, true)?;
    let mut answer = Response::redirect(StatusCode::SEE_OTHER, "/hello");
    cookies.append_to(answer.headers_mut())?;
    Ok(answer)
}

/// Greets by the cookie.
fn hello(request: &mut Request<'_>) -> Result<Response, HandlerError> {
    let mut cookies: SimpleCookie = SimpleCookie::new();
    let skipped = cookies.load_request(request.headers());
    if let Some(pair) = skipped.iter().next() {
        return Err(format!("a cookie could not be read: {pair:?}").into());
    }
    Ok(match cookies.value("name") {
        Some(name) => Response::text(format!("Hello, {name}!\n")),
        None => Response::error_page(StatusCode::UNAUTHORIZED),
    })
}

/// Bytes that are cheap to make and to check, without a period that a mistake could hide behind.
#[derive(Default)]
struct Pattern {
    position: u64,
}

impl Pattern {
    fn fill(&mut self, block: &mut [u8]) {
        for byte in block {
            let mixed = self.position.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let [.., top] = mixed.to_le_bytes();
            *byte = top;
            self.position += 1;
        }
    }
}

impl Read for Pattern {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        self.fill(block);
        Ok(block.len())
    }
}

/// Says each step as it is done, and how long it took.
struct Steps {
    begun: Instant,
    last: Instant,
}

impl Default for Steps {
    #[expect(clippy::disallowed_methods, reason = "this program times itself")]
    fn default() -> Self {
        let now = Instant::now();
        Self { begun: now, last: now }
    }
}

impl Steps {
    #[expect(clippy::disallowed_methods, reason = "this program times itself")]
    fn done(&mut self, what: &str, result: &str) {
        let now = Instant::now();
        println!("{:>10}  {what:<12} {result}", Seconds(now - self.last).to_string());
        // A reader at the other end of a pipe sees each step when it is done; one that has gone away ends nothing.
        let _ = io::stdout().flush();
        self.last = now;
    }
}

/// A time for people.
struct Seconds(Duration);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.0.as_secs_f64();
        match self.0 {
            time if time < Duration::from_millis(1) => write!(f, "{:.0} µs", seconds * 1e6),
            time if time < Duration::from_secs(1) => write!(f, "{:.1} ms", seconds * 1e3),
            _ => write!(f, "{seconds:.2} s"),
        }
    }
}

/// A size for people.
struct Size(u64);

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            bytes if bytes < 1 << 10 => write!(f, "{bytes} bytes"),
            bytes if bytes < 1 << 20 => write!(f, "{} KiB", bytes >> 10),
            bytes => write!(f, "{} MiB", bytes >> 20),
        }
    }
}
