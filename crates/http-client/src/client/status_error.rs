//! A status as an error, where the caller wants it so.

use crate::client::Url;
use crate::client::error::{Error, ErrorKind};
use crate::client::response::Response;
use crate::client::shown::Shown;
use crate::error::Phase;
use http_proto::StatusCode;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A status of 400 or more, as an error that owns its answer: it can still be read.
pub struct StatusError {
    inner: Box<Refusal>,
}

struct Refusal {
    status: StatusCode,
    url: Url,
    /// Never waited for: the lock makes the error `Sync`, as errors must be.
    response: Mutex<Response>,
}

impl StatusError {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.inner.status
    }

    /// Where the answer came from.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.inner.url
    }

    /// The answer.
    #[must_use]
    pub fn into_response(self) -> Response {
        self.inner.response.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer, to be read here.
    #[must_use]
    pub fn response_mut(&mut self) -> &mut Response {
        self.inner.response.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for StatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {} for {}", self.inner.status, Shown(&self.inner.url))
    }
}

impl fmt::Debug for StatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusError")
            .field("status", &self.inner.status)
            .field("url", &Shown(&self.inner.url))
            .finish_non_exhaustive()
    }
}

impl std::error::Error for StatusError {}

impl From<StatusError> for Error {
    /// For `?` behind [`error_for_status`](Response::error_for_status): the answer stays in the error
    /// ([`Error::into_response`]).
    fn from(mut error: StatusError) -> Self {
        let own = Self::new(ErrorKind::Status).in_phase(Phase::Head).with_status(error.status());
        error.response_mut().head.told(own).because(error)
    }
}

impl Response {
    /// The answer itself where its status is below 400, an error that owns it otherwise. `?` makes an [`Error`] of it.
    ///
    /// # Errors
    /// [`StatusError`].
    #[doc(alias = "raise_for_status")]
    pub fn error_for_status(self) -> Result<Self, StatusError> {
        if self.status().is_client_error() || self.status().is_server_error() {
            let (status, url) = (self.status(), self.url().clone());
            return Err(StatusError { inner: Box::new(Refusal { status, url, response: Mutex::new(self) }) });
        }
        Ok(self)
    }
}

impl Error {
    /// The answer whose [status](Self::status) is the error, to be read.
    ///
    /// # Errors
    /// The error as it was, where it is another.
    pub fn into_response(mut self) -> Result<Response, Self> {
        let Some(source) = self.take_source() else { return Err(self) };
        match source.downcast::<StatusError>() {
            Ok(refused) => Ok(refused.into_response()),
            Err(source) => Err(self.because(source)),
        }
    }
}
