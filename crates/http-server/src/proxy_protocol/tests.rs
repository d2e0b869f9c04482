//! Both versions: whole, cut at every byte, followed by what is not theirs, and malformed.

use super::{ProxyError, Read, Relayed, V1_BYTES_MAX, V2_BYTES_MAX, read};

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

fn v2(fields: [u8; 2], rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [SIGNATURE, &fields, &length, rest].concat()
}

fn relayed_for(source: &str, destination: &str) -> Relayed {
    Relayed::For { source: source.parse().unwrap(), destination: destination.parse().unwrap() }
}

/// The header is read as this whatever follows, and is partial wherever it is cut.
#[track_caller]
fn check(header: &[u8], want: Relayed) {
    for behind in [&b""[..], b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n", b"PROXY UNKNOWN\r\n", SIGNATURE] {
        let bytes = [header, behind].concat();
        let complete = Read::Complete { relayed: want, consumed_bytes: header.len() };
        assert_eq!(read(&bytes), Ok(complete), "{}", header.escape_ascii());
    }
    for cut in 0..header.len() {
        assert_eq!(read(&header[..cut]), Ok(Read::Partial), "{} cut at {cut}", header.escape_ascii());
    }
}

/// Refused, at the latest when it is whole, and not taken for something else at any earlier byte.
#[track_caller]
fn check_refused(header: &[u8], want: ProxyError) {
    assert_eq!(read(header), Err(want), "{}", header.escape_ascii());
    for cut in 0..header.len() {
        let found = read(&header[..cut]);
        assert!(
            matches!(found, Ok(Read::Partial)) || found == Err(want),
            "{} cut at {cut}",
            header.escape_ascii()
        );
    }
}

#[test]
fn lines_of_version_1_name_both_ends() {
    check(
        b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n",
        relayed_for("192.0.2.1:56324", "198.51.100.1:443"),
    );
    check(
        b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
        relayed_for("255.255.255.255:65535", "255.255.255.255:65535"),
    );
    check(b"PROXY TCP6 2001:db8::1 ::1 0 80\r\n", relayed_for("[2001:db8::1]:0", "[::1]:80"));
    let long = b"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n";
    check(
        long,
        relayed_for(
            "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
            "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
        ),
    );
    check(b"PROXY UNKNOWN\r\n", Relayed::Own);
    check(b"PROXY UNKNOWN whatever stands here\r\n", Relayed::Own);
    let mut longest = b"PROXY UNKNOWN ".to_vec();
    longest.resize(V1_BYTES_MAX - 2, b'f');
    longest.extend_from_slice(b"\r\n");
    check(&longest, Relayed::Own);
}

#[test]
fn malformed_lines_of_version_1_are_refused() {
    for line in [
        "PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443 1\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443 \r\n",
        "PROXY TCP4  192.0.2.1 198.51.100.1 56324 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 065 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 +80 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1  443\r\n",
        "PROXY TCP4 192.0.2.01 198.51.100.1 1 443\r\n",
        "PROXY TCP4 2001:db8::1 ::1 1 443\r\n",
        "PROXY TCP6 192.0.2.1 198.51.100.1 1 443\r\n",
        "PROXY TCP6 [::1] ::1 1 443\r\n",
        "PROXY TCP6 fe80::1%1 ::1 1 443\r\n",
        "PROXY UDP4 192.0.2.1 198.51.100.1 1 443\r\n",
        "PROXY tcp4 192.0.2.1 198.51.100.1 1 443\r\n",
        "PROXY \r\n",
        "PROXY  UNKNOWN\r\n",
        "PROXY UNKNOWNS\r\n",
        "PROXY UNKNOWN\n",
        "PROXY UNKNOWN a\rb",
        "PROXY UNKNOWN a\r\r\n",
    ] {
        check_refused(line.as_bytes(), ProxyError::MalformedLine);
    }
    let mut endless = b"PROXY UNKNOWN ".to_vec();
    endless.resize(V1_BYTES_MAX, b'f');
    check_refused(&endless, ProxyError::MalformedLine);
    endless.extend_from_slice(b"\r\n");
    check_refused(&endless, ProxyError::MalformedLine);
}

#[test]
fn headers_of_version_2_name_both_ends() {
    let inet = [192, 0, 2, 1, 198, 51, 100, 1, 0xdc, 0x04, 0x01, 0xbb];
    check(&v2([0x21, 0x11], &inet), relayed_for("192.0.2.1:56324", "198.51.100.1:443"));
    // A client of HTTP/3 comes in datagrams, and goes on in a stream.
    check(&v2([0x21, 0x12], &inet), relayed_for("192.0.2.1:56324", "198.51.100.1:443"));
    let mut inet6 = [0_u8; 36];
    (inet6[0], inet6[1], inet6[15], inet6[31], inet6[33], inet6[35]) = (0x20, 0x01, 1, 2, 80, 81);
    check(&v2([0x21, 0x21], &inet6), relayed_for("[2001::1]:80", "[::2]:81"));
    check(&v2([0x21, 0x31], &[0; 216]), Relayed::ForLocalSocket);
}

#[test]
fn values_behind_the_addresses_are_skipped() {
    let inet = [192, 0, 2, 1, 198, 51, 100, 1, 0xdc, 0x04, 0x01, 0xbb];
    let authority = [&[0x02, 0, 11][..], b"example.org"].concat();
    let values = [&inet[..], &authority, &[0x04, 0, 0]].concat();
    check(&v2([0x21, 0x11], &values), relayed_for("192.0.2.1:56324", "198.51.100.1:443"));
    let mut longest = inet.to_vec();
    longest.resize(V2_BYTES_MAX - 16, 0);
    check(&v2([0x21, 0x11], &longest), relayed_for("192.0.2.1:56324", "198.51.100.1:443"));
}

#[test]
fn a_connection_of_the_proxy_itself_keeps_its_own_addresses() {
    check(&v2([0x20, 0x00], &[]), Relayed::Own);
    check(&v2([0x20, 0x11], &[9; 12]), Relayed::Own);
    check(&v2([0x20, 0x21], &[]), Relayed::Own);
    check(&v2([0x21, 0x00], &[]), Relayed::Own);
    check(&v2([0x21, 0x00], &[1, 2, 3]), Relayed::Own);
    check(&v2([0x21, 0x10], &[9; 12]), Relayed::Own);
}

#[test]
fn malformed_headers_of_version_2_are_refused() {
    for fields in
        [[0x11, 0x11], [0x31, 0x11], [0x22, 0x11], [0x2f, 0x11], [0x21, 0x41], [0x21, 0x13], [0x20, 0xff]]
    {
        check_refused(&v2(fields, &[0; 12]), ProxyError::Malformed);
    }
    check_refused(&v2([0x21, 0x11], &[0; 11]), ProxyError::Malformed);
    check_refused(&v2([0x21, 0x21], &[0; 35]), ProxyError::Malformed);
    check_refused(&v2([0x21, 0x31], &[0; 215]), ProxyError::Malformed);
    check_refused(
        &v2([0x21, 0x11], &vec![0; V2_BYTES_MAX - 15]),
        ProxyError::TooLong { bytes: V2_BYTES_MAX + 1 },
    );
    check_refused(&v2([0x21, 0x11], &[0; 65_535]), ProxyError::TooLong { bytes: 65_551 });
}

#[test]
fn bytes_that_begin_otherwise_are_refused_at_once() {
    for bytes in [
        &b"G"[..],
        b"GET / HTTP/1.1\r\n",
        b"PROXX",
        b"proxy ",
        b"\x16\x03\x01",
        b"\r\nGET",
        b" PROXY ",
        b"\0",
    ] {
        assert_eq!(read(bytes), Err(ProxyError::Missing), "{}", bytes.escape_ascii());
    }
}
