//! Python's `http.server`, word by word: where each name is found here, and what is done otherwise and why.
//!
//! # Names
//!
//! | `http.server` | here |
//! | --- | --- |
//! | `HTTPServer((host, port), Handler)`, `ThreadingHTTPServer` | [`Server::bind`](crate::Server::bind); one connection at a time: [`ServerBuilder::serial`](crate::ServerBuilder::serial) |
//! | `HTTPSServer(…, certfile=…, keyfile=…)` | [`ServerBuilder::bind_tls`](crate::ServerBuilder::bind_tls) |
//! | `serve_forever()` | [`serve_forever`](crate::ServerBuilder::serve_forever), or [`serve`](crate::ServerBuilder::serve), which returns at once |
//! | `shutdown()`, `server_close()` | [`ServerHandle::shutdown`](crate::ServerHandle::shutdown), which says what it cut off |
//! | `server_address`, `server_name`, `server_port` | [`ServerHandle::addresses`](crate::ServerHandle::addresses) |
//! | a class with `do_GET`, `do_POST`, … | [`MethodHandler`](crate::MethodHandler), any closure that is a [`Handler`](crate::Handler), a [`Router`](crate::Router) |
//! | `self.command`, `self.path`, `self.request_version`, `self.headers` | [`Request::method`](crate::Request::method), [`target`](crate::Request::target), [`version`](crate::Request::version), [`headers`](crate::Request::headers) |
//! | `urlsplit(self.path)`, `parse_qs(…)` | [`Request::path`](crate::Request::path), [`query_value`](crate::Request::query_value), [`query_pairs`](crate::Request::query_pairs) |
//! | `self.rfile.read(length)` | [`Request::body`](crate::Request::body), [`read_to_vec`](crate::Request::read_to_vec), [`read_form`](crate::Request::read_form), [`multipart`](crate::Request::multipart) |
//! | `self.client_address` | [`Request::peer_addr`](crate::Request::peer_addr); behind a proxy [`client_addr`](crate::Request::client_addr) |
//! | `send_response(…)`, `send_header(…)`, `end_headers()`, `self.wfile.write(…)` | a [`Response`](crate::Response), which is returned; piece by piece [`Response::stream`](crate::Response::stream) |
//! | `self.close_connection = True` | [`with_header`](crate::Response::with_header) with `Connection: close` |
//! | `send_error(code, message, explain)` | [`Response::error_page_with`](crate::Response::error_page_with) |
//! | `log_request`, `log_error`, `log_message` | [`Logged`](crate::Logged), [`ServerBuilder::observer`](crate::ServerBuilder::observer) |
//! | `SimpleHTTPRequestHandler(directory=…)` | [`StaticFiles::new`](crate::StaticFiles::new) |
//! | `extensions_map`, `index_pages` | [`StaticFiles::content_type`](crate::StaticFiles::content_type), [`StaticFiles::index`](crate::StaticFiles::index) |
//! | `python -m http.server` | the command `http-server`, of the crate `httpkit-cli` |
//!
//! # Deliberate differences
//!
//! What is not in these tables is done as CPython 3.13 does it. `CGIHTTPRequestHandler` is not here: it is deprecated there,
//! and gone from 3.15.
//!
//! ## Connections
//!
//! | CPython | here | why |
//! | --- | --- | --- |
//! | a thread for each connection, without a bound | threads up to [a bound](crate::ServerBuilder::threads_max), none for a connection that idles | memory and threads are not the peer's to spend |
//! | no timeouts | one for each step: [`Timeouts`](crate::Timeouts) | a peer that goes silent must not hold anything for ever |
//! | a timeout closes without an answer | 408 where a request had begun | RFC 9110 §15.5.9 |
//! | HTTP/1.0 unless it is told otherwise | HTTP/1.1 unless it is [told otherwise](crate::ServerBuilder::http10) | RFC 9110 §2.5: a server says the highest version that it speaks |
//! | a connection is closed with input unread | what the peer still sends is read for a moment | RFC 9112 §9.6: a reset would destroy the answer |
//! | TLS handshakes in the accept loop (3.14) | where they hold nobody | one silent peer would stop all others |
//!
//! ## Requests
//!
//! | CPython | here | why |
//! | --- | --- | --- |
//! | a request line is split at any blanks; two words are HTTP/0.9 | exactly one space; 400 | RFC 9112 §3, RFC 9110 §2.5 |
//! | an empty line ends the connection | empty lines ahead of a request are skipped | RFC 9112 §2.2 |
//! | Host is not looked at | exactly one valid Host in HTTP/1.1 | RFC 9112 §3.2 |
//! | slashes at the beginning of a target become one | the target stays as it came; no redirect begins with two | RFC 9110 §7.1 |
//! | Connection is compared as a whole | a list of tokens | RFC 9110 §7.6.1 |
//! | content that a handler leaves is read as the next request | it is decoded by its framing, and drained within a bound, or the connection closes | RFC 9112 §6, §9.3 |
//! | 100 is sent at once, other expectations are ignored | 100 when content is first read; 417 | RFC 9110 §10.1.1 |
//! | a method without a function is 501 | 405 with Allow, if the method is known | RFC 9110 §15.5.6 |
//!
//! ## Answers
//!
//! | CPython | here | why |
//! | --- | --- | --- |
//! | the handler frames content, or forgets it | the server does | RFC 9112 §6 |
//! | fields are not checked | CR, LF and NUL cannot be in one; such an answer is a 500 | RFC 9110 §5.5 |
//! | a handler that fails leaves no answer | 500, and the error goes to the observer | RFC 9110 §15.6.1 |
//! | any reason phrase | that of the table | RFC 9112 §4: it means nothing |
//! | an error closes the connection | only where the request was not whole | RFC 9112 §9.3 |
//! | 304 has no fields | those that 200 would have | RFC 9110 §15.4.5 |
//! | a request is logged before it is answered, its size as `-` | behind the answer, with the size of its content | only then both are known |
//!
//! ## Files
//!
//! | CPython | here | why |
//! | --- | --- | --- |
//! | paths are joined and opened by name | each is opened beneath the folder's descriptor, where the system can | no link and no spelling leads out |
//! | links out of the folder, and names that begin with a dot | not found; [`Symlinks::Follow`](crate::files::Symlinks::Follow) and [`hidden`](crate::StaticFiles::hidden) are Python's | what is not meant to be public often has such names |
//! | odd segments are dropped, dots resolved | such a path is not found | one path, one spelling |
//! | a FIFO is opened, and waits for a writer | not found | it would hold a thread for ever |
//! | the redirect to a folder is absolute | relative | it is right behind a proxy that takes a prefix off |
//! | `If-Modified-Since` alone, dates in any form | all preconditions and ranges, with an entity tag; the three forms of HTTP dates | RFC 9110 §13, §14, §5.6.7 |
//! | text has no charset, nothing says how long to keep it | `charset=utf-8`, `Cache-Control: no-cache`, `nosniff` | browsers guess otherwise |
//! | a file that grows is sent beyond its announced length | exactly what was announced; one that became shorter closes the connection | RFC 9112 §8 |
//! | listings are a list of links | sizes and times too; [`FolderView::Python`](crate::files::FolderView::Python) is Python's page | |
