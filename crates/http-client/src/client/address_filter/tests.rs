//! Addresses at both sides of every border.

use super::*;

const PUBLIC: &str = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 \
    169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.88.98.1 \
    192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.1 203.0.112.1 223.255.255.255 \
    2606:4700:4700::1111 2001:4860:4860::8888 2a00::1 ::ffff:8.8.8.8 64:ff9b::808:808 \
    2002:808:808::1 2001:200::1 3ffe::1 3fff:1000::1";

const SPECIAL: &str = "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 \
    172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 \
    198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 \
    ::ffff:127.0.0.1 ::ffff:169.254.169.254 64:ff9b::a00:1 64:ff9b:1::1 100::1 2001::1 2001:2::1 \
    2001:db8::1 2001:1ff::1 2002:7f00:1::1 2002:c0a8:101::1 3fff::1 3fff:fff::1 5f00::1 fc00::1 \
    fd12::1 fe80::1 fec0::1 ff02::1 4000::1";

#[test]
fn only_public_addresses_pass() {
    #[track_caller]
    fn check(ip: &str, expected: bool) {
        let address = SocketAddr::new(ip.parse().unwrap(), 80);
        assert_eq!(AddressFilter::public_only().allows(address), expected, "{ip}");
    }
    PUBLIC.split(' ').for_each(|ip| check(ip, true));
    SPECIAL.split(' ').for_each(|ip| check(ip, false));
}

#[test]
fn a_function_decides_with_the_port() {
    let filter = AddressFilter::new(|address| address.port() == 443);
    assert!(filter.allows("10.0.0.1:443".parse().unwrap()));
    assert!(!filter.allows("10.0.0.1:80".parse().unwrap()));
}
