//! The retrieval model of RFC 6265bis section 5.8.3.

use http_client::client::SiteContext;
use http_cookies::SameSite;

use super::DefaultCookiePolicy;
use crate::cookie::Cookie;
use crate::host::domain_match;
use crate::path::path_match_bytes;
use crate::policy::reason::Withhold;
use crate::request::RequestView;

impl DefaultCookiePolicy {
    pub(super) fn may_send(
        &self,
        cookie: &Cookie,
        request: &RequestView<'_>,
        now: i64,
    ) -> Result<(), Withhold> {
        if cookie.host_only() {
            if cookie.domain() != request.host() {
                let below = domain_match(request.host(), cookie.domain());
                return Err(if below { Withhold::HostOnly } else { Withhold::Domain });
            }
        } else if cookie.domain() != request.host() {
            if !domain_match(request.host(), cookie.domain()) {
                return Err(Withhold::Domain);
            }
            // Only a file or a hand can have put it there, or the list has changed. To the host itself it goes, as it
            // would if it were set now: section 5.7 step 9 makes a host-only cookie of it.
            if self.suffixes.is_public_suffix(cookie.domain()) {
                return Err(Withhold::PublicSuffix);
            }
        }
        if !path_match_bytes(request.path().as_bytes(), cookie.path_bytes()) {
            return Err(Withhold::Path);
        }
        if cookie.is_expired_at(now) {
            return Err(Withhold::Expired);
        }
        if cookie.secure() && !self.is_secure(request) {
            return Err(Withhold::Insecure);
        }
        if cookie.http_only() && request.by_script() {
            return Err(Withhold::HttpOnly);
        }
        if let Some(partition) = cookie.partition()
            && self.partition_of(request) != partition
        {
            return Err(Withhold::Partition);
        }
        if self.is_bis() && !self.same_site_allows(cookie, request.site_context(), now) {
            return Err(Withhold::SameSite);
        }
        Ok(())
    }

    fn same_site_allows(&self, cookie: &Cookie, context: SiteContext, now: i64) -> bool {
        match (cookie.same_site(), context) {
            (_, SiteContext::SameSite) | (Some(SameSite::None), _) => true,
            (None | Some(SameSite::Lax), SiteContext::CrossSiteNavigation) => true,
            (None, SiteContext::CrossSiteUnsafeNavigation) => self.lax_allowing_unsafe.is_some_and(|age| {
                let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
                now.saturating_sub(cookie.created()) < age
            }),
            _ => false,
        }
    }
}
