//! Proxies by URL and by environment.

use super::*;

#[test]
fn urls_of_proxies_are_read() {
    #[track_caller]
    fn check(text: &str, kind: ProxyKind, host: &str, port: u16, user: Option<(&str, &str)>) {
        let proxy = Proxy::new(text).unwrap();
        assert_eq!((proxy.kind(), proxy.host(), proxy.port()), (kind, host, port));
        assert_eq!(proxy.basic(), user.map(|(user, password)| Basic::new(user, password)).as_ref());
    }
    check("proxy.test", ProxyKind::Http, "proxy.test", 80, None);
    check(" proxy.test:3128 ", ProxyKind::Http, "proxy.test", 3128, None);
    check("http://proxy.test:3128/", ProxyKind::Http, "proxy.test", 3128, None);
    check("https://proxy.test", ProxyKind::Https, "proxy.test", 443, None);
    check("socks4://10.0.0.1", ProxyKind::Socks4, "10.0.0.1", 1080, None);
    check("socks4a://p", ProxyKind::Socks4a, "p", 1080, None);
    check("socks5://[::1]:9050", ProxyKind::Socks5, "::1", 9050, None);
    check("socks5h://u:p%40w@p:1", ProxyKind::Socks5h, "p", 1, Some(("u", "p@w")));
    check("u+x:p%20w@proxy.test:3128", ProxyKind::Http, "proxy.test", 3128, Some(("u+x", "p w")));
    check("http://token@proxy.test", ProxyKind::Http, "proxy.test", 80, Some(("token", "")));
}

#[test]
fn nonsense_is_refused() {
    assert!(matches!(Proxy::new("ftp://p"), Err(ProxyError::Scheme { .. })));
    assert!(Proxy::new("http://").is_err());
    assert!(Proxy::new("").is_err());
    assert!(Proxy::new("http://p:99999").is_err());
    assert!(Proxy::new("p").unwrap().header("X", "a\r\nb").is_err());
}

#[test]
fn the_environment_is_read_as_curl_does() {
    #[track_caller]
    fn check(variables: &[(&str, &str)], url: &str, expected: Option<&str>) {
        let proxies = Proxies::from_variables(|name| {
            variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        })
        .unwrap();
        assert_eq!(proxies.for_url(&Url::parse(url).unwrap()).map(Proxy::host), expected, "{url}");
    }
    check(&[], "http://a.test/", None);
    check(&[("http_proxy", "one")], "http://a.test/", Some("one"));
    check(&[("http_proxy", "one")], "https://a.test/", None);
    check(&[("HTTPS_PROXY", "two")], "https://a.test/", Some("two"));
    check(&[("https_proxy", "one"), ("HTTPS_PROXY", "two")], "https://a.test/", Some("one"));
    check(&[("all_proxy", "three"), ("https_proxy", "one")], "https://a.test/", Some("one"));
    check(&[("all_proxy", "three"), ("https_proxy", "one")], "http://a.test/", Some("three"));
    check(&[("all_proxy", "three"), ("http_proxy", "")], "http://a.test/", None);
    check(&[("HTTP_PROXY", "one")], "http://a.test/", Some("one"));
    check(&[("HTTP_PROXY", "evil"), ("REQUEST_METHOD", "GET")], "http://a.test/", None);
    check(&[("http_proxy", "one"), ("REQUEST_METHOD", "GET")], "http://a.test/", Some("one"));
    check(&[("all_proxy", "one"), ("no_proxy", ".test")], "http://a.test/", None);
    check(&[("all_proxy", "one"), ("NO_PROXY", "a.test:81")], "http://a.test/", Some("one"));
    check(&[("all_proxy", "one"), ("NO_PROXY", "a.test:81")], "http://a.test:81/", None);
    check(&[("all_proxy", "one"), ("no_proxy", "10.0.0.0/8,::1")], "http://10.1.1.1/", None);
    check(&[("all_proxy", "one"), ("no_proxy", "10.0.0.0/8,::1")], "http://[::1]/", None);
    check(&[("all_proxy", "one"), ("no_proxy", "")], "http://a.test/", Some("one"));
    let broken = Proxies::from_variables(|name| (name == "http_proxy").then(|| "gopher://x".to_owned()));
    assert!(broken.is_err());
}

#[test]
fn debug_shows_no_password() {
    let proxy = Proxy::new("http://joe:hunter2@p").unwrap();
    assert!(!format!("{proxy:?} {:?}", Proxies::all(proxy.clone())).contains("hunter2"));
}
