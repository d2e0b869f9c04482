//! Behind a proxy: who the client is when everybody comes from the load balancer, and how to restart without a gap.
//!
//! A proxy ends TLS, spreads load and hides addresses. Three things change for the server:
//!
//! 1. **The peer is the proxy.** [`Request::peer_addr`](crate::server::Request::peer_addr) is its address. What it says of the
//!    client is worth something only if nobody else can say it, so the server believes `Forwarded` or `X-Forwarded-For` of
//!    those alone that [`trusted_proxies`](crate::server::ServerBuilder::trusted_proxies) names; then
//!    [`client_addr`](crate::server::Request::client_addr), [`scheme`](crate::server::Request::scheme) and
//!    [`host`](crate::server::Request::host) are the client's. A proxy that hands on bytes instead of requests can say it by the
//!    PROXY protocol: [`Listen::proxy_protocol`](crate::server::Listen::proxy_protocol).
//! 2. **The scheme is the proxy's.** A redirect must be relative, or be built from what the proxy says. All redirects
//!    that this server makes by itself are relative.
//! 3. **Connections are long.** A proxy keeps connections open and sends requests of many clients over one. The server's idle
//!    timeout must be longer than the proxy's, or a request meets a connection that is just being closed:
//!
//! ```
//! use httpkit::server::limits::{Limits, Timeouts};
//! use httpkit::server::{Networks, Request, Response, Server, TrustedProxies};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::bind("127.0.0.1:0")? // reached by the proxy alone
//!     .timeouts(Timeouts::default().idle(Duration::from_secs(120))) // nginx keeps upstreams for 60 s
//!     .limits(Limits::default().requests_per_connection_max(u32::MAX))
//!     .trusted_proxies(TrustedProxies::x_forwarded(Networks::new(["127.0.0.1"])?))
//!     .serve(|request: &mut Request<'_>| Response::text(format!("{:?}\n", request.client_addr())))?;
//! # drop(server);
//! # Ok(())
//! # }
//! ```
//!
//! On one machine a Unix socket is the better door, since nobody from outside can knock:
//! [`bind_unix`](crate::server::ServerBuilder::bind_unix).
//!
//! Configurations of HAProxy and nginx that the tests run are in [`server::behind_a_proxy`](crate::server::behind_a_proxy).
//!
//! # Restarting without a gap
//!
//! A new process can share the port ([`Listen::reuse_port`](crate::server::Listen::reuse_port)) or get the listener from a
//! service manager (`server::systemd`, feature `systemd`), and the old one ends with
//! [`hand_over`](crate::server::ServerHandle::hand_over): it takes no more connections, says `Connection: close` in its last
//! answers, and reports what became of each.
//!
//! # Smuggling
//!
//! Two servers in a row that disagree where a request ends let an attacker hide a second one in the first. This server
//! refuses what can be read in two ways (two lengths, a length beside `chunked`, a line break without CR, a space before a
//! colon) with 400 and closes the connection; so does [`client`](crate::client), if you write the proxy with it: both use one parser
//! and one framing rule, [`proto::request_framing`](crate::proto::request_framing).
