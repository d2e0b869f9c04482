//! A jar for several threads and several clients at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::jar::{CookieJar, Extracted};
use crate::request::{CookieRequest, CookieRequestMut, CookieResponse};

/// A handle to a jar that may be cloned and sent to other threads; all clones share the jar.
///
/// ```
/// use http_cookiejar::{CookieJar, RequestInfo, SharedJar};
///
/// let jar = SharedJar::new(CookieJar::new());
/// let other = jar.clone();
/// let request = RequestInfo::from_url("https://shop.example/")?;
/// std::thread::spawn(move || other.extract_cookies(&[("Set-Cookie", "a=1")], &request)).join().unwrap();
/// assert_eq!(jar.lock().len(), 1);
/// # Ok::<(), http_cookiejar::RequestError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SharedJar(Arc<Mutex<CookieJar>>);

impl SharedJar {
    /// Shares a jar.
    #[must_use]
    pub fn new(jar: CookieJar) -> Self {
        Self(Arc::new(Mutex::new(jar)))
    }

    /// The jar itself, for this thread alone until the guard goes.
    ///
    /// A panic of another thread while it held the guard does not close the jar: no step leaves it half changed.
    pub fn lock(&self) -> MutexGuard<'_, CookieJar> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As [`CookieJar::extract_cookies`].
    pub fn extract_cookies<A, Q>(&self, response: &A, request: &Q) -> Extracted
    where
        A: CookieResponse + ?Sized,
        Q: CookieRequest + ?Sized,
    {
        self.lock().extract_cookies(response, request)
    }

    /// As [`CookieJar::add_cookie_header`].
    pub fn add_cookie_header<Q: CookieRequestMut + ?Sized>(&self, request: &mut Q) -> bool {
        self.lock().add_cookie_header(request)
    }

    /// As [`CookieJar::cookie_header`].
    #[must_use]
    pub fn cookie_header<Q: CookieRequest + ?Sized>(&self, request: &Q) -> Option<Vec<u8>> {
        self.lock().cookie_header(request)
    }
}

impl From<CookieJar> for SharedJar {
    fn from(jar: CookieJar) -> Self {
        Self::new(jar)
    }
}

#[cfg(test)]
mod tests;
