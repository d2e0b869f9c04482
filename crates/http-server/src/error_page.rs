//! The page that explains a status, as Python's `send_error` writes it: fixed texts, everything escaped. JSON for those
//! who like it better, or whatever the program puts in its place.

use crate::accept;
use crate::json_text::push_string;
use http_proto::{Headers, StatusCode, StatusExt};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The content type of error pages. Python: `error_content_type`.
pub const CONTENT_TYPE: &str = "text/html;charset=utf-8";

/// An error page with the phrase and the description of `status`, or with texts that replace them.
///
/// Texts are escaped for HTML. Python: `BaseHTTPRequestHandler.error_message_format`.
///
/// ```
/// use http_server::{StatusCode, error_page};
///
/// let page = error_page::html(StatusCode::NOT_FOUND, None, Some("no <such> thing"));
/// assert!(page.contains("no &lt;such&gt; thing"));
/// ```
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

/// The same in JSON, as RFC 9457 has it: `{"status":404,"title":"Not Found","detail":"Nothing matches the given URI"}`.
#[must_use]
pub fn json(status: StatusCode, message: Option<&str>, explain: Option<&str>) -> String {
    let mut text = format!("{{\"status\":{}", status.as_str());
    let message = message.unwrap_or(status.phrase());
    let explain = explain.unwrap_or(status.description());
    for (name, value) in [(",\"title\":", message), (",\"detail\":", explain)] {
        if !value.is_empty() {
            text.push_str(name);
            push_string(value, &mut text);
        }
    }
    text.push_str("}\n");
    text
}

/// What an error page is to say, and to whom: see [`ServerBuilder::error_pages`](crate::ServerBuilder::error_pages).
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ErrorPage<'p> {
    /// The status.
    pub status: StatusCode,
    /// What went wrong in a few words, the phrase of the status where a handler has said nothing else.
    pub message: &'p str,
    /// A sentence on it; empty for a status that has none.
    pub explain: &'p str,
    /// Whether the client likes JSON better than HTML.
    pub wants_json: bool,
    /// The fields of the request; `None` where its head was never whole.
    pub request_headers: Option<&'p Headers>,
}

impl fmt::Debug for ErrorPage<'_> {
    /// Without the fields of the request, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorPage")
            .field("status", &self.status)
            .field("message", &self.message)
            .field("explain", &self.explain)
            .field("wants_json", &self.wants_json)
            .finish_non_exhaustive()
    }
}

/// What a program writes in place of the usual pages: type and text, or `None` for the usual one.
type Write = dyn Fn(&ErrorPage<'_>) -> Option<(String, String)> + Send + Sync;

/// How the error pages of one server look.
#[derive(Default)]
pub(crate) struct ErrorPages(Option<Box<Write>>);

impl ErrorPages {
    pub(crate) fn new(
        write: impl Fn(&ErrorPage<'_>) -> Option<(String, String)> + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Box::new(write)))
    }

    /// Type and text of the page, where it is another one than the usual HTML.
    pub(crate) fn replacement(&self, fault: &Fault, asked: Option<&Headers>) -> Option<(String, String)> {
        let json_type = asked.and_then(accept::preferred_json);
        let (status, message, explain) = (fault.status, fault.message.as_deref(), fault.explain.as_deref());
        if let Some(write) = &self.0 {
            let page = ErrorPage {
                status,
                message: message.unwrap_or(status.phrase()),
                explain: explain.unwrap_or(status.description()),
                wants_json: json_type.is_some(),
                request_headers: asked,
            };
            // A page that panics is no reason to send none.
            if let Ok(Some(written)) = catch_unwind(AssertUnwindSafe(|| write(&page))) {
                return Some(written);
            }
        }
        Some((json_type?.to_owned(), json(status, message, explain)))
    }
}

impl fmt::Debug for ErrorPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ErrorPages").field(&self.0.is_some()).finish()
    }
}

/// What an answer with an error page is about, until its page is that for the client.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    pub(crate) message: Option<String>,
    pub(crate) explain: Option<String>,
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

#[cfg(test)]
mod tests;
