//! Cookies in and out of the header lists that server and client share.

use http_proto::Headers;

use crate::builder::CookieBuilder;
use crate::codec::Codec;
use crate::cookie::pairs;
use crate::error::CookieError;
use crate::load::{Loading, Skipped};
use crate::output::Output;
use crate::simple::BaseCookie;

/// The pairs of every `Cookie` field of a request, in the order sent, as [`pairs`] splits them.
///
/// ```
/// use http_cookies::request_pairs;
/// use http_proto::Headers;
/// let mut headers = Headers::new();
/// headers.append("Cookie", "id=7; theme=dark")?;
/// let theme = request_pairs(&headers).find(|(name, _)| *name == b"theme");
/// assert_eq!(theme, Some((&b"theme"[..], &b"dark"[..])));
/// # Ok::<(), http_proto::InvalidInput>(())
/// ```
pub fn request_pairs(headers: &Headers) -> impl Iterator<Item = (&[u8], &[u8])> {
    headers.get_all("Cookie").flat_map(|field| pairs(field.as_bytes()))
}

impl<C: Codec> BaseCookie<C> {
    /// Loads every good pair of every `Cookie` field of a request; see [`load_tolerant`](Self::load_tolerant).
    ///
    /// Several fields count as one; places in the report are counted from the start of their own field.
    pub fn load_request(&mut self, headers: &Headers) -> Skipped {
        let mut loading = Loading::into(&self.morsels);
        for field in headers.get_all("Cookie") {
            self.load_field(field.as_bytes(), &mut loading);
        }
        loading.skipped
    }

    /// Adds a `Set-Cookie` field for each cookie, in the order of names.
    ///
    /// # Errors
    /// [`CookieError::Headers`] if the list can take no more; the fields before it are in then.
    pub fn append_to(&self, headers: &mut Headers) -> Result<(), CookieError> {
        let mut text = String::new();
        for (_, morsel) in self.sorted() {
            text.clear();
            Output::default().write_string(morsel.printed(), &mut text);
            headers.append("Set-Cookie", &text).map_err(CookieError::Headers)?;
        }
        Ok(())
    }
}

impl CookieBuilder<'_> {
    /// Adds a `Set-Cookie` field with this cookie.
    ///
    /// # Errors
    /// As [`build`](Self::build), and [`CookieError::Headers`] if the list can take no more.
    pub fn append_to(&self, headers: &mut Headers) -> Result<(), CookieError> {
        let value = self.build()?;
        headers.append("Set-Cookie", value).map_err(CookieError::Headers)
    }
}

#[cfg(test)]
mod tests;
