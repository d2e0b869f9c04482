//! One answer for content with a size and validators: preconditions, ranges, and the fields that belong to them.
//!
//! It serves whatever can be read and sought; that files come from a folder is for the file above.

use crate::clock;
use crate::files::conditional::{Condition, EntityTag, Validators, evaluate};
use crate::files::multipart::MultipartReader;
use crate::files::range::{Selection, select};
use crate::files::types::Types;
use crate::request::Request;
use crate::response::{Body, Response};
use http_proto::StatusCode;
use http_proto::date::format_http_date;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

/// Answers a request with content of the caller's, as [`StaticFiles`](crate::files::StaticFiles) does with a file:
/// preconditions (RFC 9110 §13), single and multiple ranges (§14), HEAD, and the type by the end of `name`.
///
/// The size is asked by seeking to the end. `modified` and `tag` are what is known of the state of the content; without
/// them there are no conditional answers and If-Range never matches. The content is read while the answer is sent,
/// never held as a whole; if it turns out to be shorter than it was, the connection is closed.
///
/// The method is not looked at beyond what preconditions and ranges need: other methods than GET and HEAD are the
/// caller's to refuse. More fields can be added to the response.
///
/// Go: `http.ServeContent`. Python has no counterpart; it is `SimpleHTTPRequestHandler.send_head` for any content.
///
/// ```
/// use http_server::files::{EntityTag, serve_content};
/// use http_server::{HandlerError, Request, Response, testing};
/// use std::io::Cursor;
///
/// let song = |request: &mut Request<'_>| -> Result<Response, HandlerError> {
///     let tag = EntityTag::strong("take-1")?;
///     Ok(serve_content(request, "song.ogg", None, Some(tag), Cursor::new(b"la la la"))?)
/// };
/// let answer = testing::get("/song").with_header("Range", "bytes=3-4").send_to(&song);
/// assert_eq!(answer.status(), 206);
/// assert_eq!(answer.headers().get("Content-Range").unwrap(), "bytes 3-4/8");
/// assert_eq!(answer.text(), "la");
/// ```
///
/// # Errors
/// Where the content cannot be sought.
#[doc(alias = "send_head")]
pub fn serve_content(
    request: &Request<'_>,
    name: &str,
    modified: Option<SystemTime>,
    tag: Option<EntityTag>,
    mut content: impl Read + Seek + Send + 'static,
) -> io::Result<Response> {
    let size_bytes = content.seek(SeekFrom::End(0))?;
    let types = Types::default();
    let representation =
        Representation { content_type: &types.of(name.as_bytes()), size_bytes, modified, tag };
    let planned = plan(request, &representation, clock::wall());
    let body = match planned.part {
        Planned::Nothing => return Ok(planned.response),
        Planned::One(part) => {
            content.seek(SeekFrom::Start(part.start))?;
            Body::sized_reader(content, part.end - part.start)
        }
        Planned::Several(parts) => {
            return Ok(several(planned.response, content, parts, &representation));
        }
    };
    Ok(planned.response.with_body(body))
}

/// What is known of content before it is sent.
#[derive(Debug)]
pub(crate) struct Representation<'a> {
    pub(crate) content_type: &'a str,
    pub(crate) size_bytes: u64,
    pub(crate) modified: Option<SystemTime>,
    pub(crate) tag: Option<EntityTag>,
}

/// Where the content of a file is.
#[derive(Debug)]
pub(crate) enum Source {
    File(File),
    Memory(Arc<[u8]>),
}

/// Answers with a file.
pub(crate) fn serve_file(
    request: &Request<'_>,
    representation: &Representation<'_>,
    source: Source,
    now: SystemTime,
) -> Response {
    let planned = plan(request, representation, now);
    match (planned.part, source) {
        (Planned::Nothing, _) => planned.response,
        (Planned::One(part), Source::File(file)) => {
            planned.response.with_body(Body::file(file, part.start, part.end - part.start))
        }
        (Planned::One(part), Source::Memory(bytes)) => planned.response.with_body(cut(&bytes, &part)),
        (Planned::Several(parts), Source::File(file)) => {
            several(planned.response, file, parts, representation)
        }
        (Planned::Several(parts), Source::Memory(bytes)) => {
            several(planned.response, Cursor::new(bytes), parts, representation)
        }
    }
}

/// Some of these bytes; all of them without a copy.
fn cut(bytes: &Arc<[u8]>, part: &Range<u64>) -> Body {
    let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    if part.start == 0 && place(part.end) == bytes.len() {
        return Body::shared(Arc::clone(bytes));
    }
    Body::from(bytes.get(place(part.start)..place(part.end)).unwrap_or_default().to_vec())
}

/// An answer that lacks its body.
struct Plan {
    response: Response,
    part: Planned,
}

enum Planned {
    /// The answer is whole already.
    Nothing,
    One(Range<u64>),
    Several(Vec<Range<u64>>),
}

fn plan(request: &Request<'_>, representation: &Representation<'_>, now: SystemTime) -> Plan {
    let Representation { size_bytes, modified, ref tag, .. } = *representation;
    let validators = Validators { tag: tag.as_ref(), modified };
    let whole =
        |response: Response, part| Plan { response: with_validators(response, representation, now), part };
    let selection = match evaluate(request.method(), request.headers(), validators, now) {
        Condition::NotModified => {
            return whole(Response::new(StatusCode::NOT_MODIFIED), Planned::Nothing);
        }
        Condition::Failed => {
            let response = Response::error_page(StatusCode::PRECONDITION_FAILED);
            return Plan { response, part: Planned::Nothing };
        }
        Condition::Proceed { range_allowed: true } => select(request.headers(), size_bytes),
        Condition::Proceed { range_allowed: false } => Selection::Whole,
    };
    let content_type = representation.content_type;
    match selection {
        Selection::Whole => {
            let response = Response::content(content_type, Body::empty());
            whole(response.with_header("Accept-Ranges", "bytes"), Planned::One(0..size_bytes))
        }
        Selection::Unsatisfiable => {
            let explain = format!("The range asked for lies outside of the {size_bytes} bytes there are");
            let response = Response::error_page_with(StatusCode::RANGE_NOT_SATISFIABLE, None, Some(&explain))
                .with_header("Content-Range", format!("bytes */{size_bytes}"))
                .with_header("Accept-Ranges", "bytes");
            Plan { response, part: Planned::Nothing }
        }
        Selection::Parts(parts) => {
            let partial = Response::new(StatusCode::PARTIAL_CONTENT);
            match <[Range<u64>; 1]>::try_from(parts) {
                Ok([part]) => {
                    let last = part.end.saturating_sub(1);
                    let range = format!("bytes {}-{last}/{size_bytes}", part.start);
                    let response = partial
                        .with_header("Content-Type", content_type)
                        .with_header("Accept-Ranges", "bytes")
                        .with_header("Content-Range", range);
                    whole(response, Planned::One(part))
                }
                Err(parts) => whole(partial.with_header("Accept-Ranges", "bytes"), Planned::Several(parts)),
            }
        }
    }
}

fn with_validators(mut response: Response, representation: &Representation<'_>, now: SystemTime) -> Response {
    if let Some(modified) = representation.modified {
        // RFC 9110 §8.8.2.1: never later than the Date of the answer.
        response = response.with_header("Last-Modified", format_http_date(modified.min(now)).as_slice());
    }
    if let Some(tag) = &representation.tag {
        response = response.with_header("ETag", tag.to_string());
    }
    response
}

fn several(
    response: Response,
    content: impl Read + Seek + Send + 'static,
    parts: Vec<Range<u64>>,
    representation: &Representation<'_>,
) -> Response {
    let reader = MultipartReader::new(content, parts, representation.content_type, representation.size_bytes);
    let length_bytes = reader.length_bytes();
    response
        .with_header("Content-Type", reader.content_type())
        .with_body(Body::sized_reader(reader, length_bytes))
}

#[cfg(test)]
mod tests;
