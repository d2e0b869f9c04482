//! Several parts as one reader.

use super::MultipartReader;
use std::io::{Cursor, Read as _};

#[test]
fn parts_come_between_their_lines_and_the_length_is_known() {
    let content: Vec<u8> = (b'a'..=b'z').collect();
    let mut reader = MultipartReader::new(Cursor::new(content), vec![0..2, 10..13], "text/plain", 26);
    let boundary = reader.content_type().strip_prefix("multipart/byteranges; boundary=").unwrap().to_owned();
    assert_eq!(boundary.len(), 32);
    let length_bytes = reader.length_bytes();
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text.len() as u64, length_bytes);
    assert_eq!(
        text,
        format!(
            "\r\n--{boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/26\r\n\r\nab\
             \r\n--{boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes 10-12/26\r\n\r\nklm\
             \r\n--{boundary}--\r\n"
        )
    );
}

#[test]
fn it_can_be_read_byte_by_byte() {
    let content = || Cursor::new((0..=255).collect::<Vec<u8>>());
    let mut reader = MultipartReader::new(content(), vec![0..100, 200..256], "a/b", 256);
    let (length_bytes, mut count, mut byte) = (reader.length_bytes(), 0, [0; 1]);
    while reader.read(&mut byte).unwrap() == 1 {
        count += 1;
    }
    assert_eq!(count, length_bytes);
    assert_eq!(reader.read(&mut byte).unwrap(), 0, "the end stays the end");
}

#[test]
fn content_that_shrank_is_an_error_and_not_an_early_end() {
    let mut reader = MultipartReader::new(Cursor::new(vec![0; 10]), vec![0..2, 8..12], "a/b", 12);
    let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
}

#[test]
fn every_answer_has_its_own_boundary() {
    let reader = || MultipartReader::new(Cursor::new(Vec::<u8>::new()), Vec::new(), "a/b", 0).content_type();
    assert_ne!(reader(), reader());
}
