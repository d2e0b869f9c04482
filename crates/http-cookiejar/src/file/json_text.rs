//! As much of JSON (RFC 8259) as cookie files need: objects are walked field by field, what nobody knows is kept as text.

use std::borrow::Cow;

/// A value: strings and numbers as they are wanted, objects and arrays as text for another [`Reader`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item<'t> {
    Text(Cow<'t, str>),
    Number(&'t str),
    Bool(bool),
    Null,
    Array,
    Object,
}

/// The text is no JSON, or is nested too deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// How deep arrays and objects may stand in each other.
const DEPTH_MAX: usize = 32;

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.accept(byte) { Ok(()) } else { Err(Malformed) }
    }

    fn accept(&mut self, byte: u8) -> bool {
        self.blanks();
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    /// Whether nothing but blanks is left.
    pub(crate) fn is_done(&mut self) -> bool {
        self.blanks();
        self.at == self.text.len()
    }

    /// Walks an object: calls `each` with every key, its value, and the value's text.
    pub(crate) fn object(
        &mut self,
        mut each: impl FnMut(&str, Item<'t>, &'t str) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        self.expect(b'{')?;
        if self.accept(b'}') {
            return Ok(());
        }
        loop {
            self.blanks();
            let key = self.string()?;
            self.expect(b':')?;
            let (item, raw) = self.value(DEPTH_MAX)?;
            each(&key, item, raw)?;
            if self.accept(b'}') {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    /// Walks an array: calls `each` with the text of every element.
    pub(crate) fn array(
        &mut self,
        mut each: impl FnMut(&'t str) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        self.expect(b'[')?;
        if self.accept(b']') {
            return Ok(());
        }
        loop {
            let (_, raw) = self.value(DEPTH_MAX)?;
            each(raw)?;
            if self.accept(b']') {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    fn value(&mut self, depth: usize) -> Result<(Item<'t>, &'t str), Malformed> {
        self.blanks();
        let start = self.at;
        let item = match self.peek() {
            Some(b'"') => Item::Text(self.string()?),
            Some(b'{') => {
                self.nested(b'{', b'}', depth)?;
                Item::Object
            }
            Some(b'[') => {
                self.nested(b'[', b']', depth)?;
                Item::Array
            }
            Some(b't') => self.word("true", Item::Bool(true))?,
            Some(b'f') => self.word("false", Item::Bool(false))?,
            Some(b'n') => self.word("null", Item::Null)?,
            Some(b'-' | b'0'..=b'9') => Item::Number(self.number()?),
            _ => return Err(Malformed),
        };
        Ok((item, self.text.get(start..self.at).ok_or(Malformed)?))
    }

    fn nested(&mut self, open: u8, close: u8, depth: usize) -> Result<(), Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed)?;
        self.expect(open)?;
        if self.accept(close) {
            return Ok(());
        }
        loop {
            if open == b'{' {
                self.blanks();
                self.string()?;
                self.expect(b':')?;
            }
            self.value(depth)?;
            if self.accept(close) {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    fn word(&mut self, word: &str, item: Item<'t>) -> Result<Item<'t>, Malformed> {
        let rest = self.text.get(self.at..).ok_or(Malformed)?;
        if !rest.starts_with(word) {
            return Err(Malformed);
        }
        self.at += word.len();
        Ok(item)
    }

    fn number(&mut self) -> Result<&'t str, Malformed> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        self.text.get(start..self.at).ok_or(Malformed)
    }

    fn digits(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Malformed) }
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Malformed> {
        if self.peek() != Some(b'"') {
            return Err(Malformed);
        }
        self.at += 1;
        let mut start = self.at;
        let mut owned: Option<String> = None;
        loop {
            let rest = self.text.as_bytes().get(self.at..).ok_or(Malformed)?;
            self.at += memchr::memchr2(b'"', b'\\', rest).ok_or(Malformed)?;
            let piece = self.text.get(start..self.at).ok_or(Malformed)?;
            if piece.bytes().fold(false, |bad, byte| bad | (byte < 0x20)) {
                return Err(Malformed);
            }
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(match owned {
                        None => Cow::Borrowed(piece),
                        Some(text) => Cow::Owned(text + piece),
                    });
                }
                Some(b'\\') => {
                    self.at += 1;
                    let character = self.escape()?;
                    let text = owned.get_or_insert_default();
                    text.push_str(piece);
                    text.push(character);
                    start = self.at;
                }
                _ => return Err(Malformed),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Malformed> {
        let byte = self.peek().ok_or(Malformed)?;
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex4()?;
                if !(0xD800..0xDC00).contains(&first) {
                    return char::from_u32(first).ok_or(Malformed);
                }
                let low = self.text.get(self.at..self.at + 2) == Some("\\u");
                self.at += 2;
                let second = if low { self.hex4()? } else { return Err(Malformed) };
                let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400).ok_or(Malformed)?;
                char::from_u32(0x10000 + ((first - 0xD800) << 10) + low).ok_or(Malformed)?
            }
            _ => return Err(Malformed),
        })
    }

    fn hex4(&mut self) -> Result<u32, Malformed> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(Malformed)?;
        self.at += 4;
        let well = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if well { u32::from_str_radix(digits, 16).map_err(|_| Malformed) } else { Err(Malformed) }
    }
}

/// Writes a text, which must be UTF-8, in quotes.
pub(crate) fn push_string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    // Looked at as a whole first, since hardly any text needs an escape.
    if !text.iter().fold(false, |any, byte| any | needs_escape(*byte)) {
        out.extend_from_slice(text);
        out.push(b'"');
        return;
    }
    let mut start = 0;
    for (at, &byte) in text.iter().enumerate() {
        if !needs_escape(byte) {
            continue;
        }
        out.extend_from_slice(text.get(start..at).unwrap_or_default());
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            _ => {
                let hex = |digit: u8| if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', hex(byte >> 4), hex(byte & 15)]);
            }
        }
        start = at + 1;
    }
    out.extend_from_slice(text.get(start..).unwrap_or_default());
    out.push(b'"');
}

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\' || byte == 0x7F
}

#[cfg(test)]
mod tests;
