//! The dictionary keeps its order, small and large, with gaps and without.

use super::*;

fn morsel(name: &str) -> Morsel {
    Morsel::new(name, name, name).unwrap()
}

fn names(ordered: &Ordered) -> Vec<String> {
    ordered.iter().map(|(name, _)| name.to_string()).collect()
}

#[test]
fn order_is_that_of_first_insertion_at_every_size() {
    for size in [0, 1, 31, 32, 33, 34, 80, 1000] {
        let mut ordered = Ordered::default();
        let mut expected = Vec::new();
        for at in 0..size {
            let name = format!("n{at}");
            assert!(ordered.insert(name.as_str().into(), morsel(&name)).is_none());
            expected.push(name);
        }
        for at in (0..size).step_by(3) {
            let name = format!("n{at}");
            assert_eq!(ordered.insert(name.as_str().into(), morsel("new")), Some(morsel(&name)));
            assert_eq!(ordered.get(&name), Some(&morsel("new")));
        }
        assert_eq!(names(&ordered), expected);
        assert_eq!(ordered.len(), size);
        assert_eq!(ordered.get("other"), None);
    }
}

#[test]
fn removing_keeps_the_order_of_the_rest_at_every_size() {
    for size in [1, 32, 33, 80, 200] {
        let mut ordered = Ordered::default();
        let mut expected: Vec<String> = (0..size).map(|at| format!("n{at}")).collect();
        for name in &expected {
            ordered.insert(name.as_str().into(), morsel(name));
        }
        // First every second one, then from the front.
        let order: Vec<_> =
            expected.iter().skip(1).step_by(2).chain(expected.iter().step_by(2)).cloned().collect();
        for name in order {
            assert_eq!(ordered.remove(&name), Some(morsel(&name)));
            assert_eq!(ordered.remove(&name), None);
            expected.retain(|other| *other != name);
            assert_eq!(names(&ordered), expected);
            assert!(expected.iter().all(|name| ordered.get(name).is_some()));
        }
        assert_eq!(ordered.len(), 0);
        ordered.insert("again".into(), morsel("again"));
        assert_eq!(names(&ordered), ["again"]);
    }
}

#[test]
fn a_removed_name_comes_back_last() {
    let mut ordered = Ordered::default();
    for name in ["a", "b", "c", "d", "e"] {
        ordered.insert(name.into(), morsel(name));
    }
    ordered.remove("a");
    ordered.update("a", |_| unreachable!(), || morsel("a"));
    assert_eq!(names(&ordered), ["b", "c", "d", "e", "a"]);
}
