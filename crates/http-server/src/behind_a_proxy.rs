//! How to run behind HAProxy or nginx: configurations that the tests of this project run, letter for letter but for
//! addresses.
//!
//! A proxy has one address for all its clients. To know them apart, either
//!
//! - the proxy writes fields into each request, and the server is told whose fields to believe by
//!   [`ServerBuilder::trusted_proxies`]: then [`Request::client_addr`], [`Request::scheme`] and [`Request::host`] are
//!   those of the client; or
//! - the proxy passes on whole connections and introduces each by the PROXY protocol, for which
//!   [`Listen::proxy_protocol`] asks: then [`Request::peer_addr`] is the client's, and so is all that counts by address.
//!   TLS may end here or there.
//!
//! A listener of the second kind is only for proxies, the first may serve anybody: who is not trusted is not believed.
//!
//! ```no_run
//! use http_server::{Listen, Networks, Request, Response, Server, TrustedProxies};
//!
//! # fn main() -> Result<(), http_server::Error> {
//! let proxies = Networks::new(["127.0.0.1", "10.0.0.0/24"])?;
//! let server = Server::builder()
//!     .bind("127.0.0.1:8001")?
//!     .listen(Listen::tcp("127.0.0.1:8002")?.proxy_protocol(proxies.clone()))?
//!     .trusted_proxies(TrustedProxies::x_forwarded(proxies))
//!     .serve(|request: &mut Request<'_>| Response::text(format!("{:?}\n", request.client_addr())))?;
//! server.wait();
//! # Ok(())
//! # }
//! ```
//!
//! # HAProxy
//!
//! ```text
#![doc = include_str!("behind_a_proxy/haproxy.cfg")]
//! ```
//!
//! # nginx
//!
//! A file of `/etc/nginx/conf.d`:
//!
//! ```text
#![doc = include_str!("behind_a_proxy/nginx.conf")]
//! ```
//!
//! On a local socket, its peer is trusted by [`Networks::with_local_sockets`].
//!
//! # What to set beside
//!
//! - [`Limits::connections_per_address_max`] counts proxies where they are the peers: leave it as it is. By default, trusted
//!   proxies and this machine are not counted, and what a proxy introduces is counted by its client.
//! - [`Timeouts::idle`] should be longer than the proxy keeps its own idle connections, or it asks on one that is just
//!   being closed: nginx keeps them for 60 s (`keepalive_timeout`), HAProxy for its `timeout server`.
//! - To replace the server without a failed request, start the next one on the same address and
//!   [hand over](crate::ServerHandle::hand_over).
//!
//! [`Limits::connections_per_address_max`]: crate::Limits::connections_per_address_max
//! [`Listen::proxy_protocol`]: crate::Listen::proxy_protocol
//! [`Networks::with_local_sockets`]: crate::Networks::with_local_sockets
//! [`Request::client_addr`]: crate::Request::client_addr
//! [`Request::host`]: crate::Request::host
//! [`Request::peer_addr`]: crate::Request::peer_addr
//! [`Request::scheme`]: crate::Request::scheme
//! [`ServerBuilder::trusted_proxies`]: crate::ServerBuilder::trusted_proxies
//! [`Timeouts::idle`]: crate::Timeouts::idle
