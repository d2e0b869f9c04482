//! Heads into bytes. It writes what the types hold, which cannot break a message, and knows no parser.

use crate::ascii::FIELD_VALUE;
use crate::error::InvalidInput;
use crate::head::{RequestHead, ResponseHead};
use crate::headers::Headers;
use crate::scan::first_outside_target;
use http::{Method, StatusCode, Version};

/// Appends a whole request head to `out`, the empty line included.
///
/// # Errors
/// [`InvalidInput::Version`] for a version other than 1.0 and 1.1. Nothing is appended then.
///
/// ```
/// use http_proto::{RequestHead, encode_request};
///
/// let mut head = RequestHead::default();
/// head.headers.append("Host", "example.org")?;
/// let mut wire = Vec::new();
/// encode_request(&head, &mut wire)?;
/// assert_eq!(wire, b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n");
/// # Ok::<(), http_proto::InvalidInput>(())
/// ```
pub fn encode_request(head: &RequestHead, out: &mut Vec<u8>) -> Result<(), InvalidInput> {
    encode_request_line(&head.method, head.target.as_str(), head.version, out)?;
    encode_fields(&head.headers, out);
    Ok(())
}

/// Appends a whole response head to `out`, the empty line included.
///
/// # Errors
/// [`InvalidInput::Version`] and [`InvalidInput::Reason`]. Nothing is appended then.
pub fn encode_response(head: &ResponseHead, out: &mut Vec<u8>) -> Result<(), InvalidInput> {
    encode_status_line(head.version, head.status, &head.reason, out)?;
    encode_fields(&head.headers, out);
    Ok(())
}

/// Appends `method SP target SP version CRLF` (RFC 9112 §3).
///
/// # Errors
/// [`InvalidInput::Version`], and [`InvalidInput::Target`] for a byte that cannot stand in a target. Nothing is
/// appended then. Whether the target's form fits the method is not asked: see [`RequestTarget::new`].
///
/// [`RequestTarget::new`]: crate::RequestTarget::new
pub fn encode_request_line(
    method: &Method,
    target: &str,
    version: Version,
    out: &mut Vec<u8>,
) -> Result<(), InvalidInput> {
    let version = version_text(version)?;
    match first_outside_target(target.as_bytes()) {
        Some(offset) => return Err(InvalidInput::Target { offset }),
        None if target.is_empty() => return Err(InvalidInput::Target { offset: 0 }),
        None => {}
    }
    out.extend_from_slice(method.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(target.as_bytes());
    out.push(b' ');
    out.extend_from_slice(version);
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Appends `version SP 3DIGIT SP reason CRLF` (RFC 9112 §4).
///
/// # Errors
/// [`InvalidInput::Version`] and [`InvalidInput::Reason`]. Nothing is appended then.
pub fn encode_status_line(
    version: Version,
    status: StatusCode,
    reason: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), InvalidInput> {
    let version = version_text(version)?;
    if let Some(offset) = FIELD_VALUE.first_outside(reason) {
        return Err(InvalidInput::Reason { offset });
    }
    out.extend_from_slice(version);
    out.push(b' ');
    out.extend_from_slice(status.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(reason);
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Appends the fields and the empty line behind them.
pub fn encode_fields(headers: &Headers, out: &mut Vec<u8>) {
    headers.write_to(out);
    out.extend_from_slice(b"\r\n");
}

/// Appends `number` in decimal digits.
pub fn encode_decimal(mut number: u64, out: &mut Vec<u8>) {
    if let Ok(short @ ..100) = u8::try_from(number) {
        let digits = [b'0' + short / 10, b'0' + short % 10];
        let [_, ones] = digits;
        return if short < 10 { out.push(ones) } else { out.extend_from_slice(&digits) };
    }
    let mut digits = [0u8; 20];
    let mut used = 0;
    for place in digits.iter_mut().rev() {
        // The remainder of a division by ten fits a byte.
        *place = b'0' + u8::try_from(number % 10).unwrap_or_default();
        used += 1;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
}

fn version_text(version: Version) -> Result<&'static [u8], InvalidInput> {
    match version {
        Version::HTTP_11 => Ok(b"HTTP/1.1"),
        Version::HTTP_10 => Ok(b"HTTP/1.0"),
        _ => Err(InvalidInput::Version),
    }
}

#[cfg(test)]
mod tests;
