//! The access log: a handler that owns a handler and writes a line for each of its answers once they are sent.
//! Nothing that a peer says can begin a new line or hide in a control character.

use crate::basic_auth::BasicAuth;
use crate::clock;
use crate::delivery::Delivery;
use crate::error::HandlerError;
use crate::handler::Handler;
use crate::json_text::push_string;
use crate::observe::{Event, to_standard_error};
use crate::request::Request;
use crate::response::Response;
use http_proto::date::format_http_date;
use http_proto::{FieldValue, RequestHead, StatusCode, StatusExt, Version, header};
use std::fmt;
use std::io::{self, Write};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// How a line of the access log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// As Python's server writes it, with the size where Python has a dash:
    /// `127.0.0.1 - - [22/Nov/2026 07:00:30] "GET /a.txt HTTP/1.1" 200 5`.
    #[default]
    Python,
    /// Common Log Format, with the name that [`BasicAuth`] has let in: `127.0.0.1 - ada [22/Nov/2026:07:00:30 +0000] "GET /a.txt HTTP/1.1" 200 5`.
    Common,
    /// Common Log Format with Referer and User-Agent behind it, each in quotes.
    Combined,
    /// One JSON object: time, peer, user, method, target, version, status, bytes, seconds, complete, referer, user_agent. Where no
    /// head could be read, `part` has its first line in place of method, target and version.
    Json,
}

/// Writes a line for each answer of the handler that it owns, when it has been sent.
///
/// The size is that of the content, `-` where there is none. In Python's format, an error page has a line of its own ahead
/// of that, as `send_error` writes it: `127.0.0.1 - - [22/Nov/2026 07:00:30] code 404, message Not Found`.
///
/// Requests that are refused before they reach a handler are seen by [`observer`](Self::observer), which writes the same
/// lines for them.
///
/// ```
/// use http_server::{LogFormat, Logged, Request, Response, testing};
///
/// let hello = |_: &mut Request<'_>| Response::text("hello");
/// let logged = Logged::new(hello).format(LogFormat::Common).to_writer(std::io::stderr());
/// assert_eq!(testing::get("/").send_to(&logged).text(), "hello");
/// ```
#[derive(Debug)]
#[must_use]
#[doc(alias = "log_request")]
#[doc(alias = "log_message")]
#[doc(alias = "log_date_time_string")]
pub struct Logged<H> {
    handler: H,
    format: LogFormat,
    utc_offset_minutes: i16,
    sink: Sink,
}

/// Where lines go.
#[derive(Clone)]
struct Sink(Arc<dyn Fn(&str) + Send + Sync>);

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink")
    }
}

impl<H> Logged<H> {
    /// Logs to standard error in Python's format, in UTC.
    pub fn new(handler: H) -> Self {
        let sink = Sink(Arc::new(|line| write_line(&mut io::stderr().lock(), line)));
        Self { handler, format: LogFormat::default(), utc_offset_minutes: 0, sink }
    }

    /// Another format.
    pub fn format(mut self, format: LogFormat) -> Self {
        self.format = format;
        self
    }

    /// Shows times so many minutes east of Greenwich, as Python shows local time.
    pub fn utc_offset_minutes(mut self, minutes: i16) -> Self {
        self.utc_offset_minutes = minutes;
        self
    }

    /// Writes to this instead of standard error, a line at a time; what cannot be written is lost.
    pub fn to_writer(self, writer: impl Write + Send + 'static) -> Self {
        let writer = Mutex::new(writer);
        self.to_sink(move |line| {
            write_line(&mut *writer.lock().unwrap_or_else(PoisonError::into_inner), line);
        })
    }

    /// What writes a line for each request that the server refuses before it reaches a handler, to the same place, for
    /// [`ServerBuilder::observer`](crate::ServerBuilder::observer). Of anything else that happens, the server's own faults
    /// go to standard error, as they do without an observer.
    ///
    /// ```
    /// use http_server::{Logged, Request, Response, Server};
    ///
    /// # fn main() -> Result<(), http_server::Error> {
    /// let logged = Logged::new(|_: &mut Request<'_>| Response::text("hello"));
    /// let server = Server::bind("127.0.0.1:0")?.observer(logged.observer()).serve(logged)?;
    /// # drop(server);
    /// # Ok(())
    /// # }
    /// ```
    pub fn observer(&self) -> impl Fn(&Event<'_>) + Send + Sync + use<H> {
        let (format, utc_offset_minutes, sink) = (self.format, self.utc_offset_minutes, self.sink.clone());
        move |event| match event {
            Event::Refused { client, head, line, status, content_bytes, .. } => {
                let asked = match head {
                    Some(head) => Asked::whole(head, format),
                    None => Asked::Part(line.to_vec()),
                };
                let when = clock::wall();
                let entry = Entry { format, utc_offset_minutes, when, peer: *client, user: None, asked };
                let delivery = Delivery { status: *status, content_bytes: *content_bytes, complete: true };
                if format == LogFormat::Python {
                    (sink.0)(&entry.code(*status, None));
                }
                (sink.0)(&entry.line(*status, Some(delivery), clock::now()));
            }
            event => to_standard_error(event),
        }
    }

    /// Calls this with every line, without its end, from the thread that served the request.
    pub fn to_sink(mut self, sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.sink = Sink(Arc::new(sink));
        self
    }
}

fn write_line(writer: &mut impl Write, line: &str) {
    let mut bytes = Vec::with_capacity(line.len() + 1);
    bytes.extend_from_slice(line.as_bytes());
    bytes.push(b'\n');
    // There is nowhere to report that the log cannot be written.
    drop(writer.write_all(&bytes).and_then(|()| writer.flush()));
}

impl<H: Handler> Handler for Logged<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let mut entry = Entry::new(request, self.format, self.utc_offset_minutes);
        let sink = self.sink.clone();
        let began = clock::now();
        let answered = catch_unwind(AssertUnwindSafe(|| self.handler.handle(request)));
        entry.user = BasicAuth::user_of(request).map(str::to_owned);
        // As Python's `send_error` does, ahead of the line for the request.
        let code = |entry: &Entry, status: StatusCode, message: Option<&str>| {
            if entry.format == LogFormat::Python {
                (sink.0)(&entry.code(status, message));
            }
        };
        match answered {
            Ok(answer) => {
                // An error becomes its page here, so that what is sent of it is known.
                let response = answer.unwrap_or_else(Response::failed);
                let status = response.status();
                if let Some(message) = response.fault_message() {
                    code(&entry, status, message);
                }
                let sink = self.sink.clone();
                Ok(response.on_sent(move |delivery| {
                    if delivery.status != status && entry.format == LogFormat::Python {
                        (sink.0)(&entry.code(delivery.status, None));
                    }
                    (sink.0)(&entry.line(delivery.status, Some(delivery), began));
                }))
            }
            Err(panic) => {
                code(&entry, StatusCode::INTERNAL_SERVER_ERROR, None);
                (sink.0)(&entry.line(StatusCode::INTERNAL_SERVER_ERROR, None, began));
                resume_unwind(panic)
            }
        }
    }
}

/// What is known when a request comes in.
struct Entry {
    format: LogFormat,
    utc_offset_minutes: i16,
    when: SystemTime,
    peer: Option<IpAddr>,
    /// Who was let in by name and password.
    user: Option<String>,
    asked: Asked,
}

/// What has come of a request.
enum Asked {
    Whole {
        /// Method, target and version, as the request line has them.
        method: String,
        target: String,
        version: &'static str,
        referer: Option<Vec<u8>>,
        user_agent: Option<Vec<u8>>,
    },
    /// The first line of a head that is not whole or broken, as far as it has come.
    Part(Vec<u8>),
}

impl Asked {
    fn whole(head: &RequestHead, format: LogFormat) -> Self {
        let wants_agent = matches!(format, LogFormat::Combined | LogFormat::Json);
        let field = |name| {
            let value = if wants_agent { head.headers.get(name) } else { None };
            value.map(FieldValue::as_bytes).map(<[u8]>::to_vec)
        };
        Self::Whole {
            method: head.method.as_str().to_owned(),
            target: head.target.as_str().to_owned(),
            version: if head.version == Version::HTTP_10 { "HTTP/1.0" } else { "HTTP/1.1" },
            referer: field(header::REFERER),
            user_agent: field(header::USER_AGENT),
        }
    }

    /// The fields that stand in the longer formats.
    fn agent(&self) -> [Option<&[u8]>; 2] {
        match self {
            Self::Whole { referer, user_agent, .. } => [referer.as_deref(), user_agent.as_deref()],
            Self::Part(_) => [None, None],
        }
    }
}

impl Entry {
    fn new(request: &Request<'_>, format: LogFormat, utc_offset_minutes: i16) -> Self {
        let peer = request.client_addr();
        let asked = Asked::whole(request.head(), format);
        Self { format, utc_offset_minutes, when: clock::wall(), peer, user: None, asked }
    }

    /// Address, name and time, which every line of these formats begins with. Python knows no names.
    fn beginning(&self) -> String {
        let mut line = String::with_capacity(128);
        line.push_str(&self.peer_text());
        line.push_str(" - ");
        match &self.user {
            Some(user) if self.format != LogFormat::Python && !user.is_empty() => {
                let before = line.len();
                escape(user.as_bytes(), self.format, &mut line);
                // The name has no quotes around it: what separates fields must not be in it.
                let name = line.split_off(before).replace(' ', "\\x20");
                line.push_str(&name);
            }
            _ => line.push('-'),
        }
        line.push_str(" [");
        line.push_str(&self.time());
        line.push_str("] ");
        line
    }

    /// The line of Python's `log_error`.
    fn code(&self, status: StatusCode, message: Option<&str>) -> String {
        let mut line = self.beginning();
        line.push_str("code ");
        line.push_str(status.as_str());
        line.push_str(", message ");
        escape(message.unwrap_or_else(|| status.phrase()).as_bytes(), self.format, &mut line);
        line
    }

    fn line(&self, status: StatusCode, delivery: Option<Delivery>, began: Instant) -> String {
        let bytes = delivery.map(|delivery| delivery.content_bytes).filter(|bytes| *bytes > 0);
        if self.format == LogFormat::Json {
            return self.json(status, delivery, clock::now().saturating_duration_since(began));
        }
        let mut line = self.beginning();
        line.push('"');
        match &self.asked {
            Asked::Whole { method, target, version, .. } => {
                for (part, after) in [(method.as_str(), " "), (target, " "), (version, "")] {
                    escape(part.as_bytes(), self.format, &mut line);
                    line.push_str(after);
                }
            }
            Asked::Part(part) => escape(part, self.format, &mut line),
        }
        line.push_str("\" ");
        line.push_str(status.as_str());
        line.push(' ');
        match bytes {
            Some(bytes) => line.push_str(&bytes.to_string()),
            None => line.push('-'),
        }
        if self.format == LogFormat::Combined {
            for value in self.asked.agent() {
                line.push_str(" \"");
                match value {
                    Some(value) => escape(value, self.format, &mut line),
                    None => line.push('-'),
                }
                line.push('"');
            }
        }
        line
    }

    fn peer_text(&self) -> String {
        self.peer.map_or_else(|| "-".to_owned(), |peer| peer.to_string())
    }

    /// `22/Nov/2026 07:00:30` or `22/Nov/2026:07:00:30 +0000`.
    fn time(&self) -> String {
        let shift = Duration::from_secs(u64::from(self.utc_offset_minutes.unsigned_abs()) * 60);
        let shifted = if self.utc_offset_minutes < 0 {
            self.when.checked_sub(shift)
        } else {
            self.when.checked_add(shift)
        };
        // `Sun, 06 Nov 1994 08:49:37 GMT`, always of this form.
        let date = format_http_date(shifted.unwrap_or(self.when));
        let part = |from: usize, to: usize| {
            date.get(from..to).and_then(|part| std::str::from_utf8(part).ok()).unwrap_or_default()
        };
        let (day, month, year, clock) = (part(5, 7), part(8, 11), part(12, 16), part(17, 25));
        if self.format == LogFormat::Python {
            return format!("{day}/{month}/{year} {clock}");
        }
        let sign = if self.utc_offset_minutes < 0 { '-' } else { '+' };
        let minutes = self.utc_offset_minutes.unsigned_abs();
        format!("{day}/{month}/{year}:{clock} {sign}{:02}{:02}", minutes / 60, minutes % 60)
    }

    fn json(&self, status: StatusCode, delivery: Option<Delivery>, took: Duration) -> String {
        let mut line = String::from("{");
        let since = self.when.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        line.push_str(&format!("\"time\":{}.{:03}", since.as_secs(), since.subsec_millis()));
        let text = |name: &str, value: Option<&[u8]>, line: &mut String| {
            line.push_str(",\"");
            line.push_str(name);
            line.push_str("\":");
            match value {
                Some(value) => push_string(&String::from_utf8_lossy(value), line),
                None => line.push_str("null"),
            }
        };
        text("peer", self.peer.map(|peer| peer.to_string()).as_deref().map(str::as_bytes), &mut line);
        text("user", self.user.as_deref().map(str::as_bytes), &mut line);
        match &self.asked {
            Asked::Whole { method, target, version, .. } => {
                text("method", Some(method.as_bytes()), &mut line);
                text("target", Some(target.as_bytes()), &mut line);
                text("version", Some(version.as_bytes()), &mut line);
            }
            Asked::Part(part) => text("part", Some(part), &mut line),
        }
        line.push_str(",\"status\":");
        line.push_str(status.as_str());
        line.push_str(",\"bytes\":");
        match delivery {
            Some(delivery) => line.push_str(&delivery.content_bytes.to_string()),
            None => line.push_str("null"),
        }
        line.push_str(&format!(",\"seconds\":{:.6}", took.as_secs_f64()));
        let complete = delivery.is_none_or(|delivery| delivery.complete);
        line.push_str(if complete { ",\"complete\":true" } else { ",\"complete\":false" });
        let [referer, user_agent] = self.asked.agent();
        text("referer", referer, &mut line);
        text("user_agent", user_agent, &mut line);
        line.push('}');
        line
    }
}

/// Control characters and everything beyond ASCII as `\xNN`, the backslash doubled, as Python's server does it; the
/// quote too where a format has quoted parts that must be found again.
fn escape(text: &[u8], format: LogFormat, out: &mut String) {
    for &byte in text {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'"' if format != LogFormat::Python => out.push_str("\\\""),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
}

#[cfg(test)]
mod tests;
