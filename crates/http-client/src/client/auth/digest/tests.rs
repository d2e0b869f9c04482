//! The vectors of RFC 7616 and RFC 2617, and the dance of challenges.

use super::*;
use url::Url;

fn challenge(value: &str) -> Headers {
    let mut headers = Headers::new();
    headers.append("WWW-Authenticate", value).unwrap();
    headers
}

#[track_caller]
fn check(user: &str, password: &str, offer: &str, cnonce: &str, target: &str, expected: &str) {
    let (mut session, _) = choose(&challenges(&challenge(offer), "WWW-Authenticate")).unwrap().unwrap();
    let value = Digest::new(user, password).answer(&mut session, &Method::GET, target, cnonce);
    assert_eq!(value, expected);
}

#[test]
fn the_examples_of_the_rfcs_come_out() {
    const NONCE: &str = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    const OPAQUE: &str = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS";
    const CNONCE: &str = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    for (algorithm, response) in [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ] {
        check(
            "Mufasa",
            "Circle of Life",
            &format!(
                "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
                 nonce=\"{NONCE}\", opaque=\"{OPAQUE}\""
            ),
            CNONCE,
            "/dir/index.html",
            &format!(
                "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", nonce=\"{NONCE}\", \
                 uri=\"/dir/index.html\", response=\"{response}\", algorithm={algorithm}, qop=auth, \
                 nc=00000001, cnonce=\"{CNONCE}\", opaque=\"{OPAQUE}\""
            ),
        );
    }
    check(
        "Mufasa",
        "Circle Of Life",
        "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
         opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
        "0a4f113b",
        "/dir/index.html",
        "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
         uri=\"/dir/index.html\", response=\"6629fae49393a05397450978507c4ef1\", qop=auth, nc=00000001, \
         cnonce=\"0a4f113b\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
    );
    // RFC 2069: no qop, no count.
    check(
        "Mufasa",
        "CircleOfLife",
        "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"",
        "x",
        "/dir/index.html",
        "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
         uri=\"/dir/index.html\", response=\"1949323746fe6a43ef61f9606e7febea\"",
    );
}

#[test]
fn the_strongest_that_is_understood_is_taken() {
    let mut headers = challenge("Digest realm=r, nonce=a, algorithm=MD5, qop=auth");
    headers.append("WWW-Authenticate", "Digest realm=r, nonce=b, algorithm=SHA-256, qop=auth").unwrap();
    headers.append("WWW-Authenticate", "Digest realm=r, nonce=c, algorithm=SHA-512-256, qop=auth").unwrap();
    headers.append("WWW-Authenticate", "Basic realm=r").unwrap();
    let (session, _) = choose(&challenges(&headers, "WWW-Authenticate")).unwrap().unwrap();
    assert_eq!((session.nonce.as_str(), session.algorithm.name()), ("b", "SHA-256"));
}

#[test]
fn what_cannot_be_answered_is_said_plainly() {
    #[track_caller]
    fn check(offer: &str, reason: &str) {
        let error = choose(&challenges(&challenge(offer), "WWW-Authenticate")).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
    check("Digest realm=r, nonce=n, qop=\"auth-int\"", "auth-int");
    check("Digest realm=r, nonce=n, algorithm=SHA-512-256", "neither");
    check("Digest realm=r", "nonce");
    check("Digest nonce=n", "realm");
    assert!(choose(&challenges(&challenge("Basic realm=r"), "WWW-Authenticate")).unwrap().is_none());
}

#[test]
fn users_are_hidden_when_asked_and_encoded_when_needed() {
    let offer = "Digest realm=\"r\", nonce=\"n\", qop=auth, algorithm=SHA-256, userhash=true";
    let (mut session, _) = choose(&challenges(&challenge(offer), "WWW-Authenticate")).unwrap().unwrap();
    let value = Digest::new("joe", "p").answer(&mut session, &Method::GET, "/", "c");
    assert!(!value.contains("joe") && value.ends_with(", userhash=true"), "{value}");
    assert_eq!(user_parameter("J\u{e4}s\u{f8}n Doe"), "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe");
    assert_eq!(user_parameter("a\"b"), "username=\"a\\\"b\"");
}

#[test]
fn a_nonce_is_used_again_and_counted_and_a_wrong_password_is_not_tried_twice() {
    let digest = Digest::new("joe", "secret");
    let url = Url::parse("http://a.test/x").unwrap();
    let request = AuthRequest { method: &Method::GET, url: &url, target: "/x" };
    let mut headers = Headers::new();
    digest.start(&request, &mut headers).unwrap();
    assert!(headers.is_empty());

    let offer = challenge("Digest realm=r, nonce=n1, qop=auth");
    assert!(digest.retry(&request, &offer, &mut headers).unwrap());
    let value = headers.get("Authorization").unwrap().to_latin1();
    assert!(value.contains("nc=00000001") && value.contains("uri=\"/x\""), "{value}");

    let mut second = Headers::new();
    digest.start(&request, &mut second).unwrap();
    assert!(second.get("Authorization").unwrap().to_latin1().contains("nc=00000002"));

    assert!(
        digest
            .retry(&request, &challenge("Digest realm=r, nonce=n2, qop=auth, stale=true"), &mut second)
            .unwrap()
    );
    let value = second.get("Authorization").unwrap().to_latin1();
    assert!(value.contains("nonce=\"n2\"") && value.contains("nc=00000001"), "{value}");

    let again = challenge("Digest realm=r, nonce=n2, qop=auth");
    assert!(!digest.retry(&request, &again, &mut second).unwrap());
    assert!(!digest.retry(&request, &challenge("Basic realm=x"), &mut Headers::new()).unwrap());
}

/// RFC 7616 §3.4: a server takes a count that comes twice for somebody who sends on what he has overheard.
#[test]
fn requests_that_are_challenged_at_once_with_one_nonce_are_counted_on() {
    for algorithm in ["MD5", "SHA-256-sess"] {
        let digest = Digest::new("joe", "secret");
        let url = Url::parse("http://a.test/x").unwrap();
        let request = AuthRequest { method: &Method::GET, url: &url, target: "/x" };
        let offer = challenge(&format!("Digest realm=r, nonce=n, algorithm={algorithm}, qop=auth"));
        // All were sent before any of them knew the nonce.
        for count in ["00000001", "00000002", "00000003"] {
            let mut headers = Headers::new();
            assert!(digest.retry(&request, &offer, &mut headers).unwrap());
            let value = headers.get("Authorization").unwrap().to_latin1();
            assert!(value.contains(&format!("nc={count}, ")), "{value}");
        }
        let session = digest.session();
        assert_eq!(session.as_ref().unwrap().first_cnonce.is_some(), algorithm.ends_with("sess"));
    }
}

/// RFC 7616 §3.4.2: A1 of a `-sess` algorithm is made of the client nonce of the first answer to a challenge, and then
/// kept: the expected values are worked out here by the formulas of the RFC.
#[test]
fn a_session_keeps_the_client_nonce_of_its_first_answer() {
    for (name, hash) in [("MD5-sess", Hash::Md5), ("SHA-256-sess", Hash::Sha256)] {
        let offer = format!("Digest realm=r, nonce=n, algorithm={name}, qop=auth");
        let (mut session, _) = choose(&challenges(&challenge(&offer), "WWW-Authenticate")).unwrap().unwrap();
        let digest = Digest::new("joe", "secret");
        let hex = |text: &str| hash.hex(text.as_bytes());
        let secret = hex(&format!("{}:n:first", hex("joe:r:secret")));
        for (uses, cnonce) in [(1, "first"), (2, "second"), (3, "third")] {
            let value = digest.answer(&mut session, &Method::GET, "/x", cnonce);
            let expected = hex(&format!("{secret}:n:{uses:08x}:{cnonce}:auth:{}", hex("GET:/x")));
            assert!(value.contains(&format!("response=\"{expected}\"")), "{name} {uses}: {value}");
            assert!(value.contains(&format!("nc={uses:08x}, cnonce=\"{cnonce}\"")), "{value}");
        }
    }
}

#[test]
fn debug_shows_no_password() {
    assert!(!format!("{:?}", Digest::new("joe", "hunter2")).contains("hunter2"));
}
