//! Lists of blocked and allowed domains, matched as Python matches them.

use crate::host::is_address;

/// Domains to block or to allow.
///
/// `acme.com` stands for that host alone; `.acme.com` for every host below it, without `acme.com` itself.
/// Addresses match only themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainList {
    patterns: Vec<Box<str>>,
}

impl DomainList {
    /// A list of such patterns; case does not count.
    pub fn new(patterns: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self { patterns: patterns.into_iter().map(|p| p.as_ref().to_ascii_lowercase().into()).collect() }
    }

    /// Whether a host is on the list.
    #[must_use]
    pub fn contains(&self, host: &str) -> bool {
        self.patterns.iter().any(|pattern| {
            let below = pattern.starts_with('.') && host.ends_with(pattern.as_ref());
            host == pattern.as_ref() || (below && !is_address(host) && !is_address(pattern))
        })
    }

    /// The patterns.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(AsRef::as_ref)
    }
}
