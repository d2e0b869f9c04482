//! CPython's decisions, in its order: version, verifiability, name, path, domain, port.

use std::borrow::Cow;

use super::PythonCookiePolicy;
use super::hosts::{domain_match, effective_host, is_ipv4, is_third_party, request_path, request_port};
use crate::cookie::Cookie;
use crate::path::path_match;
use crate::policy::reason::{Reject, Withhold};
use crate::request::RequestView;

/// Second-level labels under which countries register names.
const COUNTRY_LABELS: [&str; 21] = [
    "co", "ac", "com", "edu", "org", "net", "gov", "mil", "int", "aero", "biz", "cat", "coop", "info",
    "jobs", "mobi", "museum", "name", "pro", "travel", "eu",
];

/// The domain with its dot, as CPython stores it.
fn dotted(cookie: &Cookie) -> Cow<'_, str> {
    if cookie.host_only() { Cow::Borrowed(cookie.domain()) } else { Cow::Owned(cookie.dotted_domain()) }
}

impl PythonCookiePolicy {
    pub(super) fn may_store(&self, cookie: &Cookie, request: &RequestView<'_>) -> Result<(), Reject> {
        match cookie.version() {
            None => return Err(Reject::InvalidVersion),
            Some(0) if !self.netscape => return Err(Reject::NetscapeOff),
            Some(version) if version > 0 && !self.rfc2965 => return Err(Reject::Rfc2965Off),
            Some(_) => {}
        }
        let netscape = cookie.version() == Some(0);
        if self.is_unverifiable(netscape, request) {
            return Err(Reject::Unverifiable);
        }
        if netscape && self.strict_ns_set_initial_dollar && cookie.name().starts_with(b"$") {
            return Err(Reject::InitialDollar);
        }
        let path_counts = cookie.path_specified() && (!netscape || self.strict_ns_set_path);
        if path_counts && !path_match(&request_path(request), cookie.path()) {
            return Err(Reject::PathMismatch);
        }
        self.domain_may_store(cookie, netscape, request)?;
        if cookie.port_specified() {
            let port = request_port(request);
            let listed = cookie.port().unwrap_or_default().split(',');
            check_ports(listed, &port)?;
        }
        Ok(())
    }

    fn is_unverifiable(&self, netscape: bool, request: &RequestView<'_>) -> bool {
        let strict = if netscape { self.strict_ns_unverifiable } else { self.strict_rfc2965_unverifiable };
        strict && request.unverifiable() && is_third_party(request)
    }

    fn domain_may_store(
        &self,
        cookie: &Cookie,
        netscape: bool,
        request: &RequestView<'_>,
    ) -> Result<(), Reject> {
        let domain = dotted(cookie);
        if self.is_blocked(&domain) {
            return Err(Reject::Blocked);
        }
        if self.is_not_allowed(&domain) {
            return Err(Reject::NotAllowed);
        }
        if !cookie.domain_specified() {
            return Ok(());
        }
        let effective = effective_host(request);
        let bare = domain.strip_prefix('.').unwrap_or(&domain);
        if self.strict_domain && is_country_domain(&domain) {
            return Err(Reject::CountryDomain);
        }
        if !bare.contains('.') && !effective.ends_with(".local") {
            return Err(Reject::NoEmbeddedDot);
        }
        if netscape && !netscape_suffix(&effective, &domain, bare) {
            return Err(Reject::DomainMismatch);
        }
        let strictness = self.strict_ns_domain;
        if (!netscape || strictness.rfc2965_match) && !domain_match(&effective, &domain) {
            return Err(Reject::DomainMismatch);
        }
        if !netscape || strictness.strict_no_dots {
            let front = request.host().len().saturating_sub(domain.len());
            let front = request.host().get(..front).unwrap_or_default();
            if front.contains('.') && !is_ipv4(request.host()) {
                return Err(Reject::HostPrefixHasDot);
            }
        }
        Ok(())
    }

    pub(super) fn may_send(
        &self,
        cookie: &Cookie,
        request: &RequestView<'_>,
        now: i64,
    ) -> Result<(), Withhold> {
        let domain = dotted(cookie);
        let effective = effective_host(request);
        if !ends_at_label(request.host(), &domain) && !ends_at_label(&effective, &domain) {
            return Err(Withhold::Domain);
        }
        if self.is_blocked(&domain) {
            return Err(Withhold::Blocked);
        }
        if self.is_not_allowed(&domain) {
            return Err(Withhold::NotAllowed);
        }
        if !path_match(&request_path(request), cookie.path()) {
            return Err(Withhold::Path);
        }
        let netscape = match cookie.version() {
            Some(0) if self.netscape => true,
            Some(version) if version > 0 && self.rfc2965 => false,
            _ => return Err(Withhold::Version),
        };
        if self.is_unverifiable(netscape, request) {
            return Err(Withhold::Unverifiable);
        }
        if cookie.secure() && !self.secure_protocols.iter().any(|scheme| **scheme == *request.scheme()) {
            return Err(Withhold::Insecure);
        }
        if cookie.http_only() && request.by_script() {
            return Err(Withhold::HttpOnly);
        }
        if cookie.is_expired_at(now) {
            return Err(Withhold::Expired);
        }
        let ports = cookie.port().filter(|ports| !ports.is_empty());
        if ports.is_some_and(|ports| !ports.split(',').any(|port| port == request_port(request))) {
            return Err(Withhold::Port);
        }
        let strict = netscape && self.strict_ns_domain.strict_non_domain && !cookie.domain_specified();
        if strict && *domain != *effective {
            return Err(Withhold::HostOnly);
        }
        let fits =
            if netscape { ends_at_label(&effective, &domain) } else { domain_match(&effective, &domain) };
        if fits { Ok(()) } else { Err(Withhold::Domain) }
    }
}

/// Something like `.co.uk`.
fn is_country_domain(domain: &str) -> bool {
    let Some((second, top)) = domain.strip_prefix('.').and_then(|bare| bare.split_once('.')) else {
        return false;
    };
    top.len() == 2 && !top.contains('.') && COUNTRY_LABELS.contains(&second.to_ascii_lowercase().as_str())
}

/// Whether the effective host ends with the domain, in one of the three ways in which CPython looks.
fn netscape_suffix(effective: &str, domain: &str, bare: &str) -> bool {
    effective.ends_with(domain)
        || effective.strip_suffix(".local").is_some_and(|head| head.ends_with(bare))
        || ends_at_label(effective, domain)
}

/// Whether the host, with a dot in front, ends with the domain, with a dot in front.
fn ends_at_label(host: &str, domain: &str) -> bool {
    let bare = domain.strip_prefix('.').unwrap_or(domain);
    match host.strip_suffix(bare) {
        Some(head) => head.is_empty() || head.ends_with('.'),
        None => false,
    }
}

/// Every port up to the one that fits must be a number.
fn check_ports<'p>(listed: impl Iterator<Item = &'p str>, port: &str) -> Result<(), Reject> {
    for candidate in listed {
        if !super::words::is_python_integer(candidate.as_bytes()) {
            return Err(Reject::PortMismatch);
        }
        if candidate == port {
            return Ok(());
        }
    }
    Err(Reject::PortMismatch)
}

#[cfg(test)]
mod tests;
