//! What `Client` takes at most: each limit at exactly as much and at one more, and bombs within a ceiling of memory.

use crate::agent_peer::alone;
use http_client::client::{Client, ClientBuilder, Error, ErrorKind, Response};
use std::io::{self, BufRead, Read, Write};
use support::stage::{After, Stage, write_answer};

fn gz(content: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    flate2::read::GzEncoder::new(content, flate2::Compression::best()).read_to_end(&mut coded).unwrap();
    coded
}

/// Ten bytes: by length, in chunks, to the end of the connection, and coded.
fn ten() -> Stage {
    Stage::start(|seen, stream| {
        match seen.method_and_target().1 {
            "/length" => write_answer(stream, "200 OK", "", b"0123456789")?,
            "/chunked" => stream.write_all(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n",
            )?,
            "/gzip" => write_answer(stream, "200 OK", "Content-Encoding: gzip\r\n", &gz(b"0123456789"))?,
            _ => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n0123456789")?;
                return Ok(After::Close);
            }
        }
        Ok(After::Keep)
    })
    .unwrap()
}

/// A way to collect content, by its name.
type Way = (&'static str, fn(Response) -> Result<usize, Error>);

const WAYS: [Way; 4] = [
    ("bytes", |answer| answer.bytes().map(|bytes| bytes.len())),
    ("text", |answer| answer.text().map(|text| text.len())),
    ("reading", |mut answer| {
        let mut content = Vec::new();
        answer.read_to_end(&mut content).map_err(|error| Error::from_io(error).unwrap())
    }),
    ("buffered", |mut answer| {
        let mut sum = 0;
        loop {
            let count = answer.fill_buf().map_err(|error| Error::from_io(error).unwrap())?.len();
            if count == 0 {
                return Ok(sum);
            }
            answer.consume(count);
            sum += count;
        }
    }),
];

#[track_caller]
fn check(
    what: &str,
    fits: impl Fn(Client, &str) -> Result<Response, Error>,
    exceeds: impl Fn(Client, &str) -> Result<Response, Error>,
    builders: (ClientBuilder, ClientBuilder),
    paths: &[&str],
    ways: &[&str],
) {
    let stage = ten();
    let (fitting, exceeding) = (builders.0.build().unwrap(), builders.1.build().unwrap());
    for path in paths {
        for (way, collect) in WAYS.iter().filter(|(way, _)| ways.contains(way)) {
            let row = format!("{what} {path} {way}");
            let result = fits(fitting.clone(), &stage.url(path)).and_then(collect);
            assert_eq!(result.unwrap_or_else(|error| panic!("{row}: {error:#}")), 10, "{row}");
            let error = exceeds(exceeding.clone(), &stage.url(path)).and_then(collect).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooLarge, "{row}: {error:#}");
        }
        assert_eq!(exceeding.connections().0, exceeding.connections().1, "{what} {path}: nothing stays busy");
    }
}

const ALL_PATHS: [&str; 4] = ["/length", "/chunked", "/gzip", "/close"];

#[test]
fn content_bytes_max_lets_exactly_as_much_be_collected() {
    let get = |client: Client, url: &str| client.get(url).send();
    let builders = (Client::builder().content_bytes_max(10), Client::builder().content_bytes_max(9));
    check("content_bytes_max", get, get, builders, &ALL_PATHS, &["bytes", "text"]);
}

#[test]
fn the_limit_of_a_response_lets_exactly_as_much_through_in_every_way_of_reading() {
    let limited = |bytes| move |client: Client, url: &str| Ok(client.get(url).send()?.limit(bytes));
    let builders = (Client::builder(), Client::builder());
    let ways = ["bytes", "text", "reading", "buffered"];
    check("limit", limited(10), limited(9), builders, &ALL_PATHS, &ways);
}

#[test]
fn wire_bytes_max_counts_what_comes_over_the_wire_before_it_is_decoded() {
    let get = |client: Client, url: &str| client.get(url).send();
    let ways = ["bytes", "text", "reading", "buffered"];
    let builders = (Client::builder().wire_bytes_max(10), Client::builder().wire_bytes_max(9));
    check("wire_bytes_max", get, get, builders, &["/length", "/chunked", "/close"], &ways);
    let coded = gz(b"0123456789").len() as u64;
    let builders = (Client::builder().wire_bytes_max(coded), Client::builder().wire_bytes_max(coded - 1));
    check("wire_bytes_max", get, get, builders, &["/gzip"], &ways);
}

/// 40 MiB of zeros as br, with the greatest window.
const BR_BOMB: &[u8] =
    b"\xcf\xff\xff\x7f\xf8\x27\x00\xe2\xb1\x40\x20\xf7\xfe\x9f\xff\xff\xff\xf0\x4f\x00\xc4\x61\x01\x80\xee\
    \xfd\x7f\xfe\xff\xff\xe1\x9f\x00\x88\xc3\x22\x00\xdd\xfb\x3f";

/// 8 MiB of zeros as zstd: blocks of one byte, 128 KiB times.
fn zstd_bomb() -> Vec<u8> {
    let mut bomb = b"\x28\xb5\x2f\xfd\x00\x58".to_vec();
    for turn in 0..64 {
        bomb.extend([if turn == 63 { 0x03 } else { 0x02 }, 0x00, 0x10, 0x00]);
    }
    bomb
}

/// Codings and what they make of little.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    // Members one behind the other: compressing one of them is enough.
    let gzip = gz(&vec![0; 1 << 20]).repeat(8);
    let mut deflate = Vec::new();
    let zeros = io::repeat(0).take(8 << 20);
    flate2::read::ZlibEncoder::new(zeros, flate2::Compression::fast()).read_to_end(&mut deflate).unwrap();
    vec![
        ("gzip, gzip, gzip", gz(&gz(&gzip))),
        ("gzip, gzip", gz(&gzip)),
        ("br, gzip", gz(BR_BOMB)),
        ("gzip", gzip),
        ("deflate", deflate),
        ("br", BR_BOMB.to_vec()),
        ("zstd", zstd_bomb()),
    ]
}

/// The most memory that this process has held, in KiB.
#[cfg(target_os = "linux")]
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Lets the next figure be of what comes, not of what was.
#[cfg(target_os = "linux")]
fn forget_most_memory() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// Beyond what was held before: half of what comes out of the least bomb. br has a window of 16 MiB, which is less than
/// what comes out of that one.
#[cfg(target_os = "linux")]
fn ceiling_kib(coding: &str) -> u64 {
    if coding.contains("br") { 24 * 1024 } else { 4 * 1024 }
}

#[cfg(target_os = "linux")]
#[test]
fn bombs_are_decoded_drained_and_refused_within_a_ceiling_of_memory() {
    if !alone("agent_limits::bombs_are_decoded_drained_and_refused_within_a_ceiling_of_memory") {
        return;
    }
    for (coding, bomb) in bombs() {
        let fields = format!("Content-Encoding: {coding}\r\n");
        let stage = Stage::start(move |seen, stream| {
            match seen.method_and_target().1 {
                "/moved" => {
                    let fields = format!("Location: /\r\n{fields}");
                    write_answer(stream, "302 Found", &fields, &bomb)?;
                }
                _ => write_answer(stream, "200 OK", &fields, &bomb)?,
            }
            Ok(After::Keep)
        })
        .unwrap();
        let client = Client::new();
        let trusting = Client::builder().decode_ratio_max(u32::MAX).build().unwrap();
        let get = |client: &Client, path: &str| client.get(stage.url(path)).send().unwrap();
        let within = |what: &str, work: &dyn Fn()| {
            forget_most_memory();
            let before = most_memory();
            work();
            let grown = most_memory().saturating_sub(before);
            assert!(grown < ceiling_kib(coding), "{coding} {what}: {grown} KiB");
        };
        within("refused by its ratio", &|| {
            match get(&client, "/").copy_to(&mut io::sink()) {
                Err(error) => assert_eq!(error.kind(), ErrorKind::Decode, "{coding}"),
                // One layer of deflate cannot do worse than the ratio that is allowed.
                Ok(_) => assert!(["gzip", "deflate"].contains(&coding)),
            }
        });
        within("read piece by piece, with the ratio allowed", &|| {
            let bytes = get(&trusting, "/").copy_to(&mut io::sink()).unwrap();
            assert!(bytes >= 8 << 20, "{coding}");
        });
        within("limited", &|| {
            let error = get(&trusting, "/").limit(1 << 20).bytes().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooLarge, "{coding}");
        });
        within("given up", &|| get(&trusting, "/").finish());
        within("in a redirect, whose content nobody wants", &|| {
            drop(get(&trusting, "/moved"));
        });
    }
}

#[test]
fn a_promised_length_reserves_no_memory() {
    let stage = Stage::start(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nhello")?;
        Ok(After::Close)
    })
    .unwrap();
    // To reserve so much would end the process.
    let error = Client::new().get(stage.url("/")).send().unwrap().limit(u64::MAX).bytes().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    let error = Client::new().get(stage.url("/")).send().unwrap().copy_to(&mut io::sink()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
}
