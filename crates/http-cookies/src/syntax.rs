//! The byte classes of cookies: which stand in names, in Python's words, in values; and nothing about meaning.

use crate::error::{CookieError, Part};

/// RFC 9110 `tchar` and `:`, the characters of a name that Python calls legal.
pub(crate) const fn is_legal_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
        || byte == b':'
}

/// What Python's quoting leaves as it is inside quotes: a legal name byte, a blank or one of `()/<=>?@[]{}`.
pub(crate) const fn is_unescaped_byte(byte: u8) -> bool {
    is_legal_name_byte(byte)
        || matches!(
            byte,
            b' ' | b'(' | b')' | b'/' | b'<' | b'=' | b'>' | b'?' | b'@' | b'[' | b']' | b'{' | b'}'
        )
}

/// `%x00-1F / %x7F`
pub(crate) const fn is_control(byte: u8) -> bool {
    byte < 0x20 || byte == 0x7F
}

/// Whether `name` may name a cookie: one or more legal bytes.
pub(crate) fn is_legal_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|&byte| is_legal_name_byte(byte))
}

/// Refuses control characters in `text`.
pub(crate) fn check_controls(text: &[u8], part: Part) -> Result<(), CookieError> {
    // A fold without an early end, so that the compiler can look at many bytes at once.
    if text.iter().fold(false, |bad, &byte| bad | is_control(byte)) {
        return Err(CookieError::ControlCharacter(part));
    }
    Ok(())
}

/// Refuses control characters and semicolons in `text`.
pub(crate) fn check_wire(text: &[u8], part: Part) -> Result<(), CookieError> {
    check_controls(text, part)?;
    if text.iter().fold(false, |bad, &byte| bad | (byte == b';')) {
        return Err(CookieError::Semicolon(part));
    }
    Ok(())
}
