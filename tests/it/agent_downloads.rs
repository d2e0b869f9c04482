//! Content into files: whole or not at all, continued only where it is still the same.

use http_client::client::{Client, Downloaded, ErrorKind};
use std::error::Error as _;
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

/// A file of which five bytes are there, under the tag `"a"`.
fn half_there(directory: &Path) -> std::path::PathBuf {
    std::fs::write(directory.join("file.part"), &CONTENT[..5]).unwrap();
    std::fs::write(directory.join("file.part.validator"), "\"a\"").unwrap();
    directory.join("file")
}

#[test]
fn a_server_that_sends_less_than_was_asked_for_is_asked_for_the_rest() {
    #[track_caller]
    fn check(unit: &'static str, complete: &'static str) {
        let directory = tempfile::tempdir().unwrap();
        let path = half_there(directory.path());
        let stage = Stage::start(move |seen, stream| {
            let first = seen.field("Range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
            let first: usize = first.unwrap().parse().unwrap();
            if first == CONTENT.len() {
                let fields = format!("Content-Range: {unit} */10\r\n");
                write_answer(stream, "416 Range Not Satisfiable", &fields, b"")?;
                return Ok(After::Keep);
            }
            let end = CONTENT.len().min(first + 2);
            let fields = format!("Content-Range: {unit} {first}-{}/{complete}\r\nETag: \"a\"\r\n", end - 1);
            write_answer(stream, "206 Partial Content", &fields, &CONTENT[first..end])?;
            Ok(After::Keep)
        })
        .unwrap();
        let done = Client::new().get(stage.url("/")).download(&path).unwrap();
        assert!(matches!(done, Downloaded::Saved { bytes: 10, resumed_bytes: 5 }), "{done:?}");
        assert_eq!(std::fs::read(&path).unwrap(), CONTENT);
        assert_eq!(names(directory.path()), ["file"]);
    }
    check("bytes", "10");
    check("bytes", "*");
    check("Bytes", "10");
    check("BYTES", "*");
}

#[test]
fn the_total_is_one_for_all_parts() {
    use http_client::Method;
    use std::time::Duration;
    let clock = http_client::testing::FakeClock::new();
    let passing = clock.clone();
    let stage = Stage::start(move |seen, stream| {
        passing.advance(Duration::from_secs(1));
        let first = seen.field("Range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
        let first = first.unwrap().to_owned();
        let fields = format!("Content-Range: bytes {first}-{first}/1000\r\nETag: \"a\"\r\n");
        write_answer(stream, "206 Partial Content", &fields, b"x")?;
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::builder().clock(clock).build().unwrap();
    // What has been answered may have been done: by POST it is not to be done twice.
    for (method, is_safe) in [(Method::GET, true), (Method::POST, false)] {
        let directory = tempfile::tempdir().unwrap();
        let path = half_there(directory.path());
        let before = stage.seen().len();
        let asking = client.request(method, stage.url("/")).timeout(Duration::from_secs(20));
        let error = asking.download(&path).unwrap_err();
        assert_eq!(error.timeout(), Some(http_client::client::TimeoutKind::Total), "{error:?}");
        assert_eq!(error.is_safe_to_retry(), is_safe, "{error:?}");
        assert!((1..=20).contains(&(stage.seen().len() - before)), "{}", stage.seen().len());
    }
}

#[test]
fn parts_of_different_things_are_never_put_together() {
    #[track_caller]
    fn check(kept: &str, answered: &'static str) {
        let directory = tempfile::tempdir().unwrap();
        let path = half_there(directory.path());
        std::fs::write(directory.path().join("file.part.validator"), kept).unwrap();
        // It knows Range, but not If-Range.
        let stage = Stage::start(move |seen, stream| {
            if seen.field("Range").is_some() {
                let fields = format!("Content-Range: bytes 5-9/10\r\n{answered}\r\n");
                write_answer(stream, "206 Partial Content", &fields, b"fghij")?;
            } else {
                write_answer(stream, "200 OK", &format!("{answered}\r\n"), b"abcdefghij")?;
            }
            Ok(After::Keep)
        })
        .unwrap();
        let done = Client::new().get(stage.url("/")).download(&path).unwrap();
        assert!(matches!(done, Downloaded::Saved { bytes: 10, resumed_bytes: 0 }), "{done:?}");
        assert_eq!(std::fs::read(&path).unwrap(), b"abcdefghij");
    }
    check("\"a\"", "ETag: \"b\"");
    check("Sun, 06 Nov 1994 08:49:37 GMT", "Last-Modified: Mon, 07 Nov 1994 08:49:37 GMT");
}

#[test]
fn a_part_that_is_not_what_its_field_says_is_an_error_and_leaves_what_was_there() {
    #[track_caller]
    fn check(range: &'static str, content: &'static [u8]) {
        let directory = tempfile::tempdir().unwrap();
        let path = half_there(directory.path());
        let stage = Stage::start(move |_, stream| {
            write_answer(stream, "206 Partial Content", &format!("Content-Range: {range}\r\n"), content)?;
            Ok(After::Keep)
        })
        .unwrap();
        let error = Client::new().get(stage.url("/")).download(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{range}");
        assert_eq!(std::fs::read(directory.path().join("file.part")).unwrap(), &CONTENT[..5], "{range}");
    }
    check("bytes 4-9/10", b"456789");
    check("bytes 5-9/10", b"5678");
    check("bytes 5-9/10", b"56789+");
    check("bytes 5-9/9", b"56789");
    check("bytes 5-4/10", b"");
    check("bytes +5-9/10", b"56789");
    check("lines 5-9/10", b"56789");
    check("bytes 5-18446744073709551615/*", b"56789");
}

#[test]
fn a_date_is_ground_to_go_on_only_if_it_is_strong_and_there_is_no_tag() {
    #[track_caller]
    fn check(fields: &'static str, goes_on: bool) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let stage = Stage::start(move |_, stream| {
            let head = format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 10\r\n\r\n01234");
            stream.write_all(head.as_bytes())?;
            Ok(After::Close)
        })
        .unwrap();
        let client = Client::new();
        for _ in 0..2 {
            client.get(stage.url("/")).download(&path).unwrap_err();
        }
        assert_eq!(stage.seen()[1].field("If-Range").is_some(), goes_on, "{fields}");
    }
    const MODIFIED: &str = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    check("Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: Sun, 06 Nov 1994 08:49:38 GMT\r\n", true);
    check("Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n", false);
    check(MODIFIED, false);
    check(
        "ETag: W/\"a\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: Mon, 07 Nov 1994 08:49:37 GMT\r\n",
        false,
    );
}

#[test]
fn a_download_tells_how_far_it_is() {
    use std::sync::{Arc, Mutex};
    let directory = tempfile::tempdir().unwrap();
    let stage = Stage::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n")?;
        write_answer(stream, "200 OK", "", CONTENT)?;
        Ok(After::Keep)
    })
    .unwrap();
    let (told, hints) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
    let (record, count) = (Arc::clone(&told), Arc::clone(&hints));
    let asking = Client::new()
        .get(stage.url("/"))
        .on_download(move |bytes, of| record.lock().unwrap().push((bytes, of)))
        .on_informational(move |_| *count.lock().unwrap() += 1);
    asking.download(directory.path().join("file")).unwrap();
    assert_eq!(told.lock().unwrap().last(), Some(&(10, Some(10))));
    assert_eq!(*hints.lock().unwrap(), 1);
}

#[test]
fn a_part_without_a_validator_is_somebody_elses_file() {
    let directory = tempfile::tempdir().unwrap();
    let (path, other) = (directory.path().join("file"), directory.path().join("file.part"));
    std::fs::write(&other, "mine").unwrap();
    let stage = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "ETag: \"a\"\r\n", CONTENT)?;
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::new();
    for anew in [false, true] {
        let asking = client.get(stage.url("/"));
        let done = if anew { asking.download_anew(&path) } else { asking.download(&path) };
        assert!(matches!(done.unwrap(), Downloaded::Saved { bytes: 10, resumed_bytes: 0 }));
        assert_eq!(
            (std::fs::read(&path).unwrap(), std::fs::read(&other).unwrap()),
            (CONTENT.to_vec(), b"mine".to_vec())
        );
    }
    assert_eq!(names(directory.path()), ["file", "file.part"]);
}

#[test]
fn a_download_anew_does_not_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = half_there(directory.path());
    let stage = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "ETag: \"a\"\r\n", CONTENT)?;
        Ok(After::Keep)
    })
    .unwrap();
    let done = Client::new().get(stage.url("/")).download_anew(&path).unwrap();
    assert!(matches!(done, Downloaded::Saved { bytes: 10, resumed_bytes: 0 }), "{done:?}");
    assert_eq!(stage.seen()[0].field("Range"), None);
    assert_eq!(names(directory.path()), ["file"]);
}

#[test]
fn of_two_downloads_of_one_path_the_second_fails_and_the_first_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let (begun, is_begun) = std::sync::mpsc::channel();
    let (go_on, goes_on) = std::sync::mpsc::channel::<()>();
    let goes_on = std::sync::Mutex::new(goes_on);
    let slow = Stage::start(move |_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 10\r\n\r\n01234")?;
        goes_on.lock().unwrap().recv().unwrap();
        stream.write_all(b"56789")?;
        Ok(After::Keep)
    })
    .unwrap();
    let (url, place) = (slow.url("/"), path.clone());
    let first = std::thread::spawn(move || {
        let asking = Client::new().get(url).on_download(move |_, _| begun.send(()).unwrap_or_default());
        asking.download(place)
    });
    is_begun.recv().unwrap();
    let quick = breaking_off("\"b\"");
    for anew in [false, true] {
        let asking = Client::new().get(quick.url("/"));
        let second = if anew { asking.download_anew(&path) } else { asking.download(&path) };
        let error = second.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Save);
        assert!(format!("{:?}", error.source()).contains("another download"), "{error:?}");
    }
    go_on.send(()).unwrap();
    assert!(matches!(first.join().unwrap().unwrap(), Downloaded::Saved { bytes: 10, .. }));
    assert_eq!(std::fs::read(&path).unwrap(), CONTENT);
    assert_eq!(names(directory.path()), ["file"]);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_outlive_a_new_file() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let stage = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "ETag: \"a\"\r\n", CONTENT)?;
        Ok(After::Keep)
    })
    .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let client = Client::new();
    let save = |path: &Path| client.get(stage.url("/")).send().unwrap().save_to(path).map(drop);
    let download = |path: &Path| client.get(stage.url("/")).download(path).map(drop);
    for way in [&save as &dyn Fn(&Path) -> _, &download] {
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        symlink("file", &link).unwrap();
        way(&link).unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read(&file).unwrap(), CONTENT);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::remove_file(&link).unwrap();
        std::fs::remove_file(&file).unwrap();
    }
    // What comes is as private as what it replaces, from its first byte on.
    let (private, part) = (directory.path().join("file"), directory.path().join("file.part"));
    std::fs::write(&private, "old").unwrap();
    std::fs::set_permissions(&private, PermissionsExt::from_mode(0o600)).unwrap();
    let broken = breaking_off("\"a\"");
    client.get(broken.url("/")).download(&private).unwrap_err();
    assert_eq!(std::fs::metadata(&part).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::remove_file(&private).unwrap();
    // A part that leads elsewhere is not written through.
    let (path, precious) = (half_there(directory.path()), directory.path().join("precious"));
    std::fs::rename(directory.path().join("file.part"), &precious).unwrap();
    symlink("precious", directory.path().join("file.part")).unwrap();
    assert_eq!(download(&path).unwrap_err().kind(), ErrorKind::Save);
    assert_eq!(std::fs::read(&precious).unwrap(), &CONTENT[..5]);
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

#[test]
fn an_error_of_a_file_names_the_file() {
    #[track_caller]
    fn check(error: &http_client::client::Error, path: &Path) {
        assert_eq!(error.kind(), ErrorKind::Save);
        let text = format!("{error:#}");
        assert!(text.contains(&format!("cannot write {}: ", path.display())), "{text}");
        assert_eq!(text.matches("os error").count(), 1, "{text}");
        let cause = error.source().and_then(|source| source.downcast_ref::<std::io::Error>()).unwrap();
        assert_ne!(cause.kind(), std::io::ErrorKind::Other, "{cause:?}");
    }
    let directory = tempfile::tempdir().unwrap();
    let stage = Stage::start(|_, stream| {
        write_answer(stream, "200 OK", "ETag: \"1\"\r\n", CONTENT)?;
        Ok(After::Keep)
    })
    .unwrap();
    let client = Client::new();
    let nowhere = directory.path().join("no/where");
    check(&client.get(stage.url("/")).download(&nowhere).unwrap_err(), &nowhere);
    check(&client.get(stage.url("/")).send().unwrap().save_to(&nowhere).unwrap_err(), &nowhere);
    #[cfg(target_os = "linux")]
    {
        let full = Path::new("/dev/full");
        check(&client.get(stage.url("/")).download(full).unwrap_err(), full);
        check(&client.get(stage.url("/")).send().unwrap().save_to(full).unwrap_err(), full);
    }
}
