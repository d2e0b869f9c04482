//! The sum against its definition.

use super::Crc32;

/// Bit by bit, as the definition has it.
fn slowly(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, &byte| {
        (0..8).fold(
            sum ^ u32::from(byte),
            |sum, _| {
                if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 }
            },
        )
    })
}

#[test]
fn the_check_value_of_the_sum_comes_out() {
    let mut sum = Crc32::new();
    sum.update(b"123456789");
    assert_eq!(sum.sum(), 0xcbf4_3926);
    assert_eq!(Crc32::new().sum(), 0);
}

#[test]
fn the_sum_is_the_same_however_the_bytes_are_cut() {
    let bytes: Vec<u8> = (0..100_u32).map(|number| number.wrapping_mul(167).to_le_bytes()[0]).collect();
    for cut in 0..bytes.len() {
        let mut sum = Crc32::new();
        sum.update(&bytes[..cut]);
        sum.update(&bytes[cut..]);
        assert_eq!(sum.sum(), slowly(&bytes), "{cut}");
    }
}
