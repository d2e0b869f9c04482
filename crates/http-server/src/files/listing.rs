//! What a listing of a folder shows and in which order; how it looks is for `html`, `json` and `plain`.
//!
//! Pure: it is given the entries that `root` found and writes no files, no headers, no status.

use crate::files::path::{NameRules, is_plain_name};
use crate::files::root::{Entries, Entry};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use std::borrow::Cow;
use std::io;

mod figures;
pub(crate) mod html;
pub(crate) mod json;
mod order;
pub(crate) mod plain;

/// What a listing is ordered by; folders come first under each of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SortKey {
    #[default]
    Name,
    Size,
    Modified,
}

/// What the query of a request asks of a listing: `?sort=size&order=desc&q=text&format=json`.
///
/// What is not understood is as if it were not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListingQuery {
    pub(crate) sort: SortKey,
    pub(crate) descending: bool,
    /// Only names that contain this, without regard to case.
    pub(crate) filter: String,
    pub(crate) json: bool,
}

impl SortKey {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Size => "size",
            Self::Modified => "modified",
        }
    }
}

impl ListingQuery {
    pub(crate) fn parse(query: Option<&str>) -> Self {
        let mut wanted = Self::default();
        for pair in query.unwrap_or_default().split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (name, value) {
                ("sort", "name") => wanted.sort = SortKey::Name,
                ("sort", "size") => wanted.sort = SortKey::Size,
                ("sort", "modified") => wanted.sort = SortKey::Modified,
                ("order", "asc") => wanted.descending = false,
                ("order", "desc") => wanted.descending = true,
                ("format", "json") => wanted.json = true,
                ("q", text) => {
                    let text = text.replace('+', " ");
                    percent_decode_str(&text).decode_utf8_lossy().trim().clone_into(&mut wanted.filter);
                }
                _ => {}
            }
        }
        wanted
    }
}

/// A folder, ready to be shown.
#[derive(Debug)]
pub(crate) struct Listing {
    /// The decoded names from the root to the folder.
    pub(crate) trail: Vec<Vec<u8>>,
    pub(crate) query: ListingQuery,
    /// Filtered and in order.
    pub(crate) entries: Vec<Entry>,
    /// Whether the folder has more entries than are shown at most.
    pub(crate) more: bool,
}

impl Listing {
    pub(crate) fn new(trail: Vec<Vec<u8>>, found: Entries, query: ListingQuery) -> Self {
        let Entries { mut entries, more } = found;
        if !query.filter.is_empty() {
            let wanted = query.filter.to_lowercase();
            entries.retain(|entry| String::from_utf8_lossy(&entry.name).to_lowercase().contains(&wanted));
        }
        order::sort(&mut entries, query.sort, query.descending);
        Self { trail, query, entries, more }
    }

    /// As Python lists: every entry, by lower-case name, folders among files.
    pub(crate) fn in_python_order(trail: Vec<Vec<u8>>, found: Entries) -> Self {
        let Entries { mut entries, more } = found;
        entries.sort_by_cached_key(|entry| String::from_utf8_lossy(&entry.name).to_lowercase());
        Self { trail, query: ListingQuery::default(), entries, more }
    }

    /// The path as text, with slashes at both ends.
    pub(crate) fn path_text(&self) -> String {
        let mut text = String::from("/");
        for name in &self.trail {
            text.push_str(&String::from_utf8_lossy(name));
            text.push('/');
        }
        text
    }
}

/// Whether a request can name the entry at all.
pub(crate) fn is_reachable(entry: &Entry) -> bool {
    is_plain_name(&entry.name, NameRules::HERE)
}

/// All but `unreserved` of RFC 3986 §2.3: no name can begin a scheme, a query, a fragment or another segment.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A name as one segment of a relative reference.
pub(crate) fn encode_segment(name: &[u8]) -> impl std::fmt::Display + '_ {
    percent_encode(name, ENCODED)
}

/// Appends a name as one segment of a relative reference.
fn push_segment(out: &mut String, name: &[u8]) {
    out.extend(percent_encode(name, ENCODED));
}

/// Appends text for HTML content and quoted attributes.
///
/// Characters that would not show, or would make their surroundings read otherwise, are put as visible ones.
pub(crate) fn push_escaped(out: &mut String, text: &str) {
    let needs_care =
        |byte: u8| !matches!(byte, b' '..=b'~') || matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'');
    let careless_bytes = text.bytes().position(needs_care).unwrap_or(text.len());
    let (careless, rest) = text.split_at_checked(careless_bytes).unwrap_or(("", text));
    out.push_str(careless);
    for character in rest.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            control @ '\0'..='\u{1f}' => out.push(control_picture(control)),
            '\u{7f}' => out.push('\u{2421}'),
            '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{061c}' => out.push('\u{fffd}'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
}

/// The picture of a C0 control in the block U+2400.
fn control_picture(control: char) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or('\u{fffd}')
}

/// The name for a person, who can't read what is not UTF-8.
pub(crate) fn shown_name(entry: &Entry) -> Cow<'_, str> {
    String::from_utf8_lossy(&entry.name)
}

/// One way to show a listing, written piece by piece.
pub(crate) trait Look: Send + 'static {
    /// What stands before the first entry.
    fn begin(&mut self, listing: &Listing, out: &mut String);
    /// One entry.
    fn entry(&mut self, listing: &Listing, entry: &Entry, out: &mut String);
    /// What stands behind the last entry.
    fn end(&mut self, listing: &Listing, out: &mut String);
}

/// A listing as bytes, made while it is read, so that a long one never stands in memory as a whole.
#[derive(Debug)]
pub(crate) struct ListingReader<L> {
    listing: Listing,
    look: L,
    next: Next,
    ready: String,
    read_bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Begin,
    Entry(usize),
    Done,
}

impl<L: Look> ListingReader<L> {
    pub(crate) fn new(listing: Listing, look: L) -> Self {
        Self { listing, look, next: Next::Begin, ready: String::new(), read_bytes: 0 }
    }

    /// The whole at once.
    pub(crate) fn into_text(mut self) -> String {
        while self.next != Next::Done {
            self.advance();
        }
        self.ready
    }

    fn advance(&mut self) {
        self.next = match self.next {
            Next::Begin => {
                self.look.begin(&self.listing, &mut self.ready);
                Next::Entry(0)
            }
            Next::Entry(index) => match self.listing.entries.get(index) {
                Some(entry) => {
                    self.look.entry(&self.listing, entry, &mut self.ready);
                    Next::Entry(index + 1)
                }
                None => {
                    self.look.end(&self.listing, &mut self.ready);
                    Next::Done
                }
            },
            Next::Done => Next::Done,
        };
    }
}

impl<L: Look> io::Read for ListingReader<L> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // With the last line still less than what is sent at a time.
        const READY_BYTES: usize = 60 * 1024;
        if self.read_bytes == self.ready.len() {
            self.ready.clear();
            self.read_bytes = 0;
            while self.ready.len() < READY_BYTES && self.next != Next::Done {
                self.advance();
            }
        }
        let rest = self.ready.as_bytes().get(self.read_bytes..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.read_bytes += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
