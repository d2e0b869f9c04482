//! When the keeper goes on looking without being asked.

use super::{Keeper, Traffic};

#[test]
fn the_keeper_goes_on_looking_as_long_as_there_is_much_to_do() {
    let traffic = &Keeper::default().traffic;
    assert!(!traffic.is_dense(0));
    assert!(!traffic.is_dense(Traffic::REQUESTS_MIN - 1));
    assert!(traffic.is_dense(2 * Traffic::REQUESTS_MIN - 1), "since the last look");
    assert!(traffic.is_dense(9 * Traffic::REQUESTS_MIN));
    assert!(!traffic.is_dense(9 * Traffic::REQUESTS_MIN), "nothing has come since");
}
