//! The http-state suite and the browsers' cookie tests, put to the jar.

use http_cookiejar::{CookieJar, DefaultCookiePolicy, PublicSuffixes, RequestInfo, Rules, SiteContext};
use serde_json::Value;
use support::suites;

/// Cases whose answer is not the suite's, by file; empty, and it must stay true both ways.
const HTTP_STATE_DIVERGENCES: [&str; 0] = [];
const WPT_DIVERGENCES: [&str; 0] = [];

/// The layered draft refuses a cookie with `Domain=.`; rfc6265bis section 5.6.3 takes the dot off, and section 5.7 step 9 takes
/// the empty domain that is left for none. We follow rfc6265bis.
const LAYERED_DIVERGENCES: [&str; 1] = ["No cookie returned for domain with single dot ('.') value."];

fn jar(rules: Rules) -> CookieJar {
    let policy = DefaultCookiePolicy::new().with_rules(rules).with_suffixes(PublicSuffixes::TldOnly);
    CookieJar::with_policy(policy)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))
}

fn request(url: &str) -> RequestInfo {
    RequestInfo::from_url(url).unwrap()
}

fn fields(values: &Value) -> Vec<(&'static str, Vec<u8>)> {
    values.as_array().unwrap().iter().map(|value| ("Set-Cookie", suites::bytes(value).unwrap())).collect()
}

fn cases(file: &Value) -> &[Value] {
    file["cases"].as_array().unwrap()
}

/// Tells which names differ from those that are listed, either way.
#[track_caller]
fn check(what: &str, total: usize, failed: &[String], listed: &[&str]) {
    println!("{what}: {} of {total}", total - failed.len());
    let unlisted: Vec<_> = failed.iter().filter(|name| !listed.contains(&name.as_str())).collect();
    let mended: Vec<_> = listed.iter().filter(|name| !failed.iter().any(|other| other == *name)).collect();
    assert!(
        unlisted.is_empty() && mended.is_empty(),
        "{what}: wrong {unlisted:#?}, listed but right {mended:#?}"
    );
}

fn http_state(rules: Rules, answer: &str, want: usize) {
    let file = suites::read("http-state.json").unwrap();
    let now = file["now"].as_i64().unwrap();
    let mut failed = Vec::new();
    let mut total = 0;
    for case in cases(&file).iter().filter(|case| text(case, "status") != "disabled") {
        total += 1;
        // Two cases that RFC 6265 itself answers otherwise than the suite does are disabled; the rest agree.
        let mut jar = jar(rules);
        jar.extract_cookies_at(&fields(&case["received"]), &request(text(case, "request_uri")), now);
        let got = jar.cookie_header_at(&request(text(case, "sent_to")), now).unwrap_or_default();
        if got != suites::bytes(&case[answer]).unwrap() {
            let got = String::from_utf8_lossy(&got).into_owned();
            println!("{}: {} gives {got:?}, wanted {}", text(case, "name"), case["received"], case[answer]);
            failed.push(text(case, "name").to_owned());
        }
    }
    assert!(total >= want, "only {total} cases");
    check(&format!("http-state, {answer}"), total, &failed, &HTTP_STATE_DIVERGENCES);
}

#[test]
fn http_state_passes_under_the_rules_of_2011() {
    http_state(Rules::Rfc6265, "expected", 212);
    http_state(Rules::Rfc6265, "rfc6265", 212);
}

#[test]
fn http_state_passes_under_rfc6265bis() {
    http_state(Rules::Rfc6265bis, "bis", 212);
}

#[test]
fn every_date_of_http_state_is_read() {
    let file = suites::read("http-state-dates.json").unwrap();
    for case in cases(&file) {
        let got = http_cookies::parse_cookie_date(&suites::bytes(&case["text"]).unwrap());
        assert_eq!(got, case["expected"].as_i64(), "{case}");
    }
    assert_eq!(cases(&file).len(), 70);
}

/// What a case of the browsers' tests is judged by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bar {
    Bis,
    Layered,
    Chips,
}

impl Bar {
    fn of(case: &Value) -> Option<Self> {
        if case["disputed"].as_bool() == Some(true) {
            return None;
        }
        match text(case, "spec") {
            "bis" => Some(Self::Bis),
            "layered" => Some(Self::Layered),
            "chips" => Some(Self::Chips),
            // The test alone, and proposals: nothing that a jar should follow yet.
            _ => None,
        }
    }
}

fn context(step: &Value) -> SiteContext {
    let navigation = step["top_level_navigation"].as_bool() == Some(true);
    match step["same_site"].as_str() {
        Some("lax") => SiteContext::CrossSiteNavigation,
        Some("none") if navigation => SiteContext::CrossSiteUnsafeNavigation,
        Some("none") => SiteContext::CrossSite,
        _ => SiteContext::SameSite,
    }
}

fn step_request(step: &Value, url: &str) -> RequestInfo {
    let request = request(url).with_site_context(context(step)).with_script(step["api"] == "dom");
    match step["partition"].as_str() {
        Some(site) => request.with_partition(site),
        None => request,
    }
}

/// Runs a case; the first answer that is not the wanted one.
fn run(case: &Value, now: i64) -> Result<(), String> {
    let mut jar = jar(Rules::Rfc6265bis);
    let compare = |jar: &mut CookieJar, request: &RequestInfo, expected: &Value| {
        let got = jar.cookie_header_at(request, now).unwrap_or_default();
        if got == suites::bytes(expected).unwrap() {
            Ok(())
        } else {
            Err(format!("{:?}, wanted {expected}", String::from_utf8_lossy(&got)))
        }
    };
    let Some(steps) = case["steps"].as_array() else {
        let set = request(text(case, "request_uri")).with_script(case["set_api"] == "dom");
        jar.extract_cookies_at(&fields(&case["received"]), &set, now);
        let get = request(text(case, "sent_to")).with_script(case["get_api"] == "dom");
        return compare(&mut jar, &get, &case["expected"]);
    };
    for step in steps {
        match step["set"].as_str() {
            Some(url) => {
                jar.extract_cookies_at(&fields(&step["headers"]), &step_request(step, url), now);
            }
            None => compare(&mut jar, &step_request(step, text(step, "get")), &step["expected"])?,
        }
    }
    Ok(())
}

fn browser_tests(bar: Bar) -> (usize, Vec<String>) {
    let file = suites::read("wpt.json").unwrap();
    let now = file["now"].as_i64().unwrap();
    let mut failed = Vec::new();
    let mut total = 0;
    for case in cases(&file).iter().filter(|case| Bar::of(case) == Some(bar)) {
        total += 1;
        if let Err(message) = run(case, now) {
            println!("{}: {message}\n    {case}", text(case, "name"));
            failed.push(text(case, "name").to_owned());
        }
    }
    (total, failed)
}

#[test]
fn the_browsers_tests_pass_under_rfc6265bis() {
    let (total, failed) = browser_tests(Bar::Bis);
    assert!(total >= 1100, "only {total} cases");
    check("wpt, bis", total, &failed, &WPT_DIVERGENCES);
}

#[test]
fn the_browsers_tests_of_partitions_pass() {
    let (total, failed) = browser_tests(Bar::Chips);
    assert!(total >= 5, "only {total} cases");
    check("wpt, chips", total, &failed, &[]);
}

#[test]
fn the_browsers_tests_of_the_layered_draft_pass_but_for_one() {
    let (total, failed) = browser_tests(Bar::Layered);
    assert!(total >= 9, "only {total} cases");
    check("wpt, layered", total, &failed, &LAYERED_DIVERGENCES);
}
