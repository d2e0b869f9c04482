//! How long content is held back, and that it stays what it is.

use super::Throttled;
use crate::body::Body;
use crate::clock;
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use crate::server::Server;
use crate::testing;
use crate::timeout::Timeout;
use std::io::{Cursor, Read, Write};
use std::net::TcpStream;
use std::num::NonZeroU64;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

fn rate(bytes: u64) -> NonZeroU64 {
    NonZeroU64::new(bytes).unwrap()
}

#[test]
fn every_kind_of_content_arrives_whole_and_keeps_its_length() {
    #[track_caller]
    fn check(make: impl Fn() -> Body + Send + Sync, length: Option<&str>) {
        let handler = |_: &mut Request<'_>| Response::text("").with_body(make());
        let answer = testing::get("/").send_to(&Throttled::new(handler, rate(10_000_000)));
        assert!(answer.is_complete());
        assert_eq!(answer.content(), b"0123456789");
        let said = answer.headers().get("Content-Length").map(http_proto::FieldValue::to_latin1);
        assert_eq!(said.as_deref(), length);
    }
    check(|| "0123456789".into(), Some("10"));
    check(|| Body::shared(b"0123456789".as_slice().into()), Some("10"));
    check(|| Body::sized_reader(Cursor::new(b"0123456789"), 10), Some("10"));
    check(|| Body::reader(Cursor::new(b"0123456789")), None);
    check(
        || {
            Body::stream(|out| {
                out.write_all(b"01234")?;
                out.flush()?;
                out.write_all(b"56789")
            })
        },
        None,
    );
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"..0123456789..").unwrap();
    let file = std::sync::Arc::new(file);
    check(move || Body::file(std::sync::Arc::clone(&file), 2, 10), Some("10"));
}

#[test]
fn content_takes_the_time_that_it_should() {
    let handler = |_: &mut Request<'_>| Response::text("x".repeat(3000));
    let mut connection = testing::connect(Throttled::new(handler, rate(10_000)));
    connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let first = String::from_utf8(connection.received()).unwrap();
    assert!(
        first.contains("Content-Length: 3000")
            && first.ends_with(&("\r\n\r\n".to_owned() + &"x".repeat(500)))
    );
    for _ in 0..5 {
        assert!(connection.advance(Duration::from_millis(49)).received().is_empty());
        assert_eq!(connection.advance(Duration::from_millis(1)).received().len(), 500);
    }
    // The connection goes on as any.
    assert!(connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").received().ends_with(b"xxx"));
}

#[test]
fn a_client_that_goes_away_while_its_answer_is_held_back_is_noticed_at_once() {
    let handler = |_: &mut Request<'_>| Response::text("x".repeat(3000));
    let mut connection = testing::connect(Throttled::new(handler, rate(1)));
    connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(!connection.is_over());
    // One that only sends no more wants its answer.
    assert!(!connection.end_sending().is_over());
    assert!(connection.go_away().is_over());
}

#[test]
fn an_answer_that_is_held_back_may_not_outlast_what_its_handler_is_given() {
    let handler = |_: &mut Request<'_>| Response::text("x".repeat(3000));
    let limited = Timeout::new(Throttled::new(handler, rate(1000)), Duration::from_secs(1));
    let mut connection = testing::connect(limited);
    connection.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").advance(Duration::from_millis(2500));
    assert!(connection.is_over());
    let received = connection.received().len();
    // The time that its handler is given is that of the clock on the wall, which is not much behind the script's.
    assert!((1000..2900).contains(&received), "{received} bytes with the head");
}

#[test]
fn a_closure_that_writes_much_at_once_is_held_back_piece_by_piece() {
    let handler = |_: &mut Request<'_>| Response::stream("a/b", |out| out.write_all(&[b'x'; 3000]));
    let began = clock::now();
    let answer = testing::get("/").send_to(&Throttled::new(handler, rate(10_000)));
    let elapsed = clock::now() - began;
    assert!(answer.is_complete() && answer.content().len() == 3000);
    assert!(elapsed >= Duration::from_millis(240), "{elapsed:?}");
}

#[test]
fn the_slower_of_two_rates_holds() {
    let handler = |_: &mut Request<'_>| Response::stream("a/b", |out| out.write_all(&[b'x'; 300]));
    let fast = rate(10_000_000);
    for handler in [
        Box::new(Throttled::new(Throttled::new(handler, rate(1000)), fast)) as Box<dyn Handler>,
        Box::new(Throttled::new(Throttled::new(handler, fast), rate(1000))),
    ] {
        let began = clock::now();
        assert_eq!(testing::get("/").send_to(&handler).content().len(), 300);
        assert!(clock::now() - began >= Duration::from_millis(240));
    }
}

#[test]
fn a_closure_is_not_held_back_once_the_server_shuts_down() {
    let handler = |_: &mut Request<'_>| Response::stream("a/b", |out| out.write_all(&[b'x'; 3000]));
    let mut connection = testing::connect(Throttled::new(handler, rate(1)));
    let began = clock::now();
    connection.begin_shutdown().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(connection.received().len() > 3000);
    assert!(clock::now() - began < Duration::from_secs(60));
}

#[test]
fn a_closure_whose_client_goes_away_ends_with_the_next_piece() {
    let (tell, told) = channel();
    let tell = Mutex::new(tell);
    let handler = move |_: &mut Request<'_>| {
        let tell = tell.lock().unwrap().clone();
        Response::stream("a/b", move |out| {
            let result = out.write_all(&[b'x'; 1_000_000]);
            tell.send(result.is_err()).unwrap();
            result
        })
    };
    let server = Server::bind("127.0.0.1:0").unwrap().serve(Throttled::new(handler, rate(1000))).unwrap();
    let mut client = TcpStream::connect(server.addresses()[0]).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    client.read_exact(&mut [0; 12]).unwrap();
    drop(client);
    // All of it would take 1000 seconds.
    assert!(told.recv_timeout(Duration::from_secs(20)).unwrap());
}

#[cfg(feature = "gzip")]
#[test]
fn what_is_coded_stays_so_whichever_wrapper_owns_the_other() {
    use crate::coding::ContentCoding;
    use crate::compressed::Compressed;
    use crate::encode::tests::decode;

    let text = "All human beings are born free and equal. ".repeat(500);
    let stream = |_: &mut Request<'_>| {
        let text = "All human beings are born free and equal. ".repeat(500);
        Response::stream("text/plain", move |out| out.write_all(text.as_bytes()))
    };
    for handler in [
        Box::new(Compressed::new(Throttled::new(stream, rate(10_000_000)))) as Box<dyn Handler>,
        Box::new(Throttled::new(Compressed::new(stream), rate(10_000_000))),
    ] {
        let answer = testing::get("/").with_header("Accept-Encoding", "gzip").send_to(&handler);
        assert_eq!(answer.headers().get("Content-Encoding").unwrap(), "gzip");
        assert_eq!(decode(ContentCoding::Gzip, answer.content()), (text.clone().into_bytes(), true));
    }
}

#[cfg(feature = "gzip")]
#[test]
fn what_a_coder_gives_out_at_the_end_is_held_back_whichever_wrapper_owns_the_other() {
    use crate::compressed::Compressed;

    // No coder makes this shorter: 2000 bytes stay as many.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let noise = std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    let noise: std::sync::Arc<[u8]> = noise.take(250).flatten().collect();
    let stream = move |_: &mut Request<'_>| {
        let noise = std::sync::Arc::clone(&noise);
        Response::stream("text/plain", move |out| out.write_all(&noise))
    };
    for handler in [
        Box::new(Compressed::new(Throttled::new(stream.clone(), rate(8000)))) as Box<dyn Handler>,
        Box::new(Throttled::new(Compressed::new(stream), rate(8000))),
    ] {
        let began = clock::now();
        let answer = testing::get("/").with_header("Accept-Encoding", "gzip").send_to(&handler);
        let elapsed = clock::now() - began;
        assert!(answer.content().len() >= 2000, "{}", answer.content().len());
        assert!(elapsed >= Duration::from_millis(190), "{elapsed:?}");
    }
}
