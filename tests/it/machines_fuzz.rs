//! The fuzz bodies of both machines, of files, redirects and challenges, bounded; and each body has a target of cargo-fuzz.

use support::fuzz::machines::{challenge, client_answer, file_paths, file_ranges, redirect, server_bytes};
use support::fuzz::proto::httparse_request;
use support::fuzz::run_bounded;

#[test]
fn a_client_against_any_answer_bounded() {
    run_bounded(
        client_answer,
        &[
            b"\0HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            b"\x01HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
            b"\0HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nA: b\r\n\r\n",
            b"\0HTTP/1.0 404 Not Found\r\n\r\nuntil the end",
            b"\0HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
        ],
        &[
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\n",
            b"HTTP/1.1 101 x\r\n",
            b"Content-Length: 3\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Connection: close\r\n",
            b"\r\n",
            b"\r\n\r\n",
            b"\n",
            b"\r",
            b"0\r\n\r\n",
            b"1\r\nx\r\n",
            b"ffffffffffffffff",
            b" ",
            b":",
            b"\xff",
            b"\0",
        ],
    );
}

#[test]
fn a_server_against_any_bytes_bounded() {
    run_bounded(
        server_bytes,
        &[
            b"GET / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.0\r\n\r\n",
            b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
            b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        ],
        &[
            b"GET / HTTP/1.1\r\nHost: a\r\n",
            b"HEAD ",
            b"POST ",
            b"CONNECT a:80 ",
            b"Content-Length: 3\r\n",
            b"Content-Length: 9\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Connection: close\r\n",
            b"Expect: 100-continue\r\n",
            b"Upgrade: x\r\n",
            b"\r\n",
            b"\r\n\r\n",
            b"\n",
            b"0\r\n\r\n",
            b"1\r\nx\r\n",
            b"ffffffffffffffff",
            b" ",
            b":",
            b"\xff",
            b"\0",
        ],
    );
}

#[test]
fn files_behind_any_path_bounded() {
    run_bounded(
        file_paths,
        &[
            b"a",
            b"below/a%20b.txt",
            b"below",
            b"../outside",
            b".hidden",
            b"link",
            b"%2e%2e/outside",
            b"//x/..",
        ],
        &[
            b"..", b".", b"/", b"\\", b"%2e", b"%2f", b"%5c", b"%00", b"%c0%ae", b"%25", b"below",
            b"outside", b".hidden", b"link", b"folder", b"?", b"#", b":", b" ", b"\xff", b"%",
        ],
    );
}

#[test]
fn any_range_of_a_file_bounded() {
    run_bounded(
        file_ranges,
        &[b"bytes=0-4", b"bytes=-5", b"bytes=20-", b"bytes=0-0,5-9, 25-", b"bytes=26-", b"lines=1-2"],
        &[
            b"bytes=",
            b"-",
            b",",
            b"0",
            b"25",
            b"26",
            b"18446744073709551615",
            b"18446744073709551616",
            b" ",
            b"=",
            b"+",
            b"0-0,",
            b"x",
            b"\xff",
        ],
    );
}

#[test]
fn redirects_to_anywhere_bounded() {
    run_bounded(
        redirect,
        &[
            b"/next",
            b"http://b.test/",
            b"https://a.test/",
            b"//b.test:80/x",
            b"?q",
            b"http://u:p@a.test:80/#f",
            b"http://[::1]/",
            b"ftp://a.test/",
        ],
        &[
            b"http:",
            b"https:",
            b"//",
            b"/",
            b"\\",
            b"@",
            b":",
            b"a.test",
            b"b.test",
            b".",
            b"%0d%0a",
            b"#",
            b"?",
            b" ",
            b"[",
            b"]",
            b"%",
            b"\xc3\xa9",
            b"\xff",
            b"80",
            b"65536",
            b"javascript:",
            b"A.TEST",
        ],
    );
}

#[test]
fn any_challenge_bounded() {
    run_bounded(
        challenge,
        &[
            b"Digest realm=\"a\", nonce=\"b\"",
            b"Digest realm=\"a\", qop=\"auth, auth-int\", algorithm=SHA-256, nonce=\"b\", opaque=\"c\"",
            b"Basic realm=\"x\", Digest realm=\"a\", nonce=\"b\", algorithm=MD5-sess, qop=auth, charset=UTF-8, userhash=true",
            b"Negotiate, NTLM dG9rZW4=, Basic realm=\"a\"",
        ],
        &[
            b"Digest ",
            b"Basic ",
            b"realm=",
            b"nonce=\"n\"",
            b"algorithm=SHA-512-256",
            b"algorithm=MD5",
            b"qop=auth",
            b"stale=true",
            b"userhash=true",
            b", ",
            b"=",
            b"\"",
            b"\\",
            b" ",
            b"\xff",
        ],
    );
}

#[test]
fn what_we_take_httparse_takes_bounded() {
    run_bounded(
        httparse_request,
        &[
            b"GET /a?b=c HTTP/1.1\r\nHost: example.org\r\nX-Empty:\r\nAccept:  a, b \r\n\r\n",
            b"\r\nOPTIONS * HTTP/1.0\r\n\r\n",
        ],
        &[
            b"GET ",
            b"http://a/",
            b" HTTP/1.1",
            b" HTTP/1.2",
            b"\r\n",
            b"\r\n\r\n",
            b": ",
            b"A: b\r\n",
            b" ",
            b"\t",
            b"\0",
            b"\xe9",
            b"*",
            b"#",
        ],
    );
}

#[test]
fn each_body_has_a_target_of_the_fuzzer() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = std::fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap();
    let mut bodies = 0;
    for module in std::fs::read_dir(root.join("support/src/fuzz")).unwrap() {
        let path = module.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        for name in
            text.lines().filter_map(|line| line.strip_prefix("pub fn ")?.strip_suffix("(data: &[u8]) {"))
        {
            let target = std::fs::read_to_string(root.join(format!("fuzz/fuzz_targets/{name}.rs")))
                .unwrap_or_default();
            assert!(
                target.contains(&format!("support::fuzz::{module}::{name}(data)")),
                "no target for {name}"
            );
            assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in the manifest");
            bodies += 1;
        }
    }
    assert!(bodies >= 24, "{bodies}");
}
