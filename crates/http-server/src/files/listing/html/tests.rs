//! The page: hostile names, links, policy.

use super::super::{Listing, ListingQuery, ListingReader};
use super::HtmlPage;
use crate::files::archive::ArchiveFormat;
use crate::files::root::{Entries, Entry};

fn page(trail: &[&str], names: &[&[u8]], query: &str) -> String {
    let entries = names
        .iter()
        .map(|name| Entry {
            name: name.to_vec(),
            is_folder: name.ends_with(b"dir"),
            is_link: false,
            size_bytes: 1500,
            modified: None,
        })
        .collect();
    let trail = trail.iter().map(|name| name.as_bytes().to_vec()).collect();
    let found = Entries { entries, more: false };
    let listing = Listing::new(trail, found, ListingQuery::parse(Some(query)));
    ListingReader::new(listing, HtmlPage::default()).into_text()
}

#[track_caller]
fn check(page: &str, part: &str) {
    assert!(page.contains(part), "{part:?} is not in {page}");
}

#[cfg(feature = "tls")]
#[test]
fn the_policy_allows_exactly_the_style_and_script_of_the_page() {
    use super::{CONTENT_SECURITY_POLICY, SCRIPT, STYLE};
    for (directive, text) in [("style-src", STYLE), ("script-src", SCRIPT)] {
        let suite = rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
        let digest = suite.tls13().unwrap().common.hash_provider.hash(text.as_bytes());
        let wanted = format!("{directive} 'sha256-{}'", base64(digest.as_ref()));
        check(CONTENT_SECURITY_POLICY, &wanted);
        check(&page(&[], &[b"a"], ""), &format!(">{text}</"));
    }
}

#[cfg(feature = "tls")]
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let number = group.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            text.push(char::from(DIGITS[(number >> (18 - 6 * place)) as usize & 63]));
        }
        text.push_str(&"=".repeat(3 - group.len()));
    }
    text
}

#[test]
fn hostile_names_stay_text_and_links_stay_in_the_folder() {
    let names: [&[u8]; 9] = [
        b"<script>alert(1)",
        b"\"><img src=x onerror=alert(1)>",
        b"' onclick='alert(1)",
        b"javascript:alert(1)",
        b"..%2f..%2fsecret",
        b"?q#fragment",
        "\u{202e}gpj.exe".as_bytes(),
        b"\r\nSet-Cookie: a=b",
        b"&amp;",
    ];
    let page = page(&["<b>", "a\"b"], &names, "");
    for never in [
        "<script>alert",
        "<img",
        "onclick='",
        "href=\"javascript:",
        "<b></bdi>",
        "\u{202e}",
        "\r",
        "href=\"?q#",
    ] {
        assert!(!page.contains(never), "{never:?} is in {page}");
    }
    check(&page, "href=\"%3Cscript%3Ealert%281%29\"");
    check(&page, "<bdi>&lt;script&gt;alert(1)</bdi>");
    check(&page, "href=\"javascript%3Aalert%281%29\"");
    check(&page, "href=\"..%252f..%252fsecret\"");
    check(&page, "href=\"%3Fq%23fragment\"");
    check(&page, "<bdi>\u{fffd}gpj.exe</bdi>");
    check(&page, "<bdi>\u{240d}\u{240a}Set-Cookie: a=b</bdi>");
    check(&page, "<bdi>&amp;amp;</bdi>");
    check(&page, "<title>/&lt;b&gt;/a&quot;b/</title>");
}

#[test]
fn names_that_are_not_utf8_have_exact_links() {
    check(&page(&[], &[b"\xff\xfe.txt"], ""), "href=\"%FF%FE.txt\"");
}

#[test]
fn a_name_that_no_request_can_ask_for_has_no_link() {
    let page = page(&[], &[b"a\\b"], "");
    check(&page, "<bdi>a\\b</bdi>");
    assert!(!page.contains("%5C"), "{page}");
}

#[test]
fn folders_have_a_slash_and_come_first_and_totals_are_told() {
    let page = page(&["sub"], &[b"a.txt", b"zdir", b"b.txt"], "");
    check(&page, "href=\"zdir/\"");
    let place = |text: &str| page.find(text).unwrap();
    assert!(
        place("href=\"../\"") < place("href=\"zdir/\"") && place("href=\"zdir/\"") < place("href=\"a.txt\"")
    );
    check(&page, "<span>1 folder, 2 files, 3.0 kB</span>");
}

#[test]
fn breadcrumbs_lead_back_step_by_step_and_the_top_has_no_parent() {
    let deep = page(&["a", "b c", "d"], &[], "");
    check(&deep, "href=\"../../../\"");
    check(&deep, "<a href=\"../../\"><bdi>a</bdi></a>");
    check(&deep, "<a href=\"../\"><bdi>b c</bdi></a>");
    check(&deep, "<b aria-current=\"page\"><bdi>d</bdi></b>");
    let top = page(&[], &[b"x"], "");
    assert!(!top.contains("href=\"../"), "{top}");
}

#[test]
fn columns_sort_by_link_say_their_state_and_keep_the_filter() {
    let sorted = page(&[], &[b"x&y"], "sort=size&order=desc&q=x%26y");
    check(
        &sorted,
        "class=\"size\" aria-sort=\"descending\"><a href=\"?sort=size&amp;order=asc&amp;q=x%26y\">",
    );
    check(&sorted, "<a href=\"?sort=name&amp;order=asc&amp;q=x%26y\">Name</a>");
    check(&sorted, "value=\"x&amp;y\"");
    let plain = page(&[], &[b"x"], "");
    check(&plain, "class=\"name\" aria-sort=\"ascending\"><a href=\"?sort=name&amp;order=desc\">");
    check(&plain, "<a href=\"?sort=size&amp;order=desc\">");
}

#[test]
fn a_filter_from_the_query_cannot_leave_its_attribute() {
    let page = page(&[], &[], "q=%22%3E%3Cscript%3E");
    check(&page, "value=\"&quot;&gt;&lt;script&gt;\"");
    check(&page, "Nothing matches");
    assert!(!page.contains("\"><script>"), "{page}");
}

#[test]
fn the_page_needs_no_script_fits_a_telephone_and_is_dark_where_that_is_liked() {
    let page = page(&["sub"], &[b"a.txt", b"bdir"], "");
    check(&page, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
    check(&page, "<meta name=\"color-scheme\" content=\"light dark\">");
    check(&page, "@media(prefers-color-scheme:dark)");
    check(&page, "@media(max-width:640px)");
    // Sorting, filtering and going on are links and a form; nothing waits for a click that only a script hears.
    check(&page, "<form role=\"search\">");
    check(&page, "<a href=\"?sort=size&amp;order=desc\">");
    assert!(!page.contains(" onclick=") && !page.contains("javascript:"), "{page}");
    // Icons are part of the page, and hidden from those who listen.
    assert!(!page.contains(" src=") && !page.contains("url("), "{page}");
    for named in
        ["aria-label=\"Filter entries by name\"", "<caption", "role=\"status\"", "<html lang=\"en\">"]
    {
        check(&page, named);
    }
    assert_eq!(page.matches("<svg aria-hidden=\"true\">").count(), page.matches("<use href=").count());
}

#[test]
fn archives_and_uploads_are_offered_where_they_are_allowed() {
    let shown = |formats: &[ArchiveFormat], uploads| {
        let found = Entries { entries: Vec::new(), more: false };
        let listing = Listing::new(Vec::new(), found, ListingQuery::default());
        ListingReader::new(listing, HtmlPage::new(formats, uploads)).into_text()
    };
    let none = shown(&[], false);
    assert!(!none.contains("archive=") && !none.contains("<form class=\"upload\""), "{none}");
    let all = shown(&ArchiveFormat::ALL, true);
    check(&all, "<a href=\"?archive=tar\" download>Download as tar</a>");
    check(&all, "<a href=\"?archive=zip\" download>as zip</a>");
    check(&all, "<form class=\"upload\" method=\"post\" enctype=\"multipart/form-data\">");
    let zip = shown(&[ArchiveFormat::Zip], false);
    assert!(zip.contains(">Download as zip</a>") && !zip.contains("archive=tar"), "{zip}");
}

#[test]
fn an_empty_folder_says_so() {
    check(&page(&[], &[], ""), "<p class=\"none\" id=\"none\">This folder is empty</p>");
    check(&page(&[], &[b"a"], ""), "<p class=\"none\" id=\"none\" hidden>");
}
