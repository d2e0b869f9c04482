//! Python's `http.client`, word by word: where each name is found here, and what is done otherwise and why.
//!
//! # Names
//!
//! | `http.client` | here |
//! | --- | --- |
//! | `HTTPConnection(host, port, timeout, source_address, blocksize, max_response_headers)` | [`HttpConnection::new`](crate::HttpConnection::new), [`HttpConnection::builder`](crate::HttpConnection::builder) |
//! | `HTTPSConnection(host, port, context=…)` | [`HttpsConnection`](crate::HttpsConnection), [`ConnectionBuilder::tls`](crate::ConnectionBuilder::tls) |
//! | `request(method, url, body, headers, encode_chunked=…)` | [`request`](crate::HttpConnection::request), [`request_with`](crate::HttpConnection::request_with) |
//! | `putrequest(method, url, skip_host, skip_accept_encoding)` | [`put_request`](crate::HttpConnection::put_request), [`put_request_with`](crate::HttpConnection::put_request_with) |
//! | `putheader(name, *values)` | [`put_header`](crate::HttpConnection::put_header), [`put_header_values`](crate::HttpConnection::put_header_values) |
//! | `endheaders(message_body, encode_chunked=…)` | [`end_headers`](crate::HttpConnection::end_headers), [`end_headers_with`](crate::HttpConnection::end_headers_with) |
//! | `send(data)` | [`send`](crate::HttpConnection::send) |
//! | `getresponse()` | [`get_response`](crate::HttpConnection::get_response) |
//! | `connect()`, `close()` | [`connect`](crate::HttpConnection::connect), [`close`](crate::HttpConnection::close) |
//! | `set_tunnel(host, port, headers)`, `get_proxy_response_headers()` | [`set_tunnel`](crate::HttpConnection::set_tunnel), [`proxy_answer`](crate::HttpConnection::proxy_answer) |
//! | `set_debuglevel(level)` | [`ConnectionBuilder::observer`](crate::ConnectionBuilder::observer) |
//! | `host`, `port`, `sock`, `auto_open`, `_http_vsn` | [`authority`](crate::HttpConnection::authority), [`is_open`](crate::HttpConnection::is_open), [`ConnectionBuilder::auto_open`](crate::ConnectionBuilder::auto_open), [`ConnectionBuilder::version`](crate::ConnectionBuilder::version) |
//! | `HTTPResponse.status`, `reason`, `version`, `headers`, `msg` | the methods of the same names of [`Response`](crate::Response) |
//! | `getheader(name, default)`, `getheaders()` | [`header`](crate::Response::header), [`header_or`](crate::Response::header_or), [`headers`](crate::Response::headers) |
//! | `read()`, `read(n)`, `readinto`, `read1`, `peek`, `readline`, iteration | [`read_all`](crate::Response::read_all), [`Read`](std::io::Read), [`BufRead`](std::io::BufRead) |
//! | `length`, `chunked`, `will_close`, `isclosed()`, `fileno()` | [`remaining_bytes`](crate::Response::remaining_bytes), [`framing`](crate::Response::framing), [`persistence`](crate::Response::persistence), [`is_closed`](crate::Response::is_closed); the socket is the transport's |
//! | `HTTPMessage`, `parse_headers(fp)` | [`Headers`](crate::Headers), `http_proto::parse_response` |
//! | `responses`, `OK`, `NOT_FOUND`, … | [`StatusCode`](crate::StatusCode), [`StatusExt`](crate::StatusExt) |
//! | `CONTENT_TOO_LARGE`, `UNPROCESSABLE_CONTENT` | `StatusCode::PAYLOAD_TOO_LARGE`, `StatusCode::UNPROCESSABLE_ENTITY`: older words for the same |
//! | `HTTP_PORT`, `HTTPS_PORT` | [`HTTP_PORT`](crate::HTTP_PORT), [`HTTPS_PORT`](crate::HTTPS_PORT) |
//!
//! # Exceptions
//!
//! | Python | here |
//! | --- | --- |
//! | `HTTPException` | [`Error`](crate::Error) |
//! | `InvalidURL`, `ValueError` for a method or field | [`InvalidHost`](crate::ErrorKind::InvalidHost), [`InvalidPort`](crate::ErrorKind::InvalidPort), [`InvalidRequest`](crate::ErrorKind::InvalidRequest) |
//! | `CannotSendRequest`, `CannotSendHeader`, `ResponseNotReady`, `NotConnected` | the variants of the same names; `ImproperConnectionState` is [`Error::is_state`](crate::Error::is_state) |
//! | `BadStatusLine`, `LineTooLong`, `UnknownProtocol`, `UnknownTransferEncoding`, "got more than 100 headers" | [`Protocol`](crate::ErrorKind::Protocol) with the rule that was broken |
//! | `RemoteDisconnected` | [`RemoteDisconnected`](crate::ErrorKind::RemoteDisconnected); with `ConnectionResetError` it is [`Error::is_disconnect`](crate::Error::is_disconnect) |
//! | `IncompleteRead(partial, expected)` | [`IncompleteRead`](crate::ErrorKind::IncompleteRead), [`Error::partial`](crate::Error::partial) |
//! | `TimeoutError`, `socket.gaierror`, `ssl.SSLError`, `OSError` | [`Timeout`](crate::ErrorKind::Timeout), [`Resolve`](crate::ErrorKind::Resolve), [`Tls`](crate::ErrorKind::Tls), [`Connect`](crate::ErrorKind::Connect), [`Send`](crate::ErrorKind::Send), [`Receive`](crate::ErrorKind::Receive) |
//! | `OSError("Tunnel connection failed: …")` | [`TunnelRefused`](crate::ErrorKind::TunnelRefused) |
//!
//! # Deliberate differences
//!
//! What is not in this table is done as CPython 3.13 does it.
//!
//! ## Connecting
//!
//! | CPython | here | why |
//! | --- | --- | --- |
//! | no timeout, or one for everything | six, finite but the total; [`Timeouts::all`](crate::Timeouts::all) is Python's | a server that goes silent must not hold a program for ever |
//! | addresses one after the other | happy eyeballs | RFC 8305 |
//! | ports by a lax integer parser: `a: 5`, `a:-5` | digits from 1 to 65535 | RFC 3986 §3.2.3 |
//! | `host:80` with an explicit port keeps the colon in the host | an error | nobody can mean it |
//! | a bare `::1` is host `:` and port 1; `[::1` is taken | an IPv6 address; an error | RFC 3986 §3.2.2 |
//! | user information and empty hosts are taken | errors | RFC 9110 §4.2.4, §4.2.1 |
//! | international names are encoded by IDNA 2003 | they are given in their `xn--` form | this level has no table of Unicode; `url` makes the form |
//! | a kept transport is used as it is | one that was idle for more than a second is looked at first, and replaced if it is dead | nothing has been sent yet, so nothing can be sent twice |
//! | `close()` keeps lines of an unfinished request | nothing of a failed or closed request is left | they would stand before the next request |
//! | trusts the platform's certificates, and knows no others | Mozilla's by default, the platform's by the feature `platform-verifier` | the same everywhere |
//! | TLS 1.3 post-handshake authentication, encrypted keys, `SSLKEYLOGFILE` unasked | not there; a key must be decrypted first; [`key_log_file`](crate::TlsBuilder::key_log_file) | rustls has none of the first two; secrets are written only when asked for |
//!
//! ## Requests
//!
//! | CPython | here | why |
//! | --- | --- | --- |
//! | methods with blanks, DEL or nothing at all pass | a method is a token | RFC 9110 §9.1 |
//! | targets with a fragment, without a slash, `*` for any method pass | the four forms, each where it belongs | RFC 9112 §3.2 |
//! | a rejected method or target leaves the connection stuck | it stays idle | a request that was never sent has no state |
//! | user information of an absolute target is sent, in Host too | it is cut off | RFC 9110 §4.2.4 |
//! | HTTP/1.0 requests have no Host and no `Accept-Encoding` | they have both, unless they are skipped | servers of many names need the first (RFC 9110 §7.2) |
//! | names with blanks and NUL, values with controls and folds pass | a name is a token, a value has no control characters but tab | RFC 9110 §5.1, §5.5 |
//! | several values are folded into one field | a field for each | RFC 9112 §5.2: a sender must not fold |
//! | a field may repeat an automatic one | a second Host, Content-Length or Transfer-Encoding is an error | RFC 9112 §3.2, §6.2 |
//! | text is sent as Latin-1 | as UTF-8; bytes are sent as they are | what is written is what is meant; Latin-1 by giving bytes |
//! | a file is sent in chunks | by its length, if it has one | RFC 9112 §6.2: known lengths are announced |
//! | `0` as Content-Length for PATCH, POST, PUT in any case | in their exact case | RFC 9110 §9.1: methods are case-sensitive |
//! | the content is not compared with its Content-Length | more or less of it is an error | RFC 9112 §6.2 |
//! | bytes under the caller's `Transfer-Encoding: chunked` are sent unseen | they must be well-formed chunks | RFC 9112 §7.1 |
//! | blocks of 8 KiB | of 64 KiB | half the time |
//! | head and content are separate writes | one, if the content is small | one packet |
//! | content follows `Expect: 100-continue` at once | it waits, a second at most | RFC 9110 §10.1.1 |
//! | an early answer is a broken pipe | the answer is read, and sending stops | RFC 9112 §9.5 |
//! | a second request may be sent before the first answer is read | it does not compile | RFC 9112 §9.3.2: pipelining needs a peer that does it right |
//!
//! ## Tunnels
//!
//! | CPython | here | why |
//! | --- | --- | --- |
//! | Host without brackets for IPv6, zones are sent | brackets, no zone | RFC 9112 §3.2.3, RFC 9110 §7.2 |
//! | only 200 opens a tunnel, and a 100 before it is an error | any 2xx, interim answers are skipped | RFC 9110 §9.3.6, §15.2 |
//! | the content of a refusal is lost | it is there, up to 64 KiB | it says why |
//!
//! ## Answers
//!
//! | CPython | here | why |
//! | --- | --- | --- |
//! | 100 is skipped without end; 102 and 103 are final answers | all of 1xx but 101 go to the hook, 32 at most | RFC 9110 §15.2 |
//! | 101 is taken from anybody | only when Upgrade was sent | RFC 9110 §7.8 |
//! | statuses `+200`, `0200`, any blanks between the parts, `HTTP/1.` | exact | RFC 9112 §4 |
//! | at most 99 fields | at most 256, [settable](crate::ConnectionBuilder::limits); `Limits::PYTHON` is near | servers send more |
//! | the end of input inside a head is its end | an error | RFC 9112 §8 |
//! | a bare CR ends a line; controls are kept | errors | RFC 9112 §2.2, RFC 9110 §5.5 |
//! | folds keep their line break, values their trailing blanks | spaces; trimmed | RFC 9112 §5.2, §5 |
//! | a malformed line hides all that follow | an error | RFC 9112 §5.1 |
//! | several Set-Cookie are joined by `getheader` | never joined | RFC 9110 §5.3 |
//! | only the first Transfer-Encoding, only exactly `chunked` | all of them as one list; `chunked` once and last | RFC 9112 §6.1, §6.3 |
//! | an unusable Content-Length is ignored, of several the first counts | errors | RFC 9112 §6.3 |
//! | 204 and 304 in chunks have content | none | RFC 9112 §6.3 |
//! | Connection is searched for `close` in its first line | a list of tokens over all lines | RFC 9110 §7.6.1 |
//! | chunk sizes `+5`, `0x5`, ` 5`; what follows a chunk is not looked at | strict, extensions and trailers bounded | RFC 9112 §7.1 |
//! | trailers are thrown away | [`Response::trailers`](crate::Response::trailers) | RFC 9110 §6.5 |
//! | content that ends early is an error for `read()` only, and a cut chunk is lost | always an error, after all that came | RFC 9112 §8 |
//! | an end of TLS without close_notify ends the content | it is an incomplete read | RFC 9112 §9.8 |
//! | closing a response early leaves its content to the next one | the connection is closed; [`finish`](crate::Response::finish) drains a little | RFC 9112 §9.3 |
//! | `read1`, `peek` and `readline` hide an end that comes too early, and `peek` shows what stands behind the content | they are [`Read`](std::io::Read) and [`BufRead`](std::io::BufRead), and do neither | RFC 9112 §6.3, §8 |
//! | some errors leave the connection open | it is closed by every error of an answer | RFC 9112 §8 |
//! | `fileno()`, `geturl()` | not there: one would go round the framing, the other knows no URL | RFC 9112 §6.3 |
//! | helpers of e-mail on the list of fields | level 2 reads content types; `getallmatchingheaders` is [`header_all`](crate::Response::header_all) | RFC 9110 §8.3 |
//! | `read()` asks for all of Content-Length at once | memory grows with what comes | a promise of a peer is not worth memory |
//! | attributes are `UNKNOWN` before the head has come | there is no response before | – |
//!
//! ## Errors and watching
//!
//! | CPython | here | why |
//! | --- | --- | --- |
//! | `BadStatusLine` has the line | the rule that was broken, and at which byte | a line may hold anything, and messages hold no secrets (RFC 9110 §17.9) |
//! | exceptions of many families | one [`Error`](crate::Error), with phase, peer, address, what was sent, and its source | RFC 9110 §9.2.2: so one knows whether to send again |
//! | `set_debuglevel` prints | an [`Observer`](crate::Observer) is told, credentials and cookies hidden | RFC 9110 §17.16 |
//! | of a proxy's answer half is printed | heads of proxies are events like others | the same |
