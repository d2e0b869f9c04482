//! `http-cookies` beside its peers: a `Cookie` field of 20 pairs, `Set-Cookie` in and out, and a hostile field.
//!
//! `cookie` and biscotti are the Rust crates that servers use; CPython is `http.cookies`. "bare split" cuts the field at
//! semicolons and equals signs with `str`'s own methods and trims nothing but blanks: the least that anybody can do.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use bench_harness::Bench;
use bench_harness::python::Script;
use biscotti::{Processor, ProcessorConfig, RequestCookies, ResponseCookie};
use cookie::{Cookie, CookieJar};
use http_cookies::{CookieBuilder, SameSite, SimpleCookie, pairs, parse_set_cookie};

fn main() -> ExitCode {
    let mut bench = Bench::from_arguments("cookies");
    cookie_field(&mut bench);
    one_of_twenty(&mut bench);
    dictionary(&mut bench);
    set_cookie_parse(&mut bench);
    set_cookie_print(&mut bench);
    build_and_print(&mut bench);
    hostile(&mut bench);
    bench.finish()
}

/// A case of CPython: what is done with a text.
fn cpython(work: &'static str, text: String) -> impl FnOnce() -> Box<dyn FnMut(u64) -> Duration> {
    move || {
        let mut script = Script::start(&format!("from http.cookies import SimpleCookie\n{work}"), &text);
        Box::new(move |rounds| script.work(rounds))
    }
}

/// 20 pairs, 718 bytes, as long as a busy site's.
fn field() -> String {
    let names =
        ["_ga", "sessionid", "csrftoken", "theme", "_gid", "locale", "AWSALB", "cart", "consent", "ab_test"];
    let pairs: Vec<String> = (0..20)
        .map(|at| {
            let length = 718 / 20 - 2 - names[at % 10].len() - 2 - usize::from(at == 19);
            let value: String =
                (0..length).map(|place| char::from(b'a' + ((at * 7 + place * 3) % 26) as u8)).collect();
            format!("{}{}={value}", names[at % 10], at / 10)
        })
        .collect();
    pairs.join("; ")
}

const SET_COOKIE: &str = "sessionid=38afes7a8dxyzzy; Domain=www.example.com; Path=/account; \
     Expires=Wed, 21 Oct 2037 07:28:00 GMT; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax";

fn cookie_field(bench: &mut Bench) {
    let bytes = field().replace("; ", "").replace('=', "").len() as u64;
    bench
        .table("cookie-field", "a Cookie field of 20 pairs, every name and value looked at")
        .answer(bytes)
        .case("bare split", || {
            let field = field();
            move || {
                let mut bytes = 0;
                for pair in black_box(field.as_str()).split(';') {
                    if let Some((name, value)) = pair.split_once('=') {
                        bytes += name.trim_matches([' ', '\t']).len() + value.trim_matches([' ', '\t']).len();
                    }
                }
                bytes as u64
            }
        })
        .case("http-cookies", || {
            let field = field();
            move || {
                pairs(black_box(field.as_str())).map(|(name, value)| name.len() + value.len()).sum::<usize>()
                    as u64
            }
        })
        .case("http-cookies, bytes", || {
            let field = field().into_bytes();
            move || {
                pairs(black_box(&field[..])).map(|(name, value)| name.len() + value.len()).sum::<usize>()
                    as u64
            }
        })
        .case("cookie", || {
            let field = field();
            move || {
                Cookie::split_parse(black_box(field.as_str()))
                    .map(|cookie| cookie.map_or(0, |cookie| cookie.name().len() + cookie.value().len()))
                    .sum::<usize>() as u64
            }
        })
        .case("biscotti", move || {
            let field = field();
            let processor: Processor = ProcessorConfig::default().into();
            move || {
                let cookies =
                    RequestCookies::parse_header(black_box(&field), &processor).expect("the field is good");
                // It has no way to go through all: finding the last one stands for it.
                cookies.get("ab_test1").map_or(0, |_| bytes)
            }
        })
        .timed_case(
            "CPython",
            cpython(
                "def work():\n    jar = SimpleCookie(text)\n    \
                 return sum(len(m.key) + len(m.value) for m in jar.values())",
                field(),
            ),
        )
        .run();
}

fn one_of_twenty(bench: &mut Bench) {
    let length = pairs(field().as_str()).get("theme1").map_or(0, str::len) as u64;
    bench
        .table("one-of-twenty", "the value of the 14th of 20 pairs")
        .answer(length)
        .case("http-cookies", || {
            let field = field();
            move || pairs(black_box(field.as_str())).get("theme1").map_or(0, str::len) as u64
        })
        .case("cookie", || {
            let field = field();
            move || {
                Cookie::split_parse(black_box(field.as_str()))
                    .flatten()
                    .find(|cookie| cookie.name() == "theme1")
                    .map_or(0, |cookie| cookie.value().len()) as u64
            }
        })
        .case("biscotti", || {
            let field = field();
            let processor: Processor = ProcessorConfig::default().into();
            move || {
                let cookies =
                    RequestCookies::parse_header(black_box(&field), &processor).expect("the field is good");
                cookies.get("theme1").map_or(0, |cookie| cookie.value().len()) as u64
            }
        })
        .run();
}

fn dictionary(bench: &mut Bench) {
    bench
        .table("dictionary", "a Cookie field of 20 pairs into a dictionary that owns them")
        .answer(20)
        .case("http-cookies, tolerant", || {
            let field = field();
            move || {
                let mut cookies = SimpleCookie::new();
                let skipped = cookies.load_tolerant(black_box(&field));
                (cookies.len() - skipped.len()) as u64
            }
        })
        .case("http-cookies, Python's rules", || {
            let field = field();
            move || SimpleCookie::parse(black_box(&field)).map_or(0, |cookies| cookies.len() as u64)
        })
        .case("cookie", || {
            let field = field();
            move || {
                let mut jar = CookieJar::new();
                for cookie in Cookie::split_parse(black_box(field.as_str())).flatten() {
                    jar.add_original(cookie.into_owned());
                }
                jar.iter().count() as u64
            }
        })
        .timed_case("CPython", cpython("def work():\n    return len(SimpleCookie(text))", field()))
        .run();
}

fn set_cookie_parse(bench: &mut Bench) {
    bench
        .table("set-cookie-parse", "a Set-Cookie field with seven attributes, read")
        .answer(2_592_000)
        .case("http-cookies", || {
            || {
                let cookie = parse_set_cookie(black_box(SET_COOKIE.as_bytes())).expect("the field is good");
                let all =
                    cookie.secure && cookie.http_only && cookie.expires.is_some() && cookie.domain.is_some();
                if all { cookie.max_age.unwrap_or_default() as u64 } else { 0 }
            }
        })
        .case("cookie", || {
            || {
                let cookie = Cookie::parse(black_box(SET_COOKIE)).expect("the field is good");
                let all = cookie.secure() == Some(true)
                    && cookie.http_only() == Some(true)
                    && cookie.expires().is_some()
                    && cookie.domain().is_some();
                if all { cookie.max_age().map_or(0, |age| age.whole_seconds() as u64) } else { 0 }
            }
        })
        .timed_case("CPython", cpython("def work():\n    return SimpleCookie(text)", SET_COOKIE.to_owned()))
        .run();
}

fn set_cookie_print(bench: &mut Bench) {
    bench
        .table("set-cookie-print", "a cookie with seven attributes to text")
        .answer(SET_COOKIE.len() as u64)
        .case("http-cookies", || {
            let cookie =
                CookieBuilder::from(parse_set_cookie(SET_COOKIE.as_bytes()).expect("the field is good"));
            move || black_box(&cookie).build().map_or(0, |text| text.as_bytes().len() as u64)
        })
        .case("http-cookies, reused buffer", || {
            let cookie =
                CookieBuilder::from(parse_set_cookie(SET_COOKIE.as_bytes()).expect("the field is good"));
            let mut buffer = Vec::new();
            move || {
                buffer.clear();
                black_box(&cookie).write_to(&mut buffer).expect("the cookie is good");
                buffer.len() as u64
            }
        })
        .case("http-cookies, SimpleCookie", || {
            let cookies = SimpleCookie::parse(SET_COOKIE).expect("the field is good");
            move || black_box(&cookies)["sessionid"].output_string().len() as u64
        })
        .case("cookie", || {
            let cookie = Cookie::parse(SET_COOKIE).expect("the field is good");
            move || black_box(&cookie).to_string().len() as u64
        })
        .timed_case(
            "CPython",
            cpython(
                "jar = SimpleCookie(text)\ndef work():\n    \
                 return jar['sessionid'].OutputString()",
                SET_COOKIE.to_owned(),
            ),
        )
        .run();
}

fn build_and_print(bench: &mut Bench) {
    let text = "sessionid=38afes7a8dxyzzy; Path=/account; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax";
    bench
        .table("build-and-print", "a cookie with five attributes, built and to text")
        .answer(text.len() as u64)
        .case("http-cookies", || {
            || {
                CookieBuilder::new(black_box("sessionid"), black_box("38afes7a8dxyzzy"))
                    .path("/account")
                    .max_age(Duration::from_secs(2_592_000))
                    .secure()
                    .http_only()
                    .same_site(SameSite::Lax)
                    .build()
                    .map_or(0, |text| text.as_bytes().len() as u64)
            }
        })
        .case("cookie", || {
            || {
                Cookie::build((black_box("sessionid"), black_box("38afes7a8dxyzzy")))
                    .path("/account")
                    .max_age(cookie::time::Duration::seconds(2_592_000))
                    .secure(true)
                    .http_only(true)
                    .same_site(cookie::SameSite::Lax)
                    .build()
                    .to_string()
                    .len() as u64
            }
        })
        .case("biscotti", || {
            || {
                ResponseCookie::new(black_box("sessionid"), black_box("38afes7a8dxyzzy"))
                    .set_path("/account")
                    .set_max_age(biscotti::time::SignedDuration::from_secs(2_592_000))
                    .set_secure(true)
                    .set_http_only(true)
                    .set_same_site(biscotti::SameSite::Lax)
                    .to_string()
                    .len() as u64
            }
        })
        .timed_case("CPython", cpython("def work():\n    jar = SimpleCookie()\n    \
                 jar['sessionid'] = '38afes7a8dxyzzy'\n    m = jar['sessionid']\n    m['path'] = '/account'\n    \
                 m['max-age'] = 2592000\n    m['secure'] = m['httponly'] = True\n    m['samesite'] = 'Lax'\n    \
                 return m.OutputString()", String::new()))
        .run();
}

/// Patterns that have been quadratic somewhere: escapes, open quotes, separators, equals signs.
const PATTERNS: [&str; 6] = ["a=\"\\\"", "a=\\", ";;", "==", "a= \"", "a=b; "];

fn hostile(bench: &mut Bench) {
    for (at, key) in ["hostile-pairs", "hostile-load", "hostile-unquote"].into_iter().enumerate() {
        let work = [read_pairs, load, unquote][at];
        bench
            .table(key, "one hostile MiB against two halves of it: linear is 1")
            .answer(PATTERNS.len() as u64)
            .case("2 x 512 KiB", move || {
                let texts = texts(1 << 19);
                move || {
                    texts.iter().map(|text| work(black_box(text))).sum::<u64>();
                    texts.iter().map(|text| work(black_box(text))).sum()
                }
            })
            .case("1 MiB", move || {
                let texts = texts(1 << 20);
                move || texts.iter().map(|text| work(black_box(text))).sum()
            })
            .run();
    }
}

fn texts(bytes: usize) -> Vec<String> {
    PATTERNS.iter().map(|pattern| pattern.repeat(bytes / pattern.len())).collect()
}

fn read_pairs(text: &str) -> u64 {
    black_box(pairs(text).map(|(name, value)| name.len() + value.len()).sum::<usize>());
    1
}

fn load(text: &str) -> u64 {
    let mut cookies = SimpleCookie::new();
    black_box(cookies.load(text).is_ok());
    black_box(cookies.load_tolerant(text).len());
    1
}

fn unquote(text: &str) -> u64 {
    black_box(http_cookies::unquote(&format!("\"{text}\"")).len());
    1
}
