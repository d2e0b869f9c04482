//! The storage model of RFC 6265bis section 5.7, from the step on where the cookie's scope is known.

use http_client::client::SiteContext;
use http_cookies::SameSite;

use super::{DefaultCookiePolicy, prefix};
use crate::cookie::Cookie;
use crate::host::domain_match;
use crate::path::path_match_bytes;
use crate::policy::StoreView;
use crate::policy::reason::Reject;
use crate::request::RequestView;

impl DefaultCookiePolicy {
    pub(super) fn may_store(
        &self,
        cookie: &Cookie,
        request: &RequestView<'_>,
        jar: StoreView<'_>,
    ) -> Result<(), Reject> {
        self.lists_allow(cookie, request)?;
        self.scope_is_own(cookie, request)?;
        if cookie.http_only() && request.by_script() {
            return Err(Reject::HttpOnlyFromScript);
        }
        if self.is_bis() {
            self.bis_allows(cookie, request, jar)?;
        }
        let hidden = request.by_script() && jar.existing(cookie).is_some_and(Cookie::http_only);
        if hidden { Err(Reject::HttpOnlyFromScript) } else { Ok(()) }
    }

    fn lists_allow(&self, cookie: &Cookie, request: &RequestView<'_>) -> Result<(), Reject> {
        if self.is_blocked(request.host()) || self.is_blocked(cookie.domain()) {
            return Err(Reject::Blocked);
        }
        if self.is_not_allowed(request.host()) {
            return Err(Reject::NotAllowed);
        }
        if self.blocks_third_party(request) {
            return Err(Reject::Unverifiable);
        }
        Ok(())
    }

    /// The domain rules once more, for cookies that were made by hand.
    fn scope_is_own(&self, cookie: &Cookie, request: &RequestView<'_>) -> Result<(), Reject> {
        if cookie.host_only() {
            let own = cookie.domain() == request.host();
            return if own { Ok(()) } else { Err(Reject::DomainMismatch) };
        }
        if !domain_match(request.host(), cookie.domain()) {
            return Err(Reject::DomainMismatch);
        }
        if self.suffixes.is_public_suffix(cookie.domain()) {
            return Err(Reject::PublicSuffix);
        }
        Ok(())
    }

    fn bis_allows(
        &self,
        cookie: &Cookie,
        request: &RequestView<'_>,
        jar: StoreView<'_>,
    ) -> Result<(), Reject> {
        let secure_origin = self.is_secure(request);
        if cookie.secure() && !secure_origin {
            return Err(Reject::InsecureOrigin);
        }
        if !cookie.secure() && !secure_origin && overrides_secure(cookie, jar) {
            return Err(Reject::LeaveSecureAlone);
        }
        // What is not known is taken for the strictest.
        let cross_site = !matches!(
            request.site_context(),
            SiteContext::SameSite | SiteContext::CrossSiteNavigation | SiteContext::CrossSiteUnsafeNavigation
        );
        if cross_site && cookie.same_site() != Some(SameSite::None) {
            return Err(Reject::CrossSite);
        }
        if cookie.same_site() == Some(SameSite::None) && !cookie.secure() {
            return Err(Reject::SameSiteNoneInsecure);
        }
        prefix::check(cookie, request)?;
        if cookie.partition().is_some() && !cookie.secure() {
            return Err(Reject::PartitionedInsecure);
        }
        Ok(())
    }
}

/// Step 15, "leave secure cookies alone": same name, domains that match either way, and a path at or below its path.
fn overrides_secure(cookie: &Cookie, jar: StoreView<'_>) -> bool {
    jar.any_related_secure(cookie.domain(), |stored| {
        stored.name() == cookie.name() && path_match_bytes(cookie.path_bytes(), stored.path_bytes())
    })
}
