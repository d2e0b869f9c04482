//! Every bound on heads, at exactly as much and at one more.

use super::*;

/// `make(n)` is a head with `n` of something; `limit` of it pass, one more is `error`.
#[track_caller]
fn at_the_edge(limits: Limits, limit: usize, make: impl Fn(usize) -> String, error: ProtocolError) {
    let fits = make(limit);
    match request(fits.as_bytes(), limits) {
        Some(Ok((_, consumed_bytes))) => assert_eq!(consumed_bytes, fits.len()),
        other => panic!("{other:?} of {fits:?}"),
    }
    assert_eq!(request(make(limit + 1).as_bytes(), limits), Some(Err(error)));
}

#[test]
fn start_lines_at_the_limit() {
    let limits = Limits::SERVER.line_bytes_max(40);
    let line = |bytes: usize| format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(bytes - 14));
    at_the_edge(limits, 40, line, StartLineTooLong { bytes_max: 40 });
    let odd = |bytes: usize| format!("GET /{} HTTP/1.9\r\nHost: a\r\n\r\n", "x".repeat(bytes - 14));
    at_the_edge(limits, 40, odd, StartLineTooLong { bytes_max: 40 });
}

#[test]
fn field_lines_at_the_limit() {
    let limits = Limits::SERVER.line_bytes_max(40);
    let line = |bytes: usize| format!("GET / HTTP/1.1\r\nName: {}\r\n\r\n", "x".repeat(bytes - 6));
    at_the_edge(limits, 40, line, LineTooLong { bytes_max: 40 });
    let last = |bytes: usize| format!("GET / HTTP/1.1\r\nA: b\r\nName: {}\r\n\r\n", "x".repeat(bytes - 6));
    at_the_edge(limits, 40, last, LineTooLong { bytes_max: 40 });
}

#[test]
fn heads_at_the_limit() {
    let limits = Limits::SERVER.head_bytes_max(60);
    let value = |bytes: usize| format!("GET / HTTP/1.1\r\nName: {}\r\n\r\n", "x".repeat(bytes - 26));
    at_the_edge(limits, 60, value, HeadTooLong { bytes_max: 60 });
    let fields = |bytes: usize| format!("GET / HTTP/1.1\r\nA: b\r\n{}: b\r\n\r\n", "x".repeat(bytes - 29));
    at_the_edge(limits, 60, fields, HeadTooLong { bytes_max: 60 });
    let target = |bytes: usize| format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(bytes - 18));
    at_the_edge(limits, 60, target, HeadTooLong { bytes_max: 60 });
}

#[test]
fn empty_lines_do_not_count_as_head() {
    let limits = Limits::SERVER.head_bytes_max(27).empty_lines_max(2);
    let input = b"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
    assert!(matches!(request(input, limits), Some(Ok((_, 31)))));
    let input = b"\r\n\r\nGET / HTTP/1.1\r\nHost: ab\r\n\r\n";
    assert_eq!(request(input, limits), Some(Err(HeadTooLong { bytes_max: 27 })));
}

#[test]
fn a_start_line_longer_than_the_head_may_be_is_too_long() {
    let limits = Limits::SERVER.head_bytes_max(20);
    let input = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(30));
    assert_eq!(request(input.as_bytes(), limits), Some(Err(StartLineTooLong { bytes_max: 20 })));
}

#[test]
fn fields_at_the_limit() {
    let heads = |fields: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(fields));
    at_the_edge(Limits::SERVER.fields_max(3), 3, heads, TooManyFields { fields_max: 3 });
    at_the_edge(Limits::SERVER.fields_max(0), 0, heads, TooManyFields { fields_max: 0 });
    for (limits, fields_max) in [(Limits::SERVER, 128), (Limits::CLIENT, 256), (Limits::PYTHON, 100)] {
        let parse = |fields| parse_request(heads(fields).as_bytes(), &limits);
        let most = usize::try_from(fields_max).unwrap();
        assert!(matches!(parse(most), Ok(Parsed::Complete { .. })));
        assert_eq!(parse(most + 1), Err(TooManyFields { fields_max }));
    }
}

#[test]
fn default_lines_and_heads_are_64_kib() {
    let head = |value_bytes: usize| format!("GET / HTTP/1.1\r\nName: {}\r\n\r\n", "x".repeat(value_bytes));
    let parse = |bytes| parse_request(head(bytes).as_bytes(), &Limits::SERVER);
    assert!(matches!(parse(65_536 - 26), Ok(Parsed::Complete { consumed_bytes: 65_536, .. })));
    assert_eq!(parse(65_536 - 25), Err(HeadTooLong { bytes_max: 65_536 }));
    let wide = Limits::SERVER.head_bytes_max(1 << 20);
    let parse = |bytes| parse_request(head(bytes).as_bytes(), &wide);
    assert!(matches!(parse(65_536 - 6), Ok(Parsed::Complete { .. })));
    assert_eq!(parse(65_536 - 5), Err(LineTooLong { bytes_max: 65_536 }));
}

#[test]
fn empty_lines_at_the_limit() {
    let heads = |lines: usize| format!("{}GET / HTTP/1.1\r\n\r\n", "\r\n".repeat(lines));
    at_the_edge(Limits::SERVER, 4, heads, TooManyEmptyLines { lines_max: 4 });
    at_the_edge(Limits::SERVER.empty_lines_max(0), 0, heads, TooManyEmptyLines { lines_max: 0 });
}

#[test]
fn folded_fields_at_the_limit() {
    let limits = Limits::CLIENT.line_bytes_max(30);
    let head = |bytes: usize| format!("HTTP/1.1 200 OK\r\nA: b\r\n {}\r\n\r\n", "x".repeat(bytes - 7));
    let read = |bytes| response(head(bytes).as_bytes(), limits, Leniency::Recipient);
    assert!(matches!(read(30), Some(Ok(_))));
    assert_eq!(read(31), Some(Err(LineTooLong { bytes_max: 30 })));
}

#[test]
fn bare_line_feeds_do_not_stretch_lines() {
    let limits = Limits::CLIENT.line_bytes_max(20);
    let head = |bytes: usize| format!("HTTP/1.1 200 OK\nA: {}\n\n", "x".repeat(bytes - 3));
    let read = |bytes| response(head(bytes).as_bytes(), limits, Leniency::Recipient);
    assert!(matches!(read(20), Some(Ok(_))));
    assert_eq!(read(21), Some(Err(LineTooLong { bytes_max: 20 })));
    assert_eq!(read(22), Some(Err(LineTooLong { bytes_max: 20 })));
}

#[test]
fn of_two_bounds_the_one_that_is_reached_first_is_named() {
    let input = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "x".repeat(100));
    for head_bytes_max in 16..80 {
        for line_bytes_max in 14..70 {
            let limits = Limits::SERVER.head_bytes_max(head_bytes_max).line_bytes_max(line_bytes_max);
            let want = if head_bytes_max <= 16 + line_bytes_max + 1 {
                HeadTooLong { bytes_max: u32::try_from(head_bytes_max).unwrap() }
            } else {
                LineTooLong { bytes_max: u32::try_from(line_bytes_max).unwrap() }
            };
            assert_eq!(
                parse_request(input.as_bytes(), &limits),
                Err(want),
                "{head_bytes_max} {line_bytes_max}"
            );
        }
    }
    // And it does not depend on how the input is cut.
    for (head_bytes_max, line_bytes_max) in [(40, 23), (40, 22), (41, 23), (60, 20)] {
        let limits = Limits::SERVER.head_bytes_max(head_bytes_max).line_bytes_max(line_bytes_max);
        assert!(matches!(request(input.as_bytes(), limits), Some(Err(_))));
    }
}

#[test]
fn unlimited_limits_do_not_overflow() {
    let all = usize::MAX;
    let limits = Limits::SERVER.line_bytes_max(all).head_bytes_max(all).fields_max(all).empty_lines_max(all);
    let input = b"\r\nGET / HTTP/1.1\r\nA: b\r\nC : d\r\n\r\n";
    assert_eq!(request(input, limits), Some(Err(SpaceBeforeColon { offset: 25 })));
    assert!(matches!(request(b"GET / HTTP/1.1\r\nA: b\r\n\r\n", limits), Some(Ok(_))));
}
