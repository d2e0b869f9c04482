//! A handler beneath a prefix: it sees the rest of the path as if that were all.

use crate::error::{Error, HandlerError};
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use http_proto::{Method, RequestTarget};

/// Hands on requests without the first segments of their paths.
pub(super) struct Nested {
    pub(super) prefix_segments: usize,
    pub(super) handler: Box<dyn Handler>,
}

impl Handler for Nested {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let mut head = request.to_head();
        head.target = without_prefix(&head.target, self.prefix_segments, &head.method)?;
        request.with_head(&head, |request| self.handler.handle(request))
    }
}

/// The target without so many segments of its path; scheme, authority and query stay.
fn without_prefix(target: &RequestTarget, segments: usize, method: &Method) -> Result<RequestTarget, Error> {
    let path = target.path();
    let cut = path.match_indices('/').nth(segments).map_or(path.len(), |(at, _)| at);
    let rest = match path.get(cut..) {
        None | Some("") => "/",
        Some(rest) => rest,
    };
    let mut text = String::with_capacity(target.as_str().len() + 1);
    if let (Some(scheme), Some(authority)) = (target.scheme(), target.authority()) {
        text.push_str(scheme);
        text.push_str("://");
        text.push_str(authority);
    }
    text.push_str(rest);
    if let Some(query) = target.query() {
        text.push('?');
        text.push_str(query);
    }
    Ok(RequestTarget::new(&text, method)?)
}
