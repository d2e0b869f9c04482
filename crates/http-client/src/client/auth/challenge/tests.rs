//! Challenges as servers write them.

use super::*;

#[test]
fn challenges_are_told_apart() {
    #[track_caller]
    fn check(values: &[&str], expected: &[(&str, &[(&str, &str)])]) {
        let mut headers = Headers::new();
        for value in values {
            headers.append("WWW-Authenticate", value).unwrap();
        }
        let found = challenges(&headers, "www-authenticate");
        let found: Vec<_> = found
            .iter()
            .map(|challenge| {
                let parameters: Vec<_> = challenge
                    .parameters
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect();
                (challenge.scheme.as_str(), parameters)
            })
            .collect();
        let expected: Vec<_> = expected.iter().map(|(scheme, rest)| (*scheme, rest.to_vec())).collect();
        assert_eq!(found, expected);
    }
    check(&[], &[]);
    check(&["Basic"], &[("Basic", &[])]);
    check(&[r#"Basic realm="a, \"b\"""#], &[("Basic", &[("realm", "a, \"b\"")])]);
    check(&["Negotiate", "basic Realm = x"], &[("Negotiate", &[]), ("basic", &[("realm", "x")])]);
    check(
        &[r#"Digest realm="r", nonce="n", qop="auth,auth-int", Basic realm="x", charset="UTF-8", NTLM"#],
        &[
            ("Digest", &[("realm", "r"), ("nonce", "n"), ("qop", "auth,auth-int")]),
            ("Basic", &[("realm", "x"), ("charset", "UTF-8")]),
            ("NTLM", &[]),
        ],
    );
    check(&["Negotiate YWJj"], &[("Negotiate", &[])]);
    check(&["realm=orphan"], &[]);
}
