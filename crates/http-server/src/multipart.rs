//! Forms with files, `multipart/form-data` (RFC 7578), read as they arrive: a part at a time, in bounded memory.
//!
//! It knows any reader and no request. What stands in the head of a part is read in `multipart/part_head.rs`.
//!
//! ```text
//!   preamble ──delimiter──> head ──> content ──delimiter──> head … ──delimiter"--"──> epilogue ──> over
//! ```

use crate::error::Error;
use crate::multipart::part_head::PartHead;
use http_proto::{Headers, field};
use memchr::memmem::Finder;
use std::fmt;
use std::io::{self, BufRead, Read};

mod part_head;

/// Bytes that are read at a time.
const BUFFER_BYTES: usize = 16 * 1024;

/// Blanks that may stand behind a boundary (RFC 2046 §5.1.1), of which nobody sends any.
const PADDING_BYTES_MAX: usize = 64;

/// Bounds on one form. A bound is inclusive: exactly as much passes, one more does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MultipartLimits {
    /// Parts, 1 000 by default; more are answered with 413.
    pub parts_max: usize,
    /// Bytes in the head of one part, 8 KiB by default; more are answered with 413.
    pub part_head_bytes_max: usize,
    /// Bytes of the whole form, boundaries and heads included, 1 GiB by default; more are answered with 413.
    ///
    /// [`Limits::body_bytes_max`](crate::Limits::body_bytes_max) holds as well.
    pub total_bytes_max: u64,
}

impl Default for MultipartLimits {
    fn default() -> Self {
        Self { parts_max: 1_000, part_head_bytes_max: 8 << 10, total_bytes_max: 1 << 30 }
    }
}

impl MultipartLimits {
    /// These bounds with another [`parts_max`](Self::parts_max).
    #[must_use]
    pub const fn parts_max(mut self, parts: usize) -> Self {
        self.parts_max = parts;
        self
    }

    /// These bounds with another [`part_head_bytes_max`](Self::part_head_bytes_max).
    #[must_use]
    pub const fn part_head_bytes_max(mut self, bytes: usize) -> Self {
        self.part_head_bytes_max = bytes;
        self
    }

    /// These bounds with another [`total_bytes_max`](Self::total_bytes_max).
    #[must_use]
    pub const fn total_bytes_max(mut self, bytes: u64) -> Self {
        self.total_bytes_max = bytes;
        self
    }
}

/// A form with files, read part by part. [`Request::multipart`](crate::Request::multipart) makes it of a request's
/// content.
///
/// Memory does not grow with the form: what is held is one buffer of 16 KiB and the head of one part. A line that
/// begins with the boundary and goes on with anything else than its end is refused, so that nobody can disagree on
/// where a part ends. What stands before the first boundary and behind the last is read and forgotten.
///
/// ```
/// use http_server::{HandlerError, MultipartLimits, Request, Response, testing};
///
/// let upload = |request: &mut Request<'_>| -> Result<Response, HandlerError> {
///     let mut form = request.multipart(MultipartLimits::default())?;
///     let mut told = String::new();
///     while let Some(mut part) = form.next_part()? {
///         let name = part.name().to_owned();
///         match part.plain_file_name().map(str::to_owned) {
///             Some(file) => {
///                 let bytes = std::io::copy(&mut part, &mut std::io::sink())?;
///                 told += &format!("{name}: {file} with {bytes} bytes\n");
///             }
///             None => told += &format!("{name}: {}\n", part.read_to_text(1024)?),
///         }
///     }
///     Ok(Response::text(told))
/// };
///
/// let content = "--x\r\nContent-Disposition: form-data; name=\"who\"\r\n\r\nAda\r\n\
///                --x\r\nContent-Disposition: form-data; name=\"what\"; filename=\"../a.txt\"\r\n\r\nabc\r\n--x--\r\n";
/// let answer = testing::post("/", content)
///     .with_header("Content-Type", "multipart/form-data; boundary=x")
///     .send_to(&upload);
/// assert_eq!(answer.text(), "who: Ada\nwhat: a.txt with 3 bytes\n");
/// ```
#[doc(alias = "FieldStorage")]
pub struct Multipart<R> {
    reader: R,
    limits: MultipartLimits,
    /// CRLF, two hyphens, and the boundary.
    delimiter: Finder<'static>,
    buffer: Vec<u8>,
    /// What of the buffer is filled and not consumed.
    from: usize,
    to: usize,
    /// Bytes from `from` on that are known to be content of the part.
    clear: usize,
    total_bytes: u64,
    parts: usize,
    state: State,
    head: PartHead,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In the content of a part, or before the first one.
    Content,
    /// The delimiter that ends a part stands at the front.
    Delimiter,
    /// Behind the last part.
    Over,
    /// Something was wrong: where the next part begins is not known.
    Broken,
}

impl<R: Read> Multipart<R> {
    /// Reads a form whose `Content-Type` is this.
    ///
    /// # Errors
    /// [`Error::UnexpectedContent`] (415) for another type, [`Error::MalformedMultipart`] (400) for one without a
    /// boundary that can be one (RFC 2046 §5.1.1).
    pub fn new(reader: R, content_type: &[u8], limits: MultipartLimits) -> Result<Self, Error> {
        if !field::before_parameters(content_type).eq_ignore_ascii_case(b"multipart/form-data") {
            return Err(Error::UnexpectedContent { wanted: "a form of type multipart/form-data" });
        }
        let mut boundaries =
            field::parameters(content_type).filter(|found| found.name.eq_ignore_ascii_case(b"boundary"));
        let (Some(boundary), None) = (boundaries.next(), boundaries.next()) else {
            return Err(Error::MalformedMultipart { rule: "its type names one boundary" });
        };
        let boundary = &*boundary.value;
        if !is_boundary(boundary) {
            return Err(Error::MalformedMultipart { rule: "its boundary is 1 to 70 of the bytes allowed" });
        }
        let delimiter = [b"\r\n--", boundary].concat();
        let room = BUFFER_BYTES.max(limits.part_head_bytes_max.saturating_add(4)) + delimiter.len();
        let mut buffer = vec![0; room];
        // The first boundary has no line before it: the line end that belongs to it is put there.
        for (place, byte) in buffer.iter_mut().zip(b"\r\n") {
            *place = *byte;
        }
        Ok(Self {
            reader,
            limits,
            delimiter: Finder::new(&delimiter).into_owned(),
            buffer,
            from: 0,
            to: 2,
            clear: 0,
            total_bytes: 0,
            parts: 0,
            state: State::Content,
            head: PartHead::default(),
        })
    }

    /// Goes on to the next part, over what is left of the one before; `None` behind the last.
    ///
    /// # Errors
    /// [`Error::MalformedMultipart`] (400), also where the form ends before its last boundary;
    /// [`Error::TooManyParts`], [`Error::PartHeadTooLong`] and [`Error::BodyTooLong`] (413) beyond a limit; and those
    /// of reading. After one of them there are no more parts.
    pub fn next_part(&mut self) -> Result<Option<Part<'_, R>>, Error> {
        match self.advance() {
            Ok(true) => Ok(Some(Part { form: self })),
            Ok(false) => Ok(None),
            Err(error) => {
                self.state = State::Broken;
                self.clear = 0;
                Err(error)
            }
        }
    }

    /// Whether there is a next part, whose head has been read then.
    fn advance(&mut self) -> Result<bool, Error> {
        loop {
            match self.state {
                State::Over => return Ok(false),
                State::Broken => {
                    return Err(Error::MalformedMultipart { rule: "nothing is read behind a fault" });
                }
                State::Delimiter => break,
                State::Content => {
                    let count = self.fill_content()?.len();
                    self.take_content(count);
                }
            }
        }
        self.from += self.delimiter.needle().len();
        if self.ends_here()? {
            self.state = State::Over;
            self.forget_rest()?;
            return Ok(false);
        }
        if self.parts == self.limits.parts_max {
            return Err(Error::TooManyParts { parts_max: self.limits.parts_max });
        }
        self.parts += 1;
        self.read_head()?;
        Ok(true)
    }

    /// What stands behind a delimiter: two hyphens (then this is the end), or blanks and a line end.
    fn ends_here(&mut self) -> Result<bool, Error> {
        let mut blanks = 0;
        loop {
            match self.window().get(blanks..).unwrap_or_default() {
                [b'-', b'-', ..] if blanks == 0 => return Ok(true),
                [b'\r', b'\n', ..] => {
                    self.from += blanks + 2;
                    return Ok(false);
                }
                [b' ' | b'\t', ..] if blanks < PADDING_BYTES_MAX => blanks += 1,
                [] | [b'-' | b'\r'] => self.need_more()?,
                _ => {
                    let rule = "a line that begins with its boundary is the boundary";
                    return Err(Error::MalformedMultipart { rule });
                }
            }
        }
    }

    /// Reads the head of a part, up to its empty line. A part that has none of its content and no line for it
    /// (RFC 2046 §5.1.1 allows that) is left at its delimiter.
    fn read_head(&mut self) -> Result<(), Error> {
        let mut seen = 0;
        let length = loop {
            let window = self.window();
            if window.starts_with(b"\r\n") {
                break 0;
            }
            let end = memchr::memmem::find(window.get(seen..).unwrap_or_default(), b"\r\n\r\n");
            let limit = self.limits.part_head_bytes_max;
            match end {
                Some(end) if seen + end + 2 <= limit => break seen + end + 2,
                None if window.len() < limit.saturating_add(2) => {
                    seen = window.len().saturating_sub(3);
                    self.need_more()?;
                }
                _ => return Err(Error::PartHeadTooLong { bytes_max: limit }),
            }
        };
        let head = self.buffer.get(self.from..self.from + length).unwrap_or_default();
        self.head.read(head)?;
        self.from += length;
        self.state = State::Content;
        // The empty line may be the line end of a delimiter.
        let delimiter = self.delimiter.needle().len();
        while self.window().len() < delimiter && self.delimiter.needle().starts_with(self.window()) {
            self.need_more()?;
        }
        if !self.window().starts_with(self.delimiter.needle()) {
            self.from += 2;
        }
        Ok(())
    }

    /// Content of the part that is there, at least a byte; none at its end.
    fn fill_content(&mut self) -> Result<&[u8], Error> {
        while self.state == State::Content && self.clear == 0 {
            let window = self.buffer.get(self.from..self.to).unwrap_or_default();
            match self.delimiter.find(window) {
                Some(0) => self.state = State::Delimiter,
                Some(count) => self.clear = count,
                None => {
                    self.clear = window.len() - started(window, self.delimiter.needle());
                    if self.clear == 0 {
                        self.need_more()?;
                    }
                }
            }
        }
        Ok(self.buffer.get(self.from..self.from + self.clear).unwrap_or_default())
    }

    fn take_content(&mut self, count: usize) {
        let count = count.min(self.clear);
        self.clear -= count;
        self.from += count;
    }

    /// Reads away what stands behind the last boundary.
    fn forget_rest(&mut self) -> Result<(), Error> {
        loop {
            self.from = self.to;
            if !self.more()? {
                return Ok(());
            }
        }
    }

    fn window(&self) -> &[u8] {
        self.buffer.get(self.from..self.to).unwrap_or_default()
    }

    /// Reads on; the form must not be over yet.
    fn need_more(&mut self) -> Result<(), Error> {
        if self.more()? {
            return Ok(());
        }
        Err(Error::MalformedMultipart { rule: "it ends with its last boundary" })
    }

    /// Reads on behind what is there; whether there was more.
    fn more(&mut self) -> Result<bool, Error> {
        if self.from > 0 {
            self.buffer.copy_within(self.from..self.to, 0);
            self.to -= self.from;
            self.from = 0;
        }
        let room = self.buffer.get_mut(self.to..).unwrap_or_default();
        let count = loop {
            match self.reader.read(room) {
                Ok(count) => break count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::from_connection(error)),
            }
        };
        self.to += count;
        self.total_bytes = self.total_bytes.saturating_add(count as u64);
        if self.total_bytes > self.limits.total_bytes_max {
            return Err(Error::BodyTooLong { bytes_max: self.limits.total_bytes_max });
        }
        Ok(count > 0)
    }
}

/// How many bytes at the end of `window` may be the beginning of `delimiter`.
fn started(window: &[u8], delimiter: &[u8]) -> usize {
    let tail = window.len().saturating_sub(delimiter.len() - 1);
    let tail = window.get(tail..).unwrap_or_default();
    let begins = |&start: &usize| tail.get(start..).is_some_and(|rest| delimiter.starts_with(rest));
    memchr::memchr_iter(b'\r', tail).find(begins).map_or(0, |start| tail.len() - start)
}

/// `boundary := 0*69<bchars> bcharsnospace` (RFC 2046 §5.1.1).
fn is_boundary(boundary: &[u8]) -> bool {
    let is_bchar = |byte: &u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(byte);
    (1..=70).contains(&boundary.len()) && boundary.iter().all(is_bchar) && !boundary.ends_with(b" ")
}

impl<R> fmt::Debug for Multipart<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multipart")
            .field("limits", &self.limits)
            .field("state", &self.state)
            .field("parts", &self.parts)
            .finish_non_exhaustive()
    }
}

/// One part of a [`Multipart`]: what its head says, and its content to be read. What is left unread is passed over.
///
/// Errors of reading hold an [`Error`] of this crate, as those of [`RequestBody`](crate::RequestBody) do.
pub struct Part<'m, R> {
    form: &'m mut Multipart<R>,
}

impl<R: Read> Part<'_, R> {
    /// The name of the field, decoded. Bytes that are no UTF-8 become U+FFFD.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.form.head.name
    }

    /// The name of the file as the peer says it, decoded: anything may stand in it, `/`, `..` and control characters
    /// included. `None` where the part is no file; empty where a browser's user has chosen none.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.form.head.file_name.as_deref()
    }

    /// The last component of [`file_name`](Self::file_name), if it is a plain one that any system takes for a file in
    /// the folder where it is put: not empty, `.` or `..`, without `:` and control characters, no device of Windows,
    /// without a blank or a dot at its end, and no longer than 255 bytes.
    #[must_use]
    pub fn plain_file_name(&self) -> Option<&str> {
        part_head::plain_name(self.file_name()?)
    }

    /// The type of the content, if the part says one.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.form.head.fields.get("Content-Type")?.to_str().ok()
    }

    /// The fields of the part's head.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.form.head.fields
    }

    /// Reads the rest of the part, `bytes_max` bytes at most.
    ///
    /// # Errors
    /// [`Error::BodyTooLong`] (413) where there is more, and those of reading.
    pub fn read_to_vec(&mut self, bytes_max: usize) -> Result<Vec<u8>, Error> {
        let mut content = Vec::new();
        loop {
            let piece = self.fill()?;
            let count = piece.len();
            if count == 0 {
                return Ok(content);
            }
            if count > bytes_max - content.len() {
                return Err(Error::BodyTooLong { bytes_max: bytes_max as u64 });
            }
            content.extend_from_slice(piece);
            self.form.take_content(count);
        }
    }

    /// Reads the rest of the part as text in UTF-8, `bytes_max` bytes at most.
    ///
    /// # Errors
    /// As [`read_to_vec`](Self::read_to_vec), and [`Error::UnexpectedContent`] where it is no UTF-8.
    pub fn read_to_text(&mut self, bytes_max: usize) -> Result<String, Error> {
        String::from_utf8(self.read_to_vec(bytes_max)?)
            .map_err(|_| Error::UnexpectedContent { wanted: "text in UTF-8" })
    }

    fn fill(&mut self) -> Result<&[u8], Error> {
        // The form is borrowed again below: the branch of the error must not hold it.
        if let Err(error) = self.form.fill_content() {
            self.form.state = State::Broken;
            return Err(error);
        }
        self.form.fill_content()
    }
}

impl<R: Read> Read for Part<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut piece = self.fill()?;
        let count = piece.read(out)?;
        self.form.take_content(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Part<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.fill()?)
    }

    fn consume(&mut self, amount: usize) {
        self.form.take_content(amount);
    }
}

impl<R> fmt::Debug for Part<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("name", &self.form.head.name)
            .field("file_name", &self.form.head.file_name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
