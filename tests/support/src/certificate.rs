//! Certificates made on the spot, for tests over TLS on loopback.

use std::io;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedKey, IsCa, KeyPair, generate_simple_self_signed};
use tempfile::TempDir;

/// A certificate for `localhost` and `127.0.0.1` that only its own file vouches for.
#[derive(Debug)]
pub struct Certificate {
    folder: TempDir,
    /// The certificate in PEM.
    pub certificate: String,
    /// Its key in PEM.
    pub key: String,
}

impl Certificate {
    /// Makes one; its files are gone when it is dropped.
    ///
    /// # Errors
    ///
    /// There is no place for its files, or no randomness.
    pub fn new() -> io::Result<Self> {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(names).map_err(io::Error::other)?;
        Self::saved(&cert, &signing_key)
    }

    /// The same, marked as that of an authority, as `openssl req -x509` does.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn of_an_authority() -> io::Result<Self> {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut wanted = CertificateParams::new(names).map_err(io::Error::other)?;
        wanted.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().map_err(io::Error::other)?;
        Self::saved(&wanted.self_signed(&key).map_err(io::Error::other)?, &key)
    }

    fn saved(certificate: &rcgen::Certificate, key: &KeyPair) -> io::Result<Self> {
        let made = Self { folder: TempDir::new()?, certificate: certificate.pem(), key: key.serialize_pem() };
        std::fs::write(made.file(), &made.certificate)?;
        std::fs::write(made.key_file(), &made.key)?;
        Ok(made)
    }

    /// The file of the certificate: what a peer is told to trust.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// The file of the key: what a foreign server is given beside the certificate.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }
}
