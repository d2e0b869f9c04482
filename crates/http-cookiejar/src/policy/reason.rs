//! Why a cookie was not stored, and why one was not sent: a name for programs and a sentence for people.

use http_cookies::SetCookieError;
use thiserror::Error;

/// Why a cookie from a response was not stored, or did not delete what it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[doc(alias = "set_ok_version")]
#[doc(alias = "set_ok_verifiability")]
#[doc(alias = "set_ok_name")]
#[doc(alias = "set_ok_path")]
#[doc(alias = "set_ok_domain")]
#[doc(alias = "set_ok_port")]
pub enum Reject {
    /// The field is no cookie (RFC 6265bis section 5.6).
    #[error("the field is no cookie: {0}")]
    Syntax(#[source] SetCookieError),
    /// There is no name, and the rules in force want one (RFC 6265 section 5.2).
    #[error("the cookie has no name")]
    Nameless,
    /// A cookie without a name whose value looks like a prefixed name (RFC 6265bis section 5.7 step 3).
    #[error("a nameless cookie imitates a name with a security prefix")]
    NamelessPrefix,
    /// More `Set-Cookie` fields in one response than the limit allows.
    #[error("the response has more set-cookie fields than are read")]
    TooManyFields,
    /// The texts are too long to be kept.
    #[error("the cookie is too long")]
    TooLong,
    /// The request's host is no host.
    #[error("the request's host is not a host name or address")]
    BadHost,
    /// `Domain` has characters outside ASCII, or is no host name.
    #[error("the domain attribute is not a host name in ascii")]
    BadDomain,
    /// `Domain` is a public suffix.
    #[error("the domain attribute is a public suffix, so the cookie would go to unrelated sites")]
    PublicSuffix,
    /// `Domain` is not the request's host and not above it.
    #[error("the domain attribute does not cover the host that sent the cookie")]
    DomainMismatch,
    /// `Path` has characters outside ASCII.
    #[error("the path attribute is not ascii")]
    BadPath,
    /// `Secure` from an origin that is not secure.
    #[error("a secure cookie came over an insecure connection")]
    InsecureOrigin,
    /// `HttpOnly` set by a script, or a script overwrites such a cookie.
    #[error("a script cannot set or replace an http-only cookie")]
    HttpOnlyFromScript,
    /// An insecure origin would hide or replace a `Secure` cookie (RFC 6265bis section 5.7 step 15).
    #[error("an insecure connection cannot override a secure cookie")]
    LeaveSecureAlone,
    /// A `SameSite` cookie in the answer to a cross-site request.
    #[error("a same-site cookie came in the answer to a cross-site request")]
    CrossSite,
    /// `SameSite=None` without `Secure`.
    #[error("samesite=none needs secure")]
    SameSiteNoneInsecure,
    /// A `__Secure-` name without `Secure`.
    #[error("a __Secure- cookie needs secure")]
    SecurePrefix,
    /// A `__Host-` name without `Secure` and `Path=/`, or with a `Domain`.
    #[error("a __Host- cookie needs secure, path=/ and no domain")]
    HostPrefix,
    /// A `__Http-` or `__Host-Http-` name without `Secure` and `HttpOnly`.
    #[error("an __Http- or __Host-Http- cookie needs secure and httponly and must come over http")]
    HttpPrefix,
    /// `Partitioned` without `Secure`.
    #[error("a partitioned cookie needs secure")]
    PartitionedInsecure,
    /// The cookie would have expired at once and there is nothing that it could delete.
    #[error("the cookie has expired already")]
    AlreadyExpired,
    /// The host is on the list of blocked domains.
    #[error("the domain is blocked")]
    Blocked,
    /// There is a list of allowed domains, and the host is not on it.
    #[error("the domain is not among the allowed ones")]
    NotAllowed,
    /// The request is for a third party and the user had no choice about it.
    #[error("the request is unverifiable and for a third party")]
    Unverifiable,
    /// The version is no number (Python's rules).
    #[error("the cookie's version cannot be read")]
    InvalidVersion,
    /// RFC 2965 cookies are switched off.
    #[error("rfc 2965 cookies are switched off")]
    Rfc2965Off,
    /// Netscape cookies are switched off.
    #[error("netscape cookies are switched off")]
    NetscapeOff,
    /// A Netscape name that begins with `$` (Python's rules).
    #[error("a netscape cookie's name begins with '$'")]
    InitialDollar,
    /// The path does not cover the request (Python's rules).
    #[error("the path attribute does not cover the request")]
    PathMismatch,
    /// `Domain` is something like `.co.uk` (Python's rules).
    #[error("the domain is a country-code second-level domain")]
    CountryDomain,
    /// `Domain` has no dot within (Python's rules).
    #[error("the domain is not local and has no dot within")]
    NoEmbeddedDot,
    /// The part of the host in front of the domain has a dot (RFC 2965 section 3.3.2).
    #[error("the host has more than one label in front of the domain")]
    HostPrefixHasDot,
    /// `Port` is no list of numbers, or the request's port is not on it (RFC 2965 section 3.3.2).
    #[error("the request's port is not among the cookie's ports")]
    PortMismatch,
    /// `Domain`, `Path` or `Version` without a value (Python's rules).
    #[error("the domain, path or version attribute has no value")]
    AttributeWithoutValue,
    /// `Max-Age` that is no number (Python's rules).
    #[error("max-age is not a number")]
    BadMaxAge,
    /// The same cookie came in a `Set-Cookie2` field too, which counts for more (Python's rules).
    #[error("the same cookie came in a set-cookie2 field")]
    SupersededBySetCookie2,
    /// A rule of a policy that is not of this crate.
    #[error("{0}")]
    Other(&'static str),
}

/// Why a stored cookie does not go along with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[doc(alias = "return_ok_version")]
#[doc(alias = "return_ok_verifiability")]
#[doc(alias = "return_ok_secure")]
#[doc(alias = "return_ok_expires")]
#[doc(alias = "return_ok_port")]
#[doc(alias = "return_ok_domain")]
pub enum Withhold {
    /// The request's host is no host.
    #[error("the request's host is not a host name or address")]
    BadHost,
    /// The cookie belongs to another domain.
    #[error("the cookie belongs to another domain")]
    Domain,
    /// The cookie belongs to the parent host alone.
    #[error("the cookie belongs to exactly one host, and this is another")]
    HostOnly,
    /// The cookie belongs to a public suffix, so that it would go to unrelated sites (RFC 6265bis section 5.8.3). No
    /// response can set such a cookie; a file may hold one.
    #[error("the cookie's domain is a public suffix, so it would go to unrelated sites")]
    PublicSuffix,
    /// The cookie's path does not cover the request.
    #[error("the cookie's path does not cover the request")]
    Path,
    /// The cookie's end has come.
    #[error("the cookie has expired")]
    Expired,
    /// The cookie is `Secure` and the connection is not.
    #[error("the cookie is secure and the connection is not")]
    Insecure,
    /// The cookie is `HttpOnly` and a script asks.
    #[error("the cookie is hidden from scripts")]
    HttpOnly,
    /// `SameSite` keeps the cookie from this cross-site request.
    #[error("samesite keeps the cookie from cross-site requests like this")]
    SameSite,
    /// The cookie belongs to another top-level site.
    #[error("the cookie is partitioned and belongs to another top-level site")]
    Partition,
    /// The host is on the list of blocked domains.
    #[error("the domain is blocked")]
    Blocked,
    /// There is a list of allowed domains, and the host is not on it.
    #[error("the domain is not among the allowed ones")]
    NotAllowed,
    /// The request is for a third party and the user had no choice about it.
    #[error("the request is unverifiable and for a third party")]
    Unverifiable,
    /// The cookie's version is switched off (Python's rules).
    #[error("cookies of this version are switched off")]
    Version,
    /// The request's port is not among the cookie's (RFC 2965 section 3.3.4).
    #[error("the request's port is not among the cookie's ports")]
    Port,
    /// The field would become longer than the limits allow.
    #[error("the cookie field is full")]
    HeaderFull,
    /// The request has a `Cookie` field already, which is left alone.
    #[error("the request has a cookie field already")]
    HeaderPresent,
    /// A rule of a policy that is not of this crate.
    #[error("{0}")]
    Other(&'static str),
}

#[cfg(test)]
mod tests;
