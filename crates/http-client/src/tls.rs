//! What a TLS client trusts, shows and offers. Sessions are run by `transport/tls.rs`.
//!
//! The cryptography is always that of ring, passed to rustls explicitly: no process-wide default is read or set.

use crate::error::{Error, ErrorKind, Phase};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

/// A TLS configuration: build it once and share it; sessions that share it resume each other.
///
/// The default trusts Mozilla's roots as of this build (webpki-roots), verifies names, speaks TLS 1.2 and 1.3 and
/// offers `http/1.1` by ALPN. Python: `ssl.create_default_context()`, which trusts the platform's store instead.
#[derive(Clone)]
#[doc(alias = "SSLContext")]
pub struct TlsConfig {
    config: Arc<ClientConfig>,
    /// Verified and sent instead of the host, where set.
    server_name: Option<String>,
}

impl Default for TlsConfig {
    fn default() -> Self {
        static SHARED: OnceLock<Arc<ClientConfig>> = OnceLock::new();
        let config = SHARED.get_or_init(|| {
            let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
            let mut config = versions(false).with_root_certificates(roots).with_no_client_auth();
            config.alpn_protocols = http11();
            Arc::new(config)
        });
        Self { config: Arc::clone(config), server_name: None }
    }
}

impl TlsConfig {
    /// A configuration to be put together.
    pub fn builder() -> TlsBuilder {
        TlsBuilder::default()
    }

    /// A ready configuration of rustls, taken as it is.
    #[must_use]
    pub fn from_rustls(config: Arc<ClientConfig>) -> Self {
        Self { config, server_name: None }
    }

    /// The configuration of rustls.
    #[must_use]
    pub fn rustls(&self) -> &Arc<ClientConfig> {
        &self.config
    }

    /// A session with `host` before its handshake.
    pub(crate) fn session(&self, host: &str) -> Result<rustls::ClientConnection, Error> {
        let host = self.server_name.as_deref().unwrap_or(host);
        let host = host.split_once('%').map_or(host, |(address, _zone)| address);
        let failed = |error: rustls::Error| {
            Error::new(ErrorKind::TlsConfiguration { problem: error.to_string() }, Phase::Tls)
        };
        let name = ServerName::try_from(host.trim_end_matches('.').to_owned()).map_err(|_| {
            let problem = "a certificate cannot be for this name";
            Error::new(ErrorKind::InvalidHost { host: host.to_owned(), problem }, Phase::Tls)
        })?;
        rustls::ClientConnection::new(Arc::clone(&self.config), name).map_err(failed)
    }
}

/// Whether both are one configuration, by identity: sessions of the one may stand in for those of the other.
impl PartialEq for TlsConfig {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.config, &other.config) && self.server_name == other.server_name
    }
}

impl Eq for TlsConfig {}

impl fmt::Debug for TlsConfig {
    /// Without keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfig")
            .field("alpn", &self.config.alpn_protocols.len())
            .field("sni", &self.config.enable_sni)
            .field("server_name", &self.server_name)
            .finish_non_exhaustive()
    }
}

/// Puts a [`TlsConfig`] together.
///
/// ```no_run
/// use http_client::TlsConfig;
///
/// let ca = std::fs::read("company-ca.pem")?;
/// let tls = TlsConfig::builder().roots_pem(&ca)?.without_mozilla_roots().build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
#[must_use]
pub struct TlsBuilder {
    roots: Vec<CertificateDer<'static>>,
    without_mozilla_roots: bool,
    client_auth: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    alpn: Option<Vec<Vec<u8>>>,
    without_sni: bool,
    tls13_only: bool,
    key_log_file: bool,
    server_name: Option<String>,
    verifier: Option<Arc<dyn ServerCertVerifier>>,
}

impl TlsBuilder {
    /// Trusts the certificates of a PEM text as roots, beside Mozilla's. A server that shows one of them as its own, as
    /// those that sign themselves do, is trusted as well, under the names and until the date in it.
    ///
    /// # Errors
    /// [`ErrorKind::TlsConfiguration`] where the text has no certificate or is malformed.
    #[doc(alias = "load_verify_locations")]
    pub fn roots_pem(mut self, pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        self.roots.extend(certificates(pem.as_ref())?);
        Ok(self)
    }

    /// Trusts no root but those that were given.
    pub fn without_mozilla_roots(mut self) -> Self {
        self.without_mozilla_roots = true;
        self
    }

    /// Trusts what the operating system trusts, through its own verifier, and nothing else.
    ///
    /// # Errors
    /// [`ErrorKind::TlsConfiguration`] where the platform has no store.
    #[cfg(feature = "platform-verifier")]
    pub fn platform_roots(self) -> Result<Self, Error> {
        let verifier =
            rustls_platform_verifier::Verifier::new(provider()).map_err(|error| unusable(&error))?;
        Ok(self.verifier(Arc::new(verifier)))
    }

    /// Shows a client certificate: a PEM chain, its own certificate first, and its unencrypted private key.
    ///
    /// # Errors
    /// [`ErrorKind::TlsConfiguration`] where one of them is missing or malformed.
    #[doc(alias = "load_cert_chain")]
    pub fn client_certificate_pem(
        mut self,
        chain: impl AsRef<[u8]>,
        key: impl AsRef<[u8]>,
    ) -> Result<Self, Error> {
        let chain = certificates(chain.as_ref())?;
        let key = PrivateKeyDer::from_pem_slice(key.as_ref()).map_err(|error| {
            problem(format!(
                "no usable private key in the PEM text ({error}); an encrypted one must be decrypted first"
            ))
        })?;
        self.client_auth = Some((chain, key));
        Ok(self)
    }

    /// Offers these protocols by ALPN instead of `http/1.1`; none offers nothing.
    #[doc(alias = "set_alpn_protocols")]
    pub fn alpn<P: Into<Vec<u8>>>(mut self, protocols: impl IntoIterator<Item = P>) -> Self {
        self.alpn = Some(protocols.into_iter().map(Into::into).collect());
        self
    }

    /// Does not name the host in the ClientHello (RFC 6066 §3). The certificate is verified all the same.
    pub fn without_sni(mut self) -> Self {
        self.without_sni = true;
        self
    }

    /// Names and verifies this host instead of the one that is connected to.
    #[doc(alias = "server_hostname")]
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// Speaks TLS 1.3 only. Below TLS 1.2 nothing is ever spoken (RFC 8996).
    #[doc(alias = "minimum_version")]
    pub fn tls13_only(mut self) -> Self {
        self.tls13_only = true;
        self
    }

    /// Appends the session secrets to the file that the environment variable `SSLKEYLOGFILE` names, if it is set:
    /// for looking into captured traffic. Python does so unasked.
    #[doc(alias = "keylog_filename")]
    pub fn key_log_file(mut self) -> Self {
        self.key_log_file = true;
        self
    }

    /// Verifies certificates by this verifier and by nothing else: pinning, or a trust store of one's own.
    pub fn verifier(mut self, verifier: Arc<dyn ServerCertVerifier>) -> Self {
        self.verifier = Some(verifier);
        self
    }

    /// Accepts only a server whose own certificate is exactly one of these (DER), and asks for nothing else: not
    /// for its name, its dates or its issuer. The signature of the handshake is verified.
    pub fn pinned_certificates_der<C: Into<Vec<u8>>>(
        self,
        certificates: impl IntoIterator<Item = C>,
    ) -> Self {
        let pinned = certificates.into_iter().map(Into::into).collect();
        self.verifier(Arc::new(Pinned { certificates: Some(pinned), provider: provider() }))
    }

    /// Accepts any certificate of anybody. Whoever stands between can read and change everything.
    #[doc(alias = "verify_mode")]
    #[doc(alias = "CERT_NONE")]
    pub fn danger_accept_any_certificate(self) -> Self {
        self.verifier(Arc::new(Pinned { certificates: None, provider: provider() }))
    }

    /// The configuration.
    ///
    /// # Errors
    /// [`ErrorKind::TlsConfiguration`] where a certificate cannot be a root or the key does not fit.
    pub fn build(self) -> Result<TlsConfig, Error> {
        let builder = versions(self.tls13_only);
        let builder = if let Some(verifier) = self.verifier {
            builder.dangerous().with_custom_certificate_verifier(verifier)
        } else {
            let mut roots = RootCertStore::empty();
            if !self.without_mozilla_roots {
                roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            }
            for root in &self.roots {
                roots.add(root.clone()).map_err(|error| unusable(&error))?;
            }
            if self.roots.is_empty() {
                builder.with_root_certificates(roots)
            } else {
                let verifier = RootsOrThemselves::new(roots, self.roots)?;
                builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
            }
        };
        let mut config = match self.client_auth {
            Some((chain, key)) => {
                builder.with_client_auth_cert(chain, key).map_err(|error| unusable(&error))?
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = self.alpn.unwrap_or_else(http11);
        config.enable_sni = !self.without_sni;
        if self.key_log_file {
            config.key_log = Arc::new(rustls::KeyLogFile::new());
        }
        Ok(TlsConfig { config: Arc::new(config), server_name: self.server_name })
    }
}

impl fmt::Debug for TlsBuilder {
    /// Without keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsBuilder")
            .field("roots", &self.roots.len())
            .field("without_mozilla_roots", &self.without_mozilla_roots)
            .field("client_certificate", &self.client_auth.is_some())
            .field("own_verifier", &self.verifier.is_some())
            .finish_non_exhaustive()
    }
}

fn provider() -> Arc<CryptoProvider> {
    static RING: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(RING.get_or_init(|| Arc::new(rustls::crypto::ring::default_provider())))
}

fn versions(tls13_only: bool) -> rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier> {
    let versions = if tls13_only { &[&rustls::version::TLS13][..] } else { rustls::ALL_VERSIONS };
    ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .expect("ring has cipher suites for TLS 1.2 and 1.3")
}

fn http11() -> Vec<Vec<u8>> {
    vec![b"http/1.1".to_vec()]
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| problem(format!("malformed PEM text: {error}")))?;
    if found.is_empty() {
        return Err(problem(String::from("the PEM text has no certificate")));
    }
    Ok(found)
}

fn unusable(error: &rustls::Error) -> Error {
    problem(error.to_string())
}

fn problem(problem: String) -> Error {
    Error::new(ErrorKind::TlsConfiguration { problem }, Phase::Prepare)
}

/// An error of a handshake, with what to do where that is not plain from it.
pub(crate) fn explained(error: rustls::Error) -> io::Error {
    // The verifier's own type is none of rustls'.
    if let rustls::Error::InvalidCertificate(CertificateError::Other(other)) = &error
        && other.0.to_string() == "CaUsedAsEndEntity"
    {
        return io::Error::new(io::ErrorKind::InvalidData, AuthorityAsServer(error));
    }
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// What `openssl req -x509` makes by itself: a certificate that may sign others, where nobody vouches for it.
#[derive(Debug, thiserror::Error)]
#[error(
    "the server's own certificate is that of a certificate authority, and none that is trusted: give it to \
     `TlsBuilder::roots_pem`, or pin it with `TlsBuilder::pinned_certificates_der`"
)]
struct AuthorityAsServer(#[source] rustls::Error);

/// Accepts what comes from roots, and roots that servers show as their own certificates. WebPKI refuses the latter
/// where they say that they may sign others, as `openssl req -x509` makes them.
#[derive(Debug)]
struct RootsOrThemselves {
    roots: Arc<WebPkiServerVerifier>,
    themselves: Vec<CertificateDer<'static>>,
}

impl RootsOrThemselves {
    fn new(roots: RootCertStore, themselves: Vec<CertificateDer<'static>>) -> Result<Self, Error> {
        let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider());
        let roots = builder.build().map_err(|error| problem(error.to_string()))?;
        Ok(Self { roots, themselves })
    }

    fn knows(&self, certificate: &CertificateDer<'_>) -> bool {
        self.themselves.iter().any(|known| known.as_ref() == certificate.as_ref())
    }
}

impl ServerCertVerifier for RootsOrThemselves {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        use rustls::Error::InvalidCertificate;
        let verified =
            self.roots.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            // Dates are looked at first and have refusals of their own; `Other` is what a certificate may be used for.
            Err(InvalidCertificate(CertificateError::Other(_))) if self.knows(end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.roots.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.roots.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.roots.supported_verify_schemes()
    }
}

/// Accepts certain certificates, or all.
#[derive(Debug)]
struct Pinned {
    certificates: Option<Vec<Vec<u8>>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match &self.certificates {
            Some(pinned) if !pinned.iter().any(|one| one.as_slice() == end_entity.as_ref()) => {
                Err(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
            }
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
