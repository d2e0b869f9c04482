//! Peers that do not read what they have asked for: they hold memory and a descriptor, and no thread.

use crate::client::{Client, PATIENCE, now, wait_until};
use http_server::files::ArchiveFormat;
use http_server::observe::Event;
use http_server::{
    Body, Handler, Request, Response, Server, ServerBuilder, StaticFiles, Throttled, Timeout, Timeouts,
};
use std::io::{Cursor, Read, Write};
use std::num::NonZeroU64;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Peers that do not read: many more than there are threads.
const READERS: usize = 8;
const THREADS: usize = 2;

/// More than all buffers of a connection take.
const LONG: usize = 8 << 20;

const GET: &str = "GET /long HTTP/1.1\r\nHost: x\r\n\r\n";

fn content() -> Vec<u8> {
    (0..=250).cycle().take(LONG).collect()
}

fn builder() -> ServerBuilder {
    with_patience(Server::bind("127.0.0.1:0").unwrap())
}

/// Few threads, and nobody is cut because the others are read first.
fn with_patience(builder: ServerBuilder) -> ServerBuilder {
    let timeouts = Timeouts::default().rate_bytes_per_second_min(0);
    builder.threads_max(THREADS).timeouts(timeouts).observer(|_| {})
}

/// `long`, and an answer that is there at once.
fn beside(long: impl Handler + 'static) -> impl Handler + 'static {
    move |request: &mut Request<'_>| match request.path() {
        "/honest" => Ok(Response::text("hello")),
        _ => long.handle(request),
    }
}

/// Readers that do not read keep nobody waiting, and get all that they have asked for when they do.
#[track_caller]
fn check(long: impl Handler + 'static, ask: &str, answers: usize, expected: &[u8]) {
    let server = builder().serve(beside(long)).unwrap();
    let mut readers: Vec<_> = (0..READERS).map(|_| Client::connect(&server)).collect();
    for reader in &mut readers {
        reader.send(ask);
    }
    wait_until(|| server.stats().requests >= READERS as u64, "a reader was not heard");
    for _ in 0..3 {
        assert_eq!(Client::connect(&server).get("/honest").text(), "hello");
    }
    assert!(server.stats().threads <= THREADS);
    for reader in &mut readers {
        for _ in 0..answers {
            let answer = reader.answer();
            assert!(answer.body == expected, "{} bytes of {}", answer.body.len(), expected.len());
        }
        // The connection goes on as any.
        assert_eq!(reader.get("/honest").text(), "hello");
    }
}

#[test]
fn content_that_is_shared_goes_out_as_its_readers_take_it() {
    let content: Arc<[u8]> = content().into();
    let shared = Arc::clone(&content);
    check(move |_: &mut Request<'_>| Response::content("a/b", Arc::clone(&shared)), GET, 1, &content);
}

#[test]
fn content_of_its_own_goes_out_as_its_reader_takes_it() {
    let content = content();
    let owned = content.clone();
    check(move |_: &mut Request<'_>| Response::content("a/b", owned.clone()), GET, 1, &content);
}

#[test]
fn a_file_goes_out_as_its_readers_take_it() {
    let folder = tempfile::tempdir().unwrap();
    let content = content();
    std::fs::write(folder.path().join("long"), &content).unwrap();
    check(StaticFiles::new(folder.path()).unwrap(), GET, 1, &content);
}

#[test]
fn what_a_reader_gives_goes_out_as_its_readers_take_it() {
    let content = content();
    let given = content.clone();
    let sized = move |_: &mut Request<'_>| {
        let body = Body::sized_reader(Cursor::new(given.clone()), given.len() as u64);
        Response::content("a/b", body)
    };
    check(sized, GET, 1, &content);
    let given = content.clone();
    let chunked =
        move |_: &mut Request<'_>| Response::content("a/b", Body::reader(Cursor::new(given.clone())));
    check(chunked, GET, 1, &content);
}

#[cfg(feature = "gzip")]
#[test]
fn content_is_compressed_as_its_readers_take_it() {
    // No coder makes this much shorter.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let noise: Arc<[u8]> = (0..LONG / 8).flat_map(|_| noise()).collect();
    let coded = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(5));
        encoder.write_all(&noise).unwrap();
        encoder.finish().unwrap()
    };
    let long = move |_: &mut Request<'_>| Response::content("text/plain", Arc::clone(&noise));
    let ask = "GET /long HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n";
    check(http_server::Compressed::new(long), ask, 1, &coded);
}

#[test]
fn an_archive_is_made_as_its_readers_take_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("long"), content()).unwrap();
    let served = || StaticFiles::new(folder.path()).unwrap().archives(ArchiveFormat::ALL);
    let ask = "GET /?archive=tar HTTP/1.1\r\nHost: x\r\n\r\n";
    let server = builder().serve(served()).unwrap();
    let archive = Client::connect(&server).send(ask).answer().body;
    assert!(archive.len() > LONG && archive.len() < LONG + 4096, "{} bytes", archive.len());
    check(served(), ask, 1, &archive);
}

#[test]
fn answers_that_are_held_back_hold_no_thread() {
    const MANY: usize = 16;
    let long = |_: &mut Request<'_>| Response::text("x".repeat(1000));
    let slow = Throttled::new(long, NonZeroU64::new(1000).unwrap());
    let server = builder().serve(beside(slow)).unwrap();
    let mut readers: Vec<_> = (0..MANY).map(|_| Client::connect(&server)).collect();
    let began = now();
    for reader in &mut readers {
        reader.send(GET);
    }
    wait_until(|| server.stats().requests >= MANY as u64, "a reader was not heard");
    assert_eq!(Client::connect(&server).get("/honest").text(), "hello");
    assert!(now() - began < Duration::from_secs(3), "it has waited");
    for reader in &mut readers {
        assert_eq!(reader.answer().body.len(), 1000);
        assert_eq!(reader.get("/honest").text(), "hello");
    }
    let elapsed = now() - began;
    // The last of 20 pieces leaves after 950 ms; with a thread for each it would be eight times as long.
    assert!(elapsed >= Duration::from_millis(940) && elapsed < Duration::from_secs(5), "{elapsed:?}");
    assert!(server.stats().threads <= THREADS);
}

#[test]
fn what_is_held_back_leaves_at_once_when_the_server_stops() {
    let long = |_: &mut Request<'_>| Response::text("x".repeat(100_000));
    let slow = Throttled::new(long, NonZeroU64::new(1000).unwrap());
    let server = builder().serve(slow).unwrap();
    let mut reader = Client::connect(&server);
    reader.send(GET);
    wait_until(|| server.stats().requests >= 1, "it was not heard");
    let began = now();
    std::thread::scope(|scope| {
        scope.spawn(|| server.shutdown(PATIENCE));
        assert_eq!(reader.answer().body.len(), 100_000);
    });
    // All of it would take 100 seconds.
    assert!(now() - began < Duration::from_secs(20));
}

#[test]
fn answers_to_many_requests_at_a_time_go_out_as_their_reader_takes_them() {
    const ANSWERS: usize = 1000;
    let ask = GET.repeat(ANSWERS);
    let content = vec![b'x'; 8 * 1024];
    let small = content.clone();
    check(move |_: &mut Request<'_>| Response::content("a/b", small.clone()), &ask, ANSWERS, &content);
}

#[cfg(feature = "tls")]
#[test]
fn over_tls_too_content_goes_out_as_its_readers_take_it() {
    let authority = crate::tls::Authority::new();
    let content: Arc<[u8]> = content().into();
    let shared = Arc::clone(&content);
    let long = move |_: &mut Request<'_>| Response::content("a/b", Arc::clone(&shared));
    let builder = Server::builder().bind_tls("127.0.0.1:0", authority.tls("localhost")).unwrap();
    let server = with_patience(builder).serve(beside(long)).unwrap();
    let config = authority.client(None);
    let connect = || crate::tls::connect(&server, &config, "localhost");
    let mut readers: Vec<_> = (0..READERS).map(|_| connect()).collect();
    for reader in &mut readers {
        reader.send(GET);
    }
    wait_until(|| server.stats().requests >= READERS as u64, "a reader was not heard");
    assert_eq!(connect().get("/honest").text(), "hello");
    for reader in &mut readers {
        assert!(reader.answer().body == *content);
        assert_eq!(reader.get("/honest").text(), "hello");
    }
}

#[test]
fn a_slow_handler_is_not_called_before_its_peer_has_room_for_earlier_answers() {
    // Handlers that take their time, so that each answer is sent before the next one is made.
    let (_open, never) = channel::<()>();
    let never = Mutex::new(never);
    let slow = move |_: &mut Request<'_>| {
        let _ = never.lock().unwrap().recv_timeout(Duration::from_millis(2));
        Response::content("a/b", vec![b'x'; 1 << 20])
    };
    let server = builder().serve(beside(slow)).unwrap();
    let mut reader = Client::connect(&server);
    reader.send(GET.repeat(40));
    wait_until(|| server.stats().requests >= 2, "it was not heard");
    assert_eq!(Client::connect(&server).get("/honest").text(), "hello");
    for _ in 0..40 {
        assert_eq!(reader.answer().body.len(), 1 << 20);
    }
}

/// A server whose readers may be silent for a moment only, and what it tells: how many bytes of content have gone and
/// whether that was all, and why an answer was cut.
fn impatient(
    timeouts: Timeouts,
) -> (http_server::ServerHandle, impl Fn() -> (u64, bool), impl Fn() -> String) {
    let content: Arc<[u8]> = content().into();
    let (tell, told) = channel();
    let (tell_cut, cut) = channel();
    let (tell, tell_cut) = (Mutex::new(tell), Mutex::new(tell_cut));
    let server = builder()
        .timeouts(timeouts)
        .observer(move |event| {
            if let Event::AnswerCut { error, .. } = event {
                tell_cut.lock().unwrap().send(error.to_string()).unwrap();
            }
        })
        .serve(move |_: &mut Request<'_>| {
            let tell = tell.lock().unwrap().clone();
            Response::content("a/b", Arc::clone(&content))
                .on_sent(move |sent| tell.send((sent.content_bytes, sent.complete)).unwrap())
        })
        .unwrap();
    let told = move || told.recv_timeout(PATIENCE).unwrap();
    (server, told, move || cut.recv_timeout(PATIENCE).unwrap())
}

#[test]
fn a_reader_that_takes_nothing_for_too_long_is_cut_and_that_is_told() {
    let rate = Timeouts::default().rate_bytes_per_second_min(0);
    let pace = Timeouts::default().rate_grace(Duration::from_millis(100)).rate_bytes_per_second_min(1 << 30);
    for timeouts in [rate.stall(Duration::from_millis(100)), pace] {
        let (server, told, cut) = impatient(timeouts);
        let mut reader = Client::connect(&server);
        reader.send(GET);
        assert_eq!(cut(), "the peer is too slow");
        let (bytes, complete) = told();
        assert!(bytes < LONG as u64 && !complete, "{bytes}");
        wait_until(|| server.stats().connections_open == 0, "the connection is still there");
        let mut got = Vec::new();
        // It ends in a reset or not, but before the end of the content.
        let _ = reader.stream.read_to_end(&mut got);
        assert!(got.len() < LONG);
    }
}

#[test]
fn a_reader_that_goes_away_ends_its_answer() {
    let (server, told, cut) = impatient(Timeouts::default());
    let mut reader = Client::connect(&server);
    reader.send(GET);
    let mut some = [0; 1000];
    reader.stream.read_exact(&mut some).unwrap();
    drop(reader);
    cut();
    assert!(!told().1);
    wait_until(|| server.stats().connections_open == 0, "the connection is still there");
}

#[test]
fn a_reader_that_reads_to_the_end_is_told_as_complete() {
    let (server, told, _) = impatient(Timeouts::default());
    let mut reader = Client::connect(&server);
    reader.send(GET);
    assert_eq!(reader.answer().body.len(), LONG);
    assert_eq!(told(), (LONG as u64, true));
}

#[test]
fn the_time_for_a_request_ends_an_answer_that_is_not_taken() {
    let content: Arc<[u8]> = content().into();
    let long = move |_: &mut Request<'_>| Response::content("a/b", Arc::clone(&content));
    let server = builder().serve(Timeout::new(long, Duration::from_millis(200))).unwrap();
    let mut reader = Client::connect(&server);
    reader.send(GET);
    wait_until(|| server.stats().requests == 1, "it was not heard");
    wait_until(|| server.stats().connections_open == 0, "the connection is still there");
}

#[test]
fn a_shutdown_waits_for_readers_that_read_and_cuts_those_that_do_not() {
    let (server, told, cut) = impatient(Timeouts::default());
    let mut silent = Client::connect(&server);
    let mut reader = Client::connect(&server);
    silent.send(GET);
    reader.send(GET);
    wait_until(|| server.stats().requests == 2, "one was not heard");
    let reads = std::thread::spawn(move || {
        let answer = reader.answer();
        reader.expect_end();
        answer.body.len()
    });
    let report = server.shutdown(Duration::from_millis(1500));
    assert_eq!(reads.join().unwrap(), LONG);
    // It may have read all before the server begins to stop.
    assert_eq!((report.drained + report.idle_closed, report.cut), (1, 1), "{report:?}");
    cut();
    let mut ends = [told(), told()];
    ends.sort_unstable_by_key(|(_, complete)| *complete);
    assert!(!ends[0].1 && ends[1] == (LONG as u64, true), "{ends:?}");
}

#[test]
fn a_file_that_becomes_shorter_while_it_is_sent_ends_the_connection() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long");
    std::fs::write(&path, content()).unwrap();
    let server = builder().serve(StaticFiles::new(folder.path()).unwrap()).unwrap();
    let mut reader = Client::connect(&server);
    reader.send(GET);
    reader.stream.read_exact(&mut [0; 1000]).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_len(1000).unwrap();
    let mut rest = Vec::new();
    let _ = reader.stream.read_to_end(&mut rest);
    assert!(rest.len() < LONG, "{}", rest.len());
    wait_until(|| server.stats().connections_open == 0, "the connection is still there");
}

#[test]
fn a_reader_that_has_sent_more_meanwhile_is_answered_behind_its_content() {
    let content: Arc<[u8]> = content().into();
    let shared = Arc::clone(&content);
    let server = builder()
        .serve(beside(move |_: &mut Request<'_>| Response::content("a/b", Arc::clone(&shared))))
        .unwrap();
    let mut reader = Client::connect(&server);
    reader.send(GET);
    wait_until(|| server.stats().requests == 1, "it was not heard");
    // A part of the next request, then the rest while the answer is read.
    reader.send("GET /honest HT");
    reader.stream.flush().unwrap();
    let mut next = reader.stream.try_clone().unwrap();
    let sends = std::thread::spawn(move || next.write_all(b"TP/1.1\r\nHost: x\r\n\r\n").unwrap());
    assert!(reader.answer().body == *content);
    sends.join().unwrap();
    assert_eq!(reader.answer().text(), "hello");
}

#[test]
fn the_last_bytes_of_an_answer_that_ends_with_its_connection_are_no_end_if_they_are_not_taken() {
    // More than a socket takes, in pieces that are small enough to be gathered; the last of them waits for room.
    let stream = |_: &mut Request<'_>| {
        Response::stream("a/b", |body| (0..LONG / 8192).try_for_each(|_| body.write_all(&[b'x'; 8192])))
    };
    let (tell_cut, cut) = channel();
    let tell_cut = Mutex::new(tell_cut);
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .observer(move |event| {
            if let Event::AnswerCut { .. } = event {
                tell_cut.lock().unwrap().send(()).unwrap();
            }
        })
        .serve(stream)
        .unwrap();
    let mut reader = Client::connect(&server);
    reader.send("GET /long HTTP/1.0\r\n\r\n");
    wait_until(|| server.stats().requests == 1, "it was not heard");
    let report = server.shutdown(Duration::from_millis(100));
    assert_eq!(report.cut, 1, "{report:?}");
    cut.recv_timeout(PATIENCE).unwrap();
    let end = reader.stream.read_to_end(&mut Vec::new());
    assert!(end.is_err(), "it ends as if it were whole: {end:?}");
}

#[test]
fn whoever_panics_at_hearing_of_a_cut_answer_ends_nothing_else() {
    let content: Arc<[u8]> = content().into();
    let long = move |_: &mut Request<'_>| {
        Response::content("a/b", Arc::clone(&content)).on_sent(|sent| assert!(sent.complete, "it was cut"))
    };
    let server = builder().serve(beside(long)).unwrap();
    for _ in 0..THREADS * 3 {
        let mut reader = Client::connect(&server);
        reader.send(GET);
        reader.stream.read_exact(&mut [0; 1000]).unwrap();
    }
    assert_eq!(Client::connect(&server).get("/honest").text(), "hello");
    wait_until(|| server.stats().connections_open == 0, "a connection is still there");
    assert_eq!(server.stats().threads, THREADS);
}
