//! What `http-cookiejar` promises for any bytes.

use http_cookiejar::python::dates::{http2time, iso2time, time2isoz};
use http_cookiejar::python::words::split_header_words;
use http_cookiejar::{
    BadLine, Cookie, CookieJar, FileFormat, JsonFormat, LwpFormat, MozillaFormat, NetscapeDomains,
    PythonCookiePolicy, RequestInfo, SuffixList, read_storage_state,
};

const NOW: i64 = 1_786_000_000;

/// A `Set-Cookie` field under both policies: it is stored or refused with a reason, nothing else happens, and what goes out
/// again has no control character.
pub fn jar_field(data: &[u8]) {
    let request = RequestInfo::new("https", "www.example.org", None, "/a/b");
    let python = PythonCookiePolicy::new().with_rfc2965(true).with_strict_ns_domain(NetscapeDomains::STRICT);
    for mut jar in [CookieJar::new(), CookieJar::with_policy(python)] {
        let got = jar.extract_cookies_at(&[("Set-Cookie", data), ("Set-Cookie2", data)], &request, NOW);
        assert!(jar.len() <= got.stored);
        assert!(got.refused.iter().all(|refused| !refused.to_string().is_empty()));
        let explained = jar.explain_at(&request, NOW).iter().filter(|one| one.verdict.is_ok()).count();
        match jar.cookie_header_at(&request, NOW) {
            Some(header) => {
                assert!(explained > 0);
                assert!(!header.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t'));
            }
            None => assert_eq!(explained, 0),
        }
        assert!(jar.cookie_header_at(&RequestInfo::new("https", "other.test", None, "/"), NOW).is_none());
    }
}

/// A cookie file in every format: bad lines are counted from 1, and what is read can be written and read again as the same.
pub fn jar_file(data: &[u8]) {
    let headed = |header: &[u8]| [header, data].concat();
    file(&MozillaFormat::default(), data);
    file(&MozillaFormat::python(), data);
    file(&LwpFormat, &headed(b"#LWP-Cookies-2.0\nSet-Cookie3: "));
    file(&JsonFormat, &headed(b"{\"format\":\"http-cookiejar\",\"version\":1}\n"));
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = read_storage_state(text, NOW);
        let _ = SuffixList::parse(text).is_public_suffix(text);
    }
}

fn read<F: FileFormat>(format: &F, data: &[u8]) -> Vec<Result<Cookie, BadLine>> {
    let mut items = Vec::new();
    let _ = format.read(data, NOW, &mut |item| {
        items.push(item);
        true
    });
    items
}

fn file<F: FileFormat>(format: &F, data: &[u8]) {
    for item in read(format, data) {
        match item {
            Err(bad) => assert!(bad.line > 0),
            Ok(cookie) => {
                let mut text = Vec::new();
                format.write_header(&mut text);
                if format.write_cookie(&cookie, &mut text).is_ok() {
                    let back = read(format, &text);
                    let same = back.len() == 1
                        && back.iter().flatten().all(|back| {
                            back.same_key(&cookie)
                                && back.value() == cookie.value()
                                && back.secure() == cookie.secure()
                        });
                    assert!(same, "{cookie:?} {}", String::from_utf8_lossy(&text));
                }
            }
        }
    }
}

/// CPython's dates and header words: any answer is in range, and the words hold no separators.
pub fn jar_python(data: &[u8]) {
    if let Some(seconds) = http2time(data, NOW) {
        assert!(seconds.abs() < 300_000_000_000);
    }
    if let Some(seconds) = iso2time(data).filter(|seconds| *seconds >= 0) {
        assert_eq!(iso2time(time2isoz(seconds).as_bytes()), Some(seconds));
    }
    for list in split_header_words(data) {
        assert!(!list.is_empty());
        for (name, _) in list {
            assert!(!name.is_empty() && !name.iter().any(|byte| b"=;, \t".contains(byte)));
        }
    }
}
