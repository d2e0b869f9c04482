//! The picture, read back module by module.

use super::picture;
use qrcodegen::{QrCode, QrCodeEcc};

#[test]
fn the_picture_has_every_module_and_a_light_margin() {
    let url = "http://192.0.2.7:8000/";
    let code = QrCode::encode_text(url, QrCodeEcc::Low).unwrap();
    let text = picture(url).unwrap();
    let rows: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let side = usize::try_from(code.size()).unwrap() + 4;
    assert_eq!(rows.len(), side.div_ceil(2));
    assert!(rows.iter().all(|row| row.len() == side));
    for y in 0..side {
        for (x, character) in rows[y / 2].iter().enumerate() {
            let is_dark = match character {
                '█' => false,
                ' ' => true,
                '▀' => y % 2 == 1,
                '▄' => y % 2 == 0,
                other => panic!("{other:?}"),
            };
            let at = |place: usize| i32::try_from(place).unwrap() - 2;
            assert_eq!(is_dark, code.get_module(at(x), at(y)), "{x} {y}");
        }
    }
    assert!(picture(&"x".repeat(5000)).is_err());
}
