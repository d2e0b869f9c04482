//! Keys with a password, as OpenSSL writes them, and what is said of files that do not fit.
//!
//! The certificate and its key were made for these tests and are used nowhere else.

use super::{config, decrypt};
use crate::http_server::Options;
use clap::Parser as _;
use std::path::Path;

const PASSWORD: &str = "opensesame";

const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUD+5bbp3auABKncN1XwelIrnaadEwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjEwNDMwNloYDzIxMjYxMDI5
MTA0MzA2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATJi9iw5XKXuogpbAEjtXTe3ntaqnWqih/CB4I1z+Vz9vK2T2agL8as
CYBAfG2XJiMjsZaypFFS4UkVtRdpu2m/o28wbTAdBgNVHQ4EFgQUbwwDhpHCwfal
2lwAbuYHIx0E5R4wHwYDVR0jBBgwFoAUbwwDhpHCwfal2lwAbuYHIx0E5R4wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgNC5yQwkXww91vW1iyRlK/+U9Db3Nq62JNnLs3qwfLQMCIQCQ
gq2UjIrKKKEoyWyuFVb0F/R6M4VeA0e2ksWgMXimTw==
-----END CERTIFICATE-----
";

/// By `openssl req -keyout`: PBKDF2 and triple DES.
const KEY_3DES: &str = "\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHjME4GCSqGSIb3DQEFDTBBMCkGCSqGSIb3DQEFDDAcBAibJKouF22kdgICCAAw
DAYIKoZIhvcNAgkFADAUBggqhkiG9w0DBwQIbYggt+9eucQEgZCCTDFfcQ9gRuzs
1JFLpbCUHOQiUi02DO1E+jlCU9m4f+c/rk0HlI8hA3eOKMHh7eqL5gOb6wC800xd
4sORsfVyIKVcVOUPdh8i07+t//t5H6hHMuKBCi5MpHHmIxejoHvKEycOjAZ7Jlg9
khv2YsHGjCM/BmxZHnYL1UIkRAQrBHJPo8UrJVIOGsJMMP0EfJA=
-----END ENCRYPTED PRIVATE KEY-----
";

/// The same key by `openssl pkcs8 -topk8`: PBKDF2 and AES.
const KEY_AES: &str = "\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAh0DljHLRyyXAICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEELmsWthpZwjotoBXSb+v3pMEgZB/
BKVxZZW+iGNYc+hjycLD9kglkEdU3VXHgAJpJ2xLf3b8LNjgiJSpzPPSo15DaL3m
VhDR2Ot9C7xyNqrvDax1E8Tq2cR6TnAQwo5XbtPTVa/onDiOiXlBYQD7KlkLzx9T
8J3wqYpOdudFhKj+JQAiDq1My9c42AH3Dzyhptu2BGuWxHS0GzzOF9XcL0bMoJ4=
-----END ENCRYPTED PRIVATE KEY-----
";

/// Writes the files and reads them as the options say; the error's text if there is one.
fn outcome(folder: &Path, certificate: &str, key: &str, password: Option<&str>) -> Result<(), String> {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    std::fs::write(path("cert.pem"), certificate).unwrap();
    std::fs::write(path("key.pem"), key).unwrap();
    let mut line = vec!["http-server".to_owned(), "--tls-cert".to_owned(), path("cert.pem")];
    line.extend(["--tls-key".to_owned(), path("key.pem")]);
    if let Some(password) = password {
        std::fs::write(path("password"), password).unwrap();
        line.extend(["--tls-password-file".to_owned(), path("password")]);
    }
    config(&Options::parse_from(line))
        .map(|found| assert!(found.is_some()))
        .map_err(|error| error.to_string())
}

#[test]
fn encrypted_keys_are_opened_by_the_password_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    for key in [KEY_3DES, KEY_AES] {
        outcome(folder.path(), CERTIFICATE, key, Some("opensesame\n")).unwrap();
        let both = format!("{CERTIFICATE}{key}");
        outcome(folder.path(), &both, &both, Some(PASSWORD)).unwrap();
    }
}

#[test]
fn a_wrong_or_missing_password_and_a_needless_one_are_errors_that_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = outcome(folder.path(), CERTIFICATE, KEY_AES, Some("wrong")).unwrap_err();
    assert!(wrong.contains("cannot decrypt the key in") && !wrong.contains("wrong"), "{wrong}");
    let missing = outcome(folder.path(), CERTIFICATE, KEY_AES, None).unwrap_err();
    assert!(missing.contains("--tls-password-file"), "{missing}");
    let plain = String::from_utf8(decrypt(KEY_AES, PASSWORD.as_bytes()).unwrap()).unwrap();
    outcome(folder.path(), CERTIFICATE, &plain, None).unwrap();
    let needless = outcome(folder.path(), CERTIFICATE, &plain, Some(PASSWORD)).unwrap_err();
    assert!(needless.contains("is not encrypted"), "{needless}");
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n";
    let old = outcome(folder.path(), CERTIFICATE, old, Some(PASSWORD)).unwrap_err();
    assert!(old.contains("openssl pkcs8"), "{old}");
}

#[test]
fn a_certificate_is_made_on_the_spot_and_plain_http_needs_none() {
    assert!(
        config(&Options::parse_from(["http-server", "--self-signed", "-b", "localhost"])).unwrap().is_some()
    );
    assert!(config(&Options::parse_from(["http-server"])).unwrap().is_none());
}
