//! Conversions between heads and the `http` crate's requests and responses.

use super::{RequestHead, RequestTarget, ResponseHead};
use crate::error::InvalidInput;
use crate::headers::Headers;
use http::{HeaderMap, Request, Response, Uri};

/// The target becomes a [`Uri`], the fields a [`HeaderMap`] (which loses case and order).
///
/// # Errors
/// Where the `http` crate refuses the target or a field.
impl TryFrom<&RequestHead> for Request<()> {
    type Error = http::Error;

    fn try_from(head: &RequestHead) -> Result<Self, http::Error> {
        let mut request = Self::new(());
        *request.method_mut() = head.method.clone();
        *request.uri_mut() = head.target.as_str().parse::<Uri>()?;
        *request.version_mut() = head.version;
        *request.headers_mut() = HeaderMap::try_from(&head.headers)?;
        Ok(request)
    }
}

/// The URI becomes the target as it stands: origin form for `/path`, absolute form for a whole URL.
impl<B> TryFrom<&Request<B>> for RequestHead {
    type Error = InvalidInput;

    fn try_from(request: &Request<B>) -> Result<Self, InvalidInput> {
        Ok(Self {
            method: request.method().clone(),
            target: RequestTarget::new(&request.uri().to_string(), request.method())?,
            version: request.version(),
            headers: Headers::try_from(request.headers())?,
        })
    }
}

/// The reason is lost: an `http::Response` has none.
///
/// # Errors
/// Where the `http` crate refuses a field.
impl TryFrom<&ResponseHead> for Response<()> {
    type Error = http::Error;

    fn try_from(head: &ResponseHead) -> Result<Self, http::Error> {
        let mut response = Self::new(());
        *response.status_mut() = head.status;
        *response.version_mut() = head.version;
        *response.headers_mut() = HeaderMap::try_from(&head.headers)?;
        Ok(response)
    }
}

/// The reason is the registered phrase.
impl<B> TryFrom<&Response<B>> for ResponseHead {
    type Error = InvalidInput;

    fn try_from(response: &Response<B>) -> Result<Self, InvalidInput> {
        Ok(Self {
            version: response.version(),
            status: response.status(),
            reason: response.status().canonical_reason().unwrap_or_default().into(),
            headers: Headers::try_from(response.headers())?,
        })
    }
}
