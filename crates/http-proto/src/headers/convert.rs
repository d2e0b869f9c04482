//! Conversions between [`Headers`] and the `http` crate's `HeaderMap`.

use super::Headers;
use crate::error::InvalidInput;
use http::{HeaderMap, HeaderName, HeaderValue};

/// Names are lower-cased and fields with one name come together: a `HeaderMap` keeps neither case nor order.
///
/// # Errors
/// Where the map refuses a field: more than 32,768 of them, or a name beyond 65,535 bytes.
impl TryFrom<&Headers> for HeaderMap {
    type Error = http::Error;

    fn try_from(headers: &Headers) -> Result<Self, http::Error> {
        let mut map = Self::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes())?;
            map.try_append(name, HeaderValue::from_bytes(value.as_bytes())?)?;
        }
        Ok(map)
    }
}

/// Fields come in the map's order, their names in lower case.
impl TryFrom<&HeaderMap> for Headers {
    type Error = InvalidInput;

    fn try_from(map: &HeaderMap) -> Result<Self, InvalidInput> {
        let mut headers = Self::with_capacity(map.len(), map.len() * 32);
        for (name, value) in map {
            headers.append(name, value)?;
        }
        Ok(headers)
    }
}
