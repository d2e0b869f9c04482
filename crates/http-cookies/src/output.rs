//! Printing morsels as Python prints them: as a field value, as a header field, as a script.

use std::time::SystemTime;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::attr::Attr;
use crate::attr_value::AttrValue;
use crate::clock;
use crate::expires::{date_bytes, unix_seconds};
use crate::quoting::quote;

/// How cookies are printed: the arguments of Python's `output`.
///
/// ```
/// use http_cookies::{CookieError, Output, SimpleCookie};
/// let mut cookie = SimpleCookie::new();
/// cookie.set("rocky", "road")?.set_named("path", "/cookie")?;
/// assert_eq!(cookie.output(&Output::new().header("Cookie:")), "Cookie: rocky=road; Path=/cookie");
/// assert_eq!(cookie.output(&Output::new().attrs(&[]).header("Cookie:")), "Cookie: rocky=road");
/// # Ok::<(), CookieError>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Output<'a> {
    attrs: Option<&'a [Attr]>,
    header: &'a str,
    sep: &'a str,
    now: Option<SystemTime>,
}

/// What is printed of a cookie.
#[derive(Clone, Copy)]
pub(crate) struct Printed<'m> {
    pub(crate) key: &'m str,
    pub(crate) coded_value: &'m str,
    /// Those that are set, in the order of printing.
    pub(crate) attributes: &'m [(Attr, AttrValue)],
}

impl<'a> Output<'a> {
    /// Every attribute, `Set-Cookie:` in front, CR LF between cookies, the current time.
    pub const fn new() -> Self {
        Self { attrs: None, header: "Set-Cookie:", sep: "\r\n", now: None }
    }

    /// Print no other attributes than these.
    pub const fn attrs(self, attrs: &'a [Attr]) -> Self {
        Self { attrs: Some(attrs), ..self }
    }

    /// What stands before each cookie, with its colon; a blank follows it.
    pub const fn header(self, header: &'a str) -> Self {
        Self { header, ..self }
    }

    /// What stands between two cookies.
    pub const fn sep(self, sep: &'a str) -> Self {
        Self { sep, ..self }
    }

    /// The time from which an integer `expires` counts.
    pub const fn at(self, now: SystemTime) -> Self {
        Self { now: Some(now), ..self }
    }

    /// What stands between two cookies.
    pub(crate) const fn separator(&self) -> &'a str {
        self.sep
    }

    /// Python's `OutputString`.
    pub(crate) fn write_string(&self, cookie: Printed<'_>, out: &mut String) {
        out.push_str(cookie.key);
        out.push('=');
        out.push_str(cookie.coded_value);
        for (attr, value) in cookie.attributes {
            if self.attrs.is_none_or(|attrs| attrs.contains(attr)) {
                self.write_attr(*attr, value, out);
            }
        }
    }

    fn write_attr(&self, attr: Attr, value: &AttrValue, out: &mut String) {
        if attr.is_flag() {
            if value.is_truthy() {
                out.push_str("; ");
                out.push_str(attr.as_str());
            }
            return;
        }
        out.push_str("; ");
        out.push_str(attr.as_str());
        out.push('=');
        match (attr, value) {
            (Attr::Expires, AttrValue::Int(_) | AttrValue::Flag(_)) => {
                let now = unix_seconds(self.now.unwrap_or_else(clock::now));
                let date = date_bytes(now.saturating_add(value.as_int().unwrap_or_default()));
                out.extend(date.map(char::from));
            }
            (Attr::MaxAge, AttrValue::Flag(flag)) => out.push(if *flag { '1' } else { '0' }),
            (Attr::Comment, AttrValue::Text(text)) => out.push_str(&quote(text)),
            (_, AttrValue::Text(text)) => out.push_str(text),
            (_, AttrValue::Int(number)) => out.push_str(&number.to_string()),
            (_, AttrValue::Flag(flag)) => out.push_str(if *flag { "True" } else { "False" }),
            (_, AttrValue::Unset) => {}
        }
    }

    /// Python's `Morsel.output`.
    pub(crate) fn write_field(&self, cookie: Printed<'_>, out: &mut String) {
        out.push_str(self.header);
        out.push(' ');
        self.write_string(cookie, out);
    }

    /// Python's `Morsel.js_output`, with the cookie percent-encoded.
    pub(crate) fn write_script(&self, cookie: Printed<'_>, out: &mut String) {
        let mut text = String::new();
        self.write_string(cookie, &mut text);
        out.push_str(SCRIPT_START);
        out.extend(utf8_percent_encode(&text, SCRIPT_ESCAPED));
        out.push_str(SCRIPT_END);
    }
}

const SCRIPT_START: &str = "
        <script type=\"text/javascript\">
        <!-- begin hiding
        document.cookie = decodeURIComponent(\"";
const SCRIPT_END: &str = "\");
        // end hiding -->
        </script>
        ";

/// Everything but RFC 3986's unreserved characters.
const SCRIPT_ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Default for Output<'_> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
