//! Which ready variant a request gets.

use super::{ContentCoding, accepted};
use http_proto::Headers;

#[track_caller]
fn check(accept: Option<&str>, expected: &[ContentCoding]) {
    let mut headers = Headers::new();
    if let Some(accept) = accept {
        headers.append("Accept-Encoding", accept).unwrap();
    }
    assert_eq!(accepted(&headers, &ContentCoding::ALL), expected, "{accept:?}");
}

#[test]
fn codings_are_chosen_by_weight_and_then_by_our_order() {
    use ContentCoding::{Brotli, Gzip, Zstd};
    check(None, &[]);
    check(Some(""), &[]);
    check(Some("gzip, deflate, br, zstd"), &[Brotli, Zstd, Gzip]);
    check(Some("gzip, br;q=0.9"), &[Gzip, Brotli]);
    check(Some("GZip"), &[Gzip]);
    check(Some("x-gzip"), &[Gzip]);
    check(Some("*"), &[Brotli, Zstd, Gzip]);
    check(Some("*;q=0.5, gzip"), &[Gzip, Brotli, Zstd]);
    check(Some("deflate"), &[]);
}

#[test]
fn a_weight_of_zero_is_a_refusal() {
    use ContentCoding::{Brotli, Gzip, Zstd};
    check(Some("br;q=0, gzip"), &[Gzip]);
    check(Some("gzip;q=0.0"), &[]);
    check(Some("*, br;q=0"), &[Zstd, Gzip]);
    check(Some("*;q=0"), &[]);
    check(Some("gzip;q=oops"), &[]);
    check(Some("identity, gzip;q=0.5"), &[]);
    check(Some("identity;q=0.5, gzip"), &[Gzip]);
    check(Some("identity;q=0, br"), &[Brotli]);
}
