//! The jar against a second, slow and obvious implementation of its rules; files as identities; and floods.

use http_cookiejar::{
    Cookie, CookieJar, DefaultCookiePolicy, FileCookieJar, FileFormat, JsonFormat, Limits, LoadOptions,
    LwpFormat, MozillaFormat, PublicSuffixes, RequestInfo, SameSite, SaveOptions, SiteContext,
};
use http_cookies::{SetCookie, parse_set_cookie};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tempfile::tempdir;

const NOW: i64 = 1_786_000_000;

/// Everything of a request that the rules ask for.
#[derive(Clone, Debug)]
struct Place {
    scheme: &'static str,
    host: &'static str,
    path: &'static str,
    context: SiteContext,
    top: Option<&'static str>,
    script: bool,
}

impl Place {
    fn request(&self) -> RequestInfo {
        let request = RequestInfo::new(self.scheme, self.host, None, self.path);
        let request = request.with_site_context(self.context).with_script(self.script);
        match self.top {
            Some(top) => request.with_partition(top),
            None => request,
        }
    }

    fn is_secure(&self) -> bool {
        self.scheme == "https" || ["localhost", "[::1]"].contains(&self.host)
    }

    fn top(&self) -> String {
        let labels: Vec<&str> = self.host.split('.').collect();
        let site = if is_ip(self.host) {
            self.host.to_owned()
        } else {
            labels[labels.len().saturating_sub(2)..].join(".")
        };
        self.top.map_or_else(|| format!("{}://{site}", self.scheme), str::to_owned)
    }
}

fn is_ip(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// What the slow jar keeps.
#[derive(Clone, Debug)]
struct Kept {
    name: Vec<u8>,
    value: Vec<u8>,
    domain: String,
    host_only: bool,
    path: String,
    secure: bool,
    http_only: bool,
    same_site: Option<SameSite>,
    partition: Option<String>,
    end: Option<i64>,
}

/// All cookies in one list, in order of creation; every rule is a look at the whole list.
#[derive(Debug, Default)]
struct Slow(Vec<Kept>);

fn under(host: &str, domain: &str) -> bool {
    host == domain || (!is_ip(host) && host.ends_with(&format!(".{domain}")))
}

fn path_under(path: &str, cookie_path: &str) -> bool {
    path == cookie_path
        || path.starts_with(&format!("{}/", cookie_path.trim_end_matches('/'))) && {
            // A path that ends in a slash covers what begins with it; others need the slash behind them.
            cookie_path.ends_with('/') || path.as_bytes()[cookie_path.len()] == b'/'
        }
}

fn lower_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).to_ascii_lowercase()
}

fn directory_of(path: &str) -> &str {
    path.rsplit_once('/')
        .map(|(directory, _)| directory)
        .filter(|directory| !directory.is_empty())
        .unwrap_or("/")
}

fn imitates_prefix(value: &[u8]) -> bool {
    ["__secure-", "__host-", "__http-"].iter().any(|prefix| lower_text(value).starts_with(prefix))
}

/// What names with a prefix promise.
fn prefix_allows(parsed: &SetCookie<'_>, host_only: bool, script: bool) -> bool {
    let name = lower_text(parsed.name);
    let rooted = host_only && parsed.path == Some(&b"/"[..]);
    if name.starts_with("__host-") && !(parsed.secure && rooted) {
        return false;
    }
    if name.starts_with("__http-") || name.starts_with("__host-http-") {
        return parsed.secure && parsed.http_only && !script;
    }
    parsed.secure || !name.starts_with("__secure-")
}

impl Slow {
    fn live(&mut self, now: i64) {
        self.0.retain(|cookie| cookie.end.is_none_or(|end| end > now));
    }

    /// The rules of rfc6265bis section 5.7 in the order of the text; `None` as soon as one says no.
    fn store(&mut self, place: &Place, line: &str, now: i64) -> Option<()> {
        self.live(now);
        let parsed = parse_set_cookie(line.as_bytes()).ok()?;
        if parsed.name.is_empty() && imitates_prefix(parsed.value) {
            return None;
        }
        let mut domain = parsed.domain.map(lower_text).unwrap_or_default();
        if !domain.is_empty() && !domain.contains('.') && !is_ip(&domain) {
            if domain != place.host {
                return None;
            }
            domain.clear();
        }
        let host_only = domain.is_empty();
        if host_only {
            place.host.clone_into(&mut domain);
        } else if !under(place.host, &domain) {
            return None;
        }
        let default = directory_of(place.path);
        let path = parsed.path.map_or(default.to_owned(), |path| String::from_utf8(path.to_vec()).unwrap());
        let end = match (parsed.max_age, parsed.expires) {
            (Some(age), _) => Some(if age <= 0 { i64::MIN } else { now.saturating_add(age) }),
            (None, end) => end,
        };
        let end = end.map(|end| end.min(now + 400 * 86_400));
        if parsed.http_only && place.script || parsed.secure && !place.is_secure() {
            return None;
        }
        let hides = |kept: &Kept| {
            kept.secure
                && kept.name == parsed.name
                && (under(&kept.domain, &domain) || under(&domain, &kept.domain))
                && path_under(&path, &kept.path)
        };
        if !parsed.secure && !place.is_secure() && self.0.iter().any(hides) {
            return None;
        }
        let none = parsed.same_site == Some(SameSite::None);
        if place.context == SiteContext::CrossSite && !none || none && !parsed.secure {
            return None;
        }
        if !prefix_allows(&parsed, host_only, place.script) {
            return None;
        }
        if parsed.partitioned && !parsed.secure {
            return None;
        }
        let kept = Kept {
            name: parsed.name.to_vec(),
            value: parsed.value.to_vec(),
            domain,
            host_only,
            path,
            secure: parsed.secure,
            http_only: parsed.http_only,
            same_site: parsed.same_site,
            partition: parsed.partitioned.then(|| place.top()),
            end,
        };
        let same = |other: &Kept| {
            (&other.name, &other.domain, other.host_only, &other.path, &other.partition)
                == (&kept.name, &kept.domain, kept.host_only, &kept.path, &kept.partition)
        };
        match self.0.iter_mut().find(|other| same(other)) {
            Some(old) if place.script && old.http_only => return None,
            Some(old) => *old = kept,
            None => self.0.push(kept),
        }
        self.live(now);
        Some(())
    }

    fn header(&mut self, place: &Place, now: i64) -> Vec<u8> {
        self.live(now);
        let goes = |kept: &&Kept| {
            let site = match place.context {
                SiteContext::SameSite => true,
                SiteContext::CrossSiteNavigation => kept.same_site != Some(SameSite::Strict),
                _ => kept.same_site == Some(SameSite::None),
            };
            (if kept.host_only { place.host == kept.domain } else { under(place.host, &kept.domain) })
                && path_under(place.path, &kept.path)
                && (!kept.secure || place.is_secure())
                && !(kept.http_only && place.script)
                && kept.partition.as_ref().is_none_or(|top| *top == place.top())
                && site
        };
        let mut sent: Vec<&Kept> = self.0.iter().filter(goes).collect();
        sent.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        let pairs = sent.iter().map(|kept| {
            let equals: &[u8] = if kept.name.is_empty() { b"" } else { b"=" };
            [&kept.name, equals, &kept.value].concat()
        });
        pairs.collect::<Vec<_>>().join(&b"; "[..])
    }
}

fn place() -> impl Strategy<Value = Place> {
    let hosts = [
        "example.org",
        "www.example.org",
        "a.www.example.org",
        "evilexample.org",
        "other.test",
        "localhost",
        "1.2.3.4",
        "[::1]",
    ];
    let contexts = [
        SiteContext::SameSite,
        SiteContext::SameSite,
        SiteContext::CrossSiteNavigation,
        SiteContext::CrossSiteUnsafeNavigation,
        SiteContext::CrossSite,
    ];
    let tops = [None, None, Some("https://top.test"), Some("https://example.org")];
    (
        select(vec!["http", "https"]),
        select(hosts.to_vec()),
        select(vec!["/", "/a", "/a/", "/a/b", "/ab"]),
        select(contexts.to_vec()),
        select(tops.to_vec()),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(scheme, host, path, context, top, script)| Place {
            scheme,
            host,
            path,
            context,
            top,
            script,
        })
}

fn line() -> impl Strategy<Value = String> {
    let names = [
        "a=1",
        "a=2",
        "b=",
        "=c",
        "d",
        "__Secure-x=1",
        "__HOST-x=1",
        "__Http-y=2",
        "__Host-http-z=1",
        "=__host-q",
    ];
    let attributes = [
        "Secure",
        "Secure",
        "HttpOnly",
        "Partitioned",
        "Path=/",
        "Path=/a",
        "Path=/a/",
        "Path=/a/b",
        "Path=x",
        "Path",
        "Domain=example.org",
        "Domain=.WWW.example.org",
        "Domain=org",
        "Domain=localhost",
        "Domain=3.4",
        "Domain=1.2.3.4",
        "Domain=",
        "Domain=test",
        "Domain=a.www.example.org",
        "SameSite=Lax",
        "SameSite=Strict",
        "SameSite=None",
        "SameSite=Odd",
        "Max-Age=5",
        "Max-Age=0",
        "Max-Age=99999999999",
        "Expires=Thu, 01 Jan 2099 00:00:00 GMT",
        "Expires=Thu, 01 Jan 1999 00:00:00 GMT",
    ];
    (select(names.to_vec()), vec(select(attributes.to_vec()), 0..5))
        .prop_map(|(name, attributes)| std::iter::once(name).chain(attributes).collect::<Vec<_>>().join("; "))
}

#[derive(Clone, Debug)]
enum Step {
    Set(Place, Vec<String>),
    Send(Place),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (place(), vec(line(), 1..4)).prop_map(|(place, lines)| Step::Set(place, lines)),
        4 => place().prop_map(Step::Send),
        1 => (0..8_i64).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_jar_sends_what_the_slow_and_obvious_one_sends(steps in vec(step(), 1..40)) {
        let policy = DefaultCookiePolicy::new().with_suffixes(PublicSuffixes::TldOnly);
        let mut jar = CookieJar::with_policy(policy);
        let mut slow = Slow::default();
        let mut now = NOW;
        for step in steps {
            match step {
                Step::Wait(seconds) => now += seconds,
                Step::Set(place, lines) => {
                    let response: Vec<_> = lines.iter().map(|line| ("Set-Cookie", line)).collect();
                    jar.extract_cookies_at(&response, &place.request(), now);
                    for line in &lines {
                        let _ = slow.store(&place, line, now);
                    }
                }
                Step::Send(place) => {
                    let ours = jar.cookie_header_at(&place.request(), now).unwrap_or_default();
                    let theirs = slow.header(&place, now);
                    prop_assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs));
                    let explained = jar.explain_at(&place.request(), now);
                    let sent = explained.iter().filter(|explained| explained.verdict.is_ok()).count();
                    let pairs = if ours.is_empty() { 0 } else { ours.split(|byte| *byte == b';').count() };
                    prop_assert_eq!(sent, pairs);
                }
            }
        }
    }
}

/// Any cookie that a format may be asked to hold.
fn any_cookie(text: &'static str) -> impl Strategy<Value = Cookie> {
    let domains = ["example.org", ".example.org", "a.b.example.org", "127.0.0.1", "[::1]", "localhost"];
    let ends = prop_oneof![Just(None), (1..253_000_000_000_i64).prop_map(Some)];
    let same_site = select(vec![None, Some(SameSite::Lax), Some(SameSite::Strict), Some(SameSite::None)]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (
        "[a-zA-Z0-9_.$&'()*+-]{1,12}",
        text,
        select(domains.to_vec()),
        "(/[a-z0-9%;,= ]{0,4}){1,3}",
        ends,
        same_site,
        flags,
    )
        .prop_map(|(name, value, domain, path, end, same_site, (secure, http_only, path_given))| {
            let builder = Cookie::builder(name, value).domain(domain).path(&path).secure(secure);
            let builder = builder.http_only(http_only).path_given(path_given).same_site(same_site);
            builder.expires(end).created(NOW).build().unwrap()
        })
}

/// Saves and loads; what the format does not promise to hold is taken out by `project` first.
fn round_trip<F: FileFormat + Copy>(
    format: F,
    cookies: Vec<Cookie>,
    project: impl Fn(&Cookie) -> Cookie,
) -> Result<(), TestCaseError> {
    let folder = tempdir().unwrap();
    let path = folder.path().join("cookies");
    let limits = Limits::unlimited();
    let fresh = || {
        let mut jar = FileCookieJar::with_format(format);
        jar.set_policy(DefaultCookiePolicy::new().with_limits(limits));
        jar
    };
    let mut jar = fresh();
    jar.extend(cookies);
    let saving = SaveOptions::new().ignore_discard(true).ignore_expires(true).durable(false).now(NOW);
    let saved = jar.save(Some(&path), saving).unwrap();
    prop_assert_eq!(saved.unwritable, vec![]);
    let mut back = fresh();
    let loading = LoadOptions::new().ignore_discard(true).ignore_expires(true).strict(true).now(NOW);
    prop_assert_eq!(back.load(Some(&path), loading).unwrap().cookies, jar.len());
    let mut expected = CookieJar::with_policy(DefaultCookiePolicy::new().with_limits(limits));
    expected.extend(jar.iter().map(project));
    prop_assert!(
        *back == expected,
        "{:?} {:?}",
        back.iter().collect::<Vec<_>>(),
        expected.iter().collect::<Vec<_>>()
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_files_hold_everything(cookies in vec(any_cookie("[^;\\pC]{0,20}"), 0..20)) {
        round_trip(JsonFormat, cookies, Cookie::clone)?;
    }

    #[test]
    fn lwp_files_hold_everything(cookies in vec(any_cookie("[^;\\pC]{0,20}"), 0..20)) {
        round_trip(LwpFormat, cookies, Cookie::clone)?;
    }

    #[test]
    fn netscape_files_hold_all_that_they_have_fields_for(cookies in vec(any_cookie("[^;\\pC]{0,20}"), 0..20)) {
        round_trip(MozillaFormat::default(), cookies, |cookie| {
            let builder = Cookie::builder(cookie.name(), cookie.value()).domain(&cookie.dotted_domain());
            let builder = builder.path(cookie.path()).secure(cookie.secure()).http_only(cookie.http_only());
            builder.expires(cookie.expires()).build().unwrap()
        })?;
    }
}

/// A million fields from hosts, names and domains without end: the jar stays within its bounds.
#[test]
fn a_million_hostile_fields_keep_the_jar_within_its_bounds() {
    let mut jar = CookieJar::new();
    // The fields of a response are made once: what counts is what the jar does with them.
    let fields: Vec<_> =
        (0..100).map(|number| ("Set-Cookie", format!("n{number}=v; Path=/{number}; Max-Age=9"))).collect();
    let many: Vec<_> = (0..1000).map(|number| ("Set-Cookie", format!("m{number}=v; Max-Age=9"))).collect();
    let mut sent = 0;
    for round in 0.. {
        let (host, fields) = match round % 10 {
            0 => (format!("{}evil{round}.example", "a.".repeat(60)), &fields),
            1 | 2 => (format!("h{round}.evil.example"), &fields),
            _ => ("evil.example".to_owned(), &many),
        };
        jar.extract_cookies_at(fields, &RequestInfo::new("http", &host, None, "/"), NOW + round / 1000);
        assert!(jar.len() <= 3000);
        sent += fields.len();
        if sent > 1_000_000 {
            break;
        }
    }
    assert!(jar.len() > 2000, "{}", jar.len());
    assert!(jar.memory_bytes() < 4 << 20, "{} bytes", jar.memory_bytes());
    assert!(jar.iter().filter(|cookie| cookie.domain() == "evil.example").count() <= 180);
}
