//! Field lines up to the empty line, for heads and for trailer sections alike: resumable, bounded, checked.

use crate::ascii::{TOKEN, trim_ows};
use crate::error::ProtocolError;
use crate::headers::{Entry, Headers};
use crate::limits::{Leniency, Limits, clamp};
use crate::scan::first_control;

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
            section_bytes_max: at_most_u32(limits.trailer_bytes_max),
            fields_max: limits.trailer_fields_max,
            is_trailer: true,
        }
    }

    /// Whether a section may have so many bytes.
    pub(crate) const fn allows(&self, bytes: usize) -> bool {
        bytes <= self.section_bytes_max
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
            section_bytes_max: at_most_u32(limits.head_bytes_max),
            fields_max: limits.fields_max,
            is_trailer: false,
        }
    }
}

/// Ranges into the text have 32 bits.
const fn at_most_u32(bytes_max: usize) -> usize {
    if bytes_max > u32::MAX as usize { u32::MAX as usize } else { bytes_max }
}

/// Whether the empty line has been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// It ends just before `end`.
    Complete { end: usize },
    /// More input is needed.
    Partial,
}

/// What has been understood of a field section so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldSection {
    /// Where the head begins in the input, for its length.
    head_start: usize,
    /// Where the first field line begins in the input.
    fields_start: usize,
    line_start: usize,
    /// Up to where the input has been searched for the LF of this line; `line_start` if not at all.
    scanned: usize,
    /// Offsets from `fields_start`.
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
    ///
    /// Lines without anything unusual are read in one pass. All others, and one whose end has not come, are left
    /// to the longer way, which first finds the end of the line, so that the verdict does not depend on how the
    /// input is cut. A line is read at most twice, once before its end has come and once after.
    pub(crate) fn scan(
        &mut self,
        input: &[u8],
        leniency: Leniency,
        limits: &SectionLimits,
    ) -> Result<Scan, ProtocolError> {
        if self.entries.capacity() == 0 {
            self.reserve(input, limits);
        }
        loop {
            if self.line_start == self.scanned {
                self.plain_lines(input, limits);
                let next = self.line_start.saturating_add(2);
                if input.get(self.line_start..next) == Some(b"\r\n")
                    && next <= self.head_start.saturating_add(limits.section_bytes_max)
                {
                    #[cfg(test)]
                    crate::effort::count_bytes(2);
                    return Ok(Scan::Complete { end: next });
                }
            }
            let searched = input.get(self.scanned..).unwrap_or_default();
            #[cfg(test)]
            crate::effort::count_bytes(memchr::memchr(b'\n', searched).map_or(searched.len(), |at| at + 1));
            let Some(found) = memchr::memchr(b'\n', searched) else {
                self.check_bounds(input.len(), input.len(), limits)?;
                self.scanned = input.len();
                return Ok(Scan::Partial);
            };
            let line_feed = self.scanned + found;
            let next = line_feed + 1;
            self.check_bounds(line_feed, next, limits)?;
            let line = match input.get(self.line_start..line_feed).unwrap_or_default() {
                [line @ .., b'\r'] => line,
                line if leniency == Leniency::Recipient => {
                    self.bare_line_feed = true;
                    line
                }
                _ => return Err(ProtocolError::BareLineFeed { offset: clamp(line_feed) }),
            };
            if line.is_empty() {
                return Ok(Scan::Complete { end: next });
            }
            if line.len() > limits.line_bytes_max {
                return Err(ProtocolError::LineTooLong { bytes_max: clamp(limits.line_bytes_max) });
            }
            #[cfg(test)]
            crate::effort::count_bytes(line.len());
            self.line(line, self.line_start, leniency, limits)?;
            self.advance_to(next);
        }
    }

    /// Where the section ends, if it is byte for byte the one that `headers` holds, and within these limits.
    pub(crate) fn same_as(&self, input: &[u8], limits: &SectionLimits, headers: &Headers) -> Option<usize> {
        let text_end = self.fields_start + headers.plain_text()?.len();
        let end = text_end + 2;
        let is_same = input.get(self.fields_start..text_end) == headers.plain_text()
            && input.get(text_end..end) == Some(b"\r\n")
            && end <= self.head_start.saturating_add(limits.section_bytes_max)
            && headers.are_within(limits.fields_max, limits.line_bytes_max);
        #[cfg(test)]
        if is_same {
            crate::effort::count_bytes(end - self.fields_start);
        }
        is_same.then_some(end)
    }

    /// Moves what was found into `headers`.
    pub(crate) fn finish_into(&mut self, input: &[u8], headers: &mut Headers) {
        let text = input.get(self.fields_start..self.line_start).unwrap_or_default();
        // White space and its absence around values are still wire form; a fold must not be sent on (RFC 9112 §5.2).
        headers.adopt(text, &mut self.entries, !self.bare_line_feed && !self.folded);
        if self.folded {
            headers.unfold();
        }
    }

    /// Room for all entries at once, so that a head costs one allocation here.
    fn reserve(&mut self, input: &[u8], limits: &SectionLimits) {
        let ahead = input.get(self.fields_start..).unwrap_or_default();
        let ahead = ahead.get(..limits.section_bytes_max).unwrap_or(ahead);
        let lines = memchr::memchr_iter(b'\n', ahead).take(limits.fields_max.min(256)).count();
        self.entries.reserve(lines.max(16));
    }

    fn advance_to(&mut self, next: usize) {
        self.line_start = next;
        self.scanned = next;
    }

    /// Whether the line and the section are still within their bounds, when the line has gone on to `line_end` and
    /// the section to `section_end`. Of two bounds that are exceeded, the one that was exceeded first counts.
    fn check_bounds(
        &self,
        line_end: usize,
        section_end: usize,
        limits: &SectionLimits,
    ) -> Result<(), ProtocolError> {
        // Where the first byte too many stands. One byte more of a line is allowed for its CR.
        let line_bound = self.line_start.saturating_add(limits.line_bytes_max).saturating_add(1);
        let section_bound = self.head_start.saturating_add(limits.section_bytes_max);
        if section_end > section_bound && section_bound <= line_bound {
            return Err(limits.section_too_long());
        }
        if line_end > line_bound {
            return Err(ProtocolError::LineTooLong { bytes_max: clamp(limits.line_bytes_max) });
        }
        if section_end > section_bound {
            return Err(limits.section_too_long());
        }
        Ok(())
    }

    /// Reads lines that are whole, within all bounds and without anything unusual: no fold, no bare LF, no fault.
    fn plain_lines(&mut self, input: &[u8], limits: &SectionLimits) {
        let section_end = self.head_start.saturating_add(limits.section_bytes_max);
        let Some(mut rest) = input.get(self.line_start..) else { return };
        let mut start = self.line_start - self.fields_start;
        while self.entries.len() < limits.fields_max {
            let Some((line, behind)) = plain_line(rest) else { break };
            let bytes = rest.len() - behind.len();
            if bytes - 2 > limits.line_bytes_max || self.fields_start + start + bytes > section_end {
                break;
            }
            self.entries.push(Entry::new(
                start,
                start + line.name_bytes,
                start + line.value_start,
                start + line.value_end,
            ));
            start += bytes;
            rest = behind;
        }
        self.advance_to(self.fields_start + start);
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
        let name_bytes = TOKEN.first_outside(line).unwrap_or(line.len());
        let offset = clamp(start + name_bytes);
        match line.get(name_bytes) {
            Some(b':') if name_bytes > 0 => {}
            Some(b':') => return Err(ProtocolError::InvalidFieldName { offset }),
            Some(b'\r') => return Err(ProtocolError::BareCarriageReturn { offset }),
            Some(b' ' | b'\t') if line.contains(&b':') => {
                return Err(ProtocolError::SpaceBeforeColon { offset });
            }
            Some(_) if line.contains(&b':') => return Err(ProtocolError::InvalidFieldName { offset }),
            _ => return Err(ProtocolError::MissingColon { offset: clamp(start) }),
        }
        let raw = line.get(name_bytes + 1..).unwrap_or_default();
        let raw_start = start + name_bytes + 1;
        check_value(raw, raw_start)?;
        let value = trim_ows(raw);
        let blanks = raw.len() - trim_start(raw).len();
        let value_start = raw_start + if value.is_empty() { 0 } else { blanks } - self.fields_start;
        let name_start = start - self.fields_start;
        self.entries.push(Entry::new(
            name_start,
            name_start + name_bytes,
            value_start,
            value_start + value.len(),
        ));
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
        self.folded = true;
        let more = trim_ows(line);
        if more.is_empty() {
            return Ok(());
        }
        let more_start = start + (line.len() - trim_start(line).len()) - self.fields_start;
        let value_start =
            if entry.value_start == entry.value_end { more_start } else { entry.value_start as usize };
        *entry = Entry::new(
            entry.name_start as usize,
            entry.name_end as usize,
            value_start,
            more_start + more.len(),
        );
        if (entry.value_end - entry.name_start) as usize > limits.line_bytes_max {
            return Err(ProtocolError::LineTooLong { bytes_max: clamp(limits.line_bytes_max) });
        }
        Ok(())
    }
}

/// Where the parts of a field line stand in it.
struct PlainLine {
    name_bytes: usize,
    value_start: usize,
    value_end: usize,
}

/// Reads the field line at the beginning of `rest`, and gives what stands behind its CRLF; `None` if it is not whole or
/// has anything unusual.
#[inline]
fn plain_line(rest: &[u8]) -> Option<(PlainLine, &[u8])> {
    let name_bytes = TOKEN.first_outside(rest)?;
    #[cfg(test)]
    crate::effort::count_bytes(name_bytes + 1);
    let behind = match rest.get(name_bytes..)? {
        // As nearly all are written.
        [b':', b' ', behind @ ..] if !matches!(behind, [b' ' | b'\t', ..]) => behind,
        [b':', behind @ ..] => trim_start(behind),
        _ => return None,
    };
    if name_bytes == 0 {
        return None;
    }
    let value_start = rest.len() - behind.len();
    let found = first_control(behind);
    #[cfg(test)]
    crate::effort::count_bytes(found.unwrap_or(behind.len()));
    let (value, [b'\r', b'\n', behind @ ..]) = behind.split_at_checked(found?)? else { return None };
    let value_end = value_start + trim_end(value).len();
    Some((PlainLine { name_bytes, value_start, value_end }, behind))
}

#[inline]
fn trim_end(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

#[inline]
fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// No control character but HTAB in a value (RFC 9110 §5.5).
fn check_value(value: &[u8], start: usize) -> Result<(), ProtocolError> {
    match first_control(value) {
        None => Ok(()),
        Some(at) if value.get(at) == Some(&b'\r') => {
            Err(ProtocolError::BareCarriageReturn { offset: clamp(start + at) })
        }
        Some(at) => Err(ProtocolError::InvalidFieldValue { offset: clamp(start + at) }),
    }
}
