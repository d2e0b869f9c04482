//! The fuzz bodies of `http-proto`, bounded.

use support::fuzz::proto::{chunked, dates, framing, headers, lists, request_head, response_head};
use support::fuzz::run_bounded;

#[test]
fn request_heads_bounded() {
    run_bounded(
        request_head,
        &[
            b"\0GET /a?b=c HTTP/1.1\r\nHost: example.org\r\nX-Empty:\r\nAccept:  a, b \r\n\r\n",
            b"\x05\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            b"\x50CONNECT [::1]:443 HTTP/1.0\r\n\r\n",
            b"\x02GET ftp://u:p@host/p HTTP/1.1\r\nHost: host\r\n\r\n",
        ],
        &[
            b"GET ",
            b"POST ",
            b"http://a:80/b",
            b" HTTP/1.1",
            b" HTTP/1.2",
            b"\r\n",
            b"\r\n\r\n",
            b"\n",
            b"\r",
            b": ",
            b"X-Y: z\r\n",
            b" ",
            b"\t",
            b"\0",
            b"\xe9",
            b"*",
            b"[::1]:1",
            b"@",
            b"#",
            b"%",
        ],
    );
}

#[test]
fn response_heads_bounded() {
    run_bounded(
        response_head,
        &[
            b"\0HTTP/1.1 200 All fine\r\nServer: x\r\nSet-Cookie: a=b; c\r\nX-Empty: \r\n\r\n",
            b"\x01HTTP/1.0 404\nA: b\n\tc\n d\nE:f\n\n",
            b"\x03HTTP/1.1 204 \r\nA:\r\n \r\n b\r\n\r\n",
        ],
        &[
            b"HTTP/1.1 ",
            b"200",
            b"099",
            b" OK",
            b"\r\n",
            b"\r\n\r\n",
            b"\n\n",
            b"\n",
            b"\r",
            b"\r\n ",
            b"\n\t",
            b": ",
            b"X-Y: z\n",
            b" ",
            b"\0",
            b"\xe9",
        ],
    );
}

#[test]
fn chunked_bodies_bounded() {
    run_bounded(
        chunked,
        &[
            b"\x005\r\nhello\r\n7;e=\"f\"\r\n, world\r\n0\r\nA: b\r\nC: d\r\n\r\nnext",
            b"\x31A \r\n0123456789\r\n00\r\n\r\n",
            b"\xffffffffffffffffff\r\nx",
        ],
        &[
            b"0\r\n\r\n",
            b"1\r\nx\r\n",
            b"\r\n",
            b"\n",
            b"\r",
            b";",
            b" ",
            b"ffffffffffffffff",
            b"0000000000000000",
            b"Host: x\r\n",
            b"A: b\r\n",
            b"\0",
            b"g",
            b"+",
        ],
    );
}

#[test]
fn framing_bounded() {
    run_bounded(
        framing,
        &[
            b"\0\x03a:80\n\x0017\n\x02close",
            b"\0\x03a\n\x01chunked\n\x02keep-alive, x",
            b"\x01\x03a\n\x045\n\x005",
            b"\0\x03a\n\x05gzip, chunked",
        ],
        &[
            b"\n\x00",
            b"\n\x01",
            b"\n\x02",
            b"\n\x03",
            b"5",
            b",",
            b" ",
            b"chunked",
            b"gzip",
            b"close",
            b"+",
            b"-",
            b"18446744073709551616",
        ],
    );
}

#[test]
fn dates_bounded() {
    run_bounded(
        dates,
        &[b"Sun, 06 Nov 1994 08:49:37 GMT", b"Sunday, 06-Nov-94 08:49:37 GMT", b"Sun Nov  6 08:49:37 1994"],
        &[
            b"29 Feb 2000",
            b"29-Feb-00",
            b"23:59:60",
            b"9999",
            b"0000",
            b"Mon",
            b"Tuesday",
            b"Dec",
            b" ",
            b"-",
            b":",
            b"9",
            b"\xe9",
        ],
    );
}

#[test]
fn lists_bounded() {
    run_bounded(
        lists,
        &[b"text/html;charset=\"utf-8\";q=0.5, a;q=1.000 ,, \"x, \\\"y\"", b"close, keep-alive", b"a;b=c;d"],
        &[b"\"", b"\\", b",", b";", b"=", b" ", b"\t", b"q=0.001", b"q=2", b"\xff"],
    );
}

#[test]
fn header_lists_bounded() {
    run_bounded(
        headers,
        &[b"\0a=1;\x01A=22;\x02a=longer value;\x03b;\0b=;\x02B=x", b"\x02X-Name=a\r\nb;\0c d=e"],
        &[b";\0a=", b";\x02A=", b";\x03a", b"=", b";", b"\r\n", b"\0", b" ", b"\t", b"\xe9", b"longer"],
    );
}

#[test]
fn every_target_of_the_fuzzer_is_listed_in_its_manifest() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz");
    let manifest = std::fs::read_to_string(format!("{folder}/Cargo.toml")).unwrap();
    let targets = std::fs::read_dir(format!("{folder}/fuzz_targets")).unwrap();
    let names: Vec<String> = targets.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.len() >= 12, "{names:?}");
    for name in names {
        assert!(manifest.contains(&format!("\"fuzz_targets/{name}\"")), "{name} is not in the manifest");
    }
}
