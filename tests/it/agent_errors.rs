//! Errors of `Client`: what they name and hide, and whether they let the call be made again.

use http_client::client::{Client, Error, ErrorKind, Response, TimeoutKind};
use http_client::testing::{FakeClock, Script};
use http_client::{Headers, HttpConnection, Method, StatusCode};
use std::io::Write;
use support::stage::{After, Stage, write_answer};

#[test]
fn what_cannot_be_requested_is_refused_before_anything_is_sent() {
    #[track_caller]
    fn check(url: &str, expected: ErrorKind) {
        let error = Client::new().get(url).send().unwrap_err();
        assert_eq!(error.kind(), expected, "{url}");
        assert!(error.is_safe_to_retry());
    }
    check("no url", ErrorKind::InvalidUrl);
    check("/relative", ErrorKind::InvalidUrl);
    check("ftp://a.test/", ErrorKind::InvalidUrl);
    check("http://a.test:99999/", ErrorKind::InvalidUrl);
    check("http://a.test:0/", ErrorKind::InvalidUrl);
    check("http://[fe80::1%25eth0]/", ErrorKind::InvalidUrl);
    let client = Client::builder().https_only(true).build().unwrap();
    assert_eq!(client.get("http://127.0.0.1/").send().unwrap_err().kind(), ErrorKind::InvalidUrl);
    for header in [("a\r\nb", "c"), ("a", "b\r\nc: d"), ("a", "b\0"), ("", "b")] {
        let error = Client::new().get("http://127.0.0.1/").header(header.0, header.1).send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
    let error = Client::new().request(Method::CONNECT, "http://127.0.0.1/").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(Client::builder().default_header("a b", "c").build().is_err());
}

#[test]
fn a_status_goes_through_a_function_of_the_clients_errors() {
    fn fetch(url: &str) -> Result<String, Error> {
        Client::new().get(url).send()?.error_for_status()?.text()
    }
    let stage = Stage::start(|_, stream| {
        write_answer(stream, "404 Not Found", "", b"no such page")?;
        Ok(After::Keep)
    })
    .unwrap();
    let error = fetch(&stage.url("/p?token=secret")).unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Status, Some(StatusCode::NOT_FOUND)));
    let expected = format!("status 404 Not Found for {}?[hidden]", stage.url("/p"));
    assert_eq!((error.to_string(), format!("{error:#}")), (expected.clone(), expected));
    assert!(!format!("{error:?}").contains("secret"));
    assert_eq!(error.into_response().unwrap().text().unwrap(), "no such page");

    let other = Client::new().get("ftp://a.test/").send().unwrap_err();
    assert_eq!(other.status(), None);
    let back = other.into_response().unwrap_err();
    assert!(back.kind() == ErrorKind::InvalidUrl && std::error::Error::source(&back).is_some());
}

#[test]
fn whether_another_try_is_safe_counts_the_whole_chain() {
    use http_client::client::{HopAction, Redirects};
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let stage = Stage::start(move |seen, stream| {
        match seen.method_and_target().1 {
            "/loop" => write_answer(stream, "307 Temporary Redirect", "Location: /loop\r\n", b"")?,
            "/other" => {
                write_answer(stream, "303 See Other", &format!("Location: http://{closed}/\r\n"), b"")?;
            }
            "/cut" => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")?;
                return Ok(After::Close);
            }
            "/coded" => write_answer(stream, "200 OK", "Content-Encoding: gzip\r\n", b"no gzip")?,
            _ => write_answer(stream, "200 OK", "", b"done")?,
        }
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::new();
    let refusing = Redirects::default().on_hop(|_| HopAction::Refuse);
    #[expect(clippy::type_complexity, reason = "a table")]
    let rows: [(&str, Redirects, ErrorKind, fn(Response) -> Error); 6] = [
        ("/loop", Redirects::default(), ErrorKind::TooManyRedirects, |_| unreachable!()),
        ("/other", Redirects::default(), ErrorKind::Connect, |_| unreachable!()),
        ("/other", refusing, ErrorKind::RedirectRefused, |_| unreachable!()),
        ("/cut", Redirects::default(), ErrorKind::Incomplete, |answer| answer.bytes().unwrap_err()),
        ("/coded", Redirects::default(), ErrorKind::Decode, |answer| answer.bytes().unwrap_err()),
        ("/", Redirects::default(), ErrorKind::TooLarge, |answer| answer.limit(3).bytes().unwrap_err()),
    ];
    for (path, redirects, kind, fails) in rows {
        for (method, is_safe) in [(Method::POST, false), (Method::PUT, true), (Method::GET, true)] {
            let asking = client.request(method.clone(), stage.url(path)).redirects(redirects.clone());
            let error = match asking.body("content").send() {
                Ok(answer) => fails(answer),
                Err(error) => error,
            };
            assert_eq!((error.kind(), error.is_safe_to_retry()), (kind, is_safe), "{method} {path}");
        }
    }
    let error = client.post(stage.url("/")).body("content").send().unwrap().limit(3).bytes().unwrap_err();
    assert!(matches!(error.sent(), http_client::Sent::All { .. }), "{error:?}");
}

#[test]
fn errors_name_the_url_without_its_password_and_their_cause() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = Client::new().get(format!("http://joe:hunter2@{closed}/p?q")).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.to_string(), format!("no connection could be made for http://{closed}/p?[hidden]"));
    assert!(format!("{error:#}").matches(": ").count() >= 2, "{error:#}");
    assert!(!format!("{error:?} {error:#}").contains("hunter2"));
    assert!(error.is_safe_to_retry() && std::error::Error::source(&error).is_some());
    assert!(!error.without_url().to_string().contains("http"));
}

#[test]
fn a_program_that_uses_both_levels_has_one_error_for_all() {
    fn asks(script: Script) -> Result<StatusCode, Error> {
        let clock = FakeClock::new();
        let (transport, _) = script.clock(&clock).build();
        let mut connection = HttpConnection::builder("a.test").transport(transport).clock(clock).build()?;
        let mut headers = Headers::new();
        headers.append("Accept", "*/*")?;
        connection.request("GET", "/", (), &headers)?;
        Ok(connection.get_response()?.status())
    }
    #[track_caller]
    fn check(script: Script, kind: ErrorKind, timeout: Option<TimeoutKind>) {
        let error = asks(script).unwrap_err();
        assert_eq!((error.kind(), error.timeout()), (kind, timeout), "{error:#}");
        let cause = std::error::Error::source(&error).unwrap();
        assert!(cause.is::<http_client::Error>(), "{cause:?}");
    }
    assert_eq!(asks(Script::new().reply("HTTP/1.1 204 No Content\r\n\r\n")).unwrap(), StatusCode::NO_CONTENT);
    check(Script::new().end(), ErrorKind::Disconnected, None);
    check(Script::new().reply("nonsense\r\n\r\n"), ErrorKind::Protocol, None);
    let error = Error::from(Headers::new().append("a b", "c").unwrap_err());
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}
