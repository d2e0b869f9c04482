//! What the store promises: the same answers as a plain list, whatever is put in and taken out.

use std::collections::BTreeMap;

use super::Store;
use crate::cookie::Cookie;

fn cookie(name: &str, domain: &str, path: &str, secure: bool, expires: Option<i64>) -> Cookie {
    let builder = Cookie::builder(name, "v").domain(domain).path(path).secure(secure);
    builder.expires(expires).build().expect("a cookie")
}

fn put(store: &mut Store, cookie: Cookie) -> Option<Cookie> {
    let located = store.locate(cookie.key());
    store.insert(located, cookie)
}

fn names_at(store: &Store, host: &str) -> Vec<String> {
    let name = |id: &u32| store.cookie(*id).and_then(Cookie::name_str).map(str::to_owned);
    store.at_host(host).iter().filter_map(name).collect()
}

#[test]
fn cookies_of_a_host_stand_longest_path_first_then_oldest_first() {
    let mut store = Store::default();
    for (name, path) in [("a", "/"), ("b", "/x/y"), ("c", "/x"), ("d", "/"), ("e", "/z"), ("f", "/x/y")] {
        put(&mut store, cookie(name, "h.org", path, false, None));
    }
    assert_eq!(names_at(&store, "h.org"), ["b", "f", "c", "e", "a", "d"]);
    assert!(put(&mut store, cookie("a", "h.org", "/", true, None)).is_some());
    assert_eq!(names_at(&store, "h.org"), ["b", "f", "c", "e", "a", "d"]);
    assert!(names_at(&store, "org").is_empty() && names_at(&store, "x.h.org").is_empty());
}

#[test]
fn many_cookies_of_one_host_are_found_by_key() {
    let mut store = Store::default();
    for number in 0..500 {
        put(&mut store, cookie(&format!("n{number}"), "h.org", "/", false, Some(number)));
    }
    for number in 0..500 {
        assert!(put(&mut store, cookie(&format!("n{number}"), "h.org", "/", false, Some(number))).is_some());
    }
    assert_eq!(store.len(), 500);
    assert_eq!(store.remove_expired(249), 250);
    assert!(store.find(cookie("n249", "h.org", "/", false, None).key()).is_none());
    assert!(store.find(cookie("n250", "h.org", "/", false, None).key()).is_some());
}

#[test]
fn hosts_go_when_their_last_cookie_goes() {
    let mut store = Store::default();
    for round in 0..100 {
        let host = format!("a{round}.b.c.d.e.f.g.example");
        put(&mut store, cookie("x", &host, "/", true, Some(5)));
        put(&mut store, cookie("y", "b.c.d.e.f.g.example", "/", false, None));
    }
    assert_eq!(store.remove_expired(5), 100);
    assert_eq!(store.len(), 1);
    assert!(!store.hosts.any_related_secure("example", |_| true));
    let id = store.find(cookie("y", "b.c.d.e.f.g.example", "/", false, None).key()).expect("there");
    store.remove(id);
    assert_eq!(store.hosts.find("example"), None);
    assert_eq!(store.hosts.find("b.c.d.e.f.g.example"), None);
}

#[test]
fn a_jar_that_is_used_up_and_filled_again_does_not_grow() {
    let mut store = Store::default();
    let mut size = 0;
    for round in 0..50 {
        for number in 0..200 {
            let host = format!("h{number}.example");
            put(&mut store, cookie("x", &host, "/", number % 2 == 0, Some(round)));
        }
        assert_eq!(store.remove_expired(round), 200);
        if round == 5 {
            size = store.memory_bytes();
        }
    }
    assert!(size > 0 && store.memory_bytes() <= size, "{} {size}", store.memory_bytes());
}

/// A small generator, the same numbers in each run.
fn dice(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

#[test]
fn random_changes_leave_what_a_plain_map_has() {
    let hosts = ["a.org", "b.a.org", "c.b.a.org", "z.y.x.w.v.u.a.org", "1.2.3.4", "localhost", "org"];
    let mut state = 7;
    let mut store = Store::default();
    let mut plain: BTreeMap<(String, String, String), Option<i64>> = BTreeMap::new();
    for turn in 0..20_000_i64 {
        let host = hosts[usize::try_from(dice(&mut state, 7)).expect("small")];
        let path = ["/", "/a", "/b", "/a/b"][usize::try_from(dice(&mut state, 4)).expect("small")];
        let name = format!("n{}", dice(&mut state, 30));
        let key = (host.to_owned(), path.to_owned(), name.clone());
        match dice(&mut state, 10) {
            0..=6 => {
                let end = (dice(&mut state, 2) == 0).then(|| turn + 100);
                put(&mut store, cookie(&name, host, path, dice(&mut state, 2) == 0, end));
                plain.insert(key, end);
            }
            7 | 8 => {
                let found = store.find(cookie(&name, host, path, false, None).key());
                assert_eq!(found.is_some(), plain.remove(&key).is_some());
                found.map(|id| store.remove(id));
            }
            _ => {
                let before = plain.len();
                plain.retain(|_, end| end.is_none_or(|end| end > turn));
                assert_eq!(store.remove_expired(turn), before - plain.len());
            }
        }
        assert_eq!(store.len(), plain.len());
    }
    let mut left: Vec<_> = store
        .ids_in_order()
        .into_iter()
        .filter_map(|id| store.cookie(id))
        .map(|c| (c.domain().to_owned(), c.path().to_owned(), c.name_str().expect("text").to_owned()))
        .collect();
    left.sort();
    assert_eq!(left, plain.into_keys().collect::<Vec<_>>());
    for (host, _) in hosts.iter().zip(0..) {
        let ids = store.at_host(host);
        let keys: Vec<_> = ids
            .iter()
            .filter_map(|id| store.entry(*id))
            .map(|entry| (std::cmp::Reverse(entry.cookie.path().len()), entry.sequence))
            .collect();
        assert!(keys.is_sorted(), "{host}");
        let secure = ids.iter().filter_map(|id| store.cookie(*id)).any(Cookie::secure);
        let found = store.hosts.any_related_secure(host, |ids| {
            ids.iter().filter_map(|id| store.cookie(*id)).any(Cookie::secure)
        });
        assert!(found || !secure, "{host}");
    }
}
