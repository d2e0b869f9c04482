//! A WebSocket server (RFC 6455) on an upgraded stream, with the crate tungstenite for the frames: it sends back each
//! text that it gets. `cargo run -p http-server --example websocket`, then open the page that it names.

use http_server::{Handler, HandlerError, Methods, Request, Response, Server, ServerHandle, StatusCode};
use std::error::Error;
use std::io::{self, Write};
use std::time::Duration;
use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::{Role, WebSocket};
use tungstenite::{Message, error::Error as SocketError};

const PAGE: &str = "<!DOCTYPE html><title>Echo</title><input id=text autofocus><pre id=log></pre><script>
const socket = new WebSocket(location.href.replace(/^http/, 'ws'));
const text = document.getElementById('text'), log = document.getElementById('log');
text.onchange = () => { socket.send(text.value); text.value = ''; };
socket.onmessage = event => log.append(event.data + '\\n');
</script>";

/// The answer that makes a WebSocket of the connection (RFC 6455 §4.2.2), and what is done with it then.
fn websocket(
    request: &Request<'_>,
    run: impl FnOnce(&mut WebSocket<http_server::Upgraded>) -> Result<(), SocketError> + Send + 'static,
) -> Response {
    let wanted = request.headers().has_token("Upgrade", "websocket")
        && request.header("Sec-WebSocket-Version").is_some_and(|version| version == "13");
    let key = request.header("Sec-WebSocket-Key").filter(|_| wanted);
    let Some(key) = key else {
        return Response::error_page(StatusCode::UPGRADE_REQUIRED)
            .with_header("Upgrade", "websocket")
            .with_header("Sec-WebSocket-Version", "13");
    };
    // A page of another site must not speak for its visitors (RFC 6455 §10.2).
    let own = request.host().map(|host| format!("{}://{host}", request.scheme()));
    if request.header("Origin").is_some_and(|origin| origin.to_str().ok() != own.as_deref()) {
        return Response::error_page(StatusCode::FORBIDDEN);
    }
    let accept = derive_accept_key(key.as_bytes());
    Response::upgrade("websocket", move |stream| {
        // Whoever is silent for so long is gone.
        if stream.set_timeouts(Some(Duration::from_secs(300)), Some(Duration::from_secs(30))).is_ok() {
            let mut socket = WebSocket::from_raw_socket(stream, Role::Server, None);
            // What ends a conversation is nothing to report here.
            drop(run(&mut socket));
        }
    })
    .with_header("Sec-WebSocket-Accept", accept)
}

fn echo(request: &mut Request<'_>) -> Result<Response, HandlerError> {
    if !request.headers().contains("Upgrade") {
        return Ok(Response::html(PAGE));
    }
    Ok(websocket(request, |socket| {
        loop {
            match socket.read()? {
                text @ Message::Text(_) => socket.send(text)?,
                Message::Close(_) => return socket.flush(),
                _ => {}
            }
        }
    }))
}

/// All that is here to be served.
pub(crate) fn handler() -> impl Handler + 'static {
    Methods::new().get(echo)
}

/// Serves on a free port of this machine.
pub(crate) fn serve() -> Result<ServerHandle, http_server::Error> {
    Server::bind("127.0.0.1:0")?.serve(handler())
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let server = serve()?;
    for address in server.addresses() {
        writeln!(io::stdout(), "http://{address}/")?;
    }
    server.wait();
    Ok(())
}
