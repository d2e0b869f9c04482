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
///
/// A jar with a file is shared as it is, and saved under the lock:
///
/// ```
/// use http_cookiejar::{LoadOptions, MozillaCookieJar, RequestInfo, SaveOptions, SharedJar};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("cookies.txt");
/// let jar = SharedJar::new(MozillaCookieJar::open(&path, LoadOptions::new())?);
/// let request = RequestInfo::from_url("https://shop.example/")?;
/// jar.extract_cookies(&[("Set-Cookie", "a=1; Max-Age=3600")], &request);
/// assert_eq!(jar.lock().save(None, SaveOptions::new())?.cookies, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SharedJar<J = CookieJar>(Arc<Mutex<J>>);

impl<J> SharedJar<J> {
    /// Shares a jar.
    #[must_use]
    pub fn new(jar: J) -> Self {
        Self(Arc::new(Mutex::new(jar)))
    }

    /// The jar itself, for this thread alone until the guard goes.
    ///
    /// A client that has the jar waits for the guard, too, and no timeout or token ends that: a call that is made while the
    /// same thread holds the guard never returns. Let it go before.
    ///
    /// A panic of another thread while it held the guard does not close the jar: no step leaves it half changed.
    pub fn lock(&self) -> MutexGuard<'_, J> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<J: AsMut<CookieJar>> SharedJar<J> {
    /// As [`CookieJar::extract_cookies`].
    pub fn extract_cookies<A, Q>(&self, response: &A, request: &Q) -> Extracted
    where
        A: CookieResponse + ?Sized,
        Q: CookieRequest + ?Sized,
    {
        self.lock().as_mut().extract_cookies(response, request)
    }

    /// As [`CookieJar::add_cookie_header`].
    pub fn add_cookie_header<Q: CookieRequestMut + ?Sized>(&self, request: &mut Q) -> bool {
        self.lock().as_mut().add_cookie_header(request)
    }

    /// As [`CookieJar::cookie_header`].
    #[must_use]
    pub fn cookie_header<Q: CookieRequest + ?Sized>(&self, request: &Q) -> Option<Vec<u8>> {
        self.lock().as_mut().cookie_header(request)
    }
}

impl<J> Clone for SharedJar<J> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl Default for SharedJar {
    fn default() -> Self {
        Self::new(CookieJar::default())
    }
}

impl<J> From<J> for SharedJar<J> {
    fn from(jar: J) -> Self {
        Self::new(jar)
    }
}

#[cfg(test)]
mod tests;
