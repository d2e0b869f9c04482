//! What `-v` shows, in curl's signs: `*` what happens, `>` what is sent, `<` what comes, `}` and `{` how much content.
//! Heads are shown as they stand on the wire, but for credentials and cookies, which are hidden.

use httpkit::Headers;
use httpkit::client::client::{Event, Observer};
use httpkit::client::{ConnectionInfo, Event as WireEvent, ResponseHead};
use std::io::{self, Write as _};
use std::time::Duration;

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

    fn wants_wire(&self) -> bool {
        true
    }
}

fn describe(event: &Event<'_>, text: &mut String) {
    match event {
        Event::Resolved { host, addresses, .. } => {
            let addresses: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
            line(text, '*', &format!("{host} is {}", addresses.join(", ")));
        }
        Event::Connected { info, took } => connected(info, *took, text),
        Event::Reused { .. } => line(text, '*', "using the connection again"),
        Event::Redirected { to, .. } => line(text, '*', &format!("following to {to}")),
        Event::Repeated { wait, why } => line(text, '*', &format!("again in {wait:?}: {why}")),
        Event::Pooled => line(text, '*', "the connection could be used again"),
        Event::Wire { event } => wire(event, text),
        _ => {}
    }
}

fn connected(info: &ConnectionInfo, took: Duration, text: &mut String) {
    let peer = info.peer_addr.map_or_else(|| "the socket".to_owned(), |peer| peer.to_string());
    line(text, '*', &format!("connected to {peer} in {:.1} ms", took.as_secs_f64() * 1000.0));
    if let Some(tls) = &info.tls {
        line(text, '*', &format!("{} with {}", tls.version, tls.cipher_suite));
    }
}

fn wire(event: &WireEvent<'_>, text: &mut String) {
    match event {
        WireEvent::HeadSent(head) => head.lines().for_each(|head| line(text, '>', head)),
        WireEvent::ContentSent(bytes) => line(text, '}', &format!("[{} bytes]", bytes.len())),
        WireEvent::HeadReceived(head) => received(head, text),
        WireEvent::ContentReceived(bytes) => line(text, '{', &format!("[{} bytes]", bytes.len())),
        WireEvent::Closed(reason) => line(text, '*', &format!("closed: {reason}")),
        _ => {}
    }
}

fn received(head: &ResponseHead, text: &mut String) {
    let (version, status) = (head.version, head.status.as_u16());
    line(text, '<', format!("{version:?} {status} {}", shown(&head.reason)).trim_end());
    fields(&head.headers, text);
}

fn fields(headers: &Headers, text: &mut String) {
    const SECRET: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];
    for (name, value) in headers {
        if SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret)) {
            line(text, '<', &format!("{name}: [hidden]"));
        } else {
            line(text, '<', &format!("{name}: {}", shown(value.as_bytes())));
        }
    }
    line(text, '<', "");
}

/// Text with nothing in it that could move the cursor of a terminal.
fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for letter in String::from_utf8_lossy(bytes).chars() {
        if letter.is_control() { text.extend(letter.escape_default()) } else { text.push(letter) }
    }
    text
}

fn line(text: &mut String, sign: char, line: &str) {
    text.push(sign);
    text.push(' ');
    text.push_str(line);
    text.push('\n');
}
