//! What converts into values, and how they read back.

use super::*;

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
