//! A connection that speaks TLS by default. There is no second kind of connection: this chooses the options.

use crate::builder::ConnectionBuilder;
use crate::connection::HttpConnection;
use crate::error::Error;
use crate::tls::TlsConfig;
use std::ops::{Deref, DerefMut};

/// An [`HttpConnection`] over TLS, port 443 by default: Python's `HTTPSConnection`.
///
/// It is an `HttpConnection` in every respect, and dereferences to one.
///
/// ```no_run
/// use http_client::{Headers, HttpsConnection};
///
/// let mut connection = HttpsConnection::new("localhost:8443")?;
/// connection.request("GET", "/", (), &Headers::new())?;
/// let response = connection.get_response()?;
/// println!("{} over {}", response.status(), response.tls().map_or("", |tls| tls.version));
/// # Ok::<(), http_client::Error>(())
/// ```
#[derive(Debug)]
#[doc(alias = "HTTPSConnection")]
pub struct HttpsConnection(HttpConnection);

impl HttpsConnection {
    /// A connection to `host` or `host:port` with [`TlsConfig::default`]. Nothing is opened yet.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidHost`](crate::ErrorKind::InvalidHost) and
    /// [`ErrorKind::InvalidPort`](crate::ErrorKind::InvalidPort).
    pub fn new(host: &str) -> Result<Self, Error> {
        Self::with_tls(host, TlsConfig::default())
    }

    /// A connection with this TLS configuration. Python: the argument `context`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_tls(host: &str, tls: TlsConfig) -> Result<Self, Error> {
        HttpConnection::builder(host).tls(tls).build().map(Self)
    }

    /// A builder with [`TlsConfig::default`]; it builds an [`HttpConnection`].
    pub fn builder(host: &str) -> ConnectionBuilder {
        HttpConnection::builder(host).tls(TlsConfig::default())
    }

    /// The connection itself.
    #[must_use]
    pub fn into_inner(self) -> HttpConnection {
        self.0
    }
}

impl Deref for HttpsConnection {
    type Target = HttpConnection;

    fn deref(&self) -> &HttpConnection {
        &self.0
    }
}

impl DerefMut for HttpsConnection {
    fn deref_mut(&mut self) -> &mut HttpConnection {
        &mut self.0
    }
}

impl From<HttpsConnection> for HttpConnection {
    fn from(connection: HttpsConnection) -> Self {
        connection.0
    }
}
