//! The `Cookie` field as CPython writes it.

use crate::cookie::Cookie;

pub(super) fn write_cookie(cookie: &Cookie, out: &mut Vec<u8>) {
    let version = cookie.version().unwrap_or(0);
    if !out.is_empty() {
        out.extend_from_slice(b"; ");
    } else if version > 0 {
        out.extend_from_slice(format!("$Version={version}; ").as_bytes());
    }
    out.extend_from_slice(cookie.name());
    if !cookie.is_valueless() {
        out.push(b'=');
        write_value(cookie.value(), version, out);
    }
    if version == 0 {
        return;
    }
    if cookie.path_specified() {
        write_quoted(b"; $Path=\"", cookie.path(), out);
    }
    if !cookie.host_only() {
        let dot = if cookie.domain_initial_dot() { &b"; $Domain=\"."[..] } else { b"; $Domain=\"" };
        write_quoted(dot, cookie.domain(), out);
    }
    match cookie.port() {
        Some(port) if cookie.port_specified() => write_quoted(b"; $Port=\"", port, out),
        Some(_) => out.extend_from_slice(b"; $Port"),
        None => {}
    }
}

fn write_quoted(head: &[u8], text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(head);
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// RFC 2965 values get a backslash in front of quotes and backslashes; Netscape values go as they came.
fn write_value(value: &[u8], version: u32, out: &mut Vec<u8>) {
    if version == 0 {
        out.extend_from_slice(value);
        return;
    }
    for byte in value {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
}
