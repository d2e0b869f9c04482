//! The cross-crate tests, in one binary.

#![cfg(test)]

mod agent_advisories;
mod agent_basics;
mod agent_cancel;
mod agent_downloads;
mod agent_errors;
mod agent_framing;
mod agent_limits;
mod agent_observers;
mod agent_options;
mod agent_peer;
mod agent_pool;
mod agent_proxies;
mod agent_redirects;
mod agent_resilience;
mod agent_scenarios;
mod agent_timeouts;
mod agent_tls;
mod client_errors;
mod client_examples;
mod client_peer;
mod client_properties;
mod client_proxies;
mod client_scenarios;
mod client_sockets;
mod client_tls;
mod client_tls_options;
mod cookies_server;
mod faults;
mod fuzz_cookies;
mod fuzz_jar;
mod jar_client;
mod jar_durability;
mod jar_properties;
mod machines_fuzz;
mod proto_fuzz;
mod proto_heads;
mod server_fuzz;
