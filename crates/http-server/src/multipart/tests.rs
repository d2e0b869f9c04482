//! Forms in tables: what is read of them, cut at every byte, and what is refused.

use super::{Multipart, MultipartLimits};
use crate::error::Error;
use crate::request::Request;
use crate::response::Response;
use crate::testing;
use http_proto::StatusCode;
use std::io::{self, BufRead, Read};

const TYPE: &[u8] = b"multipart/form-data; boundary=\"x y\"";

/// A reader that gives pieces which end at `cut`, and then as the rest wants it.
struct Cut<'a> {
    pieces: Vec<&'a [u8]>,
}

impl<'a> Cut<'a> {
    fn at(content: &'a [u8], cuts: &[usize]) -> Self {
        let mut pieces = Vec::new();
        let mut rest = content;
        for pair in [&[0], cuts].concat().windows(2) {
            let (piece, behind) = rest.split_at(pair[1] - pair[0]);
            pieces.push(piece);
            rest = behind;
        }
        pieces.push(rest);
        pieces.retain(|piece| !piece.is_empty());
        pieces.reverse();
        Self { pieces }
    }
}

impl Read for Cut<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(piece) = self.pieces.last_mut() else { return Ok(0) };
        let count = piece.read(out)?;
        if piece.is_empty() {
            self.pieces.pop();
        }
        Ok(count)
    }
}

/// Everything of a form: name, file name, type and content of each part; and how it ended.
type Told = (Vec<(String, Option<String>, Option<String>, Vec<u8>)>, Option<String>);

fn read_all(reader: impl Read, limits: MultipartLimits) -> Told {
    let mut form = Multipart::new(reader, TYPE, limits).unwrap();
    let mut parts = Vec::new();
    loop {
        match form.next_part() {
            Ok(None) => return (parts, None),
            Err(error) => return (parts, Some(error.to_string())),
            Ok(Some(mut part)) => {
                let told = (
                    part.name().to_owned(),
                    part.file_name().map(str::to_owned),
                    part.content_type().map(str::to_owned),
                );
                match part.read_to_vec(1 << 20) {
                    Ok(content) => parts.push((told.0, told.1, told.2, content)),
                    Err(error) => return (parts, Some(error.to_string())),
                }
            }
        }
    }
}

/// What a form comes to, the same however it arrives.
#[track_caller]
fn told(content: &[u8]) -> Told {
    let limits = MultipartLimits::default();
    let whole = read_all(content, limits);
    for cut in 0..=content.len() {
        assert_eq!(read_all(Cut::at(content, &[cut]), limits), whole, "cut at {cut}");
    }
    let every: Vec<usize> = (1..content.len()).collect();
    assert_eq!(read_all(Cut::at(content, &every), limits), whole, "byte by byte");
    whole
}

#[track_caller]
fn check(content: &[u8], expected: &[(&str, Option<&str>, &[u8])]) {
    let (parts, error) = told(content);
    let parts: Vec<_> = parts
        .iter()
        .map(|(name, file, _, content)| (name.as_str(), file.as_deref(), content.as_slice()))
        .collect();
    assert_eq!((parts.as_slice(), error), (expected, None), "{}", content.escape_ascii());
}

#[track_caller]
fn check_refused(content: &[u8], rule: &str) {
    let (_, error) = told(content);
    let error = error.unwrap_or_default();
    assert!(error.contains(rule), "{error:?} for {}", content.escape_ascii());
}

#[test]
fn parts_are_the_same_wherever_the_form_is_cut() {
    check(
        b"--x y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
          --x y\r\ncontent-disposition:form-data;filename=\"f.txt\";name=b\r\nContent-Type: text/plain\r\n\r\n\
          two\r\nlines\r\n-\r\n--x\r\n--x z\r\n\r\n--x y--\r\n",
        &[("a", None, b"1"), ("b", Some("f.txt"), b"two\r\nlines\r\n-\r\n--x\r\n--x z\r\n")],
    );
    check(
        b"Preamble\r\n\r\n--x y \t\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n\r\n--x y--epilogue\r\n--x y\r\n",
        &[("", None, b"")],
    );
    check(b"--x y--", &[]);
    check(b"--x y\r\nContent-Disposition: form-data; name=a\r\n\r\n--x y--", &[("a", None, b"")]);
    check(b"--x y\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n\r\n--x y--", &[("a", None, b"\r\n")]);
}

#[test]
fn names_are_decoded_as_browsers_and_older_programs_write_them() {
    let cases: [(&str, &str, Option<&str>); 10] = [
        (r#"name="a%22b%0d%0Ac%41""#, "a\"b\r\nc%41", None),
        (r#"name="a\"b\\c"; filename="C:\new\x.txt""#, "a\"b\\c", Some("C:\\new\\x.txt")),
        ("name=\"ä;=\u{1f600}\"; filename=\"\"", "ä;=\u{1f600}", Some("")),
        ("name=a; filename*=UTF-8''%c3%a4%20b", "a", Some("ä b")),
        ("name=a; filename=b; filename*=UTF-8''c", "a", Some("b")),
        ("NAME=a; FileName=b; unknown=c", "a", Some("b")),
        ("filename=\"a;name=b\"; name=c", "c", Some("a;name=b")),
        ("name=a;;", "a", None),
        (r#"name="\\""#, "\\", None),
        (r#"name=a; filename="\""#, "a", Some("\\")),
    ];
    for (parameters, name, file_name) in cases {
        let content =
            format!("--x y\r\nContent-Disposition: form-data; {parameters}\r\n\r\n.\r\n--x y--\r\n");
        check(content.as_bytes(), &[(name, file_name, b".")]);
    }
    let latin = b"--x y\r\nContent-Disposition: form-data; name=\"\xe9\"\r\n\r\n\r\n--x y--";
    check(latin, &[("\u{fffd}", None, b"")]);
}

#[test]
fn what_breaks_a_rule_is_refused() {
    let boundary = "boundary is the boundary";
    check_refused(b"", "ends with its last boundary");
    check_refused(b"text", "ends with its last boundary");
    check_refused(b"--x y\r\nContent-Disposition: form-data; name=a\r\n\r\nabc", "ends with its last");
    check_refused(
        b"--x y\r\nContent-Disposition: form-data; name=a\r\n\r\nabc\r\n--x y",
        "ends with its last",
    );
    check_refused(b"--x y\r\nContent-Disposition: form-data; name=a\r\n\r\nabc\r\n--x yz\r\n", boundary);
    check_refused(b"--x y\nContent-Disposition: form-data; name=a\n\n\n--x y--", boundary);
    check_refused(b"--x y --", boundary);
    let lines = "lines of name and value";
    for head in ["a", ": b", "a : b", "a: b\r\n c", "a: b\rc", "a: b\nc: d", "a: \0", " a: b", "\u{e9}: b"] {
        let content = format!("--x y\r\n{head}\r\n\r\n\r\n--x y--");
        check_refused(content.as_bytes(), lines);
    }
    for head in [
        "a: b",
        "Content-Disposition: attachment; name=a",
        "Content-Disposition: form-data",
        "Content-Disposition: form-data; filename=a",
        "Content-Disposition: form-data; name",
        "Content-Disposition: form-data; name=a; name=b",
        "Content-Disposition: form-data; name=a; filename=b; FILENAME=c",
        "Content-Disposition: form-data; name=a; filename*=b",
        "Content-Disposition: form-data; name=a; filename*=latin1''b",
        "Content-Disposition: form-data; name=a; filename*=UTF-8''%ff",
        "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b",
    ] {
        check_refused(format!("--x y\r\n{head}\r\n\r\n\r\n--x y--").as_bytes(), "one Content-Disposition");
    }
    check_refused(b"--x y\r\n\r\n\r\n--x y--", "one Content-Disposition");
    let encoded = "Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64";
    check_refused(format!("--x y\r\n{encoded}\r\n\r\n\r\n--x y--").as_bytes(), "no transfer encoding");
}

#[test]
fn types_without_a_boundary_that_can_be_one_are_refused() {
    #[track_caller]
    fn check(content_type: &str, status: u16) {
        let made = Multipart::new(io::empty(), content_type.as_bytes(), MultipartLimits::default());
        assert_eq!(made.err().map_or(200, |error| error.status_hint().as_u16()), status, "{content_type}");
    }
    check("multipart/form-data; boundary=x", 200);
    check("Multipart/Form-Data; charset=utf-8; Boundary=\"'()+_,-./:=? x\"", 200);
    check("multipart/mixed; boundary=x", 415);
    check("", 415);
    check("multipart/form-data", 400);
    check("multipart/form-data; boundary=", 400);
    check("multipart/form-data; boundary=\"x \"", 400);
    check("multipart/form-data; boundary=\"x\u{e4}\"", 400);
    check("multipart/form-data; boundary=x; boundary=y", 400);
    check(&format!("multipart/form-data; boundary={}", "x".repeat(70)), 200);
    check(&format!("multipart/form-data; boundary={}", "x".repeat(71)), 400);
}

const PART: &[u8] = b"--x y\r\nContent-Disposition: form-data; name=a\r\n\r\n12345\r\n";

#[track_caller]
fn check_limit(content: &[u8], limits: MultipartLimits, passes: bool) {
    let (_, error) = read_all(content, limits);
    assert_eq!(error.is_none(), passes, "{error:?}");
    let one_by_one: Vec<usize> = (1..content.len()).collect();
    let (_, slowly) = read_all(Cut::at(content, &one_by_one), limits);
    assert_eq!(slowly, error);
}

#[test]
fn exactly_as_much_as_a_limit_passes_and_one_more_does_not() {
    let form = [PART, PART, b"--x y--"].concat();
    let limits = MultipartLimits::default();
    check_limit(&form, limits.parts_max(2), true);
    check_limit(&form, limits.parts_max(1), false);
    // The line of Content-Disposition with its end.
    let head_bytes = PART.len() - 7 - 2 - 7;
    check_limit(&form, limits.part_head_bytes_max(head_bytes), true);
    check_limit(&form, limits.part_head_bytes_max(head_bytes - 1), false);
    check_limit(&form, limits.total_bytes_max(form.len() as u64), true);
    check_limit(&form, limits.total_bytes_max(form.len() as u64 - 1), false);
    let endless = Read::chain(PART, io::repeat(b'x'));
    let error = read_all(endless, limits.total_bytes_max(1 << 18)).1;
    assert_eq!(error.as_deref(), Some("request content longer than 262144 bytes"));
}

#[test]
fn a_part_is_read_up_to_what_the_caller_takes_and_the_rest_is_passed_over() {
    let form = [PART, PART, b"--x y--"].concat();
    let mut form = Multipart::new(&form[..], TYPE, MultipartLimits::default()).unwrap();
    let mut part = form.next_part().unwrap().unwrap();
    assert_eq!(part.fill_buf().unwrap().first(), Some(&b'1'));
    part.consume(2);
    assert_eq!(part.read_to_vec(3).unwrap(), b"345");
    assert_eq!(part.read(&mut [0; 4]).unwrap(), 0);
    let mut part = form.next_part().unwrap().unwrap();
    assert!(matches!(part.read_to_vec(4), Err(Error::BodyTooLong { bytes_max: 4 })));
    assert!(form.next_part().unwrap().is_none());
    assert!(form.next_part().unwrap().is_none());
}

#[test]
fn nothing_is_read_behind_a_fault() {
    let content = [b"--x y\r\nbad\r\n\r\n\r\n", PART, b"--x y--"].concat();
    let mut form = Multipart::new(&content[..], TYPE, MultipartLimits::default()).unwrap();
    assert!(form.next_part().is_err());
    assert!(form.next_part().is_err());
}

#[test]
fn large_content_passes_whole_through_the_small_buffer() {
    let content: Vec<u8> = b"\r\n--x".iter().copied().cycle().take(200_003).collect();
    let form = [&PART[..PART.len() - 7], &content, b"\r\n--x y--\r\n"].concat();
    let (parts, error) = read_all(&form[..], MultipartLimits::default());
    assert_eq!((parts.len(), error), (1, None));
    assert!(parts[0].3 == content);
}

#[test]
fn a_plain_file_name_is_one_that_stays_in_its_folder() {
    #[track_caller]
    fn check(name: &str, plain: Option<&str>) {
        assert_eq!(super::part_head::plain_name(name), plain, "{name:?}");
    }
    check("a.txt", Some("a.txt"));
    check("../../etc/passwd", Some("passwd"));
    check("C:\\fakepath\\ä b.txt", Some("ä b.txt"));
    check(".profile", Some(".profile"));
    check("CONTENT.txt", Some("CONTENT.txt"));
    check("com10", Some("com10"));
    for refused in [
        "",
        ".",
        "..",
        "a/",
        "a\\..",
        "a:b",
        "C:",
        "a\0b",
        "a\r\nb",
        "a\u{85}",
        "a.",
        "a ",
        "con",
        "NUL.txt",
        "com1 .a",
        "LPT\u{b2}",
        "aux.tar.gz",
        "CONIN$",
    ] {
        check(refused, None);
    }
    check(&"x".repeat(255), Some(&"x".repeat(255)));
    check(&"x".repeat(256), None);
}

#[test]
fn a_handler_reads_a_form_of_its_request_and_faults_have_their_status() {
    let handler = |request: &mut Request<'_>| -> Result<Response, Error> {
        let mut form = request.multipart(MultipartLimits::default().parts_max(1))?;
        let mut names = String::new();
        while let Some(mut part) = form.next_part()? {
            names.push_str(part.name());
            names.push_str(&part.read_to_text(100)?);
        }
        Ok(Response::text(names))
    };
    let send = |content: &[u8]| {
        testing::post("/", content)
            .with_header("Content-Type", "multipart/form-data; boundary=\"x y\"")
            .send_to(&handler)
    };
    assert_eq!(send(&[PART, b"--x y--"].concat()).text(), "a12345");
    assert_eq!(send(&[PART, PART, b"--x y--"].concat()).status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(PART).status(), StatusCode::BAD_REQUEST);
    assert_eq!(testing::post("/", "a=b").send_to(&handler).status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
