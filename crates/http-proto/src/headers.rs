//! The header list: one flat text in wire order and case, ranges into it, nothing in it that could break a message.
//!
//! The text is kept in wire form, `name: value CRLF` for each field, so that a head that was parsed or built
//! goes out again with one copy. Reading comes from `parse.rs`, which pushes ranges it has checked; everything
//! else comes through [`Headers::append`] and [`Headers::set`], which check. What values mean is left to
//! [`field`](crate::field).

use crate::ascii::{TOKEN, trim_ows};
use crate::error::InvalidInput;
use crate::field::{Elements, elements};
use crate::scan::first_control;
use std::fmt;

mod convert;

/// Header fields in the order and the spelling of the wire, duplicates included.
///
/// Look-up disregards case and takes anything that is `AsRef<str>`, so [`http::header::CONTENT_TYPE`] works as
/// a key. Values are bytes (RFC 9110 §5.5) with a fallible text view. Names and values with CR, LF, NUL or
/// other forbidden bytes cannot be put in. A list that is [cleared](Self::clear) and filled again allocates
/// nothing. Python: `http.client.HTTPMessage`.
///
/// `Debug` hides the values of credentials and cookies.
///
/// | Python's `HTTPMessage` | here |
/// | --- | --- |
/// | `headers["Name"]`, `get`, `getheader` | [`get`](Self::get): the first one; values are never joined behind one's back |
/// | `get_all` | [`get_all`](Self::get_all), and as one list [`list`](Self::list) |
/// | `"Name" in headers` | [`contains`](Self::contains) |
/// | `add_header`, `putheader` | [`append`](Self::append) |
/// | `replace_header`, `headers["Name"] = …` | [`set`](Self::set) |
/// | `del headers["Name"]` | [`remove`](Self::remove) |
/// | `items`, `getheaders` | [`iter`](Self::iter) |
///
/// ```
/// use http_proto::Headers;
///
/// let mut headers = Headers::new();
/// headers.append("Accept", "text/html")?;
/// headers.append("accept", "text/plain;q=0.5")?;
/// assert_eq!(headers.get("ACCEPT").unwrap(), "text/html");
/// assert_eq!(headers.get_all("Accept").count(), 2);
/// assert_eq!(headers.list("accept").count(), 2);
/// assert!(headers.append("X-Injected", "a\r\nSet-Cookie: b").is_err());
/// # Ok::<(), http_proto::InvalidInput>(())
/// ```
#[derive(Default)]
#[doc(alias = "HTTPMessage")]
#[doc(alias = "MessageClass")]
pub struct Headers {
    /// The lines of the fields, in their order, each from its name up to the name of the next.
    text: Vec<u8>,
    entries: Vec<Entry>,
    /// Whether some line of `text` was folded or does not end with CRLF.
    not_wire_form: bool,
}

/// Where a field stands in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) name_start: u32,
    pub(crate) name_end: u32,
    pub(crate) value_start: u32,
    pub(crate) value_end: u32,
}

impl Entry {
    /// An entry with these offsets, which the caller keeps below 2³².
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "texts are shorter than 2³² bytes: push and the parser's limits see to it"
    )]
    pub(crate) const fn new(
        name_start: usize,
        name_end: usize,
        value_start: usize,
        value_end: usize,
    ) -> Self {
        Self {
            name_start: name_start as u32,
            name_end: name_end as u32,
            value_start: value_start as u32,
            value_end: value_end as u32,
        }
    }

    /// The entry of a line that stood at `from` and now stands at `to`, or behind text that moved so.
    fn moved(self, from: usize, to: usize) -> Self {
        let place = |offset: u32| offset as usize + to - from;
        Self::new(
            place(self.name_start),
            place(self.name_end),
            place(self.value_start),
            place(self.value_end),
        )
    }
}

impl Headers {
    /// An empty list. It does not allocate.
    #[must_use]
    pub const fn new() -> Self {
        Self { text: Vec::new(), entries: Vec::new(), not_wire_form: false }
    }

    /// An empty list with room for `fields` fields of `bytes` bytes in all.
    #[must_use]
    pub fn with_capacity(fields: usize, bytes: usize) -> Self {
        Self { text: Vec::with_capacity(bytes), entries: Vec::with_capacity(fields), not_wire_form: false }
    }

    /// How many fields there are, duplicates counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Removes all fields and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.entries.clear();
        self.not_wire_form = false;
    }

    /// The value of the first field with this name.
    #[must_use]
    #[inline]
    #[doc(alias = "getheader")]
    pub fn get(&self, name: impl AsRef<str>) -> Option<FieldValue<'_>> {
        self.find(name.as_ref().as_bytes())
    }

    /// The values of all fields with this name, in order. Python: `get_all`.
    #[inline]
    pub fn get_all<'a>(
        &'a self,
        name: impl AsRef<str> + 'a,
    ) -> impl DoubleEndedIterator<Item = FieldValue<'a>> {
        self.entries
            .iter()
            .filter(move |entry| self.name_bytes(entry).eq_ignore_ascii_case(name.as_ref().as_bytes()))
            .map(|entry| self.value(entry))
    }

    /// Whether there is a field with this name.
    #[must_use]
    #[inline]
    pub fn contains(&self, name: impl AsRef<str>) -> bool {
        self.find(name.as_ref().as_bytes()).is_some()
    }

    /// The elements of all fields with this name as one comma-separated list (RFC 9110 §5.6.1): trimmed,
    /// empty ones left out, commas inside quoted strings not taken for separators.
    ///
    /// `Set-Cookie` is no list (RFC 9110 §5.3): each of its fields is one element.
    pub fn list<'a>(&'a self, name: impl AsRef<str> + 'a) -> impl Iterator<Item = &'a [u8]> {
        let whole = name.as_ref().eq_ignore_ascii_case("set-cookie");
        self.get_all(name).flat_map(move |value| {
            if whole { Elements::whole(value.as_bytes()) } else { elements(value.as_bytes()) }
        })
    }

    /// Whether the list [`list(name)`](Self::list) has this token, in any case: `headers.has_token("Connection", "close")`.
    #[must_use]
    pub fn has_token(&self, name: impl AsRef<str>, token: &str) -> bool {
        self.list(name.as_ref()).any(|element| element.eq_ignore_ascii_case(token.as_bytes()))
    }

    /// Adds a field at the end; fields with the same name stay.
    ///
    /// White space around the value is trimmed, as the grammar has it outside (RFC 9112 §5).
    ///
    /// # Errors
    /// [`InvalidInput::FieldName`] and [`InvalidInput::FieldValue`] with the offset of the first byte that
    /// cannot be sent. The list is unchanged then.
    #[doc(alias = "add_header")]
    #[doc(alias = "putheader")]
    pub fn append(&mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Result<(), InvalidInput> {
        self.append_bytes(name.as_ref().as_bytes(), value.as_ref())
    }

    /// Gives the field this one value: the first field with this name gets it and keeps its place and spelling,
    /// further ones are removed; without one, the field is added at the end.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    #[doc(alias = "replace_header")]
    pub fn set(&mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Result<(), InvalidInput> {
        let name = name.as_ref().as_bytes();
        let Some(first) = self.position(name) else {
            return self.append_bytes(name, value.as_ref());
        };
        check_name(name)?;
        let value = check_value(value.as_ref())?;
        self.replace_value(first, value)?;
        let mut seen = false;
        self.retain(|field, _| {
            let same = field.as_bytes().eq_ignore_ascii_case(name);
            let keep = !same || !seen;
            seen |= same;
            keep
        });
        Ok(())
    }

    /// Removes all fields with this name and says how many there were.
    pub fn remove(&mut self, name: impl AsRef<str>) -> usize {
        let name = name.as_ref();
        let before = self.entries.len();
        self.retain(|field, _| !field.eq_ignore_ascii_case(name));
        before - self.entries.len()
    }

    /// Keeps the fields for which `keep` is true, in their order. It allocates nothing.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, FieldValue<'_>) -> bool) {
        let mut kept = 0;
        let mut kept_bytes = 0;
        for index in 0..self.entries.len() {
            let Some(&entry) = self.entries.get(index) else { break };
            if !keep(self.name(&entry), self.value(&entry)) {
                continue;
            }
            let line_start = entry.name_start as usize;
            let line_end =
                self.entries.get(index + 1).map_or(self.text.len(), |next| next.name_start as usize);
            // Lines only ever move towards the front.
            if line_start != kept_bytes {
                self.text.copy_within(line_start..line_end, kept_bytes);
            }
            if let Some(place) = self.entries.get_mut(kept) {
                *place = entry.moved(line_start, kept_bytes);
            }
            kept += 1;
            kept_bytes += line_end - line_start;
        }
        self.entries.truncate(kept);
        self.text.truncate(kept_bytes);
    }

    /// Adds all fields of `other` at the end.
    ///
    /// # Errors
    /// [`InvalidInput::FieldsTooLong`]. The list is unchanged then.
    pub fn append_all(&mut self, other: &Self) -> Result<(), InvalidInput> {
        if self.is_empty() && !other.not_wire_form {
            self.clear();
            self.text.extend_from_slice(&other.text);
            self.entries.extend_from_slice(&other.entries);
            return Ok(());
        }
        // Each line is at most four bytes longer here than there.
        let room = other.text.len() + 4 * other.entries.len();
        if u32::try_from(self.text.len() + room).is_err() {
            return Err(InvalidInput::FieldsTooLong);
        }
        self.text.reserve(room);
        self.entries.reserve(other.entries.len());
        for (name, value) in other.raw() {
            self.push(name, value)?;
        }
        Ok(())
    }

    /// All fields in order, as name and value.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter { headers: self, entries: self.entries.iter() }
    }

    /// All fields in order, as the bytes of name and value: [`iter`](Self::iter) for hot paths, which need no text.
    #[inline]
    pub fn iter_bytes(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.raw()
    }

    /// How many bytes of memory the list holds, used or not. [`clear`](Self::clear) keeps them.
    #[must_use]
    pub const fn capacity_bytes(&self) -> usize {
        self.text.capacity() + self.entries.capacity() * size_of::<Entry>()
    }

    /// The fields in wire form, each `name: value CRLF`, without the empty line that ends a head: appended to `out`.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        if !self.not_wire_form {
            out.extend_from_slice(&self.text);
            return;
        }
        for entry in &self.entries {
            out.extend_from_slice(self.name_bytes(entry));
            out.extend_from_slice(b": ");
            out.extend_from_slice(self.value(entry).0);
            out.extend_from_slice(b"\r\n");
        }
    }

    /// Appends without regard to what is there, after checking both parts.
    fn append_bytes(&mut self, name: &[u8], value: &[u8]) -> Result<(), InvalidInput> {
        check_name(name)?;
        let value = check_value(value)?;
        self.push(name, value)
    }

    /// Appends parts that have been checked.
    fn push(&mut self, name: &[u8], value: &[u8]) -> Result<(), InvalidInput> {
        let name_start = self.text.len();
        let name_end = name_start + name.len();
        let value_start = name_end + 2;
        let value_end = value_start + value.len();
        if u32::try_from(value_end + 2).is_err() {
            return Err(InvalidInput::FieldsTooLong);
        }
        let entry = Entry::new(name_start, name_end, value_start, value_end);
        self.text.extend_from_slice(name);
        self.text.extend_from_slice(b": ");
        self.text.extend_from_slice(value);
        self.text.extend_from_slice(b"\r\n");
        self.entries.push(entry);
        Ok(())
    }

    /// Gives the field at `index` a value that has been checked, in its place.
    fn replace_value(&mut self, index: usize, value: &[u8]) -> Result<(), InvalidInput> {
        let Some(&entry) = self.entries.get(index) else { return Ok(()) };
        let (start, end) = (entry.value_start as usize, entry.value_end as usize);
        if u32::try_from(self.text.len() - (end - start) + value.len()).is_err() {
            return Err(InvalidInput::FieldsTooLong);
        }
        self.text.splice(start..end, value.iter().copied());
        let new_end = start + value.len();
        if let Some(entry) = self.entries.get_mut(index) {
            *entry = Entry::new(entry.name_start as usize, entry.name_end as usize, start, new_end);
        }
        for entry in self.entries.iter_mut().skip(index + 1) {
            *entry = entry.moved(end, new_end);
        }
        Ok(())
    }

    /// Takes over what the parser found: `entries` that count from the beginning of `text`.
    ///
    /// `entries` is left with this list's old memory. The parser has checked every byte.
    pub(crate) fn adopt(&mut self, text: &[u8], entries: &mut Vec<Entry>, wire_form: bool) {
        self.text.clear();
        self.text.extend_from_slice(text);
        std::mem::swap(&mut self.entries, entries);
        entries.clear();
        self.not_wire_form = !wire_form;
    }

    /// The lines of the fields, unless there are none or they would have to be written anew.
    pub(crate) fn plain_text(&self) -> Option<&[u8]> {
        (!self.not_wire_form && !self.entries.is_empty()).then_some(&*self.text)
    }

    /// Whether there are at most so many fields, with lines of at most so many bytes.
    pub(crate) fn are_within(&self, fields_max: usize, line_bytes_max: usize) -> bool {
        if self.entries.len() > fields_max {
            return false;
        }
        if self.text.len() <= line_bytes_max {
            return true;
        }
        // Each line with its CRLF, from its name up to the next one's.
        let starts = self.entries.iter().map(|entry| entry.name_start as usize);
        let ends = starts.clone().skip(1).chain([self.text.len()]);
        starts.zip(ends).all(|(start, end)| end.saturating_sub(start) <= line_bytes_max.saturating_add(2))
    }

    /// Reads the line breaks of folded values as spaces (RFC 9112 §5.2).
    pub(crate) fn unfold(&mut self) {
        for entry in &self.entries {
            if let Some(value) = self.text.get_mut(entry.value_start as usize..entry.value_end as usize) {
                for byte in value.iter_mut().filter(|byte| matches!(**byte, b'\r' | b'\n')) {
                    *byte = b' ';
                }
            }
        }
    }

    /// Name and value as bytes, for one pass over all fields.
    #[inline]
    pub(crate) fn raw(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.raw_where(|_| true)
    }

    /// As [`raw`](Self::raw), but only the fields whose names are of certain lengths: the others are not touched.
    #[inline]
    pub(crate) fn raw_where(&self, length: impl Fn(usize) -> bool) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.entries
            .iter()
            .filter(move |entry| length((entry.name_end - entry.name_start) as usize))
            .map(|entry| (self.name_bytes(entry), self.value(entry).0))
    }

    #[inline]
    fn find(&self, name: &[u8]) -> Option<FieldValue<'_>> {
        self.position(name).and_then(|index| self.entries.get(index)).map(|entry| self.value(entry))
    }

    #[inline]
    fn position(&self, name: &[u8]) -> Option<usize> {
        self.entries.iter().position(|entry| {
            (entry.name_end - entry.name_start) as usize == name.len()
                && self.name_bytes(entry).eq_ignore_ascii_case(name)
        })
    }

    #[inline]
    fn name_bytes(&self, entry: &Entry) -> &[u8] {
        self.text.get(entry.name_start as usize..entry.name_end as usize).unwrap_or_default()
    }

    fn name(&self, entry: &Entry) -> &str {
        // A name is a token, so it is ASCII: the fallback is never taken.
        std::str::from_utf8(self.name_bytes(entry)).unwrap_or_default()
    }

    #[inline]
    fn value(&self, entry: &Entry) -> FieldValue<'_> {
        FieldValue(self.text.get(entry.value_start as usize..entry.value_end as usize).unwrap_or_default())
    }
}

fn check_name(name: &[u8]) -> Result<(), InvalidInput> {
    if TOKEN.all(name) && !name.is_empty() {
        return Ok(());
    }
    match TOKEN.first_outside(name) {
        Some(offset) => Err(InvalidInput::FieldName { offset }),
        None if name.is_empty() => Err(InvalidInput::FieldName { offset: 0 }),
        None => Ok(()),
    }
}

fn check_value(value: &[u8]) -> Result<&[u8], InvalidInput> {
    match first_control(value) {
        Some(offset) => Err(InvalidInput::FieldValue { offset }),
        None => Ok(trim_ows(value)),
    }
}

/// Fields whose values are secrets, never shown by `Debug`.
fn is_secret(name: &str) -> bool {
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "cookie2", "set-cookie2"]
        .iter()
        .any(|secret| name.eq_ignore_ascii_case(secret))
}

impl Clone for Headers {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), entries: self.entries.clone(), not_wire_form: self.not_wire_form }
    }

    /// Into the memory that is there.
    fn clone_from(&mut self, source: &Self) {
        self.text.clone_from(&source.text);
        self.entries.clone_from(&source.entries);
        self.not_wire_form = source.not_wire_form;
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, value) in self {
            if is_secret(name) {
                map.entry(&name, &format_args!("[{} bytes hidden]", value.as_bytes().len()));
            } else {
                map.entry(&name, &value);
            }
        }
        map.finish()
    }
}

/// Lists are equal when they have the same fields in the same order; names disregard case.
impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.raw().zip(other.raw()).all(|((name, value), (other_name, other_value))| {
                name.eq_ignore_ascii_case(other_name) && value == other_value
            })
    }
}

impl Eq for Headers {}

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'a str, FieldValue<'a>);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// All fields of a [`Headers`] in order.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    headers: &'a Headers,
    entries: std::slice::Iter<'a, Entry>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, FieldValue<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.entries.next().map(|entry| (self.headers.name(entry), self.headers.value(entry)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.entries.next_back().map(|entry| (self.headers.name(entry), self.headers.value(entry)))
    }
}

impl ExactSizeIterator for Iter<'_> {}

/// The value of one field: bytes without control characters but tab, and without blanks at the ends (RFC 9110 §5.5).
///
/// Compares with `str` and bytes directly. It does not know the name of its field, so its `Debug` hides nothing; that of
/// [`Headers`] does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldValue<'a>(&'a [u8]);

impl<'a> FieldValue<'a> {
    /// The bytes as on the wire.
    #[must_use]
    #[inline]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The value as text.
    ///
    /// # Errors
    /// Where the value is not UTF-8; it is ASCII in nearly all fields that are defined.
    #[inline]
    pub fn to_str(self) -> Result<&'a str, std::str::Utf8Error> {
        std::str::from_utf8(self.0)
    }

    /// The value as Latin-1, every byte one character: what Python shows. Never fails.
    #[must_use]
    pub fn to_latin1(self) -> String {
        self.0.iter().map(|&byte| char::from(byte)).collect()
    }
}

impl AsRef<[u8]> for FieldValue<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0
    }
}

impl fmt::Debug for FieldValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// The value as text for people, with U+FFFD in place of what is not UTF-8.
impl fmt::Display for FieldValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&String::from_utf8_lossy(self.0))
    }
}

impl PartialEq<str> for FieldValue<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for FieldValue<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<[u8]> for FieldValue<'_> {
    fn eq(&self, other: &[u8]) -> bool {
        self.0 == other
    }
}

#[cfg(test)]
mod tests;
