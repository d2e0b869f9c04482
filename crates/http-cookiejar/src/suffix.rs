//! Public suffixes: which domains belong to a registry, so that nobody may set a cookie for all of them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::host::{is_address, suffixes};

/// Where the jar's knowledge of public suffixes comes from.
///
/// The default is the built-in list when the crate is built with the feature `psl`, and otherwise
/// [`TldOnly`](Self::TldOnly), the list's own rule for unknown domains.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PublicSuffixes {
    /// Every name of one label is a public suffix (`com`, `localhost`), nothing else is.
    TldOnly,
    /// The Mozilla list as it was when the crate `psl` was built.
    #[cfg(feature = "psl")]
    BuiltIn,
    /// A list that was read at run time.
    List(Arc<SuffixList>),
    /// No domain is a public suffix: only for closed networks, where `Domain=intranet` is meant.
    None,
}

impl Default for PublicSuffixes {
    #[cfg(feature = "psl")]
    fn default() -> Self {
        Self::BuiltIn
    }

    #[cfg(not(feature = "psl"))]
    fn default() -> Self {
        Self::TldOnly
    }
}

impl PublicSuffixes {
    /// Whether `domain` (canonical, no leading dot) is a public suffix. Addresses never are.
    #[must_use]
    pub fn is_public_suffix(&self, domain: &str) -> bool {
        if is_address(domain) {
            return false;
        }
        match self {
            Self::TldOnly => !domain.contains('.'),
            #[cfg(feature = "psl")]
            Self::BuiltIn => psl::suffix_str(domain) == Some(domain),
            Self::List(list) => list.is_public_suffix(domain),
            Self::None => false,
        }
    }

    /// The registrable domain of a host: its public suffix and one label more.
    ///
    /// A host that is an address or itself a public suffix is its own registrable domain, as the
    /// HTML standard's "site" has it.
    #[must_use]
    pub fn registrable_domain<'h>(&self, host: &'h str) -> &'h str {
        if is_address(host) {
            return host;
        }
        let mut candidate = host;
        for part in suffixes(host) {
            if self.is_public_suffix(part) {
                return candidate;
            }
            candidate = part;
        }
        // No suffix at all: only `None` gets here. Then the host stands for itself.
        host
    }
}

/// A public suffix list in the format of publicsuffix.org, read at run time.
///
/// ```
/// use http_cookiejar::SuffixList;
/// let list = SuffixList::parse("// comment\ncom\n*.ck\n!www.ck\n");
/// assert!(list.is_public_suffix("com") && list.is_public_suffix("any.ck"));
/// assert!(!list.is_public_suffix("www.ck"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct SuffixList {
    rules: HashMap<Box<str>, Rule>,
}

/// What the list says of one name.
#[derive(Clone, Copy, Debug, Default)]
struct Rule {
    exact: bool,
    wildcard: bool,
    exception: bool,
}

impl SuffixList {
    /// Reads a list; comments, blank lines and what follows a blank on a line are skipped, as the format says.
    ///
    /// Rules in other scripts are turned into A-labels. A rule that is no host name is left out.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut list = Self::default();
        for line in text.lines() {
            let Some(rule) = line.split_ascii_whitespace().next() else { continue };
            if !rule.starts_with("//") {
                list.add(rule);
            }
        }
        list
    }

    fn add(&mut self, rule: &str) {
        let (name, mark): (&str, fn(&mut Rule)) = if let Some(name) = rule.strip_prefix('!') {
            (name, |rule| rule.exception = true)
        } else if let Some(name) = rule.strip_prefix("*.") {
            (name, |rule| rule.wildcard = true)
        } else {
            (rule, |rule| rule.exact = true)
        };
        if let Some(name) = crate::host::canonical_host(name) {
            mark(self.rules.entry(name.into()).or_default());
        }
    }

    /// Whether `domain` (canonical) is a public suffix by this list; an unknown name of one label is.
    #[must_use]
    pub fn is_public_suffix(&self, domain: &str) -> bool {
        let rule = |name: &str| self.rules.get(name).copied().unwrap_or_default();
        let own = rule(domain);
        if own.exception {
            return false;
        }
        match domain.split_once('.') {
            None => true,
            Some((_, parent)) => own.exact || rule(parent).wildcard,
        }
    }

    /// How many names the list has rules for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether the list has no rules.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

#[cfg(test)]
mod tests;
