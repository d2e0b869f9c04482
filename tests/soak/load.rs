//! What clients do to a server: honest ones of all kinds, careless ones, and those that mean it no good.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::ops::Add;
use std::thread;
use std::time::Duration;

use http_client::{Body, Headers, HttpConnection, HttpsConnection, TlsConfig};

use crate::server::{LARGE_BYTES, Ports, UPLOAD_BYTES_MAX};

const PATIENCE: Duration = Duration::from_secs(20);

/// How one try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As it should.
    Right,
    /// The server had no room: the connection ended before anything was answered.
    TurnedAway,
    /// Otherwise.
    Wrong,
}

/// One kind of client.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) name: &'static str,
    pub(crate) threads: usize,
    /// One try, whose number varies what it does.
    pub(crate) run: fn(&Ports, usize) -> Outcome,
}

pub(crate) const WORKERS: &[Worker] = &[
    Worker { name: "kept connections", threads: 2, run: kept },
    Worker { name: "pipelining", threads: 1, run: pipelined },
    Worker { name: "uploads", threads: 1, run: upload },
    Worker { name: "uploads not read or too long", threads: 1, run: refused_upload },
    Worker { name: "TLS", threads: 1, run: tls },
    Worker { name: "introduced by a proxy", threads: 1, run: introduced },
    Worker { name: "half-closed", threads: 1, run: half_closed },
    Worker { name: "resets", threads: 1, run: reset },
    Worker { name: "slow and silent", threads: 1, run: slow },
    Worker { name: "slow readers", threads: 1, run: slow_reader },
    Worker { name: "malformed", threads: 1, run: malformed },
    Worker { name: "panics", threads: 1, run: panics },
    Worker { name: "upgrades", threads: 1, run: upgraded },
    Worker { name: "descriptors taken", threads: 1, run: crowd },
];

/// How many tries ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) right: usize,
    turned_away: usize,
    wrong: usize,
}

/// The counts of all kinds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcomes(BTreeMap<&'static str, Counts>);

impl Outcomes {
    pub(crate) fn count(&mut self, name: &'static str, outcome: Outcome) {
        let counts = self.0.entry(name).or_default();
        match outcome {
            Outcome::Right => counts.right += 1,
            Outcome::TurnedAway => counts.turned_away += 1,
            Outcome::Wrong => counts.wrong += 1,
        }
    }

    pub(crate) fn of(&self, name: &str) -> Counts {
        self.0.get(name).copied().unwrap_or_default()
    }

    pub(crate) fn wrong(&self) -> usize {
        self.0.values().map(|counts| counts.wrong).sum()
    }
}

impl Add for Outcomes {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        for (name, counts) in other.0 {
            let sum = self.0.entry(name).or_default();
            sum.right += counts.right;
            sum.turned_away += counts.turned_away;
            sum.wrong += counts.wrong;
        }
        self
    }
}

impl fmt::Display for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<30} {:>9} {:>12} {:>6}", "", "right", "turned away", "wrong")?;
        for (name, Counts { right, turned_away, wrong }) in &self.0 {
            writeln!(f, "{name:<30} {right:>9} {turned_away:>12} {wrong:>6}")?;
        }
        Ok(())
    }
}

/// Every honest kind once, while nobody else asks: none is turned away.
#[track_caller]
pub(crate) fn check_everything(ports: &Ports) {
    for worker in WORKERS.iter().filter(|worker| worker.name != "descriptors taken") {
        assert_eq!((worker.run)(ports, 0), Outcome::Right, "{}", worker.name);
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn get(path: &str, last: bool) -> Vec<u8> {
    let connection = if last { "Connection: close\r\n" } else { "" };
    format!("GET {path} HTTP/1.1\r\nHost: x\r\n{connection}\r\n").into_bytes()
}

/// Sends this and reads to the end; what comes until the connection ends or breaks. An error is one of waiting too long.
fn converse(address: SocketAddr, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let Ok(mut stream) = connect(address) else { return Ok(Vec::new()) };
    // It may be closed already.
    drop(stream.write_all(bytes));
    rest(&mut stream)
}

fn rest(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
            Err(error)
        }
        _ => Ok(answer),
    }
}

/// Whether it is this that came, or nothing.
fn judge(answer: io::Result<Vec<u8>>, is_right: impl Fn(&[u8]) -> bool) -> Outcome {
    match answer {
        Ok(answer) if answer.is_empty() => Outcome::TurnedAway,
        Ok(answer) if is_right(&answer) => Outcome::Right,
        Ok(answer) => {
            println!(
                "wrong: {} bytes: {}",
                answer.len(),
                answer.get(..200).unwrap_or(&answer).escape_ascii()
            );
            Outcome::Wrong
        }
        Err(error) => {
            println!("wrong: {error}");
            Outcome::Wrong
        }
    }
}

fn has_status(answer: &[u8], status: &str) -> bool {
    answer.starts_with(format!("HTTP/1.1 {status} ").as_bytes())
}

/// Several requests over one connection of our client; each answer is whole and right, or the connection had ended
/// before it. Method, path, bytes that are sent, bytes that come.
fn exchanges(connection: &mut HttpConnection, requests: &[(&str, &str, usize, usize)]) -> Outcome {
    for &(method, path, upload_bytes, answer_bytes) in requests {
        let body = if upload_bytes > 0 { Body::from(vec![b'u'; upload_bytes]) } else { ().into() };
        let mut response = match connection
            .request(method, path, body, &Headers::new())
            .and_then(|()| connection.get_response())
        {
            Ok(response) => response,
            Err(error) if has_ended(&error) => return Outcome::TurnedAway,
            Err(error) => {
                println!("wrong: {method} {path}: {error:?}");
                return Outcome::Wrong;
            }
        };
        let status = response.status();
        let content = response.read_all(2 << 20);
        if status != 200 || !content.as_ref().is_ok_and(|content| content.len() == answer_bytes) {
            println!("wrong: {method} {path}: {status}, {:?}", content.map(|content| content.len()));
            return Outcome::Wrong;
        }
    }
    Outcome::Right
}

/// Whether the connection had ended before the answer began.
fn has_ended(error: &http_client::Error) -> bool {
    use http_client::ErrorKind;
    match error.kind() {
        ErrorKind::Connect(_) | ErrorKind::Send(_) | ErrorKind::RemoteDisconnected => true,
        ErrorKind::Receive(error) | ErrorKind::Tls(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof
        ),
        _ => false,
    }
}

fn kept(ports: &Ports, turn: usize) -> Outcome {
    let Ok(mut stream) = connect(ports.plain) else { return Outcome::TurnedAway };
    let paths = ["/small", "/large", "/stream", "/slow"];
    for number in 0..20 {
        let path = paths[(turn + number) % paths.len()];
        let last = number == 19;
        if stream.write_all(&get(path, last)).is_err() {
            return Outcome::TurnedAway;
        }
        let answer = read_answer(&mut stream);
        let length = match path {
            "/large" => LARGE_BYTES,
            "/stream" => (0..200).map(|number| format!("line {number}\n").len()).sum(),
            _ => path.len() - 1,
        };
        match judge(answer, |content| content.len() == length + 1) {
            Outcome::Right => {}
            other => return other,
        }
    }
    Outcome::Right
}

/// The content of one answer with a mark behind it; nothing where the connection ended before it.
fn read_answer(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    use http_proto::{
        BodyDecoder, BodyStep, Leniency, Limits, Method, Parsed, parse_response, response_framing,
    };
    let invalid = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let mut ahead = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    let mut more = |ahead: &mut Vec<u8>| match stream.read(&mut piece) {
        Ok(count) => {
            ahead.extend_from_slice(&piece[..count]);
            Ok(count > 0)
        }
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(false),
        Err(error) => Err(error),
    };
    let head = loop {
        match parse_response(&ahead, &Limits::CLIENT, Leniency::Strict).map_err(io::Error::other)? {
            Parsed::Complete { value, consumed_bytes } => {
                ahead.drain(..consumed_bytes);
                break value;
            }
            Parsed::Partial if more(&mut ahead)? => {}
            Parsed::Partial if ahead.is_empty() => return Ok(Vec::new()),
            Parsed::Partial => return Err(invalid("a head without an end".to_owned())),
        }
    };
    if head.status != 200 {
        return Err(invalid(format!("status {}", head.status)));
    }
    let framing = response_framing(&Method::GET, &head).map_err(io::Error::other)?.framing;
    let mut decoder = BodyDecoder::new(framing, Limits::CLIENT);
    let mut content = Vec::new();
    loop {
        match decoder.step(&ahead).map_err(io::Error::other)? {
            BodyStep::End { .. } => break,
            BodyStep::Partial { framing_bytes } => {
                ahead.drain(..framing_bytes);
                if !more(&mut ahead)? {
                    return Err(invalid("a body without an end".to_owned()));
                }
            }
            BodyStep::Data { framing_bytes, data_bytes_max } => {
                ahead.drain(..framing_bytes);
                let count = ahead.len().min(usize::try_from(data_bytes_max).unwrap_or(usize::MAX));
                content.extend(ahead.drain(..count));
                decoder.take(count as u64);
                if count == 0 && !more(&mut ahead)? {
                    return Err(invalid("a body without an end".to_owned()));
                }
            }
        }
    }
    content.push(b'.');
    Ok(content)
}

fn pipelined(ports: &Ports, _turn: usize) -> Outcome {
    let mut batch = get("/small", false).repeat(15);
    batch.extend_from_slice(&get("/small", true));
    judge(converse(ports.plain, &batch), |answer| {
        answer.windows(9).filter(|window| *window == b"\r\n\r\nsmall").count() == 16
    })
}

fn upload(ports: &Ports, turn: usize) -> Outcome {
    let length = [1, 1000, 300_000, 1_500_000][turn % 4];
    let content = vec![b'u'; length];
    let mut bytes = if turn % 2 == 0 {
        format!("POST /length HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n")
            .into_bytes()
    } else {
        b"POST /length HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            .to_vec()
    };
    if turn % 2 == 0 {
        bytes.extend_from_slice(&content);
    } else {
        for piece in content.chunks(7000) {
            bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            bytes.extend_from_slice(piece);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
    }
    judge(converse(ports.plain, &bytes), |answer| {
        has_status(answer, "200") && answer.ends_with(format!("\r\n\r\n{length}").as_bytes())
    })
}

fn refused_upload(ports: &Ports, turn: usize) -> Outcome {
    let (path, length, status) = match turn % 3 {
        0 => ("/unread", 1_000_000, "200"),
        1 => ("/length", UPLOAD_BYTES_MAX + 1, "413"),
        _ => ("/length", 100, "400"),
    };
    let mut bytes =
        format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n").into_bytes();
    bytes.resize(bytes.len() + 50_000_usize.min(usize::try_from(length).unwrap() / 2), b'u');
    let Ok(mut stream) = connect(ports.plain) else { return Outcome::TurnedAway };
    drop(stream.write_all(&bytes));
    drop(stream.shutdown(Shutdown::Write));
    judge(rest(&mut stream), |answer| has_status(answer, status))
}

fn tls(ports: &Ports, turn: usize) -> Outcome {
    if turn % 3 == 1 {
        // A greeting that is never finished.
        let Ok(mut stream) = connect(ports.tls) else { return Outcome::TurnedAway };
        drop(stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"));
        if turn % 2 == 0 {
            drop(rest(&mut stream));
        }
        return Outcome::Right;
    }
    let config =
        TlsConfig::builder().without_mozilla_roots().roots_pem(&ports.certificate).unwrap().build().unwrap();
    let mut connection =
        HttpsConnection::builder("localhost").port(ports.tls.port()).tls(config).build().unwrap();
    exchanges(
        &mut connection,
        &[("GET", "/small", 0, 5), ("GET", "/large", 0, LARGE_BYTES), ("POST", "/length", 100_000, 6)],
    )
}

fn introduced(ports: &Ports, turn: usize) -> Outcome {
    let source = format!("192.0.2.{}:{}", turn % 250 + 1, turn % 60_000 + 1);
    let (ip, port) = source.split_once(':').unwrap();
    let mut bytes = format!("PROXY TCP4 {ip} 198.51.100.1 {port} 80\r\n").into_bytes();
    bytes.extend_from_slice(&get("/peer", true));
    if turn % 5 == 4 {
        bytes.truncate(20);
        let Ok(mut stream) = connect(ports.introduced) else { return Outcome::TurnedAway };
        drop(stream.write_all(&bytes));
        return judge(
            rest(&mut stream).map(|answer| if answer.is_empty() { b"closed".to_vec() } else { answer }),
            |answer| answer == b"closed",
        );
    }
    judge(converse(ports.introduced, &bytes), |answer| {
        answer.ends_with(format!("\r\n\r\n{source}").as_bytes())
    })
}

fn half_closed(ports: &Ports, turn: usize) -> Outcome {
    let Ok(mut stream) = connect(ports.plain) else { return Outcome::TurnedAway };
    let path = ["/small", "/large", "/slow"][turn % 3];
    drop(stream.write_all(&get(path, false)));
    drop(stream.shutdown(Shutdown::Write));
    judge(rest(&mut stream), |answer| has_status(answer, "200"))
}

fn reset(ports: &Ports, turn: usize) -> Outcome {
    let Ok(mut stream) = connect(ports.plain) else { return Outcome::TurnedAway };
    let whole = get(["/large", "/stream", "/small"][turn % 3], false);
    let part = whole.get(..whole.len() / (1 + turn % 2)).unwrap_or_default();
    drop(stream.write_all(part));
    if turn % 4 < 2 {
        drop(stream.read(&mut [0; 1000]));
    }
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    Outcome::Right
}

/// Connections that say nothing, too little, or too slowly: closed in time, with 408 where a head had begun.
fn slow(ports: &Ports, turn: usize) -> Outcome {
    let beginnings: [&[u8]; 3] = [b"", b"GET /small HTTP/1.1\r\n", b"\r\n"];
    let mut streams: Vec<_> = (0..20).filter_map(|_| connect(ports.plain).ok()).collect();
    for (number, stream) in streams.iter_mut().enumerate() {
        drop(stream.write_all(beginnings[(turn + number) % 3]));
    }
    for _ in 0..3 {
        thread::park_timeout(Duration::from_millis(100));
        for stream in &mut streams {
            drop(stream.write_all(b"X"));
        }
    }
    let outcomes = streams
        .iter_mut()
        .map(|stream| judge(rest(stream), |answer| has_status(answer, "408") || has_status(answer, "400")));
    outcomes.fold(Outcome::Right, |all, one| if one == Outcome::Wrong { one } else { all })
}

/// Asks for much and reads little: cut in time.
fn slow_reader(ports: &Ports, turn: usize) -> Outcome {
    let Ok(mut stream) = connect(ports.plain) else { return Outcome::TurnedAway };
    drop(stream.write_all(&get("/large", false).repeat(16)));
    for _ in 0..5 {
        thread::park_timeout(Duration::from_millis(20 + turn as u64 % 50));
        drop(stream.read(&mut [0; 100]));
    }
    Outcome::Right
}

fn malformed(ports: &Ports, turn: usize) -> Outcome {
    let requests: [&[u8]; 8] = [
        b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"\0\0\0\0\r\n\r\n",
    ];
    judge(converse(ports.plain, requests[turn % 8]), |answer| has_status(answer, "400"))
}

fn panics(ports: &Ports, _turn: usize) -> Outcome {
    judge(converse(ports.plain, &get("/panic", false)), |answer| has_status(answer, "500"))
}

fn upgraded(ports: &Ports, turn: usize) -> Outcome {
    let Ok(mut stream) = connect(ports.plain) else { return Outcome::TurnedAway };
    let head = b"GET /echo HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nhello";
    drop(stream.write_all(head));
    if turn % 3 == 2 {
        // Gone without a word.
        return Outcome::Right;
    }
    drop(stream.shutdown(Shutdown::Write));
    judge(rest(&mut stream), |answer| has_status(answer, "101") && answer.ends_with(b"\r\n\r\nhello"))
}

/// More connections than the server has descriptors for, some of them with half a request, held for a moment.
fn crowd(ports: &Ports, turn: usize) -> Outcome {
    let mut streams: Vec<_> = (0..300).filter_map(|_| TcpStream::connect(ports.plain).ok()).collect();
    for stream in streams.iter_mut().skip(turn % 2).step_by(2) {
        drop(stream.write_all(b"GET /small HT"));
    }
    thread::park_timeout(Duration::from_millis(700));
    drop(streams);
    // Others have their turn.
    thread::park_timeout(Duration::from_millis(1500));
    Outcome::Right
}
