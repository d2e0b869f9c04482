//! What answers requests: the trait, and closures as its usual form. It knows no connection.

use crate::error::HandlerError;
use crate::request::Request;
use crate::response::Response;
use http_proto::StatusCode;
use std::sync::Arc;

/// Anything that can answer requests. Python: `BaseHTTPRequestHandler`, seen from the server.
///
/// Closures `Fn(&mut Request<'_>) -> Result<Response, E>` and `Fn(&mut Request<'_>) -> Response` implement it, see
/// [`handler_fn`] and [`IntoAnswer`]; so does an `Arc` of a handler. Wrappers are handlers that own a handler. It is plain blocking code, called from several threads at once. What it
/// leaves unread of the content is dealt with by the server. A panic is answered with 500 and ends the connection.
///
/// ```
/// use http_server::{Handler, HandlerError, Request, Response};
///
/// struct Greeter { name: String }
///
/// impl Handler for Greeter {
///     fn handle(&self, _request: &mut Request<'_>) -> Result<Response, HandlerError> {
///         Ok(Response::text(format!("Hello, {}!", self.name)))
///     }
/// }
///
/// let answer = http_server::testing::get("/").send_to(&Greeter { name: "world".into() });
/// assert_eq!(answer.text(), "Hello, world!");
/// ```
#[doc(alias = "BaseHTTPRequestHandler")]
#[doc(alias = "RequestHandlerClass")]
pub trait Handler: Send + Sync {
    /// Answers one request.
    ///
    /// # Errors
    /// Whatever kept the handler from an answer. The peer gets an error page with the status of
    /// [`Error::status_of`](crate::Error::status_of) and what an [`Error`](crate::Error) says of the request; the error
    /// itself goes to the server's observer, as [`Event::HandlerFailed`](crate::observe::Event::HandlerFailed) or
    /// [`Event::HandlerRefused`](crate::observe::Event::HandlerRefused).
    #[doc(alias = "handle_one_request")]
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError>;
}

/// What a handler closure may return: a [`Response`], a `Result` of one with any error, a text, or a status.
pub trait IntoAnswer {
    /// The response, or the error.
    ///
    /// # Errors
    /// The one that it holds.
    fn into_answer(self) -> Result<Response, HandlerError>;
}

impl IntoAnswer for Response {
    fn into_answer(self) -> Result<Response, HandlerError> {
        Ok(self)
    }
}

impl<E: Into<HandlerError>> IntoAnswer for Result<Response, E> {
    fn into_answer(self) -> Result<Response, HandlerError> {
        self.map_err(Into::into)
    }
}

/// A plain text with status 200.
impl IntoAnswer for &'static str {
    fn into_answer(self) -> Result<Response, HandlerError> {
        Ok(Response::text(self))
    }
}

/// A plain text with status 200.
impl IntoAnswer for String {
    fn into_answer(self) -> Result<Response, HandlerError> {
        Ok(Response::text(self))
    }
}

/// The error page of a 4xx or 5xx, and no content with any other status.
impl IntoAnswer for StatusCode {
    fn into_answer(self) -> Result<Response, HandlerError> {
        let is_error = self.is_client_error() || self.is_server_error();
        Ok(if is_error { Response::error_page(self) } else { Response::new(self) })
    }
}

/// The closure itself, as a handler: it gives its parameter the type that a closure alone leaves open.
///
/// A closure whose parameter has no type, or that was stored in a variable first, answers for one lifetime only and is no
/// [`Handler`]. Write `|request: &mut Request<'_>|`, or use this:
///
/// ```
/// use http_server::{handler_fn, testing};
///
/// let hello = handler_fn(|request| format!("you asked for {}", request.path()));
/// assert_eq!(testing::get("/x").send_to(&hello).text(), "you asked for /x");
/// ```
pub const fn handler_fn<F, A>(handler: F) -> F
where
    F: Fn(&mut Request<'_>) -> A + Send + Sync,
    A: IntoAnswer,
{
    handler
}

impl<F, A> Handler for F
where
    F: Fn(&mut Request<'_>) -> A + Send + Sync,
    A: IntoAnswer,
{
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        self(request).into_answer()
    }
}

/// Several owners may have one handler, such as a server and its test.
impl<H: Handler + ?Sized> Handler for Arc<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        (**self).handle(request)
    }
}

impl Handler for Box<dyn Handler> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        (**self).handle(request)
    }
}
