//! The fuzz bodies of `http-cookies`, bounded.

use support::fuzz::cookies::{cookie_date, cookie_field, python_text, secure_text, set_cookie};
use support::fuzz::run_bounded;

const WORDS: [&[u8]; 30] = [
    b";",
    b"; ",
    b"=",
    b"\"",
    b"\\",
    b"\\073",
    b"\\012",
    b"$",
    b"$Path",
    b"path=/",
    b"secure",
    b"expires=",
    b"max-age=",
    b"domain=",
    b"samesite=none",
    b"partitioned",
    b"comment=",
    b"\t",
    b"\r\n",
    b"\0",
    b"\x7f",
    b"\xe9",
    b"\xc3\xa9",
    b"[",
    b"%41",
    b"%0a",
    b",",
    b"__Host-",
    b"Wed, 01-Jan-20 00:00:00 GMT",
    b"aaaaaaaaaaaaaaaaaaaa",
];

#[test]
fn any_cookie_field_is_read() {
    let seeds: [&[u8]; 3] = [b"a=b; c=\"d\\073\"; e=f", b"$Version=1; a=b", b"a=\xe9; {x}=1;; =y"];
    run_bounded(cookie_field, &seeds, &WORDS);
}

#[test]
fn any_text_loads_all_or_nothing() {
    let seeds: [&[u8]; 3] = [
        b"a=b; path=/; secure; c=\"d;e\\\"\"; expires=Wed, 01-Jan-20 00:00:00 GMT",
        b"$Version=1; a=b; $Path=/x; c",
        b"a=b=\"c d\"; ==; x",
    ];
    run_bounded(python_text, &seeds, &WORDS);
}

#[test]
fn any_set_cookie_that_is_read_can_be_written() {
    let seeds: [&[u8]; 3] = [
        b"a=b; Path=/; Domain=.example.com; Expires=Wed, 21 Oct 2037 07:28:00 GMT; Max-Age=5; Secure; HttpOnly",
        b"__Host-a=b; SameSite=None; Secure; Partitioned; Path=/",
        b"value; Max-Age=-99999999999999999999; Expires=1 Jan 1601 0:0:0",
    ];
    run_bounded(set_cookie, &seeds, &WORDS);
}

#[test]
fn any_date_that_is_read_is_one() {
    let words: [&[u8]; 12] =
        [b":", b" ", b"-", b"1", b"31", b"29", b"feb", b"Dec", b"1969", b"70", b"23:59:59", b"\x01"];
    let seeds: [&[u8]; 3] =
        [b"Wed, 21 Oct 2037 07:28:00 GMT", b"Sunday, 06-Nov-94 08:49:37 GMT", b"Sun Nov  6 08:49:37 1994"];
    run_bounded(cookie_date, &seeds, &words);
}

#[test]
fn no_text_of_a_strangers_making_is_authentic() {
    let seeds: [&[u8]; 2] = [
        b"AQAAAAB3NZQAdXNlcj03Mk1-QajonRZAes4QhEwW9K-3JV8bb0FF08kpowuoL4E",
        b"AmRlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e5ANzvjFeygrAss7j4f3HClFJ03z5iglS2soPvCtKw",
    ];
    run_bounded(secure_text, &seeds, &[b"A", b"_", b"AAAA", b"="]);
}
