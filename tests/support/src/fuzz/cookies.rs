//! What `http-cookies` promises for any bytes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http_cookies::secure::{Keyring, SecretKey};
use http_cookies::{
    BaseCookie, Codec, CookieBuilder, Percent, Quoted, Raw, pairs, parse_cookie_date, parse_set_cookie,
    quote, text_from_bytes, unquote,
};
use http_proto::date::{format_http_date, parse_http_date};

/// A `Cookie` field (of fewer than 4096 pairs): names and values have no separators and outer blanks, and tolerant loading
/// accounts for each pair.
pub fn cookie_field(data: &[u8]) {
    let mut count = 0;
    for (name, value) in pairs(data) {
        count += 1;
        assert!(!name.contains(&b'=') && !name.contains(&b';') && !value.contains(&b';'));
        assert!(!name.is_empty() || !value.is_empty());
        for text in [name, value] {
            assert!(!matches!(text, [b' ' | b'\t', ..] | [.., b' ' | b'\t']));
        }
        assert_eq!(pairs(data).get_all(name).next(), pairs(data).get(name));
    }
    if let Ok(text) = std::str::from_utf8(data) {
        assert!(pairs(text).map(|(name, value)| (name.as_bytes(), value.as_bytes())).eq(pairs(data)));
    }
    let mut cookie = BaseCookie::<Quoted>::new();
    let skipped = cookie.load_bytes_tolerant(data);
    assert_eq!(cookie.len() + skipped.len(), count);
    check_output(&cookie);
}

/// Text by Python's rules, with each codec: all or nothing, and nothing that goes out can break out.
pub fn python_text(data: &[u8]) {
    let text = text_from_bytes(data);
    load::<Quoted>(&text);
    load::<Raw>(&text);
    load::<Percent>(&text);
    assert_eq!(unquote(&quote(&text)), text);
    assert!(unquote(&text).len() <= text.len());
}

fn load<C: Codec + Default>(text: &str) {
    let mut cookie = BaseCookie::<C>::new();
    match cookie.load(text) {
        Ok(rest) => assert!(text.ends_with(rest)),
        Err(_) => assert!(cookie.is_empty()),
    }
    check_output(&cookie);
}

fn check_output<C: Codec>(cookie: &BaseCookie<C>) {
    for (_, morsel) in cookie {
        let text = morsel.output_string();
        assert!(!text.bytes().any(|byte| byte.is_ascii_control()), "{text:?}");
        assert!(text.matches(';').count() <= morsel.attributes().count(), "{text:?}");
    }
}

/// A `Set-Cookie` field: what is read can be written, and reads the same again.
pub fn set_cookie(data: &[u8]) {
    let Ok(cookie) = parse_set_cookie(data) else { return };
    assert!(cookie.name.len() + cookie.value.len() <= 4096);
    assert!(cookie.path.is_none_or(|path| path.starts_with(b"/")));
    assert!(cookie.attributes().all(|(_, value)| value.len() <= 1024));
    let builder = CookieBuilder::from(cookie);
    let Ok(written) = builder.build() else { return };
    let again = parse_set_cookie(written.as_bytes()).map(CookieBuilder::from);
    // A date before 1970 is written as its first second: both are over.
    if cookie.expires.is_none_or(|seconds| seconds >= 0) {
        assert_eq!(again, Ok(builder));
    } else {
        assert_eq!(again.map(|again| again.build()), Ok(Ok(written)));
    }
}

/// A cookie date: within the years that four digits can say, and the same as the HTTP date of that second.
pub fn cookie_date(data: &[u8]) {
    let Some(seconds) = parse_cookie_date(data) else { return };
    assert!((-11_644_473_600..=253_402_300_799).contains(&seconds));
    if let Ok(since) = u64::try_from(seconds) {
        let time = UNIX_EPOCH + Duration::from_secs(since);
        let written = format_http_date(time);
        assert_eq!(parse_cookie_date(&written), Some(seconds));
        assert_eq!(parse_http_date(&written, UNIX_EPOCH), Some(time));
    }
}

/// A signed or sealed value: nothing that we did not write is taken.
pub fn secure_text(data: &[u8]) {
    let Ok(secret) = SecretKey::from_bytes(&[7; 32]) else { return };
    let keys = Keyring::new(secret);
    let now: SystemTime = UNIX_EPOCH;
    assert!(keys.verify_at("id", data, now).is_err());
    assert!(keys.open_at("id", data, now).is_err());
}
