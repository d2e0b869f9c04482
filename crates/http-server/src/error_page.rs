//! The page that explains a status, as Python's `send_error` writes it: fixed texts, everything escaped.

use http_proto::{StatusCode, StatusExt};

/// The content type of error pages. Python: `error_content_type`.
pub const CONTENT_TYPE: &str = "text/html;charset=utf-8";

/// An error page with the phrase and the description of `status`, or with texts that replace them.
///
/// Texts are escaped for HTML. Python: `BaseHTTPRequestHandler.error_message_format`.
#[must_use]
#[doc(alias = "error_message_format")]
pub fn html(status: StatusCode, message: Option<&str>, explain: Option<&str>) -> String {
    let or_unknown = |text: &'static str| if text.is_empty() { "???" } else { text };
    let message = escape(message.unwrap_or_else(|| or_unknown(status.phrase())));
    let explain = escape(explain.unwrap_or_else(|| or_unknown(status.description())));
    let code = status.as_str();
    [
        "<!DOCTYPE HTML>\n<html lang=\"en\">\n    <head>\n        <meta charset=\"utf-8\">\n",
        "        <style type=\"text/css\">\n            :root {\n                color-scheme: light dark;\n",
        "            }\n        </style>\n        <title>Error response</title>\n    </head>\n    <body>\n",
        "        <h1>Error response</h1>\n        <p>Error code: ",
        code,
        "</p>\n        <p>Message: ",
        &message,
        ".</p>\n        <p>Error code explanation: ",
        code,
        " - ",
        &explain,
        ".</p>\n    </body>\n</html>\n",
    ]
    .concat()
}

/// `text` with the characters escaped that mean something in HTML, in text and in attributes alike.
#[must_use]
#[doc(alias = "html.escape")]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#x27;"),
            other => escaped.push(other),
        }
    }
    escaped
}
