//! The exact bytes of forms, their lengths, and names that try to break out.

use super::*;

fn read(form: &mut Multipart) -> io::Result<String> {
    let mut bytes = Vec::new();
    form.open()?.read_to_end(&mut bytes)?;
    Ok(String::from_utf8(bytes).unwrap())
}

#[test]
fn the_bytes_are_those_of_rfc_7578() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("\u{fc}.txt");
    std::fs::write(&path, "from a file").unwrap();
    let mut form = Multipart::with_boundary("XX".to_owned())
        .text("title", "a\r\nb")
        .part("data", Part::bytes(b"bytes").file_name("a.png").content_type("image/png"))
        .file("file", &path)
        .unwrap();
    let expected = "--XX\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\na\r\nb\r\n\
        --XX\r\nContent-Disposition: form-data; name=\"data\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\
        bytes\r\n\
        --XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\u{fc}.txt\"\r\n\
        Content-Type: application/octet-stream\r\n\r\nfrom a file\r\n--XX--\r\n";
    assert_eq!(read(&mut form).unwrap(), expected);
    assert_eq!(form.len(), Some(expected.len() as u64));
    assert!(form.is_replayable());
    assert_eq!(read(&mut form).unwrap(), expected, "the second time");
    assert_eq!(form.content_type(), "multipart/form-data; boundary=XX");
}

#[test]
fn names_cannot_break_out() {
    let mut form = Multipart::with_boundary("XX".to_owned())
        .part("a\"; x=\"\r\nInjected: 1", Part::text("v").file_name("b\"\n\0\x7f\\"));
    assert_eq!(
        read(&mut form).unwrap(),
        "--XX\r\nContent-Disposition: form-data; name=\"a%22; x=%22%0D%0AInjected: 1\"; \
         filename=\"b%22%0A%00%7F\\\"\r\n\r\nv\r\n--XX--\r\n"
    );
}

#[test]
fn a_type_that_breaks_out_is_an_error_when_the_form_is_sent() {
    let mut form = Multipart::new().part("a", Part::text("v").content_type("t/x\r\nInjected: 2"));
    assert_eq!(read(&mut form).unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

#[test]
fn lengths_are_known_if_all_parts_are() {
    let sized = || Part::reader_sized(&b"12345"[..], 5);
    let mut form = Multipart::new().text("a", "b").part("c", sized());
    let length = form.len().unwrap();
    assert_eq!(read(&mut form).unwrap().len() as u64, length);
    assert!(!form.is_replayable());
    let mut form = Multipart::new().part("c", sized()).part("d", Part::reader(&b"x"[..]));
    assert_eq!(form.len(), None);
    assert!(read(&mut form).unwrap().contains("x\r\n"));
}

#[test]
fn a_part_gives_as_much_as_announced_or_fails() {
    let mut long = Multipart::new().part("a", Part::reader_sized(&b"123456"[..], 5));
    assert!(read(&mut long).unwrap().contains("12345\r\n"));
    let mut short = Multipart::new().part("a", Part::reader_sized(&b"1234"[..], 5));
    assert_eq!(read(&mut short).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn boundaries_differ() {
    assert_ne!(Multipart::new().content_type(), Multipart::new().content_type());
}
