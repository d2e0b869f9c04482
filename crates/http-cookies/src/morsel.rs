//! One cookie of Python's kind: a name, a value in two forms, and attributes; how it is printed is `output`'s business.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::attr::Attr;
use crate::attr_value::AttrValue;
use crate::builder::CookieBuilder;
use crate::error::{CookieError, Part, shown};
use crate::output::{Output, Printed};
use crate::same_site::SameSite;
use crate::syntax::{check_controls, check_wire, is_legal_name};

/// One cookie with its attributes.
///
/// Unlike Python's, a morsel has a name from the start, and nothing that is put into it can break out of a header field:
/// control characters are refused everywhere, semicolons wherever they would end something. `Debug` does not show the value.
///
/// ```
/// use http_cookies::{Attr, CookieError, Morsel, SameSite};
/// let mut morsel = Morsel::new("id", "7", "7")?;
/// morsel.set_named("Path", "/")?.set_attr(Attr::SameSite, SameSite::Lax)?.set_attr(Attr::Secure, true)?;
/// assert_eq!(morsel.output_string(), "id=7; Path=/; SameSite=Lax; Secure");
/// assert_eq!(morsel.to_string(), "Set-Cookie: id=7; Path=/; SameSite=Lax; Secure");
/// # Ok::<(), CookieError>(())
/// ```
#[derive(Clone)]
#[doc(alias = "http.cookies.Morsel")]
#[doc(alias = "copy")]
pub struct Morsel {
    key: Arc<str>,
    coded_value: Box<str>,
    /// The value where it is not the same as the coded value.
    value: Option<Box<str>>,
    /// Ordered by attribute; those not set are not in it.
    attributes: Vec<(Attr, AttrValue)>,
}

impl Morsel {
    /// A cookie of this name; `value` is what a program reads, `coded_value` what goes over the wire.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn new(key: &str, value: &str, coded_value: &str) -> Result<Self, CookieError> {
        check_key(key)?;
        check_value(value, coded_value)?;
        Ok(Self::unchecked(key, value, coded_value))
    }

    /// Replaces name, value and coded value, and keeps the attributes.
    ///
    /// # Errors
    /// [`CookieError::ReservedName`] for the name of an attribute in any case, [`CookieError::IllegalName`],
    /// [`CookieError::ControlCharacter`] in either value, [`CookieError::Semicolon`] in the coded value. Nothing is changed
    /// then.
    pub fn set(&mut self, key: &str, value: &str, coded_value: &str) -> Result<&mut Self, CookieError> {
        check_key(key)?;
        check_value(value, coded_value)?;
        self.put(key, value, coded_value);
        Ok(self)
    }

    /// A morsel of parts that `check_key` and `check_value`, or laxer rules of the caller, have passed.
    pub(crate) fn unchecked(key: &str, value: &str, coded_value: &str) -> Self {
        let (coded_value, value) = forms(value, coded_value);
        Self { key: key.into(), coded_value, value, attributes: Vec::new() }
    }

    /// Replaces name and both values by such that the same rules have passed.
    pub(crate) fn put(&mut self, key: &str, value: &str, coded_value: &str) {
        if &*self.key != key {
            self.key = key.into();
        }
        (self.coded_value, self.value) = forms(value, coded_value);
    }

    /// The name.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The name, to be shared.
    pub(crate) fn shared_key(&self) -> Arc<str> {
        Arc::clone(&self.key)
    }

    /// The value as a program reads it.
    #[must_use]
    pub fn value(&self) -> &str {
        self.value.as_deref().unwrap_or(&self.coded_value)
    }

    /// The value as it goes over the wire.
    #[must_use]
    pub fn coded_value(&self) -> &str {
        &self.coded_value
    }

    /// The value of an attribute; [`AttrValue::Unset`] if it has none.
    #[must_use]
    pub fn attr(&self, attr: Attr) -> &AttrValue {
        const UNSET: &AttrValue = &AttrValue::Unset;
        match self.find(attr) {
            Ok(at) => self.attributes.get(at).map_or(UNSET, |(_, value)| value),
            Err(_) => UNSET,
        }
    }

    /// The attributes that are set, in the order of printing.
    pub fn attributes(&self) -> impl Iterator<Item = (Attr, &AttrValue)> {
        self.attributes.iter().map(|(attr, value)| (*attr, value))
    }

    /// The value of the attribute of this name, in any case; Python's `morsel["path"]`.
    ///
    /// # Errors
    /// [`CookieError::UnknownAttribute`].
    pub fn attr_named(&self, name: &str) -> Result<&AttrValue, CookieError> {
        Ok(self.attr(known_attr(name)?))
    }

    /// Sets an attribute; [`AttrValue::Unset`] and empty text take it away.
    ///
    /// # Errors
    /// [`CookieError::ControlCharacter`] and [`CookieError::Semicolon`] for texts that would break out of the attribute; a
    /// `Comment` may hold a semicolon, since it is quoted.
    pub fn set_attr(&mut self, attr: Attr, value: impl Into<AttrValue>) -> Result<&mut Self, CookieError> {
        let value = value.into();
        value.check(attr)?;
        self.put_attr(attr, value);
        Ok(self)
    }

    /// Sets the attribute of this name, in any case; Python's `morsel["path"] = value`.
    ///
    /// # Errors
    /// [`CookieError::UnknownAttribute`] and those of [`set_attr`](Self::set_attr).
    #[doc(alias = "__setitem__")]
    pub fn set_named(&mut self, name: &str, value: impl Into<AttrValue>) -> Result<&mut Self, CookieError> {
        self.set_attr(known_attr(name)?, value)
    }

    /// Sets the attribute of this name if it has no value yet, and answers the value it has then.
    ///
    /// Python's `setdefault` does nothing to a fresh morsel, where every attribute counts as present; here an attribute
    /// without a value takes the new one.
    ///
    /// # Errors
    /// As [`set_named`](Self::set_named).
    #[doc(alias = "setdefault")]
    pub fn set_default(
        &mut self,
        name: &str,
        value: impl Into<AttrValue>,
    ) -> Result<&AttrValue, CookieError> {
        let attr = known_attr(name)?;
        let value = value.into();
        value.check(attr)?;
        if *self.attr(attr) == AttrValue::Unset {
            self.put_attr(attr, value);
        }
        Ok(self.attr(attr))
    }

    /// Sets several attributes by name, all or none.
    ///
    /// # Errors
    /// As [`set_named`](Self::set_named), for the first that is refused.
    pub fn update<N, V>(&mut self, values: impl IntoIterator<Item = (N, V)>) -> Result<&mut Self, CookieError>
    where
        N: AsRef<str>,
        V: Into<AttrValue>,
    {
        let mut checked = Vec::new();
        for (name, value) in values {
            let (attr, value) = (known_attr(name.as_ref())?, value.into());
            value.check(attr)?;
            checked.push((attr, value));
        }
        for (attr, value) in checked {
            self.put_attr(attr, value);
        }
        Ok(self)
    }

    /// Sets `Path`.
    ///
    /// # Errors
    /// As [`set_attr`](Self::set_attr).
    pub fn set_path(&mut self, path: &str) -> Result<&mut Self, CookieError> {
        self.set_attr(Attr::Path, path)
    }

    /// Sets `Domain`.
    ///
    /// # Errors
    /// As [`set_attr`](Self::set_attr).
    pub fn set_domain(&mut self, domain: &str) -> Result<&mut Self, CookieError> {
        self.set_attr(Attr::Domain, domain)
    }

    /// Sets `expires` to a date; for seconds from the moment of printing set an integer with [`set_attr`](Self::set_attr).
    pub fn set_expires(&mut self, time: SystemTime) -> &mut Self {
        self.put_attr(Attr::Expires, time.into());
        self
    }

    /// Sets `Max-Age`, in whole seconds.
    pub fn set_max_age(&mut self, age: Duration) -> &mut Self {
        self.put_attr(Attr::MaxAge, age.into());
        self
    }

    /// Sets `SameSite`.
    pub fn set_same_site(&mut self, same_site: SameSite) -> &mut Self {
        self.put_attr(Attr::SameSite, same_site.into());
        self
    }

    /// Sets `Secure`.
    pub fn set_secure(&mut self, on: bool) -> &mut Self {
        self.put_attr(Attr::Secure, on.into());
        self
    }

    /// Sets `HttpOnly`.
    pub fn set_http_only(&mut self, on: bool) -> &mut Self {
        self.put_attr(Attr::HttpOnly, on.into());
        self
    }

    /// Sets `Partitioned`.
    pub fn set_partitioned(&mut self, on: bool) -> &mut Self {
        self.put_attr(Attr::Partitioned, on.into());
        self
    }

    /// Sets a value that `AttrValue::check` has passed.
    pub(crate) fn put_attr(&mut self, attr: Attr, value: AttrValue) {
        let value = if value == AttrValue::Text(Box::default()) { AttrValue::Unset } else { value };
        match (self.find(attr), value) {
            (Ok(at), AttrValue::Unset) => {
                self.attributes.remove(at);
            }
            (Err(_), AttrValue::Unset) => {}
            (Ok(at), value) => {
                if let Some(slot) = self.attributes.get_mut(at) {
                    slot.1 = value;
                }
            }
            (Err(at), value) => self.attributes.insert(at, (attr, value)),
        }
    }

    fn find(&self, attr: Attr) -> Result<usize, usize> {
        self.attributes.binary_search_by_key(&attr, |(attr, _)| *attr)
    }

    /// The field value: `name=coded_value` and the attributes, `expires` as an integer counted from now.
    #[must_use]
    #[doc(alias = "OutputString")]
    pub fn output_string(&self) -> String {
        self.output_string_with(&Output::default())
    }

    /// The field value with only some attributes, or at a given time.
    #[must_use]
    pub fn output_string_with(&self, output: &Output<'_>) -> String {
        let mut text = String::with_capacity(64);
        output.write_string(self.printed(), &mut text);
        text
    }

    /// The whole field, by default `Set-Cookie: ` and [`output_string`](Self::output_string).
    #[must_use]
    pub fn output(&self, output: &Output<'_>) -> String {
        let mut text = String::with_capacity(64);
        output.write_field(self.printed(), &mut text);
        text
    }

    /// A script element that sets the cookie.
    ///
    /// The cookie is percent-encoded inside, so that neither a quote nor `</script>` in it can get out.
    #[must_use]
    pub fn js_output(&self, output: &Output<'_>) -> String {
        let mut text = String::with_capacity(256);
        output.write_script(self.printed(), &mut text);
        text
    }

    /// Refuses a cookie that no browser would keep: see [`CookieBuilder::build`].
    ///
    /// # Errors
    /// What [`CookieBuilder::build`] answers for the same cookie.
    pub fn check(&self) -> Result<(), CookieError> {
        CookieBuilder::from_attributes(self.key(), self.coded_value(), self.attributes()).check()
    }

    pub(crate) fn printed(&self) -> Printed<'_> {
        Printed { key: &self.key, coded_value: &self.coded_value, attributes: &self.attributes }
    }
}

/// The coded value, and the value where it is another.
fn forms(value: &str, coded_value: &str) -> (Box<str>, Option<Box<str>>) {
    (coded_value.into(), (value != coded_value).then(|| value.into()))
}

/// The attribute of this name, or the error that Python raises.
pub(crate) fn known_attr(name: &str) -> Result<Attr, CookieError> {
    Attr::from_name(name).ok_or_else(|| CookieError::UnknownAttribute(shown(name)))
}

/// Python's rule for names: legal and no attribute.
pub(crate) fn check_key(key: &str) -> Result<(), CookieError> {
    if Attr::from_name(key).is_some() {
        return Err(CookieError::ReservedName(shown(key)));
    }
    if !is_legal_name(key.as_bytes()) {
        return Err(CookieError::IllegalName(shown(key)));
    }
    Ok(())
}

/// What may be stored as a value and its coded form.
pub(crate) fn check_value(value: &str, coded_value: &str) -> Result<(), CookieError> {
    check_wire(coded_value.as_bytes(), Part::CodedValue)?;
    // A codec that changes nothing hands back the text it was given, which has just been looked at.
    if std::ptr::eq(value, coded_value) { Ok(()) } else { check_controls(value.as_bytes(), Part::Value) }
}

impl PartialEq for Morsel {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
            && self.coded_value == other.coded_value
            && self.value == other.value
            && self.attributes == other.attributes
    }
}

impl Eq for Morsel {}

/// The whole field, as Python's `str()`: `Set-Cookie: name=value; …`.
impl fmt::Display for Morsel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.output(&Output::default()))
    }
}

impl fmt::Debug for Morsel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Morsel")
            .field("key", &self.key)
            .field("value", &format_args!("({} bytes)", self.value().len()))
            .field("attributes", &self.attributes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
