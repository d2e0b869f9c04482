//! Which answers are coded, for whom, and what their fields say then.

use super::{Compressed, coded_tag, plain_tag};
use crate::body::Body;
use crate::coding::ContentCoding;
use crate::encode::tests::decode;
use crate::events::EventStream;
use crate::files::StaticFiles;
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use crate::testing::{self, TestAnswer};
use http_proto::{Method, StatusCode};
use std::fs::File;
use std::io::{Cursor, Write};
use std::sync::Arc;

fn text() -> String {
    "All human beings are born free and equal. ".repeat(50)
}

fn get(handler: &impl Handler, accept_encoding: &str) -> TestAnswer {
    testing::get("/").with_header("Accept-Encoding", accept_encoding).send_to(handler)
}

/// The coding of an answer, whose content comes back whole.
#[track_caller]
fn coding_of(answer: &TestAnswer, expected: &[u8]) -> String {
    assert!(answer.is_complete());
    let Some(name) = answer.headers().get("Content-Encoding") else {
        assert!(answer.content() == expected);
        return String::new();
    };
    let name = name.to_str().unwrap().to_owned();
    let coding = ContentCoding::ALL.into_iter().find(|coding| coding.as_str() == name).unwrap();
    let (content, whole) = decode(coding, answer.content());
    assert!(whole && content == expected, "{name}");
    name
}

#[test]
fn the_coding_that_a_client_likes_best_is_used_and_ours_among_equals() {
    #[track_caller]
    fn check(accept_encoding: &str, coding: &str) {
        let handler = Compressed::new(|_: &mut Request<'_>| Response::text(text()));
        let answer = get(&handler, accept_encoding);
        assert_eq!(coding_of(&answer, text().as_bytes()), coding, "{accept_encoding}");
        assert_eq!(answer.headers().get("Vary").unwrap(), "Accept-Encoding");
        let length = answer.headers().get("Content-Length").unwrap().to_str().unwrap();
        assert_eq!(length, answer.content().len().to_string());
    }
    check("gzip, deflate, br, zstd", "br");
    check("gzip;q=1.0, br;q=0.9", "gzip");
    check("x-gzip", "gzip");
    check("zstd", "zstd");
    check("br;q=0, zstd;q=0.001", "zstd");
    check("*", "br");
    check("*;q=0.5, br;q=0", "gzip");
    check("identity, gzip;q=0.5", "");
    check("identity;q=0.5, gzip", "gzip");
    check("gzip;q=0", "");
    check("gzip;q=2", "");
    check("deflate", "");
    check("", "");
}

#[test]
fn without_the_field_or_without_codings_an_answer_stays_plain() {
    let handler = Compressed::new(|_: &mut Request<'_>| Response::text(text()));
    let answer = testing::get("/").send_to(&handler);
    assert_eq!(coding_of(&answer, text().as_bytes()), "");
    assert_eq!(answer.headers().get("Vary").unwrap(), "Accept-Encoding");
    let none = Compressed::new(|_: &mut Request<'_>| Response::text(text())).codings([]);
    let answer = get(&none, "gzip");
    assert_eq!(coding_of(&answer, text().as_bytes()), "");
    assert!(!answer.headers().contains("Vary"));
    let gzip = Compressed::new(|_: &mut Request<'_>| Response::text(text())).codings([ContentCoding::Gzip]);
    assert_eq!(coding_of(&get(&gzip, "br, gzip;q=0.1"), text().as_bytes()), "gzip");
}

#[test]
fn answers_that_may_not_be_coded_or_are_not_worth_it_pass_untouched() {
    #[track_caller]
    fn check(what: &str, make: impl Fn() -> Response + Send + Sync) {
        let plain = testing::get("/").send_to(&|_: &mut Request<'_>| make());
        let passed = get(&Compressed::new(|_: &mut Request<'_>| make()), "gzip, br");
        assert_eq!(passed.headers(), plain.headers(), "{what}");
        assert_eq!(passed.content(), plain.content(), "{what}");
    }
    check("short", || Response::text("x".repeat(1023)));
    check("image", || Response::content("image/png", text()));
    check("no type", || Response::new(StatusCode::OK).with_body(text()));
    check("coded", || Response::text(text()).with_header("Content-Encoding", "gzip"));
    check("partial", || {
        Response::text(text())
            .with_status(StatusCode::PARTIAL_CONTENT)
            .with_header("Content-Range", "bytes 0-2099/4200")
    });
    check("no-transform", || Response::text(text()).with_header("Cache-Control", "private, No-Transform"));
    check("digest", || Response::text(text()).with_header("Repr-Digest", "sha-256=:AA==:"));
    check("204", || Response::new(StatusCode::NO_CONTENT).with_header("Content-Type", "text/plain"));
    let exactly = Compressed::new(|_: &mut Request<'_>| Response::text("x".repeat(1024)));
    assert_eq!(coding_of(&get(&exactly, "gzip"), "x".repeat(1024).as_bytes()), "gzip");
}

#[test]
fn the_list_of_types_decides() {
    #[track_caller]
    fn check(patterns: &[&str], content_type: &'static str, coded: bool) {
        let handler = Compressed::new(move |_: &mut Request<'_>| Response::content(content_type, text()));
        let answer = get(&handler.types(patterns), "gzip");
        assert_eq!(answer.headers().contains("Content-Encoding"), coded, "{content_type}");
    }
    check(&["text/*", "*+xml", "Application/JSON"], "TEXT/css", true);
    check(&["text/*", "*+xml", "application/json"], "image/svg+xml; charset=utf-8", true);
    check(&["text/*", "*+xml", "application/json"], "application/json", true);
    check(&["text/*", "*+xml", "application/json"], "application/jsonl", false);
    check(&[], "text/plain", false);
    let handler = Compressed::new(|_: &mut Request<'_>| Response::content("Text/HTML;charset=x", text()));
    assert!(get(&handler, "gzip").headers().contains("Content-Encoding"));
}

#[test]
fn vary_is_merged() {
    #[track_caller]
    fn check(own: &'static str, expected: &[&str]) {
        let answer = get(
            &Compressed::new(move |_: &mut Request<'_>| Response::text(text()).with_header("Vary", own)),
            "gzip",
        );
        let values: Vec<_> = answer.headers().get_all("Vary").map(|value| value.to_str().unwrap()).collect();
        assert_eq!(values, expected);
    }
    check("Origin", &["Origin", "Accept-Encoding"]);
    check("Origin, accept-encoding", &["Origin, accept-encoding"]);
    check("*", &["*"]);
}

/// A resource with this tag that answers conditional requests.
fn tagged(tag: &'static str) -> Compressed<impl Handler> {
    Compressed::new(move |request: &mut Request<'_>| {
        let named = |name| request.headers().list(name).any(|element| element == tag.as_bytes());
        let response = if request.headers().contains("If-Match") && !named("If-Match") {
            Response::new(StatusCode::PRECONDITION_FAILED)
        } else if named("If-None-Match") {
            Response::new(StatusCode::NOT_MODIFIED)
        } else {
            Response::text(text()).with_header("Accept-Ranges", "bytes")
        };
        response.with_header("ETag", tag)
    })
}

#[test]
fn a_strong_tag_is_that_of_the_coded_form_and_comes_back_as_the_plain_one() {
    let handler = tagged("\"abc\"");
    let answer = get(&handler, "gzip");
    assert_eq!(answer.headers().get("ETag").unwrap(), "\"abc-gzip\"");
    assert!(!answer.headers().contains("Accept-Ranges"));
    assert_eq!(get(&handler, "").headers().get("ETag").unwrap(), "\"abc\"");
    assert!(get(&handler, "").headers().contains("Accept-Ranges"));

    let check = |accept: &str, field: &str, tags: &str, status: u16, tag: &str| {
        let answer = testing::get("/")
            .with_header("Accept-Encoding", accept)
            .with_header(field, tags)
            .send_to(&handler);
        assert_eq!(answer.status(), status, "{accept}, {field}: {tags}");
        if tag.is_empty() {
            return;
        }
        assert_eq!(answer.headers().get("ETag").unwrap(), tag, "{accept}, {field}: {tags}");
        assert_eq!(answer.headers().get("Vary").unwrap(), "Accept-Encoding");
    };
    check("gzip", "If-None-Match", "\"abc-gzip\"", 304, "\"abc-gzip\"");
    check("gzip", "If-None-Match", "\"x\", \"abc-gzip\"", 304, "\"abc-gzip\"");
    check("gzip", "If-None-Match", "\"abc\"", 304, "\"abc\"");
    check("gzip", "If-None-Match", "\"abc-gzip\", \"abc\"", 304, "\"abc\"");
    // Another form than the one that is sent now.
    check("br", "If-None-Match", "\"abc-gzip\"", 200, "\"abc-br\"");
    check("", "If-None-Match", "\"abc-gzip\"", 200, "\"abc\"");
    check("gzip", "If-None-Match", "\"xyz-gzip\"", 200, "\"abc-gzip\"");
    check("br", "If-Match", "\"abc-gzip\"", 200, "\"abc-br\"");
    check("", "If-Match", "\"abc-zstd\"", 200, "\"abc\"");
    check("", "If-Match", "\"abd-zstd\"", 412, "");
}

#[test]
fn if_match_beside_a_range_is_about_the_plain_bytes() {
    let answer = testing::get("/")
        .with_header("If-Match", "\"abc-gzip\"")
        .with_header("Range", "bytes=0-1")
        .send_to(&tagged("\"abc\""));
    assert_eq!(answer.status(), StatusCode::PRECONDITION_FAILED);
}

#[test]
fn a_weak_tag_stays_since_it_names_more_than_exact_bytes() {
    let handler = tagged("W/\"abc\"");
    assert_eq!(get(&handler, "gzip").headers().get("ETag").unwrap(), "W/\"abc\"");
    assert_eq!(plain_tag(b"W/\"abc-gzip\"", ContentCoding::Gzip), None);
    assert_eq!(coded_tag(b"abc", ContentCoding::Gzip), None);
    assert_eq!(plain_tag(b"\"abc-gzip\"", ContentCoding::Gzip).unwrap(), b"\"abc\"");
}

fn body_of(kind: &str, content: &str, file: &Arc<File>) -> Body {
    let content = content.to_owned();
    let size = content.len() as u64;
    match kind {
        "shared" => Body::shared(content.as_bytes().into()),
        "file" => Body::file(file.clone(), 0, size),
        "reader" => Body::reader(Cursor::new(content)),
        "sized" => Body::sized_reader(Cursor::new(content), size),
        "stream" => Body::stream(move |writer| {
            for piece in content.as_bytes().chunks(999) {
                writer.write_all(piece)?;
            }
            writer.trailer("X-Sum", "7")
        }),
        _ => content.into(),
    }
}

#[test]
fn every_kind_of_body_is_coded_whole() {
    let long = text().repeat(100);
    let file = tempfile::tempfile().unwrap();
    (&file).write_all(long.as_bytes()).unwrap();
    let file = Arc::new(file);
    for kind in ["bytes", "shared", "file", "reader", "sized", "stream"] {
        let handler = Compressed::new(|_: &mut Request<'_>| Response::text(body_of(kind, &long, &file)));
        for coding in ["gzip", "br", "zstd"] {
            let answer = get(&handler, coding);
            assert_eq!(coding_of(&answer, long.as_bytes()), coding, "{kind}");
            assert!(answer.content().len() < long.len() / 10);
            assert_eq!(answer.trailers().contains("X-Sum"), kind == "stream");
        }
    }
    let small = Compressed::new(|_: &mut Request<'_>| Response::text(Body::file(file.clone(), 2, 2000)));
    let answer = get(&small, "gzip");
    assert_eq!(coding_of(&answer, &long.as_bytes()[2..2002]), "gzip");
    assert!(answer.headers().contains("Content-Length"));
}

#[test]
fn content_that_ends_early_or_fails_leaves_the_answer_incomplete() {
    let short = Compressed::new(|_: &mut Request<'_>| {
        Response::text("").with_body(Body::sized_reader(Cursor::new(text()), 100_000))
    });
    // Nothing was sent yet.
    assert_eq!(get(&short, "gzip").status(), StatusCode::INTERNAL_SERVER_ERROR);
    let failing = Compressed::new(|_: &mut Request<'_>| {
        Response::stream("text/plain", |writer| {
            writer.write_all(b"abc")?;
            writer.flush()?;
            Err(std::io::Error::other("on purpose"))
        })
    });
    assert!(!get(&failing, "gzip").is_complete());
    let file = Arc::new(tempfile::tempfile().unwrap());
    let shrunk = Compressed::new(move |_: &mut Request<'_>| {
        Response::text("").with_body(Body::file(file.clone(), 0, 2000))
    });
    assert_eq!(get(&shrunk, "gzip").status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[test]
fn what_gets_no_smaller_is_sent_as_it_is() {
    let mut seed = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()[0]
    })
    .take(2000)
    .collect();
    let content = noise.clone();
    let handler = Compressed::new(move |_: &mut Request<'_>| {
        Response::text(content.clone()).with_header("ETag", "\"a\"")
    });
    let answer = get(&handler, "zstd");
    assert_eq!(coding_of(&answer, &noise), "");
    assert_eq!(answer.headers().get("ETag").unwrap(), "\"a\"");
}

#[test]
fn an_answer_to_head_has_the_fields_of_that_to_get() {
    let fields = |answer: &TestAnswer| {
        ["Content-Encoding", "ETag", "Vary", "Content-Length", "Content-Type"]
            .map(|name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()))
    };
    let send = |method, handler: &dyn Handler| {
        testing::request(method, "/").with_header("Accept-Encoding", "gzip").send_to(handler)
    };
    let handler = tagged("\"abc\"");
    let head = send(Method::HEAD, &handler);
    assert!(head.content().is_empty());
    assert_eq!(fields(&head), fields(&send(Method::GET, &handler)));
    // One that only says what it would send.
    let announcing = Compressed::new(|_: &mut Request<'_>| {
        Response::text("").with_header("Content-Length", "5000").with_header("ETag", "\"abc\"")
    });
    let head = send(Method::HEAD, &announcing);
    assert_eq!(head.headers().get("ETag").unwrap(), "\"abc-gzip\"");
    assert!(!head.headers().contains("Content-Length"));
    assert!(head.is_complete());
}

#[test]
fn events_and_what_a_stream_flushes_reach_the_client_at_once() {
    for coding in [ContentCoding::Gzip, ContentCoding::Brotli, ContentCoding::Zstd] {
        let handler = Compressed::new(|_: &mut Request<'_>| {
            Response::event_stream(|events: &mut EventStream<'_, '_>| {
                events.send("one")?;
                events.send("two")?;
                // The peer has both, although the stream never comes to its end.
                Err(std::io::Error::other("on purpose"))
            })
        });
        let answer = get(&handler, coding.as_str());
        assert_eq!(answer.headers().get("Content-Encoding").unwrap(), coding.as_str());
        assert_eq!(
            decode(coding, answer.content()),
            (b"data: one\n\ndata: two\n\n".to_vec(), coding == ContentCoding::Zstd)
        );
    }
}

#[test]
fn static_files_are_compressed_with_their_tags_and_ranges_stay_plain() {
    let folder = tempfile::tempdir().unwrap();
    let long = text().repeat(100);
    std::fs::write(folder.path().join("a.txt"), &long).unwrap();
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    File::options().write(true).open(folder.path().join("a.txt")).unwrap().set_modified(old).unwrap();
    let handler = Compressed::new(StaticFiles::new(folder.path()).unwrap());
    let request = testing::get("/a.txt").with_header("Accept-Encoding", "gzip");
    let answer = request.send_to(&handler);
    assert_eq!(coding_of(&answer, long.as_bytes()), "gzip");
    let tag = answer.headers().get("ETag").unwrap().to_str().unwrap().to_owned();
    assert!(tag.ends_with("-gzip\""), "{tag}");
    let again = request.clone().with_header("If-None-Match", &tag).send_to(&handler);
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(again.headers().get("ETag").unwrap(), tag.as_str());
    let part = request.clone().with_header("Range", "bytes=1-3").send_to(&handler);
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.text(), "ll ");
    // Bytes of the coded form cannot be asked for: the whole comes instead.
    let whole = request.with_header("Range", "bytes=1-3").with_header("If-Range", &tag).send_to(&handler);
    assert_eq!(whole.status(), StatusCode::OK);
    assert_eq!(coding_of(&whole, long.as_bytes()), "gzip");
}
