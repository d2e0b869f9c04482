//! What the suffix rules promise.

use std::sync::Arc;

use super::{PublicSuffixes, SuffixList};

const LIST: &str =
    "// a comment\n\ncom\nuk\nco.uk  and words after a blank\n*.ck\n!www.ck\n公司.cn\n*.compute.example\n";

#[track_caller]
fn check(suffixes: &PublicSuffixes, domain: &str, public: bool, registrable: &str) {
    assert_eq!(suffixes.is_public_suffix(domain), public, "{domain}");
    assert_eq!(suffixes.registrable_domain(domain), registrable, "{domain}");
}

#[test]
fn a_list_has_exact_wildcard_and_exception_rules() {
    let list = PublicSuffixes::List(Arc::new(SuffixList::parse(LIST)));
    check(&list, "com", true, "com");
    check(&list, "a.com", false, "a.com");
    check(&list, "b.a.com", false, "a.com");
    check(&list, "co.uk", true, "co.uk");
    check(&list, "x.co.uk", false, "x.co.uk");
    check(&list, "any.ck", true, "any.ck");
    check(&list, "www.ck", false, "www.ck");
    check(&list, "a.b.ck", false, "a.b.ck");
    check(&list, "xn--55qx5d.cn", true, "xn--55qx5d.cn");
    check(&list, "unknown", true, "unknown");
    check(&list, "a.unknown", false, "a.unknown");
    check(&list, "1.2.3.4", false, "1.2.3.4");
    check(&list, "z.compute.example", true, "z.compute.example");
}

#[test]
fn without_a_list_a_single_label_is_public() {
    check(&PublicSuffixes::TldOnly, "com", true, "com");
    check(&PublicSuffixes::TldOnly, "co.uk", false, "co.uk");
    check(&PublicSuffixes::TldOnly, "a.b.co.uk", false, "co.uk");
    check(&PublicSuffixes::None, "com", false, "com");
}

#[cfg(feature = "psl")]
#[test]
fn the_built_in_list_knows_more() {
    check(&PublicSuffixes::BuiltIn, "co.uk", true, "co.uk");
    check(&PublicSuffixes::BuiltIn, "a.b.co.uk", false, "b.co.uk");
    check(&PublicSuffixes::BuiltIn, "web-platform.test", false, "web-platform.test");
    check(&PublicSuffixes::BuiltIn, "test", true, "test");
    check(&PublicSuffixes::BuiltIn, "127.0.0.1", false, "127.0.0.1");
}
