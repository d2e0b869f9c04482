//! A cookie as the scripts of CPython print one.

use http_cookiejar::Cookie;
use serde_json::{Value, json};

/// What both sides know of a cookie, but for the attributes that no field stands for. `text` reads its name and value.
pub(super) fn row(cookie: &Cookie, text: impl Fn(&[u8]) -> String) -> Vec<Value> {
    vec![
        json!(cookie.dotted_domain()),
        json!(cookie.path()),
        json!(text(cookie.name())),
        json!((!cookie.is_valueless()).then(|| text(cookie.value()))),
        json!(cookie.version()),
        json!(cookie.port()),
        json!(cookie.port_specified()),
        json!(cookie.domain_specified()),
        json!(cookie.domain_initial_dot()),
        json!(cookie.path_specified()),
        json!(cookie.secure()),
        json!(cookie.expires()),
        json!(cookie.discard()),
        json!(cookie.comment()),
        json!(cookie.comment_url()),
    ]
}

/// Those attributes, in an order of their own.
pub(super) fn rest(cookie: &Cookie) -> Value {
    let mut rest: Vec<_> = cookie.rest().collect();
    rest.sort_unstable();
    json!(rest)
}
