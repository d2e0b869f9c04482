//! The parts of a form as curl's `-F` takes them: `name=text`, `name=@file` and `name=<file`, with `;type=` and
//! `;filename=` behind, and quotes around what has a semicolon in it.

use crate::fetch::Failure;
use httpkit::client::client::{Multipart, Part};
use std::io::Read as _;
use std::path::Path;

/// Adds one part.
pub(crate) fn add_part(form: Multipart, part: &str) -> Result<Multipart, Failure> {
    let Some((name, value)) = part.split_once('=') else {
        return Err(Failure::usage(format!("--form {part:?}: name=value or name=@file is needed")));
    };
    let made = if let Some(file) = value.strip_prefix('@') {
        let (path, said) = file_and_said(file, value)?;
        said.describe(file_part(&path)?)
    } else if let Some(file) = value.strip_prefix('<') {
        let (path, said) = file_and_said(file, value)?;
        said.describe(content_of(&path)?)
    } else {
        let (text, said) = word_and_said(value).unwrap_or_else(|| plain_text(value));
        said.describe(Part::text(text))
    };
    Ok(form.part(name, made))
}

/// What is said of a part behind its content.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    content_type: Option<String>,
    file_name: Option<String>,
}

impl Said {
    fn describe(self, mut part: Part) -> Part {
        if let Some(content_type) = self.content_type {
            part = part.content_type(content_type);
        }
        if let Some(name) = self.file_name {
            part = part.file_name(name);
        }
        part
    }
}

fn file_part(path: &str) -> Result<Part, Failure> {
    if path == "-" {
        return Ok(Part::reader(std::io::stdin()).file_name("-"));
    }
    Part::file(path).map_err(|error| Failure::file("read", Path::new(path), error))
}

/// What a file holds, as a part that is no file: text if it is any.
fn content_of(path: &str) -> Result<Part, Failure> {
    let bytes = if path == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| Failure::file("read", Path::new("standard input"), error))?;
        bytes
    } else {
        std::fs::read(path).map_err(|error| Failure::file("read", Path::new(path), error))?
    };
    Ok(String::from_utf8(bytes).map_or_else(|error| Part::bytes(error.into_bytes()), Part::text))
}

fn file_and_said(file: &str, value: &str) -> Result<(String, Said), Failure> {
    word_and_said(file).ok_or_else(|| {
        let text =
            "behind the file only ;type=TYPE and ;filename=NAME are known, and quotes hide a semicolon";
        Failure::usage(format!("--form {value:?}: {text}"))
    })
}

/// A word and what is said behind it, if nothing else is there.
fn word_and_said(text: &str) -> Option<(String, Said)> {
    let (word, mut rest) = word(text);
    let mut said = Said::default();
    while let Some(behind) = rest.strip_prefix(';') {
        let behind = behind.trim_start();
        let value;
        if let Some(text) = behind.strip_prefix("type=") {
            (value, rest) = self::word(text);
            said.content_type = Some(value);
        } else if let Some(text) = behind.strip_prefix("filename=") {
            (value, rest) = self::word(text);
            said.file_name = Some(value);
        } else {
            // A type may have a parameter: `;type=text/plain;charset=utf-8`.
            let content_type = said.content_type.as_mut().filter(|_| behind.starts_with("charset="))?;
            (value, rest) = self::word(behind);
            content_type.push_str("; ");
            content_type.push_str(&value);
        }
    }
    rest.is_empty().then_some((word, said))
}

/// Text with semicolons of its own: what is said stands behind the first of them that says something.
fn plain_text(value: &str) -> (String, Said) {
    let ends = value.match_indices(';').map(|(at, _)| at);
    let found = ends.into_iter().find_map(|at| {
        let (text, behind) = value.split_at_checked(at)?;
        let (nothing, said) = word_and_said(behind)?;
        (nothing.is_empty() && said != Said::default()).then(|| (text.to_owned(), said))
    });
    found.unwrap_or_else(|| (value.to_owned(), Said::default()))
}

/// Up to the next semicolon, or what is in quotes: there a backslash stands before a quote and before a backslash.
fn word(text: &str) -> (String, &str) {
    quoted(text).unwrap_or_else(|| {
        let end = text.find(';').unwrap_or(text.len());
        let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        (word.trim_end().to_owned(), rest)
    })
}

/// What is in quotes, if nothing but a semicolon follows them.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut word = String::new();
    let mut letters = inner.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                let rest = inner.get(at + 1..)?.trim_start();
                return (rest.is_empty() || rest.starts_with(';')).then_some((word, rest));
            }
            '\\' => match letters.next()?.1 {
                hidden @ ('"' | '\\') => word.push(hidden),
                other => word.extend(['\\', other]),
            },
            letter => word.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests;
