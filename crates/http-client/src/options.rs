//! What a connection is configured with, besides where it leads. How it is put together stands in `builder.rs`.

use crate::clock::{Clock, SystemClock};
use crate::observer::Observer;
use crate::timeouts::Timeouts;
#[cfg(feature = "tls")]
use crate::tls::TlsConfig;
use http_proto::{Leniency, Limits, ResponseHead, Version};
use std::sync::Arc;
use std::time::Duration;

/// The port of HTTP.
#[doc(alias = "default_port")]
pub const HTTP_PORT: u16 = 80;

/// The port of HTTPS.
pub const HTTPS_PORT: u16 = 443;

/// Called when the first byte of an answer has come.
pub(crate) type OnFirstByte = Box<dyn FnMut() + Send>;

/// Called with each interim answer.
pub(crate) type OnInformational = Box<dyn FnMut(&ResponseHead) + Send>;

/// What a connection is configured with, besides where it leads.
pub(crate) struct Options {
    pub(crate) timeouts: Timeouts,
    pub(crate) limits: Limits,
    pub(crate) leniency: Leniency,
    pub(crate) block_bytes: usize,
    pub(crate) auto_open: bool,
    pub(crate) version: Version,
    pub(crate) accept_http09: bool,
    pub(crate) informational_max: u32,
    pub(crate) continue_wait: Duration,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Option<Box<dyn Observer>>,
    pub(crate) on_informational: Option<OnInformational>,
    pub(crate) on_first_byte: Option<OnFirstByte>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<TlsConfig>,
    #[cfg(feature = "tls")]
    pub(crate) proxy_tls: Option<TlsConfig>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::DEFAULT,
            limits: Limits::CLIENT,
            leniency: Leniency::Recipient,
            block_bytes: 64 * 1024,
            auto_open: true,
            version: Version::HTTP_11,
            accept_http09: false,
            informational_max: 32,
            continue_wait: Duration::from_secs(1),
            clock: Arc::new(SystemClock),
            observer: None,
            on_informational: None,
            on_first_byte: None,
            #[cfg(feature = "tls")]
            tls: None,
            #[cfg(feature = "tls")]
            proxy_tls: None,
        }
    }
}

impl Options {
    /// The port that a Host field leaves out.
    pub(crate) fn default_port(&self) -> u16 {
        if self.is_tls() { HTTPS_PORT } else { HTTP_PORT }
    }

    pub(crate) fn is_tls(&self) -> bool {
        #[cfg(feature = "tls")]
        {
            self.tls.is_some()
        }
        #[cfg(not(feature = "tls"))]
        {
            false
        }
    }
}
