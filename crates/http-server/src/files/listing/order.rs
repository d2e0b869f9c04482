//! The order of a listing: folders first, then by what was asked for, then by name as a person would order names.

use super::SortKey;
use crate::files::root::Entry;
use std::cmp::Reverse;

/// Puts the entries in order.
pub(super) fn sort(entries: &mut Vec<Entry>, key: SortKey, descending: bool) {
    by_name(entries);
    if descending && key == SortKey::Name {
        entries.reverse();
    }
    match key {
        SortKey::Name => {}
        SortKey::Size if descending => entries.sort_by_key(|entry| Reverse(entry.size_bytes)),
        SortKey::Size => entries.sort_by_key(|entry| entry.size_bytes),
        SortKey::Modified if descending => entries.sort_by_key(|entry| Reverse(entry.modified)),
        SortKey::Modified => entries.sort_by_key(|entry| entry.modified),
    }
    entries.sort_by_key(|entry| !entry.is_folder);
}

/// Bytes of a key that are compared as one number.
const LEAD_BYTES: usize = 8;

/// By name, in natural order.
///
/// The keys of all names lie in one buffer. Names in a folder often begin alike, so that comparing them from the start
/// says little; the bytes behind what all have in common mostly decide at once.
fn by_name(entries: &mut Vec<Entry>) {
    let mut keys = Vec::with_capacity(entries.iter().map(|entry| 2 * entry.name.len() + 8).sum());
    let mut ends = Vec::with_capacity(entries.len());
    for entry in &*entries {
        push_natural_key(&entry.name, &mut keys);
        // Lower than any byte of a name: a key that another one begins with comes first. Behind it, what was ignored.
        keys.push(0);
        keys.extend_from_slice(&entry.name);
        ends.push(keys.len());
    }
    let begins = std::iter::once(0).chain(ends.iter().copied());
    let spans: Vec<&[u8]> =
        begins.zip(&ends).map(|(begin, &end)| keys.get(begin..end).unwrap_or_default()).collect();
    let common_bytes = common_bytes(&spans);
    let unordered = std::mem::take(entries).into_iter().zip(spans);
    let mut ordered: Vec<_> = unordered
        .map(|(entry, key)| (lead(key.get(common_bytes..).unwrap_or_default()), key, entry))
        .collect();
    ordered.sort_unstable_by(|one, other| one.0.cmp(&other.0).then_with(|| one.1.cmp(other.1)));
    entries.extend(ordered.into_iter().map(|(_, _, entry)| entry));
}

/// How many bytes all keys begin with.
fn common_bytes(keys: &[&[u8]]) -> usize {
    let Some((first, rest)) = keys.split_first() else { return 0 };
    rest.iter().fold(first.len(), |common, key| {
        first.iter().zip(*key).take(common).take_while(|(one, other)| one == other).count()
    })
}

/// The first bytes as a number, in the order of the bytes.
fn lead(key: &[u8]) -> u64 {
    let mut lead = [0; LEAD_BYTES];
    lead.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    u64::from_be_bytes(lead)
}

/// Appends a text whose order of bytes is the natural order of names: case ignored, runs of digits by their number.
fn push_natural_key(name: &[u8], key: &mut Vec<u8>) {
    let lower;
    let mut rest = if name.is_ascii() {
        name
    } else {
        lower = String::from_utf8_lossy(name).to_lowercase();
        lower.as_bytes()
    };
    while let Some((&byte, after)) = rest.split_first() {
        if !byte.is_ascii_digit() {
            key.push(byte.to_ascii_lowercase());
            rest = after;
            continue;
        }
        let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
        let digits = digits.get(zeros..).unwrap_or_default();
        // More digits are a larger number; the marker keeps numbers where digits stand among other characters.
        key.push(b'0');
        key.extend_from_slice(&u16::try_from(digits.len()).unwrap_or(u16::MAX).to_be_bytes());
        key.extend_from_slice(digits);
        rest = after;
    }
}

#[cfg(test)]
mod tests;
