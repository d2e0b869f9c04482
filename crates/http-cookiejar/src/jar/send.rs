//! From stored cookies to a `Cookie` field: choosing, ordering, writing within bounds, and explaining.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::CookieJar;
use crate::clock;
use crate::cookie::Cookie;
use crate::policy::reason::Withhold;
use crate::policy::{CookiePolicy, Limits, Outgoing, SendOrder};
use crate::request::{CookieRequest, CookieRequestMut, RequestView};
use crate::store::{SlotId, Store};

/// A cookie that goes out, with what decides its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    path_len: Reverse<usize>,
    /// Place of the domain and of the path among the jar's; zero where the order does not ask for groups.
    groups: (u64, u64),
    sequence: u64,
    id: SlotId,
}

/// A stored cookie and whether it goes along with a request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Explained<'a> {
    /// The cookie.
    pub cookie: &'a Cookie,
    /// `Ok` if it is sent, or what keeps it back.
    pub verdict: Result<(), Withhold>,
}

impl CookieJar {
    /// Sets the request's `Cookie` field, unless it has one already or there is nothing to send. True if it was set.
    pub fn add_cookie_header<Q: CookieRequestMut + ?Sized>(&mut self, request: &mut Q) -> bool {
        self.add_cookie_header_at(request, clock::now())
    }

    /// As [`add_cookie_header`](Self::add_cookie_header), at the time `now` in seconds since 1970.
    pub fn add_cookie_header_at<Q: CookieRequestMut + ?Sized>(&mut self, request: &mut Q, now: i64) -> bool {
        if request.has_header("Cookie") {
            // The caller's own goes instead, and no cookie of the jar is used.
            let kept_back = self.cookies_for_at(request, now);
            let cookie2 = if kept_back.is_empty() { None } else { self.policy.cookie2(&kept_back) };
            add_cookie2(request, cookie2);
            return false;
        }
        let Some(outgoing) = self.outgoing_at(request, now) else { return false };
        let set = !outgoing.cookie.is_empty() && request.set_header("Cookie", &outgoing.cookie);
        add_cookie2(request, outgoing.cookie2);
        set
    }

    /// The value of the `Cookie` field for a request; `None` if no cookie goes along.
    #[must_use]
    pub fn cookie_header<Q: CookieRequest + ?Sized>(&mut self, request: &Q) -> Option<Vec<u8>> {
        self.cookie_header_at(request, clock::now())
    }

    /// As [`cookie_header`](Self::cookie_header), at the time `now` in seconds since 1970.
    #[must_use]
    pub fn cookie_header_at<Q: CookieRequest + ?Sized>(&mut self, request: &Q, now: i64) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        (self.write_cookie_header_at(request, now, &mut out) > 0).then_some(out)
    }

    /// Writes the value of the `Cookie` field into `out`, which is emptied first, and says how many cookies are in it.
    ///
    /// With an `out` that is used again and again a request costs no allocation.
    pub fn write_cookie_header_at<Q: CookieRequest + ?Sized>(
        &mut self,
        request: &Q,
        now: i64,
        out: &mut Vec<u8>,
    ) -> usize {
        out.clear();
        let Some(view) = RequestView::of(request) else { return 0 };
        self.store.remove_expired(now);
        let Self { store, policy, candidates, .. } = self;
        collect(store, &**policy, &view, now, candidates);
        let count = write_all(store, &**policy, candidates, policy.limits(), out);
        for candidate in candidates.iter().take(count) {
            store.touch(candidate.id, now);
        }
        count
    }

    /// Both fields that go with a request, `Cookie` and for RFC 2965 `Cookie2`; `None` if no cookie goes along.
    #[must_use]
    pub fn outgoing_at<Q: CookieRequest + ?Sized>(&mut self, request: &Q, now: i64) -> Option<Outgoing> {
        let mut outgoing = Outgoing::default();
        let count = self.write_cookie_header_at(request, now, &mut outgoing.cookie);
        if count == 0 {
            return None;
        }
        let sent: Vec<&Cookie> = self
            .candidates
            .iter()
            .take(count)
            .filter_map(|candidate| self.store.cookie(candidate.id))
            .collect();
        outgoing.cookie2 = self.policy.cookie2(&sent);
        Some(outgoing)
    }

    /// The cookies that go along with a request, in the order of sending. Nothing in the jar changes.
    #[must_use]
    pub fn cookies_for<Q: CookieRequest + ?Sized>(&self, request: &Q) -> Vec<&Cookie> {
        self.cookies_for_at(request, clock::now())
    }

    /// As [`cookies_for`](Self::cookies_for), at the time `now` in seconds since 1970.
    #[must_use]
    pub fn cookies_for_at<Q: CookieRequest + ?Sized>(&self, request: &Q, now: i64) -> Vec<&Cookie> {
        let Some(view) = RequestView::of(request) else { return Vec::new() };
        let mut candidates = Vec::new();
        collect(&self.store, &*self.policy, &view, now, &mut candidates);
        let mut text = Vec::new();
        let count = write_all(&self.store, &*self.policy, &candidates, self.policy.limits(), &mut text);
        candidates.iter().take(count).filter_map(|candidate| self.store.cookie(candidate.id)).collect()
    }

    /// Says of every stored cookie whether it goes along with a request, and if not, why. Nothing in the jar changes.
    #[must_use]
    pub fn explain<Q: CookieRequest + ?Sized>(&self, request: &Q) -> Vec<Explained<'_>> {
        self.explain_at(request, clock::now())
    }

    /// As [`explain`](Self::explain), at the time `now` in seconds since 1970.
    #[must_use]
    pub fn explain_at<Q: CookieRequest + ?Sized>(&self, request: &Q, now: i64) -> Vec<Explained<'_>> {
        let view = RequestView::of(request);
        let whole = match &view {
            None => Err(Withhold::BadHost),
            Some(_) if request.has_header("Cookie") => Err(Withhold::HeaderPresent),
            Some(view) => self.policy.request_ok(view),
        };
        let sent: HashSet<*const Cookie> =
            self.cookies_for_at(request, now).into_iter().map(std::ptr::from_ref).collect();
        let verdict = |cookie: &Cookie| {
            whole?;
            if let Some(view) = &view {
                self.policy.return_ok(cookie, view, now)?;
            }
            if sent.contains(&std::ptr::from_ref(cookie)) { Ok(()) } else { Err(Withhold::HeaderFull) }
        };
        self.iter().map(|cookie| Explained { cookie, verdict: verdict(cookie) }).collect()
    }
}

fn add_cookie2<Q: CookieRequestMut + ?Sized>(request: &mut Q, value: Option<&str>) {
    if let Some(value) = value
        && !request.has_header("Cookie2")
    {
        request.set_header("Cookie2", value.as_bytes());
    }
}

/// Finds the cookies that the policy lets go, in the order of sending.
fn collect(
    store: &Store,
    policy: &dyn CookiePolicy,
    view: &RequestView<'_>,
    now: i64,
    candidates: &mut Vec<Candidate>,
) {
    candidates.clear();
    if policy.request_ok(view).is_err() {
        return;
    }
    let grouped = policy.send_order() == SendOrder::PathThenGroups;
    policy.for_each_domain(view, &mut |domain| {
        for &id in store.at_host(domain) {
            let Some(entry) = store.entry(id) else { continue };
            if policy.return_ok(&entry.cookie, view, now).is_ok() {
                candidates.push(Candidate {
                    path_len: Reverse(entry.cookie.path_bytes().len()),
                    groups: if grouped { store.group(entry) } else { (0, 0) },
                    sequence: entry.sequence,
                    id,
                });
            }
        }
    });
    if !candidates.is_sorted() {
        candidates.sort_unstable();
    }
}

/// Writes cookies until one no longer fits, and says how many are in.
fn write_all(
    store: &Store,
    policy: &dyn CookiePolicy,
    candidates: &[Candidate],
    limits: Limits,
    out: &mut Vec<u8>,
) -> usize {
    let mut count = 0;
    for candidate in candidates.iter().take(limits.header_cookies_max) {
        let Some(cookie) = store.cookie(candidate.id) else { continue };
        let before = out.len();
        policy.write_cookie(cookie, out);
        if out.len() > limits.header_bytes_max {
            out.truncate(before);
            break;
        }
        count += 1;
    }
    count
}
