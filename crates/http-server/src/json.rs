//! JSON in and out, by serde.

use crate::error::Error;
use crate::request::Request;
use crate::response::Response;
use http_proto::{FieldValue, field, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

impl Response {
    /// 200 with this value as `application/json`.
    ///
    /// ```
    /// use http_server::{Request, Response, testing};
    ///
    /// let sums = |request: &mut Request<'_>| {
    ///     let numbers: Vec<i64> = request.read_json(1024)?;
    ///     Response::json(&numbers.iter().sum::<i64>())
    /// };
    /// let request = testing::post("/", "[1, 2, 3]").with_header("Content-Type", "application/json");
    /// assert_eq!(request.send_to(&sums).text(), "6");
    /// ```
    ///
    /// # Errors
    /// [`Error::UnwritableJson`] for a value that JSON cannot hold, such as a map whose keys are no texts.
    pub fn json(value: &(impl Serialize + ?Sized)) -> Result<Self, Error> {
        let text = serde_json::to_vec(value).map_err(Error::UnwritableJson)?;
        Ok(Self::content("application/json", text))
    }
}

impl Request<'_> {
    /// Reads the rest of the content as JSON, `bytes_max` bytes at most.
    ///
    /// # Errors
    /// As [`read_to_vec`](Self::read_to_vec); [`Error::UnexpectedContent`] (415) for a type other than
    /// `application/json` and `…+json`, which a page of another origin cannot send unasked; [`Error::MalformedJson`] (400)
    /// for what is no JSON, or not that of a `T`.
    pub fn read_json<T: DeserializeOwned>(&mut self, bytes_max: usize) -> Result<T, Error> {
        let content_type = self.header(header::CONTENT_TYPE).map(FieldValue::as_bytes).unwrap_or_default();
        let essence = field::before_parameters(content_type).to_ascii_lowercase();
        if essence != b"application/json"
            && !(essence.starts_with(b"application/") && essence.ends_with(b"+json"))
        {
            return Err(Error::UnexpectedContent { wanted: "JSON" });
        }
        serde_json::from_slice(&self.read_to_vec(bytes_max)?).map_err(Error::MalformedJson)
    }
}

#[cfg(test)]
mod tests;
