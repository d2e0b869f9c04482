//! `cookies.txt`: the tab-separated format of Netscape, which curl, wget, yt-dlp and Python read and write.

use http_cookies::SameSite;
use http_proto::encode_decimal;

use super::{BadLine, BadLineReason, FileCookieJar, FileFormat, Unwritable, lines};
use crate::cookie::builder::is_control;
use crate::cookie::{Cookie, Parts, Plain};
use crate::file::error::NotThisFormat;
use crate::host::canonical_host;

/// A jar in `cookies.txt` format.
///
/// ```no_run
/// use http_cookiejar::{LoadOptions, MozillaCookieJar, SaveOptions};
///
/// let mut jar = MozillaCookieJar::open("cookies.txt", LoadOptions::new())?;
/// // … use it …
/// jar.save(None, SaveOptions::new())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type MozillaCookieJar = FileCookieJar<MozillaFormat>;

/// The Netscape format: seven fields a line, with tabs between.
///
/// Read: `#HttpOnly_` in any case, a missing header, byte order mark, CRLF, a missing value, fractional times, 0 or nothing as the
/// end of a session cookie, a port behind the host, which wget writes and cookies do not know, and a flag that
/// contradicts the leading dot (the flag counts). The format has no
/// place for `SameSite`, times of creation, versions, ports and comments; those are lost. Partitioned cookies are not
/// written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MozillaFormat {
    python: bool,
}

impl MozillaFormat {
    /// The format as CPython has it: session cookies are written with an empty field for their end, which curl and
    /// wget pass over; a line without a name is read as a name without a value; a line needs all seven fields
    /// and a flag that agrees with the leading dot.
    #[must_use]
    pub fn python() -> Self {
        Self { python: true }
    }
}

const HEADERS: [&[u8]; 2] = [b"# Netscape HTTP Cookie File", b"# HTTP Cookie File"];
const HTTP_ONLY: &[u8] = b"#HttpOnly_";
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl FileFormat for MozillaFormat {
    fn name(&self) -> &'static str {
        "Netscape"
    }

    fn has_header(&self, text: &[u8]) -> bool {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        HEADERS.iter().any(|header| text.starts_with(header))
    }

    fn read(
        &self,
        text: &[u8],
        now: i64,
        each: &mut dyn FnMut(Result<Cookie, BadLine>) -> bool,
    ) -> Result<(), NotThisFormat> {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        for (number, line) in (1..).zip(lines(text)) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let (line, http_only) = match line.get(..HTTP_ONLY.len()) {
                Some(head) if head.eq_ignore_ascii_case(HTTP_ONLY) => {
                    (line.get(HTTP_ONLY.len()..).unwrap_or_default(), true)
                }
                _ => (line, false),
            };
            let skipped = matches!(line.first(), Some(b'#' | b'$')) || line.trim_ascii().is_empty();
            if skipped && !http_only {
                continue;
            }
            let item = self.read_line(line, http_only, now).map_err(|reason| BadLine::new(number, reason));
            if !each(item) {
                break;
            }
        }
        Ok(())
    }

    fn write_header(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(HEADERS[0]);
        out.extend_from_slice(
            b"\n# domain, subdomains, path, secure, expires, name, value; a tab between each two\n\n",
        );
    }

    fn write_cookie(&self, cookie: &Cookie, out: &mut Vec<u8>) -> Result<(), Unwritable> {
        if cookie.partition().is_some() {
            return Err(Unwritable::Partitioned);
        }
        let breaks = |text: &[u8]| text.iter().any(|byte| matches!(byte, b'\t' | b'\n' | b'\r'));
        if breaks(cookie.name()) || breaks(cookie.value()) || breaks(cookie.path_bytes()) {
            return Err(Unwritable::Separator);
        }
        let flag = |on: bool| if on { &b"\tTRUE\t"[..] } else { &b"\tFALSE\t"[..] };
        if cookie.http_only() {
            out.extend_from_slice(HTTP_ONLY);
        }
        if !cookie.host_only() {
            out.push(b'.');
        }
        out.extend_from_slice(cookie.domain().as_bytes());
        out.extend_from_slice(flag(!cookie.host_only()));
        out.extend_from_slice(cookie.path_bytes());
        out.extend_from_slice(flag(cookie.secure()));
        match cookie.expires() {
            // 0 would be read as the end of a session; the second before it has passed just as well.
            Some(0) => out.extend_from_slice(b"-1"),
            Some(at) => push_number(at, out),
            None if self.python => {}
            None => out.push(b'0'),
        }
        out.push(b'\t');
        if cookie.is_valueless() {
            out.push(b'\t');
            out.extend_from_slice(cookie.name());
        } else {
            out.extend_from_slice(cookie.name());
            out.push(b'\t');
            out.extend_from_slice(cookie.value());
        }
        out.push(b'\n');
        Ok(())
    }
}

impl MozillaFormat {
    fn read_line(self, line: &[u8], http_only: bool, now: i64) -> Result<Cookie, BadLineReason> {
        if line.iter().fold(false, |any, byte| any | is_control(*byte)) {
            return Err(BadLineReason::Text);
        }
        let mut fields = line.split(|byte| *byte == b'\t');
        let mut field = || fields.next().ok_or(BadLineReason::FieldCount);
        let (domain, subdomains, path) = (field()?, field()?, field()?);
        let (secure, expires, name) = (field()?, field()?, field()?);
        let value = match fields.next() {
            None if self.python => return Err(BadLineReason::FieldCount),
            value => value.unwrap_or_default(),
        };
        if fields.next().is_some() {
            return Err(BadLineReason::FieldCount);
        }
        let domain = str::from_utf8(domain).map_err(|_| BadLineReason::Domain)?;
        let dotted = domain.starts_with('.');
        let bare = without_port(domain.strip_prefix('.').unwrap_or(domain));
        let domain = canonical_host(bare).ok_or(BadLineReason::Domain)?;
        if self.python && dotted != flag(subdomains)? {
            return Err(BadLineReason::FlagDisagrees);
        }
        let path = match str::from_utf8(path).map_err(|_| BadLineReason::Path)? {
            "" => "/",
            path => path,
        };
        if name.iter().any(|byte| matches!(byte, b'=' | b';')) || value.contains(&b';') {
            return Err(BadLineReason::Text);
        }
        let plain = Plain {
            secure: flag(secure)?,
            http_only,
            host_only: !flag(subdomains)?,
            path_specified: false,
            same_site: None::<SameSite>,
            expires: read_end(expires)?,
            now,
        };
        if self.python && name.is_empty() && !value.is_empty() {
            let builder = Cookie::builder(value, b"").valueless().domain(&domain).host_only(plain.host_only);
            let builder = builder.path(path).secure(plain.secure).http_only(http_only).expires(plain.expires);
            return builder.created(now).build().map_err(|_| BadLineReason::Text);
        }
        let parts = Parts { name, value, path, domain: &domain };
        Cookie::plain(parts, plain, None).map_err(|_| BadLineReason::Text)
    }
}

/// The host of `host:port`, as wget writes it for a site on a port of its own. Cookies know no ports.
fn without_port(domain: &str) -> &str {
    match domain.rsplit_once(':') {
        Some((host, port))
            if (!host.contains(':') || host.ends_with(']'))
                && !port.is_empty()
                && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            host
        }
        _ => domain,
    }
}

fn flag(text: &[u8]) -> Result<bool, BadLineReason> {
    if text.eq_ignore_ascii_case(b"TRUE") {
        Ok(true)
    } else if text.eq_ignore_ascii_case(b"FALSE") {
        Ok(false)
    } else {
        Err(BadLineReason::Flag)
    }
}

/// The end of a cookie: nothing and 0 mean the end of the session; fractions and exponents are cut off.
fn read_end(text: &[u8]) -> Result<Option<i64>, BadLineReason> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if text.is_empty() {
        return Ok(None);
    }
    if !digits.is_empty() && digits.len() <= 18 && digits.iter().all(u8::is_ascii_digit) {
        let number = digits.iter().fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        return Ok(Some(if digits.len() < text.len() { -number } else { number }).filter(|at| *at != 0));
    }
    let numeric = text.iter().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let text = str::from_utf8(text).map_err(|_| BadLineReason::Expiry)?;
    match text.parse::<f64>() {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a cast from float saturates, which is what is wanted"
        )]
        Ok(number) if numeric && !number.is_nan() => Ok(Some(number as i64).filter(|at| *at != 0)),
        _ => Err(BadLineReason::Expiry),
    }
}

/// A number in decimal digits.
pub(crate) fn push_number(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    encode_decimal(number.unsigned_abs(), out);
}

#[cfg(test)]
mod tests;
