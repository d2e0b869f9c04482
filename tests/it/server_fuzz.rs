//! The fuzz bodies of `http-server`, bounded.

use support::fuzz::run_bounded;
use support::fuzz::server::multipart;

#[test]
fn multipart_forms_bounded() {
    run_bounded(
        multipart,
        &[
            b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n",
            b"--b \r\nContent-Disposition: form-data; name=a; filename=\"../x\"\r\nContent-Type: text/plain\r\n\r\n\r\n--b\r\n",
            b"x\r\n--b--",
        ],
        &[
            b"--b",
            b"\r\n--b\r\n",
            b"\r\n--b--",
            b"\r\n",
            b"\r\n\r\n",
            b"Content-Disposition: form-data; name=",
            b"; filename*=UTF-8''",
            b"\"",
            b"\\",
            b"%22",
            b"%0d",
            b"\r",
            b"-",
            b":",
            b"\0",
            b"\xff",
        ],
    );
}
