//! Passwords from the command line and from files.

use super::{locked, read_users, user, users};
use crate::http_server::Options;
use clap::Parser as _;
use httpkit::server::{Request, Response, testing};

fn options(arguments: &[&str]) -> Options {
    Options::try_parse_from(std::iter::once("http-server").chain(arguments.iter().copied())).unwrap()
}

#[test]
fn a_user_may_not_be_empty_and_a_password_may_hold_colons() {
    assert_eq!(user("user"), None);
    assert_eq!(user(":x"), None);
    assert_eq!(user("user:"), Some(("user".to_owned(), String::new())));
    assert_eq!(user("Aladdin:open:sesame"), Some(("Aladdin".to_owned(), "open:sesame".to_owned())));
    assert!(
        users(&options(&["--auth", "user"]))
            .is_err_and(|failure| failure.to_string().contains("--auth needs"))
    );
}

#[test]
fn users_of_command_line_and_file_get_in_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users");
    std::fs::write(&file, "# friends\n\nAladdin:open sesame\r\n").unwrap();
    let options = options(&["--auth", "me:x", "--auth-file", file.to_str().unwrap()]);
    let users = users(&options).unwrap();
    let door = locked(Box::new(|_: &mut Request<'_>| Response::text("inside")), users).unwrap();
    let status =
        |value: &str| testing::get("/").with_header("Authorization", value).send_to(&*door).status().as_u16();
    assert_eq!(status("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), 200);
    assert_eq!(status("Basic bWU6eA=="), 200);
    assert_eq!(status("Basic bWU6eQ=="), 401);
    assert_eq!(testing::get("/").send_to(&*door).status(), 401);
}

#[test]
fn a_file_that_is_wrong_is_named_with_its_line_and_without_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users");
    let refusal = |text: &str| {
        std::fs::write(&file, text).unwrap();
        read_users(&file).unwrap_err().to_string()
    };
    let text = refusal("a:b\nhunter2\n");
    assert!(text.contains("line 2 ") && !text.contains("hunter2"), "{text}");
    assert!(refusal("# nobody\n").ends_with("there is no user in it"));
    std::fs::remove_file(&file).unwrap();
    assert!(read_users(&file).unwrap_err().to_string().contains("cannot read it"));
}
