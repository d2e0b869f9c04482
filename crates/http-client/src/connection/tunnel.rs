//! A tunnel through an HTTP proxy: CONNECT (RFC 9110 §9.3.6), its answer, and nothing of what is said inside.

use crate::authority::Authority;
use crate::connect::{Budget, set_both};
use crate::error::{Error, ErrorKind, Phase};
use crate::observer::{Event, redacted};
use crate::options::Options;
use crate::timeouts::Limit;
use crate::transport::Transport;
use http_proto::stream::{BodyError, ReadBuffer, read_body};
use http_proto::{
    BodyDecoder, Framing, Headers, Method, Parsed, ProtocolError, ResponseHead, ResponseParser, StatusCode,
    encode_fields, response_framing,
};
use std::fmt;
use std::io::{self, Read, Write};

/// Content of a refusal that is kept.
const REFUSAL_BYTES_MAX: usize = 64 * 1024;

/// Where a tunnel leads, how it is asked for, and what the proxy said last.
pub(super) struct Tunnel {
    destination: Authority,
    request: Vec<u8>,
    answer: Option<ProxyAnswer>,
}

/// What a proxy answered to CONNECT.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProxyAnswer {
    /// Its final head.
    pub head: ResponseHead,
    /// The content of a refusal, at most 64 KiB of it.
    pub content: Vec<u8>,
}

impl ProxyAnswer {
    /// The status: 2xx where the tunnel stands.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The fields. Python: `get_proxy_response_headers`.
    #[must_use]
    #[doc(alias = "get_proxy_response_headers")]
    pub fn headers(&self) -> &Headers {
        &self.head.headers
    }
}

impl Tunnel {
    pub(super) fn new(host: &str, default_port: u16, headers: &Headers) -> Result<Self, ErrorKind> {
        let destination = Authority::parse(host, default_port)?;
        if headers.contains("Content-Length") || headers.contains("Transfer-Encoding") {
            return Err(ErrorKind::InvalidFraming { problem: "a CONNECT request has no content" });
        }
        if headers.get_all("Host").count() > 1 {
            return Err(ErrorKind::InvalidFraming { problem: "two Host fields" });
        }
        let target = destination.with_port();
        let mut request = Vec::new();
        for part in ["CONNECT ", &target, " HTTP/1.1\r\n"] {
            request.extend_from_slice(part.as_bytes());
        }
        if !headers.contains("Host") {
            for part in ["Host: ", &target, "\r\n"] {
                request.extend_from_slice(part.as_bytes());
            }
        }
        encode_fields(headers, &mut request);
        Ok(Self { destination, request, answer: None })
    }

    pub(super) fn destination(&self) -> &Authority {
        &self.destination
    }

    pub(super) fn answer(&self) -> Option<&ProxyAnswer> {
        self.answer.as_ref()
    }

    /// Asks for the tunnel over a transport to the proxy.
    pub(super) fn open(
        &mut self,
        transport: Box<dyn Transport>,
        budget: Budget<'_>,
        options: &mut Options,
    ) -> Result<Box<dyn Transport>, Error> {
        self.answer = None;
        let mut link = Link { transport, budget };
        link.write_all(&self.request)
            .and_then(|()| link.flush())
            .map_err(|error| budget.error(error, Limit::Connect, ErrorKind::Send, Phase::Proxy))?;
        if let Some(observer) = &mut options.observer {
            observer.event(&Event::HeadSent(&redacted(&self.request)));
        }
        let mut buffer = ReadBuffer::new(4096);
        let head = final_head(&mut link, &mut buffer, options)?;
        let verdict = response_framing(&Method::CONNECT, &head)
            .map_err(|error| Error::new(ErrorKind::Protocol(error), Phase::Proxy))?;
        let status = head.status;
        let refused = verdict.framing != Framing::Tunnel;
        let content =
            if refused { refusal(&mut link, &mut buffer, verdict.framing, options) } else { Vec::new() };
        self.answer = Some(ProxyAnswer { head, content });
        if refused {
            return Err(Error::new(ErrorKind::TunnelRefused { status }, Phase::Proxy));
        }
        if !buffer.is_empty() {
            // Neither TLS nor HTTP begins with the server.
            return Err(Error::new(ErrorKind::UnaskedBytes, Phase::Proxy));
        }
        Ok(link.transport)
    }
}

impl fmt::Debug for Tunnel {
    /// Without the fields, which often have credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tunnel").field("destination", &self.destination).finish_non_exhaustive()
    }
}

/// Skips interim answers (RFC 9110 §15.2), a bounded number of them.
fn final_head(
    link: &mut Link<'_>,
    buffer: &mut ReadBuffer,
    options: &mut Options,
) -> Result<ResponseHead, Error> {
    let mut parser = ResponseParser::new(options.limits, options.leniency);
    let mut head = ResponseHead::default();
    for _ in 0..=options.informational_max {
        read_head(link, buffer, &mut parser, &mut head)?;
        if let Some(observer) = &mut options.observer {
            observer.event(&Event::HeadReceived(&head));
        }
        if head.status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Error::new(ErrorKind::UnaskedUpgrade, Phase::Proxy));
        }
        if !head.status.is_informational() {
            return Ok(head);
        }
    }
    let count_max = options.informational_max;
    Err(Error::new(ErrorKind::TooManyInformational { count_max }, Phase::Proxy))
}

fn read_head(
    link: &mut Link<'_>,
    buffer: &mut ReadBuffer,
    parser: &mut ResponseParser,
    head: &mut ResponseHead,
) -> Result<(), Error> {
    let broken = |error| Error::new(ErrorKind::Protocol(error), Phase::Proxy);
    loop {
        if let Parsed::Complete { consumed_bytes, .. } =
            parser.parse(buffer.filled(), head).map_err(broken)?
        {
            buffer.consume(consumed_bytes);
            return Ok(());
        }
        match buffer.fill_from(link) {
            Ok(0) if buffer.is_empty() => {
                return Err(Error::new(ErrorKind::RemoteDisconnected, Phase::Proxy));
            }
            Ok(0) => {
                let received_bytes = u32::try_from(buffer.filled().len()).unwrap_or(u32::MAX);
                return Err(broken(ProtocolError::IncompleteHead { received_bytes }));
            }
            Ok(_) => {}
            Err(error) => {
                return Err(link.budget.error(error, Limit::Connect, ErrorKind::Receive, Phase::Proxy));
            }
        }
    }
}

/// The content of a refusal as far as it comes: it explains an error and makes none of its own.
fn refusal(link: &mut Link<'_>, buffer: &mut ReadBuffer, framing: Framing, options: &Options) -> Vec<u8> {
    let mut decoder = BodyDecoder::new(framing, options.limits);
    let mut content = Vec::new();
    let mut block = [0; 4096];
    while content.len() < REFUSAL_BYTES_MAX {
        let room = block.len().min(REFUSAL_BYTES_MAX - content.len());
        let read: Result<usize, BodyError> =
            read_body(buffer, link, &mut decoder, block.get_mut(..room).unwrap_or_default());
        match read {
            Ok(count) if count > 0 => content.extend_from_slice(block.get(..count).unwrap_or_default()),
            _ => break,
        }
    }
    content
}

/// A transport whose every operation has the time that is left of the budget.
struct Link<'a> {
    transport: Box<dyn Transport>,
    budget: Budget<'a>,
}

impl Link<'_> {
    fn arm(&mut self) -> io::Result<()> {
        set_both(&mut *self.transport, self.budget, Limit::Connect, Phase::Proxy).map_err(io::Error::from)
    }
}

impl Read for Link<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.arm()?;
        self.transport.read(buf)
    }
}

impl Write for Link<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.arm()?;
        self.transport.write(buf)
    }

    /// Sends what the transport has not yet, unless the proxy answers before.
    fn flush(&mut self) -> io::Result<()> {
        while self.transport.holds_unsent() {
            self.arm()?;
            match self.transport.flush_unless_incoming() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
