//! The engine on each poller, over real sockets; what it serves is tested in `tests/it`.

use super::Engine;
use super::poller::{Native, Poller, Portable};
use crate::context::{Context, Counters};
use crate::handler::Handler;
use crate::limits::{Limits, Timeouts};
use crate::listener::{Listener, Listening};
use crate::request::Request;
use crate::response::Response;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);
const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

fn start<P: Poller>(timeouts: Timeouts) -> (Engine<P>, SocketAddr) {
    start_with(timeouts, |request: &mut Request<'_>| Response::text(request.path().to_owned()))
}

fn start_with<P: Poller>(timeouts: Timeouts, handler: impl Handler + 'static) -> (Engine<P>, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let context = Context {
        handler: Box::new(handler),
        per_address_default: usize::MAX,
        limits: Limits::default(),
        timeouts,
        server_name: Vec::new(),
        speaks: http_proto::Version::HTTP_11,
        stopping: Arc::new(AtomicBool::new(false)),
        observer: Box::new(|_| {}),
        proxies: None,
        error_pages: crate::error_page::ErrorPages::default(),
        counters: Counters::default(),
    };
    (Engine::start(context, vec![Listening::new(Listener::Tcp(listener))], 64).unwrap(), address)
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

#[track_caller]
fn expect_answer(stream: &mut TcpStream) {
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n/") {
        let mut byte = [0u8; 1];
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", answer.escape_ascii());
        answer.push(byte[0]);
    }
}

/// Waits until no thread has a connection.
#[track_caller]
fn wait_until_parked<P: Poller>(engine: &Engine<P>) {
    let began = crate::clock::now();
    loop {
        let mut busy = 0;
        engine.shared.table.each_busy(|_| busy += 1);
        if busy == 0 {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{busy} are busy still");
        std::thread::yield_now();
    }
}

fn connections_are_parked_and_found_again<P: Poller>() {
    let (engine, address) = start::<P>(Timeouts::default());
    let mut streams: Vec<_> = (0..50).map(|_| connect(address)).collect();
    for _ in 0..3 {
        for stream in &mut streams {
            stream.write_all(&GET[..10]).unwrap();
        }
        for stream in &mut streams {
            stream.write_all(&GET[10..]).unwrap();
        }
        for stream in &mut streams {
            expect_answer(stream);
        }
    }
    assert_eq!(engine.stats().requests, 150);
    assert_eq!(engine.stats().connections_open, 50);
    let report = engine.shutdown(PATIENCE);
    // An answer is there before its thread has parked the connection.
    assert_eq!((report.idle_closed + report.drained, report.cut), (50, 0));
    assert_eq!(engine.stats().threads, 0, "threads are left");
    for stream in &mut streams {
        assert_eq!(stream.read(&mut [0u8; 1]).unwrap(), 0);
    }
}

fn many_pipelined_requests_give_others_their_turn<P: Poller>() {
    let (engine, address) = start::<P>(Timeouts::default());
    let mut busy = connect(address);
    busy.write_all(&GET.repeat(1000)).unwrap();
    let mut other = connect(address);
    other.write_all(GET).unwrap();
    expect_answer(&mut other);
    for _ in 0..1000 {
        expect_answer(&mut busy);
    }
    drop(engine);
}

/// The last handler of a batch waits until the client has the first answer.
fn answers_to_pipelined_requests_do_not_wait_for_a_whole_batch_of_slow_handlers<P: Poller>() {
    const BATCH: usize = 8;
    let (go, may_go) = channel();
    let (tell, told) = channel();
    let (may_go, tell, count) = (Mutex::new(may_go), Mutex::new(tell), AtomicUsize::new(0));
    let (engine, address) = start_with::<P>(Timeouts::default(), move |_: &mut Request<'_>| {
        crate::clock::advance(Duration::from_millis(100));
        if count.fetch_add(1, Ordering::SeqCst) + 1 == BATCH {
            let gone = may_go.lock().unwrap().recv_timeout(Duration::from_secs(5));
            tell.lock().unwrap().send(gone).unwrap();
        }
        Response::text("/")
    });
    let mut stream = connect(address);
    stream.write_all(&GET.repeat(BATCH)).unwrap();
    expect_answer(&mut stream);
    go.send(()).unwrap();
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), Ok(()), "the first answer was held back");
    for _ in 1..BATCH {
        expect_answer(&mut stream);
    }
    drop(engine);
}

fn what_one_read_has_no_room_for_is_read_by_the_next<P: Poller>() {
    let (engine, address) = start::<P>(Timeouts::default());
    let mut stream = connect(address);
    let mut request = GET[..GET.len() - 2].to_vec();
    request.extend_from_slice(b"X: ");
    request.resize(256 - 4, b'x');
    request.extend_from_slice(b"\r\n\r\n");
    let all = request.repeat(20);
    // Eleven requests and a part of the next, which the server keeps where it lies, far behind in its buffer. So there
    // is room for 1200 bytes of the rest, with which a request ends.
    let (first, rest) = all.split_at(2896);
    stream.write_all(first).unwrap();
    for _ in 0..11 {
        expect_answer(&mut stream);
    }
    wait_until_parked(&engine);
    stream.write_all(rest).unwrap();
    for _ in 11..20 {
        expect_answer(&mut stream);
    }
    drop(engine);
}

fn deadlines_pass_in_order<P: Poller>() {
    let timeouts = Timeouts::default().idle(Duration::from_millis(500)).head(Duration::from_millis(20));
    let (engine, address) = start::<P>(timeouts);
    let mut silent = connect(address);
    let mut slow = connect(address);
    slow.write_all(b"GET").unwrap();
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 408 "), "{}", answer.escape_ascii());
    assert_eq!(silent.read(&mut [0u8; 1]).unwrap(), 0, "an idle connection is closed without a word");
    drop(engine);
}

fn a_look_does_not_wait_behind_a_thread_that_waits<P: Poller>() {
    let poller = P::new().unwrap();
    let (tell, told) = channel();
    std::thread::scope(|scope| {
        scope.spawn(|| poller.wait(&mut Vec::new(), 1, None));
        scope.spawn(|| {
            // One of them, if not the first, finds the other thread waiting.
            for _ in 0..1000 {
                poller.wait(&mut Vec::new(), 1, Some(Duration::ZERO)).unwrap();
                std::thread::yield_now();
            }
            tell.send(()).unwrap();
        });
        let looked = told.recv_timeout(PATIENCE);
        poller.stop();
        assert!(looked.is_ok(), "it waits still");
    });
}

macro_rules! on_both_pollers {
    ($($name:ident)*) => {$(
        mod $name {
            #[test]
            fn with_the_poller_of_this_system() {
                super::$name::<super::Native>();
            }

            #[test]
            fn with_the_portable_poller() {
                super::$name::<super::Portable>();
            }
        }
    )*}
}

on_both_pollers! {
    connections_are_parked_and_found_again
    many_pipelined_requests_give_others_their_turn
    answers_to_pipelined_requests_do_not_wait_for_a_whole_batch_of_slow_handlers
    what_one_read_has_no_room_for_is_read_by_the_next
    deadlines_pass_in_order
    a_look_does_not_wait_behind_a_thread_that_waits
}
