//! Range requests (RFC 9110 §14): from a Range field and a size to the parts that are sent.
//!
//! Pure. Whether a Range field counts at all (method, If-Range) is decided in `conditional`.

use http_proto::Headers;
use std::ops::Range;

/// Most parts that one answer has.
const PARTS_MAX: usize = 32;

/// Parts with fewer bytes between them are sent as one: the head of a part costs as much.
const MERGE_GAP_BYTES: u64 = 80;

/// What a Range field selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    /// All of it, as if there were no Range field (200).
    Whole,
    /// These bytes, in rising order, none empty, none touching another (206).
    Parts(Vec<Range<u64>>),
    /// Nothing that exists (416).
    Unsatisfiable,
}

/// Selects by the Range field of a request for content of `size_bytes` bytes.
///
/// A field that is repeated, of another unit, malformed, greedy (more than 32 parts, or more bytes than there are) or
/// for empty content is ignored. Overlapping and close parts are joined.
pub(crate) fn select(headers: &Headers, size_bytes: u64) -> Selection {
    let mut values = headers.get_all("Range");
    match (values.next(), values.next()) {
        (Some(value), None) => select_by(value.as_bytes(), size_bytes),
        _ => Selection::Whole,
    }
}

fn select_by(value: &[u8], size_bytes: u64) -> Selection {
    // `ranges-specifier = range-unit "=" range-set`; units are compared without regard to case.
    let Some((unit, set)) = split_once(value, b'=') else {
        return Selection::Whole;
    };
    if !unit.eq_ignore_ascii_case(b"bytes") || size_bytes == 0 {
        return Selection::Whole;
    }
    let mut parts: Vec<Range<u64>> = Vec::new();
    let mut specs = 0_usize;
    let mut sum_bytes = 0_u64;
    for spec in set.split(|&byte| byte == b',') {
        let spec = spec.trim_ascii();
        if spec.is_empty() {
            continue;
        }
        specs += 1;
        let Some(spec) = parse_spec(spec) else {
            return Selection::Whole;
        };
        if specs > PARTS_MAX {
            return Selection::Whole;
        }
        if let Some(part) = spec.within(size_bytes) {
            sum_bytes = sum_bytes.saturating_add(part.end - part.start);
            parts.push(part);
        }
    }
    if specs == 0 || sum_bytes > size_bytes {
        return Selection::Whole;
    }
    if parts.is_empty() { Selection::Unsatisfiable } else { Selection::Parts(merge(parts)) }
}

/// `int-range / suffix-range`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spec {
    /// `first "-" [ last ]`
    From { first: u64, last: Option<u64> },
    /// `"-" length`
    Suffix(u64),
}

impl Spec {
    /// The bytes it selects of so many; `None` where it selects none (RFC 9110 §14.1.2).
    fn within(self, size_bytes: u64) -> Option<Range<u64>> {
        match self {
            Self::From { first, .. } if first >= size_bytes => None,
            Self::From { first, last } => {
                Some(first..last.map_or(size_bytes, |last| last.saturating_add(1).min(size_bytes)))
            }
            Self::Suffix(0) => None,
            Self::Suffix(length) => Some(size_bytes.saturating_sub(length)..size_bytes),
        }
    }
}

fn parse_spec(spec: &[u8]) -> Option<Spec> {
    let (first, last) = split_once(spec, b'-')?;
    if first.is_empty() {
        return Some(Spec::Suffix(position(last)?));
    }
    let first = position(first)?;
    if last.is_empty() {
        return Some(Spec::From { first, last: None });
    }
    let last = position(last)?;
    // RFC 9110 §14.1.2: a range that ends before it begins is invalid.
    (first <= last).then_some(Spec::From { first, last: Some(last) })
}

/// `1*DIGIT`; numbers beyond 64 bits are beyond every file, so they count as the largest.
fn position(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        digit.is_ascii_digit().then(|| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
    })
}

/// Sorts the parts and joins those that overlap or lie close together.
fn merge(mut parts: Vec<Range<u64>>) -> Vec<Range<u64>> {
    parts.sort_unstable_by_key(|part| part.start);
    let mut merged: Vec<Range<u64>> = Vec::with_capacity(parts.len());
    for part in parts {
        match merged.last_mut() {
            Some(last) if part.start <= last.end.saturating_add(MERGE_GAP_BYTES) => {
                last.end = last.end.max(part.end);
            }
            _ => merged.push(part),
        }
    }
    merged
}

fn split_once(value: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = value.iter().position(|&byte| byte == separator)?;
    let (before, rest) = value.split_at_checked(at)?;
    Some((before, rest.get(1..)?))
}

#[cfg(test)]
mod tests;
