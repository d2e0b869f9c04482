//! Python's dictionaries of cookies, `BaseCookie` and `SimpleCookie`; reading texts into them is `load`'s business.

use std::fmt;
use std::ops::Index;

use crate::codec::{Codec, Quoted};
use crate::error::CookieError;
use crate::morsel::{Morsel, check_key, check_value};
use crate::ordered::{Ordered, OrderedIter};
use crate::output::Output;

/// The most words of one text that [`BaseCookie::load`] and [`BaseCookie::load_tolerant`] look at.
pub const PAIRS_MAX: usize = 4096;

/// Python's `SimpleCookie`: a [`BaseCookie`] that quotes values.
///
/// ```
/// use http_cookies::{CookieError, SimpleCookie};
/// let mut cookie = SimpleCookie::new();
/// cookie.set("fig", "newton")?;
/// cookie.set("number", 7)?.set_named("path", "/")?;
/// assert_eq!(cookie["number"].value(), "7");
/// assert_eq!(cookie.to_string(), "Set-Cookie: fig=newton\r\nSet-Cookie: number=7; Path=/");
///
/// let cookie = SimpleCookie::parse("chips=ahoy; vienna=\"a\\073 b\"")?;
/// assert_eq!(cookie["vienna"].value(), "a; b");
/// # Ok::<(), CookieError>(())
/// ```
#[doc(alias = "http.cookies.SimpleCookie")]
pub type SimpleCookie = BaseCookie<Quoted>;

/// A dictionary of names to [`Morsel`]s in the order of insertion, printed in the order of names.
///
/// The codec says how values are written: [`Quoted`] in [`SimpleCookie`], [`Raw`](crate::Raw) as in Python's `BaseCookie`,
/// [`Percent`](crate::Percent), or one of your own. Equality does not regard the order. `Debug` shows no values.
#[derive(Clone, Default)]
#[doc(alias = "http.cookies.BaseCookie")]
pub struct BaseCookie<C = Quoted> {
    pub(crate) codec: C,
    pub(crate) morsels: Ordered,
}

impl<C: Codec + Default> BaseCookie<C> {
    /// An empty dictionary.
    #[must_use]
    pub fn new() -> Self {
        Self::with_codec(C::default())
    }

    /// A dictionary loaded from text; Python's `SimpleCookie(text)`.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn parse(text: &str) -> Result<Self, CookieError> {
        let mut cookie = Self::new();
        cookie.load(text)?;
        Ok(cookie)
    }
}

impl<C: Codec> BaseCookie<C> {
    /// An empty dictionary with this codec.
    #[must_use]
    pub fn with_codec(codec: C) -> Self {
        Self { codec, morsels: Ordered::default() }
    }

    /// Sets a value of any type that can be displayed; attributes of a cookie that is there already stay.
    ///
    /// Python's `cookie["name"] = value`. A [`Morsel`] goes in through [`insert`](Self::insert).
    ///
    /// # Errors
    /// [`CookieError::ReservedName`], [`CookieError::IllegalName`], [`CookieError::ControlCharacter`] in the value,
    /// [`CookieError::Semicolon`] if the codec leaves one in, and what the codec's `encode` answers.
    #[doc(alias = "__setitem__")]
    pub fn set(&mut self, name: &str, value: impl fmt::Display) -> Result<&mut Morsel, CookieError> {
        let value = value.to_string();
        let coded = self.codec.encode(&value)?;
        check_key(name)?;
        check_value(&value, &coded)?;
        Ok(self.put(name, &value, &coded))
    }

    /// Sets several values, all or none; Python's `load` of a mapping.
    ///
    /// # Errors
    /// As [`set`](Self::set), for the first that is refused.
    pub fn load_map<N, V>(&mut self, values: impl IntoIterator<Item = (N, V)>) -> Result<(), CookieError>
    where
        N: AsRef<str>,
        V: fmt::Display,
    {
        let mut checked = Vec::new();
        for (name, value) in values {
            let value = value.to_string();
            let coded = self.codec.encode(&value)?.into_owned();
            check_key(name.as_ref())?;
            check_value(&value, &coded)?;
            checked.push((name, value, coded));
        }
        for (name, value, coded) in checked {
            self.put(name.as_ref(), &value, &coded);
        }
        Ok(())
    }

    /// Puts in what has been checked.
    pub(crate) fn put(&mut self, name: &str, value: &str, coded: &str) -> &mut Morsel {
        self.morsels.update(
            name,
            |morsel| morsel.put(name, value, coded),
            || Morsel::unchecked(name, value, coded),
        )
    }

    /// Puts a morsel in under its own name, and answers the one that was there.
    pub fn insert(&mut self, morsel: Morsel) -> Option<Morsel> {
        self.morsels.insert(morsel.shared_key(), morsel)
    }

    /// The cookie of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Morsel> {
        self.morsels.get(name)
    }

    /// The cookie of this name, to be changed.
    ///
    /// Renaming the morsel with [`Morsel::set`] changes what is printed, not the name it is found under, as in Python.
    #[must_use]
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Morsel> {
        self.morsels.get_mut(name)
    }

    /// The value of the cookie of this name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.get(name).map(Morsel::value)
    }

    /// Takes a cookie out; this sends nothing to a browser, for that see [`CookieBuilder::removal`](crate::CookieBuilder::removal).
    pub fn remove(&mut self, name: &str) -> Option<Morsel> {
        self.morsels.remove(name)
    }

    /// Whether there is a cookie of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Takes all cookies out.
    pub fn clear(&mut self) {
        self.morsels.clear();
    }

    /// How many cookies there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.morsels.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names and cookies in the order of insertion.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.morsels.iter())
    }

    /// Names and cookies in the order of insertion, to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&str, &mut Morsel)> {
        self.morsels.iter_mut()
    }

    /// The names in the order of insertion.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    pub(crate) fn sorted(&self) -> Vec<(&str, &Morsel)> {
        let mut entries: Vec<_> = self.iter().collect();
        entries.sort_unstable_by_key(|(name, _)| *name);
        entries
    }

    /// All cookies as fields in the order of names, by default `Set-Cookie: …` with CR LF between them.
    #[must_use]
    pub fn output(&self, output: &Output<'_>) -> String {
        let mut text = String::with_capacity(64 * self.len());
        for (at, (_, morsel)) in self.sorted().into_iter().enumerate() {
            if at > 0 {
                text.push_str(output.separator());
            }
            output.write_field(morsel.printed(), &mut text);
        }
        text
    }

    /// The value of one `Set-Cookie` field for each cookie, in the order of names.
    pub fn header_values(&self) -> impl Iterator<Item = String> {
        self.sorted().into_iter().map(|(_, morsel)| morsel.output_string())
    }

    /// A script element for each cookie, in the order of names; see [`Morsel::js_output`].
    #[must_use]
    pub fn js_output(&self, output: &Output<'_>) -> String {
        let mut text = String::new();
        for (_, morsel) in self.sorted() {
            output.write_script(morsel.printed(), &mut text);
        }
        text
    }
}

/// Names and cookies in the order of insertion; made by [`BaseCookie::iter`].
#[derive(Clone)]
#[must_use = "iterators do nothing unless they are asked"]
pub struct Iter<'a>(OrderedIter<'a>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a Morsel);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, morsel)| (&**name, morsel))
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, morsel)| (&**name, morsel))
    }
}

/// Shows names and no values.
impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}

impl<'a, C: Codec> IntoIterator for &'a BaseCookie<C> {
    type Item = (&'a str, &'a Morsel);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Panics when there is no cookie of this name; [`BaseCookie::get`] does not.
impl<C: Codec> Index<&str> for BaseCookie<C> {
    type Output = Morsel;

    #[expect(
        clippy::panic,
        reason = "indexing by a missing name is a bug of the caller, as in every map of std"
    )]
    fn index(&self, name: &str) -> &Morsel {
        match self.get(name) {
            Some(morsel) => morsel,
            None => panic!("no cookie of that name"),
        }
    }
}

impl<C: Codec> PartialEq for BaseCookie<C> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(name, morsel)| other.get(name) == Some(morsel))
    }
}

impl<C: Codec> Eq for BaseCookie<C> {}

/// All cookies as `Set-Cookie` fields, as Python's `str()`.
impl<C: Codec> fmt::Display for BaseCookie<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.output(&Output::default()))
    }
}

impl<C> fmt::Debug for BaseCookie<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.morsels.iter().map(|(_, morsel)| morsel)).finish()
    }
}

#[cfg(test)]
mod tests;
