//! One answer for content with a size and validators: preconditions, ranges, and the fields that belong to them.
//!
//! It serves whatever can be read and sought; that files come from a folder is for the file above.

use crate::body::Body;
use crate::clock;
use crate::error::Error;
use crate::files::conditional::{Asked, Condition, EntityTag, Validators, evaluate};
use crate::files::multipart::MultipartReader;
use crate::files::range::{Selection, select};
use crate::files::reader::FileReader;
use crate::files::types::Types;
use crate::request::Request;
use crate::response::{Response, spare_headers};
use http_proto::date::format_http_date;
use http_proto::{Headers, InvalidInput, StatusCode};
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
    let now = clock::wall();
    let types = Types::default();
    let facts = Facts {
        content_type: types.of(name.as_bytes()).into_owned(),
        coding: None,
        size_bytes,
        modified,
        tag,
    };
    let fields = facts.validators(now).map_err(Error::from)?;
    let description = Description { facts, fields, whole: None };
    let Plan { response, part, described } =
        plan(request, Described::Once(description), now).map_err(Error::from)?;
    let body = match part {
        Planned::Nothing => return Ok(response),
        Planned::One(part) => {
            content.seek(SeekFrom::Start(part.start))?;
            Body::sized_reader(content, part.end - part.start)
        }
        Planned::Several(parts) => {
            return Ok(several(response, content, parts, described.facts()).map_err(Error::from)?);
        }
    };
    Ok(response.with_body(body))
}

/// What is known of content before it is sent.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) content_type: String,
    pub(crate) coding: Option<&'static str>,
    pub(crate) size_bytes: u64,
    pub(crate) modified: Option<SystemTime>,
    pub(crate) tag: Option<EntityTag>,
}

/// Content apart from its bytes, with the fields of its answers.
#[derive(Debug)]
pub(crate) struct Description {
    pub(crate) facts: Facts,
    /// Those of every answer that is no error; they begin with the validators.
    pub(crate) fields: Headers,
    /// Those of an answer with all of the content, where they stand ready.
    pub(crate) whole: Option<Headers>,
}

/// A description that is made for one answer, or one that serves many.
#[derive(Debug)]
pub(crate) enum Described<'a> {
    Once(Description),
    Kept(&'a Description),
}

impl Facts {
    /// The fields by which a client recognises this state of the content.
    pub(crate) fn validators(&self, now: SystemTime) -> Result<Headers, InvalidInput> {
        // Room for what is added later, so that nothing moves.
        let mut fields = Headers::with_capacity(12, 512);
        if let Some(modified) = self.modified {
            // RFC 9110 §8.8.2.1: never later than the Date of the answer.
            fields.append("Last-Modified", format_http_date(modified.min(now)))?;
        }
        if let Some(tag) = &self.tag {
            fields.append("ETag", tag.to_field())?;
        }
        Ok(fields)
    }

    /// Adds what belongs to content itself, whole or in part.
    fn complete(&self, fields: &mut Headers) -> Result<(), InvalidInput> {
        fields.append("Content-Type", &self.content_type)?;
        self.complete_without_type(fields)
    }

    fn complete_without_type(&self, fields: &mut Headers) -> Result<(), InvalidInput> {
        fields.append("Accept-Ranges", "bytes")?;
        match self.coding {
            Some(coding) => fields.append("Content-Encoding", coding),
            None => Ok(()),
        }
    }
}

impl Description {
    /// This one, ready to serve many answers.
    pub(crate) fn ready(mut self) -> Result<Self, InvalidInput> {
        let mut whole = self.fields.clone();
        self.facts.complete(&mut whole)?;
        self.whole = Some(whole);
        Ok(self)
    }
}

impl<'a> Described<'a> {
    fn facts(&self) -> &Facts {
        match self {
            Self::Once(description) => &description.facts,
            Self::Kept(description) => &description.facts,
        }
    }

    /// The fields of an answer that is no error.
    fn take_fields(&mut self) -> Headers {
        match self {
            Self::Once(description) => std::mem::take(&mut description.fields),
            Self::Kept(description) => copied(&description.fields),
        }
    }

    /// The fields of an answer with all of the content.
    fn take_whole(&mut self) -> Result<Headers, InvalidInput> {
        if let Self::Kept(Description { whole: Some(whole), .. }) = self {
            return Ok(copied(whole));
        }
        let mut fields = self.take_fields();
        self.facts().complete(&mut fields)?;
        Ok(fields)
    }
}

/// The same fields, in the memory of a response that this thread has sent.
fn copied(fields: &Headers) -> Headers {
    let mut copy = spare_headers();
    copy.clone_from(fields);
    copy
}

/// Where the content of a file is.
#[derive(Debug)]
pub(crate) enum Source {
    File(Arc<File>),
    Memory(Arc<[u8]>),
}

/// Answers with a file.
pub(crate) fn serve_file(
    request: &Request<'_>,
    described: Described<'_>,
    source: Source,
    now: SystemTime,
) -> Result<Response, InvalidInput> {
    let Plan { response, part, described } = plan(request, described, now)?;
    Ok(match (part, source) {
        (Planned::Nothing, _) => response,
        (Planned::One(part), Source::File(file)) => {
            response.with_body(Body::file(file, part.start, part.end - part.start))
        }
        (Planned::One(part), Source::Memory(bytes)) => response.with_body(cut(&bytes, &part)),
        (Planned::Several(parts), Source::File(file)) => {
            several(response, FileReader::new(file), parts, described.facts())?
        }
        (Planned::Several(parts), Source::Memory(bytes)) => {
            several(response, Cursor::new(bytes), parts, described.facts())?
        }
    })
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
struct Plan<'a> {
    response: Response,
    part: Planned,
    described: Described<'a>,
}

enum Planned {
    /// The answer is whole already.
    Nothing,
    One(Range<u64>),
    Several(Vec<Range<u64>>),
}

fn plan<'a>(
    request: &Request<'_>,
    mut described: Described<'a>,
    now: SystemTime,
) -> Result<Plan<'a>, InvalidInput> {
    let (response, part) = match select_part(request, described.facts(), now) {
        Selected::NotModified => {
            (with_fields(StatusCode::NOT_MODIFIED, described.take_fields()), Planned::Nothing)
        }
        Selected::Failed => (Response::error_page(StatusCode::PRECONDITION_FAILED), Planned::Nothing),
        Selected::Part(Selection::Whole) => {
            let size_bytes = described.facts().size_bytes;
            (with_fields(StatusCode::OK, described.take_whole()?), Planned::One(0..size_bytes))
        }
        Selected::Part(Selection::Unsatisfiable) => {
            let size_bytes = described.facts().size_bytes;
            let explain = format!("The range asked for lies outside of the {size_bytes} bytes there are");
            let response = Response::error_page_with(StatusCode::RANGE_NOT_SATISFIABLE, None, Some(&explain))
                .with_header("Content-Range", format!("bytes */{size_bytes}"))
                .with_header("Accept-Ranges", "bytes");
            (response, Planned::Nothing)
        }
        Selected::Part(Selection::Parts(parts)) => {
            let mut fields = described.take_fields();
            let facts = described.facts();
            match <[Range<u64>; 1]>::try_from(parts) {
                Ok([part]) => {
                    let last = part.end.saturating_sub(1);
                    facts.complete(&mut fields)?;
                    fields.append(
                        "Content-Range",
                        format!("bytes {}-{last}/{}", part.start, facts.size_bytes),
                    )?;
                    (with_fields(StatusCode::PARTIAL_CONTENT, fields), Planned::One(part))
                }
                Err(parts) => {
                    // The type of the whole tells the boundary.
                    facts.complete_without_type(&mut fields)?;
                    (with_fields(StatusCode::PARTIAL_CONTENT, fields), Planned::Several(parts))
                }
            }
        }
    };
    Ok(Plan { response, part, described })
}

/// What a request wants of content.
enum Selected {
    NotModified,
    Failed,
    Part(Selection),
}

fn select_part(request: &Request<'_>, facts: &Facts, now: SystemTime) -> Selected {
    let headers = request.headers();
    let asked = Asked::of(headers);
    if asked.is_nothing() {
        return Selected::Part(Selection::Whole);
    }
    let validators = Validators { tag: facts.tag.as_ref(), modified: facts.modified };
    match evaluate(asked, request.method(), headers, validators, now) {
        Condition::NotModified => Selected::NotModified,
        Condition::Failed => Selected::Failed,
        Condition::Proceed { range_allowed: true } => Selected::Part(select(headers, facts.size_bytes)),
        Condition::Proceed { range_allowed: false } => Selected::Part(Selection::Whole),
    }
}

fn with_fields(status: StatusCode, fields: Headers) -> Response {
    let mut response = Response::new(status);
    *response.headers_mut() = fields;
    response
}

fn several(
    response: Response,
    content: impl Read + Seek + Send + 'static,
    parts: Vec<Range<u64>>,
    facts: &Facts,
) -> Result<Response, InvalidInput> {
    let reader = MultipartReader::new(content, parts, &facts.content_type, facts.size_bytes);
    let length_bytes = reader.length_bytes();
    let mut response = response;
    response.headers_mut().append("Content-Type", reader.content_type())?;
    Ok(response.with_body(Body::sized_reader(reader, length_bytes)))
}

#[cfg(test)]
mod tests;
