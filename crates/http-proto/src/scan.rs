//! Search for the byte that ends or spoils a field value or a request target, eight bytes a step, in safe code.
//! It finds places; what stands there is judged by `fields.rs` and `parse.rs`.

use crate::ascii::{ByteSet, FIELD_VALUE, TARGET};

/// A word with 1 in each of its bytes.
const ONES: u64 = u64::MAX / 255;
/// A word with the highest bit of each byte.
const HIGHS: u64 = ONES << 7;

/// Sets the highest bit of the bytes of `word` that are below `bound`, at most 0x80.
///
/// A borrow can set it in bytes above one that is below `bound` too: only the lowest bit that is set is to be
/// trusted.
#[inline]
const fn below(word: u64, bound: u8) -> u64 {
    word.wrapping_sub(ONES * bound as u64) & !word & HIGHS
}

/// As [`below`], for bytes that are `byte`.
#[inline]
const fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (ONES * byte as u64), 1)
}

/// The index of the first byte that [`FIELD_VALUE`] has not: a control character other than HTAB.
#[inline]
pub(crate) fn first_control(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let found = from
            + first_marked(bytes.get(from..)?, &FIELD_VALUE, |word| below(word, 0x20) | equal(word, 0x7f))?;
        // HTAB is marked with the other controls, and so rare that the search simply goes on behind it.
        if bytes.get(found) != Some(&b'\t') {
            return Some(found);
        }
        from = found + 1;
    }
}

/// The index of the first byte that [`TARGET`] has not.
#[inline]
pub(crate) fn first_outside_target(bytes: &[u8]) -> Option<usize> {
    first_marked(bytes, &TARGET, |word| {
        below(word, 0x21) | equal(word, 0x7f) | equal(word, b'#') | (word & HIGHS)
    })
}

/// Eight bytes a step by `marks`, the last few by `allowed`.
#[inline]
fn first_marked(bytes: &[u8], allowed: &ByteSet, marks: impl Fn(u64) -> u64) -> Option<usize> {
    let (words, tail) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let marked = marks(u64::from_le_bytes(*word));
        if marked != 0 {
            // Below eight.
            return Some(index * 8 + (marked.trailing_zeros() / 8) as usize);
        }
    }
    allowed.first_outside(tail).map(|at| words.len() * 8 + at)
}

#[cfg(test)]
mod tests;
