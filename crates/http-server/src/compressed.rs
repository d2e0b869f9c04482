//! Answers made smaller on their way out, for those who take that: a handler that owns a handler (RFC 9110 §8.4).
//!
//! It decides which answers may be coded, and keeps the fields true that depend on it. Codings are written in `encode`.

use crate::accept::is_compressible;
use crate::body::{Body, Kind};
use crate::coded::Coded;
use crate::coding::{ContentCoding, accepted};
use crate::encode::{CODINGS, Encode, encode, encoder};
use crate::error::{Error, HandlerError};
use crate::file_part::FilePart;
use crate::handler::Handler;
use crate::rate_bound::RateBound;
use crate::request::Request;
use crate::response::Response;
use crate::vary;
use http_proto::{Headers, Method, StatusCode, field};
use std::io::{self, Cursor, Read};

/// Content up to this many bytes is compressed before the answer is sent, which tells its length; longer content on
/// its way.
const WHOLE_BYTES_MAX: u64 = 64 * 1024;

/// Compresses the answers of the handler that it owns, for clients that take a coding by Accept-Encoding.
///
/// Weights count (RFC 9110 §12.5.3): among codings that a client likes equally, the first of
/// [`codings`](Self::codings) is used, and one that it likes less than the plain form is not. Answers shorter than
/// [`floor_bytes`](Self::floor_bytes), of other types than texts, already coded, partial (206), marked `no-transform` or
/// with a digest of their content pass as they are. `Vary: Accept-Encoding` is added to all that could have been coded.
///
/// A strong entity tag names exact bytes, so that of a coded answer is another: `"abc"` becomes `"abc-gzip"`, and what a
/// client sends back as such in If-None-Match or If-Match reaches the handler as both. Ranges are those of the plain form,
/// so a coded answer offers none.
///
/// Streams and server-sent events are compressed on their way; what the handler flushes reaches the client at once. An
/// answer to HEAD has the fields of that to GET, save the length where that is not known before.
///
/// A page that holds a secret beside something that an attacker chooses tells its secret by its compressed length
/// (BREACH): do not compress such pages.
///
/// The codings are those of the features `br`, `gzip` and `zstd`. Without any it changes nothing. That of zstd is
/// weaker than the others today, and only used for clients that like it best.
///
/// ```
/// use http_server::{Compressed, Request, Response, testing};
///
/// let page = |_: &mut Request<'_>| Response::html("<p>So much to say.</p>".repeat(100));
/// let small = Compressed::new(page);
/// let answer = testing::get("/").with_header("Accept-Encoding", "gzip").send_to(&small);
/// # #[cfg(feature = "gzip")]
/// assert_eq!(answer.headers().get("Content-Encoding").unwrap(), "gzip");
/// # #[cfg(feature = "gzip")]
/// assert_eq!(answer.headers().get("Vary").unwrap(), "Accept-Encoding");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Compressed<H> {
    handler: H,
    codings: Vec<ContentCoding>,
    floor_bytes: u64,
    /// Patterns in lower case; `None` for the usual types.
    types: Option<Vec<String>>,
}

impl<H> Compressed<H> {
    /// Compresses the answers of `handler` that are worth it.
    pub fn new(handler: H) -> Self {
        Self { handler, codings: CODINGS.to_vec(), floor_bytes: 1024, types: None }
    }

    /// Only these codings, the preferred first; those that this build cannot write are left out.
    pub fn codings(mut self, codings: impl IntoIterator<Item = ContentCoding>) -> Self {
        self.codings = codings.into_iter().filter(|coding| CODINGS.contains(coding)).collect();
        self
    }

    /// Shorter answers stay as they are, 1024 bytes by default: a packet is a packet.
    pub const fn floor_bytes(mut self, bytes: u64) -> Self {
        self.floor_bytes = bytes;
        self
    }

    /// Only answers of these types: `application/json`, `text/*` or `*+xml`. By default texts and what is text within,
    /// uncompressed images and fonts.
    pub fn types<I: IntoIterator<Item: AsRef<str>>>(mut self, patterns: I) -> Self {
        self.types =
            Some(patterns.into_iter().map(|pattern| pattern.as_ref().to_ascii_lowercase()).collect());
        self
    }

    fn is_wanted_type(&self, content_type: &str) -> bool {
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let Some(patterns) = &self.types else { return is_compressible(&essence) };
        patterns.iter().any(|pattern| match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
            (Some(start), _) => essence.starts_with(start),
            (None, Some(end)) => essence.ends_with(end),
            (None, None) => essence == *pattern,
        })
    }

    /// Whether this answer may be coded, for whom it may be.
    fn is_eligible(&self, request: &Request<'_>, response: &Response) -> bool {
        let headers = response.headers();
        let status = response.status();
        let length = match (response.body().length(), headers.get("Content-Length")) {
            // An answer to HEAD may say what it leaves out.
            (Some(0), Some(said)) if *request.method() == Method::HEAD => {
                said.to_str().ok().and_then(|digits| digits.parse().ok())
            }
            (length, _) => length,
        };
        Response::has_content(status, &Method::GET)
            && status != StatusCode::PARTIAL_CONTENT
            && !response.is_tunnel()
            && !headers.contains("Content-Range")
            && !headers.contains("Content-Encoding")
            && !headers.has_token("Cache-Control", "no-transform")
            && !["Content-Digest", "Repr-Digest", "Digest", "Content-MD5"]
                .iter()
                .any(|name| headers.contains(name))
            && length.is_none_or(|bytes| bytes >= self.floor_bytes.max(1))
            && headers
                .get("Content-Type")
                .and_then(|value| value.to_str().ok())
                .is_some_and(|value| self.is_wanted_type(value))
    }
}

impl<H: Handler> Handler for Compressed<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        if self.codings.is_empty() {
            return self.handler.handle(request);
        }
        let coding = accepted(request.headers(), &self.codings).first().copied();
        let mut response = match self.with_plain_tags(request.headers(), coding)? {
            None => self.handler.handle(request)?,
            Some(headers) => {
                let mut head = request.to_head();
                head.headers = headers;
                request.with_head(&head, |request| self.handler.handle(request))?
            }
        };
        if response.status() == StatusCode::NOT_MODIFIED {
            vary::add(response.headers_mut(), "Accept-Encoding");
            if let Some(coding) = coding {
                restore_tag(request.headers(), &mut response, coding);
            }
            return Ok(response);
        }
        request.dress(&mut response);
        if !self.is_eligible(request, &response) {
            return Ok(response);
        }
        vary::add(response.headers_mut(), "Accept-Encoding");
        match coding {
            Some(coding) => Ok(code(response, coding)?),
            None => Ok(response),
        }
    }
}

impl<H> Compressed<H> {
    /// The fields of the request with the plain tag beside each one that this wrapper may have made; `None` where there
    /// is no such tag.
    ///
    /// If-None-Match is about the form that would be sent now. If-Match is about the state of the resource, of which
    /// each form is a witness; beside a range it is about bytes, which are those of the plain form.
    fn with_plain_tags(
        &self,
        headers: &Headers,
        coding: Option<ContentCoding>,
    ) -> Result<Option<Headers>, Error> {
        let mut changed = None;
        let for_match: &[ContentCoding] = if headers.contains("Range") { &[] } else { &self.codings };
        for (name, codings) in [("If-None-Match", coding.as_slice()), ("If-Match", for_match)] {
            let values = headers.get_all(name).flat_map(|value| field::elements(value.as_bytes()));
            let plain: Vec<Vec<u8>> =
                values.filter_map(|tag| codings.iter().find_map(|&coding| plain_tag(tag, coding))).collect();
            if plain.is_empty() {
                continue;
            }
            // A line of its own is one more element of the list (RFC 9110 §5.3).
            changed.get_or_insert_with(|| headers.clone()).append(name, plain.join(&b", "[..]))?;
        }
        Ok(changed)
    }
}

/// `"abc"` for `"abc-gzip"`; `None` for a tag of another form.
fn plain_tag(tag: &[u8], coding: ContentCoding) -> Option<Vec<u8>> {
    let opaque = tag.strip_suffix(b"\"")?.strip_suffix(coding.as_str().as_bytes())?.strip_suffix(b"-")?;
    // Weak tags are not changed.
    opaque.starts_with(b"\"").then(|| [opaque, b"\""].concat())
}

/// `"abc-gzip"` for `"abc"`; `None` for a weak one, which names more than exact bytes already.
fn coded_tag(tag: &[u8], coding: ContentCoding) -> Option<Vec<u8>> {
    let opaque = tag.strip_suffix(b"\"").filter(|opaque| opaque.starts_with(b"\""))?;
    Some([opaque, b"-", coding.as_str().as_bytes(), b"\""].concat())
}

/// A 304 names the tag that the client has.
fn restore_tag(asked: &Headers, response: &mut Response, coding: ContentCoding) {
    let Some(tag) = response.header("ETag").map(|value| value.as_bytes().to_vec()) else { return };
    let Some(coded) = coded_tag(&tag, coding) else { return };
    let has = |wanted: &[u8]| {
        asked.get_all("If-None-Match").any(|value| field::elements(value.as_bytes()).any(|tag| tag == wanted))
    };
    if has(&coded) && !has(&tag) {
        // What was a value with a few letters less is one with them: nothing can fail.
        let _ = response.headers_mut().set("ETag", coded);
    }
}

/// The answer in this coding.
fn code(mut response: Response, coding: ContentCoding) -> io::Result<Response> {
    let body = match small(response.take_body())? {
        Ok(content) => match encode(coding, content.as_bytes().unwrap_or_default())? {
            Some(coded) if content.as_bytes().is_some_and(|content| coded.len() < content.len()) => {
                coded.into()
            }
            // What gets no smaller stays what it is. So does the announced content of an answer to HEAD.
            _ if content.length() != Some(0) => return Ok(response.with_body(content)),
            _ => Body::stream(|_| Ok(())),
        },
        Err(large) => stream(large, coding),
    };
    let tag = response.header("ETag").and_then(|tag| coded_tag(tag.as_bytes(), coding));
    let headers = response.headers_mut();
    headers.set("Content-Encoding", coding.as_str()).map_err(Error::from)?;
    if let Some(tag) = tag {
        headers.set("ETag", tag).map_err(Error::from)?;
    }
    headers.remove("Accept-Ranges");
    headers.remove("Content-Length");
    Ok(response.with_body(body))
}

/// The content in memory if it is short and does not come piece by piece; else the body again.
fn small(body: Body) -> io::Result<Result<Body, Body>> {
    if body.length().is_none_or(|bytes| bytes > WHOLE_BYTES_MAX) {
        return Ok(Err(body));
    }
    match body.0 {
        Kind::File { file, offset, length } => {
            let mut content = Vec::new();
            FilePart::new(file, offset, length).read_to_end(&mut content)?;
            Ok(Ok(content.into()))
        }
        // It may wait for something: that is for when the answer is sent.
        Kind::Reader { .. } => Ok(Err(body)),
        _ => Ok(Ok(body)),
    }
}

/// The content coded on its way.
fn stream(body: Body, coding: ContentCoding) -> Body {
    let Some(encoder) = encoder(coding) else { return body };
    match body.0 {
        Kind::Empty | Kind::Upgrade(_) => body,
        Kind::Bytes(content) => {
            let length = content.len() as u64;
            coded(Cursor::new(content), Some(length), None, encoder)
        }
        Kind::Shared(content) => {
            let length = content.len() as u64;
            coded(Cursor::new(content), Some(length), None, encoder)
        }
        Kind::File { file, offset, length } => {
            coded(FilePart::new(file, offset, length), Some(length), None, encoder)
        }
        Kind::Reader { reader, length, bound } => coded(reader, length, bound, encoder),
        Kind::Stream(write) => Body::stream(move |writer| {
            writer.begin_coding(encoder);
            write(writer)?;
            writer.end_coding()
        }),
    }
}

fn coded(
    plain: impl Read + Send + 'static,
    length: Option<u64>,
    bound: Option<Box<RateBound>>,
    encoder: Box<dyn Encode>,
) -> Body {
    Body::of_reader(Coded::new(plain, length, encoder), None, bound)
}

#[cfg(test)]
#[cfg(all(feature = "br", feature = "gzip", feature = "zstd"))]
mod tests;
