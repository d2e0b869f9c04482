//! What Python's `HTTPMethod` has beyond [`http::Method`]: a sentence on each method, and the rules that framing needs.

use http::Method;

/// What Python's `http.HTTPMethod` has beyond [`Method`], and what senders must know of a method.
///
/// ```
/// use http_proto::{Method, MethodExt};
///
/// assert_eq!(Method::GET.description(), "Transfer a representation of the target.");
/// assert!(Method::POST.expects_content());
/// ```
#[doc(alias = "HTTPMethod")]
pub trait MethodExt {
    /// One sentence on what the method asks for (RFC 9110 §9.3), or `""` for an unregistered one.
    #[must_use]
    fn description(&self) -> &'static str;

    /// Whether a request with this method usually has content, so that an empty one is announced by
    /// `Content-Length: 0` (RFC 9110 §8.6): POST, PUT, PATCH. The method is compared in its exact case.
    #[must_use]
    fn expects_content(&self) -> bool;
}

impl MethodExt for Method {
    fn description(&self) -> &'static str {
        match *self {
            Self::CONNECT => "Open a tunnel to the server that the target names.",
            Self::DELETE => "Remove the target.",
            Self::GET => "Transfer a representation of the target.",
            Self::HEAD => "As GET, but transfer the header section only.",
            Self::OPTIONS => "Describe how one may communicate with the target.",
            Self::PATCH => "Apply partial changes to the target.",
            Self::POST => "Let the target process the content of the request.",
            Self::PUT => "Replace the target with the content of the request.",
            Self::TRACE => "Send the request back as it arrived.",
            _ => "",
        }
    }

    fn expects_content(&self) -> bool {
        matches!(*self, Self::POST | Self::PUT | Self::PATCH)
    }
}

#[cfg(test)]
mod tests;
