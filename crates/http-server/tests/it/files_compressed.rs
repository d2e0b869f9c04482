//! Compression on the fly around static files: what is coded, what is left alone, and which tag each form has.

use http_server::files::{ContentCoding, StaticFiles};
use http_server::testing::{self, TestAnswer};
use http_server::{Compressed, FieldValue, Method};
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Long enough to be worth it, and compressible.
fn text() -> String {
    "all work and no play ".repeat(200)
}

fn write_old(path: &Path, content: impl AsRef<[u8]>) {
    fs::write(path, content).unwrap();
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
}

/// ```text
/// page.txt  tiny.txt  photo.jpg  packed.js  packed.js.br  many/…
/// ```
fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    write_old(&place.path().join("page.txt"), text());
    write_old(&place.path().join("tiny.txt"), "tiny");
    write_old(&place.path().join("photo.jpg"), text());
    write_old(&place.path().join("packed.js"), text());
    write_old(&place.path().join("packed.js.br"), "ready");
    write_old(&place.path().join("large.txt"), text().repeat(100));
    fs::create_dir(place.path().join("many")).unwrap();
    for number in 0..700 {
        fs::write(place.path().join(format!("many/{number}.txt")), "").unwrap();
    }
    place
}

fn served(place: &tempfile::TempDir) -> Compressed<StaticFiles> {
    let files = StaticFiles::new(place.path()).unwrap().precompressed([ContentCoding::Brotli]);
    Compressed::new(files.keep_in_memory(1 << 20)).codings([ContentCoding::Gzip])
}

fn ask(served: &Compressed<StaticFiles>, target: &str, fields: &[(&str, &str)]) -> TestAnswer {
    let request = testing::get(target).with_header("Accept-Encoding", "gzip");
    fields.iter().fold(request, |request, (name, value)| request.with_header(name, value)).send_to(served)
}

fn value(answer: &TestAnswer, name: &str) -> String {
    answer.headers().get(name).map(FieldValue::to_latin1).unwrap_or_default()
}

fn unpacked(answer: &TestAnswer) -> String {
    assert_eq!(value(answer, "Content-Encoding"), "gzip");
    let mut text = String::new();
    flate2::read::GzDecoder::new(answer.content()).read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_file_is_compressed_for_those_who_take_it_and_each_form_has_its_tag() {
    let place = place();
    let served = served(&place);
    for (target, content) in [("/page.txt", text()), ("/large.txt", text().repeat(100))] {
        let packed = ask(&served, target, &[]);
        assert!(unpacked(&packed) == content && packed.content().len() < content.len(), "{target}");
        let plain = testing::get(target).send_to(&served);
        assert!(plain.text() == content, "{target}");
        assert_eq!(
            (value(&plain, "Content-Encoding"), value(&plain, "Accept-Ranges")),
            (String::new(), "bytes".to_owned())
        );
        for answer in [&plain, &packed] {
            assert_eq!(value(answer, "Vary"), "Accept-Encoding", "{target}");
            assert_eq!(answer.headers().get_all("Vary").count(), 1);
        }
        let (plain_tag, packed_tag) = (value(&plain, "ETag"), value(&packed, "ETag"));
        assert_eq!(packed_tag, format!("{}-gzip\"", plain_tag.trim_end_matches('"')));
        // Each tag is recognised when it comes back.
        let unchanged = ask(&served, target, &[("If-None-Match", &packed_tag)]);
        assert_eq!((unchanged.status().as_u16(), value(&unchanged, "ETag")), (304, packed_tag.clone()));
        let unchanged = testing::get(target).with_header("If-None-Match", &plain_tag).send_to(&served);
        assert_eq!((unchanged.status().as_u16(), value(&unchanged, "ETag")), (304, plain_tag));
    }
}

#[test]
fn ranges_small_files_pictures_and_ready_variants_are_left_alone() {
    let place = place();
    let served = served(&place);
    let part = ask(&served, "/page.txt", &[("Range", "bytes=4-7")]);
    assert_eq!((part.status().as_u16(), part.text().as_str()), (206, "work"));
    assert_eq!(value(&part, "Content-Encoding"), "");
    let parts = ask(&served, "/page.txt", &[("Range", "bytes=0-2,1000-1002")]);
    assert_eq!((parts.status().as_u16(), value(&parts, "Content-Encoding").as_str()), (206, ""));
    for (target, content) in [("/tiny.txt", "tiny".to_owned()), ("/photo.jpg", text())] {
        let answer = ask(&served, target, &[]);
        assert!(answer.text() == content && value(&answer, "Content-Encoding").is_empty(), "{target}");
    }
    let ready = testing::get("/packed.js").with_header("Accept-Encoding", "br, gzip").send_to(&served);
    assert_eq!((ready.text().as_str(), value(&ready, "Content-Encoding").as_str()), ("ready", "br"));
    assert_eq!(unpacked(&ask(&served, "/packed.js", &[])), text());
    assert_eq!(ask(&served, "/nothing", &[]).status(), 404);
}

#[test]
fn head_has_the_fields_of_get() {
    let place = place();
    let served = served(&place);
    let get = ask(&served, "/page.txt", &[]);
    let head = testing::request(Method::HEAD, "/page.txt").with_header("Accept-Encoding", "gzip");
    let head = head.send_to(&served);
    assert_eq!((head.status(), head.content().len()), (get.status(), 0));
    for name in ["Content-Encoding", "ETag", "Vary", "Content-Type", "Last-Modified"] {
        assert_eq!(value(&head, name), value(&get, name), "{name}");
    }
}

#[test]
fn a_long_listing_is_compressed_while_it_is_made() {
    let place = place();
    let served = served(&place);
    let listing = unpacked(&ask(&served, "/many/?format=json", &[]));
    assert_eq!(listing.matches("\"name\"").count(), 700);
    let page = ask(&served, "/many/", &[]);
    assert!(unpacked(&page).contains("699.txt"));
    let vary: Vec<_> = page.headers().list("Vary").map(<[u8]>::to_ascii_lowercase).collect();
    assert!(vary.contains(&b"accept".to_vec()) && vary.contains(&b"accept-encoding".to_vec()), "{vary:?}");
}
