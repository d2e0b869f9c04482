//! The servers that are compared, as everybody would write them with each: one route, a short text.

use std::convert::Infallible;
use std::net::TcpListener;
use std::time::Duration;

use axum::routing::get;
use axum::serve::ListenerExt;
use http_body_util::Full;
use http_server::{Limits, Request, Response, Server, ServerHandle, TlsConfig};
use hyper::body::Bytes;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

use crate::CONTENT;

/// How long the handlers wait that wait.
pub(crate) const PAUSE: Duration = Duration::from_millis(2);

/// `http-server` as everybody gets it.
pub(crate) fn ours(listener: TcpListener) {
    let hello = |_: &mut Request<'_>| Response::text(CONTENT);
    let server = Server::builder().listener(listener).server_name("").serve(hello);
    server.expect("it can be served").wait();
}

/// `http-server` that lets more connections in than it usually does.
pub(crate) fn ours_crowded(listener: TcpListener) {
    crate::crowds::raise_descriptors();
    let hello = |_: &mut Request<'_>| Response::text(CONTENT);
    let limits = Limits::default().connections_max(15_000);
    let server = Server::builder().listener(listener).limits(limits).server_name("").serve(hello);
    server.expect("it can be served").wait();
}

/// `http-server` over TLS, with the certificate of the bench.
pub(crate) fn ours_tls(listener: TcpListener) {
    let hello = |_: &mut Request<'_>| Response::text(CONTENT);
    let [certificate, key] = crate::tls::given();
    let tls = TlsConfig::from_pem(&certificate, &key).expect("they belong together");
    let server = Server::builder().listener_tls(listener, tls).server_name("").serve(hello);
    server.expect("it can be served").wait();
}

/// `http-server` beside whoever asks it.
pub(crate) fn in_process() -> ServerHandle {
    let hello = |_: &mut Request<'_>| Response::text(CONTENT);
    let server = Server::bind("127.0.0.1:0").expect("loopback has a free port");
    // One connection asks as often as the clock lets it.
    let server = server.limits(Limits::default().requests_per_connection_max(u32::MAX));
    server.serve(hello).expect("it can be served")
}

/// `http-server` with handlers that wait for something else.
pub(crate) fn ours_waiting(listener: TcpListener) {
    let wait = |_: &mut Request<'_>| {
        std::thread::sleep(PAUSE);
        Response::text(CONTENT)
    };
    let server = Server::builder().listener(listener).server_name("").threads_max(64).serve(wait);
    server.expect("it can be served").wait();
}

pub(crate) fn hyper(listener: TcpListener) {
    on_tokio(async move {
        let listener = tokio_listener(listener);
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream.set_nodelay(true));
            let hello = service_fn(|_| async {
                let answer = hyper::Response::builder().header("content-type", "text/plain; charset=utf-8");
                Ok::<_, Infallible>(
                    answer.body(Full::new(Bytes::from_static(CONTENT.as_bytes()))).expect("it is valid"),
                )
            });
            let mut http = hyper::server::conn::http1::Builder::new();
            tokio::task::spawn_local(http.pipeline_flush(true).serve_connection(TokioIo::new(stream), hello));
        }
    });
}

pub(crate) fn axum(listener: TcpListener) {
    on_tokio(async move {
        let routes = axum::Router::new().route("/hello", get(|| async { CONTENT }));
        let listener = tokio_listener(listener).tap_io(|stream| drop(stream.set_nodelay(true)));
        axum::serve(listener, routes).await.expect("it serves for ever");
    });
}

/// One worker; the main thread accepts.
pub(crate) fn actix(listener: TcpListener) {
    actix_web::rt::System::new().block_on(async {
        let hello = || async { CONTENT };
        let routes = move || actix_web::App::new().route("/hello", actix_web::web::get().to(hello));
        let server = actix_web::HttpServer::new(routes).workers(1).listen(listener);
        server.expect("actix takes the socket").run().await.expect("it serves for ever");
    });
}

/// Four threads answer; each connection has one more.
pub(crate) fn tiny_http(listener: TcpListener) {
    let server = tiny_http::Server::from_listener(listener, None).expect("tiny_http takes the socket");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for request in server.incoming_requests() {
                    // A peer that has gone gets no answer.
                    drop(request.respond(tiny_http::Response::from_string(CONTENT)));
                }
            });
        }
    });
}

fn tokio_listener(listener: TcpListener) -> tokio::net::TcpListener {
    listener.set_nonblocking(true).expect("a socket takes the option");
    tokio::net::TcpListener::from_std(listener).expect("tokio takes the socket")
}

fn on_tokio(work: impl Future<Output = ()> + 'static) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
    tokio::task::LocalSet::new().block_on(&runtime, work);
}
