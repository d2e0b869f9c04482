//! The byte classes of HTTP/1.x as constant tables, each under its grammar. It knows bytes, not messages.

/// A set of bytes, looked up by index.
pub(crate) struct ByteSet([bool; 256]);

impl ByteSet {
    /// The set of the bytes of `members`, and of all bytes from 0x80 on if `obs_text`.
    const fn new(members: &[u8], obs_text: bool) -> Self {
        let mut table = [false; 256];
        let mut i = 0;
        while i < members.len() {
            #[expect(clippy::indexing_slicing, reason = "evaluated at compile time, within the bounds above")]
            {
                table[members[i] as usize] = true;
            }
            i += 1;
        }
        if obs_text {
            let mut byte = 0x80;
            while byte < 256 {
                #[expect(
                    clippy::indexing_slicing,
                    reason = "evaluated at compile time, within the bounds above"
                )]
                {
                    table[byte] = true;
                }
                byte += 1;
            }
        }
        Self(table)
    }

    /// Whether `byte` belongs to the set.
    #[inline]
    pub(crate) const fn contains(&self, byte: u8) -> bool {
        #[expect(clippy::indexing_slicing, reason = "a byte is always below 256")]
        self.0[byte as usize]
    }

    /// The index of the first byte outside the set, if there is one.
    #[inline]
    pub(crate) fn first_outside(&self, bytes: &[u8]) -> Option<usize> {
        let (chunks, tail) = bytes.as_chunks::<8>();
        // Eight at a time, so that the compiler looks at each without asking whether it is there.
        for (index, chunk) in chunks.iter().enumerate() {
            if let Some(at) = chunk.iter().position(|&byte| !self.contains(byte)) {
                return Some(index * 8 + at);
            }
        }
        let at = tail.iter().position(|&byte| !self.contains(byte))?;
        Some(chunks.len() * 8 + at)
    }

    /// Whether all bytes belong to the set. Cheaper than to look for the first one outside.
    #[inline]
    pub(crate) fn all(&self, bytes: &[u8]) -> bool {
        bytes.iter().fold(true, |all, &byte| all & self.contains(byte))
    }
}

/// `token = 1*tchar` (RFC 9110 §5.6.2): methods, field names, transfer codings, chunk extension names.
pub(crate) static TOKEN: ByteSet =
    ByteSet::new(b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", false);

/// Visible ASCII, `VCHAR` of RFC 5234, without `#`: what may stand in a request target (RFC 9112 §3.2).
///
/// RFC 3986 is narrower (no quotes, braces, backslash), but servers are expected to see those; a fragment
/// is never sent.
pub(crate) static TARGET: ByteSet = ByteSet::new(
    b"!\"$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~",
    false,
);

/// `field-vchar`, SP and HTAB (RFC 9110 §5.5), `reason-phrase` (RFC 9112 §4), and text in chunk extensions.
pub(crate) static FIELD_VALUE: ByteSet = ByteSet::new(
    b"\t !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~",
    true,
);

/// `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2.2): the bytes of a Host field and of an authority.
pub(crate) static AUTHORITY: ByteSet =
    ByteSet::new(b"!$%&'()*+,-.0123456789:;=ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~", false);

/// The bytes of [`AUTHORITY`] that mean nothing special in one: no brackets, colons and percent signs.
pub(crate) static HOST: ByteSet =
    ByteSet::new(b"!$&'()*+,-.0123456789;=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~", false);

/// `bytes` without SP and HTAB at either end (OWS, RFC 9110 §5.6.3).
#[inline]
pub(crate) fn trim_ows(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Reads `1*DIGIT` whole, or nothing: no sign, no blanks, no overflow (RFC 9110 §8.6).
#[inline]
pub(crate) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    let mut value: u64 = 0;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    Some(value)
}

#[cfg(test)]
mod tests;
