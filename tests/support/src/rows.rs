//! Tables of rows in the part of TOML that they need: `[[row]]`, and below it `key = "text"` or `key = ["text", …]`.
//! Everything else is an error with its line.

use std::collections::BTreeMap;

/// One `[[row]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The line of its head, from 1.
    pub line: usize,
    texts: BTreeMap<String, String>,
    lists: BTreeMap<String, Vec<String>>,
}

impl Row {
    /// The text under a key.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// The list under a key; empty if there is none.
    #[must_use]
    pub fn list(&self, key: &str) -> &[String] {
        self.lists.get(key).map_or(&[], Vec::as_slice)
    }

    /// The first key that is neither one of these texts nor one of these lists.
    #[must_use]
    pub fn stranger(&self, texts: &[&str], lists: &[&str]) -> Option<&str> {
        let text = self.texts.keys().find(|key| !texts.contains(&key.as_str()));
        let list = self.lists.keys().find(|key| !lists.contains(&key.as_str()));
        text.or(list).map(String::as_str)
    }
}

/// Reads a table.
///
/// # Errors
///
/// `line N: what is wrong there`.
pub fn read(text: &str) -> Result<Vec<Row>, String> {
    let mut reader = Reader { rest: text, line: 1 };
    let mut rows: Vec<Row> = Vec::new();
    loop {
        reader.gap();
        if reader.rest.is_empty() {
            return Ok(rows);
        }
        let line = reader.line;
        if reader.accept("[[row]]") {
            reader.end_of_line()?;
            rows.push(Row { line, ..Row::default() });
            continue;
        }
        let key = reader.key()?;
        let Some(row) = rows.last_mut() else {
            return Err(format!("line {line}: {key:?} stands before the first [[row]]"));
        };
        reader.blanks();
        if !reader.accept("=") {
            return Err(format!("line {line}: no \"=\" after {key:?}"));
        }
        reader.blanks();
        let doubled = row.texts.contains_key(&key) || row.lists.contains_key(&key);
        if doubled {
            return Err(format!("line {line}: {key:?} stands twice in one row"));
        }
        if reader.rest.starts_with('[') {
            row.lists.insert(key, reader.list()?);
        } else {
            row.texts.insert(key, reader.string()?);
        }
        reader.end_of_line()?;
    }
}

struct Reader<'t> {
    rest: &'t str,
    line: usize,
}

impl Reader<'_> {
    fn wrong<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("line {}: {what}", self.line))
    }

    fn accept(&mut self, word: &str) -> bool {
        let after = self.rest.strip_prefix(word);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r']);
    }

    fn comment(&mut self) {
        if self.rest.starts_with('#') {
            self.rest = self.rest.find('\n').map_or("", |at| self.rest.split_at(at).1);
        }
    }

    /// Blanks, comments and line ends.
    fn gap(&mut self) {
        loop {
            self.blanks();
            self.comment();
            if !self.accept("\n") {
                return;
            }
            self.line += 1;
        }
    }

    fn end_of_line(&mut self) -> Result<(), String> {
        self.blanks();
        self.comment();
        if self.rest.is_empty() || self.rest.starts_with('\n') {
            Ok(())
        } else {
            self.wrong("something stands behind the value")
        }
    }

    fn key(&mut self) -> Result<String, String> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (key, rest) = self.rest.split_at(end);
        if key.is_empty() {
            return self.wrong("neither [[row]] nor a key");
        }
        self.rest = rest;
        Ok(key.to_owned())
    }

    fn string(&mut self) -> Result<String, String> {
        if !self.accept("\"") {
            return self.wrong("no text in quotes");
        }
        let mut text = String::new();
        loop {
            let mut characters = self.rest.chars();
            match characters.next() {
                Some('"') => {
                    self.rest = characters.as_str();
                    return Ok(text);
                }
                Some('\\') => match characters.next() {
                    Some(escaped @ ('"' | '\\')) => text.push(escaped),
                    _ => return self.wrong("a backslash before what is neither a quote nor a backslash"),
                },
                None | Some('\n') => return self.wrong("a text without an end"),
                Some(character) => text.push(character),
            }
            self.rest = characters.as_str();
        }
    }

    /// Texts between brackets, over several lines if need be, with a comma behind the last or without.
    fn list(&mut self) -> Result<Vec<String>, String> {
        let mut items = Vec::new();
        self.accept("[");
        loop {
            self.gap();
            if self.accept("]") {
                return Ok(items);
            }
            items.push(self.string()?);
            self.gap();
            if !self.accept(",") && !self.rest.starts_with(']') {
                return self.wrong("neither a comma nor the end of the list");
            }
        }
    }
}

#[cfg(test)]
mod tests;
