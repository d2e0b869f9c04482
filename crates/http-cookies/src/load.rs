//! Loading texts into a dictionary of cookies: by Python's rules, or tolerantly, keeping every good pair.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::attr::Attr;
use crate::attr_value::AttrValue;
use crate::codec::Codec;
use crate::cookie::pairs;
use crate::error::{CookieError, shown};
use crate::latin1::text_from_bytes;
use crate::morsel::{check_value, known_attr};
use crate::ordered::Ordered;
use crate::quoting::unquote;
use crate::scan::{Word, Words};
use crate::simple::{BaseCookie, PAIRS_MAX};
use crate::syntax::is_legal_name;

impl<C: Codec> BaseCookie<C> {
    /// Loads a text by Python's rules, all of it or nothing, and answers what Python's scanner leaves unread.
    ///
    /// Python's grammar takes `Cookie` and `Set-Cookie` syntax at once: words after a cookie that name attributes belong
    /// to that cookie, words in `$` before the first cookie are read past, blanks separate as semicolons do, later cookies
    /// win over earlier ones of the same name and keep their attributes. Where the text stops matching the grammar (at a
    /// second semicolon in a row, for instance) loading ends without an error; that rest is the answer, empty in the good
    /// case. What clients send is better read with [`load_tolerant`](Self::load_tolerant) or [`pairs`].
    ///
    /// # Errors
    /// [`CookieError::Syntax`] where Python discards the whole text without a word: a word without a value that is no flag,
    /// or an attribute before the first cookie. [`CookieError::IllegalName`], [`CookieError::UnknownAttribute`] where
    /// Python raises, too late, with half of the text loaded. [`CookieError::ControlCharacter`],
    /// [`CookieError::Semicolon`] for what must not be sent again, [`CookieError::TooMany`] beyond [`PAIRS_MAX`] words, and
    /// what the codec's `decode` answers. Nothing is changed then.
    pub fn load<'t>(&mut self, text: &'t str) -> Result<&'t str, CookieError> {
        let expected = expected_pairs(text.as_bytes());
        let mut words = Words::new(text);
        let mut steps = Vec::with_capacity(expected);
        let mut refused = None;
        for (count, word) in words.by_ref().enumerate() {
            if count == PAIRS_MAX {
                return Err(CookieError::TooMany { at: word.at });
            }
            // As in Python, what breaks the grammar anywhere comes before what is wrong with a name.
            match self.step(word, !steps.is_empty() || refused.is_some()) {
                Ok(step) => steps.extend(step),
                Err(syntax @ CookieError::Syntax { .. }) => return Err(syntax),
                Err(other) => refused = refused.or(Some(other)),
            }
        }
        if let Some(error) = refused {
            return Err(error);
        }
        self.morsels.reserve(expected);
        let mut steps = steps.into_iter().peekable();
        while let Some(step) = steps.next() {
            let Step::Cookie { name, value, coded } = step else { continue };
            let morsel = self.put(name, &value, &coded);
            while let Some(Step::Attribute(attr, value)) = steps.next_if(Step::is_attribute) {
                morsel.put_attr(attr, value);
            }
        }
        Ok(words.rest())
    }

    /// What a word means; nothing for a `$` word before the first cookie.
    fn step<'t>(&self, word: Word<'t>, cookie_seen: bool) -> Result<Option<Step<'t>>, CookieError> {
        if let Some(name) = word.key.strip_prefix('$') {
            if !cookie_seen {
                return Ok(None);
            }
            let attr = known_attr(name)?;
            return Step::attribute(attr, word.value.unwrap_or_default().into()).map(Some);
        }
        if let Some(attr) = Attr::from_name(word.key) {
            let value = match word.value {
                _ if !cookie_seen => return Err(CookieError::Syntax { at: word.at }),
                Some(value) => unquote(value).as_ref().into(),
                None if attr.is_flag() => AttrValue::Flag(true),
                None => return Err(CookieError::Syntax { at: word.at }),
            };
            return Step::attribute(attr, value).map(Some);
        }
        let coded = word.value.ok_or(CookieError::Syntax { at: word.at })?;
        if !is_legal_name(word.key.as_bytes()) {
            return Err(CookieError::IllegalName(shown(word.key)));
        }
        let value = self.codec.decode(coded)?;
        // A semicolon can only stand in quotes here. It would end the value for every browser, so it is written anew.
        let coded = match coded.contains(';') {
            true => Cow::Owned(self.codec.encode(&value)?.into_owned()),
            false => Cow::Borrowed(coded),
        };
        check_value(&value, &coded)?;
        Ok(Some(Step::Cookie { name: word.key, value, coded }))
    }

    /// Loads every good pair of a `Cookie` field as RFC 6265bis splits it, and reports the rest.
    ///
    /// Only semicolons separate, nothing is an attribute, and one bad pair harms no other. Names that Python reserves for
    /// attributes are taken too. Of pairs with the same name the first is kept, as by [`Pairs::get`](crate::Pairs::get): a
    /// browser sends the one with the longest path first. What was in the dictionary before is replaced.
    ///
    /// ```
    /// use http_cookies::SimpleCookie;
    /// let mut cookie = SimpleCookie::new();
    /// let skipped = cookie.load_tolerant("id=7; {bad}=1; theme=dark; broken");
    /// assert_eq!(cookie.value("theme"), Some("dark"));
    /// assert_eq!(cookie.len(), 2);
    /// assert_eq!(skipped.len(), 2);
    /// assert_eq!(skipped.iter().next().map(|pair| pair.at), Some(6));
    /// ```
    pub fn load_tolerant(&mut self, header: &str) -> Skipped {
        self.load_bytes_tolerant(header.as_bytes())
    }

    /// [`load_tolerant`](Self::load_tolerant) of bytes: each value is UTF-8 if it can be, otherwise Latin-1.
    pub fn load_bytes_tolerant(&mut self, header: &[u8]) -> Skipped {
        let mut loading = Loading::into(&self.morsels);
        self.load_field(header, &mut loading);
        loading.skipped
    }

    /// Loads the pairs of one of the fields that are loaded together.
    pub(crate) fn load_field(&mut self, header: &[u8], loading: &mut Loading) {
        self.morsels.reserve(expected_pairs(header));
        for (count, (at, name, value)) in pairs(header).with_places().enumerate() {
            if count == PAIRS_MAX {
                loading.skipped.push(at, CookieError::TooMany { at });
                break;
            }
            if let Err(reason) = self.load_pair(&text_from_bytes(name), &text_from_bytes(value), loading) {
                loading.skipped.push(at, reason);
            }
        }
    }

    fn load_pair(&mut self, name: &str, coded: &str, loading: &mut Loading) -> Result<(), CookieError> {
        if !is_legal_name(name.as_bytes()) {
            return Err(CookieError::IllegalName(shown(name)));
        }
        let value = self.codec.decode(coded)?;
        check_value(&value, coded)?;
        if let Some(place) = self.morsels.find(name) {
            // What came in with this load is at the end, or has replaced what was there before.
            if place >= loading.since || !loading.replaced.insert(place) {
                return Err(CookieError::Duplicate(shown(name)));
            }
        }
        self.put(name, &value, coded);
        Ok(())
    }
}

/// What is known while the fields of one request are loaded.
pub(crate) struct Loading {
    /// Where names stand that the dictionary did not have before.
    since: usize,
    /// The places before `since` that have got a new value.
    replaced: HashSet<usize>,
    pub(crate) skipped: Skipped,
}

impl Loading {
    pub(crate) fn into(morsels: &Ordered) -> Self {
        Self { since: morsels.end(), replaced: HashSet::new(), skipped: Skipped::default() }
    }
}

/// How many pairs to make room for before they are read: a guess by length, bounded.
fn expected_pairs(text: &[u8]) -> usize {
    (text.len() / 24 + 1).min(32)
}

/// A checked word on its way into the dictionary.
enum Step<'t> {
    Cookie { name: &'t str, value: Cow<'t, str>, coded: Cow<'t, str> },
    Attribute(Attr, AttrValue),
}

impl Step<'_> {
    fn attribute(attr: Attr, value: AttrValue) -> Result<Self, CookieError> {
        value.check(attr)?;
        Ok(Self::Attribute(attr, value))
    }

    const fn is_attribute(&self) -> bool {
        matches!(self, Self::Attribute(..))
    }
}

/// The pairs that [`BaseCookie::load_tolerant`] left out.
#[derive(Debug, Clone, Default)]
#[must_use = "it says what was lost; `let _ =` if that is of no interest"]
pub struct Skipped {
    pairs: Vec<SkippedPair>,
    count: usize,
}

impl Skipped {
    /// The most pairs that are described; the rest is counted only.
    pub const DESCRIBED_MAX: usize = 64;

    /// How many pairs were left out.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether every pair was good.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first [`DESCRIBED_MAX`](Self::DESCRIBED_MAX) of them, in the order sent.
    pub fn iter(&self) -> impl Iterator<Item = &SkippedPair> {
        self.pairs.iter()
    }

    fn push(&mut self, at: usize, reason: CookieError) {
        self.count += 1;
        if self.pairs.len() < Self::DESCRIBED_MAX {
            self.pairs.push(SkippedPair { at, reason });
        }
    }
}

/// One pair that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedPair {
    /// Where its name, or without a name its value, starts, in bytes of the text.
    pub at: usize,
    /// Why; for [`CookieError::TooMany`] everything from `at` on was left out.
    pub reason: CookieError,
}

#[cfg(test)]
mod tests;
