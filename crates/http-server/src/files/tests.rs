//! The handler over a folder with links, hidden names and a secret beside it.

use super::{ContentCoding, FolderView, StaticFiles, Symlinks};
use crate::testing::{self, TestAnswer};
use http_proto::{FieldValue, Method};
use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

mod archives;
mod caching;
mod escapes;
mod ranges;

/// A file whose time is long past, so that its tag is strong.
fn write_old(path: &std::path::Path, content: &str) {
    fs::write(path, content).unwrap();
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
}

/// ```text
/// secret.txt
/// root/ a.txt  page.html  app.js  app.js.br  app.js.gz  app.js.zst  .env  .well-known/x
///       site/index.html  sub/deep/b.txt  sub/"a b:c"/  out -> ../secret.txt  in -> a.txt
/// ```
fn place() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("root");
    for folder in ["site", "sub/deep", "sub/a b:c", ".well-known", "indexed"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    fs::write(place.path().join("secret.txt"), "secret").unwrap();
    for (name, content) in [
        ("a.txt", "0123456789"),
        ("page.html", "<p>page</p>"),
        ("app.js", "plain"),
        ("app.js.br", "as br"),
        ("app.js.gz", "as gzip"),
        ("app.js.zst", "as zstd"),
        (".env", "hidden"),
        (".well-known/x", "known"),
        ("site/index.html", "site index"),
        ("sub/deep/b.txt", "b"),
    ] {
        write_old(&root.join(name), content);
    }
    for (name, target) in [
        ("out", "../secret.txt"),
        ("outdir", ".."),
        ("in", "a.txt"),
        ("indexed/index.html", "../../secret.txt"),
        ("leak.js.br", "../secret.txt"),
    ] {
        symlink(target, root.join(name)).unwrap();
    }
    write_old(&root.join("leak.js"), "no leak");
    place
}

fn files(place: &TempDir) -> StaticFiles {
    StaticFiles::new(place.path().join("root")).unwrap()
}

fn get(files: &StaticFiles, target: &str) -> TestAnswer {
    testing::get(target).send_to(files)
}

fn value(answer: &TestAnswer, name: &str) -> String {
    answer.headers().get(name).map(FieldValue::to_latin1).unwrap_or_default()
}

#[track_caller]
fn check(answer: &TestAnswer, status: u16, content: &str) {
    assert_eq!((answer.status().as_u16(), answer.text().as_str()), (status, content));
}

#[test]
fn a_file_is_sent_with_everything_a_client_needs_to_keep_it() {
    let place = place();
    let answer = get(&files(&place), "/a.txt?query");
    check(&answer, 200, "0123456789");
    for (name, wanted) in [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", "10"),
        ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("Accept-Ranges", "bytes"),
        ("Cache-Control", "no-cache"),
        ("X-Content-Type-Options", "nosniff"),
        ("Vary", ""),
    ] {
        assert_eq!(value(&answer, name), wanted, "{name}");
    }
    let tag = value(&answer, "ETag");
    assert!(tag.starts_with('"') && tag.ends_with('"'), "a strong tag: {tag}");
}

#[test]
fn head_is_get_without_content() {
    let place = place();
    let files = files(&place);
    for target in ["/a.txt", "/sub/", "/site/", "/sub", "/nothing"] {
        let (get, head) = (get(&files, target), testing::request(Method::HEAD, target).send_to(&files));
        assert_eq!(head.status(), get.status());
        assert_eq!(head.content(), b"");
        for name in ["Content-Length", "Content-Type", "ETag", "Location", "Last-Modified"] {
            assert_eq!(value(&head, name), value(&get, name), "{target} {name}");
        }
    }
}

#[test]
fn other_methods_are_told_what_is_allowed() {
    let place = place();
    let files = files(&place);
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
        let answer = testing::request(method.clone(), "/a.txt").send_to(&files);
        assert_eq!(
            (answer.status().as_u16(), value(&answer, "Allow").as_str()),
            (405, "GET, HEAD, OPTIONS"),
            "{method}"
        );
    }
    let answer = testing::request(Method::OPTIONS, "/a.txt").send_to(&files);
    assert_eq!((answer.status().as_u16(), value(&answer, "Allow").as_str()), (204, "GET, HEAD, OPTIONS"));
    // RFC 9110 §9.1: what no server knows is another matter than what is not allowed here.
    let unknown = testing::request(Method::from_bytes(b"BREW").unwrap(), "/a.txt").send_to(&files);
    assert_eq!((unknown.status().as_u16(), unknown.headers().contains("Allow")), (501, false));
}

#[test]
fn conditional_requests_and_ranges_work_on_files() {
    let place = place();
    let files = files(&place);
    let tag = value(&get(&files, "/a.txt"), "ETag");
    let with = |name: &str, value: &str| testing::get("/a.txt").with_header(name, value).send_to(&files);
    let unchanged = with("If-None-Match", &tag);
    check(&unchanged, 304, "");
    for name in ["ETag", "Last-Modified", "Cache-Control"] {
        assert_ne!(value(&unchanged, name), "", "304 has {name}");
    }
    check(&with("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"), 304, "");
    assert_eq!(with("If-Match", "\"other\"").status(), 412);
    check(&with("Range", "bytes=2-3"), 206, "23");
    assert_eq!(value(&with("Range", "bytes=10-"), "Content-Range"), "bytes */10");
    let resumed =
        testing::get("/a.txt").with_header("Range", "bytes=5-").with_header("If-Range", &tag).send_to(&files);
    check(&resumed, 206, "56789");
    write_old(&place.path().join("root/a.txt"), "changed it");
    let changed = testing::get("/a.txt")
        .with_header("Range", "bytes=5-")
        .with_header("If-Range", "\"old\"")
        .send_to(&files);
    check(&changed, 200, "changed it");
}

#[test]
fn a_file_that_was_just_written_has_a_weak_tag() {
    let place = place();
    fs::write(place.path().join("root/new.txt"), "new").unwrap();
    let tag = value(&get(&files(&place), "/new.txt"), "ETag");
    assert!(tag.starts_with("W/\""), "{tag}");
}

#[test]
fn a_folder_without_slash_is_redirected_relatively_and_keeps_the_query() {
    let place = place();
    let files = files(&place);
    for (target, location) in [
        ("/sub", "sub/"),
        ("/sub?a=b&c", "sub/?a=b&c"),
        ("/sub/deep", "deep/"),
        ("/sub/deep?//evil.example", "deep/?//evil.example"),
        ("//sub", "sub/"),
        ("///sub", "sub/"),
        ("/sub/a%20b%3Ac", "a%20b%3Ac/"),
        ("/%73ub", "sub/"),
        ("http://other.example/sub", "sub/"),
        ("/site", "site/"),
    ] {
        let answer = get(&files, target);
        assert_eq!(
            (answer.status().as_u16(), value(&answer, "Location").as_str()),
            (301, location),
            "{target}"
        );
    }
}

#[test]
fn no_redirect_names_another_host() {
    let place = place();
    let files = files(&place);
    for target in [
        "//example.org",
        "//example.org/",
        "//example.org/%2e%2e",
        "//example.org/%2e%2e/sub",
        "/\\example.org",
        "/%5cexample.org",
        "/%2f%2fexample.org",
        "//example.org%2f..",
        "/.//example.org/..",
        "//sub//..//",
        "/%09/example.org",
    ] {
        let answer = get(&files, target);
        let location = value(&answer, "Location");
        assert!(location.is_empty() || location == "sub/", "{target} leads to {location}");
        assert!(matches!(answer.status().as_u16(), 400 | 404), "{target}: {}", answer.status());
    }
}

#[test]
fn an_index_file_answers_for_its_folder_and_a_file_is_no_folder() {
    let place = place();
    let served = files(&place);
    check(&get(&served, "/site/"), 200, "site index");
    assert_eq!(get(&served, "/a.txt/").status(), 404);
    assert_eq!(get(&served, "/site/index.html/").status(), 404);
    let other = files(&place).index(["b.txt", "../a.txt"]);
    check(&get(&other, "/sub/deep/"), 200, "b");
    assert!(get(&other, "/site/").text().contains("href=\"index.html\""));
    let none = files(&place).index([""; 0]);
    assert!(get(&none, "/sub/deep/").text().contains("href=\"b.txt\""));
}

#[test]
fn links_out_of_the_folder_lead_nowhere_by_any_feature() {
    let place = place();
    let served = files(&place).precompressed(ContentCoding::ALL).not_found("out").unwrap();
    for target in
        ["/out", "/outdir", "/outdir/", "/outdir/secret.txt", "/indexed/index.html", "/indexed/?format=json"]
    {
        let answer = get(&served, target);
        assert!(!answer.text().contains("secret"), "{target}: {}", answer.text());
    }
    let variant = testing::get("/leak.js").with_header("Accept-Encoding", "br").send_to(&served);
    check(&variant, 200, "no leak");
    let listing = get(&served, "/?format=json").text();
    assert!(
        listing.contains("\"in\"") && !listing.contains("\"out\"") && !listing.contains("outdir"),
        "{listing}"
    );
    check(&get(&served, "/in"), 200, "0123456789");
    let fallback = files(&place).fallback("out").unwrap();
    assert_eq!(testing::get("/x").with_header("Accept", "text/html").send_to(&fallback).status(), 404);
    let refusing = files(&place).symlinks(Symlinks::Refuse);
    assert_eq!(get(&refusing, "/in").status(), 404);
    let following = files(&place).symlinks(Symlinks::Follow);
    check(&get(&following, "/out"), 200, "secret");
    check(&get(&following, "/indexed/"), 200, "secret");
}

#[test]
fn hidden_names_are_not_found_unless_asked_for_and_well_known_is_open() {
    let place = place();
    let served = files(&place);
    assert_eq!(get(&served, "/.env").status(), 404);
    assert_eq!(get(&served, "/%2eenv").status(), 404);
    check(&get(&served, "/.well-known/x"), 200, "known");
    let listing = get(&served, "/?format=json").text();
    assert!(!listing.contains(".env") && listing.contains(".well-known"), "{listing}");
    let open = files(&place).hidden(true);
    check(&get(&open, "/.env"), 200, "hidden");
    assert!(get(&open, "/?format=json").text().contains(".env"));
}

#[test]
fn a_folder_is_listed_for_people_for_programs_and_as_python_does() {
    let place = place();
    let served = files(&place);
    let page = get(&served, "/sub/?sort=size&order=desc");
    assert_eq!(value(&page, "Content-Type"), "text/html; charset=utf-8");
    assert_eq!(value(&page, "Vary"), "Accept");
    assert!(value(&page, "Content-Security-Policy").starts_with("default-src 'none'"));
    assert_eq!(value(&page, "X-Content-Type-Options"), "nosniff");
    assert!(page.text().contains("href=\"a%20b%3Ac/\"") && page.text().contains("href=\"../\""));
    let accept = |accept: &str| {
        let answer = testing::get("/sub/").with_header("Accept", accept).send_to(&served);
        value(&answer, "Content-Type")
    };
    assert_eq!(accept("application/json"), "application/json");
    assert_eq!(accept("text/html;q=0.5, application/*"), "application/json");
    assert_eq!(accept("*/*"), "text/html; charset=utf-8");
    assert_eq!(accept("text/html, application/json;q=0.9"), "text/html; charset=utf-8");
    assert_eq!(accept("application/json;q=0"), "text/html; charset=utf-8");
    assert_eq!(value(&get(&served, "/sub/?format=json"), "Content-Type"), "application/json");
    let python = files(&place).folder_view(FolderView::Python);
    assert!(get(&python, "/sub/").text().contains("<h1>Directory listing for /sub/</h1>"));
    let none = files(&place).folder_view(FolderView::NotFound);
    assert_eq!(get(&none, "/sub/").status(), 404);
    check(&get(&none, "/site/"), 200, "site index");
}

#[test]
fn a_long_listing_is_whole_and_a_longer_one_says_that_it_is_cut() {
    let place = tempfile::tempdir().unwrap();
    for number in 0..700 {
        fs::write(place.path().join(format!("{number}.txt")), "").unwrap();
    }
    let served = StaticFiles::new(place.path()).unwrap();
    let text = get(&served, "/?format=json").text();
    assert_eq!(text.matches("\"name\"").count(), 700);
    assert!(text.contains("\"truncated\":false") && text.ends_with("]}\n"));
    let cut = StaticFiles::new(place.path()).unwrap().entries_max(600);
    let text = get(&cut, "/?format=json").text();
    assert_eq!(text.matches("\"name\"").count(), 600);
    assert!(text.contains("\"truncated\":true"));
    assert!(get(&cut, "/").text().contains("more entries than the 600 shown"));
}

#[test]
fn a_ready_variant_is_sent_to_those_who_take_it_with_a_tag_of_its_own() {
    let place = place();
    let served = files(&place).precompressed(ContentCoding::ALL);
    let asked =
        |accept: &str| testing::get("/app.js").with_header("Accept-Encoding", accept).send_to(&served);
    for (accept, coding, content) in [
        ("gzip, br", "br", "as br"),
        ("gzip", "gzip", "as gzip"),
        ("gzip, zstd;q=0.9", "gzip", "as gzip"),
        ("zstd", "zstd", "as zstd"),
        ("br;q=0, gzip;q=0, zstd;q=0", "", "plain"),
        ("deflate", "", "plain"),
    ] {
        let answer = asked(accept);
        check(&answer, 200, content);
        assert_eq!(value(&answer, "Content-Encoding"), coding, "{accept}");
        assert_eq!(value(&answer, "Vary"), "Accept-Encoding", "{accept}");
        assert_eq!(value(&answer, "Content-Type"), "text/javascript; charset=utf-8");
    }
    let tags: std::collections::HashSet<_> =
        ["br", "gzip", "zstd", ""].map(|accept| value(&asked(accept), "ETag")).into();
    assert_eq!(tags.len(), 4, "{tags:?}");
    let tag = value(&asked("br"), "ETag");
    let unchanged =
        testing::get("/app.js").with_header("Accept-Encoding", "br").with_header("If-None-Match", &tag);
    let unchanged = unchanged.send_to(&served);
    assert_eq!((unchanged.status().as_u16(), value(&unchanged, "Vary").as_str()), (304, "Accept-Encoding"));
    let part = testing::get("/app.js")
        .with_header("Accept-Encoding", "br")
        .with_header("Range", "bytes=3-")
        .send_to(&served);
    check(&part, 206, "br");
    assert_eq!(value(&part, "Content-Encoding"), "br");
    assert_eq!(value(&part, "Vary"), "Accept-Encoding");
    assert_eq!(
        value(
            &testing::get("/app.js").with_header("Accept-Encoding", "br").send_to(&files(&place)),
            "Content-Encoding"
        ),
        ""
    );
}

#[test]
fn the_fallback_answers_those_who_ask_for_html_by_name() {
    let place = place();
    let served = files(&place).fallback("page.html").unwrap().cache_control("max-age=9").unwrap();
    let asked =
        |target: &str, accept: &str| testing::get(target).with_header("Accept", accept).send_to(&served);
    let answer = asked("/users/7", "text/html,application/xhtml+xml,*/*;q=0.8");
    check(&answer, 200, "<p>page</p>");
    assert_eq!(value(&answer, "Cache-Control"), "no-cache");
    assert_eq!(value(&answer, "Vary"), "Accept", "with another Accept it is a 404");
    assert_eq!(answer.headers().get_all("Cache-Control").count(), 1);
    assert_eq!(asked("/missing.js", "*/*").status(), 404);
    assert_eq!(asked("/missing", "text/html;q=0").status(), 404);
    assert_eq!(asked("/a.txt", "text/html").text(), "0123456789");
    assert_eq!(value(&asked("/a.txt", "text/html"), "Cache-Control"), "max-age=9");
    assert_eq!(asked("/..%2fx", "text/html").status(), 404);
}

#[test]
fn an_own_page_for_what_is_not_found_keeps_the_status() {
    let place = place();
    let served = files(&place).not_found("/page.html").unwrap();
    for target in ["/nothing", "/.env", "/..%2fsecret", "/a.txt/"] {
        let answer = get(&served, target);
        check(&answer, 404, "<p>page</p>");
        assert_eq!(value(&answer, "Content-Type"), "text/html; charset=utf-8");
        assert_eq!(value(&answer, "ETag"), "");
    }
}

#[test]
fn own_fields_types_and_caching_are_sent() {
    let place = place();
    let served = files(&place)
        .header("X-One", "1")
        .and_then(|files| files.header("X-One", "2"))
        .and_then(|files| files.content_type("txt", "text/x-own"))
        .and_then(|files| files.cache_control(""))
        .unwrap();
    let answer = get(&served, "/a.txt");
    let both: Vec<_> = answer.headers().get_all("X-One").map(FieldValue::to_latin1).collect();
    assert_eq!(both, ["1", "2"]);
    assert_eq!(value(&answer, "Content-Type"), "text/x-own");
    assert_eq!(value(&answer, "Cache-Control"), "");
    assert_eq!(value(&get(&served, "/sub/"), "X-One"), "1");
    assert_eq!(value(&get(&served, "/nothing"), "X-One"), "");
}

#[test]
fn own_fields_take_the_place_of_ours_that_would_contradict_them() {
    let place = place();
    let fields = [
        ("cache-control", "max-age=60"),
        ("Content-Type", "text/x-own"),
        ("X-Content-Type-Options", "off"),
        ("Vary", "Origin"),
    ];
    for kept_bytes in [0, 1 << 20] {
        let start = files(&place).precompressed(ContentCoding::ALL).keep_in_memory(kept_bytes);
        let served = fields.iter().fold(start, |files, (name, value)| files.header(name, value).unwrap());
        for target in ["/a.txt", "/sub/"] {
            let answer = get(&served, target);
            for (name, value) in &fields[..3] {
                // A page of ours is what it is.
                let is_page_type = *name == "Content-Type" && target == "/sub/";
                let value = if is_page_type { &"text/html; charset=utf-8" } else { value };
                let all: Vec<_> = answer.headers().get_all(name).map(FieldValue::to_latin1).collect();
                assert_eq!(all, [*value], "{target}: {name}");
            }
            assert_eq!(answer.headers().get_all("Vary").count(), 2, "{target}: ours stays beside it");
        }
        let part = testing::get("/a.txt").with_header("Range", "bytes=0-1").send_to(&served);
        assert_eq!(part.headers().get_all("Content-Type").count(), 1);
    }
}

#[test]
fn a_prefix_is_taken_off_and_what_is_outside_of_it_is_not_found() {
    let place = place();
    let served = files(&place).at("/static/");
    check(&get(&served, "/static/a.txt"), 200, "0123456789");
    assert_eq!(get(&served, "/a.txt").status(), 404);
    assert_eq!(get(&served, "/staticx/a.txt").status(), 404);
    for (target, location) in [("/static", "static/"), ("/static?a", "static/?a"), ("/static/sub", "sub/")] {
        let answer = get(&served, target);
        assert_eq!(
            (answer.status().as_u16(), value(&answer, "Location").as_str()),
            (301, location),
            "{target}"
        );
    }
    assert_eq!(get(&served, "/static/").status(), 200);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let place = place();
    assert!(files(&place).header("X", "a\r\nb").is_err());
    for name in ["content-length", "ETag", "Transfer-Encoding", "Last-Modified", "Content-Range"] {
        assert!(files(&place).header(name, "5").is_err(), "{name}");
    }
    assert!(files(&place).cache_control("a\nb").is_err());
    assert!(files(&place).content_type("x", "\0").is_err());
    assert!(files(&place).default_content_type("\r").is_err());
    assert!(files(&place).fallback("../secret.txt").is_err());
    assert!(files(&place).not_found("").is_err());
    let error = StaticFiles::new(place.path().join("nowhere")).unwrap_err();
    assert!(error.to_string().contains("nowhere"), "{error}");
    assert!(StaticFiles::new(place.path().join("secret.txt")).is_err());
}

#[test]
fn malformed_percent_encoding_is_a_bad_request() {
    let place = place();
    for target in ["/%", "/%zz", "/a%2"] {
        assert_eq!(get(&files(&place), target).status(), 400, "{target}");
    }
}

#[test]
fn a_file_with_a_hostile_name_is_found_through_its_link() {
    let place = tempfile::tempdir().unwrap();
    let names: [&[u8]; 6] =
        [b"a?b#c%d", b"<i>&\"'", b"\xff\xfe", b"new\nline", b"javascript:1", " é ".as_bytes()];
    for name in names {
        let name = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(name);
        fs::write(place.path().join(name), "found").unwrap();
    }
    let served = StaticFiles::new(place.path()).unwrap();
    for target in ["/", "/?format=json"] {
        let page = get(&served, target).text();
        let mark = if target == "/" { "<a href=\"" } else { "\"href\":\"" };
        let links: Vec<_> = page
            .split("<tbody>")
            .last()
            .unwrap()
            .split(mark)
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .filter(|link| !link.starts_with('?'))
            .collect();
        assert_eq!(links.len(), names.len(), "{links:?}");
        for link in links {
            check(&get(&served, &format!("/{link}")), 200, "found");
        }
    }
}

#[test]
fn files_kept_in_memory_are_answered_as_those_on_the_disk() {
    let place = place();
    // One that is kept open, and one with a variant that is.
    write_old(&place.path().join("root/big.txt"), &"0123456789".repeat(10_000));
    write_old(&place.path().join("root/big.txt.gz"), &"as gzip".repeat(10_000));
    let settings = || files(&place).precompressed(ContentCoding::ALL).header("X-Own", "1").unwrap();
    let (disk, memory) = (settings(), settings().keep_in_memory(1 << 20));
    let asked = |files: &StaticFiles, target: &str, fields: &[(&str, &str)]| {
        let request = testing::get(target);
        fields.iter().fold(request, |request, (name, value)| request.with_header(name, value)).send_to(files)
    };
    for target in [
        "/a.txt",
        "/app.js",
        "/app.js.br",
        "/big.txt",
        "/site/",
        "/site",
        "/a.txt/",
        "/sub/",
        "/out",
        "/nothing",
        "/.env",
    ] {
        for fields in [
            &[][..],
            &[("Accept-Encoding", "gzip")],
            &[("Accept-Encoding", "br, gzip"), ("Range", "bytes=1-2")],
            &[("Range", "bytes=50000-50001,60000-60001")],
            &[("If-Match", "\"other\"")],
            &[("Range", "bytes=2-4")],
            &[("Range", "bytes=0-0,9-9")],
            &[("Range", "bytes=99-")],
            &[("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")],
        ] {
            // Twice, so that the second one comes from memory.
            asked(&memory, target, fields);
            let (one, other) = (asked(&disk, target, fields), asked(&memory, target, fields));
            assert_eq!(one.status(), other.status(), "{target} {fields:?}");
            assert_eq!(one.content().len(), other.content().len(), "{target} {fields:?}");
            let is_single = value(&one, "Content-Type") == value(&other, "Content-Type");
            assert!(!is_single || one.content() == other.content(), "{target} {fields:?}");
            for name in [
                "ETag",
                "Last-Modified",
                "Content-Range",
                "Content-Length",
                "Content-Encoding",
                "Vary",
                "Location",
                "Cache-Control",
                "X-Own",
                "X-Content-Type-Options",
                "Accept-Ranges",
            ] {
                assert_eq!(value(&one, name), value(&other, name), "{target} {fields:?} {name}");
            }
        }
    }
    check(&asked(&memory, "/a.txt", &[("Range", "bytes=2-4")]), 206, "234");
    assert_eq!(asked(&memory, "/big.txt", &[("Accept-Encoding", "gzip")]).content().len(), 70_000);
    let other = memory.cache_control("max-age=9").unwrap();
    assert_eq!(value(&get(&other, "/a.txt"), "Cache-Control"), "max-age=9", "what was kept had another");
}
