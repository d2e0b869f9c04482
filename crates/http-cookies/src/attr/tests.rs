//! Names of attributes.

use super::*;

#[test]
fn names_are_found_in_any_case_and_nothing_else_is() {
    for attr in Attr::ALL {
        for name in [attr.as_str().to_owned(), attr.as_str().to_lowercase(), attr.as_str().to_uppercase()] {
            assert_eq!(Attr::from_name(&name), Some(attr), "{name}");
        }
        assert_eq!(Attr::from_name(&format!("{attr} ")), None);
        assert_eq!(Attr::from_name(&attr.as_str()[1..]), None);
    }
    for name in ["", "foo", "pathé", "max_age", "maxage", "samesit\u{e9}", "http-only", "secur\u{e9}"] {
        assert_eq!(Attr::from_name(name), None, "{name}");
    }
}

#[test]
fn the_order_is_alphabetical_by_lower_case_name() {
    let names: Vec<_> = Attr::ALL.iter().map(|attr| attr.as_str().to_lowercase()).collect();
    assert!(names.is_sorted());
    assert!(Attr::ALL.is_sorted());
}

#[test]
fn flags_are_secure_http_only_and_partitioned() {
    let flags: Vec<_> = Attr::ALL.into_iter().filter(|attr| attr.is_flag()).collect();
    assert_eq!(flags, [Attr::HttpOnly, Attr::Partitioned, Attr::Secure]);
}
