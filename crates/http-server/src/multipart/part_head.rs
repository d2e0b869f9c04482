//! The head of one part of a form: its fields, and the names that `Content-Disposition` gives (RFC 7578 §4.2).

use crate::error::Error;
use http_proto::{Headers, field};
use percent_encoding::percent_decode;

/// What stands before the content of a part.
#[derive(Debug, Default)]
pub(super) struct PartHead {
    pub(super) fields: Headers,
    pub(super) name: String,
    pub(super) file_name: Option<String>,
}

impl PartHead {
    /// Reads lines that all end in CRLF.
    pub(super) fn read(&mut self, lines: &[u8]) -> Result<(), Error> {
        self.fields.clear();
        let mut rest = lines;
        while let Some(end) = memchr::memmem::find(rest, b"\r\n") {
            let (line, behind) = rest.split_at_checked(end).unwrap_or_default();
            self.add_line(line)?;
            rest = behind.get(2..).unwrap_or_default();
        }
        let plain = |value: &[u8]| {
            [&b"7bit"[..], b"8bit", b"binary"].iter().any(|name| value.eq_ignore_ascii_case(name))
        };
        // RFC 7578 §4.7: nobody is to send it; what is encoded must not be taken for content.
        if !self.fields.get_all("Content-Transfer-Encoding").all(|value| plain(value.as_bytes())) {
            return Err(Error::MalformedMultipart { rule: "its parts have no transfer encoding" });
        }
        self.read_disposition()
    }

    fn add_line(&mut self, line: &[u8]) -> Result<(), Error> {
        const RULE: Error =
            Error::MalformedMultipart { rule: "the head of a part is lines of name and value" };
        let colon = line.iter().position(|&byte| byte == b':').ok_or(RULE)?;
        let (name, value) = line.split_at_checked(colon).ok_or(RULE)?;
        let name = std::str::from_utf8(name).map_err(|_| RULE)?;
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        // Neither a continued line nor a lone CR or LF gets by this.
        self.fields.append(name, value).map_err(|_| RULE)
    }

    fn read_disposition(&mut self) -> Result<(), Error> {
        const RULE: Error = Error::MalformedMultipart {
            rule: "each part has one Content-Disposition: form-data with one name",
        };
        let mut values = self.fields.get_all("Content-Disposition");
        let (Some(value), None) = (values.next(), values.next()) else { return Err(RULE) };
        let value = value.as_bytes();
        if !field::before_parameters(value).eq_ignore_ascii_case(b"form-data") {
            return Err(RULE);
        }
        let mut names = [None, None, None];
        for part in field::parts(value).skip(1) {
            let equals = part.iter().position(|&byte| byte == b'=').ok_or(RULE)?;
            let (key, text) = part.split_at_checked(equals).ok_or(RULE)?;
            let key = key.trim_ascii();
            let known = [&b"name"[..], b"filename", b"filename*"];
            let Some(index) = known.iter().position(|name| key.eq_ignore_ascii_case(name)) else { continue };
            let text = text.get(1..).unwrap_or_default().trim_ascii();
            let text = if index == 2 { extended(text).ok_or(RULE)? } else { decoded(text) };
            match names.get_mut(index) {
                Some(place @ None) => *place = Some(text),
                _ => return Err(RULE),
            }
        }
        let [name, file_name, extended] = names;
        self.name = name.ok_or(RULE)?;
        // RFC 7578 §4.2 forbids the extended form, yet some send nothing else.
        self.file_name = file_name.or(extended);
        Ok(())
    }
}

/// A name as browsers write it (HTML standard, 4.10.21.8: `%22`, `%0D` and `%0A` for what would end it, nothing else
/// escaped), or with backslashes before quotes and backslashes, as older programs do.
fn decoded(text: &[u8]) -> String {
    let [b'"', inner @ .., b'"'] = text else { return String::from_utf8_lossy(text).into_owned() };
    let mut plain = Vec::with_capacity(inner.len());
    let mut rest = inner;
    loop {
        rest = match rest {
            [b'\\', escaped @ (b'"' | b'\\'), behind @ ..] => {
                plain.push(*escaped);
                behind
            }
            [b'%', b'2', b'2', behind @ ..] => {
                plain.push(b'"');
                behind
            }
            [b'%', b'0', end @ (b'D' | b'd' | b'A' | b'a'), behind @ ..] => {
                plain.push(if end.eq_ignore_ascii_case(&b'D') { b'\r' } else { b'\n' });
                behind
            }
            [byte, behind @ ..] => {
                plain.push(*byte);
                behind
            }
            [] => return String::from_utf8_lossy(&plain).into_owned(),
        };
    }
}

/// `ext-value` in UTF-8 (RFC 8187 §3.2.1).
fn extended(text: &[u8]) -> Option<String> {
    let (charset, rest) = text.split_at_checked(5)?;
    let language = rest.strip_prefix(b"'")?;
    let quote = language.iter().position(|&byte| byte == b'\'')?;
    let value = language.get(quote + 1..)?;
    if !charset.eq_ignore_ascii_case(b"utf-8") {
        return None;
    }
    percent_decode(value).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// The last component of `name`, if it can do no harm as the name of a file.
pub(super) fn plain_name(name: &str) -> Option<&str> {
    let last = name.rsplit(['/', '\\']).next()?;
    let stem = last.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_device = match stem.as_bytes() {
        b"CON" | b"PRN" | b"AUX" | b"NUL" | b"CONIN$" | b"CONOUT$" => true,
        [b'C', b'O', b'M', number @ ..] | [b'L', b'P', b'T', number @ ..] => {
            matches!(number, [b'0'..=b'9'])
                || ["\u{b9}", "\u{b2}", "\u{b3}"].iter().any(|raised| raised.as_bytes() == number)
        }
        _ => false,
    };
    let plain = !last.is_empty()
        && last.len() <= 255
        && !last.ends_with(['.', ' '])
        && !last.contains(|character: char| character == ':' || character.is_control())
        && !is_device;
    plain.then_some(last)
}
