//! Which certificate answers which host name.

use rustls::server::{ClientHello, ResolvesServerCert, ResolvesServerCertUsingSni};
use rustls::sign::CertifiedKey;
use std::sync::Arc;

/// Certificates by name, and one for all other names.
#[derive(Debug)]
pub(super) struct Resolver {
    by_name: ResolvesServerCertUsingSni,
    default: Option<Arc<CertifiedKey>>,
}

impl Resolver {
    pub(super) const fn new(by_name: ResolvesServerCertUsingSni, default: Option<Arc<CertifiedKey>>) -> Self {
        Self { by_name, default }
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, client_hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.by_name.resolve(client_hello).or_else(|| self.default.clone())
    }
}
