//! The names and values of a `Cookie` field as a server should read them: borrowed, and never failing.

use std::fmt;

/// Text of a header field: `str`, or bytes that may be any encoding. Sealed.
pub trait HeaderText: sealed::Sealed {}

impl HeaderText for str {}
impl HeaderText for [u8] {}

mod sealed {
    /// What `pairs` needs of a text; all places are at ASCII bytes, where UTF-8 can be cut.
    #[expect(unnameable_types, reason = "no one outside is to implement it")]
    pub trait Sealed {
        fn bytes(&self) -> &[u8];
        fn cut(&self, from: usize, to: usize) -> &Self;
    }

    impl Sealed for str {
        fn bytes(&self) -> &[u8] {
            self.as_bytes()
        }

        fn cut(&self, from: usize, to: usize) -> &Self {
            self.get(from..to).unwrap_or_default()
        }
    }

    impl Sealed for [u8] {
        fn bytes(&self) -> &[u8] {
            self
        }

        fn cut(&self, from: usize, to: usize) -> &Self {
            self.get(from..to).unwrap_or_default()
        }
    }
}

/// The pairs of a `Cookie` field value, in the order sent, without copying anything.
///
/// Semicolons separate, nothing else does; blanks (space and tab) around names and values are removed; empty pairs are
/// read past; a pair without `=` has an empty name. Values are as they were sent, quotes and escapes included. It takes
/// text or bytes and answers the same, and there is nothing that it refuses.
///
/// ```
/// use http_cookies::pairs;
/// let header = "id=7; theme=\"dark\"; id=old";
/// assert_eq!(pairs(header).get("theme"), Some("\"dark\""));
/// assert_eq!(pairs(header).get("id"), Some("7"));
/// assert_eq!(pairs(header).get_all("id").collect::<Vec<_>>(), ["7", "old"]);
/// assert_eq!(pairs(&b"a=\xE9"[..]).next(), Some((&b"a"[..], &b"\xE9"[..])));
/// ```
pub fn pairs<T: HeaderText + ?Sized>(header: &T) -> Pairs<'_, T> {
    Pairs { text: header, at: 0 }
}

/// An iterator of names and values; made by [`pairs`].
#[must_use = "iterators do nothing unless they are asked"]
pub struct Pairs<'a, T: ?Sized = str> {
    text: &'a T,
    at: usize,
}

impl<'a, T: HeaderText + ?Sized> Pairs<'a, T> {
    /// The first value of this name from here on, in the case given: by RFC 6265 the one with the longest path.
    #[must_use]
    pub fn get(&self, name: impl AsRef<[u8]>) -> Option<&'a T> {
        self.get_all(name).next()
    }

    /// Every value of this name from here on, in the order sent.
    pub fn get_all<N: AsRef<[u8]>>(&self, name: N) -> impl Iterator<Item = &'a T> + use<'a, T, N> {
        self.clone().filter(move |(key, _)| key.bytes() == name.as_ref()).map(|(_, value)| value)
    }

    /// Each pair with the place where it starts.
    pub(crate) fn with_places(mut self) -> impl Iterator<Item = (usize, &'a T, &'a T)> {
        std::iter::from_fn(move || self.next_place())
    }

    #[inline]
    fn next_place(&mut self) -> Option<(usize, &'a T, &'a T)> {
        let bytes = self.text.bytes();
        loop {
            let start = self.at;
            let rest = bytes.get(start..)?;
            // One place past the end says that there is no further pair.
            let (equals, end) = equals_and_end(rest);
            self.at = start + end + 1;
            let end = start + end;
            let (name_end, value_start) = match equals {
                Some(equals) => (start + equals, start + equals + 1),
                None => (start, start),
            };
            let (name_start, name_end) = trimmed(bytes, start, name_end);
            let (value_start, value_end) = trimmed(bytes, value_start, end);
            if name_start < name_end || value_start < value_end {
                let text = self.text;
                let place = if name_start < name_end { name_start } else { value_start };
                return Some((place, text.cut(name_start, name_end), text.cut(value_start, value_end)));
            }
        }
    }
}

impl<'a, T: HeaderText + ?Sized> Iterator for Pairs<'a, T> {
    type Item = (&'a T, &'a T);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.next_place().map(|(_, name, value)| (name, value))
    }
}

impl<T: HeaderText + ?Sized> std::iter::FusedIterator for Pairs<'_, T> {}

impl<T: ?Sized> Clone for Pairs<'_, T> {
    fn clone(&self) -> Self {
        Self { text: self.text, at: self.at }
    }
}

/// Shows the names only.
impl<T: HeaderText + ?Sized> fmt::Debug for Pairs<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.clone().map(|(name, _)| String::from_utf8_lossy(name.bytes()));
        f.debug_list().entries(names).finish()
    }
}

/// Where the first pair of `rest` has its first `=`, and where it ends.
#[inline]
fn equals_and_end(rest: &[u8]) -> (Option<usize>, usize) {
    match rest.iter().position(|&byte| byte == b'=' || byte == b';') {
        None => (None, rest.len()),
        Some(at) if rest.get(at) == Some(&b';') => (None, at),
        Some(equals) => (Some(equals), equals + semicolon(rest.get(equals..).unwrap_or_default())),
    }
}

/// The place of the first `;`, or the length; eight bytes at a time, as values are long.
#[inline]
fn semicolon(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    let mut at = 0;
    let mut rest = bytes;
    while let Some((eight, tail)) = rest.split_first_chunk::<8>() {
        // A byte of `word` is zero where a semicolon stands; the lowest such byte gets its high bit set.
        let word = u64::from_le_bytes(*eight) ^ (ONES * b';' as u64);
        let found = word.wrapping_sub(ONES) & !word & HIGHS;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
        rest = tail;
    }
    at + rest.iter().position(|&byte| byte == b';').unwrap_or(rest.len())
}

/// The place of a text without the blanks at both ends.
#[inline]
fn trimmed(bytes: &[u8], mut from: usize, mut to: usize) -> (usize, usize) {
    while from < to && matches!(bytes.get(from), Some(b' ' | b'\t')) {
        from += 1;
    }
    while from < to && matches!(bytes.get(to - 1), Some(b' ' | b'\t')) {
        to -= 1;
    }
    (from, to)
}

#[cfg(test)]
mod tests;
