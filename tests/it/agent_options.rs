//! Each option of a client, of a request and of the pool, by what it changes on the wire or in the answer.

use crate::agent_peer::{GET, all_names_are, plain, scripted};
use crate::agent_tls::{Secure, trusting};
use crate::client_peer::accept_tls;
use http_client::client::{
    AddressFilter, Auth, AuthError, AuthRequest, Body, Client, ClientBuilder, Digest, ErrorKind, Event,
    HopAction, PoolLimits, Proxies, Proxy, Redirects, Request, Retry,
};
use http_client::testing::{FakeClock, Script};
use http_client::{Authority, Headers, Limits, Method, Sent, Transport};
use std::io::{self, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::certificate::Certificate;
use support::stage::{After, Seen, Stage, read_request, write_answer};

fn hello() -> Stage {
    Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"hello")?;
        Ok(After::Keep)
    })
    .unwrap()
}

/// The request that a client with these options makes.
fn seen_of(builder: ClientBuilder) -> Seen {
    let stage = hello();
    let client = builder.resolver(all_names_are([stage.address()])).build().unwrap();
    client.get("http://a.test/").send().unwrap().text().unwrap();
    stage.seen().remove(0)
}

#[test]
fn the_functions_without_a_client_make_every_method_on_one_shared_client() {
    let stage = hello();
    let url = stage.url("/");
    let calls = [
        http_client::get(&url),
        http_client::head(&url),
        http_client::post(&url),
        http_client::put(&url),
        http_client::patch(&url),
        http_client::delete(&url),
        http_client::request(Method::OPTIONS, &url),
    ];
    for call in calls {
        call.send().unwrap();
    }
    let methods: Vec<String> =
        stage.seen().iter().map(|seen| seen.method_and_target().0.to_owned()).collect();
    assert_eq!(methods, ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
}

#[test]
fn default_fields_are_sent_replaced_and_removed() {
    let seen = seen_of(Client::builder());
    assert!(seen.field("User-Agent").unwrap().starts_with("httpkit/") && seen.field("Accept") == Some("*/*"));
    let seen =
        seen_of(Client::builder().default_header("user-agent", "mine").without_default_header("accept"));
    assert_eq!((seen.field("User-Agent"), seen.field("Accept")), (Some("mine"), None));
    let stage = hello();
    Client::new().get(stage.url("/")).header("Accept", "own/one").send().unwrap();
    assert_eq!(stage.seen()[0].field("Accept"), Some("own/one"));
    assert_eq!(seen_of(Client::builder().decode(false)).field("Accept-Encoding"), Some("identity"));
}

#[test]
fn https_only_holds_for_urls_and_for_redirects() {
    let stage = hello();
    let location = stage.url("/");
    let secure = Secure::start(move |_| ("302 Found".to_owned(), format!("Location: {location}\r\n")));
    let allowed = Redirects::default().allow_downgrade(true);
    let client = secure.client().https_only(true).redirects(allowed).build().unwrap();
    assert_eq!(client.get(stage.url("/")).send().unwrap_err().kind(), ErrorKind::InvalidUrl);
    assert_eq!(client.get(secure.url("/")).send().unwrap_err().kind(), ErrorKind::RedirectRefused);
    assert_eq!(stage.connections(), 0);
}

#[test]
fn only_schemes_on_the_list_are_requested_at_the_start_and_at_every_hop() {
    let plain = hello();
    let secure = Secure::start(|seen| match seen.method_and_target().1.strip_prefix("/to?") {
        Some(url) => ("302 Found".to_owned(), format!("Location: {url}\r\n")),
        None => ("200 OK".to_owned(), String::new()),
    });
    let steps = Stage::start(|seen, stream| {
        let url = seen.method_and_target().1.strip_prefix("/to?").unwrap_or("/").to_owned();
        write_answer(stream, "302 Found", &format!("Location: {url}\r\n"), b"")?;
        Ok(After::Keep)
    })
    .unwrap();
    let client = |schemes: &[&str]| {
        let redirects = Redirects::default().allow_downgrade(true);
        secure.client().schemes(schemes).redirects(redirects).build().unwrap()
    };
    let kind = |client: &Client, url: &str| client.get(url).send().map(|_| ()).map_err(|error| error.kind());
    let to = |url: &str, next: &str| format!("{url}to?{next}");
    let (http, https, step) = (plain.url("/"), secure.url("/"), steps.url("/"));

    let only_http = client(&["HTTP"]);
    assert_eq!(kind(&only_http, &http), Ok(()));
    assert_eq!(kind(&only_http, &to(&step, &http)), Ok(()));
    assert_eq!(kind(&only_http, &https), Err(ErrorKind::InvalidUrl));
    assert_eq!(kind(&only_http, &to(&step, &https)), Err(ErrorKind::RedirectRefused), "the first hop");
    let second = to(&step, &to(&step, &https));
    assert_eq!(kind(&only_http, &second), Err(ErrorKind::RedirectRefused), "the second hop");
    assert_eq!(secure.seen().len(), 0);

    let only_https = client(&["https"]);
    assert_eq!(kind(&only_https, &https), Ok(()));
    assert_eq!(kind(&only_https, &to(&https, &https)), Ok(()));
    assert_eq!(kind(&only_https, &step), Err(ErrorKind::InvalidUrl));
    assert_eq!(kind(&only_https, &to(&https, &step)), Err(ErrorKind::RedirectRefused), "the first hop");
    let before = steps.seen().len();
    let second = to(&https, &to(&https, &step));
    assert_eq!(kind(&only_https, &second), Err(ErrorKind::RedirectRefused), "the second hop");
    assert_eq!(steps.seen().len(), before);

    let both = client(&["http", "https"]);
    assert_eq!(kind(&both, &to(&https, &to(&step, &http))), Ok(()));
    let turned = Redirects::default().on_hop(|hop| {
        hop.to = "ftp://a.test/".parse().unwrap();
        HopAction::Follow
    });
    let by_hook = secure.client().redirects(turned).build().unwrap();
    assert_eq!(kind(&by_hook, &to(&step, &http)), Err(ErrorKind::RedirectRefused), "a hook may not either");

    for refused in [&["ftp"][..], &["http", "file"], &[]] {
        let error = Client::builder().schemes(refused).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration, "{refused:?}");
    }
}

#[test]
fn limits_on_heads_hold_at_exactly_as_much_and_at_one_more() {
    let answer = "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nContent-Length: 0\r\n\r\n";
    let call = |limits: Limits| {
        let client = scripted([Script::new().expect(GET).reply(answer)]).0.limits(limits).build().unwrap();
        client
            .get("http://a.test/")
            .send()
            .map(|answer| answer.status().as_u16())
            .map_err(|error| error.kind())
    };
    let mut limits = Limits::CLIENT;
    limits.fields_max = 3;
    assert_eq!(call(limits), Ok(200));
    limits.fields_max = 2;
    assert_eq!(call(limits), Err(ErrorKind::Protocol));

    let answer = "HTTP/1.1 102 Processing\r\n\r\n".repeat(2) + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    for (most, is_taken) in [(2, true), (1, false)] {
        let builder = scripted([Script::new().expect(GET).reply(&answer)]).0.informational_max(most);
        assert_eq!(builder.build().unwrap().get("http://a.test/").send().is_ok(), is_taken, "{most}");
    }
}

#[test]
fn options_of_sockets_reach_them() {
    let stage = hello();
    let seen: Arc<Mutex<Vec<(bool, bool)>>> = Arc::default();
    let record = Arc::clone(&seen);
    let client = Client::builder()
        .nodelay(false)
        .keepalive(Duration::from_secs(30))
        .socket_hook(move |socket| {
            record.lock().unwrap().push((socket.tcp_nodelay()?, socket.keepalive()?));
            Ok(())
        })
        .source_address((Ipv4Addr::LOCALHOST, 0).into())
        .build()
        .unwrap();
    let answer = client.get(stage.url("/")).send().unwrap();
    assert_eq!(answer.connection().local_addr().unwrap().ip(), Ipv4Addr::LOCALHOST);
    assert_eq!(*seen.lock().unwrap(), [(false, true)]);
    let refusing =
        Client::builder().socket_hook(|_| Err(io::ErrorKind::PermissionDenied.into())).build().unwrap();
    assert_eq!(refusing.get(stage.url("/")).send().unwrap_err().kind(), ErrorKind::Connect);
}

#[cfg(unix)]
#[test]
fn a_client_for_a_unix_socket_names_any_host_and_goes_nowhere_else() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let server = std::thread::spawn(move || -> io::Result<Vec<Option<String>>> {
        let mut hosts = Vec::new();
        for location in ["Location: http://b.test/\r\n", ""] {
            let (mut stream, _) = listener.accept()?;
            let seen = read_request(&mut BufReader::new(stream.try_clone()?), 0, 0)?.unwrap_or_default();
            hosts.push(seen.field("Host").map(str::to_owned));
            let status = if location.is_empty() { "200 OK" } else { "302 Found" };
            write_answer(&mut stream, status, &format!("{location}Connection: close\r\n"), b"unix")?;
        }
        Ok(hosts)
    });
    let client = Client::builder().unix_socket(&path).build().unwrap();
    assert_eq!(client.get("http://a.test/").send().unwrap().text().unwrap(), "unix");
    let hosts = server.join().unwrap().unwrap();
    assert_eq!(hosts, [Some("a.test".to_owned()), Some("b.test".to_owned())]);
}

#[test]
fn options_that_contradict_each_other_are_refused_and_not_ignored() {
    let connector = |_: &Authority, _: Option<Duration>| -> io::Result<Box<dyn Transport>> {
        Err(io::ErrorKind::ConnectionRefused.into())
    };
    let error = Client::builder().connector(connector).address_filter(AddressFilter::public_only()).build();
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidConfiguration);
    let socks = Proxies::all(Proxy::new("socks5://127.0.0.1:9").unwrap());
    let client = Client::builder().connector(connector).proxies(socks).build().unwrap();
    let error = client.get("http://a.test/").send().unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::InvalidConfiguration, Sent::Nothing));
    assert_eq!(client.connections(), (0, 0));
    let error = Client::new().request(Method::CONNECT, "http://a.test/").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[test]
fn the_pool_keeps_as_many_as_it_may_for_as_long_as_it_may() {
    #[track_caller]
    fn check(limits: PoolLimits, rest: Duration, expected: (usize, usize)) {
        let stage = hello();
        let clock = FakeClock::new();
        let client = Client::builder().pool(limits).clock(clock.clone()).build().unwrap();
        let held: Vec<_> = (0..3).map(|_| client.get(stage.url("/")).send().unwrap()).collect();
        for answer in held {
            answer.text().unwrap();
        }
        clock.advance(rest);
        client.get(stage.url("/")).send().unwrap().text().unwrap();
        assert_eq!((client.connections().1, stage.connections()), expected);
    }
    let (none, second) = (Duration::ZERO, Duration::from_secs(1));
    check(PoolLimits::DEFAULT, none, (3, 3));
    check(PoolLimits::DEFAULT.idle_per_origin_max(2), none, (2, 3));
    check(PoolLimits::DEFAULT.idle_max(1), none, (1, 3));
    check(PoolLimits::DEFAULT.idle_per_origin_max(0), none, (0, 4));
    check(PoolLimits::DEFAULT.idle_age_max(second), second, (3, 3));
    check(PoolLimits::DEFAULT.idle_age_max(second), 2 * second, (1, 4));
    check(PoolLimits::DEFAULT.age_max(Some(second)), second, (3, 3));
    check(PoolLimits::DEFAULT.age_max(Some(second)), 2 * second, (1, 4));
    check(PoolLimits::DEFAULT.age_max(None), 20 * second, (3, 3));
}

/// Answers every request, the second one of each connection by half a head.
fn answers_half() -> Stage {
    Stage::start(|seen, stream| {
        if seen.before == 0 {
            write_answer(stream, "200 OK", "", b"hello")?;
            return Ok(After::Keep);
        }
        stream.write_all(b"HTTP/1.1 20")?;
        Ok(After::Close)
    })
    .unwrap()
}

#[test]
fn nothing_is_resent_once_a_byte_of_an_answer_has_come_or_where_the_content_is_gone() {
    let stage = answers_half();
    let client = Client::new();
    client.get(stage.url("/")).send().unwrap().text().unwrap();
    let error = client.get(stage.url("/")).send().unwrap_err();
    assert!(matches!(error.sent(), Sent::All { .. }), "{error:?}");
    assert_eq!((stage.seen().len(), stage.connections()), (2, 1), "{error:#}");

    let closing = Stage::start(|seen, stream| {
        if seen.before > 0 {
            return Ok(After::Close);
        }
        write_answer(stream, "200 OK", "", b"hello")?;
        Ok(After::Keep)
    })
    .unwrap();
    client.get(closing.url("/")).send().unwrap().text().unwrap();
    let once = Body::reader_sized(&b"content"[..], 7);
    let error = client.put(closing.url("/")).body(once).send().unwrap_err();
    assert_eq!((error.kind(), closing.connections()), (ErrorKind::Disconnected, 1));
    client.get(closing.url("/")).send().unwrap().text().unwrap();
    client.put(closing.url("/")).body("content").send().unwrap().text().unwrap();
    client.put(closing.url("/")).retry(Retry::none()).body("content").send().unwrap_err();
}

/// Authentication of one's own.
#[derive(Debug)]
struct Signature;

impl Auth for Signature {
    fn start(&self, request: &AuthRequest<'_>, headers: &mut Headers) -> Result<(), AuthError> {
        Ok(headers.set("Signature", format!("{} {}", request.method, request.target))?)
    }

    fn retry(&self, _: &AuthRequest<'_>, answer: &Headers, headers: &mut Headers) -> Result<bool, AuthError> {
        let Some(nonce) = answer.get("Nonce") else { return Ok(false) };
        headers.set("Signature", nonce.as_bytes())?;
        Ok(true)
    }
}

/// Wants to be signed in to, and sends on to `away` then.
fn wants_more_and_sends_on(away: String) -> Stage {
    Stage::start(move |seen, stream| {
        if seen.field("Signature") == Some("n1") || seen.field("Authorization").is_some() {
            write_answer(stream, "302 Found", &format!("Location: {away}\r\n"), b"")?;
        } else {
            let fields =
                "Nonce: n1\r\nWWW-Authenticate: Digest realm=r, nonce=n, algorithm=MD5, qop=auth\r\n";
            write_answer(stream, "401 Unauthorized", fields, b"")?;
        }
        Ok(After::Keep)
    })
    .unwrap()
}

#[test]
fn no_kind_of_authentication_goes_to_another_origin() {
    let away = Stage::start(|_, stream| {
        write_answer(
            stream,
            "401 Unauthorized",
            "Nonce: n2\r\nWWW-Authenticate: Digest realm=r, nonce=n\r\n",
            b"",
        )?;
        Ok(After::Keep)
    })
    .unwrap();
    let home = wants_more_and_sends_on(away.url("/away"));
    let client = Client::new();
    for call in [
        client.get(home.url("/x?y")).auth(Signature),
        client.get(home.url("/x?y")).auth(Digest::new("joe", "pw")),
    ] {
        assert_eq!(call.send().unwrap().status(), 401, "the other one's answer is the caller's");
    }
    assert_eq!(home.seen()[0].field("Signature"), Some("GET /x?y"));
    assert_eq!(home.seen()[1].field("Signature"), Some("n1"));
    assert!(home.seen()[3].field("Authorization").unwrap().starts_with("Digest "));
    assert_eq!(away.seen().len(), 2, "asked once each");
    for seen in away.seen() {
        assert!(seen.field("Signature").is_none() && seen.field("Authorization").is_none(), "{}", seen.head);
    }
}

#[test]
fn a_request_as_a_value_is_built_changed_cloned_and_sent_by_any_client() {
    let stage = hello();
    let mut request = Request::new(Method::PUT, stage.url("/a?b")).unwrap();
    request.headers_mut().append("X-One", "1").unwrap();
    request.set_body("content");
    let twin = request.try_clone().unwrap();
    request.set_method(Method::POST);
    request.set_url(stage.url("/c").parse().unwrap());
    let client = Client::new();
    client.send(twin).unwrap().text().unwrap();
    Client::new().send(request).unwrap().text().unwrap();
    let seen = stage.seen();
    assert_eq!((seen[0].line(), &*seen[0].body), ("PUT /a?b HTTP/1.1", &b"content"[..]));
    assert_eq!((seen[1].line(), seen[1].field("X-One")), ("POST /c HTTP/1.1", Some("1")));
    let once = client.put(stage.url("/")).body(Body::reader(&b"x"[..])).build().unwrap();
    assert!(once.try_clone().is_none());
}

#[test]
fn a_late_record_of_tls_is_not_taken_for_garbage() {
    let certificate = Certificate::new().unwrap();
    let trust = trusting(&certificate);
    let (sender, said) = std::sync::mpsc::channel();
    let sender = Mutex::new(sender);
    let stage = Stage::raw(move |_, stream| {
        let mut reader = BufReader::new(accept_tls(stream, &certificate, &[]));
        while read_request(&mut reader, 0, 0)?.is_some() {
            let session = reader.get_mut();
            write_answer(session, "200 OK", "", b"hello")?;
            session.flush()?;
            // New keys, behind the answer: bytes that are no content of anything.
            session.conn.refresh_traffic_keys().map_err(io::Error::other)?;
            while session.conn.wants_write() {
                session.conn.write_tls(&mut session.sock)?;
            }
            let _ = sender.lock().unwrap().send(());
        }
        Ok(())
    })
    .unwrap();
    let clock = FakeClock::new();
    let client = Client::builder().tls(trust).clock(clock.clone()).build().unwrap();
    for _ in 0..3 {
        let url = format!("https://{}/", stage.address());
        assert_eq!(client.get(url).send().unwrap().text().unwrap(), "hello");
        said.recv().unwrap();
        // Idle for so long that it is looked at before it is used again.
        clock.advance(Duration::from_secs(5));
    }
    assert_eq!(stage.connections(), 1);
}

#[test]
fn an_observer_is_told_of_what_is_made_again_and_why() {
    let stage = Stage::start(|seen, stream| {
        if seen.before > 0 {
            return Ok(After::Close);
        }
        write_answer(stream, "200 OK", "", b"hello")?;
        Ok(After::Keep)
    })
    .unwrap();
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let record = Arc::clone(&told);
    let client = plain()
        .observer(move |event: &Event<'_>| {
            if let Event::Repeated { why, .. } = event {
                record.lock().unwrap().push((*why).to_owned());
            }
        })
        .build()
        .unwrap();
    for _ in 0..2 {
        client.get(stage.url("/")).send().unwrap().text().unwrap();
    }
    assert_eq!(*told.lock().unwrap(), ["the kept connection had been closed"]);
}

#[test]
fn a_resolver_of_ones_own_is_asked_for_names_and_never_for_addresses() {
    let stage = hello();
    let asked: Arc<Mutex<Vec<(String, u16)>>> = Arc::default();
    let (record, to) = (Arc::clone(&asked), stage.address());
    let client = Client::builder()
        .resolver(move |host: &str, port: u16, _: Option<Duration>| -> io::Result<Vec<SocketAddr>> {
            record.lock().unwrap().push((host.to_owned(), port));
            Ok(vec![to])
        })
        .build()
        .unwrap();
    client.get(stage.url("/")).send().unwrap();
    client.get("http://xn--mnchen-3ya.test:81/").send().unwrap();
    client.get("http://m\u{fc}nchen.test:82/").send().unwrap();
    let name = "xn--mnchen-3ya.test".to_owned();
    assert_eq!(*asked.lock().unwrap(), [(name.clone(), 81), (name, 82)]);
}

#[test]
fn what_is_wrong_with_a_request_is_told_by_name() {
    #[track_caller]
    fn check(refused: Result<impl std::fmt::Debug, http_client::client::Error>, said: &str) {
        let text = format!("{:#}", refused.unwrap_err());
        assert!(text.contains(said) && !text.contains("s3cret"), "{said:?} in {text}");
    }
    let client = Client::new();
    let url = "http://localhost/";
    check(
        client.get(url).header("X-Key", "s3cret\r\nb").build(),
        "X-Key: field value has a control character",
    );
    let builder = Client::builder().default_header("X-All", "s3cret\n");
    check(builder.build(), "X-All: field value has a control character");
    check(
        client.get(url).header("s3cret: a", "b").build(),
        "field name is empty or has an invalid byte at 6",
    );
    check(client.get("example.org/page").build(), "does not begin with a scheme");
    let variable = |name: &str| (name == "HTTPS_PROXY").then(|| "http://joe:s3cret@".to_owned());
    let error = Proxies::from_variables(variable).unwrap_err();
    assert_eq!(error.to_string(), "environment variable HTTPS_PROXY names no proxy");
    assert!(!format!("{error:?}").contains("s3cret"));
}

#[test]
fn parameters_are_added_to_the_query_one_by_one_or_together() {
    let request =
        Client::new().get("http://localhost/?a=1").query("b", "x y").query_pairs([("c", "&"), ("d", "")]);
    assert_eq!(request.build().unwrap().url().query(), Some("a=1&b=x+y&c=%26&d="));
}
