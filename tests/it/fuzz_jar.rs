//! The fuzz bodies of `http-cookiejar`, bounded.

use support::fuzz::jar::{jar_field, jar_file, jar_python};
use support::fuzz::run_bounded;

const WORDS: [&[u8]; 34] = [
    b";",
    b"; ",
    b"=",
    b"\"",
    b"\\",
    b",",
    b"\t",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xe9",
    b"\xc3\xa9",
    b"$",
    b"Path=/",
    b"Domain=.example.org",
    b"Domain=",
    b"Max-Age=0",
    b"Max-Age=5",
    b"Version=1",
    b"Port=\"80\"",
    b"Secure",
    b"HttpOnly",
    b"SameSite=None",
    b"Partitioned",
    b"__Host-",
    b"#HttpOnly_",
    b"\tTRUE\t",
    b"\tFALSE\t",
    b"{\"",
    b"\":",
    b"null",
    b"\\u00e9",
    b"1994-02-03",
    b"03 Feb 94",
];

#[test]
fn any_field_is_stored_or_refused() {
    let seeds: [&[u8]; 4] = [
        b"a=b; Path=/; Domain=.example.org; Max-Age=50; Secure; HttpOnly; SameSite=Lax",
        b"__Host-a=b; Secure; Path=/; Partitioned",
        b"a=\"b\\\"\"; Version=1; Port=\"443\"; Path=\"/a\"; Comment=c, d=e; Version=1",
        b"a=b; Expires=Wed, 09 Feb 2033 22:23:32 GMT; Discard; Foo=Bar",
    ];
    run_bounded(jar_field, &seeds, &WORDS);
}

#[test]
fn any_file_is_read_or_reported() {
    let seeds: [&[u8]; 4] = [
        b"# Netscape HTTP Cookie File\n.a.org\tTRUE\t/\tFALSE\t0\tn\tv\n#HttpOnly_b.org\tFALSE\t/p\tTRUE\t1.5e9\tn\t\n",
        b"a=\"b c\"; path=\"/\"; domain=\".a.org\"; path_spec; expires=\"2033-05-18 03:33:20Z\"; Foo=bar; version=0\n",
        b"{\"name\":\"a\",\"value\":\"\\u00e9\",\"domain\":\"a.org\",\"path\":\"/\",\"expires\":9,\"x\":[1,{\"y\":null}]}\n",
        b"{\"cookies\":[{\"name\":\"a\",\"value\":\"1\",\"domain\":\".a.org\",\"path\":\"/\",\"expires\":-1}]}",
    ];
    run_bounded(jar_file, &seeds, &WORDS);
}

#[test]
fn any_date_and_any_header_words_are_read_or_not() {
    let seeds: [&[u8]; 3] = [
        b"Wednesday, 09-Feb-94 22:23:32 -0800 (PST)",
        b"1994-02-03T14:15:29.5+01:00",
        b"a=\"b\\\"c\"; d = e ,, f; =g",
    ];
    run_bounded(jar_python, &seeds, &WORDS);
}
