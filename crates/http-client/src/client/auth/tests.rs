//! Basic and Bearer.

use super::*;

fn start(auth: &dyn Auth) -> Result<Headers, AuthError> {
    let mut headers = Headers::new();
    let url = Url::parse("http://a.test/").unwrap();
    auth.start(&AuthRequest { method: &Method::GET, url: &url, target: "/" }, &mut headers)?;
    Ok(headers)
}

#[test]
fn basic_is_base64_of_utf8() {
    #[track_caller]
    fn check(user: &str, password: &str, expected: &str) {
        assert_eq!(start(&Basic::new(user, password)).unwrap().get("Authorization").unwrap(), expected);
    }
    check("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    check("test", "123\u{a3}", "Basic dGVzdDoxMjPCow==");
    check("", "", "Basic Og==");
    check("u", "a:b", "Basic dTphOmI=");
}

#[test]
fn a_colon_in_the_user_is_refused() {
    assert!(matches!(start(&Basic::new("a:b", "c")), Err(AuthError::ColonInUser)));
    for (user, password) in [("a\r\nb", "c"), ("a", "b\n"), ("\0", "c"), ("a", "\t"), ("a", "\x7f")] {
        assert!(matches!(start(&Basic::new(user, password)), Err(AuthError::ControlInCredentials)));
    }
}

#[test]
fn bearer_is_the_token_and_cannot_inject() {
    assert_eq!(start(&Bearer::new("abc.def")).unwrap().get("authorization").unwrap(), "Bearer abc.def");
    assert!(matches!(start(&Bearer::new("a\r\nX: y")), Err(AuthError::Field(_))));
}

#[test]
fn debug_shows_no_secret() {
    let text = format!("{:?} {:?}", Basic::new("joe", "hunter2"), Bearer::new("tok123"));
    assert!(text.contains("joe") && !text.contains("hunter2") && !text.contains("tok123"), "{text}");
}
