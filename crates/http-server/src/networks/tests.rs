//! Which addresses are in which networks.

use super::{Networks, client_network};

#[track_caller]
fn check(network: &str, inside: &[&str], outside: &[&str]) {
    let networks = Networks::new([network]).unwrap();
    for address in inside {
        assert!(networks.contains(address.parse().unwrap()), "{address} is in {network}");
    }
    for address in outside {
        assert!(!networks.contains(address.parse().unwrap()), "{address} is not in {network}");
    }
}

#[test]
fn a_network_has_the_addresses_that_begin_with_its_prefix() {
    check(
        "10.0.0.0/8",
        &["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
        &["9.255.255.255", "11.0.0.0", "a00::"],
    );
    check("192.0.2.4/31", &["192.0.2.4", "192.0.2.5"], &["192.0.2.3", "192.0.2.6"]);
    check("192.0.2.1", &["192.0.2.1"], &["192.0.2.0", "192.0.2.2"]);
    check("0.0.0.0/0", &["0.0.0.0", "255.255.255.255"], &["::1"]);
    check("::/0", &["::1", "ffff::"], &["127.0.0.1", "::ffff:127.0.0.1"]);
    check("2001:db8::/33", &["2001:db8:7fff::1"], &["2001:db8:8000::"]);
    check("::1", &["::1"], &["::", "::2", "0.0.0.1"]);
    check("::ffff:192.0.2.0/120", &["192.0.2.7", "::ffff:192.0.2.255"], &["192.0.3.0"]);
}

#[test]
fn what_is_no_network_is_refused_by_its_text() {
    for text in [
        "",
        "10",
        "10.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.1/8",
        "::/129",
        "::1/64",
        "10.0.0.0/+8",
        "10.0.0.0/8/8",
        " 10.0.0.1",
        "localhost",
        "010.0.0.1",
        "[::1]",
        "10.0.0.0/999",
    ] {
        let error = Networks::new([text]).unwrap_err().to_string();
        assert!(error.contains(text), "{text:?}: {error}");
    }
}

#[test]
fn local_sockets_belong_only_where_that_is_said() {
    assert!(!Networks::loopback().contains_peer(None));
    assert!(Networks::loopback().with_local_sockets().contains_peer(None));
    assert!(Networks::loopback().contains_peer(Some("127.8.9.10".parse().unwrap())));
    assert!(!Networks::default().contains_peer(Some("127.0.0.1".parse().unwrap())));
}

#[test]
fn a_client_is_an_ipv4_address_or_an_ipv6_network_of_64_bits() {
    #[track_caller]
    fn check(address: &str, network: &str) {
        assert_eq!(client_network(address.parse().unwrap()).to_string(), network, "{address}");
    }
    check("192.0.2.1", "192.0.2.1");
    check("::ffff:192.0.2.1", "192.0.2.1");
    check("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::");
    check("2001:db8:1:3::1", "2001:db8:1:3::");
    check("::1", "::");
}
