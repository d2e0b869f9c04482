//! What `-v` shows, in curl's signs: `*` what happens, `>` what is sent, `<` what comes. Credentials and cookies are
//! hidden.

use httpkit::Headers;
use httpkit::client::client::{Event, Observer};
use std::io::{self, Write as _};

/// Writes events to standard error.
#[derive(Debug)]
pub(crate) struct Trace;

impl Observer for Trace {
    fn event(&self, event: &Event<'_>) {
        let mut text = String::new();
        describe(event, &mut text);
        // Nobody is left to tell where standard error is closed.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

fn describe(event: &Event<'_>, text: &mut String) {
    let mut line = |sign: char, line: &str| {
        text.push(sign);
        text.push(' ');
        text.push_str(line);
        text.push('\n');
    };
    match event {
        Event::Resolved { host, addresses, .. } => line('*', &format!("{host} is {addresses:?}")),
        Event::Connected { info, took } => {
            let peer = info.peer_addr.map(|peer| peer.to_string()).unwrap_or_default();
            line('*', &format!("connected to {peer} in {:.1} ms", took.as_secs_f64() * 1000.0));
            if let Some(tls) = &info.tls {
                line('*', &format!("{} with {}", tls.version, tls.cipher_suite));
            }
        }
        Event::Reused { .. } => line('*', "using the connection again"),
        Event::Started { method, url } => {
            let target =
                url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
            line('>', &format!("{method} {target} HTTP/1.1"));
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            line('>', &format!("Host: {}{port}", url.host_str().unwrap_or_default()));
        }
        Event::Sent { headers } => fields('>', headers, line),
        Event::Informational { head } => {
            line('<', &format!("HTTP/1.1 {}", head.status));
            fields('<', &head.headers, line);
        }
        Event::Answered { status, headers, .. } => {
            line('<', &format!("HTTP/1.1 {status}"));
            fields('<', headers, line);
        }
        Event::Redirected { to, .. } => line('*', &format!("following to {to}")),
        Event::Repeated { wait, why } => line('*', &format!("again in {wait:?}: {why}")),
        Event::Closed { reason } => line('*', &format!("closed: {reason}")),
        _ => {}
    }
}

fn fields(sign: char, headers: &Headers, mut line: impl FnMut(char, &str)) {
    const SECRET: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];
    for (name, value) in headers {
        if SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret)) {
            line(sign, &format!("{name}: [hidden]"));
        } else {
            line(sign, &format!("{name}: {}", value.as_bytes().escape_ascii()));
        }
    }
    line(sign, "");
}
