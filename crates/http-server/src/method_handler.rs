//! Dispatch by method, in Python's shape (a type with `do_get`, `do_post`, …) and as a table of closures.

use crate::error::HandlerError;
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use http_proto::{Method, StatusCode};
use std::fmt;

/// `BaseHTTPRequestHandler`'s shape: one function for each method. Serve it as [`ByMethod`].
///
/// What [`methods`](Self::methods) lists is reachable, and nothing else: any other method of RFC 9110 is answered
/// with 405 and `Allow`, an unknown one with 501, `OPTIONS` with 204 and `Allow`.
///
/// ```
/// use http_server::{ByMethod, HandlerError, Method, MethodHandler, Request, Response, testing};
///
/// struct Counter;
///
/// impl MethodHandler for Counter {
///     fn methods(&self) -> &[Method] {
///         &[Method::GET, Method::HEAD, Method::POST]
///     }
///     fn do_get(&self, _request: &mut Request<'_>) -> Result<Response, HandlerError> {
///         Ok(Response::text("one"))
///     }
///     fn do_post(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
///         let sent = request.read_to_vec(1024)?;
///         Ok(Response::text(format!("{} bytes", sent.len())))
///     }
/// }
///
/// let handler = ByMethod(Counter);
/// assert_eq!(testing::get("/").send_to(&handler).text(), "one");
/// let refused = testing::request(Method::PUT, "/").send_to(&handler);
/// assert_eq!(refused.status(), 405);
/// assert_eq!(refused.headers().get("Allow").unwrap(), "GET, HEAD, POST, OPTIONS");
/// ```
#[doc(alias = "BaseHTTPRequestHandler")]
pub trait MethodHandler: Send + Sync {
    /// The methods that have a function here: the value of `Allow`, to which `OPTIONS` is added.
    fn methods(&self) -> &[Method];

    /// Answers GET. Python: `do_GET`.
    ///
    /// # Errors
    /// As [`Handler::handle`].
    #[doc(alias = "do_GET")]
    fn do_get(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        self.do_other(request)
    }

    /// Answers HEAD: as GET by default; the server leaves the content out. Python: `do_HEAD`.
    ///
    /// # Errors
    /// As [`Handler::handle`].
    #[doc(alias = "do_HEAD")]
    fn do_head(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        self.do_get(request)
    }

    /// Answers POST. Python: `do_POST`.
    ///
    /// # Errors
    /// As [`Handler::handle`].
    #[doc(alias = "do_POST")]
    fn do_post(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        self.do_other(request)
    }

    /// Answers PUT.
    ///
    /// # Errors
    /// As [`Handler::handle`].
    fn do_put(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        self.do_other(request)
    }

    /// Answers DELETE.
    ///
    /// # Errors
    /// As [`Handler::handle`].
    fn do_delete(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        self.do_other(request)
    }

    /// Answers PATCH.
    ///
    /// # Errors
    /// As [`Handler::handle`].
    fn do_patch(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        self.do_other(request)
    }

    /// Answers OPTIONS: 204 with `Allow` by default.
    ///
    /// # Errors
    /// As [`Handler::handle`].
    fn do_options(&self, _request: &mut Request<'_>) -> Result<Response, HandlerError> {
        Ok(Response::new(StatusCode::NO_CONTENT).with_header("Allow", allow(self.methods())))
    }

    /// Answers every other listed method, and those whose function is not written: 501 by default.
    ///
    /// # Errors
    /// As [`Handler::handle`].
    fn do_other(&self, _request: &mut Request<'_>) -> Result<Response, HandlerError> {
        Ok(Response::error_page(StatusCode::NOT_IMPLEMENTED))
    }
}

/// A [`MethodHandler`] as a [`Handler`].
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a wrapper around one public value, written as ByMethod(handler)"
)]
pub struct ByMethod<T>(pub T);

impl<T: MethodHandler> Handler for ByMethod<T> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let method = request.method();
        if *method == Method::OPTIONS {
            return self.0.do_options(request);
        }
        if !self.0.methods().contains(method) {
            return Ok(refuse(method, self.0.methods()));
        }
        match *method {
            Method::GET => self.0.do_get(request),
            Method::HEAD => self.0.do_head(request),
            Method::POST => self.0.do_post(request),
            Method::PUT => self.0.do_put(request),
            Method::DELETE => self.0.do_delete(request),
            Method::PATCH => self.0.do_patch(request),
            _ => self.0.do_other(request),
        }
    }
}

/// A table of closures by method: the same dispatch as [`MethodHandler`] without a type of one's own.
///
/// HEAD is answered as GET where it has no entry.
///
/// ```
/// use http_server::{Methods, Request, Response, testing};
///
/// let handler = Methods::new()
///     .get(|_: &mut Request<'_>| Response::text("read"))
///     .post(|request: &mut Request<'_>| {
///         request.read_to_vec(1024).map(|sent| Response::text(sent))
///     });
/// assert_eq!(testing::get("/").send_to(&handler).text(), "read");
/// assert_eq!(testing::post("/", "written").send_to(&handler).text(), "written");
/// ```
#[derive(Default)]
#[must_use]
pub struct Methods {
    methods: Vec<Method>,
    handlers: Vec<Box<dyn Handler>>,
}

impl Methods {
    /// A table that refuses everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers GET, and HEAD, with `handler`.
    pub fn get(self, handler: impl Handler + 'static) -> Self {
        self.on(Method::GET, handler)
    }

    /// Answers POST with `handler`.
    pub fn post(self, handler: impl Handler + 'static) -> Self {
        self.on(Method::POST, handler)
    }

    /// Answers PUT with `handler`.
    pub fn put(self, handler: impl Handler + 'static) -> Self {
        self.on(Method::PUT, handler)
    }

    /// Answers DELETE with `handler`.
    pub fn delete(self, handler: impl Handler + 'static) -> Self {
        self.on(Method::DELETE, handler)
    }

    /// Answers PATCH with `handler`.
    pub fn patch(self, handler: impl Handler + 'static) -> Self {
        self.on(Method::PATCH, handler)
    }

    /// Answers `method` with `handler`; an earlier entry for it is replaced.
    pub fn on(mut self, method: Method, handler: impl Handler + 'static) -> Self {
        self.methods.iter().position(|known| *known == method).map(|index| {
            drop(self.handlers.remove(index));
            self.methods.remove(index)
        });
        self.methods.push(method);
        self.handlers.push(Box::new(handler));
        self
    }

    fn find(&self, method: &Method) -> Option<&dyn Handler> {
        let index = self.methods.iter().position(|known| known == method)?;
        self.handlers.get(index).map(AsRef::as_ref)
    }

    /// The methods that are answered, HEAD included.
    fn answered(&self) -> Vec<Method> {
        let mut methods = self.methods.clone();
        if let Some(get) = methods.iter().position(|method| *method == Method::GET)
            && !methods.contains(&Method::HEAD)
        {
            methods.insert(get + 1, Method::HEAD);
        }
        methods
    }
}

impl Handler for Methods {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let method = request.method();
        let found = match *method {
            Method::HEAD => self.find(method).or_else(|| self.find(&Method::GET)),
            _ => self.find(method),
        };
        match found {
            Some(handler) => handler.handle(request),
            None => Ok(refuse(method, &self.answered())),
        }
    }
}

impl fmt::Debug for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Methods").field("methods", &self.methods).finish_non_exhaustive()
    }
}

/// The value of `Allow` (RFC 9110 §10.2.1).
fn allow(methods: &[Method]) -> String {
    let mut text = String::new();
    for method in methods {
        text.push_str(method.as_str());
        text.push_str(", ");
    }
    if methods.contains(&Method::OPTIONS) {
        text.truncate(text.len().saturating_sub(2));
    } else {
        text.push_str(Method::OPTIONS.as_str());
    }
    text
}

/// 204 with `Allow` for OPTIONS, 405 with `Allow` for a method of RFC 9110 and RFC 5789 (§15.5.6), 501 for any other
/// (§15.6.2).
pub(crate) fn refuse(method: &Method, allowed: &[Method]) -> Response {
    if *method == Method::OPTIONS {
        return Response::new(StatusCode::NO_CONTENT).with_header("Allow", allow(allowed));
    }
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::CONNECT,
        Method::OPTIONS,
        Method::TRACE,
        Method::PATCH,
    ];
    if known.contains(method) {
        Response::error_page(StatusCode::METHOD_NOT_ALLOWED).with_header("Allow", allow(allowed))
    } else {
        Response::error_page(StatusCode::NOT_IMPLEMENTED)
    }
}

#[cfg(test)]
mod tests;
