//! Our server behind HAProxy and nginx, with the configurations that its documentation shows, and replaced by another
//! while it is asked.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use http_client::{Body, Headers, HttpConnection, HttpsConnection, StatusCode, TlsConfig as ClientTls};
use http_server::{
    Error, Listen, Networks, Request, Response, Server, ServerHandle, TlsConfig, TrustedProxies,
};
use support::certificate::Certificate;
use support::front::{Front, free_address};
use support::peer;

const HAPROXY: &str = include_str!("../../crates/http-server/src/behind_a_proxy/haproxy.cfg");
const NGINX: &str = include_str!("../../crates/http-server/src/behind_a_proxy/nginx.conf");

const PATIENCE: Duration = Duration::from_secs(60);

/// The client's address: another one of loopback than that of the proxies, which are trusted.
const CLIENT: &str = "127.0.0.2";

/// A text with every one of these replaced; each must be there.
#[track_caller]
fn replaced(text: &str, pairs: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (from, to) in pairs {
        assert!(text.contains(from), "{from:?} is not in the documented configuration");
        text = text.replace(from, to);
    }
    text
}

fn proxies() -> Networks {
    Networks::new(["127.0.0.1"]).unwrap().with_local_sockets()
}

/// Says who asks, or how long the content is.
fn answer(request: &mut Request<'_>) -> Result<Response, Error> {
    if request.path() == "/length" {
        let length = request.read_to_vec(64 << 20)?.len();
        return Ok(Response::text(length.to_string()));
    }
    let client = request.client_addr().map(|client| client.to_string()).unwrap_or_default();
    let forged = ["Forwarded", "X-Forwarded-Host"].iter().any(|name| request.headers().contains(name));
    let host = request.host().unwrap_or_default();
    Ok(Response::text(format!("{client} {} {host} {forged}", request.scheme())))
}

fn serve(listen: Listen) -> ServerHandle {
    Server::builder()
        .listen(listen)
        .unwrap()
        .trusted_proxies(TrustedProxies::x_forwarded(proxies()).with_x_forwarded_host())
        .serve(answer)
        .unwrap()
}

/// HAProxy with the documented configuration, and the addresses of its two frontends.
fn haproxy(pairs: &[(&str, &str)]) -> (Front, SocketAddr, SocketAddr) {
    let (requests, connections) = (free_address().unwrap(), free_address().unwrap());
    let fronts = [("127.0.0.1:8080", &*requests.to_string()), ("127.0.0.1:8081", &*connections.to_string())];
    let front = Front::haproxy(&replaced(HAPROXY, &[&fronts, pairs].concat()), requests).unwrap();
    (front, requests, connections)
}

/// nginx with the documented configuration before `upstream`.
fn nginx(upstream: &str) -> (Front, SocketAddr) {
    let address = free_address().unwrap();
    let site = replaced(NGINX, &[("127.0.0.1:8080", &address.to_string()), ("127.0.0.1:8001", upstream)]);
    (Front::nginx(&site, address).unwrap(), address)
}

fn client(address: SocketAddr) -> HttpConnection {
    let source = SocketAddr::new(CLIENT.parse().unwrap(), 0);
    HttpConnection::builder("127.0.0.1").port(address.port()).source_address(source).build().unwrap()
}

#[track_caller]
fn exchange(
    connection: &mut HttpConnection,
    method: &str,
    path: &str,
    body: Body<'_>,
    fields: &Headers,
) -> String {
    connection.request(method, path, body, fields).unwrap();
    let mut response = connection.get_response().unwrap();
    let content = String::from_utf8(response.read_all(1 << 20).unwrap()).unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{content}");
    content
}

/// What a client says of itself.
fn forged() -> Headers {
    let mut fields = Headers::new();
    for (name, value) in [
        ("X-Forwarded-For", "203.0.113.66"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "forged.example"),
        ("Forwarded", "for=203.0.113.66;proto=https;host=forged.example"),
    ] {
        fields.append(name, value).unwrap();
    }
    fields
}

/// Requests of all kinds through a proxy that writes fields; nothing forged comes through.
#[track_caller]
fn check_requests(address: SocketAddr) {
    let host = format!("127.0.0.1:{}", address.port());
    let mut connection = client(address);
    for fields in [Headers::new(), forged()] {
        let said = exchange(&mut connection, "GET", "/", ().into(), &fields);
        assert_eq!(said, format!("{CLIENT} http {host} false"));
    }
    let body = vec![b'z'; 300_000];
    assert_eq!(exchange(&mut connection, "PUT", "/length", body.clone().into(), &Headers::new()), "300000");
    assert_eq!(
        exchange(&mut connection, "POST", "/length", Body::reader(&body[..]), &Headers::new()),
        "300000"
    );
}

#[test]
fn haproxy_in_front_says_who_asks_and_nothing_that_clients_forge() {
    let server = serve(Listen::tcp("127.0.0.1:0").unwrap());
    let upstream = server.addresses()[0].to_string();
    let (_front, requests, _) = haproxy(&[("127.0.0.1:8001", &upstream)]);
    check_requests(requests);
    assert_eq!(server.shutdown(PATIENCE).cut, 0);
}

#[test]
fn nginx_in_front_says_who_asks_and_nothing_that_clients_forge() {
    let server = serve(Listen::tcp("127.0.0.1:0").unwrap());
    let (_front, address) = nginx(&server.addresses()[0].to_string());
    check_requests(address);
    let accepted = server.stats().connections_accepted;
    assert!(accepted < 5, "{accepted} connections: nginx does not keep them");
    assert_eq!(server.shutdown(PATIENCE).cut, 0);
}

#[test]
fn nginx_in_front_of_a_local_socket_says_who_asks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let server = serve(Listen::unix(&path, 0o666));
    let (_front, address) = nginx(&format!("unix:{}", path.display()));
    check_requests(address);
    assert_eq!(server.shutdown(PATIENCE).cut, 0);
}

#[test]
fn haproxy_in_front_introduces_connections_in_both_versions() {
    for version in ["send-proxy-v2", "send-proxy"] {
        let server = serve(Listen::tcp("127.0.0.1:0").unwrap().proxy_protocol(proxies()));
        let upstream = server.addresses()[0].to_string();
        let (_front, _, connections) = haproxy(&[("127.0.0.1:8002", &upstream), ("send-proxy-v2", version)]);
        let host = format!("127.0.0.1:{}", connections.port());
        // The client is the peer, and it is nobody whose fields are believed.
        let mut connection = client(connections);
        for _ in 0..2 {
            let said = exchange(&mut connection, "GET", "/", ().into(), &forged());
            assert_eq!(said, format!("{CLIENT} http {host} true"), "{version}");
        }
        assert_eq!(server.shutdown(PATIENCE).cut, 0);
    }
}

#[test]
fn tls_goes_through_haproxy_and_ends_at_the_server_that_knows_its_client() {
    let certificate = Certificate::new().unwrap();
    let tls = TlsConfig::from_pem(certificate.certificate.as_bytes(), certificate.key.as_bytes()).unwrap();
    let server = serve(Listen::tcp("127.0.0.1:0").unwrap().proxy_protocol(proxies()).tls(tls));
    let upstream = server.addresses()[0].to_string();
    let (_front, _, connections) = haproxy(&[("127.0.0.1:8002", &upstream)]);
    let trust = ClientTls::builder().roots_pem(&certificate.certificate).unwrap().build().unwrap();
    let source = SocketAddr::new(CLIENT.parse().unwrap(), 0);
    let mut connection = HttpsConnection::builder("localhost")
        .port(connections.port())
        .source_address(source)
        .tls(trust)
        .build()
        .unwrap();
    let said = exchange(&mut connection, "GET", "/", ().into(), &Headers::new());
    assert_eq!(said, format!("{CLIENT} https localhost:{} false", connections.port()));
    drop(connection);
    assert_eq!(server.shutdown(PATIENCE).cut, 0);
}

/// Clients ask through a proxy without a pause while three servers follow each other: every answer is right.
#[track_caller]
fn check_restarts(address: SocketAddr, place: &dyn Fn() -> Listen, first: ServerHandle) {
    let over = AtomicBool::new(false);
    let answers = AtomicUsize::new(0);
    let ask = || {
        let mut connection = client(address);
        while !over.load(Ordering::SeqCst) {
            let said = exchange(&mut connection, "GET", "/", ().into(), &Headers::new());
            assert!(said.starts_with(CLIENT), "{said}");
            answers.fetch_add(1, Ordering::SeqCst);
        }
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        let wait = |count| {
            let want = answers.load(Ordering::SeqCst) + count;
            while answers.load(Ordering::SeqCst) < want && clients.iter().all(|client| !client.is_finished())
            {
                thread::park_timeout(Duration::from_millis(2));
            }
        };
        wait(100);
        let mut current = first;
        for _ in 0..2 {
            let next = serve(place());
            // What the proxy keeps idle is closed at the end of the grace.
            let report = current.hand_over(Duration::from_secs(2));
            assert_eq!(report.cut, 0, "{report:?}");
            wait(100);
            assert!(next.stats().requests > 0, "the next server is not asked");
            current = next;
        }
        over.store(true, Ordering::SeqCst);
        for client in clients {
            client.join().expect("a request failed");
        }
    });
}

#[test]
fn no_request_fails_while_servers_follow_each_other_behind_haproxy() {
    let first = serve(Listen::tcp("127.0.0.1:0").unwrap().reuse_port(true));
    let upstream = first.addresses()[0];
    let (_front, requests, _) = haproxy(&[("127.0.0.1:8001", &upstream.to_string())]);
    check_restarts(requests, &|| Listen::tcp(upstream).unwrap().reuse_port(true), first);
}

#[test]
fn no_request_fails_while_servers_follow_each_other_behind_nginx() {
    let first = serve(Listen::tcp("127.0.0.1:0").unwrap().reuse_port(true));
    let upstream = first.addresses()[0];
    let (_front, address) = nginx(&upstream.to_string());
    check_restarts(address, &|| Listen::tcp(upstream).unwrap().reuse_port(true), first);
}

#[test]
fn wrk_sees_no_failure_while_servers_follow_each_other() {
    let inherited = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let place = || Listen::listener(inherited.try_clone().unwrap());
    let address = inherited.local_addr().unwrap();
    let mut current = serve(place());
    let mut wrk = Command::new("wrk");
    wrk.args(["-t1", "-c16", "-d4s", &format!("http://{address}/")]);
    let said = thread::scope(|scope| {
        let load = scope.spawn(move || peer::run(&mut wrk, b""));
        let mut servers = 0;
        while !load.is_finished() {
            let before = current.stats().requests;
            while current.stats().requests < before + 500 && !load.is_finished() {
                thread::park_timeout(Duration::from_millis(2));
            }
            if load.is_finished() {
                break;
            }
            let next = serve(place());
            let report = current.hand_over(Duration::from_secs(5));
            assert_eq!(report.cut, 0, "{report:?}");
            current = next;
            servers += 1;
        }
        assert!(servers >= 2, "{servers} servers followed each other");
        load.join().unwrap().unwrap()
    });
    assert!(said.contains("requests in"), "{said}");
    assert!(!said.contains("Socket errors") && !said.contains("Non-2xx"), "{said}");
}

#[test]
fn the_documented_configurations_are_all_that_the_proxies_need() {
    // Each as it stands, checked by the programs themselves.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("haproxy.cfg");
    std::fs::write(&file, HAPROXY).unwrap();
    let check = |command: &mut Command, file: &Path| peer::run(command.arg(file), b"").unwrap();
    check(Command::new("haproxy").args(["-c", "-f"]), &file);
}
