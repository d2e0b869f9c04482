//! The fast way into a line that stands as this version writes it: the usual fields in their order, no escape, nothing
//! rare. Whatever else a line may be is left to the general reader, which takes all that this one takes.

use http_cookies::SameSite;

use super::keys;
use crate::cookie::{Cookie, Parts, Plain};
use crate::host::canonical_host;

/// Reads a line; `None` if anything in it is not as usual, right or wrong. `now` stands in where no time of creation is said.
pub(super) fn read(line: &str, now: i64) -> Option<Cookie> {
    let mut rest = Rest(line);
    rest.expect("{")?;
    rest.expect(keys::NAME)?;
    let name = rest.text(|byte| byte != b'=' && byte != b';')?;
    rest.expect(keys::VALUE)?;
    let value = rest.text(|byte| byte != b';')?;
    rest.expect(keys::DOMAIN)?;
    let domain = canonical_host(rest.text(|_| true)?)?;
    rest.expect(keys::PATH)?;
    let path = rest.text(|_| true)?;
    let mut plain = Plain { now, ..Plain::default() };
    plain.host_only = rest.flag(keys::HOST_ONLY);
    plain.secure = rest.flag(keys::SECURE);
    plain.http_only = rest.flag(keys::HTTP_ONLY);
    if rest.expect(keys::SAME_SITE).is_some() {
        plain.same_site = Some(SameSite::from_bytes(rest.text(|_| true)?.as_bytes())?);
    }
    if rest.expect(keys::EXPIRES).is_some() {
        plain.expires = Some(rest.number()?);
    }
    if rest.expect(keys::CREATED).is_some() {
        plain.now = rest.number()?;
    }
    plain.path_specified = rest.flag(keys::PATH_SPECIFIED);
    if rest.0 != "}" {
        return None;
    }
    let parts = Parts { name: name.as_bytes(), value: value.as_bytes(), path, domain: &domain };
    Cookie::plain(parts, plain, None).ok()
}

/// What is left of a line.
struct Rest<'t>(&'t str);

impl<'t> Rest<'t> {
    fn expect(&mut self, word: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(word)?;
        Some(())
    }

    fn flag(&mut self, key: &str) -> bool {
        let after = self.0.strip_prefix(key).and_then(|rest| rest.strip_prefix("true"));
        self.0 = after.unwrap_or(self.0);
        after.is_some()
    }

    /// A text in quotes without escapes, of characters that a cookie may have and `allowed` lets through.
    fn text(&mut self, allowed: impl Fn(u8) -> bool) -> Option<&'t str> {
        let text = self.0.strip_prefix('"')?;
        let usual = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\' && byte != 0x7F && allowed(byte);
        let end = text.bytes().position(|byte| !usual(byte))?;
        let (text, rest) = text.split_at_checked(end)?;
        self.0 = rest.strip_prefix('"')?;
        Some(text)
    }

    /// A whole number of at most 18 digits, without a zero in front.
    fn number(&mut self) -> Option<i64> {
        let digits = self.0.strip_prefix('-').unwrap_or(self.0);
        let negative = digits.len() < self.0.len();
        let end = digits.bytes().position(|byte| !byte.is_ascii_digit())?;
        let (digits, rest) = digits.split_at_checked(end)?;
        if !(1..=18).contains(&end) || (end > 1 && digits.starts_with('0')) {
            return None;
        }
        self.0 = rest;
        let number = digits.bytes().fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        Some(if negative { -number } else { number })
    }
}

#[cfg(test)]
mod tests;
