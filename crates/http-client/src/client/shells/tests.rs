//! Who gets which shell, and how many there are.

use super::*;

fn is(wanted: usize) -> impl Fn(&usize) -> bool {
    move |key| *key == wanted
}

#[test]
fn a_shell_goes_to_its_own_place_and_only_once() {
    let shells = Shells::new();
    shells.put(1, "one");
    shells.put(2, "two");
    shells.put(1, "one, later");
    assert_eq!(shells.take(is(3)), None);
    assert_eq!(shells.take(is(1)), Some((1, "one, later")));
    assert_eq!(shells.take(is(1)), Some((1, "one")));
    assert_eq!(shells.take(is(1)), None);
    assert_eq!(shells.take(is(2)), Some((2, "two")));
}

#[test]
fn no_more_than_a_few_are_kept_and_none_after_clearing() {
    let shells = Shells::new();
    for number in 0..SHELLS_MAX + 3 {
        shells.put(number, number);
    }
    assert_eq!(shells.list().len(), SHELLS_MAX);
    assert_eq!((shells.take(is(2)), shells.take(is(3))), (None, Some((3, 3))), "the oldest have made room");
    shells.clear();
    assert_eq!(shells.take(|_| true), None);
}
