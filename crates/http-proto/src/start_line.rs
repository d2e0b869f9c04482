//! Request lines and status lines: what stands in one, once the line is known, or in one pass where nothing is unusual.

use crate::ascii::{FIELD_VALUE, TOKEN};
use crate::error::{InvalidInput, ProtocolError};
use crate::head::{RequestHead, ResponseHead};
use crate::limits::{Limits, clamp, start_line_bytes_max};
use crate::scan::{first_control, first_outside_target};
use http::{Method, StatusCode, Version};

/// Reads the request line at the beginning of `rest` and says how long it is, its CRLF included; `None` if it is not
/// whole or has anything unusual.
pub(crate) fn plain_request_line(rest: &[u8], limits: &Limits, head: &mut RequestHead) -> Option<usize> {
    let method_bytes = match rest {
        [b'G', b'E', b'T', b' ', ..] => 3,
        _ => TOKEN.first_outside(rest)?,
    };
    let (method, behind) = rest.split_at_checked(method_bytes)?;
    let [b' ', behind @ ..] = behind else { return None };
    let target_bytes = first_outside_target(behind);
    #[cfg(test)]
    crate::effort::count_bytes(method_bytes + target_bytes.unwrap_or(behind.len()));
    let (target, behind) = behind.split_at_checked(target_bytes?)?;
    let version = match behind.first_chunk::<11>()? {
        b" HTTP/1.1\r\n" => Version::HTTP_11,
        b" HTTP/1.0\r\n" => Version::HTTP_10,
        _ => return None,
    };
    let bytes = method.len() + 1 + target.len() + 11;
    if bytes - 2 > start_line_bytes_max(limits) {
        return None;
    }
    if method == b"GET" {
        head.method = Method::GET;
    } else if method != head.method.as_str().as_bytes() {
        head.method = Method::from_bytes(method).ok()?;
    }
    let before = head.target.as_str().as_bytes();
    // As with the fields, what has been cleared is compared with nothing.
    if head.headers.is_empty() || target != before {
        head.target.assign_checked(target, &head.method).ok()?;
    } else {
        head.target.fit(&head.method).ok()?;
    }
    head.version = version;
    Some(bytes)
}

/// `request-line = method SP request-target SP HTTP-version` (RFC 9112 §3), with exactly one SP between.
///
/// The version is looked at before the target, so that another protocol's preface is named as what it is.
pub(crate) fn request_line(line: &[u8], start: usize, head: &mut RequestHead) -> Result<(), ProtocolError> {
    let malformed = |at: usize| ProtocolError::InvalidRequestLine { offset: clamp(start + at) };
    let (method_end, target_end) = match three_parts(line) {
        Ok(ends) => ends,
        Err(at) => return Err(malformed(at)),
    };
    let method = line.get(..method_end).unwrap_or_default();
    let target = line.get(method_end + 1..target_end).unwrap_or_default();
    let version = line.get(target_end + 1..).unwrap_or_default();
    if method != head.method.as_str().as_bytes() {
        head.method = read_method(method, start)?;
    }
    head.version = read_version(version, start + target_end + 1)?;
    head.target.assign(target, &head.method).map_err(|invalid| match invalid {
        InvalidInput::Target { offset } => {
            ProtocolError::InvalidTarget { offset: clamp(start + method_end + 1 + offset) }
        }
        _ => malformed(method_end + 1),
    })
}

/// Where the two SP of a request line stand, or where a third or a missing one does.
fn three_parts(line: &[u8]) -> Result<(usize, usize), usize> {
    let mut spaces = memchr::memchr_iter(b' ', line);
    let first = spaces.next().ok_or(line.len())?;
    let second = spaces.next().ok_or(line.len())?;
    if second == first + 1 {
        return Err(second);
    }
    spaces.next().map_or(Ok((first, second)), Err)
}

fn read_method(method: &[u8], start: usize) -> Result<Method, ProtocolError> {
    if let Some(at) = TOKEN.first_outside(method) {
        return Err(ProtocolError::InvalidMethod { offset: clamp(start + at) });
    }
    Method::from_bytes(method).map_err(|_| ProtocolError::InvalidMethod { offset: clamp(start) })
}

/// `HTTP-version = "HTTP" "/" DIGIT "." DIGIT` (RFC 9112 §2.3).
fn read_version(version: &[u8], start: usize) -> Result<Version, ProtocolError> {
    match version {
        b"HTTP/1.1" => Ok(Version::HTTP_11),
        b"HTTP/1.0" => Ok(Version::HTTP_10),
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            // RFC 9110 §2.5: a higher minor version is read as the highest that one knows.
            if *major == b'1' {
                return Ok(Version::HTTP_11);
            }
            Err(ProtocolError::UnsupportedVersion { major: major - b'0', minor: minor - b'0' })
        }
        _ => Err(ProtocolError::InvalidVersion { offset: clamp(start) }),
    }
}

/// Reads the status line at the beginning of `rest` and says how long it is, its CRLF included; `None` if it is not
/// whole or has anything unusual.
pub(crate) fn plain_status_line(rest: &[u8], limits: &Limits, head: &mut ResponseHead) -> Option<usize> {
    let version = match rest.first_chunk::<9>()? {
        b"HTTP/1.1 " => Version::HTTP_11,
        b"HTTP/1.0 " => Version::HTTP_10,
        _ => return None,
    };
    let digits = rest.get(9..12)?;
    if rest.get(12) != Some(&b' ') {
        return None;
    }
    let behind = rest.get(13..)?;
    let reason_bytes = first_control(behind);
    #[cfg(test)]
    crate::effort::count_bytes(13 + reason_bytes.unwrap_or(behind.len()));
    let (reason, behind) = behind.split_at_checked(reason_bytes?)?;
    let [b'\r', b'\n', ..] = behind else { return None };
    if 13 + reason.len() > start_line_bytes_max(limits) {
        return None;
    }
    head.status = StatusCode::from_bytes(digits).ok()?;
    head.version = version;
    head.reason.clear();
    head.reason.extend_from_slice(reason);
    Some(13 + reason.len() + 2)
}

/// `status-line = HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112 §4).
///
/// The second SP is required by the grammar, and left out by so many servers that its absence is read as an
/// empty reason.
pub(crate) fn status_line(line: &[u8], head: &mut ResponseHead) -> Result<(), ProtocolError> {
    let malformed = |at: usize| ProtocolError::InvalidStatusLine { offset: clamp(at) };
    let version_end = memchr::memchr(b' ', line).unwrap_or(line.len());
    let (version, rest) = line.split_at_checked(version_end).ok_or_else(|| malformed(0))?;
    head.version = read_version(version, 0)?;
    let [b' ', code @ ..] = rest else { return Err(malformed(line.len())) };
    let digits = code.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    let (code, reason) = code.split_at_checked(digits).ok_or_else(|| malformed(version_end + 1))?;
    if digits < 3 {
        return Err(malformed(version_end + 1 + digits));
    }
    let reason_start = version_end + 1 + digits;
    let reason = match reason {
        [b' ', reason @ ..] => reason,
        [] => reason,
        _ => return Err(malformed(reason_start)),
    };
    head.status = StatusCode::from_bytes(code).map_err(|_| malformed(version_end + 1))?;
    if let Some(at) = FIELD_VALUE.first_outside(reason) {
        return Err(malformed(reason_start + 1 + at));
    }
    head.reason.clear();
    head.reason.extend_from_slice(reason);
    Ok(())
}
