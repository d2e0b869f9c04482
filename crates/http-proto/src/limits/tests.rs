//! Tests of the presets, as the crate's table of limits has them, and of the setters.

use super::{Leniency, Limits};

/// All fields in the order of the table.
fn row(limits: Limits) -> [usize; 8] {
    let Limits {
        line_bytes_max,
        head_bytes_max,
        fields_max,
        empty_lines_max,
        chunk_size_digits_max,
        chunk_extension_bytes_max,
        trailer_bytes_max,
        trailer_fields_max,
    } = limits;
    [
        line_bytes_max,
        head_bytes_max,
        fields_max,
        empty_lines_max,
        chunk_size_digits_max,
        chunk_extension_bytes_max,
        trailer_bytes_max,
        trailer_fields_max,
    ]
}

#[test]
fn presets_are_as_documented() {
    const KIB: usize = 1024;
    assert_eq!(row(Limits::SERVER), [64 * KIB, 64 * KIB, 128, 4, 16, 16 * KIB, 16 * KIB, 64]);
    assert_eq!(row(Limits::CLIENT), [64 * KIB, 64 * KIB, 256, 4, 16, 16 * KIB, 16 * KIB, 64]);
    assert_eq!(row(Limits::PYTHON), [65_534, 65_536 * 101, 100, 4, 16, 16 * KIB, 65_536 * 101, 100]);
    assert_eq!(Limits::default(), Limits::SERVER);
    assert_eq!(Leniency::default(), Leniency::Strict);
}

#[test]
fn each_setter_sets_its_own_bound() {
    let set = Limits::SERVER
        .line_bytes_max(1)
        .head_bytes_max(2)
        .fields_max(3)
        .empty_lines_max(4)
        .chunk_size_digits_max(5)
        .chunk_extension_bytes_max(6)
        .trailer_bytes_max(7)
        .trailer_fields_max(8);
    assert_eq!(row(set), [1, 2, 3, 4, 5, 6, 7, 8]);
}
