//! Content as text: which charset it is in, and its characters. Nothing here fails on malformed bytes.

use http_proto::field;

/// The charset that `Content-Type` names, without quotes.
pub(crate) fn named(content_type: &[u8]) -> Option<String> {
    field::parameters(content_type)
        .find(|parameter| parameter.name.eq_ignore_ascii_case(b"charset"))
        .map(|parameter| String::from_utf8_lossy(&parameter.value).trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
}

/// Text in `charset`, UTF-8 where there is none; a byte order mark counts more than both. Malformed bytes become
/// U+FFFD. `None` for a charset that this build does not know.
pub(crate) fn decode(bytes: Vec<u8>, charset: Option<&str>) -> Option<String> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return Some(String::from_utf8_lossy(rest).into_owned());
    }
    let charset = match charset {
        _ if bytes.starts_with(b"\xff\xfe") => "utf-16le",
        _ if bytes.starts_with(b"\xfe\xff") => "utf-16be",
        Some(charset) => charset,
        None => "utf-8",
    };
    match charset {
        "utf-8" | "utf8" | "unicode-1-1-utf-8" => Some(utf8(bytes)),
        // The web reads all three as windows-1252 (WHATWG Encoding §4.2).
        "us-ascii" | "ascii" | "iso-8859-1" | "iso8859-1" | "latin1" | "l1" | "windows-1252" | "cp1252" => {
            Some(bytes.into_iter().map(windows_1252).collect())
        }
        _ => by_label(&bytes, charset),
    }
}

/// Without a copy where it is well-formed.
fn utf8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// WHATWG index windows-1252: Latin-1 but for 0x80 to 0x9f.
fn windows_1252(byte: u8) -> char {
    const UPPER: [char; 32] = [
        '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
        '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}',
        '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}',
        '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
    ];
    let high = usize::from(byte).checked_sub(0x80).and_then(|index| UPPER.get(index));
    high.copied().unwrap_or_else(|| char::from(byte))
}

#[cfg(feature = "charset")]
fn by_label(bytes: &[u8], charset: &str) -> Option<String> {
    let encoding = encoding_rs::Encoding::for_label_no_replacement(charset.as_bytes())?;
    Some(encoding.decode_with_bom_removal(bytes).0.into_owned())
}

#[cfg(not(feature = "charset"))]
fn by_label(bytes: &[u8], charset: &str) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match charset {
        "utf-16le" | "utf-16" => u16::from_le_bytes,
        "utf-16be" => u16::from_be_bytes,
        _ => return None,
    };
    let mut units: Vec<u16> = bytes
        .chunks(2)
        .map(|pair| match pair {
            [first, second] => unit([*first, *second]),
            // Half a unit is malformed.
            _ => 0xfffd,
        })
        .collect();
    if units.first() == Some(&0xfeff) {
        units.remove(0);
    }
    Some(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests;
