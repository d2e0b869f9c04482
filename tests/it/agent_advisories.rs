//! What other clients were once warned about, as tests of `Client`: each is named after what must not happen.
//!
//! | what happened elsewhere | here |
//! | --- | --- |
//! | RUSTSEC-2016-0002: no check of the host's name | [`a_certificate_for_another_host_is_refused`] |
//! | RUSTSEC-2017-0002, CVE-2016-5699, CVE-2019-9740, -9947, -18348, CVE-2020-26116: line breaks in requests | [`no_part_of_a_request_takes_a_line_break`] |
//! | RUSTSEC-2020-0008: content of a GET without framing | [`content_of_a_get_is_framed`] |
//! | CVE-2023-45803: content kept behind a 303 | `agent_redirects::every_status_by_method_content_and_destination` |
//! | RUSTSEC-2021-0020, RUSTSEC-2021-0078, -0079, CVE-2025-43859, CVE-2025-22871: lists of codings, signs, overflows and line ends in framing | `agent_scenarios`: te_*, cl_plus, ch_plus, ch_overflow, ch_badend, ch_lf |
//! | CVE-2023-39326, CVE-2021-3737, CVE-2013-1752, CVE-2023-38039: extensions, trailers, interim answers, lines and fields without end | `agent_scenarios`: infext, inftrailer, inf1xx, infline, infhead |
//! | CVE-2025-13836: memory on the word of a length | `agent_limits::a_promised_length_reserves_no_memory` |
//! | CVE-2022-32206, CVE-2023-23916, GHSA-gm62-xv2j-4w53, GHSA-2xpw-w6gg-jr37, GHSA-38jv-5279-wg99: codings upon codings, bombs, draining by decoding | `agent_limits::bombs_are_decoded_drained_and_refused_within_a_ceiling_of_memory` |
//! | CVE-2018-1000007, CVE-2022-27774, -27776, CVE-2018-18074, CVE-2023-32681, CVE-2018-20060, CVE-2023-43804, CVE-2024-37891, CVE-2023-45289, CVE-2024-45336, CVE-2025-4673: credentials behind redirects | `agent_redirects`: the product, `what_was_stripped_does_not_come_back_at_home` |
//! | CVE-2024-11053, CVE-2025-0167, CVE-2024-47081: the netrc entry of another host | [`a_netrc_entry_goes_to_no_other_host`] |
//! | CVE-2024-35195, CVE-2022-27782, CVE-2016-5420: a kept connection with other TLS | [`a_connection_made_without_verification_serves_nobody_who_wants_it`], [`a_connection_made_with_a_certificate_serves_nobody_else`] |
//! | CVE-2023-38545: a long name given to SOCKS5 | [`a_name_too_long_for_socks_is_not_looked_up_instead`] |
//! | CVE-2021-22876: credentials in Referer | [`no_referer_and_no_user_is_sent`] |
//! | CVE-2024-24791: a final answer to `Expect` | [`a_final_answer_to_expect_leaves_no_connection_out_of_step`] |
//! | CVE-2025-22870: zones of IPv6, two readings of one URL | [`a_url_is_read_one_way_only`] |
//! | CVE-2016-5386, CVE-2016-1000110: `Proxy` becomes `HTTP_PROXY` | [`a_field_of_a_request_names_no_proxy`] |
//! | RUSTSEC-2024-0336: a handshake without end | [`a_goodbye_in_the_handshake_does_not_hang`] |
//! | RUSTSEC-2019-0033, RUSTSEC-2020-0078, RUSTSEC-2019-0016: unsafe code | `unsafe_code = "forbid"` for every crate, held by `cargo xtask tidy` |

use crate::agent_peer::{all_names_are, leads_on, plain, socks_proxy};
use crate::agent_tls::{Secure, trusting};
use http_client::client::{Client, ErrorKind, Multipart, Netrc, Part, PoolLimits, Proxies, Proxy, Timeouts};
use http_client::{Method, TlsConfig};
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::certificate::Certificate;
use support::stage::{After, Stage, write_answer};

fn hello() -> Stage {
    Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"hello")?;
        Ok(After::Keep)
    })
    .unwrap()
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let secure = Secure::hello();
    let client = secure.client().resolver(all_names_are([secure.stage.address()])).build().unwrap();
    let error = client.get("https://other.test/").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.is_safe_to_retry(), "nothing was sent");
    assert_eq!(secure.seen().len(), 0);
}

#[test]
fn no_part_of_a_request_takes_a_line_break() {
    let stage = hello();
    let client = plain().build().unwrap();
    for evil in ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\0"] {
        assert!(Method::from_bytes(evil.as_bytes()).is_err());
        let url = stage.url("/");
        let refused = [
            client.get(&url).header("X", evil).send(),
            client.get(&url).header(evil, "x").send(),
            client.get(&url).header("Host", evil).send(),
            client.get(&url).bearer_auth(evil).send(),
            client.get(&url).basic_auth(evil, "sesame").send(),
            client.get(&url).basic_auth("joe", evil).send(),
            client.get(&url).header("Cookie", evil).send(),
            client.post(&url).body(http_client::client::Body::bytes("x").with_content_type(evil)).send(),
            client
                .post(&url)
                .multipart(Multipart::new().part("n", Part::bytes("x").content_type(evil)))
                .send(),
        ];
        for (row, result) in refused.into_iter().enumerate() {
            assert!(result.is_err(), "{row} took {evil:?}");
        }
        assert!(Client::builder().default_header("X", evil).build().is_err());
        assert!(Proxy::new("http://127.0.0.1:9").unwrap().header("X", evil).is_err());
        // What can stand in a URL or in a form is encoded.
        let sent = [
            client.get(format!("{url}{evil}")).send(),
            client.get(&url).query(evil, evil).send(),
            client.post(&url).multipart(Multipart::new().part(evil, Part::bytes("x").file_name(evil))).send(),
        ];
        for result in sent {
            assert_eq!(result.unwrap().text().unwrap(), "hello");
        }
    }
    for seen in stage.seen() {
        let content = String::from_utf8_lossy(&seen.body);
        let mut lines = seen.head.split(['\r', '\n']).chain(content.split(['\r', '\n']));
        assert!(lines.all(|line| !line.starts_with("X-Evil") && !line.contains('\0')), "{seen:?}");
    }
}

#[test]
fn content_of_a_get_is_framed() {
    let stage = hello();
    let client = Client::new();
    client.get(stage.url("/")).body("GET /evil HTTP/1.1\r\n\r\n").send().unwrap().text().unwrap();
    client.get(stage.url("/next")).send().unwrap().text().unwrap();
    let seen = stage.seen();
    assert_eq!(seen[0].field("Content-Length"), Some("22"));
    assert_eq!((seen.len(), seen[1].line(), stage.connections()), (2, "GET /next HTTP/1.1", 1));
}

#[test]
fn a_netrc_entry_goes_to_no_other_host() {
    let stage = Stage::start(|seen, stream| {
        match seen.method_and_target().1 {
            "/" => {
                let port = seen.field("Host").unwrap().split(':').nth(1).unwrap();
                let location = format!("Location: http://b.test:{port}/b\r\n");
                write_answer(stream, "302 Found", &location, b"")?;
            }
            "/b" => {
                let port = seen.field("Host").unwrap().split(':').nth(1).unwrap();
                write_answer(stream, "302 Found", &format!("Location: http://c.test:{port}/c\r\n"), b"")?;
            }
            _ => write_answer(stream, "200 OK", "", b"hello")?,
        }
        Ok(After::Keep)
    })
    .unwrap();
    let logins = "machine a.test login a password one\nmachine b.test login b password two\n";
    let client = Client::builder()
        .netrc(Netrc::parse(logins).unwrap())
        .resolver(all_names_are([stage.address()]))
        .build()
        .unwrap();
    let port = stage.address().port();
    client.get(format!("http://a.test:{port}/")).send().unwrap().text().unwrap();
    let shown: Vec<_> =
        stage.seen().iter().map(|seen| seen.field("Authorization").map(str::to_owned)).collect();
    let basic = |text: &str| Some(format!("Basic {text}"));
    assert_eq!(shown, [basic("YTpvbmU="), basic("Yjp0d28="), None]);
    // Explicit credentials and netrc are never mixed.
    client.get(format!("http://a.test:{port}/")).basic_auth("own", "pw").send().unwrap().text().unwrap();
    let shown: Vec<_> = stage.seen()[3..].iter().map(|seen| seen.field("Authorization").is_some()).collect();
    assert_eq!(shown, [true, false, false]);
}

#[test]
fn a_connection_made_without_verification_serves_nobody_who_wants_it() {
    let secure = Secure::hello();
    let client = Client::new();
    let careless = TlsConfig::builder().danger_accept_any_certificate().build().unwrap();
    let url = secure.url("/");
    for _ in 0..2 {
        client.get(&url).tls(careless.clone()).send().unwrap().text().unwrap();
    }
    assert_eq!((client.connections(), secure.stage.connections()), ((1, 1), 1), "one and the same is kept");
    assert_eq!(client.get(&url).send().unwrap_err().kind(), ErrorKind::Tls);
    let careless_as_well = TlsConfig::builder().danger_accept_any_certificate().build().unwrap();
    client.get(&url).tls(careless_as_well).send().unwrap().text().unwrap();
    assert_eq!(secure.stage.connections(), 3, "another configuration, another connection");
}

#[test]
fn a_connection_made_with_a_certificate_serves_nobody_else() {
    let secure = Secure::hello();
    let own = Certificate::new().unwrap();
    let client = secure.client().build().unwrap();
    let url = secure.url("/");
    client.get(&url).send().unwrap().text().unwrap();
    let shows = TlsConfig::builder().without_mozilla_roots().danger_accept_any_certificate();
    let shows = shows.client_certificate_pem(&own.certificate, &own.key).unwrap().build().unwrap();
    client.get(&url).tls(shows).send().unwrap().text().unwrap();
    client.get(&url).send().unwrap().text().unwrap();
    let connections: Vec<usize> = secure.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0, 1, 0]);
}

#[test]
fn the_tls_of_a_request_is_not_taken_to_another_origin() {
    let trusted = Secure::hello();
    let location = trusted.url("/there");
    let certificate_of_first =
        Secure::start(move |_| ("302 Found".to_owned(), format!("Location: {location}\r\n")));
    let careless = TlsConfig::builder().danger_accept_any_certificate().build().unwrap();
    // The client's own configuration trusts the second server only.
    let client = trusted.client().build().unwrap();
    let answer = client.get(certificate_of_first.url("/")).tls(careless.clone()).send().unwrap();
    assert_eq!(answer.url().path(), "/there");
    drop(answer);
    let stranger = Secure::hello();
    let location = stranger.url("/");
    let first = Secure::start(move |_| ("302 Found".to_owned(), format!("Location: {location}\r\n")));
    let error = client.get(first.url("/")).tls(careless).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "carelessness was for the first one");
}

#[test]
fn connections_by_another_proxy_address_or_socket_are_not_shared() {
    let stage = hello();
    let (proxy, asked) = socks_proxy(stage.address(), None);
    let client = Client::builder().pool(PoolLimits::DEFAULT).build().unwrap();
    let url = stage.url("/");
    let by_proxy = || Some(Proxy::new(&format!("socks5h://{}", proxy.address())).unwrap());
    for _ in 0..2 {
        client.get(&url).send().unwrap().text().unwrap();
        client.get(&url).proxy(by_proxy()).send().unwrap().text().unwrap();
        client.get(&url).source_address("127.0.0.1:0".parse().unwrap()).send().unwrap().text().unwrap();
        #[cfg(target_os = "linux")]
        {
            let answer = client.get(&url).source_address("127.0.0.2:0".parse().unwrap()).send().unwrap();
            let local = answer.connection().local_addr().unwrap();
            assert_eq!(local.ip(), std::net::Ipv4Addr::new(127, 0, 0, 2));
            answer.text().unwrap();
        }
    }
    let ways = if cfg!(target_os = "linux") { 4 } else { 3 };
    assert_eq!(asked.lock().unwrap().len(), 1);
    assert_eq!((stage.connections(), client.connections()), (ways, (ways, ways)));
}

#[test]
fn a_name_too_long_for_socks_is_not_looked_up_instead() {
    let stage = hello();
    let (proxy, asked) = socks_proxy(stage.address(), None);
    let lookups = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&lookups);
    let to = stage.address();
    let client = Client::builder()
        .proxies(Proxies::all(Proxy::new(&format!("socks5h://{}", proxy.address())).unwrap()))
        .resolver(move |_: &str, _: u16, _: Option<Duration>| -> io::Result<Vec<std::net::SocketAddr>> {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(vec![to])
        })
        .build()
        .unwrap();
    let name = format!("{}test", "a.".repeat(130));
    let error = client.get(format!("http://{name}/")).send().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Proxy | ErrorKind::InvalidUrl), "{error:#}");
    assert_eq!((lookups.load(Ordering::SeqCst), asked.lock().unwrap().len(), stage.connections()), (0, 0, 0));
}

#[test]
fn no_referer_and_no_user_is_sent() {
    let stage = leads_on();
    let url = stage.url("/#fragment").replace("http://", "http://joe:secret@");
    let answer = Client::new().get(url).send().unwrap();
    assert_eq!((answer.url().username(), answer.url().password()), ("", None));
    for seen in stage.seen() {
        assert_eq!(seen.field("Referer"), None);
        assert!(!seen.head.contains("secret") && !seen.head.contains("fragment"), "{}", seen.head);
    }
}

#[test]
fn a_final_answer_to_expect_leaves_no_connection_out_of_step() {
    // It answers at once and reads what comes as the next request, if anything does.
    let stage = Stage::raw(|_, mut stream| {
        let mut head = Vec::new();
        let mut byte = [0];
        loop {
            while !head.ends_with(b"\r\n\r\n") {
                if stream.read(&mut byte)? == 0 {
                    return Ok(());
                }
                head.push(byte[0]);
            }
            let is_put = head.starts_with(b"PUT ");
            assert!(is_put || head.starts_with(b"GET "), "out of step: {}", head.escape_ascii());
            head.clear();
            let status = if is_put { "403 Forbidden" } else { "200 OK" };
            write_answer(&mut stream, status, "", b"")?;
        }
    })
    .unwrap();
    let client = Client::builder().expect_continue_above(0, Duration::from_secs(60)).build().unwrap();
    for _ in 0..3 {
        let answer = client.put(stage.url("/")).body("GET /evil HTTP/1.1\r\n\r\n").send().unwrap();
        assert_eq!(answer.status(), 403);
        answer.text().unwrap();
        assert_eq!(client.get(stage.url("/")).send().unwrap().status(), 200);
    }
    assert_eq!(stage.connections(), 4, "a connection that owes content is closed");
}

#[test]
fn a_url_is_read_one_way_only() {
    let client = Client::builder().timeouts(Timeouts::all(Duration::from_secs(5))).build().unwrap();
    for url in [
        "http://127.0.0.1:99999/",
        "http://[fe80::1%25eth0]/",
        "http://[::1",
        "http://a b/",
        "http://",
        "http://127.0.0.1:0/",
        "http://user@:80/",
        "//a.test/",
        "a.test",
        "ftp://a.test/",
    ] {
        let error = client.get(url).send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidUrl, "{url}: {error:#}");
    }
    // Numbers are addresses, by whatever spelling: the filter of addresses sees them so.
    for (url, host) in
        [("http://2130706433/", "127.0.0.1"), ("http://0x7f.1/", "127.0.0.1"), ("http://[::0001]/", "[::1]")]
    {
        let request = client.get(url).build().unwrap();
        assert_eq!(request.url().host_str(), Some(host), "{url}");
    }
}

#[test]
fn a_field_of_a_request_names_no_proxy() {
    let in_cgi = |name: &str| match name {
        "REQUEST_METHOD" => Some("GET".to_owned()),
        "HTTP_PROXY" => Some("http://evil.test:1".to_owned()),
        "HTTPS_PROXY" => Some("http://good.test:2".to_owned()),
        _ => None,
    };
    let proxies = Proxies::from_variables(in_cgi).unwrap();
    assert!(proxies.for_url(&"http://a.test/".parse().unwrap()).is_none());
    assert_eq!(proxies.for_url(&"https://a.test/".parse().unwrap()).unwrap().host(), "good.test");
}

#[test]
fn a_goodbye_in_the_handshake_does_not_hang() {
    for says in
        [&b"\x15\x03\x03\x00\x02\x01\x00"[..], b"\x15\x03\x03\x00\x02\x02\x28", b"HTTP/1.1 400 Bad\r\n\r\n"]
    {
        let stage = Stage::raw(move |_, mut stream| {
            stream.write_all(says)?;
            io::copy(&mut stream, &mut io::sink()).map(drop)
        })
        .unwrap();
        let certificate = Certificate::new().unwrap();
        let limits = Timeouts::NONE.tls(Some(Duration::from_secs(2)));
        let client = Client::builder().tls(trusting(&certificate)).timeouts(limits).build().unwrap();
        let error = client.get(format!("https://{}/", stage.address())).send().unwrap_err();
        // A goodbye that nothing follows may be waited behind, but not for ever.
        assert!(matches!(error.kind(), ErrorKind::Tls | ErrorKind::Timeout), "{error:#}");
        assert_eq!(client.connections(), (0, 0));
    }
}
