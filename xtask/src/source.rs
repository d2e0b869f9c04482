//! Rust source as `tidy` needs it: code without the contents of literals, comments apart, lines kept in place; and the
//! paths that its `use` items name. No full grammar: enough to tell code from prose.

/// One file, split: both halves have the same lines as the file.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// The code; comments and the contents of literals are blanks.
    pub(crate) code: String,
    /// The comments; everything else is blanks.
    pub(crate) comments: String,
}

impl Source {
    /// Splits the text of a file.
    pub(crate) fn read(text: &str) -> Self {
        let mut splitter = Splitter { rest: text, out: Self::default(), last: ' ' };
        while let Some(next) = splitter.rest.chars().next() {
            splitter.step(next);
        }
        splitter.out
    }

    /// The number, from 1, of the line that holds a byte of the code.
    pub(crate) fn line_of(&self, at: usize) -> usize {
        1 + self.code.bytes().take(at).filter(|byte| *byte == b'\n').count()
    }

    /// The lines, from 1, where a path such as `std::net` is named, in a `use` or in place.
    pub(crate) fn lines_naming(&self, path: &str) -> Vec<usize> {
        let in_place = self.code.match_indices(path).map(|(at, _)| at);
        let in_place = in_place.filter(|at| stands_alone(&self.code, *at, path.len()));
        let deeper = |used: &str| {
            used.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        let in_use = self.uses().into_iter().filter(|(_, used)| deeper(used)).map(|(at, _)| at);
        let mut lines: Vec<usize> = in_place.chain(in_use).map(|at| self.line_of(at)).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// Every path in the code that begins with `head`, such as `crate::`.
    pub(crate) fn paths_from(&self, head: &str) -> Vec<String> {
        let starts =
            self.code.match_indices(head).filter(|(at, _)| stands_alone(&self.code, *at, head.len() - 2));
        let tails = starts.filter_map(|(at, _)| self.code.get(at..));
        let part = |letter: char| is_name(letter) || letter == ':';
        tails.map(|tail| tail.split(|letter| !part(letter)).next().unwrap_or_default().to_owned()).collect()
    }

    /// Every path that a `use` item brings in, with the offset of the item: braces are multiplied out, `as` is dropped.
    pub(crate) fn uses(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (at, _) in self.code.match_indices("use ") {
            if !stands_alone(&self.code, at, 3) {
                continue;
            }
            let tail = self.code.get(at + 4..).unwrap_or_default();
            let item = tail.split(';').next().unwrap_or_default();
            expand("", item, &mut |path| found.push((at, path)));
        }
        found
    }

    /// The names that `pub use` items give away, under the name they are given away as.
    pub(crate) fn given_away(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (at, _) in self.code.match_indices("pub use ") {
            let item = self.code.get(at + 8..).unwrap_or_default().split(';').next().unwrap_or_default();
            expand_with_alias("", item, &mut |path, alias| {
                let name = alias.unwrap_or_else(|| path.rsplit("::").next().unwrap_or_default().to_owned());
                names.push(name);
            });
        }
        names
    }
}

/// Whether the bytes at `at` are not part of a longer name or path.
pub(crate) fn stands_alone(code: &str, at: usize, length: usize) -> bool {
    let before = code.get(..at).and_then(|head| head.chars().next_back());
    let after = code.get(at + length..).and_then(|tail| tail.chars().next());
    let part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    !part(before) && !part(after) && before != Some('$')
}

fn expand(prefix: &str, tree: &str, found: &mut impl FnMut(String)) {
    expand_with_alias(prefix, tree, &mut |path, _alias| found(path));
}

/// Multiplies out `a::{b, c::{d, self}}`.
fn expand_with_alias(prefix: &str, tree: &str, found: &mut dyn FnMut(String, Option<String>)) {
    let tree = tree.trim();
    if tree.is_empty() {
        return;
    }
    if let Some((head, inner)) = tree.split_once('{') {
        let prefix = format!("{prefix}{}", head.split_whitespace().collect::<String>());
        let inner = inner.strip_suffix('}').unwrap_or(inner);
        for branch in branches(inner) {
            expand_with_alias(&prefix, branch, found);
        }
        return;
    }
    let mut words = tree.split_whitespace();
    let last = words.next().unwrap_or_default();
    let alias = if words.next() == Some("as") { words.next().map(str::to_owned) } else { None };
    let path =
        if last == "self" { prefix.trim_end_matches("::").to_owned() } else { format!("{prefix}{last}") };
    found(path, alias);
}

/// Splits at the commas that stand outside of inner braces.
fn branches(list: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(list.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(list.get(start..).unwrap_or_default());
    parts
}

struct Splitter<'a> {
    rest: &'a str,
    out: Source,
    /// The last character of code: a `'` after a name or a `b` decides what it opens.
    last: char,
}

impl Splitter<'_> {
    fn step(&mut self, next: char) {
        if self.rest.starts_with("//") {
            let length = self.rest.find('\n').unwrap_or(self.rest.len());
            self.comment(length);
        } else if self.rest.starts_with("/*") {
            self.comment(block_comment_length(self.rest));
        } else if let Some((length, opening)) = raw_string(self.rest).filter(|_| !is_name(self.last)) {
            self.literal(length, opening);
        } else if next == '"' {
            self.literal(string_length(self.rest), 1);
        } else if let Some(length) = char_length(self.rest) {
            self.literal(length, 1);
        } else {
            self.code(next.len_utf8());
            self.last = next;
        }
    }

    fn take(&mut self, length: usize) -> &str {
        let (piece, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        piece
    }

    fn code(&mut self, length: usize) {
        let piece = self.take(length).to_owned();
        self.out.comments.push_str(&blank(&piece));
        self.out.code.push_str(&piece);
    }

    fn comment(&mut self, length: usize) {
        let piece = self.take(length).to_owned();
        self.out.code.push_str(&blank(&piece));
        self.out.comments.push_str(&piece);
    }

    /// Keeps the opening quote, so that code still reads as code, and blanks the rest.
    fn literal(&mut self, length: usize, opening: usize) {
        self.code(opening);
        let piece = self.take(length.saturating_sub(opening)).to_owned();
        self.out.code.push_str(&blank(&piece));
        self.out.comments.push_str(&blank(&piece));
        self.last = '"';
    }
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// As many blanks as bytes, line ends kept.
fn blank(piece: &str) -> String {
    piece.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

/// The length of a comment that opens with `/*`; such comments nest.
fn block_comment_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(tail) = text.get(at..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += tail.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of `"…"`, escapes minded.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The lengths of `r"…"`, `r#"…"#`, `br"…"` and of the opening part of it.
fn raw_string(text: &str) -> Option<(usize, usize)> {
    let after_b = text.strip_prefix(['b', 'c']).unwrap_or(text);
    let hashes_on = after_b.strip_prefix('r')?;
    let hashes = hashes_on.bytes().take_while(|byte| *byte == b'#').count();
    if hashes_on.as_bytes().get(hashes) != Some(&b'"') {
        return None;
    }
    let opening = text.len() - hashes_on.len() + hashes + 1;
    let closing = format!("\"{}", "#".repeat(hashes));
    let body = text.get(opening..)?;
    Some((body.find(&closing).map_or(text.len(), |end| opening + end + closing.len()), opening))
}

/// The length of a character literal; `None` for a lifetime and for everything else.
fn char_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('\'')?;
    if inner.starts_with('\\') {
        let end = inner.get(2..)?.find('\'')?;
        return Some(1 + 2 + end + 1);
    }
    let first = inner.chars().next()?;
    inner.get(first.len_utf8()..)?.starts_with('\'').then(|| first.len_utf8() + 2)
}

#[cfg(test)]
mod tests;
