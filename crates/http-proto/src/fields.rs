//! Field lines up to the empty line, for heads and for trailer sections alike: resumable, bounded, checked.

use crate::ascii::{FIELD_VALUE, TOKEN, trim_ows};
use crate::error::ProtocolError;
use crate::headers::{Entry, Headers};
use crate::limits::{Leniency, Limits};
use crate::parse::clamp;

/// The bounds of one section, and the errors that exceeding them gives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SectionLimits {
    line_bytes_max: usize,
    section_bytes_max: usize,
    fields_max: usize,
    is_trailer: bool,
}

impl SectionLimits {
    /// The bounds of a trailer section.
    pub(crate) const fn trailers(limits: &Limits) -> Self {
        Self {
            line_bytes_max: limits.line_bytes_max,
            section_bytes_max: limits.trailer_bytes_max,
            fields_max: limits.trailer_fields_max,
            is_trailer: true,
        }
    }

    fn section_too_long(&self) -> ProtocolError {
        let bytes_max = clamp(self.section_bytes_max);
        if self.is_trailer {
            ProtocolError::TrailersTooLong { bytes_max }
        } else {
            ProtocolError::HeadTooLong { bytes_max }
        }
    }

    fn too_many_fields(&self) -> ProtocolError {
        let fields_max = clamp(self.fields_max);
        if self.is_trailer {
            ProtocolError::TooManyTrailers { fields_max }
        } else {
            ProtocolError::TooManyFields { fields_max }
        }
    }
}

impl From<&Limits> for SectionLimits {
    /// The bounds of a head.
    fn from(limits: &Limits) -> Self {
        Self {
            line_bytes_max: limits.line_bytes_max,
            // Ranges into the text have 32 bits.
            section_bytes_max: limits.head_bytes_max.min(u32::MAX as usize),
            fields_max: limits.fields_max,
            is_trailer: false,
        }
    }
}

/// Whether the empty line has been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// It ends just before `end`.
    Complete { end: usize },
    /// More input is needed.
    Partial,
}

/// What has been understood of a field section so far. Offsets count from the beginning of the input.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldSection {
    /// Where the head begins, for its length.
    head_start: usize,
    /// Where the first field line begins.
    fields_start: usize,
    line_start: usize,
    /// Up to where no LF was found.
    scanned: usize,
    entries: Vec<Entry>,
    folded: bool,
    bare_line_feed: bool,
}

impl FieldSection {
    /// Field lines begin at `fields_start`, in a head that begins at `head_start`.
    pub(crate) fn begin(&mut self, head_start: usize, fields_start: usize) {
        self.reset();
        self.head_start = head_start;
        self.fields_start = fields_start;
        self.line_start = fields_start;
        self.scanned = fields_start;
    }

    /// Back to the beginning; memory is kept.
    pub(crate) fn reset(&mut self) {
        self.entries.clear();
        self.head_start = 0;
        self.fields_start = 0;
        self.line_start = 0;
        self.scanned = 0;
        self.folded = false;
        self.bare_line_feed = false;
    }

    /// Reads all lines that are whole.
    pub(crate) fn scan(
        &mut self,
        input: &[u8],
        leniency: Leniency,
        limits: &SectionLimits,
    ) -> Result<Scan, ProtocolError> {
        while let Some(found) = memchr::memchr(b'\n', input.get(self.scanned..).unwrap_or_default()) {
            let line_feed = self.scanned + found;
            let next = line_feed + 1;
            if next - self.head_start > limits.section_bytes_max {
                return Err(limits.section_too_long());
            }
            let line = match input.get(self.line_start..line_feed).unwrap_or_default() {
                [line @ .., b'\r'] => line,
                line if leniency == Leniency::Recipient => {
                    self.bare_line_feed = true;
                    line
                }
                _ => return Err(ProtocolError::BareLineFeed { offset: clamp(line_feed) }),
            };
            let start = self.line_start;
            if line.is_empty() {
                return Ok(Scan::Complete { end: next });
            }
            if line.len() > limits.line_bytes_max {
                return Err(ProtocolError::LineTooLong { bytes_max: clamp(limits.line_bytes_max) });
            }
            self.line(line, start, leniency, limits)?;
            self.line_start = next;
            self.scanned = next;
        }
        self.scanned = input.len();
        if input.len() - self.line_start > limits.line_bytes_max + 1 {
            return Err(ProtocolError::LineTooLong { bytes_max: clamp(limits.line_bytes_max) });
        }
        if input.len() - self.head_start > limits.section_bytes_max {
            return Err(limits.section_too_long());
        }
        Ok(Scan::Partial)
    }

    /// Moves what was found into `headers`.
    pub(crate) fn finish_into(&mut self, input: &[u8], headers: &mut Headers) {
        // Ranges count from the first field from here on.
        let shift = clamp(self.fields_start);
        for entry in &mut self.entries {
            entry.name_start -= shift;
            entry.name_end -= shift;
            entry.value_start -= shift;
            entry.value_end -= shift;
        }
        let text = input.get(self.fields_start..self.line_start).unwrap_or_default();
        headers.adopt(text, &mut self.entries, !self.bare_line_feed);
        if self.folded {
            headers.unfold();
        }
    }

    /// `field-line = field-name ":" OWS field-value OWS` (RFC 9112 §5).
    fn line(
        &mut self,
        line: &[u8],
        start: usize,
        leniency: Leniency,
        limits: &SectionLimits,
    ) -> Result<(), ProtocolError> {
        if let [b' ' | b'\t', ..] = line {
            return self.fold(line, start, leniency, limits);
        }
        if self.entries.len() >= limits.fields_max {
            return Err(limits.too_many_fields());
        }
        let name_len = TOKEN.first_outside(line).unwrap_or(line.len());
        match line.get(name_len) {
            Some(b':') if name_len > 0 => {}
            Some(b':') => return Err(ProtocolError::InvalidFieldName { offset: clamp(start) }),
            Some(b' ' | b'\t') if line.get(name_len..).is_some_and(|rest| rest.contains(&b':')) => {
                return Err(ProtocolError::SpaceBeforeColon { offset: clamp(start + name_len) });
            }
            Some(_) if line.contains(&b':') => {
                return Err(ProtocolError::InvalidFieldName { offset: clamp(start + name_len) });
            }
            _ => return Err(ProtocolError::MissingColon { offset: clamp(start) }),
        }
        let raw = line.get(name_len + 1..).unwrap_or_default();
        let value_at = start + name_len + 1;
        check_value(raw, value_at)?;
        let value = trim_ows(raw);
        let blanks = raw.len() - trim_start(raw).len();
        let value_start = value_at + if value.is_empty() { 0 } else { blanks };
        self.entries.push(Entry {
            name_start: clamp(start),
            name_end: clamp(start + name_len),
            value_start: clamp(value_start),
            value_end: clamp(value_start + value.len()),
        });
        Ok(())
    }

    /// `obs-fold = OWS CRLF RWS` (RFC 9112 §5.2): a server refuses it, a user agent reads spaces.
    fn fold(
        &mut self,
        line: &[u8],
        start: usize,
        leniency: Leniency,
        limits: &SectionLimits,
    ) -> Result<(), ProtocolError> {
        let refused = ProtocolError::FoldedLine { offset: clamp(start) };
        if leniency == Leniency::Strict {
            return Err(refused);
        }
        // RFC 9112 §2.2: white space before the first field line is no fold.
        let Some(entry) = self.entries.last_mut() else { return Err(refused) };
        check_value(line, start)?;
        let more = trim_ows(line);
        if more.is_empty() {
            return Ok(());
        }
        let end = start + (line.len() - trim_start(line).len()) + more.len();
        if entry.value_start == entry.value_end {
            entry.value_start = clamp(end - more.len());
        }
        entry.value_end = clamp(end);
        if (entry.value_end - entry.name_start) as usize > limits.line_bytes_max {
            return Err(ProtocolError::LineTooLong { bytes_max: clamp(limits.line_bytes_max) });
        }
        self.folded = true;
        Ok(())
    }
}

fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// No control character but HTAB in a value (RFC 9110 §5.5).
fn check_value(value: &[u8], start: usize) -> Result<(), ProtocolError> {
    match FIELD_VALUE.first_outside(value) {
        None => Ok(()),
        Some(at) if value.get(at) == Some(&b'\r') => {
            Err(ProtocolError::BareCarriageReturn { offset: clamp(start + at) })
        }
        Some(at) => Err(ProtocolError::InvalidFieldValue { offset: clamp(start + at) }),
    }
}
