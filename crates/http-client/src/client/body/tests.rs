//! Lengths, replay and what is read.

use super::*;
use std::io::Write;

fn read(body: &mut Body) -> Vec<u8> {
    match body.open().unwrap() {
        Opened::None => Vec::new(),
        Opened::Bytes(bytes) => bytes.to_vec(),
        Opened::Reader { mut reader, .. } => {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).unwrap();
            bytes
        }
    }
}

#[test]
fn kinds_know_their_length_and_whether_they_can_be_sent_again() {
    #[track_caller]
    fn check(mut body: Body, len: Option<u64>, is_replayable: bool, content: &[u8]) {
        assert_eq!((body.len(), body.is_replayable()), (len, is_replayable));
        assert_eq!(read(&mut body), content);
        if is_replayable {
            assert_eq!(read(&mut body), content, "the second time");
        } else {
            assert!(body.open().is_err());
        }
    }
    check(().into(), Some(0), true, b"");
    check("text".into(), Some(4), true, b"text");
    check(b"bytes".into(), Some(5), true, b"bytes");
    check(vec![1, 2].into(), Some(2), true, &[1, 2]);
    check(Body::reader(&b"stream"[..]), None, false, b"stream");
    check(Body::reader_sized(&b"stream"[..], 6), Some(6), false, b"stream");

    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"skipped;kept").unwrap();
    file.seek(SeekFrom::Start(8)).unwrap();
    check(Body::file(file).unwrap(), Some(4), true, b"kept");
}

#[test]
fn text_has_a_type_bytes_have_none() {
    assert_eq!(Body::from("x").content_type(), Some(TEXT));
    assert_eq!(Body::from(b"x").content_type(), None);
    assert_eq!(Body::from("x").with_content_type("a/b").content_type(), Some("a/b"));
}

#[test]
fn clones_are_made_of_bytes_only() {
    assert_eq!(read(&mut Body::from("x").try_clone().unwrap()), b"x");
    assert!(Body::reader(io::empty()).try_clone().is_none());
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_refused() {
    assert!(Body::file(File::open("/dev/null").unwrap()).is_err());
}

#[test]
fn debug_shows_no_content() {
    assert!(!format!("{:?}", Body::from("hunter2")).contains("hunter2"));
}
