//! Redirects over real sockets: every status by every method, content and destination, down to the exact fields.

use crate::agent_peer::leads_on;
use crate::agent_tls::Secure;
use http_client::client::{Body, Client, ErrorKind, HopAction, Redirects};
use http_client::{Method, StatusCode};
use std::io::{self, Seek, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::stage::{After, Seen, Stage, write_answer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    None,
    Bytes,
    File,
    OneShot,
}

impl Content {
    fn body(self) -> Body {
        match self {
            Self::None => Body::none(),
            Self::Bytes => Body::bytes(b"content".to_vec()).with_content_type("a/b"),
            Self::File => {
                let mut file = tempfile::tempfile().unwrap();
                file.write_all(b"content").unwrap();
                file.rewind().unwrap();
                Body::file(file).unwrap().with_content_type("a/b")
            }
            Self::OneShot => Body::reader_sized(&b"content"[..], 7).with_content_type("a/b"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Destination {
    Same,
    OtherPort,
    OtherHost,
    OtherScheme,
}

/// A client for which every name is loopback, and which trusts `secure`.
fn client(secure: &Secure) -> Client {
    secure
        .client()
        .default_header("User-Agent", "test")
        .resolver(|_: &str, port: u16, _: Option<Duration>| -> io::Result<Vec<SocketAddr>> {
            Ok(vec![(Ipv4Addr::LOCALHOST, port).into()])
        })
        .redirects(Redirects::default().strip(["X-Api-Key"]))
        .build()
        .unwrap()
}

/// What the second request must be: method and whether the content goes along; `None` where the 3xx is the answer.
fn expected(status: u16, method: &str, content: Content) -> Option<(&str, bool)> {
    let (method, keeps) = match (status, method) {
        (301 | 302, "POST") => ("GET", false),
        (303, "GET" | "HEAD") => (method, false),
        (303, _) => ("GET", false),
        _ => (method, content != Content::None),
    };
    if keeps && content == Content::OneShot { None } else { Some((method, keeps)) }
}

#[track_caller]
fn check(secure: &Secure, status: u16, method: &str, content: Content, destination: Destination) {
    let seen_before = secure.seen().len();
    let secure_url = secure.url("/there");
    let target = Stage::start(|seen, stream| {
        let body = if seen.line().starts_with("HEAD") { &b""[..] } else { b"there" };
        write_answer(stream, "200 OK", "", body)?;
        Ok(After::Keep)
    })
    .unwrap();
    let other = target.address();
    let first = Stage::start(move |seen, stream| {
        if seen.method_and_target().1 == "/there" {
            write_answer(stream, "200 OK", "", b"")?;
            return Ok(After::Keep);
        }
        let location = match destination {
            Destination::Same => "/there".to_owned(),
            Destination::OtherPort => format!("http://{other}/there"),
            Destination::OtherHost => format!("http://other.test:{}/there", other.port()),
            Destination::OtherScheme => secure_url.clone(),
        };
        write_answer(stream, &format!("{status} Moved"), &format!("Location: {location}\r\n"), b"")?;
        Ok(After::Keep)
    })
    .unwrap();

    let answer = client(secure)
        .request(Method::from_bytes(method.as_bytes()).unwrap(), first.url("/"))
        .header("Authorization", "Basic x")
        .header("Cookie", "a=b")
        .header("Proxy-Authorization", "Basic y")
        .header("X-Api-Key", "k")
        .header("X-Kept", "z")
        .header("Host", "virtual.test")
        .body(content.body())
        .send()
        .unwrap();

    let row = format!("{status} {method} {content:?} {destination:?}");
    let Some((next_method, keeps_content)) = expected(status, method, content) else {
        assert_eq!(answer.status().as_u16(), status, "{row}");
        assert_eq!((first.seen().len(), target.seen().len()), (1, 0), "{row}");
        assert_eq!(secure.seen().len(), seen_before, "{row}");
        return;
    };
    assert_eq!(answer.status(), StatusCode::OK, "{row}");
    assert_eq!(answer.history().len(), 1);
    assert_eq!(answer.history()[0].status.as_u16(), status);
    assert_eq!(answer.url().path(), "/there");
    let is_same = destination == Destination::Same;
    let seen = match destination {
        Destination::Same => first.seen(),
        Destination::OtherScheme => secure.seen(),
        _ => target.seen(),
    };
    let seen = seen.last().unwrap();
    let host = match destination {
        Destination::Same => None,
        Destination::OtherPort => Some(format!("Host: {other}")),
        Destination::OtherHost => Some(format!("Host: other.test:{}", other.port())),
        Destination::OtherScheme => Some(format!("Host: {}", secure.stage.address())),
    };
    let mut fields: Vec<String> = host.into_iter().collect();
    if keeps_content {
        fields.push("Content-Length: 7".to_owned());
    } else if matches!(next_method, "POST" | "PUT") {
        fields.push("Content-Length: 0".to_owned());
    }
    fields.extend(
        ["User-Agent: test", "Accept: */*", "Accept-Encoding: gzip, deflate, br, zstd"].map(str::to_owned),
    );
    if is_same {
        let bound = ["Authorization: Basic x", "Cookie: a=b", "Proxy-Authorization: Basic y", "X-Api-Key: k"];
        fields.extend(bound.map(str::to_owned));
    }
    fields.push("X-Kept: z".to_owned());
    if is_same {
        fields.push("Host: virtual.test".to_owned());
    }
    if keeps_content {
        fields.push("Content-Type: a/b".to_owned());
    }
    assert_eq!(seen.line(), format!("{next_method} /there HTTP/1.1"), "{row}");
    assert_eq!(seen.fields().collect::<Vec<_>>(), fields, "{row}");
    assert_eq!(seen.body, if keeps_content { &b"content"[..] } else { b"" }, "{row}");
}

#[test]
fn every_status_by_method_content_and_destination() {
    use Destination::{OtherHost, OtherPort, OtherScheme, Same};
    let secure = Secure::start(|_| ("200 OK".to_owned(), String::new()));
    for status in [301, 302, 303, 307, 308] {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PURGE"] {
            for content in [Content::None, Content::Bytes, Content::File, Content::OneShot] {
                for destination in [Same, OtherPort, OtherHost, OtherScheme] {
                    check(&secure, status, method, content, destination);
                }
            }
        }
    }
}

#[test]
fn what_was_stripped_does_not_come_back_at_home() {
    let away = Arc::new(std::sync::OnceLock::<SocketAddr>::new());
    let target = Arc::clone(&away);
    let home = Stage::start(move |seen, stream| {
        match seen.method_and_target().1 {
            "/" => {
                let location = format!("Location: http://{}/\r\n", target.get().unwrap());
                write_answer(stream, "302 Found", &location, b"")?;
            }
            _ => write_answer(stream, "200 OK", "", b"")?,
        }
        Ok(After::Keep)
    })
    .unwrap();
    let home_url = home.url("/back");
    let other = Stage::start(move |_, stream| {
        write_answer(stream, "302 Found", &format!("Location: {home_url}\r\n"), b"")?;
        Ok(After::Keep)
    })
    .unwrap();
    away.set(other.address()).unwrap();
    let url = home.url("/").replace("http://", "http://joe:pw@");
    Client::new().get(url).header("Cookie", "a=b").send().unwrap();
    let seen = home.seen();
    assert!(seen[0].field("Authorization").is_some() && seen[0].field("Cookie").is_some());
    assert!(other.seen()[0].field("Authorization").is_none() && other.seen()[0].field("Cookie").is_none());
    assert_eq!(seen[1].line(), "GET /back HTTP/1.1");
    assert!(seen[1].field("Authorization").is_none() && seen[1].field("Cookie").is_none());
}

#[test]
fn ten_are_followed_and_one_more_is_an_error() {
    let stage = Stage::start(|seen, stream| {
        let left: u32 = seen.method_and_target().1.trim_start_matches('/').parse().unwrap();
        match left {
            0 => write_answer(stream, "200 OK", "", b"end")?,
            _ => write_answer(stream, "302 Found", &format!("Location: /{}\r\n", left - 1), b"")?,
        }
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::new();
    let answer = client.get(stage.url("/10")).send().unwrap();
    assert_eq!((answer.history().len(), answer.text().unwrap().as_str()), (10, "end"));
    assert_eq!(stage.connections(), 1, "the contents of redirects are read off");
    let error = client.get(stage.url("/11")).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyRedirects);
    let answer = client.get(stage.url("/1")).redirects(Redirects::none()).send().unwrap();
    assert_eq!(answer.status(), StatusCode::FOUND);
}

#[test]
fn an_endless_redirect_body_is_not_read() {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let stage = Stage::start(move |seen, stream| {
        if seen.method_and_target().1 == "/end" {
            write_answer(stream, "200 OK", "", b"end")?;
            return Ok(After::Keep);
        }
        stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: /end\r\nTransfer-Encoding: chunked\r\n\r\n")?;
        loop {
            stream.write_all(b"1000\r\n")?;
            stream.write_all(&[b'x'; 0x1000])?;
            stream.write_all(b"\r\n")?;
            count.fetch_add(0x1000, Ordering::SeqCst);
        }
    })
    .unwrap();
    assert_eq!(Client::new().get(stage.url("/")).send().unwrap().text().unwrap(), "end");
    assert_eq!(stage.connections(), 2);
}

#[test]
fn a_dripping_redirect_body_is_not_waited_for() {
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let stage = Stage::start(move |seen, stream| {
        if seen.method_and_target().1 == "/end" {
            write_answer(stream, "200 OK", "", b"end")?;
            return Ok(After::Keep);
        }
        stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: /end\r\nContent-Length: 10\r\n\r\nx")?;
        // The rest never comes.
        let _ = held.lock().unwrap().recv();
        Ok(After::Close)
    })
    .unwrap();
    assert_eq!(Client::new().get(stage.url("/")).send().unwrap().text().unwrap(), "end");
    drop(hold);
}

#[test]
fn locations_that_lead_nowhere_are_the_answer() {
    for location in ["", "Location: file:///etc/passwd\r\n", "Location: http://127.0.0.1:99999/\r\n"] {
        let stage = Stage::start(move |_, stream| {
            write_answer(stream, "302 Found", location, b"here")?;
            Ok(After::Keep)
        })
        .unwrap();
        let answer = Client::new().get(stage.url("/")).send().unwrap();
        assert_eq!((answer.status(), answer.text().unwrap().as_str()), (StatusCode::FOUND, "here"));
    }
}

#[test]
fn the_hook_can_edit_stop_and_refuse() {
    let stage = leads_on();
    let edit = Redirects::default().on_hop(|hop| {
        hop.headers.append("X-Hop", "1").unwrap();
        HopAction::Follow
    });
    Client::new().get(stage.url("/")).redirects(edit).send().unwrap();
    assert_eq!(stage.seen()[1].field("X-Hop"), Some("1"));
    let stop = Redirects::default().on_hop(|_| HopAction::Stop);
    assert_eq!(Client::new().get(stage.url("/")).redirects(stop).send().unwrap().status(), StatusCode::FOUND);
    let refuse = Redirects::default().on_hop(|_| HopAction::Refuse);
    let error = Client::new().get(stage.url("/")).redirects(refuse).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RedirectRefused);
}

/// All values of a field of a request.
fn field_values<'a>(seen: &'a Seen, name: &str) -> Vec<&'a str> {
    let fields = seen.fields().filter_map(|field| field.split_once(": "));
    fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

#[test]
fn defaults_of_the_client_obey_the_rules_of_redirects_too() {
    let stranger = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"")?;
        Ok(After::Keep)
    })
    .unwrap();
    let away = stranger.url("/there");
    let stage = Stage::start(move |seen, stream| {
        let location = if seen.method_and_target().1 == "/near" { "/there" } else { &away };
        let fields = format!("Location: {location}\r\n");
        match seen.method_and_target().1 {
            "/there" => write_answer(stream, "200 OK", "", b"")?,
            _ => write_answer(stream, "302 Found", &fields, b"")?,
        }
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::builder()
        .default_header("Authorization", "Bearer token")
        .default_header("Cookie", "a=b")
        .default_header("X-Api-Key", "key")
        .default_header("X-Trace", "1")
        .default_header("Content-Language", "en")
        .redirects(Redirects::default().strip(["x-api-key"]))
        .build()
        .unwrap();
    let bound = ["Authorization", "Cookie", "X-Api-Key"];

    client.get(stage.url("/near")).send().unwrap();
    client.get(stage.url("/away")).header("Authorization", "own").send().unwrap();
    client.post(stage.url("/away")).body("content").send().unwrap();
    let home = stage.seen();
    for seen in &home[..2] {
        assert!(bound.iter().all(|name| seen.field(name).is_some()), "{}", seen.line());
        assert_eq!(field_values(seen, "X-Trace"), ["1"]);
    }
    for seen in stranger.seen() {
        assert!(bound.iter().all(|name| seen.field(name).is_none()), "{}", seen.line());
        assert_eq!(field_values(&seen, "X-Trace"), ["1"]);
        assert_eq!(field_values(&seen, "User-Agent").len(), 1);
    }
    assert_eq!(home.last().unwrap().field("Content-Language"), Some("en"));
    assert_eq!(stranger.seen().last().unwrap().field("Content-Language"), None);
}

#[test]
fn a_default_gives_way_to_what_the_call_brings() {
    let stage = Stage::start(|seen, stream| {
        match seen.method_and_target().1 {
            "/moved" => write_answer(stream, "307 Temporary Redirect", "Location: /\r\n", b"")?,
            _ => write_answer(stream, "200 OK", "Set-Cookie: jar=1\r\n", b"")?,
        }
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::builder()
        .default_header("Authorization", "Bearer token")
        .default_header("Content-Type", "text/usual")
        .default_header("Cookie", "usual=1")
        .cookies(Arc::new(http_cookiejar::SharedJar::new(http_cookiejar::CookieJar::new())))
        .build()
        .unwrap();
    for path in ["/", "/moved"] {
        client.post(stage.url(path)).basic_auth("joe", "sesame").form([("a", "b")]).send().unwrap();
    }
    client.post(stage.url("/")).body(Body::bytes(b"as usual".to_vec())).send().unwrap();
    let seen = stage.seen();
    let (last, special) = seen.split_last().unwrap();
    assert_eq!(special.len(), 3);
    for seen in special {
        assert_eq!(field_values(seen, "Authorization"), ["Basic am9lOnNlc2FtZQ=="], "{}", seen.line());
        assert_eq!(
            field_values(seen, "Content-Type"),
            ["application/x-www-form-urlencoded"],
            "{}",
            seen.line()
        );
    }
    for seen in &seen {
        assert_eq!(field_values(seen, "Cookie"), ["usual=1"], "{}", seen.line());
    }
    assert_eq!(field_values(last, "Content-Type"), ["text/usual"]);
    assert_eq!(field_values(last, "Authorization"), ["Bearer token"]);
}

#[test]
fn a_cookie_of_the_call_joins_those_of_the_store_at_home_only() {
    let stranger = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"")?;
        Ok(After::Keep)
    })
    .unwrap();
    // Another host, so that the jar keeps them apart.
    let away = stranger.url("/").replace("127.0.0.1", "localhost");
    let stage = Stage::start(move |seen, stream| {
        match seen.method_and_target().1 {
            "/login" => {
                let fields = "Location: /home\r\nSet-Cookie: sid=1\r\nSet-Cookie: lang=de\r\n";
                write_answer(stream, "302 Found", fields, b"")?;
            }
            "/away" => write_answer(stream, "302 Found", &format!("Location: {away}\r\n"), b"")?,
            _ => write_answer(stream, "200 OK", "", b"")?,
        }
        Ok(After::Keep)
    })
    .unwrap();
    let jar = http_cookiejar::SharedJar::new(http_cookiejar::CookieJar::new());
    let client = Client::builder().cookies(Arc::new(jar)).build().unwrap();
    client.get(stage.url("/login")).cookie("lang", "en").cookie("x", "\"1, 2\"").send().unwrap();
    client.get(stage.url("/away")).cookie("x", "1").send().unwrap();
    client.get(stage.url("/hand")).header("Cookie", "a=b").cookie("x", "1").send().unwrap();
    let seen = stage.seen();
    let cookies: Vec<_> = seen.iter().map(|seen| field_values(seen, "Cookie")).collect();
    assert_eq!(
        cookies,
        [["lang=en; x=\"1, 2\""], ["sid=1; lang=en; x=\"1, 2\""], ["sid=1; lang=de; x=1"], ["a=b; x=1"]]
    );
    assert_eq!(field_values(&stranger.seen()[0], "Cookie"), [""; 0]);

    for (name, value) in
        [("", "b"), ("a b", "c"), ("a=b", "c"), ("a", "b; c=d"), ("a", "b\r\nX: y"), ("a", " b")]
    {
        let error = client.get(stage.url("/")).cookie(name, value).send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{name:?} {value:?}");
    }
}
