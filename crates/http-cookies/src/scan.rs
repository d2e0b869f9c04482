//! Python's cookie grammar, read by hand in linear time: one word, with or without a value, after the other.
//!
//! Python states it as a regular expression with many ways to go back. What that expression matches first can be said
//! without any: a word ends at its first `=` if a value with a proper end follows, and otherwise, without a value, at a
//! blank, a semicolon or the end of the text.

/// One word of a cookie text, with the value that follows its `=`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Word<'a> {
    /// Where the word starts, in bytes of the whole text.
    pub(crate) at: usize,
    pub(crate) key: &'a str,
    pub(crate) value: Option<&'a str>,
}

/// The words of a text; ends where Python's expression matches no more.
#[derive(Clone)]
pub(crate) struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The first place from `at` on whose byte is not in the class.
    #[inline]
    fn skip_class(&self, at: usize, class: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().position(|&byte| !class(byte)).unwrap_or(rest.len())
    }

    /// The end of a separator at `at`: blanks and one semicolon, or blanks, or the end of the text.
    fn separator(&self, at: usize) -> Option<usize> {
        let after = self.skip_class(at, is_blank);
        match self.byte(after) {
            Some(b';') => Some(after + 1),
            None => Some(after),
            Some(_) if after > at => Some(after),
            Some(_) => None,
        }
    }

    /// A value after the `=` that ends at `at`, with its separator: the value and where the next word starts.
    fn value(&self, at: usize) -> Option<(&'a str, usize)> {
        let start = self.skip_class(at, is_blank);
        let plain = self.skip_class(start, is_value_byte);
        // A quoted value starts with what no plain one has, a date goes on after a comma where a plain one ends.
        let special = if self.byte(start) == Some(b'"') {
            self.quoted(start)
        } else if plain > start && self.byte(plain - 1) == Some(b',') {
            self.date(start, plain - 1)
        } else {
            None
        };
        for end in special.into_iter().chain([plain]) {
            if let Some(next) = self.separator(end) {
                return Some((self.slice(start, end), next));
            }
        }
        // The blanks after the equals sign may be the separator of an empty value.
        (start > at).then_some(("", start))
    }

    /// The end of a double-quoted text at `at`.
    fn quoted(&self, at: usize) -> Option<usize> {
        let mut rest = self.text.as_bytes().get(at..)?.strip_prefix(b"\"")?;
        loop {
            match rest {
                [b'"', ..] => return Some(self.text.len() - rest.len() + 1),
                [b'\\', b'\n', ..] | [] => return None,
                [b'\\', _, tail @ ..] | [_, tail @ ..] => rest = tail,
            }
        }
    }

    /// The end of a date whose weekday is from `at` to `comma`: `Sun, 06-Nov-94 08:49:37 GMT`, the weekday short or full.
    fn date(&self, at: usize, comma: usize) -> Option<usize> {
        let weekday = self.slice(at, comma);
        let named = weekday.len() == 3 || (matches!(weekday.len(), 6..=9) && weekday.ends_with("day"));
        if !named || !weekday.bytes().all(is_word_byte) || !self.byte(comma + 1).is_some_and(is_blank) {
            return None;
        }
        let middle = comma + 2;
        (9..=11).rev().map(|length| middle + length).find_map(|end| {
            let day = self.text.as_bytes().get(middle..end)?;
            let time = self.text.as_bytes().get(end + 1..end + 9)?;
            let fits = day.iter().all(|&byte| is_word_byte(byte) || is_blank(byte) || byte == b'-')
                && self.byte(end).is_some_and(is_blank)
                && time.iter().all(|&byte| byte.is_ascii_digit() || byte == b':')
                && self.byte(end + 9).is_some_and(is_blank)
                && self.text.as_bytes().get(end + 10..end + 13) == Some(b"GMT");
            fits.then_some(end + 13)
        })
    }

    /// The value after the `=` at `equals`, as a whole word that starts at `start`.
    fn word_with_value(&self, start: usize, key_end: usize, equals: usize) -> Option<(Word<'a>, usize)> {
        let (value, next) = self.value(equals + 1)?;
        Some((Word { at: start, key: self.slice(start, key_end), value: Some(value) }, next))
    }

    fn word(&self, start: usize) -> Option<(Word<'a>, usize)> {
        if !self.byte(start).is_some_and(is_key_byte) {
            return None;
        }
        // The first byte belongs to the key even if it is an equals sign.
        let mut end = self.skip_class(start + 1, |byte| is_key_byte(byte) && byte != b'=');
        if self.byte(end) == Some(b'=') {
            let equals = end;
            if let Some(found) = self.word_with_value(start, equals, equals) {
                return Some(found);
            }
            // Without a proper end after the first one, no further equals sign can do better than the first, except the
            // one right before a quoted value.
            end = self.skip_class(equals, is_key_byte);
            let last = end - 1;
            if last > equals
                && self.byte(last) == Some(b'=')
                && let Some(found) = self.word_with_value(start, last, last)
            {
                return Some(found);
            }
        }
        let after = self.skip_class(end, is_blank);
        if after > end
            && self.byte(after) == Some(b'=')
            && let Some(found) = self.word_with_value(start, end, after)
        {
            return Some(found);
        }
        let next = self.separator(end)?;
        Some((Word { at: start, key: self.slice(start, end), value: None }, next))
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (word, next) = self.word(self.skip_class(self.at, is_blank))?;
        self.at = next;
        Some(word)
    }
}

/// Python's `\s` in ASCII.
const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C)
}

/// Python's `\w` in ASCII.
const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What a key is made of: every visible ASCII character but `"`, `;`, `[`, `\` and `]`.
const fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b';' | b'[' | b'\\' | b']')
}

/// What a value without quotes is made of: a key's bytes and square brackets.
const fn is_value_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b';' | b'\\')
}

#[cfg(test)]
mod tests;
