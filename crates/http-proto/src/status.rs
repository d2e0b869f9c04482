//! What Python's `HTTPStatus` has beyond [`http::StatusCode`]: phrases, descriptions and Python's names, in one table.

use http::StatusCode;

/// One row of the table.
struct Row {
    code: u16,
    name: &'static str,
    phrase: &'static str,
    description: &'static str,
}

const fn row(code: u16, name: &'static str, phrase: &'static str, description: &'static str) -> Row {
    Row { code, name, phrase, description }
}

/// Every registered code that Python knows, in order; the texts are those of CPython 3.14.
#[rustfmt::skip]
static TABLE: [Row; 62] = [
    row(100, "CONTINUE", "Continue", "Request received, please continue"),
    row(101, "SWITCHING_PROTOCOLS", "Switching Protocols", "Switching to new protocol; obey Upgrade header"),
    row(102, "PROCESSING", "Processing", "Server is processing the request"),
    row(103, "EARLY_HINTS", "Early Hints", "Headers sent to prepare for the response"),
    row(200, "OK", "OK", "Request fulfilled, document follows"),
    row(201, "CREATED", "Created", "Document created, URL follows"),
    row(202, "ACCEPTED", "Accepted", "Request accepted, processing continues off-line"),
    row(203, "NON_AUTHORITATIVE_INFORMATION", "Non-Authoritative Information", "Request fulfilled from cache"),
    row(204, "NO_CONTENT", "No Content", "Request fulfilled, nothing follows"),
    row(205, "RESET_CONTENT", "Reset Content", "Clear input form for further input"),
    row(206, "PARTIAL_CONTENT", "Partial Content", "Partial content follows"),
    row(207, "MULTI_STATUS", "Multi-Status", "Response contains multiple statuses in the body"),
    row(208, "ALREADY_REPORTED", "Already Reported", "Operation has already been reported"),
    row(226, "IM_USED", "IM Used", "Request completed using instance manipulations"),
    row(300, "MULTIPLE_CHOICES", "Multiple Choices", "Object has several resources -- see URI list"),
    row(301, "MOVED_PERMANENTLY", "Moved Permanently", "Object moved permanently -- see URI list"),
    row(302, "FOUND", "Found", "Object moved temporarily -- see URI list"),
    row(303, "SEE_OTHER", "See Other", "Object moved -- see Method and URL list"),
    row(304, "NOT_MODIFIED", "Not Modified", "Document has not changed since given time"),
    row(305, "USE_PROXY", "Use Proxy", "You must use proxy specified in Location to access this resource"),
    row(307, "TEMPORARY_REDIRECT", "Temporary Redirect", "Object moved temporarily -- see URI list"),
    row(308, "PERMANENT_REDIRECT", "Permanent Redirect", "Object moved permanently -- see URI list"),
    row(400, "BAD_REQUEST", "Bad Request", "Bad request syntax or unsupported method"),
    row(401, "UNAUTHORIZED", "Unauthorized", "No permission -- see authorization schemes"),
    row(402, "PAYMENT_REQUIRED", "Payment Required", "No payment -- see charging schemes"),
    row(403, "FORBIDDEN", "Forbidden", "Request forbidden -- authorization will not help"),
    row(404, "NOT_FOUND", "Not Found", "Nothing matches the given URI"),
    row(405, "METHOD_NOT_ALLOWED", "Method Not Allowed", "Specified method is invalid for this resource"),
    row(406, "NOT_ACCEPTABLE", "Not Acceptable", "URI not available in preferred format"),
    row(407, "PROXY_AUTHENTICATION_REQUIRED", "Proxy Authentication Required", "You must authenticate with this proxy before proceeding"),
    row(408, "REQUEST_TIMEOUT", "Request Timeout", "Request timed out; try again later"),
    row(409, "CONFLICT", "Conflict", "Request conflict"),
    row(410, "GONE", "Gone", "URI no longer exists and has been permanently removed"),
    row(411, "LENGTH_REQUIRED", "Length Required", "Client must specify Content-Length"),
    row(412, "PRECONDITION_FAILED", "Precondition Failed", "Precondition in headers is false"),
    row(413, "CONTENT_TOO_LARGE", "Content Too Large", "Content is too large"),
    row(414, "URI_TOO_LONG", "URI Too Long", "URI is too long"),
    row(415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type", "Entity body in unsupported format"),
    row(416, "RANGE_NOT_SATISFIABLE", "Range Not Satisfiable", "Cannot satisfy request range"),
    row(417, "EXPECTATION_FAILED", "Expectation Failed", "Expect condition could not be satisfied"),
    row(418, "IM_A_TEAPOT", "I'm a Teapot", "Server refuses to brew coffee because it is a teapot"),
    row(421, "MISDIRECTED_REQUEST", "Misdirected Request", "Server is not able to produce a response"),
    row(422, "UNPROCESSABLE_CONTENT", "Unprocessable Content", "Server is not able to process the contained instructions"),
    row(423, "LOCKED", "Locked", "Resource of a method is locked"),
    row(424, "FAILED_DEPENDENCY", "Failed Dependency", "Dependent action of the request failed"),
    row(425, "TOO_EARLY", "Too Early", "Server refuses to process a request that might be replayed"),
    row(426, "UPGRADE_REQUIRED", "Upgrade Required", "Server refuses to perform the request using the current protocol"),
    row(428, "PRECONDITION_REQUIRED", "Precondition Required", "The origin server requires the request to be conditional"),
    row(429, "TOO_MANY_REQUESTS", "Too Many Requests", "The user has sent too many requests in a given amount of time (\"rate limiting\")"),
    row(431, "REQUEST_HEADER_FIELDS_TOO_LARGE", "Request Header Fields Too Large", "The server is unwilling to process the request because its header fields are too large"),
    row(451, "UNAVAILABLE_FOR_LEGAL_REASONS", "Unavailable For Legal Reasons", "The server is denying access to the resource as a consequence of a legal demand"),
    row(500, "INTERNAL_SERVER_ERROR", "Internal Server Error", "Server got itself in trouble"),
    row(501, "NOT_IMPLEMENTED", "Not Implemented", "Server does not support this operation"),
    row(502, "BAD_GATEWAY", "Bad Gateway", "Invalid responses from another server/proxy"),
    row(503, "SERVICE_UNAVAILABLE", "Service Unavailable", "The server cannot process the request due to a high load"),
    row(504, "GATEWAY_TIMEOUT", "Gateway Timeout", "The gateway server did not receive a timely response"),
    row(505, "HTTP_VERSION_NOT_SUPPORTED", "HTTP Version Not Supported", "Cannot fulfill request"),
    row(506, "VARIANT_ALSO_NEGOTIATES", "Variant Also Negotiates", "Server has an internal configuration error"),
    row(507, "INSUFFICIENT_STORAGE", "Insufficient Storage", "Server is not able to store the representation"),
    row(508, "LOOP_DETECTED", "Loop Detected", "Server encountered an infinite loop while processing a request"),
    row(510, "NOT_EXTENDED", "Not Extended", "Request does not meet the resource access policy"),
    row(511, "NETWORK_AUTHENTICATION_REQUIRED", "Network Authentication Required", "The client needs to authenticate to gain network access"),
];

/// Python's four older names.
static ALIASES: [(&str, u16); 4] = [
    ("REQUEST_ENTITY_TOO_LARGE", 413),
    ("REQUEST_URI_TOO_LONG", 414),
    ("REQUESTED_RANGE_NOT_SATISFIABLE", 416),
    ("UNPROCESSABLE_ENTITY", 422),
];

fn find(code: u16) -> Option<&'static Row> {
    TABLE.binary_search_by_key(&code, |row| row.code).ok().and_then(|index| TABLE.get(index))
}

/// What Python's `http.HTTPStatus` has beyond [`StatusCode`].
///
/// | Python | here |
/// | --- | --- |
/// | `HTTPStatus.NOT_FOUND` | [`StatusCode::NOT_FOUND`], or by name [`from_python_name`](Self::from_python_name) |
/// | `.value` | [`StatusCode::as_u16`] |
/// | `.phrase` | [`phrase`](Self::phrase) |
/// | `.description` | [`description`](Self::description) |
/// | `.is_informational`, `.is_success`, … | methods of the same name on [`StatusCode`] |
/// | `http.client.responses` | [`all`](Self::all) |
///
/// ```
/// use http_proto::{StatusCode, StatusExt};
///
/// assert_eq!(StatusCode::NOT_FOUND.phrase(), "Not Found");
/// assert_eq!(StatusCode::NOT_FOUND.description(), "Nothing matches the given URI");
/// assert_eq!(StatusCode::from_python_name("NOT_FOUND"), Some(StatusCode::NOT_FOUND));
/// ```
#[doc(alias = "CONTINUE")]
#[doc(alias = "SWITCHING_PROTOCOLS")]
#[doc(alias = "PROCESSING")]
#[doc(alias = "EARLY_HINTS")]
#[doc(alias = "OK")]
#[doc(alias = "CREATED")]
#[doc(alias = "ACCEPTED")]
#[doc(alias = "NON_AUTHORITATIVE_INFORMATION")]
#[doc(alias = "NO_CONTENT")]
#[doc(alias = "RESET_CONTENT")]
#[doc(alias = "PARTIAL_CONTENT")]
#[doc(alias = "MULTI_STATUS")]
#[doc(alias = "ALREADY_REPORTED")]
#[doc(alias = "IM_USED")]
#[doc(alias = "MULTIPLE_CHOICES")]
#[doc(alias = "MOVED_PERMANENTLY")]
#[doc(alias = "FOUND")]
#[doc(alias = "SEE_OTHER")]
#[doc(alias = "NOT_MODIFIED")]
#[doc(alias = "USE_PROXY")]
#[doc(alias = "TEMPORARY_REDIRECT")]
#[doc(alias = "PERMANENT_REDIRECT")]
#[doc(alias = "BAD_REQUEST")]
#[doc(alias = "UNAUTHORIZED")]
#[doc(alias = "PAYMENT_REQUIRED")]
#[doc(alias = "FORBIDDEN")]
#[doc(alias = "NOT_FOUND")]
#[doc(alias = "METHOD_NOT_ALLOWED")]
#[doc(alias = "NOT_ACCEPTABLE")]
#[doc(alias = "PROXY_AUTHENTICATION_REQUIRED")]
#[doc(alias = "REQUEST_TIMEOUT")]
#[doc(alias = "CONFLICT")]
#[doc(alias = "GONE")]
#[doc(alias = "LENGTH_REQUIRED")]
#[doc(alias = "PRECONDITION_FAILED")]
#[doc(alias = "CONTENT_TOO_LARGE")]
#[doc(alias = "URI_TOO_LONG")]
#[doc(alias = "UNSUPPORTED_MEDIA_TYPE")]
#[doc(alias = "RANGE_NOT_SATISFIABLE")]
#[doc(alias = "EXPECTATION_FAILED")]
#[doc(alias = "IM_A_TEAPOT")]
#[doc(alias = "MISDIRECTED_REQUEST")]
#[doc(alias = "UNPROCESSABLE_CONTENT")]
#[doc(alias = "LOCKED")]
#[doc(alias = "FAILED_DEPENDENCY")]
#[doc(alias = "TOO_EARLY")]
#[doc(alias = "UPGRADE_REQUIRED")]
#[doc(alias = "PRECONDITION_REQUIRED")]
#[doc(alias = "TOO_MANY_REQUESTS")]
#[doc(alias = "REQUEST_HEADER_FIELDS_TOO_LARGE")]
#[doc(alias = "UNAVAILABLE_FOR_LEGAL_REASONS")]
#[doc(alias = "INTERNAL_SERVER_ERROR")]
#[doc(alias = "NOT_IMPLEMENTED")]
#[doc(alias = "BAD_GATEWAY")]
#[doc(alias = "SERVICE_UNAVAILABLE")]
#[doc(alias = "GATEWAY_TIMEOUT")]
#[doc(alias = "HTTP_VERSION_NOT_SUPPORTED")]
#[doc(alias = "VARIANT_ALSO_NEGOTIATES")]
#[doc(alias = "INSUFFICIENT_STORAGE")]
#[doc(alias = "LOOP_DETECTED")]
#[doc(alias = "NOT_EXTENDED")]
#[doc(alias = "NETWORK_AUTHENTICATION_REQUIRED")]
#[doc(alias = "REQUEST_ENTITY_TOO_LARGE")]
#[doc(alias = "REQUEST_URI_TOO_LONG")]
#[doc(alias = "REQUESTED_RANGE_NOT_SATISFIABLE")]
#[doc(alias = "UNPROCESSABLE_ENTITY")]
#[doc(alias = "HTTPStatus")]
#[doc(alias = "value")]
pub trait StatusExt: Sized {
    /// The reason phrase that is registered for the code, or `""` for a code without one.
    #[must_use]
    fn phrase(self) -> &'static str;

    /// One sentence on what the code means, as Python shows it on error pages, or `""` for an unlisted code.
    #[must_use]
    fn description(self) -> &'static str;

    /// Python's name of the code, such as `NOT_FOUND`; `None` for an unlisted code.
    #[must_use]
    fn python_name(self) -> Option<&'static str>;

    /// The code with this Python name (older names such as `REQUEST_URI_TOO_LONG` included).
    #[must_use]
    fn from_python_name(name: &str) -> Option<Self>;

    /// All listed codes in ascending order. Python: `http.client.responses`.
    #[doc(alias = "responses")]
    fn all() -> impl Iterator<Item = Self>;
}

impl StatusExt for StatusCode {
    fn phrase(self) -> &'static str {
        find(self.as_u16()).map_or("", |row| row.phrase)
    }

    fn description(self) -> &'static str {
        find(self.as_u16()).map_or("", |row| row.description)
    }

    fn python_name(self) -> Option<&'static str> {
        find(self.as_u16()).map(|row| row.name)
    }

    fn from_python_name(name: &str) -> Option<Self> {
        let listed = TABLE.iter().find(|row| row.name == name).map(|row| row.code);
        let code =
            listed.or_else(|| ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, code)| *code))?;
        Self::from_u16(code).ok()
    }

    fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().filter_map(|row| Self::from_u16(row.code).ok())
    }
}

#[cfg(test)]
mod tests;
