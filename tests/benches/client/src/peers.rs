//! One operation of each client: the same exchange in its own usual way, connection kept, content read to its end.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use http_client::{Headers, HttpConnection};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;

/// Bytes that are read at once from a large body, by every client that lets one choose.
pub(crate) const BLOCK: usize = 64 * 1024;

/// A buffer that begins at a page boundary, so that no client is lucky or unlucky with its place.
pub(crate) struct Block(Vec<u8>, usize);

impl Block {
    pub(crate) fn new() -> Self {
        let storage = vec![0; BLOCK + 4096];
        let start = storage.as_ptr().align_offset(4096);
        Self(storage, start)
    }

    pub(crate) fn bytes(&mut self) -> &mut [u8] {
        &mut self.0[self.1..self.1 + BLOCK]
    }
}

pub(crate) fn drain(reader: &mut impl Read, block: &mut Block) -> u64 {
    let mut total = 0;
    loop {
        match reader.read(block.bytes()).expect("the server sends all of it") as u64 {
            0 => return total,
            count => total += count,
        }
    }
}

/// Raw sockets: one write, and reads until so many bytes have come. Nothing is understood.
pub(crate) fn raw(address: SocketAddr, answer_bytes: usize, content_bytes: u64) -> impl FnMut() -> u64 {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("a socket takes the option");
    let request = request(address);
    let mut block = Block::new();
    move || {
        stream.write_all(&request).expect("the server takes it");
        let mut left = answer_bytes;
        while left > 0 {
            left -= stream.read(block.bytes()).expect("the server answers");
        }
        content_bytes
    }
}

/// Raw sockets, a new one each time.
pub(crate) fn raw_new(address: SocketAddr, content_bytes: u64) -> impl FnMut() -> u64 {
    let request = request(address);
    let mut buffer = vec![0; 8192];
    move || {
        let mut stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("a socket takes the option");
        stream.write_all(&request).expect("the server takes it");
        while stream.read(&mut buffer).expect("the server answers") < 1 {}
        content_bytes
    }
}

fn request(address: SocketAddr) -> Vec<u8> {
    format!("GET / HTTP/1.1\r\nHost: {address}\r\nAccept-Encoding: identity\r\n\r\n").into_bytes()
}

pub(crate) fn ours(address: SocketAddr) -> impl FnMut() -> u64 {
    ours_on(HttpConnection::new(&address.to_string()).expect("an address is a host"))
}

pub(crate) fn ours_on(mut connection: HttpConnection) -> impl FnMut() -> u64 {
    let headers = Headers::new();
    let mut block = Block::new();
    move || {
        connection.request("GET", "/", (), &headers).expect("the server takes it");
        drain(&mut connection.get_response().expect("the server answers"), &mut block)
    }
}

pub(crate) fn ours_new(address: SocketAddr) -> impl FnMut() -> u64 {
    let headers = Headers::new();
    let host = address.to_string();
    let mut buffer = vec![0; 8192];
    move || {
        let mut connection = HttpConnection::new(&host).expect("an address is a host");
        connection.request("GET", "/", (), &headers).expect("the server takes it");
        let mut response = connection.get_response().expect("the server answers");
        let mut total = 0;
        loop {
            match response.read(&mut buffer).expect("the server sends all of it") as u64 {
                0 => return total,
                count => total += count,
            }
        }
    }
}

pub(crate) fn ours_upload(address: SocketAddr, content_bytes: u64, chunked: bool) -> impl FnMut() -> u64 {
    let connection = HttpConnection::new(&address.to_string()).expect("an address is a host");
    ours_upload_on(connection, content_bytes, chunked)
}

pub(crate) fn ours_upload_on(
    mut connection: HttpConnection,
    content_bytes: u64,
    chunked: bool,
) -> impl FnMut() -> u64 {
    let headers = Headers::new();
    move || {
        let source = io::repeat(b'x').take(content_bytes);
        let body = if chunked {
            http_client::Body::reader(source)
        } else {
            http_client::Body::sized_reader(source, content_bytes)
        };
        connection.request("PUT", "/", body, &headers).expect("the server takes it");
        connection.get_response().expect("the server answers").read_all(100).expect("and ends").len() as u64
    }
}

/// What an upload costs at least: the same source through a buffer into a socket.
pub(crate) fn raw_upload(address: SocketAddr, content_bytes: u64) -> impl FnMut() -> u64 {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("a socket takes the option");
    let head = format!("PUT / HTTP/1.1\r\nHost: {address}\r\nContent-Length: {content_bytes}\r\n\r\n");
    let mut block = Block::new();
    move || {
        stream.write_all(head.as_bytes()).expect("the server takes it");
        let mut source = io::repeat(b'x').take(content_bytes);
        loop {
            match source.read(block.bytes()).expect("there is no end of x") {
                0 => break,
                count => stream.write_all(&block.bytes()[..count]).expect("the server takes it"),
            }
        }
        let mut answer = [0; 1024];
        stream.read(&mut answer).expect("the server answers").min(2) as u64
    }
}

pub(crate) fn ureq(address: SocketAddr) -> impl FnMut() -> u64 {
    let agent = ureq::Agent::new_with_defaults();
    let url = format!("http://{address}/");
    let mut block = Block::new();
    move || {
        let response = agent.get(&url).call().expect("the server answers");
        drain(&mut response.into_body().into_reader(), &mut block)
    }
}

pub(crate) fn ureq_upload(address: SocketAddr, content_bytes: u64) -> impl FnMut() -> u64 {
    let agent = ureq::Agent::new_with_defaults();
    let url = format!("http://{address}/");
    let mut block = Block::new();
    move || {
        let mut source = io::repeat(b'x').take(content_bytes);
        let response = agent
            .put(&url)
            .header("Content-Length", &content_bytes.to_string())
            .send(ureq::SendBody::from_reader(&mut source))
            .expect("the server answers");
        drain(&mut response.into_body().into_reader(), &mut block)
    }
}

pub(crate) fn reqwest(address: SocketAddr) -> impl FnMut() -> u64 {
    let client = reqwest::blocking::Client::builder().no_proxy().build().expect("it needs nothing");
    let url = format!("http://{address}/");
    let mut block = Block::new();
    move || drain(&mut client.get(&url).send().expect("the server answers"), &mut block)
}

pub(crate) fn reqwest_upload(address: SocketAddr, content_bytes: u64) -> impl FnMut() -> u64 {
    let client = reqwest::blocking::Client::builder()
        .no_proxy()
        .timeout(None::<Duration>)
        .build()
        .expect("it needs nothing");
    let url = format!("http://{address}/");
    let mut block = Block::new();
    move || {
        let body = reqwest::blocking::Body::sized(io::repeat(b'x').take(content_bytes), content_bytes);
        drain(&mut client.put(&url).body(body).send().expect("the server answers"), &mut block)
    }
}

pub(crate) fn attohttpc(address: SocketAddr) -> impl FnMut() -> u64 {
    let session = attohttpc::Session::new();
    let url = format!("http://{address}/");
    let mut block = Block::new();
    move || {
        let (_, _, mut reader) = session.get(&url).send().expect("the server answers").split();
        drain(&mut reader, &mut block)
    }
}

/// The bare connection, without a pool, on a runtime of this thread.
pub(crate) fn hyper(address: SocketAddr) -> impl FnMut() -> u64 {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime starts");
    let mut sender = runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket takes the option");
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("there is no handshake");
        tokio::spawn(connection);
        sender
    });
    let host = address.to_string();
    move || {
        runtime.block_on(async {
            let request = hyper::Request::get("/")
                .header("Host", &host)
                .header("Accept-Encoding", "identity")
                .body(Empty::<Bytes>::new())
                .expect("the request is good");
            let mut response = sender.send_request(request).await.expect("the server answers");
            let mut total = 0;
            while let Some(frame) = response.frame().await {
                let frame = frame.expect("the server sends all of it");
                total += frame.data_ref().map_or(0, Bytes::len) as u64;
            }
            // The connection's task has to run once more before it takes the next request.
            std::future::poll_fn(|context| sender.poll_ready(context)).await.expect("the connection is kept");
            total
        })
    }
}

pub(crate) fn curl(address: SocketAddr) -> impl FnMut() -> u64 {
    let mut easy = curl::easy::Easy::new();
    easy.url(&format!("http://{address}/")).expect("the address is good");
    easy.buffer_size(BLOCK).expect("the size is allowed");
    move || {
        let mut total = 0;
        let mut transfer = easy.transfer();
        transfer
            .write_function(|data| {
                total += data.len() as u64;
                Ok(data.len())
            })
            .expect("it takes a function");
        transfer.perform().expect("the server answers");
        drop(transfer);
        total
    }
}

pub(crate) fn curl_new(address: SocketAddr) -> impl FnMut() -> u64 {
    move || {
        let mut easy = curl::easy::Easy::new();
        easy.url(&format!("http://{address}/")).expect("the address is good");
        let mut total = 0;
        let mut transfer = easy.transfer();
        transfer
            .write_function(|data| {
                total += data.len() as u64;
                Ok(data.len())
            })
            .expect("it takes a function");
        transfer.perform().expect("the server answers");
        drop(transfer);
        total
    }
}

pub(crate) fn curl_upload(address: SocketAddr, content_bytes: u64) -> impl FnMut() -> u64 {
    let mut easy = curl::easy::Easy::new();
    easy.url(&format!("http://{address}/")).expect("the address is good");
    easy.upload(true).expect("it can");
    easy.in_filesize(content_bytes).expect("it takes a length");
    easy.upload_buffer_size(BLOCK).expect("it takes a size");
    let mut none = curl::easy::List::new();
    none.append("Expect:").expect("it takes a field");
    easy.http_headers(none).expect("it takes a list");
    move || {
        let mut source = io::repeat(b'x').take(content_bytes);
        let mut total = 0;
        let mut transfer = easy.transfer();
        transfer
            .read_function(|room| Ok(source.read(room).expect("there is no end of x")))
            .expect("it takes a function");
        transfer
            .write_function(|data| {
                total += data.len() as u64;
                Ok(data.len())
            })
            .expect("it takes a function");
        transfer.perform().expect("the server answers");
        drop(transfer);
        total
    }
}

/// The bare connection, a new one each time.
pub(crate) fn hyper_new(address: SocketAddr) -> impl FnMut() -> u64 {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime starts");
    let host = address.to_string();
    move || {
        runtime.block_on(async {
            let stream = tokio::net::TcpStream::connect(address).await.expect("the server listens");
            stream.set_nodelay(true).expect("a socket takes the option");
            let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
                .await
                .expect("there is no handshake");
            let connection = tokio::spawn(connection);
            let request = hyper::Request::get("/").header("Host", &host).body(Empty::<Bytes>::new());
            let response =
                sender.send_request(request.expect("it is well-formed")).await.expect("the server answers");
            let mut body = response.into_body();
            let mut total = 0;
            while let Some(frame) = body.frame().await {
                total += frame.expect("the server sends all of it").data_ref().map_or(0, Bytes::len) as u64;
            }
            drop(sender);
            drop(connection.await);
            total
        })
    }
}

pub(crate) fn minreq(address: SocketAddr) -> impl FnMut() -> u64 {
    let url = format!("http://{address}/");
    move || minreq::get(&url).send().expect("the server answers").as_bytes().len() as u64
}
