//! The plain port beside a TLS port: whoever comes there is sent on, and nothing else is answered.

use super::Failure;
use crate::causes::with_causes;
use httpkit::server::{Request, Response, Server, ServerBuilder, ServerHandle, StatusCode, TargetForm};
use std::net::{SocketAddr, TcpListener};

/// Starts the redirecting server; `None` without listeners. `secure` are the addresses with TLS, which share a port.
///
/// # Errors
/// Where there is no such address, or the system does not let it start.
pub(crate) fn serve(
    listeners: Vec<TcpListener>,
    secure: &[SocketAddr],
) -> Result<Option<ServerHandle>, Failure> {
    if listeners.is_empty() {
        return Ok(None);
    }
    let Some(port) = secure.first().map(SocketAddr::port) else {
        return Err(Failure::new("--redirect-http: there is no TLS port to send anyone to"));
    };
    let builder = listeners.into_iter().fold(Server::builder(), ServerBuilder::listener);
    let server = builder.serve(move |request: &mut Request<'_>| redirect(request, port));
    server.map(Some).map_err(|error| Failure::new(with_causes(&error)))
}

/// To the same host, path and query at the TLS port; 308, so that the method stays.
fn redirect(request: &Request<'_>, port: u16) -> Response {
    let asked = request.host().map(|host| without_port(host).to_owned());
    let host = asked.or_else(|| {
        let own = request.local_addr()?.ip().to_canonical();
        Some(if own.is_ipv6() { format!("[{own}]") } else { own.to_string() })
    });
    let target = request.target();
    match (host, target.form()) {
        (Some(host), TargetForm::Origin | TargetForm::Absolute) => {
            let port = if port == 443 { String::new() } else { format!(":{port}") };
            let slash = if target.path_and_query().starts_with('/') { "" } else { "/" };
            let location = format!("https://{host}{port}{slash}{}", target.path_and_query());
            Response::redirect(StatusCode::PERMANENT_REDIRECT, &location)
        }
        _ => Response::error_page(StatusCode::BAD_REQUEST),
    }
}

/// `example.org:80` to `example.org`, `[::1]:80` to `[::1]`.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests;
