//! Cookie files between us, CPython, curl and wget: what each writes the others read.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use http_cookiejar::{
    Cookie, FileCookieJar, FileFormat, Limits, LoadOptions, LwpFormat, MozillaCookieJar, MozillaFormat,
    PythonCookiePolicy, SameSite, SaveOptions,
};
use serde_json::{Value, json};
use support::python;
use tempfile::tempdir;

use super::dice::Dice;
use super::row;

const LATER: i64 = 4_000_000_000;

/// A cookie with a random choice of what cookies can have; its name is its own.
fn cookie(dice: &mut Dice, number: usize) -> Cookie {
    let value = dice.one_of(&["1", "", "a b", "\"q\"", "b\\c", "x,y=z", "é", "_w0rd", "$"]);
    let mut builder = Cookie::builder(format!("n{number}"), value);
    if dice.once_in(8) {
        builder = builder.valueless();
    }
    let domain = dice.one_of(&["acme.com", ".acme.com", "www.acme.com", ".co.uk", "foo.local", "127.0.0.1"]);
    let dotted = domain.starts_with('.');
    builder = builder.domain(domain).domain_given(dotted, dotted && dice.once_in(2));
    builder = builder.path(dice.one_of(&["/", "/a", "/a%20b/c", "/x;y"])).path_given(dice.once_in(2));
    builder = builder.secure(dice.once_in(2)).discard(false);
    builder = match dice.number(3) {
        0 => builder.discard(true),
        1 => builder.expires(LATER + 7).discard(dice.once_in(5)),
        _ => builder.expires(i64::try_from(1 + dice.number(1_000_000_000)).unwrap()),
    };
    if dice.once_in(3) {
        builder = builder.version(1).port(dice.one_of(&[None, Some("80"), Some("80,8080")]), false);
        builder = builder.comment(dice.one_of(&[None, Some("two words")])).comment_url(Some("http://x.org/"));
    }
    if dice.once_in(3) {
        builder = builder.http_only(true).same_site(dice.one_of(&[
            None,
            Some(SameSite::Lax),
            Some(SameSite::None),
        ]));
        builder = builder.nonstandard_attr("Foo", Some("b\"ar"));
    }
    builder.build().unwrap()
}

fn cookies() -> Vec<Cookie> {
    let dice = &mut Dice::new(8);
    (0..300).map(|number| cookie(dice, number)).collect()
}

fn row(cookie: &Cookie) -> Value {
    let mut row = row::row(cookie, |bytes| String::from_utf8(bytes.to_vec()).unwrap());
    row.push(row::rest(cookie));
    row.into()
}

fn arguments(cookie: &Cookie) -> Value {
    json!({
        "version": cookie.version(), "name": cookie.name_str().unwrap(),
        "value": (!cookie.is_valueless()).then(|| cookie.value_str().unwrap()),
        "port": cookie.port(), "port_specified": cookie.port_specified(), "domain": cookie.dotted_domain(),
        "domain_specified": cookie.domain_specified(), "domain_initial_dot": cookie.domain_initial_dot(),
        "path": cookie.path(), "path_specified": cookie.path_specified(), "secure": cookie.secure(),
        "expires": cookie.expires(), "discard": cookie.discard(), "comment": cookie.comment(),
        "comment_url": cookie.comment_url(), "rest": cookie.rest().collect::<std::collections::BTreeMap<_, _>>(),
    })
}

fn jar<F: FileFormat>(format: F, folder: &Path) -> FileCookieJar<F> {
    let mut jar = FileCookieJar::with_format(format);
    jar.set_policy(PythonCookiePolicy::new().with_limits(Limits::unlimited()));
    jar.set_filename(Some(folder.join("cookies")));
    jar
}

fn all() -> LoadOptions {
    LoadOptions::new().ignore_discard(true).ignore_expires(true).strict(true)
}

fn saved<F: FileFormat>(format: F, cookies: &[Cookie]) -> String {
    let folder = tempdir().unwrap();
    let mut jar = jar(format, folder.path());
    jar.extend(cookies.iter().cloned());
    let saved = jar.save(None, SaveOptions::new().ignore_discard(true).ignore_expires(true)).unwrap();
    assert_eq!((saved.cookies, saved.unwritable), (cookies.len(), vec![]));
    std::fs::read_to_string(folder.path().join("cookies")).unwrap()
}

fn loaded<F: FileFormat>(format: F, text: &str) -> Vec<Value> {
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("cookies"), text).unwrap();
    let mut jar = jar(format, folder.path());
    jar.load(None, all()).unwrap();
    jar.iter().map(row).collect()
}

/// What is left of a row in the Netscape format, by CPython's lights.
fn mozilla_row(row: &Value, http_only_name: &str) -> Value {
    let mut row = row.clone();
    let http_only = row[15]
        .as_array()
        .unwrap()
        .iter()
        .any(|pair| pair[0].as_str().unwrap().eq_ignore_ascii_case("httponly"));
    let dotted = row[0].as_str().unwrap().starts_with('.');
    row[4] = json!(0);
    row[5] = json!(null);
    row[6] = json!(false);
    row[7] = json!(dotted);
    row[8] = json!(dotted);
    row[9] = json!(false);
    row[12] = json!(row[11].is_null());
    row[13] = json!(null);
    row[14] = json!(null);
    row[15] = if http_only { json!([[http_only_name, ""]]) } else { json!([]) };
    row
}

/// Cookies that no grouping of either side moves: one a domain and path would do, so they are sorted by name.
fn by_name(mut rows: Vec<Value>) -> Vec<Value> {
    rows.sort_by_key(|row| row[2].as_str().unwrap().to_owned());
    rows
}

#[test]
fn files_go_to_cpython_and_back() {
    let cookies = cookies();
    let ours_lwp = saved(LwpFormat, &cookies);
    let ours_mozilla = saved(MozillaFormat::python(), &cookies);
    let order = json!({
        "make": cookies.iter().map(arguments).collect::<Vec<_>>(),
        "load": {"lwp": ours_lwp, "mozilla": ours_mozilla},
    });
    let answer = python::run(include_str!("files.py"), order.to_string().as_bytes()).unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let rows = |value: &Value| value.as_array().unwrap().clone();

    // From 3.14 on CPython leaves more values without quotes.
    if answer["minor"].as_u64().unwrap() < 14 {
        assert_eq!(answer["wrote"]["lwp"].as_str().unwrap(), ours_lwp);
    }
    assert_eq!(loaded(LwpFormat, answer["wrote"]["lwp"].as_str().unwrap()), loaded(LwpFormat, &ours_lwp));
    let ours: Vec<Value> = cookies.iter().map(row).collect();
    assert_eq!(by_name(loaded(LwpFormat, &ours_lwp)), by_name(ours.clone()));
    // CPython reads back the word None where an attribute had no value.
    let as_cpython_reads = |row: &Value| {
        let mut row = row.clone();
        for pair in row[15].as_array_mut().unwrap().iter_mut().filter(|pair| pair[1].is_null()) {
            pair[1] = json!("None");
        }
        row
    };
    assert_eq!(by_name(rows(&answer["read"]["lwp"])), by_name(ours.iter().map(as_cpython_reads).collect()));

    let theirs = by_name(rows(&answer["read"]["mozilla"]));
    assert_eq!(theirs, by_name(ours.iter().map(|row| mozilla_row(row, "HTTPOnly")).collect()));
    // CPython writes the mark for HttpOnly only for an attribute spelled HTTPOnly, so these come back without it.
    let python_file = answer["wrote"]["mozilla"].as_str().unwrap();
    let back = loaded(MozillaFormat::python(), python_file);
    let expected = ours.iter().map(|row| {
        let mut row = mozilla_row(row, "");
        row[8] = json!(false);
        row[15] = json!([]);
        row
    });
    assert_eq!(by_name(back), by_name(expected.collect()));
}

/// Answers one request over plain HTTP with cookies, and hands back its head.
fn answer_one(listener: &TcpListener, set_cookie: &[&str]) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
        head.push(byte[0]);
    }
    let fields: String = set_cookie.iter().map(|value| format!("Set-Cookie: {value}\r\n")).collect();
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n{fields}\r\n");
    stream.write_all(answer.as_bytes()).unwrap();
    String::from_utf8(head).unwrap()
}

fn sent_cookies(head: &str) -> Vec<&str> {
    let line = head.lines().find_map(|line| line.strip_prefix("Cookie: ")).unwrap_or_default();
    let mut cookies: Vec<_> = line.split("; ").filter(|pair| !pair.is_empty()).collect();
    cookies.sort_unstable();
    cookies
}

/// Lets a program that reads and writes `cookies.txt` make one request through us as its proxy. Not all know the mark for
/// `HttpOnly`; wget takes such lines for comments.
fn with_program(program: &str, http_only: bool, arguments: impl Fn(&Path, &Path) -> Vec<String>) {
    let folder = tempdir().unwrap();
    let (ours, theirs) = (folder.path().join("ours.txt"), folder.path().join("theirs.txt"));
    let mut jar = MozillaCookieJar::new(&ours);
    let base = |name: &str| Cookie::builder(name, "1").path("/");
    let expires = LATER;
    jar.extend([
        base("host").domain("www.example.org").expires(expires).build().unwrap(),
        base("domain").domain(".example.org").expires(expires).http_only(http_only).build().unwrap(),
        base("session").domain("www.example.org").build().unwrap(),
        base("parent").domain("example.org").expires(expires).build().unwrap(),
        base("other").domain("other.org").expires(expires).build().unwrap(),
        base("secure").domain("www.example.org").expires(expires).secure(true).build().unwrap(),
        base("deep").domain("www.example.org").expires(expires).path("/deep").build().unwrap(),
    ]);
    jar.save(None, SaveOptions::new().ignore_discard(true)).unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answering = std::thread::spawn(move || {
        answer_one(
            &listener,
            &[
                "new=2; Max-Age=1000; HttpOnly",
                "wide=3; Domain=example.org; Max-Age=1000; Path=/p",
                "brief=4",
            ],
        )
    });
    let output = Command::new(program)
        .args(arguments(&ours, &theirs))
        .env("http_proxy", format!("http://127.0.0.1:{port}"))
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .unwrap_or_else(|error| panic!("{program} is needed here: {error}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    let head = answering.join().unwrap();
    assert_eq!(sent_cookies(&head), ["domain=1", "host=1", "session=1"], "{program}: {head}");

    let mut jar = MozillaCookieJar::new(&theirs);
    let loaded = jar.load(None, LoadOptions::new().ignore_discard(true)).unwrap();
    assert_eq!(loaded.bad_lines, [], "{program}");
    let find = |name: &str| jar.iter().find(|cookie| cookie.name() == name.as_bytes()).unwrap();
    assert!(find("new").host_only() && !find("new").discard());
    assert!(
        find("wide").domain() == "example.org" && !find("wide").host_only() && find("wide").path() == "/p"
    );
    assert!(find("brief").discard() && find("session").discard());
    assert_eq!(find("domain").domain(), "example.org");
    assert!(find("secure").secure());
}

#[test]
fn files_go_to_curl_and_back() {
    with_program("curl", true, |ours, theirs| {
        let [ours, theirs] = [ours, theirs].map(|path| path.to_str().unwrap().to_owned());
        ["-sS", "-b", &ours, "-c", &theirs, "http://www.example.org/p/q"].map(str::to_owned).to_vec()
    });
}

#[test]
fn files_go_to_wget_and_back() {
    with_program("wget", false, |ours, theirs| {
        let (ours, theirs) = (ours.to_str().unwrap(), theirs.to_str().unwrap());
        let load = format!("--load-cookies={ours}");
        let save = format!("--save-cookies={theirs}");
        let arguments =
            ["-q", "-O", "/dev/null", &load, &save, "--keep-session-cookies", "http://www.example.org/p/q"];
        arguments.map(str::to_owned).to_vec()
    });
}
