//! The short way of small texts beside the long way of everything else.

use super::COPY_BYTES_MAX;
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use crate::testing;
use http_proto::StatusCode;

/// What is sent in answer to `input`, but for the time.
fn sent(input: &str, handler: &impl Handler) -> String {
    let sent = String::from_utf8(testing::raw_exchange(input, handler)).unwrap();
    let dates =
        sent.split_inclusive("\r\n").map(|line| if line.starts_with("Date: ") { "Date\r\n" } else { line });
    dates.collect()
}

#[test]
fn a_small_text_is_sent_byte_for_byte_as_any_other_answer() {
    let heads = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    ];
    for length in [0, 1, 13, COPY_BYTES_MAX, COPY_BYTES_MAX + 1] {
        for status in [StatusCode::OK, StatusCode::CREATED, StatusCode::NO_CONTENT] {
            // The second has fields of its own, if the same.
            let short = |_: &mut Request<'_>| Response::text("x".repeat(length)).with_status(status);
            let long = |_: &mut Request<'_>| {
                Response::content("text/plain; charset=utf-8", "x".repeat(length)).with_status(status)
            };
            for head in heads {
                assert_eq!(sent(head, &short), sent(head, &long), "{length} bytes, {status}, {head:?}");
            }
        }
    }
    let short = |_: &mut Request<'_>| Response::text("hello");
    let want = "HTTP/1.1 200 OK\r\nDate\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello";
    assert_eq!(sent(heads[0], &short), want);
    assert_eq!(sent(heads[1], &short), want.repeat(2));
}
