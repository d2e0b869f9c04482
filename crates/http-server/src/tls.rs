//! TLS by rustls: configurations from PEM, and sessions that are driven by whatever bytes are there.
//! The cryptography is always `ring`, passed explicitly; no process-wide default is asked for or set.

use crate::socket::Socket;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ResolvesServerCertUsingSni, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;

mod resolver;

/// Why a certificate, a key or a set of authorities cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// PEM text that has no such item, or a broken one.
    #[error("no usable {wanted} in the PEM text")]
    Pem {
        /// What was looked for.
        wanted: &'static str,
        /// Where reading failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// PEM text without a single certificate.
    #[error("no certificate in the PEM text")]
    NoCertificate,
    /// rustls refuses the combination, as where the key is not that of the certificate.
    #[error("certificate and key cannot be used")]
    Rustls(#[from] rustls::Error),
    /// The authorities for client certificates cannot be used.
    #[error("authorities for client certificates cannot be used: {0}")]
    ClientAuthorities(String),
}

/// Whether a client must show a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientCertificates {
    /// None is asked for.
    #[default]
    NotAsked,
    /// One is asked for and checked; without one the session goes on.
    Optional,
    /// A handshake without one fails.
    Required,
}

/// Certificates, keys and rules of a TLS listener. Cheap to clone.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use http_server::TlsConfig;
///
/// let tls = TlsConfig::from_pem(&std::fs::read("cert.pem")?, &std::fs::read("key.pem")?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[doc(alias = "HTTPSServer")]
#[doc(alias = "SSLContext")]
pub struct TlsConfig(pub(crate) Arc<ServerConfig>);

impl TlsConfig {
    /// One certificate chain and its key, both in PEM: TLS 1.2 and 1.3, ALPN `http/1.1` and `http/1.0`.
    ///
    /// # Errors
    /// [`TlsError`] where the texts hold nothing usable or do not fit each other.
    #[doc(alias = "load_cert_chain")]
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        Self::builder().certificate(certificates, key)?.build()
    }

    /// A configuration with several certificates, client certificates or other ALPN names.
    pub fn builder() -> TlsBuilder {
        TlsBuilder::default()
    }

    /// A configuration that was made with rustls itself.
    #[must_use]
    pub const fn from_rustls(config: Arc<ServerConfig>) -> Self {
        Self(config)
    }
}

impl fmt::Debug for TlsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfig").finish_non_exhaustive()
    }
}

/// Makes a [`TlsConfig`].
///
/// ```no_run
/// use http_server::{Request, Response, Server, TlsConfig};
/// use std::fs::read;
///
/// fn certificates() -> Result<TlsConfig, Box<dyn std::error::Error>> {
///     Ok(TlsConfig::builder()
///         .certificate(&read("example.pem")?, &read("example.key")?)?
///         .certificate_for("shop.example", &read("shop.pem")?, &read("shop.key")?)?
///         .build()?)
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let hello = |_: &mut Request<'_>| Response::text("hello\n");
/// let server = Server::builder().bind_tls("[::]:443", certificates()?)?.serve(hello)?;
/// // When they have been renewed; connections that are open stay.
/// assert_eq!(server.reload_tls(&certificates()?), 1);
/// # Ok(())
/// # }
/// ```
#[must_use]
#[derive(Default)]
pub struct TlsBuilder {
    /// The first one is also for clients that name no host or an unknown one.
    default: Option<Arc<CertifiedKey>>,
    named: Vec<(String, CertifiedKey)>,
    authorities: Vec<CertificateDer<'static>>,
    client_certificates: ClientCertificates,
    alpn: Option<Vec<Vec<u8>>>,
}

impl TlsBuilder {
    /// The certificate chain and key for clients that name no host, or one that has none of its own (PEM).
    ///
    /// # Errors
    /// [`TlsError`] where the texts hold nothing usable or do not fit each other.
    pub fn certificate(mut self, certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        self.default = Some(Arc::new(certified_key(certificates, key)?));
        Ok(self)
    }

    /// The certificate chain and key for one host name (server name indication, RFC 6066 §3).
    ///
    /// # Errors
    /// As [`certificate`](Self::certificate).
    pub fn certificate_for(mut self, host: &str, certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        self.named.push((host.to_ascii_lowercase(), certified_key(certificates, key)?));
        Ok(self)
    }

    /// Asks clients for a certificate that one of these authorities (PEM) has issued.
    ///
    /// # Errors
    /// [`TlsError`] where the text holds no certificate.
    pub fn client_authorities(
        mut self,
        authorities: &[u8],
        demand: ClientCertificates,
    ) -> Result<Self, TlsError> {
        self.authorities = read_certificates(authorities)?;
        self.client_certificates = demand;
        Ok(self)
    }

    /// The protocols that are offered by ALPN (RFC 7301), `http/1.1` and `http/1.0` by default.
    pub fn alpn<const N: usize>(mut self, protocols: [&str; N]) -> Self {
        self.alpn = Some(protocols.iter().map(|name| name.as_bytes().to_vec()).collect());
        self
    }

    /// The configuration.
    ///
    /// # Errors
    /// [`TlsError::NoCertificate`] without any certificate, and what rustls refuses.
    pub fn build(self) -> Result<TlsConfig, TlsError> {
        if self.default.is_none() && self.named.is_empty() {
            return Err(TlsError::NoCertificate);
        }
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let builder = match self.client_certificates {
            ClientCertificates::NotAsked => builder.with_no_client_auth(),
            demand => {
                let mut roots = RootCertStore::empty();
                for authority in self.authorities {
                    roots.add(authority)?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                let verifier = match demand {
                    ClientCertificates::Required => verifier,
                    _ => verifier.allow_unauthenticated(),
                };
                let verifier =
                    verifier.build().map_err(|error| TlsError::ClientAuthorities(error.to_string()))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut by_name = ResolvesServerCertUsingSni::new();
        for (name, key) in self.named {
            by_name.add(&name, key)?;
        }
        let mut config = builder.with_cert_resolver(Arc::new(resolver::Resolver::new(by_name, self.default)));
        config.alpn_protocols = self.alpn.unwrap_or_else(|| vec![b"http/1.1".to_vec(), b"http/1.0".to_vec()]);
        config.ticketer = ring::Ticketer::new()?;
        // One ticket is enough for clients that come again, and half the bytes of the default.
        config.send_tls13_tickets = 1;
        Ok(TlsConfig(Arc::new(config)))
    }
}

impl fmt::Debug for TlsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsBuilder")
            .field("default", &self.default.is_some())
            .field("named", &self.named.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("client_certificates", &self.client_certificates)
            .finish_non_exhaustive()
    }
}

fn certified_key(certificates: &[u8], key: &[u8]) -> Result<CertifiedKey, TlsError> {
    let chain = read_certificates(certificates)?;
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|source| TlsError::Pem { wanted: "private key", source: source.into() })?;
    Ok(CertifiedKey::from_der(chain, key, &ring::default_provider())?)
}

fn read_certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|source| TlsError::Pem { wanted: "certificate", source: source.into() })?;
    if found.is_empty() { Err(TlsError::NoCertificate) } else { Ok(found) }
}

/// What a request may know of the TLS session that it came by.
#[derive(Clone, Copy)]
pub struct TlsInfo<'r>(&'r ServerConnection);

impl<'r> TlsInfo<'r> {
    /// `TLSv1.2` or `TLSv1.3`.
    #[must_use]
    pub fn protocol(self) -> &'static str {
        match self.0.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
            _ => "",
        }
    }

    /// The cipher suite's registered name.
    #[must_use]
    pub fn cipher_suite(self) -> &'static str {
        self.0.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).unwrap_or("")
    }

    /// The host that the client named in the handshake.
    #[must_use]
    pub fn server_name(self) -> Option<&'r str> {
        self.0.server_name()
    }

    /// The protocol that ALPN chose.
    #[must_use]
    pub fn alpn(self) -> Option<&'r [u8]> {
        self.0.alpn_protocol()
    }

    /// The client's certificate chain in DER, its own first; empty without one. It has been checked.
    pub fn peer_certificates(self) -> impl Iterator<Item = &'r [u8]> {
        self.0.peer_certificates().unwrap_or_default().iter().map(AsRef::as_ref)
    }
}

impl fmt::Debug for TlsInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsInfo")
            .field("protocol", &self.protocol())
            .field("cipher_suite", &self.cipher_suite())
            .field("server_name", &self.server_name())
            .finish_non_exhaustive()
    }
}

/// One connection's TLS state. Each step is at most one call to the socket that may wait, so that whoever takes the
/// steps can look at the time between them.
#[derive(Debug)]
pub(crate) struct Session {
    tls: ServerConnection,
    /// Whether something has come.
    begun: bool,
}

/// How far a handshake has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shaken {
    Done,
    Partly,
    /// The peer does not speak TLS: what came looks like a request in plain HTTP, and has been taken.
    Plain,
}

impl Session {
    pub(crate) fn new(config: &TlsConfig) -> Result<Self, TlsError> {
        Ok(Self { tls: ServerConnection::new(Arc::clone(&config.0))?, begun: false })
    }

    pub(crate) const fn info(&self) -> TlsInfo<'_> {
        TlsInfo(&self.tls)
    }

    /// Goes on with the handshake as far as the bytes that are there and the room for others allow; whether it is
    /// finished. It does not wait.
    ///
    /// Every turn of the loop takes bytes from the socket or ends.
    pub(crate) fn handshake(&mut self, socket: &Socket) -> io::Result<Shaken> {
        loop {
            while self.wants_room() {
                match self.send(socket, false) {
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Shaken::Partly),
                    Err(error) => return Err(error),
                }
            }
            if !self.tls.is_handshaking() {
                return Ok(Shaken::Done);
            }
            let mut first = First { socket, bytes: [0; FIRST_BYTES], count: 0 };
            let received = if self.begun { self.receive(socket, false) } else { self.take_in(&mut first) };
            match received {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => self.begun = true,
                Err(_) if first.is_request() => return Ok(Shaken::Plain),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Shaken::Partly),
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes decrypted bytes that are there, else [`io::ErrorKind::WouldBlock`]. The end is one only with the peer's word
    /// for it (close_notify): else bytes are missing.
    pub(crate) fn take(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.tls.reader().read(out)
    }

    /// Encrypts and queues as much of `bytes` as the queue takes, and says how much that is.
    pub(crate) fn queue(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tls.writer().write(bytes)
    }

    /// Takes out all that is queued, for whoever sends it.
    pub(crate) fn seal_into(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        while self.tls.wants_write() {
            self.tls.write_tls(out)?;
        }
        Ok(())
    }

    /// Whether something is queued.
    pub(crate) fn wants_room(&self) -> bool {
        self.tls.wants_write()
    }

    /// Sends some of what is queued, in one call, and says how many bytes.
    pub(crate) fn send(&mut self, socket: &Socket, waits: bool) -> io::Result<usize> {
        loop {
            let result = if waits {
                self.tls.write_tls(&mut Waiting(socket))
            } else {
                self.tls.write_tls(&mut Now(socket))
            };
            match result {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    /// Queues the goodbye behind what is queued (RFC 8446 §6.1).
    pub(crate) fn say_goodbye(&mut self) {
        self.tls.send_close_notify();
    }

    /// Sends what is queued as far as there is room for it; the connection is going away either way.
    pub(crate) fn send_now(&mut self, socket: &Socket) {
        while self.tls.wants_write() && self.tls.write_tls(&mut Now(socket)).is_ok_and(|count| count > 0) {}
    }

    /// Takes in some of what the peer has sent, in one call, and says how many bytes; 0 is the end of the socket's input,
    /// of which [`take`](Self::take) then says which kind of end it is.
    pub(crate) fn receive(&mut self, socket: &Socket, waits: bool) -> io::Result<usize> {
        let received =
            if waits { self.read_from(&mut Waiting(socket)) } else { self.read_from(&mut Now(socket)) };
        let received = received?;
        self.process(socket)?;
        Ok(received)
    }

    /// Takes in what comes first; a request in plain HTTP is an error, and answered with no alert.
    fn take_in(&mut self, first: &mut First<'_>) -> io::Result<usize> {
        let received = self.read_from(first)?;
        if first.is_request() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.process(first.socket)?;
        Ok(received)
    }

    fn process(&mut self, socket: &Socket) -> io::Result<()> {
        if let Err(error) = self.tls.process_new_packets() {
            // The peer is owed an alert; that it cannot be sent changes nothing.
            self.send_now(socket);
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
        Ok(())
    }

    fn read_from(&mut self, reader: &mut dyn Read) -> io::Result<usize> {
        loop {
            match self.tls.read_tls(reader) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

/// Methods and the blank behind them are no longer, as far as they are used on the web.
const FIRST_BYTES: usize = 16;

/// The socket, never waiting, and how its input begins.
struct First<'s> {
    socket: &'s Socket,
    bytes: [u8; FIRST_BYTES],
    count: usize,
}

impl First<'_> {
    /// Whether it begins as a request does, with a method; records of TLS begin with no letter (RFC 8446 §5.1).
    fn is_request(&self) -> bool {
        let begun = self.bytes.get(..self.count).unwrap_or_default();
        let method = begun.split(|byte| *byte == b' ').next().unwrap_or_default();
        !method.is_empty() && method.iter().all(u8::is_ascii_uppercase)
    }
}

impl Read for First<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.socket.read_now(out)?;
        let begun = out.get(..count.min(FIRST_BYTES)).unwrap_or_default();
        if let Some(room) = self.bytes.get_mut(..begun.len()) {
            room.copy_from_slice(begun);
            self.count = begun.len();
        }
        Ok(count)
    }
}

/// The socket, waiting.
struct Waiting<'s>(&'s Socket);

/// The socket, never waiting.
struct Now<'s>(&'s Socket);

impl Read for Waiting<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }
}

impl Write for Waiting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn write_vectored(&mut self, parts: &[io::IoSlice<'_>]) -> io::Result<usize> {
        self.0.write_vectored(parts)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Now<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read_now(out)
    }
}

impl Write for Now<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_now(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
