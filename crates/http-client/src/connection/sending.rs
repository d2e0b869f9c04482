//! Requests in Python's steps: `put_request`, `put_header`, `end_headers`, `send`, and `request` as all in one.
//! What ends a request is decided here, once, when its head ends.

use super::HttpConnection;
use super::content::Blocks;
use crate::body::{Body, Source};
use crate::clock::Deadline;
use crate::error::{Error, ErrorKind, Phase};
use crate::state::{Event, State};
use http_proto::field::{decimal, elements, is_token_byte};
use http_proto::{
    BodyEncoder, ChunkDecoder, FieldValue, Framing, Headers, InvalidInput, Method, MethodExt, RequestTarget,
    Version, encode_decimal, encode_request_line,
};
use std::borrow::Cow;

/// How a request differs from the usual one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestOptions {
    /// Writes no Host field: the caller does (RFC 9112 §3.2 requires one).
    pub skip_host: bool,
    /// Writes no `Accept-Encoding: identity`.
    pub skip_accept_encoding: bool,
    /// Frames content as chunks where the caller has written `Transfer-Encoding: chunked`; otherwise the caller
    /// gives content that is framed already, and it is checked.
    pub encode_chunked: bool,
}

impl RequestOptions {
    /// The usual request.
    #[must_use]
    pub const fn new() -> Self {
        Self { skip_host: false, skip_accept_encoding: false, encode_chunked: false }
    }

    /// Without a Host field.
    #[must_use]
    pub const fn skip_host(mut self) -> Self {
        self.skip_host = true;
        self
    }

    /// Without `Accept-Encoding: identity`.
    #[must_use]
    pub const fn skip_accept_encoding(mut self) -> Self {
        self.skip_accept_encoding = true;
        self
    }

    /// Content under the caller's `Transfer-Encoding: chunked` is framed here.
    #[must_use]
    pub const fn encode_chunked(mut self) -> Self {
        self.encode_chunked = true;
        self
    }
}

/// What the fields of the request say so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields {
    host: bool,
    accept_encoding: bool,
    length: Option<u64>,
    transfer_encoding: bool,
    pub(super) close: bool,
    pub(super) upgrade: bool,
    pub(super) expect_continue: bool,
}

impl Fields {
    /// What the fields say about where the request ends.
    pub(super) const fn framing(&self) -> Framing {
        match self {
            Self { transfer_encoding: true, .. } => Framing::Chunked,
            Self { length: Some(length), .. } => Framing::Length(*length),
            _ => Framing::None,
        }
    }

    /// Takes a field in.
    fn note(&mut self, name: &str, value: &[u8]) -> Result<(), ErrorKind> {
        let contradiction = |problem| Err(ErrorKind::InvalidFraming { problem });
        match name.len() {
            4 if name.eq_ignore_ascii_case("host") => {
                if self.host {
                    return contradiction("two Host fields; skip the automatic one (RFC 9112 section 3.2)");
                }
                self.host = true;
            }
            6 if name.eq_ignore_ascii_case("expect") => {
                self.expect_continue |= value.eq_ignore_ascii_case(b"100-continue");
            }
            7 if name.eq_ignore_ascii_case("upgrade") => self.upgrade = true,
            10 if name.eq_ignore_ascii_case("connection") => {
                self.close |= elements(value).any(|option| option.eq_ignore_ascii_case(b"close"));
            }
            14 if name.eq_ignore_ascii_case("content-length") => {
                let Some(length) = decimal(value) else {
                    return contradiction("Content-Length is not a number (RFC 9110 section 8.6)");
                };
                if self.length.is_some() || self.transfer_encoding {
                    return contradiction(
                        "Content-Length repeated, or beside Transfer-Encoding (RFC 9112 section 6.2)",
                    );
                }
                self.length = Some(length);
            }
            15 if name.eq_ignore_ascii_case("accept-encoding") => self.accept_encoding = true,
            17 if name.eq_ignore_ascii_case("transfer-encoding") => {
                let last = elements(value).last().unwrap_or_default();
                if !last.eq_ignore_ascii_case(b"chunked") {
                    return contradiction(
                        "Transfer-Encoding does not end with chunked (RFC 9112 section 6.1)",
                    );
                }
                if self.length.is_some() || self.transfer_encoding {
                    return contradiction(
                        "Transfer-Encoding repeated, or beside Content-Length (RFC 9112 section 6.2)",
                    );
                }
                self.transfer_encoding = true;
            }
            _ => {}
        }
        Ok(())
    }
}

impl HttpConnection {
    /// Sends a request: head, fields and body. The answer is fetched by
    /// [`get_response`](HttpConnection::get_response).
    ///
    /// Host and `Accept-Encoding: identity` come first unless `headers` has them, then what frames the body unless
    /// `headers` does (Content-Length where the length is known, else chunks), then `headers` as they are. An empty
    /// target is `/`. Head and small bodies go out in one write. `Expect: 100-continue` is waited for.
    ///
    /// If the peer answers before it has the whole request, sending stops without error, and the answer is fetched
    /// as usual.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] and [`ErrorKind::InvalidFraming`] before anything is sent; what
    /// [`connect`](HttpConnection::connect) fails with; [`ErrorKind::Timeout`]; [`ErrorKind::BodySource`]. The
    /// connection is idle afterwards, and remembers nothing of the request.
    pub fn request<'b>(
        &mut self,
        method: impl AsRef<str>,
        target: impl AsRef<str>,
        body: impl Into<Body<'b>>,
        headers: &Headers,
    ) -> Result<(), Error> {
        self.request_with(method, target, body, headers, RequestOptions::new())
    }

    /// As [`request`](Self::request), with options.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub fn request_with<'b>(
        &mut self,
        method: impl AsRef<str>,
        target: impl AsRef<str>,
        body: impl Into<Body<'b>>,
        headers: &Headers,
        options: RequestOptions,
    ) -> Result<(), Error> {
        self.request_in_one(method.as_ref(), target.as_ref(), body.into(), headers, options)
    }

    fn request_in_one(
        &mut self,
        method: &str,
        target: &str,
        body: Body<'_>,
        headers: &Headers,
        options: RequestOptions,
    ) -> Result<(), Error> {
        self.expect_idle()?;
        let mut given = Fields::default();
        for (name, value) in headers {
            given.note(name, value.as_bytes()).map_err(|kind| self.error(kind, Phase::Prepare))?;
        }
        let automatic = RequestOptions {
            skip_host: options.skip_host || given.host,
            skip_accept_encoding: options.skip_accept_encoding || given.accept_encoding,
            ..options
        };
        let framed_here = options.encode_chunked || !given.transfer_encoding;
        let begun = self.begin(method, target, automatic).and_then(|()| {
            self.request.fields = Fields { host: given.host || !automatic.skip_host, ..given };
            self.frame(&body)?;
            headers.write_to(&mut self.out);
            Ok(())
        });
        if let Err(kind) = begun {
            let error = self.error(kind, Phase::Prepare);
            self.forget_request();
            return Err(error);
        }
        self.state = State::RequestStarted;
        match self.finish_head(body, framed_here) {
            // The answer is there, or an attempt to read it will say more than the failed write.
            Err(_) if self.state == State::RequestSent => Ok(()),
            Err(error) => {
                self.forget_request();
                Err(error)
            }
            Ok(()) => Ok(()),
        }
    }

    /// Works out how the body is framed where the caller has not, and writes the field.
    pub(super) fn frame(&mut self, body: &Body<'_>) -> Result<(), ErrorKind> {
        let fields = &mut self.request.fields;
        let no_content = matches!(body.source, Source::Empty) && !self.request.method.expects_content();
        // RFC 9110 §8.6: methods that usually have content say that there is none.
        if fields.length.is_some() || fields.transfer_encoding || no_content {
            return Ok(());
        }
        match body.len() {
            Some(length) => {
                self.out.extend_from_slice(b"Content-Length: ");
                encode_decimal(length, &mut self.out);
                self.out.extend_from_slice(b"\r\n");
                fields.length = Some(length);
            }
            None if self.options.version == Version::HTTP_10 => {
                let problem = "HTTP/1.0 has no chunks; give the length of the body";
                return Err(ErrorKind::InvalidFraming { problem });
            }
            None => {
                self.out.extend_from_slice(b"Transfer-Encoding: chunked\r\n");
                fields.transfer_encoding = true;
            }
        }
        Ok(())
    }

    /// Begins a request: its first line, Host and `Accept-Encoding: identity`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::CannotSendRequest`] while another one is under way; [`ErrorKind::InvalidRequest`] for a method
    /// that is no token and a target with blanks, control characters, a fragment or bytes beyond ASCII. The
    /// connection is as before then.
    #[doc(alias = "putrequest")]
    pub fn put_request(&mut self, method: impl AsRef<str>, target: impl AsRef<str>) -> Result<(), Error> {
        self.put_request_with(method, target, RequestOptions::new())
    }

    /// As [`put_request`](Self::put_request), with options.
    ///
    /// # Errors
    /// As [`put_request`](Self::put_request).
    pub fn put_request_with(
        &mut self,
        method: impl AsRef<str>,
        target: impl AsRef<str>,
        options: RequestOptions,
    ) -> Result<(), Error> {
        self.expect_idle()?;
        match self.begin(method.as_ref(), target.as_ref(), options) {
            Ok(()) => self.advance(Event::PutRequest),
            Err(kind) => {
                self.out.clear();
                Err(self.error(kind, Phase::Prepare))
            }
        }
    }

    /// Whether a request may be begun. The state moves only once the request is known to be well-formed.
    fn expect_idle(&self) -> Result<(), Error> {
        let state = self.state;
        match state.after(Event::PutRequest) {
            Ok(_) => Ok(()),
            Err(_) => Err(self.error(ErrorKind::CannotSendRequest { state }, Phase::Prepare)),
        }
    }

    /// Writes the first line and the automatic fields into the buffer.
    fn begin(&mut self, method: &str, target: &str, options: RequestOptions) -> Result<(), ErrorKind> {
        let target = if target.is_empty() { "/" } else { target };
        if method != self.request.method.as_str() {
            self.request.method = read_method(method)?;
        }
        let is_origin_form = target.starts_with('/');
        self.out.clear();
        let target = if is_origin_form { Cow::Borrowed(target) } else { without_user_information(target) };
        let form = (!is_origin_form)
            .then(|| RequestTarget::new(&target, &self.request.method))
            .transpose()
            .map_err(ErrorKind::InvalidRequest)?;
        if is_origin_form && self.request.method == Method::CONNECT {
            return Err(ErrorKind::InvalidRequest(InvalidInput::Target { offset: 0 }));
        }
        encode_request_line(&self.request.method, &target, self.options.version, &mut self.out)
            .map_err(ErrorKind::InvalidRequest)?;
        if !options.skip_host {
            match form.as_ref().and_then(RequestTarget::authority) {
                // RFC 9112 §3.2.2: the target's authority.
                Some(authority) => {
                    for part in ["Host: ", authority, "\r\n"] {
                        self.out.extend_from_slice(part.as_bytes());
                    }
                }
                None => self.out.extend_from_slice(&self.host_line),
            }
        }
        if !options.skip_accept_encoding {
            self.out.extend_from_slice(b"Accept-Encoding: identity\r\n");
        }
        self.request.fields = Fields { host: !options.skip_host, ..Fields::default() };
        self.request.encoder = BodyEncoder::new(Framing::None);
        self.request.raw_chunks = None;
        self.request.is_complete = false;
        self.request.is_answered = false;
        self.request.head_times = None;
        self.request.failure = None;
        self.request.informational = 0;
        self.total = Deadline::after(&*self.options.clock, self.options.timeouts.total);
        if let Some(wire) = &mut self.wire {
            wire.total = self.total;
            wire.sent_bytes = 0;
            wire.expired = None;
        }
        Ok(())
    }

    /// Adds a field to the head.
    ///
    /// # Errors
    /// [`ErrorKind::CannotSendHeader`] outside a head; [`ErrorKind::InvalidRequest`] for a name that is no token
    /// and a value with control characters; [`ErrorKind::InvalidFraming`] for a second Host, Content-Length or
    /// Transfer-Encoding. The head is as before then.
    #[doc(alias = "putheader")]
    pub fn put_header(&mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Result<(), Error> {
        self.advance(Event::PutHeader)?;
        self.put_field(name.as_ref(), value.as_ref()).map_err(|kind| self.error(kind, Phase::Prepare))
    }

    /// Adds a field for each of several values.
    ///
    /// # Errors
    /// As [`put_header`](Self::put_header).
    pub fn put_header_values<V: AsRef<[u8]>>(
        &mut self,
        name: impl AsRef<str>,
        values: impl IntoIterator<Item = V>,
    ) -> Result<(), Error> {
        values.into_iter().try_for_each(|value| self.put_header(name.as_ref(), value))
    }

    /// Adds all fields of a list.
    ///
    /// # Errors
    /// As [`put_header`](Self::put_header).
    pub fn put_headers(&mut self, headers: &Headers) -> Result<(), Error> {
        headers.iter().try_for_each(|(name, value)| self.put_header(name, value))
    }

    fn put_field(&mut self, name: &str, value: &[u8]) -> Result<(), ErrorKind> {
        let mut checked = Headers::new();
        checked.append(name, value).map_err(ErrorKind::InvalidRequest)?;
        let value = checked.get(name).map(FieldValue::as_bytes).unwrap_or_default();
        self.request.fields.note(name, value)?;
        checked.write_to(&mut self.out);
        Ok(())
    }

    /// Ends the head. It is sent at once where its fields announce no content, or ask for `100-continue`; else
    /// together with the first [`send`](Self::send).
    ///
    /// # Errors
    /// [`ErrorKind::CannotSendHeader`] outside a head, [`ErrorKind::InvalidFraming`] without a Host field; what
    /// [`connect`](HttpConnection::connect) and sending fail with.
    #[doc(alias = "endheaders")]
    pub fn end_headers(&mut self) -> Result<(), Error> {
        self.end_headers_with((), false)
    }

    /// Ends the head and sends the body behind it. No field is added: what the fields announce and what the body is
    /// must agree. Under `Transfer-Encoding: chunked`, `encode_chunked` says whether content is framed here; it
    /// holds for [`send`](Self::send) too, and then [`end_body`](Self::end_body) ends the content.
    ///
    /// # Errors
    /// As [`end_headers`](Self::end_headers); [`ErrorKind::InvalidRequest`] for a body of another length than
    /// announced, [`ErrorKind::BodySource`].
    #[doc(alias = "endheaders")]
    pub fn end_headers_with<'b>(
        &mut self,
        body: impl Into<Body<'b>>,
        encode_chunked: bool,
    ) -> Result<(), Error> {
        let state = self.state;
        if state != State::RequestStarted {
            return Err(self.error(ErrorKind::CannotSendHeader { state }, Phase::Prepare));
        }
        self.finish_head(body.into(), encode_chunked)
    }

    /// Sends content: as much as the head has announced, in as many calls as one likes. Under
    /// `Transfer-Encoding: chunked` the bytes are sent as they are, framed by the caller (that they are well-formed
    /// chunks is checked), unless `encode_chunked` was given.
    ///
    /// # Errors
    /// [`ErrorKind::CannotSendHeader`] where no content is due, [`ErrorKind::InvalidRequest`] and
    /// [`ErrorKind::InvalidFraming`] for more than announced or malformed chunks, [`ErrorKind::EarlyAnswer`] where
    /// the peer has answered already, and [`ErrorKind::Send`] where it is gone: in both cases the answer can be
    /// asked for.
    pub fn send(&mut self, data: impl AsRef<[u8]>) -> Result<(), Error> {
        self.advance(Event::Send)?;
        self.send_content(data.as_ref())?;
        self.complete_if_nothing_is_due()
    }

    /// Ends content whose end nobody else marks: chunks that are framed here, with their trailer fields.
    ///
    /// # Errors
    /// [`ErrorKind::CannotSendHeader`] where no content is being sent; [`ErrorKind::InvalidRequest`] where less was
    /// sent than announced, or for trailers that cannot be sent (RFC 9110 §6.5.1); what sending fails with.
    pub fn end_body(&mut self, trailers: &Headers) -> Result<(), Error> {
        self.advance(Event::Send)?;
        self.complete(trailers)
    }

    /// Decides what ends the request and sends the head, with the body if there is one.
    fn finish_head(&mut self, body: Body<'_>, encode_chunked: bool) -> Result<(), Error> {
        let framing = self.request.fields.framing();
        self.check_framing(framing, &body)?;
        self.end_head(framing, encode_chunked);
        match body.source {
            Source::Empty if matches!(framing, Framing::None | Framing::Length(0)) => self.send_bytes(&[]),
            Source::Empty => {
                self.advance(Event::EndHeadersBeforeContent)?;
                self.await_leave()
            }
            Source::Bytes(bytes) => self.send_bytes(bytes.as_slice()),
            Source::Reader { reader, length } => self.send_blocks(Blocks::Reader(reader, length)),
            Source::Chunks(chunks) => self.send_blocks(Blocks::Items(chunks)),
        }
    }

    /// The empty line, and how content is framed from here on.
    pub(super) fn end_head(&mut self, framing: Framing, encode_chunked: bool) {
        self.out.extend_from_slice(b"\r\n");
        self.request.encoder = BodyEncoder::new(framing);
        self.request.raw_chunks = (framing == Framing::Chunked && !encode_chunked)
            .then(|| Box::new(ChunkDecoder::new(self.options.limits)));
    }

    /// Contradictions are noticed before anything is sent.
    pub(super) fn check_framing(&self, framing: Framing, body: &Body<'_>) -> Result<(), Error> {
        let announced_bytes = match framing {
            Framing::Length(bytes) => bytes,
            _ => 0,
        };
        let problem = match (framing, &body.source, body.len()) {
            _ if !self.request.fields.host && self.options.version == Version::HTTP_11 => {
                "no Host field in HTTP/1.1 (RFC 9112 section 3.2)"
            }
            (Framing::Chunked, ..) if self.options.version == Version::HTTP_10 => {
                "HTTP/1.0 has no chunks; give the length of the body"
            }
            (Framing::Chunked | Framing::Length(1..), ..) if self.request.method == Method::TRACE => {
                "a TRACE request has no content (RFC 9110 section 9.3.8)"
            }
            // The caller sends it later, or its length is seen when it ends.
            (Framing::Chunked, ..) | (_, Source::Empty, _) | (Framing::Length(_), _, None) => return Ok(()),
            (_, _, Some(length)) if length == announced_bytes => return Ok(()),
            (_, _, Some(length)) if length < announced_bytes => {
                let missing_bytes = announced_bytes - length;
                return Err(self.invalid(InvalidInput::BodyTooShort { missing_bytes }));
            }
            _ => return Err(self.invalid(InvalidInput::BodyTooLong { announced_bytes })),
        };
        Err(self.error(ErrorKind::InvalidFraming { problem }, Phase::Prepare))
    }

    pub(super) fn invalid(&self, invalid: InvalidInput) -> Error {
        self.error(ErrorKind::InvalidRequest(invalid), Phase::Prepare)
    }
}

/// An absolute target as it may be sent: user information never is (RFC 9110 §4.2.4).
fn without_user_information(target: &str) -> Cow<'_, str> {
    if let Some((scheme, rest)) = target.split_once("://") {
        let authority = rest.get(..rest.find(['/', '?']).unwrap_or(rest.len())).unwrap_or(rest);
        if let Some(at) = authority.rfind('@') {
            let behind = rest.get(at + 1..).unwrap_or_default();
            return Cow::Owned(format!("{scheme}://{behind}"));
        }
    }
    Cow::Borrowed(target)
}

/// A method that is a token (RFC 9110 §9.1).
fn read_method(method: &str) -> Result<Method, ErrorKind> {
    Method::from_bytes(method.as_bytes()).map_err(|_| {
        let offset = method.bytes().position(|byte| !is_token_byte(byte)).unwrap_or(0);
        ErrorKind::InvalidRequest(InvalidInput::Method { offset })
    })
}
