//! Which calls share a connection of `Client`, which do not, and what one connection leaves to the next.

use crate::agent_peer::all_names_are;
use http_client::client::{Client, Event, Timeouts};
use std::io::{self, BufReader};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::stage::{After, Stage, read_request, write_answer};

/// Says the peer's address, and keeps connections or closes them.
fn says_who_asks(keeps: bool) -> Stage {
    Stage::start(move |seen, stream| {
        let (host, fields) = (stream.peer_addr()?.ip(), if keeps { "" } else { "Connection: close\r\n" });
        let text = format!("{host} {}", seen.field("X-Mark").unwrap_or_default());
        write_answer(stream, "200 OK", fields, text.trim_end().as_bytes())?;
        Ok(After::Keep)
    })
    .unwrap()
}

/// A server on a Unix socket, which says its name and how many connections it has had.
#[cfg(unix)]
fn unix_server(path: std::path::PathBuf, name: &'static str) -> Arc<Mutex<usize>> {
    let count = Arc::new(Mutex::new(0));
    let own = Arc::clone(&count);
    let listener = std::os::unix::net::UnixListener::bind(path).unwrap();
    std::thread::spawn(move || {
        // Its connections end with the client.
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            *own.lock().unwrap() += 1;
            std::thread::spawn(move || -> io::Result<()> {
                let mut reader = BufReader::new(stream.try_clone()?);
                while read_request(&mut reader, 0, 0)?.is_some() {
                    write_answer(&mut stream, "200 OK", "", name.as_bytes())?;
                }
                Ok(())
            });
        }
    });
    count
}

#[cfg(unix)]
#[test]
fn two_unix_sockets_keep_apart_and_each_keeps_its_connection() {
    let directory = tempfile::tempdir().unwrap();
    let (one, two) = (directory.path().join("one"), directory.path().join("two"));
    let counts = [unix_server(one.clone(), "one"), unix_server(two.clone(), "two")];
    let client = Client::new();
    for _ in 0..3 {
        for (path, name) in [(&one, "one"), (&two, "two")] {
            let answer = client.get("http://same.test/").unix_socket(path).send().unwrap();
            assert_eq!(answer.connection().unix_path.as_ref(), Some(path));
            assert_eq!(answer.text().unwrap(), name);
        }
    }
    assert_eq!(client.connections(), (2, 2));
    assert_eq!(counts.map(|count| *count.lock().unwrap()), [1, 1]);
}

/// Three times each, in turn: whoever asks is told from where.
#[cfg(target_os = "linux")]
#[track_caller]
fn ask_from_three_addresses(client: &Client, stage: &Stage) {
    for _ in 0..3 {
        for address in ["127.0.0.2", "127.0.0.3"] {
            let from: SocketAddr = format!("{address}:0").parse().unwrap();
            let call = client.get(stage.url("/")).source_address(from);
            assert_eq!(call.send().unwrap().text().unwrap(), address);
        }
        assert_eq!(client.get(stage.url("/")).send().unwrap().text().unwrap(), "127.0.0.1");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn two_addresses_of_this_side_keep_apart_and_each_keeps_its_connection() {
    let stage = says_who_asks(true);
    let client = Client::new();
    ask_from_three_addresses(&client, &stage);
    assert_eq!((client.connections(), stage.connections()), ((3, 3), 3));
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_closed_connection_leaves_serves_only_calls_that_could_have_shared_it() {
    let stage = says_who_asks(false);
    let client = Client::new();
    ask_from_three_addresses(&client, &stage);
    assert_eq!((client.connections(), stage.connections()), ((0, 0), 9));
}

#[test]
fn a_closed_connection_leaves_nothing_of_its_call_to_the_next() {
    let stage = Stage::start(|seen, stream| {
        io::Write::write_all(stream, b"HTTP/1.1 103 Early Hints\r\n\r\n")?;
        let text = format!("{} {}", seen.fields().count(), seen.field("X-Mark").unwrap_or("none"));
        write_answer(stream, "200 OK", "Connection: close\r\n", text.as_bytes())?;
        Ok(After::Keep)
    })
    .unwrap();
    let told: Arc<Mutex<Vec<Option<Duration>>>> = Arc::default();
    let (record, find) = (Arc::clone(&told), all_names_are([stage.address()]));
    let client = Client::builder()
        .resolver(move |host: &str, port: u16, limit: Option<Duration>| {
            record.lock().unwrap().push(limit);
            find(host, port, limit)
        })
        .build()
        .unwrap();
    let url = format!("http://name.test:{}/", stage.address().port());
    let seconds = |count| Some(Duration::from_secs(count));
    let hints = Arc::new(Mutex::new(0));
    for (limit, mark) in [(3, Some("one")), (7, None), (5, Some("three"))] {
        let mut call = client.get(&url).timeouts(Timeouts::DEFAULT.resolve(seconds(limit)));
        if let Some(mark) = mark {
            let hints = Arc::clone(&hints);
            call = call.header("X-Mark", mark).on_informational(move |_| *hints.lock().unwrap() += 1);
        }
        let text = call.send().unwrap().text().unwrap();
        let fields = if mark.is_some() { 5 } else { 4 };
        assert_eq!(text, format!("{fields} {}", mark.unwrap_or("none")));
    }
    assert_eq!(*told.lock().unwrap(), [seconds(3), seconds(7), seconds(5)], "each call has its own limit");
    assert_eq!(*hints.lock().unwrap(), 2, "the call without a hook was not told to another's");
    assert_eq!((client.connections(), stage.connections()), ((0, 0), 3));
}

#[test]
fn a_connection_that_is_closed_is_closed_at_once_whatever_is_kept_of_it() {
    let (sender, ended) = std::sync::mpsc::channel();
    let sender = Mutex::new(sender);
    let stage = Stage::raw(move |_, mut stream| {
        let mut reader = BufReader::new(stream.try_clone()?);
        read_request(&mut reader, 0, 0)?;
        write_answer(&mut stream, "200 OK", "Connection: close\r\n", b"hello")?;
        // The client closes first.
        let rest = io::Read::read(&mut reader, &mut [0])?;
        let told = sender.lock().unwrap().send(rest);
        told.map_err(io::Error::other)
    })
    .unwrap();
    let client = Client::new();
    client.get(stage.url("/")).send().unwrap().text().unwrap();
    assert_eq!(ended.recv_timeout(Duration::from_secs(20)), Ok(0));
    // The client is still there, with what it keeps.
    assert_eq!(client.connections(), (0, 0));
}

#[test]
fn the_first_byte_is_told_when_it_comes_and_before_all_that_follows() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let receiver = Mutex::new(receiver);
    let stage = Stage::start(move |_, stream| {
        io::Write::write_all(stream, b"H")?;
        // Nothing more until the observer has been told of this one byte.
        let told = receiver.lock().unwrap().recv_timeout(Duration::from_secs(20));
        told.map_err(io::Error::other)?;
        let rest = b"TTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        io::Write::write_all(stream, rest)?;
        Ok(After::Keep)
    })
    .unwrap();
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let (record, sender) = (Arc::clone(&told), Mutex::new(sender));
    let client = Client::builder()
        .observer(move |event: &Event<'_>| {
            let text = format!("{event:?}");
            record.lock().unwrap().push(text.split([' ', '{']).next().unwrap_or_default().to_owned());
            if let Event::FirstByte { .. } = event {
                sender.lock().unwrap().send(()).unwrap();
            }
        })
        .build()
        .unwrap();
    for opening in ["Connected", "Reused"] {
        let answer = client.get(stage.url("/")).send().unwrap();
        let timings = *answer.timings();
        assert!(timings.send + timings.first_byte <= timings.head, "{timings:?}");
        assert_eq!(answer.text().unwrap(), "ok");
        let expected =
            ["Started", opening, "Sent", "FirstByte", "Informational", "Answered", "ContentDone", "Pooled"];
        assert_eq!(std::mem::take(&mut *told.lock().unwrap()), expected);
    }
}
