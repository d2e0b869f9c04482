//! netrc files as they are found.

use super::*;

#[track_caller]
fn check(text: &str, host: &str, expected: Option<(&str, &str)>) {
    let netrc = Netrc::parse(text).unwrap();
    let found = netrc.find(host).map(|login| (login.login.as_str(), login.password.as_str()));
    assert_eq!(found, expected);
}

#[test]
fn logins_are_found_by_host() {
    let text = "# a comment\nmachine a.test login joe password s#cret account x\n\
                machine B.test\n\tlogin ann\n\tpassword \"two words \\\" \\\\\"\n\
                machine c.test user only\n\
                macdef init\ncd /pub\nmachine evil.test login no password no\n\n\
                machine a.test login second password no\n\
                default login anonymous password me@here\n";
    check(text, "a.test", Some(("joe", "s#cret")));
    check(text, "A.TEST", Some(("joe", "s#cret")));
    check(text, "b.test", Some(("ann", "two words \" \\")));
    check(text, "c.test", Some(("only", "")));
    check(text, "evil.test", Some(("anonymous", "me@here")));
    check(text, "sub.a.test", Some(("anonymous", "me@here")));
    check("machine ::1 login l password p", "[::1]", Some(("l", "p")));
    check("machine a.test login l password p", "b.test", None);
    check("", "a.test", None);
    check("machine h login a\\ b password c", "h", Some(("a b", "c")));
    check("machine h login a password # #comment", "h", Some(("a", "#")));
}

#[test]
fn nonsense_is_refused_with_its_line() {
    #[track_caller]
    fn check(text: &str, expected: usize) {
        let Err(NetrcError::Syntax { line, .. }) = Netrc::parse(text) else { panic!("accepted") };
        assert_eq!(line, expected);
    }
    check("login x", 1);
    check("\n\nmachine", 3);
    check("machine a\nlogin", 2);
    check("machine a\n\nbogus x", 3);
    check("machine a password \"open", 1);
    check("machine a password x\\", 1);
}

#[test]
fn a_file_is_read_and_a_missing_one_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("netrc");
    let error = Netrc::from_file(&path).unwrap_err();
    assert!(error.to_string().contains("netrc") && std::error::Error::source(&error).is_some());
    fs::write(&path, "machine a login b password c").unwrap();
    assert_eq!(Netrc::from_file(&path).unwrap().find("a").unwrap().login, "b");
}

#[cfg(unix)]
#[test]
fn a_mode_that_lets_others_read_is_seen() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("netrc");
    fs::write(&path, "").unwrap();
    for (mode, expected) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(others_can_read(&path).unwrap(), expected, "{mode:o}");
    }
}

#[test]
fn debug_shows_no_password() {
    let netrc = Netrc::parse("machine a login b password hunter2").unwrap();
    assert!(!format!("{netrc:?} {:?}", netrc.find("a")).contains("hunter2"));
}
