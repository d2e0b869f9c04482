//! The fuzz bodies of `http-server`, bounded.

use support::fuzz::run_bounded;
use support::fuzz::server::{forwarded, multipart, proxy_header};

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

#[test]
fn headers_of_the_proxy_protocol_bounded() {
    run_bounded(
        proxy_header,
        &[
            b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\nGET /",
            b"PROXY TCP6 2001:db8::1 ::1 1 65535\r\n",
            b"PROXY UNKNOWN anything\r\n",
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb",
            b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0",
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x13\xc0\0\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb\x04\0\x04\0\0\0\0",
        ],
        &[
            b"PROXY ",
            b"TCP4 ",
            b"TCP6 ",
            b"UNKNOWN",
            b"192.0.2.1 ",
            b"::1 ",
            b" ",
            b"0",
            b"\r\n",
            b"\r",
            b"\n",
            b"\r\n\r\n\0\r\nQUIT\n",
            b"\x21\x11\0\x0c",
            b"\x21\x21\0\x24",
            b"\x21\x31\0\xd8",
            b"\x20\0\0\0",
            b"\xff\xff",
        ],
    );
}

#[test]
fn fields_of_proxies_bounded() {
    run_bounded(
        forwarded,
        &[
            b"for=10.0.0.1, for=6.6.6.6;proto=https\nfor=\"[::1]:80\"",
            b"for=6.6.6.6;by=\"",
            b"6.6.6.6, 10.0.0.1",
            b"by=\"\\",
        ],
        &[
            b"for=",
            b"by=",
            b"host=",
            b"proto=https",
            b"\"",
            b"\\",
            b",",
            b";",
            b"=",
            b" ",
            b"\n",
            b"10.0.0.1",
            b"6.6.6.6",
            b"[::1]",
            b":80",
            b"unknown",
            b"_x",
            b"\t",
            b"\xff",
        ],
    );
}
