//! The other side: threads on loopback that answer every request head with the same bytes, as fast as a thread can.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// What a server does with each request.
#[derive(Clone, Debug)]
pub(crate) enum Serve {
    /// Answers with these bytes, and closes if told so.
    Answer { bytes: Arc<Vec<u8>>, close: bool },
    /// Answers with a head, a piece so many times, and an end; and closes if told so.
    Stream { head: Vec<u8>, piece: Arc<Vec<u8>>, times: u64, tail: &'static [u8], close: bool },
    /// Reads so much content and answers that it is there.
    Swallow { content_bytes: u64 },
}

impl Serve {
    /// How long an answer is, head and framing included.
    pub(crate) fn answer_bytes(&self) -> usize {
        match self {
            Self::Answer { bytes, .. } => bytes.len(),
            Self::Stream { head, piece, times, tail, .. } => {
                head.len() + piece.len() * *times as usize + tail.len()
            }
            Self::Swallow { .. } => 0,
        }
    }

    /// The same, and the connection is closed behind each answer.
    pub(crate) fn closing(mut self) -> Self {
        if let Self::Answer { close, .. } | Self::Stream { close, .. } = &mut self {
            *close = true;
        }
        self
    }
}

/// Starts a server; its threads end with the program.
pub(crate) fn start(serve: Serve) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("a listener has an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || drop(one(&mut { stream }, &serve)));
        }
    });
    address
}

/// The same over TLS.
pub(crate) fn start_tls(serve: Serve, config: Arc<rustls::ServerConfig>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("a listener has an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (serve, config) = (serve.clone(), Arc::clone(&config));
            thread::spawn(move || {
                stream.set_nodelay(true)?;
                let session = rustls::ServerConnection::new(config).map_err(io::Error::other)?;
                let mut stream = rustls::StreamOwned::new(session, stream);
                one(&mut stream, &serve)
            });
        }
    });
    address
}

fn one(stream: &mut (impl Read + Write + NoDelay), serve: &Serve) -> io::Result<()> {
    stream.no_delay()?;
    let mut buffer = vec![0; 64 * 1024];
    let mut filled = 0;
    loop {
        let head_end = loop {
            if let Some(end) = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            match stream.read(&mut buffer[filled..])? {
                0 => return Ok(()),
                count => filled += count,
            }
        };
        match serve {
            Serve::Answer { bytes, close } => {
                stream.write_all(bytes)?;
                if *close {
                    return Ok(());
                }
                filled = 0;
            }
            Serve::Stream { head, piece, times, tail, close } => {
                stream.write_all(head)?;
                for _ in 0..*times {
                    stream.write_all(piece)?;
                }
                stream.write_all(tail)?;
                if *close {
                    return Ok(());
                }
                filled = 0;
            }
            Serve::Swallow { content_bytes } => {
                let head = buffer[..head_end].to_ascii_lowercase();
                let chunked = head.windows(7).any(|seven| seven == b"chunked");
                let mut left = content_bytes.saturating_sub((filled - head_end) as u64);
                if chunked {
                    // The last chunk is the only place where these bytes stand in this content.
                    while !buffer[..filled].ends_with(b"\r\n0\r\n\r\n") {
                        let kept = filled.min(8);
                        buffer.copy_within(filled - kept..filled, 0);
                        filled = kept + stream.read(&mut buffer[kept..])?;
                        if filled == kept {
                            return Ok(());
                        }
                    }
                    left = 0;
                }
                while left > 0 {
                    match stream.read(&mut buffer)? as u64 {
                        0 => return Ok(()),
                        count => left = left.saturating_sub(count),
                    }
                }
                filled = 0;
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")?;
            }
        }
    }
}

/// Plain sockets send at once; TLS streams have been told so below.
pub(crate) trait NoDelay {
    fn no_delay(&self) -> io::Result<()> {
        Ok(())
    }
}

impl NoDelay for TcpStream {
    fn no_delay(&self) -> io::Result<()> {
        self.set_nodelay(true)
    }
}

impl NoDelay for rustls::StreamOwned<rustls::ServerConnection, TcpStream> {}
