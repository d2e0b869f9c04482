//! A response onto a connection: the head with the server's own fields, then the body in as few writes as possible.
//! It decides how the body is framed, and whether the connection is announced to stay.

use crate::body::Kind;
use crate::error::Error;
use crate::error_page::ErrorPages;
use crate::feed::Feed;
use crate::file_part::FilePart;
use crate::link::Link;
use crate::response::Response;
use crate::traffic::Io;
use crate::unsent::Unsent;
use crate::upgrade::Upgraded;
use crate::writer::BodyWriter;
use http_proto::field::{decimal, elements};
use http_proto::{
    Framing, Headers, Method, StatusCode, StatusExt, Version, encode_decimal, encode_status_line, header,
};
use std::borrow::Cow;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Bodies up to this size are copied behind the head, so that one plain write takes both.
const COPY_BYTES_MAX: usize = 16 * 1024;

/// Files up to this size are read behind the head: cheaper than asking the kernel to copy them.
const READ_BYTES_MAX: u64 = 32 * 1024;

/// What is known of a request when its answer is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) method: &'a Method,
    pub(crate) version: Version,
    /// The version that the answer is in.
    pub(crate) speaks: Version,
    /// Whether the connection can be kept as far as the request and the server are concerned.
    pub(crate) keep: bool,
    /// Whether the request is one that may ask to upgrade the connection.
    pub(crate) may_upgrade: bool,
    /// The value of the Server field; none if empty.
    pub(crate) server: &'a [u8],
    /// How error pages look, and the fields of the request, for which they are made.
    pub(crate) pages: &'a ErrorPages,
    pub(crate) asked: Option<&'a Headers>,
    /// Whether the server is shutting down.
    pub(crate) stopping: &'a AtomicBool,
}

/// What became of the connection.
pub(crate) enum Sent {
    /// The answer is queued or sent; the connection is announced to stay.
    Kept,
    /// The answer is queued or sent; the connection ends behind it.
    Last,
    /// The head is sent, and this takes over.
    Upgrade(Box<dyn FnOnce(Upgraded) + Send>),
}

/// Sends `response`, or queues it: small ones in `io.out`; large content, and that of a reader, in `io.unsent`. Then the
/// caller sends it.
///
/// # Errors
/// Where the peer is gone or too slow, or the body does not keep its promise: the connection cannot be used then. If
/// nothing of it has been written, who wants to know what is sent has not been told, and still stands in `io`.
pub(crate) fn send(
    response: &mut Response,
    facts: &Facts<'_>,
    link: &mut Link,
    io: &mut Io,
) -> io::Result<Sent> {
    response.dress(facts.pages, facts.asked);
    if let Some(on_sent) = response.take_on_sent() {
        io.on_sent = Some(on_sent);
    }
    io.sent_status = response.status();
    io.sent_bytes = 0;
    io.ends_with_connection = false;
    let sent = match small_text(response, facts) {
        Some((fields, text)) => Ok(send_text(fields, text, io)),
        None => send_all(response, facts, link, io),
    };
    response.recycle();
    // What has failed with nothing sent is no answer yet: the caller sends another one, and tells of that. What is left
    // to be sent is told of when it has gone.
    let is_told = if sent.is_ok() { io.unsent.is_none() } else { link.has_written() };
    if is_told {
        io.tell(sent.is_ok());
    }
    sent
}

/// The type and the content of an answer such as most are: 200 in HTTP/1.1 with a type and a little content, on a
/// connection that stays.
fn small_text<'r>(response: &'r Response, facts: &Facts<'_>) -> Option<(&'static Headers, &'r [u8])> {
    let fields = response.only_a_type()?;
    let is_usual = response.status() == StatusCode::OK
        && facts.keep
        && facts.version == Version::HTTP_11
        && facts.speaks == Version::HTTP_11
        && *facts.method != Method::HEAD;
    match &response.body().0 {
        Kind::Bytes(text) if is_usual && text.len() <= COPY_BYTES_MAX => Some((fields, text)),
        _ => None,
    }
}

/// Queues such an answer, byte for byte as any other.
fn send_text(fields: &'static Headers, text: &[u8], io: &mut Io) -> Sent {
    let out = &mut io.out;
    out.extend_from_slice(io.opening.up_to_length(fields));
    encode_decimal(text.len() as u64, out);
    out.extend_from_slice(b"\r\n\r\n");
    out.extend_from_slice(text);
    io.sent_bytes = text.len() as u64;
    Sent::Kept
}

fn send_all(response: &mut Response, facts: &Facts<'_>, link: &mut Link, io: &mut Io) -> io::Result<Sent> {
    let body = response.take_body().0;
    if let Kind::Upgrade(run) = body {
        return upgrade(response, run, facts, link, io);
    }
    let status = response.status();
    let content = Response::has_content(status, facts.method);
    let framing = if content { framing(&body, facts.version) } else { Framing::None };
    let own = if response.only_a_type().is_some() {
        OwnFields::default()
    } else {
        OwnFields::of(response.headers())
    };
    let keep = facts.keep && framing != Framing::UntilClose && !own.close;
    let announced = announced_length(&body, framing, response, content, facts);
    write_head(response, own, framing, announced, keep, facts, io)?;
    io.ends_with_connection = framing == Framing::UntilClose;
    let sent = if keep { Sent::Kept } else { Sent::Last };
    if !content {
        return Ok(sent);
    }
    match body {
        Kind::Empty | Kind::Upgrade(_) => {}
        Kind::Bytes(bytes) => queue_bytes(bytes, link, io),
        Kind::Shared(bytes) => queue_shared(bytes, link, io),
        Kind::File { file, offset, length } => queue_file(FilePart::new(file, offset, length), link, io)?,
        Kind::Reader { reader, length, bound } => {
            link.begin_body();
            io.unsent = Some(Unsent::of_reader(Feed::new(reader, length, bound, framing)));
        }
        Kind::Stream(write) => {
            link.begin_body();
            let mut writer = BodyWriter::new(link, io, framing).with_stopping(facts.stopping);
            write(&mut writer)?;
            writer.finish()?;
        }
    }
    Ok(sent)
}

/// RFC 9112 §6.1, §6.2: by length where it is known, chunked where the peer knows that, else up to the end.
fn framing(body: &Kind, version: Version) -> Framing {
    match body.length() {
        Some(length) => Framing::Length(length),
        None if version == Version::HTTP_10 => Framing::UntilClose,
        None => Framing::Chunked,
    }
}

/// The Content-Length to send. An answer to HEAD and a 304 may tell that of the content which is left out
/// (RFC 9110 §8.6), as the body or, where there is none, the handler's field knows it; 1xx and 204 have none.
fn announced_length(
    body: &Kind,
    framing: Framing,
    response: &Response,
    content: bool,
    facts: &Facts<'_>,
) -> Option<u64> {
    if let Framing::Length(length) = framing {
        return Some(length);
    }
    let status = response.status();
    // RFC 9110 §15.3.6: it has no content, and a client must be told so.
    if status == StatusCode::RESET_CONTENT {
        return Some(0);
    }
    if content || status.is_informational() || status == StatusCode::NO_CONTENT {
        return None;
    }
    let own = response.header("content-length").and_then(|value| decimal(value.as_bytes()));
    match body {
        Kind::Empty if own.is_some() => own,
        Kind::Empty if status == StatusCode::NOT_MODIFIED => None,
        _ => match self::framing(body, facts.version) {
            Framing::Length(length) => Some(length),
            _ => own,
        },
    }
}

/// Which of the fields that the server sets itself a response has already.
#[derive(Clone, Copy, Debug, Default)]
struct OwnFields {
    server: bool,
    date: bool,
    /// Whether Connection says close.
    close: bool,
    /// Whether there is an Upgrade, of which Connection must tell.
    upgrade: bool,
    /// Whether there are some that are left out of the head.
    left_out: bool,
}

impl OwnFields {
    fn of(headers: &Headers) -> Self {
        let mut own = Self::default();
        for (name, value) in headers.iter_bytes() {
            match name.len() {
                4 => own.date |= name.eq_ignore_ascii_case(b"date"),
                6 => own.server |= name.eq_ignore_ascii_case(b"server"),
                7 => own.upgrade |= name.eq_ignore_ascii_case(b"upgrade"),
                10 if name.eq_ignore_ascii_case(b"connection") => {
                    own.left_out = true;
                    own.close |= elements(value).any(|option| option.eq_ignore_ascii_case(b"close"));
                }
                _ => own.left_out |= is_left_out(name),
            }
        }
        own
    }
}

/// The server's own, and those that only this side of the connection knows (RFC 9110 §7.6.1).
fn is_left_out(name: &[u8]) -> bool {
    match name.len() {
        10 => name.eq_ignore_ascii_case(b"connection") || name.eq_ignore_ascii_case(b"keep-alive"),
        14 => name.eq_ignore_ascii_case(b"content-length"),
        17 => name.eq_ignore_ascii_case(b"transfer-encoding"),
        _ => false,
    }
}

/// Queues the head behind what is queued already.
fn write_head(
    response: &Response,
    own: OwnFields,
    framing: Framing,
    announced: Option<u64>,
    keep: bool,
    facts: &Facts<'_>,
    io: &mut Io,
) -> io::Result<()> {
    start_head(response, own, facts, io)?;
    let out = &mut io.out;
    if own.left_out {
        for (name, value) in response.headers().iter_bytes().filter(|(name, _)| !is_left_out(name)) {
            field(name, value, out);
        }
    } else {
        response.headers().write_to(out);
    }
    if let Some(length) = announced {
        out.extend_from_slice(b"Content-Length: ");
        encode_decimal(length, out);
        out.extend_from_slice(b"\r\n");
    } else if framing == Framing::Chunked {
        field(b"Transfer-Encoding", b"chunked", out);
    }
    // RFC 9112 §C.2.2: an old peer must be told that the connection stays.
    let says_keep = keep && facts.version == Version::HTTP_10;
    // RFC 9110 §7.8: whoever sends Upgrade says so in Connection, or it would be passed on.
    let options: &[u8] = match (keep, own.upgrade) {
        (false, false) => b"close",
        (false, true) => b"close, upgrade",
        (true, false) if says_keep => b"keep-alive",
        (true, true) if says_keep => b"keep-alive, upgrade",
        (true, true) => b"upgrade",
        (true, false) => b"",
    };
    if !options.is_empty() {
        field(b"Connection", options, out);
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Status line, Server, Date: the latter two unless the handler has set its own.
fn start_head(response: &Response, own: OwnFields, facts: &Facts<'_>, io: &mut Io) -> io::Result<()> {
    let status = response.status();
    if status == StatusCode::OK && facts.speaks == Version::HTTP_11 && !own.server && !own.date {
        io.out.extend_from_slice(io.opening.ok());
        return Ok(());
    }
    let phrase = status.phrase().as_bytes();
    encode_status_line(facts.speaks, status, phrase, &mut io.out).map_err(Error::from)?;
    if !facts.server.is_empty() && !own.server {
        field(b"Server", facts.server, &mut io.out);
    }
    if !own.date {
        io.out.extend_from_slice(io.opening.date());
    }
    Ok(())
}

fn field(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// Queues small content behind the head, so that one write takes both, and leaves the rest to be sent.
fn queue_bytes(bytes: Cow<'static, [u8]>, link: &mut Link, io: &mut Io) {
    if bytes.len() <= COPY_BYTES_MAX {
        return queue(&bytes, io);
    }
    link.begin_body();
    io.unsent = Some(Unsent::bytes(bytes));
}

fn queue_shared(bytes: Arc<[u8]>, link: &mut Link, io: &mut Io) {
    if bytes.len() <= COPY_BYTES_MAX {
        return queue(&bytes, io);
    }
    link.begin_body();
    io.unsent = Some(Unsent::shared(bytes));
}

fn queue(bytes: &[u8], io: &mut Io) {
    io.out.extend_from_slice(bytes);
    io.sent_bytes += bytes.len() as u64;
}

/// The same with a part of a file, which is read into the queue.
fn queue_file(mut part: FilePart, link: &mut Link, io: &mut Io) -> io::Result<()> {
    let length = part.left();
    if length > READ_BYTES_MAX {
        link.begin_body();
        io.unsent = Some(Unsent::of_file(part));
        return Ok(());
    }
    let start = io.out.len();
    io.out.resize(start + usize::try_from(length).unwrap_or(usize::MAX), 0);
    if let Err(error) = part.read_exact(io.out.get_mut(start..).unwrap_or_default()) {
        io.out.truncate(start);
        return Err(error);
    }
    io.sent_bytes += length;
    Ok(())
}

/// RFC 9110 §7.8: `Connection: upgrade` beside Upgrade.
fn asks_to_upgrade(facts: &Facts<'_>) -> bool {
    let asks =
        |headers: &Headers| headers.contains("upgrade") && headers.has_token(header::CONNECTION, "upgrade");
    facts.may_upgrade && facts.asked.is_some_and(asks)
}

/// RFC 9110 §7.8: a server must not switch to a protocol that the client has not offered. Names are compared without
/// regard to case.
fn offers(asked: Option<&Headers>, answer: &Headers) -> bool {
    let Some(asked) = asked else { return false };
    let mut wanted = answer.list("Upgrade").peekable();
    wanted.peek().is_some()
        && wanted.all(|wanted| asked.list("Upgrade").any(|offer| offer.eq_ignore_ascii_case(wanted)))
}

/// RFC 9110 §7.8: only a request in HTTP/1.1 that asks for it can be upgraded; §9.3.6: a CONNECT becomes a tunnel.
fn upgrade(
    response: &Response,
    run: Box<dyn FnOnce(Upgraded) + Send>,
    facts: &Facts<'_>,
    link: &mut Link,
    io: &mut Io,
) -> io::Result<Sent> {
    let tunnel = response.status() != StatusCode::SWITCHING_PROTOCOLS;
    if tunnel && *facts.method != Method::CONNECT {
        return send(&mut Response::error_page(StatusCode::INTERNAL_SERVER_ERROR), facts, link, io);
    }
    let may_switch = asks_to_upgrade(facts) && offers(facts.asked, response.headers());
    if !tunnel && !may_switch {
        let mut refusal = Response::error_page(StatusCode::UPGRADE_REQUIRED);
        for value in response.headers().get_all("upgrade") {
            refusal = refusal.with_header("Upgrade", value);
        }
        return send(&mut refusal, facts, link, io);
    }
    start_head(response, OwnFields::of(response.headers()), facts, io)?;
    for (name, value) in response.headers() {
        if !["connection", "content-length", "transfer-encoding"]
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own))
        {
            field(name.as_bytes(), value.as_bytes(), &mut io.out);
        }
    }
    if !tunnel {
        field(b"Connection", b"Upgrade", &mut io.out);
    }
    io.out.extend_from_slice(b"\r\n");
    io.flush(link)?;
    Ok(Sent::Upgrade(run))
}

#[cfg(test)]
mod tests;
