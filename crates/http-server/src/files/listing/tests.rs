//! Order, filter, and the forms for programs.

use super::json::JsonPage;
use super::plain::PlainPage;
use super::{Listing, ListingQuery, ListingReader, SortKey, push_escaped};
use crate::files::root::{Entries, Entry};
use std::io::Read as _;
use std::time::{Duration, UNIX_EPOCH};

fn entry(name: &str, size_bytes: u64, seconds: u64) -> Entry {
    Entry {
        name: name.trim_end_matches('/').as_bytes().to_vec(),
        is_folder: name.ends_with('/'),
        is_link: false,
        size_bytes,
        modified: Some(UNIX_EPOCH + Duration::from_secs(seconds)),
    }
}

fn listing(entries: Vec<Entry>, query: &str) -> Listing {
    let found = Entries { entries, more: false };
    Listing::new(vec![b"sub".to_vec()], found, ListingQuery::parse(Some(query)))
}

#[track_caller]
fn check_order(query: &str, names: &[&str]) {
    let entries = vec![
        entry("b10.txt", 5, 40),
        entry("b9.txt", 7, 10),
        entry("A.txt", 7, 30),
        entry("zoo/", 0, 50),
        entry("Attic/", 0, 20),
        entry("b009.txt", 1, 60),
        entry("é.txt", 0, 5),
    ];
    let found = listing(entries, query);
    let found: Vec<_> =
        found.entries.iter().map(|entry| String::from_utf8(entry.name.clone()).unwrap()).collect();
    assert_eq!(found, names, "{query}");
}

#[test]
fn folders_come_first_and_names_are_in_natural_order() {
    check_order("", &["Attic", "zoo", "A.txt", "b009.txt", "b9.txt", "b10.txt", "é.txt"]);
    check_order("sort=name&order=desc", &["zoo", "Attic", "é.txt", "b10.txt", "b9.txt", "b009.txt", "A.txt"]);
    check_order("sort=size", &["Attic", "zoo", "é.txt", "b009.txt", "b10.txt", "A.txt", "b9.txt"]);
    check_order("sort=size&order=desc", &["Attic", "zoo", "A.txt", "b9.txt", "b10.txt", "b009.txt", "é.txt"]);
    check_order("sort=modified", &["Attic", "zoo", "é.txt", "b9.txt", "A.txt", "b10.txt", "b009.txt"]);
    check_order(
        "sort=modified&order=desc",
        &["zoo", "Attic", "b009.txt", "b10.txt", "A.txt", "b9.txt", "é.txt"],
    );
}

#[test]
fn a_filter_keeps_names_that_contain_it_without_regard_to_case() {
    check_order("q=B", &["b009.txt", "b9.txt", "b10.txt"]);
    check_order("q=%C3%89", &["é.txt"]);
    check_order("q=.TXT&sort=size&order=desc", &["A.txt", "b9.txt", "b10.txt", "b009.txt", "é.txt"]);
    check_order("q=nothing", &[]);
}

#[test]
fn numbers_longer_than_any_integer_are_still_ordered() {
    let long = "9".repeat(200);
    let longer = format!("1{}", "0".repeat(200));
    let found = listing(vec![entry(&longer, 0, 0), entry(&long, 0, 0), entry("10", 0, 0)], "");
    let found: Vec<_> = found.entries.iter().map(|entry| entry.name.len()).collect();
    assert_eq!(found, [2, 200, 201]);
}

#[test]
fn a_query_is_read_as_far_as_it_is_understood() {
    let read = |query| ListingQuery::parse(Some(query));
    assert_eq!(ListingQuery::parse(None), ListingQuery::default());
    assert_eq!(read("sort=colour&order=up&format=xml&x"), ListingQuery::default());
    let wanted = read("format=json&sort=modified&order=desc&q=a+b%2b%ff");
    assert!(wanted.json && wanted.descending && wanted.sort == SortKey::Modified);
    assert_eq!(wanted.filter, "a b+\u{fffd}");
}

#[test]
fn controls_and_direction_marks_are_made_visible() {
    let mut found = String::new();
    push_escaped(&mut found, "a\0\t\u{7f}\u{9b}\u{200f}\u{2066}b");
    assert_eq!(found, "a\u{2400}\u{2409}\u{2421}\u{fffd}\u{fffd}\u{fffd}b");
}

#[test]
fn python_style_is_pythons_page_in_pythons_order() {
    let mut link = entry("link", 0, 0);
    link.is_link = true;
    let entries = vec![entry("x & \"y\"<z>.txt", 0, 0), entry("inner/", 0, 0), entry("b.HTML", 0, 0), link];
    let listing = Listing::in_python_order(vec![b"sub".to_vec()], Entries { entries, more: false });
    let text = ListingReader::new(listing, PlainPage).into_text();
    assert_eq!(
        text,
        "<!DOCTYPE HTML>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Directory listing for /sub/</title>\n\
         </head>\n<body>\n<h1>Directory listing for /sub/</h1>\n<hr>\n<ul>\n<li><a href=\"b.HTML\">b.HTML</a></li>\n\
         <li><a href=\"inner/\">inner/</a></li>\n<li><a href=\"link\">link@</a></li>\n\
         <li><a href=\"x%20%26%20%22y%22%3Cz%3E.txt\">x &amp; &quot;y&quot;&lt;z&gt;.txt</a></li>\n\
         </ul>\n<hr>\n</body>\n</html>\n"
    );
}

#[test]
fn json_has_exact_links_and_escaped_names() {
    let entries =
        vec![entry("a\"b\n\u{1}<é>", 12, 784_111_777), entry("inner/", 0, 784_111_777), entry("a\\b", 0, 0)];
    let text = ListingReader::new(listing(entries, ""), JsonPage::default()).into_text();
    assert_eq!(
        text,
        "{\"path\":\"/sub/\",\"truncated\":false,\"entries\":[\n\
         {\"name\":\"inner\",\"href\":\"inner/\",\"type\":\"folder\",\"modified\":\"1994-11-06T08:49:37Z\"},\n\
         {\"name\":\"a\\\"b\\n\\u0001\\u003cé\\u003e\",\"href\":\"a%22b%0A%01%3C%C3%A9%3E\",\"type\":\"file\",\"size\":12,\
         \"modified\":\"1994-11-06T08:49:37Z\"},\n\
         {\"name\":\"a\\\\b\",\"type\":\"file\",\"size\":0,\"modified\":\"1970-01-01T00:00:00Z\"}\n]}\n"
    );
    let text = ListingReader::new(listing(Vec::new(), ""), JsonPage::default()).into_text();
    assert_eq!(text, "{\"path\":\"/sub/\",\"truncated\":false,\"entries\":[\n]}\n");
}

#[test]
fn a_listing_read_in_pieces_is_the_listing_at_once() {
    let entries =
        || (0..8000).map(|number| entry(&format!("entry {number}"), number, number)).collect::<Vec<_>>();
    let whole = ListingReader::new(listing(entries(), ""), JsonPage::default()).into_text();
    let mut reader = ListingReader::new(listing(entries(), ""), JsonPage::default());
    let (mut pieces, mut buffer) = (Vec::new(), [0; 777]);
    loop {
        let count = reader.read(&mut buffer).unwrap();
        if count == 0 {
            break;
        }
        pieces.extend_from_slice(&buffer[..count]);
        assert!(reader.ready.len() < 80_000, "no more than a piece is kept");
    }
    assert_eq!(String::from_utf8(pieces).unwrap(), whole);
}
