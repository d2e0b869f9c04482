//! Who shares a count with whom.

use super::Addresses;

#[test]
fn an_ipv6_network_of_64_bits_has_one_count_as_an_ipv4_address_has() {
    #[track_caller]
    fn check(one: &str, other: &str, same: bool) {
        let addresses = Addresses::default();
        let held = addresses.hold(one.parse().unwrap(), 1).unwrap();
        let more = addresses.hold(other.parse().unwrap(), 1);
        assert_eq!(more.is_none(), same, "{one} {other}");
        drop((held, more));
        assert!(addresses.0.lock().unwrap().is_empty(), "what is not counted takes no room");
    }
    check("192.0.2.1", "192.0.2.1", true);
    check("192.0.2.1", "::ffff:192.0.2.1", true);
    check("192.0.2.1", "192.0.2.2", false);
    check("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true);
    check("2001:db8:1:2::1", "2001:db8:1:3::1", false);
}
