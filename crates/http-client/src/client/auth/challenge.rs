//! Reads `WWW-Authenticate` and `Proxy-Authenticate` (RFC 9110 §11.6.1): lists whose elements have commas too.

use http_proto::{Headers, field};

/// `challenge = auth-scheme [ 1*SP ( token68 / #auth-param ) ]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// In the spelling of the wire.
    pub(crate) scheme: String,
    /// Names in lower case; values without quotes.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The first parameter with this name.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// All challenges of all fields with this name. What is malformed is left out.
pub(crate) fn challenges(headers: &Headers, name: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    for element in headers.list(name) {
        let rest = match split_scheme(element) {
            Some((scheme, rest)) => {
                found.push(Challenge { scheme: lossy(scheme), parameters: Vec::new() });
                rest
            }
            None => element,
        };
        if let (Some(challenge), Some(parameter)) = (found.last_mut(), field::parameter(rest)) {
            let has_value = rest.contains(&b'=');
            if has_value {
                let name = lossy(parameter.name).to_ascii_lowercase();
                challenge.parameters.push((name, lossy(&parameter.value)));
            }
        }
    }
    found
}

/// The scheme where an element begins with one: a word that is followed by a blank and no `=`, or stands alone.
fn split_scheme(element: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = element.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'=')).unwrap_or(element.len());
    let (word, rest) = element.split_at_checked(end)?;
    let behind = rest.trim_ascii_start();
    let is_parameter = behind.first() == Some(&b'=');
    (!is_parameter).then_some((word, behind))
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests;
