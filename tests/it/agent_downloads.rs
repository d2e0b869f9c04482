//! Content into files: whole or not at all, continued only where it is still the same.

use http_client::client::{Client, Downloaded, ErrorKind};
use std::io::Write;
use std::path::Path;
use support::stage::{After, Stage, write_answer};

const CONTENT: &[u8] = b"0123456789";

/// A server of ten bytes that breaks off after five unless a part is asked for.
fn breaking_off(tag: &'static str) -> Stage {
    Stage::start(move |seen, stream| {
        let range = seen
            .field("Range")
            .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
        let same = seen.field("If-Range") == Some(tag);
        match range {
            Some(10) if same => {
                write_answer(stream, "416 Range Not Satisfiable", "Content-Range: bytes */10\r\n", b"")?;
            }
            Some(first) if same => {
                let first: usize = first;
                let fields = format!("Content-Range: bytes {first}-9/10\r\nETag: {tag}\r\n");
                write_answer(stream, "206 Partial Content", &fields, &CONTENT[first..])?;
            }
            Some(_) => write_answer(stream, "200 OK", &format!("ETag: {tag}\r\n"), CONTENT)?,
            None => {
                let head = format!("HTTP/1.1 200 OK\r\nETag: {tag}\r\nContent-Length: 10\r\n\r\n01234");
                stream.write_all(head.as_bytes())?;
                return Ok(After::Close);
            }
        }
        Ok(After::Keep)
    })
    .unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    std::fs::write(&path, "old").unwrap();
    let stage = breaking_off("\"a\"");
    let client = Client::new();
    let error = client.get(stage.url("/")).send().unwrap().save_to(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    assert_eq!(
        (std::fs::read(&path).unwrap(), names(directory.path())),
        (b"old".to_vec(), vec!["file".to_owned()])
    );
    let whole = client.get(stage.url("/")).header("Range", "bytes=0-").send().unwrap();
    assert_eq!(whole.save_to(&path).unwrap(), 10);
    assert_eq!(
        (std::fs::read(&path).unwrap(), names(directory.path())),
        (CONTENT.to_vec(), vec!["file".to_owned()])
    );
    let nowhere = client.get(stage.url("/")).header("Range", "bytes=0-").send().unwrap();
    assert_eq!(nowhere.save_to(directory.path().join("no/where")).unwrap_err().kind(), ErrorKind::Save);
}

#[test]
fn a_download_goes_on_where_it_stopped() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let stage = breaking_off("\"a\"");
    let client = Client::new();
    let error = client.get(stage.url("/")).download(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    assert_eq!(names(directory.path()), ["file.part", "file.part.validator"]);
    let done = client.get(stage.url("/")).download(&path).unwrap();
    assert!(matches!(done, Downloaded::Saved { bytes: 10, resumed_bytes: 5 }), "{done:?}");
    assert_eq!(
        (std::fs::read(&path).unwrap(), names(directory.path())),
        (CONTENT.to_vec(), vec!["file".to_owned()])
    );
    let seen = stage.seen();
    assert_eq!((seen[1].field("Range"), seen[1].field("If-Range")), (Some("bytes=5-"), Some("\"a\"")));
    assert_eq!(seen[1].field("Accept-Encoding"), Some("identity"));
}

#[test]
fn content_that_has_changed_is_fetched_anew() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    std::fs::write(directory.path().join("file.part"), "other").unwrap();
    std::fs::write(directory.path().join("file.part.validator"), "\"old\"").unwrap();
    let stage = breaking_off("\"new\"");
    let done = Client::new().get(stage.url("/")).download(&path).unwrap();
    assert!(matches!(done, Downloaded::Saved { bytes: 10, resumed_bytes: 0 }), "{done:?}");
    assert_eq!(std::fs::read(&path).unwrap(), CONTENT);
}

#[test]
fn a_part_that_was_whole_already_is_just_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    std::fs::write(directory.path().join("file.part"), CONTENT).unwrap();
    std::fs::write(directory.path().join("file.part.validator"), "\"a\"").unwrap();
    let stage = breaking_off("\"a\"");
    let done = Client::new().get(stage.url("/")).download(&path).unwrap();
    assert!(matches!(done, Downloaded::Saved { bytes: 10, resumed_bytes: 10 }), "{done:?}");
    assert_eq!(std::fs::read(&path).unwrap(), CONTENT);
}

#[test]
fn a_weak_tag_is_no_ground_to_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let stage = breaking_off("W/\"a\"");
    let client = Client::new();
    for _ in 0..2 {
        client.get(stage.url("/")).download(&path).unwrap_err();
    }
    assert!(stage.seen().iter().all(|seen| seen.field("Range").is_none()));
}

#[test]
fn another_status_saves_nothing_and_can_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let stage = Stage::start(|_, stream| {
        write_answer(stream, "404 Not Found", "", b"gone")?;
        Ok(After::Keep)
    })
    .unwrap();
    let done = Client::new().get(stage.url("/")).download(directory.path().join("file")).unwrap();
    let Downloaded::Refused(answer) = done else { panic!("{done:?}") };
    assert_eq!(answer.text().unwrap(), "gone");
    assert!(names(directory.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_written_to_and_stays_what_it_is() {
    use std::os::unix::fs::FileTypeExt;
    let stage = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "", b"hello")?;
        Ok(After::Keep)
    })
    .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let client = Client::new();
    let save = || client.get(stage.url("/")).send().unwrap().save_to(&path).map(drop);
    let download = || client.get(stage.url("/")).download(&path).map(drop);
    for way in [&save as &dyn Fn() -> _, &download] {
        let source = path.clone();
        let reader = std::thread::spawn(move || std::fs::read(source).unwrap());
        way().unwrap();
        assert_eq!(reader.join().unwrap(), b"hello");
    }
    assert!(std::fs::metadata(&path).unwrap().file_type().is_fifo());
    assert_eq!(names(directory.path()), ["pipe"]);
}
