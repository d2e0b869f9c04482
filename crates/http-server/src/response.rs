//! The answer to a request as a value: status, fields, content. How it goes onto a connection is `send.rs`.

use crate::body::{Body, Kind};
use crate::delivery::{Delivery, OnSent};
use crate::error::{Error, HandlerError};
use crate::error_page::{self, ErrorPages, Fault};
use crate::events::EventStream;
use crate::upgrade::Upgraded;
use crate::writer::BodyWriter;
use http_proto::{FieldValue, Headers, InvalidInput, Method, StatusCode};
use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, Write as _};
use std::sync::LazyLock;

/// One answer. A handler returns it; wrappers may look at it, change it or replace it.
///
/// The server adds `Date`, `Server`, `Content-Length` or `Transfer-Encoding`, and `Connection` where it is needed;
/// it leaves the content out for HEAD, 204, 205 and 304. Framing fields that a handler sets are replaced, since the body
/// knows its length. Python: `send_response`, `send_header`, `end_headers`, `wfile`.
///
/// ```
/// use http_server::{Response, StatusCode};
///
/// let answer = Response::html("<p>made</p>")
///     .with_status(StatusCode::CREATED)
///     .with_header("Location", "/things/7");
/// assert_eq!(answer.headers().get("Location").unwrap(), "/things/7");
/// ```
#[must_use]
#[derive(Debug)]
#[doc(alias = "send_response")]
pub struct Response {
    status: StatusCode,
    /// Borrowed are those of the types that most answers have, as long as nothing is added to them.
    headers: Cow<'static, Headers>,
    body: Body,
    on_sent: Option<OnSent>,
    aside: Option<Box<Aside>>,
}

/// What few answers have: kept apart, since answers are moved from hand to hand.
#[derive(Debug, Default)]
struct Aside {
    /// The first field that could not be set: the server answers 500 instead.
    invalid: Option<InvalidInput>,
    /// Of the error page that is the body, as long as it is.
    fault: Option<Fault>,
    /// The error that it stands for, not reported yet.
    failure: Option<HandlerError>,
}

/// Memory of fields that a thread keeps, at most.
const SPARE_BYTES_MAX: usize = 4 * 1024;

thread_local! {
    /// The fields of the last response that this thread has sent, emptied: memory for those of its next one.
    static SPARE_HEADERS: Cell<Headers> = const { Cell::new(Headers::new()) };
}

/// No fields, and room for some.
pub(crate) fn spare_headers() -> Headers {
    let spare = SPARE_HEADERS.try_with(Cell::take).unwrap_or_default();
    if spare.capacity_bytes() == 0 { Headers::with_capacity(4, 128) } else { spare }
}

/// The field that names this type, to be shared by answers.
fn content_type(value: &'static str) -> Headers {
    let mut headers = Headers::new();
    // The values are written down here, in `text` and `html`, and valid.
    let _ = headers.append("Content-Type", value);
    headers
}

impl Response {
    /// An answer without content.
    #[doc(alias = "send_response_only")]
    pub const fn new(status: StatusCode) -> Self {
        let headers = Cow::Owned(Headers::new());
        Self { status, headers, body: Body::empty(), on_sent: None, aside: None }
    }

    /// 200 with `text/plain; charset=utf-8`.
    pub fn text(text: impl Into<Body>) -> Self {
        static TYPE: LazyLock<Headers> = LazyLock::new(|| content_type("text/plain; charset=utf-8"));
        Self::typed_like(&TYPE, text.into())
    }

    /// 200 with `text/html; charset=utf-8`.
    pub fn html(page: impl Into<Body>) -> Self {
        static TYPE: LazyLock<Headers> = LazyLock::new(|| content_type("text/html; charset=utf-8"));
        Self::typed_like(&TYPE, page.into())
    }

    /// 200 with this content and its type.
    pub fn content(content_type: &str, body: impl Into<Body>) -> Self {
        Self::typed(content_type, body.into())
    }

    /// A redirect: 301, 302, 303, 307 or 308, with the target in `Location` and a short text.
    ///
    /// Bytes that no URI holds are percent-encoded. A path that begins with `//` or `/\` would name another host: its
    /// leading slashes and backslashes become one slash (RFC 3986 §4.2). A target with a scheme stays as it is: never
    /// take one from a request unchecked.
    #[doc(alias = "Location")]
    pub fn redirect(status: StatusCode, target: &str) -> Self {
        let target = crate::target::redirect_target(target);
        let text = format!("See {target}\n");
        Self::text(text).with_status(status).with_header("Location", target)
    }

    /// 303: what was asked for has been done, and the answer is to be fetched from `target` by GET, as after a form.
    #[doc(alias = "Location")]
    pub fn see_other(target: &str) -> Self {
        Self::redirect(StatusCode::SEE_OTHER, target)
    }

    /// 307: for now, the same request is to be sent to `target`, with its method and content.
    pub fn temporary_redirect(target: &str) -> Self {
        Self::redirect(StatusCode::TEMPORARY_REDIRECT, target)
    }

    /// 308: from now on, the same request is to be sent to `target`, with its method and content. Clients keep it.
    pub fn permanent_redirect(target: &str) -> Self {
        Self::redirect(StatusCode::PERMANENT_REDIRECT, target)
    }

    /// The page that explains `status`, as Python's `send_error` writes it; in JSON (RFC 9457) for clients that like
    /// that better by their Accept field, or what [`ServerBuilder::error_pages`](crate::ServerBuilder::error_pages) makes
    /// of it.
    ///
    /// It is HTML until it is sent; a body that takes its place is sent as it is.
    #[doc(alias = "send_error")]
    pub fn error_page(status: StatusCode) -> Self {
        Self::error_page_with(status, None, None)
    }

    /// An error page with another message or explanation than those of the status. Both are escaped.
    pub fn error_page_with(status: StatusCode, message: Option<&str>, explain: Option<&str>) -> Self {
        // As Python has it: these have no content.
        if status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED)
        {
            return Self::new(status);
        }
        let mut page =
            Self::typed(error_page::CONTENT_TYPE, error_page::html(status, message, explain).into())
                .with_status(status);
        let (message, explain) = (message.map(str::to_owned), explain.map(str::to_owned));
        page.aside().fault = Some(Fault { status, message, explain });
        page
    }

    /// The error page that answers a request whose handler failed with this, as if the handler had returned the error:
    /// it goes to the server's observer, and to the peer what it says of the request, if it is an [`Error`] that does.
    ///
    /// It is for wrappers that add to every answer, to those of failed handlers too.
    pub fn failed(error: impl Into<HandlerError>) -> Self {
        let error = error.into();
        let mut page = Self::page_of(&error);
        page.aside().failure = Some(error);
        page
    }

    /// The error page for whatever a handler failed with.
    pub(crate) fn page_of(error: &HandlerError) -> Self {
        let explain = Error::explanation_of(&**error);
        Self::error_page_with(Error::status_of(&**error), None, explain.as_deref())
    }

    /// Of an error page, the message that it has in place of the status' own.
    pub(crate) fn fault_message(&self) -> Option<Option<&str>> {
        self.aside.as_ref()?.fault.as_ref().map(|fault| fault.message.as_deref())
    }

    /// The error to report.
    pub(crate) fn take_failure(&mut self) -> Option<HandlerError> {
        self.aside.as_mut()?.failure.take()
    }

    fn aside(&mut self) -> &mut Aside {
        self.aside.get_or_insert_default()
    }

    /// The body is no error page any more.
    fn forget_fault(&mut self) {
        if let Some(aside) = &mut self.aside {
            aside.fault = None;
        }
    }

    /// Makes an error page what it is to be for a client that sent these fields.
    #[inline]
    pub(crate) fn dress(&mut self, pages: &ErrorPages, asked: Option<&Headers>) {
        if let Some(fault) = self.aside.as_mut().and_then(|aside| aside.fault.take()) {
            self.dress_fault(&fault, pages, asked);
        }
    }

    fn dress_fault(&mut self, fault: &Fault, pages: &ErrorPages, asked: Option<&Headers>) {
        crate::vary::add(self.headers_mut(), "Accept");
        if let Some((content_type, text)) = pages.replacement(fault, asked)
            && self.headers_mut().set("Content-Type", content_type).is_ok()
        {
            self.body = text.into();
        }
    }

    /// 200 with what `write` writes: chunked, or up to the connection's end for HTTP/1.0.
    ///
    /// `write` runs after the head has been queued; if it fails, the connection is cut, so that the peer sees an
    /// incomplete answer. It does not run for HEAD. It has its thread until the last byte is on its way to the client.
    ///
    /// ```
    /// use http_server::{Response, BodyWriter};
    /// use std::io::Write;
    ///
    /// let answer = Response::stream("text/plain", |body: &mut BodyWriter<'_>| {
    ///     for line in 0..3 {
    ///         writeln!(body, "line {line}")?;
    ///         body.flush()?;
    ///     }
    ///     body.trailer("X-Lines", "3")?;
    ///     Ok(())
    /// });
    /// # drop(answer);
    /// ```
    pub fn stream(
        content_type: &str,
        write: impl FnOnce(&mut BodyWriter<'_>) -> io::Result<()> + Send + 'static,
    ) -> Self {
        Self::typed(content_type, Body::stream(write))
    }

    /// 200 with server-sent events (`text/event-stream`, not cached), each one sent at once.
    ///
    /// Each client that listens has a thread for as long as it does: there can be as many as
    /// [`ServerBuilder::threads_max`](crate::ServerBuilder::threads_max), less those that others need.
    pub fn event_stream(
        send: impl FnOnce(&mut EventStream<'_, '_>) -> io::Result<()> + Send + 'static,
    ) -> Self {
        Self::typed(
            "text/event-stream",
            Body::stream(move |writer| {
                // A client is told at once that it is connected, however long the first event takes.
                writer.flush()?;
                send(&mut EventStream::new(writer))
            }),
        )
        .with_header("Cache-Control", "no-store")
    }

    /// 101: the connection speaks `protocol` from now on, and `run` gets it as a raw stream, with bytes that had come
    /// behind the request (RFC 9110 §7.8).
    ///
    /// The stream exists only after the 101 has been written. `run` keeps the thread that served the request: there can be
    /// as many upgraded connections as [`ServerBuilder::threads_max`](crate::ServerBuilder::threads_max), less the threads
    /// that others need, unless `run` hands the stream to threads of its own and returns.
    ///
    /// A request that is HTTP/1.0, or that did not ask for an upgrade to this protocol, is answered with 426 instead.
    pub fn upgrade(protocol: &str, run: impl FnOnce(Upgraded) + Send + 'static) -> Self {
        let mut response = Self::new(StatusCode::SWITCHING_PROTOCOLS).with_header("Upgrade", protocol);
        response.body = Body(Kind::Upgrade(Box::new(run)));
        response
    }

    /// 200 to a CONNECT request: `run` gets the connection as a raw stream (RFC 9110 §9.3.6). For any other method it
    /// is a server's mistake and answered with 500. Behind a CONNECT that is refused, the connection ends: what follows on
    /// it may be meant for the tunnel (RFC 9931).
    #[doc(alias = "CONNECT")]
    pub fn tunnel(run: impl FnOnce(Upgraded) + Send + 'static) -> Self {
        let mut response = Self::new(StatusCode::OK);
        response.body = Body(Kind::Upgrade(Box::new(run)));
        response
    }

    fn typed(content_type: &str, body: Body) -> Self {
        let mut headers = spare_headers();
        let set = headers.append("Content-Type", content_type);
        let mut response = Self { headers: Cow::Owned(headers), body, ..Self::new(StatusCode::OK) };
        response.note(set);
        response
    }

    /// As [`typed`](Self::typed), for a type that has been written down before.
    fn typed_like(headers: &'static Headers, body: Body) -> Self {
        Self { headers: Cow::Borrowed(headers), body, ..Self::new(StatusCode::OK) }
    }

    /// Remembers that a field could not be set.
    fn note(&mut self, set: Result<(), InvalidInput>) {
        if let Err(error) = set {
            self.aside().invalid.get_or_insert(error);
        }
    }

    /// This answer with another status.
    pub const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// This answer with one more field. Other fields with this name stay, so that Set-Cookie or Link can be there several
    /// times; of those that a message has once, such as Content-Type, Location or `ETag`, this one takes the place.
    ///
    /// A name or value that no message can hold (CR, LF, NUL) makes the server answer 500 and report it; use
    /// [`headers_mut`](Self::headers_mut) to notice it earlier.
    /// `Connection: close` ends the connection behind this answer.
    #[doc(alias = "send_header")]
    #[doc(alias = "close_connection")]
    pub fn with_header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        self.add_header(name.as_ref(), value.as_ref());
        self
    }

    fn add_header(&mut self, name: &str, value: &[u8]) {
        let headers = self.headers_mut();
        let set = if stands_once(name) { headers.set(name, value) } else { headers.append(name, value) };
        self.note(set);
    }

    /// This answer with another body.
    pub fn with_body(mut self, body: impl Into<Body>) -> Self {
        self.set_body(body);
        self
    }

    /// Keeps the memory of the fields for the next response of this thread.
    pub(crate) fn recycle(&mut self) {
        if let Cow::Owned(headers) = &mut self.headers
            && (1..=SPARE_BYTES_MAX).contains(&headers.capacity_bytes())
        {
            let mut headers = std::mem::take(headers);
            headers.clear();
            // A thread that ends keeps nothing.
            let _ = SPARE_HEADERS.try_with(|spare| spare.set(headers));
        }
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Changes the status.
    pub const fn set_status(&mut self, status: StatusCode) {
        self.status = status;
    }

    /// The fields so far; those of the server are not among them.
    #[must_use]
    pub const fn headers(&self) -> &Headers {
        match &self.headers {
            Cow::Borrowed(headers) => headers,
            Cow::Owned(headers) => headers,
        }
    }

    /// The fields, if the type of the content is all that they tell.
    pub(crate) const fn only_a_type(&self) -> Option<&'static Headers> {
        match self.headers {
            Cow::Borrowed(of_type) => Some(of_type),
            Cow::Owned(_) => None,
        }
    }

    /// The value of the first field with this name.
    #[must_use]
    pub fn header(&self, name: impl AsRef<str>) -> Option<FieldValue<'_>> {
        self.headers().get(name)
    }

    /// The fields, to be changed.
    pub fn headers_mut(&mut self) -> &mut Headers {
        if let Cow::Borrowed(of_type) = self.headers {
            let mut own = spare_headers();
            own.clone_from(of_type);
            self.headers = Cow::Owned(own);
        }
        self.headers.to_mut()
    }

    /// The body.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// Takes the body out and leaves an empty one.
    pub fn take_body(&mut self) -> Body {
        self.forget_fault();
        std::mem::take(&mut self.body)
    }

    /// Puts another body in.
    pub fn set_body(&mut self, body: impl Into<Body>) {
        self.forget_fault();
        self.body = body.into();
    }

    /// Calls `tell` once this answer has been sent or cut, after what was to be called before. Wrappers that log or
    /// count use it.
    ///
    /// Where the server has to send another answer in its place, since a field was invalid or the body failed before
    /// anything was sent, that is the one that is told of.
    pub fn on_sent(mut self, tell: impl FnOnce(Delivery) + Send + 'static) -> Self {
        self.on_sent = Some(match self.on_sent.take() {
            None => OnSent::new(tell),
            Some(before) => OnSent::new(move |delivery| {
                before.call(delivery);
                tell(delivery);
            }),
        });
        self
    }

    /// Puts another answer in place of this one: whoever wants to know what is sent is told of that.
    pub(crate) fn replace(&mut self, other: Self) {
        let on_sent = self.on_sent.take();
        *self = other.telling(on_sent);
    }

    /// This answer, with what is to be told of another one.
    pub(crate) fn telling(mut self, on_sent: Option<OnSent>) -> Self {
        self.on_sent = on_sent;
        self
    }

    pub(crate) const fn take_on_sent(&mut self) -> Option<OnSent> {
        self.on_sent.take()
    }

    /// The first field that could not be set.
    pub(crate) fn invalid(&self) -> Option<InvalidInput> {
        self.aside.as_ref()?.invalid
    }

    /// Whether the connection is handed over once the head is sent.
    pub(crate) const fn is_tunnel(&self) -> bool {
        matches!(self.body.0, Kind::Upgrade(_))
    }

    /// Whether nothing of it is code that somebody has given: neither its body nor what is to be told, nor how it looks.
    pub(crate) const fn is_data(&self) -> bool {
        matches!(self.body.0, Kind::Empty | Kind::Bytes(_) | Kind::Shared(_) | Kind::File { .. })
            && self.on_sent.is_none()
            && self.aside.is_none()
    }

    /// Whether content is sent at all (RFC 9110 §6.4.1).
    pub(crate) fn has_content(status: StatusCode, method: &Method) -> bool {
        *method != Method::HEAD
            && !status.is_informational()
            && !matches!(
                status,
                StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
            )
    }
}

/// Whether a message has a field of this name once at most: their values are no lists (RFC 9110 §5.3).
fn stands_once(name: &str) -> bool {
    let names: &[&str] = match name.len() {
        3 => &["Age"],
        4 => &["Date", "ETag"],
        6 => &["Server"],
        7 => &["Expires"],
        8 => &["Location"],
        11 => &["Retry-After"],
        12 => &["Content-Type"],
        13 => &["Last-Modified", "Content-Range"],
        15 => &["X-Frame-Options"],
        16 => &["Content-Location"],
        19 => &["Content-Disposition"],
        22 => &["X-Content-Type-Options"],
        25 => &["Strict-Transport-Security"],
        27 => &["Access-Control-Allow-Origin"],
        _ => &[],
    };
    names.iter().any(|once| once.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests;
