//! The default rules: RFC 6265bis, in the steps of its storage and retrieval models, with Python's domain lists.

use std::time::Duration;

use http_cookies::{SetCookie, parse_set_cookie};

use crate::cookie::{Cookie, Parts, Plain};
use crate::host::{canonical_host, domain_match, is_loopback};
use crate::path::default_path;
use crate::policy::domains::{DomainList, domain_list_methods};
use crate::policy::reason::{Reject, Withhold};
use crate::policy::{CookiePolicy, Limits, Made, Refused, StoreView};
use crate::request::{CookieResponse, RequestView};
use crate::suffix::PublicSuffixes;

mod prefix;
mod retrieve;
mod store;

/// Which edition of the cookie rules is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rules {
    /// RFC 6265bis, with the name prefixes of the layered draft.
    #[default]
    Rfc6265bis,
    /// RFC 6265 of 2011: no nameless cookies, no prefixes, no `SameSite`, no secure-origin rules, no longest age.
    /// Sizes are bounded all the same. For servers that cannot do with less.
    Rfc6265,
}

/// What happens with requests that the user had no choice about and that go to another site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThirdParty {
    /// Cookies flow as the other rules say.
    #[default]
    Allow,
    /// No cookies either way.
    Block,
}

/// The rules of a jar that nothing else was said to: RFC 6265bis.
///
/// Host-only cookies stay with their host, `Secure` comes from secure origins only and is left alone by others,
/// prefixes bind, `SameSite` and `Partitioned` are honoured, sizes, ages and numbers are bounded, and public suffixes get
/// no cookies. Python's `DefaultCookiePolicy` with its arguments is
/// `PythonCookiePolicy`.
///
/// ```
/// use http_cookiejar::{CookieJar, DefaultCookiePolicy, DomainList, RequestInfo, ThirdParty};
///
/// let policy = DefaultCookiePolicy::new()
///     .with_blocked_domains(DomainList::new(["ads.example", ".ads.example"]))
///     .with_third_party(ThirdParty::Block);
/// let mut jar = CookieJar::with_policy(policy);
/// let banner = RequestInfo::from_url("https://ads.example/banner")?;
/// assert_eq!(jar.extract_cookies(&[("Set-Cookie", "id=1")], &banner).stored, 0);
/// # Ok::<(), http_cookiejar::RequestError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct DefaultCookiePolicy {
    rules: Rules,
    suffixes: PublicSuffixes,
    limits: Limits,
    age_max: Option<Duration>,
    trust_loopback: bool,
    lax_allowing_unsafe: Option<Duration>,
    third_party: ThirdParty,
    secure_schemes: Vec<Box<str>>,
    blocked_domains: DomainList,
    allowed_domains: Option<DomainList>,
}

/// 400 days: no cookie lives longer (RFC 6265bis section 5.5).
const AGE_MAX: Duration = Duration::from_secs(400 * 24 * 60 * 60);

impl Default for DefaultCookiePolicy {
    fn default() -> Self {
        Self {
            rules: Rules::default(),
            suffixes: PublicSuffixes::default(),
            limits: Limits::default(),
            age_max: Some(AGE_MAX),
            trust_loopback: true,
            lax_allowing_unsafe: None,
            third_party: ThirdParty::default(),
            secure_schemes: vec!["https".into(), "wss".into()],
            blocked_domains: DomainList::default(),
            allowed_domains: None,
        }
    }
}

impl DefaultCookiePolicy {
    /// The default rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Follows another edition of the rules.
    pub fn with_rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }

    /// Takes the knowledge of public suffixes from elsewhere.
    pub fn with_suffixes(mut self, suffixes: PublicSuffixes) -> Self {
        self.suffixes = suffixes;
        self
    }

    /// Sets other bounds.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the longest age of a cookie, 400 days if not said; `None` takes the bound away.
    pub fn with_age_max(mut self, age: Option<Duration>) -> Self {
        self.age_max = age;
        self
    }

    /// Whether plain HTTP to this machine counts as secure; it does if not said.
    pub fn with_trusted_loopback(mut self, on: bool) -> Self {
        self.trust_loopback = on;
        self
    }

    /// Lets cookies without `SameSite` that are younger than this go along with cross-site navigation by POST
    /// (RFC 6265bis section 5.8.7.2, "Lax-allowing-unsafe"). Off if not said.
    pub fn with_lax_allowing_unsafe(mut self, age: Option<Duration>) -> Self {
        self.lax_allowing_unsafe = age;
        self
    }

    /// Says what happens with third-party requests.
    pub fn with_third_party(mut self, third_party: ThirdParty) -> Self {
        self.third_party = third_party;
        self
    }

    /// The schemes that count as secure; `https` and `wss` if not said.
    pub fn with_secure_schemes(mut self, schemes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.secure_schemes = schemes.into_iter().map(|s| s.as_ref().to_ascii_lowercase().into()).collect();
        self
    }

    domain_list_methods!();

    fn is_bis(&self) -> bool {
        self.rules == Rules::Rfc6265bis
    }

    fn is_secure(&self, request: &RequestView<'_>) -> bool {
        self.secure_schemes.iter().any(|scheme| **scheme == *request.scheme())
            || (self.trust_loopback && is_loopback(request.host()))
    }

    /// Whether both hosts belong to the same site, as far as domains go.
    fn same_party(&self, request: &RequestView<'_>) -> bool {
        let (host, origin) = (request.host(), request.origin_host());
        host == origin || self.suffixes.registrable_domain(host) == self.suffixes.registrable_domain(origin)
    }

    fn blocks_third_party(&self, request: &RequestView<'_>) -> bool {
        self.third_party == ThirdParty::Block && request.unverifiable() && !self.same_party(request)
    }

    /// The top-level site of a request: what it says, or its own site.
    fn partition_of(&self, request: &RequestView<'_>) -> String {
        match request.partition() {
            Some(site) => site.to_ascii_lowercase(),
            None => [request.scheme(), "://", self.suffixes.registrable_domain(request.host())].concat(),
        }
    }
}

impl CookiePolicy for DefaultCookiePolicy {
    fn make_cookies(
        &self,
        response: &dyn CookieResponse,
        request: &RequestView<'_>,
        now: i64,
        sink: &mut dyn FnMut(Made),
    ) {
        let mut fields = 0_usize;
        response.for_each_header("Set-Cookie", &mut |line| {
            fields += 1;
            if fields > self.limits.fields_per_response_max {
                sink(Err(Refused::new(b"", Reject::TooManyFields)));
                return;
            }
            match parse_set_cookie(line) {
                Ok(parsed) => {
                    let made = self.make_cookie(&parsed, request, now);
                    sink(made.map_err(|reason| Refused::new(parsed.name, reason)));
                }
                Err(error) => sink(Err(Refused::new(b"", Reject::Syntax(error)))),
            }
        });
    }

    fn set_ok(&self, cookie: &Cookie, request: &RequestView<'_>, jar: StoreView<'_>) -> Result<(), Reject> {
        self.may_store(cookie, request, jar)
    }

    fn return_ok(&self, cookie: &Cookie, request: &RequestView<'_>, now: i64) -> Result<(), Withhold> {
        self.may_send(cookie, request, now)
    }

    fn request_ok(&self, request: &RequestView<'_>) -> Result<(), Withhold> {
        if self.is_blocked(request.host()) {
            return Err(Withhold::Blocked);
        }
        if self.is_not_allowed(request.host()) {
            return Err(Withhold::NotAllowed);
        }
        if self.blocks_third_party(request) {
            return Err(Withhold::Unverifiable);
        }
        Ok(())
    }

    fn limits(&self) -> Limits {
        self.limits
    }
}

impl DefaultCookiePolicy {
    /// RFC 6265bis section 5.7 up to where stored cookies come into play: scope, age and kind of the cookie.
    fn make_cookie(
        &self,
        parsed: &SetCookie<'_>,
        request: &RequestView<'_>,
        now: i64,
    ) -> Result<Cookie, Reject> {
        if parsed.name.is_empty() {
            if !self.is_bis() {
                return Err(Reject::Nameless);
            }
            if prefix::imitates_prefix(parsed.value) {
                return Err(Reject::NamelessPrefix);
            }
        }
        let domain = self.domain_of(parsed, request)?;
        let path = match parsed.path {
            Some(path) if path.is_ascii() => str::from_utf8(path).map_err(|_| Reject::BadPath)?,
            Some(_) => return Err(Reject::BadPath),
            None => default_path(request.path()),
        };
        let partition = (parsed.partitioned && self.is_bis()).then(|| self.partition_of(request));
        let parts = Parts {
            name: parsed.name,
            value: parsed.value,
            path,
            domain: domain.as_deref().unwrap_or(request.host()),
        };
        let plain = Plain {
            secure: parsed.secure,
            http_only: parsed.http_only,
            host_only: domain.is_none(),
            path_specified: parsed.path.is_some(),
            same_site: parsed.same_site.filter(|_| self.is_bis()),
            expires: self.end_of(parsed, now),
            now,
        };
        Cookie::plain(parts, plain, partition.as_deref()).map_err(|_| Reject::TooLong)
    }

    /// The domain of a cookie that subdomains see, or `None` for a host-only one (section 5.7 steps 7 to 9).
    fn domain_of(&self, parsed: &SetCookie<'_>, request: &RequestView<'_>) -> Result<Option<String>, Reject> {
        let given = match parsed.domain {
            Some(b"") if !self.is_bis() => last_domain_with_text(parsed),
            other => other,
        };
        let Some(given) = given.filter(|domain| !domain.is_empty()) else { return Ok(None) };
        if !given.is_ascii() {
            return Err(Reject::BadDomain);
        }
        let given = str::from_utf8(given).map_err(|_| Reject::BadDomain)?;
        // A root dot is no part of a canonical host, so such a domain matches none; browsers agree.
        if given.ends_with('.') {
            return Err(Reject::DomainMismatch);
        }
        let domain = canonical_host(given).ok_or(Reject::BadDomain)?;
        if self.suffixes.is_public_suffix(&domain) {
            return if domain == request.host() { Ok(None) } else { Err(Reject::PublicSuffix) };
        }
        if !domain_match(request.host(), &domain) {
            return Err(Reject::DomainMismatch);
        }
        Ok(Some(domain.into_owned()))
    }

    /// Section 5.5 and section 5.7 step 4: `Max-Age` before `Expires`, and nothing lives longer than the bound.
    fn end_of(&self, parsed: &SetCookie<'_>, now: i64) -> Option<i64> {
        let end = match (parsed.max_age, parsed.expires) {
            (Some(seconds), _) if seconds <= 0 => i64::MIN,
            (Some(seconds), _) => now.saturating_add(seconds),
            (None, Some(at)) => at,
            (None, None) => return None,
        };
        let latest = self
            .age_max
            .filter(|_| self.is_bis())
            .map_or(i64::MAX, |age| now.saturating_add(i64::try_from(age.as_secs()).unwrap_or(i64::MAX)));
        Some(end.min(latest))
    }
}

/// RFC 6265 section 5.2.3 passes an empty `Domain` over, so an earlier one stays in force.
fn last_domain_with_text<'a>(parsed: &SetCookie<'a>) -> Option<&'a [u8]> {
    parsed
        .attributes()
        .filter(|(name, value)| name.eq_ignore_ascii_case(b"domain") && !value.is_empty())
        .map(|(_, value)| value.strip_prefix(b".").unwrap_or(value))
        .last()
}

#[cfg(test)]
mod tests;
