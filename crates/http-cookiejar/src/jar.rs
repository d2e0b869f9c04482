//! The jar: takes cookies out of responses, puts them into requests, and says why or why not.

use std::fmt;
use std::sync::Arc;

use crate::clock;
use crate::cookie::Cookie;
use crate::error::NotFound;
use crate::policy::default::DefaultCookiePolicy;
use crate::policy::reason::Reject;
use crate::policy::{CookiePolicy, Limits, Refused, StoreView};
use crate::request::{CookieRequest, CookieResponse, RequestView};
use crate::store::eviction::EvictionQueue;
use crate::store::{SlotId, Store};

mod send;

pub use self::send::Explained;

/// Cookies, and the rules by which they come and go.
///
/// ```
/// use http_cookiejar::{CookieJar, RequestInfo};
///
/// let mut jar = CookieJar::new();
/// let request = RequestInfo::from_url("https://example.org/login")?;
/// let got = jar.extract_cookies(&[("Set-Cookie", "sid=31d4; Secure"), ("Set-Cookie", "x=1; Domain=com")], &request);
/// assert_eq!((got.stored, got.refused.len()), (1, 1));
/// assert_eq!(jar.cookie_header(&request).as_deref(), Some(&b"sid=31d4"[..]));
/// # Ok::<(), http_cookiejar::RequestError>(())
/// ```
#[doc(alias = "http.cookiejar.CookieJar")]
#[derive(Clone)]
pub struct CookieJar {
    store: Store,
    policy: Arc<dyn CookiePolicy>,
    eviction: EvictionQueue,
    candidates: Vec<send::Candidate>,
}

impl Default for CookieJar {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows how many cookies there are and the policy, no values.
impl fmt::Debug for CookieJar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieJar")
            .field("len", &self.len())
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// What became of the cookies of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extracted {
    /// Cookies that were stored, anew or in place of an older one.
    pub stored: usize,
    /// Cookies that were deleted, because the response said that their end has come.
    pub deleted: usize,
    /// Cookies that were not stored, with the reasons.
    pub refused: Vec<Refused>,
}

/// How many reasons [`Extracted`] keeps: a hostile response must not fill memory with them.
const REFUSALS_MAX: usize = 256;

/// Which cookies [`CookieJar::clear`] takes out.
///
/// A domain with a leading dot means the cookies that subdomains see; without one, all cookies of that domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope<'a> {
    /// All.
    All,
    /// Those of a domain.
    Domain(&'a str),
    /// Those of a domain with exactly this path.
    Path(&'a str, &'a str),
    /// Those of a domain with this path and this name.
    Name(&'a str, &'a str, &'a str),
}

impl AsMut<Self> for CookieJar {
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}

impl CookieJar {
    /// An empty jar with the [default rules](DefaultCookiePolicy).
    #[must_use]
    pub fn new() -> Self {
        Self::with_policy(DefaultCookiePolicy::default())
    }

    /// An empty jar with these rules.
    #[must_use]
    pub fn with_policy(policy: impl CookiePolicy + 'static) -> Self {
        Self {
            store: Store::default(),
            policy: Arc::new(policy),
            eviction: EvictionQueue::default(),
            candidates: Vec::new(),
        }
    }

    /// Puts other rules in force; stored cookies stay.
    pub fn set_policy(&mut self, policy: impl CookiePolicy + 'static) {
        self.policy = Arc::new(policy);
    }

    /// The rules in force.
    #[must_use]
    pub fn policy(&self) -> &dyn CookiePolicy {
        &*self.policy
    }

    /// Takes the cookies out of a response and stores those that the policy lets in, one after the other.
    pub fn extract_cookies<A, Q>(&mut self, response: &A, request: &Q) -> Extracted
    where
        A: CookieResponse + ?Sized,
        Q: CookieRequest + ?Sized,
    {
        self.extract_cookies_at(response, request, clock::now())
    }

    /// As [`extract_cookies`](Self::extract_cookies), at the time `now` in seconds since 1970.
    pub fn extract_cookies_at<A, Q>(&mut self, response: &A, request: &Q, now: i64) -> Extracted
    where
        A: CookieResponse + ?Sized,
        Q: CookieRequest + ?Sized,
    {
        let mut extracted = Extracted::default();
        self.store.remove_expired(now);
        let Some(view) = RequestView::of(request) else {
            extracted.refused.push(Refused::new(b"", Reject::BadHost));
            return extracted;
        };
        let policy = Arc::clone(&self.policy);
        let limits = policy.limits();
        policy.make_cookies(&ByRef(response), &view, now, &mut |made| {
            let refused = match made {
                Ok(cookie) => match policy.set_ok(&cookie, &view, StoreView::new(&self.store)) {
                    Ok(()) if !cookie.is_expired_at(now) => {
                        self.put(cookie, limits);
                        extracted.stored += 1;
                        return;
                    }
                    Ok(()) if self.take(&cookie).is_some() => {
                        extracted.deleted += 1;
                        return;
                    }
                    Ok(()) => Refused::new(cookie.name(), Reject::AlreadyExpired),
                    Err(reason) => Refused::new(cookie.name(), reason),
                },
                Err(refused) => refused,
            };
            if extracted.refused.len() < REFUSALS_MAX {
                extracted.refused.push(refused);
            }
        });
        extracted
    }

    /// The cookies that a response makes, before the policy is asked whether they may be stored. The jar stays as it is.
    #[must_use]
    pub fn make_cookies<A, Q>(&self, response: &A, request: &Q) -> Vec<Cookie>
    where
        A: CookieResponse + ?Sized,
        Q: CookieRequest + ?Sized,
    {
        self.make_cookies_at(response, request, clock::now())
    }

    /// As [`make_cookies`](Self::make_cookies), at the time `now` in seconds since 1970.
    #[must_use]
    pub fn make_cookies_at<A, Q>(&self, response: &A, request: &Q, now: i64) -> Vec<Cookie>
    where
        A: CookieResponse + ?Sized,
        Q: CookieRequest + ?Sized,
    {
        let mut cookies = Vec::new();
        if let Some(view) = RequestView::of(request) {
            self.policy.make_cookies(&ByRef(response), &view, now, &mut |made| cookies.extend(made));
        }
        cookies
    }

    /// Stores a cookie without asking the policy; one with the same key is replaced and handed back.
    ///
    /// The bounds of the policy hold all the same: something else may have to go.
    pub fn set_cookie(&mut self, cookie: Cookie) -> Option<Cookie> {
        let limits = self.policy.limits();
        self.put(cookie, limits)
    }

    /// Stores a cookie if the policy would take it from this request's response.
    ///
    /// # Errors
    /// The policy's reason against it.
    pub fn set_cookie_if_ok<Q: CookieRequest + ?Sized>(
        &mut self,
        cookie: Cookie,
        request: &Q,
    ) -> Result<Option<Cookie>, Reject> {
        let view = RequestView::of(request).ok_or(Reject::BadHost)?;
        self.policy.set_ok(&cookie, &view, StoreView::new(&self.store))?;
        Ok(self.set_cookie(cookie))
    }

    fn put(&mut self, mut cookie: Cookie, limits: Limits) -> Option<Cookie> {
        let mut located = self.store.locate(cookie.key());
        if let Some(created) = located.slot.and_then(|id| self.store.cookie(id)).map(Cookie::created) {
            cookie.set_created(created);
        } else if self.store.crowd(located) >= limits.cookies_per_host_max {
            self.store.evict_at_host(cookie.domain());
            located = self.store.locate(cookie.key());
        }
        let old = self.store.insert(located, cookie);
        while self.store.len() > limits.cookies_max {
            self.store.evict_oldest(&mut self.eviction);
        }
        old
    }

    fn take(&mut self, cookie: &Cookie) -> Option<Cookie> {
        self.store.find(cookie.key()).and_then(|id| self.store.remove(id))
    }

    /// Takes cookies out of the jar, and says how many.
    ///
    /// # Errors
    /// [`NotFound`] if nothing fits the scope; an empty jar is no error for [`Scope::All`].
    pub fn clear(&mut self, scope: Scope<'_>) -> Result<usize, NotFound> {
        let (domain, path, name) = match scope {
            Scope::All => return Ok(self.clear_all()),
            Scope::Domain(domain) => (domain, None, None),
            Scope::Path(domain, path) => (domain, Some(path), None),
            Scope::Name(domain, path, name) => (domain, Some(path), Some(name)),
        };
        let doomed = self.matching(domain, path, name.map(str::as_bytes));
        for id in &doomed {
            self.store.remove(*id);
        }
        if doomed.is_empty() { Err(NotFound) } else { Ok(doomed.len()) }
    }

    /// Takes out everything, and says how much that was.
    pub fn clear_all(&mut self) -> usize {
        let count = self.len();
        self.store.clear();
        count
    }

    fn matching(&self, domain: &str, path: Option<&str>, name: Option<&[u8]>) -> Vec<SlotId> {
        let (domain, dotted) = match domain.strip_prefix('.') {
            Some(domain) => (domain, true),
            None => (domain, false),
        };
        let domain = crate::host::canonical_host(domain).unwrap_or_default();
        let fits = |cookie: &Cookie| {
            !(dotted && cookie.host_only())
                && path.is_none_or(|path| cookie.path() == path)
                && name.is_none_or(|name| cookie.name() == name)
        };
        let ids = self.store.at_host(&domain).iter().copied();
        ids.filter(|id| self.store.cookie(*id).is_some_and(fits)).collect()
    }

    /// The cookie of this domain, path and name; the oldest if host-only and other ones share them.
    #[must_use]
    pub fn get(&self, domain: &str, path: &str, name: &str) -> Option<&Cookie> {
        let ids = self.matching(domain, Some(path), Some(name.as_bytes()));
        ids.first().and_then(|id| self.store.cookie(*id))
    }

    /// Takes out the cookies that go with the session, and says how many.
    pub fn clear_session_cookies(&mut self) -> usize {
        self.retain(|cookie| !cookie.discard())
    }

    /// Takes out the cookies whose end has come, and says how many.
    pub fn clear_expired_cookies(&mut self) -> usize {
        self.clear_expired_cookies_at(clock::now())
    }

    /// As [`clear_expired_cookies`](Self::clear_expired_cookies), at the time `now` in seconds since 1970.
    pub fn clear_expired_cookies_at(&mut self, now: i64) -> usize {
        self.store.remove_expired(now)
    }

    /// Keeps only the cookies that fulfil a condition, and says how many went.
    pub fn retain(&mut self, mut keep: impl FnMut(&Cookie) -> bool) -> usize {
        let doomed: Vec<SlotId> = self
            .store
            .ids()
            .filter(|id| self.store.cookie(*id).is_some_and(|cookie| !keep(cookie)))
            .collect();
        self.store.remove_all(&doomed);
        doomed.len()
    }

    /// How many cookies there are, expired ones that were not yet noticed included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.store.len()
    }

    /// Whether there is no cookie.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cookies, grouped by domain and then by path, in the order in which the jar met them (Python's order).
    pub fn iter(&self) -> Iter<'_> {
        Iter { store: &self.store, ids: self.store.ids_in_order().into_iter() }
    }

    /// The bytes that cookies and index occupy, reckoned by sizes and capacities.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.store.memory_bytes()
    }

    pub(crate) fn find_same(&self, cookie: &Cookie) -> Option<&Cookie> {
        self.store.find(cookie.key()).and_then(|id| self.store.cookie(id))
    }
}

/// Two jars are equal if they hold the same cookies, whatever their order, times of use and policies.
impl PartialEq for CookieJar {
    fn eq(&self, other: &Self) -> bool {
        let same =
            |cookie: &Cookie| other.find_same(cookie).is_some_and(|theirs| theirs.same_content(cookie));
        self.len() == other.len() && self.store.ids().filter_map(|id| self.store.cookie(id)).all(same)
    }
}

impl Eq for CookieJar {}

/// The cookies of a jar; made by [`CookieJar::iter`].
#[must_use = "iterators do nothing unless they are asked"]
pub struct Iter<'a> {
    store: &'a Store,
    ids: std::vec::IntoIter<SlotId>,
}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("left", &self.ids.len()).finish()
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a Cookie;

    fn next(&mut self) -> Option<&'a Cookie> {
        self.ids.next().and_then(|id| self.store.cookie(id))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ids.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a CookieJar {
    type Item = &'a Cookie;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Stores the cookies as [`CookieJar::set_cookie`] does.
impl Extend<Cookie> for CookieJar {
    fn extend<I: IntoIterator<Item = Cookie>>(&mut self, cookies: I) {
        for cookie in cookies {
            self.set_cookie(cookie);
        }
    }
}

/// Makes a trait object of what may itself be one.
struct ByRef<'a, T: ?Sized>(&'a T);

impl<T: CookieResponse + ?Sized> CookieResponse for ByRef<'_, T> {
    fn for_each_header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        self.0.for_each_header(name, each);
    }
}

#[cfg(test)]
mod tests;
