//! The Vary field (RFC 9110 §12.5.5), to which several may add.

use http_proto::Headers;

/// Says that the answer depends on this field of the request, if that is not said yet.
pub(crate) fn add(headers: &mut Headers, name: &'static str) {
    if !headers.has_token("Vary", "*") && !headers.has_token("Vary", name) {
        // Names of fields are valid values: nothing can fail.
        let _ = headers.append("Vary", name);
    }
}
