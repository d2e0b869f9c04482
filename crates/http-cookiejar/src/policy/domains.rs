//! Lists of blocked and allowed domains, matched as Python matches them, and the methods of a policy that has such lists.

use crate::host::is_address;

/// Domains to block or to allow.
///
/// `acme.com` stands for that host alone; `.acme.com` for every host below it, without `acme.com` itself.
/// Addresses match only themselves.
///
/// ```
/// use http_cookiejar::DomainList;
///
/// let list = DomainList::new(["acme.com", ".acme.com"]);
/// assert!(list.contains("acme.com") && list.contains("www.acme.com") && !list.contains("notacme.com"));
/// ```
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

/// The methods of a policy with the fields `blocked_domains` and `allowed_domains`.
macro_rules! domain_list_methods {
    () => {
        /// Takes no cookies from these domains and sends them none (Python's `blocked_domains`).
        pub fn with_blocked_domains(mut self, list: DomainList) -> Self {
            self.set_blocked_domains(list);
            self
        }

        /// Serves no domains but these; `None`, the default, serves all (Python's `allowed_domains`).
        pub fn with_allowed_domains(mut self, list: Option<DomainList>) -> Self {
            self.set_allowed_domains(list);
            self
        }

        /// The blocked domains.
        #[must_use]
        pub fn blocked_domains(&self) -> &DomainList {
            &self.blocked_domains
        }

        /// Blocks these domains and no others.
        pub fn set_blocked_domains(&mut self, list: DomainList) {
            self.blocked_domains = list;
        }

        /// Whether a domain is blocked.
        #[must_use]
        pub fn is_blocked(&self, domain: &str) -> bool {
            self.blocked_domains.contains(domain)
        }

        /// The allowed domains; `None` if all are.
        #[must_use]
        pub fn allowed_domains(&self) -> Option<&DomainList> {
            self.allowed_domains.as_ref()
        }

        /// Serves no domains but these; `None` serves all.
        pub fn set_allowed_domains(&mut self, list: Option<DomainList>) {
            self.allowed_domains = list;
        }

        /// Whether there is a list of allowed domains and this one is not on it.
        #[must_use]
        pub fn is_not_allowed(&self, domain: &str) -> bool {
            self.allowed_domains.as_ref().is_some_and(|list| !list.contains(domain))
        }
    };
}

pub(crate) use domain_list_methods;
