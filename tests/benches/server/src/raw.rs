//! The limit: one thread, one epoll, no parsing beyond the end of a head, the same answer for all. It is as long as that of
//! `http-server`, but its date is written down and never current.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd, RawFd};

use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};

use crate::{ANSWER, CONTENT};

/// Bytes that each connection reads at a time.
const BUFFER_BYTES: usize = 8 * 1024;

/// Events that are taken at a time.
const EVENTS: usize = 256;

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
    out: Vec<u8>,
}

/// Serves from one epoll.
pub(crate) fn epoll(listener: TcpListener) {
    listener.set_nonblocking(true).expect("a socket takes the option");
    let poller = epoll::create(CreateFlags::CLOEXEC).expect("there is epoll");
    let own = listener.as_raw_fd();
    let add = |source: &dyn std::os::fd::AsFd, key: RawFd| {
        let data = EventData::new_u64(u64::try_from(key).expect("a descriptor is no negative number"));
        epoll::add(&poller, source, data, EventFlags::IN).expect("epoll takes the socket");
    };
    add(&listener, own);
    let mut connections: HashMap<RawFd, Connection> = HashMap::new();
    let mut room = [MaybeUninit::<Event>::uninit(); EVENTS];
    loop {
        let Ok((events, _)) = epoll::wait(&poller, &mut room, None) else { continue };
        for event in events {
            let key = RawFd::try_from(event.data.u64()).expect("the key was a descriptor");
            if key == own {
                while let Ok((stream, _)) = listener.accept() {
                    stream.set_nonblocking(true).expect("a socket takes the option");
                    stream.set_nodelay(true).expect("a socket takes the option");
                    let key = stream.as_raw_fd();
                    add(&stream, key);
                    let connection =
                        Connection { stream, buffer: vec![0; BUFFER_BYTES], filled: 0, out: Vec::new() };
                    connections.insert(key, connection);
                }
            } else if connections.get_mut(&key).is_some_and(|connection| !serve(connection)) {
                connections.remove(&key);
            }
        }
    }
}

/// Reads once and answers all heads that are whole; whether the connection stays.
fn serve(connection: &mut Connection) -> bool {
    let Connection { stream, buffer, filled, out } = connection;
    match stream.read(&mut buffer[*filled..]) {
        Ok(0) => return false,
        Ok(count) => *filled += count,
        Err(error) => return error.kind() == std::io::ErrorKind::WouldBlock,
    }
    let mut start = 0;
    let mut last = false;
    while let Some(end) = buffer[start..*filled].windows(4).position(|four| four == b"\r\n\r\n") {
        last |= buffer[start..start + end].windows(17).any(|some| some == b"Connection: close");
        out.extend_from_slice(ANSWER.as_bytes());
        out.extend_from_slice(CONTENT.as_bytes());
        start += end + 4;
    }
    buffer.copy_within(start..*filled, 0);
    *filled -= start;
    let sent = out.is_empty() || stream.write_all(out).is_ok();
    out.clear();
    sent && !last
}

/// A thread for each connection, and what a handler does in `pause`.
pub(crate) fn threads(listener: &TcpListener, pause: std::time::Duration) {
    while let Ok((mut stream, _)) = listener.accept() {
        std::thread::spawn(move || {
            let mut buffer = vec![0; BUFFER_BYTES];
            let mut filled = 0;
            let answer = [ANSWER, CONTENT].concat();
            while let Ok(count @ 1..) = stream.read(&mut buffer[filled..]) {
                filled += count;
                while let Some(end) = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") {
                    std::thread::sleep(pause);
                    if stream.write_all(answer.as_bytes()).is_err() {
                        return;
                    }
                    buffer.copy_within(end + 4..filled, 0);
                    filled -= end + 4;
                }
            }
        });
    }
}
