//! `multipart/form-data` (RFC 7578), streamed: parts are read when they are sent, and counted before where they can be.

use crate::client::body::{Body, Composed, Opened};
use crate::client::random;
use http_proto::{Headers, InvalidInput};
use percent_encoding::percent_encode_byte;
use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

/// A form with files.
///
/// Its length is known, and announced, if that of every part is. Names and file names are escaped as browsers do,
/// so that no name can add a field or a part.
///
/// ```
/// use http_client::client::{Multipart, Part};
///
/// let form = Multipart::new()
///     .text("title", "A picture")
///     .part("picture", Part::bytes(b"\x89PNG...").file_name("a.png").content_type("image/png"));
/// assert!(form.len().is_some());
/// ```
#[must_use]
pub struct Multipart {
    boundary: String,
    content_type: String,
    /// Each with its head in wire form, the boundary line before it included.
    parts: Vec<(Vec<u8>, Body)>,
    /// What is wrong with a part, told when the form is sent.
    problem: Option<InvalidInput>,
}

/// One part of a [`Multipart`]: content, and what is said of it.
#[must_use]
pub struct Part {
    body: Body,
    file_name: Option<String>,
    content_type: Option<String>,
}

impl Multipart {
    /// A form without parts, with a boundary that nobody can guess.
    pub fn new() -> Self {
        Self::with_boundary(format!("httpkit-{}", random::token()))
    }

    fn with_boundary(boundary: String) -> Self {
        let content_type = format!("multipart/form-data; boundary={boundary}");
        Self { boundary, content_type, parts: Vec::new(), problem: None }
    }

    /// Adds a field of text.
    pub fn text(self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        self.part(name, Part::text(value))
    }

    /// Adds a file by its path, with its name and length.
    ///
    /// # Errors
    /// Those of opening it, and what is no regular file.
    pub fn file(self, name: impl AsRef<str>, path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(self.part(name, Part::file(path)?))
    }

    /// Adds a part.
    pub fn part(mut self, name: impl AsRef<str>, part: Part) -> Self {
        let mut head = format!("--{}\r\nContent-Disposition: form-data; name=\"", self.boundary);
        escape(name.as_ref(), &mut head);
        if let Some(file_name) = &part.file_name {
            head.push_str("\"; filename=\"");
            escape(file_name, &mut head);
        }
        head.push_str("\"\r\n");
        let mut head = head.into_bytes();
        let mut fields = Headers::new();
        if let Some(content_type) = &part.content_type
            && let Err(problem) = fields.append("Content-Type", content_type)
        {
            self.problem.get_or_insert(problem);
        }
        fields.write_to(&mut head);
        head.extend_from_slice(b"\r\n");
        self.parts.push((head, part.body));
        self
    }

    /// The `Content-Type`, with the boundary.
    #[must_use]
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// Bytes in all, where every part's length is known.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length may be unknown, and is never 0")]
    pub fn len(&self) -> Option<u64> {
        let mut sum = self.end().len() as u64;
        for (head, body) in &self.parts {
            let body_and_line_end = body.len()?.checked_add(2)?;
            sum = sum.checked_add(head.len() as u64)?.checked_add(body_and_line_end)?;
        }
        Some(sum)
    }

    fn end(&self) -> String {
        format!("--{}--\r\n", self.boundary)
    }
}

impl Composed for Multipart {
    fn name(&self) -> &'static str {
        "multipart"
    }

    fn content_type(&self) -> &str {
        self.content_type()
    }

    fn len(&self) -> Option<u64> {
        self.len()
    }

    fn is_replayable(&self) -> bool {
        self.parts.iter().all(|(_, body)| body.is_replayable())
    }

    fn open(&mut self) -> io::Result<Box<dyn Read + '_>> {
        if let Some(problem) = self.problem {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        let end = self.end();
        let mut readers: Vec<Box<dyn Read + '_>> = Vec::with_capacity(self.parts.len() * 3 + 1);
        for (head, body) in &mut self.parts {
            readers.push(Box::new(head.as_slice()));
            match body.open()? {
                Opened::None => {}
                Opened::Bytes(bytes) => readers.push(Box::new(bytes)),
                Opened::Reader { reader, length: None } => readers.push(reader),
                Opened::Reader { reader, length: Some(length) } => {
                    readers.push(Box::new(Exactly { reader, missing_bytes: length }));
                }
            }
            readers.push(Box::new(&b"\r\n"[..]));
        }
        readers.push(Box::new(Cursor::new(end)));
        readers.reverse();
        Ok(Box::new(Sequence { readers }))
    }
}

impl From<Multipart> for Body {
    fn from(multipart: Multipart) -> Self {
        Self::composed(multipart)
    }
}

impl Default for Multipart {
    fn default() -> Self {
        Self::new()
    }
}

impl Part {
    /// Text in UTF-8, as a field of a form.
    pub fn text(text: impl Into<String>) -> Self {
        Self { body: Body::bytes(text.into()), file_name: None, content_type: None }
    }

    /// Bytes.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::body(Body::bytes(bytes))
    }

    /// A file by its path, called by the last part of the path.
    ///
    /// # Errors
    /// Those of opening it, and what is no regular file.
    pub fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let part = Self::body(Body::file(File::open(path)?)?);
        Ok(match path.file_name() {
            Some(name) => part.file_name(name.to_string_lossy()),
            None => part,
        })
    }

    /// What a reader gives; the whole form then has no known length.
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Self::body(Body::reader(reader))
    }

    /// Exactly `length` bytes from a reader.
    pub fn reader_sized(reader: impl Read + Send + 'static, length: u64) -> Self {
        Self::body(Body::reader_sized(reader, length))
    }

    fn body(body: Body) -> Self {
        Self { body, file_name: None, content_type: Some("application/octet-stream".to_owned()) }
    }

    /// Calls it a file of this name.
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Says of what type it is: `application/octet-stream` by default, nothing for text. A type that cannot stand
    /// in a field is an error when the form is sent.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }
}

/// A name as browsers write it (HTML, "multipart/form-data encoding algorithm"): UTF-8, with three characters
/// percent-encoded. Other controls, which no field can hold, are encoded likewise.
fn escape(name: &str, into: &mut String) {
    for character in name.chars() {
        match character {
            '"' => into.push_str("%22"),
            '\0'..='\x08' | '\n'..='\x1f' | '\x7f' => {
                into.push_str(percent_encode_byte(u8::try_from(character).unwrap_or_default()));
            }
            _ => into.push(character),
        }
    }
}

/// Readers one behind the other; the next is the last of the list.
struct Sequence<'a> {
    readers: Vec<Box<dyn Read + 'a>>,
}

impl Read for Sequence<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while let Some(reader) = self.readers.last_mut() {
            let count = reader.read(out)?;
            if count > 0 {
                return Ok(count);
            }
            self.readers.pop();
        }
        Ok(0)
    }
}

/// As much as was announced, neither more nor less: other parts would shift.
struct Exactly<R> {
    reader: R,
    missing_bytes: u64,
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.missing_bytes).unwrap_or(usize::MAX).min(out.len());
        let count = self.reader.read(out.get_mut(..wanted).unwrap_or_default())?;
        if count == 0 && wanted > 0 {
            let text = format!("a part ended {} bytes before its announced length", self.missing_bytes);
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
        }
        self.missing_bytes -= count as u64;
        Ok(count)
    }
}

impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multipart").field("parts", &self.parts.len()).field("len", &self.len()).finish()
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("body", &self.body)
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .finish()
    }
}

#[cfg(test)]
mod tests;
