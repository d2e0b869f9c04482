//! Tests of the status table: order, agreement with the `http` crate, Python's names.

use super::{StatusExt, TABLE};
use http::StatusCode;

#[test]
fn the_table_is_sorted_so_that_it_can_be_searched() {
    assert!(TABLE.is_sorted_by(|a, b| a.code < b.code));
    assert_eq!(TABLE.len(), 62);
}

#[test]
fn every_row_is_found_by_code_and_by_name() {
    for row in &TABLE {
        let status = StatusCode::from_u16(row.code).unwrap();
        assert_eq!(status.phrase(), row.phrase);
        assert_eq!(status.python_name(), Some(row.name));
        assert_eq!(StatusCode::from_python_name(row.name), Some(status));
        assert!(!row.description.is_empty(), "{} has no description", row.code);
    }
}

#[test]
fn older_python_names_still_work_and_unknown_ones_do_not() {
    assert_eq!(StatusCode::from_python_name("REQUEST_URI_TOO_LONG"), Some(StatusCode::URI_TOO_LONG));
    assert_eq!(StatusCode::from_python_name("UNPROCESSABLE_ENTITY").map(|s| s.as_u16()), Some(422));
    assert_eq!(StatusCode::from_python_name("not_found"), None);
}

#[test]
fn unlisted_codes_have_no_words() {
    let odd = StatusCode::from_u16(299).unwrap();
    assert_eq!((odd.phrase(), odd.description(), odd.python_name()), ("", "", None));
}
