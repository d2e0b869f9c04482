//! Which form of an answer a request asks for by its Accept field (RFC 9110 §12.5.1). Pure.

use http_proto::{Headers, field};

/// Whether the Accept field likes JSON better than HTML (RFC 9110 §12.5.1).
pub(crate) fn prefers_json(headers: &Headers) -> bool {
    let json = accept_weight(headers, b"application", b"json");
    json > accept_weight(headers, b"text", b"html")
}

/// The type of JSON for an error page, if the Accept field likes it better than HTML: that of RFC 9457 if it is liked best.
pub(crate) fn preferred_json(headers: &Headers) -> Option<&'static str> {
    let [html, json, problem] =
        [(&b"text"[..], &b"html"[..]), (b"application", b"json"), (b"application", b"problem+json")]
            .map(|(kind, subtype)| accept_weight(headers, kind, subtype));
    match json.max(problem) {
        best if best <= html => None,
        best if best > json => Some("application/problem+json"),
        _ => Some("application/json"),
    }
}

/// The weight of a media type, by the most specific range that names it; 0 if none does.
fn accept_weight(headers: &Headers, kind: &[u8], subtype: &[u8]) -> u16 {
    let mut best = (0, 0);
    for element in headers.list("Accept") {
        let mut halves = field::before_parameters(element).splitn(2, |&byte| byte == b'/');
        let (Some(wanted_kind), Some(wanted_subtype)) = (halves.next(), halves.next()) else {
            continue;
        };
        let precision = match (wanted_kind.eq_ignore_ascii_case(kind), wanted_subtype) {
            (true, wanted) if wanted.eq_ignore_ascii_case(subtype) => 3,
            (true, b"*") => 2,
            (false, b"*") if wanted_kind == b"*" => 1,
            _ => continue,
        };
        if precision > best.0 {
            best = (precision, field::weight(element).unwrap_or(0));
        }
    }
    best.1
}

/// Whether HTML is asked for by name, as browsers do for pages and not for what pages are made of.
pub(crate) fn asks_for_html(headers: &Headers) -> bool {
    headers.list("Accept").any(|element| {
        field::before_parameters(element).eq_ignore_ascii_case(b"text/html")
            && field::weight(element).is_some_and(|weight| weight > 0)
    })
}

/// Whether compressed variants make sense for content of this type.
pub(crate) fn is_compressible(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim_end();
    essence.starts_with("text/")
        || essence.ends_with("+xml")
        || essence.ends_with("+json")
        || matches!(
            essence,
            "application/json"
                | "application/jsonl"
                | "application/javascript"
                | "application/xml"
                | "application/wasm"
                | "application/toml"
                | "application/yaml"
                | "application/vnd.ms-fontobject"
                | "font/ttf"
                | "font/otf"
                | "image/bmp"
                | "image/vnd.microsoft.icon"
        )
}

#[cfg(test)]
mod tests;
