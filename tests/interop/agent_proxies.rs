//! `Client` through tinyproxy, squid and microsocks to CPython: forwarded, tunnelled, refused.

use std::process::Command;

use http_client::StatusCode;
use http_client::TlsConfig;
use http_client::client::{Client, ErrorKind, Proxies, Proxy};
use support::certificate::Certificate;
use support::peer::Peer;
use support::python::FileServer;
use tempfile::TempDir;

use crate::client_proxies::{Proxy as Running, microsocks, tinyproxy};

/// CPython over a folder with one file, plain and over TLS.
struct Origin {
    _peers: [Peer; 2],
    plain: String,
    tls: String,
    certificate: Certificate,
    _folder: TempDir,
}

impl Origin {
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("hello.txt"), "hello").unwrap();
        let certificate = Certificate::new().unwrap();
        let (plain, port) = FileServer::default().start(folder.path()).unwrap();
        let mut options = FileServer::default();
        options.certificate = Some(&certificate);
        let (tls, tls_port) = options.start(folder.path()).unwrap();
        Self {
            _peers: [plain, tls],
            plain: format!("http://127.0.0.1:{port}/hello.txt"),
            tls: format!("https://127.0.0.1:{tls_port}/hello.txt"),
            certificate,
            _folder: folder,
        }
    }

    fn client(&self, proxy: &str) -> Client {
        let tls = TlsConfig::builder().without_mozilla_roots().roots_pem(&self.certificate.certificate);
        let tls = tls.and_then(http_client::TlsBuilder::build).unwrap();
        let proxies = Proxies::all(Proxy::new(proxy).unwrap());
        Client::builder().proxies(proxies).tls(tls).build().unwrap()
    }
}

#[track_caller]
fn reaches_both(origin: &Origin, proxy: &str) {
    let client = origin.client(proxy);
    for _ in 0..2 {
        for url in [&origin.plain, &origin.tls] {
            let answer = client.get(url).send().unwrap_or_else(|error| panic!("{error:#}"));
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.text().unwrap(), "hello");
        }
    }
}

/// 407: as an answer where the request is forwarded, inside the error where a tunnel is refused; its page readable.
#[track_caller]
fn refuses(origin: &Origin, proxy: &str) {
    let client = origin.client(proxy);
    let answer = client.get(&origin.plain).send().unwrap();
    assert_eq!(answer.status(), StatusCode::PROXY_AUTHENTICATION_REQUIRED);
    assert!(answer.text().unwrap().contains("<html"));
    let error = client.get(&origin.tls).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Proxy, "{error:#}");
    let refusal = error.proxy_answer().unwrap();
    assert_eq!(refusal.status(), StatusCode::PROXY_AUTHENTICATION_REQUIRED);
    assert!(!refusal.content.is_empty());
}

fn at(scheme: &str, who: &str, proxy: &Running) -> String {
    format!("{scheme}://{who}{}", proxy.host())
}

#[test]
fn tinyproxy_forwards_and_tunnels() {
    let origin = Origin::start();
    reaches_both(&origin, &at("http", "", &tinyproxy("")));
}

#[test]
fn tinyproxy_asks_for_credentials_and_takes_them() {
    let origin = Origin::start();
    let proxy = tinyproxy("BasicAuth me secret");
    refuses(&origin, &at("http", "", &proxy));
    reaches_both(&origin, &at("http", "me:secret@", &proxy));
}

#[test]
fn squid_forwards_and_tunnels() {
    let origin = Origin::start();
    reaches_both(&origin, &at("http", "", &squid("http_access allow all")));
}

#[test]
fn squid_asks_for_credentials_and_takes_them() {
    let origin = Origin::start();
    let proxy = squid("acl known proxy_auth REQUIRED\nhttp_access allow known\nhttp_access deny all");
    refuses(&origin, &at("http", "", &proxy));
    refuses(&origin, &at("http", "me:wrong@", &proxy));
    reaches_both(&origin, &at("http", "me:secret@", &proxy));
}

#[test]
fn microsocks_connects_with_and_without_credentials() {
    let origin = Origin::start();
    let open = microsocks(&[]);
    reaches_both(&origin, &at("socks5", "", &open));
    reaches_both(&origin, &at("socks5h", "", &open));
    let closed = microsocks(&["-u", "me", "-P", "secret"]);
    reaches_both(&origin, &at("socks5", "me:secret@", &closed));
    let error = origin.client(&at("socks5h", "me:wrong@", &closed)).get(&origin.plain).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Proxy, "{error:#}");
}

/// Knows one user.
const HELPER: &str = "while read -r user password; do\n  if [ \"$user $password\" = 'me secret' ]; then echo OK; else \
                      echo ERR; fi\ndone\n";

fn squid(access: &'static str) -> Running {
    Running::start(move |port, folder| {
        let (configuration, helper) = (folder.join("squid.conf"), folder.join("helper.sh"));
        std::fs::write(&helper, HELPER).unwrap();
        let folder = folder.display();
        let helper = helper.display();
        let text = format!(
            "http_port 127.0.0.1:{port}\npid_filename none\naccess_log none\ncache_log /dev/stderr\n\
             cache_store_log none\nnetdb_filename none\ncache deny all\ncoredump_dir {folder}\n\
             shutdown_lifetime 0 seconds\nacl SSL_ports port 1-65535\n\
             auth_param basic program /bin/sh {helper}\nauth_param basic children 1\n\
             auth_param basic realm test\n{access}\n"
        );
        std::fs::write(&configuration, text).unwrap();
        readable_by_all(configuration.parent().unwrap());
        let mut command = Command::new("squid");
        command.arg("-N").arg("-f").arg(configuration);
        command
    })
}

/// Squid gives up the rights of root before it starts its helper.
fn readable_by_all(folder: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}
