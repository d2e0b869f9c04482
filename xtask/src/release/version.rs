//! A version as cargo takes it: three numbers, and a pre-release behind a hyphen.

use std::cmp::Ordering;
use std::fmt;

use crate::context::{Failure, Outcome};

/// `MAJOR.MINOR.PATCH[-PRE]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    numbers: [u64; 3],
    pre: Option<String>,
}

impl Version {
    /// Reads a version; leading zeros, signs and missing parts are errors.
    pub(super) fn read(text: &str) -> Outcome<Self> {
        let broken = || Failure::new(format!("{text:?} is not a version such as 0.2.0 or 1.0.0-rc.1"));
        let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
        let parts: Vec<&str> = core.split('.').collect();
        let [major, minor, patch] = parts.as_slice() else { return Err(broken()) };
        let number = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit())
                && (digits == "0" || !digits.starts_with('0'));
            digits.parse().ok().filter(|_| plain).ok_or_else(broken)
        };
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let wrong = |part: &str| part.is_empty() || digits(part) && part != "0" && part.starts_with('0');
        if pre.is_some_and(|pre| pre.split('.').any(wrong) || !pre.bytes().all(allowed)) {
            return Err(broken());
        }
        Ok(Self { numbers: [number(major)?, number(minor)?, number(patch)?], pre: pre.map(str::to_owned) })
    }
}

impl Ord for Version {
    /// By number; a pre-release comes before its release, and pre-releases compare by their dotted parts.
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (&self.pre, &other.pre) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(one), Some(two)) => one.split('.').map(part).cmp(two.split('.').map(part)),
        })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(formatter, "{major}.{minor}.{patch}")?;
        self.pre.as_ref().map_or(Ok(()), |pre| write!(formatter, "-{pre}"))
    }
}

/// A dotted part of a pre-release: numbers by value and before words.
fn part(text: &str) -> (bool, u64, &str) {
    text.parse().map_or((true, 0, text), |number| (false, number, ""))
}
