//! Tests of the choice of features.

use super::{Set, grid};

#[test]
fn the_grid_is_none_each_and_all_without_repeats() {
    assert_eq!(grid([].into_iter()), [Set::None]);
    assert_eq!(grid(["default"].into_iter()), [Set::None]);
    assert_eq!(grid(["default", "tls"].into_iter()), [Set::None, Set::One("tls")]);
    assert_eq!(
        grid(["default", "json", "tls"].into_iter()),
        [Set::None, Set::One("json"), Set::One("tls"), Set::All]
    );
}
