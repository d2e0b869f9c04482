//! Wrapping calls: code that sees each request before it is made and each answer before the caller does.

use crate::client::Client;
use crate::client::error::Error;
use crate::client::request::Request;
use crate::client::response::Response;
use std::fmt;
use std::sync::Arc;

/// Wraps the calls of a client: it may change the request, make it once, several times or not at all, and change the
/// answer. A closure `Fn(Request, Next) -> Result<Response, Error>` is one.
///
/// It sees a call as its caller does: redirects, repetitions and challenges happen inside.
///
/// ```
/// use http_client::client::{Client, Next, Request};
///
/// let client = Client::builder()
///     .middleware(|mut request: Request, next: Next<'_>| {
///         request.headers_mut().append("X-Trace", "42").expect("a valid field");
///         next.run(request)
///     })
///     .build()?;
/// # Ok::<(), http_client::client::Error>(())
/// ```
pub trait Middleware: Send + Sync {
    /// Makes a call.
    ///
    /// # Errors
    /// Those of the call; [`Error::other`] for one's own.
    fn call(&self, request: Request, next: Next<'_>) -> Result<Response, Error>;
}

impl<F> Middleware for F
where
    F: Fn(Request, Next<'_>) -> Result<Response, Error> + Send + Sync,
{
    fn call(&self, request: Request, next: Next<'_>) -> Result<Response, Error> {
        self(request, next)
    }
}

/// The rest of the way: the next middleware, or the client itself.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    client: &'a Client,
    rest: &'a [Arc<dyn Middleware>],
}

impl<'a> Next<'a> {
    pub(crate) const fn new(client: &'a Client, rest: &'a [Arc<dyn Middleware>]) -> Self {
        Self { client, rest }
    }

    /// Makes the call.
    ///
    /// # Errors
    /// Those of the call.
    pub fn run(self, request: Request) -> Result<Response, Error> {
        match self.rest {
            [first, rest @ ..] => first.call(request, Self { rest, ..self }),
            [] => self.client.execute(request),
        }
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("middleware_left", &self.rest.len()).finish()
    }
}
