//! The jar in both levels of the client, against a server on loopback that says what to set and tells what came; and with the
//! types of another client.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use http_client::{Client, Headers, HttpConnection};
use http_cookiejar::{CookieJar, CookieRequest, CookieRequestMut, CookieResponse, RequestInfo, SharedJar};

/// A server that gives these answers, one a connection, and hands back the heads of the requests.
struct Server {
    port: u16,
    heads: JoinHandle<Vec<String>>,
}

impl Server {
    fn start(answers: impl FnOnce(u16) -> Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = answers(port);
        let heads = std::thread::spawn(move || {
            let answer = |fields: String| {
                let (mut stream, _) = listener.accept().unwrap();
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
                    head.push(byte[0]);
                }
                let rest = "Content-Length: 0\r\nConnection: close\r\n\r\n";
                stream.write_all(format!("HTTP/1.1 {fields}\r\n{rest}").as_bytes()).unwrap();
                String::from_utf8(head).unwrap()
            };
            answers.into_iter().map(answer).collect()
        });
        Self { port, heads }
    }

    /// The `Cookie` fields that came, one a request; empty where there was none.
    fn cookies(self) -> Vec<String> {
        let heads = self.heads.join().unwrap();
        let field =
            |head: &String| head.lines().find_map(|line| line.strip_prefix("Cookie: ").map(str::to_owned));
        heads.iter().map(|head| field(head).unwrap_or_default()).collect()
    }
}

#[test]
fn a_client_keeps_cookies_over_redirects_and_tells_hosts_apart() {
    let server = Server::start(|port| {
        vec![
            "302 Found\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; Path=/deep\r\nLocation: /next"
                .to_owned(),
            format!("302 Found\r\nSet-Cookie: c=3\r\nLocation: http://localhost:{port}/deep/er"),
            "200 OK\r\nSet-Cookie: a=; Max-Age=0; Path=/".to_owned(),
            "200 OK".to_owned(),
        ]
    });
    let jar = SharedJar::new(CookieJar::new());
    let client = Client::builder().cookies(Arc::new(jar.clone())).build().unwrap();
    client.get(format!("http://127.0.0.1:{}/start", server.port)).send().unwrap();
    client.get(format!("http://127.0.0.1:{}/deep/er", server.port)).send().unwrap();
    assert_eq!(server.cookies(), ["", "a=1", "", "b=2; a=1; c=3"]);
    assert_eq!(jar.lock().len(), 3);
}

#[test]
fn a_connection_needs_two_calls() {
    let server = Server::start(|_| vec!["200 OK\r\nset-cookie: a=1".to_owned(), "200 OK".to_owned()]);
    let mut jar = CookieJar::new();
    for _ in 0..2 {
        let mut connection = HttpConnection::new(&format!("127.0.0.1:{}", server.port)).unwrap();
        let info = RequestInfo::on_connection(&connection, "/x?y");
        let mut headers = Headers::new();
        jar.add_cookie_header(&mut info.with_headers(&mut headers));
        connection.request("GET", "/x?y", (), &headers).unwrap();
        let response = connection.get_response().unwrap();
        jar.extract_cookies(&response, &info);
    }
    assert_eq!(server.cookies(), ["", "a=1"]);
}

/// The request of some other client, in the types of the `http` crate.
struct Ask(http::Request<()>);

/// Its answer.
struct Answer(http::Response<()>);

impl CookieRequest for Ask {
    fn scheme(&self) -> &str {
        self.0.uri().scheme_str().unwrap_or("http")
    }

    fn host(&self) -> &str {
        self.0.uri().host().unwrap_or_default()
    }

    fn port(&self) -> Option<u16> {
        self.0.uri().port_u16()
    }

    fn path(&self) -> &str {
        self.0.uri().path()
    }

    fn has_header(&self, name: &str) -> bool {
        self.0.headers().contains_key(name)
    }
}

impl CookieRequestMut for Ask {
    fn set_header(&mut self, name: &str, value: &[u8]) -> bool {
        let name = http::HeaderName::from_bytes(name.as_bytes());
        let (Ok(name), Ok(value)) = (name, http::HeaderValue::from_bytes(value)) else { return false };
        self.0.headers_mut().insert(name, value);
        true
    }
}

impl CookieResponse for Answer {
    fn for_each_header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        self.0.headers().get_all(name).iter().for_each(|value| each(value.as_bytes()));
    }
}

#[test]
fn three_small_traits_put_the_jar_beside_another_clients_types() {
    let ask = |url: &str| Ask(http::Request::get(url).body(()).unwrap());
    let answer = http::Response::builder()
        .header("Set-Cookie", "sid=1; Secure; Path=/")
        .header("Set-Cookie", "theme=dark; Domain=example.org")
        .header("Set-Cookie", "x=1; Domain=other.example");
    let mut jar = CookieJar::new();
    let got =
        jar.extract_cookies(&Answer(answer.body(()).unwrap()), &ask("https://www.example.org:8443/a?b"));
    assert_eq!((got.stored, got.refused.len()), (2, 1));
    let mut next = ask("https://www.example.org/");
    assert!(jar.add_cookie_header(&mut next));
    assert_eq!(next.0.headers()["cookie"], "sid=1; theme=dark");
    assert!(!jar.add_cookie_header(&mut next), "a field that is there is left alone");
    let mut plain = ask("http://shop.example.org/");
    assert!(jar.add_cookie_header(&mut plain));
    assert_eq!(plain.0.headers()["cookie"], "theme=dark");
    assert!(!jar.add_cookie_header(&mut ask("https://example.net/")));
}
