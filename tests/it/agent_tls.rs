//! `Client` over TLS: straight, behind redirects between the schemes, and through proxies.

use http_client::TlsConfig;
use http_client::client::{Client, ClientBuilder, ErrorKind, Proxies, Proxy, Redirects};
use http_client::testing::FakeClock;
use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::certificate::Certificate;
use support::stage::{Seen, Stage, read_request, write_answer};

use crate::client_peer::accept_tls;

/// A server over TLS, what it has seen, and what to trust.
pub(crate) struct Secure {
    pub(crate) stage: Stage,
    seen: Arc<Mutex<Vec<Seen>>>,
    pub(crate) trust: TlsConfig,
}

impl Secure {
    pub(crate) fn start(answer: impl Fn(&Seen) -> (String, String) + Send + Sync + 'static) -> Self {
        Self::start_after(|| (), answer)
    }

    /// The same, doing something before each handshake.
    fn start_after(
        before_handshake: impl Fn() + Send + Sync + 'static,
        answer: impl Fn(&Seen) -> (String, String) + Send + Sync + 'static,
    ) -> Self {
        let certificate = Certificate::new().unwrap();
        let trust = trusting(&certificate);
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let record = Arc::clone(&seen);
        let stage = Stage::raw(move |number, stream| {
            before_handshake();
            let mut reader = BufReader::new(accept_tls(stream, &certificate, &[]));
            let mut before = 0;
            while let Some(request) = read_request(&mut reader, number, before)? {
                let (status, fields) = answer(&request);
                let is_head = request.line().starts_with("HEAD");
                record.lock().unwrap().push(request);
                let content = if is_head { &b""[..] } else { b"secure" };
                write_answer(reader.get_mut(), &status, &fields, content)?;
                before += 1;
            }
            Ok(())
        })
        .unwrap();
        Self { stage, seen, trust }
    }

    pub(crate) fn hello() -> Self {
        Self::hello_after(|| ())
    }

    pub(crate) fn hello_after(before_handshake: impl Fn() + Send + Sync + 'static) -> Self {
        Self::start_after(before_handshake, |_| ("200 OK".to_owned(), String::new()))
    }

    /// A client that trusts it.
    pub(crate) fn client(&self) -> ClientBuilder {
        Client::builder().tls(self.trust.clone()).proxy_tls(self.trust.clone())
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.stage.address())
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

pub(crate) fn trusting(certificate: &Certificate) -> TlsConfig {
    let roots = TlsConfig::builder().without_mozilla_roots().roots_pem(&certificate.certificate);
    roots.unwrap().build().unwrap()
}

#[test]
fn a_connection_over_tls_is_kept_also_behind_late_tickets() {
    let secure = Secure::hello();
    let clock = FakeClock::new();
    let client = secure.client().clock(clock.clone()).build().unwrap();
    for _ in 0..3 {
        let answer = client.get(secure.url("/")).send().unwrap();
        assert_eq!(answer.connection().tls.as_ref().unwrap().version, "TLSv1.3");
        assert_eq!(answer.text().unwrap(), "secure");
        // Long enough that the connection is looked at before it is used: tickets lie there.
        clock.advance(Duration::from_secs(5));
    }
    assert_eq!(secure.stage.connections(), 1);
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused_by_another_client_of_the_same_program() {
    let secure = Secure::hello();
    secure.client().build().unwrap().get(secure.url("/")).send().unwrap();
    let error = Client::new().get(secure.url("/")).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.is_safe_to_retry());
    assert_eq!(secure.seen().len(), 1);
}

#[test]
fn a_redirect_between_the_schemes_is_one_between_origins() {
    let secure = Secure::hello();
    let location = secure.url("/there");
    let plain = Stage::start(move |_, stream| {
        write_answer(stream, "307 Temporary Redirect", &format!("Location: {location}\r\n"), b"")?;
        Ok(support::stage::After::Keep)
    })
    .unwrap();
    let client = secure.client().build().unwrap();
    let answer = client
        .put(plain.url("/"))
        .body("content")
        .header("Authorization", "Basic x")
        .header("Cookie", "a=b")
        .send()
        .unwrap();
    assert_eq!(answer.url().as_str(), secure.url("/there"));
    let seen = &secure.seen()[0];
    assert_eq!((seen.line(), &*seen.body), ("PUT /there HTTP/1.1", &b"content"[..]));
    assert!(seen.field("Authorization").is_none() && seen.field("Cookie").is_none());
}

#[test]
fn a_step_down_to_http_is_refused_unless_it_is_allowed() {
    let plain = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"plain")?;
        Ok(support::stage::After::Keep)
    })
    .unwrap();
    let location = plain.url("/");
    let secure = Secure::start(move |_| ("302 Found".to_owned(), format!("Location: {location}\r\n")));
    let client = secure.client().build().unwrap();
    let url = secure.url("/").replace("https://", "https://joe:pw@");
    let error = client.get(&url).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RedirectRefused);
    assert_eq!(plain.connections(), 0);
    let allowed = client.get(&url).redirects(Redirects::default().allow_downgrade(true)).send().unwrap();
    assert_eq!(allowed.text().unwrap(), "plain");
    assert!(secure.seen()[1].field("Authorization").is_some());
    assert_eq!(plain.seen()[0].field("Authorization"), None);
}

/// A proxy that tunnels to any port of loopback; the heads of its CONNECTs.
fn tunnelling() -> (Stage, Arc<Mutex<Vec<Seen>>>) {
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let record = Arc::clone(&seen);
    let stage = Stage::raw(move |number, mut stream| {
        let mut reader = BufReader::with_capacity(1, stream.try_clone()?);
        let Some(request) = read_request(&mut reader, number, 0)? else { return Ok(()) };
        let target: SocketAddr = request.method_and_target().1.parse().map_err(io::Error::other)?;
        record.lock().unwrap().push(request);
        let mut far = TcpStream::connect(target)?;
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
        let (mut back, mut forth) = (far.try_clone()?, stream.try_clone()?);
        std::thread::spawn(move || io::copy(&mut back, &mut forth));
        io::copy(&mut stream, &mut far)?;
        far.shutdown(std::net::Shutdown::Write)
    })
    .unwrap();
    (stage, seen)
}

#[test]
fn a_tunnel_hides_everything_from_the_proxy_and_the_proxys_credentials_from_the_server() {
    let secure = Secure::hello();
    let (proxy, connects) = tunnelling();
    let named =
        Proxy::new(&format!("http://joe:pw@{}", proxy.address())).unwrap().header("X-Via", "1").unwrap();
    let client = secure.client().proxies(Proxies::all(named)).build().unwrap();
    for _ in 0..2 {
        assert_eq!(client.get(secure.url("/path")).send().unwrap().text().unwrap(), "secure");
    }
    let connects = connects.lock().unwrap();
    assert_eq!(connects.len(), 1, "the tunnel is kept");
    assert_eq!(connects[0].line(), format!("CONNECT {} HTTP/1.1", secure.stage.address()));
    assert_eq!(connects[0].field("Proxy-Authorization"), Some("Basic am9lOnB3"));
    assert_eq!(connects[0].field("X-Via"), Some("1"));
    assert_eq!(connects[0].field("User-Agent"), None);
    let seen = &secure.seen()[0];
    assert_eq!(seen.line(), "GET /path HTTP/1.1");
    assert!(seen.field("Proxy-Authorization").is_none() && seen.field("X-Via").is_none());
}

#[test]
fn a_proxy_over_tls_gets_whole_urls_inside_of_tls() {
    let proxy = Secure::hello();
    let named = Proxy::new(&format!("https://{}", proxy.stage.address())).unwrap();
    let client = proxy.client().proxies(Proxies::all(named)).build().unwrap();
    assert_eq!(client.get("http://a.test/x").send().unwrap().text().unwrap(), "secure");
    assert_eq!(proxy.seen()[0].line(), "GET http://a.test/x HTTP/1.1");
}

#[test]
fn content_without_a_goodbye_is_incomplete() {
    let certificate = Certificate::new().unwrap();
    let trust = trusting(&certificate);
    let stage = Stage::raw(move |_, stream| {
        let mut stream = accept_tls(stream, &certificate, &[]);
        let mut head = [0; 1024];
        let _ = stream.read(&mut head)?;
        stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf of")?;
        stream.flush()
    })
    .unwrap();
    let client = Client::builder().tls(trust).build().unwrap();
    let answer = client.get(format!("https://{}/", stage.address())).send().unwrap();
    assert_eq!(answer.bytes().unwrap_err().kind(), ErrorKind::Incomplete);
}
