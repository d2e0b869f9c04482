//! Names and values of attributes.

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

#[test]
fn values_convert_from_what_a_program_has() {
    assert_eq!(AttrValue::from(""), AttrValue::Unset);
    assert_eq!(AttrValue::from(String::new()), AttrValue::Unset);
    assert_eq!(AttrValue::from("x").as_text(), Some("x"));
    assert_eq!(AttrValue::from(5_i32), AttrValue::Int(5));
    assert_eq!(AttrValue::from(5_u32), AttrValue::Int(5));
    assert_eq!(AttrValue::from(Duration::from_millis(5900)), AttrValue::Int(5));
    assert_eq!(AttrValue::from(Duration::MAX), AttrValue::Int(i64::MAX));
    assert_eq!(AttrValue::from(SameSite::Lax).as_text(), Some("Lax"));
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    assert_eq!(AttrValue::from(date).as_text(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
}

#[test]
fn truth_and_numbers_are_pythons() {
    for (value, truth, number) in [
        (AttrValue::Unset, false, None),
        (AttrValue::from("0"), true, None),
        (AttrValue::Int(0), false, Some(0)),
        (AttrValue::Int(-1), true, Some(-1)),
        (AttrValue::Flag(true), true, Some(1)),
        (AttrValue::Flag(false), false, Some(0)),
    ] {
        assert_eq!((value.is_truthy(), value.as_int()), (truth, number), "{value:?}");
    }
}
