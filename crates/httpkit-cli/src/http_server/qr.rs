//! A URL as a picture for the camera of a telephone, in the characters of a terminal.

use super::Failure;
use qrcodegen::{QrCode, QrCodeEcc};

/// Around the picture, as the standard wants it.
const MARGIN: i32 = 2;

/// Two rows of modules in each line. Light modules are drawn, since most terminals are dark.
pub(crate) fn picture(url: &str) -> Result<String, Failure> {
    let code = QrCode::encode_text(url, QrCodeEcc::Low)
        .map_err(|error| Failure::new(format!("--qr: cannot draw {url}: {error}")))?;
    let mut text = String::new();
    let end = code.size() + MARGIN;
    let mut y = -MARGIN;
    while y < end {
        for x in -MARGIN..end {
            // Outside of the code all is light.
            text.push(match (code.get_module(x, y), y + 1 < end && code.get_module(x, y + 1)) {
                (false, false) => '█',
                (false, true) => '▀',
                (true, false) => '▄',
                (true, true) => ' ',
            });
        }
        text.push('\n');
        y += 2;
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
