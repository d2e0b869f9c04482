//! Cross-origin requests: the fields that let pages of other origins read the files.

use httpkit::server::{Handler, HandlerError, Request, Response, StatusCode};
use httpkit::{Headers, Method};

/// A handler whose answers pages of other origins may read.
#[derive(Debug)]
pub(crate) struct WithCors<H> {
    handler: H,
    origin: String,
}

impl<H: Handler> WithCors<H> {
    /// For `*` or one origin; `None` for anything else.
    pub(crate) fn new(handler: H, origin: &str) -> Option<Self> {
        let is_origin = origin.split_once("://").is_some_and(|(scheme, host)| {
            !scheme.is_empty() && !host.is_empty() && !host.contains(['/', ' ', ',', '?', '#'])
        });
        let can_be_sent = Headers::new().append("Access-Control-Allow-Origin", origin).is_ok();
        let allowed = (origin == "*" || origin == "null" || is_origin) && can_be_sent;
        allowed.then(|| Self { handler, origin: origin.to_owned() })
    }
}

impl<H: Handler> Handler for WithCors<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let is_preflight = *request.method() == Method::OPTIONS
            && request.header("Origin").is_some()
            && request.header("Access-Control-Request-Method").is_some();
        let response = if is_preflight {
            let wanted = request.header("Access-Control-Request-Headers");
            let allowed = wanted.map_or_else(|| b"Range".to_vec(), |wanted| wanted.as_bytes().to_vec());
            Response::new(StatusCode::NO_CONTENT)
                .with_header("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
                .with_header("Access-Control-Allow-Headers", allowed)
                .with_header("Access-Control-Max-Age", "86400")
                .with_header("Vary", "Access-Control-Request-Headers")
        } else {
            self.handler.handle(request)?.with_header(
                "Access-Control-Expose-Headers",
                "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag",
            )
        };
        let response = response.with_header("Access-Control-Allow-Origin", &self.origin);
        Ok(if self.origin == "*" { response } else { response.with_header("Vary", "Origin") })
    }
}

#[cfg(test)]
mod tests;
