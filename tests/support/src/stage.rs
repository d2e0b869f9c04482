//! A server for tests of clients: plain sockets on loopback, every request recorded, every answer written by hand.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long a server waits for bytes before it gives up; far more than any test needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// Which connection it came over, the first being 0.
    pub connection: usize,
    /// How many came over this connection before.
    pub before: usize,
    /// Request line and fields, with their line ends, without the empty line.
    pub head: String,
    /// Content without its framing.
    pub body: Vec<u8>,
}

impl Seen {
    /// The first line.
    #[must_use]
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// Method and target.
    #[must_use]
    pub fn method_and_target(&self) -> (&str, &str) {
        let mut words = self.line().split(' ');
        (words.next().unwrap_or_default(), words.next().unwrap_or_default())
    }

    /// The fields in order, as `name: value`.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.head.lines().skip(1)
    }

    /// The value of the first field with this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields().find_map(|field| {
            let (found, value) = field.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

/// What becomes of a connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "these are all that tests want")]
pub enum After {
    /// Another request is read.
    Keep,
    /// It is closed.
    Close,
}

/// A running server.
#[derive(Debug)]
pub struct Stage {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Stage {
    /// Serves each connection on a thread of its own; `answer` writes the answer to each request.
    ///
    /// # Errors
    /// Those of binding to loopback.
    pub fn start(
        answer: impl Fn(&Seen, &mut TcpStream) -> io::Result<After> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let record = Arc::clone(&seen);
        let mut stage = Self::raw(move |number, stream| serve(number, stream, &record, &answer))?;
        stage.seen = seen;
        Ok(stage)
    }

    /// Hands each connection to `converse`, on a thread of its own.
    ///
    /// # Errors
    /// Those of binding to loopback.
    pub fn raw(
        converse: impl Fn(usize, TcpStream) -> io::Result<()> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let connections = Arc::new(AtomicUsize::new(0));
        let is_over = Arc::new(AtomicBool::new(false));
        let (count, over, converse) = (Arc::clone(&connections), Arc::clone(&is_over), Arc::new(converse));
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let number = count.fetch_add(1, Ordering::SeqCst);
                let converse = Arc::clone(&converse);
                // A client that goes away is no failure of the server.
                thread::spawn(move || drop(prepare(&stream).and_then(|()| converse(number, stream))));
            }
        });
        Ok(Self { address, seen: Arc::default(), connections, is_over, thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path on it.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The connections so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // The accept loop is woken by one more connection.
        drop(TcpStream::connect(self.address));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))
}

fn serve(
    connection: usize,
    stream: TcpStream,
    record: &Mutex<Vec<Seen>>,
    answer: &impl Fn(&Seen, &mut TcpStream) -> io::Result<After>,
) -> io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    for before in 0.. {
        let Some(seen) = read_request(&mut reader, connection, before)? else { return Ok(()) };
        record.lock().unwrap_or_else(PoisonError::into_inner).push(seen.clone());
        if answer(&seen, &mut writer)? == After::Close {
            return writer.shutdown(Shutdown::Both);
        }
    }
    Ok(())
}

/// Reads one request with its content; `None` where the client has closed instead.
///
/// # Errors
/// Those of reading, and an end in the middle.
pub fn read_request(reader: &mut impl BufRead, connection: usize, before: usize) -> io::Result<Option<Seen>> {
    let mut seen = Seen { connection, before, ..Seen::default() };
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return if seen.head.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
        if line == "\r\n" {
            break;
        }
        seen.head.push_str(&line);
    }
    if seen.field("Transfer-Encoding").is_some() {
        seen.body = read_chunks(reader)?;
    } else if let Some(length) = seen.field("Content-Length") {
        let length = length.parse().map_err(io::Error::other)?;
        seen.body.resize(length, 0);
        reader.read_exact(&mut seen.body)?;
    }
    Ok(Some(seen))
}

fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk)?;
        chunk.truncate(size);
        body.append(&mut chunk);
        if size == 0 {
            return Ok(body);
        }
    }
}

/// Writes an answer with a length: `status` is code and reason, `fields` end with CRLF each.
///
/// # Errors
/// Those of writing.
pub fn write_answer(stream: &mut impl Write, status: &str, fields: &str, body: &[u8]) -> io::Result<()> {
    let mut answer =
        format!("HTTP/1.1 {status}\r\n{fields}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    stream.write_all(&answer)
}
