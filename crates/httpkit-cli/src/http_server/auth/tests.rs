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

#[test]
fn the_hash_of_a_password_is_not_taken_for_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users");
    for hash in [
        "$apr1$l9fcAb12$1RkHdJ0vWwVvJb5GVg9Qd/",
        "$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC",
        "$5$salt$Gcm6FsVtF/Qa77ZKD.iwsJlCVPY0XSMgLJL0Hnww/c1",
        "$6$salt$x",
        "$y$j9T$x$y",
        "$argon2id$v=19$m=65536,t=3,p=4$x$y",
        "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
        "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr",
    ] {
        std::fs::write(&file, format!("# made by htpasswd\nme:{hash}\n")).unwrap();
        let text = read_users(&file).unwrap_err().to_string();
        assert!(text.contains("line 2 ") && text.contains("hash") && !text.contains(hash), "{text}");
    }
    std::fs::write(&file, "me:$money$\nyou:{x}\n").unwrap();
    assert_eq!(read_users(&file).unwrap().len(), 2);
}
