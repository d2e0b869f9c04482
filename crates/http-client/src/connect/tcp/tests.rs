//! Tests of `connect/tcp.rs`: the order of addresses. Connecting itself is tested over real sockets.

use super::in_turn;
use std::net::SocketAddr;

#[test]
fn families_alternate_and_duplicates_are_left_out() {
    #[track_caller]
    fn check(found: &str, expected: &str) {
        let read =
            |text: &str| -> Vec<SocketAddr> { text.split_whitespace().map(|a| a.parse().unwrap()).collect() };
        assert_eq!(in_turn(read(found)), read(expected));
    }
    check("", "");
    check("1.1.1.1:1", "1.1.1.1:1");
    check("[::1]:1 [::2]:1 1.1.1.1:1 2.2.2.2:1", "[::1]:1 1.1.1.1:1 [::2]:1 2.2.2.2:1");
    check("1.1.1.1:1 2.2.2.2:1 3.3.3.3:1 [::1]:1", "1.1.1.1:1 [::1]:1 2.2.2.2:1 3.3.3.3:1");
    check("1.1.1.1:1 1.1.1.1:1 [::1]:1 [::1]:1", "1.1.1.1:1 [::1]:1");
    let many: String = (0..40).map(|n| format!("10.0.0.{n}:1 ")).collect();
    assert_eq!(in_turn(many.split_whitespace().map(|a| a.parse().unwrap()).collect()).len(), 16);
}
